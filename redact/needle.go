package redact

import (
	"net/netip"
	"slices"
	"strings"
)

// needle is one spelling of an original.
type needle struct {
	text string // folded
	with string // what is written for it
	edge edge
	word bool // a word that may be somebody else's too: the search of what is written cannot ask for it
}

// needles are found in one pass, by their first octets and then by their length: the
// time does not grow with how many there are.
type needles struct {
	all     map[string]needle // by their text
	lengths map[uint32][]int  // of those that begin with three octets, the longest first
	some    [1 << 12]bool     // a quick no, by two octets
	names   bool              // whole names too, and addresses in their own form: what the scan finds without
}

func newNeedles(names bool) *needles {
	return &needles{all: make(map[string]needle), lengths: make(map[uint32][]int), names: names}
}

// leastWord is the length from which a name is found as a word of its own.
const leastWord = 3

func key3(s string) uint32 { return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 }

func hash2(s string) uint32 { return (uint32(s[0]) ^ uint32(s[1])<<4) & (1<<12 - 1) }

// put adds one spelling.
func (n *needles) put(text, with string, e edge, word bool) {
	text = fold(text)
	if _, ok := n.all[text]; ok || len(text) < leastWord || text == fold(with) {
		return
	}
	n.all[text] = needle{text, with, e, word}
	n.some[hash2(text)] = true
	key := key3(text)
	if i, ok := slices.BinarySearchFunc(n.lengths[key], len(text), func(a, b int) int { return b - a }); !ok {
		n.lengths[key] = slices.Insert(n.lengths[key], i, len(text))
	}
}

// longest returns the longest needle that stands at a place in a folded text; without
// words, the longest that is none.
func (n *needles) longest(folded string, i int, withWords bool) (needle, bool) {
	if i+leastWord > len(folded) || !n.some[hash2(folded[i:])] {
		return needle{}, false
	}
	for _, length := range n.lengths[key3(folded[i:])] {
		if i+length > len(folded) {
			continue
		}
		if x, ok := n.all[folded[i:i+length]]; ok && (withWords || !x.word) && x.edge.fits(folded, i, i+length) {
			return x, true
		}
	}
	return needle{}, false
}

// add adds the spellings of an original.
func (n *needles) add(m *Mapper, o *original) {
	switch o.kind {
	case kindIP:
		n.addIP(o)
	case kindUser:
		n.addUser(m, o)
	case kindDomain:
		n.addDomain(m, o)
	case kindHost:
		label := o.key[:strings.IndexByte(o.key, '.')]
		if m.vocab.tells(label) {
			n.put(label, o.pseudo, edgeWord, true)
		}
	case kindLabel:
		n.addWord(m, o.key, o.pseudo)
	case kindPath, kindMessage, kindEnvelope, kindQueue, kindFingerprint:
		n.put(o.key, o.pseudo, edgeWord, false)
	default:
		n.put(o.key, o.pseudo, edgeWord, !strings.Contains(o.key, " "))
	}
}

func (n *needles) addIP(o *original) {
	a, p := netip.MustParseAddr(o.key), netip.MustParseAddr(o.pseudo)
	for _, s := range spellings(a) {
		n.put(s.write(a), s.write(p), s.edge, false)
	}
	if n.names && a.Is6() {
		for _, s := range []string{a.String(), a.StringExpanded(), bare(a)} {
			n.put(s, p.String(), edgeWord, false)
		}
	}
}

// addUser adds a local part, also as a person's name is written: alice.smith is Alice Smith.
func (n *needles) addUser(m *Mapper, o *original) {
	n.addWord(m, o.key, o.pseudo)
	parts := strings.FieldsFunc(o.key, func(r rune) bool { return r == '.' || r == '_' || r == '-' })
	if len(parts) != 2 || !m.vocab.tells(o.key) {
		return
	}
	for _, between := range []string{" ", ".", "_", "-"} {
		n.put(parts[0]+between+parts[1], o.pseudo, edgeWord, false)
	}
	if joined := parts[0] + parts[1]; m.vocab.tells(joined) {
		n.put(joined, o.pseudo, edgeWord, true)
	}
	n.put(parts[1]+" "+parts[0], o.pseudo, edgeWord, false)
	n.put(parts[1]+", "+parts[0], o.pseudo, edgeWord, false)
	for _, p := range parts {
		if len(p) > leastWord && m.vocab.tells(p) {
			n.put(p, o.pseudo, edgeWord, true)
		}
	}
}

// addWord adds a name that may stand alone. Where it is a word of everybody it
// counts only where a server shows that it is a name.
func (n *needles) addWord(m *Mapper, key, pseudo string) {
	if len(key) >= leastWord && m.vocab.tells(key) {
		n.put(key, pseudo, edgeWord, true)
		return
	}
	for _, around := range [][2]string{
		{"<", ">"}, {`"`, `"`}, {"'", "'"}, {"user ", ""}, {"user=", ""}, {"mailbox ", ""}, {"recipient ", ""}, {"account ", ""}, {"login ", ""}, {"uid=", ""},
	} {
		n.put(around[0]+key+around[1], around[0]+pseudo+around[1], edgeWord, true)
	}
}

// addDomain adds the label that somebody chose: acme of acme.example.
func (n *needles) addDomain(m *Mapper, o *original) {
	n.addName(o.key)
	label, _, _ := strings.Cut(o.key, ".")
	with, _, _ := strings.Cut(o.pseudo, ".")
	if m.vocab.tells(label) {
		n.put(label, with, edgeWord, true)
	}
	u, _, _ := strings.Cut(toUnicode(o.key), ".")
	if u != "" && u != label {
		n.put(u, with, edgeWord, true)
	}
	if spaced := strings.ReplaceAll(label, "-", " "); spaced != label && m.vocab.tells(label) {
		n.put(spaced, with, edgeWord, true)
	}
}

// addName adds a whole name for the search of what is written.
func (n *needles) addName(ascii string) {
	if !n.names {
		return
	}
	n.put(ascii, "?", edgeWord, false)
	if u := toUnicode(ascii); u != "" {
		n.put(u, "?", edgeWord, false)
	}
}
