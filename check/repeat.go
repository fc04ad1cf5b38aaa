package check

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// MaxRepeat is how many messages a recipient may get in one run.
const MaxRepeat = 1000

// Repeat says how several messages are sent to each recipient.
type Repeat struct {
	Times    int           // 0: 1
	Interval time.Duration // from one message to the next
	Reuse    bool          // all in one connection; else one each, paced as every connection is
}

// LeftOut are messages that were not sent.
type LeftOut struct {
	Messages int
	Why      string // in words
}

const interrupted = "interrupted"

// ProbeRepeatedly probes as [Probe] does, several times. each is told the
// reports, one a message, as soon as they are made. Once the server asks to slow
// down, or to go on would be of no use, the messages that are left are not sent.
// None is ever sent twice.
func ProbeRepeatedly(ctx context.Context, recipients []Recipient, opts Options, rep Repeat, each func([]*Report)) (LeftOut, error) {
	if rep.Times <= 1 {
		reports, err := Probe(ctx, recipients, opts)
		each(reports)
		return LeftOut{}, err
	}
	if opts.Pace == nil {
		opts.Pace = new(Pace)
	}
	if rep.Reuse {
		return probeReusing(ctx, recipients, opts, rep, each)
	}
	next := time.Now()
	for n := 1; n <= rep.Times; n++ {
		if !sleepUntil(ctx, next) {
			return LeftOut{(rep.Times - n + 1) * len(recipients), interrupted}, nil
		}
		next = time.Now().Add(rep.Interval)
		reports, err := Probe(ctx, numbered(recipients, n), opts)
		if err != nil {
			return LeftOut{}, err
		}
		for _, r := range reports {
			r.Copy = &Copies{n, rep.Times}
		}
		each(reports)
		if why := enough(reports, n); why != "" {
			return LeftOut{(rep.Times - n) * len(recipients), why}, nil
		}
	}
	return LeftOut{}, nil
}

// probeReusing sends all messages in one run, whose session has a transaction for each.
func probeReusing(ctx context.Context, recipients []Recipient, opts Options, rep Repeat, each func([]*Report)) (LeftOut, error) {
	var all []Recipient
	for n := 1; n <= rep.Times; n++ {
		all = append(all, numbered(recipients, n)...)
	}
	opts.Probe.Interval = rep.Interval
	r := newRun(all, opts)
	defer r.told.close()
	if err := r.do(ctx); err != nil {
		return LeftOut{}, err
	}
	took := time.Since(r.started)
	var reports []*Report
	var left LeftOut
	for i, x := range all {
		if i >= len(recipients) && !r.attempted(i) {
			if left.Messages++; left.Why == "" {
				left.Why = r.whyLeftOut(ctx)
			}
			continue
		}
		report := r.report(i, x, took)
		report.Copy = &Copies{x.Number, rep.Times}
		reports = append(reports, report)
	}
	each(reports)
	return left, nil
}

func numbered(recipients []Recipient, n int) []Recipient {
	out := slices.Clone(recipients)
	for i := range out {
		out[i].Number = n
	}
	return out
}

// sleepUntil waits, and reports whether it may go on.
func sleepUntil(ctx context.Context, at time.Time) bool {
	t := time.NewTimer(time.Until(at))
	defer t.Stop()
	select {
	case <-t.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// repeats reports whether a recipient comes several times.
func (r *run) repeats() bool { return r.recipients[0].Number > 0 }

// attempted reports whether a transaction was begun for a recipient.
func (r *run) attempted(who int) bool {
	for _, j := range r.jobs {
		tx := j.transaction(who)
		if j.attempt == nil || tx == 0 {
			continue
		}
		if slices.ContainsFunc(j.attempt.Events, func(e probe.Event) bool { return e.Transaction == tx }) {
			return true
		}
	}
	return false
}

// leavesOut reports whether a session of several messages to a recipient ended
// before all were sent: no other is begun for those that are left.
func (r *run) leavesOut(a *probe.Attempt) bool {
	last := lastTransaction(a)
	return r.repeats() && last > 0 && last < len(a.Recipients) && a.Noted(probe.NoteMailMax) == nil
}

// whyLeftOut says why messages were not sent.
func (r *run) whyLeftOut(ctx context.Context) string {
	for _, j := range r.jobs {
		switch {
		case ctx.Err() != nil:
			return interrupted
		case j.attempt == nil:
		case harvesting(r.had(j.root())...):
			return "the mailbox is unknown"
		case asksForQuiet(j.attempt):
			return "the server asked to slow down"
		case j.attempt.Failure() != nil && lastTransaction(j.attempt) > 0:
			return "the connection was lost"
		}
	}
	return "no server took the first"
}

// enough says why to go on would be of no use, or not courteous; "" if neither:
// the server asked to slow down, there is no server, or the mailbox is unknown three times over.
func enough(reports []*Report, n int) string {
	idle := true
	for _, r := range reports {
		idle = idle && len(r.Sessions) == 0
		if r.Reason == diagnose.NoSuchUser && n >= harvestLimit {
			return "the mailbox is unknown"
		}
		for i := range r.Sessions {
			s := &r.Sessions[i]
			if s.Stage == smtp.StageAuth && s.Outcome != diagnose.Accepted {
				return "the login was refused"
			}
			if s.Reason == diagnose.RateLimited || s.Reply != nil && s.Reply.Code == 421 {
				return "the server asked to slow down"
			}
		}
	}
	if idle {
		return "there is no server to ask"
	}
	return ""
}

// Tally is what became of several messages.
type Tally struct {
	messages int
	verdicts map[diagnose.Verdict]int
	replies  []time.Duration // to the end of a message
	first    time.Time
	last     time.Time
}

// Add counts a report.
func (t *Tally) Add(r *Report) {
	if t.verdicts == nil {
		t.verdicts = make(map[diagnose.Verdict]int)
	}
	t.messages++
	t.verdicts[r.Verdict]++
	for i := range r.Sessions {
		for k := range r.Sessions[i].Events {
			e := &r.Sessions[i].Events[k]
			if t.first.IsZero() || e.Time.Before(t.first) {
				t.first = e.Time
			}
			if e.Time.After(t.last) {
				t.last = e.Time
			}
			if e.Kind == probe.KindReply && e.Extension == "" && e.Latency >= 0 && e.Reply.Usable() && e.Stage == smtp.StageMessage {
				t.replies = append(t.replies, e.Latency)
			}
		}
	}
}

// String is the tally in a line.
func (t *Tally) String() string {
	var parts []string
	for _, v := range []diagnose.Verdict{diagnose.Accepted, diagnose.Deferred, diagnose.Rejected, diagnose.Unreachable, diagnose.Undetermined} {
		if n := t.verdicts[v]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	text := fmt.Sprintf("%d messages: %s", t.messages, strings.Join(parts, ", "))
	if t.messages == 1 {
		text = "1 message: " + strings.Join(parts, ", ")
	}
	if n := len(t.replies); n > 0 {
		slices.Sort(t.replies)
		text += fmt.Sprintf("; reply to the message after %s, %s, %s (least, median, most)",
			inMillis(t.replies[0]), inMillis(t.replies[n/2]), inMillis(t.replies[n-1]))
	}
	if took := t.last.Sub(t.first); len(t.replies) > 1 && took > 0 {
		text += fmt.Sprintf("; %.1f s in all, %.1f messages a second", took.Seconds(), float64(len(t.replies))/took.Seconds())
	}
	return text
}

func inMillis(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
