package redact

import (
	"encoding/base64"
	"fmt"
	"html"
	"mime"
	"strings"
	"unicode/utf8"
)

// escape is a way to write single octets or characters inside of a text.
type escape struct {
	lead   string // what it begins with, for a quick look
	decode func(s string) (decoded string, n int)
	encode func(c string) string // of one character
	ends   string                // characters that end a run, besides blanks and brackets
}

// escapes are taken off where an original is behind them: percent (RFC 3986), xtext (RFC 3461),
// quoted-printable (RFC 2045), escapes of logs and of zones (RFC 1035), character references.
var escapes = []escape{
	{lead: "%", decode: hexEscape("%"), encode: octetsAs("%%%02X")},
	{lead: "+", decode: dense("+"), encode: octetsAs("+%02X"), ends: ",;?"},
	{lead: "=", decode: dense("="), encode: octetsAs("=%02X"), ends: ",;?"},
	{lead: "+", decode: odd(hexEscape("+")), encode: octetsAs("+%02X"), ends: ",;"},
	{lead: "=", decode: odd(hexEscape("=")), encode: octetsAs("=%02X"), ends: ",;"},
	{lead: `\x`, decode: hexEscape(`\x`), encode: octetsAs(`\x%02x`)},
	{lead: `\u`, decode: unicodeEscape, encode: unicodeAs},
	{lead: `\`, decode: decimalEscape, encode: octetsAs(`\%03d`)},
	{lead: "&", decode: reference, encode: referenceAs},
}

func hexEscape(lead string) func(string) (string, int) {
	return func(s string) (string, int) {
		n := len(lead)
		if len(s) < n+2 || s[:n] != lead || !isHex(rune(s[n])) || !isHex(rune(s[n+1])) {
			return "", 0
		}
		return string([]byte{nibble(s[n])<<4 | nibble(s[n+1])}), n + 2
	}
}

// odd is an escape that nobody uses for letters and digits: ip=45.1.2.3 has none.
func odd(decode func(string) (string, int)) func(string) (string, int) {
	return func(s string) (string, int) {
		d, n := decode(s)
		if n > 0 && d[0] < utf8.RuneSelf && (isWord(rune(d[0])) || d[0] < ' ') {
			return "", 0
		}
		return d, n
	}
}

// dense reads a run of three escapes or more, none of which is of a control character, in one:
// so many in a row are letters and digits too.
func dense(lead string) func(string) (string, int) {
	one := hexEscape(lead)
	return func(s string) (string, int) {
		var b strings.Builder
		at := 0
		for {
			d, n := one(s[at:])
			if n == 0 || d[0] < ' ' || d[0] == 0x7f {
				break
			}
			b.WriteString(d)
			at += n
		}
		if b.Len() < 3 {
			return "", 0
		}
		return b.String(), at
	}
}

func nibble(c byte) byte {
	switch {
	case c >= 'a':
		return c - 'a' + 10
	case c >= 'A':
		return c - 'A' + 10
	}
	return c - '0'
}

func octetsAs(form string) func(string) string {
	return func(c string) string {
		var b strings.Builder
		for i := range len(c) {
			fmt.Fprintf(&b, form, c[i])
		}
		return b.String()
	}
}

func unicodeEscape(s string) (string, int) {
	if len(s) < 6 || s[:2] != `\u` {
		return "", 0
	}
	r := rune(0)
	for i := 2; i < 6; i++ {
		if !isHex(rune(s[i])) {
			return "", 0
		}
		r = r<<4 | rune(nibble(s[i]))
	}
	return string(r), 6
}

func unicodeAs(c string) string {
	r, _ := utf8.DecodeRuneInString(c)
	return fmt.Sprintf(`\u%04x`, r)
}

// decimalEscape reads \046 and, of punctuation, \. (RFC 1035, section 5.1).
func decimalEscape(s string) (string, int) {
	if len(s) < 2 || s[0] != '\\' {
		return "", 0
	}
	if len(s) >= 4 && isDigit(rune(s[1])) && isDigit(rune(s[2])) && isDigit(rune(s[3])) {
		n := int(s[1]-'0')*100 + int(s[2]-'0')*10 + int(s[3]-'0')
		if n < 256 {
			return string([]byte{byte(n)}), 4
		}
	}
	if strings.IndexByte(".@-_", s[1]) >= 0 {
		return s[1:2], 2
	}
	return "", 0
}

func reference(s string) (string, int) {
	i := strings.IndexByte(s[:min(len(s), 12)], ';')
	if i < 2 || s[0] != '&' {
		return "", 0
	}
	if d := html.UnescapeString(s[:i+1]); d != s[:i+1] {
		return d, i + 1
	}
	return "", 0
}

func referenceAs(c string) string {
	r, _ := utf8.DecodeRuneInString(c)
	return fmt.Sprintf("&#%d;", r)
}

// encoded finds the parts of a text that are encoded and have an original in
// them, and rewrites what is inside.
func (m *Mapper) encoded(s string, layers int) (out []span) {
	for i := range escapes {
		e := &escapes[i]
		if strings.Contains(s, e.lead) {
			out = merge(out, m.escaped(s, e, layers))
		}
	}
	if strings.Contains(s, "=?") {
		out = merge(out, m.encodedWords(s, layers))
	}
	for i := range blocks {
		out = merge(out, m.blocks(s, &blocks[i], layers))
	}
	return out
}

// escaped looks at every run of characters without blanks in which there is an escape.
func (m *Mapper) escaped(s string, e *escape, layers int) (out []span) {
	ends := " \t\r\n<>\"()" + e.ends
	for at := 0; at < len(s); {
		i := strings.Index(s[at:], e.lead)
		if i < 0 {
			return out
		}
		i += at
		from := at + strings.LastIndexAny(s[at:i], ends) + 1
		to := len(s)
		if n := strings.IndexAny(s[i:], ends); n >= 0 {
			to = i + n
		}
		at = to + 1
		if with, ok := m.run(s[from:to], e, layers); ok {
			out = append(out, span{from, to, with})
		}
	}
	return out
}

// run rewrites what is behind the escapes of a run, if there is an original.
func (m *Mapper) run(s string, e *escape, layers int) (string, bool) {
	var b strings.Builder
	escaped := make(map[string]bool)
	for i := 0; i < len(s); {
		if strings.HasPrefix(s[i:], e.lead) {
			if d, n := e.decode(s[i:]); n > 0 {
				escaped[d] = true
				b.WriteString(d)
				i += n
				continue
			}
		}
		b.WriteByte(s[i])
		i++
	}
	decoded := b.String()
	if len(escaped) == 0 || m.spend(len(decoded)) || utf8.ValidString(s) && !utf8.ValidString(decoded) || likely(s) && !likely(decoded) || !m.tells(decoded, layers) {
		return "", false
	}
	hidden := m.layers(decoded, layers-1)
	if m.learning || hidden == decoded {
		return s, true
	}
	b.Reset()
	for _, r := range hidden {
		c := string(r)
		switch {
		case escaped[c], r >= utf8.RuneSelf && escaped[c[:1]], e.lead == c:
			b.WriteString(e.encode(c))
		default:
			b.WriteString(c)
		}
	}
	return b.String(), true
}

// tells reports whether there is an original in a text, or what would become one.
func (m *Mapper) tells(decoded string, layers int) bool {
	return layers > 1 && len(m.encoded(decoded, layers-1)) > 0 || len(m.find(decoded)) > 0
}

// spend says that something is decoded, and reports whether that is too much for
// one document: what a server sends must not cost more than its length.
func (m *Mapper) spend(n int) bool {
	m.budget -= n
	return m.budget < 0
}

// encodedWords finds encoded words (RFC 2047).
func (m *Mapper) encodedWords(s string, layers int) (out []span) {
	dec := new(mime.WordDecoder)
	for at := 0; ; {
		i := strings.Index(s[at:], "=?")
		if i < 0 {
			return out
		}
		i += at
		at = i + 2
		head, rest, ok := strings.Cut(s[at:], "?")
		coding, inner, ok2 := strings.Cut(rest, "?")
		inner, _, ok3 := strings.Cut(inner, "?=")
		if !ok || !ok2 || !ok3 || len(head) > 40 || len(coding) != 1 {
			continue
		}
		to := at + len(head) + 1 + len(coding) + 1 + len(inner) + 2
		word := s[i:to]
		text, err := dec.Decode(word)
		if err != nil || m.spend(len(text)) || !m.tells(text, layers) {
			continue
		}
		at = to
		hidden := m.layers(text, layers-1)
		switch {
		case m.learning || hidden == text:
		case strings.EqualFold(coding, "b"):
			word = "=?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte(hidden)) + "?="
		default:
			word = "=?utf-8?Q?" + quoted(hidden) + "?="
		}
		out = append(out, span{i, to, word})
	}
}

// quoted is the Q encoding (RFC 2047, section 4.2).
func quoted(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c < utf8.RuneSelf && isWord(rune(c)) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "=%02X", c)
		}
	}
	return b.String()
}
