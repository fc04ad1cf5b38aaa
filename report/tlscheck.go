package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
	"github.com/smtpcheck/smtpcheck/tlshello"
)

// tlsCheck tells, for each address whose TLS was looked at on further connections,
// what those showed.
func (t *text) tlsCheck(r *check.Report) {
	for _, l := range tlsLooks(r) {
		t.comment(paint(t.theme.mark, "TLS of "+where(l.sessions[0])))
		for _, f := range l.facts() {
			lead := "  " + f[0] + blanks(len("also takes")-widthOf(f[0])) + "  "
			t.hanging(lead, widthOf(lead), "", f[1])
		}
		t.blank()
	}
}

// tlsLook is all sessions with one address.
type tlsLook struct{ sessions []*check.Session }

// tlsLooks are the addresses whose TLS was looked at.
func tlsLooks(r *check.Report) (looks []*tlsLook) {
	byID := make(map[int]*tlsLook)
	for i := range r.Sessions {
		s := &r.Sessions[i]
		l := byID[s.After]
		if s.After == 0 || l == nil {
			l = new(tlsLook)
			looks = append(looks, l)
		}
		byID[s.ID] = l
		l.sessions = append(l.sessions, s)
	}
	return slices.DeleteFunc(looks, func(l *tlsLook) bool {
		return !slices.ContainsFunc(l.sessions, func(s *check.Session) bool {
			return s.Purpose == probe.PurposeTLSLegacy || s.Purpose == probe.PurposeTLSResume || s.Purpose == probe.PurposeSTARTTLS
		})
	})
}

// facts are names and what is known. What was not looked at is left out.
func (l *tlsLook) facts() (facts [][2]string) {
	add := func(name, text string) {
		if text != "" {
			facts = append(facts, [2]string{name, text})
		}
	}
	first := l.sessions[0]
	if e := handshakeOf(first); e != nil {
		add("speaks", handshake(e.TLS))
	} else {
		for i := range first.Events {
			if e := &first.Events[i].Event; e.Kind == probe.KindFailure && e.Stage == smtp.StageTLS {
				add("speaks", "nothing that is in common: "+failed(first, e))
			}
		}
	}
	takes, refuses := l.answers()
	name := "also takes"
	if handshakeOf(first) == nil {
		name = "takes"
	}
	for _, answer := range takes {
		add(name, answer)
		name = ""
	}
	add("refuses", strings.Join(refuses, "; "))
	add("resumption", l.resumption())
	add("STARTTLS", l.starttls())
	return facts
}

// answers are what came of each ClientHello of our own.
func (l *tlsLook) answers() (takes, refuses []string) {
	for _, s := range l.sessions {
		looked := ""
		for i := range s.Events {
			switch e := &s.Events[i].Event; {
			case e.Kind == probe.KindNote && e.Note == probe.NoteHello:
				looked = oneLine(e.Text)
			case e.Kind == probe.KindTLS && e.TLS.Partial:
				takes = append(takes, joined(", ", clean(e.TLS.Version), clean(e.TLS.Cipher), clean(e.TLS.KeyExchange)))
			case e.Kind == probe.KindFailure && looked != "" && e.Stage == smtp.StageTLS && e.Failure.Kind == probe.FailTLS:
				refuses = append(refuses, looked)
			}
		}
	}
	if slices.ContainsFunc(takes, func(t string) bool { return strings.HasSuffix(t, ", RSA") }) {
		// With a cipher suite of another hello it has what it refused here.
		refuses = slices.DeleteFunc(refuses, func(r string) bool { return r == tlshello.PlainRSA().Name })
	}
	return takes, refuses
}

func (l *tlsLook) resumption() string {
	for _, s := range l.sessions {
		if e := handshakeOf(s); e != nil && s.Purpose == probe.PurposeTLSResume {
			if e.TLS.Resumed {
				return "a second connection resumed the session of the first"
			}
			return "a second connection did not resume the session of the first"
		}
	}
	return ""
}

// starttls counts on how many connections STARTTLS was offered, and says what came
// of MAIL before it.
func (l *tlsLook) starttls() string {
	offered, seen, mail := 0, 0, ""
	for _, s := range l.sessions {
		for i := range s.Events {
			e := &s.Events[i].Event
			if e.Kind != probe.KindReply || e.Secure || !e.Reply.Usable() {
				continue
			}
			switch {
			case e.Stage == smtp.StageMail && e.Extension == "STARTTLS":
				mail = fmt.Sprintf("; reply to MAIL before it: %d", e.Reply.Code)
			case e.Stage == smtp.StageEHLO && e.Reply.Class() == 2:
				seen++
				if smtp.ParseCapabilities(*e.Reply).Has("STARTTLS") {
					offered++
				}
			}
		}
	}
	if seen == 0 {
		return ""
	}
	return fmt.Sprintf("offered on %d of %s", offered, plural(seen, "connection")) + mail
}

// handshakeOf is the event of the session's first handshake; nil for none.
func handshakeOf(s *check.Session) *probe.Event {
	for i := range s.Events {
		if e := &s.Events[i].Event; e.Kind == probe.KindTLS {
			return e
		}
	}
	return nil
}

// mdTLSCheck writes what was seen of the TLS of an address, for a ticket.
func mdTLSCheck(b *strings.Builder, r *check.Report) {
	for _, l := range tlsLooks(r) {
		b.WriteString("\n### TLS of " + mdCode(where(l.sessions[0])) + "\n\n")
		for _, f := range l.facts() {
			b.WriteString("- " + strings.TrimPrefix(f[0]+": ", ": ") + mdText(f[1]) + "\n")
		}
	}
}
