package check

import (
	"slices"
	"time"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/probe"
)

// Wait tells of the rounds in which a recipient was asked about, where there was,
// or was to be, more than one.
type Wait struct {
	Attempts []WaitAttempt `json:"attempts"`
	Waited   int           `json:"waited_s"` // from the first to the last
	// AcceptedAfter is how long after the first round the recipient was accepted;
	// nil where it was not.
	AcceptedAfter *int  `json:"accepted_after_s,omitempty"`
	Began         *Span `json:"acceptance_began,omitempty"`
	// NotBefore is when the next round may be, where the recipient is not decided.
	NotBefore *Time             `json:"not_before,omitempty"`
	Flags     map[string]string `json:"flags,omitempty"` // how the probe was asked for
}

// WaitAttempt is one round.
type WaitAttempt struct {
	Number    int                `json:"number"`
	Time      Time               `json:"time"` // when its verdict was there
	Verdict   diagnose.Verdict   `json:"verdict"`
	Reason    diagnose.Reason    `json:"reason,omitempty"`
	DecidedBy *diagnose.Evidence `json:"decided_by,omitempty"`
	Host      string             `json:"host,omitempty"`
	Reply     *Reply             `json:"reply,omitempty"`
	NextAfter int                `json:"next_after_s,omitempty"`
	LeftOut   bool               `json:"sessions_left_out,omitempty"` // its transcripts are not in the report
}

// Span is a time between two.
type Span struct {
	After  Time `json:"after"`
	Before Time `json:"before"`
}

// maxRounds is how many rounds are in a report with their transcripts: the first,
// and the last ones. Of a wait of days the others are told in short.
const maxRounds = 40

// goOn makes a run the next round of recipients that may have had some before.
func (r *run) goOn(g *group, due []*entry) {
	r.base, r.sources, r.patience = g.sessions, g.sources, MinRetry
	r.past = make([]*Report, len(due))
	for i, e := range due {
		if e.report != nil {
			r.past[i] = e.report
			r.refs[i].ID, r.refs[i].Started = e.report.ID, e.report.Started
		}
	}
}

// before is the report of the rounds before, nil where there were none.
func (r *run) before(who int) *Report {
	if who < len(r.past) {
		return r.past[who]
	}
	return nil
}

// rounds are those of a recipient that are over.
func (r *run) rounds(who int) (list []diagnose.Round) {
	before := r.before(who)
	if before == nil {
		return nil
	}
	for _, a := range before.Wait.Attempts {
		if a.Reason != diagnose.Interrupted {
			list = append(list, diagnose.Round{At: a.Time.Time, Verdict: a.Verdict, Reason: a.Reason, Evidence: a.DecidedBy})
		}
	}
	return list
}

// number is that of the round, for a recipient.
func (r *run) number(who int) int {
	if before := r.before(who); before != nil {
		return len(before.Wait.Attempts) + 1
	}
	return 1
}

// join puts the rounds before in front of a report of this one.
func (r *run) join(who int, rep *Report) {
	before := r.before(who)
	if before == nil {
		return
	}
	earlier := Millis(r.started.Sub(rep.Started.Time))
	rep.Duration += earlier
	rep.DecidedAfter += earlier
	round := r.number(who)
	for i := range rep.Sessions {
		s := &rep.Sessions[i]
		s.Round = round
		if s.Purpose == probe.PurposeProbe {
			s.Purpose = probe.PurposeRetry
		}
	}
	rep.Sessions = append(slices.Clone(before.Sessions), rep.Sessions...)
}

// record takes over the report of a round. One that was interrupted adds its
// sessions to what was known before.
func (e *entry) record(rep *Report, flags map[string]string) {
	w := &Wait{Flags: flags}
	if e.report != nil {
		w = e.report.Wait
		w.NotBefore = nil
	}
	w.Attempts = append(w.Attempts, newWaitAttempt(len(w.Attempts)+1, rep))
	if rep.Reason == diagnose.Interrupted && e.report != nil {
		before := *e.report
		before.Sessions, before.Duration = rep.Sessions, rep.Duration
		rep = &before
	} else {
		w.sum(rep)
	}
	rep.Wait = w
	e.report = rep
	e.report.shorten()
}

// sum says how long it all took.
func (w *Wait) sum(rep *Report) {
	first, last := &w.Attempts[0], &w.Attempts[len(w.Attempts)-1]
	seconds := func(d time.Duration) int { return int(d.Round(time.Second).Seconds()) }
	w.Waited = seconds(last.Time.Sub(first.Time.Time))
	if rep.Verdict == diagnose.Accepted && len(w.Attempts) > 1 {
		after := w.Waited
		w.AcceptedAfter, w.Began = &after, &Span{w.Attempts[len(w.Attempts)-2].Time, last.Time}
	}
}

// newWaitAttempt tells of a round in short.
func newWaitAttempt(number int, rep *Report) WaitAttempt {
	a := WaitAttempt{Number: number, Verdict: rep.Verdict, Reason: rep.Reason, DecidedBy: rep.DecidedBy}
	a.Time = micro(rep.Started.Add(time.Duration(rep.Duration)))
	if rep.DecidedBy == nil {
		return a
	}
	for i := range rep.Sessions {
		s := &rep.Sessions[i]
		if s.ID != rep.DecidedBy.Session {
			continue
		}
		a.Host, a.Reply = s.Host, s.Reply
		for k := range s.Events {
			if s.Events[k].Seq == rep.DecidedBy.Event {
				a.Time = Time{s.Events[k].Time}
			}
		}
	}
	return a
}

// shorten leaves out transcripts in the middle of a long wait.
func (r *Report) shorten() {
	n := len(r.Wait.Attempts)
	if n <= maxRounds {
		return
	}
	gone := n - maxRounds + 1 // rounds 2 to gone
	r.Wait.Attempts[gone-1].LeftOut = true
	r.Sessions = slices.DeleteFunc(r.Sessions, func(s Session) bool { return s.Round > 1 && s.Round <= gone })
}

// resume makes an entry go on from an earlier report.
func (q *queue) resume(e *entry) {
	earlier := *q.w.Earlier
	if earlier.Wait == nil || len(earlier.Wait.Attempts) == 0 {
		earlier.Wait = &Wait{Attempts: []WaitAttempt{newWaitAttempt(1, &earlier)}}
	}
	e.report = &earlier
	earlier.Wait.Flags = q.w.Flags
	g := &q.groups[e.group]
	for i := range earlier.Sessions {
		g.sessions = max(g.sessions, earlier.Sessions[i].ID)
	}
	g.sources.recall(&earlier)
	e.next = earlier.NotBefore()
	if now := time.Now(); e.next.Before(now) {
		e.next = now
	}
	e.until = time.Now().Add(q.w.For)
	e.pause = earlier.lastPause()
}

// NotBefore is when a recipient that is not decided may be asked about again.
func (r *Report) NotBefore() time.Time {
	over := r.Started.Add(time.Duration(r.Duration))
	if r.Wait != nil && r.Wait.NotBefore != nil {
		return r.Wait.NotBefore.Time
	}
	return over.Add(max(MinRetry, time.Duration(r.RetryAfter)*time.Second))
}

// lastPause is what the schedule had come to.
func (r *Report) lastPause() (d time.Duration) {
	for range len(r.Wait.Attempts) {
		d = pauseAfter(d, 0, false, 0).step
	}
	return d
}
