package diagnose

import (
	"net/mail"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// clockTolerance is how far our clock may be from that of servers: the stated
// times have seconds, and those clocks are not exact either.
const clockTolerance = time.Minute

// Clock is the word of a server on the time: how far our clock is ahead of it.
type Clock struct {
	Host     string
	Ahead    time.Duration
	Evidence Evidence
}

// Clocks are what servers say of the time, in their greetings and other replies
// (RFC 5321 leaves that text free; Sendmail, Exim and Exchange state it).
func Clocks(targets []SelfTarget) (out []Clock) {
	for i := range targets {
		a := targets[i].Attempt
		if a == nil {
			continue
		}
		for k := range a.Events {
			e := &a.Events[k]
			if e.Kind != probe.KindReply || e.Stage != smtp.StageGreeting && e.Stage != smtp.StageEHLO && e.Stage != smtp.StageQuit {
				continue
			}
			if stated, ok := statedTime(*e.Reply); ok {
				// The reply was written some time before it came: half its latency is a fair guess.
				out = append(out, Clock{targets[i].Host, e.Time.Sub(stated) - max(e.Latency, 0)/2, at(a, e)})
				break
			}
		}
	}
	return out
}

// statedTime is a date in the form of a message's Date field (RFC 5322, section
// 3.3) in a reply.
func statedTime(r smtp.Reply) (time.Time, bool) {
	const maxText, maxDate = 512, 40
	text := r.Text()
	text = text[:min(len(text), maxText)]
	for _, day := range [...]string{"Mon, ", "Tue, ", "Wed, ", "Thu, ", "Fri, ", "Sat, ", "Sun, "} {
		_, rest, ok := strings.Cut(text, day)
		if !ok {
			continue
		}
		words := strings.Fields(rest[:min(len(rest), maxDate)])
		for n := min(len(words), 5); n >= 5; n-- { // 29 Nov 2026 18:31:54 +0000
			if t, err := mail.ParseDate(day + strings.Join(words[:n], " ")); err == nil {
				return t, true
			}
		}
	}
	return time.Time{}, false
}

// clock judges our clock by what servers say.
func (f *selfFinder) clock() {
	t := Topic{Name: TopicClock}
	clocks := Clocks(f.c.Targets)
	var good, bad []Clock
	for _, c := range clocks {
		if c.Ahead.Abs() <= clockTolerance {
			good = append(good, c)
		} else {
			bad = append(bad, c)
		}
	}
	switch {
	case len(clocks) == 0:
		t.Why = "no server has stated the time"
		f.topic(t)
	case len(good) >= len(bad): // a server's clock may be wrong, too
		t.State, t.Summary = TopicPass, "our clock agrees with "+many(len(good), "server", "servers")+" to a minute"
		t.Evidence = clocksSay(good)
		f.topic(t)
	default:
		t.State, t.Evidence = TopicWarning, clocksSay(bad)
		way := "ahead of"
		if bad[0].Ahead < 0 {
			way = "behind"
		}
		t.Summary = "our clock is " + roughly(bad[0].Ahead.Abs()) + " " + way + " that of " + bad[0].Host
		if len(bad) > 1 {
			t.Summary += " and of " + many(len(bad)-1, "other", "others")
		}
		f.finding(t, "self/clock")
	}
}

func clocksSay(clocks []Clock) (out []Evidence) {
	for _, c := range clocks {
		out = append(out, c.Evidence)
	}
	return out
}

// roughly is a difference of clocks in words.
func roughly(d time.Duration) string {
	const day = 24 * time.Hour
	if d >= 2*day {
		return many(int(d/day), "day", "days")
	}
	return inWords(d.Round(time.Second))
}
