package probe

import (
	"fmt"
	"slices"
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// Step is one part of a dialogue. It returns whether the dialogue goes on.
type Step func(*Session) bool

// Dialogue is the list of steps that a probe performs, in order. QUIT follows
// whatever the last step was, unless the connection is not fit for it.
type Dialogue []Step

// dialogue returns the steps that the options ask for.
func (o *Options) dialogue() Dialogue {
	d := Dialogue{Greet}
	if o.TLS == Implicit {
		d = Dialogue{ImplicitTLS, Greet}
	}
	for _, part := range []struct {
		stage smtp.Stage
		step  Step
	}{
		{smtp.StageEHLO, Hello},
		{smtp.StageSTARTTLS, StartTLS},
		{smtp.StageXClient, PassOn},
		{smtp.StageAuth, Authenticate},
		{smtp.StageQuery, Queries},
		{smtp.StageMail, o.transactions()},
	} {
		if o.stopAfter().Before(part.stage) {
			break
		}
		d = append(d, part.step)
	}
	return d
}

// transactions are the mail transactions, or what is tried in their place.
func (o *Options) transactions() Step {
	switch {
	case o.Exercise != nil:
		return Exercises
	case o.Relaying != nil:
		return Relays
	}
	return Transactions
}

// Greet reads the server's greeting (RFC 5321, section 3.1). Nothing is sent
// before the whole of it has come.
func Greet(s *Session) bool {
	s.stage = smtp.StageGreeting
	r, ok := s.reply(s.opened)
	switch {
	case !ok:
		return false
	case r.Code == 220:
		return true
	case r.Class() == 4, r.Class() == 5:
		return false
	}
	s.unexpected(r)
	return false
}

// Hello says EHLO, or HELO where EHLO is refused (RFC 5321, section 3.2), and
// keeps the service extensions. Those from before TLS are forgotten (RFC 3207, section 4.2).
// In LMTP it is LHLO, and there is nothing to fall back to (RFC 2033, section 4.1).
func Hello(s *Session) bool {
	s.caps = nil
	greet := smtp.EHLO
	if s.opts.LMTP {
		greet = smtp.LHLO
	}
	ehlo, err := greet(s.attempt.HELO)
	if err != nil {
		s.fail(FailLocal, err.Error())
		return false
	}
	r, ok := s.ask(ehlo)
	if ok {
		s.caps = smtp.ParseCapabilities(r)
		return true
	}
	if s.over || r.Class() != 5 || s.opts.LMTP {
		return false
	}
	s.note(NoteHELO, fmt.Sprintf("EHLO was refused with %d; trying HELO", r.Code))
	helo, err := smtp.HELO(s.attempt.HELO)
	if err != nil {
		s.fail(FailLocal, err.Error())
		return false
	}
	_, ok = s.ask(helo)
	return ok
}

// ask does one command and expects 2yz. ok is false for any other answer; one
// of class 3 ends the session.
func (s *Session) ask(c smtp.Command) (smtp.Reply, bool) {
	replies, ok := s.Do(c)
	if !ok {
		return smtp.Reply{}, false
	}
	return replies[0], s.positive(replies[0])
}

func (s *Session) positive(r smtp.Reply) bool {
	if r.Class() == 3 {
		s.unexpected(r)
	}
	return r.Class() == 2
}

// StartTLS takes TLS where it is offered and wanted, and says EHLO again
// (RFC 3207). It does nothing where it is not offered, unless TLS is required.
func StartTLS(s *Session) bool {
	if s.opts.TLS == Implicit || s.opts.TLS == Never {
		return true
	}
	required := s.opts.TLS == Require || s.opts.TLSVerify
	if !s.caps.Has("STARTTLS") {
		if required {
			s.stage = smtp.StageSTARTTLS
			s.decline("TLS is required and the server does not offer STARTTLS")
		}
		return !required
	}
	if s.opts.AskInClear && !askInClear(s) {
		return false
	}
	r, ok := s.ask(smtp.STARTTLS())
	switch {
	case s.over:
		return false
	case !ok && required:
		s.decline(fmt.Sprintf("TLS is required and STARTTLS was refused with %d", r.Code))
		return false
	case !ok:
		s.note(NoteStartTLSRefused, fmt.Sprintf("STARTTLS was refused with %d; going on without TLS", r.Code))
		return true
	case r.Code != 220:
		s.unexpected(r)
		return false
	}
	if raw := s.pending(); len(raw) > 0 {
		s.failRaw(FailInjection, "plaintext behind the 220 of STARTTLS; nothing of it was used", raw)
		return false
	}
	return s.handshake() && Hello(s)
}

// ImplicitTLS begins TLS before the greeting (RFC 8314, section 3).
func ImplicitTLS(s *Session) bool { return s.handshake() }

// decline ends the dialogue because of a requirement of ours; the connection is sound.
func (s *Session) decline(why string) {
	s.emit(Event{Kind: KindFailure, Failure: &Failure{Kind: FailTLSPolicy, Detail: why}}, time.Now())
	s.over = true
}

// Quit says QUIT and waits a little for the server to close (RFC 5321, section
// 4.1.1.10). What it finds decides nothing but this: an answer that is not to
// QUIT means that the answers before it were not to their commands either.
func Quit(s *Session) {
	s.transaction = 0
	s.over = false
	if s.early() {
		return
	}
	s.stage = smtp.StageQuit
	sent, ok := s.sendQuit()
	if !ok {
		return
	}
	s.wire.deadline = s.parting(quitTimeout)
	r, at, err := s.reader.Reply()
	if len(r.Lines) > 0 {
		s.emit(Event{Kind: KindReply, Reply: &r, Latency: at.Sub(sent)}, at)
	}
	if err == nil {
		s.drain(r)
		return
	}
	s.hangUp = true
	if kind, _ := classify(err); kind == FailTimeout {
		s.note(NoteQuitSilent, "no answer to QUIT in time")
	} else {
		s.note(NoteLostAfterQuit, "the server closed the connection without an answer to QUIT")
	}
}

func (s *Session) sendQuit() (time.Time, bool) {
	quit := smtp.QUIT()
	_ = s.wire.SetWriteDeadline(s.parting(quitTimeout))
	sent := time.Now()
	_, err := s.stream().Write([]byte(quit.Wire()))
	s.emit(Event{Kind: KindCommand, Command: quit.Line}, sent)
	if err != nil && !s.wire.ended() {
		s.note(NoteLostAfterQuit, "QUIT could not be sent: "+cause(err))
		s.hangUp = true
		return sent, false
	}
	return sent, true
}

// drain reads to the end after the reply to QUIT. More replies mean that one
// was taken for another, unless this one is 221, which only QUIT can have.
func (s *Session) drain(r smtp.Reply) {
	proper := r.Usable() && r.Code == 221
	s.wire.deadline = s.parting(closeTimeout)
	err := s.reader.Fill()
	switch {
	case err == nil && proper:
		s.note(NoteMoreAfterQuit, "the server said more behind its 221")
	case err == nil:
		s.failRaw(FailUnsolicited, "more replies than commands: an earlier one was not to its command", slices.Clone(s.reader.Buffered()))
	case proper, r.Usable() && r.Code == 421:
	case !r.Usable():
		s.fail(FailProtocol, "the reply to QUIT cannot be used")
	default:
		if kind, _ := classify(err); kind == FailTimeout {
			s.fail(FailProtocol, fmt.Sprintf("%d in reply to QUIT and the connection stays open: replies may not be to their commands", r.Code))
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
