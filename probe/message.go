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

// sendMessage sends message text and reads the reply to it (RFC 5321, section
// 4.1.1.4).
func (s *Session) sendMessage(body io.Reader) {
	if s.early() { // a reply to the message cannot be there before it
		s.hangUp = true // QUIT would be message text
		return
	}
	s.stage = smtp.StageMessage
	sent, ok := s.text(body)
	if !ok {
		return
	}
	s.lastReply()
	s.answered(sent)
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
	if err != nil {
		s.cutOff(err, source.err, sent)
	}
	return sent, err == nil
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
