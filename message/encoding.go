package message

import (
	"encoding/base64"
	"io"
	"mime/quotedprintable"
	"strings"
	"unicode/utf8"
)

// Encoding is a transfer encoding (RFC 2045, section 6).
type Encoding string

// The encodings; "" lets the text and the server decide.
const (
	SevenBit        Encoding = "7bit"
	EightBit        Encoding = "8bit"
	QuotedPrintable Encoding = "quoted-printable"
	Base64          Encoding = "base64"
)

// Encodings returns every encoding.
func Encodings() []Encoding { return []Encoding{SevenBit, EightBit, QuotedPrintable, Base64} }

// need is what matters about a text for its encoding.
type need struct {
	eightBit bool
	nul      bool
	longest  int // line, in octets
	odd      int // octets that quoted-printable writes as three
	size     int
}

func needOf(text string) need {
	n := need{size: len(text)}
	line := 0
	for i := range len(text) {
		c := text[i]
		switch {
		case c == '\n':
			n.longest = max(n.longest, line)
			line = -1
		case c >= utf8.RuneSelf:
			n.eightBit = true
			n.odd++
		case c == 0:
			n.nul = true
			n.odd++
		case c == '\r':
			line-- // of the CRLF
		}
		line++
	}
	n.longest = max(n.longest, line)
	return n
}

// encodingFor chooses the encoding of a text: as it is where the server takes
// that, else the one that is shorter. A message that is signed must not be
// changed on its way, so that it is made to fit every server (RFC 6376, section 5.3).
func (d *Draft) encodingFor(text string, offer Offer) Encoding {
	if d.Encoding != "" {
		return d.Encoding
	}
	n := needOf(text)
	switch {
	case n.nul || n.longest > maxLine:
	case !n.eightBit:
		return SevenBit
	case offer.EightBit && d.Signer == nil:
		return EightBit
	}
	if 6*n.odd > n.size { // three octets for one, against four for three
		return Base64
	}
	return QuotedPrintable
}

// encode returns a writer that encodes what is written to it, until it is closed.
func encode(w io.Writer, e Encoding) io.WriteCloser {
	switch e {
	case QuotedPrintable:
		return quotedprintable.NewWriter(w)
	case Base64:
		return base64.NewEncoder(base64.StdEncoding, &lineBreaker{w: w})
	}
	return nopCloser{w}
}

type nopCloser struct{ io.Writer }

// Close does nothing.
func (nopCloser) Close() error { return nil }

// lineBreaker breaks base64 into lines of 76 octets (RFC 2045, section 6.8).
type lineBreaker struct {
	w     io.Writer
	width int
	out   []byte
}

func (b *lineBreaker) Write(p []byte) (int, error) {
	const most = 76
	b.out = b.out[:0]
	for rest := p; len(rest) > 0; {
		if b.width == most {
			b.out = append(b.out, '\r', '\n')
			b.width = 0
		}
		n := min(len(rest), most-b.width)
		b.out = append(b.out, rest[:n]...)
		b.width += n
		rest = rest[n:]
	}
	if _, err := b.w.Write(b.out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// crlf gives every line a CRLF, the last one too.
func crlf(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	if s != "" && !strings.HasSuffix(s, "\n") {
		s += "\n"
	}
	return strings.ReplaceAll(s, "\n", "\r\n")
}

// ValidBody reports what is wrong with a text, or nil.
func ValidBody(body string) error {
	if strings.Contains(strings.ReplaceAll(body, "\r\n", ""), "\r") {
		return ErrBareCR
	}
	return nil
}
