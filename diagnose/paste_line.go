package diagnose

import (
	"strings"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// inLine finds the reply in one line.
func inLine(line string) (p pasted, ok bool) {
	line = unwrapQmail(line)
	if text, ok := composed(line); ok {
		line = text
	}
	start := replyStart(line, false)
	if start < 0 {
		return p, false
	}
	text := trimReply(line[:start], line[start:])
	p.stage, text = replyStage(text)
	if p.stage == "" {
		p.stage = stageWords(line)
	}
	p.reply = replyFrom(replyLines(text))
	if isRefusal(text) {
		p.refusals = 1
	}
	return p, true
}

// The ranks of the places where a reply can begin in a line.
const (
	rankNone  = iota
	rankColon // behind ": " or a bracket
	rankCode  // followed by an enhanced status code
	rankMark  // behind a mark of a transcript, a log or a program
	rankSaid  // behind "said: " or "smtp;", where another server's reply is quoted
)

// replyStart is where the reply begins in a line, -1 for nowhere: at the front, or
// at the place of highest rank; of several the first, which may quote the others.
func replyStart(line string, many bool) int {
	if beginsReply(line) {
		return 0
	}
	best, at := rankNone, -1
	for i := 1; i+3 <= len(line); i++ {
		if line[i] < '2' || line[i] > '5' || !digit(line[i+1]) || !digit(line[i+2]) || isWord(line[i-1]) && line[i-1] != ':' || !isReply(line[i:]) {
			continue
		}
		if r := rank(line[:i], line[i:], many); r > best {
			best, at = r, i
		}
	}
	return at
}

// beginsReply reports whether a line begins as a reply does, or as people write one: "550: no".
func beginsReply(line string) bool {
	return isReply(line) || len(line) > 4 && isReply(line[:3]) && strings.IndexByte(":;,", line[3]) >= 0
}

// arrows stand before the reply of a server in transcripts.
var arrows = [...]string{"<-- ", "--> ", "<** ", "<-  ", "<~* ", "<~  ", "<* ", "< ", "S: ", "CLIENT: "}

// marks stand before the reply of a server in other texts.
var marks = [...]string{
	"to me: ", "sent (", "deferred (", "bounced (", "expired (", "undeliverable (", "stat=", "Deferred: ", "reject=", "LED=", ",<,", // logs
	"#", `"`, "'", "`", "response: ", "response was: ", "returned: ", // bounces and programs
}

// rank says how sure it is that a reply begins between two parts of a line.
func rank(before, after string, many bool) int {
	if strings.HasSuffix(before, saidMark) || strings.HasSuffix(before, "smtp;") || strings.HasSuffix(before, "smtp; ") {
		return rankSaid
	}
	if endsInArrow(before) {
		return rankMark
	}
	for _, mark := range marks {
		if strings.HasSuffix(before, mark) {
			return rankMark
		}
	}
	if len(after) > 4 {
		if _, ok := frontCode(after[4:]); ok {
			return rankCode
		}
	} else if many {
		return rankNone // "Content-Length: 550"
	}
	switch before[len(before)-1] {
	case '(', '[', '=':
		return rankColon
	case ' ':
		if len(after) < 5 && endsInWord(before) || strings.HasSuffix(before, ": ") {
			return rankColon
		}
	}
	return rankNone
}

func endsInArrow(before string) bool {
	for _, arrow := range arrows {
		if strings.HasSuffix(before, arrow) {
			return true
		}
	}
	return false
}

// endsInWord reports whether a text ends in a word that stands before a code: "SMTP error 550".
func endsInWord(before string) bool {
	words := strings.Fields(lowerASCII(before[max(len(before)-16, 0):]))
	if len(words) == 0 {
		return false
	}
	switch strings.TrimRight(words[len(words)-1], ":") {
	case "smtp", "esmtp", "error", "code", "status", "reply", "response":
		return true
	}
	return false
}

func isWord(c byte) bool {
	return c == '.' || c == '-' || c == ':' || digit(c) || letter(c|0x20)
}

// frontCode reads the enhanced status code at the front of a text, where anything
// that is not part of a number may follow.
func frontCode(text string) (smtp.EnhancedCode, bool) {
	end := 0
	for end < len(text) && end < len("5.999.999.") && (text[end] == '.' || digit(text[end])) {
		end++
	}
	return enhancedCode(strings.TrimRight(text[:end], "."))
}

// maxTail is how many marks are taken from the end of a reply at most.
const maxTail = 16

// trimReply takes from the end of a reply what is not of it; before is what
// stands before it in its line.
func trimReply(before, text string) string {
	if !isReply(text) { // "550: no"
		text = text[:3] + " " + strings.TrimLeft(text[4:], " ")
	}
	text = untilQuote(before, text)
	for _, tail := range [...]string{"};{", "; from=<", "; proto=", " Giving up on ", " DT=", " QT="} {
		text, _, _ = strings.Cut(text, tail)
	}
	text = withoutLatency(strings.TrimSpace(text))
	text = strings.TrimRight(strings.TrimSuffix(text, "#SMTP#"), "# ")
	for range maxTail {
		if text == "" || !unpaired(text) {
			break
		}
		text = strings.TrimSpace(text[:len(text)-1])
	}
	return text
}

// untilQuote ends a reply where the quotation ends that it stands in.
func untilQuote(before, text string) string {
	if before == "" {
		return text
	}
	switch q := before[len(before)-1]; {
	case q == '\'' || q == '`' || q == '"':
		if end := closingMark(text, q); end >= 0 {
			return text[:end]
		}
	case strings.Count(before, `"`)%2 == 1: // "smtp; 550 ..."
		if end := closingMark(text, '"'); end >= 0 {
			return text[:end]
		}
	}
	return text
}

// closingMark is where a quotation ends: at the first mark that no word goes on behind.
func closingMark(text string, mark byte) int {
	for i := range len(text) {
		if text[i] == mark && (i+1 == len(text) || !letter(text[i+1]|0x20) && !digit(text[i+1]) && text[i+1] != '<') {
			return i
		}
	}
	return -1
}

// unpaired reports whether the last character of a text closes what did not open in it, or separates it from more.
func unpaired(text string) bool {
	last := len(text) - 1
	switch text[last] {
	case ')':
		return strings.Count(text, "(") < strings.Count(text, ")")
	case ']':
		return strings.Count(text, "[") < strings.Count(text, "]")
	case '}':
		return strings.Count(text, "{") < strings.Count(text, "}")
	case '>':
		return strings.Count(text, "<") < strings.Count(text, ">")
	case '"', '\'', '`':
		return strings.Count(text, text[last:])%2 == 1
	case ',', ';':
		return true
	}
	return false
}

// withoutLatency takes the outcome and the latency from the end of a line of our
// own transcript: "550 no   rejected    0.1 ms".
func withoutLatency(text string) string {
	i := strings.LastIndex(text, "  ")
	if i < 0 {
		return text
	}
	if n, unit, _ := strings.Cut(text[i+2:], " "); (unit == "ms" || unit == "s") && n != "" && strings.Trim(n, "0123456789.") == "" {
		text = strings.TrimRight(text[:i], " ")
		i = strings.LastIndex(text, "  ")
	}
	if i >= 0 {
		switch Verdict(text[i+2:]) {
		case Accepted, Deferred, Rejected, Unreachable, Undetermined:
			text = strings.TrimRight(text[:i], " ")
		}
	}
	return text
}

// replyLines breaks apart what was joined into one line ("550-5.1.1 x 550 5.1.1 y").
func replyLines(text string) string {
	if len(text) < 3 || strings.Contains(text, "\n") {
		return text
	}
	code := text[:3]
	text = strings.ReplaceAll(text, " "+code+"-", "\n"+code+"-")
	if strings.HasPrefix(text, code+"-") {
		if i := strings.LastIndex(text, " "+code+" "); i >= 0 {
			text = text[:i] + "\n" + text[i+1:]
		}
	}
	return text
}

// composed makes a reply of one that a program has taken apart: a tuple of
// Python's smtplib, or the error of PHPMailer.
func composed(line string) (string, bool) {
	if code, rest, ok := tuple(line); ok {
		text := rest[1:]
		if end := closingMark(text, rest[0]); end >= 0 {
			text = text[:end]
		}
		return stageKeep(line) + code + " " + text, true
	}
	_, rest, ok := strings.Cut(line, "SMTP code: ")
	if !ok || !isReply(rest[:min(len(rest), 3)]) {
		return "", false
	}
	text := rest[:3]
	if _, info, ok := strings.Cut(rest, "Additional SMTP info: "); ok {
		text += " " + info
	}
	if detail, ok := between(line, "Detail: ", "SMTP code: "); ok {
		text += " " + strings.TrimSpace(detail)
	}
	return stageKeep(line) + text, true
}

// stageKeep keeps the words of a line that tell the stage before a reply that is made of it.
func stageKeep(line string) string {
	for _, s := range stagesByWords {
		if strings.Contains(line, s.words) {
			return s.words + ": "
		}
	}
	return ""
}

// tuple finds the code and the quotation in "(550, b'5.1.1 no')".
func tuple(text string) (code, quotation string, ok bool) {
	for at := 0; ; {
		i := strings.IndexByte(text[at:], '(')
		if i < 0 {
			return "", "", false
		}
		at += i + 1
		if rest := text[at:]; len(rest) > 7 && isReply(rest[:3]) && rest[3] == ',' {
			quotation = strings.TrimLeft(rest[4:], " bu")
			if quotation != "" && (quotation[0] == '\'' || quotation[0] == '"') {
				return rest[:3], quotation, true
			}
		}
	}
}
