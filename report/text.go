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
	last  any                   // whose lines were told last, for the blank line between sessions
	live  *liveSession
}

// sessionName tells sessions apart: no two have the same place and time.
type sessionName struct {
	address string
	started time.Time
}

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
	return &text{w: w, o: o, theme: t, style: style, told: make(map[sessionName]*seqs)}, nil
}

// say adds lines to what is written next.
func (t *text) say(lines ...string) {
	for _, line := range lines {
		t.buf.WriteString(line)
		t.buf.WriteByte('\n')
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
		t.say(t.verdictLine(r))
		return t.flush()
	}
	if d == nil || !d.seen || d.refs[0].ID != r.ID {
		t.begin(clean(r.Tool.Name)+" "+clean(r.Tool.Version), r.Started.Time, r.Recipient)
	}
	if t.o.Verbosity >= Verbose {
		t.resolution(r.Resolution)
	}
	fresh := t.transcripts(r, d)
	if t.o.Style == StyleSmtpcheck {
		t.blank()
		t.hosts(r)
		t.timing(fresh)
		t.walk(r)
		t.findings(r)
	}
	t.blank()
	t.verdict(r)
	t.last = r.ID
	return t.flush()
}

// begin tells the first line, and for whom what follows is.
func (t *text) begin(tool string, at time.Time, recipient string) {
	if head := t.style.head(tool, at); head != t.head {
		t.between(head)
		t.head = head
		t.say(paint(t.theme.dim, head))
	}
	if recipient != t.title {
		t.title = recipient
		if t.last != t.head {
			t.between(recipient)
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

// between tells a blank line if what comes next is not of who told last.
func (t *text) between(who any) {
	if t.last != nil && t.last != who && t.last != t.head {
		t.say("")
	}
	t.last = who
}

func (t *text) blank() { t.comment("") }

// transcripts tells the events of a report that were not told yet, and returns
// the sessions of which there were any.
func (t *text) transcripts(r *check.Report, d *destination) []*check.Session {
	var fresh []*check.Session
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
		t.between(sessionName{s.Address, s.Started.Time})
		t.say(t.style.lines(s, events)...)
		fresh = append(fresh, s)
	}
	return fresh
}

// toldOf returns the set of the events of a session that were told.
func (t *text) toldOf(s *check.Session, d *destination) *seqs {
	name := sessionName{s.Address, s.Started.Time}
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
		t.begin("smtpcheck "+clean(t.o.Version), d.refs[0].Started.Time, d.refs[0].Recipient)
	}
	for _, e := range events {
		d.toldOf(s.ID).add(e.Seq)
	}
	t.between(liveSession{d, s.ID})
	t.say(t.style.lines(s, events)...)
	return t.flush()
}
