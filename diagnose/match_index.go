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

func (s *rowSet) add(n int) { s[n/64] |= 1 << (n % 64) }

// wordIndex knows for three neighbouring bytes which rows have a pattern that
// needs them: of the rows with words only a handful can match a text, and only
// these are looked at, in their order.
type wordIndex struct {
	rows    []*Row
	plain   rowSet // without words, or with some that are too short
	first   [indexSize]uint16
	entries []indexEntry // the first is no entry
}

type indexEntry struct {
	gram uint32
	row  uint16
	next uint16 // of the same place in first; 0 for the end
}

const indexSize = 4096

// theIndex is made by the first lookup, so that commands without one do not pay for it.
var theIndex = sync.OnceValue(newWordIndex)

func newWordIndex() *wordIndex {
	x := &wordIndex{entries: make([]indexEntry, 1, indexSize)}
	for _, rows := range catalogue {
		for i := range rows {
			x.rows = append(x.rows, &rows[i])
		}
	}
	var often [indexSize]uint16
	for _, row := range x.rows {
		for _, pattern := range row.Words {
			eachGram(pattern, func(gram uint32) { often[slot(gram)]++ })
		}
	}
	for n, row := range x.rows {
		if row.Words == nil {
			x.plain.add(n)
		}
		for _, pattern := range row.Words {
			if gram := rarest(pattern, &often); gram != 0 {
				x.add(n, gram)
			} else {
				x.plain.add(n)
			}
		}
	}
	return x
}

func (x *wordIndex) add(row int, gram uint32) {
	at := &x.first[slot(gram)]
	x.entries = append(x.entries, indexEntry{gram, uint16(row), *at})
	*at = uint16(len(x.entries) - 1)
}

// find adds to found the rows with a pattern that may be in the text.
func (x *wordIndex) find(text string, found *rowSet) {
	if len(text) < 3 {
		return
	}
	gram := uint32(text[0])<<8 | uint32(text[1])
	for i := 2; i < len(text); i++ {
		gram = gram<<8&0xffffff | uint32(text[i])
		for n := x.first[slot(gram)]; n != 0; n = x.entries[n].next {
			if e := &x.entries[n]; e.gram == gram {
				found.add(int(e.row))
			}
		}
	}
}

// find returns the first row that matches.
func (s *subject) find() *Row {
	x := theIndex()
	found := x.plain
	x.find(s.text, &found)
	if s.echoes {
		x.find(s.full, &found)
	}
	for i, set := range found {
		for ; set != 0; set &= set - 1 {
			if row := x.rows[i*64+bits.TrailingZeros64(set)]; s.matches(row) {
				return row
			}
		}
	}
	return &lastRow
}

// rarest is of the threes of bytes in a pattern the one that the fewest patterns
// have; 0 where there is none.
func rarest(pattern string, often *[indexSize]uint16) (best uint32) {
	least := ^uint16(0)
	eachGram(pattern, func(gram uint32) {
		if n := often[slot(gram)]; n < least {
			best, least = gram, n
		}
	})
	return best
}

// eachGram calls f with each three neighbouring bytes that every text with this
// pattern has.
func eachGram(pattern string, f func(gram uint32)) {
	pattern = strings.TrimSuffix(strings.TrimPrefix(pattern, "^"), "$")
	for i := 2; i < len(pattern); i++ {
		if a, b, c := pattern[i-2], pattern[i-1], pattern[i]; a != '*' && b != '*' && c != '*' {
			f(uint32(a)<<16 | uint32(b)<<8 | uint32(c))
		}
	}
}

func slot(gram uint32) uint32 { return gram * 0x9e3779b1 >> 20 }
