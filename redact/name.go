package redact

import (
	"net/netip"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// nameParts is a domain name taken apart.
type nameParts struct {
	labels []string // below the domain, as they are compared
	domain string   // that somebody has registered, or a suffix that nobody has
	open   bool     // nobody's: com, co.uk
}

// technical reports whether a label is a standard's and not somebody's.
func technical(label string) bool {
	switch label {
	case "*", "mta-sts", "_dmarc", "_domainkey", "_mta-sts", "_smtp", "_tls", "_tcp", "_udp", "_submission", "_submissions", "_spf", "_report", "_bimi":
		return true
	}
	return len(label) > 1 && label[0] == '_' && strings.Trim(label[1:], "0123456789") == ""
}

// reverseZones are where the names are of addresses.
var reverseZones = []string{"in-addr.arpa", "ip6.arpa", "home.arpa", "arpa"}

// parts takes a name apart that is in A-labels and lower case, without a dot at the end.
func (m *Mapper) parts(ascii string) nameParts {
	if p, ok := m.names[ascii]; ok {
		return p
	}
	p := nameParts{domain: suffixOf(ascii, reverseZones...)}
	if p.domain == "" {
		p.domain = registered(ascii)
	}
	if p.domain == "" {
		p.domain, p.open = ascii, true
	}
	p.labels = labelsBelow(ascii, p.domain)
	if len(m.names) < 1<<16 {
		m.names[ascii] = p
	}
	return p
}

func suffixOf(ascii string, of ...string) string {
	for _, s := range of {
		if ascii == s || strings.HasSuffix(ascii, "."+s) {
			return s
		}
	}
	return ""
}

func labelsBelow(ascii, domain string) []string {
	below := strings.TrimSuffix(strings.TrimSuffix(ascii, domain), ".")
	if below == "" {
		return nil
	}
	return strings.Split(below, ".")
}

// takeReversed takes a reversed IP address off the front of a name.
func (m *Mapper) takeReversed(ascii string) (written, rest string) {
	labels := strings.Split(ascii, ".")
	if len(labels) > 33 {
		if a, ok := fromNibbles(labels[:32]); ok {
			return nibbles(m.ip(a), true) + ".", strings.Join(labels[32:], ".")
		}
	}
	if len(labels) > 5 || len(labels) == 5 && !hasTLD(strings.Join(labels[3:], ".")) {
		if a, err := netip.ParseAddr(labels[3] + "." + labels[2] + "." + labels[1] + "." + labels[0]); err == nil {
			return octets(m.ip(a), "%d", ".", true) + ".", strings.Join(labels[4:], ".")
		}
	}
	return "", ascii
}

// fromNibbles reads the address of a name in ip6.arpa.
func fromNibbles(labels []string) (netip.Addr, bool) {
	var b [16]byte
	for i, l := range labels {
		if len(l) != 1 {
			return netip.Addr{}, false
		}
		n := strings.IndexByte("0123456789abcdef", l[0])
		if n < 0 {
			return netip.Addr{}, false
		}
		k := 31 - i
		b[k/2] |= byte(n) << (4 * (1 - k%2))
	}
	return netip.AddrFrom16(b), true
}

// domainName returns what is written for a name of two labels or more.
func (m *Mapper) domainName(written string) string {
	ascii, dot := strings.CutSuffix(toASCII(written), ".")
	reversed, ascii := m.takeReversed(ascii)
	p := m.parts(ascii)
	out := p.domain
	fixed := false
	switch {
	case p.open || m.isOpen(ascii, p.domain):
		if reversed == "" {
			return written
		}
		return reversed + ascii
	case suffixOf(p.domain, reverseZones...) != "":
	case m.isFixed(kindDomain, p.domain):
		fixed = true
	default:
		m.met(ascii)
		out = m.pseudo(kindDomain, p.domain, p.domain)
	}
	name := p.domain
	for i := len(p.labels) - 1; i >= 0; i-- {
		label := p.labels[i]
		name = label + "." + name
		if !technical(label) && (!fixed || !shaped(kindHost, label)) {
			label = m.pseudo(kindHost, name, label)
		}
		out = label + "." + out
	}
	switch {
	case m.learning || fixed && out == ascii && reversed == "":
		return written
	case dot:
		out += "."
	}
	return reversed + out
}

// met notes a name that must be found again, whole.
func (m *Mapper) met(ascii string) {
	if !m.full[ascii] {
		m.full[ascii] = true
		m.fullOrder = append(m.fullOrder, ascii)
	}
}

// isOpen reports whether a name is of the world around: a page of help, a
// blocklist, a standard. It is not, where another name of the domain is an original.
func (m *Mapper) isOpen(ascii, domain string) bool {
	return !m.owning && m.vocab.public(ascii, domain) && m.has(kindDomain, domain) == nil
}

// isName reports whether labels with dots between them are a name, or only look
// like one.
func (m *Mapper) isName(ascii string) bool {
	if notNames[ascii] {
		return false
	}
	if hasTLD(ascii) {
		return true
	}
	for rest := ascii; ; {
		if m.full[rest] {
			return true
		}
		i := strings.IndexByte(rest, '.')
		if i < 0 {
			return false
		}
		rest = rest[i+1:]
	}
}

// notNames are files that mail servers have and that look like names.
var notNames = map[string]bool{"main.cf": true, "master.cf": true, "sendmail.cf": true, "submit.cf": true, "sendmail.mc": true, "e.g": true, "i.e": true}

// hasTLD reports whether a name ends as names do that can be looked up, or as those do that
// are used inside a network (RFC 6761, RFC 6762, RFC 8375 and habit).
func hasTLD(ascii string) bool {
	tld := ascii[strings.LastIndexByte(ascii, '.')+1:]
	switch tld {
	case "test", "example", "invalid", "localhost", "local", "localdomain", "lan", "internal", "home", "corp", "intranet", "private", "onion", "arpa":
		return true
	}
	if len(tld) < 2 || strings.Trim(tld, "0123456789") == "" {
		return false
	}
	suffix, icann := publicsuffix.PublicSuffix(ascii)
	return icann || hasDot(suffix)
}

// label returns what is written for a name of one label.
func (m *Mapper) label(written string) string {
	key := fold(written)
	if key == "localhost" || technical(key) {
		return written
	}
	return m.pseudo(kindLabel, key, written)
}
