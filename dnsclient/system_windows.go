package dnsclient

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// SystemServers returns the system's resolvers, each "address:port": on Unix
// the first three nameserver lines of /etc/resolv.conf, and where there are none
// the local host, as resolv.conf(5) says; on Windows those of the adapters that are up.
func SystemServers() []string {
	var servers []string
	for adapter := adapters(); adapter != nil; adapter = adapter.Next {
		if adapter.OperStatus != windows.IfOperStatusUp || adapter.FirstGatewayAddress == nil {
			continue
		}
		for s := adapter.FirstDnsServerAddress; s != nil; s = s.Next {
			addr, ok := resolverAddr(s)
			if !ok {
				continue
			}
			server := net.JoinHostPort(addr.String(), "53")
			if !slices.Contains(servers, server) {
				servers = append(servers, server)
			}
		}
	}
	if len(servers) == 0 {
		return localServers()
	}
	return servers
}

// adapters returns the list of network adapters with their resolvers, or nil.
func adapters() *windows.IpAdapterAddresses {
	size := uint32(15 << 10)
	for range 4 {
		buf := make([]byte, size)
		first := (*windows.IpAdapterAddresses)(unsafe.Pointer(&buf[0]))
		err := windows.GetAdaptersAddresses(syscall.AF_UNSPEC, windows.GAA_FLAG_INCLUDE_GATEWAYS, 0, first, &size)
		if err == nil && size > 0 {
			return first
		}
		if !errors.Is(err, syscall.ERROR_BUFFER_OVERFLOW) {
			return nil
		}
	}
	return nil
}

// resolverAddr reads one entry of an adapter's list. The site-local addresses
// that Windows puts where no IPv6 resolver is known are not taken (RFC 3879).
func resolverAddr(s *windows.IpAdapterDnsServerAdapter) (netip.Addr, bool) {
	sa, err := s.Address.Sockaddr.Sockaddr()
	if err != nil {
		return netip.Addr{}, false
	}
	switch sa := sa.(type) {
	case *syscall.SockaddrInet4:
		return netip.AddrFrom4(sa.Addr), true
	case *syscall.SockaddrInet6:
		if sa.Addr[0] == 0xfe && sa.Addr[1]&0xc0 == 0xc0 {
			return netip.Addr{}, false
		}
		addr := netip.AddrFrom16(sa.Addr)
		if sa.ZoneId != 0 {
			addr = addr.WithZone(strconv.FormatUint(uint64(sa.ZoneId), 10))
		}
		return addr, true
	}
	return netip.Addr{}, false
}

// A datagram that meets a closed port is told as a reset connection on Windows.
var errnoWords = []struct {
	errno syscall.Errno
	words string
}{
	{windows.WSAECONNREFUSED, "connection refused"},
	{windows.WSAECONNRESET, "connection refused or reset"},
	{windows.WSAENETUNREACH, "network unreachable"},
	{windows.WSAEHOSTUNREACH, "no route to host"},
	{windows.WSAEADDRNOTAVAIL, "network unreachable"},
}
