package diagnose

import (
	"math/bits"
	"strings"
	"sync"
)

// maxRows bounds the rows that the index can tell apart.
const maxRows = 2048

// rowSet is a set of rows, by their place in the catalogue.
type rowSet [maxRows / 64]uint64

func (s *rowSet) add(n int)      { s[n/64] |= 1 << (n % 64) }
func (s *rowSet) has(n int) bool { return s[n/64]&(1<<(n%64)) != 0 }

// wordIndex knows for three neighbouring bytes which patterns need them: of the
// thousands of patterns only a handful can be in a text, and only these are looked for.
type wordIndex struct {
	rows    []*Row
	plain   rowSet // without words
	first   [indexSize]uint16
	entries []indexEntry // the first is no entry
	short   []indexEntry // patterns that have no three bytes
}

// indexEntry is one pattern of a row.
type indexEntry struct {
	gram uint32
	row  uint16
	word uint16 // its place in the row's Words, or behind those in its With
	next uint16 // of the same slot; 0 for the end
	from uint8  // where the literal part of the pattern begins that has the three bytes,
	to   uint8  // where it ends,
	at   uint8  // and where in the pattern they are
}

const (
	indexSize  = 4096
	maxEntries = 2 * indexSize
)

// theIndex is made by the first lookup, so that commands without one do not pay for it.
var theIndex = sync.OnceValue(newWordIndex)

func newWordIndex() *wordIndex {
	x := &wordIndex{entries: make([]indexEntry, 1, maxEntries)}
	for _, rows := range catalogue {
		for i := range rows {
			x.rows = append(x.rows, &rows[i])
		}
	}
	var often [indexSize]uint16
	for _, row := range x.rows {
		for _, patterns := range [...][]string{row.Words, row.With} {
			for _, pattern := range patterns {
				eachGram(pattern, func(gram uint32, _ int) { often[slot(gram)]++ })
			}
		}
	}
	for n, row := range x.rows {
		if row.Words == nil {
			x.plain.add(n)
		}
		for i := range len(row.Words) + len(row.With) {
			e := indexEntry{row: uint16(n), word: uint16(i)}
			if !e.choose(x.pattern(&e), &often) {
				x.short = append(x.short, e)
				continue
			}
			at := &x.first[slot(e.gram)]
			e.next = *at
			x.entries = append(x.entries, e)
			*at = uint16(len(x.entries) - 1)
		}
	}
	return x
}

// pattern is what an entry stands for.
func (x *wordIndex) pattern(e *indexEntry) string {
	row := x.rows[e.row]
	if n := int(e.word); n < len(row.Words) {
		return row.Words[n]
	}
	return row.With[int(e.word)-len(row.Words)]
}

// hits are the rows that have a pattern in a text: among their Words, and among
// their With.
type hits struct {
	x           *wordIndex
	words, with rowSet
	tried       [maxEntries / 64]uint64 // entries whose pattern is not in the text
}

// look looks for the pattern of an entry, unless the row has one already.
func (f *hits) look(s *subject, e *indexEntry) bool {
	set := &f.words
	if int(e.word) >= len(f.x.rows[e.row].Words) {
		set = &f.with
	}
	if set.has(int(e.row)) {
		return true
	}
	if !s.has(f.x.pattern(e)) {
		return false
	}
	set.add(int(e.row))
	return true
}

// scan looks for the patterns that may be in the text.
func (f *hits) scan(s *subject, text string) {
	if len(text) < 3 {
		return
	}
	gram := uint32(text[0])<<8 | uint32(text[1])
	for i := 2; i < len(text); i++ {
		gram = gram<<8&0xffffff | uint32(text[i])
		for n := f.x.first[slot(gram)]; n != 0; n = f.x.entries[n].next {
			e := &f.x.entries[n]
			if e.gram != gram || f.tried[n/64]&(1<<(n%64)) != 0 {
				continue
			}
			start := i - 2 - int(e.at-e.from)
			if part := f.x.pattern(e)[e.from:e.to]; start < 0 || !strings.HasPrefix(text[start:], part) {
				continue
			}
			if !f.look(s, e) {
				f.tried[n/64] |= 1 << (n % 64)
			}
		}
	}
}

// find returns the first row that matches.
func (s *subject) find() *Row {
	f := hits{x: theIndex()}
	f.scan(s, s.text)
	if s.echoes {
		f.scan(s, s.full)
	}
	for i := range f.x.short {
		f.look(s, &f.x.short[i])
	}
	for i := range f.words {
		for set := f.words[i] | f.x.plain[i]; set != 0; set &= set - 1 {
			n := i*64 + bits.TrailingZeros64(set)
			row := f.x.rows[n]
			if s.fits(row) && (row.With == nil || f.with.has(n) && s.inOneClause(row)) {
				return row
			}
		}
	}
	return &lastRow
}

// choose takes of the threes of bytes in a pattern the one that the fewest
// patterns have; false means that there is none.
func (e *indexEntry) choose(pattern string, often *[indexSize]uint16) bool {
	least := ^uint16(0)
	eachGram(pattern, func(gram uint32, at int) {
		if n := often[slot(gram)]; n < least {
			least, e.gram, e.at = n, gram, uint8(at)
		}
	})
	if e.gram == 0 {
		return false
	}
	from, to := int(e.at), int(e.at)
	for from > 0 && !binds(pattern[from-1]) {
		from--
	}
	for to < len(pattern) && !binds(pattern[to]) {
		to++
	}
	e.from, e.to = uint8(from), uint8(to)
	return true
}

// eachGram calls f with each three neighbouring bytes that every text with this
// pattern has, and where in the pattern they are.
func eachGram(pattern string, f func(gram uint32, at int)) {
	for i := 2; i < min(len(pattern), 256); i++ {
		if a, b, c := pattern[i-2], pattern[i-1], pattern[i]; !binds(a) && !binds(b) && !binds(c) {
			f(uint32(a)<<16|uint32(b)<<8|uint32(c), i-2)
		}
	}
}

func slot(gram uint32) uint32 { return gram * 0x9e3779b1 >> 20 }
