package report

import (
	"fmt"
	"strings"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/probe"
)

// verdictLine is the verdict in one line. Where the summary begins with the
// verdict, that is not said twice.
func verdictLine(t *theme, r *check.Report) string {
	verdict := clean(string(r.Verdict))
	text := clean(r.Recipient) + copyOf(r) + ": " + paint(t.verdict(r.Verdict), verdict)
	if r.Reason != "" && string(r.Reason) != string(r.Verdict) {
		text += " (" + clean(string(r.Reason)) + ")"
	}
	summary, repeated := strings.CutPrefix(oneLine(r.Summary), verdict+" ")
	if _, rest, ok := strings.Cut(summary, "): "); ok && repeated && summary[0] == '(' {
		return text + ": " + rest // "rejected (no such user): host ..."
	}
	if repeated && r.Reason == "" {
		return text + " " + summary // "accepted at RCPT by ..."
	}
	if rest, ok := strings.CutPrefix(oneLine(r.Summary), verdict+": "); ok {
		return text + ": " + rest // "undetermined: SMTPUTF8 is not offered ..."
	}
	return text + ": " + oneLine(r.Summary)
}

// copyOf says which of several messages a report is about.
func copyOf(r *check.Report) string {
	if r.Copy == nil {
		return ""
	}
	return fmt.Sprintf(" (message %d of %d)", r.Copy.Number, r.Copy.Of)
}

// verdict tells the verdict, the line that proves it and what to do.
func (t *text) verdict(r *check.Report) {
	for _, note := range r.Notes {
		t.prose("note: ", note, nil)
	}
	who := clean(r.Recipient)
	if r.RecipientUnicode != "" {
		who += " (" + clean(r.RecipientUnicode) + ")"
	}
	who += copyOf(r)
	word := strings.ToUpper(clean(string(r.Verdict)))
	t.comment(paint(t.theme.mark, "VERDICT  ") + paint(t.theme.mark, paint(t.theme.verdict(r.Verdict), word)) + "  " + who)
	t.prose("  ", r.Summary, nil)
	if r.Message != nil {
		t.field("message", messageWords(r.Message))
	}
	if r.DecidedBy != nil {
		t.proof(r)
	}
	switch {
	case r.Reason != "":
		t.field("reason", joined(", ", clean(string(r.Reason)), side(r.Side), clean(string(r.Confidence))))
	case r.Confidence != diagnose.Certain:
		t.field("confidence", clean(string(r.Confidence)))
	}
	if r.RetryAfter > 0 {
		t.field("try again", "after "+wait(r.RetryAfter))
	}
	if r.Remedy != "" {
		t.prose("  to do: ", r.Remedy, t.theme.mark)
	}
	if t.o.Verbosity >= Verbose {
		known := ""
		if r.DecidedAfter > 0 {
			known = "known after " + millis(duration(r.DecidedAfter))
		}
		t.field("run", joined(", ", known, millis(duration(r.Duration))+" in all", fmt.Sprintf("exit code %d", r.ExitCode), "report "+clean(r.ID)))
	}
}

// side is whose matter it is, in words.
func side(s diagnose.Side) string {
	switch s {
	case diagnose.SideUs:
		return "a matter of this machine"
	case diagnose.SideNone, "":
		return ""
	}
	return "a matter of the " + clean(string(s))
}

// field tells a fact of the verdict.
func (t *text) field(name, value string) { t.comment("  " + name + ": " + value) }

// prose tells text of ours behind a name, broken into lines.
func (t *text) prose(name, text string, shade shade) {
	if text == "" {
		return
	}
	hang := widthOf(name)
	room := min(t.o.width(), 100) - hang - widthOf(t.style.comment("x")) + 1
	for _, paragraph := range paragraphs(text) {
		for _, line := range wrap(paragraph, max(room, 20)) {
			t.comment(paint(shade, name) + line)
			name = blanks(hang)
		}
	}
}

// messageWords says what became of the message.
func messageWords(m *check.Message) string {
	text := map[string]string{
		"yes": "taken", "no": "not taken", "unknown": "sent, and not known to be taken: it may have been delivered",
	}[m.Sent]
	if text == "" {
		text = clean(m.Sent)
	}
	if m.Host != "" {
		text += ", by " + clean(m.Host)
	}
	if m.QueueID != "" {
		text += ", queue id " + oneLine(m.QueueID)
	}
	if m.MessageID != "" {
		text += ", Message-ID " + oneLine(m.MessageID)
	}
	if m.DKIM != nil {
		text += ", signed by " + clean(m.DKIM.Domain) + " (" + clean(m.DKIM.Selector) + ", " + clean(m.DKIM.Algorithm) + ")"
	}
	return text
}

// proof quotes what the verdict was decided by.
func (t *text) proof(r *check.Report) {
	const name = "  decided by: "
	lead := name
	if r.DecidedBy.Session > 0 {
		lead += fmt.Sprintf("[%d] ", r.DecidedBy.Session)
	}
	for _, line := range quote(r, *r.DecidedBy, 3, t.style.heard()) {
		t.comment(lead + line)
		lead = blanks(widthOf(lead))
	}
}

// quote tells what evidence points at, in at most n lines; heard stands before
// those of the server.
func quote(r *check.Report, at diagnose.Evidence, n int, heard string) []string {
	if at.Query > 0 {
		return []string{quoteQuery(r, at.Query)}
	}
	for i := range r.Sessions {
		s := &r.Sessions[i]
		if s.ID != at.Session {
			continue
		}
		for k := range s.Events {
			if e := &s.Events[k].Event; e.Seq == at.Event {
				return quoteEvent(s, e, n, heard)
			}
		}
		return []string{where(s)}
	}
	return []string{"(not in this report)"}
}

// quoteEvent tells an event as its transcript does, without time and session.
func quoteEvent(s *check.Session, e *probe.Event, n int, heard string) []string {
	p := printer{house: &houseStyle{theme: newTheme(false)}}
	switch e.Kind {
	case probe.KindReply:
		for i, line := range e.Reply.Lines[:min(n, len(e.Reply.Lines))] {
			more := ""
			if i == n-1 && len(e.Reply.Lines) > n {
				more = fmt.Sprintf(" ... and %s more", plural(len(e.Reply.Lines)-n, "line"))
			}
			p.line(heard+exact(line)+more, "", nil)
		}
	case probe.KindTLS:
		text := handshake(e.TLS)
		if !e.TLS.Verified && e.TLS.Problem != "" && e.TLS.Trust != probe.TrustVerified {
			text += "; " + oneLine(e.TLS.Problem)
		}
		p.line("*** "+text, "", nil)
	case probe.KindFailure:
		p.line("*** "+failed(s, e), "", nil)
	default:
		p.event(s, e)
	}
	return p.out[:min(len(p.out), n)]
}

func quoteQuery(r *check.Report, id int) string {
	if r.Resolution != nil {
		for i := range r.Resolution.Queries {
			if q := &r.Resolution.Queries[i]; q.ID == id {
				return queryLine(q)
			}
		}
	}
	return "(not in this report)"
}

// toolOf names the program that made a report, and says if names were taken out of it.
func toolOf(r *check.Report) string {
	tool := r.Tool.Name + " " + r.Tool.Version
	switch r.Redacted {
	case "":
		return tool
	case "strict":
		return tool + " (redacted, strict)"
	}
	return tool + " (redacted)"
}
