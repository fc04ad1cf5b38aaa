package diagnose

import "strings"

// withoutAddresses takes from a text in lower case what it repeats of the
// envelope: the mailboxes and the hosts between angle brackets, bare addresses,
// and the names of hosts before their addresses. What is left of them is "@" or
// ".", so that no word in a name is taken for the server's own; URLs, and zones
// of blocklists, stay.
func withoutAddresses(text string) string {
	if !strings.ContainsAny(text, "@<[=%") {
		return text
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		if n, mark := echoed(text[i:]); n > 0 {
			out = append(out, '<', mark, '>')
			i += n
			continue
		}
		end := i
		for end < len(text) && !separates(text[end]) {
			end++
		}
		if end == i {
			out = append(out, text[i])
			i++
			continue
		}
		out = appendToken(out, text[i:end], end < len(text) && text[end] == '[')
		i = end
	}
	return string(out)
}

// echoed is the length of a mailbox or host between angle brackets at the front
// of a text, and what to leave of it.
func echoed(text string) (n int, mark byte) {
	if text[0] != '<' {
		return 0, 0
	}
	end := strings.IndexByte(text, '>')
	if end < 2 || text[1] == ' ' {
		return 0, 0
	}
	switch inner := text[1:end]; {
	case strings.Contains(inner, "://"):
		return 0, 0
	case strings.IndexByte(inner, '@') >= 0:
		return end + 1, '@'
	case strings.ContainsAny(inner, ".[:"):
		return end + 1, '.'
	}
	return 0, 0
}

func separates(c byte) bool {
	switch c {
	case ' ', '<', '>', '(', ')', '[', ']', ',', ';', '"', '\'':
		return true
	}
	return false
}

// appendToken adds a token, without the address in it. host says that an IP
// address in brackets follows.
func appendToken(out []byte, token string, host bool) []byte {
	if host && isHostName(token) {
		return append(out, '.')
	}
	if strings.HasPrefix(token, "name=") { // of a name service error
		return append(out, "name=."...)
	}
	for {
		at, n := strings.IndexByte(token, '@'), 1
		if at < 0 {
			at, n = strings.Index(token, "%40"), 3
		}
		if at < 0 {
			return append(out, token...)
		}
		cut := ":"
		if strings.Contains(token[:at], "://") {
			cut = ":/?&="
		}
		out = append(out, token[:strings.LastIndexAny(token[:at], cut)+1]...)
		out = append(out, '@')
		end := at + n
		for end < len(token) && (hostByte(token[end]) || token[end] == '_') {
			end++
		}
		for end > at+n && token[end-1] == '.' {
			end--
		}
		token = token[end:]
	}
}
