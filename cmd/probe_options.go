package cmd

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// options checks the flags and makes the options of the probe, but for what
// needs the lab.
func (o *probeOptions) options(c *cobra.Command) (*check.Options, error) {
	opts := &check.Options{
		Version: Version(), Lab: o.network.lab, MX: o.mx, IPv4: o.network.ipv4, IPv6: o.network.ipv6,
		MaxAddresses: o.maxAddresses, Parallel: o.parallel, Port: o.port,
	}
	if o.maxAddresses < 1 || o.parallel < 1 {
		return nil, usage("--max-addresses and --parallel are at least 1")
	}
	if o.port == 0 {
		return nil, usage("--port 0 is no port")
	}
	for _, step := range []func(*cobra.Command, *check.Options) error{o.setServer, o.setTruth, o.setSender, o.setStages, o.setMessage} {
		if err := step(c, opts); err != nil {
			return nil, err
		}
	}
	if err := o.tls.apply(c, &opts.Probe, opts.Port); err != nil {
		return nil, err
	}
	opts.VerifyRule, opts.TLSCheck, opts.TrustAD = o.tls.verify, o.tls.check, o.network.trustAD
	if err := o.checkAuth(c, opts); err != nil {
		return nil, err
	}
	if err := o.envelope.apply(c, &opts.Probe); err != nil {
		return nil, err
	}
	opts.Extensions = o.envelope.extensions
	if err := o.beside.apply(c, opts); err != nil {
		return nil, err
	}
	if err := o.times.apply(c, &opts.Probe); err != nil {
		return nil, err
	}
	helo, err := heloName(o.helo, o.network.lab)
	opts.Probe.HELO = helo
	return opts, err
}

// checkAuth checks the flags about AUTH. The secrets are read last of all: it may
// mean to ask for a password.
func (o *probeOptions) checkAuth(c *cobra.Command, opts *check.Options) error {
	if o.server == "" && !o.relay {
		if err := o.auth.submissionOnly(c); err != nil {
			return err
		}
	}
	if err := o.auth.check(c, &opts.Probe); err != nil {
		return err
	}
	if o.auth.all && !o.relay {
		return usage("--auth-mech all tries each mechanism in a connection of its own, which probe does not do").hint("smtpcheck relay HOST --auth-mech all")
	}
	return nil
}

// connect adds what says how the network, or the lab, is reached.
func (o *probeOptions) connect(opts *check.Options) error {
	dial, err := o.network.dial()
	if err != nil {
		return err
	}
	opts.Probe.Dial = dial
	if err := o.network.proxy.apply(&opts.Probe); err != nil {
		return err
	}
	if err := o.sourceFamily(opts); err != nil {
		return err
	}
	if opts.DNS, opts.OtherDNS, err = o.network.dns(); err != nil {
		return err
	}
	if w := o.network.world; w != nil && opts.Probe.RootCAs == nil {
		opts.Probe.RootCAs = w.RootCAs
	}
	return nil
}

// sourceFamily leaves out the family that --source cannot connect to.
func (o *probeOptions) sourceFamily(opts *check.Options) error {
	addr, err := parseAddr(o.network.source)
	if err != nil {
		return nil //nolint:nilerr // there is none
	}
	four := addr.Is4()
	if four && opts.IPv6 || !four && opts.IPv4 {
		return usage("--source %s is not of the family asked for", quote(o.network.source))
	}
	opts.IPv4, opts.IPv6 = four, !four
	return nil
}

// setSender reads --from.
func (o *probeOptions) setSender(_ *cobra.Command, opts *check.Options) error {
	if o.from == "<>" || o.from == "" {
		return nil
	}
	r, err := parseRecipient(o.from)
	if err != nil {
		var f *failure
		if errors.As(err, &f) {
			f.err, f.hints = errors.New("--from "+f.Error()), []string{"--from me@example.org, or --from '<>' for the null sender"}
			return f.about("from")
		}
		return err
	}
	opts.Sender = &r.Mailbox
	return nil
}

// setStages reads --mx and --stop-after.
func (o *probeOptions) setStages(_ *cobra.Command, opts *check.Options) error {
	stages := []smtp.Stage{smtp.StageGreeting, smtp.StageEHLO, smtp.StageSTARTTLS, smtp.StageAuth, smtp.StageMail, smtp.StageRcpt}
	stage := smtp.Stage(strings.ToLower(o.stopAfter))
	if !slices.Contains(stages, stage) {
		return usage("--stop-after %s: there is no such stage", quote(o.stopAfter)).hint("greeting, ehlo, starttls, auth, mail or rcpt")
	}
	opts.Probe.StopAfter = stage
	if o.mx != "all" && o.mx != "first" {
		d, err := smtp.ParseDomain(o.mx)
		if err != nil {
			return usage("--mx %s: %w", quote(o.mx), err).hint("--mx all, --mx first or the name of one MX host")
		}
		opts.MX = d.ASCII
	}
	return nil
}

// setMessage reads the flags about the message, and what they mean for the walk.
func (o *probeOptions) setMessage(c *cobra.Command, opts *check.Options) error {
	if !o.text.wanted() {
		return o.text.unused(c)
	}
	if o.text.print {
		return o.setPrint(c, opts)
	}
	switch {
	case c.Flags().Changed("mx") && o.mx == "all":
		return usage("--data and --mx all contradict each other: every host would get the message").hint("--mx HOST sends it through one host")
	case opts.Sender == nil:
		return usage("--data needs a sender").hint("add --from me@example.org")
	case opts.Probe.StopAfter != smtp.StageRcpt || c.Flags().Changed("stop-after"):
		return usage("--data and --stop-after contradict each other")
	}
	if !c.Flags().Changed("mx") {
		opts.MX = "first"
	}
	draft, err := o.text.build(c, *opts.Sender)
	opts.Draft = draft
	return err
}

// setPrint reads the flags about a message that is only printed.
func (o *probeOptions) setPrint(c *cobra.Command, opts *check.Options) error {
	if err := noReportFlags(c); err != nil {
		return err
	}
	var from smtp.Mailbox
	switch {
	case opts.Sender != nil:
		from = *opts.Sender
	case o.text.message == "":
		return usage("--print needs a sender").hint("add --from me@example.org")
	}
	_, err := o.text.build(c, from)
	return err
}
