package diagnose

import (
	"strings"
	"unicode/utf8"
)

// tidy makes pasted text plain: line ends are "\n", what stands for a blank is
// one, escapes of JSON and HTML and the colours of a terminal are undone.
func tidy(text string) string {
	if len(text) > maxPaste {
		text = text[:maxPaste]
	}
	text = strings.TrimSpace(text)
	if isPlain(text) {
		return text
	}
	text = lineEnds.Replace(text)
	if strings.IndexByte(text, '\x1b') >= 0 {
		text = withoutColour(text)
	}
	if strings.IndexByte(text, '&') >= 0 {
		text = entities.Replace(text)
	}
	if strings.IndexByte(text, '\\') >= 0 {
		text = unescape(text)
	}
	return strings.TrimSpace(typography.Replace(text))
}

// isPlain reports whether there is nothing to tidy in a text.
func isPlain(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case c >= utf8.RuneSelf, c < ' ' && c != '\n', c == '&', c == '\\':
			return false
		case c == '<' && strings.HasPrefix(text[i:], "<br"):
			return false
		}
	}
	return true
}

// The replacers, which do their work of preparation when they are first used.
var (
	lineEnds   = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ", "<br>", "\n", "<br/>", "\n", "<br />", "\n")
	entities   = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&", "&quot;", `"`, "&#34;", `"`, "&#39;", "'", "&apos;", "'", "&nbsp;", " ", "&#160;", " ")
	typography = strings.NewReplacer(
		"\u00a0", " ", "\u2002", " ", "\u2003", " ", "\u2007", " ", "\u2009", " ", "\u202f", " ", // blanks
		"\u200b", "", "\u200e", "", "\u200f", "", "\u2060", "", "\ufeff", "", "\u00ad", "", // what has no width
		"\u2018", "'", "\u2019", "'", "\u201c", `"`, "\u201d", `"`, "\u201e", `"`, "\u00ab", `"`, "\u00bb", `"`,
		"\u2010", "-", "\u2011", "-", "\u2012", "-", "\u2013", "-",
	)
)

// withoutColour takes the sequences that colour text on a terminal away.
func withoutColour(text string) string {
	var b strings.Builder
	for {
		head, rest, ok := strings.Cut(text, "\x1b[")
		b.WriteString(head)
		if !ok {
			return b.String()
		}
		text = strings.TrimLeft(rest, "0123456789;")
		if text != "" {
			text = text[1:]
		}
	}
}

// unescape undoes the escapes of a string in JSON or a program. "\n" is one only
// where a line can begin behind it; a tuple of Python has the lines of a reply
// without their codes, which become one.
func unescape(text string) string {
	newline := "\n"
	if _, _, ok := tuple(text); ok {
		newline = " "
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		n, out := escapeAt(text[i:], newline)
		if n == 0 {
			b.WriteByte(text[i])
			continue
		}
		b.WriteString(out)
		i += n - 1
	}
	return b.String()
}

// escapeAt is how long the escape at the front of a text is, 0 for none, and what it stands for.
func escapeAt(text, newline string) (int, string) {
	if text[0] != '\\' {
		return 0, ""
	}
	for _, e := range [...]struct{ escape, out string }{
		{`\\r\\n`, newline}, {`\r\n`, newline}, {`\"`, "'"}, {`\/`, "/"}, {`\t`, " "},
		{`\u003c`, "<"}, {`\u003C`, "<"}, {`\u003e`, ">"}, {`\u003E`, ">"}, {`\u0026`, "&"}, {`\u0027`, "'"}, {`\u00a0`, " "},
	} {
		if strings.HasPrefix(text, e.escape) {
			return len(e.escape), e.out
		}
	}
	for _, escape := range [...]string{`\\n`, `\n`} {
		if rest, ok := strings.CutPrefix(text, escape); ok && mayBeginLine(rest) {
			return len(escape), newline
		}
	}
	return 0, ""
}

func mayBeginLine(rest string) bool {
	return rest == "" || digit(rest[0]) || strings.IndexByte(" \"'`\\<>", rest[0]) >= 0 || 'A' <= rest[0] && rest[0] <= 'Z'
}

// unquoteLine takes from a line what a mail or Markdown puts before it: "> ", a
// bullet, and marks of code around it.
func unquoteLine(line string) string {
	for strings.HasPrefix(line, ">") {
		line = strings.TrimPrefix(line[1:], " ")
	}
	trimmed := strings.TrimSpace(line)
	for _, bullet := range [...]string{"- ", "* ", "+ ", "• "} {
		if rest, ok := strings.CutPrefix(trimmed, bullet); ok {
			line, trimmed = rest, strings.TrimSpace(rest)
		}
	}
	for len(trimmed) > 1 && trimmed[0] == trimmed[len(trimmed)-1] && strings.IndexByte("\"'`", trimmed[0]) >= 0 {
		trimmed = strings.TrimSpace(trimmed[1 : len(trimmed)-1])
		line = trimmed
	}
	return line
}
