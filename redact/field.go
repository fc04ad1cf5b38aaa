package redact

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// place returns what is written for a field that names somebody or something: a
// mailbox, an IP address, a host, a socket, with or without a port.
func (m *Mapper) place(s string) string {
	if at := strings.LastIndexByte(s, '@'); at > 0 && at < len(s)-1 && !strings.Contains(s, "://") {
		return m.mailbox(s[:at], s[at+1:])
	}
	if a, err := netip.ParseAddr(s); err == nil {
		return m.ip(a).String()
	}
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return netip.AddrPortFrom(m.ip(ap.Addr()), ap.Port()).String()
	}
	if path, ok := strings.CutPrefix(s, "unix:"); ok {
		return "unix:" + m.pseudo(kindPath, fold(path), path)
	}
	if strings.HasPrefix(s, "/") {
		return m.pseudo(kindPath, fold(s), s)
	}
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		return m.literal(s[1 : len(s)-1])
	}
	host, port := s, ""
	if i := strings.LastIndexByte(s, ':'); i > 0 && strings.Trim(s[i+1:], "0123456789") == "" {
		host, port = s[:i], s[i:]
	}
	switch trimmed := strings.TrimSuffix(host, "."); {
	case strings.ContainsAny(host, " /:<>()[],;"): // a sentence, a URL, a name and its U-labels
		return m.text(s)
	case hasDot(trimmed):
		return m.domainName(host) + port
	case trimmed == "" || hasTLD(lower(trimmed)):
		return s // the root, a TLD
	}
	return m.label(host) + port
}

// login returns what is written for a name to log in with: a mailbox, DOMAIN\user or a user.
func (m *Mapper) login(s string) string {
	if strings.Contains(s, "@") {
		return m.place(s)
	}
	if domain, user, ok := strings.Cut(s, `\`); ok {
		return m.label(domain) + `\` + m.pseudo(kindUser, fold(user), user)
	}
	return m.pseudo(kindUser, fold(s), s)
}

// messageID returns what is written for a Message-ID: the left part is one of a kind.
func (m *Mapper) messageID(s string) string {
	inner := strings.Trim(s, "<>")
	left, domain, ok := strings.Cut(inner, "@")
	if !ok {
		return m.pseudo(kindMessage, fold(s), s)
	}
	return strings.Replace(s, inner, m.pseudo(kindMessage, fold(left), left)+"@"+m.domain(domain), 1)
}

// authorities are whose names stay in a certificate: everybody gets theirs there.
var authorities = []string{
	"Let's Encrypt", "Internet Security Research Group", "(STAGING)", "DigiCert", "Sectigo", "COMODO", "USERTRUST", "GlobalSign", "Google Trust Services",
	"GoDaddy", "Starfield", "Amazon", "Entrust", "ZeroSSL", "Buypass", "Actalis", "SwissSign", "QuoVadis", "Certum", "Unizeto", "IdenTrust",
	"GEANT", "HARICA", "Telekom Security", "T-Systems", "D-Trust", "Microsoft Corporation", "SSL Corporation", "GeoTrust", "Thawte", "RapidSSL",
	"Network Solutions", "TrustAsia", "Apple Inc", "Cloudflare",
}

// subject returns what is written for a distinguished name (RFC 4514). What an authority
// that everybody knows is called stays.
func (m *Mapper) subject(s string) string {
	attributes := splitDN(s)
	for _, a := range attributes {
		if _, value, _ := strings.Cut(a, "="); strings.HasPrefix(a, "O=") && slices.ContainsFunc(authorities, func(x string) bool { return strings.HasPrefix(value, x) }) {
			return m.text(s)
		}
	}
	for i, a := range attributes {
		key, value, ok := strings.Cut(a, "=")
		switch {
		case !ok || key == "C" || value == "":
		case strings.Contains(value, "@"):
			attributes[i] = key + "=" + m.text(value)
		case hasDot(value) && !strings.ContainsAny(value, ` \`):
			attributes[i] = key + "=" + m.place(value)
		default:
			plain := strings.ReplaceAll(value, `\`, "")
			if m.take2(kindWords, fold(plain)); plain != value {
				m.take2(kindWords, fold(value))
			}
			attributes[i] = key + "=" + m.pseudo(kindWords, fold(plain), value)
		}
	}
	return strings.Join(attributes, ",")
}

// splitDN splits a distinguished name at the commas that are not escaped.
func splitDN(s string) (out []string) {
	from := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ',', '+':
			if s[i] == ',' {
				out = append(out, s[from:i])
				from = i + 1
			}
		}
	}
	return append(out, s[from:])
}

// take2 takes note of an original that is written another way.
func (m *Mapper) take2(k kind, key string) { m.pseudo(k, key, key) }

// identifier returns what is written for what one system calls a thing: it stays
// but in the strict mode.
func (m *Mapper) identifier(c class, s string) string {
	switch {
	case m.mode != Strict:
		return m.text(s)
	case c == queueID:
		return m.pseudo(kindQueue, fold(s), s)
	}
	return m.pseudo(kindFingerprint, fold(s), s)
}

// strict takes queue IDs and fingerprints out of a line.
func (m *Mapper) strict(s string) string {
	if m.mode != Strict {
		return s
	}
	if m.learning {
		if id := diagnose.QueueID(smtp.Reply{Code: 250, Lines: []string{s}}); id != "" {
			m.pseudo(kindQueue, fold(id), id)
		}
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		from := i
		letters, digits := 0, 0
		for i < len(s) && (s[i] == '-' || s[i] < 0x80 && isWord(rune(s[i]))) {
			if isDigit(rune(s[i])) {
				digits++
			} else if s[i] != '-' {
				letters++
			}
			i++
		}
		switch word := s[from:i]; {
		case word == "":
			i++
			b.WriteByte(s[from])
		case len(word) >= 32 && strings.Trim(fold(word), "0123456789abcdef") == "":
			b.WriteString(m.pseudo(kindFingerprint, fold(word), word))
		case len(word) >= 9 && digits > 2 && letters > 2 && !ofAddress(s, from, i) && m.vocab.tells(word) && !m.isFixed(kindQueue, fold(word)):
			b.WriteString(m.pseudo(kindQueue, fold(word), word))
		default:
			b.WriteString(word)
		}
	}
	return b.String()
}

// ofAddress reports whether a word is part of an address or of a name.
func ofAddress(s string, from, to int) bool {
	b, a := before(s, from), after(s, to)
	return b == '@' || b == '%' || b == '+' || b == '.' && isWord(before(s, from-1)) ||
		a == '@' || a == '%' || a == '+' || a == '=' || a == '.' && isWord(after(s, to+1))
}
