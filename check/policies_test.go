package check_test

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/lab"
	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/probe"
)

// verifying are options with a rule of --tls-verify.
func verifying(o check.Options, rule string) check.Options {
	o.VerifyRule, o.Probe.TLSVerify, o.Probe.TLS = rule, true, probe.Require
	return o
}

// senders says in short which senders would deliver to the domain.
func senders(r *check.Report) string {
	if r.TLSPolicy == nil {
		return "not looked at"
	}
	var words []string
	for _, s := range r.TLSPolicy.Domain {
		word := string(s.Delivers)
		if s.Failure != "" {
			word += ":" + string(s.Failure)
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// TestPolicies probes the domains of the lab that have policies.
func TestPolicies(t *testing.T) {
	t.Parallel()
	const dane, sts = "dane", "mta-sts"
	for _, tt := range []struct {
		domain, rule string
		exit         int
		want         string // opportunistic, MTA-STS, DANE, REQUIRETLS
		rules        string // findings about policies
	}{
		{"dane.test", dane, 0, "yes yes yes yes", ""},
		{"dane-ta.test", dane, 0, "yes yes yes no", "tlsrpt/none"},
		{"dane-mismatch.test", dane, 76, "yes yes no:validation-failure unknown", "dane/mismatch tlsrpt/none"},
		{"dane-rollover.test", dane, 0, "yes yes yes no", "dane/spare-record tlsrpt/none"},
		{"dane-expired.test", dane, 0, "yes yes yes no", "tlsrpt/none"},
		{"dane-insecure.test", dane, 76, "yes yes yes unknown", "dane/insecure"},
		{"dane-bogus.test", dane, 76, "yes yes no:dnssec-invalid unknown", "dane/bogus"},
		{"dane-cname.test", dane, 0, "yes yes yes no", "tlsrpt/none"},
		{"dane-unusable.test", dane, 76, "yes yes yes:tlsa-invalid unknown", "dane/unusable tlsrpt/none"},
		{"dane-no-tls.test", dane, 76, "yes yes no:starttls-not-supported no:starttls-not-supported", "dane/no-tls tlsrpt/none"},
		{"h59a-tlsa-many.test", dane, 76, "yes yes no:validation-failure unknown", "dane/mismatch tlsrpt/none"},
		{"h59b-tlsa-malformed.test", dane, 76, "yes yes yes:tlsa-invalid unknown", "dane/unusable tlsrpt/none"},
		{"sts.test", sts, 0, "yes yes yes yes", ""},
		{"sts-testing.test", sts, 76, "yes yes:certificate-host-mismatch yes no:certificate-host-mismatch", "mta-sts/host-fails mta-sts/testing tlsrpt/none"},
		{"sts-enforce-fail.test", sts, 76, "yes no:certificate-host-mismatch yes no:certificate-host-mismatch", "mta-sts/host-fails tlsrpt/none"},
		{"sts-mx-mismatch.test", sts, 76, "yes no:validation-failure yes unknown", "mta-sts/mx-not-named tlsrpt/none"},
		{"sts-no-policy.test", sts, 76, "yes yes:sts-policy-fetch-error yes unknown", "mta-sts/fetch"},
		{"sts-no-host.test", sts, 76, "yes yes:sts-policy-fetch-error yes unknown", "mta-sts/fetch"},
		{"sts-bad-policy.test", sts, 76, "yes yes:sts-policy-invalid yes unknown", "mta-sts/policy"},
		{"sts-bad-record.test", sts, 76, "yes yes:sts-policy-invalid yes unknown", "mta-sts/record tlsrpt/record"},
		{"sts-redirect.test", sts, 76, "yes yes:sts-policy-fetch-error yes unknown", "mta-sts/fetch"},
		{"sts-webpki.test", sts, 76, "yes yes:sts-webpki-invalid yes unknown", "mta-sts/certificate"},
		{"h59c-sts-endless.test", sts, 76, "yes yes:sts-policy-invalid yes unknown", "mta-sts/policy"},
		{"h59d-sts-html.test", sts, 76, "yes yes:sts-policy-invalid yes unknown", "mta-sts/policy"},
		{"h59e-sts-drip.test", sts, 76, "yes yes:sts-policy-fetch-error yes unknown", "mta-sts/fetch"},
		{"good.test", sts, 76, "yes yes yes unknown", ""},
		{"unknown-user.test", dane, 76, "yes yes yes unknown", ""},
		{"dead.test", dane, 69, "unknown unknown unknown unknown", ""},
		{"null-mx.test", dane, 68, "", ""},
		{"no-such-domain.test", sts, 68, "", ""},
	} {
		t.Run(tt.domain, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, o := world(t)
				r := probeOne(t, "alice@"+tt.domain, verifying(o, tt.rule))
				if r.ExitCode != tt.exit || senders(r) != tt.want {
					t.Errorf("exit %d, %s\n%s", r.ExitCode, senders(r), dump(r))
				}
				var rules []string
				for _, f := range r.Findings {
					if room, _, _ := strings.Cut(f.Rule, "/"); room == "dane" || room == "mta-sts" || room == "tlsrpt" {
						rules = append(rules, f.Rule)
					}
					for _, e := range f.Evidence {
						if e.Query > len(r.Resolution.Queries) {
							t.Errorf("%s: there is no query %d", f.Rule, e.Query)
						}
					}
				}
				if got := strings.Join(rules, " "); got != tt.rules {
					t.Errorf("findings %s", got)
				}
				roundTrip(t, r)
				if err := w.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestPoliciesCostNoTime: the lookups are over before a session needs them.
func TestPoliciesCostNoTime(t *testing.T) {
	t.Parallel()
	took := func(rule string) (d time.Duration) {
		synctest.Test(t, func(t *testing.T) {
			n := simnet.New()
			for _, address := range []string{"198.51.100.53:53", "198.51.100.150:25"} {
				n.SetLink(address, simnet.Link{Latency: 20 * time.Millisecond})
			}
			w, o := worldOn(t, n)
			defer w.Close() //nolint:errcheck // it is over
			if rule != "" {
				o = verifying(o, rule)
			}
			r := probeOne(t, "alice@dane.test", o)
			if r.ExitCode != 0 {
				t.Error(dump(r))
			}
			events := r.Sessions[0].Events
			d = events[len(events)-1].Elapsed
		})
		return d
	}
	if without, with := took(""), took("dane"); with > without {
		t.Errorf("the session takes %v, and %v with --tls-verify=dane", without, with)
	}
}

// TestPoliciesOneFamily: where the addresses of one family are secure, a failure of
// the other, which has none, is no matter of DNSSEC.
func TestPoliciesOneFamily(t *testing.T) {
	t.Parallel()
	zone := "a.test. MX 10 mx.a.test.\nmx.a.test. A 198.51.100.1\n;! a.test. ad\n;! mx.a.test. ad\n;! mx.a.test. AAAA servfail\n" +
		";! _25._tcp.mx.a.test. ad\n;! _25._tcp.mx.a.test. TLSA tlsa 3 1 1 mx.a.test\n"
	synctest.Test(t, func(t *testing.T) {
		w, o := worldOfFiles(t, fstest.MapFS{"zone": {Data: []byte(zone)}, "mx.a.test.dialogue": {Data: []byte("* serve go-smtp\n")}})
		r := probeOne(t, "alice@a.test", verifying(o, "dane"))
		if r.ExitCode != 0 || r.TLSPolicy.Hosts[0].TLSA.Status != "secure" {
			t.Errorf("exit %d\n%s", r.ExitCode, dump(r))
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestPoliciesLate: a session waits for policies until its deadline and no longer.
func TestPoliciesLate(t *testing.T) {
	t.Parallel()
	zone := "a.test. MX 10 mx.a.test.\nmx.a.test. A 198.51.100.1\n;! a.test. ad\n;! mx.a.test. ad\n;! _25._tcp.mx.a.test. drop\n;! _mta-sts.a.test. drop\n"
	files := fstest.MapFS{"zone": {Data: []byte(zone)}, "mx.a.test.dialogue": {Data: []byte("* serve go-smtp\n")}}
	for _, rule := range []string{"dane", "mta-sts"} {
		synctest.Test(t, func(t *testing.T) {
			w, o := worldOfFiles(t, files)
			o = verifying(o, rule)
			o.Probe.Timeouts.Session = 3 * time.Second
			r := probeOne(t, "alice@a.test", o)
			events := r.Sessions[0].Events
			if end := events[len(events)-1].Elapsed; end > 3500*time.Millisecond || r.ExitCode != 76 || !strings.Contains(dump(r), "not known in time") {
				t.Errorf("%v, exit %d\n%s", end, r.ExitCode, dump(r))
			}
			if got := senders(r); got != map[string]string{"dane": "yes unknown unknown unknown", "mta-sts": "yes unknown unknown unknown"}[rule] {
				t.Error(got)
			}
			if err := w.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestPoliciesInterrupted: who is told to stop waits for no policy.
func TestPoliciesInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := world(t)
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		began := time.Now()
		reports, err := check.Probe(ctx, []check.Recipient{recipient(t, "alice@h59e-sts-drip.test")}, verifying(o, "mta-sts"))
		if err != nil || time.Since(began) > 5500*time.Millisecond {
			t.Fatal(err, time.Since(began))
		}
		if got := reports[0]; senders(got) != "yes unknown yes unknown" || strings.Contains(dump(got), `"mta-sts/`) {
			t.Errorf("%s\n%s", senders(got), dump(got))
		}
		roundTrip(t, reports[0])
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
}

// worldOfFiles opens a world of a few files, in memory.
func worldOfFiles(t *testing.T, files fs.FS) (*lab.World, check.Options) {
	t.Helper()
	w, err := lab.Open(lab.Options{Network: simnet.New(), Files: files})
	if err != nil {
		t.Fatal(err)
	}
	return w, labOptions(w)
}
