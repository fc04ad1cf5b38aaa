package check_test

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/probe"
)

// waited probes recipients of a small world until they are decided.
func waited(t *testing.T, zone string, dialogues map[string]string, w check.Waiting, to ...string) []*check.Report {
	t.Helper()
	world, o := smallWorld(t, simnet.New(), zone, dialogues)
	reports := waitedIn(t, o, w, to...)
	closeWorld(t, world)
	return reports
}

func waitedIn(t *testing.T, o check.Options, w check.Waiting, to ...string) (reports []*check.Report) {
	t.Helper()
	groups := make(map[string][]check.Recipient)
	var order []string
	for _, x := range to {
		r := recipient(t, x)
		if groups[r.Mailbox.Domain.ASCII] == nil {
			order = append(order, r.Mailbox.Domain.ASCII)
		}
		groups[r.Mailbox.Domain.ASCII] = append(groups[r.Mailbox.Domain.ASCII], r)
	}
	var list [][]check.Recipient
	for _, d := range order {
		list = append(list, groups[d])
	}
	if err := check.ProbeWaiting(context.Background(), list, o, w, func(r []*check.Report) { reports = append(reports, r...) }); err != nil {
		t.Fatal(err)
	}
	for _, r := range reports {
		roundTrip(t, r)
	}
	return reports
}

// says is a server that answers RCPT with each of these replies, a connection each.
func says(replies ...string) string {
	var sessions []string
	for _, r := range replies {
		at := "C: RCPT TO:*\nS: " + r + "\n"
		if strings.HasPrefix(r, "421") {
			at += "* close\n"
		}
		sessions = append(sessions, "S: 220 mx.x.test ESMTP\nC: EHLO *\nS: 250 mx.x.test\nC: MAIL FROM:*\nS: 250 Ok\n"+at+"C: RSET\nS: 250 Ok\nC: QUIT\nS: 221 Bye\n")
	}
	return strings.Join(sessions, "* session\n")
}

// pauses are the times between the rounds of a report, as it tells them.
func pauses(r *check.Report) string {
	var out []string
	for _, a := range r.Wait.Attempts {
		if a.NextAfter > 0 {
			out = append(out, (time.Duration(a.NextAfter) * time.Second).String())
		}
	}
	return strings.Join(out, " ")
}

// gaps are the times between the connections of a report.
func gaps(r *check.Report) string {
	var out []string
	for i := 1; i < len(r.Sessions); i++ {
		out = append(out, r.Sessions[i].Started.Sub(r.Sessions[i-1].Started.Time).String())
	}
	return strings.Join(out, " ")
}

const grey = "450 4.2.0 Greylisted"

// TestWaitSchedule: the times between the rounds are exact.
func TestWaitSchedule(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		wait    time.Duration
		replies []string
		gaps    string
		verdict diagnose.Verdict
	}{
		{"doubling", 3 * time.Hour, []string{grey, grey, grey, grey, grey, grey, grey, "250 Ok"}, "1m0s 2m0s 4m0s 8m0s 15m0s 15m0s 15m0s", diagnose.Accepted},
		{"still deferred", 8 * time.Minute, []string{grey}, "1m0s 2m0s 4m0s 1m0s", diagnose.Deferred},
		{"the last one at the end", 5 * time.Minute, []string{grey}, "1m0s 2m0s 2m0s", diagnose.Deferred},
		{"no time for a last one", 3*time.Minute + 30*time.Second, []string{grey}, "1m0s 2m0s", diagnose.Deferred},
		{"as the reply says", time.Hour, []string{"450 4.7.1 Greylisted, try again in 300 seconds", "450 4.7.1 Greylisted, try again in 240 seconds", "250 Ok"}, "5m1s 4m1s", diagnose.Accepted},
		{"never sooner than a minute", time.Hour, []string{"450 4.7.1 Greylisted, try again in 5 seconds", "250 Ok"}, "1m0s", diagnose.Accepted},
		{"longer than we wait", time.Hour, []string{"450 4.7.1 Greylisted, try again in 2 hours", "250 Ok"}, "", diagnose.Deferred},
		{"a reply that wants us back too often", 30 * time.Minute, []string{"450 4.7.1 try again in 1 second"}, "1m0s 1m0s 1m0s 1m0s 1m0s 15m0s 10m0s", diagnose.Deferred},
		{"421", 30 * time.Minute, []string{"421 4.3.2 busy", "421 4.3.2 busy", "250 Ok"}, "2m0s 8m0s", diagnose.Accepted},
		{"rate limit", 3 * time.Hour, []string{"450 4.7.1 Error: too much mail from 203.0.113.254", grey, "250 Ok"}, "2m0s 4m0s", diagnose.Accepted},
		{"rate limit that says when", 3 * time.Hour, []string{"421 4.7.0 too many connections, try again in 10 minutes", "250 Ok"}, "10m1s", diagnose.Accepted},
		{"rate limit that says too soon", 3 * time.Hour, []string{"421 4.7.0 too many connections, try again in 1 minute", "250 Ok"}, "2m0s", diagnose.Accepted},
		{"a refusal ends it", time.Hour, []string{grey, "550 5.1.1 no such user", "250 Ok"}, "1m0s", diagnose.Rejected},
		{"accepted at once", time.Hour, []string{"250 Ok"}, "", diagnose.Accepted},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := waited(t, oneHost, map[string]string{"mx.x.test": says(tt.replies...)}, check.Waiting{For: tt.wait}, "alice@x.test")[0]
				if got := gaps(r); got != tt.gaps || r.Verdict != tt.verdict {
					t.Errorf("%s after %q, want %s after %q\n%s", r.Verdict, got, tt.verdict, tt.gaps, dump(r))
				}
				if r.Wait != nil && pauses(r) != tt.gaps {
					t.Errorf("it tells of %q", pauses(r))
				}
				if (r.Wait == nil) != (tt.replies[0] == "250 Ok") {
					t.Errorf("%+v", r.Wait)
				}
				t.Log(r.Summary)
			})
		})
	}
}

func portOf(t *testing.T, text string) uint16 {
	t.Helper()
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	return uint16(n)
}

// onlooker reads who waits whenever a session ends, as a status line does.
type onlooker struct {
	mu    sync.Mutex
	waits []check.Pause
	seen  int
}

func (o *onlooker) tell(list []check.Pause) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waits = list
}

func (o *onlooker) Begin([]check.Ref)                 {}
func (o *onlooker) Plan(check.Session)                {}
func (o *onlooker) Event(check.Session, probe.Event)  {}
func (o *onlooker) Known(check.Ref, diagnose.Verdict) {}

// End looks at them.
func (o *onlooker) End(check.Session) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, p := range o.waits {
		o.seen += len(p.Report.Wait.Attempts)
	}
}

// TestPausesStand: what an observer was told of who waits does not change while it looks.
// It is the race detector that fails here.
func TestPausesStand(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		world, o := smallWorld(t, simnet.New(), oneMX, map[string]string{"mx.x.test": says("450 4.2.0 greylisted", "450 4.2.0 greylisted", "250 Ok")})
		defer closeWorld(t, world)
		look := new(onlooker)
		o.Observer = look
		waitedIn(t, o, check.Waiting{For: time.Hour, Tell: look.tell}, "alice@x.test")
		if look.seen != 1+2 {
			t.Errorf("%d attempts seen", look.seen)
		}
	})
}
