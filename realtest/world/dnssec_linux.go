package world

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Signed is a zone with its signatures.
type Signed struct {
	Text string // the zone file
	DS   string // the record that vouches for its key, for the zone above or as a trust anchor
}

// SignZone signs a zone with a key made for it; dir is a folder for its files.
// The signatures of a stale zone have expired.
func SignZone(dir, name, text string, stale bool) (*Signed, error) {
	folder, err := os.MkdirTemp(dir, "sign")
	if err != nil {
		return nil, err
	}
	keygen := Command("ldns-keygen", "-a", "ECDSAP256SHA256", "-k", name)
	keygen.Dir = folder
	out, err := keygen.Output()
	if err != nil {
		return nil, fmt.Errorf("ldns-keygen: %w", err)
	}
	key := strings.TrimSpace(string(out))
	if err := os.WriteFile(filepath.Join(folder, "zone"), []byte(text), 0o644); err != nil {
		return nil, err
	}
	now := time.Now()
	from, until := now.Add(-time.Hour), now.AddDate(0, 1, 0)
	if stale {
		from, until = now.AddDate(0, -2, 0), now.AddDate(0, -1, 0)
	}
	sign := Command("ldns-signzone", "-o", name, "-f", "signed", "-i", fmt.Sprint(from.Unix()), "-e", fmt.Sprint(until.Unix()), "zone", key)
	sign.Dir = folder
	if err := output(sign); err != nil {
		return nil, err
	}
	signed, err := os.ReadFile(filepath.Join(folder, "signed"))
	if err != nil {
		return nil, err
	}
	ds, err := os.ReadFile(filepath.Join(folder, key+".ds"))
	return &Signed{string(signed), strings.TrimSpace(string(ds))}, err
}

// StartValidator starts unbound as a validating resolver at IP addresses, port
// 53. It knows one root server, and one trust anchor, the root's.
func StartValidator(ns *Namespace, dir, root, anchor string, addresses ...string) error {
	hints, key, file := filepath.Join(dir, "root.hints"), filepath.Join(dir, "root.key"), filepath.Join(dir, "unbound.conf")
	if err := os.WriteFile(hints, []byte(fmt.Sprintf(". NS ns.root-server.\nns.root-server. A %s\n", root)), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(key, []byte(anchor+"\n"), 0o644); err != nil {
		return err
	}
	var conf strings.Builder
	fmt.Fprintf(&conf, "server:\n  directory: %q\n  chroot: \"\"\n  username: \"\"\n  pidfile: %q\n  use-syslog: no\n  logfile: \"\"\n", dir, filepath.Join(dir, "unbound.pid"))
	fmt.Fprintf(&conf, "  module-config: \"validator iterator\"\n  trust-anchor-file: %q\n  root-hints: %q\n", key, hints)
	conf.WriteString("  num-threads: 1\n  access-control: 0.0.0.0/0 allow\n  do-not-query-localhost: no\n  ede: yes\n  do-ip6: no\n")
	conf.WriteString("  local-zone: \"test.\" nodefault\n  local-zone: \"root-server.\" nodefault\n  domain-insecure: \"root-server.\"\n")
	for _, address := range addresses {
		fmt.Fprintf(&conf, "  interface: %s\n", address)
	}
	conf.WriteString("remote-control:\n  control-enable: no\n")
	if err := os.WriteFile(file, []byte(conf.String()), 0o644); err != nil {
		return err
	}
	return start(ns, Command("unbound", "-d", "-c", file), func() error { return accepts(ns, addresses[0]+":53") })
}

// policyHost is a web server of Python's that serves a folder over TLS.
const policyHost = `
import http.server, ssl, sys
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[2], sys.argv[3])
class Handler(http.server.SimpleHTTPRequestHandler):
    extensions_map = {".txt": "text/plain", "": "application/octet-stream"}
server = http.server.ThreadingHTTPServer((sys.argv[1], 443), Handler)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
`

// StartPolicyHost serves a policy of MTA-STS at an IP address.
func StartPolicyHost(ns *Namespace, dir, address, certFile, keyFile, policy string) error {
	wellKnown := filepath.Join(dir, ".well-known")
	if err := os.MkdirAll(wellKnown, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(wellKnown, "mta-sts.txt"), []byte(policy), 0o644); err != nil {
		return err
	}
	cmd := Command("python3", "-c", policyHost, address, certFile, keyFile)
	cmd.Dir = dir
	return start(ns, cmd, func() error { return accepts(ns, address+":443") })
}
