package report

import (
	"strconv"
	"strings"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/probe"
)

// class is the class of one of its colours.
func (t *theme) class(s shade) string {
	switch s {
	case nil:
		return ""
	case t.good:
		return "good"
	case t.transient:
		return "transient"
	case t.bad:
		return "bad"
	case t.command:
		return "command"
	case t.dim:
		return "dim"
	}
	return ""
}

func (t *theme) verdictClass(v diagnose.Verdict) string { return t.class(t.verdict(v)) }

func (t *theme) eventClass(e *probe.Event) string {
	switch e.Kind {
	case probe.KindCommand, probe.KindData:
		return "command"
	case probe.KindReply:
		return t.class(t.reply(e))
	case probe.KindFailure:
		return "transient"
	}
	return "dim"
}

// htmlGrid is a table of the text format as one of the page.
func (t *theme) htmlGrid(g *grid) htmlTable {
	var out htmlTable
	right := func(i int) bool { return i < len(g.right) && g.right[i] }
	for i, h := range g.head {
		out.Head = append(out.Head, htmlCell{Lines: []string{h}, Right: right(i)})
	}
	for _, row := range g.rows {
		var cells []htmlCell
		for i, c := range row {
			cells = append(cells, htmlCell{Lines: strings.Split(c.text, "\n"), Class: t.class(c.shade), Name: g.head[i], Right: right(i)})
		}
		out.Rows = append(out.Rows, cells)
	}
	return out
}

// linkTo makes a link of a reference: an address, or a section of an RFC.
func linkTo(reference string) htmlLink {
	l := htmlLink{Text: oneLine(reference)}
	if strings.HasPrefix(reference, "https://") {
		l.Href = l.Text
		return l
	}
	rest, ok := strings.CutPrefix(reference, "RFC ")
	number, section, _ := strings.Cut(rest, ", section ")
	if _, err := strconv.ParseUint(number, 10, 16); !ok || err != nil {
		return l
	}
	l.Href = "https://www.rfc-editor.org/rfc/rfc" + number
	if section != "" && strings.Trim(section, "0123456789.") == "" {
		l.Href += "#section-" + section
	}
	return l
}

// once is the name of the first of several facts in a row.
func once(name string, i int) string {
	if i > 0 {
		return ""
	}
	return name
}
