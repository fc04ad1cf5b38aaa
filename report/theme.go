package report

import (
	"github.com/fatih/color"

	"github.com/smtpcheck/smtpcheck/diagnose"
)

// shade is one colour; nil is none.
type shade = *color.Color

// theme holds the colours of one output. fatih/color decides globally, by
// standard output, whether there are any; here each writer decides for itself.
type theme struct {
	on                                       bool
	good, transient, bad, command, dim, mark shade
}

func newTheme(on bool) *theme {
	in := func(attributes ...color.Attribute) shade {
		c := color.New(attributes...)
		if on {
			c.EnableColor()
		} else {
			c.DisableColor()
		}
		return c
	}
	return &theme{
		on:        on,
		good:      in(color.FgGreen),
		transient: in(color.FgYellow),
		bad:       in(color.FgRed),
		command:   in(color.FgCyan),
		dim:       in(color.Faint),
		mark:      in(color.Bold),
	}
}

// paint colours s; a nil colour leaves it as it is.
func paint(c shade, s string) string {
	if c == nil || s == "" {
		return s
	}
	return c.Sprint(s)
}

// verdict is the colour of a verdict.
func (t *theme) verdict(v diagnose.Verdict) shade {
	switch v {
	case diagnose.Accepted:
		return t.good
	case diagnose.Rejected:
		return t.bad
	}
	return t.transient
}

// severity is the colour of a finding.
func (t *theme) severity(s diagnose.Severity) shade {
	switch s {
	case diagnose.Error:
		return t.bad
	case diagnose.Warning:
		return t.transient
	case diagnose.Notice:
		return t.command
	}
	return t.dim
}
