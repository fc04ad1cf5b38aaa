package check

import (
	"time"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// undecided are the recipients that no session has decided yet.
func (r *run) undecided() []int {
	var out []int
	for i := range r.recipients {
		if r.leaving && !r.attempted(i) {
			continue
		}
		if !diagnose.Decided(r.caseOf(i)) {
			out = append(out, i)
		}
	}
	return out
}

// checkKnown notes when a recipient's verdict is known although sessions go on.
func (r *run) checkKnown() {
	for i := range r.recipients {
		if _, done := r.known[i]; done {
			continue
		}
		c := r.caseOf(i)
		if !diagnose.Decided(c) {
			continue
		}
		d := diagnose.Diagnose(c)
		r.known[i] = r.knownAt(c, &d)
		if len(c.Pending) > 0 {
			r.told.tell(func(o Observer) { o.Known(r.refs[i], d.Verdict) })
		}
	}
}

// knownAt is when the last of the outcomes that a verdict rests on was there. The
// rest of a session, QUIT, adds nothing.
func (r *run) knownAt(c *diagnose.Case, d *diagnose.Diagnosis) (at time.Duration) {
	limit := ^uint16(0)
	for _, a := range c.Attempts {
		if d.Deciding != nil && a.ID == d.Deciding.Session {
			limit = a.Target.Preference
		}
	}
	for i, a := range c.Attempts {
		if a.Purpose.Asks() && a.Target.Preference <= limit {
			at = max(at, r.jobOf(a.ID).began.Sub(r.started)+d.Outcomes[i].Elapsed)
		}
	}
	for i := range r.hosts {
		if r.hosts[i].Preference <= limit {
			at = max(at, r.readyAt[r.hosts[i].Name])
		}
	}
	return at
}

// caseOf is what is known about a recipient now.
func (r *run) caseOf(who int) *diagnose.Case {
	c := &diagnose.Case{
		Recipient: r.refs[who].Recipient, HELO: r.opts.Probe.HELO, Mode: r.mode(), StopAfter: r.opts.Probe.StopAfter,
		Lab: r.opts.Lab, Resolution: r.resolution, Skipped: r.skipped, RequireTLS: requiresTLS(&r.opts.Probe), TLSPolicy: r.tlsPolicy, Relay: r.opts.Relay,
		Truth: r.truth, TrustAD: r.opts.TrustAD,
	}
	if r.opts.Sender != nil {
		c.Sender = r.opts.Sender.String()
	}
	if c.Past = r.rounds(who); c.Past != nil {
		c.At = time.Now()
	}
	for _, j := range r.inOrder() {
		switch {
		case j.skipped || j.transaction(who) == 0 || r.repeats() && j.leftToAnother(j.transaction(who)):
		case j.attempt != nil:
			tx := j.transaction(who)
			if j.purpose.AsksBeside() {
				tx = 1 // its recipients are its own
			}
			c.Attempts = append(c.Attempts, r.concerning(j.attempt, tx))
			c.Transactions = append(c.Transactions, tx)
		case !j.purpose.Asks(): // the verdict does not wait for it
		case r.walks(): // of equals, a sender goes on only when the one before did not decide
			c.Pending = append(c.Pending, diagnose.Pending{Host: j.target.Host, Preference: ^uint16(0), Session: j.header.ID})
		default:
			c.Pending = append(c.Pending, diagnose.Pending{Host: j.target.Host, Preference: j.target.Preference, Session: j.header.ID})
		}
	}
	for i := range r.hosts {
		if !r.hosts[i].Ready {
			c.Pending = append(c.Pending, diagnose.Pending{Host: r.hosts[i].Name, Preference: r.hosts[i].Preference})
		}
	}
	if r.resolution == nil && len(r.hosts) == 0 {
		c.Pending = append(c.Pending, diagnose.Pending{})
	}
	return c
}

func requiresTLS(o *probe.Options) bool {
	return o.TLS == probe.Require || o.TLS == probe.Implicit || o.TLSVerify
}

func (r *run) mode() diagnose.Mode {
	switch {
	case r.opts.Draft != nil:
		return diagnose.ModeData
	case r.opts.Probe.StopAfter != "" && r.opts.Probe.StopAfter != smtp.StageRcpt:
		return diagnose.ModeStopAfter
	}
	return diagnose.ModeRcpt
}

// leftToAnother reports whether a session of as many messages as the server takes
// left the transaction to another session.
func (j *job) leftToAnother(transaction int) bool {
	return j.attempt != nil && j.attempt.Noted(probe.NoteMailMax) != nil && transaction > lastTransaction(j.attempt)
}

// concerning is an attempt without the transactions of others, where there may
// be very many of them.
func (r *run) concerning(a *probe.Attempt, transaction int) *probe.Attempt {
	if len(r.recipients) <= MaxRecipients || a.Purpose.AsksBeside() {
		return a
	}
	out := *a
	out.Events = nil
	for i := range a.Events {
		e := &a.Events[i]
		if e.Transaction == 0 || e.Transaction == transaction || e.Kind == probe.KindReply && e.Reply.Code == 421 {
			out.Events = append(out.Events, *e)
		}
	}
	return &out
}
