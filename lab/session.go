package lab

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// Bounds on what a client can make a server keep.
const (
	maxLine     = 64 << 10 // bytes of a line
	maxMessage  = 1 << 20  // bytes of a message that are kept
	maxRecorded = 10000    // lines, messages and errors that are kept
)

// session is one connection and how far its script has got.
type session struct {
	server *Server
	script *script
	wire   *wire
	conn   net.Conn // the wire, or TLS over it
	in     *bufio.Reader
	out    bytes.Buffer
	slice  int // bytes in a write; 0 for no limit
	pos    int // the line that comes next

	heard      string   // what the client said last
	mail       string   // the MAIL command of this transaction
	recipients []string // those that were taken in it
	chunks     *message // what has come of a message in chunks
	secret     string   // for "* echo"
}

func newSession(s *Server, script *script, w *wire) *session {
	return &session{server: s, script: script, wire: w, conn: w, in: bufio.NewReader(w)}
}

// run plays the script: what the server says and does up to the next client
// line, then a line from the client, and so on.
func (s *session) run() {
	for {
		if err := s.block(); err != nil {
			return
		}
		line, err := s.readLine()
		if err != nil {
			return
		}
		s.server.recordLine(line)
		s.heard = line
		if err := s.follow(line); err != nil {
			return
		}
	}
}

// block says and does what stands before the next client line.
func (s *session) block() error {
	for ; s.pos < len(s.script.lines); s.pos++ {
		line := s.script.lines[s.pos]
		switch line.Kind {
		case ClientLine:
			return s.flush()
		case ServerLine:
			if err := s.send(line.Text + "\r\n"); err != nil {
				return err
			}
		case DirectiveLine:
			if err := line.action.do(s); err != nil {
				return err
			}
		}
	}
	return s.flush()
}

// follow goes to the place in the script that answers line: the next client line
// that fits, passing over what this client did not use; else the nearest one
// before it, such as for a second recipient; else a default answer.
func (s *session) follow(line string) error {
	at := s.find(line)
	if at < 0 {
		return s.improvise(line)
	}
	s.pos = at + 1
	s.keepEnvelope(line)
	if !isQuit(line) || !s.saysGoodbye() {
		return nil
	}
	if err := s.block(); err != nil {
		return err
	}
	return closing{}.do(s)
}

func (s *session) find(line string) int {
	fits := func(i int) bool {
		l := s.script.lines[i]
		return l.Kind == ClientLine && l.pattern.match(line)
	}
	if s.script.strict {
		if s.pos < len(s.script.lines) && fits(s.pos) {
			return s.pos
		}
		return -1
	}
	for i := s.pos; i < len(s.script.lines); i++ {
		if fits(i) {
			return i
		}
	}
	for i := min(s.pos, len(s.script.lines)) - 1; i >= 0; i-- {
		if fits(i) {
			return i
		}
	}
	return -1
}

// keepEnvelope keeps a MAIL command, and the recipient of a RCPT command that is
// about to be taken.
func (s *session) keepEnvelope(line string) {
	verb, rest, _ := strings.Cut(line, ":")
	switch verb = strings.ToUpper(verb); {
	case verb == "MAIL FROM":
		s.mail, s.recipients = line, nil
	case verb == "RCPT TO" && s.pos < len(s.script.lines) && len(s.recipients) < 1000:
		if next := s.script.lines[s.pos]; next.Kind == ServerLine && strings.HasPrefix(next.Text, "25") {
			to, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(rest), "<"), ">")
			s.recipients = append(s.recipients, to)
		}
	}
}

func isQuit(line string) bool { return strings.EqualFold(strings.TrimSpace(line), "QUIT") }

// saysGoodbye reports whether what comes before the next client line is just
// a 221, after which a server closes.
func (s *session) saysGoodbye() bool {
	goodbye := false
	for _, line := range s.script.lines[s.pos:] {
		if line.Kind == ClientLine {
			break
		}
		text := line.Text
		if line.Kind == DirectiveLine {
			bytes, ok := line.action.(raw)
			if !ok {
				return false
			}
			text = string(bytes)
		}
		goodbye = strings.HasPrefix(text, "221")
	}
	return goodbye
}

// improvise answers what the dialogue does not know.
func (s *session) improvise(line string) error {
	if s.script.strict {
		s.complain(line)
		return errDone
	}
	switch verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " "); verb {
	case "QUIT":
		if err := s.send("221 2.0.0 bye\r\n"); err != nil {
			return err
		}
		return closing{}.do(s)
	case "RSET", "NOOP":
		return s.send("250 2.0.0 ok\r\n")
	}
	s.complain(line)
	return s.send("500 5.5.1 not in this dialogue\r\n")
}

// complain records that the client said something the dialogue does not know.
func (s *session) complain(line string) {
	expected := "nothing more"
	for _, l := range s.script.lines[min(s.pos, len(s.script.lines)):] {
		if l.Kind == ClientLine {
			expected = fmt.Sprintf("line %d, %q", l.Number, l.Text)
			break
		}
	}
	s.server.recordError(fmt.Errorf("%s: the client said %q where the dialogue has %s",
		s.server.dialogue.Name, smtp.Printable(shorten(line)), expected))
}

// readLine returns the client's next line without its end; what is over the
// limit is dropped.
func (s *session) readLine() (string, error) {
	var line []byte
	for {
		part, err := s.in.ReadSlice('\n')
		line = append(line, part[:min(len(part), maxLine-len(line))]...)
		if err == nil {
			return strings.TrimRight(string(line), "\r\n"), nil
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return "", err
		}
	}
}

// send puts text into the buffer, and a full buffer on the wire.
func (s *session) send(text string) error {
	s.out.WriteString(text)
	if s.out.Len() < 16<<10 {
		return nil
	}
	return s.flush()
}

// flush sends what is in the buffer: in one write, or in slices.
func (s *session) flush() error {
	defer s.out.Reset()
	for s.out.Len() > 0 {
		n := s.out.Len()
		if s.slice > 0 {
			n = min(n, s.slice)
		}
		if _, err := s.conn.Write(s.out.Next(n)); err != nil {
			return err
		}
	}
	return nil
}

// pause lets d pass, or less if the server is closed.
func (s *session) pause(d time.Duration) error {
	if err := s.flush(); err != nil {
		return err
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-s.server.done:
		return net.ErrClosed
	}
}

// drain reads and forgets what the client sends until it goes, for d at most.
func (s *session) drain(d time.Duration) {
	_ = s.wire.SetReadDeadline(time.Now().Add(d))
	discard(s.wire.Conn) // none of this is a turn
}

// closeWrite ends what the server sends: TLS's close_notify first, then FIN.
func (s *session) closeWrite() error {
	if t, ok := s.conn.(*tls.Conn); ok {
		_ = t.CloseWrite()
	}
	return s.wire.CloseWrite()
}

// upgrade puts conn, which is TLS over the wire, in place of it.
func (s *session) upgrade(conn net.Conn) {
	s.conn = conn
	s.in = bufio.NewReader(conn)
}

// unread returns the wire with what was read ahead of it put back in front.
func (s *session) unread() net.Conn {
	ahead, _ := s.in.Peek(s.in.Buffered())
	if len(ahead) == 0 {
		return s.wire
	}
	return &prefixed{s.wire, io.MultiReader(bytes.NewReader(bytes.Clone(ahead)), s.wire)}
}

// prefixed is a wire with bytes put back in front.
type prefixed struct {
	*wire
	r io.Reader
}

// Read returns what was put back, and then what comes.
func (p *prefixed) Read(b []byte) (int, error) { return p.r.Read(b) }
