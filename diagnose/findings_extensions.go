package diagnose

import (
	"fmt"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// extensions finds what is advertised and does not work.
func (f *finder) extensions(a *probe.Attempt) {
	for _, x := range Extensions(a) {
		if x.State != ExtBroken {
			continue
		}
		var evidence []Evidence
		for _, seq := range x.Events {
			evidence = append(evidence, Evidence{Session: a.ID, Event: seq})
		}
		f.add("ext/broken", a.Target.Host+" offers "+x.Keyword+", which does not work: "+x.Detail, evidence...)
	}
}

// query explains the answer to a command that stood by itself.
func (f *finder) query(a *probe.Attempt, e *probe.Event, at Evidence) {
	if e.Stage != smtp.StageQuery || e.Extension == "" || !e.Reply.Usable() || a.Purpose == probe.PurposeExtensions {
		return
	}
	if means := queryMeans(e.Extension, e.Reply.Code); means != "" {
		f.add("ext/query", a.Target.Host+" answered "+e.Extension+" with "+fmt.Sprint(e.Reply.Code)+": "+means, at)
	}
}

// queryMeans says what an answer to a query means (RFC 5321, sections 3.5 and 7.3;
// RFC 1985, section 5.3).
func queryMeans(verb string, code int) string {
	type answer struct {
		verb string
		code int
	}
	words := map[answer]string{
		{"VRFY", 250}: "the mailbox is there", {"VRFY", 251}: "not local; the server would forward", {"VRFY", 252}: "neither yes nor no; it would take a message and try",
		{"VRFY", 550}: "no such mailbox, or it does not say", {"VRFY", 551}: "not local, and not forwarded", {"VRFY", 553}: "ambiguous, or not an address",
		{"EXPN", 250}: "the members of the list", {"EXPN", 252}: "neither yes nor no", {"EXPN", 550}: "no such list, or it does not say",
		{"ETRN", 250}: "it begins to send what it holds", {"ETRN", 251}: "it holds nothing", {"ETRN", 252}: "it begins to send what it holds",
		{"ETRN", 253}: "it begins to send what it holds", {"ETRN", 458}: "it cannot begin now", {"ETRN", 459}: "not for this node",
		{"HELP", 211}: "help", {"HELP", 214}: "help", {"NOOP", 250}: "it is there",
	}
	if w := words[answer{verb, code}]; w != "" {
		return w
	}
	switch code {
	case 500, 502:
		return "the command is not there, or is switched off; most sites do that to keep addresses private"
	case 501, 504:
		return "its argument is not understood"
	case 450, 451, 452:
		return "not now"
	case 530, 535, 550, 554:
		return "not for us"
	}
	return ""
}
