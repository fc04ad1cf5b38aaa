package check_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/probe"
)

func purposes(r *check.Report) (list []probe.Purpose) {
	for i := range r.Sessions {
		list = append(list, r.Sessions[i].Purpose)
	}
	return list
}

func hasRule(r *check.Report, rule, summary string) bool {
	for _, f := range r.Findings {
		if f.Rule == rule && f.Summary == summary {
			return true
		}
	}
	return false
}

// TestLegacyTLS: what crypto/tls has nothing in common with is recognised on a
// connection of its own, which changes no verdict.
func TestLegacyTLS(t *testing.T) {
	t.Parallel()
	for domain, want := range map[string]string{
		"tls-dhe.test":       "mx.tls-dhe.test speaks only finite-field Diffie-Hellman of 1024 bits, with TLS 1.2",
		"tls-ssl3.test":      "mx.tls-ssl3.test speaks only SSLv3",
		"tls-anonymous.test": "mx.tls-anonymous.test speaks only anonymous Diffie-Hellman of 1024 bits, with TLS 1.2",
	} {
		t.Run(domain, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { legacyDomain(t, domain, want) })
		})
	}
}

func legacyDomain(t *testing.T, domain, want string) {
	w, o := world(t)
	defer w.Close() //nolint:errcheck // nothing to do about it
	r := probeOne(t, "alice@"+domain, o)
	if got := purposes(r); len(got) != 3 || got[1] != probe.PurposePlainFallback || got[2] != probe.PurposeTLSLegacy {
		t.Fatalf("%v\n%s", got, dump(r))
	}
	if !hasRule(r, "tls/legacy-only", want) || r.Verdict != "accepted" || len(r.Walk) != 2 {
		t.Errorf("%s %v %v\n%s", r.Verdict, r.Walk, r.Findings, dump(r))
	}
	if gap := r.Sessions[2].Started.Sub(r.Sessions[1].Started.Time); gap < time.Second {
		t.Errorf("a connection %v after another", gap)
	}
	roundTrip(t, r)
	o.Pace, o.Probe.TLS = nil, probe.Require
	r = probeOne(t, "alice@"+domain, o)
	if got := purposes(r); len(got) != 2 || got[1] != probe.PurposeTLSLegacy || r.Verdict != "undetermined" || r.ExitCode != 76 {
		t.Errorf("required: %v %s", got, r.Verdict)
	}
	o.Pace, o.Probe.TLS = nil, probe.Never
	if got := purposes(probeOne(t, "alice@"+domain, o)); len(got) != 1 {
		t.Errorf("never: %v", got)
	}
}

// TestTLSCheck: what --tls-check finds, on so many connections, and that no verdict
// changes by it.
func TestTLSCheck(t *testing.T) {
	t.Parallel()
	for domain, want := range map[string]struct {
		sessions int
		findings map[string]string
	}{
		"tls-also-old.test": {8, map[string]string{
			"mx.tls-also-old.test also takes TLS 1.0":                   "tls/takes-old",
			"mx.tls-also-old.test also takes SSLv3":                     "tls/takes-old",
			"mx.tls-also-old.test takes DHE 1024 bits":                  "tls/small-dh",
			"mx.tls-also-old.test takes TLS_RSA_WITH_RC4_128_SHA (RC4)": "tls/weak-cipher",
		}},
		"good.test":               {14, nil},
		"starttls-sometimes.test": {8, map[string]string{"mx.starttls-sometimes.test offered STARTTLS on 6 of 8 connections to one address": "starttls/sometimes"}},
		"tls-none.test":           {3, nil},
		"tls-required.test":       {7, map[string]string{"mx.tls-required.test refuses MAIL without TLS": "starttls/demanded"}},
		"tls-dhe.test": {0, map[string]string{
			"mx.tls-dhe.test speaks only finite-field Diffie-Hellman of 1024 bits, with TLS 1.2": "tls/legacy-only",
			"mx.tls-dhe.test takes DHE 1024 bits":                                                "tls/small-dh",
		}},
		"tls-rsa.test":                {0, map[string]string{"mx.tls-rsa.test uses RSA key exchange": "tls/no-forward-secrecy"}},
		"tls-expires-soon.test":       {0, map[string]string{"mx.tls-expires-soon.test: the certificate expires in 5 days, on 2000-01-06": "tls/expires-soon"}},
		"h43-starttls-again.test":     {0, map[string]string{"mx.h43-starttls-again.test offers STARTTLS inside TLS": "starttls/again"}},
		"rate-limit.test":             {0, nil},
		"h39-starttls-injection.test": {0, nil},
		"h42-tls-silence.test":        {0, nil},
		"h03-silence.test":            {1, nil},
		"closing-greeting.test":       {1, nil},
	} {
		t.Run(domain, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				plain := lookAt(t, domain, false)
				r := lookAt(t, domain, true)
				if r.Verdict != plain.Verdict || r.Reason != plain.Reason || len(r.Walk) != len(plain.Walk) || r.ExitCode != plain.ExitCode {
					t.Errorf("%s %s, without it %s %s", r.Verdict, r.Reason, plain.Verdict, plain.Reason)
				}
				if want.sessions > 0 && len(r.Sessions) != want.sessions {
					t.Errorf("%v\n%s", purposes(r), dump(r))
				}
				for summary, rule := range want.findings {
					if !hasRule(r, rule, summary) {
						t.Errorf("no %s: %v\n%v", rule, r.Findings, purposes(r))
					}
				}
				for i := range r.Sessions {
					if s := &r.Sessions[i]; s.Purpose == probe.PurposeTLSResume && s.TLS != nil && !s.TLS.Resumed {
						t.Errorf("not resumed\n%s", dump(r))
					}
				}
				roundTrip(t, r)
			})
		})
	}
}

// lookAt probes a domain of the lab.
func lookAt(t *testing.T, domain string, closely bool) *check.Report {
	w, o := world(t)
	defer w.Close() //nolint:errcheck // nothing to do about it
	o.TLSCheck = closely
	return probeOne(t, "alice@"+domain, o)
}
