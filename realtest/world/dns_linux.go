package world

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Authority is a running nsd.
type Authority struct {
	dir  string
	pid  int
	ns   *Namespace
	addr string
}

// StartAuthority starts nsd at the IP addresses, port 53, with zone files
// (RFC 1035, section 5) by zone name.
func StartAuthority(ns *Namespace, dir string, zones map[string]string, addresses ...string) (*Authority, error) {
	authority := &Authority{dir: dir, ns: ns, addr: addresses[0] + ":53"}
	var conf strings.Builder
	conf.WriteString("server:\n")
	for _, address := range addresses {
		fmt.Fprintf(&conf, "  ip-address: %s\n", address)
	}
	fmt.Fprintf(&conf, "  username: \"\"\n  zonesdir: %q\n  pidfile: %q\n  xfrdfile: %q\n  zonelistfile: %q\n  xfrdir: %q\n  server-count: 1\n  hide-version: yes\n",
		dir, filepath.Join(dir, "nsd.pid"), filepath.Join(dir, "xfrd.state"), filepath.Join(dir, "zone.list"), dir)
	conf.WriteString("remote-control:\n  control-enable: no\n")
	for name, text := range zones {
		fmt.Fprintf(&conf, "zone:\n  name: %q\n  zonefile: %q\n", name, name+".zone")
		if err := authority.write(name, text); err != nil {
			return nil, err
		}
	}
	file := filepath.Join(dir, "nsd.conf")
	if err := os.WriteFile(file, []byte(conf.String()), 0o644); err != nil {
		return nil, err
	}
	cmd := Command("nsd", "-d", "-c", file)
	if err := start(ns, cmd, func() error { return accepts(ns, authority.addr) }); err != nil {
		return nil, err
	}
	authority.pid = cmd.Process.Pid
	return authority, nil
}

func (a *Authority) write(zone, text string) error {
	return os.WriteFile(filepath.Join(a.dir, zone+".zone"), []byte(text), 0o644)
}

// Replace puts another zone file in place and has nsd read it. The caller
// asks until the new data is there; its serial must be higher.
func (a *Authority) Replace(zone, text string) error {
	if err := a.write(zone, text); err != nil {
		return err
	}
	return syscall.Kill(a.pid, syscall.SIGHUP)
}

// StartCache starts unbound, a caching resolver, at the IP addresses, port 53;
// it asks the authority for everything below the stub domains.
func StartCache(ns *Namespace, dir, authority string, stubs []string, addresses ...string) error {
	var conf strings.Builder
	fmt.Fprintf(&conf, "server:\n  directory: %q\n  chroot: \"\"\n  username: \"\"\n  pidfile: %q\n  use-syslog: no\n  logfile: \"\"\n  module-config: \"iterator\"\n  num-threads: 1\n  access-control: 0.0.0.0/0 allow\n  access-control: ::0/0 allow\n  do-not-query-localhost: no\n  root-hints: \"\"\n",
		dir, filepath.Join(dir, "unbound.pid"))
	for _, address := range addresses {
		fmt.Fprintf(&conf, "  interface: %s\n", address)
	}
	for _, stub := range stubs {
		fmt.Fprintf(&conf, "  local-zone: %q nodefault\n", stub)
	}
	conf.WriteString("remote-control:\n  control-enable: no\n")
	for _, stub := range stubs {
		fmt.Fprintf(&conf, "stub-zone:\n  name: %q\n  stub-addr: %s\n", stub, authority)
	}
	file := filepath.Join(dir, "unbound.conf")
	if err := os.WriteFile(file, []byte(conf.String()), 0o644); err != nil {
		return err
	}
	cmd := Command("unbound", "-d", "-c", file)
	return start(ns, cmd, func() error { return accepts(ns, addresses[0]+":53") })
}
