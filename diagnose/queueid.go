package diagnose

import (
	"strings"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// QueueID is the name that a server gave the message in the reply that took it
// over, "" where it gave none that is known:
//
//	250 2.0.0 Ok: queued as 4XyZ                       Postfix, also Yahoo and many others
//	250 OK id=1abCDe-000123-4F                         Exim
//	250 2.0.0 3BM1x2y4012345 Message accepted for delivery   Sendmail, OpenSMTPD
//	250 2.6.0 <id@host> [InternalId=1, Hostname=x] Queued mail for delivery   Exchange
//	250 2.0.0 OK  1700000000 d2e1a72fcca58-xyz - gsmtp Gmail
//	250 ok 1700000000 qp 12345                         qmail
//	250 Ok 0100018f-... ; 250 Ok: 01000... ; 250 OK <id>
func QueueID(reply smtp.Reply) string {
	text := strings.Join(strings.Fields(reply.Text()), " ")
	lower := lowerASCII(text)
	for _, find := range [...]func(text, lower string) string{queuedAs, eximID, exchangeID, acceptedForDelivery, gmailID, qmailID, courierID, bareID} {
		if id := find(text, lower); id != "" {
			return id
		}
	}
	return ""
}

func queuedAs(text, lower string) string {
	for _, mark := range [...]string{"queued as ", "queued with id ", "queued id ", "queue id ", "queue-id ", "queued for delivery as ", "stored as ", "accepted as ", "mail accepted as "} {
		if i := strings.Index(lower, mark); i >= 0 {
			return word(text[i+len(mark):])
		}
	}
	return ""
}

// eximID takes "id=1abCDe-000123-4F", also as "queued. id=…".
func eximID(text, lower string) string {
	for i := 0; ; {
		n := strings.Index(lower[i:], "id=")
		if n < 0 {
			return ""
		}
		i += n
		if i == 0 || lower[i-1] == ' ' || lower[i-1] == '(' || lower[i-1] == ':' {
			return word(text[i+len("id="):])
		}
		i += len("id=")
	}
}

// exchangeID takes the InternalId, which is what Exchange's own tracking knows,
// or the Message-ID where that is all.
func exchangeID(text, lower string) string {
	if !strings.Contains(lower, "queued mail for delivery") {
		return ""
	}
	if i := strings.Index(lower, "internalid="); i >= 0 {
		return word(text[i+len("internalid="):])
	}
	if i := strings.IndexByte(text, '<'); i >= 0 {
		return word(text[i:])
	}
	return ""
}

// acceptedForDelivery takes the word before "Message accepted for delivery".
func acceptedForDelivery(text, lower string) string {
	i := strings.Index(lower, " message accepted for delivery")
	if i < 0 {
		i = strings.Index(lower, " mail accepted for delivery")
	}
	if i < 0 {
		return ""
	}
	before := strings.Fields(text[:i])
	if len(before) == 0 {
		return ""
	}
	return id(before[len(before)-1])
}

// gmailID takes "d2e1a72fcca58-xyz" from "OK 1700000000 d2e1a72fcca58-xyz - gsmtp".
func gmailID(text, lower string) string {
	i := strings.Index(lower, " - gsmtp")
	if i < 0 {
		i = strings.Index(lower, " - gcdp")
	}
	if i < 0 {
		return ""
	}
	return id(text[strings.LastIndexByte(text[:i], ' ')+1 : i])
}

// qmailID takes "1700000000 qp 12345" from "ok 1700000000 qp 12345".
func qmailID(text, lower string) string {
	f := strings.Fields(lower)
	for i := 2; i+1 < len(f); i++ {
		if f[i] == "qp" && digits(f[i-1]) && digits(f[i+1]) {
			return strings.Join(strings.Fields(text)[i-1:i+2], " ")
		}
	}
	return ""
}

// courierID takes the id from Courier's "Ok. 0000000000041234.65AB.0001".
func courierID(text, lower string) string {
	if rest, ok := strings.CutPrefix(lower, "ok. "); ok && strings.Count(rest, ".") == 2 && !strings.Contains(rest, " ") {
		return id(text[len("ok. "):])
	}
	return ""
}

// bareID takes the only word behind "Ok", as Amazon SES and others answer, when
// it looks like an id.
func bareID(text, lower string) string {
	for _, front := range [...]string{"ok: ", "ok "} {
		rest, ok := strings.CutPrefix(lower, front)
		if ok && !strings.Contains(rest, " ") && strings.ContainsAny(rest, "0123456789") && len(rest) >= 6 {
			return id(text[len(front):])
		}
	}
	return ""
}

// word is the first word of a text, if it can be an id.
func word(text string) string {
	text, _, _ = strings.Cut(strings.TrimLeft(text, " "), " ")
	return id(text)
}

// maxID bounds an id, so that nobody takes a page of text for one.
const maxID = 200

// id is a word as an id: what stands around it is taken off.
func id(word string) string {
	word = strings.Trim(word, "<>()[],;.'\"")
	if len(word) > maxID || !strings.ContainsAny(word, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		return ""
	}
	return word
}

func digits(s string) bool {
	for i := range len(s) {
		if !digit(s[i]) {
			return false
		}
	}
	return s != ""
}
