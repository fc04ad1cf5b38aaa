package redact

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// pool is where the pseudonyms of one sort of IP address come from.
type pool struct {
	of    netip.Prefix   // the addresses
	from  []netip.Prefix // the pseudonyms
	count int
}

// pools has the documentation addresses (RFC 5737, RFC 3849) for what is public,
// then those for benchmarks (RFC 2544). What is not public keeps its network, so that one sees it.
func pools() []*pool {
	last := map[bool]string{true: "240.0.0.0/4", false: "2001:db8:ffff::/48"} // where a server names very many
	p := func(of string, from ...string) *pool {
		out := &pool{of: netip.MustParsePrefix(of)}
		for _, f := range append(from, last[out.of.Addr().Is4()]) {
			out.from = append(out.from, netip.MustParsePrefix(f))
		}
		return out
	}
	return []*pool{
		p("10.0.0.0/8", "10.255.0.0/16"), p("172.16.0.0/12", "172.31.0.0/16"), p("192.168.0.0/16", "192.168.255.0/24", "192.168.0.0/16"),
		p("100.64.0.0/10", "100.127.0.0/16"), p("169.254.0.0/16", "169.254.255.0/24", "169.254.0.0/16"),
		p("fc00::/7", "fdff:ffff::/32"), p("fe80::/10", "fe80::ff00:0/112"),
		p("0.0.0.0/0", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15"), p("::/0", "2001:db8::/96"),
	}
}

// anybody reports whether an address is nobody's: loopback and what is no host's.
func anybody(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsLoopback() || a.IsUnspecified() || a.IsMulticast() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255}) ||
		a.Is4() && a.As4()[0] == 0
}

// nextIP makes the next pseudonym for addresses of the same sort.
func (m *Mapper) nextIP(a netip.Addr) string {
	for _, p := range m.pools {
		if !p.of.Contains(a) {
			continue
		}
		p.count++
		n := p.count
		for _, f := range p.from {
			size := 1 << min(30, f.Addr().BitLen()-f.Bits())
			if n < size-1 { // the first and the last are not a host's
				return plus(f.Addr(), n).String()
			}
			n -= size - 2
		}
	}
	panic("redact: no address is left")
}

// plus is the n-th address behind another.
func plus(a netip.Addr, n int) netip.Addr {
	b := a.AsSlice()
	last := b[len(b)-4:]
	binary.BigEndian.PutUint32(last, binary.BigEndian.Uint32(last)+uint32(n))
	out, _ := netip.AddrFromSlice(b)
	return out
}

// shapedIP reports whether an address has the shape of a pseudonym, forwards or backwards.
func shapedIP(a netip.Addr) bool { return inPools(a) || a.Is4() && inPools(turned(a)) }

func inPools(a netip.Addr) bool {
	for _, p := range pools() {
		if p.of.Contains(a) {
			for _, f := range p.from {
				if f.Contains(a) {
					return true
				}
			}
			return false
		}
	}
	return false
}

// ip returns what is written for an address.
func (m *Mapper) ip(a netip.Addr) netip.Addr {
	a = a.WithZone("")
	switch {
	case anybody(a):
		if o := m.has(kindIP, turned(a).String()); o != nil && o.pseudo != "" { // it is somebody's, backwards
			return turned(netip.MustParseAddr(o.pseudo))
		}
		return a
	case a.Is4In6():
		b := m.ip(a.Unmap()).As4()
		return netip.AddrFrom16(netip.AddrFrom4(b).As16())
	case m.isFixed(kindIP, a.String()), a.Is4() && m.has(kindIP, a.String()) == nil && m.used[pseudonymKey(kindIP, turned(a).String())]:
		return a // a pseudonym, or one backwards
	}
	o := m.take(kindIP, a.String())
	if o.pseudo == "" {
		return a
	}
	return netip.MustParseAddr(o.pseudo)
}

// turned is an address with its octets in reverse order, as the DNS has them.
func turned(a netip.Addr) netip.Addr {
	b := a.AsSlice()
	slices.Reverse(b)
	out, _ := netip.AddrFromSlice(b)
	return out
}

// spelling is a way to write an IP address that is not its own.
type spelling struct {
	write func(netip.Addr) string
	edge  edge
}

// spellings are those that servers, name servers and logs use.
func spellings(a netip.Addr) []spelling {
	if a.Is4() {
		return []spelling{
			{func(a netip.Addr) string { return a.String() }, edgeDigit},
			{func(a netip.Addr) string { return octets(a, "%d", ".", true) }, edgeDigit},
			{func(a netip.Addr) string { return octets(a, "%d", "-", false) }, edgeDigit},
			{func(a netip.Addr) string { return octets(a, "%d", "-", true) }, edgeDigit},
			{func(a netip.Addr) string { return octets(a, "%d", "_", false) }, edgeDigit},
			{func(a netip.Addr) string { return octets(a, "%d", "_", true) }, edgeDigit},
			{func(a netip.Addr) string { return octets(a, "%03d", ".", false) }, edgeDigit},
			{func(a netip.Addr) string { return octets(a, "%03d", "-", false) }, edgeDigit},
			{func(a netip.Addr) string { return octets(a, "%03d", "", false) }, edgeDigit},
			{func(a netip.Addr) string { return octets(a, "%02x", "", false) }, edgeWord},
			{func(a netip.Addr) string { return "0x" + octets(a, "%02x", "", false) }, edgeWord},
			{func(a netip.Addr) string { return octets(a, "%02x", ".", false) }, edgeWord},
			{decimal, edgeWord},
		}
	}
	return []spelling{
		{func(a netip.Addr) string { return nibbles(a, true) }, edgeWord},
		{func(a netip.Addr) string { return nibbles(a, false) }, edgeWord},
		{func(a netip.Addr) string { b := a.As16(); return hex.EncodeToString(b[:]) }, edgeWord},
		{func(a netip.Addr) string { return strings.ReplaceAll(a.StringExpanded(), ":", "-") }, edgeWord},
		{func(a netip.Addr) string { return strings.ReplaceAll(a.String(), ":", "-") }, edgeWord},
		{func(a netip.Addr) string { return strings.ReplaceAll(bare(a), ":", "-") }, edgeWord},
		{func(a netip.Addr) string { return strings.ReplaceAll(a.StringExpanded(), ":", ".") }, edgeWord},
		{func(a netip.Addr) string { return strings.ReplaceAll(a.StringExpanded(), ":", "_") }, edgeWord},
	}
}

func octets(a netip.Addr, verb, between string, backwards bool) string {
	b := a.As4()
	if backwards {
		b = [4]byte{b[3], b[2], b[1], b[0]}
	}
	f := strings.Join([]string{verb, verb, verb, verb}, between)
	return fmt.Sprintf(f, b[0], b[1], b[2], b[3])
}

func decimal(a netip.Addr) string {
	b := a.As4()
	return strconv.FormatUint(uint64(binary.BigEndian.Uint32(b[:])), 10)
}

// nibbles writes an IPv6 address as DNS does (RFC 3596, section 2.5).
func nibbles(a netip.Addr, backwards bool) string {
	b := a.As16()
	digits := strings.Split(hex.EncodeToString(b[:]), "")
	if backwards {
		for i, j := 0, len(digits)-1; i < j; i, j = i+1, j-1 {
			digits[i], digits[j] = digits[j], digits[i]
		}
	}
	return strings.Join(digits, ".")
}

// bare is an IPv6 address with all its groups, without zeroes in front.
func bare(a netip.Addr) string {
	b := a.As16()
	groups := make([]string, 8)
	for i := range groups {
		groups[i] = strconv.FormatUint(uint64(binary.BigEndian.Uint16(b[2*i:])), 16)
	}
	return strings.Join(groups, ":")
}
