package cmd

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/message"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// messageFlags are the flags about the message.
type messageFlags struct {
	data          bool
	message       string
	subject, body string
	headers       []string
	file          *message.File // of message, open; nil: none
}

// aboutMessage are the flags that mean nothing without --data.
var aboutMessage = []string{"message", "subject", "body", "header"} //nolint:gochecknoglobals // read only

func (m *messageFlags) add(f *pflag.FlagSet) {
	f.BoolVar(&m.data, "data", false, "send a test message to each recipient (implies --mx first, needs --from)")
	f.StringVar(&m.message, "message", "", "with --data: send this `FILE` byte for byte")
	f.StringVar(&m.subject, "subject", "", "with --data: the subject, `TEXT`")
	f.StringVar(&m.body, "body", "", "with --data: the body, `TEXT`")
	f.StringArrayVar(&m.headers, "header", nil, "with --data: add a header, `'Name: value'`")
}

// close closes the message file.
func (m *messageFlags) close() {
	if m.file != nil {
		_ = m.file.Close()
	}
}

// unused refuses flags about a message where none is sent.
func (m *messageFlags) unused(c *cobra.Command) error {
	for _, name := range aboutMessage {
		if c.Flags().Changed(name) {
			return usage("--%s is about a message, and none is sent", name).hint("add --data to send one")
		}
	}
	return nil
}

// build makes what messages are made from.
func (m *messageFlags) build(c *cobra.Command, from smtp.Mailbox) (*message.Draft, error) {
	if m.message != "" {
		return m.openMessage(c, from)
	}
	if !smtp.Safe(m.subject) {
		return nil, usage("--subject has a CR, LF or NUL")
	}
	if err := message.ValidBody(m.body); err != nil {
		return nil, usage("--body: %w", err)
	}
	for _, h := range m.headers {
		if err := m.checkHeader(h); err != nil {
			return nil, err
		}
	}
	return &message.Draft{From: from, Subject: m.subject, Body: m.body, Headers: m.headers, Version: Version()}, nil
}

func (m *messageFlags) checkHeader(line string) error {
	err := message.ValidHeader(line)
	name, _, _ := strings.Cut(line, ":")
	switch {
	case errors.Is(err, message.ErrAutoSubmitted):
		return usage("--header: %w", err).hint("leave it out")
	case err != nil:
		return usage("--header: %w", err).hint("--header 'X-Tag: value'")
	case m.subject != "" && strings.EqualFold(name, "Subject"):
		return usage("--subject and --header Subject contradict each other")
	}
	return nil
}

// openMessage reads --message.
func (m *messageFlags) openMessage(c *cobra.Command, from smtp.Mailbox) (*message.Draft, error) {
	for _, name := range []string{"subject", "body", "header"} {
		if c.Flags().Changed(name) {
			return nil, usage("--message and --%s contradict each other: a file is sent as it is", name)
		}
	}
	file, err := await(c.Context(), func() (*message.File, error) { return message.Open(m.message) })
	switch {
	case errors.Is(err, errInterrupted):
		return nil, err
	case isPath(err):
		return nil, fail(check.ExitNoInput, "--message %s: %w", quote(m.message), bareError(err))
	case err != nil:
		return nil, fail(check.ExitData, "--message %s: %w", quote(m.message), err)
	}
	m.file = file
	return &message.Draft{From: from, Message: file.Message}, nil
}
