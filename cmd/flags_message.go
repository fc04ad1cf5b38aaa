package cmd

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/message"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// messageFlags are the flags about the message.
type messageFlags struct {
	data, print    bool
	message        string
	subject        string
	body, bodyFile string
	html, htmlFile string
	headers        []string
	attach, inline []string
	encoding       string
	sample         string
	dkimKey        string
	dkimSelector   string
	dkimDomain     string
	repeat         int
	interval       time.Duration
	reuse          bool

	draft  *message.Draft
	closes []func() error
	hints  []string // to be given when all is well
}

// aboutMessage are the flags that mean nothing without --data or --print.
var aboutMessage = []string{ //nolint:gochecknoglobals // read only
	"message", "subject", "body", "body-file", "html", "html-file", "attach", "inline", "header", "encoding", "sample",
	"dkim-key", "dkim-selector", "dkim-domain", "repeat", "interval", "reuse",
}

// notForFile are the flags that make a message, and so contradict --message.
var notForFile = []string{ //nolint:gochecknoglobals // read only
	"subject", "body", "body-file", "html", "html-file", "attach", "inline", "header", "encoding", "sample",
}

func (m *messageFlags) add(f *pflag.FlagSet) {
	f.BoolVar(&m.data, "data", false, "send a test message to each recipient (implies --mx first, needs --from)")
	f.BoolVar(&m.print, "print", false, "print the message for each recipient instead; nothing is sent")
	f.StringVar(&m.message, "message", "", "with --data: send this `FILE` byte for byte")
	f.StringVar(&m.subject, "subject", "", "with --data: the subject, `TEXT`; {{id}} {{n}} {{recipient}} {{sender}} {{time}} are filled in")
	f.StringVar(&m.body, "body", "", "with --data: the body, `TEXT`, with the same words filled in")
	f.StringVar(&m.bodyFile, "body-file", "", "with --data: the body from a `FILE`, - is standard input")
	f.StringVar(&m.html, "html", "", "with --data: the body as HTML, `TEXT`; beside --body, as its alternative")
	f.StringVar(&m.htmlFile, "html-file", "", "with --data: the HTML from a `FILE`, - is standard input")
	f.StringArrayVar(&m.headers, "header", nil, "with --data: add a header, `'Name: value'`; any number of times")
	f.StringArrayVar(&m.attach, "attach", nil, "with --data: attach a `FILE`; any number of times")
	f.StringArrayVar(&m.inline, "inline", nil, "with --data: a `FILE` that the HTML shows as cid:NAME; any number of times")
	f.StringVar(&m.encoding, "encoding", "auto", "with --data: `HOW` texts are encoded: auto (by what the server offers), 7bit, 8bit, quoted-printable or base64")
	f.StringVar(&m.sample, "sample", "", "with --data: add what scanners know by `NAME`: eicar (as a virus) or gtube (as spam)")
	f.StringVar(&m.dkimKey, "dkim-key", "", "with --data: sign with the private key in this `FILE` (PEM, RSA or Ed25519)")
	f.StringVar(&m.dkimSelector, "dkim-selector", "", "with --data: the `SELECTOR` of the key in DNS")
	f.StringVar(&m.dkimDomain, "dkim-domain", "", "with --data: the `DOMAIN` that signs (default: that of From)")
	f.IntVar(&m.repeat, "repeat", 1, "with --data: send `N` messages to each recipient, up to 1000")
	f.DurationVar(&m.interval, "interval", 0, "with --repeat: the `TIME` from one message to the next, such as 5s")
	f.BoolVar(&m.reuse, "reuse", false, "with --repeat: all of them in one connection (else one each, a second apart or more)")
}

// close closes the files of the message.
func (m *messageFlags) close() {
	for _, f := range m.closes {
		_ = f()
	}
}

// wanted reports whether a message is to be made.
func (m *messageFlags) wanted() bool { return m.data || m.print }

// unused refuses flags about a message where none is sent.
func (m *messageFlags) unused(c *cobra.Command) error {
	for _, name := range aboutMessage {
		if c.Flags().Changed(name) {
			return usage("--%s is about a message, and none is sent", name).hint("add --data to send one, or --print to see it")
		}
	}
	return nil
}

// build makes what messages are made from.
func (m *messageFlags) build(c *cobra.Command, from smtp.Mailbox) (*message.Draft, error) {
	if err := m.checkTogether(c); err != nil {
		return nil, err
	}
	m.draft = &message.Draft{
		From: from, Subject: m.subject, Body: m.body, HTML: m.html, Headers: m.headers, Sample: message.Sample(m.sample), Version: Version(),
	}
	if m.encoding != "auto" {
		m.draft.Encoding = message.Encoding(m.encoding)
	}
	for _, step := range []func(*cobra.Command) error{m.openMessage, m.readTexts, m.openFiles, m.checkDraft, m.openKey} {
		if err := step(c); err != nil {
			return nil, err
		}
	}
	return m.draft, nil
}

// checkTogether refuses flags that contradict each other.
func (m *messageFlags) checkTogether(c *cobra.Command) error {
	given := c.Flags().Changed
	for _, name := range notForFile {
		if m.message != "" && given(name) {
			return usage("--message and --%s contradict each other: a file is sent as it is", name)
		}
	}
	encodings := []string{"auto"}
	for _, e := range message.Encodings() {
		encodings = append(encodings, string(e))
	}
	switch {
	case given("body") && given("body-file"):
		return usage("--body and --body-file contradict each other")
	case given("html") && given("html-file"):
		return usage("--html and --html-file contradict each other")
	case given("inline") && !given("html") && !given("html-file"):
		return usage("--inline is for files that HTML shows, and there is none").hint("--html '<img src=\"cid:NAME\">', or --attach")
	case !slices.Contains(encodings, m.encoding):
		return usage("--encoding %s: there is no such encoding", quote(m.encoding)).hint("%s", strings.Join(encodings, ", "))
	case given("sample") && m.sample != string(message.EICAR) && m.sample != string(message.GTUBE):
		return usage("--sample %s: there is no such sample", quote(m.sample)).hint("eicar or gtube")
	case len(m.fromStdin()) > 1:
		return usage("--%s both read standard input", strings.Join(m.fromStdin(), " and --"))
	case given("dkim-key") != given("dkim-selector"):
		return usage("--dkim-key and --dkim-selector need each other").hint("--dkim-key key.pem --dkim-selector s1")
	case given("dkim-selector") && !message.ValidSelector(m.dkimSelector):
		return usage("--dkim-selector %s is not a selector", quote(m.dkimSelector)).hint("it is the name before ._domainkey in DNS")
	case given("dkim-key") && isBinary(c):
		return usage("--dkim-key and --body-type binarymime contradict each other: DKIM signs lines (RFC 6376, section 5.3)")
	case given("dkim-domain") && !given("dkim-key"):
		return usage("--dkim-domain is about a signature, and there is none").hint("--dkim-key key.pem --dkim-selector s1")
	}
	return m.checkRepeat(c)
}

func (m *messageFlags) checkRepeat(c *cobra.Command) error {
	switch {
	case m.repeat < 1 || m.repeat > check.MaxRepeat:
		return usage("--repeat is from 1 to %d", check.MaxRepeat)
	case m.repeat == 1 && c.Flags().Changed("interval"), m.repeat == 1 && m.reuse:
		return usage("--interval and --reuse are about several messages").hint("--repeat 10")
	case m.interval < 0 || m.interval > 24*time.Hour:
		return usage("--interval is from 0 to 24h")
	}
	return nil
}

// checkDraft checks the texts and headers.
func (m *messageFlags) checkDraft(*cobra.Command) error {
	if !smtp.Safe(m.subject) {
		return usage("--subject has a CR, LF or NUL")
	}
	for _, x := range [][2]string{{"body", m.draft.Body}, {"html", m.draft.HTML}} {
		if err := message.ValidBody(x[1]); err != nil {
			return usage("--%s: %w", x[0], err)
		}
	}
	for _, h := range m.headers {
		if err := m.checkHeader(h); err != nil {
			return err
		}
	}
	err := m.draft.Check()
	switch {
	case errors.Is(err, message.ErrNotUTF8):
		return fail(check.ExitData, "%w", err).hint("say what it is: --header 'Content-Type: text/plain; charset=iso-8859-1'")
	case err != nil:
		return tokenHint(usage("%w", err))
	}
	for _, name := range m.draft.Unshown() {
		m.hints = append(m.hints, "the HTML does not show the file "+quote(name)+": <img src=\"cid:"+quote(name)+"\">")
	}
	return nil
}

// tokenHint says which words may stand in braces, if that was the mistake.
func tokenHint(f *failure) *failure {
	if !errors.As(f, new(*message.TokenError)) {
		return f
	}
	return f.hint(`{{%s}}; a backslash before the braces leaves them as they are`, strings.Join(message.Tokens(), "}}, {{"))
}

func (m *messageFlags) checkHeader(line string) error {
	err := message.ValidHeader(line)
	name, _, _ := strings.Cut(line, ":")
	switch {
	case errors.Is(err, message.ErrAutoSubmitted):
		return usage("--header: %w", err).hint("leave it out")
	case errors.As(err, new(*message.TokenError)):
		return tokenHint(usage("--header: %w", err))
	case err != nil:
		return usage("--header: %w", err).hint("--header 'X-Tag: value'")
	case m.subject != "" && strings.EqualFold(name, "Subject"):
		return usage("--subject and --header Subject contradict each other")
	}
	return nil
}

// openMessage reads --message.
func (m *messageFlags) openMessage(c *cobra.Command) error {
	if m.message == "" {
		return nil
	}
	open := message.Open
	if isBinary(c) {
		open = message.OpenBinary
	}
	file, err := await(c.Context(), func() (*message.Given, error) { return open(m.message) })
	if err != nil {
		return fileError("message", m.message, err)
	}
	m.closes = append(m.closes, file.Close)
	m.draft.Message = file
	return nil
}

// isBinary reports whether the message is sent as BINARYMIME.
func isBinary(c *cobra.Command) bool {
	f := c.Flags().Lookup("body-type")
	return f != nil && strings.EqualFold(f.Value.String(), "binarymime")
}

// fileError words an error of a file that a flag names.
func fileError(flag, name string, err error) error {
	switch {
	case errors.Is(err, errInterrupted):
		return err
	case isPath(err):
		return fail(check.ExitNoInput, "--%s %s: %w", flag, quote(name), bareError(err)).about(flag)
	}
	return fail(check.ExitData, "--%s %s: %w", flag, quote(name), err).about(flag)
}

// readTexts reads --body-file and --html-file.
func (m *messageFlags) readTexts(c *cobra.Command) error {
	for _, x := range []struct {
		flag, name string
		text       *string
	}{{"body-file", m.bodyFile, &m.draft.Body}, {"html-file", m.htmlFile, &m.draft.HTML}} {
		if x.name == "" {
			continue
		}
		text, err := await(c.Context(), func() (string, error) { return message.ReadText(x.name) })
		if err == nil && text == "" {
			err = errors.New("it is empty")
		}
		if err != nil {
			return fileError(x.flag, x.name, err)
		}
		*x.text = text
	}
	return nil
}

// openFiles opens what is attached.
func (m *messageFlags) openFiles(c *cobra.Command) error {
	for _, x := range []struct {
		flag  string
		names []string
	}{{"attach", m.attach}, {"inline", m.inline}} {
		for _, name := range x.names {
			file, err := await(c.Context(), func() (*message.File, error) { return message.OpenFile(name) })
			if err != nil {
				return fileError(x.flag, name, err)
			}
			file.Inline = x.flag == "inline"
			m.closes = append(m.closes, file.Close)
			m.draft.Files = append(m.draft.Files, file)
		}
	}
	return nil
}

// openKey reads --dkim-key.
func (m *messageFlags) openKey(c *cobra.Command) error {
	if m.dkimKey == "" {
		return nil
	}
	domain := m.dkimDomain
	if domain == "" {
		domain = m.draft.FromDomain()
	}
	if domain == "" {
		return usage("--dkim-key: the message has no From whose domain could sign").hint("--dkim-domain example.org")
	}
	key, err := await(c.Context(), func() (string, error) { return message.ReadText(m.dkimKey) })
	if err != nil {
		return fileError("dkim-key", m.dkimKey, err)
	}
	signer, err := message.NewSigner([]byte(key), m.dkimSelector, domain)
	if err != nil {
		return fileError("dkim-key", m.dkimKey, err)
	}
	if signer.Bits > 0 && signer.Bits < message.WeakBits {
		m.hints = append(m.hints, "an RSA key should have 2048 bits or more to sign (RFC 8301, section 3.2)")
	}
	m.draft.Signer = signer
	return nil
}

// fromStdin is how many things are read from standard input.
func (m *messageFlags) fromStdin() (flags []string) {
	for _, x := range []struct {
		flag  string
		names []string
	}{
		{"message", []string{m.message}}, {"body-file", []string{m.bodyFile}}, {"html-file", []string{m.htmlFile}},
		{"dkim-key", []string{m.dkimKey}}, {"attach", m.attach}, {"inline", m.inline},
	} {
		for _, name := range x.names {
			if name == "-" {
				flags = append(flags, x.flag)
			}
		}
	}
	return flags
}

// repeats is how often messages are sent.
func (m *messageFlags) repeats() check.Repeat {
	return check.Repeat{Times: m.repeat, Interval: m.interval, Reuse: m.reuse}
}

// notes say how a message file is sent otherwise than it is.
func (m *messageFlags) notes() (notes []string) {
	if m.draft == nil || m.draft.Message == nil {
		return nil
	}
	if m.draft.Message.Converted {
		notes = append(notes, "the lines of the message file end in LF; they are sent with CRLF")
	}
	if m.draft.Signer != nil {
		notes = append(notes, "the message file is signed: a DKIM-Signature is put in front of it, and nothing else is changed")
	}
	return notes
}
