package diagnose

import (
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// Diagnose judges all that is known about one recipient: the verdict by the
// rule for a recipient (see [Case.decide]), what a sender would have met, and findings.
func Diagnose(c *Case) Diagnosis {
	d := Diagnosis{Outcomes: c.outcomes(), Final: true}
	spots := c.spots(d.Outcomes)
	if len(spots) > 0 {
		c.apply(&d, c.decide(spots), spots)
	} else {
		c.withoutSessions(&d)
	}
	d.Findings = c.findings(&d, spots)
	c.suspectUs(&d)
	d.Summary, d.Remedy = c.summaryOfWait(&d, c.summary(&d)), c.remedy(&d)
	return d
}

// Decided reports whether the verdict is known although places are pending: a
// walk that goes host by host, as a sender's does, may end, and what is still
// under way cannot change it. It costs less than [Diagnose].
func Decided(c *Case) bool {
	spots := c.spots(c.outcomes())
	if len(spots) == 0 {
		return len(c.Pending) == 0
	}
	return c.decide(spots).final
}

// transaction is the number of the recipient's transaction in an attempt, 0 for none.
func (c *Case) transaction(attempt int) int {
	if c.Transactions != nil {
		return c.Transactions[attempt]
	}
	return c.Attempts[attempt].Transaction(c.Recipient)
}

func (c *Case) outcomes() []Outcome {
	out := make([]Outcome, len(c.Attempts))
	for i, a := range c.Attempts {
		h := &hearing{a: a, mode: c.Mode, transaction: c.transaction(i), requireTLS: c.RequireTLS}
		if c.Mode == ModeStopAfter {
			h.stopAfter = c.StopAfter
			h.requireTLS = h.requireTLS || c.StopAfter == smtp.StageSTARTTLS
		}
		out[i] = h.outcome()
		if out[i].Reason == AuthRequired && c.byMX() {
			out[i].Side = SideReceiver // who serves a domain asks its senders for no login
		}
	}
	return out
}

// byMX reports that the hosts are those of the domain, and not one that was named to us.
func (c *Case) byMX() bool {
	return c.Resolution != nil && (c.Resolution.Kind == mxresolve.KindMX || c.Resolution.Kind == mxresolve.KindImplicit)
}

// apply takes over what the rule came to.
func (c *Case) apply(d *Diagnosis, by decision, spots []*spot) {
	d.Final = by.final
	d.Walk = walk(spots, by.spot)
	if by.blocked {
		d.Verdict, d.Reason, d.Side, d.Confidence, d.Retry = Undetermined, Interrupted, SideNone, Certain, RetryLater
		if by.at != nil {
			d.DecidedBy = evidenceOf(&by.at.outcomes[len(by.at.outcomes)-1])
		}
		return
	}
	d.Verdict = by.verdict
	if by.spot == nil {
		d.Reason, d.Side, d.Confidence = Unknown, SideNone, Guess
		return
	}
	o := by.spot.outcome()
	d.Deciding = o
	d.Reason, d.Side, d.Confidence = o.Reason, o.Side, o.Confidence
	d.Retry, d.RetryAfter = o.Retry, o.RetryAfter
	d.DecidedBy = evidenceOf(o)
	if d.against = equalThatAccepts(spots, by.spot); d.against != nil && d.Confidence == Certain {
		d.Confidence = Likely
	}
	if c.mayDiffer(by.spot) {
		d.Confidence = Guess
	}
}

func evidenceOf(o *Outcome) *Evidence {
	if o.Event == 0 {
		return nil
	}
	return &Evidence{Session: o.Session, Event: o.Event}
}
