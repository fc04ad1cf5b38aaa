package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/smtpcheck/smtpcheck/check"
)

// Write writes a document that is not a report: a *[check.MXReport]. In JSON it
// writes any document.
func Write(w io.Writer, doc any, o Options) error {
	switch o.Format {
	case FormatJSON:
		return writeJSON(w, doc, true)
	case FormatNDJSON:
		return writeJSON(w, doc, false)
	}
	var lines []string
	switch d := doc.(type) {
	case *check.MXReport:
		lines = mxLines(d, o)
	default:
		return fmt.Errorf("no format %q for %T", string(o.Format), doc)
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}
