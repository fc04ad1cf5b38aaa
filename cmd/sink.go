package cmd

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/report"
)

// sink is one place where results go.
type sink struct {
	renderer report.Renderer
	options  report.Options
	flag     string // that names the place; "": standard output or -o
	w        *recorder
	file     *os.File      // nil for standard output, and when it was closed
	name     string        // what file becomes when it is complete; "": it is no temporary file
	err      error         // of telling a document
	held     *bufio.Writer // what is written waits here; nil: it does not wait
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

// openSink opens a file, or standard output where there is no name.
func (a *app) openSink(flag, name string, o report.Options) (*sink, error) {
	s := &sink{w: &recorder{Writer: a.stdout}, options: o}
	if name != "" {
		if err := s.open(name, a.stdout); err != nil {
			return nil, fail(check.ExitCantCreate, "%s: %w", flag, bareError(err))
		}
	}
	var err error
	if s.renderer, err = report.New(s.w, o); err != nil {
		s.abandon()
		return nil, err
	}
	return s, nil
}

// open opens a file. A device or a pipe is written to as it is; what is
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

// gather has what is written wait for flush: many small documents go out together.
func (s *sink) gather() {
	s.held = bufio.NewWriterSize(s.w.Writer, 64<<10)
	s.w.Writer = s.held
}

func (s *sink) flush() error {
	if s.held != nil {
		s.w.err = cmp.Or(s.w.err, s.held.Flush())
	}
	return s.w.err
}

// close completes the output. A file takes its place only if all of it was written.
func (s *sink) close() error {
	return s.finish(s.renderer.Close())
}

// finish closes the file, if there is one, and gives it its name unless something failed.
func (s *sink) finish(err error) error {
	err = cmp.Or(s.flush(), s.err, err)
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

// unwritten is the error of a place that could not be written; that a reader is
// gone is none of ours.
func (s *sink) unwritten(err error) error {
	if err == nil || s.flag == "" || isGone(err) || errors.Is(err, report.ErrNoRecipient) {
		return writeError(err)
	}
	return fail(check.ExitIO, "%s cannot be written: %w", s.flag, bareError(err))
}
