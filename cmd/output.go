package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
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
	if command == "mx" {
		f.BoolVarP(&o.verbose, "verbose", "v", false, "DNS queries and explanations too")
	}
	if command == "probe" || command == "relay" || command == "replay" {
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
	w        *recorder
	file     *os.File // of -o; nil for standard output, and when it was closed
	name     string   // what file becomes when it is complete; "": it is no temporary file
}

// recorder remembers whether a write has failed.
type recorder struct {
	io.Writer
	err error
}

func (r *recorder) Write(p []byte) (int, error) {
	n, err := r.Writer.Write(p)
	r.err = cmp.Or(r.err, err)
	return n, err
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
		return r, usage("smtpcheck %s has no format %s", o.command, quote(o.format)).about("format").hint("its formats are %s", strings.Join(names, ", "))
	}
	r.Style = report.Style(o.style)
	if o.style != "" && !slices.Contains(report.Styles(), r.Style) {
		return r, usage("--style %s: there is no such style", quote(o.style)).hint("--style smtpcheck, xeams, swaks or rfc")
	}
	switch {
	case o.quiet && o.verbose:
		return r, usage("-q and -v contradict each other").about("quiet", "verbose")
	case o.quiet:
		r.Verbosity = report.Quiet
	case o.verbose:
		r.Verbosity = report.Verbose
	}
	terminal := !o.toFile() && isTerminal(a.stdout)
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
	s := &sink{w: &recorder{Writer: a.stdout}, options: opts}
	if o.toFile() {
		if err := s.open(o.file, a.stdout); err != nil {
			return nil, fail(check.ExitCantCreate, "-o %s: %w", quote(o.file), bareError(err))
		}
	}
	s.renderer, err = report.New(s.w, opts)
	if err != nil {
		s.abandon()
		return nil, err
	}
	return s, nil
}

func (o *output) toFile() bool { return o.file != "" && o.file != "-" }

// open opens the file of -o. A device or a pipe is written to as it is; what is
// or becomes a plain file is written beside its place and renamed when it is complete.
func (s *sink) open(name string, stdout *os.File) error {
	mode, exact := os.FileMode(0o666), false
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Lstat(name); err == nil {
			return errors.New("a symbolic link that leads nowhere")
		}
	case err != nil:
		return err
	case info.IsDir():
		return syscall.EISDIR
	case isSame(info, stdout):
		return nil // /dev/stdout
	case !info.Mode().IsRegular():
		s.file, err = os.OpenFile(name, os.O_WRONLY, 0)
		s.w.Writer = s.file
		return err
	default:
		if name, err = filepath.EvalSymlinks(name); err != nil {
			return err
		}
		mode, exact = info.Mode().Perm(), true
	}
	temporary := filepath.Join(filepath.Dir(name), fmt.Sprintf(".smtpcheck-%x", rand.Uint64()))
	s.file, err = os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode) // less the umask
	if err != nil {
		return err
	}
	s.w.Writer, s.name = s.file, name
	if exact {
		if err := s.file.Chmod(mode); err != nil {
			s.abandon()
			return err
		}
	}
	return nil
}

func isSame(info fs.FileInfo, f *os.File) bool {
	other, err := f.Stat()
	return err == nil && os.SameFile(info, other)
}

// bareError is an error without the name of the temporary file.
func bareError(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// close completes the output. A file takes its place only if all of it was written.
func (s *sink) close() error {
	return s.finish(s.renderer.Close())
}

// finish closes the file, if there is one, and gives it its name unless something failed.
func (s *sink) finish(err error) error {
	err = cmp.Or(s.w.err, err)
	if s.file == nil {
		return err
	}
	if err != nil {
		s.abandon()
		return err
	}
	f := s.file
	s.file = nil
	if err = f.Close(); err == nil && s.name != "" {
		err = os.Rename(f.Name(), s.name)
	}
	if err != nil && s.name != "" {
		_ = os.Remove(f.Name())
	}
	return err
}

// abandon drops what was begun and not closed.
func (s *sink) abandon() {
	if s.file == nil {
		return
	}
	_ = s.file.Close()
	if s.name != "" {
		_ = os.Remove(s.file.Name())
	}
	s.file = nil
}
