package report

import (
	"fmt"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/probe"
)

// timing tells where the time went: a bar for each stage of each session that
// came further than its connection, once. All bars have one scale.
func (t *text) timing(r *check.Report) {
	var longest time.Duration
	var shown []*check.Session
	for i := range r.Sessions {
		s := &r.Sessions[i]
		if len(s.Timings) < 3 || t.timed[nameOf(s)] { // connect and total, or less
			continue
		}
		t.timed[nameOf(s)] = true
		shown = append(shown, s)
		for _, x := range s.Timings {
			if x.Name != "total" {
				longest = max(longest, x.Took)
			}
		}
	}
	if len(shown) == 0 || longest == 0 {
		return
	}
	left := 0
	if t.o.Verbosity < Verbose && len(shown) > sessionsTimed {
		left = len(shown) - sessionsTimed
		shown = shown[:sessionsTimed]
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

// sessionsTimed is of how many sessions the time is told, unless all is asked for.
const sessionsTimed = 4

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
