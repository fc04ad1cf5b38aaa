package realtest

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/smtpcheck/smtpcheck/realtest/world"
)

// selfZones are those of the authority that the tests of smtpcheck self ask: names of
// two receivers, one of them Exim, that of the client's address, and a blocklist.
var selfZones = map[string]string{
	"a.test":                  head + "@ MX 10 mx\nmx A " + eximIPv4 + "\n",
	"b.test":                  head + "@ MX 10 mx\nmx A " + postfixIPv4 + "\n",
	"sender.test":             head + "@ MX 10 mail\n@ TXT \"v=spf1 a:mail.sender.test -all\"\nmail A 198.51.100.1\n",
	"100.51.198.in-addr.arpa": head + "1 PTR mail.sender.test.\n",
	"bl.test":                 head + "2.0.0.127 A 127.0.0.2\n",
	"listing.test":            head + "2.0.0.127 A 127.0.0.2\n1.100.51.198 A 127.0.0.2\n1.100.51.198 TXT \"spam\"\n",
}

const (
	head          = "$TTL 60\n@ SOA ns.test. hostmaster.test. 1 60 60 60 60\n@ NS ns.test.\n"
	selfAuthority = "203.0.113.56"
)

// examination is what of a report of smtpcheck self is asked here.
type examination struct {
	Exit   int    `json:"exit_code"`
	State  string `json:"state"`
	Topics []struct {
		Topic, State, Rule, Summary string
	} `json:"topics"`
	Addresses []struct {
		Address, Source string
	} `json:"addresses"`
}

func (e *examination) topic(name string) (state, rule string) {
	for _, t := range e.Topics {
		if t.Topic == name {
			return t.State, t.Rule
		}
	}
	return "", ""
}

// TestSelf examines the client's namespace, with packet filters of its own that
// refuse, drop, prohibit and redirect port 25.
func TestSelf(t *testing.T) {
	net := needServers(t, "postfix", "exim4")
	if why := world.Missing("nft", "nsd"); why != "" {
		need(t, "%s", why)
	}
	if err := net.servers.AddAddresses("eth0", selfAuthority+"/24"); err != nil {
		t.Fatal(err)
	}
	if _, err := world.StartAuthority(net.servers, t.TempDir(), selfZones, selfAuthority); err != nil {
		t.Fatal(err)
	}
	web, err := net.servers.Listen("tcp", selfAuthority+":443")
	if err != nil {
		t.Fatal(err)
	}
	defer web.Close()
	for _, test := range []struct {
		name, filter string
		flags        string
		exit         int
		topic, state string
		rule         string
	}{
		{"all is well", "", "--dnsbl bl.test", 0, "blocklists", "pass", ""},
		{"listed", "", "--dnsbl listing.test", 77, "blocklists", "fail", "self/listed"},
		{"dropped", "tcp dport 25 drop", "", 69, "port-25", "fail", "self/port-25-filtered"},
		{"refused", "tcp dport 25 reject with tcp reset", "", 69, "port-25", "fail", "self/port-25-refused"},
		{"prohibited", "tcp dport 25 reject with icmp admin-prohibited", "", 69, "port-25", "fail", "self/port-25-prohibited"},
		{"all is dropped", "meta l4proto tcp tcp dport { 25, 443 } drop", "", 69, "port-25", "fail", "self/no-network"},
		{"one is dropped", "ip daddr " + postfixIPv4 + " tcp dport 25 drop", "", 0, "port-25", "pass", ""},
		{"redirected", "nat", "", 69, "port-25", "fail", "self/port-25-hijacked"},
	} {
		t.Run(test.name, func(t *testing.T) {
			filter(t, net, test.filter)
			args := "self --format json -4 --timeout 6s --helo mail.sender.test --from news@sender.test --target a.test --target b.test --compare " +
				selfAuthority + ":443 --resolver " + selfAuthority + " " + test.flags
			if test.flags == "" {
				args += "--no-dnsbl"
			}
			got := net.smtpcheck(t, strings.Fields(args)...)
			var e examination
			if err := json.Unmarshal([]byte(got.stdout), &e); err != nil {
				t.Fatal(err, got.stdout, got.stderr)
			}
			if state, rule := e.topic(test.topic); e.Exit != test.exit || got.exit != test.exit || state != test.state || rule != test.rule {
				t.Errorf("exits %d, %s is %s by %s\n%s", got.exit, test.topic, state, rule, got.stdout)
			}
			if test.exit != 0 {
				return
			}
			if len(e.Addresses) != 1 || e.Addresses[0].Address != "198.51.100.1" || e.Addresses[0].Source != "stated" {
				t.Errorf("Exim states our address, and it is %+v", e.Addresses)
			}
			for _, topic := range []string{"ptr", "helo", "spf", "takes-mail", "starttls", "servers"} {
				if state, rule := e.topic(topic); state != "pass" {
					t.Errorf("%s is %q by %s", topic, state, rule)
				}
			}
		})
	}
}

// filter gives the client's namespace a packet filter till the test is over.
func filter(t *testing.T, net *network, rule string) {
	t.Helper()
	chain := "table inet self { chain out { type filter hook output priority 0; " + rule + "; }; }"
	switch rule {
	case "":
		return
	case "nat":
		chain = "table ip self { chain out { type nat hook output priority -100; tcp dport 25 dnat to " + postfixIPv4 + "; }; }"
	}
	if err := net.client.NFT(chain); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		family := strings.Fields(chain)[1]
		if err := net.client.NFT("delete table " + family + " self"); err != nil {
			t.Error(err)
		}
	})
}
