package report

import (
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// waited is greylisted twice and then accepted; postmaster and addresses that cannot
// exist are asked for beside.
func waited(*testing.T) *check.Report {
	r := newReport("karl@greylist.test")
	r.Sender = "me@example.org"
	r.Resolution.Hosts = []check.Host{host("mx.greylist.test", 10, "198.51.100.80")}
	at := func(d time.Duration) check.Time { return check.Time{Time: began.Add(d)} }
	round := func(id, number int, after time.Duration, reply string, outcome diagnose.Verdict, reason diagnose.Reason) {
		t := plainAt(id, at(after))
		t.c(smtp.StageMail, "MAIL FROM:<me@example.org>").r(24, "250 2.1.0 Ok").c(smtp.StageRcpt, "RCPT TO:<karl@greylist.test>").r(20, reply)
		s := t.quit().end(outcome, reason, "host mx.greylist.test[198.51.100.80] said: "+reply+" (in reply to RCPT TO command)")
		if number > 1 {
			s.Purpose, s.Round = probe.PurposeRetry, number
		}
		r.Sessions = append(r.Sessions, s)
	}
	const grey = "450 4.2.0 Greylisted"
	round(1, 1, 0, grey, diagnose.Deferred, diagnose.Greylisted)
	round(2, 2, time.Minute, grey, diagnose.Deferred, diagnose.Greylisted)
	round(3, 3, 3*time.Minute, "250 2.1.5 Ok", diagnose.Accepted, "")
	seconds := 180
	deferred := &check.Reply{Code: 450, Enhanced: "4.2.0", Text: "Greylisted"}
	r.Wait = &check.Wait{
		Waited: seconds, AcceptedAfter: &seconds, Began: &check.Span{After: at(time.Minute), Before: at(3 * time.Minute)},
		Attempts: []check.WaitAttempt{
			{Number: 1, Time: at(0), Verdict: diagnose.Deferred, Reason: diagnose.Greylisted, DecidedBy: at8(1), Host: "mx.greylist.test", Reply: deferred, NextAfter: 60},
			{Number: 2, Time: at(time.Minute), Verdict: diagnose.Deferred, Reason: diagnose.Greylisted, DecidedBy: at8(2), Host: "mx.greylist.test", Reply: deferred, NextAfter: 120},
			{Number: 3, Time: at(3 * time.Minute), Verdict: diagnose.Accepted, DecidedBy: at8(3), Host: "mx.greylist.test", Reply: &check.Reply{Code: 250, Enhanced: "2.1.5", Text: "Ok"}},
		},
		Flags: map[string]string{"tls": "never"},
	}
	refused := &check.Reply{Code: 550, Enhanced: "5.1.1", Text: "no such user"}
	answer := func(to string, reply *check.Reply) check.Answer {
		if reply == nil {
			return check.Answer{Recipient: to, Verdict: diagnose.Accepted, Reply: &check.Reply{Code: 250, Enhanced: "2.1.5", Text: "Ok"}}
		}
		return check.Answer{Recipient: to, Verdict: diagnose.Rejected, Reason: diagnose.NoSuchUser, Reply: reply}
	}
	beside := func(id int, purpose probe.Purpose, to ...check.Answer) {
		t := plainAt(id, at(3*time.Minute+time.Duration(id)*time.Second))
		t.s.Purpose, t.s.After, t.s.Round = purpose, 3, 3
		for i, a := range to {
			t.tx = i + 1
			reply := "250 2.1.5 Ok"
			if a.Verdict == diagnose.Rejected {
				reply = "550 5.1.1 no such user"
			}
			t.c(smtp.StageMail, "MAIL FROM:<me@example.org>").r(24, "250 2.1.0 Ok").c(smtp.StageRcpt, "RCPT TO:<"+a.Recipient+">").r(20, reply)
		}
		r.Sessions = append(r.Sessions, t.quit().end(diagnose.Rejected, diagnose.NoSuchUser, "host mx.greylist.test[198.51.100.80] said so"))
	}
	odd := answer("q7x2k9mz0abcdefghijk@greylist.test", refused)
	people := []check.Answer{answer("postmaster@greylist.test", nil), answer("abuse@greylist.test", refused), answer("postmaster", nil)}
	beside(4, probe.PurposeCatchAll, odd)
	beside(5, probe.PurposePostmaster, people...)
	r.CatchAll = []check.CatchAll{{Session: 4, Host: "mx.greylist.test", Address: "198.51.100.80:25", Outcome: diagnose.RefusesUnknown, Recipients: []check.Answer{odd}}}
	r.Postmaster = &check.Beside{Session: 5, Host: "mx.greylist.test", Address: "198.51.100.80:25", Recipients: people}
	r.Verdict, r.DecidedBy, r.Duration = diagnose.Accepted, at8(3), check.Millis(185*time.Second)
	r.Summary = "accepted after 3m (3rd attempt); acceptance began between 1m and 3m after the first attempt. Accepted at RCPT by mx.greylist.test [198.51.100.80], which refuses unknown users."
	r.Findings = []check.Finding{finding("smtp/greylisted-then-accepted", diagnose.Info, "greylisted at first, accepted 3m later, at the 3rd attempt", at8(1), at8(3))}
	return r
}

// plainAt is a plain session that began at a time.
func plainAt(id int, started check.Time) *talk {
	t := plain(id, "mx.greylist.test", "198.51.100.80:25", 10)
	t.s.Started = started
	for i := range t.s.Events {
		t.s.Events[i].Time = started.Add(t.s.Events[i].Elapsed)
	}
	return t
}

// at8 is the reply to RCPT of a plain session.
func at8(session int) *diagnose.Evidence { return &diagnose.Evidence{Session: session, Event: 8} }
