package probe

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

const (
	defaultChunk = 64 << 10
	maxChunks    = 10000 // of one message: each has a line, a reply and events
	maxOwed      = 64    // replies that may be waited for at a time
)

// owing is a chunk that was sent and has no reply yet.
type owing struct {
	stage smtp.Stage
	last  bool // the last chunk: its reply is the one to the message
	sent  time.Time
}

// chunks is a message on its way in chunks (RFC 3030, section 2): text as it is,
// without dot-stuffing and without a line that ends it.
type chunks struct {
	s       *Session
	in      *source
	digest  *digest
	owed    []owing
	refused bool // a chunk was refused: nothing more is sent
}

// sendChunks sends a message with BDAT. Where commands go together the chunks do
// not wait for their replies, which are matched to them (RFC 3030, section 4.2). MAIL
// and RCPT could go in the same flight; they do not, so that no text is sent to
// a server that refuses the recipient, and another may be tried. A chunk that is
// refused ends the message: the server must refuse those behind it.
func (s *Session) sendChunks(m *Message, body io.Reader, chunk int64, together bool) {
	if m.Size/chunk >= maxChunks {
		s.stage = smtp.StageData
		s.fault(fmt.Sprintf("the message would go in more than %d chunks of %d octets", maxChunks, chunk))
		return
	}
	c := &chunks{s: s, in: &source{Reader: body}, digest: &digest{hash: sha256.New()}}
	most := 1
	if together {
		most = maxOwed
	}
	for left := m.Size; ; left -= chunk {
		n := min(chunk, left)
		if !c.makeRoom(most) || !c.send(n, n == left) || n == left {
			break
		}
	}
	c.settle()
}

// makeRoom reads replies until another chunk may be sent, and whatever has come
// by now. It reports whether to go on.
func (c *chunks) makeRoom(most int) bool {
	for len(c.owed) > 0 && (len(c.owed) >= most || c.s.wire.waiting() || c.s.wire.ended()) {
		if !c.collect() {
			return false
		}
	}
	return !c.refused && !c.s.over
}

// settle reads the replies that are still to come.
func (c *chunks) settle() {
	for len(c.owed) > 0 && c.collect() {
	}
}

// send sends a chunk.
func (c *chunks) send(n int64, last bool) bool {
	s := c.s
	if len(c.owed) == 0 && s.early() {
		return false
	}
	command := smtp.BDAT(n, last)
	s.stage = command.Stage
	_ = s.wire.SetWriteDeadline(s.ends)
	s.emit(Event{Kind: KindCommand, Command: command.Line}, time.Now())
	s.wire.interruptible(len(c.owed) == 0)
	wrote, err := c.write(command, n)
	s.wire.interruptible(false)
	sent := time.Now()
	d := &Data{Size: c.digest.size, Chunk: wrote, Complete: last && err == nil}
	if d.Complete {
		d.SHA256 = hex.EncodeToString(c.digest.hash.Sum(nil))
	}
	s.emit(Event{Kind: KindData, Data: d}, sent)
	if err == nil {
		c.owed = append(c.owed, owing{command.Stage, last, sent})
		return true
	}
	for c.in.err == nil && len(c.owed) > 0 && c.collect() { // what the server had said before
	}
	if !s.over {
		s.stage = command.Stage
		c.s.cutOff(err, c.in.err, sent)
	}
	s.hangUp = true
	return false
}

var errShort = errors.New("it is shorter than it was")

// write sends the command and n octets of text, and tells how many it took from it.
func (c *chunks) write(command smtp.Command, n int64) (int64, error) {
	out := bufio.NewWriterSize(c.s.stream(), 16<<10)
	_, _ = out.WriteString(command.Wire())
	wrote, err := io.CopyN(out, io.TeeReader(c.in, c.digest), n)
	if errors.Is(err, io.EOF) && c.in.err == nil {
		c.in.err, err = errShort, errShort
	}
	if err == nil {
		err = out.Flush()
	}
	return wrote, err
}

// collect reads the reply to the oldest command that has none, and reports whether
// the next can be read.
func (c *chunks) collect() bool {
	s, o := c.s, c.owed[0]
	c.owed = c.owed[1:]
	s.stage = o.stage
	if o.last && !c.refused {
		s.lastReply()
		s.answered(o.sent)
		return false
	}
	r, ok := s.reply(o.sent)
	switch {
	case !ok:
	case r.Class() == 3, o.last && r.Class() == 2:
		s.unexpected(r) // a message, a part of which was refused, cannot be taken
	case r.Class() != 2:
		c.refused = true
	}
	if s.over {
		s.hangUp = s.hangUp || len(c.owed) > 0
		return false
	}
	return true
}
