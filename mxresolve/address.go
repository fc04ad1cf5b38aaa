package mxresolve

import (
	"cmp"
	"net/netip"
	"slices"
)

// AddrKind says what kind of address one is.
type AddrKind string

// The values of [AddrKind].
const (
	AddrGlobal      AddrKind = "global"      // none of the following
	AddrLoopback    AddrKind = "loopback"    // this machine: 127.0.0.0/8, ::1
	AddrUnspecified AddrKind = "unspecified" // no address, or this network: ::, 0.0.0.0/8 (RFC 1122, section 3.2.1.3)
	AddrPrivate     AddrKind = "private"     // RFC 1918, RFC 4193 (fc00::/7), and shared by carriers (RFC 6598)
	AddrLinkLocal   AddrKind = "link-local"  // 169.254.0.0/16 (RFC 3927), fe80::/10
	AddrMulticast   AddrKind = "multicast"   // 224.0.0.0/4, ff00::/8, and the broadcast address: no host has it
)

// AddressKind tells apart the addresses that lead to this machine, to this
// network, to nobody, or out. An IPv4 address mapped into IPv6 counts as itself.
func AddressKind(addr netip.Addr) AddrKind {
	addr = addr.Unmap()
	switch {
	case addr.IsLoopback():
		return AddrLoopback
	case !addr.IsValid(), addr.IsUnspecified(), addr.Is4() && addr.As4()[0] == 0:
		return AddrUnspecified
	case addr.IsLinkLocalUnicast():
		return AddrLinkLocal
	case addr.IsPrivate(), addr.Is4() && isShared(addr.As4()):
		return AddrPrivate
	case addr.IsMulticast(), addr == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return AddrMulticast
	}
	return AddrGlobal
}

// isShared reports whether the address is in 100.64.0.0/10 (RFC 6598).
func isShared(a [4]byte) bool { return a[0] == 100 && a[1]&0xc0 == 64 }

// problem is how a host's note names the kind.
func (k AddrKind) problem() Problem {
	if k == AddrGlobal {
		return ""
	}
	return Problem(k)
}

// sortedAddresses returns addrs without doubles, IPv6 before IPv4, ascending. An
// IPv4 address mapped into IPv6 is dialled as IPv4, and so is one.
func sortedAddresses(addrs []netip.Addr) []netip.Addr {
	sorted := make([]netip.Addr, 0, len(addrs))
	for _, addr := range addrs {
		sorted = append(sorted, addr.Unmap())
	}
	slices.SortFunc(sorted, func(a, b netip.Addr) int {
		return cmp.Or(cmp.Compare(b.BitLen(), a.BitLen()), a.Compare(b))
	})
	return slices.Compact(sorted)
}

// localAddresses are those of the local host (RFC 6761, section 6.3).
func localAddresses() []netip.Addr {
	return []netip.Addr{netip.IPv6Loopback(), netip.AddrFrom4([4]byte{127, 0, 0, 1})}
}

// wanted keeps the addresses of the families asked for.
func (r *Resolver) wanted(addrs []netip.Addr) []netip.Addr {
	return slices.DeleteFunc(addrs, func(a netip.Addr) bool {
		return r.IPv4 != r.IPv6 && a.Is4() != r.IPv4
	})
}
