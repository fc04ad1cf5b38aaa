package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

const (
	quitTimeout  = 2 * time.Second        // for the reply to QUIT: it changes no verdict
	closeTimeout = time.Second            // for the server to close after it
	overrun      = 500 * time.Millisecond // what QUIT and closing may take beyond the session's deadline
	garbageGrace = 500 * time.Millisecond
)

// Session is one connection being talked over. It is the only thing that
// touches the wire and the only thing that emits events.
type Session struct {
	opts    *Options
	attempt *Attempt

	wire   *wire
	tls    *tls.Conn // nil in the clear
	reader *smtp.Reader
	began  time.Time
	opened time.Time // when the greeting could first be sent
	ends   time.Time // the session's deadline

	asked, shown bool // the server asked for a certificate of ours; it was shown

	stage       smtp.Stage
	transaction int
	extension   string // that is exercised for its own sake, see Event.Extension
	caps        smtp.Capabilities
	secrets     *secrets // that no event may have; nil: none
	extraParams []string // of each MAIL, and
	rcptParams  []string // of each RCPT, that the envelope asks for and the server offers
	prdr        bool     // PRDR is among them
	over        bool     // the dialogue is over: nothing more is sent
	hangUp      bool     // not at a command boundary, or not to be trusted: no QUIT
}

// Do sends commands in one segment and reads one reply for each. ok is false
// when the dialogue is over: a reply is missing, cannot be used, or was 421.
// Replies that did arrive are returned all the same.
func (s *Session) Do(commands ...smtp.Command) (replies []smtp.Reply, ok bool) {
	if s.over || s.early() {
		return nil, false
	}
	s.stage = commands[0].Stage
	sent, ok := s.send(commands)
	if !ok {
		return nil, false
	}
	for i, c := range commands {
		s.stage = c.Stage
		reply, ok := s.reply(sent)
		if ok || reply.Usable() {
			replies = append(replies, reply)
		}
		if !ok {
			s.hangUp = s.hangUp || i < len(commands)-1
			return replies, false
		}
	}
	return replies, true
}

// send writes commands and records them; sent is when they went out. It is taken
// before the write, since the answer can be there before the write returns.
func (s *Session) send(commands []smtp.Command) (sent time.Time, ok bool) {
	var b strings.Builder
	for _, c := range commands {
		b.WriteString(c.Wire())
	}
	_ = s.wire.SetWriteDeadline(s.deadline(s.stage))
	sent = time.Now()
	_, err := io.WriteString(s.stream(), b.String())
	for _, c := range commands {
		s.emit(Event{Kind: KindCommand, Stage: c.Stage, Command: c.Line}, sent)
	}
	// A server that has closed only its sending side still reads, and one that
	// is gone is told by the read that follows, with the truer cause.
	if err != nil && !s.wire.ended() {
		s.failed(err)
		return sent, false
	}
	return sent, true
}

// reply reads one reply, records it, and says whether the dialogue can go on.
func (s *Session) reply(sent time.Time) (smtp.Reply, bool) {
	s.wire.deadline = s.deadline(s.stage)
	s.reader.Hopeless = func() {
		if soon := time.Now().Add(garbageGrace); soon.Before(s.wire.deadline) {
			s.wire.deadline = soon
		}
	}
	s.reader.Keep = 0
	if s.stage == smtp.StageAuth {
		s.reader.Keep = smtp.MaxChallenge
	}
	r, at, err := s.reader.Reply()
	if len(r.Lines) > 0 {
		s.emit(Event{Kind: KindReply, Reply: &r, Latency: at.Sub(sent)}, at)
	}
	switch {
	case err != nil && len(r.Lines) > 0 && looksLike(r) != "":
		s.fail(FailNotSMTP, "it looks like "+looksLike(r))
	case err != nil:
		s.failedPartial(err, len(r.Lines) > 0)
	case !r.Usable():
		s.unusable(r)
	case r.Code == 421:
		s.over = true
	default:
		return r, true
	}
	return r, false
}

// early reports, and ends the session, if the server has said something that
// nothing was asked for. A 421 may come at any time (RFC 5321, section 3.8).
func (s *Session) early() bool {
	raw := s.pending()
	if len(raw) == 0 {
		return false
	}
	s.wire.poll = true
	r, at, err := s.reader.Reply()
	s.wire.poll = false
	if len(r.Lines) > 0 {
		s.emit(Event{Kind: KindReply, Reply: &r, Latency: NoLatency}, at)
	}
	if err == nil && r.Usable() && r.Code == 421 {
		s.over = true
		return true
	}
	s.failRaw(FailUnsolicited, "a reply to nothing: it came before the command it would answer", raw)
	return true
}

// pending returns bytes that have arrived and were not asked for.
func (s *Session) pending() []byte {
	s.wire.poll = true
	defer func() { s.wire.poll = false }()
	if err := s.reader.Fill(); err != nil {
		return nil
	}
	return s.reader.Buffered()
}

// unusable ends the session after a reply that cannot be judged.
func (s *Session) unusable(r smtp.Reply) {
	if what := looksLike(r); what != "" {
		s.fail(FailNotSMTP, "it looks like "+what)
		return
	}
	var words []string
	for _, d := range r.Defects {
		if d.Unusable() {
			words = append(words, string(d))
		}
	}
	s.fail(FailProtocol, strings.Join(words, ", ")+" in reply to "+s.stage.Request())
}

// unexpected ends the session after a reply that does not belong where it came.
func (s *Session) unexpected(r smtp.Reply) {
	s.fail(FailProtocol, fmt.Sprintf("%d in reply to %s is out of sequence", r.Code, s.stage.Request()))
}

// looksLike names the protocol that a first line belongs to, if it is a known one.
func looksLike(r smtp.Reply) string {
	line := r.Lines[0]
	switch {
	case strings.HasPrefix(line, "HTTP/"), strings.HasPrefix(line, "<!DOCTYPE"), strings.HasPrefix(line, "<html"):
		return "HTTP"
	case strings.HasPrefix(line, "SSH-"):
		return "SSH"
	case strings.HasPrefix(line, "+OK"), strings.HasPrefix(line, "-ERR"):
		return "POP3"
	case strings.HasPrefix(line, "* OK"), strings.HasPrefix(line, "* BYE"), strings.HasPrefix(line, "* PREAUTH"):
		return "IMAP"
	case strings.HasPrefix(line, "\x15\x03"), strings.HasPrefix(line, "\x16\x03"):
		return "TLS"
	}
	return ""
}

// stream is where the dialogue's bytes go: TLS, or the wire.
func (s *Session) stream() net.Conn {
	if s.tls != nil {
		return s.tls
	}
	return s.wire
}

// listen makes a new reader for the stream; nothing buffered survives it.
func (s *Session) listen() {
	s.reader = smtp.NewReader(s.stream())
	s.reader.Arrived = func() time.Time { return s.wire.arrived }
}

// deadline is when the stage now beginning must have ended.
func (s *Session) deadline(stage smtp.Stage) time.Time {
	d := time.Now().Add(s.opts.Timeouts.stage(stage))
	if s.ends.Before(d) {
		return s.ends
	}
	return d
}

// parting is when what belongs to the end of a session must be over, if it may
// take d.
func (s *Session) parting(d time.Duration) time.Time {
	return earlier(time.Now().Add(d), s.ends.Add(overrun))
}

// emit appends an event to the transcript and shows it to the observer. The
// fields that every event has are filled in here.
func (s *Session) emit(e Event, at time.Time) {
	e.Seq = len(s.attempt.Events) + 1
	e.Time = at.UTC().Truncate(time.Microsecond)
	e.Elapsed = at.Sub(s.began).Truncate(time.Microsecond)
	if e.Latency != NoLatency {
		e.Latency = max(0, e.Latency.Truncate(time.Microsecond))
	}
	if e.Stage == "" {
		e.Stage = s.stage
	}
	e.Secure = s.tls != nil
	e.Transaction = s.transaction
	if s.extension != "" {
		e.Extension = s.extension
	}
	if s.secrets != nil {
		e = s.secrets.event(e)
	}
	s.attempt.Events = append(s.attempt.Events, e)
	if s.opts.Observe != nil {
		s.opts.Observe(e)
	}
}

func (s *Session) note(n Note, text string) {
	s.emit(Event{Kind: KindNote, Note: n, Text: text}, time.Now())
}

// fail ends the session without a word to the server.
func (s *Session) fail(kind FailureKind, detail string) { s.failRaw(kind, detail, nil) }

func (s *Session) failRaw(kind FailureKind, detail string, raw []byte) {
	if len(raw) > smtp.MaxLine {
		raw = raw[:smtp.MaxLine]
	}
	f := &Failure{Kind: kind, Detail: detail, Raw: append([]byte(nil), raw...)}
	s.emit(Event{Kind: KindFailure, Failure: f}, time.Now())
	s.over, s.hangUp = true, true
}

// fault ends the dialogue on a fault of ours; the connection is sound.
func (s *Session) fault(detail string) {
	s.emit(Event{Kind: KindFailure, Failure: &Failure{Kind: FailLocal, Detail: detail}}, time.Now())
	s.over = true
}

// failed ends the session on an error of the connection.
func (s *Session) failed(err error) { s.failedPartial(err, false) }

func (s *Session) failedPartial(err error, partial bool) {
	kind, detail := classify(err)
	if s.wire.ctx.Err() != nil {
		kind, detail = FailInterrupted, ""
	}
	f := &Failure{Kind: kind, Detail: detail, Partial: partial}
	s.emit(Event{Kind: KindFailure, Failure: f}, time.Now())
	s.over, s.hangUp = true, true
}

// classify says what an error of an open connection means.
func classify(err error) (FailureKind, string) {
	switch {
	case errors.Is(err, context.Canceled):
		return FailInterrupted, ""
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		return FailTimeout, ""
	case errors.Is(err, smtp.ErrSessionTooLong):
		return FailLimit, err.Error()
	case errors.Is(err, smtp.ErrReplyTooLong):
		return FailLimit, fmt.Sprintf("a reply over the limit of %d KiB or %d lines", smtp.MaxReply>>10, smtp.MaxReplyLines)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return FailClosed, ""
	case isReset(err):
		return FailReset, ""
	case isUnreachable(err):
		return FailReset, cause(err)
	case aboutCertificate(err):
		return classifyTLS(err)
	case strings.Contains(err.Error(), "tls: "):
		return FailProtocol, "inside TLS: " + smtp.Printable(err.Error())
	}
	return FailClosed, cause(err)
}

// cause is the innermost message of an error, without the addresses that net
// puts in front: the transcript has them already.
func cause(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		err = op.Err
	}
	var sys *os.SyscallError
	if errors.As(err, &sys) {
		err = sys.Err
	}
	return err.Error()
}
