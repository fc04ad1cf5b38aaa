package probe

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// Exercise asks for the harmless use of each extension that the server offers, in
// place of the transactions. No message is begun, and nothing that starts work.
type Exercise struct {
	Recipient smtp.Mailbox // for the parameters of RCPT
}

// exercise tries one extension. Its events bear the keyword.
type exercise struct {
	keyword string
	try     func(s *Session, params string)
}

// exercises are those that can be tried, in their order.
func exercises() []exercise {
	return []exercise{
		{"SIZE", trySize},
		{"8BITMIME", with("BODY=8BITMIME")},
		{"BINARYMIME", with("BODY=BINARYMIME")},
		{"SMTPUTF8", with("SMTPUTF8")},
		{"DSN", tryDSN},
		{"REQUIRETLS", tryRequireTLS},
		{"DELIVERBY", with("BY=86400;N")},
		{"MT-PRIORITY", with("MT-PRIORITY=0")},
		{"FUTURERELEASE", tryHold},
		{"PRDR", with("PRDR")},
		{"CHUNKING", tryChunk},
		{"PIPELINING", tryTogether},
		{"HELP", tryQuery(smtp.HELP, "")},
		{"VRFY", tryQuery(smtp.VRFY, "postmaster")},
		{"EXPN", tryQuery(smtp.EXPN, "postmaster")},
	}
}

// Exercises tries each extension that is offered. First comes an envelope without
// any, as a measure for those with: what refuses that says nothing of an extension.
func Exercises(s *Session) bool {
	s.envelopeAlone()
	for _, x := range exercises() {
		params, ok := s.caps.Get(x.keyword)
		if !ok || s.over {
			continue
		}
		s.extension = x.keyword
		x.try(s, params)
		s.extension = ""
	}
	return !s.over
}

// envelopeAlone does MAIL without parameters, and RCPT where that is needed to
// compare with.
func (s *Session) envelopeAlone() {
	if s.mail() && s.caps.Has("DSN") {
		s.rcpt()
	}
	s.rset()
}

// mail does MAIL with parameters.
func (s *Session) mail(params ...string) bool {
	if s.opts.FromUTF8 && s.caps.Has("SMTPUTF8") && !slices.Contains(params, "SMTPUTF8") {
		params = append(params, "SMTPUTF8")
	}
	c, err := smtp.MAIL(s.opts.From, params...)
	if err != nil || s.over {
		return false
	}
	_, ok := s.ask(c)
	return ok
}

func (s *Session) rcpt(params ...string) {
	to := s.opts.Exercise.Recipient
	if c, err := smtp.RCPT(to.String(), params...); err == nil && (!to.NeedsUTF8() || s.caps.Has("SMTPUTF8")) {
		s.ask(c)
	}
}

// rset ends a transaction, also one whose MAIL was refused: Postfix keeps the size
// of such a one, and refuses the next for it.
func (s *Session) rset() {
	if !s.over {
		s.ask(smtp.RSET())
	}
}

// with tries MAIL with a parameter. RSET follows a refusal too: Postfix remembers a
// SIZE that it has refused, and refuses every MAIL without one for that.
func with(param string) func(*Session, string) {
	return func(s *Session, _ string) {
		s.mail(param)
		s.rset()
	}
}

// trySize declares little, and one octet more than the limit (RFC 1870, section 6).
func trySize(s *Session, params string) {
	with("SIZE=1000")(s, params)
	if limit := s.caps.Size(); limit > 0 && limit < math.MaxInt64 {
		with("SIZE="+strconv.FormatInt(limit+1, 10))(s, params)
	}
}

// tryDSN asks for no notification at all, which is the least that can be asked.
func tryDSN(s *Session, _ string) {
	if s.mail("RET=HDRS", "ENVID=smtpcheck") {
		s.rcpt("NOTIFY=NEVER")
	}
	s.rset()
}

// tryRequireTLS works inside TLS only (RFC 8689, section 4.1).
func tryRequireTLS(s *Session, params string) {
	if s.tls != nil {
		with("REQUIRETLS")(s, params)
	}
}

// tryHold holds for a minute, or for less where that is the most (RFC 4865, section 3).
func tryHold(s *Session, params string) {
	seconds := int64(60)
	word, _, _ := strings.Cut(params, " ")
	if most, err := strconv.ParseInt(word, 10, 64); err == nil && most > 0 {
		seconds = min(seconds, most)
	}
	with("HOLDFOR="+strconv.FormatInt(seconds, 10))(s, params)
}

// tryChunk sends an empty last chunk outside a transaction: a server that knows
// BDAT says that it is out of sequence (RFC 3030, section 2).
func tryChunk(s *Session, _ string) { s.ask(smtp.BDAT(0, true)) }

// tryTogether sends commands in one flight, the middle one of which is out of
// sequence, so that the order of the replies can be seen.
func tryTogether(s *Session, _ string) {
	rcpt, err := smtp.RCPT("postmaster")
	noop, err2 := smtp.NOOP("")
	if err == nil && err2 == nil {
		s.Do(smtp.RSET(), rcpt, noop)
	}
}

func tryQuery(command func(string) (smtp.Command, error), argument string) func(*Session, string) {
	return func(s *Session, _ string) {
		if c, err := command(argument); err == nil {
			s.ask(c)
		}
	}
}
