package message

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/emersion/go-message/textproto"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// part is one part of a message: text or a file, or several parts.
type part struct {
	header   []string // lines, folded, without CRLF
	encoding Encoding // to be applied to the content; "" for content that is encoded already
	open     func() (io.Reader, error)

	boundary string // of parts
	parts    []part
}

// textOf opens a text.
func textOf(text string) func() (io.Reader, error) {
	return func() (io.Reader, error) { return strings.NewReader(text), nil }
}

// write writes the content.
func (p *part) write(w io.Writer) error {
	if p.parts != nil {
		return p.writeParts(w)
	}
	r, err := p.open()
	if err != nil {
		return err
	}
	enc := encode(w, p.encoding)
	if _, err := io.Copy(enc, r); err != nil {
		return err
	}
	return enc.Close()
}

func (p *part) writeParts(w io.Writer) error {
	mw := textproto.NewMultipartWriter(w)
	if err := mw.SetBoundary(p.boundary); err != nil {
		return err
	}
	for i := range p.parts {
		pw, err := mw.CreatePart(headerOf(p.parts[i].header))
		if err != nil {
			return err
		}
		if err := p.parts[i].write(pw); err != nil {
			return err
		}
	}
	return mw.Close()
}

// headerOf is a header of lines, exactly as they are.
func headerOf(lines []string) textproto.Header {
	var h textproto.Header
	for _, line := range slices.Backward(lines) { // it grows at its top
		h.AddRaw([]byte(line + "\r\n"))
	}
	return h
}

// together puts parts into one; one alone stays as it is.
func (c *composing) together(kind string, parts ...part) part {
	if len(parts) == 1 {
		return parts[0]
	}
	c.boundaries++
	p := part{parts: parts, boundary: fmt.Sprintf("=_%s-%d", c.random, c.boundaries)}
	p.header = []string{"Content-Type: multipart/" + kind + ";\r\n boundary=\"" + p.boundary + `"`}
	return p
}

// textPart is a text of a media type, or as a header of the user's says.
func (c *composing) textPart(mediaType, text string) part {
	d := c.letter.draft
	p := part{open: textOf(text), encoding: d.encodingFor(text, c.offer)}
	contentType := "Content-Type: " + mediaType + "; charset=utf-8"
	if given, ok := d.given("Content-Type"); ok {
		contentType = fold("Content-Type: " + c.letter.tokens.expand(given))
	}
	p.header = []string{contentType, "Content-Transfer-Encoding: " + string(p.encoding)}
	if given, ok := d.given("Content-Transfer-Encoding"); ok {
		p.header[1], p.encoding = "Content-Transfer-Encoding: "+c.letter.tokens.expand(given), ""
	}
	c.eightBit = c.eightBit || (p.encoding == EightBit || p.encoding == "") && !smtp.IsASCII(text)
	c.encoding = widest(c.encoding, p.encoding)
	return p
}

// widest is the encoding that changes its text the most.
func widest(a, b Encoding) Encoding {
	all := Encodings()
	if slices.Index(all, b) > slices.Index(all, a) {
		return b
	}
	return a
}

// content builds the parts of a message (RFC 2046, section 5.1; RFC 2387):
// mixed(alternative(text, related(html, shown files)), attachments).
func (c *composing) content() part {
	l, d := c.letter, c.letter.draft
	var texts []part
	if body := l.body(); body != "" {
		texts = append(texts, c.textPart("text/plain", body))
	}
	shown, attached := d.inline()
	if d.HTML != "" {
		related := []part{c.textPart("text/html", l.html())}
		for _, i := range shown {
			related = append(related, d.Files[i].part(l.contentID(i)))
		}
		texts = append(texts, c.together(`related; type="text/html"`, related...))
	}
	mixed := []part{c.together("alternative", texts...)}
	for _, i := range attached {
		mixed = append(mixed, d.Files[i].part(""))
	}
	if p, ok := d.Sample.file(); ok {
		mixed = append(mixed, p)
	}
	return c.together("mixed", mixed...)
}
