package redact

import (
	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// Mode says how much goes.
type Mode string

// The modes. Each is what a redacted report says of itself.
const (
	Names  Mode = "yes"    // addresses, names, IP addresses, paths, identifiers that have one in them
	Strict Mode = "strict" // queue IDs, fingerprints and serial numbers too
)

// Modes returns every mode, the default first.
func Modes() []Mode { return []Mode{Names, Strict} }

// Mapper gives originals their pseudonyms, the same in all documents of a run.
// It is for one goroutine. The zero value is of no use: see [New].
type Mapper struct {
	mode  Mode
	vocab *vocabulary

	known map[originalKey]*original
	order []*original
	names map[string]nameParts // names taken apart, by how they were written
	full  map[string]bool      // names of two labels or more that were met, in A-labels

	used  map[originalKey]bool // pseudonyms
	fixed map[originalKey]bool // what has the shape of a pseudonym in a document that is redacted
	count map[kind]int
	pools []*pool

	needles  *needles
	search   *needles // for what was overlooked
	searched int      // how many originals are in it

	fullOrder     []string // the keys of full, as they were met
	searchedNames int      // how many are in search
	learning      bool     // originals are noted and nothing is replaced
	owning        bool     // what is read is a field of names
	inPage        bool     // what is read is part of a URL, where slashes are no file's
	redacted      bool     // what is read is of a document that was redacted
	budget        int      // octets that may yet be decoded in this document
}

// New returns a mapper that knows nothing yet.
func New(mode Mode) *Mapper {
	return &Mapper{
		mode: mode, vocab: newVocabulary(),
		known: make(map[originalKey]*original), names: make(map[string]nameParts), full: make(map[string]bool),
		used: make(map[originalKey]bool), fixed: make(map[originalKey]bool), count: make(map[kind]int), pools: pools(),
		learning: true,
	}
}

// settle ends learning: every original gets its pseudonym.
func (m *Mapper) settle() {
	if !m.learning {
		return
	}
	m.learning = false
	for id := range m.fixed {
		if m.known[id] == nil {
			m.used[pseudonymKey(id.kind, id.key)] = true
		}
	}
	for _, o := range m.order {
		m.give(o)
	}
	m.needles = newNeedles(false)
	for _, o := range m.order {
		m.needles.add(m, o)
	}
}

// isFixed reports whether something is a pseudonym already, and stays. In a
// document that was redacted, what has the shape of one is one, unless it is an original elsewhere.
func (m *Mapper) isFixed(k kind, key string) bool {
	id := originalKey{k, key}
	if m.known[id] != nil {
		return false
	}
	if m.used[pseudonymKey(k, key)] || m.fixed[id] {
		return true
	}
	if m.redacted && m.learning && shaped(k, key) {
		m.fixed[id] = true
		return true
	}
	return false
}

// pseudo returns what is written for a thing of a kind.
func (m *Mapper) pseudo(k kind, key, written string) string {
	if m.isFixed(k, key) {
		return written
	}
	if o := m.take(k, key); o.pseudo != "" {
		return o.pseudo
	}
	return written
}

// toASCII returns a name in A-labels and lower case; as it is where it has no such form.
func toASCII(s string) string {
	if isASCII(s) {
		return lower(s)
	}
	if a, err := idna.Lookup.ToASCII(s); err == nil {
		return a
	}
	if a, err := idna.Punycode.ToASCII(fold(s)); err == nil {
		return a
	}
	return fold(s)
}

// toUnicode returns a name in U-labels; "" where that is no different.
func toUnicode(ascii string) string {
	if u, err := idna.Display.ToUnicode(ascii); err == nil && u != ascii {
		return u
	}
	return ""
}

// registered returns how many labels at the end of a name are what somebody has
// registered: example.co.uk has 3; 0 where the name is a public suffix itself.
func registered(ascii string) (domain string) {
	d, err := publicsuffix.EffectiveTLDPlusOne(ascii)
	if err == nil {
		return d
	}
	if s, icann := publicsuffix.PublicSuffix(ascii); s == ascii && !icann && hasDot(ascii) {
		return ascii // blogspot.com has an owner too
	}
	return ""
}
