package diagnose

import (
	"strconv"
	"strings"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// What a server says to other recipients than the one in question, or to another
// sender, in connections of their own. Nothing of it changes the verdict.

// Answer is what a server said to a recipient beside the one in question.
type Answer struct {
	Recipient string
	Outcome   Outcome
}

// refuses reports that the server refuses the recipient itself for good, and not us or
// the sender.
func (a *Answer) refuses() bool {
	o := &a.Outcome
	return o.Verdict == Rejected && o.Stage == smtp.StageRcpt && o.Side != SideUs && o.Side != SideSender
}

// Answers are those of a session about other recipients, in their order; only those
// that it got to.
func Answers(a *probe.Attempt) (list []Answer) {
	for i, r := range a.Recipients {
		o := Transaction(a, i+1, ModeRcpt)
		if e := a.Event(o.Event); e != nil && e.Transaction == i+1 && e.Kind == probe.KindReply {
			list = append(list, Answer{r, o})
		}
	}
	return list
}

// CatchAll is what a server makes of addresses that cannot exist.
type CatchAll string

// The outcomes.
const (
	AcceptsAnyone  CatchAll = "accepts_anyone"
	RefusesUnknown CatchAll = "refuses_unknown"
	NotDecidable   CatchAll = "not_decidable" // it deferred them, went away, or was of two minds
)

// CatchAllOf judges a session that asked about addresses that cannot exist.
func CatchAllOf(a *probe.Attempt) CatchAll {
	answers := Answers(a)
	accepted, refused := 0, 0
	for i := range answers {
		switch x := &answers[i]; {
		case x.Outcome.Verdict == Accepted:
			accepted++
		case x.refuses():
			refused++
		}
	}
	switch {
	case len(answers) == 0:
		return NotDecidable
	case accepted == len(answers):
		return AcceptsAnyone
	case refused == len(answers):
		return RefusesUnknown
	}
	return NotDecidable
}

// beside finds what sessions about others show.
func (f *finder) beside(a *probe.Attempt) {
	switch a.Purpose {
	case probe.PurposeCatchAll:
		f.catchAll(a)
	case probe.PurposePostmaster:
		f.postmaster(a)
	case probe.PurposeNullSender:
		f.nullSender(a)
	}
}

func (f *finder) catchAll(a *probe.Attempt) {
	answers := Answers(a)
	evidence := evidenceOfAnswers(a, answers)
	host := name(a.Target)
	switch CatchAllOf(a) {
	case AcceptsAnyone:
		f.add("rcpt/catch-all", host+" accepts addresses that cannot exist: "+answersInWords(answers), evidence...)
	case RefusesUnknown:
		f.add("rcpt/refuses-unknown", host+" refuses addresses that cannot exist: "+answersInWords(answers), evidence...)
	case NotDecidable:
		f.add("rcpt/catch-all-open", "whether "+host+" accepts any address could not be decided"+in(answersInWords(answers)), evidence...)
	}
}

// evidenceOfAnswers points at the answers, or at how the session ended where there is none.
func evidenceOfAnswers(a *probe.Attempt, answers []Answer) (list []Evidence) {
	for i := range answers {
		list = append(list, Evidence{Session: a.ID, Event: answers[i].Outcome.Event})
	}
	if list == nil {
		if o := Transaction(a, 1, ModeRcpt); o.Event > 0 {
			list = append(list, Evidence{Session: a.ID, Event: o.Event})
		}
	}
	return list
}

func answersInWords(answers []Answer) string {
	var words []string
	for i := range answers {
		if w := replyCodes(answers[i].Outcome.Reply); w != "" && !holdsWord(words, w) {
			words = append(words, w)
		}
	}
	return strings.Join(words, ", ")
}

// replyCodes is "550 5.1.1".
func replyCodes(r *smtp.Reply) string {
	switch {
	case r == nil:
		return ""
	case r.Enhanced.IsZero():
		return strconv.Itoa(r.Code)
	}
	return strconv.Itoa(r.Code) + " " + r.Enhanced.String()
}

func in(words string) string {
	if words == "" {
		return ""
	}
	return " (" + words + ")"
}

func (f *finder) postmaster(a *probe.Attempt) {
	answers := Answers(a)
	for i := range answers {
		x := &answers[i]
		local, _, whole := strings.Cut(x.Recipient, "@")
		rule := "rcpt/" + local + "-refused"
		switch {
		case !whole && (x.refuses() || x.Outcome.Reason == Protocol && x.Outcome.Reply != nil): // it calls that bad syntax
			rule = "rcpt/bare-postmaster-refused"
		case !x.refuses():
			continue
		}
		f.add(rule, name(a.Target)+" refuses <"+x.Recipient+">: "+oneLine(*x.Outcome.Reply), Evidence{Session: a.ID, Event: x.Outcome.Event})
	}
}

// nullSender finds that bounces are refused where mail of a real sender was taken.
func (f *finder) nullSender(a *probe.Attempt) {
	o := Transaction(a, 1, ModeRcpt)
	took := f.c.answered(a.Target.Place(), Accepted)
	if o.Verdict != Rejected || !o.atMailOrLater() || o.Reply == nil || took == nil {
		return
	}
	f.add("mail/null-sender-refused", name(a.Target)+" takes the recipient from <"+f.c.Sender+"> and not from <>: "+oneLine(*o.Reply),
		Evidence{Session: a.ID, Event: o.Event}, Evidence{Session: took.Session, Event: took.Event})
}

// ownNullSender finds that the null sender was refused where it was ours.
func (f *finder) ownNullSender() {
	if f.c.Sender != "" {
		return
	}
	for _, s := range f.spots {
		if o := s.outcome(); o.Verdict == Rejected && o.Reason == SenderRejected && o.Reply != nil && o.atMailOrLater() {
			f.add("mail/null-sender-refused", name(s.attempts[0].Target)+" refuses the null sender: "+oneLine(*o.Reply),
				Evidence{Session: o.Session, Event: o.Event})
		}
	}
}

// answered is what an address said of the recipient, if it was this verdict.
func (c *Case) answered(place string, v Verdict) *Outcome {
	outcomes := c.outcomes()
	for _, s := range c.spots(outcomes) {
		if o := s.outcome(); s.attempts[0].Target.Place() == place && o.Verdict == v && o.Event > 0 {
			return o
		}
	}
	return nil
}

// worth says what an acceptance is worth, by what the host makes of addresses that
// cannot exist.
func (c *Case) worth(a *probe.Attempt) (behind, end string) {
	for _, x := range c.Attempts {
		if x.Purpose != probe.PurposeCatchAll || x.Target.Place() != a.Target.Place() {
			continue
		}
		got := answersInWords(Answers(x))
		switch CatchAllOf(x) {
		case AcceptsAnyone:
			return ", which accepts any address (a random one got " + got + "), so this says nothing about the mailbox", "the server may still refuse the message, or bounce it later"
		case RefusesUnknown:
			return ", which refuses unknown users (a random address got " + got + "), so the mailbox most likely exists", "the server may still refuse the message"
		}
		return "", "the server may still refuse the message or accept every address (which could not be decided" + strings.TrimSuffix(strings.Replace(in(got), " (", ": a random address got ", 1), ")") + ")"
	}
	return "", "the server may still refuse the message or accept every address (not checked)"
}
