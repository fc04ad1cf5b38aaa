package check

import (
	"context"
	"crypto/tls"
	"net/netip"
	"slices"
	"time"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/probe"
)

// job is one session: planned, running or over.
type job struct {
	header  Session // as the observer was told
	target  probe.Target
	purpose probe.Purpose
	after   *job
	who     []int // the recipients, by their place in the run
	options probe.Options
	attempt *probe.Attempt // when over
	began   time.Time      // by the monotonic clock
	skipped bool           // never begun
}

// result is how a session ended: with an attempt, or never begun and why.
type result struct {
	job     *job
	attempt *probe.Attempt
	began   time.Time
	skip    diagnose.SkipKind
}

// newJob numbers a session and announces it.
func (r *run) newJob(t probe.Target, purpose probe.Purpose, after *job, who []int) *job {
	j := &job{target: t, purpose: purpose, after: after, who: who, options: r.opts.Probe}
	j.header = Session{
		ID: r.base + len(r.jobs) + 1, Purpose: purpose, Host: t.Host, Also: t.Also, Preference: t.Preference,
		Address: t.Address(), Started: micro(time.Now()),
	}
	if after != nil {
		j.header.After = after.header.ID
	} else if r.opts.TLSCheck {
		j.options.Sessions = tls.NewLRUClientSessionCache(4) // for the connection that resumes one
	}
	r.jobs = append(r.jobs, j)
	r.waiting = append(r.waiting, j)
	r.told.tell(func(o Observer) { o.Plan(j.header) })
	return j
}

// dispatch begins the sessions that may begin now, in MX order. Where a
// sender's walk is followed it is one after another, while a recipient is undecided.
func (r *run) dispatch(ctx context.Context) {
	slices.SortStableFunc(r.waiting, r.compareJobs)
	limit := r.opts.Parallel
	if r.walks() {
		limit = 1
	}
	for len(r.waiting) > 0 && r.running < limit {
		j := r.waiting[0]
		r.waiting = r.waiting[1:]
		if r.walks() && j.purpose == probe.PurposeProbe {
			j.who = r.undecided()
		}
		if j.purpose.Asks() {
			j.who = slices.DeleteFunc(slices.Clone(j.who), r.wasSent)
		}
		switch {
		case len(j.who) == 0:
			r.leaveOut(j, diagnose.SkipNotNeeded)
		case ctx.Err() != nil:
			r.leaveOut(j, diagnose.SkipInterrupted)
		default:
			r.start(ctx, j)
		}
	}
}

// wasSent reports whether text of the recipient's message was sent: it is never
// sent again, whatever became of it.
func (r *run) wasSent(who int) bool {
	for _, j := range r.jobs {
		if j.attempt == nil {
			continue
		}
		if tx := j.transaction(who); tx > 0 && sentText(j.attempt, tx) {
			return true
		}
	}
	return false
}

// start runs a session when its turn has come.
func (r *run) start(ctx context.Context, j *job) {
	r.running++
	o := j.options
	if j.purpose.Asks() {
		for _, i := range j.who {
			o.Recipients = append(o.Recipients, r.recipients[i].Mailbox)
		}
	}
	if r.opts.Sender != nil && j.purpose != probe.PurposeNullSender {
		o.From, o.FromUTF8 = r.opts.Sender.String(), r.opts.Sender.NeedsUTF8()
	}
	if len(r.messages) > 0 && j.purpose.Asks() {
		r.setMessages(j.who, &o)
	}
	header, target := j.header, j.target
	o.Observe = func(e probe.Event) { r.told.tell(func(obs Observer) { obs.Event(header, e) }) }
	o.Continue = r.mayGoOn
	go func() {
		x := r.attempt(ctx, j, target, &o)
		r.told.tell(func(obs Observer) { obs.End(header) })
		r.ended <- x
	}()
}

// attempt has the session when it is its turn at the address, unless we were
// told to stop, or the host wants no more connections.
func (r *run) attempt(ctx context.Context, j *job, target probe.Target, o *probe.Options) result {
	pace := r.opts.Pace
	if pace.enter(ctx, target.Addr, j.purpose == probe.PurposePlainFallback) != nil {
		return result{job: j, skip: diagnose.SkipInterrupted}
	}
	defer pace.leave(target.Addr)
	if (j.purpose == probe.PurposeProbe || !j.purpose.Asks()) && pace.closed(target, r.patience) {
		return result{job: j, skip: diagnose.SkipCourtesy}
	}
	if rule := r.opts.VerifyRule; (rule == ruleDANE || rule == ruleMTASTS) && r.policies != nil && o.TLSVerify {
		o.VerifyPeer = r.policies.verifier(rule, target, o.Timeouts)
	}
	o.Dial = r.sources.dialler(o.Dial)
	began := time.Now()
	a := probe.Run(ctx, target, o)
	if asksForQuiet(a) {
		pace.close(target)
	}
	a.ID, a.Purpose, a.After = j.header.ID, j.purpose, j.header.After
	return result{job: j, attempt: a, began: began}
}

// end takes over how a session ended, and plans the connection that follows it,
// if any does.
func (r *run) end(ctx context.Context, x result) {
	r.running--
	j := x.job
	if x.attempt == nil {
		r.leaveOut(j, x.skip)
		return
	}
	j.attempt, j.began = x.attempt, x.began
	j.attempt.Target = j.target // more names may be known by now
	if j.purpose.AsksBeside() {
		return
	}
	n := next(j.attempt, &j.options)
	tooMany := n != nil && n.purpose == probe.PurposeRetry && harvesting(r.had(j.root())...)
	r.leaving = r.leaving || r.leavesOut(x.attempt) || r.repeats() && tooMany
	if n == nil {
		j = j.root()
		n = further(r.had(j), &j.options, r.opts.TLSCheck)
	}
	if n == nil && r.opts.Extensions {
		n = exercise(r.had(j.root()), r.asked(j.root()), r.recipients[j.who[0]].Mailbox)
	}
	if n == nil || ctx.Err() != nil || n.purpose == probe.PurposeRetry && (tooMany || r.leaving) {
		return
	}
	k := r.newJob(j.target, n.purpose, j, j.who[n.from:])
	k.options = n.options
}

// had are the sessions with the address of a job, which is the first.
func (r *run) had(root *job) (list []*probe.Attempt) {
	for _, j := range r.jobs {
		if j.attempt != nil && j.root() == root {
			list = append(list, j.attempt)
		}
	}
	return list
}

// asked are the options with which the address of a job was last asked about
// recipients: after a handshake that failed, those without TLS.
func (r *run) asked(root *job) *probe.Options {
	last := &root.options
	for _, j := range r.jobs {
		if j.attempt != nil && j.root() == root && j.purpose.Asks() {
			last = &j.options
		}
	}
	return last
}

// leaveOut lists an address that was planned and is not probed.
func (r *run) leaveOut(j *job, kind diagnose.SkipKind) {
	reasons := map[diagnose.SkipKind]string{
		diagnose.SkipNotNeeded:   "an earlier host decided",
		diagnose.SkipInterrupted: "interrupted",
		diagnose.SkipCourtesy:    "the host asked for no more connections",
	}
	j.skipped = true
	if j.after == nil {
		r.skip(j.target.Host, j.target.Preference, j.target.Addr.Addr(), kind, reasons[kind])
	}
	r.told.tell(func(o Observer) { o.End(j.header) })
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

// transaction is the number of a recipient's transaction in the session, 0 for none.
func (j *job) transaction(who int) int { return slices.Index(j.who, who) + 1 }

func (j *job) root() *job {
	for j.after != nil {
		j = j.after
	}
	return j
}
