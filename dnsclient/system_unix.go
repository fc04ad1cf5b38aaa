//go:build !windows

package dnsclient

import (
	"os"
	"syscall"
)

// SystemServers returns the system's resolvers, each "address:port": on Unix
// the first three nameserver lines of /etc/resolv.conf, and where there are none
// the local host, as resolv.conf(5) says; on Windows those of the adapters that are up.
func SystemServers() []string {
	f, err := os.Open("/etc/resolv.conf")
	if err != nil {
		return localServers()
	}
	defer f.Close()
	return parseResolvConf(f)
}

var errnoWords = []struct {
	errno syscall.Errno
	words string
}{
	{syscall.ECONNREFUSED, "connection refused"},
	{syscall.ECONNRESET, "connection reset"},
	{syscall.ENETUNREACH, "network unreachable"},
	{syscall.EHOSTUNREACH, "no route to host"},
	{syscall.EADDRNOTAVAIL, "network unreachable"},
}
