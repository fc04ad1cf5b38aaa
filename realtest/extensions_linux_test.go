package realtest

import (
	"strings"
	"testing"
)

// TestExtensionReplies asks Postfix itself, without smtpcheck: what the tests
// of the extensions build on.
func TestExtensionReplies(t *testing.T) {
	s := needSubmission(t)
	for _, test := range []struct {
		name, address string
		commands      []string
		want          string // the beginning of the last reply
	}{
		{"XCLIENT", postfixXClient, []string{"EHLO probe.example.org", "XCLIENT ADDR=203.0.113.7 NAME=[UNAVAILABLE]", "EHLO probe.example.org",
			"MAIL FROM:<>", "RCPT TO:<alice@example.test>"}, "250 2.1.5 Ok"},
		{"XCLIENT, of a banned client", postfixXClient, []string{"EHLO probe.example.org", "XCLIENT ADDR=" + bannedClient + " NAME=[UNAVAILABLE]", "EHLO probe.example.org",
			"MAIL FROM:<>", "RCPT TO:<alice@example.test>"}, "554 5.7.1 <unknown[" + bannedClient + "]>: Client host rejected: We know you"},
		{"XFORWARD", postfixXClient, []string{"EHLO probe.example.org", "XFORWARD ADDR=203.0.113.7 NAME=first.example.org"}, "250 2.0.0 Ok"},
		{"ETRN", postfixDovecot, []string{"EHLO probe.example.org", "ETRN " + queuedDomain}, "250 Queuing started"},
		{"ETRN, another domain", postfixDovecot, []string{"EHLO probe.example.org", "ETRN elsewhere.test"}, "459 <elsewhere.test>: service unavailable"},
		{"VRFY", postfixDovecot, []string{"EHLO probe.example.org", "VRFY alice@example.test"}, "252 2.0.0 alice@example.test"},
		{"SIZE", postfixDovecot, []string{"EHLO probe.example.org", "MAIL FROM:<> SIZE=100001"}, "552 5.3.4 Message size exceeds fixed limit"},
		{"SMTPUTF8", postfixDovecot, []string{"EHLO probe.example.org", "MAIL FROM:<> SMTPUTF8", "RCPT TO:<" + greekUser + "@example.test>"}, "250 2.1.5 Ok"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			replies := s.say(t, test.address+":25", test.commands...)
			if got := replies[len(replies)-1]; !strings.HasPrefix(got, test.want) {
				t.Errorf("last reply\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

// TestSwaksBehindProxy tells Postfix another address by the PROXY protocol.
func TestSwaksBehindProxy(t *testing.T) {
	s := needSubmission(t, "swaks")
	for _, version := range []string{"1", "2"} {
		for source, want := range map[string]string{"203.0.113.7": "accepted", bannedClient: "rejected"} {
			got := s.swaksVerdict(t, postfixHAProxy, "--to", "alice@example.test", "--proxy-version", version, "--proxy-family", map[string]string{"1": "TCP4", "2": "AF_INET"}[version],
				"--proxy-source", source, "--proxy-source-port", "40000", "--proxy-dest", postfixHAProxy, "--proxy-dest-port", "25")
			if got != want {
				t.Errorf("version %s, from %s: %s, want %s", version, source, got, want)
			}
		}
	}
}
