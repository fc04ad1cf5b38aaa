package smtp

import (
	"errors"
	"strings"
)

// ErrXtext is returned for text that is not xtext.
var ErrXtext = errors.New("not xtext: a + stands before two upper-case hexadecimal digits")

// Xtext encodes s as xtext (RFC 3461, section 4): "+", "=" and every byte that
// is not a visible ASCII character become "+" and two hexadecimal digits.
func Xtext(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c > ' ' && c < 0x7f && c != '+' && c != '=' {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'+', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}

// ParseXtext decodes xtext.
func ParseXtext(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c <= ' ', c >= 0x7f, c == '=':
			return "", ErrXtext
		case c == '+':
			if i+2 >= len(s) || hexDigit(s[i+1]) < 0 || hexDigit(s[i+2]) < 0 {
				return "", ErrXtext
			}
			c = byte(hexDigit(s[i+1])<<4 | hexDigit(s[i+2])) //nolint:gosec // two digits
			i += 2
		}
		b.WriteByte(c)
	}
	return b.String(), nil
}

// hexDigit is the value of an upper-case hexadecimal digit, or -1.
func hexDigit(c byte) int { return strings.IndexByte("0123456789ABCDEF", c) }
