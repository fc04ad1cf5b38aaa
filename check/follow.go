package check

import (
	"slices"
	"time"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// another is a connection that follows a session.
type another struct {
	purpose probe.Purpose
	options probe.Options
	from    int // the first recipient it is for: those before have their answer
}

// next decides whether a session is followed by another with the same address,
// and of what purpose; nil for none. It is a pure function of the transcript.
func next(a *probe.Attempt, o *probe.Options) *another {
	f := a.Failure()
	switch {
	case !a.Purpose.Asks():
	case a.Noted(probe.NoteMailMax) != nil && !asksForQuiet(a):
		return &another{purpose: probe.PurposeRetry, options: *o, from: lastTransaction(a)}
	case a.Purpose == probe.PurposeProbe && f != nil && f.Stage == smtp.StageTLS && fallsBack(o, f.Failure.Kind):
		plain := *o
		plain.TLS = probe.Never
		return &another{purpose: probe.PurposePlainFallback, options: plain}
	case a.Purpose == probe.PurposeProbe && f != nil && o.Pipeline && pipeliningBroke(a, f):
		lockstep := *o
		lockstep.Pipeline = false
		return &another{purpose: probe.PurposeNoPipelining, options: lockstep, from: max(0, f.Transaction-1)}
	case a.Purpose != probe.PurposeRetry:
		if from := leftOver(a); from > 0 {
			return &another{purpose: probe.PurposeRetry, options: *o, from: from}
		}
	}
	return nil
}

// fallsBack reports whether a sender that takes TLS when it can would try again
// without it (RFC 7435, section 3).
func fallsBack(o *probe.Options, kind probe.FailureKind) bool {
	if o.TLS != "" && o.TLS != probe.Opportunistic || o.TLSVerify {
		return false
	}
	switch kind {
	case probe.FailTLS, probe.FailTLSLimit, probe.FailTimeout, probe.FailClosed, probe.FailReset:
		return true
	}
	return false
}

// pipeliningBroke reports whether a session went wrong in an envelope that was
// sent in one flight.
func pipeliningBroke(a *probe.Attempt, f *probe.Event) bool {
	if sentText(a, f.Transaction) || f.Stage.Before(smtp.StageMail) || smtp.StageData.Before(f.Stage) || !a.Capabilities().Has("PIPELINING") {
		return false
	}
	switch f.Failure.Kind {
	case probe.FailTimeout, probe.FailClosed, probe.FailReset, probe.FailProtocol, probe.FailUnsolicited:
		return true
	}
	return false
}

// exercise decides whether the extensions of an address are to be tried, on one
// more connection, after all that were had with it; nil when not: nobody said EHLO, or no
// more connections are wanted.
func exercise(had []*probe.Attempt, o *probe.Options, recipient smtp.Mailbox) *another {
	said := false
	for _, a := range had {
		if a.Purpose == probe.PurposeExtensions || asksForQuiet(a) {
			return nil
		}
		if f := a.Failure(); f != nil && f.Failure.Kind == probe.FailInterrupted {
			return nil
		}
		if x := a.Authentication(); x != nil && x.Outcome != probe.AuthAccepted {
			return nil // a login that failed is not tried again
		}
		said = said || len(a.Capabilities()) > 0
	}
	if !said {
		return nil
	}
	tried := *o
	tried.Exercise, tried.Queries, tried.Envelope, tried.Pipeline = &probe.Exercise{Recipient: recipient}, nil, probe.Envelope{}, false
	if tried.Timeouts.Session == 0 && !tried.Timeouts.RFC {
		tried.Timeouts.Session = exerciseTime
	}
	return &another{purpose: probe.PurposeExtensions, options: tried}
}

// exerciseTime is for a session with some thirty commands.
const exerciseTime = 3 * time.Minute

// sentText reports whether text of the message of a transaction was sent.
func sentText(a *probe.Attempt, transaction int) bool {
	return slices.ContainsFunc(a.Events, func(e probe.Event) bool {
		return e.Kind == probe.KindData && e.Transaction == transaction
	})
}

// leftOver is the index of the first recipient that the session never got to,
// after others had their turn and the server ended it; 0 for none. Recipients
// left out on purpose are not meant.
func leftOver(a *probe.Attempt) int {
	if len(a.Recipients) < 2 || a.Noted(probe.NoteHarvesting) != nil || !lostOrClosing(a) {
		return 0
	}
	last, answered := 0, false
	for i := range a.Events {
		e := &a.Events[i]
		last = max(last, e.Transaction)
		answered = answered || e.Transaction > 0 && e.Kind == probe.KindReply
	}
	if !answered || last >= len(a.Recipients) {
		return 0
	}
	return last
}

// lostOrClosing reports whether the server ended the session: with 421, or by
// going away.
func lostOrClosing(a *probe.Attempt) bool {
	if f := a.Failure(); f != nil {
		return f.Failure.Kind == probe.FailClosed || f.Failure.Kind == probe.FailReset
	}
	return said421(a)
}

func said421(a *probe.Attempt) bool {
	for i := range a.Events {
		if e := &a.Events[i]; e.Kind == probe.KindReply && e.Reply.Code == 421 && e.Stage != smtp.StageQuit {
			return true
		}
	}
	return false
}

// asksForQuiet reports whether the server said 421 or asked to slow down, so
// that it is left alone for the rest of the run.
func asksForQuiet(a *probe.Attempt) bool {
	if said421(a) {
		return true
	}
	for i := range a.Events {
		e := &a.Events[i]
		if e.Kind != probe.KindReply || !e.Reply.Usable() || e.Reply.Class() != 4 {
			continue
		}
		if row, _ := diagnose.Lookup(e.Stage, *e.Reply); row.Reason == diagnose.RateLimited {
			return true
		}
	}
	return false
}

// harvestLimit is how many unknown users a session may meet before the rest of
// its recipients are left in peace.
const harvestLimit = 3

// mayGoOn decides between two transactions whether there is another. It is asked
// by the session. Only the last one can have brought news.
func (r *run) mayGoOn(a *probe.Attempt) probe.Note {
	last := probe.Attempt{Events: a.Events[lastBegins(a):]}
	switch {
	case unknownUsers(&last) > 0 && harvesting(a):
		return probe.NoteHarvesting
	case r.repeats() && asksForQuiet(&last):
		return probe.NoteRateLimited
	}
	return ""
}

// harvesting reports whether to ask about more recipients, after those of some
// sessions, would look like collecting addresses.
func harvesting(had ...*probe.Attempt) bool {
	n := 0
	for _, a := range had {
		n += unknownUsers(a)
	}
	return n >= harvestLimit
}

// unknownUsers is how many recipients were refused because nobody knows them.
func unknownUsers(a *probe.Attempt) (n int) {
	for i := range a.Events {
		e := &a.Events[i]
		if e.Kind != probe.KindReply || e.Stage != smtp.StageRcpt || e.Extension != "" || !e.Reply.Usable() || e.Reply.Class() != 5 {
			continue
		}
		if row, _ := diagnose.Lookup(e.Stage, *e.Reply); row.Reason == diagnose.NoSuchUser {
			n++
		}
	}
	return n
}

// lastBegins is where in the transcript the last transaction begins.
func lastBegins(a *probe.Attempt) int {
	n := lastTransaction(a)
	return max(0, slices.IndexFunc(a.Events, func(e probe.Event) bool { return e.Transaction == n }))
}

// lastTransaction is the number of the last transaction that was begun.
func lastTransaction(a *probe.Attempt) (n int) {
	for i := range a.Events {
		n = max(n, a.Events[i].Transaction)
	}
	return n
}
