package diagnose

import (
	"strconv"
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// Round is one walk over all places of a recipient that was deferred, or could not
// be reached, and was tried again later.
type Round struct {
	At       time.Time // when its verdict was there
	Verdict  Verdict
	Reason   Reason
	Evidence *Evidence // what decided it; nil where nothing did
}

// AskedToWait is how long a reply itself asks to wait ("try again in 300 seconds"),
// 0 where it does not say.
func AskedToWait(stage smtp.Stage, reply smtp.Reply) time.Duration {
	_, m := Lookup(stage, reply)
	return retryHint(withoutAddresses(joined(m.Reply)))
}

// at is when the verdict was there.
func (c *Case) at(d *Diagnosis) time.Time {
	if e := c.decidingEvent(d); e != nil {
		return e.Time
	}
	return c.At
}

// accepts reports that the recipient was accepted after it had been deferred.
func (c *Case) acceptsLater(d *Diagnosis) bool {
	return len(c.Past) > 0 && d.Verdict == Accepted && c.Mode != ModeStopAfter
}

// waited is how long after the first round the verdict was there.
func (c *Case) waited(d *Diagnosis) time.Duration { return c.at(d).Sub(c.Past[0].At) }

// summaryOfWait puts what the rounds before say around the summary of the last one.
func (c *Case) summaryOfWait(d *Diagnosis, words string) string {
	n := len(c.Past) + 1
	switch {
	case n == 1:
		return words
	case c.acceptsLater(d):
		return "accepted after " + Span(c.waited(d)) + " (" + ordinal(n) + " attempt); acceptance began between " +
			Span(c.Past[n-2].At.Sub(c.Past[0].At)) + " and " + Span(c.waited(d)) + " after the first attempt. " + capital(words)
	case d.Verdict == Deferred || d.Verdict == Unreachable:
		return words + "; still so at the " + ordinal(n) + " attempt, " + Span(c.waited(d)) + " after the first"
	}
	return words + "; that was the " + ordinal(n) + " attempt, " + Span(c.waited(d)) + " after the first, which was " + c.Past[0].words()
}

// words are the verdict and the reason of a round.
func (r *Round) words() string {
	if r.Reason == "" || string(r.Reason) == string(r.Verdict) {
		return string(r.Verdict)
	}
	return string(r.Verdict) + " (" + titleOf(r.Reason) + ")"
}

// rounds finds what only several rounds show.
func (f *finder) rounds() {
	c, d := f.c, f.d
	if len(c.Past) == 0 || d.DecidedBy == nil || c.Past[0].Evidence == nil {
		return
	}
	first, n := &c.Past[0], len(c.Past)+1
	evidence := []Evidence{*first.Evidence, *d.DecidedBy}
	later := Span(c.waited(d)) + " later, at the " + ordinal(n) + " attempt"
	switch {
	case c.acceptsLater(d) && first.Reason == Greylisted:
		f.add("smtp/greylisted-then-accepted", "greylisted at first, accepted "+later, evidence...)
	case c.acceptsLater(d):
		f.add("smtp/deferred-then-accepted", first.words()+" at first, accepted "+later, evidence...)
	case d.Verdict == Rejected:
		f.add("smtp/deferred-then-rejected", first.words()+" at first, rejected "+later, evidence...)
	}
}

// Span is a duration to the second: "5m2s", "4m", "1h30m".
func Span(d time.Duration) string {
	d = d.Round(time.Second)
	if d < time.Second {
		return "0s"
	}
	hours, minutes, seconds := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	text := ""
	for _, part := range []struct {
		n    int
		unit string
	}{{hours, "h"}, {minutes, "m"}, {seconds, "s"}} {
		if part.n > 0 {
			text += strconv.Itoa(part.n) + part.unit
		}
	}
	return text
}

// ordinal is "1st", "2nd", "3rd", "4th", "11th".
func ordinal(n int) string {
	ending := "th"
	if n/10%10 != 1 {
		switch n % 10 {
		case 1:
			ending = "st"
		case 2:
			ending = "nd"
		case 3:
			ending = "rd"
		}
	}
	return strconv.Itoa(n) + ending
}

// capital begins a sentence.
func capital(s string) string {
	if s != "" && letter(s[0]) {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}
