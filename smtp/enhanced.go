package smtp

import (
	"strconv"
	"strings"
)

// EnhancedCode is an enhanced mail system status code (RFC 3463): class,
// subject and detail. The zero value means that there is none.
type EnhancedCode struct {
	Class, Subject, Detail int
}

// IsZero reports whether there is no code.
func (c EnhancedCode) IsZero() bool { return c == EnhancedCode{} }

// String returns the code as it is written, "5.1.1", or "" for none.
func (c EnhancedCode) String() string {
	if c.IsZero() {
		return ""
	}
	return strconv.Itoa(c.Class) + "." + strconv.Itoa(c.Subject) + "." + strconv.Itoa(c.Detail)
}

// ParseEnhanced takes an enhanced status code from the front of text and
// returns it with what follows the blanks behind it. The class must be 2, 4 or 5;
// subject and detail have one to three digits without leading zeros
// (RFC 3463, section 2). A code must be followed by a blank or the end.
func ParseEnhanced(text string) (code EnhancedCode, rest string, ok bool) {
	if len(text) < 5 || text[1] != '.' || (text[0] != '2' && text[0] != '4' && text[0] != '5') {
		return EnhancedCode{}, text, false
	}
	subject, tail, ok := enhancedPart(text[2:])
	if !ok || tail == "" || tail[0] != '.' {
		return EnhancedCode{}, text, false
	}
	detail, tail, ok := enhancedPart(tail[1:])
	if !ok || (tail != "" && tail[0] != ' ' && tail[0] != '\t') {
		return EnhancedCode{}, text, false
	}
	code = EnhancedCode{int(text[0] - '0'), subject, detail}
	return code, strings.TrimLeft(tail, " \t"), true
}

func enhancedPart(s string) (n int, rest string, ok bool) {
	i := 0
	for i < len(s) && i < 3 && s[i] >= '0' && s[i] <= '9' {
		n = n*10 + int(s[i]-'0')
		i++
	}
	if i == 0 || (i > 1 && s[0] == '0') {
		return 0, s, false
	}
	return n, s[i:], true
}

// looksEnhanced reports whether text begins like an enhanced code though it is
// not one: digits, a dot, and more digits or dots ("5.1", "5.7.1234", "05.1.1").
func looksEnhanced(text string) bool {
	word, _, _ := strings.Cut(text, " ")
	dots := 0
	for i := range len(word) {
		switch c := word[i]; {
		case c == '.':
			dots++
		case c < '0' || c > '9':
			return false
		}
	}
	return dots >= 1 && dots <= 2 && len(word) <= 12 && word[0] != '.' && word[len(word)-1] != '.'
}
