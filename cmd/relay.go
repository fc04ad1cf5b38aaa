package cmd

import (
	"cmp"
	"context"
	"net/netip"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/report"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// relayOptions are the flags of relay: those of probe that make sense for a server
// that is named, and its own.
type relayOptions struct {
	probeOptions
	to   []string
	srv  bool
	open bool
}

func (a *app) relayCommand() *cobra.Command {
	o := &relayOptions{probeOptions: probeOptions{
		relay: true, mx: "all", port: 25, stopAfter: "rcpt", maxAddresses: check.DefaultMaxAddresses, parallel: check.DefaultParallel,
	}}
	c := &cobra.Command{
		Use:   "relay HOST[:PORT]",
		Short: "Examine a submission server: ports, TLS, AUTH, a message by it",
		Long: `relay connects to a server that clients submit their mail to, at the ports 25,
465, 587 and 2525 at once or at the one given, and shows what each offers: TLS,
its certificate, the mechanisms of AUTH, SIZE. No login is tried without
--auth-user, and nothing is sent without --data.

With --auth-user it logs in once, at the best port, with the strongest
mechanism. With --to it asks the server to take mail for a recipient, and with
--data it sends a message. It exits 0 when a port is usable for what was asked.

With --open-relay it asks whether the server takes mail of --from for --to,
which are to be of domains that it has nothing to do with: in six forms of the
address that servers were found open by, in one session, until one is taken,
and without a message. It exits 0 when all are refused or when it relays for us
(a login, a private address), 77 when it is possibly open, 76 when that is not
known.`,
		Example: `  smtpcheck relay smtp.example.com
  smtpcheck relay --lab smtp.submission.test      in the built-in lab, offline
  smtpcheck relay --srv example.com            the servers that SRV records name
  smtpcheck relay smtp.example.com:587 --auth-user me@example.com
  smtpcheck relay smtp.example.com --auth-user me@example.com --auth-mech all
  smtpcheck relay smtp.example.com --open-relay \
      --from me@example.org --to you@example.net
  smtpcheck relay smtp.example.com --auth-user me@example.com \
      --from me@example.com --to bob@example.net --data   sends a message`,
		RunE: func(c *cobra.Command, args []string) error { return a.relay(c, o, args) },
	}
	f := c.Flags()
	f.SortFlags = false
	f.BoolVar(&o.srv, "srv", false, "HOST is a domain: ask its SRV records for the servers (RFC 6186)")
	f.BoolVar(&o.open, "open-relay", false, "ask whether it takes mail of --from for --to, in several forms of the address; nothing is sent")
	f.StringArrayVar(&o.to, "to", nil, "ask the server to take mail for `RCPT`; more may be given")
	f.StringVar(&o.from, "from", "<>", "with --to: the reverse-path `ADDR`; <> is the null sender")
	f.StringVar(&o.helo, "helo", "", "the `NAME` in EHLO (default: this host's if it is public, else its address)")
	o.network.add(f)
	o.tls.add(f)
	o.auth.add(f)
	o.envelope.add(f)
	o.text.add(f)
	o.times.add(f)
	o.output.add(f, "relay")
	for name, words := range relayWords {
		f.Lookup(name).Usage = words
	}
	f.Lookup("lmtp").Hidden = true
	return c
}

// relayWords are what flags mean here, where that is less or other than for probe.
var relayWords = map[string]string{
	"tls-verify": "use no port unless the certificate is verified: pkix (authority and name), the only `RULE` here (implies --tls require)",
	"tls-check":  "look closely at the TLS of each port: up to 7 further connections, a second apart, for old versions, weak ciphers, resumption and STARTTLS",
	"extensions": "with --to: try each extension that is offered, on a further connection, and print a table",
	"query":      "with --to: ask `'VRFY alice'`, or EXPN, HELP, NOOP, ETRN; may be repeated",
	"data":       "with --to: send a test message to each recipient (needs --from)",
	"print":      "with --to: print the message for each recipient instead; nothing is sent",
}

// relay runs the command.
func (a *app) relay(c *cobra.Command, o *relayOptions, args []string) error {
	if err := environment(c); err != nil {
		return err
	}
	host, port, err := o.place(args)
	if err != nil {
		return err
	}
	if err := o.sensible(c, port); err != nil {
		return err
	}
	defer o.text.close()
	opts, err := o.options(c)
	if err != nil {
		return err
	}
	opts.Port = port
	ro := check.RelayOptions{Options: *opts, SRV: o.srv, AllMechanisms: o.auth.all}
	if ro.Recipients, err = o.recipients(); err != nil {
		return err
	}
	if ro.OpenRelay = o.open; o.open {
		if err := strangers(host, &ro); err != nil {
			return err
		}
	}
	ro.Repeat = o.text.repeats()
	return a.perform(c, &o.probeOptions, &ro.Options, ro.Recipients, func(out *outputs, certificates *certificateFile) error {
		return a.examine(c.Context(), host, ro, out, certificates)
	})
}

// examine does what was asked and tells it.
func (a *app) examine(ctx context.Context, host string, o check.RelayOptions, out *outputs, certificates *certificateFile) error {
	o.Observer = out.renderer
	if p, ok := out.renderer.(report.Progress); ok {
		p.Expect(len(o.Recipients) * o.Repeat.Times)
	}
	r, err := check.Relay(ctx, host, o)
	if err != nil {
		return probeError(err)
	}
	werr := out.renderer.Relay(r)
	a.code = r.ExitCode
	var tally check.Tally
	interrupted := r.Reason == "interrupted" || ctx.Err() != nil && !complete(r, &o)
	for _, d := range r.Deliveries {
		interrupted = interrupted || d.Reason == "interrupted"
		certificates.add(d.Sessions)
		tally.Add(d)
	}
	for i := range r.Ports {
		if s := r.Ports[i].Session; s != nil {
			certificates.add([]check.Session{*s})
			certificates.add(r.Ports[i].Looks)
		}
	}
	if interrupted {
		a.code = a.interruptCode()
	}
	werr = cmp.Or(out.close(), werr)
	if o.Repeat.Times > 1 && len(r.Deliveries) > 0 {
		a.tell(&tally, check.LeftOut{Messages: r.LeftOut, Why: r.LeftOutWhy})
	}
	return writeError(werr)
}

// complete reports whether all was done that was asked.
func complete(r *check.RelayReport, o *check.RelayOptions) bool {
	for i := range r.Ports {
		if s := r.Ports[i].Session; s == nil || s.Reason == "interrupted" {
			return false
		}
	}
	if o.TLSCheck || r.Usable && r.Auth != nil && len(r.Auth.NotTried) > 0 {
		return false
	}
	if o.OpenRelay {
		return r.OpenRelay != nil && r.OpenRelay.State != "not-examined"
	}
	return !r.Usable || r.LeftOut == 0 && len(r.Deliveries) >= len(o.Recipients) && (o.Probe.Auth == nil || r.Auth != nil || len(r.Deliveries) > 0)
}

// place reads HOST, HOST:PORT and addresses with and without a port.
func (o *relayOptions) place(args []string) (host string, port uint16, err error) {
	switch {
	case len(args) == 0:
		return "", 0, usage("there is no server").hint("smtpcheck relay smtp.example.com; for the servers of a domain: smtpcheck relay --srv example.com")
	case len(args) > 1 && strings.Contains(args[1], "@"):
		return "", 0, usage("relay takes one server").hint("a recipient is given with --to: smtpcheck relay %s --to %s", quote(args[0]), quote(args[1]))
	case len(args) > 1:
		return "", 0, usage("relay takes one server").hint("a port is given as HOST:PORT")
	}
	text := strings.TrimSpace(args[0])
	if name, domain, ok := strings.Cut(text, "@"); ok {
		return "", 0, usage("%s is an address, not a server", quote(text)).
			hint("smtpcheck relay --srv %s looks for the servers of the domain; the user name goes with --auth-user %s@%s", quote(domain), quote(name), quote(domain))
	}
	host, port, err = splitServer(text)
	if err != nil {
		return "", 0, usage("%s is not HOST or HOST:PORT", quote(text)).hint("smtpcheck relay smtp.example.com:587 or smtpcheck relay '[2001:db8::1]:587'")
	}
	if addr, aerr := netip.ParseAddr(host); aerr == nil {
		switch {
		case o.srv:
			return "", 0, usage("--srv: %s is an address and has no SRV records", quote(text)).about("srv").hint("smtpcheck relay --srv example.com")
		case addr.Is4() && o.network.ipv6 || !addr.Is4() && o.network.ipv4:
			return "", 0, usage("%s is not of the family asked for", quote(text)).about("ipv4", "ipv6")
		}
		return host, port, nil
	}
	d, err := smtp.ParseDomain(host)
	if err != nil {
		return "", 0, usage("%s: %w", quote(text), err).hint("smtpcheck relay smtp.example.com")
	}
	if o.srv && port != 0 {
		return "", 0, usage("--srv and a port contradict each other: SRV records name the ports").about("srv").hint("smtpcheck relay --srv %s", quote(host))
	}
	return d.ASCII, port, nil
}

// sensible refuses flags that mean nothing without a recipient, or nothing here.
func (o *relayOptions) sensible(c *cobra.Command, port uint16) error {
	if o.tls.verify == "mta-sts" || o.tls.verify == "dane" {
		return usage("--tls-verify=%s is for the MX hosts of a domain", quote(o.tls.verify)).about("tls-verify").hint("--tls-verify checks authority and name")
	}
	if o.envelope.lmtp {
		return usage("--lmtp is of smtpcheck probe").about("lmtp").hint("smtpcheck probe --server HOST --lmtp RECIPIENT")
	}
	if port == 465 && o.tls.mode == "never" {
		return usage("--tls never and port 465 contradict each other: it waits for TLS")
	}
	if o.open {
		return o.openSensible(c)
	}
	if len(o.to) > 0 {
		return nil
	}
	if o.text.data || o.text.print {
		return usage("--%s needs a recipient", map[bool]string{true: "data", false: "print"}[o.text.data]).hint("add --to bob@example.net")
	}
	about := pflag.NewFlagSet("", pflag.ContinueOnError)
	new(envelopeFlags).add(about)
	var err error
	about.VisitAll(func(f *pflag.Flag) {
		if err == nil && typed(c, f.Name) {
			err = usage("--%s is about a session with a recipient, and there is none", f.Name).about(f.Name).hint("add --to bob@example.net")
		}
	})
	if err == nil && typed(c, "from") {
		err = usage("--from is about a mail transaction, and there is none").hint("add --to bob@example.net")
	}
	return err
}

// recipients reads --to.
func (o *relayOptions) recipients() (out []check.Recipient, err error) {
	for _, text := range o.to {
		r, err := parseRecipient(text)
		if err != nil {
			return nil, err
		}
		r.Notes = append(r.Notes, o.text.notes()...)
		out = append(out, r)
	}
	if len(out) > check.MaxRecipients {
		return nil, usage("--to is given %d times; %d is the most", len(out), check.MaxRecipients)
	}
	return out, nil
}
