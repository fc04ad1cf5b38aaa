package check

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// job is one session: planned, running or over.
type job struct {
	header  Session
	target  probe.Target
	purpose probe.Purpose
	after   *job
	boxes   []smtp.Mailbox
	options probe.Options
	attempt *probe.Attempt // when over
	began   time.Time      // by the monotonic clock
	skipped bool           // never begun
}

// result is how a job ended: with an attempt, or never begun.
type result struct {
	*job
	attempt *probe.Attempt
	began   time.Time
}

// end records how the session ended.
func (j *job) end(a *probe.Attempt, began time.Time) {
	j.attempt, j.began, j.skipped = a, began, a == nil
}

// newJob numbers a session and announces it.
func (r *run) newJob(t probe.Target, purpose probe.Purpose, after *job, boxes []smtp.Mailbox) *job {
	r.nextID++
	j := &job{target: t, purpose: purpose, after: after, boxes: boxes, options: r.opts.Probe}
	j.header = Session{
		ID: r.nextID, Purpose: purpose, Host: t.Host, Also: t.Also, Preference: t.Preference,
		Address: t.Addr.String(), Started: micro(time.Now()),
	}
	if after != nil {
		j.header.After = after.header.ID
	}
	r.jobs = append(r.jobs, j)
	r.observe(func(o Observer) { o.Plan(j.header) })
	return j
}

// start runs a session when its turn has come.
func (r *run) start(ctx context.Context, j *job) {
	r.running++
	o := j.options
	o.Recipients = j.boxes
	if r.opts.Sender != nil {
		o.From, o.FromUTF8 = r.opts.Sender.String(), r.opts.Sender.NeedsUTF8()
	}
	if len(r.messages) > 0 {
		o.Message = func(m smtp.Mailbox) *probe.Message { return r.messages[m.String()].msg }
	}
	o.Observe = func(e probe.Event) { r.observe(func(obs Observer) { obs.Event(j.header, e) }) }
	o.Continue = func(a *probe.Attempt) bool { return !harvesting(a) }
	go func() {
		r.slots <- struct{}{}
		a, began := r.attempt(ctx, j, o)
		<-r.slots
		r.observe(func(obs Observer) { obs.End(j.header) })
		r.ended <- result{j, a, began}
	}()
}

// attempt has the session when it is its turn; nil when we were told to stop before.
func (r *run) attempt(ctx context.Context, j *job, o probe.Options) (*probe.Attempt, time.Time) {
	if r.opts.Pace.enter(ctx, j.target.Addr, j.purpose == probe.PurposePlainFallback) != nil {
		return nil, time.Time{}
	}
	defer r.opts.Pace.leave(j.target.Addr)
	began := time.Now()
	a := probe.Run(ctx, j.target, o)
	a.ID, a.Purpose, a.After = j.header.ID, j.purpose, j.header.After
	return a, began
}

// walk goes on to the next place of --mx first while a recipient is undecided
// and nothing is under way.
func (r *run) walk(ctx context.Context) {
	if r.resolution == nil || r.running > 0 {
		return
	}
	for len(r.queue) > 0 {
		j := r.queue[0]
		r.queue = r.queue[1:]
		j.boxes = r.undecided()
		switch {
		case len(j.boxes) == 0:
			r.leaveOut(j, diagnose.SkipNotNeeded, "an earlier host decided")
		case ctx.Err() != nil:
			r.leaveOut(j, diagnose.SkipInterrupted, "interrupted")
		case r.opts.Pace.closed(j.target.Host):
			r.leaveOut(j, diagnose.SkipCourtesy, courtesy)
		default:
			r.start(ctx, j)
			return
		}
	}
}

func (r *run) leaveOut(j *job, kind diagnose.SkipKind, reason string) {
	j.skipped = true
	r.skip(j.target.Host, j.target.Preference, j.target.Addr.Addr(), kind, reason)
	r.observe(func(o Observer) { o.End(j.header) })
}

func (r *run) skip(host string, preference uint16, addr netip.Addr, kind diagnose.SkipKind, reason string) {
	r.skipped = append(r.skipped, diagnose.Skip{Host: host, Preference: preference, Address: addr, Kind: kind, Reason: reason})
}

// inOrder returns the sessions in MX order, those that follow another after it.
func (r *run) inOrder() []*job {
	jobs := slices.Clone(r.jobs)
	slices.SortStableFunc(jobs, r.compareJobs)
	return jobs
}

func (j *job) root() *job {
	for j.after != nil {
		j = j.after
	}
	return j
}
