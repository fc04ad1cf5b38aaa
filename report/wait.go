package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
)

// pauseWords say who waits for what, and till when.
func pauseWords(list []check.Pause, zone *time.Location) string {
	p := list[0]
	last := p.Report.Wait.Attempts[len(p.Report.Wait.Attempts)-1]
	reason := clean(string(last.Verdict))
	if last.Reason != "" {
		reason = clean(string(last.Reason))
	}
	text := fmt.Sprintf("%s: %s; attempt %d at %s", clean(p.Report.Recipient), reason, p.Attempt, p.At.In(zone).Format(time.TimeOnly))
	if p.Until.After(p.At) {
		text += ", until " + p.Until.In(zone).Format(time.TimeOnly)
	}
	if last.Reply != nil {
		text += joined(" ", ";", strconv.Itoa(last.Reply.Code), clean(last.Reply.Enhanced), "by", clean(last.Host))
	}
	if n := len(list) - 1; n > 0 {
		text += "; " + plural(n, "other") + " waiting"
	}
	return text
}

// lastRound is the round whose sessions the verdict rests on.
func lastRound(r *check.Report) (round int) {
	for i := range r.Sessions {
		s := &r.Sessions[i]
		if r.DecidedBy != nil && r.DecidedBy.Session == s.ID {
			return s.Round
		}
		round = max(round, s.Round)
	}
	return round
}

// latest is a report with the sessions of the last round only.
func latest(r *check.Report) *check.Report {
	if r.Wait == nil {
		return r
	}
	round := lastRound(r)
	out := *r
	out.Sessions = nil
	for i := range r.Sessions {
		if r.Sessions[i].Round == round {
			out.Sessions = append(out.Sessions, r.Sessions[i])
		}
	}
	return &out
}

// attemptGrid lists the rounds of a report.
func attemptGrid(t *theme, r *check.Report, zone *time.Location) *grid {
	g := &grid{head: []string{"attempt", "at", "after", "verdict", "host", "reply"}, right: []bool{true, false, true}}
	first := r.Wait.Attempts[0].Time
	for i := range r.Wait.Attempts {
		a := &r.Wait.Attempts[i]
		after, reply := "", ""
		if i > 0 {
			after = diagnose.Span(a.Time.Sub(first.Time))
		}
		if a.Reply != nil {
			reply = joined(" ", strconv.Itoa(a.Reply.Code), clean(a.Reply.Enhanced))
		}
		reason := clean(string(a.Reason))
		if reason == clean(string(a.Verdict)) {
			reason = ""
		}
		g.rows = append(g.rows, []cell{
			{text: strconv.Itoa(a.Number)}, {text: a.Time.In(zone).Format(time.TimeOnly)}, {text: after},
			{text: joined(": ", clean(string(a.Verdict)), reason), shade: t.verdict(a.Verdict)}, {text: clean(a.Host)}, {text: reply, shade: t.dim},
		})
	}
	return g
}

// attemptsShown is how many rounds are told, unless all are asked for.
const attemptsShown = 12

// few leaves out rounds in the middle of a long wait.
func few(r *check.Report) *check.Report {
	left := len(r.Wait.Attempts) - attemptsShown
	if left <= 1 {
		return r
	}
	out, w := *r, *r.Wait
	w.Attempts = slices.Delete(slices.Clone(w.Attempts), attemptsShown/2, attemptsShown/2+left)
	out.Wait = &w
	return &out
}

// attemptLines is the table of the rounds of a report; nil where there was one.
func attemptLines(t *theme, r *check.Report, o Options) []string {
	if r.Wait == nil || len(r.Wait.Attempts) < 2 {
		return nil
	}
	shown := r
	if o.Verbosity < Verbose {
		shown = few(r)
	}
	width := min(o.width(), extensionWidth)
	g := attemptGrid(t, shown, o.location()).narrow(width)
	g.squeeze(width)
	lines, err := g.lines(t)
	if err != nil {
		return []string{"the table of attempts could not be drawn: " + oneLine(err.Error())}
	}
	lines = append([]string{paint(t.mark, "attempts")}, lines...)
	if n := len(r.Wait.Attempts) - len(shown.Wait.Attempts); n > 0 {
		lines = append(lines, fmt.Sprintf("  and %s in between: -v", plural(n, "attempt")))
	}
	return lines
}

// waited tells the rounds.
func (t *text) waited(r *check.Report) {
	lines := attemptLines(t.theme, r, t.o)
	if len(lines) == 0 {
		return
	}
	t.comment(lines...)
	t.blank()
}

// mdAttempts writes the rounds, for a ticket.
func mdAttempts(b *strings.Builder, r *check.Report, o Options) {
	if r.Wait == nil || len(r.Wait.Attempts) < 2 {
		return
	}
	b.WriteString("\n### Attempts\n")
	mdTable(b, attemptGrid(newTheme(false), r, o.location()))
}
