package check_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/sasl"
)

const password = "correct-horse"

// authTalk is a dialogue with implicit TLS whose first session ends after EHLO, and
// whose others say this to AUTH.
func authTalk(mechanisms string, answers ...string) string {
	head := "* tls\nS: 220 smtp.x.test ESMTP\nC: EHLO *\nS: 250-smtp.x.test\nS: 250 AUTH " + mechanisms + "\n"
	bye := "C: QUIT\nS: 221 2.0.0 Bye\n"
	text := head + bye
	for _, a := range answers {
		text += "* session\n" + head + a + bye
	}
	return text
}

// TestRelayAllMechanisms: a mechanism that is refused gives way to the next; the
// first refusal of the password ends it all; sessions are a second apart.
func TestRelayAllMechanisms(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		mechanisms string
		answers    []string
		want       string // mechanism and code of each login; what was not tried
		code       int
		took       time.Duration
	}{
		"504, 534, 535": {
			"DIGEST-MD5 CRAM-MD5 PLAIN LOGIN",
			[]string{
				"C: AUTH DIGEST-MD5\nS: 504 5.5.4 Unrecognized authentication type\n", "C: AUTH CRAM-MD5\nS: 534 5.7.9 too weak\n",
				"C: AUTH PLAIN *\nS: 535 5.7.8 bad credentials\n", "C: AUTH LOGIN\nS: 235 never\n",
			},
			"DIGEST-MD5 504, CRAM-MD5 534, PLAIN 535; LOGIN", 77, 3 * time.Second,
		},
		"535 at once": {
			"CRAM-MD5 PLAIN LOGIN",
			[]string{"C: AUTH CRAM-MD5\nS: 535 5.7.8 bad credentials\n", "* reset\n"},
			"CRAM-MD5 535; PLAIN LOGIN", 77, time.Second,
		},
		"each works": {
			"PLAIN LOGIN",
			[]string{"C: AUTH PLAIN *\nS: 235 ok\n", "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: *\nS: 334 UGFzc3dvcmQ6\nC: *\nS: 235 ok\n"},
			"PLAIN 235, LOGIN 235; ", 0, 2 * time.Second,
		},
		"one works, the next is refused": {
			"PLAIN LOGIN",
			[]string{"C: AUTH PLAIN *\nS: 235 ok\n", "C: AUTH LOGIN\nS: 535 5.7.8 no\n"},
			"PLAIN 235, LOGIN 535; ", 0, 2 * time.Second,
		},
		"for now": {
			"PLAIN LOGIN",
			[]string{"C: AUTH PLAIN *\nS: 454 4.7.0 Temporary authentication failure\n"},
			"PLAIN 454; LOGIN", 75, time.Second,
		},
		"all are refused": {
			"PLAIN LOGIN",
			[]string{"C: AUTH PLAIN *\nS: 534 5.7.9 no\n", "C: AUTH LOGIN\nS: 504 5.5.4 no\n"},
			"PLAIN 534, LOGIN 504; ", 77, 2 * time.Second,
		},
		"nothing in common": {
			"GSSAPI NTLM", []string{""}, " 0; ", 76, time.Second,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, o := smallWorld(t, simnet.New(), oneRelay, map[string]string{"smtp.x.test@465": authTalk(tt.mechanisms, tt.answers...)})
				o.Port, o.Probe.Auth = 465, &probe.Auth{User: "alice", Password: sasl.NewSecret(password)}
				o.Probe.Secrets = o.Probe.Auth.Secrets()
				began := time.Now()
				r := relayOne(t, "smtp.x.test", check.RelayOptions{Options: o, AllMechanisms: true})
				var logins []string
				for _, a := range r.Auth.Attempts {
					code := 0
					if a.Session.Reply != nil {
						code = a.Session.Reply.Code
					}
					logins = append(logins, fmt.Sprint(a.Mechanism, " ", code))
				}
				if got := strings.Join(logins, ", ") + "; " + strings.Join(r.Auth.NotTried, " "); got != tt.want || r.ExitCode != tt.code {
					t.Errorf("got  %s %d\nwant %s %d\n%s", got, r.ExitCode, tt.want, tt.code, r.Summary)
				}
				if took := time.Since(began); took != tt.took {
					t.Errorf("it took %v, want %v", took, tt.took)
				}
				if (r.ExitCode != 0) != (r.Remedy != "") || r.Usable != (r.ExitCode == 0) {
					t.Errorf("usable %v, exit code %d, to do: %q", r.Usable, r.ExitCode, r.Remedy)
				}
				if left := len(r.Auth.NotTried) > 0; left && tt.code == 77 && !strings.Contains(ports(r), "relay/login-ended") {
					t.Error(ports(r))
				}
				noSecret(t, r)
				closeWorld(t, w)
			})
		})
	}
}

// noSecret looks for the password in a report.
func noSecret(t *testing.T, r *check.RelayReport) {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range []string{
		password, base64.StdEncoding.EncodeToString([]byte(password)), hex.EncodeToString([]byte(password)),
		base64.StdEncoding.EncodeToString([]byte("\x00alice\x00" + password)),
	} {
		if strings.Contains(string(b), form) {
			t.Errorf("the report has %s", form)
		}
	}
}

// TestRelayOnce: without "all" the strongest mechanism is tried, once, at the best port.
func TestRelayOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := smallWorld(t, simnet.New(), oneRelay, map[string]string{
			"smtp.x.test@587": submission,
			"smtp.x.test@465": authTalk("LOGIN PLAIN", "C: AUTH PLAIN *\nS: 535 5.7.8 bad credentials\n", "* reset\n"),
		})
		o.Probe.Auth = &probe.Auth{User: "alice", Password: sasl.NewSecret(password)}
		r := relayOne(t, "smtp.x.test", check.RelayOptions{Options: o})
		if n := len(r.Auth.Attempts); n != 1 || r.ExitCode != 77 || r.Auth.LoggedIn || !strings.Contains(r.Summary, "with PLAIN was refused") || !strings.Contains(r.Summary, "535 5.7.8 bad credentials") {
			t.Errorf("%d logins, exit code %d: %s", n, r.ExitCode, r.Summary)
		}
		server, err := w.Server("198.51.100.1:465")
		if err != nil || server.Connections() != 2 {
			t.Errorf("%v connections, %v", server.Connections(), err)
		}
		noSecret(t, r)
		closeWorld(t, w)
	})
}

// TestRelayDelivers: a transaction goes through the best port, and its verdict says
// that delivery is still ahead.
func TestRelayDelivers(t *testing.T) {
	t.Parallel()
	taken := "C: AUTH PLAIN *\nS: 235 ok\nC: MAIL FROM:<me@example.org>*\nS: 250 ok\nC: RCPT TO:<bob@example.net>\nS: 250 ok\n" +
		"C: RSET\nS: 250 ok\nC: MAIL FROM:<me@example.org>*\nS: 250 ok\nC: RCPT TO:<carol@example.com>\nS: 550 5.7.1 no\n"
	synctest.Test(t, func(t *testing.T) {
		w, o := smallWorld(t, simnet.New(), oneRelay+"smtp.x.test. AAAA 2001:db8::1\n", map[string]string{"smtp.x.test@465": authTalk("PLAIN", taken)})
		o.Probe.Dial = dialFail(o.Probe.Dial, "[2001:db8::1]:465", simnet.Timeout)
		o.Probe.Auth = &probe.Auth{User: "alice", Password: sasl.NewSecret(password)}
		me := recipient(t, "me@example.org").Mailbox
		o.Sender, o.Port = &me, 465
		r := relayOne(t, "smtp.x.test", check.RelayOptions{
			Options: o, Recipients: []check.Recipient{recipient(t, "bob@example.net"), recipient(t, "carol@example.com")},
		})
		if len(r.Deliveries) != 2 || r.Auth != nil || !r.Usable || r.ExitCode != 77 {
			t.Fatalf("%+v", r)
		}
		bob, carol := r.Deliveries[0], r.Deliveries[1]
		if bob.Verdict != diagnose.Accepted || !strings.Contains(bob.Summary, "accepted at RCPT by the relay smtp.x.test") || bob.ExitCode != 0 {
			t.Errorf("%s %s", bob.Verdict, bob.Summary)
		}
		if carol.Verdict != diagnose.Rejected || carol.Reason != diagnose.Policy && carol.ExitCode != 77 {
			t.Errorf("%s %s", carol.Verdict, carol.Summary)
		}
		if len(bob.Sessions) != 1 || bob.Sessions[0].Address != "198.51.100.1:465" {
			t.Errorf("not through the address that answered: %s", dump(bob))
		}
		noSecret(t, r)
		closeWorld(t, w)
	})
}

// TestRelayQuietAfter421: a server that had enough in a login gets no message either.
func TestRelayQuietAfter421(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := smallWorld(t, simnet.New(), oneRelay, map[string]string{
			"smtp.x.test@465": authTalk("PLAIN LOGIN", "C: AUTH PLAIN *\nS: 235 ok\n", "C: AUTH LOGIN\nS: 421 4.7.0 too many connections\n* close\n", "* reset\n"),
		})
		o.Probe.Auth = &probe.Auth{User: "alice", Password: sasl.NewSecret(password)}
		me := recipient(t, "me@example.org").Mailbox
		o.Sender, o.Port = &me, 465
		r := relayOne(t, "smtp.x.test", check.RelayOptions{Options: o, AllMechanisms: true, Recipients: []check.Recipient{recipient(t, "bob@example.net")}})
		if len(r.Deliveries) != 1 || len(r.Deliveries[0].Sessions) != 0 || r.ExitCode == 0 {
			t.Errorf("exit code %d: %+v", r.ExitCode, r.Deliveries[0])
		}
		if s, err := w.Server("198.51.100.1:465"); err != nil || s.Connections() != 3 {
			t.Errorf("%d connections, %v", s.Connections(), err)
		}
		closeWorld(t, w)
	})
}

// TestRelayInterrupted: what was learned is kept.
func TestRelayInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := smallWorld(t, simnet.New(), oneRelay, map[string]string{
			"smtp.x.test": "* connect timeout\n", "smtp.x.test@587": submission, "smtp.x.test@465": "* tls\n* stall\n",
		})
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		began := time.Now()
		r, err := check.Relay(ctx, "smtp.x.test", check.RelayOptions{Options: o})
		if err != nil || time.Since(began) > 4*time.Second {
			t.Fatal(err, time.Since(began))
		}
		if !strings.HasPrefix(ports(r), "25, 465 open implicit verified, 587 open starttls verified usable, 2525 refused; best 587") {
			t.Error(ports(r))
		}
		closeWorld(t, w)
	})
	for _, when := range []time.Duration{0, time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			w, o := smallWorld(t, simnet.New(), oneRelay, map[string]string{"smtp.x.test": "* connect timeout\n", "smtp.x.test@587": "* connect timeout\n"})
			ctx, cancel := context.WithTimeout(context.Background(), when)
			defer cancel()
			r, err := check.Relay(ctx, "smtp.x.test", check.RelayOptions{Options: o})
			if err != nil || r.Usable || r.Reason != diagnose.Interrupted || r.ExitCode != check.ExitInterrupted {
				t.Errorf("%v: %s: %s", when, ports(r), r.Summary)
			}
			closeWorld(t, w)
		})
	}
}

// TestRelayObserver: sessions are announced in the order of the ports, and those of
// an address that was slower leave nothing.
func TestRelayObserver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := simnet.New()
		n.SetLink("198.51.100.1:587", simnet.Link{Latency: time.Second})
		w, o := smallWorld(t, n, oneRelay+"smtp.x.test. A 198.51.100.2\n", map[string]string{"smtp.x.test@587": submission})
		seen := new(watcher)
		o.Observer, o.Port = seen, 587
		r := relayOne(t, "smtp.x.test", check.RelayOptions{Options: o})
		p := r.Ports[0]
		if p.Session.Address != "198.51.100.2:587" || len(p.Others) != 0 {
			t.Errorf("%s %d", p.Session.Address, len(p.Others))
		}
		if len(seen.plans) != 2 || seen.ended != 2 || seen.events != len(p.Session.Events) {
			t.Errorf("%v, %d ended, %d events of %d", seen.plans, seen.ended, seen.events, len(p.Session.Events))
		}
		closeWorld(t, w)
	})
}

// TestRelaySRVLogin: a password does not follow SRV records to another domain, unless
// DNSSEC vouches for them.
func TestRelaySRVLogin(t *testing.T) {
	t.Parallel()
	for _, signed := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			zone := oneRelay + "_submission._tcp.y.test. SRV 10 1 587 smtp.x.test.\n"
			if signed {
				zone += ";! _submission._tcp.y.test. ad\n"
			}
			w, o := smallWorld(t, simnet.New(), zone, map[string]string{"smtp.x.test@587": submission})
			o.Lab = true // its resolver is trusted
			o.Probe.Auth = &probe.Auth{User: "alice", Password: sasl.NewSecret(password)}
			r := relayOne(t, "y.test", check.RelayOptions{Options: o, SRV: true})
			if tried := r.Auth != nil; tried != signed || !signed && (r.Usable || r.ExitCode != 76 || r.Side != "us") {
				t.Errorf("signed %v: %s", signed, r.Summary)
			}
			closeWorld(t, w)
		})
	}
}
