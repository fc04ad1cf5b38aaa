package redact

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// block is an encoding of whole texts.
type block struct {
	more    string // what it has besides letters and digits
	hex     bool
	enc     *base64.Encoding
	shifts  int // places in a group where a text may begin that is part of a longer one
	minimum int
}

var blocks = []block{
	{more: "+/", enc: base64.RawStdEncoding, shifts: 4, minimum: 8},
	{more: "-_", enc: base64.RawURLEncoding, shifts: 4, minimum: 8},
	{hex: true, shifts: 2, minimum: 10},
}

// in reports whether an octet is of the encoding's alphabet.
func (k *block) in(c byte) bool {
	if k.hex {
		return isHex(rune(c))
	}
	return c < utf8.RuneSelf && isWord(rune(c)) || strings.IndexByte(k.more, c) >= 0
}

// decode decodes as many whole groups as there are, and what is left of the last.
func (k *block) decode(run string) string {
	if k.hex {
		b, _ := hex.DecodeString(run[:len(run)&^1])
		return string(b)
	}
	if len(run)%4 == 1 {
		run = run[:len(run)-1]
	}
	b, _ := k.enc.DecodeString(run)
	return string(b)
}

func (k *block) encode(s string) string {
	if k.hex {
		return hex.EncodeToString([]byte(s))
	}
	return k.enc.EncodeToString([]byte(s))
}

// blocks looks at every run of an encoding's letters.
func (m *Mapper) blocks(s string, k *block, layers int) (out []span) {
	for i := 0; i < len(s); {
		from := i
		for i < len(s) && k.in(s[i]) {
			i++
		}
		if run := s[from:i]; len(run) >= k.minimum {
			padding := 0
			for !k.hex && padding < 2 && i+padding < len(s) && s[i+padding] == '=' {
				padding++
			}
			if with, ok := m.block(run, k, layers, padding > 0); ok {
				out = append(out, span{from, i + padding, with})
			}
			i += padding
		}
		i = max(i, from+1)
	}
	return out
}

// chance is how long a decoded text is at least that is no accident of a word: WUBJYL
// is an address in base64, too.
const chance = 8

// block rewrites what a run says when it is decoded. Where it is not only text, such as
// a message of NTLM, all of it goes if there is an original in it.
func (m *Mapper) block(run string, k *block, layers int, padded bool) (string, bool) {
	for shift := range min(k.shifts, len(run)-k.minimum+1) {
		if !likely(k.decode(run[shift:min(len(run), shift+4)])) || m.spend(len(run)) {
			continue
		}
		decoded := k.decode(run[shift:])
		if !printable(decoded) || len(decoded) < chance && len(m.findNeedles(decoded)) == 0 || !m.tells(decoded, layers) {
			continue
		}
		hidden := m.layers(decoded, layers-1)
		if m.learning || hidden == decoded {
			return run + padding(len(run), padded), true
		}
		if k.hex {
			return m.plain(run[:shift]) + k.encode(hidden), true
		}
		with := m.plain(run[:shift]) + k.encode(hidden)
		return with + padding(len(with), padded), true
	}
	if m.learning || len(run) < 12 || m.spend(len(run)) {
		return "", false
	}
	for shift := range k.shifts {
		if m.findNeedles(strings.ReplaceAll(k.decode(run[shift:]), "\x00", "")) != nil {
			with := k.encode("redacted")
			return with + padding(len(with), padded), true
		}
	}
	return "", false
}

func padding(n int, padded bool) string {
	if !padded {
		return ""
	}
	return strings.Repeat("=", (4-n%4)%4)
}

// likely reports whether the beginning of a text may be one.
func likely(s string) bool {
	for i := range len(s) {
		if c := s[i]; c == 0x7f || c < ' ' && c != 0 && c != 1 && c != '\t' && c != '\r' && c != '\n' {
			return false
		}
	}
	return true
}

// printable reports whether octets are a text, or several with NUL or ^A between
// them, as SASL has it.
func printable(s string) bool { return s != "" && utf8.ValidString(s) && likely(s) }
