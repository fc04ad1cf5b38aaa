package cmd

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/lab"
	"github.com/smtpcheck/smtpcheck/probe"
)

// network are the flags of every command that uses the network.
type network struct {
	ipv4, ipv6 bool
	source     string
	resolvers  resolverList
	lab        bool
	proxy      proxyFlags
	trustAD    bool

	world *lab.World
}

func (n *network) add(f *pflag.FlagSet) {
	f.BoolVarP(&n.ipv4, "ipv4", "4", false, "use IPv4 only")
	f.BoolVarP(&n.ipv6, "ipv6", "6", false, "use IPv6 only")
	f.StringVar(&n.source, "source", "", "connect from this `ADDR`")
	n.resolvers.add(f)
	n.proxy.add(f)
	n.addTrust(f)
	f.BoolVar(&n.lab, "lab", false, "run inside the built-in lab instead of the network")
}

func (n *network) addTrust(f *pflag.FlagSet) {
	f.BoolVar(&n.trustAD, "trust-ad", false, "believe what the DNS server says about DNSSEC (AD) wherever it is; else only one on this machine")
}

// open checks the flags and opens the lab where it is asked for. The function
// returned closes it.
func (n *network) open() (func(), error) {
	switch {
	case n.ipv4 && n.ipv6:
		return nil, usage("-4 and -6 contradict each other").about("ipv4", "ipv6").hint("leave both out to use both families")
	case n.lab && n.source != "":
		return nil, usage("--lab and --source contradict each other")
	case n.lab && n.proxy.url != "":
		return nil, usage("--lab and --proxy contradict each other")
	case n.lab && len(n.resolvers) > 0:
		return nil, usage("--lab and --resolver contradict each other").hint("the lab has its own resolver")
	}
	if !n.lab {
		return func() {}, nil
	}
	world, err := lab.Open(lab.Options{})
	if err != nil {
		return nil, fail(check.ExitInternal, "the lab: %w", err)
	}
	n.world = world
	return func() { _ = world.Close() }, nil
}

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// dial is the dialler that the flags ask for; nil is the ordinary one.
func (n *network) dial() (dialFunc, error) {
	switch {
	case n.world != nil:
		return n.world.Dial, nil
	case n.source == "":
		return nil, nil
	}
	addr, err := parseAddr(n.source)
	if err != nil {
		return nil, usage("--source %s is not an IP address", quote(n.source))
	}
	d := &net.Dialer{LocalAddr: &net.TCPAddr{IP: addr.AsSlice(), Zone: addr.Zone()}, KeepAlive: -1}
	return d.DialContext, nil
}

// dns are the DNS client that the flags ask for, and those to compare it with.
func (n *network) dns() (*dnsclient.Client, []*dnsclient.Client, error) {
	if n.world != nil {
		return &dnsclient.Client{Servers: []string{n.world.Resolver}, Dial: n.world.Dial}, nil, nil
	}
	all, err := n.resolvers.clients()
	if err != nil || len(all) == 0 {
		return &dnsclient.Client{}, nil, err
	}
	return all[0], all[1:], nil
}

// parseAddr reads an IP address, in square brackets or without. An IPv4 address
// mapped into IPv6 is one of IPv4.
func parseAddr(s string) (netip.Addr, error) {
	if len(s) > 1 && s[0] == '[' && s[len(s)-1] == ']' {
		s = s[1 : len(s)-1]
	}
	addr, err := netip.ParseAddr(s)
	return addr.Unmap(), err
}

// splitServer reads HOST, HOST:PORT, ADDR, [ADDR] and [ADDR]:PORT. The port is 0
// where there is none; an address comes without brackets.
func splitServer(s string) (host string, port uint16, err error) {
	if addr, err := parseAddr(s); err == nil {
		return addr.String(), 0, nil
	}
	host = s
	if strings.Contains(s, ":") {
		var p string
		if host, p, err = net.SplitHostPort(s); err != nil {
			return "", 0, err
		}
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return "", 0, strconv.ErrRange
		}
		port = uint16(n)
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.Unmap().String(), port, nil
	}
	if host == "" || strings.ContainsAny(s, "[]") { // brackets are for addresses
		return "", 0, strconv.ErrSyntax
	}
	return host, port, nil
}

// timeFlags are the flags about time.
type timeFlags struct {
	connect, command, session time.Duration
	rfc                       bool
}

func (t *timeFlags) add(f *pflag.FlagSet) {
	f.DurationVar(&t.connect, "connect-timeout", 10*time.Second, "`TIME` for a TCP connection")
	f.DurationVar(&t.command, "command-timeout", 30*time.Second, "`TIME` for the greeting, the handshake and each reply")
	f.DurationVar(&t.session, "timeout", 0, "`TIME` for a session (default 60s; 3m with --data, 40m with --rfc-timeouts)")
	f.BoolVar(&t.rfc, "rfc-timeouts", false, "wait as long as RFC 5321, section 4.5.3.2 says")
}

func (t *timeFlags) apply(c *cobra.Command, o *probe.Options) error {
	for _, f := range []struct {
		name string
		d    time.Duration
	}{{"connect-timeout", t.connect}, {"command-timeout", t.command}, {"timeout", t.session}} {
		if c.Flags().Changed(f.name) && f.d <= 0 {
			return usage("--%s must be more than nothing", f.name).about(f.name).hint("--%s 10s", f.name)
		}
	}
	if t.rfc && c.Flags().Changed("command-timeout") {
		return usage("--rfc-timeouts and --command-timeout contradict each other")
	}
	o.Timeouts = probe.Timeouts{Connect: t.connect, Command: t.command, Session: t.session, RFC: t.rfc}
	return nil
}

// nearestFlag is the flag whose name is most like name, "" if none is near.
func nearestFlag(c *cobra.Command, name string) string {
	best, least := "", 3
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if d := distance(name, f.Name); d < least || strings.HasPrefix(f.Name, name) && len(name) > 2 {
			best, least = f.Name, min(d, least)
		}
	})
	return best
}

// distance is the number of letters to change, add or drop between a and b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
