package cmd

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/smtpcheck/smtpcheck/check"
)

func (a *app) replayCommand() *cobra.Command {
	out, expected := new(output), new(expectFlags)
	c := &cobra.Command{
		Use:   "replay [FILE]",
		Short: "Print a saved JSON report again, in any format",
		Long: `replay reads reports that --format json or ndjson has written and prints them
again in another format or style. It exits as the report would. Without a FILE
it reads standard input.`,
		Example: `  smtpcheck probe --format json alice@example.com > report.json
  smtpcheck replay report.json
  smtpcheck replay --style swaks report.json
  smtpcheck replay --format markdown report.json
  smtpcheck replay --redact --format markdown report.json       for a ticket
  smtpcheck replay --expect 'verdict=accepted,tls>=1.2' report.json`,
		RunE: func(c *cobra.Command, args []string) error { return a.replay(c, out, expected, args) },
	}
	c.Flags().SortFlags = false
	expected.add(c.Flags())
	out.add(c.Flags(), "replay")
	return c
}

func (a *app) replay(c *cobra.Command, o *output, expected *expectFlags, args []string) error {
	if err := environment(c); err != nil {
		return err
	}
	if err := expected.resolve(a, c); err != nil {
		return err
	}
	if _, err := expected.recipients(); err != nil {
		return err
	}
	if len(args) > 1 {
		return usage("replay takes one file").hint("cat several files together: cat a.json b.json | smtpcheck replay")
	}
	in, name, err := a.open(c.Context(), args)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := a.openOutput(o)
	if err != nil {
		return err
	}
	defer out.abandon()
	var codes []int
	var werr error
	err = check.ReadAll(in, func(r *check.Report) error {
		expected.judge(r)
		codes = append(codes, r.ExitCode)
		werr = out.renderer.Report(r)
		return werr
	}, func(r *check.RelayReport) error {
		codes = append(codes, r.ExitCode)
		werr = out.renderer.Relay(r)
		return werr
	})
	a.code = check.ExitCode(codes...)
	switch {
	case werr != nil:
		return writeError(cmp.Or(out.close(), werr))
	case errors.Is(err, errInterrupted) && len(codes) > 0:
		return cmp.Or(out.close(), err)
	case isPath(err):
		return fail(check.ExitNoInput, "%s: %w", name, bareError(err))
	case err != nil:
		return fail(check.ExitData, "%s: %w", name, err).hint("smtpcheck probe --format json writes a report")
	}
	return out.close()
}

// isPath reports whether a file could not be read, whatever is in it.
func isPath(err error) bool {
	var p *os.PathError
	return errors.As(err, &p)
}

// open opens the file that is the argument, or standard input.
func (a *app) open(ctx context.Context, args []string) (io.ReadCloser, string, error) {
	if len(args) == 0 || args[0] == "-" {
		return io.NopCloser(a.stdin), "standard input", nil
	}
	f, err := await(ctx, func() (*os.File, error) { return os.Open(args[0]) })
	if err != nil {
		return nil, "", fail(check.ExitNoInput, "%s: %w", quote(args[0]), bareError(err))
	}
	return struct {
		io.Reader
		io.Closer
	}{input{ctx, f}, f}, quote(args[0]), nil
}
