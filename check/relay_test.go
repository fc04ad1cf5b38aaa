package check_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
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

// submission is a server with STARTTLS that wants a login.
const submission = `S: 220 smtp.x.test ESMTP
C: EHLO *
S: 250-smtp.x.test
S: 250 STARTTLS
C: MAIL FROM:<>
S: 530 5.7.0 Must issue a STARTTLS command first
C: STARTTLS
S: 220 2.0.0 go on
* tls
C: EHLO *
S: 250-smtp.x.test
S: 250-SIZE 26214400
S: 250 AUTH PLAIN LOGIN
C: QUIT
S: 221 2.0.0 Bye
`

// submissions is the same with implicit TLS.
const submissions = `* tls
S: 220 smtp.x.test ESMTP
C: EHLO *
S: 250-smtp.x.test
S: 250-SIZE 26214400
S: 250 AUTH PLAIN LOGIN
C: QUIT
S: 221 2.0.0 Bye
`

const oneRelay = "smtp.x.test. A 198.51.100.1\n"

func relayOne(t testing.TB, host string, o check.RelayOptions) *check.RelayReport {
	t.Helper()
	r, err := check.Relay(context.Background(), host, o)
	if err != nil {
		t.Fatal(err)
	}
	first, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back check.RelayReport
	if err := json.Unmarshal(first, &back); err != nil {
		t.Fatal(err)
	}
	if second, _ := json.Marshal(&back); string(first) != string(second) {
		t.Errorf("the report changes:\n%s\n%s", first, second)
	}
	return r
}

// ports is a report in a few words.
func ports(r *check.RelayReport) string {
	var out []string
	for _, p := range r.Ports {
		words := strings.TrimSpace(fmt.Sprint(p.Port, " ", p.State, " ", p.TLS, " ", p.Certificate))
		if p.Usable {
			words += " usable"
		}
		out = append(out, words)
	}
	best := "none"
	if r.Best != nil {
		best = fmt.Sprint(r.Best.Port)
	}
	var rules []string
	for _, f := range r.Findings {
		rules = append(rules, f.Rule)
	}
	return fmt.Sprintf("%s; best %s; %s %d; %s", strings.Join(out, ", "), best, r.Reason, r.ExitCode, strings.Join(rules, " "))
}

func wantPorts(t testing.TB, r *check.RelayReport, want string) {
	t.Helper()
	if got := ports(r); got != want {
		b, _ := json.MarshalIndent(r, "", " ")
		t.Errorf("got  %s\nwant %s\n%s", got, want, b)
	}
}

// TestRelayPortsAtOnce: the wall time is that of the slowest port, and a filtered
// port costs the time for a connection once, however many addresses there are.
func TestRelayPortsAtOnce(t *testing.T) {
	t.Parallel()
	for name, zone := range map[string]string{
		"one address": oneRelay,
		"six":         oneRelay + "smtp.x.test. A 198.51.100.2\nsmtp.x.test. A 198.51.100.3\nsmtp.x.test. AAAA 2001:db8::1\nsmtp.x.test. AAAA 2001:db8::2\nsmtp.x.test. AAAA 2001:db8::3\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, o := smallWorld(t, simnet.New(), zone, map[string]string{
					"smtp.x.test": "* connect timeout\n", "smtp.x.test@2525": "* connect timeout\n",
					"smtp.x.test@587": submission, "smtp.x.test@465": submissions,
				})
				began := time.Now()
				r := relayOne(t, "smtp.x.test", check.RelayOptions{Options: o})
				if took := time.Since(began); took != 10*time.Second {
					t.Errorf("it took %v, want the time for one connection, 10s", took)
				}
				wantPorts(t, r, "25 timeout, 465 open implicit verified usable, 587 open starttls verified usable, 2525 timeout; best 465;  0; relay/port-blocked relay/plaintext-refused")
				closeWorld(t, w)
			})
		})
	}
}

// TestRelaySlowestPort: no port waits for another.
func TestRelaySlowestPort(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := smallWorld(t, simnet.New(), oneRelay, map[string]string{
			"smtp.x.test": "* sleep 5s\n" + submission, "smtp.x.test@2525": "* sleep 6s\n" + submission,
			"smtp.x.test@587": "* sleep 7s\n" + submission, "smtp.x.test@465": strings.Replace(submissions, "* tls", "* sleep 4s\n* tls", 1),
		})
		began := time.Now()
		r := relayOne(t, "smtp.x.test", check.RelayOptions{Options: o})
		if took := time.Since(began); took != 7*time.Second {
			t.Errorf("it took %v, want the time of the slowest port, 7s", took)
		}
		if r.Best == nil || r.Best.Port != 465 {
			t.Error(ports(r))
		}
		closeWorld(t, w)
	})
}

// TestRelayFirstAddressThatConnects: the second address begins a quarter of a
// second after the first, or as soon as that has failed.
func TestRelayFirstAddressThatConnects(t *testing.T) {
	t.Parallel()
	for outcome, want := range map[simnet.Outcome]time.Duration{simnet.Timeout: 250 * time.Millisecond, simnet.Refused: 0} {
		t.Run(string(outcome), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, o := smallWorld(t, simnet.New(), oneRelay+"smtp.x.test. A 198.51.100.2\n", map[string]string{"smtp.x.test@587": submission})
				dial := o.Probe.Dial
				o.Probe.Dial = dialFail(dial, "198.51.100.1:587", outcome)
				o.Port = 587
				began := time.Now()
				r := relayOne(t, "smtp.x.test", check.RelayOptions{Options: o})
				if took := time.Since(began); took != want {
					t.Errorf("it took %v, want %v", took, want)
				}
				p := r.Ports[0]
				if p.State != diagnose.PortOpen || p.Session.Address != "198.51.100.2:587" {
					t.Errorf("%s: %+v", ports(r), p.Session)
				}
				if n := len(p.Others); (n == 1) != (outcome == simnet.Refused) {
					t.Errorf("%d other sessions", n)
				}
				closeWorld(t, w)
			})
		})
	}
}

func TestRelayJudgements(t *testing.T) {
	t.Parallel()
	noTLS := "S: 220 smtp.x.test ESMTP\nC: EHLO *\nS: 250-smtp.x.test\nS: 250-SIZE 1000000\nS: 250 AUTH PLAIN\nC: QUIT\nS: 221 2.0.0 Bye\n"
	noAuth := strings.Replace(submission, "S: 250 AUTH PLAIN LOGIN", "S: 250 HELP", 1)
	for name, tt := range map[string]struct {
		dialogues map[string]string
		change    func(*check.RelayOptions)
		want      string
	}{
		"none is usable": {
			map[string]string{},
			nil,
			"25 refused, 465 refused, 587 refused, 2525 refused; best none; unreachable 69; relay/no-port relay/port-refused",
		},
		"587 only": {
			map[string]string{"smtp.x.test@587": submission, "smtp.x.test": "* connect timeout\n"},
			nil,
			"25 timeout, 465 refused, 587 open starttls verified usable, 2525 refused; best 587;  0; relay/no-implicit-tls relay/plaintext-refused relay/port-refused relay/port-25-blocked",
		},
		"no TLS": {
			map[string]string{"smtp.x.test@587": noTLS},
			func(o *check.RelayOptions) { o.Port = 587 },
			"587 open none usable; best 587;  0; relay/no-tls auth/without-tls relay/small-size",
		},
		"no TLS, and it is required": {
			map[string]string{"smtp.x.test@587": noTLS},
			func(o *check.RelayOptions) { o.Port, o.Probe.TLS = 587, probe.Require },
			"587 open none; best none; tls_failed 76; relay/no-tls auth/without-tls relay/small-size",
		},
		"no TLS, and a login": {
			map[string]string{"smtp.x.test@587": noTLS},
			func(o *check.RelayOptions) {
				o.Port, o.Probe.Auth = 587, &probe.Auth{User: "alice"}
			},
			"587 open none; best none; tls_failed 76; relay/no-tls auth/without-tls relay/small-size",
		},
		"no AUTH, and a login": {
			map[string]string{"smtp.x.test@587": noAuth},
			func(o *check.RelayOptions) {
				o.Port, o.Probe.Auth = 587, &probe.Auth{User: "alice"}
			},
			"587 open starttls verified; best none; auth_required 76; relay/no-auth relay/plaintext-refused",
		},
		"a bad certificate, and a login": {
			map[string]string{"smtp.x.test@587": strings.Replace(submission, "* tls", "* tls expired", 1)},
			func(o *check.RelayOptions) {
				o.Port, o.Probe.Auth = 587, &probe.Auth{User: "alice"}
			},
			"587 open starttls expired; best none; tls_failed 76; tls/expired relay/plaintext-refused",
		},
		"silence": {
			map[string]string{"smtp.x.test@10587": "* stall\n"},
			func(o *check.RelayOptions) { o.Port = 10587 },
			"10587 open; best none; timeout 69; relay/silent",
		},
		"not SMTP": {
			map[string]string{"smtp.x.test@587": "* raw \"HTTP/1.1 400 Bad Request\\r\\n\\r\\n\"\n* close\n"},
			func(o *check.RelayOptions) { o.Port = 587 },
			"587 open; best none; protocol 76; smtp/not-smtp",
		},
		"plaintext at 465": {
			map[string]string{"smtp.x.test@465": acceptAll},
			func(o *check.RelayOptions) { o.Port = 465 },
			"465 open; best none; tls_failed 76; tls/plaintext-port",
		},
		"we are refused": {
			map[string]string{"smtp.x.test@587": "S: 554 5.7.1 Your IP is blocked\nC: QUIT\nS: 221 bye\n"},
			func(o *check.RelayOptions) { o.Port = 587 },
			"587 open; best none; ip_reputation 77; ",
		},
		"AUTH at 25": {
			map[string]string{"smtp.x.test": strings.Replace(submission, "C: MAIL FROM:<>\nS: 530 5.7.0 Must issue a STARTTLS command first\n", "", 1)},
			func(o *check.RelayOptions) { o.Port = 25 },
			"25 open starttls verified usable; best 25;  0; relay/auth-on-25",
		},
		"MAIL before STARTTLS": {
			map[string]string{"smtp.x.test@587": strings.Replace(submission, "S: 530 5.7.0 Must issue a STARTTLS command first", "S: 250 Ok\nC: RSET\nS: 250 Ok", 1)},
			func(o *check.RelayOptions) { o.Port = 587 },
			"587 open starttls verified usable; best 587;  0; relay/plaintext-accepted",
		},
		"--tls never leaves 465 out": {
			map[string]string{"smtp.x.test@587": noTLS, "smtp.x.test@465": submissions},
			func(o *check.RelayOptions) { o.Probe.TLS = probe.Never },
			"25 refused, 587 open none usable, 2525 refused; best 587;  0; relay/no-tls auth/without-tls relay/small-size relay/port-refused",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, o := smallWorld(t, simnet.New(), oneRelay, tt.dialogues)
				ro := check.RelayOptions{Options: o}
				if tt.change != nil {
					tt.change(&ro)
				}
				r := relayOne(t, "smtp.x.test", ro)
				wantPorts(t, r, tt.want)
				if (r.ExitCode != 0) != (r.Remedy != "") {
					t.Errorf("exit code %d, to do: %q", r.ExitCode, r.Remedy)
				}
				closeWorld(t, w)
			})
		})
	}
}

// TestRelayHungUpInClear: a server that hangs up on MAIL before STARTTLS is asked
// again without it: the question decides nothing.
func TestRelayHungUpInClear(t *testing.T) {
	t.Parallel()
	head, tail, _ := strings.Cut(submission, "C: MAIL FROM:<>\nS: 530 5.7.0 Must issue a STARTTLS command first\n")
	for _, answer := range []string{"S: 550 5.7.1 not here\n* close\n", "* close\n", "* reset\n"} {
		synctest.Test(t, func(t *testing.T) {
			w, o := smallWorld(t, simnet.New(), oneRelay, map[string]string{
				"smtp.x.test@587": head + "C: MAIL FROM:<>\n" + answer + "* session\n" + head + tail,
			})
			o.Port, o.Probe.Auth = 587, &probe.Auth{User: "alice", Password: sasl.NewSecret(password)}
			r := relayOne(t, "smtp.x.test", check.RelayOptions{Options: o})
			p := r.Ports[0]
			if !p.Usable || p.TLS != "starttls" || p.Version == "" || len(p.Others) != 1 || p.Session.After != p.Others[0].ID || p.Session.Purpose != probe.PurposeRetry {
				t.Errorf("%q: %s, %d others", answer, ports(r), len(p.Others))
			}
			closeWorld(t, w)
		})
	}
}

func TestRelayDNS(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		host, zone string
		srv        bool
		want       string
	}{
		"no such host": {"nowhere.test", "", false, "; best none; bad_domain 68; "},
		"no address":   {"x.test", "x.test. MX 10 mx.x.test.\n", false, "; best none; no_mail_service 68; "},
		"SRV": {
			"x.test", oneRelay + "_submission._tcp.x.test. SRV 10 1 587 smtp.x.test.\n_submissions._tcp.x.test. SRV 0 1 465 smtp.x.test.\n", true,
			"465 open implicit verified usable, 587 open starttls verified usable; best 465;  0; relay/plaintext-refused",
		},
		"SRV elsewhere": {
			"y.test", oneRelay + "_submission._tcp.y.test. SRV 10 1 587 smtp.x.test.\n_submissions._tcp.y.test. SRV 0 0 0 .\n", true,
			"587 open starttls verified usable; best 587;  0; relay/srv-other-domain relay/srv-not-offered relay/plaintext-refused",
		},
		"no SRV":      {"x.test", oneRelay, true, "; best none; no_mail_service 68; relay/srv-none relay/srv-none"},
		"not offered": {"x.test", "_submission._tcp.x.test. SRV 0 0 0 .\n", true, "; best none; no_mail_service 68; relay/srv-none relay/srv-not-offered"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, o := smallWorld(t, simnet.New(), tt.zone, map[string]string{"smtp.x.test@587": submission, "smtp.x.test@465": submissions})
				r := relayOne(t, tt.host, check.RelayOptions{Options: o, SRV: tt.srv})
				wantPorts(t, r, tt.want)
				if !tt.srv && !strings.Contains(r.Remedy, "--srv") {
					t.Errorf("to do: %q", r.Remedy)
				}
				closeWorld(t, w)
			})
		})
	}
}

// dialFail is a dialler to which one address does not answer as it should.
func dialFail(dial dialFunc, at string, o simnet.Outcome) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if address == at {
			return nil, o.Fail(ctx, network, address, 0)
		}
		return dial(ctx, network, address)
	}
}

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)
