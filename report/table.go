package report

import (
	"io"
	"strings"

	"github.com/smtpcheck/smtpcheck/check"
)

// tableForm is the table of hosts and the verdict in a line, for each recipient.
type tableForm struct {
	w     io.Writer
	o     Options
	theme *theme
	more  bool // something was told
}

func newTableForm(w io.Writer, o Options) *tableForm {
	return &tableForm{w: w, o: o, theme: newTheme(o.Color)}
}

func (f *tableForm) report(r *check.Report, _ *destination) error {
	var lines []string
	if f.o.Verbosity > Quiet {
		if f.more {
			lines = append(lines, "")
		}
		f.more = true
		lines = append(lines, hostTable(f.theme, latest(r), f.o.width())...)
		more, err := policyLines(r, f.o)
		if err != nil {
			return err
		}
		lines = append(lines, extensionLines(f.theme, r, f.o.width())...)
		if asked := besideLines(f.theme, r, f.o.width()); len(asked) > 0 {
			lines = append(append(lines, ""), asked...)
		}
		if attempts := attemptLines(f.theme, r, f.o); len(attempts) > 0 {
			lines = append(append(lines, ""), attempts...)
		}
		if len(lines) > 0 && len(more) > 0 && more[0] != "" {
			lines = append(lines, "")
		}
		lines = append(lines, more...)
	}
	lines = append(lines, verdictLine(f.theme, r)+expectedLine(f.theme, r.Expected))
	_, err := io.WriteString(f.w, strings.Join(lines, "\n")+"\n")
	return err
}

func (f *tableForm) close() error { return nil }
