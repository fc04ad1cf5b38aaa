package mxresolve

import (
	"net/netip"
	"strings"
)

// nameProblem says why name cannot be the name of a host, or "". An underscore
// is let through: such hosts exist, and senders connect to them.
func nameProblem(name string) Problem {
	if _, ok := parseLiteral(name); ok {
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

// parseLiteral reads an address, with or without the brackets and the tag of
// an address literal (RFC 5321, section 4.1.3). Zones are no part of it.
func parseLiteral(s string) (netip.Addr, bool) {
	inner, bracketed := strings.CutPrefix(s, "[")
	if bracketed {
		var closed bool
		if inner, closed = strings.CutSuffix(inner, "]"); !closed {
			return netip.Addr{}, false
		}
	}
	tagged := len(inner) > 5 && strings.EqualFold(inner[:5], "IPv6:")
	if tagged {
		inner = inner[5:]
	}
	addr, err := netip.ParseAddr(inner)
	if err != nil || addr.Zone() != "" || tagged && addr.Is4() {
		return netip.Addr{}, false
	}
	return addr, true
}

// trimDot takes the final dot from a name that has one.
func trimDot(name string) string {
	if len(name) > 1 && !strings.HasSuffix(name, `\.`) {
		return strings.TrimSuffix(name, ".")
	}
	return name
}
