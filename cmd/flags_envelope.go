package cmd

import (
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// envelopeFlags are the flags about the service extensions.
type envelopeFlags struct {
	pipeline   bool
	size       int64
	body       string
	bdat       int64
	utf8       bool
	dsn        []string
	ret, envid string
	orcpt      string
	requireTLS bool
	deliverBy  string
	priority   int
	holdFor    int64
	holdUntil  string
	prdr       bool
	lmtp       bool
	xclient    string
	xforward   string
	queries    []string
	extensions bool
}

func (x *envelopeFlags) add(f *pflag.FlagSet) {
	x.addServer(f)
	f.BoolVar(&x.pipeline, "pipeline", false, "send MAIL, RCPT and DATA together where PIPELINING is offered")
	f.Int64Var(&x.size, "size", 0, "declare a message of `N` octets (SIZE), whatever the server's limit")
	f.StringVar(&x.body, "body-type", "", "the body is of this `TYPE`: 7bit, 8bitmime or binarymime (implies --bdat)")
	f.Int64Var(&x.bdat, "bdat", 0, "with --data: send it with BDAT (CHUNKING), `CHUNK` octets at a time")
	f.Lookup("bdat").NoOptDefVal = "65536"
	f.BoolVar(&x.utf8, "smtputf8", false, "ask for SMTPUTF8; an address that needs it does so by itself")
	f.StringSliceVar(&x.dsn, "dsn", nil, "notify the sender `WHEN`: never, or some of success,failure,delay")
	f.StringVar(&x.ret, "dsn-ret", "", "a notification returns `WHAT`: full or hdrs")
	f.StringVar(&x.envid, "dsn-envid", "", "the envelope's `ID` in notifications")
	f.StringVar(&x.orcpt, "dsn-orcpt", "", "the original recipient `ADDR` in notifications")
	f.BoolVar(&x.requireTLS, "requiretls", false, "ask for TLS all the way (REQUIRETLS); a message goes to a server with a verified certificate only")
	f.StringVar(&x.deliverBy, "deliver-by", "", "deliver in `'SECONDS;R'` or return it; ;N notifies instead, T traces")
	f.IntVar(&x.priority, "mt-priority", 0, "the message's priority (MT-PRIORITY), `N` from -9 to 9")
	f.Int64Var(&x.holdFor, "hold-for", 0, "hold the message for `SECONDS` (FUTURERELEASE)")
	f.StringVar(&x.holdUntil, "hold-until", "", "hold it until `TIME`, such as 2026-11-22T12:00:00Z")
	f.BoolVar(&x.lmtp, "lmtp", false, "speak LMTP with --server (its port is 24 if not said, or unix:/PATH)")
	f.BoolVar(&x.prdr, "prdr", false, "ask for a reply for each recipient after the message (PRDR)")
}

// addServer adds the flags about what is asked of a server beside a transaction.
func (x *envelopeFlags) addServer(f *pflag.FlagSet) {
	f.StringVar(&x.xclient, "xclient", "", "stand for another client, `'NAME=VALUE ...'` (XCLIENT), where the server trusts us")
	f.StringVar(&x.xforward, "xforward", "", "name another client for the log, `'NAME=VALUE ...'` (XFORWARD)")
	f.StringArrayVar(&x.queries, "query", nil, "ask `'VRFY alice'`, or EXPN, HELP, NOOP, ETRN; may be repeated")
	f.BoolVar(&x.extensions, "extensions", false, "try each extension that is offered, on a further connection, and print a table")
}

// apply puts the flags into the options of a probe.
func (x *envelopeFlags) apply(c *cobra.Command, o *probe.Options) error {
	given := func(name string) bool { return c.Flags().Changed(name) }
	switch {
	case x.extensions && sends(c):
		return usage("--extensions and --data contradict each other: no message is sent to try them")
	case x.extensions && o.StopAfter != "" && o.StopAfter != smtp.StageRcpt:
		return usage("--extensions and --stop-after contradict each other")
	case given("hold-for") && given("hold-until"):
		return usage("--hold-for and --hold-until contradict each other")
	case x.requireTLS && o.TLS == probe.Never:
		return usage("--requiretls and --tls never contradict each other")
	case typed(c, "bdat") && !sends(c):
		return usage("--bdat is about a message, and none is sent").hint("add --data to send one")
	case given("bdat") && x.bdat < 1:
		return usage("--bdat: a chunk has at least one octet").hint("--bdat, or --bdat=1000")
	case given("size") && x.size < 1:
		return usage("--size: a message has at least one octet")
	}
	if err := x.applyServer(o); err != nil {
		return err
	}
	o.LMTP, o.Pipeline = x.lmtp, x.pipeline
	e := &o.Envelope
	*e = probe.Envelope{
		Size: x.size, Chunk: x.bdat, SMTPUTF8: x.utf8, Original: x.orcpt, RequireTLS: x.requireTLS, PRDR: x.prdr,
	}
	for _, f := range []struct {
		name string
		set  func() error
	}{
		{"body-type", func() error { e.Body = strings.ToUpper(x.body); _, err := smtp.BODY(x.body); return err }},
		{"dsn", func() error { e.Notify = x.dsn; _, err := smtp.NOTIFY(x.dsn); return err }},
		{"dsn-ret", func() error { e.Return = x.ret; _, err := smtp.RET(x.ret); return err }},
		{"dsn-envid", func() error { e.EnvelopeID = x.envid; _, err := smtp.ENVID(x.envid); return err }},
		{"dsn-orcpt", x.checkOriginal},
		{"deliver-by", func() error { e.DeliverBy = x.deliverBy; _, err := smtp.BY(x.deliverBy); return err }},
		{"mt-priority", func() error { e.Priority = &x.priority; _, err := smtp.MTPriority(x.priority); return err }},
		{"hold-for", func() error {
			param, err := smtp.HOLDFOR(x.holdFor)
			e.Hold = param
			return err
		}},
		{"hold-until", func() error { return x.setHoldUntil(e) }},
	} {
		if !given(f.name) {
			continue
		}
		if err := f.set(); err != nil {
			return usage("--%s: %w", f.name, err).about(f.name)
		}
	}
	return nil
}

// applyServer puts the flags of addServer into the options of a probe.
func (x *envelopeFlags) applyServer(o *probe.Options) error {
	for _, f := range []struct {
		name, text string
		list       *[]smtp.Attribute
		command    func([]smtp.Attribute) (smtp.Command, error)
	}{{"xclient", x.xclient, &o.XClient, smtp.XCLIENT}, {"xforward", x.xforward, &o.XForward, smtp.XFORWARD}} {
		if f.text == "" {
			continue
		}
		list, err := smtp.ParseAttributes(f.text)
		if err == nil {
			_, err = f.command(list)
		}
		if err != nil {
			return usage("--%s: %w", f.name, err).about(f.name).hint("--%s 'NAME=mail.example.org ADDR=192.0.2.1'", f.name)
		}
		*f.list = list
	}
	for _, q := range x.queries {
		c, err := smtp.ParseQuery(q)
		if err != nil {
			return usage("--query %s: %w", quote(q), err).hint("--query 'VRFY alice'")
		}
		o.Queries = append(o.Queries, c)
	}
	return nil
}

// sends reports whether a message is to be sent.
func sends(c *cobra.Command) bool {
	f := c.Flags().Lookup("data")
	return f != nil && f.Value.String() == "true"
}

func (x *envelopeFlags) checkOriginal() error {
	if _, err := smtp.ParseMailbox(x.orcpt); err != nil {
		return err
	}
	_, err := smtp.ORCPT(x.orcpt)
	return err
}

func (x *envelopeFlags) setHoldUntil(e *probe.Envelope) error {
	at, err := time.Parse(time.RFC3339, x.holdUntil)
	if err != nil {
		return usage("%s is not a time such as 2026-11-22T12:00:00Z", quote(x.holdUntil))
	}
	e.Hold, err = smtp.HOLDUNTIL(at)
	return err
}
