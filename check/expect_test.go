package check

import (
	"testing"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// TestExpectCode: expectations alone decide the exit code, but where they are not
// met and no server could be asked, and where we were interrupted.
func TestExpectCode(t *testing.T) {
	t.Parallel()
	greeted := []Session{{ID: 1, Purpose: probe.PurposeProbe, Events: []Event{{probe.Event{Kind: probe.KindReply, Reply: &smtp.Reply{Code: 220}}}}}}
	silent := []Session{{ID: 1, Purpose: probe.PurposeProbe}, {ID: 2, Purpose: probe.PurposeTLSLegacy, Events: greeted[0].Events}}
	for _, c := range []struct {
		name          string
		r             Report
		met, unmet    int
		plain, failOn int // failOn rejected
	}{
		{"accepted", Report{Verdict: diagnose.Accepted, Sessions: greeted}, 0, 1, 0, 0},
		{"rejected", Report{Verdict: diagnose.Rejected, Reason: diagnose.NoSuchUser, Sessions: greeted}, 0, 1, 67, 67},
		{"deferred", Report{Verdict: diagnose.Deferred, Sessions: greeted}, 0, 1, 75, 0},
		{"unreachable", Report{Verdict: diagnose.Unreachable, Sessions: silent}, 0, 69, 69, 0},
		{"dns", Report{Verdict: diagnose.Deferred, Reason: diagnose.DNSFailure}, 0, 75, 75, 0},
		{"null MX", Report{Verdict: diagnose.Rejected, Reason: diagnose.NoMailService, DecidedBy: &diagnose.Evidence{Query: 1}}, 0, 68, 68, 68},
		{"said to be no mail service", Report{Verdict: diagnose.Rejected, Reason: diagnose.NoMailService, DecidedBy: &diagnose.Evidence{Session: 1}, Sessions: greeted}, 0, 1, 77, 77},
		{"interrupted", Report{Verdict: diagnose.Undetermined, Reason: diagnose.Interrupted, Sessions: greeted}, 130, 130, 130, 130},
	} {
		if got := c.r.VerdictCode(); got != c.plain {
			t.Errorf("%s: %d, want %d", c.name, got, c.plain)
		}
		for met, want := range map[bool]int{true: c.met, false: c.unmet} {
			c.r.Expect(&Expectation{Met: met})
			if c.r.ExitCode != want {
				t.Errorf("%s, met %v: %d, want %d", c.name, met, c.r.ExitCode, want)
			}
		}
		c.r.FailOn(diagnose.Rejected)
		if c.r.ExitCode != c.failOn {
			t.Errorf("%s, --fail-on rejected: %d, want %d", c.name, c.r.ExitCode, c.failOn)
		}
	}
	if got := ExitCode(0, 1, 75); got != 75 {
		t.Errorf("1 and 75 are %d", got)
	}
	if got := ExitCode(0, 1); got != 1 {
		t.Errorf("0 and 1 are %d", got)
	}
}
