package diagnose

import (
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// tookHeader reports that the server answered the header of the PROXY protocol as if it
// were a command: there was one reply more than commands, before any transaction, or
// later where what seemed to refuse EHLO was that one.
func tookHeader(a *probe.Attempt, e *probe.Event) bool {
	if e.Kind != probe.KindFailure || e.Failure.Kind != probe.FailUnsolicited || !announced(a) {
		return false
	}
	return e.Stage.Before(smtp.StageMail) || slices.ContainsFunc(a.Events, func(x probe.Event) bool { return x.Note == probe.NoteHELO })
}

// announced reports whether the session began with such a header.
func announced(a *probe.Attempt) bool {
	first := slices.IndexFunc(a.Events, func(x probe.Event) bool { return x.Kind == probe.KindCommand })
	return first >= 0 && strings.HasPrefix(a.Events[first].Command, "PROXY ")
}

// refusesEHLO finds that HELO is all a server knows, unless its refusal was to something else.
func (f *finder) refusesEHLO(a *probe.Attempt, at Evidence) {
	if !slices.ContainsFunc(a.Events, func(x probe.Event) bool { return tookHeader(a, &x) }) {
		f.add("smtp/helo-only", a.Target.Host+" refuses EHLO", at)
	}
}
