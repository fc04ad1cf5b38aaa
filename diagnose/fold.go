package diagnose

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// unaccented are the letters from U+00C0 to U+017F, in lower case and without
// their marks: "Boîte", "boite" and "BOITE" are the same words to a reader.
const unaccented = "aaaaaaaceeeeiiiidnoooooxouuuuytsaaaaaaaceeeeiiiidnooooo/ouuuuyty" +
	"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll" +
	"lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"

// appendFolded adds the character at the front of a text, which is not ASCII, in
// lower case and without accents, and returns the length of what it was made
// from. A byte that is not UTF-8 is taken for Latin-1, in which old servers write.
func appendFolded(b *strings.Builder, text string) (size int) {
	r, size := utf8.DecodeRuneInString(text)
	if r == utf8.RuneError && size == 1 {
		r = rune(text[0])
	}
	switch {
	case r == 'ß':
		b.WriteString("ss")
	case r >= 0xc0 && r < 0xc0+rune(len(unaccented)):
		b.WriteByte(unaccented[r-0xc0])
	case r == '\u2018', r == '\u2019', r == 0xb4:
		b.WriteByte('\'')
	case r == '\u201c', r == '\u201d', r == 0xab, r == 0xbb:
		b.WriteByte('"')
	case r == 0xa0:
		b.WriteByte(' ')
	case r == 'ё', r == 'Ё':
		b.WriteRune('е')
	case r < 0xc0:
		b.WriteByte('.')
	default:
		b.WriteRune(unicode.ToLower(r))
	}
	return size
}
