package lab

import (
	"errors"
	"io"
	"strings"
	"time"
)

// The directives that need more than a few words to do.
type (
	raw       string
	sleep     time.Duration
	slice     int
	readData  struct{}
	drop      struct{}
	stall     struct{}
	noRead    struct{}
	halfClose struct{}
	reset     struct{}
	closing   struct{ abrupt bool }
	drip      struct {
		interval time.Duration
		forever  bool
		bytes    string
	}
	flood struct {
		bytes string
		times int // 0: until the client goes
	}
)

// errDone ends a session that went as written.
var errDone = errors.New("the dialogue has ended")

// forGood is how long a server that never does anything again keeps its
// connection; nobody waits so long, and a lab that runs for days must end it.
const forGood = time.Hour

func (a raw) do(s *session) error { return s.send(string(a)) }

func (a sleep) do(s *session) error { return s.pause(time.Duration(a)) }

func (a slice) do(s *session) error {
	err := s.flush()
	s.slice = int(a)
	return err
}

func (readData) do(s *session) error { return s.readMessage() }

func (drop) do(s *session) error {
	_, err := s.in.Discard(s.in.Buffered())
	return err
}

func (stall) do(s *session) error {
	if err := s.flush(); err != nil {
		return err
	}
	s.drain(forGood)
	return errDone
}

func (noRead) do(s *session) error {
	s.wire.shrinkWindow()
	if err := s.pause(forGood); err != nil {
		return err
	}
	return errDone
}

func (halfClose) do(s *session) error {
	if err := s.flush(); err != nil {
		return err
	}
	return s.closeWrite()
}

func (reset) do(s *session) error {
	if err := s.flush(); err != nil {
		return err
	}
	s.wire.reset()
	return errDone
}

// do sends FIN and lets the client see it before the connection goes: closing a
// connection with unread bytes would be a reset.
func (a closing) do(s *session) error {
	if err := s.flush(); err != nil {
		return err
	}
	end := s.closeWrite
	if a.abrupt {
		end = s.wire.CloseWrite
	}
	if err := end(); err != nil {
		return err
	}
	s.drain(time.Minute)
	return errDone
}

func (a drip) do(s *session) error {
	for {
		for i := range len(a.bytes) {
			if err := s.pause(a.interval); err != nil {
				return err
			}
			if err := s.send(a.bytes[i : i+1]); err != nil {
				return err
			}
			if err := s.flush(); err != nil {
				return err
			}
		}
		if !a.forever {
			return nil
		}
	}
}

func (a flood) do(s *session) error {
	const batch = 16 << 10
	each := max(batch/len(a.bytes), 1)
	text := strings.Repeat(a.bytes, each)
	for left := a.times; a.times == 0 || left > 0; left -= each {
		if a.times > 0 && left < each {
			text = text[:left*len(a.bytes)]
		}
		if err := s.send(text); err != nil {
			return err
		}
	}
	return nil
}

// readMessage reads message text up to its last line, a dot alone, and keeps it
// without the dots that were put in for safety (RFC 5321, section 4.5.2). Only
// CRLF ends a line.
func (s *session) readMessage() error {
	if err := s.flush(); err != nil {
		return err
	}
	m := &message{}
	var line []byte
	for {
		b, err := s.in.ReadByte()
		if err != nil {
			s.server.recordMessage(m, false)
			return err
		}
		line = append(line, b)
		ended := b == '\n' && len(line) > 1 && line[len(line)-2] == '\r'
		if !ended && len(line) < maxLine {
			continue
		}
		if string(line) == ".\r\n" && m.lineStart() {
			s.server.recordMessage(m, true)
			return nil
		}
		m.add(line)
		line = line[:0]
	}
}

// message is message text on its way in.
type message struct {
	text []byte
	size int  // of the whole, where text is cut
	open bool // the last piece did not end its line
}

func (m *message) lineStart() bool { return !m.open }

// add appends a line, or a piece of an endless one, less the dot in front.
func (m *message) add(line []byte) {
	if m.lineStart() && line[0] == '.' {
		line = line[1:]
	}
	m.size += len(line)
	m.text = append(m.text, line[:min(len(line), maxMessage-len(m.text))]...)
	m.open = len(line) < 2 || string(line[len(line)-2:]) != "\r\n"
}

// discard reads until the client ends the connection.
func discard(r io.Reader) { _, _ = io.Copy(io.Discard, r) }
