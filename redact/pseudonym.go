package redact

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// kind is what sort of thing an original is.
type kind byte

const (
	kindUser   kind = iota // a local part, or a piece of one: user1
	kindDomain             // the domain that somebody has registered: domain-a.example
	kindHost               // a label below one: host1
	kindLabel              // a name of one label: host1
	kindIP
	kindWords       // a name in words: name-1
	kindPath        // of a file: /path-1
	kindMessage     // the left part of a Message-ID: message1
	kindEnvelope    // ENVID: envelope1
	kindQueue       // strict: QUEUE-1
	kindFingerprint // strict: hexadecimal digits
)

// original is a thing that must not be seen, and what is written for it.
type original struct {
	kind   kind
	key    string // as it is compared: in lower case, A-labels
	pseudo string // "" until pseudonyms are given
}

type originalKey struct {
	kind kind
	key  string
}

// take returns the original with this key; it is a new one if it was not met before.
func (m *Mapper) take(k kind, key string) *original {
	id := originalKey{k, key}
	o := m.known[id]
	if o == nil {
		o = &original{kind: k, key: key}
		m.known[id], m.order = o, append(m.order, o)
		if !m.learning {
			m.give(o)
			m.needles.add(m, o)
		}
	}
	return o
}

// has returns the original with this key, nil where it was not met.
func (m *Mapper) has(k kind, key string) *original { return m.known[originalKey{k, key}] }

// give gives an original its pseudonym: the next that is not used and is nowhere
// an original itself.
func (m *Mapper) give(o *original) {
	for o.pseudo == "" {
		p := m.next(o)
		if id := pseudonymKey(o.kind, p); m.used[id] || m.known[id] != nil {
			continue
		}
		o.pseudo = p
		m.used[pseudonymKey(o.kind, p)] = true
	}
}

// pseudonymKey names a pseudonym as originals are named. Labels of hosts and names
// of one label are counted together.
func pseudonymKey(k kind, p string) originalKey {
	if k == kindHost {
		k = kindLabel
	}
	return originalKey{k, p}
}

// next makes the next pseudonym of a kind.
func (m *Mapper) next(o *original) string {
	counter := o.kind
	if counter == kindHost {
		counter = kindLabel
	}
	if o.kind == kindIP {
		return m.nextIP(netip.MustParseAddr(o.key))
	}
	m.count[counter]++
	n := m.count[counter]
	switch o.kind {
	case kindUser:
		return "user" + strconv.Itoa(n)
	case kindDomain:
		return "domain-" + letters(n) + ".example"
	case kindHost, kindLabel:
		return "host" + strconv.Itoa(n)
	case kindPath:
		return "/path-" + strconv.Itoa(n)
	case kindMessage:
		return "message" + strconv.Itoa(n)
	case kindEnvelope:
		return "envelope" + strconv.Itoa(n)
	case kindQueue:
		return "QUEUE-" + strconv.Itoa(n)
	case kindFingerprint:
		return fmt.Sprintf("%0*d", len(o.key), n)
	}
	return "name-" + strconv.Itoa(n)
}

// letters numbers with letters: a to z, aa, ab ...
func letters(n int) string {
	s := ""
	for ; n > 0; n = (n - 1) / 26 {
		s = string(rune('a'+(n-1)%26)) + s
	}
	return s
}

// shaped reports whether a key has the form of our pseudonyms.
func shaped(k kind, key string) bool {
	prefix := map[kind]string{
		kindUser: "user", kindHost: "host", kindLabel: "host", kindPath: "/path-", kindMessage: "message",
		kindEnvelope: "envelope", kindQueue: "queue-", kindWords: "name-", kindDomain: "domain-", kindFingerprint: "00000",
	}[k]
	rest, ok := strings.CutPrefix(key, prefix)
	switch {
	case k == kindIP:
		return shapedIP(netip.MustParseAddr(key))
	case !ok || rest == "":
		return false
	case k == kindDomain:
		rest, ok = strings.CutSuffix(rest, ".example")
		return ok && strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz") == ""
	}
	return strings.Trim(rest, "0123456789") == ""
}
