package report

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// waterfall is the picture of where the time went: a row a session, in it what
// was waited for, all on one scale. Long pauses in which no session went on,
// between tries an hour apart, are cut out and marked.
type waterfall struct {
	Width, Height, Bottom int
	Label                 string
	Rows                  []waterfallRow
	Ticks                 []waterfallTick
	Pauses                []waterfallTick
	Legend                []string // the classes of the phases that there are
	Left                  int      // sessions left out
}

type waterfallRow struct {
	Y, Text      int // the top of its bars, the base line of its text
	Name, Spent  string
	Bars         []waterfallBar
	Anchor       string
	TotalX       string
	Outcome      string
	OutcomeClass string
}

type waterfallBar struct{ X, Width, Class, Title, Word string }

type waterfallTick struct{ X, Text string }

// Measures of the picture, in its own units.
const (
	fallWidth  = 960
	fallName   = 260 // columns of the names
	fallTotal  = 90  // of the times
	fallRow    = 24
	fallTop    = 8
	fallPause  = 36  // how wide a pause is that was cut out
	fallRows   = 150 // rows at most
	fallSignal = 1.5 // the least width of a bar
)

// span is a piece of time since the first session began.
type span struct{ from, to time.Duration }

// phase is what a session did in a span.
type phase struct {
	span
	class string
	title string
}

// newWaterfall draws the sessions of a report; nil where none took any time.
func newWaterfall(r *check.Report, number int, t *theme) *waterfall {
	sessions := slices.Clone(r.Sessions)
	sessions = slices.DeleteFunc(sessions, func(s check.Session) bool { return len(s.Events) == 0 })
	if len(sessions) == 0 {
		return nil
	}
	first := sessions[0].Started.Time
	for i := range sessions {
		if sessions[i].Started.Before(first) {
			first = sessions[i].Started.Time
		}
	}
	w := &waterfall{Width: fallWidth}
	if left := len(sessions) - fallRows; left > 0 {
		w.Left, sessions = left, sessions[:fallRows]
	}
	all := make([][]phase, len(sessions))
	var busy []span
	for i := range sessions {
		all[i] = phases(&sessions[i], sessions[i].Started.Sub(first))
		if n := len(all[i]); n > 0 {
			busy = append(busy, span{all[i][0].from, all[i][n-1].to})
		}
	}
	scale := newScale(busy)
	if scale == nil {
		return nil
	}
	for i := range sessions {
		w.row(&sessions[i], all[i], scale, number, t)
	}
	w.Bottom = fallTop + len(w.Rows)*fallRow + 4
	w.Height = w.Bottom + 18
	w.Ticks, w.Pauses = scale.ticks()
	w.Label = fmt.Sprintf("time line of %s", plural(len(w.Rows), "session"))
	return w
}

// row draws one session.
func (w *waterfall) row(s *check.Session, phases []phase, scale *scale, number int, t *theme) {
	y := fallTop + len(w.Rows)*fallRow
	row := waterfallRow{
		Y: y, Text: y + 14, Name: fmt.Sprintf("[%d] %s", s.ID, cut(clean(s.Host), 30)), Spent: total(s),
		Anchor: fmt.Sprintf("#r%ds%d", number, s.ID), Outcome: clean(string(s.Outcome)), OutcomeClass: t.verdictClass(s.Outcome),
	}
	end := float64(fallName)
	for _, p := range phases {
		x := scale.at(p.from)
		width := max(scale.at(p.to)-x, fallSignal)
		bar := waterfallBar{X: number1(x), Width: number1(width), Class: "ph-" + p.class, Title: p.title}
		if width > float64(8*len(p.class)) {
			bar.Word = p.class
		}
		row.Bars = append(row.Bars, bar)
		end = max(end, x+width)
		if !slices.Contains(w.Legend, p.class) {
			w.Legend = append(w.Legend, p.class)
		}
	}
	row.TotalX = number1(end + 6)
	w.Rows = append(w.Rows, row)
}

func number1(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }

// phases are what a session waited for, one after another, from its events.
func phases(s *check.Session, begin time.Duration) (out []phase) {
	last := time.Duration(0)
	add := func(class string, from, to time.Duration, what string) {
		from = max(from, last)
		if to < from {
			return
		}
		out = append(out, phase{span{begin + from, begin + to}, class, what + ": " + millis(to-from) + ", from " + millis(from)})
		last = to
	}
	for i := range s.Events {
		e := &s.Events[i].Event
		switch {
		case e.Kind == probe.KindConnect:
			add("connect", 0, e.Elapsed, "connect")
		case e.Kind == probe.KindTLS:
			add("tls", e.Elapsed-e.Latency, e.Elapsed, "TLS handshake")
		case e.Kind == probe.KindData:
			add("sending", last, e.Elapsed, "sending the message")
		case e.Kind == probe.KindFailure:
			add("failed", last, e.Elapsed, failed(s, e))
		case e.Kind == probe.KindReply && e.HasLatency():
			add(phaseClass(e.Stage), e.Elapsed-e.Latency, e.Elapsed, "reply to "+e.Stage.Request())
		}
	}
	return out
}

// phaseClass names the phase of a stage.
func phaseClass(s smtp.Stage) string {
	switch s {
	case smtp.StageGreeting, smtp.StageEHLO, smtp.StageSTARTTLS, smtp.StageAuth, smtp.StageMail, smtp.StageRcpt, smtp.StageData, smtp.StageMessage, smtp.StageQuit:
		return string(s)
	}
	return "other"
}

// scale tells where in the picture a time is.
type scale struct {
	busy  []span    // in order, apart from each other
	x     []float64 // where each begins
	unit  float64   // of width, for each second
	total time.Duration
}

// newScale puts spans beside each other; nil where they take no time.
func newScale(spans []span) *scale {
	if len(spans) == 0 {
		return nil
	}
	slices.SortFunc(spans, func(a, b span) int { return int(a.from - b.from) })
	limit := max(500*time.Millisecond, 2*together(spans))
	s := &scale{busy: []span{spans[0]}}
	for _, x := range spans[1:] {
		last := &s.busy[len(s.busy)-1]
		if x.from-last.to > limit {
			s.busy = append(s.busy, x)
			continue
		}
		last.to = max(last.to, x.to)
	}
	for _, x := range s.busy {
		s.total += x.to - x.from
	}
	if s.total <= 0 {
		return nil
	}
	room := float64(fallWidth - fallName - fallTotal - (len(s.busy)-1)*fallPause)
	s.unit = max(room, 200) / s.total.Seconds()
	x := float64(fallName)
	for _, b := range s.busy {
		s.x = append(s.x, x)
		x += (b.to-b.from).Seconds()*s.unit + fallPause
	}
	return s
}

// together is how long spans, in order, last without the pauses between them.
func together(spans []span) (busy time.Duration) {
	end := spans[0].from
	for _, x := range spans {
		busy += max(0, x.to-max(x.from, end))
		end = max(end, x.to)
	}
	return busy
}

// at is where a time is.
func (s *scale) at(t time.Duration) float64 {
	for i, b := range slices.Backward(s.busy) {
		if t >= b.from {
			return s.x[i] + min(t-b.from, b.to-b.from).Seconds()*s.unit
		}
	}
	return fallName
}

// ticks are the marks of the scale, and the pauses cut out of it.
func (s *scale) ticks() (ticks, pauses []waterfallTick) {
	for i, b := range s.busy[1:] {
		pauses = append(pauses, waterfallTick{number1(s.x[i+1] - fallPause/2), pauseWord(b.from - s.busy[i].to)})
	}
	step := niceStep(s.total)
	for i, b := range s.busy {
		for t := time.Duration(0); t <= b.to-b.from; t += step {
			crowded := i+1 < len(s.busy) && (b.to-b.from-t).Seconds()*s.unit < fallPause // the pause has its word there
			if !crowded && (i == 0 || t > 0) {
				ticks = append(ticks, waterfallTick{number1(s.x[i] + t.Seconds()*s.unit), shortTime(t)})
			}
		}
	}
	return ticks, pauses
}

func pauseWord(d time.Duration) string {
	if d < 10*time.Second {
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	}
	return wait(int(d.Round(time.Second).Seconds()))
}

// niceStep divides a time into 4 to 10 steps of 1, 2 or 5.
func niceStep(total time.Duration) time.Duration {
	for unit := time.Microsecond; ; unit *= 10 {
		for _, step := range []time.Duration{unit, 2 * unit, 5 * unit} {
			if total/step <= 8 {
				return step
			}
		}
	}
}

func shortTime(t time.Duration) string {
	switch {
	case t >= time.Second:
		return strconv.FormatFloat(t.Seconds(), 'f', -1, 64) + " s"
	case t >= time.Millisecond || t == 0:
		return strconv.FormatFloat(float64(t.Microseconds())/1000, 'f', -1, 64) + " ms"
	}
	return strconv.FormatInt(t.Microseconds(), 10) + " µs"
}
