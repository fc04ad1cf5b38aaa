package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/sasl"
)

const (
	maxSecret      = 64 << 10         // bytes read of a file or a command
	secretPatience = 60 * time.Second // for a command: it may ask for a passphrase itself
)

// secretSource reads secrets: from files, standard input, commands, the
// environment and the terminal. Never from an argument, which every user of the
// machine can see.
type secretSource struct{ c *cobra.Command }

// read reads the secret that --NAME-file or --NAME-command has, or else the
// variable SMTPCHECK_NAME; "" where there is none.
func (s *secretSource) read(name, file, command string) (string, error) {
	variable := "SMTPCHECK_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
	fromEnvironment := os.Getenv(variable)
	_ = os.Unsetenv(variable) // no command that we run needs it
	switch {
	case file != "":
		return s.file(name+"-file", file)
	case command != "":
		return s.command(name+"-command", command)
	case fromEnvironment != "":
		return fromEnvironment, s.fit(variable, fromEnvironment)
	}
	return "", nil
}

// file reads the first line of a file; "-" is standard input.
func (s *secretSource) file(flag, name string) (string, error) {
	if name == "-" {
		line, err := firstLine(s.c.InOrStdin())
		return s.line(flag, line, err)
	}
	line, err := await(s.c.Context(), func() (string, error) {
		f, err := os.Open(name)
		if err != nil {
			return "", err
		}
		defer func() { _ = f.Close() }()
		s.warn(flag, name, f)
		return firstLine(f)
	})
	if isPath(err) {
		return "", fail(check.ExitNoInput, "--%s %s: %w", flag, quote(name), bareError(err)).about(flag)
	}
	return s.line(flag, line, err)
}

// warn warns of a file that everybody on the machine can read.
func (s *secretSource) warn(flag, name string, f *os.File) {
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o004 != 0 && runtime.GOOS != "windows" {
		_, _ = fmt.Fprintf(s.c.ErrOrStderr(), "smtpcheck: warning: --%s: every user of this machine can read %s (chmod 600)\n", flag, quote(name))
	}
}

// command runs a shell command and takes the first line of its output. It has our
// standard error, and the terminal if there is one.
func (s *secretSource) command(flag, line string) (string, error) {
	ctx, cancel := context.WithTimeout(s.c.Context(), secretPatience)
	defer cancel()
	shell := []string{"/bin/sh", "-c", line}
	if runtime.GOOS == "windows" {
		shell = []string{"cmd.exe", "/C", line}
	}
	run := exec.CommandContext(ctx, shell[0], shell[1:]...) //nolint:gosec // the user's own command
	run.WaitDelay = time.Second
	run.Stderr = s.c.ErrOrStderr()
	if isTerminal(os.Stdin) {
		run.Stdin = os.Stdin
	}
	out := &head{most: maxSecret + 1}
	run.Stdout = out
	err := run.Run()
	switch {
	case s.c.Context().Err() != nil:
		return "", errInterrupted
	case ctx.Err() != nil:
		return "", fail(check.ExitNoInput, "--%s: the command took more than %v", flag, secretPatience).about(flag)
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		return "", fail(check.ExitNoInput, "--%s: the command: %w", flag, err).about(flag)
	}
	first, err := firstLine(&out.kept)
	return s.line(flag, first, err)
}

// head keeps the beginning of what is written to it.
type head struct {
	most int
	kept bytes.Buffer
}

// Write takes everything, so that who writes does not fail.
func (h *head) Write(p []byte) (int, error) {
	h.kept.Write(p[:min(len(p), h.most-h.kept.Len())])
	return len(p), nil
}

var errLongSecret = errors.New("the first line is longer than 64 KiB")

// firstLine reads up to the end of the first line, and nothing behind it.
func firstLine(r io.Reader) (string, error) {
	var line []byte
	for one := make([]byte, 1); len(line) <= maxSecret; {
		n, err := r.Read(one)
		if n > 0 && one[0] == '\n' || errors.Is(err, io.EOF) {
			return strings.TrimSuffix(string(line), "\r"), nil
		}
		if err != nil {
			return "", err
		}
		line = append(line, one[:n]...)
	}
	return "", errLongSecret
}

// line judges what was read.
func (s *secretSource) line(flag, line string, err error) (string, error) {
	switch {
	case errors.Is(err, errInterrupted):
		return "", err
	case err != nil:
		return "", fail(check.ExitData, "--%s: %w", flag, bareError(err)).about(flag)
	case line == "":
		return "", fail(check.ExitData, "--%s: the first line is empty", flag).about(flag)
	}
	return line, s.fit("--"+flag, line)
}

// fit refuses what no mechanism can send.
func (s *secretSource) fit(name, secret string) error {
	if strings.ContainsAny(secret, "\x00\r\n") {
		return fail(check.ExitData, "%s has a CR, LF or NUL", name)
	}
	keepFromCore()
	return nil
}

// prompt asks for the password on the terminal, without echo.
func (s *secretSource) prompt(auth *probe.Auth) error {
	what, flag := "password", "--auth-password-file FILE, --auth-password-command CMD or the variable SMTPCHECK_AUTH_PASSWORD"
	if token := onlyTokens(auth.Mechanisms); token {
		what, flag = "access token", "--auth-token-file FILE, --auth-token-command CMD or the variable SMTPCHECK_AUTH_TOKEN"
	}
	if !isTerminal(os.Stdin) {
		return usage("there is no %s, and no terminal to ask for it", what).hint("%s", flag)
	}
	before, err := term.GetState(int(os.Stdin.Fd()))
	if err != nil {
		return fail(check.ExitIO, "the terminal: %w", err)
	}
	terminal, done := s.terminal()
	defer done()
	who := ""
	if auth.User != "" {
		who = " of " + quote(auth.User)
	}
	_, _ = fmt.Fprintf(terminal, "%s%s%s: ", strings.ToUpper(what[:1]), what[1:], who)
	typed, err := await(s.c.Context(), func() ([]byte, error) { return term.ReadPassword(int(os.Stdin.Fd())) })
	_, _ = fmt.Fprintln(terminal)
	if err != nil {
		_ = term.Restore(int(os.Stdin.Fd()), before)
		if errors.Is(err, errInterrupted) {
			return err
		}
		return fail(check.ExitNoInput, "no %s was typed", what)
	}
	if len(typed) == 0 {
		return usage("no %s was typed", what)
	}
	if err := s.fit("the "+what, string(typed)); err != nil {
		return err
	}
	if what == "password" {
		auth.Password = sasl.NewSecret(string(typed))
	} else {
		auth.Token = sasl.NewSecret(string(typed))
	}
	return nil
}

// terminal is where a prompt can be seen: standard error, or what is behind it
// where that goes to a file.
func (s *secretSource) terminal() (io.Writer, func()) {
	if !isTerminal(os.Stderr) {
		if tty, err := os.OpenFile("/dev/tty", os.O_WRONLY, 0); err == nil {
			return tty, func() { _ = tty.Close() }
		}
	}
	return s.c.ErrOrStderr(), func() {}
}

// onlyTokens reports whether all the mechanisms want a token.
func onlyTokens(mechanisms []string) bool {
	for _, m := range mechanisms {
		if m != sasl.XOAuth2 && m != sasl.OAuthBearer {
			return false
		}
	}
	return len(mechanisms) > 0
}
