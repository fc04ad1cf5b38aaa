package realtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// relayReport is what these tests read of the JSON report of smtpcheck relay.
type relayReport struct {
	ExitCode int `json:"exit_code"`
	Usable   bool
	Reason   string
	Findings []struct{ Rule string }
	Best     struct{ Port int }
	Ports    []struct {
		Port         int
		State        string
		Usable       bool
		TLS          string
		Version      string
		Certificate  string
		Auth         []string
		AuthPlain    []string `json:"auth_plain"`
		Size         int
		ClearRefused *bool `json:"clear_refused"`
	}
	Auth struct {
		LoggedIn bool `json:"logged_in"`
		Attempts []struct {
			Mechanism, Outcome, Reason string
		}
		NotTried []string `json:"not_tried"`
	}
	Deliveries []report
}

// relay runs smtpcheck relay for a server, with the submitter's password.
func (s *submission) relay(t *testing.T, secret, server, host string, args ...string) (relayReport, result) {
	t.Helper()
	run := s.smtpcheckEnv(t, []string{"SMTPCHECK_AUTH_PASSWORD=" + secret},
		append([]string{"relay", "--format", "json", "--ca-file", s.ca.File, "--sni", host, "--helo", "probe.example.org", server}, args...)...)
	var got relayReport
	if err := json.Unmarshal([]byte(run.stdout), &got); err != nil {
		t.Fatalf("%v\nexit %d\nstdout: %s\nstderr: %s", err, run.exit, run.stdout, run.stderr)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s%s", run.stdout, run.stderr)
		}
	})
	return got, run
}

// portsOf puts what is known of each port in a line.
func (r relayReport) portsOf() []string {
	var lines []string
	for _, p := range r.Ports {
		lines = append(lines, strings.Join(strings.Fields(fmt.Sprintf("%d %s %s %s %s auth %d plain %d size %d", p.Port, p.State, p.TLS, p.Version, p.Certificate, len(p.Auth), len(p.AuthPlain), p.Size)), " "))
	}
	return lines
}

// TestRelayPorts looks at all ports of each server at once.
func TestRelayPorts(t *testing.T) {
	s := needSubmission(t, "exim4")
	for _, test := range []struct {
		name, address, host string
		ports               []string
		best                int
		rules               []string // found
		exit                int
	}{
		{"Postfix and Dovecot", postfixDovecot, "submission.example.test", []string{
			"25 open starttls TLS 1.3 verified auth 0 plain 0 size 100000",
			"465 open implicit TLS 1.3 verified auth 8 plain 0 size 100000",
			"587 open starttls TLS 1.3 verified auth 8 plain 0 size 100000",
			"2525 refused auth 0 plain 0 size 0",
		}, 465, []string{"relay/port-refused", "relay/plaintext-refused"}, 0},
		{"Dovecot, which takes passwords without TLS from a network that it trusts", dovecotSubmission, "dovecot.example.test", []string{
			"25 refused auth 0 plain 0 size 0",
			"465 open implicit TLS 1.3 verified auth 9 plain 0 size 102400",
			"587 open starttls TLS 1.3 verified auth 9 plain 9 size 102400",
			"2525 refused auth 0 plain 0 size 0",
		}, 465, []string{"relay/port-refused", "auth/without-tls"}, 0},
		{"Exim", eximSubmission, "exim.example.test", []string{
			"25 open starttls TLS 1.3 verified auth 8 plain 0 size 102400",
			"465 open implicit TLS 1.3 verified auth 8 plain 0 size 102400",
			"587 open starttls TLS 1.3 verified auth 8 plain 0 size 102400",
			"2525 refused auth 0 plain 0 size 0",
		}, 465, []string{"relay/port-refused", "relay/auth-on-25"}, 0},
		{"port 25 is filtered", postfixClear, "submission.example.test", []string{
			"25 timeout auth 0 plain 0 size 0",
			"465 refused auth 0 plain 0 size 0",
			"587 open starttls TLS 1.3 verified auth 8 plain 8 size 100000",
			"2525 refused auth 0 plain 0 size 0",
		}, 587, []string{"relay/port-25-blocked", "auth/without-tls"}, 0},
		{"all ports are filtered", blackHole, "submission.example.test", []string{
			"25 timeout auth 0 plain 0 size 0",
			"465 timeout auth 0 plain 0 size 0",
			"587 timeout auth 0 plain 0 size 0",
			"2525 timeout auth 0 plain 0 size 0",
		}, 0, []string{"relay/port-blocked"}, 69},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, run := s.relay(t, "", test.address, test.host, "--connect-timeout", "2s")
			if ports := got.portsOf(); !slices.Equal(ports, test.ports) {
				t.Errorf("ports\n got %q\nwant %q", ports, test.ports)
			}
			if got.ExitCode != test.exit || run.exit != test.exit || got.Best.Port != test.best {
				t.Errorf("exit %d, best port %d", got.ExitCode, got.Best.Port)
			}
			for _, rule := range test.rules {
				if !slices.ContainsFunc(got.Findings, func(f struct{ Rule string }) bool { return f.Rule == rule }) {
					t.Errorf("no finding %s in %v", rule, got.Findings)
				}
			}
			if limit := 4 * time.Second; run.took > limit {
				t.Errorf("took %v: the ports are not asked at once", run.took)
			}
		})
	}
}

// TestRelayEveryMechanism logs in with all of them that a password is enough
// for; the first refusal of a wrong password ends it.
func TestRelayEveryMechanism(t *testing.T) {
	s := needSubmission(t, "exim4")
	want := []string{"SCRAM-SHA-256", "SCRAM-SHA-1", "DIGEST-MD5", "CRAM-MD5", "PLAIN", "LOGIN"}
	for _, server := range submissionServers {
		t.Run(server.name, func(t *testing.T) {
			t.Parallel()
			got, _ := s.relay(t, password, server.address+":465", server.host, "--auth-user", submitter, "--auth-mech", "all")
			var logins []string
			for _, login := range got.Auth.Attempts {
				if login.Outcome == "accepted" {
					logins = append(logins, login.Mechanism)
				}
			}
			if got.ExitCode != 0 || !slices.Equal(logins, want) {
				t.Errorf("exit %d, logged in with %q, want %q", got.ExitCode, logins, want)
			}
			got, _ = s.relay(t, "wrong", server.address+":465", server.host, "--auth-user", submitter, "--auth-mech", "all")
			if got.ExitCode != 77 || len(got.Auth.Attempts) != 1 || got.Auth.LoggedIn {
				t.Errorf("wrong password: exit %d, attempts %+v", got.ExitCode, got.Auth.Attempts)
			}
		})
	}
}

// TestRelayDelivers sends a message by way of the best port.
func TestRelayDelivers(t *testing.T) {
	s := needSubmission(t)
	const subject = "by way of the relay"
	for _, server := range submissionServers[:3] { // all of which end at one Postfix
		got, _ := s.relay(t, password, server.address, server.host, "--auth-user", submitter,
			"--to", "bob@example.test", "--from", "alice@example.test", "--data", "--subject", subject+", "+server.name)
		if got.ExitCode != 0 || len(got.Deliveries) != 1 || got.Deliveries[0].Message.Sent != "yes" {
			t.Fatalf("%s: exit %d, deliveries %+v", server.name, got.ExitCode, got.Deliveries)
		}
		eventually(t, "message in the Maildir", func() bool {
			return slices.ContainsFunc(maildir(t, s.postfix.Mailbox, "bob"), func(message string) bool {
				return strings.Contains(message, "\nSubject: "+subject+", "+server.name+"\n")
			})
		})
	}
}
