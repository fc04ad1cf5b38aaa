package cmd

import (
	"bufio"
	"cmp"
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
)

func (a *app) explainCommand() *cobra.Command {
	out := new(output)
	c := &cobra.Command{
		Use:   "explain CODE | REPLY | RULE",
		Short: "Say what a reply, a status code or a finding means and what to do",
		Long: `explain says what a server's reply means and what to do about it, offline. It
takes a reply as it stands in a transcript or a log, a bare reply code or
enhanced status code, or the name of a rule, as arguments or one a line on
standard input.`,
		Example: `  smtpcheck explain 550
  smtpcheck explain 4.2.2
  smtpcheck explain '554 5.7.1 <bob@example.com>: Relay access denied'
  smtpcheck explain mx/null
  grep -o 'said: .*' /var/log/mail.log | smtpcheck explain --format ndjson`,
		RunE: func(c *cobra.Command, args []string) error { return a.explain(c, out, args) },
	}
	c.Flags().SortFlags = false
	out.add(c.Flags(), "explain")
	return c
}

func (a *app) explain(c *cobra.Command, out *output, args []string) error {
	if err := environment(c); err != nil {
		return err
	}
	s, err := a.openOutput(out)
	if err != nil {
		return err
	}
	defer s.abandon()
	if len(args) > 1 || len(args) == 1 && args[0] != "-" {
		for _, text := range joinReplies(args) {
			if err := a.explainOne(s, text); err != nil {
				return err
			}
		}
		return s.close()
	}
	return a.explainLines(s)
}

func (a *app) explainOne(s *outputs, text string) error {
	e, ok := diagnose.ExplainText(text)
	if !ok {
		return usage("%s is not a reply, a status code or a rule", quote(text)).
			hint("smtpcheck explain 550, smtpcheck explain 5.1.1, smtpcheck explain mx/null")
	}
	if !s.write(e) {
		return s.close()
	}
	return nil
}

// explainLines explains the lines of standard input; a line that cannot be is
// complained about by its number, and the run goes on.
func (a *app) explainLines(s *outputs) error {
	in := bufio.NewReaderSize(a.stdin, 16<<10)
	explained := 0
	for number := 1; ; number++ {
		line, err := readLine(in)
		if errors.Is(err, errInterrupted) && explained > 0 {
			return cmp.Or(s.close(), err)
		}
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, errLongLine) {
			return fail(check.ExitNoInput, "standard input: %w", err)
		}
		text := strings.TrimSpace(line)
		switch e, ok := diagnose.ExplainText(text); {
		case text == "" && !errors.Is(err, errLongLine):
		case !ok:
			a.complain(fail(check.ExitData, "line %d is not a reply, a status code or a rule", number))
			a.code = check.ExitData
		default:
			explained++
			if !s.write(e) {
				return s.close()
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
	}
	if explained == 0 && a.code == 0 {
		return usage("there is nothing to explain").hint("smtpcheck explain 550")
	}
	return s.close()
}

// joinReplies puts words that a shell has split back together: a reply code
// and what follows it up to the next reply code is one reply.
func joinReplies(args []string) []string {
	var out []string
	for i, arg := range args {
		if i > 0 && isCode(args[i-1]) && !isCode(arg) {
			out[len(out)-1] += " " + arg
			continue
		}
		if i > 0 && len(out) > 0 && strings.Contains(out[len(out)-1], " ") && isCode(strings.Fields(out[len(out)-1])[0]) && !isCode(arg) && !strings.Contains(arg, "/") && !strings.Contains(args[i-1], " ") {
			out[len(out)-1] += " " + arg
			continue
		}
		out = append(out, arg)
	}
	return out
}

func isCode(s string) bool {
	return len(s) == 3 && s[0] >= '2' && s[0] <= '5' && strings.Trim(s, "0123456789") == ""
}
