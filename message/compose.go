package message

import (
	"bufio"
	"crypto/rand"
	"fmt"
	"io"
	"strings"

	"github.com/emersion/go-message/textproto"
)

// composing is a letter being composed for a server.
type composing struct {
	letter *Letter
	offer  Offer

	random     string // what no text has, for boundaries
	boundaries int
	eightBit   bool
	encoding   Encoding
}

// Compose makes the message, as a server takes it. It reads every file once, for
// the size and for the signature. An error is of a file, or of signing.
func (l *Letter) Compose(offer Offer) (*Message, error) {
	if l.draft.Message != nil {
		return l.given()
	}
	c := &composing{letter: l, offer: offer, random: rand.Text()}
	content := c.content()
	header := append(append([]string(nil), l.fields...), content.header...)
	m := &Message{EightBit: c.eightBit || l.NeedsUTF8, UTF8: l.NeedsUTF8, Encoding: c.encoding}
	err := m.finish(l.draft.Signer, names(header), func(w io.Writer) error {
		if err := textproto.WriteHeader(w, headerOf(header)); err != nil {
			return err
		}
		ended := &endWriter{w: w}
		if err := content.write(ended); err != nil {
			return err
		}
		return ended.end()
	})
	return m, err
}

// given makes the message that is sent as it is.
func (l *Letter) given() (*Message, error) {
	f := l.draft.Message
	m := &Message{Size: f.Size, EightBit: f.EightBit, UTF8: f.UTF8}
	if l.draft.Signer == nil {
		m.Open = func() (io.ReadCloser, error) {
			r, err := f.open()
			return io.NopCloser(r), err
		}
		return m, nil
	}
	err := m.finish(l.draft.Signer, f.names, f.write)
	return m, err
}

// finish signs what write writes, and takes its size.
func (m *Message) finish(signer *Signer, names []string, write func(io.Writer) error) error {
	size := new(counter)
	if signer == nil {
		buffered := bufio.NewWriterSize(size, chunk)
		if err := write(buffered); err != nil {
			return err
		}
		_ = buffered.Flush()
		m.Size, m.Open = size.n, streamed("", write)
		return nil
	}
	signature, err := signer.sign(names, func(w io.Writer) error { return write(io.MultiWriter(size, w)) })
	if err != nil {
		return fmt.Errorf("DKIM: %w", err)
	}
	m.Signer, m.Size, m.Open = signer, size.n+int64(len(signature)), streamed(signature, write)
	return nil
}

// names are the names of header lines.
func names(header []string) []string {
	var out []string
	for _, line := range header {
		name, _, _ := strings.Cut(line, ":")
		out = append(out, name)
	}
	return out
}

// chunk is how much of a message is held at a time.
const chunk = 32 << 10

// streamed reads what write writes, behind a beginning.
func streamed(begin string, write func(io.Writer) error) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		r, w := io.Pipe()
		go func() {
			b := bufio.NewWriterSize(w, chunk)
			_, err := b.WriteString(begin)
			if err == nil {
				err = write(b)
			}
			if err == nil {
				err = b.Flush()
			}
			_ = w.CloseWithError(err)
		}()
		return r, nil
	}
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}

// endWriter remembers how what is written to it ends: a message ends with CRLF.
type endWriter struct {
	w    io.Writer
	last byte
}

func (e *endWriter) Write(p []byte) (int, error) {
	if len(p) > 0 {
		e.last = p[len(p)-1]
	}
	return e.w.Write(p)
}

func (e *endWriter) end() error {
	if e.last == '\n' || e.last == 0 {
		return nil
	}
	_, err := io.WriteString(e.w, "\r\n")
	return err
}
