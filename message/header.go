package message

import (
	"errors"
	"fmt"
	"mime"
	"net/mail"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// Lines of a header are folded at foldAt and never longer than maxLine (RFC 5322,
// section 2.1.1); those with encoded words at foldEncoded (RFC 2047, section 2).
const (
	foldAt      = 78
	foldEncoded = 76
	maxLine     = 998
	// maxHeader bounds a header that is folded.
	maxHeader = 32 << 10
)

// ValidHeader reports what is wrong with a header line, or nil (RFC 5322, section
// 2.2). Its value may be a template, see [Tokens].
func ValidHeader(line string) error {
	if err := validHeader(line); err != nil {
		return err
	}
	_, value, _ := strings.Cut(line, ":")
	if err := checkTemplate(value); err != nil {
		return err
	}
	_, _, err := writeField(line, true)
	return err
}

func validHeader(line string) error {
	name, _, ok := strings.Cut(line, ":")
	switch {
	case !ok:
		return fmt.Errorf("%q has no colon", smtp.Printable(line))
	case !smtp.Safe(line):
		return fmt.Errorf("the header %q has a CR, LF or NUL", smtp.Printable(name))
	case name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return fmt.Errorf("%q is not a header name", smtp.Printable(name))
	case len(line) > maxHeader:
		return fmt.Errorf("the header %q has more than %d KiB", name, maxHeader>>10)
	case strings.EqualFold(name, "Auto-Submitted"):
		return ErrAutoSubmitted
	case !utf8.ValidString(line):
		return fmt.Errorf("the header %q is not valid UTF-8", name)
	}
	return nil
}

// unstructured reports whether a header is text, in which RFC 2047 may encode
// every word. An address or a parameter has rules of its own.
func unstructured(name string) bool {
	name = strings.ToLower(name)
	return slices.Contains([]string{"subject", "comments", "organization", "thread-topic", "content-description"}, name) ||
		strings.HasPrefix(name, "x-")
}

// addresses reports whether a header is a list of addresses (RFC 5322, section 3.6).
func addresses(name string) bool {
	name = strings.ToLower(strings.TrimPrefix(strings.ToLower(name), "resent-"))
	return slices.Contains([]string{
		"from", "sender", "reply-to", "to", "cc", "bcc", "disposition-notification-to", "return-receipt-to", "errors-to",
	}, name)
}

// writeField writes a header line: with words encoded where it is not ASCII
// (RFC 2047), and folded where it is long. One that is to be as it is, is
// changed only where it must be. needsUTF8 reports that it could not be made ASCII
// (RFC 6532): an address is not, before its @.
func writeField(line string, asItIs bool) (folded string, needsUTF8 bool, err error) {
	name, value, _ := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	ascii := smtp.IsASCII(line)
	switch {
	case ascii && asItIs && len(line) <= maxLine:
		return line, false, nil
	case unstructured(name):
		folded = fold(name + ": " + encodeText(name, value))
	case ascii:
		folded = line
		if len(line) > maxLine {
			folded = fold(line)
		}
	case addresses(name):
		if value, needsUTF8, err = writeAddresses(value); err != nil {
			return "", false, fmt.Errorf("the header %q is not ASCII, and %w", name, err)
		}
		folded = fold(name + ": " + value)
	default:
		return "", false, fmt.Errorf("the header %q is not ASCII; only those with text (Subject, Comments, X-) and with addresses are encoded here", name)
	}
	if !fits(folded) {
		return "", false, fmt.Errorf("the header %q has a line of more than %d octets", name, maxLine)
	}
	return folded, needsUTF8, nil
}

// fits reports whether no line of a header is too long.
func fits(folded string) bool {
	for part := range strings.SplitSeq(folded, "\r\n") {
		if len(part) > maxLine {
			return false
		}
	}
	return true
}

// writeAddresses writes a list of addresses anew, the names encoded and the
// domains as A-labels.
func writeAddresses(value string) (out string, needsUTF8 bool, err error) {
	list, err := mail.ParseAddressList(value)
	if err != nil {
		return "", false, errors.New("is not a list of addresses")
	}
	var all []string
	for _, a := range list {
		local, domain := a.Address[:strings.LastIndexByte(a.Address, '@')], a.Address[strings.LastIndexByte(a.Address, '@')+1:]
		d, err := smtp.ParseDomain(domain)
		if err != nil {
			return "", false, fmt.Errorf("has an address with a domain that is none: %w", err)
		}
		a.Address = local + "@" + d.ASCII
		needsUTF8 = needsUTF8 || !smtp.IsASCII(local)
		all = append(all, a.String())
	}
	return strings.Join(all, ", "), needsUTF8, nil
}

// fold breaks a header into lines at blanks, which stay (RFC 5322, section 2.2.3).
// The first word stays with the name, unless it is an encoded one that is too long.
func fold(line string) string {
	var b strings.Builder
	width, most := 0, foldAt
	if strings.Contains(line, " =?") {
		most = foldEncoded
	}
	for i, word := range strings.Split(line, " ") {
		switch {
		case i == 0:
		case (i > 1 || strings.HasPrefix(word, "=?")) && word != "" && width+1+len(word) > most:
			b.WriteString("\r\n ")
			width = 1
		default:
			b.WriteByte(' ')
			width++
		}
		b.WriteString(word)
		width += len(word)
	}
	return b.String()
}

// encodeText writes text as a header has it: as it is, or, where it is not ASCII or
// has no blanks to fold at, as encoded words (RFC 2047, section 4.2). The first is
// so short that it stays on the line of the header's name.
func encodeText(name, text string) string {
	const begin, end, most = "=?utf-8?q?", "?=", 75
	if mime.QEncoding.Encode("utf-8", text) == text && fits(fold(name+": "+text)) {
		return text
	}
	room := foldEncoded - len(name) - len(": ")
	if room < most/2 {
		room = most
	}
	var b strings.Builder
	width := 0
	for _, r := range text {
		q := encodeRune(r)
		switch {
		case width == 0:
			b.WriteString(begin)
			width = len(begin)
		case width+len(q)+len(end) > room:
			b.WriteString(end + " " + begin)
			width, room = len(begin), most
		}
		b.WriteString(q)
		width += len(q)
	}
	return b.String() + end
}

// encodeRune is a character in the encoding Q.
func encodeRune(r rune) string {
	switch {
	case r == ' ':
		return "_"
	case r > ' ' && r <= '~' && !strings.ContainsRune("=?_", r):
		return string(r)
	}
	return strings.ReplaceAll(percentEncode(string(r), ""), "%", "=")
}

// parameter writes a parameter of a header, folded onto lines of its own where
// it is not short: in the form of RFC 2231 if it is not ASCII, in pieces if it is long.
func parameter(name, value string) string {
	const most = 60
	if smtp.IsASCII(value) {
		quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value)
		if len(quoted) <= most {
			return ";\r\n " + name + `="` + quoted + `"`
		}
	}
	text := "utf-8''" + percentEncode(value, attributeSafe)
	if len(text) <= most {
		return ";\r\n " + name + "*=" + text
	}
	var b strings.Builder
	for i := 0; text != ""; i++ {
		n := min(most, len(text))
		if at := strings.LastIndexByte(text[:n], '%'); at >= 0 && at > n-3 && n < len(text) {
			n = at // a byte stays in one piece
		}
		fmt.Fprintf(&b, ";\r\n %s*%d*=%s", name, i, text[:n])
		text = text[n:]
	}
	return b.String()
}

// The characters that stand for themselves in an extended parameter (RFC 2231,
// section 7) and in a URL (RFC 3986, section 3.3).
const (
	letters       = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	attributeSafe = letters + "!#$&+-.^_`{|}~"
	urlSafe       = letters + "-._~!$&'()*+,;=:@"
)

func percentEncode(s, safe string) string {
	var b strings.Builder
	for i := range len(s) {
		if strings.IndexByte(safe, s[i]) >= 0 {
			b.WriteByte(s[i])
		} else {
			fmt.Fprintf(&b, "%%%02X", s[i])
		}
	}
	return b.String()
}
