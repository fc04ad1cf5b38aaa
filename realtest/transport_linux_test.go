package realtest

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestLMTP delivers to Dovecot over TCP and over its unix socket.
func TestLMTP(t *testing.T) {
	s := needSubmission(t)
	for name, server := range map[string]string{"TCP": dovecotSubmission + ":24", "unix socket": "unix:" + s.dovecot.LMTP} {
		t.Run(name, func(t *testing.T) {
			for _, test := range []struct {
				recipient string
				want      outcome
			}{
				{"bob@example.test", outcome{0, "accepted", "", "message", 250, "2.0.0"}},
				{"nobody@example.test", outcome{67, "rejected", "no_such_user", "rcpt", 550, "5.1.1"}},
				{"full@example.test", outcome{67, "rejected", "mailbox_full", "message", 552, "5.2.2"}},
			} {
				subject := "by " + name
				got, run := s.probe(t, "--lmtp", "--server", server, "--data", "--from", "alice@example.test", "--subject", subject, test.recipient)
				checkOutcome(t, got, test.want)
				if !strings.Contains(run.stdout, `"LHLO probe.example.org"`) {
					t.Error("LHLO was not said")
				}
				if test.want.exit == 0 && !slices.ContainsFunc(maildir(t, s.dovecot.Home, "bob/Maildir"), func(message string) bool {
					return strings.Contains(message, "\nSubject: "+subject+"\n") && strings.Contains(message, " with LMTPS")
				}) {
					t.Error("no message in the Maildir, though LMTP has accepted it")
				}
			}
		})
	}
}

// TestSOCKS reaches a server that only the proxy can reach, and is told what
// the proxy says of those that it cannot reach either.
func TestSOCKS(t *testing.T) {
	s := needSubmission(t)
	credentials := "SMTPCHECK_PROXY_PASSWORD=proxy-password"
	for _, test := range []struct {
		name, proxy, server string
		env                 []string
		want                outcome
		said                string // in the report
	}{
		{"open", socksOpen, postfixBehind, nil, outcome{0, "accepted", "", "rcpt", 250, "2.1.5"}, "submission.example.test"},
		{"with a password", "proxy-user@" + socksPassword, postfixBehind, []string{credentials}, outcome{0, "accepted", "", "rcpt", 250, "2.1.5"}, "submission.example.test"},
		{"wrong password", "proxy-user@" + socksPassword, postfixBehind, []string{credentials + "s"}, outcome{69, "unreachable", "unreachable", "connect", 0, ""},
			"the proxy " + socksPassword + " failed: username/password authentication failed"},
		{"password wanted", socksPassword, postfixBehind, nil, outcome{69, "unreachable", "unreachable", "connect", 0, ""},
			"the proxy " + socksPassword + " failed: no acceptable authentication methods"},
		{"no proxy there", refused + ":1080", postfixBehind, nil, outcome{69, "unreachable", "unreachable", "connect", 0, ""},
			"the proxy " + refused + ":1080 cannot be reached: connection refused"},
		{"server refuses", socksOpen, refused, nil, outcome{69, "unreachable", "unreachable", "connect", 0, ""},
			"the proxy " + socksOpen + " says: connection refused"},
		{"server is prohibited", socksOpen, noHost, nil, outcome{69, "unreachable", "unreachable", "connect", 0, ""},
			"the proxy " + socksOpen + " says: host unreachable"},
		{"server does not answer", socksOpen, blackHole, nil, outcome{69, "unreachable", "timeout", "connect", 0, ""}, "timeout"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, run := s.probeEnv(t, test.env, "--proxy", "socks5://"+test.proxy, "--server", test.server, "--connect-timeout", "2s", "alice@example.test")
			checkOutcome(t, got, test.want)
			if !strings.Contains(run.stdout, test.said) {
				t.Errorf("no %q in the report", test.said)
			}
			if limit := 4 * time.Second; run.took > limit {
				t.Errorf("took %v", run.took)
			}
		})
	}
}

// TestPROXY tells Postfix another address, from which it takes mail, or does
// not; without a header it gives up.
func TestPROXY(t *testing.T) {
	s := needSubmission(t)
	for _, version := range []string{"v1", "v2"} {
		got, _ := s.probe(t, "--proxy-protocol", version+",203.0.113.7", "--server", postfixHAProxy, "alice@example.test")
		checkOutcome(t, got, outcome{0, "accepted", "", "rcpt", 250, "2.1.5"})
		got, run := s.probe(t, "--proxy-protocol", version+","+bannedClient, "--server", postfixHAProxy, "alice@example.test")
		checkOutcome(t, got, outcome{77, "rejected", "ip_reputation", "rcpt", 554, "5.7.1"})
		if !strings.Contains(run.stdout, "unknown["+bannedClient+"]") {
			t.Error("Postfix does not name the address")
		}
	}
	got, _ := s.probe(t, "--server", postfixHAProxy, "alice@example.test")
	checkOutcome(t, got, outcome{75, "deferred", "server_error", "greeting", 421, "4.3.0"})
}
