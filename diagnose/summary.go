package diagnose

import (
	"strconv"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
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
		return c.unreachable(d) + c.notTried(d)
	case c.leftForCourtesy(d):
		return d.Deciding.Sentence
	}
	return string(d.Verdict) + c.headOf(d) + ": " + d.Deciding.Sentence + c.forBounces(d) + c.atOdds(d) + c.inHowLong(d) + c.notTried(d)
}

// headOf says where, if it was before the recipient was named, and why.
func (c *Case) headOf(d *Diagnosis) string {
	words, o := "", d.Deciding
	if o.Reply != nil && !o.atMailOrLater() && (d.Verdict == Deferred || d.Verdict == Rejected) {
		words = " at " + strings.ToUpper(string(o.Stage))
		switch o.Stage {
		case smtp.StageGreeting:
			words = " at greeting"
		case smtp.StageAuth:
			words += byAuth(c.attempt(o))
		}
		switch d.Reason {
		case NoSuchUser, MailboxFull, MailboxDisabled, Moved, TooManyRecipients, Restricted: // it cannot be that
			return words
		}
	}
	if o.Reply == nil && (d.Reason == ContentFormat || d.Reason == Policy && d.Verdict == Undetermined) {
		return words // nothing was refused: an extension is not offered
	}
	return words + " (" + titleOf(d.Reason) + ")"
}

// atOdds says what does not fit the deciding reply: an equal host that accepts,
// an MX host that wants a login.
func (c *Case) atOdds(d *Diagnosis) string {
	words := ""
	if c.mxWantsLogin(d) {
		words = "; the MX wants authentication: misconfigured, or the MX record names a submission server"
	}
	if d.against != nil {
		words += "; but " + name(d.against.attempts[0].Target) + " (same preference) accepts"
	}
	return words
}

// leftForCourtesy reports that the recipient was left out on purpose.
func (c *Case) leftForCourtesy(d *Diagnosis) bool {
	e := c.decidingEvent(d)
	return e != nil && e.Kind == probe.KindNote && e.Note == probe.NoteHarvesting
}

// notTried counts the addresses that were left out, but for further addresses
// of hosts that were tried where the verdict needs none.
func (c *Case) notTried(d *Diagnosis) string {
	n, better := 0, false
	for _, x := range c.Skipped {
		if !x.Kind.leftOut() && x.Kind != SkipCourtesy || d.Deciding.decides() && c.tried(x.Host) {
			continue
		}
		n++
		better = better || x.Preference < c.attempt(d.Deciding).Target.Preference
	}
	if n == 0 {
		return ""
	}
	words := "; 1 address was not tried"
	if n > 1 {
		words = "; " + strconv.Itoa(n) + " addresses were not tried"
	}
	if better {
		words += ", more preferred ones among them"
	}
	return words
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
		if c.Relay {
			return c.takenToRelay(host, QueueID(*d.Deciding.Reply))
		}
		if id := QueueID(*d.Deciding.Reply); id != "" {
			return "queued at " + host + " as " + id + afterAuth(a) + "; not proof of the inbox"
		}
		return "accepted by " + host + ", which named no queue id; not proof of the inbox"
	case ModeStopAfter:
		stage := or(string(c.StopAfter), string(d.Deciding.Stage))
		return "ended after " + strings.ToUpper(stage) + " as asked; nothing is known about the recipient; " + host + " answered well so far" + afterAuth(a) + c.notTried(d)
	}
	if c.Relay {
		return "accepted at RCPT by the relay " + host + afterAuth(a) + "; nothing was sent; whether the recipient exists is known only to the recipient's server, which the relay asks later" + c.forBounces(d)
	}
	behind, end := c.worth(a)
	words := "accepted at RCPT by " + host + afterAuth(a) + behind + "; nothing was sent; " + end
	if c.onBackup(d) {
		words += "; this is a backup MX (preference " + strconv.Itoa(int(a.Target.Preference)) + "), which may bounce the mail later"
	}
	return words + c.forBounces(d) + c.notTried(d)
}

// takenToRelay says what it is worth that a relay has taken a message.
func (c *Case) takenToRelay(host, id string) string {
	words := "taken by the relay " + host
	if id != "" {
		words += " as " + id
	}
	words += "; delivery is still ahead: the relay tries it from now on, and a failure comes back as a bounce"
	if c.Sender != "" {
		words += " to " + c.Sender
	}
	return words + " (--dsn success asks for word of a success)"
}

// forBounces reminds of the null sender where another sender may fare differently.
func (c *Case) forBounces(d *Diagnosis) string {
	o := d.Deciding
	if c.Sender != "" || o == nil || o.Reply == nil || !o.atMailOrLater() {
		return ""
	}
	if guessed := o.Reason == NoSuchUser && o.Confidence != Certain; !guessed && !senderMatters(d.Reason) {
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
	var wait, ours time.Duration
	greeted := 0 // beyond EHLO and TLS, as Postfix counts
	for _, s := range d.Walk[:len(d.Walk)-1] {
		count[s.Outcome.Verdict]++
		wait += s.Wait
		if s.Outcome.Reason == TimedOut && s.Outcome.Reply == nil {
			ours += s.Wait
		}
		if s.Outcome.Verdict != Unreachable && s.Outcome.atMailOrLater() {
			greeted++
		}
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
	return ". A sender would have come to it after " + strconv.Itoa(n) + attempts + " (" + strings.Join(met, ", ") + ") and " + inWords(wait) + byTimeout(ours, wait) + manyStop(greeted)
}

// byTimeout says that a wait was as long as we chose to wait.
func byTimeout(ours, wait time.Duration) string {
	switch ours {
	case 0:
		return ""
	case wait:
		return " by our timeout"
	}
	return ", part of it by our timeout"
}

// manyStop warns of a place that few senders come to at once: Postfix ends its
// walk after two sessions (smtp_mx_session_limit).
func manyStop(greeted int) string {
	if greeted < 2 {
		return ""
	}
	return "; many senders stop after two greeted hosts and try again later"
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
	case d.Verdict == Unreachable && d.Reason == DNSFailure && r.Problem == mxresolve.ProblemNXDomain:
		return "the server " + r.Domain + " does not exist"
	case d.Verdict == Unreachable && d.Reason == DNSFailure:
		return "the server " + r.Domain + " has no address in DNS"
	case d.Reason == DNSFailure && d.Side == SideUs:
		return "DNS could not be asked about " + r.Domain + hostProblems(r) + ", as it seems for a reason of this machine; this says nothing about the recipient"
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
