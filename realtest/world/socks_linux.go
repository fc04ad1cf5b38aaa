package world

import "strings"

// StartSOCKS starts microsocks, a SOCKS5 proxy, at an address and a port of
// the namespace. With a user it wants user and password (RFC 1929).
func StartSOCKS(ns *Namespace, address, user, password string) error {
	host, port, _ := strings.Cut(address, ":")
	args := []string{"-i", host, "-p", port}
	if user != "" {
		args = append(args, "-u", user, "-P", password)
	}
	return start(ns, Command("microsocks", args...), func() error { return accepts(ns, address) })
}
