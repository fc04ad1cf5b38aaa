package check

import (
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/probe"
)

// Observer is told what happens while it happens. Its methods are never called
// twice at once. Sessions are headers: all that is known before the
// connection, without events and judgement.
type Observer interface {
	// Begin announces a destination: the reports that will come, one a recipient.
	Begin(reports []Ref)
	// Plan announces a session. Those of a destination are numbered in MX order
	// before any is dialled; a host whose addresses came late, and a session that
	// follows another, are announced when they are known.
	Plan(s Session)
	// Event tells of an event of a session.
	Event(s Session, e probe.Event)
	// End tells that a session has ended.
	End(s Session)
	// Known tells that a verdict is known although sessions go on: no better host is pending.
	Known(r Ref, v diagnose.Verdict)
}

// Ref names a report that is being made.
type Ref struct {
	ID        string
	Recipient string
	Started   Time
}
