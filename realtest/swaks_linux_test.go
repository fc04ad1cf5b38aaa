package realtest

import (
	"bufio"
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/realtest/world"
)

// refusal is a line of swaks' transcript with a reply it did not want, in the
// clear or under TLS; QUIT and what comes after it is not the recipient's.
var refusal = regexp.MustCompile(`(?m)^<[~*]\*\s+([45])\d\d[ -]`)

// swaksVerdict asks swaks, as far as RCPT, and puts its answer in our words.
func (n *network) swaksVerdict(t *testing.T, server string, args ...string) string {
	t.Helper()
	args = append([]string{"--server", server, "--ehlo", "probe.example.org", "--from", "<>", "--quit-after", "RCPT"}, args...)
	cmd := world.Command("swaks", args...)
	var out []byte
	err := n.client.Do(func() (err error) {
		out, err = cmd.CombinedOutput()
		return err
	})
	var exit *exec.ExitError
	switch {
	case err == nil:
		return "accepted"
	case !errors.As(err, &exit):
		t.Fatal(err)
	}
	match := refusal.FindSubmatch(out)
	switch {
	case exit.ExitCode() == 2: // could not connect
		return "unreachable"
	case match == nil:
		t.Fatalf("swaks, exit %d:\n%s", exit.ExitCode(), out)
	case match[1][0] == '4':
		return "deferred"
	}
	return "rejected"
}

func TestSwaksAgreesOnRealServers(t *testing.T) {
	network := needServers(t, "postfix", "exim4", "swaks")
	for _, test := range []struct {
		name, server, recipient string
		args                    []string // of both
	}{
		{"Postfix, known user", postfixIPv4, "alice@example.test", nil},
		{"Postfix, IPv6", "[" + postfixIPv6 + "]", "alice@example.test", nil},
		{"Postfix, unknown user", postfixIPv4, "nobody@example.test", nil},
		{"Postfix, mailbox full", postfixIPv4, "full@example.test", nil},
		{"Postfix, busy", postfixIPv4, "busy@example.test", nil},
		{"Postfix, policy", postfixIPv4, "policy@example.test", nil},
		{"Postfix, relay", postfixIPv4, "alice@elsewhere.test", nil},
		{"Postfix, sender", postfixNow, "alice@example.test", []string{"--from", "rejected@sender.test"}},
		{"Postfix, HELO", postfixNow, "alice@example.test", []string{"--helo", "spoofed.test"}},
		{"Exim, known user", eximIPv4, "alice@example.test", nil},
		{"Exim, unknown user", eximIPv4, "nobody@example.test", nil},
		{"Exim, relay", eximIPv4, "alice@elsewhere.test", nil},
		{"nobody listens", refused, "alice@example.test", nil},
	} {
		for mode, tls := range map[string]string{"in the clear": "never", "TLS": "opportunistic"} {
			t.Run(test.name+", "+mode, func(t *testing.T) {
				theirs := append([]string{"--to", test.recipient}, test.args...)
				if mode == "TLS" {
					theirs = append(theirs, "-tls")
				}
				swaks := network.swaksVerdict(t, test.server, theirs...)
				got, _ := network.probe(t, append([]string{"--server", test.server, "--tls", tls, test.recipient}, test.args...)...)
				if got.Verdict != swaks {
					t.Errorf("smtpcheck: %s, swaks: %s", got.Verdict, swaks)
				}
			})
		}
	}
}

// TestSwaksAgreesInLab points swaks at the lab's ports: what it is told there
// is what `probe --lab` is told inside.
func TestSwaksAgreesInLab(t *testing.T) {
	network := needServers(t, "swaks")
	for _, domain := range []string{"good", "unknown-user", "mailbox-full", "over-quota", "policy", "blocked", "disabled",
		"catch-all", "gmail-like", "outlook-like", "relay-denied", "null-sender", "tls-none", "greylist"} {
		t.Run(domain, func(t *testing.T) {
			recipient := "alice@" + domain + ".test"
			got, _ := network.probe(t, "--lab", recipient)
			for _, tls := range [][]string{nil, {"--tls-optional"}} {
				// A lab of its own each time, so that it has never been asked before.
				swaks := network.swaksVerdict(t, network.lab(t, domain+".test"), append(tls, "--to", recipient)...)
				if got.Verdict != swaks {
					t.Errorf("smtpcheck: %s, swaks with %q: %s", got.Verdict, tls, swaks)
				}
			}
		})
	}
}

// lab runs `smtpcheck lab` for one domain and returns where its first host
// listens. The lab is interrupted at the end of the test.
func (n *network) lab(t *testing.T, domain string) string {
	t.Helper()
	l := n.labAt(t, domain, ":25")
	return net.JoinHostPort(l.host, l.port)
}

// lab is where a host of a running lab listens.
type lab struct{ host, port string }

// labAt is lab for the first host that answers at a port, ":587".
func (n *network) labAt(t *testing.T, domain, at string) *lab {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := world.Command(path, "lab", "--format", "ndjson", domain)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := n.client.Start(cmd); err != nil {
		t.Fatal(err)
	}
	// A lab that does not speak is killed, and so is one that does not end.
	tooLate := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	t.Cleanup(func() {
		tooLate.Reset(30 * time.Second)
		defer tooLate.Stop()
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		if !cmd.ProcessState.Exited() {
			t.Error("the lab had to be killed")
		}
	})
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		var row struct{ Host, Address, Listens string }
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatalf("%v: %s", err, lines.Text())
		}
		if strings.HasSuffix(row.Host, domain) && strings.HasSuffix(row.Address, at) {
			tooLate.Stop()
			host, port, err := net.SplitHostPort(row.Listens)
			if err != nil {
				t.Fatal(err)
			}
			return &lab{host, port}
		}
	}
	t.Fatal("the lab named no host of " + domain)
	return nil
}
