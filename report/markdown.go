package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
)

// markdown is for tickets: the verdict, the table of hosts, the findings and
// the transcripts. Each report stands for itself. What others have said stands in code, fenced or
// spanned, where nothing means anything but itself; in prose every character
// that could mean something is escaped.
type markdown struct {
	w    io.Writer
	o    Options
	more bool // something was told
}

func newMarkdown(w io.Writer, o Options) (*markdown, error) {
	o.Color, o.Width = false, 0
	_, err := newStyle(o, newTheme(false))
	return &markdown{w: w, o: o}, err
}

func (m *markdown) close() error { return nil }

func (m *markdown) report(r *check.Report, _ *destination) error {
	var b strings.Builder
	if m.more {
		b.WriteString("\n")
	}
	m.more = true
	m.verdict(&b, r)
	mdExpected(&b, r.Expected)
	if m.o.Verbosity > Quiet {
		mdTable(&b, wideGrid(hostRows(newTheme(false), latest(r))))
		mdAttempts(&b, r, m.o)
		mdBeside(&b, r)
		mdExtensions(&b, r)
		mdTLSCheck(&b, r)
		mdPolicies(&b, r, m.o)
		mdTruth(&b, r.Resolution)
		mdFindings(&b, r, m.o)
		if err := m.transcript(&b, r); err != nil {
			return err
		}
	}
	_, err := io.WriteString(m.w, b.String())
	return err
}

// verdict writes the verdict, what proves it and what to do.
func (m *markdown) verdict(b *strings.Builder, r *check.Report) {
	fmt.Fprintf(b, "## %s: %s\n\n", mdCode(clean(r.Recipient)), mdProse(string(r.Verdict)))
	fmt.Fprintf(b, "**%s**: %s\n\n", mdProse(string(r.Verdict)), mdProse(r.Summary))
	item := func(name, text string) {
		if text != "" {
			fmt.Fprintf(b, "- %s: %s\n", name, text)
		}
	}
	if r.DecidedBy != nil {
		item("decided by", mdEvidence(r, *r.DecidedBy))
	}
	if r.Reason != "" {
		item("reason", joined(", ", mdCode(clean(string(r.Reason))), mdText(side(r.Side)), mdProse(string(r.Confidence))))
	}
	if r.RetryAfter > 0 {
		item("try again", "after "+wait(r.RetryAfter))
	}
	item("to do", mdProse(r.Remedy))
	if r.Message != nil {
		item("message", mdText(messageWords(r.Message)))
	}
	for _, note := range r.Notes {
		item("note", mdProse(note))
	}
	item("made by", fmt.Sprintf("%s, %s, report %s", mdProse(toolOf(r)),
		r.Started.In(m.o.location()).Format("2006-01-02 15:04:05 -07:00"), mdCode(clean(r.ID))))
}

func mdEvidence(r *check.Report, e diagnose.Evidence) string {
	return reference(e) + ": " + mdCode(quote(r, e, 1, heard)[0])
}

// mdTable writes a table; every cell is code.
func mdTable(b *strings.Builder, g *grid) {
	if len(g.rows) == 0 {
		return
	}
	b.WriteString("\n| " + strings.Join(g.head, " | ") + " |\n|")
	for i := range g.head {
		if i < len(g.right) && g.right[i] {
			b.WriteString(" ---: |")
		} else {
			b.WriteString(" --- |")
		}
	}
	for _, row := range g.rows {
		b.WriteString("\n|")
		for _, c := range row {
			var lines []string
			for line := range strings.SplitSeq(c.text, "\n") {
				if line != "" {
					lines = append(lines, mdCell(line))
				}
			}
			b.WriteString(" " + strings.Join(lines, " ") + " |")
		}
	}
	b.WriteString("\n")
}

// mdCell is text for a cell of a table: as it is where that is words and
// numbers, else code.
func mdCell(s string) string {
	digit := func(i int) bool { return i >= 0 && i < len(s) && s[i] >= '0' && s[i] <= '9' }
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ', c == '-', c == '.' && digit(i-1) && digit(i+1), c == ':' && i+1 < len(s) && s[i+1] == ' ':
		case !wordByte(c) || c == '_' || c >= 0x80:
			return mdCode(s)
		}
	}
	return s
}

func mdFindings(b *strings.Builder, r *check.Report, o Options) {
	if len(r.Findings) == 0 {
		return
	}
	b.WriteString("\n### Findings\n\n")
	for i := range r.Findings {
		f := &r.Findings[i]
		fmt.Fprintf(b, "- **%s** %s: %s\n", mdProse(string(f.Severity)), mdCode(clean(f.Rule)), mdProse(f.Summary))
		for _, e := range f.Evidence {
			b.WriteString("  - " + mdEvidence(r, e) + "\n")
		}
		if o.Verbosity < Verbose {
			continue
		}
		for _, text := range append([]string{f.Explain, f.Remedy}, strings.Join(f.References, "; ")) {
			if text != "" {
				b.WriteString("  - " + mdProse(text) + "\n")
			}
		}
	}
}

// transcript writes the transcripts in a fence that nothing in them can close.
func (m *markdown) transcript(b *strings.Builder, r *check.Report) error {
	var inner strings.Builder
	t, err := newText(&inner, m.o)
	if err != nil {
		return err
	}
	t.begin(clean(toolOf(r)), r.Started.Time, r.Recipient)
	if m.o.Verbosity >= Verbose {
		t.resolution(r.Resolution)
	}
	if len(r.Sessions) == 0 && m.o.Verbosity < Verbose {
		return nil
	}
	t.transcripts(r, nil)
	if err := t.flush(); err != nil {
		return err
	}
	fence := strings.Repeat("`", max(3, longestRun(inner.String())+1))
	b.WriteString("\n### Transcript\n\n" + fence + "text\n" + inner.String() + fence + "\n")
	return nil
}

// longestRun is the length of the longest run of backticks.
func longestRun(s string) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] == '`' {
			run++
			longest = max(longest, run)
		} else {
			run = 0
		}
	}
	return longest
}

// mdCode makes a code span of printable text. A bar would end a cell of a table,
// in code too, and is written as smtp.Printable writes what it escapes.
func mdCode(s string) string {
	if s == "" {
		return ""
	}
	s = strings.ReplaceAll(s, "|", `\x7c`)
	fence := strings.Repeat("`", longestRun(s)+1)
	if len(fence) > 1 || strings.TrimSpace(s) != s {
		s = " " + s + " "
	}
	return fence + s + fence
}

// mdProse makes any text printable, in one line, and escapes it.
func mdProse(s string) string { return mdText(oneLine(s)) }

// mdText escapes printable text: no emphasis, link, tag, entity or table comes
// of it. An @ or # that would name a person or a ticket is written as a byte.
func mdText(s string) string {
	var b strings.Builder
	for i, r := range s {
		rest := s[i:]
		switch {
		case strings.ContainsRune("\\`*_[]<>&|~$", r),
			r == ':' && len(rest) > 1 && rest[1] != ' ',
			r == '.' && i >= 3 && strings.EqualFold(s[i-3:i], "www"):
			b.WriteByte('\\')
			b.WriteRune(r)
		case (r == '@' || r == '#') && (i == 0 || !wordByte(s[i-1])) && len(rest) > 1:
			fmt.Fprintf(&b, `\\x%02x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func wordByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}
