package report

import (
	"fmt"
	"io"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
)

// Renderer tells reports, one after another, and what happens before they are
// made. Destinations that are observed come one after another too.
type Renderer interface {
	check.Observer
	// Report tells a report. It returns the first error of writing there was.
	Report(r *check.Report) error
	// Relay tells a report about a submission server.
	Relay(r *check.RelayReport) error
	// Document tells a document that is not a report, as [Write] does.
	Document(doc any) error
	// Close ends the output.
	Close() error
}

// Progress is a renderer that shows how many of several messages were sent.
type Progress interface {
	Expect(messages int)
}

// Waiter is a renderer that shows which recipients wait for their next round.
type Waiter interface {
	Waits(list []check.Pause)
}

// Options say how reports are told. The zero value is the text format in the
// house style without colour, in local time.
type Options struct {
	Format    Format // "": FormatText
	Style     Style  // of the transcript in text; "": StyleSmtpcheck
	Verbosity Verbosity
	Color     bool

	// UTC says that times are in UTC; else they are in Location, nil meaning the local zone.
	UTC      bool
	Location *time.Location

	// Width is that of the terminal in columns. 0 means that there is none:
	// lines are not cut, prose and tables have a width of their own.
	Width int
	// Live says that the output is a terminal on which sessions may be shown
	// while they go on.
	Live bool
	// Status is where the status line goes: standard error, if it is a
	// terminal. Nil means nowhere.
	Status io.Writer
	// Version is that of the tool, for a live transcript; a report has its own.
	Version string
}

// Verbosity says how much is told.
type Verbosity int

// The verbosities.
const (
	Quiet   Verbosity = iota - 1 // the verdict only, a line for each recipient
	Normal                       // the transcripts and what they mean
	Verbose                      // DNS, raw bytes, certificates and explanations too
)

// Style is how the text format prints a transcript.
type Style string

// The styles.
const (
	StyleSmtpcheck Style = "smtpcheck" // time, direction, line, latency
	StyleXeams     Style = "xeams"     // as the conversation log of Xeams
	StyleSwaks     Style = "swaks"     // with the direction marks of swaks
	StyleRFC       Style = "rfc"       // C: and S: as RFC 5321, appendix D; also a dialogue of the lab
)

// Styles returns every style, the default first.
func Styles() []Style { return []Style{StyleSmtpcheck, StyleXeams, StyleSwaks, StyleRFC} }

// New returns a renderer that writes to w.
func New(w io.Writer, o Options) (Renderer, error) {
	if o.Format == "" {
		o.Format = FormatText
	}
	if o.Style == "" {
		o.Style = StyleSmtpcheck
	}
	form, err := newForm(w, o)
	if err != nil {
		return nil, err
	}
	return &frame{form: form, w: w, o: o, status: newStatus(o)}, nil
}

// newForm makes the form of a format.
func newForm(w io.Writer, o Options) (form, error) {
	switch o.Format {
	case FormatText:
		return newText(w, o)
	case FormatTable:
		return newTableForm(w, o), nil
	case FormatJSON:
		return &jsonForm{w: w}, nil
	case FormatNDJSON:
		return &ndjsonForm{w: w}, nil
	case FormatCSV:
		return newCSV(w), nil
	case FormatJUnit:
		f, err := newJUnit(w, o)
		return items{f}, err
	case FormatTAP:
		return items{&tapForm{w: w, o: o}}, nil
	case FormatGitHub:
		f, err := newGitHub(w, o)
		return items{f}, err
	case FormatNagios:
		return items{&nagiosForm{w: w}}, nil
	case FormatPrometheus:
		return newPrometheus(w), nil
	case FormatMarkdown:
		return newMarkdown(w, o)
	case FormatHTML:
		return newHTML(w, o), nil
	}
	return nil, fmt.Errorf("unknown format %q", string(o.Format))
}

// location is the zone that times are told in.
func (o Options) location() *time.Location {
	switch {
	case o.UTC:
		return time.UTC
	case o.Location != nil:
		return o.Location
	}
	return time.Local
}

// fileWidth is how wide prose and tables are where there is no terminal.
const fileWidth = 90

// width is how wide prose and tables may be.
func (o Options) width() int {
	if o.Width > 0 {
		return max(o.Width, 20)
	}
	return fileWidth
}
