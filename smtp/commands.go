package smtp

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// maxAttributes bounds a command of attributes (RFC 5321, section 4.5.3.1.4).
const maxAttributes = 510

// LHLO returns the command that begins an LMTP session (RFC 2033, section 4.1).
func LHLO(name string) (Command, error) { return command(StageEHLO, "LHLO", name) }

// BDAT returns the command before a chunk of message text (RFC 3030, section 2).
// Its stage is that of DATA until the last chunk, whose reply answers the message.
func BDAT(octets int64, last bool) Command {
	c := bare(StageData, "BDAT "+strconv.FormatInt(octets, 10))
	if last {
		c = bare(StageMessage, c.Line+" LAST")
	}
	c.Verb = "BDAT"
	return c
}

// Dot returns the line that ends message text, alone: what a client says to a
// 354 that it has no message for (RFC 2920, section 3.1).
func Dot() Command { return bare(StageMessage, ".") }

// VRFY asks whether a mailbox exists (RFC 5321, section 4.1.1.6).
func VRFY(mailbox string) (Command, error) { return query("VRFY", mailbox) }

// EXPN asks for the members of a mailing list (RFC 5321, section 4.1.1.7).
func EXPN(list string) (Command, error) { return query("EXPN", list) }

// HELP asks for help (RFC 5321, section 4.1.1.8).
func HELP(topic string) (Command, error) { return command(StageQuery, "HELP", topic) }

// NOOP asks for nothing but a reply (RFC 5321, section 4.1.1.9).
func NOOP(text string) (Command, error) { return command(StageQuery, "NOOP", text) }

// ETRN asks the server to send what it holds for a node (RFC 1985, section 5).
func ETRN(node string) (Command, error) { return query("ETRN", node) }

// ErrNoArgument is returned for a command that asks about something, and about nothing.
var ErrNoArgument = errors.New("it needs something to ask about")

func query(verb, argument string) (Command, error) {
	if argument == "" {
		return Command{}, fmt.Errorf("%s: %w", verb, ErrNoArgument)
	}
	return command(StageQuery, verb, argument)
}

// ErrQuery is returned for a line that is none of the commands that ask something.
var ErrQuery = errors.New("not one of VRFY, EXPN, HELP, NOOP and ETRN")

// ParseQuery reads a command that can stand by itself: VRFY, EXPN, HELP, NOOP or ETRN.
func ParseQuery(line string) (Command, error) {
	verb, argument, _ := strings.Cut(strings.TrimSpace(line), " ")
	argument = strings.TrimSpace(argument)
	if !IsASCII(line) {
		return Command{}, errors.New("a query is ASCII")
	}
	switch strings.ToUpper(verb) {
	case "VRFY":
		return VRFY(argument)
	case "EXPN":
		return EXPN(argument)
	case "HELP":
		return HELP(argument)
	case "NOOP":
		return NOOP(argument)
	case "ETRN":
		return ETRN(argument)
	}
	return Command{}, ErrQuery
}

// Attribute is a fact about a client that a proxy passes on with XCLIENT or
// XFORWARD (Postfix, XCLIENT_README and XFORWARD_README).
type Attribute struct{ Name, Value string }

// ParseAttributes reads "NAME=value ADDR=192.0.2.1". Values are as they are meant,
// not encoded.
func ParseAttributes(text string) ([]Attribute, error) {
	var out []Attribute
	for _, word := range strings.Fields(text) {
		name, value, ok := strings.Cut(word, "=")
		name = strings.ToUpper(name)
		if !ok || name == "" || value == "" || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "" {
			return nil, fmt.Errorf("%q is not NAME=VALUE", Printable(word))
		}
		for _, a := range out {
			if a.Name == name {
				return nil, fmt.Errorf("%s is given twice", name)
			}
		}
		out = append(out, Attribute{name, value})
	}
	if len(out) == 0 {
		return nil, errors.New("there are no attributes")
	}
	return out, nil
}

// XCLIENT passes facts about a client on, which the server then takes for those of
// this connection (Postfix, XCLIENT_README).
func XCLIENT(attributes []Attribute) (Command, error) { return pass("XCLIENT", attributes) }

// XFORWARD passes facts about a client on, which the server only logs (Postfix,
// XFORWARD_README).
func XFORWARD(attributes []Attribute) (Command, error) { return pass("XFORWARD", attributes) }

// pass writes attributes; their values are xtext but for "[UNAVAILABLE]" and
// "[TEMPUNAVAIL]", which have no special character.
func pass(verb string, attributes []Attribute) (Command, error) {
	words := make([]string, len(attributes))
	for i, a := range attributes {
		words[i] = a.Name + "=" + Xtext(a.Value)
	}
	c, err := command(StageXClient, verb, words...)
	if err == nil && len(c.Line) > maxAttributes {
		err = fmt.Errorf("%s has %d octets; a command line has at most %d", verb, len(c.Line), maxAttributes)
	}
	return c, err
}
