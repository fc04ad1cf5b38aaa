package cmd

import (
	"path/filepath"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/redact"
	"github.com/smtpcheck/smtpcheck/report"
)

// outputs are all the places where results go: standard output or the file of -o
// first, then the files of --format NAME=FILE. What cannot be written to one is
// written to the others all the same.
type outputs struct {
	app      *app
	sinks    []*sink
	renderer report.Renderer // tells all of them
	expect   *expectFlags    // what reports are held against before they are told; nil: nothing
	redacted *redacted       // what is told when all is known; nil without --redact
}

// openOutput opens where results go, before anything is done.
func (a *app) openOutput(o *output) (*outputs, error) {
	opts, files, err := o.resolve(a)
	if err != nil {
		return nil, err
	}
	out := &outputs{app: a}
	var failed []error
	open := func(flag, name string, opts report.Options) *sink {
		s, err := a.openSink(flag, name, opts)
		if err != nil {
			failed = append(failed, err)
			return new(sink)
		}
		out.sinks = append(out.sinks, s)
		return s
	}
	name := o.file
	if !o.toFile() {
		name = ""
	}
	open("-o "+quote(name), name, opts)
	for _, f := range files {
		open(f.flag(), f.file, o.ofFile(opts, f.format)).flag = f.flag()
	}
	if len(failed) > 0 {
		out.abandon()
		return nil, a.oneOf(failed)
	}
	all := make([]report.Renderer, len(out.sinks))
	for i, s := range out.sinks {
		all[i] = s.renderer
	}
	out.renderer = report.Several(all...)
	if o.redact != "" {
		err = out.hold(redact.Mode(o.redact), opts)
	}
	return out, err
}

// ofFile are the options of a file beside the main output: -q is about that one,
// and nothing there is a terminal.
func (o *output) ofFile(opts report.Options, f report.Format) report.Options {
	opts.Format, opts.Verbosity = f, max(opts.Verbosity, report.Normal)
	opts.Color, opts.Live, opts.Width, opts.Status = o.color == "always", false, 0, nil
	return opts
}

// distinct refuses two results for one file.
func (o *output) distinct(files []formatFile) error {
	seen := make(map[string]string)
	if o.toFile() {
		seen[place(o.file)] = "-o " + quote(o.file)
	}
	for _, f := range files {
		at := place(f.file)
		if other, ok := seen[at]; ok {
			return usage("%s and %s contradict each other: that is one file", other, f.flag()).about("output", "format")
		}
		seen[at] = f.flag()
	}
	return nil
}

// place is the one name of a file that may be given in several ways.
func place(name string) string {
	if abs, err := filepath.Abs(name); err == nil {
		name = abs
	}
	if target, err := filepath.EvalSymlinks(name); err == nil {
		return target
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(name)); err == nil {
		return filepath.Join(dir, filepath.Base(name)) // it is not there yet
	}
	return name
}

// each has every output told something, and reports whether one is left that can
// be written.
func (out *outputs) each(tell func(*sink) error) bool {
	left := false
	for _, s := range out.sinks {
		if s.err == nil {
			s.err = tell(s)
		}
		left = left || s.err == nil
	}
	return left
}

// write tells a document that is not a report, as each does.
func (out *outputs) write(doc any) bool {
	if out.redacted != nil {
		return out.redacted.keep(doc)
	}
	return out.each(func(s *sink) error { return s.renderer.Document(doc) })
}

// gather has what is written to every output wait for flush.
func (out *outputs) gather() {
	for _, s := range out.sinks {
		s.gather()
	}
}

// flush writes what waits, as each does.
func (out *outputs) flush() bool { return out.each((*sink).flush) }

// code is the exit code of a run that comes to the one given: a plugin of Nagios has
// its own, and does not know when it was interrupted.
func (out *outputs) code(code int) int {
	p, ok := out.sinks[0].renderer.(report.Plugin)
	if !ok {
		return code
	}
	state, ok := p.PluginCode()
	switch {
	case !ok:
		return code
	case code == check.ExitInterrupted || code == check.ExitTerminated:
		return report.NagiosUnknown
	}
	return state
}

// close completes every output, when the exit code is known. There is an error for each that could not be written.
func (out *outputs) close() error {
	if out.redacted != nil {
		if err := out.redacted.tell(out); err != nil {
			return err
		}
	}
	out.app.code, out.app.told = out.code(out.app.code), true
	var failed []error
	for _, s := range out.sinks {
		if err := s.close(); err != nil {
			failed = append(failed, s.unwritten(err))
		}
	}
	return out.app.oneOf(failed)
}

// abandon drops what was begun and not closed.
func (out *outputs) abandon() {
	for _, s := range out.sinks {
		s.abandon()
	}
}
