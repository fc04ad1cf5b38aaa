package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
)

// status is the line that says what is still waited for. It is redrawn on
// events only, and takes itself off the screen before anything else is written.
// Its bytes are text, blanks and carriage returns: every terminal can do that.
type status struct {
	out   io.Writer // nil: there is none
	width int
	shown string // what is on the screen

	looking  string // the domain whose hosts are not known yet
	waiting  []awaited
	verdicts []early
	pauses   []check.Pause
	location *time.Location
	messages int // to be sent
	sent     int // of them
}

// awaited is a session that has not ended.
type awaited struct {
	session int
	host    string
}

// early is a verdict that is known although sessions go on.
type early struct{ report, text string }

func newStatus(o Options) *status {
	s := &status{out: o.Status, width: 79, location: o.location()} // most terminals have 80 columns
	if o.Width > 0 {
		s.width = o.width() - 1
	}
	if o.Verbosity == Quiet {
		s.out = nil
	}
	return s
}

func (s *status) begin(refs []check.Ref) {
	s.waiting = nil
	if len(refs) > 0 {
		s.looking = clean(refs[0].Recipient[strings.LastIndexByte(refs[0].Recipient, '@')+1:])
	}
}

func (s *status) plan(session *check.Session) {
	s.looking = ""
	host := clean(session.Host)
	if _, port := ipPort(session); port != "25" && port != "" {
		host += ":" + port
	}
	s.waiting = append(s.waiting, awaited{session.ID, host})
}

func (s *status) end(session *check.Session) {
	s.waiting = slices.DeleteFunc(s.waiting, func(a awaited) bool { return a.session == session.ID })
}

func (s *status) known(ref check.Ref, v diagnose.Verdict) {
	s.verdicts = append(s.verdicts, early{ref.ID, clean(ref.Recipient) + " is " + string(v)})
}

func (s *status) done(report string) {
	s.looking = ""
	s.verdicts = slices.DeleteFunc(s.verdicts, func(e early) bool { return e.report == report })
}

// text is what the line says now.
func (s *status) text() string {
	var parts []string
	for _, e := range s.verdicts {
		parts = append(parts, e.text)
	}
	var hosts []string
	for _, a := range s.waiting {
		if !slices.Contains(hosts, a.host) {
			hosts = append(hosts, a.host)
		}
	}
	if len(hosts) > 0 {
		parts = append(parts, "waiting for "+strings.Join(hosts, ", "))
	}
	if s.messages > 1 && s.sent > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d messages", s.sent, s.messages))
	}
	if s.looking != "" {
		parts = append(parts, "looking up "+s.looking)
	}
	if len(s.pauses) > 0 && len(hosts) == 0 && s.looking == "" {
		parts = append(parts, pauseWords(s.pauses, s.location))
	}
	return strings.Join(parts, "; ")
}

// draw shows the line as it is now, if that is not what is there.
func (s *status) draw() { s.show(s.text()) }

func (s *status) show(text string) {
	if s.out == nil {
		return
	}
	text = cut(text, s.width)
	if text == s.shown {
		return
	}
	s.clear()
	_, _ = io.WriteString(s.out, text)
	s.shown = text
}

// clear takes the line off the screen.
func (s *status) clear() {
	if s.out == nil || s.shown == "" {
		return
	}
	_, _ = io.WriteString(s.out, "\r"+blanks(widthOf(s.shown))+"\r")
	s.shown = ""
}

// StatusLine is such a line for a command whose result is written when all is over.
type StatusLine struct{ status *status }

// NewStatusLine makes a line; it shows nothing where the options have no terminal for it.
func NewStatusLine(o Options) *StatusLine { return &StatusLine{newStatus(o)} }

// Waiting shows what is waited for; nothing takes the line off the screen.
func (l *StatusLine) Waiting(places []string) {
	if len(places) == 0 {
		l.status.clear()
		return
	}
	l.status.show("waiting for " + list(slices.Compact(places)))
}
