package report

import (
	"cmp"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/probe"
)

// several tells every one of some renderers.
type several []Renderer

// Several returns a renderer that tells all that are given. One that cannot be
// written keeps nothing from the others: an error comes from Report and Relay
// only when there is none left, and from Close when there was any.
func Several(renderers ...Renderer) Renderer {
	if len(renderers) == 1 {
		return renderers[0]
	}
	return several(renderers)
}

// Begin announces a destination.
func (s several) Begin(refs []check.Ref) {
	for _, r := range s {
		r.Begin(refs)
	}
}

// Plan announces a session.
func (s several) Plan(session check.Session) {
	for _, r := range s {
		r.Plan(session)
	}
}

// Event tells of an event of a session.
func (s several) Event(session check.Session, e probe.Event) {
	for _, r := range s {
		r.Event(session, e)
	}
}

// End tells that a session has ended.
func (s several) End(session check.Session) {
	for _, r := range s {
		r.End(session)
	}
}

// Known tells that a verdict is known although sessions go on.
func (s several) Known(ref check.Ref, v diagnose.Verdict) {
	for _, r := range s {
		r.Known(ref, v)
	}
}

// Expect says how many messages there will be.
func (s several) Expect(messages int) {
	for _, r := range s {
		if p, ok := r.(Progress); ok {
			p.Expect(messages)
		}
	}
}

// Waits tells which recipients wait for their next round.
func (s several) Waits(list []check.Pause) {
	for _, r := range s {
		if w, ok := r.(Waiter); ok {
			w.Waits(list)
		}
	}
}

// Report tells a report.
func (s several) Report(rep *check.Report) error {
	return s.each(func(r Renderer) error { return r.Report(rep) })
}

// Relay tells a report about a submission server.
func (s several) Relay(rep *check.RelayReport) error {
	return s.each(func(r Renderer) error { return r.Relay(rep) })
}

// Document tells a document that is not a report.
func (s several) Document(doc any) error {
	return s.each(func(r Renderer) error { return r.Document(doc) })
}

// each returns the first error if all of them fail.
func (s several) each(tell func(Renderer) error) error {
	var first error
	failed := 0
	for _, r := range s {
		if err := tell(r); err != nil {
			first = cmp.Or(first, err)
			failed++
		}
	}
	if failed < len(s) {
		return nil
	}
	return first
}

// Close ends all of them.
func (s several) Close() (err error) {
	for _, r := range s {
		err = cmp.Or(err, r.Close())
	}
	return err
}
