package cmd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// maxInputLine is the longest line of a list that is looked at; an address has
// at most 254 octets.
const maxInputLine = 1024

// parseRecipient reads an address as people write it, and notes what was changed.
func parseRecipient(text string) (check.Recipient, error) {
	var r check.Recipient
	s := strings.TrimSpace(text)
	if s != text {
		r.Notes = append(r.Notes, "blanks around the address were removed")
	}
	if rest, ok := cutPrefixFold(s, "mailto:"); ok {
		rest, _, _ = strings.Cut(rest, "?")
		plain, err := url.PathUnescape(rest)
		if err != nil {
			return r, usage("%s is not a mailto: address", quote(text))
		}
		s = plain
		r.Notes = append(r.Notes, "taken from a mailto: link")
	}
	if inner, ok := angle(s); ok {
		s = inner
		r.Notes = append(r.Notes, "taken from between the angle brackets")
	}
	box, err := smtp.ParseMailbox(s)
	if err != nil {
		return r, addressError(text, s, err)
	}
	if strings.HasSuffix(s, ".") {
		r.Notes = append(r.Notes, "the dot at the end of the domain was removed")
	}
	if u := box.Domain.Unicode; u != "" {
		r.Notes = append(r.Notes, "the domain "+u+" is "+box.Domain.ASCII+" on the wire")
	}
	r.Mailbox = box
	return r, nil
}

// angle takes the address from '<a@b>' or 'Name <a@b>'.
func angle(s string) (string, bool) {
	i := strings.LastIndexByte(s, '<')
	if i < 0 || !strings.HasSuffix(s, ">") || strings.HasPrefix(s, `"`) && i < strings.LastIndexByte(s, '"') {
		return s, false
	}
	return strings.TrimSpace(s[i+1 : len(s)-1]), true
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}

// addressError says what is wrong with an address and what was likely meant.
func addressError(text, s string, err error) error {
	f := usage("%s: %w", quote(text), err)
	if _, derr := smtp.ParseDomain(s); derr == nil && !strings.Contains(s, "@") {
		f = usage("%s is a domain, not a mailbox", quote(text))
		if strings.Contains(s, ".") {
			return f.hint("smtpcheck mx %s, or smtpcheck probe postmaster@%s", s, s)
		}
		if s == "strict" {
			return f.hint("--redact=strict is one word")
		}
		return f.hint("a mailbox is written local-part@domain")
	}
	if strings.ContainsAny(s, ",;") && strings.Count(s, "@") > 1 {
		parts := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' })
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		return f.hint("separate addresses with blanks: smtpcheck probe %s", shellWords(parts))
	}
	return f.hint("a mailbox is written local-part@domain, such as alice@example.com")
}

// parseRecipients reads the arguments; "-" is a list on standard input. Lines
// of a list that cannot be read are complained about by number, and counted in bad.
func (a *app) parseRecipients(args []string) (rs []check.Recipient, bad int, err error) {
	for _, arg := range args {
		if arg == "-" {
			list, n, err := a.readList()
			if err != nil {
				return nil, 0, err
			}
			rs, bad = append(rs, list...), bad+n
			continue
		}
		r, err := parseRecipient(arg)
		if err != nil {
			return nil, 0, err
		}
		rs = append(rs, r)
	}
	rs = unique(rs)
	if len(rs) == 0 && bad > 0 {
		return nil, 0, fail(check.ExitData, "the list has no address that can be used")
	}
	if len(rs) == 0 {
		return nil, 0, usage("the list on standard input is empty").hint("one recipient a line; # begins a comment")
	}
	return rs, bad, nil
}

// unique drops repeated recipients.
func unique(rs []check.Recipient) []check.Recipient {
	seen := make(map[string]bool)
	out := rs[:0]
	for _, r := range rs {
		if key := r.Mailbox.String(); !seen[key] {
			seen[key] = true
			out = append(out, r)
		}
	}
	return out
}

// readList reads recipients, one a line.
func (a *app) readList() (rs []check.Recipient, bad int, err error) {
	in := bufio.NewReaderSize(a.stdin, maxInputLine)
	for number := 1; ; number++ {
		line, err := readLine(in)
		switch {
		case errors.Is(err, errLongLine):
			a.complain(fail(check.ExitData, "line %d is longer than %d octets", number, maxInputLine))
			bad++
			continue
		case errors.Is(err, io.EOF) && line == "":
			return rs, bad, nil
		case err != nil && !errors.Is(err, io.EOF):
			return nil, 0, fail(check.ExitNoInput, "standard input: %w", err)
		}
		if number == 1 {
			line = strings.TrimPrefix(line, "\ufeff")
		}
		text := strings.TrimSpace(line)
		if text != "" && !strings.HasPrefix(text, "#") {
			r, perr := parseListed(text)
			if perr != nil {
				a.complain(fail(check.ExitData, "line %d: %w", number, perr))
				bad++
			} else {
				rs = append(rs, r)
			}
		}
		if errors.Is(err, io.EOF) {
			return rs, bad, nil
		}
	}
}

func parseListed(text string) (check.Recipient, error) {
	if !utf8.ValidString(text) {
		return check.Recipient{}, fmt.Errorf("%s is not valid UTF-8", quote(text))
	}
	return parseRecipient(text)
}

var errLongLine = errors.New("line too long")

// readLine reads a line without its end; one that is too long is read past.
func readLine(in *bufio.Reader) (string, error) {
	line, err := in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = in.ReadSlice('\n')
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		return "", errLongLine
	}
	return strings.TrimRight(string(line), "\r\n"), err
}

// byDomain groups recipients that share a domain, in order of first appearance.
func byDomain(rs []check.Recipient) ([][]check.Recipient, error) {
	var groups [][]check.Recipient
	index := make(map[string]int)
	for _, r := range rs {
		d := r.Mailbox.Domain.ASCII
		i, ok := index[d]
		if !ok {
			i = len(groups)
			index[d] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], r)
		if len(groups[i]) > check.MaxRecipients {
			return nil, usage("more than %d recipients at %s", check.MaxRecipients, d).
				hint("to ask about that many looks like address harvesting; split the list")
		}
	}
	return groups, nil
}
