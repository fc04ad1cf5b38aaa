package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/smtpcheck/smtpcheck/diagnose"
)

// writeExplanation tells what a reply, a code or a rule means and what to do.
func writeExplanation(w io.Writer, e *diagnose.Explanation, o Options) error {
	o.Style = StyleSmtpcheck
	t, err := newText(w, o)
	if err != nil {
		return err
	}
	t.say(paint(t.theme.mark, oneLine(e.Text)))
	t.prose("  ", e.Title, nil)
	t.blank()
	t.prose("  ", e.Explain, nil)
	t.prose("  to do: ", e.Remedy, t.theme.mark)
	t.blank()
	code := e.Enhanced
	if e.Code != 0 {
		code = joined(" ", strconv.Itoa(e.Code), e.Enhanced)
	}
	for _, f := range []struct{ name, value string }{
		{"code", clean(code)},
		{"rule", clean(e.Rule)},
		{"severity", clean(string(e.Severity))},
		{"reason", joined(", ", clean(string(e.Reason)), side(e.Side), clean(string(e.Confidence)))},
		{"again", retryWords(e)},
		{"known from", joined(", ", oneLine(e.Source), clean(e.Row))},
		{"page", oneLine(e.Link)},
		{"see", oneLine(strings.Join(e.References, "; "))},
	} {
		if f.value != "" {
			t.field(f.name, f.value)
		}
	}
	t.blank()
	return t.flush()
}

// retryWords says whether the same again can help; a rule has nothing to say about that.
func retryWords(e *diagnose.Explanation) string {
	switch {
	case e.Retry == nil || e.Row == "":
		return ""
	case !*e.Retry:
		return "the same again will not help"
	case e.RetryAfter > 0:
		return fmt.Sprintf("may help after %s", wait(e.RetryAfter))
	}
	return "may help later"
}
