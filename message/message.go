package message

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// Message is the text of a message: lines that end in CRLF, not dot-stuffed.
type Message struct {
	Size     int64 // octets
	EightBit bool  // has bytes over 127
	UTF8     bool  // has a header with bytes over 127
	// Open returns the text from its beginning.
	Open func() (io.ReadCloser, error)
}

// Draft is what a message to send is made of: parts, or a file.
type Draft struct {
	From    smtp.Mailbox
	Subject string   // "": "smtpcheck test message"
	Body    string   // "": a few lines that say what this is; checked by [ValidBody]
	Headers []string // "Name: value" lines, further or instead of those made here; checked by [ValidHeader]
	Version string
	// Message is sent as it is instead of all that (see [Open]); nil: none.
	Message *Message
}

// Lines of a header are folded at foldAt and never longer than maxLine (RFC 5322, section 2.1.1).
const (
	foldAt  = 78
	maxLine = 998
)

// Errors of what a message is made of.
var (
	// ErrBareCR is of text with a CR that no LF follows: it has no meaning that two
	// mail systems agree on (RFC 5321, section 2.3.8).
	ErrBareCR = errors.New("it has a CR without LF, which no message may have (RFC 5321, section 2.3.8)")
	// ErrAutoSubmitted is of a header that says who wrote the message; that is us (RFC 3834, section 5).
	ErrAutoSubmitted = errors.New("a test message always has Auto-Submitted: auto-generated")
	// ErrChanged is of a message file that is no longer what it was when it was looked at.
	ErrChanged = errors.New("the message file has changed since it was read")
)

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
	case len(line) > maxLine:
		return fmt.Errorf("the header %q has more than %d octets", name, maxLine)
	case strings.EqualFold(name, "Auto-Submitted"):
		return ErrAutoSubmitted
	case !utf8.ValidString(line):
		return fmt.Errorf("the header %q is not valid UTF-8", name)
	case !smtp.IsASCII(line) && !unstructured(name):
		return fmt.Errorf("the header %q is not ASCII, and only Subject, Comments and X- headers are encoded here", name)
	}
	return nil
}

// unstructured reports whether a header is text, in which RFC 2047 may encode
// every word. An address or a parameter has rules of its own.
func unstructured(name string) bool {
	name = strings.ToLower(name)
	return name == "subject" || name == "comments" || strings.HasPrefix(name, "x-")
}

// ValidBody reports what is wrong with a body, or nil.
func ValidBody(body string) error {
	if strings.Contains(strings.ReplaceAll(body, "\r\n", ""), "\r") {
		return ErrBareCR
	}
	return nil
}

// Copy says for whom a message is made, and when.
type Copy struct {
	ID   string // of the report
	To   smtp.Mailbox
	Time time.Time
}

// Compose makes the message for one recipient (RFC 5322, section 3.6) and
// returns it with its Message-ID, which is "" for a message that was given.
func (t *Draft) Compose(c Copy) (*Message, string) {
	if t.Message != nil {
		return t.Message, ""
	}
	to, now := c.To, c.Time
	id := "<" + strings.ToLower(c.ID) + ".smtpcheck@" + strings.Trim(t.From.Domain.ASCII, "[]") + ">"
	subject, body := t.Subject, t.Body
	if subject == "" {
		subject = "smtpcheck test message"
	}
	if body == "" {
		body = fmt.Sprintf("This is a test message, sent by the command-line tool smtpcheck %s\n"+
			"on behalf of %s to find out whether mail\nto %s arrives. It needs no answer.\n", t.Version, t.From, to)
	}
	header := t.ownHeaders([][2]string{
		{"Date", now.Format("Mon, 02 Jan 2006 15:04:05 -0700")},
		{"Message-ID", id},
		{"From", "<" + t.From.String() + ">"},
		{"To", "<" + to.String() + ">"},
		{"Subject", subject},
		{"Auto-Submitted", "auto-generated"},
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Transfer-Encoding", encoding(body)},
	})
	for _, h := range t.Headers {
		name, value, _ := strings.Cut(h, ":")
		if strings.EqualFold(name, "Message-ID") {
			id = strings.TrimSpace(value)
		}
		if !smtp.IsASCII(value) {
			h = headerLine(name, strings.TrimSpace(value))
		}
		header += h + "\r\n"
	}
	all := []byte(header + "\r\n" + crlf(body))
	return &Message{
		Size: int64(len(all)), EightBit: !smtp.IsASCII(header + body), UTF8: !smtp.IsASCII(header),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(all)), nil },
	}, id
}

// ownHeaders are the headers made here, but for those that the user has given.
func (t *Draft) ownHeaders(fields [][2]string) string {
	var b strings.Builder
	for _, f := range fields {
		given := slices.ContainsFunc(t.Headers, func(h string) bool {
			name, _, _ := strings.Cut(h, ":")
			return strings.EqualFold(name, f[0])
		})
		if !given {
			b.WriteString(headerLine(f[0], f[1]) + "\r\n")
		}
	}
	return b.String()
}

// headerLine writes a header, folded, and with words encoded where it is text
// that needs it (RFC 2047).
func headerLine(name, value string) string {
	if !unstructured(name) {
		return name + ": " + value
	}
	line := fold(name + ": " + mime.QEncoding.Encode("utf-8", value))
	for part := range strings.SplitSeq(line, "\r\n") {
		if len(part) > maxLine { // ASCII without a blank to fold at
			return fold(name + ": " + encodeAll(value))
		}
	}
	return line
}

// fold breaks a header into lines at blanks, which stay (RFC 5322, section 2.2.3).
func fold(line string) string {
	var b strings.Builder
	width := 0
	for i, word := range strings.Split(line, " ") {
		switch {
		case i == 0:
		case i > 1 && word != "" && width+1+len(word) > foldAt:
			b.WriteString("\r\n ")
			width = 1
		default:
			b.WriteByte(' ')
			width++
		}
		b.WriteString(word)
		width += len(word)
	}
	return b.String()
}

// encodeAll makes encoded words of ASCII text that does not need to be encoded.
func encodeAll(s string) string {
	var words []string
	for chunk := range slices.Chunk([]byte(s), 45) {
		words = append(words, "=?us-ascii?b?"+base64.StdEncoding.EncodeToString(chunk)+"?=")
	}
	return strings.Join(words, " ")
}

func encoding(body string) string {
	if smtp.IsASCII(body) {
		return "7bit"
	}
	return "8bit"
}

// crlf gives every line a CRLF, the last one too.
func crlf(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	if s != "" && !strings.HasSuffix(s, "\n") {
		s += "\n"
	}
	return strings.ReplaceAll(s, "\n", "\r\n")
}

// File is a message file that was looked at and is ready to be sent, any
// number of times, byte for byte. Lines that end in LF are sent with CRLF, which is
// the same message; Converted tells so.
type File struct {
	Message   *Message
	Converted bool

	file *os.File // nil for what is in memory
	info os.FileInfo
}

// maxInMemory is the largest message that is taken from a pipe.
const maxInMemory = 64 << 20

// Open opens a message file and reads it once. A plain file stays open
// until it is closed, and [Message.Open] fails with [ErrChanged] if it was
// written to; anything else, such as a pipe, is kept in memory.
func Open(name string) (*File, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	f, err := newFile(file)
	if err != nil || f.file == nil {
		_ = file.Close()
	}
	return f, err
}

func newFile(file *os.File) (*File, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	f := &File{file: file, info: info}
	open := f.read
	if !info.Mode().IsRegular() {
		text, err := io.ReadAll(io.LimitReader(file, maxInMemory+1))
		switch {
		case err != nil:
			return nil, err
		case len(text) > maxInMemory:
			return nil, fmt.Errorf("it is no plain file and has more than %d MiB", maxInMemory>>20)
		}
		f.file = nil
		open = func() io.Reader { return bytes.NewReader(text) }
	}
	scan := new(lineScan)
	if _, err := io.Copy(scan, open()); err != nil {
		return nil, err
	}
	switch {
	case scan.size == 0:
		return nil, errors.New("it is empty")
	case scan.bareCR || scan.last == '\r':
		return nil, ErrBareCR
	}
	f.Converted = scan.bareLF > 0
	f.Message = &Message{Size: scan.size + scan.bareLF, EightBit: scan.eightBit, UTF8: scan.eightBitHeader}
	f.Message.Open = func() (io.ReadCloser, error) {
		r := open()
		if err := f.unchanged(); err != nil {
			return nil, err
		}
		if f.Converted {
			r = &crlfReader{src: bufio.NewReader(r)}
		}
		return io.NopCloser(r), nil
	}
	return f, nil
}

// read reads the file from its beginning.
func (f *File) read() io.Reader {
	return &unchangedReader{io.NewSectionReader(f.file, 0, f.info.Size()), f}
}

// unchanged fails with [ErrChanged] if the file was written to.
func (f *File) unchanged() error {
	if f.file == nil {
		return nil
	}
	info, err := f.file.Stat()
	if err == nil && (info.Size() != f.info.Size() || !info.ModTime().Equal(f.info.ModTime())) {
		err = ErrChanged
	}
	return err
}

// Close closes the file.
func (f *File) Close() error {
	if f.file == nil {
		return nil
	}
	return f.file.Close()
}

// unchangedReader fails at the end of a file that was written to while it was read.
type unchangedReader struct {
	src  io.Reader
	file *File
}

func (r *unchangedReader) Read(p []byte) (int, error) {
	n, err := r.src.Read(p)
	if errors.Is(err, io.EOF) {
		if cerr := r.file.unchanged(); cerr != nil {
			err = cerr
		}
	}
	return n, err
}

// lineScan learns about line ends and bytes of what is written to it.
type lineScan struct {
	size, bareLF             int64
	bareCR                   bool
	eightBit, eightBitHeader bool
	line                     int // octets of the line so far, but for a CR
	body                     bool
	last                     byte
}

func (s *lineScan) Write(p []byte) (int, error) {
	for _, c := range p {
		switch {
		case c == '\n' && s.last != '\r':
			s.bareLF++
		case s.last == '\r' && c != '\n':
			s.bareCR = true
		}
		switch c {
		case '\n':
			s.body = s.body || s.line == 0
			s.line = 0
		case '\r':
		default:
			s.line++
		}
		if c >= utf8.RuneSelf {
			s.eightBit = true
			s.eightBitHeader = s.eightBitHeader || !s.body
		}
		s.last = c
	}
	s.size += int64(len(p))
	return len(p), nil
}

// crlfReader puts a CR before each LF that has none.
type crlfReader struct {
	src     *bufio.Reader
	last    byte
	pending bool // the LF of a CR that was put in
}

func (r *crlfReader) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if r.pending {
			p[n], r.last, r.pending = '\n', '\n', false
			n++
			continue
		}
		c, err := r.src.ReadByte()
		if err != nil {
			return n, err
		}
		if c == '\n' && r.last != '\r' {
			c, r.pending = '\r', true
		}
		p[n], r.last = c, c
		n++
	}
	return n, nil
}
