package cmd

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/report"
)

// selfOptions are the flags of self.
type selfOptions struct {
	from, helo       string
	targets, compare []string
	addresses        []string
	lists            []string
	noLists          bool
	timeout          time.Duration
	tls              tlsFlags
	network          network
	output           output
}

func (a *app) selfCommand() *cobra.Command {
	o := new(selfOptions)
	c := &cobra.Command{
		Use:   "self",
		Short: "Can this machine send mail at all? Port 25, PTR, SPF, blocklists",
		Long: `self examines this machine as a sender of mail. It connects to port 25 of
several big receivers, and to other ports to compare, says EHLO and QUIT there,
and finds out which address they see; then whether that address has a name that
leads back to it, whether the name in EHLO leads to it, whether SPF lets it send
for the domain of --from, whether that domain takes mail, and whether DNS
blocklists have the address or the domain. No mail is ever begun.

A blocklist counts only if it passes its own test (RFC 5782, section 5). What
could not be examined is said to be so, and is never a fault.

It exits 0 when this machine can send, 69 when port 25 is blocked or hijacked,
77 when others would refuse what it sends (a listing, no PTR, SPF), 75 when DNS
did not answer for now, and 76 when it is not known.`,
		Example: `  smtpcheck self
  smtpcheck self --from news@example.com        with SPF and the sender's domain
  smtpcheck self --lab --from news@sender.test  in the built-in lab, offline
  smtpcheck self --helo mail.example.com --address 192.0.2.25
  smtpcheck self --target example.net --target mx.example.org:25
  smtpcheck self --no-dnsbl -4`,
		RunE: func(c *cobra.Command, args []string) error { return a.self(c, o, args) },
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.from, "from", "", "the sender, `ADDR|DOMAIN`, whose SPF and MX are examined; <> is the null sender")
	f.StringVar(&o.helo, "helo", "", "the `NAME` in EHLO (default: this host's if it is public, else its address)")
	f.StringArrayVar(&o.targets, "target", nil, "connect to the MX hosts of a domain, or a host, `DOMAIN|HOST[:PORT]`, instead of big receivers; may be repeated")
	f.StringArrayVar(&o.compare, "compare", nil, "compare with this port, `HOST:PORT`, instead of 587, 465 and 443 of big ones; may be repeated")
	f.StringArrayVar(&o.addresses, "address", nil, "examine this `IP` as the one that mail comes from, instead of what servers state; one of each family")
	f.StringArrayVar(&o.lists, "dnsbl", nil, "ask this blocklist, `ZONE`, instead of the usual ones; may be repeated; domain:ZONE is a list of domains")
	f.BoolVar(&o.noLists, "no-dnsbl", false, "ask no blocklists")
	f.BoolVarP(&o.network.ipv4, "ipv4", "4", false, "examine IPv4 only")
	f.BoolVarP(&o.network.ipv6, "ipv6", "6", false, "examine IPv6 only")
	f.StringVar(&o.network.source, "source", "", "connect from this `ADDR`")
	o.network.resolvers.add(f)
	f.Lookup("resolver").Usage = "the DNS server, `ADDR[:PORT]`, instead of the system's"
	f.StringVar(&o.network.proxy.url, "proxy", "", "connect by way of the SOCKS5 proxy `socks5://[USER@]HOST[:PORT]`: it is its address that is examined")
	f.StringVar(&o.tls.caFile, "ca-file", "", "trust the authorities in this PEM `FILE` instead of the system's")
	f.DurationVar(&o.timeout, "timeout", check.DefaultSelfLimit, "`TIME` for all together")
	f.BoolVar(&o.network.lab, "lab", false, "run inside the built-in lab instead of the network")
	o.output.add(f, "self")
	return c
}

// self runs the command.
func (a *app) self(c *cobra.Command, o *selfOptions, args []string) error {
	if err := environment(c); err != nil {
		return err
	}
	if len(args) > 0 {
		e := usage("self takes no arguments")
		if strings.Contains(args[0], "@") || strings.Contains(args[0], ".") {
			return e.hint("the sender is given with --from: smtpcheck self --from %s", quote(args[0]))
		}
		return e
	}
	done, err := o.network.open()
	if err != nil {
		return err
	}
	defer done()
	opts, err := o.options()
	if err != nil {
		return err
	}
	s, err := a.openOutput(&o.output)
	if err != nil {
		return err
	}
	defer s.abandon()
	opts.Progress = report.NewStatusLine(s.sinks[0].options).Waiting
	doc := check.Self(c.Context(), opts)
	a.code = doc.ExitCode
	if c.Context().Err() != nil {
		a.code = a.interruptCode()
	}
	s.write(doc)
	return s.close()
}

// options checks the flags and turns them into those of the examination.
func (o *selfOptions) options() (opts check.SelfOptions, err error) {
	n := &o.network
	opts = check.SelfOptions{Version: Version(), Lab: n.lab, IPv4: n.ipv4, IPv6: n.ipv6, NoLists: o.noLists, Limit: o.timeout}
	if o.timeout <= 0 {
		return opts, usage("--timeout must be more than nothing").about("timeout").hint("--timeout 20s")
	}
	dns, others, err := n.dns()
	if err != nil {
		return opts, err
	}
	if len(others) > 0 {
		return opts, usage("self asks one resolver").about("resolver")
	}
	opts.DNS = dns
	if opts.Probe.HELO, err = heloName(o.helo, n.lab); err != nil {
		return opts, err
	}
	if opts.Probe.Dial, err = n.dial(); err != nil {
		return opts, err
	}
	if err := n.proxy.apply(&opts.Probe); err != nil {
		return opts, err
	}
	if err := o.tls.setRoots(nil, &opts.Probe); err != nil {
		return opts, err
	}
	if n.world != nil && opts.Probe.RootCAs == nil {
		opts.Probe.RootCAs = n.world.RootCAs
	}
	opts.Probe.Timeouts = probe.Timeouts{Connect: min(10*time.Second, o.timeout/2), Command: min(10*time.Second, o.timeout/2), Session: min(15*time.Second, o.timeout*3/4)}
	if opts.Sender, opts.Domain, err = parseSender(o.from); err != nil {
		return opts, err
	}
	if opts.Targets, opts.Compare, err = o.places(); err != nil {
		return opts, err
	}
	if opts.Given, err = o.given(); err != nil {
		return opts, err
	}
	opts.Lists, err = o.blocklists()
	return opts, err
}
