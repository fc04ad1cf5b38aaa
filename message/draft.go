package message

import (
	"errors"
	"fmt"
	"io"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// Message is the text of a message: lines that end in CRLF, not dot-stuffed.
type Message struct {
	Size     int64 // octets
	EightBit bool  // has bytes over 127
	UTF8     bool  // has a header with bytes over 127
	// Encoding is the transfer encoding of its text (RFC 2045, section 6); "" for
	// a message that was given.
	Encoding Encoding
	Signer   *Signer // who signed it; nil: nobody
	// Open returns the text from its beginning.
	Open func() (io.ReadCloser, error)
}

// Offer is what a server takes, as far as it changes a message.
type Offer struct {
	EightBit bool // 8BITMIME (RFC 6152)
	UTF8     bool // SMTPUTF8 (RFC 6531)
}

// Draft is what a message to send is made of: parts, or a file. [Draft.Check]
// says whether it is sound.
type Draft struct {
	From    smtp.Mailbox
	Subject string   // "": "smtpcheck test message"
	Headers []string // "Name: value" lines, further or instead of those made here; see [ValidHeader]
	Body    string   // plain text; "": a few lines that say what this is, unless there is HTML
	HTML    string   // the same as HTML; "": none
	Files   []*File  // attachments, and files that the HTML shows
	// Encoding is that of the texts; "": as they and the server need it.
	Encoding Encoding
	Sample   Sample
	Version  string // of this program, for the text that says what this is

	// Message is sent as it is instead of all that; nil: none.
	Message *Given

	Signer *Signer // nil: the message is not signed
}

// Copy says for whom a message is made, and when.
type Copy struct {
	ID     string // of the report
	Number int    // of the message to the recipient, from 1
	To     smtp.Mailbox
	Time   time.Time
}

// ErrAutoSubmitted is of a header that says who wrote the message; that is us (RFC 3834, section 5).
var ErrAutoSubmitted = errors.New("a test message always has Auto-Submitted: auto-generated")

// ErrNotUTF8 is of text in a charset that is not named.
var ErrNotUTF8 = errors.New("the text is not valid UTF-8")

// Check reports what is wrong with the parts together, or nil.
func (d *Draft) Check() error {
	for _, text := range []string{d.Subject, d.Body, d.HTML} {
		if err := checkTemplate(text); err != nil {
			return err
		}
	}
	_, typed := d.given("Content-Type")
	if !typed && !utf8.ValidString(d.Body+d.HTML) {
		return ErrNotUTF8
	}
	_, encoded := d.given("Content-Transfer-Encoding")
	switch {
	case (typed || encoded) && !d.single():
		return errors.New("a header Content-Type or Content-Transfer-Encoding of one's own is for a message of one text")
	case encoded && d.Encoding != "":
		return errors.New("a header Content-Transfer-Encoding says how the text is encoded already")
	}
	return nil
}

// single reports whether the message has no parts.
func (d *Draft) single() bool {
	return len(d.Files) == 0 && d.Sample != EICAR && (d.HTML == "" || d.Body == "" && d.Sample == "")
}

// FromDomain is the domain of the author, whose signature counts (RFC 7489,
// section 3.1.1): that of the header From.
func (d *Draft) FromDomain() string {
	if d.Message != nil {
		return d.Message.from
	}
	if value, ok := d.given("From"); ok {
		list, err := mail.ParseAddressList(value)
		if err != nil {
			return ""
		}
		return domainOf(list[0].Address)
	}
	return d.From.Domain.ASCII
}

// given returns the value of a header that the user has given.
func (d *Draft) given(name string) (value string, ok bool) {
	for _, h := range d.Headers {
		if n, v, _ := strings.Cut(h, ":"); strings.EqualFold(n, name) {
			return strings.TrimSpace(v), true
		}
	}
	return "", false
}

// Letter is a draft made out to one recipient.
type Letter struct {
	ID        string // its Message-ID; "" where that is not known
	NeedsUTF8 bool   // an address in a header is not ASCII before its @

	draft  *Draft
	fields []string // header lines, folded; without those of MIME
	tokens tokens
	host   string // for identifiers
}

// Letter makes the draft out to a recipient. The error says what is wrong with
// the draft.
func (d *Draft) Letter(c Copy) (*Letter, error) {
	if d.Message != nil {
		return &Letter{ID: d.Message.id, draft: d}, nil
	}
	l := &Letter{draft: d, tokens: d.tokens(c), host: strings.Trim(d.From.Domain.ASCII, "[]")}
	l.ID = "<" + strings.ToLower(c.ID) + ".smtpcheck@" + l.host + ">"
	subject := d.Subject
	if subject == "" {
		subject = "smtpcheck test message"
	}
	for _, f := range [][2]string{
		{"Date", c.Time.Format("Mon, 02 Jan 2006 15:04:05 -0700")},
		{"Message-ID", l.ID},
		{"From", "<" + d.From.String() + ">"},
		{"To", "<" + c.To.String() + ">"},
		{"Subject", l.tokens.expand(subject)},
		{"Auto-Submitted", "auto-generated"},
		{"MIME-Version", "1.0"},
	} {
		if _, given := d.given(f[0]); given {
			continue
		}
		if err := l.addField(f[0]+": "+f[1], false); err != nil {
			return nil, err
		}
	}
	for _, h := range d.Headers {
		if err := l.addGiven(l.tokens.expand(h)); err != nil {
			return nil, err
		}
	}
	if err := l.checkEncoding(); err != nil {
		return nil, err
	}
	return l, nil
}

// addGiven adds a header of the user's.
func (l *Letter) addGiven(line string) error {
	if err := validHeader(line); err != nil {
		return err
	}
	switch name, value, _ := strings.Cut(line, ":"); strings.ToLower(name) {
	case "message-id":
		l.ID = strings.TrimSpace(value)
	case "content-type", "content-transfer-encoding": // goes with the text, see textPart
		_, _, err := writeField(line, true)
		return err
	}
	return l.addField(line, true)
}

func (l *Letter) addField(line string, asItIs bool) error {
	folded, needsUTF8, err := writeField(line, asItIs)
	if err != nil {
		return err
	}
	l.NeedsUTF8 = l.NeedsUTF8 || needsUTF8
	l.fields = append(l.fields, folded)
	return nil
}

// checkEncoding reports whether the encoding that was asked for can hold the texts.
func (l *Letter) checkEncoding() error {
	for _, text := range []string{l.body(), l.html()} {
		n := needOf(text)
		switch {
		case l.draft.Encoding == SevenBit && n.eightBit:
			return errors.New("7bit cannot hold text that is not ASCII")
		case (l.draft.Encoding == SevenBit || l.draft.Encoding == EightBit) && (n.longest > maxLine || n.nul):
			return fmt.Errorf("%s cannot hold a line of more than %d octets, nor NUL", l.draft.Encoding, maxLine)
		}
	}
	return nil
}

// body is the plain text, with the lines that a sample adds.
func (l *Letter) body() string {
	d := l.draft
	body := d.Body
	switch {
	case body == "" && d.HTML != "" && d.Sample == "":
		return ""
	case body == "":
		body = fmt.Sprintf("This is a test message, sent by the command-line tool smtpcheck %s\n"+
			"on behalf of {{sender}} to find out whether mail\nto {{recipient}} arrives. It needs no answer.\n", d.Version)
	}
	return crlf(l.tokens.expand(body)) + d.Sample.text()
}

// html is the HTML, in which cid:NAME of a file shows that file.
func (l *Letter) html() string {
	return crlf(l.showInline(l.tokens.escaped().expand(l.draft.HTML)))
}

// inline returns the files that the HTML may show, by their place.
func (d *Draft) inline() (shown, attached []int) {
	for i, f := range d.Files {
		if f.Inline && d.HTML != "" {
			shown = append(shown, i)
		} else {
			attached = append(attached, i)
		}
	}
	return shown, attached
}

// contentID is the Content-ID of a file, without angle brackets (RFC 2392).
func (l *Letter) contentID(file int) string {
	id, _, _ := strings.Cut(strings.Trim(l.ID, "<> "), "@")
	if id == "" || strings.Trim(id, atext) != "" {
		id = "smtpcheck"
	}
	return fmt.Sprintf("%d.%s@%s", file+1, id, l.host)
}

// atext are the characters of an atom, and the dot (RFC 5322, section 3.2.3).
const atext = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~."

// showInline puts the Content-ID of a file where the HTML has cid: and its name.
// The name ends where a URL does.
func (l *Letter) showInline(html string) string {
	shown, _ := l.draft.inline()
	if len(shown) == 0 {
		return html
	}
	slices.SortStableFunc(shown, func(a, b int) int { return len(l.draft.Files[b].Name) - len(l.draft.Files[a].Name) })
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(html, "cid:")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		b.WriteString("cid:")
		html = after
		for _, i := range shown {
			if rest, ok := cutName(after, l.draft.Files[i].Name); ok {
				b.WriteString(l.contentID(i))
				html = rest
				break
			}
		}
	}
}

// cutName cuts a file's name from the beginning of s, as it is or percent-encoded.
func cutName(s, name string) (rest string, ok bool) {
	for _, form := range []string{name, percentEncode(name, urlSafe)} {
		if rest, ok := strings.CutPrefix(s, form); ok && (rest == "" || strings.ContainsRune("\"'<>) \t\r\n;", rune(rest[0]))) {
			return rest, true
		}
	}
	return s, false
}

// Unshown returns the names of the files that are to be shown and that the HTML
// does not mention.
func (d *Draft) Unshown() []string {
	var names []string
	shown, _ := d.inline()
	for _, i := range shown {
		mentioned := false
		for _, after, ok := strings.Cut(d.HTML, "cid:"); ok && !mentioned; _, after, ok = strings.Cut(after, "cid:") {
			_, mentioned = cutName(after, d.Files[i].Name)
		}
		if !mentioned {
			names = append(names, d.Files[i].Name)
		}
	}
	return names
}
