package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/report"
)

// probeOptions are the flags of probe.
type probeOptions struct {
	network network
	tls     tlsFlags
	times   timeFlags
	output  output

	from, helo   string
	server, mx   string
	port         uint16
	maxAddresses int
	parallel     int
	stopAfter    string
	relay        bool // the command is relay, which names its server
	dnsTruth     bool

	auth     authFlags
	beside   besideFlags
	wait     waitFlags
	envelope envelopeFlags
	text     messageFlags
	expect   expectFlags
}

func (a *app) probeCommand() *cobra.Command {
	o := new(probeOptions)
	c := &cobra.Command{
		Use:   "probe RECIPIENT...",
		Short: "Ask every mail server of a recipient if it would take a message",
		Long: `probe finds the mail servers of each recipient's domain and has a session with
every address of every one: EHLO, STARTTLS where it is offered, MAIL FROM and
RCPT TO. It stops there: no message is sent without --data. It prints what was
said, what a real sender would have experienced, and a verdict.

A recipient "-" stands for a list on standard input, one a line.
` + expectHelp,
		Example: `  smtpcheck probe alice@example.com
  smtpcheck probe --lab alice@mixed.test          in the built-in lab, offline
  smtpcheck probe --from me@example.org bob@example.com
  smtpcheck probe --server mx2.example.com:25 bob@example.com
  smtpcheck probe --server smtp.example.com:587 --auth-user me bob@example.com
  smtpcheck probe --format json bob@example.com > report.json
  smtpcheck probe --style xeams --utc bob@example.com
  smtpcheck probe --wait 30m bob@example.com        until greylisting ends
  smtpcheck probe --resume 01JD9Z3F --wait 30m      goes on with a stored report
  smtpcheck probe --catch-all --postmaster --from me@example.org bob@example.com
  smtpcheck probe --data --from me@example.org bob@example.com  sends a message`,
		RunE: func(c *cobra.Command, args []string) error { return a.probe(c, o, args) },
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.from, "from", "<>", "the reverse-path `ADDR`; <> is the null sender")
	f.StringVar(&o.helo, "helo", "", "the `NAME` in EHLO (default: this host's if it is public, else its address)")
	f.StringVar(&o.server, "server", "", "ask `HOST[:PORT]` instead of the MX hosts")
	f.Uint16Var(&o.port, "port", 25, "the `PORT`; 465 implies --tls implicit")
	f.StringVar(&o.mx, "mx", "all", "`WHICH`: all, first (host by host as a sender, until one decides) or HOST")
	o.network.add(f)
	f.BoolVar(&o.dnsTruth, "dns-truth", false, "ask the authorities of the domain too, and compare with what the resolver says (implied by a second --resolver)")
	f.IntVar(&o.maxAddresses, "max-addresses", check.DefaultMaxAddresses, "probe at most `N` addresses")
	f.IntVar(&o.parallel, "parallel", check.DefaultParallel, "at most `N` sessions at once")
	o.tls.add(f)
	f.StringVar(&o.stopAfter, "stop-after", "rcpt", "end after `STAGE`: greeting, ehlo, starttls, auth, mail or rcpt")
	o.beside.add(f)
	o.auth.add(f)
	o.envelope.add(f)
	o.text.add(f)
	o.times.add(f)
	o.wait.add(f)
	o.expect.add(f)
	o.output.add(f, "probe")
	return c
}

// probe runs the command.
func (a *app) probe(c *cobra.Command, o *probeOptions, args []string) error {
	if err := environment(c); err != nil {
		return err
	}
	if err := o.wait.load(c, args); err != nil {
		return err
	}
	if o.wait.earlier != nil {
		args = []string{o.wait.earlier.Recipient}
	}
	if len(args) == 0 && o.expect.file == "" {
		return usage("there is no recipient").hint("smtpcheck probe alice@example.com, or a list: smtpcheck probe - < list")
	}
	defer o.text.close()
	if err := o.wait.check(c); err != nil {
		return err
	}
	if err := o.expect.resolve(a, c); err != nil {
		return err
	}
	if f := o.expect.read; f != nil && f.From != "" && !c.Flags().Changed("from") {
		o.from = f.From
	}
	o.wait.asked(c)
	opts, err := o.options(c)
	if err != nil {
		return err
	}
	recipients, err := o.expect.recipients()
	if err != nil {
		return err
	}
	if o.wait.earlier != nil {
		recipients = nil // it goes on with one, and the file says what is expected of it
	}
	bad := 0
	if len(args) > 0 {
		var typed []check.Recipient
		if typed, bad, err = a.parseRecipients(args); err != nil {
			return err
		}
		recipients = unique(append(recipients, typed...))
	}
	for i := range recipients {
		recipients[i].Notes = append(recipients[i].Notes, o.text.notes()...)
	}
	groups, err := byDomain(recipients)
	if err != nil {
		return err
	}
	a.hintAt(c, o.expect.everything())
	return a.perform(c, o, opts, recipients, func(out *outputs, certificates *certificateFile) error {
		out.expect = &o.expect
		return a.probeAll(c.Context(), o, groups, *opts, out, bad, certificates)
	})
}

// perform does what is left to do when all flags are checked: messages are printed;
// or secrets are read, the network and the output opened, and work begins.
func (a *app) perform(c *cobra.Command, o *probeOptions, opts *check.Options, recipients []check.Recipient, work func(*outputs, *certificateFile) error) error {
	for _, h := range o.text.hints {
		a.hint("%s", h)
	}
	if o.text.print {
		return a.printMessages(o, recipients)
	}
	if err := o.auth.read(c, &opts.Probe); err != nil {
		return err
	}
	done, err := o.network.open()
	if err != nil {
		return err
	}
	defer done()
	if err := o.connect(opts); err != nil {
		return err
	}
	out, err := a.openOutput(&o.output)
	if err != nil {
		return err
	}
	defer out.abandon()
	certificates, err := a.openCertificates(o.tls.certOut)
	if err != nil {
		return err
	}
	defer certificates.abandon()
	if err := work(out, certificates); err != nil {
		return err
	}
	return certificates.close()
}

// probeAll probes each destination in turn and reports each.
func (a *app) probeAll(ctx context.Context, o *probeOptions, groups [][]check.Recipient, opts check.Options, out *outputs, bad int, certificates *certificateFile) error {
	rep := o.text.repeats()
	opts.Observer = out.renderer
	if p, ok := out.renderer.(report.Progress); ok {
		p.Expect(count(groups) * rep.Times)
	}
	opts.Pace = new(check.Pace)
	var codes []int
	var werr error
	var tally check.Tally
	var leftOut check.LeftOut
	undecided := false
	each := func(reports []*check.Report) {
		for _, r := range reports {
			out.expect.judge(r)
			codes = append(codes, r.ExitCode)
			undecided = undecided || r.Reason == "interrupted"
			werr = cmp.Or(werr, out.renderer.Report(r))
			certificates.add(r.Sessions)
			tally.Add(r)
		}
		a.followUp(reports, &opts)
		a.keep(reports, &o.wait, ctx.Err() != nil)
	}
	runs := groups
	if o.wait.wanted() {
		if err := check.ProbeWaiting(ctx, groups, opts, o.wait.options(out), each); err != nil {
			return probeError(err)
		}
		runs = nil
	}
	for _, group := range runs {
		left, err := check.ProbeRepeatedly(ctx, group, opts, rep, each)
		if err != nil {
			return probeError(err)
		}
		leftOut = check.LeftOut{Messages: leftOut.Messages + left.Messages, Why: cmp.Or(leftOut.Why, left.Why)}
		if ctx.Err() != nil {
			break
		}
	}
	a.code = check.ExitCode(codes...)
	if bad > 0 && a.code == check.ExitOK {
		a.code = check.ExitData
	}
	if undecided || ctx.Err() != nil && len(codes) < count(groups)*rep.Times {
		a.code = a.interruptCode()
	}
	werr = cmp.Or(out.close(), werr)
	if rep.Times > 1 {
		a.tell(&tally, leftOut)
	}
	return writeError(werr)
}

// tell says on standard error what became of several messages.
func (a *app) tell(tally *check.Tally, left check.LeftOut) {
	fmt.Fprintf(a.stderr, "smtpcheck: %s\n", oneLine(tally.String()))
	if left.Messages > 0 {
		fmt.Fprintf(a.stderr, "smtpcheck: not sent: %d more; %s\n", left.Messages, left.Why)
	}
}

func count(groups [][]check.Recipient) (n int) {
	for _, g := range groups {
		n += len(g)
	}
	return n
}

func probeError(err error) error {
	if errors.As(err, new(*check.DraftError)) {
		return usage("%w", err)
	}
	if errors.Is(err, check.ErrNotMX) {
		return usage("--mx: %w", err).hint("--server HOST probes any host")
	}
	return err
}
