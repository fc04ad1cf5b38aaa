package lab

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// directives lists every directive: how it is written, what it does, and how its
// words are read. A nil action means that it says something about the session or
// the dialogue as a whole.
func directives() []directive {
	return []directive{
		{"connect", "OUTCOME: no connection is made: refused, timeout, unreachable, network-unreachable, prohibited, reset", parseConnect},
		{"listen", "PORT...: the dialogue's ports; 25 if it names none", parseListen},
		{"session", "what follows is for the next connection; the last session repeats", nothing},
		{"strict", "only the next C: line may come; anything else ends the session and is an error", nothing},
		{"tls", "[KIND...] [VERSION]: the handshake; see tls.go", parseTLS},
		{"data", "read message text to its end; words behind it are ignored", parseData},
		{"chunk", "read the chunk that the client's BDAT announces", plain(readChunk{})},
		{"prdr", "[NAME,...]: answer a message for each recipient as Exim does with PRDR, and refuse it for these", parsePRDR},
		{"proxy", "read a PROXY protocol header, for which a C: line may stand next; end the connection if there is none", plain(proxyHeader{})},
		{"remember", "keep the secret in what the client said last, in an AUTH exchange", plain(remember{})},
		{"echo", "\"BYTES\": send these, with {line} for what the client said last, and {plain}, {base64}, {hex} and {HEX} for its secret", parseEcho},
		{"sleep", "DURATION: wait", parseSleep},
		{"slice", "N: from here on send in writes of N bytes", parseSlice},
		{"raw", "\"BYTES\": send these, a Go string", parseRaw},
		{"drip", "DURATION [forever] \"BYTES\": one byte at a time, so far apart", parseDrip},
		{"flood", "\"BYTES\" [times N]: send these again and again", parseFlood},
		{"key-update", "N: so many TLS key updates, after \"* tls handmade\"", parseKeyUpdate},
		{"record", "SIZE [times N]: TLS records of SIZE bytes, after \"* tls handmade\"", parseRecord},
		{"drop", "forget what the client has sent ahead", plain(drop{})},
		{"stall", "be silent till the client goes", plain(stall{})},
		{"no-read", "never read again: the window fills up", plain(noRead{})},
		{"half-close", "send FIN and go on reading", plain(halfClose{})},
		{"close", "[abrupt]: send FIN; abrupt leaves out TLS's close_notify", parseClose},
		{"reset", "send RST", plain(reset{})},
		{"serve", "go-smtp [OPTION...]: a real, well-behaved server takes over; see gosmtp.go. mta-sts MODE MX...: an HTTPS server with that policy, after \"* tls\"", parseServe},
	}
}

// directive is one row of the table.
type directive struct {
	word, help string
	parse      func(rest string) (action, error)
}

// action is what a directive does when the session comes to it. An error ends
// the session.
type action interface {
	do(*session) error
}

// parseDirective reads what stands behind the star.
func parseDirective(text string) (action, error) {
	word, rest, _ := strings.Cut(text, " ")
	for _, d := range directives() {
		if d.word == word {
			action, err := d.parse(strings.TrimSpace(rest))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", word, err)
			}
			return action, nil
		}
	}
	return nil, fmt.Errorf("unknown directive: %s", smtp.Printable(shorten(word)))
}

// plain reads a directive that has no arguments.
func plain(a action) func(string) (action, error) {
	return func(rest string) (action, error) {
		if rest != "" {
			return nil, fmt.Errorf("takes no argument: %s", smtp.Printable(shorten(rest)))
		}
		return a, nil
	}
}

func nothing(rest string) (action, error) { return plain(nil)(rest) }

func parseConnect(rest string) (action, error) {
	if o := simnet.Outcome(rest); o == simnet.Accept || !o.Known() {
		return nil, fmt.Errorf("unknown outcome: %s", smtp.Printable(shorten(rest)))
	}
	return nil, nil
}

func parseListen(rest string) (action, error) {
	_, err := parsePorts(rest)
	return nil, err
}

func parseData(string) (action, error) { return readData{}, nil }

func parseSleep(rest string) (action, error) {
	d, err := parseDuration(rest)
	return sleep(d), err
}

func parseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("not a duration: %s", smtp.Printable(shorten(text)))
	}
	return d, nil
}

func parseSlice(rest string) (action, error) {
	n, err := parseCount(rest)
	return slice(n), err
}

func parseCount(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 1<<30 {
		return 0, fmt.Errorf("not a count: %s", smtp.Printable(shorten(text)))
	}
	return n, nil
}

// parseQuoted reads a Go string and returns what stands behind it.
func parseQuoted(text string) (value, rest string, err error) {
	quoted, err := strconv.QuotedPrefix(text)
	if err != nil {
		return "", "", fmt.Errorf("not a quoted string: %s", smtp.Printable(shorten(text)))
	}
	value, err = strconv.Unquote(quoted)
	return value, strings.TrimSpace(text[len(quoted):]), err
}

func parseRaw(rest string) (action, error) {
	value, tail, err := parseQuoted(rest)
	if err == nil && tail != "" {
		err = fmt.Errorf("something follows the string: %s", smtp.Printable(shorten(tail)))
	}
	return raw(value), err
}

func parseDrip(rest string) (action, error) {
	interval, rest, _ := strings.Cut(rest, " ")
	d, err := parseDuration(interval)
	if err != nil {
		return nil, err
	}
	rest, forever := strings.CutPrefix(strings.TrimSpace(rest), "forever ")
	value, tail, err := parseQuoted(strings.TrimSpace(rest))
	if err == nil && (tail != "" || value == "") {
		err = fmt.Errorf("wants one string that is not empty")
	}
	return drip{d, forever, value}, err
}

func parseFlood(rest string) (action, error) {
	value, tail, err := parseQuoted(rest)
	if err != nil {
		return nil, err
	}
	if value == "" {
		return nil, fmt.Errorf("wants a string that is not empty")
	}
	if tail == "" {
		return flood{value, 0}, nil
	}
	count, ok := strings.CutPrefix(tail, "times ")
	if !ok {
		return nil, fmt.Errorf("something follows the string: %s", smtp.Printable(shorten(tail)))
	}
	n, err := parseCount(strings.TrimSpace(count))
	return flood{value, n}, err
}

func parseClose(rest string) (action, error) {
	switch rest {
	case "":
		return closing{}, nil
	case "abrupt":
		return closing{abrupt: true}, nil
	}
	return nil, fmt.Errorf("unknown word: %s", smtp.Printable(shorten(rest)))
}
