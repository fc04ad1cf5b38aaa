package lab

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// Parse reads a dialogue. Lines may be indented; what they begin with tells what
// they are:
//
//	S: 220 mx.example.test ESMTP     the server says this, and CRLF
//	C: EHLO *                        the client is expected to say something like this
//	* sleep 5m                       the server does this
//	# why                            nobody reads this
//
// In server lines \xNN is the byte with that number in hexadecimal, as
// smtp.Printable writes it. In client lines "*" stands for anything and case
// does not matter. Errors name the file and the line.
func Parse(name, text string) (*Dialogue, error) {
	d := &Dialogue{Name: name}
	text = strings.TrimSuffix(text, "\n")
	for i, raw := range strings.Split(text, "\n") {
		line, err := parseLine(raw)
		line.Number = i + 1
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, line.Number, err)
		}
		d.add(line)
	}
	for _, s := range d.sessions {
		if s.connect != simnet.Accept && len(s.lines) > 0 {
			return nil, fmt.Errorf("%s:%d: nothing can follow where no connection is made", name, s.lines[0].Number)
		}
	}
	return d, nil
}

// parseLine takes one line apart.
func parseLine(raw string) (Line, error) {
	trimmed := strings.TrimLeft(strings.TrimSuffix(raw, "\r"), " \t")
	switch {
	case strings.HasPrefix(trimmed, "S:"):
		text := strings.TrimPrefix(trimmed[2:], " ")
		return Line{Kind: ServerLine, Text: smtp.Unprintable(text)}, nil
	case strings.HasPrefix(trimmed, "C:"):
		text := strings.TrimSpace(trimmed[2:])
		return Line{Kind: ClientLine, Text: text, pattern: newGlob(text)}, nil
	case strings.HasPrefix(trimmed, "*"):
		text := strings.TrimSpace(trimmed[1:])
		action, err := parseDirective(text)
		return Line{Kind: DirectiveLine, Text: text, action: action}, err
	case strings.TrimSpace(trimmed) == "":
		return Line{Kind: CommentLine}, nil
	case trimmed[0] == '#':
		return Line{Kind: CommentLine, Text: strings.TrimSpace(trimmed)}, nil
	}
	return Line{}, fmt.Errorf("want S:, C:, *, # or an empty line: %s", smtp.Printable(shorten(trimmed)))
}

func shorten(s string) string {
	if len(s) > 60 {
		return s[:60] + "..."
	}
	return s
}

// add appends a line to the dialogue and, unless it is a comment, to its last session.
func (d *Dialogue) add(line Line) {
	d.Lines = append(d.Lines, line)
	if len(d.sessions) == 0 {
		d.sessions = make([]script, 1)
	}
	last := &d.sessions[len(d.sessions)-1]
	if line.Kind == CommentLine {
		return
	}
	word, rest, _ := strings.Cut(line.Text, " ")
	if line.Kind != DirectiveLine || line.action != nil {
		last.lines = append(last.lines, line)
		return
	}
	switch word {
	case "session":
		d.sessions = append(d.sessions, script{})
	case "strict":
		last.strict = true
	case "connect":
		last.connect = simnet.Outcome(strings.TrimSpace(rest))
	case "listen":
		d.Ports, _ = parsePorts(rest)
	}
}

// parsePorts reads the ports of "* listen".
func parsePorts(text string) (ports []uint16, err error) {
	for _, word := range strings.Fields(text) {
		port, err := strconv.ParseUint(word, 10, 16)
		if err != nil || port == 0 {
			return nil, fmt.Errorf("not a port: %s", smtp.Printable(word))
		}
		ports = append(ports, uint16(port))
	}
	if len(ports) == 0 {
		return nil, fmt.Errorf("on which port?")
	}
	return ports, nil
}
