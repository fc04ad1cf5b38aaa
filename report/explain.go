package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/smtpcheck/smtpcheck/diagnose"
)

// headLines is how many lines of what is explained are told.
const headLines = 8

// writeExplanation tells what a reply, a code or a rule means and what to do.
func writeExplanation(w io.Writer, e *diagnose.Explanation, o Options) error {
	o.Style = StyleSmtpcheck
	t, err := newText(w, o)
	if err != nil {
		return err
	}
	t.explained(e)
	t.prose("  ", outcome(e), t.theme.mark)
	t.blank()
	t.prose("  ", e.Explain, nil)
	t.prose("  to do: ", e.Remedy, t.theme.mark)
	for _, note := range e.Notes {
		t.prose("  note: ", note, t.theme.mark)
	}
	t.blank()
	code := e.Enhanced
	if e.Code != 0 {
		code = joined(" ", strconv.Itoa(e.Code), e.Enhanced)
	}
	if e.Stage != "" {
		code = joined(", ", code, "in reply to "+e.Stage.Request())
	}
	for _, f := range []struct{ name, value string }{
		{"code", clean(code)},
		{"rule", clean(e.Rule)},
		{"severity", clean(string(e.Severity))},
		{"reason", joined(", ", clean(string(e.Reason)), side(e.Side), clean(string(e.Confidence)))},
		{"again", retryWords(e)},
		{"known from", joined(", ", oneLine(e.Source), clean(e.Row))},
		{"see", oneLine(strings.Join(e.References, "; "))},
	} {
		t.prose("  "+f.name+": ", f.value, nil)
	}
	if e.Link != "" {
		t.field("page", oneLine(e.Link)) // in one piece, to be followed
	}
	t.blank()
	return t.flush()
}

// explained tells what is explained: the reply, or the text if that is a reply itself, or has none.
func (t *text) explained(e *diagnose.Explanation) {
	said := e.Reply
	if said == "" {
		said = e.Text
	}
	var lines []string
	for _, line := range paragraphs(said) {
		lines = append(lines, wrap(line, min(t.o.width(), 100))...)
	}
	for i, line := range lines {
		if i == headLines-1 && len(lines) > headLines {
			line = fmt.Sprintf("... and %s more", plural(len(lines)-i, "line"))
		}
		if i < headLines {
			t.say(paint(t.theme.mark, line))
		}
	}
}

// outcome is the title, and for how long a refusal is.
func outcome(e *diagnose.Explanation) string {
	class := e.Code / 100
	if class == 0 && e.Enhanced != "" {
		class = int(e.Enhanced[0]) - '0'
	}
	switch {
	case e.Reason == "" || e.Row == "" || strings.HasPrefix(e.Row, "client/"): // where nobody refused
	case class == 4:
		return "refused for now: " + e.Title
	case class == 5:
		return "refused for good: " + e.Title
	}
	return e.Title
}

// retryWords says whether the same again can help; a rule has nothing to say about that.
func retryWords(e *diagnose.Explanation) string {
	switch {
	case e.Retry == nil || e.Row == "":
		return ""
	case !*e.Retry && e.Advice == diagnose.RetryAfterFix:
		return "once that is done; the same again will not help before"
	case !*e.Retry:
		return "the same again will not help"
	case e.RetryAfter > 0:
		return "may help after " + wait(e.RetryAfter)
	}
	return "may help later"
}
