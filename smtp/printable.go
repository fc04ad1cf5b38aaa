package smtp

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Printable makes untrusted text safe for a terminal or a text file: every
// byte that is not part of a printable character becomes \xNN, NN being two
// lower-case hexadecimal digits. Control characters (C0, DEL, C1), bytes that
// are not UTF-8, and invisible or bidirectional format characters are not
// printable. A backslash that stands before "x" and two hexadecimal digits is written
// \x5c, so that [Unprintable] can restore the text exactly.
func Printable(s string) string {
	i := firstUnprintable(s)
	if i < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	b.WriteString(s[:i])
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		if plain(s, i, r, n) {
			b.WriteString(s[i : i+n])
		} else {
			for _, c := range []byte(s[i : i+n]) {
				const hex = "0123456789abcdef"
				b.WriteString(`\x`)
				b.WriteByte(hex[c>>4])
				b.WriteByte(hex[c&15])
			}
		}
		i += n
	}
	return b.String()
}

func firstUnprintable(s string) int {
	for i := 0; i < len(s); {
		if c := s[i]; c >= ' ' && c < 0x7f && c != '\\' {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if !plain(s, i, r, n) {
			return i
		}
		i += n
	}
	return -1
}

// plain reports whether the rune r of n bytes at s[i:] may stand as it is.
func plain(s string, i int, r rune, n int) bool {
	switch {
	case r == '\\':
		_, escape := hexEscape(s[i:])
		return !escape
	case r == utf8.RuneError && n == 1:
		return false
	}
	return Graphic(r)
}

// Graphic reports whether the character r may be shown on a terminal: it is
// visible or a plain blank, and it moves, hides or reorders nothing.
func Graphic(r rune) bool {
	// unicode.IsPrint excludes controls, format characters (Cf: bidi overrides,
	// zero-width characters, soft hyphen, tags), surrogates, private use and
	// every blank but U+0020. A combining mark (M) is printable and harmless.
	return unicode.IsPrint(r)
}

// Unprintable restores the text that [Printable] was given.
func Unprintable(s string) string {
	if !strings.Contains(s, `\x`) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		if c, ok := hexEscape(s[i:]); ok {
			b.WriteByte(c)
			i += 4
			continue
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String()
}

// hexEscape reads \xNN at the front of s.
func hexEscape(s string) (byte, bool) {
	if len(s) < 4 || s[0] != '\\' || s[1] != 'x' {
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:4], 16, 8)
	return byte(n), err == nil
}
