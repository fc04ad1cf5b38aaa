package report

import (
	"strings"
	"unicode/utf8"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// exact makes bytes safe to print that reports keep byte for byte: the lines of
// replies, and what was found where nothing may be.
func exact(s string) string { return smtp.Printable(s) }

// clean makes any other text safe to print. JSON cannot hold bytes that are not
// UTF-8; a run of them is one U+FFFD here, whether it went through JSON or not,
// so that a replayed report reads the same.
func clean(s string) string {
	if utf8.ValidString(s) && !strings.Contains(s, "\ufffd\ufffd") {
		return smtp.Printable(s)
	}
	var b strings.Builder
	last := rune(0)
	for _, r := range s { // an invalid byte comes as U+FFFD
		if r != utf8.RuneError || last != utf8.RuneError {
			b.WriteRune(r)
		}
		last = r
	}
	return smtp.Printable(b.String())
}

// oneLine is clean for text that may have line breaks, which become blanks.
func oneLine(s string) string {
	return clean(strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), " "))
}

// paragraphs is clean for prose of ours: its line breaks stay.
func paragraphs(s string) []string {
	var out []string
	for line := range strings.SplitSeq(strings.TrimSpace(s), "\n") {
		out = append(out, clean(strings.TrimSuffix(line, "\r")))
	}
	return out
}

// list makes several texts one.
func list(texts []string) string {
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = clean(s)
	}
	return strings.Join(out, ", ")
}
