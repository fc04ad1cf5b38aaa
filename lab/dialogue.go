package lab

import (
	"strings"

	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// Dialogue is a scripted server. It is read-only once parsed.
type Dialogue struct {
	// Name is the file it came from, as given to [Parse].
	Name string
	// Lines are all lines of the file, comments and empty ones too.
	Lines []Line
	// Ports are where it listens ("* listen 25 587"); none means 25.
	Ports []uint16

	sessions []script
}

// LineKind says what a line of a dialogue is.
type LineKind byte

// The kinds of lines.
const (
	ServerLine    LineKind = 'S' // what the server says
	ClientLine    LineKind = 'C' // a pattern for what the client says
	DirectiveLine LineKind = '*' // what the server does
	CommentLine   LineKind = '#' // for people; an empty line too
)

// Line is one line of a dialogue.
type Line struct {
	Number int // from 1
	Kind   LineKind
	// Text is the line without its mark: of a server line the bytes to send, less
	// CRLF; of a client line the pattern; of a directive its words.
	Text string

	pattern glob   // of a client line
	action  action // of a directive that does something in its place
}

// script is what happens on one connection.
type script struct {
	lines   []Line         // without comments
	connect simnet.Outcome // "* connect": the client gets no connection at all
	strict  bool           // "* strict": only the next client line may come
}

// String returns the text of the dialogue; parsed again it is the same dialogue.
func (d *Dialogue) String() string {
	var b strings.Builder
	for _, line := range d.Lines {
		b.WriteString(line.String())
		b.WriteByte('\n')
	}
	return b.String()
}

// String returns the line as it stands in a file.
func (l Line) String() string {
	switch {
	case l.Kind == ServerLine && l.Text == "":
		return "S:"
	case l.Kind == ServerLine:
		return "S: " + smtp.Printable(l.Text)
	case l.Kind == ClientLine && l.Text == "":
		return "C:"
	case l.Kind == ClientLine:
		return "C: " + l.Text
	case l.Kind == DirectiveLine:
		return "* " + l.Text
	}
	return l.Text
}

// Outcome returns what becomes of the nth attempt to connect, from 1.
func (d *Dialogue) Outcome(nth int) simnet.Outcome {
	return d.sessions[min(nth, len(d.sessions))-1].connect
}

// connection returns the script of the nth connection that was made, from 1:
// attempts that the dialogue lets fail are not counted. The last one repeats.
func (d *Dialogue) connection(nth int) *script {
	var last *script
	for i := range d.sessions {
		if d.sessions[i].connect != simnet.Accept {
			continue
		}
		last = &d.sessions[i]
		if nth--; nth == 0 {
			break
		}
	}
	return last
}
