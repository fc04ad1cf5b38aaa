package cmd

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
)

func (a *app) explainCommand() *cobra.Command {
	out, list := new(output), false
	c := &cobra.Command{
		Use:   "explain CODE | REPLY | RULE",
		Short: "Say what a reply, a status code or a finding means and what to do",
		Long: `explain says what a server's reply means and what to do about it, offline. It
takes a bare reply code or enhanced status code, a reply as it stands in a
transcript, a log, a bounce or the error of a program, or the name of a rule, a
reason or a row of the reply catalogue: as arguments, or one a line on standard
input. A text of several lines is one argument.

With --list it lists what can be explained by its name: rules, reasons, replies
or codes, or all of them; further words look for those that have all of them.`,
		Example: `  smtpcheck explain 550
  smtpcheck explain 4.2.2
  smtpcheck explain '554 5.7.1 <bob@example.com>: Relay access denied'
  smtpcheck explain mx/null
  smtpcheck explain "$(cat bounce.eml)"
  smtpcheck explain --list replies gmail
  grep -o 'said: .*' /var/log/mail.log | smtpcheck explain --format ndjson`,
		RunE: func(c *cobra.Command, args []string) error { return a.explain(c, out, list, args) },
	}
	c.Flags().SortFlags = false
	c.Flags().BoolVar(&list, "list", false, "list what can be explained: rules, reasons, replies, codes or all, and words to look for")
	out.add(c.Flags(), "explain")
	return c
}

func (a *app) explain(c *cobra.Command, out *output, list bool, args []string) error {
	if err := environment(c); err != nil {
		return err
	}
	s, err := a.openOutput(out)
	if err != nil {
		return err
	}
	defer s.abandon()
	switch {
	case list:
		return a.listEntries(s, args)
	case len(args) > 1 || len(args) == 1 && args[0] != "-":
		return a.explainArgs(s, args)
	}
	return a.explainLines(s)
}

// explainArgs explains each argument, or all together where a shell has split a text.
func (a *app) explainArgs(s *outputs, args []string) error {
	texts := joinReplies(args)
	found, bad := explainAll(texts)
	if whole := strings.Join(args, " "); bad >= 0 && len(args) > 1 {
		if e, ok := diagnose.ExplainText(whole); ok {
			found, bad = []diagnose.Explanation{e}, -1
		} else if near := nearNames(whole); len(near) > 0 {
			texts[bad] = whole
		}
	}
	if bad >= 0 {
		return suggest(usage("%s is not a reply, a status code or a rule", quote(texts[bad])), texts[bad])
	}
	for _, e := range found {
		if !s.write(e) {
			break
		}
	}
	return s.close()
}

// explainAll explains texts; bad is the first that cannot be explained, -1 for none.
func explainAll(texts []string) (found []diagnose.Explanation, bad int) {
	for i, text := range texts {
		e, ok := diagnose.ExplainText(text)
		if !ok {
			return nil, i
		}
		found = append(found, e)
	}
	return found, -1
}

// explainLines explains the lines of standard input; a line that cannot be is
// complained about by its number, and the run goes on.
func (a *app) explainLines(s *outputs) error {
	in := bufio.NewReaderSize(a.stdin, 16<<10)
	explained := 0
	s.gather()
	for number := 1; ; number++ {
		if !hasLine(in) && !s.flush() { // what is known is told before more is waited for
			return s.close()
		}
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
	if a.code == check.ExitData {
		a.hint("each line is explained by itself; a text of several lines is one argument: smtpcheck explain \"$(cat FILE)\"")
	}
	if explained == 0 && a.code == 0 {
		return usage("there is nothing to explain").hint("smtpcheck explain 550")
	}
	return s.close()
}

// hasLine reports whether a line can be read without waiting.
func hasLine(in *bufio.Reader) bool {
	here, _ := in.Peek(in.Buffered())
	return bytes.IndexByte(here, '\n') >= 0
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
