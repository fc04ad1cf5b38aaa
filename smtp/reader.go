package smtp

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits on what a server may say. Real replies are far smaller; RFC 5321,
// section 4.5.3.1.5, asks for lines of 512 octets.
const (
	MaxLine       = 2048      // bytes kept of a line; more is read and dropped
	MaxChallenge  = 12288     // the same in AUTH (RFC 4954, section 4)
	MaxReply      = 128 << 10 // bytes of a reply, dropped ones too
	MaxReplyLines = 512       // lines of a reply
	MaxSession    = 1 << 20   // bytes of a session, in each layer
)

// Errors of a Reader that are not those of its source.
var (
	ErrReplyTooLong   = errors.New("reply over the limit")
	ErrSessionTooLong = errors.New("session over the limit of 1 MiB")
)

// Reader reads replies, bounded, keeping every byte a line has.
type Reader struct {
	// Arrived tells when the bytes that the last Read of the source returned
	// had arrived; nil means that they arrive when Read returns.
	Arrived func() time.Time
	// Hopeless, when not nil, is called once as soon as what has come cannot be
	// the beginning of a reply, though no line has ended yet.
	Hopeless func()
	// Keep is how many bytes of a line are kept; 0 means MaxLine.
	Keep int

	src   io.Reader
	buf   [512]byte
	r, w  int       // buf[r:w] is unread
	at    time.Time // when the bytes in buf arrived
	total int64
	told  bool
}

// NewReader returns a Reader of what src delivers.
func NewReader(src io.Reader) *Reader { return &Reader{src: src} }

// Buffered returns the bytes that were read from the source and not yet used.
func (r *Reader) Buffered() []byte { return r.buf[r.r:r.w] }

// Fill reads from the source once if nothing is buffered.
func (r *Reader) Fill() error {
	if r.r < r.w {
		return nil
	}
	if r.total >= MaxSession {
		return ErrSessionTooLong
	}
	n, err := r.src.Read(r.buf[:])
	r.r, r.w = 0, n
	r.total += int64(n)
	if n > 0 {
		if r.Arrived != nil {
			r.at = r.Arrived()
		} else {
			r.at = time.Now()
		}
		return nil
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return err
}

// Reply reads one reply and tells when its last byte arrived (RFC 5321,
// section 4.2). The reply ends with its last line, or with the first line that
// can belong to none. When the source fails, or a limit is reached, Reply
// returns what had come, if anything, marked incomplete or too long, with the error.
func (r *Reader) Reply() (Reply, time.Time, error) {
	a := assembler{most: r.Keep}
	if a.most == 0 {
		a.most = MaxLine
	}
	for {
		line, end, err := r.line(&a)
		if err != nil {
			if line != "" {
				a.add(line, end)
			}
			return a.abandon(err), r.at, err
		}
		if last := a.add(line, end); last {
			return a.finish(), r.at, nil
		}
		if len(a.reply.Lines) >= MaxReplyLines || a.size > MaxReply {
			return a.abandon(ErrReplyTooLong), r.at, ErrReplyTooLong
		}
	}
}

// line reads one line; what is over the limit is dropped and counted.
func (r *Reader) line(a *assembler) (line, end string, err error) {
	var kept []byte
	for {
		if err := r.Fill(); err != nil {
			return string(kept), "", err
		}
		chunk := r.buf[r.r:r.w]
		i := bytes.IndexByte(chunk, '\n')
		if i >= 0 {
			chunk = chunk[:i+1]
		}
		r.r += len(chunk)
		a.size += len(chunk)
		if room := a.most + 2 - len(kept); len(chunk) > room {
			if room > 0 {
				kept = append(kept, chunk[:room]...)
			}
			a.cut = true
		} else {
			kept = append(kept, chunk...)
		}
		if i >= 0 {
			line, end = a.split(kept)
			return line, end, nil
		}
		r.judge(kept, len(a.reply.Lines) == 0)
		if a.size > MaxReply {
			return string(kept[:min(len(kept), a.most)]), "", ErrReplyTooLong
		}
	}
}

// judge calls Hopeless when what has come of a line cannot become a reply.
func (r *Reader) judge(kept []byte, first bool) {
	if r.told || r.Hopeless == nil || len(kept) == 0 {
		return
	}
	if !first {
		return
	}
	for i, c := range kept[:min(3, len(kept))] {
		if c < '0' || c > '9' || (i == 0 && (c < '2' || c > '5')) {
			r.told = true
			r.Hopeless()
			return
		}
	}
}

// split takes the end off a line.
func (a *assembler) split(kept []byte) (line, end string) {
	switch {
	case a.cut:
		return string(kept[:a.most]), "\r\n"
	case bytes.HasSuffix(kept, []byte("\r\n")):
		return string(kept[:len(kept)-2]), "\r\n"
	}
	return string(kept[:len(kept)-1]), "\n"
}

// assembler puts lines together to a reply.
type assembler struct {
	reply Reply
	size  int
	most  int  // bytes kept of a line
	cut   bool // the line now being read is cut
}

// add adds a line and reports whether it ends the reply.
func (a *assembler) add(line, end string) (last bool) {
	if a.cut {
		a.defect(DefectLongLine)
		a.cut = false
	}
	if len(line) > a.most {
		line = line[:a.most]
		a.defect(DefectLongLine)
	}
	a.reply.Lines = append(a.reply.Lines, line)
	a.end(end)
	a.content(line, end)
	code, more, text, ok := splitLine(line)
	switch {
	case line == "":
		a.defect(DefectEmptyLine)
		return true
	case !ok:
		a.defect(DefectBadCode)
		return true
	case len(a.reply.Lines) == 1:
		a.reply.Code = code
	case code != a.reply.Code:
		a.defect(DefectMixedCodes)
	}
	a.enhanced(code, text)
	return !more
}

// end records a line end; Ends stays nil while all are CRLF.
func (a *assembler) end(end string) {
	r := &a.reply
	if end != "\r\n" && r.Ends == nil {
		r.Ends = make([]string, len(r.Lines)-1, len(r.Lines))
		for i := range r.Ends {
			r.Ends[i] = "\r\n"
		}
	}
	if r.Ends != nil {
		r.Ends = append(r.Ends, end)
	}
}

// content records what a line holds that it should not.
func (a *assembler) content(line, end string) {
	if end == "\n" {
		a.defect(DefectBareLF)
	}
	eight := false
	for i := range len(line) {
		switch c := line[i]; {
		case c == 0:
			a.defect(DefectNUL)
		case c == '\r':
			a.defect(DefectBareCR)
		case c >= 0x80:
			eight = true
		case c == 0x7f, c < ' ' && c != '\t':
			a.defect(DefectControl)
		}
	}
	if eight {
		if utf8.ValidString(line) {
			a.defect(Defect8Bit)
		} else {
			a.defect(DefectNotUTF8)
		}
	}
}

// enhanced records the enhanced status code of a line (RFC 2034, section 4:
// 2yz, 4yz and 5yz replies only, and the same class).
func (a *assembler) enhanced(code int, text string) {
	if code/100 == 3 || code == 220 {
		return
	}
	c, _, ok := ParseEnhanced(text)
	switch {
	case !ok:
		if code >= 400 && text != "" && looksEnhanced(strings.TrimLeft(text, " ")) {
			a.defect(DefectEnhanced)
		}
		return
	case c.Class != code/100:
		a.defect(DefectClassMismatch)
	}
	a.reply.Enhanced = c
}

func (a *assembler) defect(d Defect) {
	if !a.reply.Has(d) {
		a.reply.Defects = append(a.reply.Defects, d)
	}
}

func (a *assembler) finish() Reply { return a.reply }

// abandon ends a reply that never ended itself.
func (a *assembler) abandon(err error) Reply {
	if len(a.reply.Lines) == 0 {
		return Reply{}
	}
	if errors.Is(err, ErrReplyTooLong) || errors.Is(err, ErrSessionTooLong) {
		a.defect(DefectTooLong)
	} else {
		a.defect(DefectIncomplete)
	}
	return a.reply
}

// ParseReply reads a reply from text: lines that end in CRLF or LF, or nothing
// behind the last. It is what a transcript, a log or a person gives.
func ParseReply(text string) (Reply, error) {
	if !strings.HasSuffix(text, "\n") {
		text += "\r\n"
	}
	r, _, err := NewReader(strings.NewReader(text)).Reply()
	if err != nil && len(r.Lines) == 0 {
		return r, err
	}
	return r, nil
}
