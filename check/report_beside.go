package check

import (
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/probe"
)

// CatchAll is what a server makes of addresses that cannot exist.
type CatchAll struct {
	Session    int               `json:"session"`
	Host       string            `json:"host"`
	Address    string            `json:"address"`
	Outcome    diagnose.CatchAll `json:"outcome"`
	Recipients []Answer          `json:"recipients"`
}

// Beside is what a server says to the recipients of a session of their own.
type Beside struct {
	Session    int      `json:"session"`
	Host       string   `json:"host"`
	Address    string   `json:"address"`
	Recipients []Answer `json:"recipients"`
}

// Answer is what a server says to a recipient beside the one in question.
type Answer struct {
	Recipient string           `json:"recipient"`
	Verdict   diagnose.Verdict `json:"verdict"`
	Reason    diagnose.Reason  `json:"reason,omitempty"`
	Reply     *Reply           `json:"reply,omitempty"`
}

// beside fills in what sessions about others came to.
func (rep *Report) beside(c *diagnose.Case) {
	for _, a := range c.Attempts {
		if !a.Purpose.AsksBeside() {
			continue
		}
		b := &Beside{a.ID, a.Target.Host, a.Target.Address(), newAnswers(a)}
		switch a.Purpose {
		case probe.PurposeCatchAll:
			rep.CatchAll = append(rep.CatchAll, CatchAll{b.Session, b.Host, b.Address, diagnose.CatchAllOf(a), b.Recipients})
		case probe.PurposePostmaster:
			rep.Postmaster = b
		case probe.PurposeNullSender:
			rep.NullSender = b
		}
	}
}

func newAnswers(a *probe.Attempt) []Answer {
	list := []Answer{}
	for _, x := range diagnose.Answers(a) {
		o := &x.Outcome
		out := Answer{Recipient: x.Recipient, Verdict: o.Verdict, Reason: o.Reason}
		if o.Reply != nil {
			out.Reply = &Reply{o.Reply.Code, o.Reply.Enhanced.String(), valid(o.Reply.Text())}
		}
		list = append(list, out)
	}
	return list
}

// notChecked notes what was asked for and not examined.
func (r *run) notChecked(rep *Report) {
	switch {
	case !r.opts.CatchAll || rep.CatchAll != nil:
	case rep.Verdict == diagnose.Accepted:
		rep.Notes = append(rep.Notes, "whether any address is accepted was not checked: the server wants no more connections")
	default:
		rep.Notes = append(rep.Notes, "whether any address is accepted was not checked: the recipient itself was not accepted")
	}
}
