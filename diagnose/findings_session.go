package diagnose

import (
	"strconv"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// slowReply is how long a reply takes that is called slow.
const slowReply = 5 * time.Second

// session finds what there is to say about one session.
func (f *finder) session(a *probe.Attempt) {
	if looksAtTLS(a.Purpose) {
		return // see tlsLooks
	}
	host := a.Target.Host
	for i := range a.Events {
		e := &a.Events[i]
		at := Evidence{Session: a.ID, Event: e.Seq}
		switch e.Kind {
		case probe.KindReply:
			f.reply(host, e, at)
			f.callback(host, e, at)
			f.query(a, e, at)
			f.offered(a, e, at)
		case probe.KindTLS:
			f.certificate(host, e.TLS, at)
			f.grade(host, e.TLS, e.Time, at)
		case probe.KindFailure:
			f.failure(a, e, at)
		case probe.KindNote:
			f.note(a, e, at)
		case probe.KindCommand:
			f.command(a, e, at)
		}
	}
	f.offersTLS(a)
	f.auth(a)
	f.lists(a)
	f.extensions(a)
	f.beside(a)
}

func (f *finder) reply(host string, e *probe.Event, at Evidence) {
	r := e.Reply
	if r.Has(smtp.DefectBareLF) {
		f.add("smtp/bare-lf", host+" ends lines in LF alone", at)
	}
	if r.Has(smtp.DefectClassMismatch) {
		f.add("smtp/class-mismatch", host+" contradicts itself: "+strconv.Itoa(r.Code)+" and "+r.Enhanced.String(), at)
	}
	for _, d := range [...]smtp.Defect{smtp.Defect8Bit, smtp.DefectNotUTF8, smtp.DefectControl, smtp.DefectNUL, smtp.DefectBareCR} {
		if r.Has(d) {
			f.add("smtp/8bit", host+": "+string(d)+" in a reply", at)
		}
	}
	if e.Latency >= slowReply && e.Stage != smtp.StageMessage && e.Stage != smtp.StageQuit {
		f.add("smtp/slow", host+" took "+inWords(e.Latency)+" for its reply to "+e.Stage.Request(), at)
	}
}

// certificate finds what is wrong with what a handshake established.
func (f *finder) certificate(host string, t *probe.TLS, at Evidence) {
	switch t.Version {
	case "SSLv3", "TLS 1.0", "TLS 1.1":
		f.add("tls/old-version", host+" speaks "+t.Version, at)
	}
	because := host + ": " + t.Problem
	switch t.ProblemKind {
	case "expired":
		f.add("tls/expired", because, at)
	case "not-yet-valid":
		f.add("tls/not-yet-valid", because, at)
	case "self-signed":
		f.add("tls/self-signed", because, at)
	case "unknown-authority":
		f.add("tls/unknown-authority", because, at)
	case "", "name-mismatch":
	default:
		f.add("tls/unverified", because, at)
	}
	if len(t.NotFor) > 0 {
		f.add("tls/name-mismatch", host+": the certificate is not for "+strings.Join(t.NotFor, ", "), at)
	}
}

func (f *finder) failure(a *probe.Attempt, e *probe.Event, at Evidence) {
	host, x := a.Target.Host, e.Failure
	with := func(words string) string { return host + ": " + or(x.Detail, words) }
	switch x.Kind {
	case probe.FailTLS:
		if plaintextPort(a, e) {
			f.add("tls/plaintext-port", host+" answers in plaintext at port "+port(a.Target), at)
			return
		}
		f.add("tls/handshake-failed", with("the handshake failed"), at)
	case probe.FailTLSLimit:
		f.add("tls/our-limit", with("beyond a limit"), at)
	case probe.FailProtocol, probe.FailLimit:
		f.add("smtp/protocol", with("a reply that cannot be used"), at)
	case probe.FailNotSMTP:
		f.add("smtp/not-smtp", with("it does not speak SMTP"), at)
	case probe.FailUnsolicited:
		if tookHeader(a, e) {
			f.add("smtp/proxy-header", host+" takes the header of the PROXY protocol for a command", at)
			return
		}
		f.add("smtp/unsolicited", with("a reply to nothing"), at)
	case probe.FailNotOffered:
		f.add("ext/not-offered", host+": "+x.Detail, at)
	case probe.FailInjection:
		f.add("tls/injection", host+" sent plaintext behind its reply to STARTTLS", at)
	case probe.FailClosed, probe.FailReset, probe.FailTimeout:
		switch {
		case e.Stage == smtp.StageTLS:
			f.add("tls/handshake-failed", host+": the server left the handshake", at)
		case smtp.StageGreeting.Before(e.Stage):
			f.add("smtp/lost", (&hearing{a: a}).failed(e), at)
		}
	}
}

func (f *finder) note(a *probe.Attempt, e *probe.Event, at Evidence) {
	host := a.Target.Host
	switch e.Note {
	case probe.NoteHELO:
		f.refusesEHLO(a, at)
	case probe.NoteStartTLSRefused:
		f.add("tls/refused", host+" offers STARTTLS and refuses it", at)
	case probe.NoteNotOffered:
		f.add("ext/not-offered", host+": "+e.Text, at)
	case probe.NoteHarvesting:
		f.add("rcpt/harvesting", "recipients were left out at "+host, at)
	}
}

// command looks at the name we gave.
func (f *finder) command(a *probe.Attempt, e *probe.Event, at Evidence) {
	if e.Stage == smtp.StageEHLO && !e.Secure && privateName(a.HELO) {
		f.add("us/helo-private", "EHLO "+a.HELO+" was sent", at)
	}
}

// offersTLS reports a server that offers no STARTTLS: only an EHLO reply can tell.
func (f *finder) offersTLS(a *probe.Attempt) {
	if a.Noted(probe.NoteHELO) != nil || a.TLS() != nil {
		return
	}
	for i := range a.Events {
		e := &a.Events[i]
		if e.Kind == probe.KindReply && e.Stage == smtp.StageEHLO && !e.Secure && e.Reply.Usable() && e.Reply.Class() == 2 {
			if !smtp.ParseCapabilities(*e.Reply).Has("STARTTLS") {
				f.add("tls/none", a.Target.Host+" does not offer STARTTLS", Evidence{Session: a.ID, Event: e.Seq})
			}
			return
		}
	}
}

// inWords is a duration as a person would say it.
func inWords(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return "less than 1 ms"
	case d < time.Second:
		return strconv.Itoa(int(d.Milliseconds())) + " ms"
	case d < 10*time.Second:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	case d < 2*time.Minute && d%time.Minute != 0:
		return strconv.Itoa(int(d.Round(time.Second).Seconds())) + " s"
	case d < 2*time.Hour && d%time.Hour != 0:
		return strconv.Itoa(int(d.Round(time.Minute).Minutes())) + " min"
	}
	return strconv.Itoa(int(d.Round(time.Hour).Hours())) + " h"
}
