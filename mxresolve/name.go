package mxresolve

import (
	"net/netip"
	"strings"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// nameProblem says why name cannot be the name of a host, or "". An underscore
// is let through: such hosts exist, and senders connect to them.
func nameProblem(name string) Problem {
	if _, ok := parseAddress(name); ok {
		return ProblemAddress
	}
	if len(name) > 253 {
		return ProblemInvalidName
	}
	for label := range strings.SplitSeq(name, ".") {
		if !validLabel(label) {
			return ProblemInvalidName
		}
	}
	return ""
}

// validLabel reports whether label is one of letters, digits and inner hyphens
// (RFC 1123, section 2.1), not longer than 63 bytes.
func validLabel(label string) bool {
	if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	for i := range len(label) {
		switch c := label[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}

// isLocalhost reports whether name is that of the local host (RFC 6761, section 6.3).
func isLocalhost(name string) bool {
	name = strings.ToLower(name)
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

// parseAddress reads an address as people write one: bare, with a zone or
// without, in brackets, or as the address literal that [smtp.ParseDomain] reads.
func parseAddress(s string) (netip.Addr, bool) {
	if inner, ok := strings.CutPrefix(s, "["); ok {
		if s, ok = strings.CutSuffix(inner, "]"); !ok {
			return netip.Addr{}, false
		}
	}
	if d, err := smtp.ParseDomain("[" + s + "]"); err == nil {
		return d.Literal, true
	}
	addr, err := netip.ParseAddr(s)
	return addr, err == nil
}
