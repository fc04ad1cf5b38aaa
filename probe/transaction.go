package probe

import (
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// transaction does MAIL and RCPT, and with a message DATA (RFC 5321, section
// 3.3) or BDAT (RFC 3030).
func transaction(s *Session, recipient smtp.Mailbox) {
	if (recipient.NeedsUTF8() || s.opts.FromUTF8) && !s.caps.Has("SMTPUTF8") {
		s.stage = smtp.StageMail
		s.note(NoteNeedsUTF8, "an address is not ASCII and the server does not offer SMTPUTF8 (RFC 6531)")
		return
	}
	var message *Message
	if s.opts.Message != nil {
		message = s.opts.Message(s.transaction, s.caps)
	}
	if message != nil && message.Err != nil {
		s.stage = smtp.StageMail
		s.fault("the message cannot be made: " + message.Err.Error())
		return
	}
	mail, err := smtp.MAIL(s.opts.From, s.mailParams(recipient, message)...)
	if err == nil && s.opts.stopAfter() == smtp.StageMail {
		s.ask(mail)
		return
	}
	rcpt, err2 := smtp.RCPT(recipient.String(), s.rcptParams...)
	if err != nil || err2 != nil {
		s.fail(FailLocal, smtp.ErrUnsafe.Error())
		return
	}
	if message == nil {
		s.envelope(mail, rcpt)
		return
	}
	s.deliver(mail, rcpt, message)
}

// deliver does a transaction with a message. After the first byte of text nothing
// is ever tried again.
func (s *Session) deliver(mail, rcpt smtp.Command, m *Message) {
	body, err := m.Open()
	if err != nil {
		s.stage = smtp.StageData
		s.fault("the message cannot be read: " + err.Error())
		return
	}
	defer body.Close()
	together := s.opts.Pipeline && s.caps.Has("PIPELINING")
	switch chunk := s.opts.Envelope.chunk(); {
	case chunk > 0:
		if s.envelope(mail, rcpt) {
			s.sendChunks(m, body, chunk, together)
		}
	case together:
		if s.flight(mail, rcpt, smtp.DATA()) {
			s.sendMessage(body)
		}
	default:
		if s.envelope(mail, rcpt) && s.data() {
			s.sendMessage(body)
		}
	}
}

// envelope does MAIL and RCPT, in one flight where that was asked for and is
// offered (RFC 2920), and reports whether both were accepted.
func (s *Session) envelope(mail, rcpt smtp.Command) bool {
	if s.opts.Pipeline && s.caps.Has("PIPELINING") {
		return s.flight(mail, rcpt)
	}
	if s.opts.Pipeline && s.transaction == 1 {
		s.stage = smtp.StageMail
		s.note(NoteNoPipelining, "PIPELINING is not offered; one command at a time")
	}
	if _, ok := s.ask(mail); !ok {
		return false
	}
	_, ok := s.ask(rcpt)
	return ok
}

// flight sends commands together and reports whether each had its reply, and a
// positive one: to DATA 354. A 354 for a message whose recipient was refused is
// answered with nothing but the dot (RFC 2920, section 3.1).
func (s *Session) flight(commands ...smtp.Command) bool {
	replies, _ := s.Do(commands...)
	all := len(replies) == len(commands)
	for i, r := range replies {
		if s.over {
			return false
		}
		s.stage = commands[i].Stage
		switch {
		case s.stage != smtp.StageData:
			all = s.positive(r) && all
		case r.Code == 354 && !all:
			s.nothingToSend()
		default:
			all = s.mayBegin(r) && all
		}
	}
	return all && !s.over
}

// nothingToSend ends a message that has no recipient and no text.
func (s *Session) nothingToSend() {
	if s.early() {
		s.hangUp = true // QUIT would be message text
		return
	}
	if replies, ok := s.Do(smtp.Dot()); ok {
		s.positive(replies[0])
	}
}

// data says DATA and reports whether the text may begin.
func (s *Session) data() bool {
	replies, ok := s.Do(smtp.DATA())
	return ok && s.mayBegin(replies[0])
}

// mayBegin reports whether a reply to DATA asks for the text.
func (s *Session) mayBegin(r smtp.Reply) bool {
	if r.Code != 354 && r.Class() < 4 {
		s.unexpected(r)
	}
	return r.Code == 354
}

// answered reads the reply to the message. With PRDR it may be 353, and then one
// for the recipient and one for all (draft-hall-prdr-00, section 4).
func (s *Session) answered(sent time.Time) {
	r, ok := s.reply(sent)
	if ok && r.Code == 353 && s.prdr {
		if r, ok = s.reply(sent); ok && s.positiveOr(r) {
			r, ok = s.reply(sent)
		}
	}
	if ok {
		s.positive(r)
	}
}

// positiveOr is positive for a reply that another follows, whatever it is.
func (s *Session) positiveOr(r smtp.Reply) bool {
	s.positive(r)
	return !s.over
}

// lastReply gives the reply to the message its own time, beyond the session's if
// that was not set by the user: a shorter wait makes duplicates.
func (s *Session) lastReply() {
	if _, exempt := s.opts.Timeouts.session(true); exempt {
		s.ends = later(s.ends, time.Now().Add(s.opts.Timeouts.stage(smtp.StageMessage)))
	}
}

// cutOff says how the sending of text ended before its time. A server that speaks
// before the end is heard.
func (s *Session) cutOff(err, reading error, sent time.Time) {
	s.hangUp = true
	switch {
	case reading != nil:
		s.fail(FailLocal, "the message cannot be read: "+reading.Error())
	case s.wire.waiting():
		if r, ok := s.reply(sent); ok && r.Class() < 4 {
			s.fail(FailUnsolicited, "a reply before the end of the message")
		}
	case s.wire.ended():
		s.reply(sent) // says how it ended
	default:
		s.failed(err)
	}
	s.over = true
}
