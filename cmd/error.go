package cmd

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/report"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// The rules for messages: one line says what is wrong, "smtpcheck: error: ...",
// and where there is one, a second what to try, "smtpcheck: hint: ...". Both go to
// standard error, printable whatever was typed.

// failure is an error with its exit code and what to try.
type failure struct {
	code  int
	err   error
	hints []string
	flags []string // that it is about
	blame string   // the environment variables at fault, see blameEnvironment
}

func (f *failure) Error() string { return f.blame + f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func (f *failure) hint(format string, args ...any) *failure {
	f.hints = append(f.hints, fmt.Sprintf(format, args...))
	return f
}

// about names flags that the text of an error does not name in full.
func (f *failure) about(flags ...string) *failure {
	f.flags = append(f.flags, flags...)
	return f
}

// fail makes an error. It is about the flags that the format names.
func fail(code int, format string, args ...any) *failure {
	f := &failure{code: code, err: fmt.Errorf(format, args...)}
	for _, word := range strings.Fields(format) {
		if name, ok := strings.CutPrefix(word, "--"); ok {
			f.flags = append(f.flags, strings.TrimRight(name, ":"))
		}
	}
	return f
}

// usage is a mistake in what was typed.
func usage(format string, args ...any) *failure { return fail(check.ExitUsage, format, args...) }

// complain prints an error and its hints.
func (a *app) complain(f *failure) {
	fmt.Fprintf(a.stderr, "smtpcheck: error: %s\n", oneLine(f.Error()))
	for _, h := range f.hints {
		a.hint("%s", h)
	}
}

// oneOf complains about all errors but the last, which is returned; one that
// needs no words, since a reader is gone, is passed over where there are others.
func (a *app) oneOf(errs []error) error {
	var last error
	for _, err := range errs {
		var f *failure
		if errors.As(last, &f) {
			if isGone(err) {
				continue
			}
			a.complain(f)
		}
		last = err
	}
	return last
}

func (a *app) hint(format string, args ...any) {
	fmt.Fprintf(a.stderr, "smtpcheck: hint: %s\n", oneLine(fmt.Sprintf(format, args...)))
}

// oneLine makes a message printable. What was escaped before stays as it is.
func oneLine(s string) string {
	parts := strings.Split(strings.ReplaceAll(strings.TrimSpace(s), "\n", "; "), `\`)
	for i := range parts {
		parts[i] = smtp.Printable(parts[i])
	}
	return strings.Join(parts, `\`)
}

// writeError gives an error of writing results its exit code; a reader that is
// gone stays what it is.
func writeError(err error) error {
	if err == nil || isGone(err) {
		return err
	}
	var f *failure
	if errors.As(err, &f) {
		return err
	}
	if errors.Is(err, report.ErrNoRecipient) {
		return fail(check.ExitData, "%w", err)
	}
	return fail(check.ExitIO, "the output cannot be written: %w", err)
}

// habits are flags of other tools and what they are here.
var habits = map[string]string{ //nolint:gochecknoglobals // read only
	"to": "recipients are arguments: smtpcheck probe ADDRESS", "t": "recipients are arguments: smtpcheck probe ADDRESS",
	"f": "it is --from here", "s": "it is --server here", "quit-after": "it is --stop-after here",
	"q": "it is --stop-after here; -q is quiet", "p": "it is --port here", "ehlo": "it is --helo here", "lhlo": "it is --helo here",
	"tlsc": "it is --tls implicit here", "tls-on-connect": "it is --tls implicit here", "tlso": "TLS is taken where it is offered, without a flag",
	"tls-optional": "TLS is taken where it is offered, without a flag", "li": "it is --source here", "local-interface": "it is --source here",
	"timeout-connect": "it is --connect-timeout here", "attach-body": "it is --body here", "h-Subject": "it is --subject here",
	"silent": "it is --quiet (-q) here", "json-pretty": "it is --format json here", "a": authHabit, "auth": authHabit, "au": "it is --auth-user here",
	"u": "it is --auth-user here; " + passwordHabit, "user": "it is --auth-user here; " + passwordHabit,
	"ap": passwordHabit, "auth-password": passwordHabit, "auth-pass": passwordHabit, "password": passwordHabit, "pass": passwordHabit,
	"P": passwordHabit, "auth-token": tokenHabit, "token": tokenHabit, "oauth2-bearer": tokenHabit, "passwordeval": "it is --auth-password-command here",
	"auth-password-env": passwordHabit, "auth-mechanism": "it is --auth-mech here", "authmech": "it is --auth-mech here",
	"auth-optional": "what is not offered is not tried, without a flag", "protect-prompt": "what is typed at the prompt is never shown",
}

const (
	authHabit     = "it is --auth-user NAME here, and --auth-mech MECHANISM; " + passwordHabit
	passwordHabit = "a password is never an argument, where every user of the machine can read it: " +
		"--auth-password-file FILE, --auth-password-command CMD, the variable SMTPCHECK_AUTH_PASSWORD, or a prompt"
	tokenHabit = "a token is never an argument, where every user of the machine can read it: " +
		"--auth-token-file FILE, --auth-token-command CMD or the variable SMTPCHECK_AUTH_TOKEN"
)

// relayHabits are those of relay, whose argument is the server.
var relayHabits = map[string]string{ //nolint:gochecknoglobals // read only
	"port": "the port goes behind the server: smtpcheck relay HOST:PORT", "p": "the port goes behind the server: smtpcheck relay HOST:PORT",
	"server": "the server is the argument: smtpcheck relay HOST", "s": "the server is the argument: smtpcheck relay HOST", "t": "it is --to here",
	"stop-after": "relay stops before MAIL unless --to is given", "mx": "relay asks the server that is named; smtpcheck probe asks MX hosts",
}

// flagError words the errors of the flag parser.
func flagError(c *cobra.Command, err error) error {
	text := err.Error()
	var name string
	switch {
	case strings.HasPrefix(text, "unknown flag: --"):
		name = strings.TrimPrefix(text, "unknown flag: --")
	case strings.HasPrefix(text, "unknown shorthand flag: "):
		name = strings.Trim(strings.Fields(strings.TrimPrefix(text, "unknown shorthand flag: "))[0], "'")
	default:
		// What the parser of a number thinks of it helps nobody.
		text, _, _ = strings.Cut(text, " flag: ")
		return usage("%s", text).hint("%s --help lists the flags", c.CommandPath())
	}
	dashes := "--"
	if len(name) == 1 {
		dashes = "-"
	}
	f := usage("%s has no flag %s%s", c.CommandPath(), dashes, quote(name))
	if habit, ok := relayHabits[name]; ok && c.Name() == "relay" {
		return f.hint("%s", habit)
	}
	if habit, ok := habits[name]; ok {
		return f.hint("%s", habit)
	}
	if near := nearestFlag(c, name); near != "" {
		return f.hint("did you mean --%s?", near)
	}
	return f.hint("%s --help lists the flags", c.CommandPath())
}

func noArgs(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("%s takes no arguments", c.CommandPath()).hint("%s --help", c.CommandPath())
	}
	return nil
}

// quote makes what was typed fit for an error message.
func quote(s string) string {
	const most = 80
	if len(s) > most {
		s = s[:most] + "…"
	}
	return smtp.Printable(s)
}

const shellSafe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@.-_+:/=,%"

// shellWords writes arguments so that they can be pasted into a shell.
func shellWords(args []string) string {
	var out []string
	for _, a := range args {
		a = smtp.Printable(a)
		if a == "" || strings.Trim(a, shellSafe) != "" {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		out = append(out, a)
	}
	return strings.Join(out, " ")
}
