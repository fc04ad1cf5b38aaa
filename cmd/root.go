// Package cmd is what can be typed: one file a command.
//
// [Main] makes the tree of commands, runs one and returns its exit code. A
// command reads its flags into an options struct, refuses what contradicts, and calls one
// function of package check; package report tells the result on standard
// output. Errors and hints go to standard error, see error.go.
package cmd

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/report"
)

// version is set when a release is built.
var version = "" //nolint:gochecknoglobals // by the linker

// Version is the program's version.
func Version() string {
	if version != "" {
		return version
	}
	// A build from a checkout has a version made up of the commit's time (v0.0.0-…).
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(info.Main.Version, "v") && !strings.HasPrefix(info.Main.Version, "v0.0.0-") {
		return strings.TrimPrefix(info.Main.Version, "v")
	}
	return "0.1.0-dev"
}

// app is one invocation: where it reads and writes, and how it ends.
type app struct {
	stdin          io.Reader
	stdout, stderr *os.File
	code           int  // of the verdict
	told           bool // results were written
	signal         os.Signal
}

// Main runs the program and returns its exit code.
func Main() int {
	a := &app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	signal.Ignore(syscall.SIGPIPE) // a reader that is gone is an error of the write
	ctx, stop := a.interruptible(context.Background())
	defer stop()
	a.stdin = input{ctx, a.stdin}
	root := a.root()
	root.SetArgs(os.Args[1:])
	c, err := root.ExecuteContextC(ctx)
	return a.exit(c, err)
}

// exit prints an error, if there is one, and chooses the exit code.
func (a *app) exit(c *cobra.Command, err error) int {
	var failed *failure
	switch {
	case err == nil:
		return a.code
	case errors.Is(err, errInterrupted) && isPlugin(c):
		return a.unknown("interrupted")
	case errors.Is(err, errInterrupted):
		return a.interruptCode()
	case isGone(err):
		return a.code // | head
	case errors.As(err, &failed):
	default:
		failed = &failure{code: check.ExitInternal, err: err}
	}
	blameEnvironment(c, failed)
	a.complain(failed)
	if isPlugin(c) {
		return a.unknown(failed.Error())
	}
	return failed.code
}

// unknown ends a plugin of Nagios that could not do its work.
func (a *app) unknown(why string) int {
	if !a.told {
		_, _ = io.WriteString(a.stdout, report.NagiosLine(why))
	}
	return report.NagiosUnknown
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "smtpcheck",
		Short: "Would this mail arrive? Ask every server that could take it.",
		Long: `smtpcheck asks every mail server that could take a message for a recipient
whether it would, shows what was said with times and latencies, and ends in a
verdict: who was refused, the line that proves it, and what to do. No message is
sent unless you ask for it with --data.`,
		Example: `  smtpcheck probe alice@example.com          ask every MX host
  smtpcheck probe --lab alice@mixed.test     the same in the lab, offline
  smtpcheck mx example.com                   where the mail would go, by DNS
  smtpcheck relay smtp.example.com           what a submission server offers
  smtpcheck self --from me@example.com       can this machine send at all?
  smtpcheck explain '550 5.7.1 Relaying denied'`,
		SilenceUsage: true, SilenceErrors: true,
		Version: Version(),
		Args:    cobra.ArbitraryArgs,
		RunE:    a.unknownCommand,
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetFlagErrorFunc(flagError)
	root.SetUsageFunc(printUsage)
	root.CompletionOptions.HiddenDefaultCmd = false
	root.AddCommand(a.probeCommand(), a.mxCommand(), a.relayCommand(), a.selfCommand(), a.explainCommand(), a.replayCommand(), a.labCommand(), a.versionCommand())
	refuseArguments(root)
	return root
}

// refuseArguments makes cobra's own command for completion refuse arguments as ours do.
func refuseArguments(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	completion, _, err := root.Find([]string{"completion"})
	if err != nil {
		return
	}
	completion.Args = noArgs
	completion.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	for _, shell := range completion.Commands() {
		shell.Args = noArgs
	}
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: noArgs,
		Example: "  smtpcheck version",
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(a.stdout, "smtpcheck version "+Version()+"\n")
			return writeError(err)
		},
	}
}

// unknownCommand helps who typed something that is no command.
func (a *app) unknownCommand(c *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return c.Help()
	case strings.Contains(args[0], "@"):
		return usage("%s is an address, not a command", quote(args[0])).hint("smtpcheck probe %s", shellWords(args))
	}
	err := usage("%s is not a command", quote(args[0]))
	c.SuggestionsMinimumDistance = 2
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		return err.hint("did you mean %s?", strings.Join(near, " or "))
	}
	if strings.Contains(args[0], ".") {
		return err.hint("smtpcheck mx %s", shellWords(args[:1]))
	}
	return err.hint("smtpcheck --help lists the commands")
}
