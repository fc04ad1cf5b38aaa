package probe

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// sendMessage does DATA and the message text (RFC 5321, sections 3.3 and
// 4.1.1.4). After the first byte of text nothing is ever tried again.
func sendMessage(s *Session, m *Message) {
	body, err := m.Open()
	if err != nil {
		s.stage = smtp.StageData
		s.fault("the message cannot be read: " + err.Error())
		return
	}
	defer body.Close()
	replies, ok := s.Do(smtp.DATA())
	if !ok {
		return
	}
	if r := replies[0]; r.Code != 354 {
		if r.Class() < 4 {
			s.unexpected(r)
		}
		return
	}
	if s.early() { // a reply to the message cannot be there before it
		s.hangUp = true // QUIT would be message text
		return
	}
	s.stage = smtp.StageMessage
	sent, ok := s.text(body)
	if !ok {
		return
	}
	if _, exempt := s.opts.Timeouts.session(true); exempt {
		s.ends = later(s.ends, time.Now().Add(s.opts.Timeouts.stage(smtp.StageMessage)))
	}
	if r, ok := s.reply(sent); ok {
		s.positive(r)
	}
}

// text sends message text and its end, and records its size and digest. A
// server that speaks before the end is heard at once.
func (s *Session) text(body io.Reader) (sent time.Time, ok bool) {
	h := &digest{hash: sha256.New()}
	source := &source{Reader: body}
	_ = s.wire.SetWriteDeadline(s.ends)
	s.wire.interruptible(true)
	err := dotStuff(s.stream(), io.TeeReader(source, h))
	s.wire.interruptible(false)
	sent = time.Now()
	d := &Data{Size: h.size, Complete: err == nil}
	if d.Complete {
		d.SHA256 = hex.EncodeToString(h.hash.Sum(nil))
	}
	s.emit(Event{Kind: KindData, Data: d}, sent)
	if err == nil {
		return sent, true
	}
	s.hangUp = true
	switch {
	case source.err != nil:
		s.fail(FailLocal, "the message cannot be read: "+source.err.Error())
	case s.wire.waiting():
		if r, ok := s.reply(sent); ok && r.Class() < 4 {
			s.fail(FailUnsolicited, "a reply before the end of the message")
		}
	case s.wire.ended():
		s.reply(sent) // says how it ended
	default:
		s.failed(err)
	}
	s.over = true
	return sent, false
}

// source remembers that reading failed, so that it is not taken for a fault of
// the connection.
type source struct {
	io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

type digest struct {
	hash hash.Hash
	size int64
}

func (d *digest) Write(p []byte) (int, error) {
	d.size += int64(len(p))
	return d.hash.Write(p)
}

// dotStuff writes text with a dot before each line that begins with one, and
// the line of one dot that ends it (RFC 5321, section 4.5.2).
func dotStuff(w io.Writer, text io.Reader) error {
	out := bufio.NewWriterSize(w, 16<<10)
	in := bufio.NewReaderSize(text, 16<<10)
	lineStart := true
	for {
		part, err := in.ReadSlice('\n')
		if len(part) > 0 {
			if lineStart && part[0] == '.' {
				_ = out.WriteByte('.')
			}
			if _, werr := out.Write(part); werr != nil {
				return werr
			}
			lineStart = part[len(part)-1] == '\n'
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
	if !lineStart {
		_, _ = out.WriteString("\r\n")
	}
	_, _ = out.WriteString(".\r\n")
	return out.Flush()
}
