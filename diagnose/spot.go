package diagnose

import (
	"slices"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// A spot is one address of one host with all sessions that were had with it:
// the first, and those that followed it there.
type spot struct {
	attempts []*probe.Attempt
	outcomes []Outcome
}

// spots puts the sessions about the recipient together by address, in MX order.
func (c *Case) spots(outcomes []Outcome) []*spot {
	var list []*spot
	byID := make(map[int]*spot)
	for i, a := range c.Attempts {
		if !a.Purpose.Asks() || len(a.Recipients) > 0 && c.transaction(i) == 0 {
			continue // a session about the server, or about other recipients
		}
		s := byID[a.After]
		if a.After == 0 || s == nil {
			s = &spot{}
			list = append(list, s)
		}
		byID[a.ID] = s
		s.attempts = append(s.attempts, a)
		s.outcomes = append(s.outcomes, outcomes[i])
	}
	slices.SortStableFunc(list, func(a, b *spot) int { return int(a.preference()) - int(b.preference()) })
	return list
}

func (s *spot) preference() uint16 { return s.attempts[0].Target.Preference }

// outcome is what the spot came to: the last session's outcome replaces those
// before it, unless it never got as far as a greeting or was interrupted.
func (s *spot) outcome() *Outcome {
	for i := len(s.outcomes) - 1; i > 0; i-- {
		o := &s.outcomes[i]
		plain := s.attempts[i].Purpose == probe.PurposePlainFallback && o.Reason == TLSFailed // which TLS says more of
		if o.Verdict != Unreachable && o.Reason != Interrupted && !plain {
			return o
		}
	}
	return &s.outcomes[0]
}

// interrupted reports that we were told to stop before the spot had answered.
func (s *spot) interrupted() bool {
	last := s.outcomes[len(s.outcomes)-1]
	return last.Reason == Interrupted && !last.MayBeDelivered
}

// decides reports that a sender stops at this outcome: the mail was taken, or
// refused for good at MAIL or later, or may have been taken.
func (o *Outcome) decides() bool {
	switch o.Verdict {
	case Accepted:
		return true
	case Rejected:
		return o.atMailOrLater()
	}
	return o.MayBeDelivered
}

func (o *Outcome) atMailOrLater() bool { return !o.Stage.Before(smtp.StageMail) }

// worse orders outcomes that decide: the worst of equals counts, since a sender
// picks one of them at random (RFC 5321, section 5.1).
func (o *Outcome) worse(than *Outcome) bool { return o.badness() > than.badness() }

func (o *Outcome) badness() int {
	switch {
	case o.Verdict == Rejected:
		return 2
	case o.MayBeDelivered:
		return 1
	}
	return 0
}
