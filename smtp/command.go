package smtp

import (
	"errors"
	"strings"
)

// Command is one command line. Line is what may be shown; the bytes for the
// wire are kept apart, so that a secret cannot get into a transcript.
type Command struct {
	Verb  string // "MAIL", in upper case
	Line  string // the line without CRLF, secrets masked
	Stage Stage
	wire  string
}

// Wire returns the line for the server, with CRLF.
func (c Command) Wire() string { return c.wire + "\r\n" }

// ErrUnsafe is returned for a command that would hold a CR, LF or NUL.
var ErrUnsafe = errors.New("a command must not contain CR, LF or NUL")

// Safe reports whether s has no CR, LF or NUL, so that it cannot end a line early.
func Safe(s string) bool { return !strings.ContainsAny(s, "\r\n\x00") }

func command(stage Stage, verb string, args ...string) (Command, error) {
	line := verb
	for _, a := range args {
		if a != "" {
			line += " " + a
		}
	}
	if !Safe(line) {
		return Command{}, ErrUnsafe
	}
	return Command{Verb: verb, Line: line, Stage: stage, wire: line}, nil
}

func bare(stage Stage, verb string) Command {
	return Command{Verb: verb, Line: verb, Stage: stage, wire: verb}
}

// EHLO returns the EHLO command (RFC 5321, section 4.1.1.1).
func EHLO(name string) (Command, error) { return command(StageEHLO, "EHLO", name) }

// HELO returns the HELO command (RFC 5321, section 4.1.1.1).
func HELO(name string) (Command, error) { return command(StageEHLO, "HELO", name) }

// MAIL returns the MAIL command (RFC 5321, section 4.1.1.2); reversePath is
// without angle brackets, "" is the null reverse-path.
func MAIL(reversePath string, params ...string) (Command, error) {
	c, err := command(StageMail, "MAIL FROM:<"+reversePath+">", params...)
	c.Verb = "MAIL"
	return c, err
}

// RCPT returns the RCPT command (RFC 5321, section 4.1.1.3); forwardPath is
// without angle brackets.
func RCPT(forwardPath string, params ...string) (Command, error) {
	c, err := command(StageRcpt, "RCPT TO:<"+forwardPath+">", params...)
	c.Verb = "RCPT"
	return c, err
}

// STARTTLS returns the STARTTLS command (RFC 3207).
func STARTTLS() Command { return bare(StageSTARTTLS, "STARTTLS") }

// DATA returns the DATA command (RFC 5321, section 4.1.1.4).
func DATA() Command { return bare(StageData, "DATA") }

// RSET returns the RSET command (RFC 5321, section 4.1.1.5).
func RSET() Command { return bare(StageRset, "RSET") }

// QUIT returns the QUIT command (RFC 5321, section 4.1.1.10).
func QUIT() Command { return bare(StageQuit, "QUIT") }

// Secret returns a command whose line is shown masked: shown is for the
// transcript, wire for the server.
func Secret(stage Stage, verb, shown, wire string) (Command, error) {
	if !Safe(shown) || !Safe(wire) {
		return Command{}, ErrUnsafe
	}
	return Command{Verb: verb, Line: shown, Stage: stage, wire: wire}, nil
}
