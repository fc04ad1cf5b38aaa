package check

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/smtpcheck/smtpcheck/diagnose"
)

// MaxWait is how long a recipient may be tried again: senders give up after four to
// five days (RFC 5321, section 4.5.4.1).
const MaxWait = 5 * 24 * time.Hour

// Waiting says how recipients that are deferred, or cannot be reached, are tried
// again: with the very same sender, recipient, EHLO and source address, all hosts
// again each time, until one decides or the time is up.
type Waiting struct {
	For time.Duration // how long from the first round on
	// Earlier is a report to go on from, of the only recipient; nil: none.
	Earlier *Report
	Flags   map[string]string // how the probe was asked for, kept for whoever goes on later
	Tell    func([]Pause)     // is told of every recipient that waits, whenever that changes; nil: nobody is
}

// Pause is a recipient that waits for its next round.
type Pause struct {
	Report  *Report   // of the rounds so far
	Attempt int       // the number of the next round
	At      time.Time // when it is
	Until   time.Time // when the last one may be
}

// queue holds recipients that are probed until they are decided. A domain's are
// asked together when their times are the same. Rounds come one after another; all wait at once.
type queue struct {
	opts    Options
	w       Waiting
	each    func([]*Report)
	entries []*entry
	groups  []group
}

// entry is one recipient of a queue.
type entry struct {
	recipient Recipient
	group     int
	report    *Report // of the rounds so far; nil before the first
	next      time.Time
	until     time.Time
	pause     time.Duration // the last one
}

// group is what the recipients of a domain share.
type group struct {
	sessions int // numbers of sessions that are used
	sources  sources
}

// ProbeWaiting probes the recipients of several destinations as [Probe] does, and
// those that are deferred again and again. each is told the reports of those that are
// decided, or whose time is up, as soon as they are.
func ProbeWaiting(ctx context.Context, groups [][]Recipient, opts Options, w Waiting, each func([]*Report)) error {
	if opts.Pace == nil {
		opts.Pace = new(Pace)
	}
	q := &queue{opts: opts, w: w, each: each, groups: make([]group, len(groups))}
	for i, recipients := range groups {
		for _, x := range recipients {
			q.entries = append(q.entries, &entry{recipient: x, group: i, next: time.Now()})
		}
	}
	if w.Earlier != nil {
		q.resume(q.entries[0])
	}
	for len(q.entries) > 0 {
		q.tell()
		next := q.next()
		if !sleepUntil(ctx, next.next) {
			break
		}
		if err := q.round(ctx, q.due(next)); err != nil {
			return err
		}
	}
	q.giveUp()
	return nil
}

// next is who comes next.
func (q *queue) next() *entry {
	return slices.MinFunc(q.entries, func(a, b *entry) int { return a.next.Compare(b.next) })
}

// due are those who are asked together with next.
func (q *queue) due(next *entry) (list []*entry) {
	for _, e := range q.entries {
		if e.group == next.group && !e.next.After(next.next) {
			list = append(list, e)
		}
	}
	return list
}

// tell says who waits.
func (q *queue) tell() {
	if q.w.Tell == nil {
		return
	}
	var list []Pause
	for _, e := range q.entries {
		if e.report != nil {
			list = append(list, Pause{e.report, len(e.report.Wait.Attempts) + 1, e.next, e.until})
		}
	}
	slices.SortStableFunc(list, func(a, b Pause) int { return a.At.Compare(b.At) })
	q.w.Tell(list)
}

// round asks the recipients of one domain once, and lets go of those that are done.
func (q *queue) round(ctx context.Context, due []*entry) error {
	g := &q.groups[due[0].group]
	var recipients []Recipient
	for _, e := range due {
		recipients = append(recipients, e.recipient)
	}
	r := newRun(recipients, q.opts)
	defer r.told.close()
	r.goOn(g, due)
	if err := r.do(ctx); err != nil {
		return err
	}
	g.sessions += len(r.jobs)
	g.sources.learn(r)
	reports := r.reports()
	r.told.close() // an observer may be showing who waits, which take changes
	var done []*Report
	for i, rep := range reports {
		if !q.take(due[i], rep, r) {
			continue
		}
		done = append(done, due[i].report)
		q.entries = slices.DeleteFunc(q.entries, func(e *entry) bool { return e == due[i] })
	}
	q.report(done)
	return nil
}

// report hands on the reports of those who are done. Nobody is said to wait meanwhile.
func (q *queue) report(list []*Report) {
	if len(list) == 0 {
		return
	}
	if q.w.Tell != nil {
		q.w.Tell(nil)
	}
	q.each(list)
}

// giveUp reports those who still wait, when we were told to stop.
func (q *queue) giveUp() {
	var left []*Report
	for _, e := range q.entries {
		if e.report != nil {
			left = append(left, e.report)
		}
	}
	q.report(left)
}

// take takes over what a round came to and reports whether it was the last.
func (q *queue) take(e *entry, rep *Report, r *run) (done bool) {
	now := time.Now()
	if e.report == nil {
		e.until = now.Add(q.w.For)
	}
	again := mayPass(rep)
	if e.report == nil && !again {
		e.report = rep
		return true // decided at once
	}
	e.record(rep, q.w.Flags)
	switch {
	case rep.Reason == diagnose.Interrupted:
		e.report.Wait.NotBefore = &Time{micro(now.Add(MinRetry)).Time}
		return true
	case !again:
		return true
	}
	rounds := len(e.report.Wait.Attempts)
	asked, quiet := r.asksFor(rep)
	pause := pauseAfter(e.pause, asked, quiet, rounds)
	e.pause = cmp.Or(pause.step, e.pause)
	e.next = now.Add(pause.length)
	if left := e.until.Sub(now); e.next.After(e.until) && !pause.asked && left >= MinRetry {
		e.next = e.until // the last one
	}
	e.report.Wait.NotBefore = &Time{micro(e.next).Time}
	done = e.next.After(e.until)
	if !done {
		e.report.Wait.Attempts[rounds-1].NextAfter = int(e.next.Sub(now).Round(time.Second).Seconds())
	}
	return done
}

// mayPass reports whether a sender would try again: the recipient was deferred,
// nobody could be reached for a reason that is not ours, or nobody was asked because
// that was too soon. Once text of the message was sent nothing is tried again.
func mayPass(r *Report) bool {
	if r.Message != nil && r.Message.SHA256 != "" {
		return false
	}
	switch r.Verdict {
	case diagnose.Deferred:
		return true
	case diagnose.Unreachable:
		return r.Side != diagnose.SideUs
	}
	return len(r.Skipped) > 0 && !slices.ContainsFunc(r.Skipped, func(s Skipped) bool { return s.Kind != diagnose.SkipCourtesy }) &&
		!slices.ContainsFunc(r.Sessions, func(s Session) bool { return s.Purpose.Asks() })
}
