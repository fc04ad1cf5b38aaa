package lab

import (
	"strconv"
	"strings"
)

// overhear records the client's lines from go-smtp's debug output, in which both
// sides are mixed: what begins with a reply code is the server's.
type overhear struct {
	server *Server
	rest   string
	data   bool // message text is coming
	chunk  int  // bytes of a chunk that are still to come (RFC 3030)
}

// Write takes one read or one write of the server.
func (o *overhear) Write(p []byte) (int, error) {
	text := string(p)
	if o.chunk == 0 && isReply(text) {
		o.data = strings.HasPrefix(text, "354")
		return len(p), nil
	}
	if o.data {
		return len(p), nil
	}
	text = o.rest + text
	for {
		skip := min(o.chunk, len(text))
		o.chunk -= skip
		line, rest, ok := strings.Cut(text[skip:], "\n")
		if !ok {
			text = text[skip:]
			break
		}
		line = strings.TrimSuffix(line, "\r")
		o.server.recordLine(line)
		o.chunk = chunkSize(line)
		text = rest
	}
	o.rest = text[:min(len(text), maxLine)]
	return len(p), nil
}

// chunkSize returns how many bytes follow a BDAT command.
func chunkSize(line string) int {
	words := strings.Fields(line)
	if len(words) < 2 || !strings.EqualFold(words[0], "BDAT") {
		return 0
	}
	n, err := strconv.ParseUint(words[1], 10, 31)
	if err != nil {
		return 0
	}
	return int(n)
}

func isReply(text string) bool {
	return len(text) > 3 && strings.Trim(text[:3], "0123456789") == "" && (text[3] == ' ' || text[3] == '-')
}
