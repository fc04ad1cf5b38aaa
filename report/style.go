package report

import (
	"fmt"
	"strconv"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// style is how the text format prints a transcript.
type style interface {
	// head is the first line: the tool, the date and zone, the letters.
	head(tool string, at time.Time) string
	// lines tells events of a session. A style that is live is given them one by
	// one or all at once, with the same result.
	lines(s *check.Session, events []check.Event) []string
	live() bool
	// comment makes a line of ours, behind the transcript, fit in.
	comment(line string) string
	// heard stands before a line of the server where one is quoted.
	heard() string
	// whole says that every report shows its sessions whole, though an earlier one did.
	whole() bool
}

// newStyle makes a style.
func newStyle(o Options, t *theme) (style, error) {
	switch o.Style {
	case StyleSmtpcheck:
		return &houseStyle{o: o, theme: t, zone: o.location()}, nil
	case StyleXeams:
		return &xeamsStyle{o: o, theme: t, zone: o.location()}, nil
	case StyleSwaks:
		return &swaksStyle{theme: t, zone: o.location()}, nil
	case StyleRFC:
		return &rfcStyle{theme: t}, nil
	}
	return nil, fmt.Errorf("unknown style %q", string(o.Style))
}

// dateAndZone is "2026-11-22 +01:00".
func dateAndZone(at time.Time, zone *time.Location) string {
	return at.In(zone).Format("2006-01-02 -07:00")
}

// heard is the direction of what the server says.
const heard = "S <-- "

// houseStyle is the style of smtpcheck: time, session, direction, line, latency.
type houseStyle struct {
	o     Options
	theme *theme
	zone  *time.Location
}

func (h *houseStyle) live() bool                 { return true }
func (h *houseStyle) whole() bool                { return false }
func (h *houseStyle) heard() string              { return heard }
func (h *houseStyle) comment(line string) string { return line }

func (h *houseStyle) head(tool string, at time.Time) string {
	kind := "local"
	if h.o.UTC {
		kind = "UTC"
	}
	return "# " + tool + ", " + dateAndZone(at, h.zone) + "; times are " + kind + "; C = smtpcheck, S = server"
}

// A terminal of fewer columns is too narrow for the date on every line: the
// first line has it.
const withDate = 90

func (h *houseStyle) lines(s *check.Session, events []check.Event) []string {
	var out []string
	for i := range events {
		e := &events[i].Event
		p := printer{house: h, prefix: h.prefix(s, e)}
		p.event(s, e)
		out = append(out, p.out...)
	}
	return out
}

func (h *houseStyle) prefix(s *check.Session, e *probe.Event) string {
	form := "2006-01-02 15:04:05.000"
	if h.o.Width > 0 && h.o.Width < withDate {
		form = "15:04:05.000"
	}
	return e.Time.In(h.zone).Format(form) + " [" + strconv.Itoa(s.ID) + "] "
}

// printer collects the lines of one event.
type printer struct {
	house  *houseStyle
	prefix string
	out    []string
}

// event tells one event.
func (p *printer) event(s *check.Session, e *probe.Event) {
	t := p.house.theme
	switch e.Kind {
	case probe.KindConnect:
		p.line("*** "+connected(s)+via(e), latency(e), t.dim)
	case probe.KindCommand:
		p.line("C --> "+clean(e.Command), "", t.command)
	case probe.KindReply:
		p.reply(e)
	case probe.KindTLS:
		p.tls(e)
	case probe.KindData:
		p.line("C --> ("+message(e.Data)+")", "", t.command)
	case probe.KindFailure:
		took := ""
		if e.Stage == smtp.StageConnect {
			took = millis(e.Elapsed)
		}
		p.line("*** "+failed(s, e), took, t.transient)
		p.bytes(e.Failure.Raw)
	case probe.KindClose:
		p.line("*** connection closed", "", t.dim)
	default:
		p.line("*** "+noted(e), "", t.dim)
	}
}

// latency is that of an event; "" where there is none.
func latency(e *probe.Event) string {
	if !e.HasLatency() || e.Latency == 0 {
		return ""
	}
	return millis(e.Latency)
}

// How many lines of one reply are told, unless all are asked for.
const (
	firstLines = 40
	lastLines  = 4
)

// reply tells a reply: its lines, and what is wrong with it.
func (p *printer) reply(e *probe.Event) {
	t := p.house.theme
	shade := t.reply(e)
	lines := e.Reply.Lines
	for i, line := range lines {
		left := len(lines) - firstLines - lastLines
		if left > 1 && p.house.o.Verbosity < Verbose && i >= firstLines && i < len(lines)-lastLines {
			if i == firstLines {
				p.line(fmt.Sprintf("*** %d lines left out here", left), "", t.dim)
			}
			continue
		}
		tail := ""
		if i == len(lines)-1 {
			tail = latency(e)
			if v := said(e); v != "" {
				tail = string(v) + "  " + padLeft(tail, len("123.4 ms"))
			}
		}
		p.line(heard+exact(line), tail, shade)
	}
	if len(e.Reply.Defects) > 0 {
		words := make([]string, len(e.Reply.Defects))
		for i, d := range e.Reply.Defects {
			words[i] = string(d)
		}
		p.line("*** this reply has: "+list(words), "", t.transient)
		if p.house.o.Verbosity >= Verbose {
			p.bytes(e.Reply.Raw())
		}
	}
}

// bytes shows bytes as a Go string.
func (p *printer) bytes(b []byte) {
	if len(b) == 0 {
		return
	}
	more := ""
	if len(b) > smtp.MaxLine {
		more = fmt.Sprintf(" and %d bytes more", len(b)-smtp.MaxLine)
		b = b[:smtp.MaxLine]
	}
	p.line("*** raw "+strconv.Quote(string(b))+more, "", p.house.theme.dim)
}

// tls tells what a handshake established.
func (p *printer) tls(e *probe.Event) {
	t, dim := e.TLS, p.house.theme.dim
	p.line("*** "+handshake(t), latency(e), dim)
	if p.house.o.Verbosity >= Verbose {
		for i := range t.Chain {
			p.certificate(&t.Chain[i], e.Time)
		}
	} else if len(t.Chain) > 0 {
		p.line("*** "+certificate(&t.Chain[0], 3, e.Time), "", dim)
	}
	if ours := ourCertificate(t); ours != "" {
		p.line("*** "+ours, "", dim)
	}
	switch {
	case t.Partial:
		p.line("*** left there: what the server would take is known", "", dim)
	case t.Trust == probe.TrustVerified && !t.Verified:
		p.line("*** verified as asked; by authority and name it is not: "+oneLine(t.Problem), "", dim)
	case !t.Verified:
		p.line("*** not verified: "+oneLine(t.Problem), "", p.house.theme.transient)
	}
	if len(t.NotFor) > 0 && t.ProblemKind == "" {
		p.line("*** the certificate is not for "+list(t.NotFor), "", p.house.theme.transient)
	}
}

// certificate tells all about a certificate.
func (p *printer) certificate(c *probe.Certificate, now time.Time) {
	dim := p.house.theme.dim
	p.line("*** "+certificate(c, len(c.Names), now), "", dim)
	p.line("***   since "+c.NotBefore.UTC().Format(time.DateOnly)+", "+clean(c.Key)+", signed with "+clean(c.Signature)+
		", serial "+clean(c.Serial), "", dim)
	p.line("***   SHA-256 "+clean(c.SHA256), "", dim)
	p.line("***   SPKI SHA-256 "+clean(c.SPKISHA256), "", dim)
}

// latencyColumn is where latencies end in a file, where the line is short enough.
const latencyColumn = 90

// line adds a line, its tail at the right: in the latency column of a file, or
// at the right edge of the terminal's last row that the line takes.
func (p *printer) line(text, tail string, shade shade) {
	line := paint(p.house.theme.dim, p.prefix) + paint(shade, text)
	if tail == "" {
		p.out = append(p.out, line)
		return
	}
	taken, gap := widthOf(p.prefix)+widthOf(text), 3
	if w := p.house.o.Width; w > 0 {
		gap = w - taken%w - widthOf(tail)
		if gap < 2 {
			gap += w
		}
	} else {
		gap = max(gap, latencyColumn-taken-widthOf(tail))
	}
	p.out = append(p.out, line+blanks(gap)+paint(p.house.theme.tail(shade), tail))
}

// reply is the colour of a reply: what it means for the mail.
func (t *theme) reply(e *probe.Event) shade {
	switch {
	case !e.Reply.Usable():
		return t.transient
	case e.Reply.Class() == 4:
		return t.transient
	case e.Reply.Class() == 5:
		return t.bad
	case said(e) == diagnose.Accepted:
		return t.good
	}
	return nil
}

// tail is the colour of what stands at the right of a line.
func (t *theme) tail(line shade) shade {
	if line == t.good || line == t.transient || line == t.bad {
		return line
	}
	return t.dim
}
