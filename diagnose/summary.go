package diagnose

import (
	"strconv"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/probe"
)

// summary says the verdict in a sentence or two, and never more than is known.
func (c *Case) summary(d *Diagnosis) string {
	switch {
	case d.Verdict == Accepted:
		return c.accepted(d) + c.beforeThat(d)
	case d.Reason == Interrupted && !c.mayBeDelivered(d):
		return "interrupted before the verdict was known"
	case d.Deciding == nil:
		return c.withoutWords(d)
	case c.mayBeDelivered(d):
		return "the message text was sent, and what became of it is not known: it may have been delivered; " + d.Deciding.Sentence
	case d.Verdict == Unreachable:
		return c.unreachable(d)
	}
	return string(d.Verdict) + " (" + titleOf(d.Reason) + "): " + d.Deciding.Sentence + c.forBounces(d) + c.inHowLong(d)
}

func (c *Case) mayBeDelivered(d *Diagnosis) bool {
	return d.Deciding != nil && d.Deciding.MayBeDelivered
}

// accepted says what an acceptance is worth.
func (c *Case) accepted(d *Diagnosis) string {
	a := c.attempt(d.Deciding)
	host := name(a.Target)
	switch c.Mode {
	case ModeData:
		if id := QueueID(*d.Deciding.Reply); id != "" {
			return "queued at " + host + " as " + id + "; not proof of the inbox"
		}
		return "accepted by " + host + ", which named no queue id; not proof of the inbox"
	case ModeStopAfter:
		return "ended after " + strings.ToUpper(string(d.Deciding.Stage)) + " as asked; " + host + " answered well so far; nothing is known about the recipient"
	}
	words := "accepted at RCPT by " + host + "; nothing was sent; the server may still refuse the message or accept every address (not checked)"
	if c.onBackup(d) {
		words += "; this is a backup MX (preference " + strconv.Itoa(int(a.Target.Preference)) + "), which may bounce the mail later"
	}
	return words + c.forBounces(d)
}

// forBounces reminds of the null sender where another sender may fare differently.
func (c *Case) forBounces(d *Diagnosis) string {
	if c.Sender != "" || d.Deciding == nil || !d.Deciding.atMailOrLater() || !senderMatters(d.Reason) {
		return ""
	}
	return "; this holds for the null sender (a bounce): a real sender may be treated differently (--from)"
}

func senderMatters(r Reason) bool {
	switch r {
	case "", SenderRejected, Policy, Restricted, AuthFail, DomainReputation, Unknown:
		return true
	}
	return false
}

func (c *Case) inHowLong(d *Diagnosis) string {
	switch {
	case d.Verdict != Deferred:
		return ""
	case d.RetryAfter > 0:
		return "; a mail server keeps the mail and tries again, best after " + inWords(d.RetryAfter)
	case d.Retry == RetryAfterFix:
		return "; a mail server keeps the mail and tries again, but that alone will not help"
	}
	return "; a mail server keeps the mail and tries again"
}

// maxMet bounds how many places are named that a sender meets before the one
// that takes the mail.
const maxMet = 3

// beforeThat says what a sender would have met first, and how long that took;
// place by place it is in the walk.
func (c *Case) beforeThat(d *Diagnosis) string {
	if len(d.Walk) < 2 || c.Mode == ModeStopAfter {
		return ""
	}
	count := make(map[Verdict]int)
	var wait time.Duration
	for _, s := range d.Walk[:len(d.Walk)-1] {
		count[s.Outcome.Verdict]++
		wait += s.Wait
	}
	var met []string
	for _, v := range [...]Verdict{Unreachable, Deferred, Rejected, Undetermined} {
		if n := count[v]; n > 0 {
			met = append(met, strconv.Itoa(n)+" "+string(v))
		}
	}
	n := len(d.Walk) - 1
	attempts := " attempts"
	if n == 1 {
		attempts = " attempt"
	}
	return ". A sender would have come to it after " + strconv.Itoa(n) + attempts + " (" + strings.Join(met, ", ") + ") and " + inWords(wait)
}

// unreachable says that nobody greeted us, and whose fault that may be.
func (c *Case) unreachable(d *Diagnosis) string {
	if d.Side == SideUs && d.Confidence == Guess {
		return "every connection to port 25 timed out or was prohibited; this says nothing about the recipient; many networks block it"
	}
	places := len(c.spots(d.Outcomes))
	if places == 1 {
		return "nobody greeted us: " + d.Deciding.Sentence
	}
	return "nobody greeted us at any of " + strconv.Itoa(places) + " addresses; the first: " + d.Deciding.Sentence
}

// withoutWords says a verdict that no server gave.
func (c *Case) withoutWords(d *Diagnosis) string {
	r := c.Resolution
	if r == nil {
		return "nothing was examined"
	}
	switch {
	case len(c.Attempts) > 0:
		return "no server was asked about the recipient"
	case d.Reason == BadDomain && r.Problem == mxresolve.ProblemInvalidName:
		return "there can be no domain " + r.Domain
	case d.Reason == BadDomain:
		return "the domain " + r.Domain + " does not exist"
	case r.Kind == mxresolve.KindNull:
		return "the domain " + r.Domain + " takes no mail: it publishes a null MX"
	case r.Kind == mxresolve.KindNone:
		return "the domain " + r.Domain + " takes no mail: it has neither an MX record nor an address"
	case d.Reason == NoMailService:
		return "the domain " + r.Domain + " takes no mail: none of its MX hosts is usable" + hostProblems(r)
	case d.Reason == Loop:
		return "the MX of " + r.Domain + " is this machine: from here the mail would loop; from elsewhere it may well arrive"
	case d.Verdict == Unreachable && d.Reason == DNSFailure:
		return "the server " + r.Domain + " has no address in DNS"
	case d.Reason == DNSFailure:
		return "DNS failed for " + r.Domain + hostProblems(r) + ": a mail server keeps the mail and asks again"
	case len(c.Pending) > 0:
		return "not known yet"
	}
	return "no server was asked" + c.skipReasons() + "; this says nothing about the recipient"
}

// hostProblems lists what is wrong with the hosts, the first of them.
func hostProblems(r *mxresolve.Result) string {
	var words []string
	for i := range r.Hosts {
		h := &r.Hosts[i]
		switch {
		case len(words) == maxMet:
			return " (" + strings.Join(words, ", ") + ", ...)"
		case h.Problem != "":
			words = append(words, h.Name+": "+string(h.Problem))
		case len(h.Addresses) > 0:
			words = append(words, h.Name+": "+string(mxresolve.AddressKind(h.Addresses[0])))
		}
	}
	if words == nil {
		if r.Problem != "" {
			return " (" + string(r.Problem) + ")"
		}
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}

// skipReasons says why addresses were left out, each reason once.
func (c *Case) skipReasons() string {
	var words []string
	for _, s := range c.Skipped {
		if s.Reason != "" && len(words) < maxMet && !holdsWord(words, s.Reason) {
			words = append(words, s.Reason)
		}
	}
	if words == nil {
		return ""
	}
	return " (" + strings.Join(words, "; ") + ")"
}

func holdsWord(words []string, w string) bool {
	for _, x := range words {
		if x == w {
			return true
		}
	}
	return false
}

// remedy says what to do about it, "" for nothing.
func (c *Case) remedy(d *Diagnosis) string {
	switch {
	case d.Verdict == Accepted:
		return ""
	case c.mayBeDelivered(d):
		return "Ask the recipient, or look for the Message-ID in the server's log, before sending the message again."
	case d.Verdict == Unreachable && d.Side == SideUs && d.Confidence == Guess:
		r, _ := RuleOf("us/port-25")
		return r.Remedy
	case d.Verdict == Unreachable && d.Side == SideUs && d.Deciding == nil && c.skipped(SkipNoRoute):
		return "Probe from a machine that has a route to these addresses."
	}
	if o := d.Deciding; o != nil && o.Row != "" {
		if row, ok := RowByID(o.Row); ok {
			return row.Remedy
		}
	}
	if r := c.ruleOfFailure(d); r != "" {
		rule, _ := RuleOf(r)
		return rule.Remedy
	}
	about, _ := AboutReason(d.Reason)
	return about.Remedy
}

// ruleOfFailure is the rule that knows best what to do about the failure that decided.
func (c *Case) ruleOfFailure(d *Diagnosis) string {
	if d.Deciding == nil || d.DecidedBy == nil {
		return ""
	}
	e := c.attempt(d.Deciding).Event(d.DecidedBy.Event)
	if e == nil || e.Failure == nil {
		return ""
	}
	switch e.Failure.Kind {
	case probe.FailInjection:
		return "tls/injection"
	case probe.FailUnsolicited:
		return "smtp/unsolicited"
	case probe.FailNotSMTP:
		return "smtp/not-smtp"
	case probe.FailTLSLimit:
		return "tls/our-limit"
	}
	return ""
}
