package cmd

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/report"
)

// output are the flags about results.
type output struct {
	command             string
	file, format, style string
	color               string
	json, utc           bool
	quiet, verbose      bool
}

func (o *output) add(f *pflag.FlagSet, command string) {
	o.command = command
	var names []string
	for _, x := range report.Formats(command) {
		names = append(names, string(x))
	}
	f.StringVarP(&o.file, "output", "o", "", "write the result to `FILE`, by rename when it is complete")
	f.StringVar(&o.format, "format", "text", "`FORMAT`: "+strings.Join(names, ", "))
	f.BoolVar(&o.json, "json", false, "the same as --format json")
	if command == "probe" || command == "replay" {
		f.StringVar(&o.style, "style", "smtpcheck", "`STYLE` of the transcript: smtpcheck, xeams, swaks or rfc")
		f.BoolVar(&o.utc, "utc", false, "show times in UTC")
		f.BoolVarP(&o.quiet, "quiet", "q", false, "the verdict only")
		f.BoolVarP(&o.verbose, "verbose", "v", false, "DNS queries, certificates and raw bytes too")
	}
	f.StringVar(&o.color, "color", "auto", "`WHEN`: auto, always or never; auto obeys NO_COLOR")
}

// sink is where results go.
type sink struct {
	renderer report.Renderer
	options  report.Options
	w        io.Writer
	file     *os.File // the temporary file of -o; nil for standard output
	name     string
}

// resolve checks the flags and turns them into the options of the renderer.
func (o *output) resolve(a *app) (report.Options, error) {
	r := report.Options{UTC: o.utc, Location: time.Local, Version: Version()}
	if o.json {
		if o.format != "text" && o.format != "json" {
			return r, usage("--json and --format %s contradict each other", quote(o.format))
		}
		o.format = "json"
	}
	r.Format = report.Format(o.format)
	if formats := report.Formats(o.command); !slices.Contains(formats, r.Format) {
		var names []string
		for _, f := range formats {
			names = append(names, string(f))
		}
		return r, usage("smtpcheck %s has no format %s", o.command, quote(o.format)).hint("its formats are %s", strings.Join(names, ", "))
	}
	r.Style = report.Style(o.style)
	if o.style != "" && !slices.Contains(report.Styles(), r.Style) {
		return r, usage("--style %s: there is no such style", quote(o.style)).hint("--style smtpcheck, xeams, swaks or rfc")
	}
	switch {
	case o.quiet && o.verbose:
		return r, usage("-q and -v contradict each other")
	case o.quiet:
		r.Verbosity = report.Quiet
	case o.verbose:
		r.Verbosity = report.Verbose
	}
	terminal := o.file == "" && isTerminal(a.stdout)
	switch o.color {
	case "auto":
		r.Color = terminal && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	case "always":
		r.Color = true
	case "never":
	default:
		return r, usage("--color %s: it is auto, always or never", quote(o.color))
	}
	if terminal {
		r.Live = true
		if width, _, err := term.GetSize(int(a.stdout.Fd())); err == nil {
			r.Width = width
		}
	}
	if isTerminal(a.stderr) && !o.quiet {
		r.Status = a.stderr
	}
	return r, nil
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// openOutput opens where results go, before anything is done.
func (a *app) openOutput(o *output) (*sink, error) {
	opts, err := o.resolve(a)
	if err != nil {
		return nil, err
	}
	s := &sink{w: a.stdout, options: opts}
	if o.file != "" && o.file != "-" {
		s.file, err = os.CreateTemp(filepath.Dir(o.file), "."+filepath.Base(o.file)+".*")
		if err != nil {
			return nil, fail(check.ExitCantCreate, "-o %s: %w", quote(o.file), bareError(err))
		}
		s.w, s.name = s.file, o.file
	}
	s.renderer, err = report.New(s.w, opts)
	if err != nil {
		s.abandon()
		return nil, err
	}
	return s, nil
}

// bareError is an error without the name of the temporary file.
func bareError(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// close completes the output.
func (s *sink) close() error {
	err := s.renderer.Close()
	if s.file == nil {
		return err
	}
	return errors.Join(err, s.commit())
}

// commit puts the temporary file in its place.
func (s *sink) commit() error {
	if err := s.file.Chmod(0o644); err != nil {
		return errors.Join(err, s.discard())
	}
	if err := s.file.Close(); err != nil {
		return errors.Join(err, s.discard())
	}
	return os.Rename(s.file.Name(), s.name)
}

func (s *sink) discard() error {
	_ = s.file.Close()
	return os.Remove(s.file.Name())
}

// abandon drops what was begun.
func (s *sink) abandon() {
	if s.file != nil {
		_ = s.discard()
	}
}
