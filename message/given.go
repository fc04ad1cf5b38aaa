package message

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/mail"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message/textproto"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// ErrBareCR is of text with a CR that no LF follows: it has no meaning that two
// mail systems agree on (RFC 5321, section 2.3.8).
var ErrBareCR = errors.New("it has a CR without LF, which no message may have (RFC 5321, section 2.3.8)")

// Given is a message file that was looked at and is ready to be sent, any
// number of times, byte for byte. Lines that end in LF are sent with CRLF, which is
// the same message; Converted tells so.
type Given struct {
	Size      int64 // as it is sent, in octets
	EightBit  bool  // has bytes over 127
	UTF8      bool  // has a header with bytes over 127
	Converted bool

	source *source
	id     string // its Message-ID; "" for none
	from   string // the domain of the first address in From; "" for none
	names  []string
}

// Open opens a message file and reads it once; "-" is standard input. A plain
// file stays open until it is closed, and sending fails with [ErrChanged] if it was
// written to.
func Open(name string) (*Given, error) { return open(name, false) }

// OpenBinary is [Open] for a message that BDAT sends as BINARYMIME (RFC 3030,
// section 3): it need not be made of lines, and nothing in it is converted.
func OpenBinary(name string) (*Given, error) { return open(name, true) }

func open(name string, binary bool) (*Given, error) {
	s, err := openSource(name)
	if err != nil {
		return nil, err
	}
	f, err := newGiven(s, binary)
	if err != nil {
		_ = s.close()
	}
	return f, err
}

func newGiven(s *source, binary bool) (*Given, error) {
	r, err := s.open()
	if err != nil {
		return nil, err
	}
	scan := new(lineScan)
	if _, err := io.Copy(scan, r); err != nil {
		return nil, err
	}
	switch {
	case scan.size == 0:
		return nil, errors.New("it is empty")
	case binary:
		scan.bareLF = 0
	case scan.bareCR || scan.last == '\r':
		return nil, ErrBareCR
	}
	f := &Given{
		Size: scan.size + scan.bareLF, EightBit: scan.eightBit, UTF8: scan.eightBitHeader,
		Converted: scan.bareLF > 0, source: s,
	}
	err = f.readHeader()
	return f, err
}

// readHeader remembers what is needed of the header. A header that cannot be
// read is sent all the same.
func (f *Given) readHeader() error {
	const most = 1 << 20
	r, err := f.open()
	if err != nil {
		return err
	}
	h, err := textproto.ReadHeader(bufio.NewReader(io.LimitReader(r, most)))
	if err != nil {
		return nil //nolint:nilerr // as it is
	}
	for fields := h.Fields(); fields.Next(); {
		f.names = append(f.names, fields.Key())
	}
	f.id = strings.TrimSpace(h.Get("Message-ID"))
	if list, err := mail.ParseAddressList(h.Get("From")); err == nil {
		f.from = domainOf(list[0].Address)
	}
	return nil
}

// domainOf is the domain of an address as A-labels, "" where it has none.
func domainOf(address string) string {
	d, err := smtp.ParseDomain(address[strings.LastIndexByte(address, '@')+1:])
	if err != nil {
		return ""
	}
	return d.ASCII
}

func (f *Given) open() (io.Reader, error) {
	r, err := f.source.open()
	if err == nil && f.Converted {
		r = &crlfReader{src: bufio.NewReader(r)}
	}
	return r, err
}

// write writes the message.
func (f *Given) write(w io.Writer) error {
	r, err := f.open()
	if err == nil {
		_, err = io.Copy(w, r)
	}
	return err
}

// Close closes the file.
func (f *Given) Close() error { return f.source.close() }

// lineScan learns about line ends and bytes of what is written to it.
type lineScan struct {
	size, bareLF             int64
	bareCR                   bool
	nul                      bool
	eightBit, eightBitHeader bool
	line                     int // octets of the line so far, but for a CR
	longest                  int
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
			s.longest = max(s.longest, s.line)
		}
		if c >= utf8.RuneSelf {
			s.eightBit = true
			s.eightBitHeader = s.eightBitHeader || !s.body
		}
		s.nul = s.nul || c == 0
		s.last = c
	}
	s.size += int64(len(p))
	return len(p), nil
}

// crlfReader puts a CR before each LF that has none.
type crlfReader struct {
	src  *bufio.Reader
	last byte
	rest []byte // of a line, to be handed out
}

func (r *crlfReader) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(r.rest) == 0 {
			if err := r.fill(); err != nil {
				return n, err
			}
		}
		m := copy(p[n:], r.rest)
		r.rest = r.rest[m:]
		n += m
	}
	return n, nil
}

// fill takes a line, or a part of one, from the source.
func (r *crlfReader) fill() error {
	line, err := r.src.ReadSlice('\n')
	if len(line) == 0 {
		return err
	}
	last := r.last
	r.last = line[len(line)-1]
	if len(line) > 1 {
		last = line[len(line)-2]
	}
	if r.last == '\n' && last != '\r' {
		line = append(bytes.Clone(line[:len(line)-1]), '\r', '\n')
	}
	r.rest = line
	return nil
}
