package check

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"os"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// Text is a message to send: made here, or from a file.
type Text struct {
	From    smtp.Mailbox
	Subject string   // "": "smtpcheck test message"
	Body    string   // "": a few lines that say what this is
	Headers []string // further "Name: value" lines, checked by [ValidHeader]
	Version string
	// File is a message to send byte for byte instead of all that; "": none.
	File string
}

// ErrBareCR is returned for a file with a CR that no LF follows: it has no
// meaning that two mail systems agree on (RFC 5321, section 2.3.8).
var ErrBareCR = errors.New("it has a CR without LF, which no message may have (RFC 5321, section 2.3.8)")

// ValidHeader reports what is wrong with a header line, or nil (RFC 5322, section 2.2).
func ValidHeader(line string) error {
	name, _, ok := strings.Cut(line, ":")
	switch {
	case !ok:
		return fmt.Errorf("%q has no colon", smtp.Printable(line))
	case !smtp.Safe(line):
		return fmt.Errorf("the header %q has a CR, LF or NUL", smtp.Printable(name))
	case name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return fmt.Errorf("%q is not a header name", smtp.Printable(name))
	case len(line) > 998:
		return fmt.Errorf("the header %q has more than 998 octets", name)
	}
	return nil
}

// Compose makes the message for one recipient (RFC 5322, section 3.6) and its Message-ID.
func (t *Text) Compose(to smtp.Mailbox, now time.Time) (*probe.Message, string) {
	id := "<" + strings.ToLower(newULID(now)) + ".smtpcheck@" + strings.Trim(t.From.Domain.ASCII, "[]") + ">"
	subject, body := t.Subject, t.Body
	if subject == "" {
		subject = "smtpcheck test message"
	}
	if body == "" {
		body = fmt.Sprintf("This is a test message, sent by the command-line tool smtpcheck %s\n"+
			"on behalf of %s to find out whether mail\nto %s arrives. It needs no answer.\n", t.Version, t.From, to)
	}
	var b bytes.Buffer
	header := func(name, value string) { fmt.Fprintf(&b, "%s: %s\r\n", name, value) }
	header("Date", now.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	header("Message-ID", id)
	header("From", "<"+t.From.String()+">")
	header("To", "<"+to.String()+">")
	header("Subject", mime.QEncoding.Encode("utf-8", subject))
	header("Auto-Submitted", "auto-generated")
	header("MIME-Version", "1.0")
	header("Content-Type", "text/plain; charset=utf-8")
	header("Content-Transfer-Encoding", encoding(body))
	for _, h := range t.Headers {
		b.WriteString(h + "\r\n")
	}
	b.WriteString("\r\n")
	b.WriteString(crlf(body))
	utf8Header := !isASCII(t.From.Local) || !isASCII(to.Local)
	return &probe.Message{
		Size: int64(b.Len()), EightBit: !isASCII(b.String()), UTF8: utf8Header,
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil },
	}, id
}

func encoding(body string) string {
	if isASCII(body) {
		return "7bit"
	}
	return "8bit"
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}

// crlf gives every line a CRLF, the last one too.
func crlf(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	if s != "" && !strings.HasSuffix(s, "\n") {
		s += "\n"
	}
	return strings.ReplaceAll(s, "\n", "\r\n")
}

// OpenFile reads a message file once to learn what it is, and returns it ready
// to be sent byte for byte. A file whose lines end in LF is sent with CRLF, which is the
// same message; converted tells so.
func OpenFile(name string) (m *probe.Message, converted bool, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	scan := &lineScan{}
	if _, err := io.Copy(scan, f); err != nil {
		return nil, false, err
	}
	if scan.bareCR || scan.last == '\r' {
		return nil, false, ErrBareCR
	}
	if scan.size == 0 {
		return nil, false, errors.New("it is empty")
	}
	m = &probe.Message{Size: scan.size + scan.bareLF, EightBit: scan.eightBit}
	m.Open = func() (io.ReadCloser, error) {
		f, err := os.Open(name)
		if err != nil || scan.bareLF == 0 {
			return f, err
		}
		return &crlfReader{src: f}, nil
	}
	return m, scan.bareLF > 0, nil
}

// lineScan learns about line ends and bytes of what is written to it.
type lineScan struct {
	size, bareLF     int64
	bareCR, eightBit bool
	last             byte
}

func (s *lineScan) Write(p []byte) (int, error) {
	for _, c := range p {
		switch {
		case c == '\n' && s.last != '\r':
			s.bareLF++
		case s.last == '\r' && c != '\n':
			s.bareCR = true
		}
		s.eightBit = s.eightBit || c >= 0x80
		s.last = c
	}
	s.size += int64(len(p))
	return len(p), nil
}

// crlfReader puts a CR before each LF that has none.
type crlfReader struct {
	src  *os.File
	buf  [8 << 10]byte
	out  []byte
	last byte
}

func (r *crlfReader) Read(p []byte) (int, error) {
	for len(r.out) == 0 {
		n, err := r.src.Read(r.buf[:])
		for _, c := range r.buf[:n] {
			if c == '\n' && r.last != '\r' {
				r.out = append(r.out, '\r')
			}
			r.out = append(r.out, c)
			r.last = c
		}
		if n == 0 && err != nil {
			return 0, err
		}
	}
	n := copy(p, r.out)
	r.out = r.out[n:]
	if len(r.out) == 0 {
		r.out = nil
	}
	return n, nil
}

// Close closes the file.
func (r *crlfReader) Close() error { return r.src.Close() }
