package realtest

import (
	"encoding/json"
	"slices"
	"testing"
)

// TestOpenRelay asks real servers as a stranger, for a stranger. Postfix and
// Exim refuse every form, whatever they make of it; who has logged in is no stranger.
func TestOpenRelay(t *testing.T) {
	network := needServers(t, "postfix", "exim4")
	for _, c := range []struct {
		name, server, from, state string
		forms, exit               int
	}{
		{"Postfix", postfixIPv4, "me@sender.test", "refuses", 6, 0},
		{"Postfix, IPv6", "[" + postfixIPv6 + "]", "me@sender.test", "refuses", 6, 0},
		{"Postfix that defers relaying", postfixLate, "me@sender.test", "not-decidable", 6, 76},
		{"Postfix that wants TLS", postfixTLS, "me@sender.test", "refuses", 6, 0},
		{"Exim", eximIPv4, "me@sender.test", "refuses", 6, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			run := network.smtpcheck(t, "relay", c.server+":25", "--open-relay", "--from", c.from, "--to", "you@elsewhere.test", "--resolver", cache, "--json", "--helo", "probe.example.org")
			var got struct {
				OpenRelay struct {
					State string
					Forms []struct {
						Form, Path string
						Reply      struct{ Code int }
					}
				} `json:"open_relay"`
			}
			if err := json.Unmarshal([]byte(run.stdout), &got); err != nil {
				t.Fatalf("%v: %s%s", err, run.stdout, run.stderr)
			}
			if got.OpenRelay.State != c.state || run.exit != c.exit || len(got.OpenRelay.Forms) != c.forms {
				t.Errorf("exit %d, %+v", run.exit, got.OpenRelay)
			}
		})
	}
}

// TestOpenRelayForUs: who has logged in is told that the server relays for them, and no more.
func TestOpenRelayForUs(t *testing.T) {
	s := needSubmission(t)
	got, run := s.relay(t, password, postfixDovecot+":465", "submission.example.test", "--auth-user", submitter, "--open-relay", "--from", "me@sender.test", "--to", "you@elsewhere.test")
	if run.exit != 0 || !slices.ContainsFunc(got.Findings, func(f struct{ Rule string }) bool { return f.Rule == "relay/relays-for-us" }) {
		t.Errorf("exit %d, %v", run.exit, got.Findings)
	}
}
