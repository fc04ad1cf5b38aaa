package redact

import (
	"net/netip"
	"strings"
)

// roles are local parts that everybody has, and words that are put in front of one.
var roles = map[string]bool{
	"postmaster": true, "abuse": true, "hostmaster": true, "webmaster": true, "mailer-daemon": true, "noreply": true, "no-reply": true, "root": true,
	"nobody": true, "bounce": true, "bounces": true, "return": true, "verp": true, "owner": true, "mailto": true, "rfc822": true, "smtp": true,
	"user": true, "local-part": true, "localpart": true, "to": true, "from": true, "for": true, "rcpt": true, "recipient": true, "sender": true,
	"srs0": true, "srs1": true, "prvs": true, "btv1": true, "msprvs1": true, "x": true,
}

// mailbox returns what is written for local@domain; the domain may be an address literal.
func (m *Mapper) mailbox(local, domain string) string {
	d := m.domain(domain)
	if strings.HasPrefix(local, `"`) {
		inner := strings.ReplaceAll(strings.Trim(local, `"`), `\`, "")
		if l := m.local(inner); l != inner {
			return l + "@" + d
		}
		return local + "@" + d
	}
	return m.local(local) + "@" + d
}

// domain returns what is written for what stands behind an @.
func (m *Mapper) domain(d string) string {
	switch inner := strings.Trim(d, "[]"); {
	case inner != d:
		return m.literal(inner)
	case hasDot(strings.Trim(d, ".")):
		if a, err := netip.ParseAddr(d); err == nil {
			return m.ip(a).String()
		}
		return m.domainName(d)
	}
	return m.label(d)
}

// literal returns what is written for an address literal.
func (m *Mapper) literal(inner string) string {
	tag := ""
	if len(inner) > 5 && strings.EqualFold(inner[:5], "IPv6:") {
		tag, inner = inner[:5], inner[5:]
	}
	if a, err := netip.ParseAddr(inner); err == nil {
		return "[" + tag + m.ip(a).String() + "]"
	}
	return "[" + m.text(tag+inner) + "]"
}

// between separates the pieces of a local part: VERP, SRS, BATV, a detail behind a plus.
const between = "+=/%!#|{}~^`$&*?'"

// local returns what is written for a local part. Its pieces are rewritten one by
// one, so that the address in alice=example.com stays the same address.
func (m *Mapper) local(local string) string {
	if o := m.has(kindMessage, fold(local)); o != nil && o.pseudo != "" {
		return o.pseudo
	}
	var pieces, ends []string
	for rest := local; ; {
		i := strings.IndexAny(rest, between)
		if head := fold(rest[:min(len(rest), 5)]); len(pieces) == 0 && (head == "srs0-" || head == "srs1-") {
			i = 4
		}
		if i < 0 {
			pieces, ends = append(pieces, rest), append(ends, "")
			break
		}
		pieces, ends = append(pieces, rest[:i]), append(ends, rest[i:i+1])
		rest = rest[i+1:]
	}
	var b strings.Builder
	for i, p := range pieces {
		if !signature(pieces, ends, i) {
			p = m.piece(p, len(pieces) > 1)
		} else if !m.learning {
			p = strings.Repeat("0", len(p))
		}
		b.WriteString(p + ends[i])
	}
	return b.String()
}

// signature reports whether a piece is the hash or the day that SRS and BATV put
// into an address; they are made from it.
func signature(pieces, ends []string, i int) bool {
	switch fold(pieces[0]) {
	case "srs0":
		return i == 1 || i == 2 && len(pieces) > 4
	case "srs1": // SRS1=HHH=forwarder==HHH=TT=domain=local
		return i == 1 || i == 4 || i == 5 && len(pieces) > 7
	case "prvs", "msprvs1":
		if len(pieces) > 2 && ends[1] == "/" { // an old form has the tag behind the local part
			return i == 2
		}
		return i == 1 && len(pieces) > 2
	case "btv1": // btv1==TAG==local
		return i == 2
	}
	return false
}

// piece returns what is written for a piece of a local part. One of many with dots
// in it may be a domain; alone it is a person.
func (m *Mapper) piece(p string, oneOfMany bool) string {
	key := fold(p)
	switch {
	case strings.Trim(p, "0") == "" || roles[key] || len(p) < 4 && strings.Trim(p, "0123456789") == "":
		return p
	case m.isFixed(kindUser, key) || m.isFixed(kindMessage, key):
		return p
	}
	if a, err := netip.ParseAddr(p); err == nil {
		return m.ip(a).String()
	}
	if oneOfMany && m.vocab.words[key] && m.has(kindUser, key) == nil {
		return p // AUTH=, rcpt=
	}
	if m.has(kindUser, key) == nil {
		if oneOfMany && hasDot(p) && m.isName(toASCII(p)) {
			return m.domainName(p)
		}
		if out, ok := m.subpieces(p); ok {
			return out
		}
	}
	return m.pseudo(kindUser, key, p)
}

// subpieces rewrites a piece that is made of roles, numbers and at least one user
// who is known, such as bounce-alice.
func (m *Mapper) subpieces(p string) (string, bool) {
	out, known := "", false
	for rest := p; ; {
		i := strings.IndexAny(rest, "-._")
		word := rest
		if i >= 0 {
			word = rest[:i]
		}
		key := fold(word)
		switch o := m.has(kindUser, key); {
		case o != nil && o.pseudo != "":
			out, known = out+o.pseudo, true
		case o != nil || m.isFixed(kindUser, key):
			out, known = out+word, true
		case roles[key] || strings.Trim(word, "0123456789") == "" && len(word) < 9:
			out += word
		default:
			return "", false
		}
		if i < 0 {
			return out, known
		}
		out += rest[i : i+1]
		rest = rest[i+1:]
	}
}
