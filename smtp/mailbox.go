package smtp

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// Limits on addresses (RFC 5321, section 4.5.3.1).
const (
	maxLocal  = 64
	maxDomain = 255
	maxPath   = 254 // 256 with the angle brackets
)

// Domain is a domain name or an address literal (RFC 5321, sections 4.1.2 and 4.1.3).
type Domain struct {
	// ASCII is what goes on the wire: A-labels in lower case without a trailing dot, or the literal.
	ASCII string
	// Unicode is the same with U-labels, "" where that is no different.
	Unicode string
	// Literal is the address of an address literal; invalid otherwise.
	Literal netip.Addr
}

// String shows both forms of an internationalized name: "bücher.example (xn--bcher-kva.example)".
func (d Domain) String() string {
	if d.Unicode != "" {
		return d.Unicode + " (" + d.ASCII + ")"
	}
	return d.ASCII
}

// Private reports whether a host name has an ending that is used only inside a
// network (RFC 6762, RFC 8375 and habit), so that nobody outside can look it up.
func Private(name string) bool {
	name = "." + strings.ToLower(strings.TrimSuffix(name, "."))
	for _, end := range [...]string{".local", ".localdomain", ".lan", ".internal", ".home.arpa", ".localhost"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// Mailbox is local-part@domain (RFC 5321, section 4.1.2).
type Mailbox struct {
	Local  string // as written: a dot-string or a quoted string
	Domain Domain
}

// String returns the mailbox as it goes on the wire, without angle brackets. Only
// postmaster may be without a domain (RFC 5321, section 4.5.1).
func (m Mailbox) String() string {
	if m.Domain.ASCII == "" {
		return m.Local
	}
	return m.Local + "@" + m.Domain.ASCII
}

// NeedsUTF8 reports whether the local part is not ASCII, so that a server must
// offer SMTPUTF8 (RFC 6531).
func (m Mailbox) NeedsUTF8() bool { return !IsASCII(m.Local) }

// IsASCII reports whether s has no bytes over 127.
func IsASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// ParseMailbox reads a mailbox exactly as RFC 5321, section 4.1.2, has it
// (RFC 6531 for a local part that is not ASCII; IDNA2008 for the domain).
func ParseMailbox(s string) (Mailbox, error) {
	if !utf8.ValidString(s) {
		return Mailbox{}, errors.New("the address is not valid UTF-8")
	}
	at := lastAt(s)
	switch {
	case s == "":
		return Mailbox{}, errors.New("the address is empty")
	case at < 0:
		return Mailbox{}, errors.New("the address has no @")
	case at == 0:
		return Mailbox{}, errors.New("there is nothing before the @")
	case at == len(s)-1:
		return Mailbox{}, errors.New("there is no domain behind the @")
	}
	local := s[:at]
	if err := checkLocal(local); err != nil {
		return Mailbox{}, err
	}
	domain, err := ParseDomain(s[at+1:])
	if err != nil {
		return Mailbox{}, err
	}
	m := Mailbox{local, domain}
	if len(m.String()) > maxPath {
		return Mailbox{}, fmt.Errorf("the address has %d octets; RFC 5321 allows %d", len(m.String()), maxPath)
	}
	return m, nil
}

// lastAt finds the @ between local part and domain: the one behind a quoted
// string, else the last.
func lastAt(s string) int {
	if !strings.HasPrefix(s, `"`) {
		return strings.LastIndexByte(s, '@')
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			if i+1 < len(s) && s[i+1] == '@' {
				return i + 1
			}
			return -1
		}
	}
	return -1
}

func checkLocal(local string) error {
	if len(local) > maxLocal {
		return fmt.Errorf("the local part has %d octets; RFC 5321 allows %d", len(local), maxLocal)
	}
	if local[0] == '"' {
		return checkQuoted(local)
	}
	for _, atom := range strings.Split(local, ".") {
		if atom == "" {
			return errors.New("the local part has a dot at its begin or end, or two in a row (quote it: \"a..b\"@domain)")
		}
		for _, r := range atom {
			switch {
			case !Graphic(r):
				return fmt.Errorf("the local part has %s, which is not allowed", describe(r))
			case r < 0x80 && !isAtext(byte(r)):
				return fmt.Errorf("the local part has %s, which must be quoted", describe(r))
			}
		}
	}
	return nil
}

func checkQuoted(local string) error {
	if len(local) < 2 || local[len(local)-1] != '"' {
		return errors.New("the quoted local part does not end in a quotation mark")
	}
	inner := local[1 : len(local)-1]
	escaped := false
	for _, r := range inner {
		switch {
		case r < ' ' || r == 0x7f || r >= 0x80 && !Graphic(r):
			return fmt.Errorf("the local part has %s, which is not allowed", describe(r))
		case escaped:
			escaped = false
		case r == '\\':
			escaped = true
		case r == '"':
			return errors.New("the quoted local part has a quotation mark inside")
		}
	}
	if escaped {
		return errors.New("the quoted local part ends in a backslash")
	}
	return nil
}

func isAtext(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}

func describe(r rune) string {
	switch {
	case r == ' ':
		return "a blank"
	case r == '\r' || r == '\n' || r == 0:
		return "a CR, LF or NUL"
	case Graphic(r):
		return fmt.Sprintf("%q", r)
	}
	return fmt.Sprintf("the character U+%04X", r)
}

// ParseDomain reads a domain name, as A-labels or U-labels and with or without a
// trailing dot, or an address literal.
func ParseDomain(s string) (Domain, error) {
	if strings.HasPrefix(s, "[") {
		return parseLiteral(s)
	}
	name := strings.TrimSuffix(s, ".")
	if name == "" {
		return Domain{}, errors.New("the domain is empty")
	}
	if IsASCII(name) && !strings.Contains(strings.ToLower(name), "xn--") {
		name = strings.ToLower(name)
		if err := checkName(name); err != nil {
			return Domain{}, err
		}
		return Domain{ASCII: name}, nil
	}
	a, err := idna.Lookup.ToASCII(name)
	if err != nil {
		return Domain{}, fmt.Errorf("the domain %q is not a valid internationalized name", Printable(s))
	}
	if err := checkName(a); err != nil {
		return Domain{}, err
	}
	d := Domain{ASCII: a}
	if u, err := idna.Display.ToUnicode(a); err == nil && u != a {
		d.Unicode = u
	}
	return d, nil
}

// checkName checks a host name in A-labels (RFC 1123, section 2.1).
func checkName(name string) error {
	if len(name) > maxDomain-2 {
		return fmt.Errorf("the domain has %d octets; a name may have %d", len(name), maxDomain-2)
	}
	for _, label := range strings.Split(name, ".") {
		if label == "" {
			return errors.New("the domain has an empty label (two dots in a row, or one in front)")
		}
		if len(label) > 63 {
			return fmt.Errorf("the domain has a label of %d octets; a label may have 63", len(label))
		}
		if label[0] == '-' || label[len(label)-1] == '-' {
			return errors.New("a label of the domain begins or ends with a hyphen")
		}
		for _, r := range label {
			if r >= 0x80 || r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
				return fmt.Errorf("the domain has %s, which a host name may not have", describe(r))
			}
		}
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return fmt.Errorf("an address stands in square brackets: [%s]", name)
	}
	return nil
}

// parseLiteral reads [192.0.2.1] or [IPv6:2001:db8::1] (RFC 5321, section 4.1.3).
func parseLiteral(s string) (Domain, error) {
	inner, ok := strings.CutSuffix(s[1:], "]")
	if !ok {
		return Domain{}, errors.New("the address literal does not end in ]")
	}
	text, six := inner, false
	if len(inner) > 5 && strings.EqualFold(inner[:5], "IPv6:") {
		text, six = inner[5:], true
	}
	addr, err := netip.ParseAddr(text)
	switch {
	case err != nil || addr.Zone() != "":
		return Domain{}, fmt.Errorf("[%s] is not an address literal", Printable(inner))
	case addr.Is6() && !six:
		return Domain{}, fmt.Errorf("an IPv6 address literal is written [IPv6:%s]", addr)
	case addr.Is4() && six:
		return Domain{}, fmt.Errorf("an IPv4 address literal is written [%s]", addr)
	}
	return Domain{ASCII: AddressLiteral(addr), Literal: addr}, nil
}

// AddressLiteral writes an address as RFC 5321, section 4.1.3, has it.
func AddressLiteral(addr netip.Addr) string {
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return "[" + addr.String() + "]"
	}
	return "[IPv6:" + addr.String() + "]"
}
