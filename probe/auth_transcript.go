package probe

import (
	"strings"

	"github.com/smtpcheck/smtpcheck/sasl"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// AuthOutcome is what came of AUTH.
type AuthOutcome string

// The outcomes of AUTH.
const (
	AuthAccepted AuthOutcome = "accepted"  // 235, which could be believed
	AuthRejected AuthOutcome = "rejected"  // 5yz
	AuthDeferred AuthOutcome = "deferred"  // 4yz
	AuthNotTried AuthOutcome = "not-tried" // we did not begin: see FailAuthPolicy
	AuthFailed   AuthOutcome = "failed"    // the server failed in it, or the connection was lost
)

// Authentication is what a transcript says about AUTH.
type Authentication struct {
	Mechanism string   // "" where none was tried
	Offered   []string // the mechanisms that the server offered for it, in upper case
	User      string   // "" where it is a secret, or there is none
	Outcome   AuthOutcome
	Event     int   // what decided the outcome
	Verified  *bool // whether the certificate was verified; nil without TLS

	decided bool
}

// Authentication returns what came of AUTH, nil where it was not asked for.
func (a *Attempt) Authentication() *Authentication {
	var x *Authentication
	for i := range a.Events {
		e := &a.Events[i]
		if e.Stage != smtp.StageAuth || e.Extension != "" {
			continue
		}
		if x == nil {
			x = &Authentication{Outcome: AuthFailed}
		}
		x.hear(e)
	}
	if x == nil {
		return nil
	}
	params, _ := a.Capabilities().Get("AUTH")
	x.Offered = sasl.Offered(params)
	if t := a.TLS(); t != nil && a.Event(x.Event).Secure {
		x.Verified = &t.Verified
	}
	return x
}

// hear takes in one event at AUTH.
func (x *Authentication) hear(e *Event) {
	if x.Event == 0 {
		x.Event = e.Seq
	}
	switch e.Kind {
	case KindCommand:
		x.command(e.Command)
	case KindReply:
		x.reply(e)
	case KindFailure:
		x.Event, x.Outcome, x.decided = e.Seq, AuthFailed, true
		if e.Failure.Kind == FailAuthPolicy {
			x.Outcome = AuthNotTried
		}
	}
}

// reply takes in a reply. Behind the one that decided there is only that to "*".
func (x *Authentication) reply(e *Event) {
	if x.decided || !e.Reply.Usable() || e.Reply.Class() == 3 {
		return
	}
	x.Event, x.decided = e.Seq, true
	switch {
	case e.Reply.Code == 235:
		x.Outcome = AuthAccepted
	case e.Reply.Class() == 5:
		x.Outcome = AuthRejected
	case e.Reply.Class() == 4:
		x.Outcome = AuthDeferred
	}
}

// command takes the mechanism and the user from a command as it is shown.
func (x *Authentication) command(line string) {
	if rest, ok := strings.CutPrefix(line, "AUTH "); ok {
		x.Mechanism, _, _ = strings.Cut(rest, " ")
	}
	_, who, ok := strings.Cut(line, "(user ")
	if !ok || x.User != "" {
		return
	}
	for _, end := range []string{", bound to TLS", ", digest)", ", realm ", ", response)", " as ", ")"} {
		if i := strings.LastIndex(who, end); i >= 0 {
			who = who[:i]
		}
	}
	if who != "***" {
		x.User = who
	}
}
