package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html"
	"maps"
	"slices"
	"strings"
)

// Leaks counts the originals that are in an output all the same, in any spelling,
// encoded or not. Words that are part of a name are not looked for: a renderer has words of its own,
// and in the document [Mapper.LeaksIn] has looked for them.
func (m *Mapper) Leaks(output []byte) int { return len(m.leaks(output, false)) }

// LeaksIn counts the originals that are in a document, words too.
func (m *Mapper) LeaksIn(doc any) int {
	b, err := marshal(doc)
	if err != nil {
		return 1
	}
	return len(m.leaks(stringsOf(b), true))
}

// stringsOf are the strings of a document, a line each.
func stringsOf(doc []byte) []byte {
	var out []byte
	for dec := json.NewDecoder(bytes.NewReader(doc)); ; {
		t, err := dec.Token()
		if err != nil {
			return out
		}
		if s, ok := t.(string); ok {
			out = append(append(out, s...), '\n')
		}
	}
}

// leaks are the spellings that are found.
func (m *Mapper) leaks(output []byte, all bool) []string {
	m.settle()
	n := m.sought()
	found := make(map[string]bool)
	for _, view := range views(string(output)) {
		folded := fold(view)
		for i := range len(folded) {
			if x, ok := n.longest(folded, i, all); ok {
				found[x.text] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// sought is what is looked for: all that was learnt up to now.
func (m *Mapper) sought() *needles {
	if m.search == nil {
		m.search = newNeedles(true)
	}
	for ; m.searched < len(m.order); m.searched++ {
		m.search.add(m, m.order[m.searched])
	}
	for ; m.searchedNames < len(m.fullOrder); m.searchedNames++ {
		m.search.addName(m.fullOrder[m.searchedNames])
	}
	return m.search
}

// views are what an output says to who decodes it in one way or another.
func views(s string) []string {
	plain := html.UnescapeString(unescape(s, `\u`, unicodeEscape))
	out := []string{s}
	if plain != s {
		out = append(out, plain)
	}
	for i := range escapes {
		if e := &escapes[i]; e.lead != `\u` && e.lead != "&" && strings.Contains(plain, e.lead) {
			out = append(out, unescape(plain, e.lead, e.decode))
		}
	}
	out = append(out, runs(plain, base64.RawStdEncoding, "+/"), runs(plain, base64.RawURLEncoding, "-_"), hexRuns(plain))
	return out
}

func unescape(s, lead string, decode func(string) (string, int)) string {
	if !strings.Contains(s, lead) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if strings.HasPrefix(s[i:], lead) {
			if d, n := decode(s[i:]); n > 0 {
				b.WriteString(d)
				i += n
				continue
			}
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String()
}

// runs decodes everything that may be base64, from each of the four places where a group
// may begin; NUL is left out, as it is between the letters of UTF-16.
func runs(s string, enc *base64.Encoding, more string) string {
	k := &block{more: more, enc: enc}
	return decodeRuns(s, k, 4, 8)
}

func hexRuns(s string) string { return decodeRuns(s, &block{hex: true}, 2, 10) }

func decodeRuns(s string, k *block, shifts, minimum int) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		from := i
		for i < len(s) && k.in(s[i]) {
			i++
		}
		for shift := range shifts {
			if i-from-shift >= minimum {
				b.WriteString(strings.ReplaceAll(k.decode(s[from+shift:i]), "\x00", "") + "\n")
			}
		}
		i = max(i, from+1)
	}
	return b.String()
}
