package report

import (
	"io"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/probe"
)

// text is the format for people: the transcripts, then what they mean.
//
// In a file and in a pipe it is a function of the reports. On a terminal the
// first session of a destination that connects is shown while it goes on and the others whole
// when they end; what a report then adds is the rest.
type text struct {
	w     io.Writer
	o     Options
	theme *theme
	style style
	buf   strings.Builder

	head  string                // the first line, as last told
	title string                // the recipient, as last told
	told  map[sessionName]*seqs // the events told
	timed map[sessionName]bool  // the sessions whose time was told
	last  any                   // whose lines were told last, for the blank line between sessions
	lines int                   // how many those were
	empty bool                  // the line told last is blank, or there is none
	live  *liveSession
}

// sessionName tells sessions apart: no two have the same place and time.
type sessionName struct {
	address string
	started time.Time
}

func nameOf(s *check.Session) sessionName { return sessionName{s.Address, s.Started.Time} }

// liveSession is the session that is shown while it goes on.
type liveSession struct {
	d  *destination
	id int
}

func newText(w io.Writer, o Options) (*text, error) {
	t := newTheme(o.Color)
	style, err := newStyle(o, t)
	if err != nil {
		return nil, err
	}
	return &text{w: w, o: o, theme: t, style: style, empty: true, told: make(map[sessionName]*seqs), timed: make(map[sessionName]bool)}, nil
}

// say adds lines to what is written next.
func (t *text) say(lines ...string) {
	for _, line := range lines {
		t.buf.WriteString(line)
		t.buf.WriteByte('\n')
		t.empty = line == t.style.comment("")
	}
}

// comment adds lines that are not of a transcript.
func (t *text) comment(lines ...string) {
	for _, line := range lines {
		t.say(strings.TrimRight(t.style.comment(line), " "))
	}
}

// flush writes what was said.
func (t *text) flush() error {
	_, err := io.WriteString(t.w, t.buf.String())
	t.buf.Reset()
	return err
}

func (t *text) close() error { return nil }

// report tells a report.
func (t *text) report(r *check.Report, d *destination) error {
	if t.o.Verbosity == Quiet {
		t.say(verdictLine(t.theme, r) + expectedLine(t.theme, r.Expected))
		return t.flush()
	}
	if d == nil || !d.seen || d.refs[0].ID != r.ID {
		t.begin(clean(toolOf(r)), r.Started.Time, r.Recipient)
	}
	if t.o.Verbosity >= Verbose {
		t.resolution(r.Resolution)
	}
	t.transcripts(r, d)
	if r.Copy != nil && r.Copy.Number > 1 {
		return t.again(r)
	}
	if t.o.Style == StyleSmtpcheck {
		t.blank()
		last := latest(r)
		t.hosts(last)
		t.tlsCheck(last)
		t.capabilities(last)
		t.exercised(last)
		t.policies(last)
		t.truth(last.Resolution)
		t.timing(last)
		t.asked(last)
		t.waited(r)
		t.walk(last)
		t.findings(r)
	}
	t.blank()
	t.verdict(r)
	t.expected(r)
	t.last, t.lines = r.ID, 2
	return t.flush()
}

// again tells what a further message to a recipient adds to the first.
func (t *text) again(r *check.Report) error {
	if t.o.Style == StyleSmtpcheck {
		t.blank()
		t.findings(r)
	}
	t.blank()
	t.verdict(r)
	t.expected(r)
	t.last, t.lines = r.ID, 2
	return t.flush()
}

// begin tells the first line, and for whom what follows is.
func (t *text) begin(tool string, at time.Time, recipient string) {
	if head := t.style.head(tool, at); head != t.head {
		t.between(head, 2)
		t.head = head
		t.say(paint(t.theme.dim, head))
	}
	if recipient != t.title {
		t.title = recipient
		if t.last != t.head {
			t.between(recipient, 2)
		}
		t.say(paint(t.theme.dim, strings.TrimRight(t.style.comment(hash(t.o.Style)+clean(recipient)), " ")))
	}
	t.last = t.head
}

// hash is what a title begins with in styles whose comments have no mark.
func hash(s Style) string {
	if s == StyleSmtpcheck {
		return "# "
	}
	return ""
}

// between tells a blank line if what comes next, a number of lines, is not of
// who told last. Sessions of one line stand together.
func (t *text) between(who any, lines int) {
	if t.last != nil && t.last != who && t.last != t.head && (lines > 1 || t.lines > 1) {
		t.say("")
	}
	if t.last != who {
		t.last, t.lines = who, 0
	}
	t.lines += lines
}

// blank tells a blank line, if the line before is not one.
func (t *text) blank() {
	if !t.empty {
		t.comment("")
	}
}

// transcripts tells the events of a report that were not told yet.
func (t *text) transcripts(r *check.Report, d *destination) {
	for i := range r.Sessions {
		s := &r.Sessions[i]
		told := t.toldOf(s, d)
		var events []check.Event
		for _, e := range s.Events {
			if told.add(e.Seq) || t.style.whole() {
				events = append(events, e)
			}
		}
		if len(events) == 0 {
			continue
		}
		lines := t.style.lines(s, events)
		t.between(nameOf(s), len(lines))
		t.say(lines...)
	}
}

// toldOf returns the set of the events of a session that were told.
func (t *text) toldOf(s *check.Session, d *destination) *seqs {
	name := nameOf(s)
	if t.told[name] == nil {
		t.told[name] = new(seqs)
		if d != nil {
			t.told[name] = d.toldOf(s.ID)
		}
	}
	return t.told[name]
}

// event shows an event while it happens, or keeps it until its session ends.
func (t *text) event(d *destination, s *check.Session, e *probe.Event) error {
	if !t.o.Live || !t.style.live() || t.o.Verbosity == Quiet {
		return nil
	}
	if t.live == nil && !d.live && e.Kind == probe.KindConnect {
		d.live = true
		t.live = &liveSession{d, s.ID}
	}
	events := []check.Event{{Event: *e}}
	if t.live == nil || *t.live != (liveSession{d, s.ID}) {
		d.held[s.ID] = append(d.held[s.ID], events...)
		return nil
	}
	return t.show(d, s, events)
}

// end shows a session that has ended, if it was not shown live.
func (t *text) end(d *destination, s *check.Session) error {
	if t.live != nil && *t.live == (liveSession{d, s.ID}) {
		t.live = nil
		return nil
	}
	events := d.held[s.ID]
	delete(d.held, s.ID)
	if len(events) == 0 {
		return nil
	}
	return t.show(d, s, events)
}

func (t *text) show(d *destination, s *check.Session, events []check.Event) error {
	if !d.seen {
		d.seen = true
		t.begin(strings.TrimSpace("smtpcheck "+clean(t.o.Version)), d.refs[0].Started.Time, d.refs[0].Recipient)
	}
	for _, e := range events {
		d.toldOf(s.ID).add(e.Seq)
	}
	lines := t.style.lines(s, events)
	t.between(liveSession{d, s.ID}, len(lines))
	t.say(lines...)
	return t.flush()
}
