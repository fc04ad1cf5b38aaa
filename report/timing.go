package report

import (
	"fmt"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/probe"
)

// timing tells where the time went: a bar for each stage of the session that
// decided, or of the longest; with -v of every session that came further than its
// connection. All bars have one scale.
func (t *text) timing(r *check.Report) {
	var longest time.Duration
	var shown []*check.Session
	for i := range r.Sessions {
		s := &r.Sessions[i]
		if len(s.Timings) < 3 || t.timed[nameOf(s)] { // connect and total, or less
			continue
		}
		shown = append(shown, s)
	}
	left := 0
	if t.o.Verbosity < Verbose && len(shown) > 1 {
		left = len(shown) - 1
		shown = []*check.Session{tellingSession(r, shown)}
	}
	for _, s := range shown {
		t.timed[nameOf(s)] = true
		for _, x := range s.Timings {
			if x.Name != "total" {
				longest = max(longest, x.Took)
			}
		}
	}
	if longest == 0 {
		return
	}
	for i, s := range shown {
		name := fmt.Sprintf("time of [%d] %s, %s in all", s.ID, clean(s.Host), total(s))
		if i == 0 {
			name = paint(t.theme.mark, name)
		}
		t.comment(name)
		for _, x := range s.Timings {
			if x.Name != "total" {
				t.comment(t.bar(x, longest))
			}
		}
	}
	if left > 0 {
		t.comment(fmt.Sprintf("and the time of %s more: -v", plural(left, "session")))
	}
	t.blank()
}

// tellingSession is the one that decided, or the longest.
func tellingSession(r *check.Report, sessions []*check.Session) *check.Session {
	best := sessions[0]
	for _, s := range sessions {
		if r.DecidedBy != nil && r.DecidedBy.Session == s.ID {
			return s
		}
		if allTime(s) > allTime(best) {
			best = s
		}
	}
	return best
}

func allTime(s *check.Session) time.Duration { return s.Timings[len(s.Timings)-1].Took }

const (
	stageWidth   = 9
	latencyWidth = 10
	barWidth     = 60 // at most
)

// bar is a line of timing: the stage, its time, a bar.
func (t *text) bar(x probe.Timing, longest time.Duration) string {
	room := min(t.o.width()-stageWidth-latencyWidth-5, barWidth)
	eighths := 0
	if room > 0 {
		eighths = int(int64(room) * 8 * x.Took.Microseconds() / max(longest.Microseconds(), 1))
	}
	line := "  " + pad(clean(x.Name), stageWidth) + padLeft(millis(x.Took), latencyWidth)
	if eighths == 0 && x.Took > 0 {
		eighths = 1
	}
	return line + "  " + paint(t.theme.command, blocks(eighths))
}

// blocks is a bar of a number of eighths of a column.
func blocks(eighths int) string {
	full := []rune("█")
	var bar []rune
	for ; eighths >= 8; eighths -= 8 {
		bar = append(bar, full...)
	}
	if eighths > 0 {
		bar = append(bar, []rune("▏▎▍▌▋▊▉")[eighths-1])
	}
	return string(bar)
}
