package report

import (
	"strconv"
	"strings"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
)

// besideGrid lists what servers said to others than the recipient, and to the
// recipient for the null sender.
func besideGrid(t *theme, r *check.Report) *grid {
	g := &grid{head: []string{"#", "asked beside", "verdict", "reply"}, right: []bool{true}}
	add := func(session int, what string, a *check.Answer) {
		reply := ""
		if a.Reply != nil {
			reply = joined(" ", strconv.Itoa(a.Reply.Code), clean(a.Reply.Enhanced))
		}
		g.rows = append(g.rows, []cell{
			{text: strconv.Itoa(session)}, {text: what},
			{text: joined(": ", clean(string(a.Verdict)), clean(string(a.Reason))), shade: t.verdict(a.Verdict)}, {text: reply, shade: t.dim},
		})
	}
	for i := range r.CatchAll {
		x := &r.CatchAll[i]
		for k := range x.Recipients {
			add(x.Session, clean(x.Recipients[k].Recipient), &x.Recipients[k])
		}
	}
	if b := r.Postmaster; b != nil {
		for k := range b.Recipients {
			add(b.Session, clean(b.Recipients[k].Recipient), &b.Recipients[k])
		}
	}
	if b := r.NullSender; b != nil {
		for k := range b.Recipients {
			add(b.Session, clean(b.Recipients[k].Recipient)+" from <>", &b.Recipients[k])
		}
	}
	return g
}

// catchAllWords say what hosts make of addresses that cannot exist.
func catchAllWords(o diagnose.CatchAll) string {
	switch o {
	case diagnose.AcceptsAnyone:
		return "accepts anyone"
	case diagnose.RefusesUnknown:
		return "refuses unknown users"
	case diagnose.NotDecidable:
		return "not decidable"
	}
	return clean(string(o))
}

// besideLines tell what was asked beside; nil where nothing was.
func besideLines(t *theme, r *check.Report, width int) []string {
	var out []string
	g := besideGrid(t, r)
	if len(g.rows) > 0 {
		g = g.narrow(min(width, extensionWidth))
		g.squeeze(min(width, extensionWidth))
		lines, err := g.lines(t)
		if err != nil {
			lines = []string{"the table could not be drawn: " + oneLine(err.Error())}
		}
		out = append(out, lines...)
	}
	for i := range r.CatchAll {
		x := &r.CatchAll[i]
		out = append(out, "  "+clean(x.Host)+": "+catchAllWords(x.Outcome))
	}
	return out
}

// asked tells what was asked beside.
func (t *text) asked(r *check.Report) {
	if lines := besideLines(t.theme, r, t.o.width()); len(lines) > 0 {
		t.comment(lines...)
		t.blank()
	}
}

// mdBeside writes what was asked beside, for a ticket.
func mdBeside(b *strings.Builder, r *check.Report) {
	mdTable(b, besideGrid(newTheme(false), r))
	for i := range r.CatchAll {
		x := &r.CatchAll[i]
		if i == 0 {
			b.WriteString("\n")
		}
		b.WriteString("- " + mdCode(clean(x.Host)) + ": " + mdText(catchAllWords(x.Outcome)) + "\n")
	}
}
