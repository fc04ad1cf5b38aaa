package message

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// ErrChanged is of a file that is no longer what it was when it was looked at.
var ErrChanged = errors.New("the file has changed since it was looked at")

// source is a file that can be read any number of times and is the same each
// time. A plain file stays open; anything else, such as a pipe, is kept in memory.
type source struct {
	file *os.File // nil for what is in memory
	info os.FileInfo
	text []byte
}

// maxInMemory is the most that is taken from a pipe.
const maxInMemory = 64 << 20

// openSource opens a file; "-" is standard input.
func openSource(name string) (*source, error) {
	file := os.Stdin
	if name != "-" {
		var err error
		if file, err = os.Open(name); err != nil {
			return nil, err
		}
	}
	s, err := newSource(file)
	if (err != nil || s.file == nil) && file != os.Stdin {
		_ = file.Close()
	}
	return s, err
}

func newSource(file *os.File) (*source, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	s := &source{file: file, info: info}
	if info.Mode().IsRegular() {
		return s, nil
	}
	s.text, err = io.ReadAll(io.LimitReader(file, maxInMemory+1))
	switch {
	case err != nil:
		return nil, err
	case len(s.text) > maxInMemory:
		return nil, fmt.Errorf("it is no plain file and has more than %d MiB", maxInMemory>>20)
	}
	s.file = nil
	return s, nil
}

// open reads the file from its beginning. It fails with [ErrChanged] if the file
// was written to, and so does the reader at the end.
func (s *source) open() (io.Reader, error) {
	if s.file == nil {
		return bytes.NewReader(s.text), nil
	}
	if err := s.unchanged(); err != nil {
		return nil, err
	}
	return &unchangedReader{io.NewSectionReader(s.file, 0, s.info.Size()), s}, nil
}

func (s *source) unchanged() error {
	info, err := s.file.Stat()
	if err == nil && (info.Size() != s.info.Size() || !info.ModTime().Equal(s.info.ModTime())) {
		err = ErrChanged
	}
	return err
}

func (s *source) size() int64 {
	if s.file == nil {
		return int64(len(s.text))
	}
	return s.info.Size()
}

// close closes the file.
func (s *source) close() error {
	if s.file == nil || s.file == os.Stdin {
		return nil
	}
	return s.file.Close()
}

// unchangedReader fails at the end of a file that was written to while it was read.
type unchangedReader struct {
	src    io.Reader
	source *source
}

func (r *unchangedReader) Read(p []byte) (int, error) {
	n, err := r.src.Read(p)
	if errors.Is(err, io.EOF) {
		if cerr := r.source.unchanged(); cerr != nil {
			err = cerr
		}
	}
	return n, err
}

// ReadText reads the file of a text; "-" is standard input.
func ReadText(name string) (string, error) {
	const most = 16 << 20
	s, err := openSource(name)
	if err != nil {
		return "", err
	}
	defer s.close() //nolint:errcheck // it was only read
	if s.size() > most {
		return "", fmt.Errorf("it has more than %d MiB", most>>20)
	}
	r, err := s.open()
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(r)
	return string(text), err
}
