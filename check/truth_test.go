package check_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/lab"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// truthRules are the rules about what the authorities say.
var truthRules = []string{
	"dns/stale-cache", "dns/resolver-fails", "dns/resolvers-disagree", "dns/authorities-disagree", "dns/addresses-vary", "dns/serials-differ",
	"dns/lame", "dns/authority-unreachable", "dns/single-authority", "dns/parent-child-mismatch", "dns/dnssec-bogus", "us/port-53",
}

// TestTruthInLab asks about every domain of the lab: those that are made for it have
// their findings, and no other has any.
func TestTruthInLab(t *testing.T) {
	t.Parallel()
	want := map[string][]string{
		"stale.test": {"dns/stale-cache"}, "split.test": {"dns/authorities-disagree"}, "serials.test": {"dns/serials-differ"},
		"lame.test": {"dns/authority-unreachable", "dns/lame"}, "mismatch.test": {"dns/lame", "dns/parent-child-mismatch"},
		"negative-cache.test": {"dns/stale-cache"}, "bogus.test": {"dns/dnssec-bogus"},
	}
	eachDomain(t, func(t *testing.T, d lab.Domain) {
		w, o := world(t)
		defer w.Close() //nolint:errcheck // no matter here
		name, err := smtp.ParseDomain(d.Name)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		m := check.MX(t.Context(), name, o)
		if took := time.Since(began); took > 7*time.Second {
			t.Errorf("it took %v", took)
		}
		if got := found(m.Findings); !slices.Equal(got, want[d.Name]) {
			t.Errorf("got %q, want %q", got, want[d.Name])
		}
	})
}

// found are the rules of findings about the authorities, sorted, each once.
func found(all []check.Finding) (rules []string) {
	for _, f := range all {
		if slices.Contains(truthRules, f.Rule) && !slices.Contains(rules, f.Rule) {
			rules = append(rules, f.Rule)
		}
	}
	slices.Sort(rules)
	return rules
}

// TestTruthOfProbe: it changes no verdict and costs no time where sessions take longer,
// and the report survives being written and read.
func TestTruthOfProbe(t *testing.T) {
	t.Parallel()
	for _, domain := range []string{"stale.test", "good.test", "slow-greeting.test", "no-such-domain.test", "servfail.test", "null-mx.test"} {
		t.Run(domain, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, o := world(t)
				defer w.Close() //nolint:errcheck // no matter here
				began := time.Now()
				without := probeOne(t, "alice@"+domain, o)
				first := time.Since(began)
				o.DNSTruth, o.Pace = true, nil
				began = time.Now()
				with := probeOne(t, "alice@"+domain, o)
				if with.Verdict != without.Verdict || with.Reason != without.Reason || with.ExitCode != without.ExitCode {
					t.Errorf("%s %s, without %s %s", with.Verdict, with.Reason, without.Verdict, without.Reason)
				}
				if took := time.Since(began); took > first+2*time.Second { // a second of courtesy between two sessions
					t.Errorf("it took %v, without %v", took, first)
				}
				if with.Resolution.Truth == nil || without.Resolution.Truth != nil {
					t.Error("the authorities were asked, or not asked, against the will")
				}
				roundTrip(t, with)
			})
		})
	}
}

// TestTruthInterrupted: what was learned until then is told.
func TestTruthInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := world(t)
		defer w.Close() //nolint:errcheck // no matter here
		o.DNSTruth = true
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		reports, err := check.Probe(ctx, []check.Recipient{recipient(t, "alice@lame.test")}, o)
		if err != nil {
			t.Fatal(err)
		}
		var states []string
		for _, s := range reports[0].Resolution.Truth.Zones[0].Servers {
			states = append(states, s.Name+" "+string(s.State))
		}
		if got := strings.Join(states, ", "); got != "ns1.lame.test ok, ns2.lame.test refused, ns3.lame.test not-asked, ns4.lame.test no-address" {
			t.Error(got)
		}
	})
}
