package smtp

import "strings"

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
