package realtest

import (
	"encoding/json"
	"testing"

	"github.com/smtpcheck/smtpcheck/check"
)

// wholeReport is the report with all its keys.
func (r result) wholeReport(t *testing.T) *check.Report {
	t.Helper()
	got := new(check.Report)
	if err := json.Unmarshal([]byte(r.stdout), got); err != nil {
		t.Fatal(err)
	}
	return got
}

// TestWaitForPostgrey: postgrey turns a first attempt away; after a minute the same
// words from the same address are taken. It waits beside the other tests.
func TestWaitForPostgrey(t *testing.T) {
	network := needServers(t, "postfix", "postgrey")
	t.Parallel()
	_, run := network.probe(t, "--server", postfixIPv4, "--from", "patient@sender.test", "--wait", "1m", "grey@example.test")
	got := run.wholeReport(t)
	if got.Verdict != "accepted" || got.Wait == nil || len(got.Wait.Attempts) != 2 || got.Wait.Attempts[0].Reason != "greylisted" || *got.Wait.AcceptedAfter < 60 {
		t.Fatalf("%s %+v", got.Verdict, got.Wait)
	}
	if first, last := got.Sessions[0], got.Sessions[1]; last.Purpose != "retry" || last.HELO != first.HELO || len(got.Sessions) != 2 {
		t.Errorf("%s %q after %q", last.Purpose, last.HELO, first.HELO)
	}
}

// TestAskedBesidePostfix: Postfix knows its users, and takes bounces and mail for
// postmaster without a domain; the domain of the test has no postmaster.
func TestAskedBesidePostfix(t *testing.T) {
	network := needServers(t, "postfix")
	_, run := network.probe(t, "--server", postfixIPv4, "--from", "me@sender.test", "--catch-all", "--postmaster", "alice@example.test")
	got := run.wholeReport(t)
	if got.Verdict != "accepted" || len(got.CatchAll) != 1 || got.CatchAll[0].Outcome != "refuses_unknown" {
		t.Errorf("%s %+v", got.Verdict, got.CatchAll)
	}
	if got.Postmaster == nil || len(got.Postmaster.Recipients) != 3 || got.NullSender == nil || got.NullSender.Recipients[0].Verdict != "accepted" {
		t.Errorf("%+v %+v", got.Postmaster, got.NullSender)
	}
	if to := got.Postmaster.Recipients; to[0].Verdict != "rejected" || to[2].Recipient != "postmaster" || to[2].Verdict != "accepted" {
		t.Errorf("%+v", to)
	}
}
