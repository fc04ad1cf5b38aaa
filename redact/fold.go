package redact

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

func hasDot(s string) bool { return strings.IndexByte(s, '.') >= 0 }

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// lower is strings.ToLower for ASCII.
func lower(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= 'A' && c <= 'Z' {
			return fold(s)
		}
	}
	return s
}

// fold returns a text in lower case in which every character stands where it stood.
func fold(s string) string {
	b := []byte(s)
	for i := 0; i < len(b); {
		if c := b[i]; c < utf8.RuneSelf {
			if c >= 'A' && c <= 'Z' {
				b[i] = c + 'a' - 'A'
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if l := unicode.ToLower(r); l != r && utf8.RuneLen(l) == n {
			utf8.EncodeRune(b[i:], l)
		}
		i += n
	}
	return string(b)
}

// isWord reports whether a character is part of a word. What stands for a byte that
// is not UTF-8 is: a name may have had a letter there.
func isWord(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
		r >= utf8.RuneSelf && (r == utf8.RuneError || unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r))
}

// binds reports whether a character beside a word makes it part of another.
func binds(r rune) bool { return r != utf8.RuneError && isWord(r) }

// isPlain reports whether a character is an ASCII letter or digit.
func isPlain(r rune) bool { return r < utf8.RuneSelf && isWord(r) }

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isHex(r rune) bool { return isDigit(r) || r >= 'a' && r <= 'f' || r >= 'A' && r <= 'F' }

// before and after are the characters beside a place in a text; 0 at its ends.
func before(s string, i int) rune {
	if i == 0 {
		return 0
	}
	r, _ := utf8.DecodeLastRuneInString(s[:i])
	return r
}

func after(s string, i int) rune {
	if i >= len(s) {
		return 0
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	return r
}

// edge says what may not stand beside a needle.
type edge byte

const (
	edgeWord  edge = iota // a letter or digit
	edgeDigit             // a digit
	edgeNone
)

// fits reports whether a part of a text stands alone.
func (e edge) fits(s string, from, to int) bool {
	switch b, a := before(s, from), after(s, to); e {
	case edgeWord:
		return !binds(b) && !binds(a)
	case edgeDigit:
		return !isDigit(b) && !isDigit(a)
	}
	return true
}
