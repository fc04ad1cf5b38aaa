package cmd

import (
	"cmp"
	"net/netip"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/dnsclient"
)

// resolverList are the values of --resolver: one each time it is given, or
// several with commas or blanks between, as an environment variable has them.
type resolverList []string

// Type names what the flag takes.
func (l *resolverList) Type() string { return "addresses" }

func (l *resolverList) String() string { return strings.Join(*l, ",") }

// Set adds addresses.
func (l *resolverList) Set(s string) error { return l.Append(s) }

// Append adds addresses; with Replace and GetSlice it makes a [pflag.SliceValue].
func (l *resolverList) Append(s string) error {
	*l = append(*l, strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' })...)
	return nil
}

// Replace sets the addresses.
func (l *resolverList) Replace(all []string) error { *l = all; return nil }

// GetSlice returns the addresses.
func (l *resolverList) GetSlice() []string { return *l }

func (l *resolverList) add(f *pflag.FlagSet) {
	f.Var(l, "resolver", "the DNS server, `ADDR[:PORT]`, instead of the system's; further ones are asked side by side")
}

// clients are DNS clients for the resolvers, the first being the one that is used.
func (l resolverList) clients() ([]*dnsclient.Client, error) {
	var out []*dnsclient.Client
	for _, s := range l {
		host, port, err := splitServer(s)
		if err != nil {
			return nil, usage("--resolver %s is not an address, with or without a port", quote(s)).about("resolver").
				hint("--resolver 192.0.2.53, --resolver 127.0.0.1:5353 or --resolver [2001:db8::53]:53")
		}
		addr, err := netip.ParseAddr(host)
		if err != nil {
			return nil, usage("--resolver %s is a name; a resolver is given by its IP address", quote(s)).about("resolver")
		}
		out = append(out, &dnsclient.Client{Servers: []string{netip.AddrPortFrom(addr, cmp.Or(port, 53)).String()}})
	}
	if len(out) > maxResolvers {
		return nil, usage("there are more than %d resolvers", maxResolvers).about("resolver")
	}
	return out, nil
}

// maxResolvers is how many are asked side by side.
const maxResolvers = 10

// setTruth reads --dns-truth, and what more than one --resolver means. From the
// environment they mean nothing until they are needed.
func (o *probeOptions) setTruth(c *cobra.Command, opts *check.Options) error {
	several := len(o.network.resolvers) > 1 && typed(c, "resolver")
	switch {
	case o.relay && several:
		return usage("relay uses one resolver").about("resolver").hint("smtpcheck mx --resolver A --resolver B example.com compares them")
	case o.server != "" && o.dnsTruth:
		return usage("--server and --dns-truth contradict each other: a server that is named is not found by MX records").about("server", "dns-truth")
	case o.server != "" && several:
		return usage("--server and a second --resolver contradict each other").about("server", "resolver")
	}
	opts.DNSTruth = o.dnsTruth || several
	return nil
}
