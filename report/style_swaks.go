package report

import (
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/probe"
)

// swaksStyle has the marks of swaks: "->" sent, "<-" received, with a tilde
// inside TLS, "<**" and "<~*" for a reply that is a refusal or cannot be used,
// "===" information, "***" an error.
type swaksStyle struct {
	theme *theme
	zone  *time.Location
}

func (w *swaksStyle) live() bool    { return true }
func (w *swaksStyle) whole() bool   { return false }
func (w *swaksStyle) heard() string { return "<-  " }

func (w *swaksStyle) comment(line string) string {
	if line == "" {
		return ""
	}
	return "=== " + line
}

func (w *swaksStyle) head(tool string, at time.Time) string {
	return "=== " + tool + ", " + dateAndZone(at, w.zone) + ", with the marks of swaks"
}

func (w *swaksStyle) lines(s *check.Session, events []check.Event) []string {
	var out []string
	add := func(shade shade, text string) { out = append(out, paint(shade, text)) }
	for i := range events {
		w.event(s, &events[i].Event, add)
	}
	return out
}

func (w *swaksStyle) event(s *check.Session, e *probe.Event, add func(shade, string)) {
	t := w.theme
	if e.Seq == 1 {
		add(t.dim, "=== Trying "+where(s)+again(s)+"...")
	}
	switch e.Kind {
	case probe.KindConnect:
		add(t.dim, "=== Connected to "+clean(s.Host)+".")
	case probe.KindCommand:
		add(t.command, w.sent(e)+clean(e.Command))
	case probe.KindData:
		add(t.command, w.sent(e)+"("+message(e.Data)+")")
	case probe.KindReply:
		for _, line := range e.Reply.Lines {
			add(t.reply(e), w.received(e)+exact(line))
		}
	case probe.KindTLS:
		w.tls(e.TLS, add)
	case probe.KindFailure:
		add(t.transient, "*** "+failed(s, e))
	case probe.KindClose:
		add(t.dim, "=== Connection closed with remote host.")
	default:
		add(t.dim, "=== "+noted(e))
	}
}

func (w *swaksStyle) tls(t *probe.TLS, add func(shade, string)) {
	add(w.theme.dim, "=== TLS started with cipher "+clean(t.Version)+":"+clean(t.Cipher))
	if len(t.Chain) > 0 {
		add(w.theme.dim, `=== TLS peer DN="`+oneLine(t.Chain[0].Subject)+`"`)
	}
	if !t.Verified && !t.Partial && t.Trust != probe.TrustVerified {
		add(w.theme.transient, "=== TLS peer not verified: "+oneLine(t.Problem))
	}
}

func (w *swaksStyle) sent(e *probe.Event) string {
	if e.Secure {
		return " ~> "
	}
	return " -> "
}

func (w *swaksStyle) received(e *probe.Event) string {
	good := e.Reply.Usable() && e.Reply.Class() < 4
	switch {
	case good && e.Secure:
		return "<~  "
	case good:
		return "<-  "
	case e.Secure:
		return "<~* "
	}
	return "<** "
}

// hashed makes a comment of a line.
func hashed(line string) string {
	if line == "" {
		return "#"
	}
	return "# " + line
}
