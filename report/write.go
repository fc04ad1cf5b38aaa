package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
)

// Table is a document that is a table and nothing more.
type Table struct {
	Head []string
	Rows [][]string
}

// Write writes a document that is not a report: a [check.MXReport], a
// [check.SelfReport], a [diagnose.Explanation], a list of [diagnose.Entry] or a [Table].
// As JSON it writes any document, and each entry of a list by itself.
func Write(w io.Writer, doc any, o Options) error {
	if o.Format == "" {
		o.Format = FormatText
	}
	if entries, ok := doc.([]diagnose.Entry); ok && (o.Format == FormatJSON || o.Format == FormatNDJSON) {
		for i := range entries {
			if err := writeJSON(w, &entries[i], o.Format == FormatJSON); err != nil {
				return err
			}
		}
		return nil
	}
	command, tell := documentOf(w, doc, o)
	switch {
	case o.Format == FormatHTML && slices.Contains(Formats(command), o.Format):
		page := newHTML(w, o)
		if err := page.document(doc); err != nil {
			return err
		}
		return page.close()
	case o.Format == FormatJSON:
		return writeJSON(w, doc, true)
	case o.Format == FormatNDJSON:
		return writeJSON(w, doc, false)
	case tell == nil || !slices.Contains(Formats(command), o.Format):
		return fmt.Errorf("no format %q for %T", string(o.Format), doc)
	}
	return tell()
}

// documentOf says which command a document is of, and how it is told to people.
func documentOf(w io.Writer, doc any, o Options) (command string, tell func() error) {
	switch d := doc.(type) {
	case *check.MXReport:
		return "mx", func() error { return writeMX(w, d, o) }
	case check.MXReport:
		return "mx", func() error { return writeMX(w, &d, o) }
	case *check.SelfReport:
		return "self", func() error { return writeSelf(w, d, o) }
	case *diagnose.Explanation:
		return "explain", func() error { return writeExplanation(w, d, o) }
	case diagnose.Explanation:
		return "explain", func() error { return writeExplanation(w, &d, o) }
	case []diagnose.Entry:
		return "explain", func() error { return writeEntries(w, d, o) }
	case Table:
		return "lab", func() error { return writeTable(w, &d, o) }
	}
	return "", nil
}

func writeTable(w io.Writer, d *Table, o Options) error {
	g := &grid{head: d.Head}
	for _, row := range d.Rows {
		cells := make([]cell, len(d.Head))
		for i := range min(len(row), len(cells)) {
			cells[i].text = oneLine(row[i])
		}
		g.rows = append(g.rows, cells)
	}
	if o.Width > 0 {
		g.squeeze(o.width())
	}
	lines, err := g.lines(newTheme(o.Color))
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}
