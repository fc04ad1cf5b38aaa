package cmd

import (
	"net/netip"
	"strings"

	"github.com/spf13/cobra"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// setServer reads --server and --port.
func (o *probeOptions) setServer(c *cobra.Command, opts *check.Options) error {
	lmtp := o.envelope.lmtp
	if o.server == "" && lmtp {
		return usage("--lmtp needs --server: mail servers of other sites do not speak LMTP").about("lmtp").hint("--server HOST[:24] or --server unix:/run/dovecot/lmtp")
	}
	if o.server == "" {
		return nil
	}
	if c.Flags().Changed("mx") {
		return usage("--server and --mx contradict each other").hint("--server skips MX")
	}
	if strings.HasPrefix(o.server, "unix:") {
		return o.setSocket(c, opts)
	}
	if lmtp && !c.Flags().Changed("port") {
		o.port = 24 // RFC 2033, section 3.1
	}
	host, port, err := splitServer(o.server)
	if err != nil {
		return usage("--server %s is not HOST or HOST:PORT", quote(o.server)).hint("--server mx.example.com:2525 or --server [2001:db8::1]:25")
	}
	switch same := typed(c, "server") == typed(c, "port"); {
	case port == 0, typed(c, "port") && !same:
		port = o.port
	case c.Flags().Changed("port") && same && port != o.port:
		return usage("--server %s and --port %d contradict each other", quote(o.server), o.port).hint("give the port once")
	}
	if _, err := netip.ParseAddr(host); err != nil {
		d, err := smtp.ParseDomain(host)
		if err != nil {
			return usage("--server %s: %w", quote(o.server), err)
		}
		host = d.ASCII
	}
	opts.Server, opts.Port = host, port
	return nil
}

// setSocket reads --server unix:/PATH.
func (o *probeOptions) setSocket(c *cobra.Command, opts *check.Options) error {
	path := strings.TrimPrefix(o.server, "unix:")
	switch {
	case path == "" || strings.ContainsRune(path, 0):
		return usage("--server unix: needs the path of a socket").hint("--server unix:/run/dovecot/lmtp")
	case len(path) > maxSocketPath:
		return usage("--server: the path of a socket has at most %d octets", maxSocketPath)
	}
	for _, name := range []string{"port", "source", "proxy", "ipv4", "ipv6", "lab"} {
		if on(c.Flags().Lookup(name)) {
			return usage("--server unix: and --%s contradict each other", name).about("server", name)
		}
	}
	opts.Server = o.server
	return nil
}

// maxSocketPath is what the kernel takes (unix(7)).
const maxSocketPath = 107
