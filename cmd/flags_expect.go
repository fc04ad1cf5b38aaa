package cmd

import (
	"errors"
	"maps"
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
	file   string
	failOn string

	all      expect.Set // of every report
	verdicts []diagnose.Verdict
	read     *expect.File            // nil: there is none
	of       map[string]expect.Entry // of the file, by recipient
}

// expectHelp is the grammar of --expect in short, and every name of a fact: a test
// keeps them. They stand here since to collect them would cost every start some time.
const expectHelp = `
--expect takes NAME OPERATOR VALUE, separated by commas: = and !=, with
alternatives as a|b and * in text; < <= > >= for what has an order. All must
hold: then the exit code is 0, else 1. What was not examined is not met; where
no server could be asked, the exit code stays 68, 69 or 75. The names:

verdict reason side confidence exit finding severity host address stage code
enhanced reply sent queue-id resolution mx mx-host hosts addresses ipv6 ipv4
answering dead skipped sessions tls tls-verified cipher key-exchange cert-days
cert-issuer cert-key starttls dane mta-sts tlsrpt dnssec extension auth size
latency latency-connect latency-greeting latency-ehlo latency-starttls
latency-tls latency-ehlo-tls latency-auth latency-mail latency-rcpt latency-data
latency-message latency-dns decided duration retry-after catch-all postmaster
abuse attempts accepted-after`

func (x *expectFlags) add(f *pflag.FlagSet) {
	f.StringArrayVar(&x.expect, "expect", nil, "exit 0 if all of `LIST` is so, such as verdict=accepted,tls>=1.2,cert-days>=14, else 1; may be repeated")
	f.StringVar(&x.file, "expect-file", "", "recipients and what is expected of each, from this YAML `FILE`; docs/expect.md has its form")
	f.StringVar(&x.failOn, "fail-on", "", "exit 0 unless the verdict is in `LIST` (default rejected,deferred,unreachable,undetermined)")
}

// resolve checks the flags, and reads the file.
func (x *expectFlags) resolve(a *app, c *cobra.Command) error {
	for _, name := range []string{"expect", "expect-file"} {
		if typed(c, name) && typed(c, "fail-on") {
			return usage("--%s and --fail-on contradict each other: what is expected decides the exit code alone", name).about(name).hint("--expect 'verdict=accepted|deferred'")
		}
	}
	for _, text := range x.expect {
		set, err := expect.Parse(text)
		if err != nil {
			return expectError("--expect", err).about("expect")
		}
		x.all = append(x.all, set...)
	}
	if err := x.setVerdicts(); err != nil || x.file == "" {
		return err
	}
	return x.readFile(a, c)
}

// readFile reads the file of --expect-file.
func (x *expectFlags) readFile(a *app, c *cobra.Command) error {
	if x.file == "-" && slices.Contains(c.Flags().Args(), "-") {
		return usage("--expect-file and the list of recipients cannot both be standard input")
	}
	in, name, err := a.open(c.Context(), []string{x.file})
	if err != nil {
		return err
	}
	defer in.Close()
	x.read, err = expect.ReadFile(in)
	var mistake *expect.FileError
	switch {
	case errors.As(err, &mistake):
		f := expectError(name+":", err)
		f.code = check.ExitData
		if len(f.hints) > 0 && !errors.As(err, new(*expect.Error)) {
			f.hints = []string{"recipients: [{address: alice@example.com, expect: \"verdict=accepted,tls>=1.2\"}]"}
		}
		return f
	case errors.Is(err, errInterrupted):
		return err
	case err != nil:
		return fail(check.ExitNoInput, "%s: %w", name, bareError(err))
	}
	x.of = make(map[string]expect.Entry)
	return nil
}

// recipients are those of the file.
func (x *expectFlags) recipients() ([]check.Recipient, error) {
	if x.read == nil {
		return nil, nil
	}
	var out []check.Recipient
	for _, e := range x.read.Recipients {
		r, err := parseRecipient(e.Address)
		if err != nil {
			return nil, fail(check.ExitData, "%s: line %d: %w", quote(x.file), e.Line, err)
		}
		if other, ok := x.of[r.Mailbox.String()]; ok {
			return nil, fail(check.ExitData, "%s: line %d: %s is in line %d already", quote(x.file), e.Line, quote(e.Address), other.Line)
		}
		x.of[r.Mailbox.String()] = e
		out = append(out, r)
	}
	return out, nil
}

// expected is all that is expected of a recipient, and the name that the file has for that.
func (x *expectFlags) expected(recipient string) (expect.Set, string) {
	if x.read == nil {
		return x.all, ""
	}
	e, ok := x.of[recipient]
	if !ok {
		e.Expect = x.read.Default
	}
	return slices.Concat(e.Expect, x.all), e.Name
}

// everything is all that is expected of anybody.
func (x *expectFlags) everything() expect.Set {
	out := x.all
	for _, e := range x.of {
		out = append(slices.Clip(out), e.Expect...)
	}
	return out
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
	if x == nil {
		return
	}
	if set, name := x.expected(r.Recipient); len(set) > 0 {
		found := set.Judge(r)
		found.Name = name
		r.Expect(found)
	} else if len(x.verdicts) > 0 {
		r.FailOn(x.verdicts...)
	}
}

// hintAt says which flags are missing for what is expected.
func (a *app) hintAt(c *cobra.Command, set expect.Set) {
	needs := set.Needs()
	for _, flag := range slices.Sorted(maps.Keys(needs)) {
		name := strings.TrimPrefix(flag, "--")
		rule := c.Flags().Lookup("tls-verify")
		looked := name == "tls-check" && rule != nil && slices.Contains([]string{"dane", "mta-sts"}, rule.Value.String())
		if f := c.Flags().Lookup(name); f != nil && f.Value.String() == "false" && !looked {
			a.hint("%s is not examined without %s, and so not met", strings.Join(needs[flag], ", "), flag)
		}
	}
}
