package policy

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// peer is pyspf with the records of its standard input in place of DNS. It prints
// the result of each sender.
const peer = `
import ipaddress, json, sys
import spf

given = json.load(sys.stdin)
def look_up(name, kind, tcpfallback=True, timeout=30):
    name = name.lower().rstrip(".")
    if name in given["broken"]:
        raise spf.TempError("DNS SERVFAIL")
    out = []
    for owner, what, data in given["records"]:
        if owner != name or what != kind:
            continue
        if kind == "TXT":
            data = (data.encode(),)
        elif kind == "MX":
            preference, host = data.split()
            data = (int(preference), host.rstrip("."))
        elif kind == "AAAA":
            data = ipaddress.ip_address(data)
        out.append(((name, kind), data))
    return out
spf.DNSLookup = look_up
print(json.dumps({s: spf.check2(i=given["address"], s=s, h="mail.example.test")[0] for s in given["senders"]}))
`

// TestSPFPeer: pyspf, an implementation that is not ours, gives the same results.
func TestSPFPeer(t *testing.T) {
	t.Parallel()
	const python, module = "/usr/bin/python3", "/usr/lib/python3/dist-packages/spf.py"
	if _, err := os.Stat(module); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("python3-spf is not installed")
		}
		t.Skip("python3-spf is not installed")
	}
	var given struct {
		Address string      `json:"address"`
		Broken  []string    `json:"broken"`
		Records [][3]string `json:"records"`
		Senders []string    `json:"senders"`
	}
	given.Address = mailHost.String()
	for line := range strings.Lines(spfZone) {
		words := strings.SplitN(strings.TrimSpace(line), " ", 3)
		switch {
		case len(words) < 3:
		case words[0] == ";!":
			given.Broken = append(given.Broken, strings.TrimSuffix(words[1], "."))
		default:
			owner := strings.TrimSuffix(words[0], ".")
			given.Records = append(given.Records, [3]string{owner, words[1], strings.Trim(words[2], `"`)})
			if words[1] == "TXT" {
				given.Senders = append(given.Senders, "news@"+owner)
			}
		}
	}
	given.Senders = append(given.Senders, "news@nosuch.test")
	input, err := json.Marshal(given)
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(python, "-W", "ignore", "-c", peer)
	var complaints strings.Builder
	c.Stdin, c.Stderr = bytes.NewReader(input), &complaints
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, complaints.String())
	}
	var theirs map[string]SPFResult
	if err := json.Unmarshal(out, &theirs); err != nil {
		t.Fatal(err)
	}
	r := resolver(t, spfZone)
	for _, sender := range given.Senders {
		if got := r.SPF(t.Context(), mailHost, "mail.example.test", sender); got.Result != theirs[sender] {
			t.Errorf("%s: %s, and pyspf says %s", sender, got.Result, theirs[sender])
		}
	}
	if len(theirs) < 15 {
		t.Errorf("only %d senders were compared", len(theirs))
	}
}
