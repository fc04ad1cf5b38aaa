package probe

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// Envelope is what MAIL and RCPT ask for beyond the addresses. The zero value
// asks for what the message needs and nothing more.
//
// What is asked for and not offered is never sent. Where a message would then go
// another way than it may, the transaction is not begun ([FailNotOffered]): that is
// so for SMTPUTF8 (RFC 6531, section 3.2), BINARYMIME and chunks (RFC 3030),
// REQUIRETLS (RFC 8689, section 4.2, by which a message goes to a verified server
// only), a time after which the message is returned (RFC 2852, section 4.1), and one
// before which it is not delivered (RFC 4865, section 4.1). What a sender can do without, it goes on without ([NoteNotOffered]):
// SIZE (RFC 1870), 8BITMIME for a message of 7 bits (RFC 6152), notifications, which
// it then makes itself (RFC 3461, section 5), DELIVERBY in notify mode, MT-PRIORITY (RFC 6710,
// section 4.1), PRDR.
type Envelope struct {
	Size       int64    // declared in SIZE instead of the message's (RFC 1870), over the limit too; 0: the message's
	Body       string   // BODY: 7BIT, 8BITMIME (RFC 6152) or BINARYMIME (RFC 3030); "": as the message needs
	SMTPUTF8   bool     // RFC 6531; set by itself where an address needs it
	Return     string   // RET: FULL or HDRS (RFC 3461, section 4.3)
	EnvelopeID string   // ENVID, not yet xtext (RFC 3461, section 4.4)
	Notify     []string // NOTIFY: NEVER, or SUCCESS, FAILURE, DELAY (RFC 3461, section 4.1)
	Original   string   // ORCPT, an address, not yet xtext (RFC 3461, section 4.2)
	RequireTLS bool     // RFC 8689
	DeliverBy  string   // BY, such as "120;R" (RFC 2852)
	Priority   *int     // MT-PRIORITY, -9 to 9 (RFC 6710)
	Hold       string   // "HOLDFOR=60" or "HOLDUNTIL=2026-11-22T12:00:00Z" (RFC 4865)
	PRDR       bool     // a reply for each recipient after the message (draft-hall-prdr)
	Chunk      int64    // send the message with BDAT in chunks of so many octets (RFC 3030); 0: with DATA, but for BINARYMIME
}

// chunk is how many octets go in one BDAT, 0 for DATA.
func (e *Envelope) chunk() int64 {
	if e.Chunk == 0 && strings.EqualFold(e.Body, "BINARYMIME") {
		return defaultChunk // RFC 3030, section 3: such a message is never sent with DATA
	}
	return max(0, e.Chunk)
}

// wish is one thing that an envelope asks for.
type wish struct {
	keyword string // of the extension
	param   string // of MAIL, or of RCPT; "" for none
	rcpt    bool
	needed  bool // the transaction cannot do without
}

// wishes are what the envelope asks for, but for what depends on the message. The
// error says what no server could be asked for.
func (e *Envelope) wishes(message bool) ([]wish, error) {
	var list []wish
	var first error
	add := func(keyword string, rcpt, needed bool, param string, err error) {
		if err != nil && first == nil {
			first = fmt.Errorf("%s: %w", keyword, err)
		}
		list = append(list, wish{keyword, param, rcpt, needed})
	}
	param := func(asked bool, keyword string, rcpt, needed bool, value func() (string, error)) {
		if asked {
			p, err := value()
			add(keyword, rcpt, needed, p, err)
		}
	}
	word := func(w string) func() (string, error) { return func() (string, error) { return w, nil } }
	binary := strings.EqualFold(e.Body, "BINARYMIME")
	param(e.Size != 0, "SIZE", false, false, func() (string, error) { return smtp.SIZE(e.Size) })
	param(e.Body != "" && !binary, "8BITMIME", false, false, func() (string, error) { return smtp.BODY(e.Body) })
	param(binary, "BINARYMIME", false, true, func() (string, error) { return smtp.BODY(e.Body) })
	param(message && e.chunk() > 0, "CHUNKING", false, true, word(""))
	param(e.SMTPUTF8, "SMTPUTF8", false, true, word("SMTPUTF8"))
	param(e.Return != "", "DSN", false, false, func() (string, error) { return smtp.RET(e.Return) })
	param(e.EnvelopeID != "", "DSN", false, false, func() (string, error) { return smtp.ENVID(e.EnvelopeID) })
	param(e.RequireTLS, "REQUIRETLS", false, true, word("REQUIRETLS"))
	returned := strings.Contains(strings.ToUpper(e.DeliverBy), ";R")
	param(e.DeliverBy != "", "DELIVERBY", false, returned, func() (string, error) { return smtp.BY(e.DeliverBy) })
	param(e.Priority != nil, "MT-PRIORITY", false, false, func() (string, error) { return smtp.MTPriority(*e.Priority) })
	param(e.Hold != "", "FUTURERELEASE", false, true, e.hold)
	param(e.PRDR, "PRDR", false, false, word("PRDR"))
	param(len(e.Notify) > 0, "DSN", true, false, func() (string, error) { return smtp.NOTIFY(e.Notify) })
	param(e.Original != "", "DSN", true, false, func() (string, error) { return smtp.ORCPT(e.Original) })
	return list, first
}

// hold reads Hold.
func (e *Envelope) hold() (string, error) {
	name, value, _ := strings.Cut(e.Hold, "=")
	if strings.EqualFold(name, "HOLDUNTIL") {
		at, err := time.Parse(time.RFC3339, value)
		if err != nil {
			return "", fmt.Errorf("%q is not a time such as 2026-11-22T12:00:00Z", smtp.Printable(value))
		}
		return smtp.HOLDUNTIL(at)
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || !strings.EqualFold(name, "HOLDFOR") {
		return "", fmt.Errorf("%q is neither HOLDFOR nor HOLDUNTIL", smtp.Printable(e.Hold))
	}
	return smtp.HOLDFOR(n)
}

// Valid says what of the envelope no server could be asked for.
func (e *Envelope) Valid() error {
	_, err := e.wishes(true)
	return err
}

// grant compares what the envelope asks for with what is offered, keeps the
// parameters to send, and reports whether a transaction may begin.
func (s *Session) grant() bool {
	s.stage = smtp.StageMail
	s.rcptParams, s.extraParams, s.prdr = nil, nil, false
	list, err := s.opts.Envelope.wishes(s.opts.Message != nil)
	if err != nil {
		s.fault(err.Error())
		return false
	}
	var noted []string
	for _, w := range list {
		switch {
		case w.keyword == "REQUIRETLS" && s.tls == nil: // RFC 8689, section 4.2
			s.notOffered("REQUIRETLS is for a session inside TLS, and this one is not")
			return false
		case w.keyword == "REQUIRETLS" && s.opts.Message != nil && !s.verified():
			s.decline("a verified certificate is required for REQUIRETLS: " + s.attempt.TLS().Problem)
			return false
		case !s.caps.Has(w.keyword) && w.needed:
			s.notOffered(w.keyword + " is not offered, and the message may not go without it")
			return false
		case !s.caps.Has(w.keyword):
			if !slices.Contains(noted, w.keyword) {
				noted = append(noted, w.keyword)
				s.note(NoteNotOffered, w.keyword+" is not offered; going on without it")
			}
		case w.rcpt:
			s.rcptParams = append(s.rcptParams, w.param)
		case w.param != "" && w.keyword != "SMTPUTF8":
			s.extraParams = append(s.extraParams, w.param)
			s.prdr = s.prdr || w.keyword == "PRDR"
		}
	}
	return true
}

// verified reports whether the server has proved who it is, by what was asked for
// or by its certificate.
func (s *Session) verified() bool {
	t := s.attempt.TLS()
	return t != nil && (s.opts.TLSVerify || t.Verified) // TLSVerify would have ended the session
}

// notOffered ends the dialogue for want of an extension; the connection is sound.
func (s *Session) notOffered(why string) {
	s.emit(Event{Kind: KindFailure, Failure: &Failure{Kind: FailNotOffered, Detail: why}}, time.Now())
	s.over = true
}

// mailParams are the parameters of MAIL: what the message and the addresses need
// and the server offers, and what the envelope asks for.
func (s *Session) mailParams(recipient smtp.Mailbox, m *Message) []string {
	var params []string
	e := &s.opts.Envelope
	if m != nil && e.Size == 0 && s.caps.Has("SIZE") {
		params = append(params, fmt.Sprintf("SIZE=%d", m.Size))
	}
	if m != nil && e.Body == "" && m.EightBit && s.caps.Has("8BITMIME") {
		params = append(params, "BODY=8BITMIME")
	}
	if e.SMTPUTF8 || recipient.NeedsUTF8() || s.opts.FromUTF8 || m != nil && m.UTF8 && s.caps.Has("SMTPUTF8") {
		params = append(params, "SMTPUTF8")
	}
	return append(params, s.extraParams...)
}
