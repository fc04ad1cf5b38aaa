package diagnose

import (
	"strconv"
	"strings"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// maxSaid bounds how much of a reply is quoted in a sentence.
const maxSaid = 1000

// place names the other end as Postfix does: "mx1.example.test[198.51.100.10]".
func place(t probe.Target) string {
	return t.Host + "[" + t.Place() + "]"
}

// name names it where a port is no matter: "mx1.example.test [198.51.100.10]".
func name(t probe.Target) string {
	ip := t.Place()
	if literal := strings.TrimPrefix(strings.Trim(t.Host, "[]"), "IPv6:"); literal == ip {
		return "[" + ip + "]"
	}
	return t.Host + " [" + ip + "]"
}

func (h *hearing) who() string { return "host " + place(h.a.Target) }

// said is "host X[ip] said: 550 5.1.1 ... (in reply to RCPT TO command)".
func (h *hearing) said(e *probe.Event) string {
	if e.Reply.Class() > 3 && (e.Stage == smtp.StageGreeting || e.Stage == smtp.StageEHLO) {
		return h.who() + " refused to talk to me: " + oneLine(*e.Reply)
	}
	return h.who() + " said: " + oneLine(*e.Reply) + " (in reply to " + h.request(e) + ")"
}

// request names what a reply answers.
func (h *hearing) request(e *probe.Event) string {
	if h.chunked && (e.Stage == smtp.StageData || e.Stage == smtp.StageMessage) {
		return "BDAT command"
	}
	return e.Stage.Request()
}

// oneLine is a reply in one line, its codes once.
func oneLine(r smtp.Reply) string {
	var b strings.Builder
	b.WriteString(strconv.Itoa(r.Code))
	if !r.Enhanced.IsZero() {
		b.WriteString(" " + r.Enhanced.String())
	}
	for _, line := range r.Lines {
		text := strings.TrimSpace(strings.ReplaceAll(smtp.LineText(line), "\t", " "))
		if text == "" {
			continue
		}
		if room := maxSaid - b.Len(); len(text) > room {
			b.WriteString(" " + strings.ToValidUTF8(text[:max(room, 0)], "") + "...")
			break
		}
		b.WriteString(" " + text)
	}
	return b.String()
}

// failed says how a session failed, as Postfix would.
func (h *hearing) failed(e *probe.Event) string {
	f, where := e.Failure, place(h.a.Target)
	switch f.Kind {
	case probe.FailTimeout:
		if e.Stage == smtp.StageConnect {
			return h.connect("Connection timed out" + detail("", f.Detail))
		}
		return "conversation with " + where + " timed out while " + h.during(e)
	case probe.FailClosed, probe.FailReset:
		if e.Stage == smtp.StageConnect {
			return h.connect("Connection reset by peer")
		}
		return "lost connection with " + where + " while " + h.during(e)
	case probe.FailRefused:
		return h.connect("Connection refused" + detail("", f.Detail))
	case probe.FailUnreachable:
		return h.connect(or(f.Detail, "No route to host"))
	case probe.FailProhibited:
		return h.connect(or(f.Detail, "prohibited by a packet filter"))
	case probe.FailLocal:
		if e.Stage != smtp.StageConnect {
			return "this machine gave up while " + e.Stage.During() + detail(" ("+where+")", f.Detail) + nothingSent(e.Stage)
		}
		return h.connect(or(f.Detail, "this machine could not open a socket"))
	case probe.FailTLS, probe.FailTLSLimit:
		if plaintextPort(h.a, e) {
			return "Cannot start TLS: " + h.who() + " answers in plaintext at port " + port(h.a.Target)
		}
		return "Cannot start TLS: handshake failure" + detail(" with "+where, f.Detail)
	case probe.FailTLSPolicy:
		return requiredByUs(f.Detail) + " (" + where + ")"
	case probe.FailAuthPolicy:
		return "no login at " + h.who() + detail("", f.Detail)
	case probe.FailAuth:
		return h.who() + " failed in AUTH" + byAuth(h.a) + detail("", f.Detail)
	case probe.FailNotSMTP:
		return h.who() + " does not speak SMTP" + detail("", f.Detail)
	case probe.FailUnsolicited:
		if tookHeader(h.a, e) {
			return h.who() + " takes the header of the PROXY protocol for a command"
		}
		return h.who() + " sent a reply to nothing while " + e.Stage.During()
	case probe.FailInjection:
		return h.who() + " sent plaintext behind its reply to STARTTLS"
	case probe.FailLimit:
		if strings.HasPrefix(f.Detail, "a reply ") {
			return h.who() + " sent " + f.Detail
		}
		return h.who() + " sent more than a session may have" + detail("", f.Detail)
	case probe.FailNotOffered:
		return or(f.Detail, "an extension is required by us and was not offered") + " (" + where + ")"
	case probe.FailInterrupted:
		return "interrupted while " + h.during(e) + " (" + where + ")"
	}
	return h.who() + " broke the protocol" + detail("", f.Detail)
}

// connect is "connect to X[ip]:25: Connection refused".
func (h *hearing) connect(why string) string {
	at := ""
	if h.a.Target.Socket == "" {
		at = ":" + port(h.a.Target)
	}
	return "connect to " + place(h.a.Target) + at + ": " + strings.ToUpper(why[:1]) + why[1:]
}

func port(t probe.Target) string { return strconv.Itoa(int(t.Addr.Port())) }

// during says what went on when e came, as Postfix does.
func (h *hearing) during(e *probe.Event) string {
	for i := range h.a.Events {
		x := &h.a.Events[i]
		if e.Stage == smtp.StageMessage && x.Kind == probe.KindData && x.Transaction == e.Transaction && x.Data.Complete {
			return smtp.DuringEnd
		}
	}
	return e.Stage.During()
}

// nothingSent says of a fault of ours with the message that it did not go out.
func nothingSent(s smtp.Stage) string {
	if s == smtp.StageData || s == smtp.StageMessage {
		return "; nothing was delivered"
	}
	return ""
}

// requiredByUs says what of our requirements of TLS was not met.
func requiredByUs(detail string) string {
	if why, ok := strings.CutPrefix(detail, "a verified certificate is required"); ok {
		return "a verified certificate is required by us" + why
	}
	return "TLS is required by us and " + or(strings.TrimPrefix(detail, "TLS is required and "), "is not to be had")
}

func detail(where, what string) string {
	if what == "" {
		return where
	}
	return where + ": " + what
}

func or(s, otherwise string) string {
	if s != "" {
		return s
	}
	return otherwise
}
