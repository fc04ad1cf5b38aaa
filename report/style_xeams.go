package report

import (
	"fmt"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/probe"
)

// xeamsStyle is the conversation log of Xeams: S is who sends the mail, that is
// smtpcheck, and C is who answers. Of a session with STARTTLS the part before
// the handshake is left out, unless all details are asked for.
type xeamsStyle struct {
	o     Options
	theme *theme
	zone  *time.Location
}

func (x *xeamsStyle) live() bool                 { return false } // the first line says whether TLS will come
func (x *xeamsStyle) whole() bool                { return false }
func (x *xeamsStyle) heard() string              { return "C --> " }
func (x *xeamsStyle) comment(line string) string { return hashed(line) }

func (x *xeamsStyle) head(tool string, at time.Time) string {
	return "# " + tool + ", " + dateAndZone(at, x.zone) + "; S = smtpcheck, C = the server, as in Xeams"
}

func (x *xeamsStyle) lines(s *check.Session, events []check.Event) []string {
	var out []string
	from := x.begin(events)
	for i := range events {
		e := &events[i].Event
		prefix := e.Time.In(x.zone).Format("2006-01-02 15:04:05,000") + fmt.Sprintf(" - [%10d] ", s.ID)
		add := func(shade shade, text string) { out = append(out, prefix+paint(shade, text)) }
		if e.Seq == 1 {
			secure := ""
			if s.TLS != nil {
				secure = "(secure) "
			}
			ip, _ := ipPort(s)
			add(x.theme.dim, "************ New "+secure+"connection to: "+ip)
		}
		if i >= from || e.Kind == probe.KindFailure {
			x.event(s, e, add)
		}
		if e.Kind == probe.KindClose || e.Kind == probe.KindFailure && s.Events[len(s.Events)-1].Seq == e.Seq {
			add(x.theme.dim, fmt.Sprintf("~~~~~~~~~~~~ Connection Terminated (%4d)", e.Elapsed.Round(time.Microsecond).Milliseconds()))
		}
	}
	return out
}

// begin is where what is told begins: behind the handshake of STARTTLS.
func (x *xeamsStyle) begin(events []check.Event) int {
	if x.o.Verbosity >= Verbose {
		return 0
	}
	for i := range events {
		if events[i].Kind == probe.KindTLS {
			return i + 1
		}
	}
	return 0
}

func (x *xeamsStyle) event(s *check.Session, e *probe.Event, add func(shade, string)) {
	switch e.Kind {
	case probe.KindCommand:
		add(x.theme.command, "S <-- "+clean(e.Command))
	case probe.KindReply:
		for _, line := range e.Reply.Lines {
			add(x.theme.reply(e), "C --> "+exact(line))
		}
	case probe.KindData:
		add(x.theme.command, "S <-- ("+message(e.Data)+")")
	case probe.KindTLS:
		add(x.theme.dim, "************ "+handshake(e.TLS))
	case probe.KindFailure:
		add(x.theme.transient, "************ "+failed(s, e))
	case probe.KindNote:
		add(x.theme.dim, "************ "+noted(e))
	}
}
