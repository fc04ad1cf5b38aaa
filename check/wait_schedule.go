package check

import (
	"time"

	"github.com/smtpcheck/smtpcheck/diagnose"
)

// MinRetry is the least time between two rounds.
const MinRetry = time.Minute

const (
	maxRetry      = 15 * time.Minute // the most, unless a server asks for more
	maxQuietRetry = 30 * time.Minute // the most, where a server asked to slow down
	askedMargin   = time.Second      // on top of what a reply asks for, which may be rounded down
	maxObedience  = 5                // rounds in which a reply may ask for less than the schedule
)

// pause is how long a recipient is left alone.
type pause struct {
	length time.Duration
	step   time.Duration // by the schedule
	asked  bool          // it is as long as a reply asked for
}

// pauseAfter is how long to leave a recipient alone after a round, the last pause by the
// schedule being given: never less than a minute, twice as long each time up to a
// quarter of an hour, or as long as a reply asks for. Who asked to slow down is
// left alone twice as long as others would be, or as long as the reply asks for if that is more.
func pauseAfter(last, asked time.Duration, quiet bool, rounds int) pause {
	step := max(MinRetry, min(2*last, maxRetry))
	if quiet {
		step = max(2*MinRetry, min(4*last, maxQuietRetry))
	}
	p := pause{length: step, step: step}
	if asked == 0 {
		return p
	}
	asked = max(asked+askedMargin, MinRetry)
	if asked > step || !quiet && rounds <= maxObedience {
		p.length, p.asked = asked, true
	}
	return p
}

// asksFor is the longest wait that any host asked for in the round of a report, 0 for none,
// and whether one asked to slow down.
func (r *run) asksFor(rep *Report) (asked time.Duration, quiet bool) {
	for i := range rep.Sessions {
		s := &rep.Sessions[i]
		j := r.jobOf(s.ID)
		if j == nil || j.attempt == nil || !j.purpose.Asks() {
			continue
		}
		quiet = quiet || asksForQuiet(j.attempt)
		if s.Outcome != diagnose.Deferred && s.Outcome != diagnose.Rejected || s.Reply == nil {
			continue
		}
		for k := range s.Events {
			if e := &s.Events[k]; e.Reply != nil && e.Stage == s.Stage && e.Reply.Class() == 4 {
				asked = max(asked, diagnose.AskedToWait(e.Stage, *e.Reply))
			}
		}
	}
	return asked, quiet
}

// jobOf is the session of this number, nil where it is not of this run.
func (r *run) jobOf(session int) *job {
	if n := session - r.base - 1; n >= 0 && n < len(r.jobs) {
		return r.jobs[n]
	}
	return nil
}
