package report

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// rfcStyle is the bare C: and S: of RFC 5321, appendix D, and at the same time
// a dialogue that the lab plays: what happened besides is a directive or a comment.
type rfcStyle struct {
	theme *theme
	more  bool // a session was told
}

func (f *rfcStyle) live() bool                 { return false }
func (f *rfcStyle) whole() bool                { return true }
func (f *rfcStyle) heard() string              { return "S: " }
func (f *rfcStyle) comment(line string) string { return hashed(line) }

func (f *rfcStyle) head(tool string, at time.Time) string {
	return "# " + tool + ", " + at.UTC().Format(time.RFC3339) + "; C = smtpcheck, S = server"
}

func (f *rfcStyle) lines(s *check.Session, events []check.Event) []string {
	r := rfcLines{theme: f.theme}
	r.add(f.theme.dim, fmt.Sprintf("# session %d: %s%s", s.ID, where(s), again(s)))
	if f.more {
		r.add(f.theme.dim, "* session")
	}
	f.more = true
	for i := range events {
		r.event(s, &events[i].Event)
	}
	return r.out
}

// rfcLines collects the lines of a session.
type rfcLines struct {
	theme *theme
	out   []string
	last  *smtp.Reply // the reply before, nil behind anything else
}

func (r *rfcLines) add(shade shade, text string) { r.out = append(r.out, paint(shade, text)) }

func (r *rfcLines) event(s *check.Session, e *probe.Event) {
	dim := r.theme.dim
	switch e.Kind {
	case probe.KindCommand:
		r.add(r.theme.command, "C: "+pattern(e))
	case probe.KindReply:
		r.reply(e)
		r.last = e.Reply
		return
	case probe.KindData:
		r.add(dim, strings.TrimSpace(fmt.Sprintf("* data %d octets %s", e.Data.Size, digest(e.Data))))
	case probe.KindTLS:
		r.add(dim, handshakeDirective(e.TLS))
	case probe.KindFailure:
		r.failure(s, e)
	case probe.KindNote:
		r.add(dim, "# "+noted(e))
		switch e.Note {
		case probe.NoteQuitSilent:
			r.add(dim, "* stall")
		case probe.NoteLostAfterQuit:
			r.add(dim, "* close")
		}
	}
	r.last = nil
}

// pattern is a command as a pattern of the lab that only it fits: a star in it
// stands for itself. The stars that mask a secret stand for anything.
func pattern(e *probe.Event) string {
	text := clean(e.Command)
	if e.Stage == smtp.StageAuth {
		if text, _, _ = strings.Cut(text, " ("); strings.HasPrefix(text, "(") {
			text = "*" // an empty line
		}
	} else {
		text = strings.ReplaceAll(text, "*", `\x2a`)
	}
	if trimmed := strings.TrimRight(text, " "); len(trimmed) < len(text) {
		text = trimmed + strings.Repeat(`\x20`, len(text)-len(trimmed))
	}
	return text
}

// reply tells the lines of a reply; their bytes where they did not end in CRLF.
func (r *rfcLines) reply(e *probe.Event) {
	shade := r.theme.reply(e)
	if e.Reply.Ends != nil {
		r.add(shade, "* raw "+strconv.Quote(string(e.Reply.Raw())))
		return
	}
	for _, line := range e.Reply.Lines {
		if line == "" {
			r.add(shade, "S:")
			continue
		}
		r.add(shade, "S: "+exact(line))
	}
}

// failure tells what a server would have to do for a session to fail so.
func (r *rfcLines) failure(s *check.Session, e *probe.Event) {
	f := e.Failure
	r.add(r.theme.transient, "# "+failed(s, e))
	if raw := r.unsaid(f.Raw); len(raw) > 0 {
		r.add(r.theme.transient, "* raw "+strconv.Quote(string(raw)))
	}
	if d := directive(f, e.Stage); d != "" {
		r.add(r.theme.transient, d)
	}
}

// unsaid is what of bytes that came unasked the reply before does not show.
func (r *rfcLines) unsaid(raw []byte) []byte {
	if r.last == nil {
		return raw
	}
	return bytes.TrimPrefix(raw, r.last.Raw())
}

// directive is the lab's word for a failure; "" where the lines say it all.
func directive(f *probe.Failure, stage smtp.Stage) string {
	if stage == smtp.StageConnect {
		switch f.Kind {
		case probe.FailRefused, probe.FailUnreachable, probe.FailProhibited, probe.FailTimeout, probe.FailReset:
			return "* connect " + string(f.Kind)
		}
		return ""
	}
	switch f.Kind {
	case probe.FailTLS:
		return "* tls broken"
	case probe.FailTimeout:
		if stage == smtp.StageTLS {
			return "* tls silent"
		}
		return "* stall"
	case probe.FailClosed:
		return "* close"
	case probe.FailReset:
		return "* reset"
	}
	return ""
}

// handshakeDirective is "* tls TLS 1.3 ...", with the lab's word for what is wrong
// with the certificate.
func handshakeDirective(t *probe.TLS) string {
	version, known := strings.CutPrefix(t.Version, "TLS ")
	if t.Partial {
		return "* tls legacy " + clean(t.Version) + " " + clean(t.Cipher)
	}
	switch version {
	case "1.0", "1.1", "1.2", "1.3":
	default:
		known = false
	}
	if !known {
		return "* tls"
	}
	kind := map[string]string{
		"expired": "expired ", "not-yet-valid": "not-yet-valid ",
		"name-mismatch": "wrong-name ", "self-signed": "self-signed ",
	}[t.ProblemKind]
	text := "* tls " + kind + "TLS " + version + " with cipher " + oneLine(t.Cipher)
	if t.Curve != "" {
		text += ", " + oneLine(t.Curve)
	}
	return text
}

// digest is what is known of message text besides its size.
func digest(d *probe.Data) string {
	if !d.Complete {
		return "broken off"
	}
	return "sha256 " + clean(d.SHA256)
}
