package dnsclient

import (
	"bufio"
	"io"
	"net"
	"net/netip"
	"strings"
)

// maxSystemServers is how many nameserver lines count (MAXNS of resolv.conf(5)).
const maxSystemServers = 3

// localServers is who is asked when no resolver is configured.
func localServers() []string { return []string{"127.0.0.1:53", "[::1]:53"} }

// parseResolvConf takes the nameserver lines from a resolv.conf. An IPv6
// address may have a zone, "fe80::1%eth0".
func parseResolvConf(r io.Reader) []string {
	var servers []string
	lines := bufio.NewScanner(io.LimitReader(r, 1<<20))
	for lines.Scan() && len(servers) < maxSystemServers {
		fields := strings.Fields(lines.Text())
		if len(fields) < 2 || fields[0] != "nameserver" {
			continue
		}
		if addr, err := netip.ParseAddr(fields[1]); err == nil {
			servers = append(servers, net.JoinHostPort(addr.String(), "53"))
		}
	}
	if len(servers) == 0 {
		return localServers()
	}
	return servers
}
