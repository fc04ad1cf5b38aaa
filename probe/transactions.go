package probe

import (
	"fmt"
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// Transactions does a mail transaction for each recipient, with RSET between
// them, so that no refusal colours another. The 2yz to a message has ended its
// transaction already (RFC 5321, section 4.1.1.4).
func Transactions(s *Session) bool {
	if !s.grant() {
		return false
	}
	var began time.Time
	for i := range s.opts.Recipients {
		if i > 0 && !s.betweenTransactions(i, began) {
			return false
		}
		began = time.Now()
		s.transaction = i + 1
		transaction(s, s.opts.Recipients[i])
		if s.over {
			return false
		}
	}
	s.transaction = 0
	return true
}

// betweenTransactions prepares for one more after n; began is when the last one
// did. It returns whether there is to be one.
func (s *Session) betweenTransactions(n int, began time.Time) bool {
	taken := s.messageTaken()
	s.transaction = 0
	if s.opts.Continue != nil {
		if why := s.opts.Continue(s.attempt); why != "" {
			s.note(why, leavingOut[why])
			return false
		}
	}
	if most := s.caps.Limits().MailMax; most > 0 && n >= most {
		s.note(NoteMailMax, fmt.Sprintf("the server takes %d messages a connection; the rest is left for another", most))
		return false
	}
	s.pause(began.Add(s.opts.Interval))
	if taken {
		return true
	}
	_, ok := s.ask(smtp.RSET())
	return ok
}

// leavingOut says why the transactions left are not done.
var leavingOut = map[Note]string{ //nolint:gochecknoglobals // read only
	NoteHarvesting:  "the recipients left are not asked about: it would look like address harvesting",
	NoteRateLimited: "the messages left are not sent: the server asked to slow down",
}

// messageTaken reports whether the last thing that happened is a message taken.
func (s *Session) messageTaken() bool {
	e := &s.attempt.Events[len(s.attempt.Events)-1]
	return e.Kind == KindReply && e.Stage == smtp.StageMessage && e.Reply.Usable() && e.Reply.Class() == 2
}

// pause waits until a transaction may begin, or the server says or does
// something: the next command will find out what. The session may take as
// long again as one message may.
func (s *Session) pause(until time.Time) {
	limit, _ := s.opts.Timeouts.session(s.opts.Message != nil)
	if s.opts.Message != nil && s.opts.Timeouts.Session == 0 {
		s.ends = later(s.ends, later(until, time.Now()).Add(limit))
	}
	if time.Until(until) > 0 {
		s.wire.deadline = earlier(until, s.ends)
		_ = s.reader.Fill()
	}
}
