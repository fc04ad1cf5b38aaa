package world

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// StartRoot starts nsd at an IP address of the namespace as the whole of DNS: the
// zone file is that of the root, and every name that is not in it does not exist.
// In the zones that are broken every question is answered with SERVFAIL. Server
// programs can use it as their resolver.
func StartRoot(ns *Namespace, dir, zone string, broken []string, address string) error {
	zones := map[string]string{".": zone}
	for _, name := range broken {
		zones[name] = "" // without a SOA record nsd does not serve it
	}
	_, err := StartAuthority(ns, dir, zones, address)
	return err
}

// withResolver is the command with another /etc/resolv.conf, that names one DNS
// server; it is written into dir.
func withResolver(cmd *exec.Cmd, dir, server string) (*exec.Cmd, error) {
	file := filepath.Join(dir, "resolv.conf")
	if err := os.WriteFile(file, fmt.Appendf(nil, "nameserver %s\noptions timeout:2 attempts:1\n", server), 0o644); err != nil {
		return nil, err
	}
	const script = `mount --bind "$1" "$(realpath /etc/resolv.conf)" && shift && exec "$@"`
	return Command("unshare", append([]string{"--mount", "sh", "-c", script, "sh", file}, cmd.Args...)...), nil
}
