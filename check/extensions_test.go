package check_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/lab"
	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/sasl"
)

// TestExtensionsDecideNothing tries the extensions of every host of the lab, good
// and hostile: each verdict is what it is without, and each session ends in time.
func TestExtensionsDecideNothing(t *testing.T) {
	t.Parallel()
	eachDomain(t, func(t *testing.T, d lab.Domain) {
		w, o := world(t)
		o.Extensions = true
		r := probeOne(t, "alice@"+d.Name, o)
		got := string(r.Reason)
		if got == "" {
			got = string(r.Verdict)
		}
		if got != d.Expect || r.ExitCode != d.Exit {
			t.Errorf("%s %d, want %s %d\n%s", got, r.ExitCode, d.Expect, d.Exit, dump(r))
		}
		for i := range r.Sessions {
			s := &r.Sessions[i]
			if total := s.Events[len(s.Events)-1].Elapsed; total > 3*time.Minute+500*time.Millisecond {
				t.Errorf("session %d took %v", s.ID, total)
			}
		}
		roundTrip(t, r)
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestExtensionsOfGoSMTP tries what a second implementation offers: all of it works.
func TestExtensionsOfGoSMTP(t *testing.T) {
	t.Parallel()
	for _, domain := range []string{"bdat.test", "dsn.test", "requiretls.test", "size.test", "smtputf8.test", "good.test"} {
		synctest.Test(t, func(t *testing.T) {
			w, o := world(t)
			o.Extensions, o.MX, o.IPv4 = true, "all", true
			r := probeOne(t, "alice@"+domain, o)
			n := 0
			for i := range r.Sessions {
				for _, x := range r.Sessions[i].Extensions {
					n++
					if x.State == diagnose.ExtBroken || x.State == diagnose.ExtRefused {
						t.Errorf("%s: %+v\n%s", domain, x, dump(r))
					}
				}
			}
			if n < 5 {
				t.Errorf("%s: %d extensions\n%s", domain, n, dump(r))
			}
			_ = w.Close()
		})
	}
}

// TestExtensionsAfterLogin: a login that failed is not tried again for the extensions.
func TestExtensionsAfterLogin(t *testing.T) {
	t.Parallel()
	for reply, sessions := range map[string]int{"235 ok": 2, "535 5.7.8 no": 1, "534 5.7.9 too weak": 1, "454 4.7.0 later": 1} {
		synctest.Test(t, func(t *testing.T) {
			w, o := smallWorld(t, simnet.New(), oneRelay, map[string]string{"smtp.x.test@465": "* tls\nS: 220 x\nC: EHLO *\nS: 250-x\nS: 250 AUTH PLAIN\nC: AUTH PLAIN *\nS: " + reply + "\n"})
			o.Server, o.Port, o.Probe.TLS, o.Extensions = "smtp.x.test", 465, probe.Implicit, true
			o.Probe.Auth = &probe.Auth{User: "alice", Password: sasl.NewSecret(password)}
			if r := probeOne(t, "alice@x.test", o); len(r.Sessions) != sessions {
				t.Errorf("%s: %d sessions, want %d\n%s", reply, len(r.Sessions), sessions, dump(r))
			}
			closeWorld(t, w)
		})
	}
}

// TestMailMax: recipients beyond what a session may have get another connection.
func TestMailMax(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := world(t)
		var list []check.Recipient
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			list = append(list, recipient(t, name+"@limits.test"))
		}
		reports, err := check.Probe(context.Background(), list, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range reports {
			if r.Verdict != diagnose.Accepted {
				t.Errorf("%s: %s %s", r.Recipient, r.Verdict, r.Summary)
			}
		}
		if s := reports[4].Sessions; len(s) != 3 || s[2].Purpose != probe.PurposeRetry || s[2].Outcome != diagnose.Accepted {
			t.Errorf("the fifth recipient, two to a session: %+v", s)
		}
		_ = w.Close()
	})
}

// TestMailMaxQuiet: a server that asks to slow down gets no other connection for the
// recipients that it leaves over.
func TestMailMaxQuiet(t *testing.T) {
	t.Parallel()
	for reply, sessions := range map[string]int{"450 4.2.0 Greylisted": 2, "450 4.7.1 Error: too much mail from 203.0.113.254": 1} {
		synctest.Test(t, func(t *testing.T) {
			w, o := smallWorld(t, simnet.New(), oneHost, map[string]string{
				"mx.x.test": "S: 220 x\nC: EHLO *\nS: 250-x\nS: 250 LIMITS MAILMAX=1\nC: MAIL FROM:*\nS: 250 Ok\nC: RCPT TO:*\nS: " + reply + "\n",
			})
			reports := probeAll(t, o, "a@x.test", "b@x.test")
			if n := len(reports[1].Sessions); n != sessions {
				t.Errorf("%s: %d sessions\n%s", reply, n, dump(reports[1]))
			}
			closeWorld(t, w)
		})
	}
}
