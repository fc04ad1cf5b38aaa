package cmd

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/expect"
)

// expectFlags are the flags about what is expected of a report. They decide the
// exit code.
type expectFlags struct {
	expect []string
	failOn string

	all      expect.Set // of every report
	verdicts []diagnose.Verdict
}

// expectHelp is the grammar of --expect in short, and every name of a fact: a test
// keeps them. They stand here since to collect them would cost every start some time.
const expectHelp = `
--expect takes NAME OPERATOR VALUE, separated by commas: = and !=, with
alternatives as a|b and * in text; < <= > >= for what has an order. All must
hold: then the exit code is 0, else 1. What was not examined is not met; where no
server could be asked, the exit code stays 68, 69 or 75. The names:

verdict reason side confidence exit finding severity host address stage code
enhanced reply sent queue-id resolution mx mx-host hosts addresses ipv6 ipv4
answering dead skipped sessions tls tls-verified cipher key-exchange cert-days
cert-issuer cert-key starttls dane mta-sts tlsrpt dnssec extension auth size
latency latency-connect latency-greeting latency-ehlo latency-starttls
latency-tls latency-ehlo-tls latency-auth latency-mail latency-rcpt latency-data
latency-message latency-dns decided duration retry-after`

func (x *expectFlags) add(f *pflag.FlagSet) {
	f.StringArrayVar(&x.expect, "expect", nil, "exit 0 if all of `LIST` is so, such as verdict=accepted,tls>=1.2,cert-days>=14, else 1; may be repeated")
	f.StringVar(&x.failOn, "fail-on", "", "exit 0 unless the verdict is in `LIST` (default rejected,deferred,unreachable,undetermined)")
}

// resolve checks the flags.
func (x *expectFlags) resolve(c *cobra.Command) error {
	if typed(c, "expect") && typed(c, "fail-on") {
		return usage("--expect and --fail-on contradict each other: --expect alone decides the exit code").hint("--expect 'verdict=accepted|deferred'")
	}
	for _, text := range x.expect {
		set, err := expect.Parse(text)
		if err != nil {
			return expectError("--expect", err).about("expect")
		}
		x.all = append(x.all, set...)
	}
	return x.setVerdicts()
}

func (x *expectFlags) setVerdicts() error {
	if x.failOn == "" {
		return nil
	}
	all := []diagnose.Verdict{diagnose.Rejected, diagnose.Deferred, diagnose.Unreachable, diagnose.Undetermined}
	for _, word := range strings.FieldsFunc(strings.ToLower(x.failOn), func(r rune) bool { return r == ',' || r == '|' || r == ' ' }) {
		v := diagnose.Verdict(word)
		if !slices.Contains(all, v) {
			return usage("--fail-on %s: there is no such verdict to fail on", quote(word)).hint("rejected, deferred, unreachable or undetermined, separated by commas")
		}
		x.verdicts = append(x.verdicts, v)
	}
	if len(x.verdicts) == 0 {
		return usage("--fail-on names no verdict").hint("--fail-on rejected,undetermined")
	}
	return nil
}

// expectError says what is wrong with an expectation and what is likely meant.
func expectError(where string, err error) *failure {
	f := usage("%s %w", where, err)
	var e *expect.Error
	if !errors.As(err, &e) {
		return f
	}
	if len(e.Hint) > 0 {
		return f.hint("for example: %s", strings.Join(e.Hint, ", "))
	}
	if near := nearestNames(e.Name); e.Name != "" && near != "" {
		return f.hint("did you mean %s?", near)
	}
	return f.hint("smtpcheck probe --help lists the names")
}

// nearestNames are the names of facts that are most like what was written.
func nearestNames(name string) string {
	var out []string
	least := 3
	for _, x := range expect.Names() {
		d := distance(name, x)
		if len(name) > 2 && (strings.HasPrefix(x, name) || strings.HasSuffix(x, "-"+name)) {
			d = 1
		}
		switch {
		case d < least:
			out, least = []string{x}, d
		case d == least && d < 3:
			out = append(out, x)
		}
	}
	return strings.Join(out, " or ")
}

// judge holds a report against what is expected of it.
func (x *expectFlags) judge(r *check.Report) {
	switch {
	case x == nil:
	case len(x.all) > 0:
		r.Expect(x.all.Judge(r))
	case len(x.verdicts) > 0:
		r.FailOn(x.verdicts...)
	}
}

// hintAt says which flags are missing for what is expected.
func (a *app) hintAt(c *cobra.Command, set expect.Set) {
	for flag, names := range set.Needs() {
		name := strings.TrimPrefix(flag, "--")
		rule := c.Flags().Lookup("tls-verify")
		looked := name == "tls-check" && rule != nil && slices.Contains([]string{"dane", "mta-sts"}, rule.Value.String())
		if f := c.Flags().Lookup(name); f != nil && f.Value.String() == "false" && !looked {
			a.hint("%s is not examined without %s, and so not met", strings.Join(names, ", "), flag)
		}
	}
}
