package lab

import (
	"strings"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// glob is a pattern cut at its stars: what is left must occur in this order,
// the first part at the front and the last at the end.
type glob []string

// newGlob reads a pattern; \x2a in it is a star that stands for itself.
func newGlob(pattern string) glob {
	parts := strings.Split(pattern, "*")
	for i, p := range parts {
		parts[i] = strings.ToLower(smtp.Unprintable(p))
	}
	return parts
}

// match reports whether the whole of s fits, whatever its case.
func (g glob) match(s string) bool {
	s = strings.ToLower(s)
	if len(g) == 1 {
		return s == g[0]
	}
	first, last := g[0], g[len(g)-1]
	if !strings.HasPrefix(s, first) {
		return false
	}
	s = s[len(first):]
	for _, part := range g[1 : len(g)-1] {
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s = s[i+len(part):]
	}
	return strings.HasSuffix(s, last)
}
