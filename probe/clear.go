package probe

import "github.com/smtpcheck/smtpcheck/smtp"

// askInClear asks MAIL before STARTTLS and takes it back if it was accepted. A
// server that demands TLS says 530 (RFC 3207, section 4). It reports whether the
// session can go on.
func askInClear(s *Session) bool {
	s.extension = "STARTTLS"
	defer func() { s.extension = "" }()
	mail, err := smtp.MAIL("")
	if err != nil {
		s.fail(FailLocal, err.Error())
		return false
	}
	if _, ok := s.ask(mail); ok {
		s.ask(smtp.RSET())
	}
	return !s.over
}

// InClear is the reply to MAIL before STARTTLS, nil where that was not asked.
func (a *Attempt) InClear() *Event {
	for i := range a.Events {
		e := &a.Events[i]
		if e.Extension == "STARTTLS" && e.Kind == KindReply && e.Stage == smtp.StageMail && !e.Secure && e.Reply.Usable() {
			return e
		}
	}
	return nil
}
