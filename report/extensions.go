package report

import (
	"strings"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
)

// extensionGrid lists the extensions that a server advertises, and what became of
// trying them.
func extensionGrid(t *theme, s *check.Session) *grid {
	g := &grid{head: []string{"extension", "advertised", "", "what came of it"}}
	for i := range s.Extensions {
		x := &s.Extensions[i]
		shade := t.dim
		switch x.State {
		case diagnose.ExtWorks:
			shade = t.good
		case diagnose.ExtBroken:
			shade = t.bad
		case diagnose.ExtRefused:
			shade = t.transient
		}
		g.rows = append(g.rows, []cell{
			{text: clean(x.Keyword)}, {text: clean(x.Params), shade: t.dim},
			{text: strings.ReplaceAll(clean(string(x.State)), "-", " "), shade: shade}, {text: oneLine(x.Detail)},
		})
	}
	return g
}

// extensionWidth is how wide a table of extensions is at most: most of its words
// are a server's.
const extensionWidth = 80

// extensionLines are the tables of extensions of a report.
func extensionLines(t *theme, r *check.Report, width int) []string {
	var out []string
	for i := range r.Sessions {
		s := &r.Sessions[i]
		if len(s.Extensions) == 0 {
			continue
		}
		g := extensionGrid(t, s).narrow(min(width, extensionWidth))
		g.squeeze(min(width, extensionWidth))
		lines, err := g.lines(t)
		if err != nil {
			lines = []string{"the table of extensions could not be drawn: " + oneLine(err.Error())}
		}
		out = append(out, "", paint(t.mark, "service extensions of "+where(s)))
		out = append(out, lines...)
	}
	return out
}

// exercised tells what became of the extensions that were tried.
func (t *text) exercised(r *check.Report) {
	lines := extensionLines(t.theme, r, t.o.width())
	if len(lines) == 0 {
		return
	}
	t.blank()
	t.comment(lines[1:]...)
	t.blank()
}

// mdExtensions writes the extensions that were tried, for a ticket.
func mdExtensions(b *strings.Builder, r *check.Report) {
	for i := range r.Sessions {
		if s := &r.Sessions[i]; len(s.Extensions) > 0 {
			b.WriteString("\n### Service extensions of " + mdCode(where(s)) + "\n")
			mdTable(b, extensionGrid(newTheme(false), s))
		}
	}
}
