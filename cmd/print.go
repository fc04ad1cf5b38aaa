package cmd

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/message"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// printMessages writes each recipient's message as it would be sent to a server
// that offers 8BITMIME and SMTPUTF8, and sends nothing. One message is exactly its
// octets; before each of several stands a line that says how many follow.
func (a *app) printMessages(o *probeOptions, recipients []check.Recipient) error {
	w, done, err := a.openPlain(&o.output)
	if err != nil {
		return err
	}
	defer done(false) //nolint:errcheck // nothing is left to say
	total := len(recipients) * o.text.repeat
	for n := 1; n <= o.text.repeat; n++ {
		for i := range recipients {
			to := recipients[i].Mailbox
			m, err := o.text.compose(to, n)
			if err != nil {
				return err
			}
			if total > 1 {
				fmt.Fprintf(w, "--- message %d of %d, for %s, %d octets ---\r\n", (n-1)*len(recipients)+i+1, total, to, m.Size)
			}
			if err := copyMessage(w, m); err != nil {
				return err
			}
		}
	}
	if s := o.text.draft.Signer; s != nil {
		a.hint("the signature is verified with the TXT record %s: %s", s.RecordName(), s.Record())
	}
	return writeError(done(true))
}

// compose makes one message.
func (m *messageFlags) compose(to smtp.Mailbox, n int) (*message.Message, error) {
	now := time.Now()
	l, err := m.draft.Letter(message.Copy{ID: check.NewID(now), Number: n, To: to, Time: now})
	if err != nil {
		return nil, usage("%w", &check.DraftError{Err: err})
	}
	out, err := l.Compose(message.Offer{EightBit: true, UTF8: true})
	if err != nil {
		return nil, fail(check.ExitData, "%w", &check.DraftError{Err: err})
	}
	return out, nil
}

func copyMessage(w io.Writer, m *message.Message) error {
	r, err := m.Open()
	if err == nil {
		_, err = io.Copy(w, r)
		_ = r.Close()
	}
	if err != nil {
		return writeError(err)
	}
	return nil
}

// openPlain opens where a command writes that makes no report: the file of -o,
// or standard output. On a terminal only what is printable is written. The function
// returned ends it, and says whether all of it was written.
func (a *app) openPlain(o *output) (io.Writer, func(complete bool) error, error) {
	s := &sink{w: &recorder{Writer: a.stdout}}
	end := func(complete bool) error {
		if complete {
			return s.finish(nil)
		}
		s.abandon()
		return nil
	}
	if o.toFile() {
		if err := s.open(o.file, a.stdout); err != nil {
			return nil, nil, fail(check.ExitCantCreate, "-o %s: %w", quote(o.file), bareError(err))
		}
		return s.w, end, nil
	}
	if !isTerminal(a.stdout) {
		return s.w, end, nil
	}
	p := &printableWriter{w: s.w}
	return p, func(complete bool) error { return cmp.Or(p.flush(), end(complete)) }, nil
}

// printableWriter writes lines as a terminal can show them.
type printableWriter struct {
	w    io.Writer
	rest []byte
}

func (p *printableWriter) Write(b []byte) (int, error) {
	n := len(b)
	p.rest = append(p.rest, b...)
	for {
		i := bytes.IndexByte(p.rest, '\n')
		if i < 0 {
			return n, nil
		}
		line := bytes.TrimSuffix(p.rest[:i], []byte("\r"))
		if _, err := io.WriteString(p.w, smtp.Printable(string(line))+"\n"); err != nil {
			return n, err
		}
		p.rest = p.rest[i+1:]
	}
}

// flush writes a last line that has no end.
func (p *printableWriter) flush() error {
	if len(p.rest) == 0 {
		return nil
	}
	_, err := p.Write([]byte("\n"))
	return err
}

// noReportFlags refuses flags about reports where there is none.
func noReportFlags(c *cobra.Command) error {
	for _, name := range []string{"format", "json", "style", "quiet", "verbose", "redact"} {
		if typed(c, name) {
			return usage("--print and --%s contradict each other: there is no report", name)
		}
	}
	return nil
}
