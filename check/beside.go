package check

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// maxCatchAll is how many of the hosts that accept are asked about addresses that
// cannot exist.
const maxCatchAll = 3

// askBeside begins the sessions that ask about others than the recipients, one kind
// after another, when all that ask about these are over.
func (r *run) askBeside(ctx context.Context) {
	kinds := [...]func(){r.planCatchAll, r.planPostmaster, r.planNullSender}
	for r.beside < len(kinds) && r.resolution != nil && r.running == 0 && len(r.waiting) == 0 && ctx.Err() == nil {
		kinds[r.beside]()
		r.beside++
		r.dispatch(ctx)
	}
}

// planCatchAll plans a session with random recipients at each of the first hosts, in
// MX order, that accept a recipient.
func (r *run) planCatchAll() {
	var hosts []string
	if !r.opts.CatchAll {
		return
	}
	for _, j := range r.inOrder() {
		if len(hosts) == maxCatchAll || !j.purpose.Asks() || slices.Contains(hosts, j.target.Host) {
			continue
		}
		if who := r.acceptedIn(j); len(who) > 0 {
			hosts = append(hosts, j.target.Host)
			r.newBeside(j, probe.PurposeCatchAll, who, improbable(r.recipients[who[0]].Mailbox.Domain))
		}
	}
}

// acceptedIn are the recipients that a session accepts.
func (r *run) acceptedIn(j *job) (who []int) {
	for _, i := range j.who {
		if j.attempt != nil && diagnose.Transaction(j.attempt, j.transaction(i), r.mode()).Verdict == diagnose.Accepted {
			who = append(who, i)
		}
	}
	return who
}

// planPostmaster plans a session about postmaster and abuse with the host that
// decided, else the first that talked to us.
func (r *run) planPostmaster() {
	if !r.opts.Postmaster {
		return
	}
	j := r.talker()
	if j == nil {
		return
	}
	domain := r.recipients[j.who[0]].Mailbox.Domain
	r.newBeside(j, probe.PurposePostmaster, j.who, []smtp.Mailbox{
		{Local: "postmaster", Domain: domain}, {Local: "abuse", Domain: domain}, {Local: "postmaster"}, // RFC 5321, section 4.5.1; RFC 2142
	})
}

// planNullSender plans a session for the null sender with that host, where it took a
// recipient from a sender of ours.
func (r *run) planNullSender() {
	if !r.opts.Postmaster || r.opts.Sender == nil {
		return
	}
	j := r.talker()
	if j == nil {
		return
	}
	if who := r.acceptedIn(j); len(who) > 0 {
		r.newBeside(j, probe.PurposeNullSender, who[:1], []smtp.Mailbox{r.recipients[who[0]].Mailbox})
	}
}

// talker is the session that decided for the first recipient for which one did; else,
// unless recipients are tried again, the first that got as far as MAIL.
func (r *run) talker() *job {
	for i := range r.recipients {
		c := r.caseOf(i)
		d := diagnose.Diagnose(c)
		if d.Deciding != nil && d.DecidedBy != nil && (d.Verdict == diagnose.Accepted || d.Verdict == diagnose.Rejected) {
			return r.jobOf(d.Deciding.Session)
		}
	}
	if r.patience > 0 {
		return nil
	}
	for _, j := range r.inOrder() {
		if j.attempt != nil && j.purpose.Asks() && len(j.attempt.Capabilities()) > 0 && !said421(j.attempt) {
			return j
		}
	}
	return nil
}

// newBeside plans a session that asks about others after one that asked about who.
func (r *run) newBeside(after *job, purpose probe.Purpose, who []int, recipients []smtp.Mailbox) {
	j := r.newJob(after.target, purpose, after, who)
	j.options = after.options
	j.options.Recipients = recipients
	j.options.Queries, j.options.Envelope, j.options.Pipeline = nil, probe.Envelope{}, false
}

// improbable are two addresses that cannot exist: one of letters and digits as they
// come, and one that could be a name, should there be a filter for the first kind.
func improbable(domain smtp.Domain) []smtp.Mailbox {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	var odd strings.Builder
	odd.WriteByte(letters[rand.IntN(len(letters))]) //nolint:gosec // it guards nothing
	for range 19 {
		odd.WriteByte((letters + "0123456789")[rand.IntN(36)]) //nolint:gosec // as above
	}
	return []smtp.Mailbox{{Local: odd.String(), Domain: domain}, {Local: likeAName(3) + "." + likeAName(5), Domain: domain}}
}

// likeAName is a word of syllables.
func likeAName(syllables int) string {
	const consonants, vowels = "bdfgklmnprstvz", "aeiou"
	var b strings.Builder
	for range syllables {
		b.WriteByte(consonants[rand.IntN(len(consonants))]) //nolint:gosec // it guards nothing
		b.WriteByte(vowels[rand.IntN(len(vowels))])         //nolint:gosec // as above
	}
	return b.String()
}
