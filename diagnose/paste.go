package diagnose

import (
	"strings"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// What people paste is a reply with something around it: the marks of a
// transcript, a line of a log, a bounce, the exception of a program. It is made
// plain text first (tidy), then read as a notification (RFC 3464), as a dialogue
// or as one line; paste_line.go finds the reply in a line.

// pasted is the reply that was found in a text.
type pasted struct {
	reply    smtp.Reply
	stage    smtp.Stage // "" when the text does not tell
	refusals int        // how many the text has
}

// anyCode is the line of a reply that has any code of its class.
const anyCode = "yz"

// maxPaste is how much of a text is looked at.
const maxPaste = 256 << 10

// findReply finds the reply in a text: the whole of it, or what stands behind a
// mark. The text is tidy.
func findReply(text string) (pasted, bool) {
	if reply, ok := bareCode(text); ok {
		return pasted{reply: reply}, true
	}
	if !strings.Contains(text, "\n") {
		return inLine(unquoteLine(text))
	}
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = unquoteLine(lines[i])
	}
	if p, ok := inNotification(lines); ok {
		return p, true
	}
	return inDialogue(lines)
}

// bareCode reads a text that is a code and no more: "550", "5.1.1", "(#4.4.1)",
// "x.7.28" of any class, "5xx" for the class.
func bareCode(text string) (smtp.Reply, bool) {
	text = strings.Trim(text, " \"'`#()[]<>.,;:!")
	if len(text) < 3 || len(text) > len("5.999.999") {
		return smtp.Reply{}, false
	}
	switch text[1:] {
	case "xx", "XX", "yz":
		if text[0] >= '2' && text[0] <= '5' {
			return smtp.Reply{Code: int(text[0]-'0')*100 + 99, Lines: []string{anyCode}}, true // a code that has no row
		}
	}
	if len(text) == 3 && isReply(text) {
		return replyFrom(text), true
	}
	code, ok := enhancedCode(anyClass(text))
	return smtp.Reply{Enhanced: code}, ok
}

// anyClass makes an enhanced status code of one whose class or detail is "x".
func anyClass(text string) string {
	if !strings.ContainsAny(text, "xX") || strings.Count(text, ".") != 2 {
		return text
	}
	parts := strings.Split(text, ".")
	for i, part := range parts {
		if strings.Trim(part, "xX") != "" || part == "" {
			continue
		}
		parts[i] = "0"
		if i == 0 {
			parts[i] = "5"
		}
	}
	return strings.Join(parts, ".")
}

// enhancedCode reads a whole text as an enhanced status code.
func enhancedCode(text string) (smtp.EnhancedCode, bool) {
	code, rest, ok := smtp.ParseEnhanced(text)
	return code, ok && rest == ""
}

// inNotification finds the reply in the fields of a delivery status notification
// (RFC 3464, section 2.3): that of the first recipient that failed.
func inNotification(lines []string) (p pasted, found bool) {
	for _, value := range fields(lines, "Diagnostic-Code") {
		one, ok := inLine(value)
		if !ok {
			continue
		}
		p.refusals += one.refusals
		if !found || p.reply.Class() < 4 && one.reply.Class() >= 4 {
			p.reply, p.stage, found = one.reply, one.stage, true
		}
	}
	return p, found
}

// fields are the values of the fields of a name, unfolded. A line that was folded
// may have lost its blanks.
func fields(lines []string, name string) (values []string) {
	for i := 0; i < len(lines); i++ {
		field, value, ok := strings.Cut(lines[i], ":")
		if !ok || !strings.EqualFold(strings.TrimSpace(field), name) {
			continue
		}
		var b strings.Builder
		b.WriteString(value)
		for i+1 < len(lines) && b.Len() < maxHeard {
			more := lines[i+1]
			if strings.TrimSpace(more) == "" || more[0] != ' ' && isField(more) {
				break
			}
			b.WriteString(" " + strings.TrimSpace(more))
			i++
		}
		values = append(values, strings.TrimSpace(b.String()))
	}
	return values
}

// isField reports whether a line begins as a field of a header does.
func isField(line string) bool {
	name, _, ok := strings.Cut(line, ":")
	return ok && name != "" && !strings.ContainsAny(name, " \"<>@") && !digit(name[0])
}

// maxHeard is where a reply is not put together any further.
const maxHeard = 8 * maxText

// heardReply is a reply of a dialogue as it is put together.
type heardReply struct {
	text  string // its lines, without their marks
	stage smtp.Stage
}

// inDialogue finds the reply that matters in a transcript, a bounce or another
// text of several lines: the first of the refusals that stand at its end, so that
// what follows from one ("554 no valid recipients") and what was overcome (a 502
// to EHLO) do not count; without a refusal, the last before the farewell.
func inDialogue(lines []string) (pasted, bool) {
	replies := hear(lines)
	var p pasted
	for _, r := range replies {
		if isRefusal(r.text) {
			p.refusals++
		}
	}
	at := deciding(replies)
	if at < 0 {
		return p, false
	}
	p.reply, p.stage = replyFrom(replyLines(replies[at].text)), replies[at].stage
	return p, true
}

// hear takes the replies from the lines of a dialogue, and what each answered.
func hear(lines []string) (replies []heardReply) {
	var stage smtp.Stage
	var open *heardReply // what may go on
	wraps := false       // it may go on in a line that has no mark
	for _, line := range lines {
		text := strings.TrimSpace(line)
		start := replyStart(text, true)
		switch {
		case text == "":
			open = nil
		case start >= 0:
			body := trimReply(text[:start], text[start:])
			if open != nil && continued(open.text) && strings.HasPrefix(body, open.text[:3]) {
				if len(open.text) < maxHeard {
					open.text += "\n" + body
				}
				continue
			}
			replies = append(replies, heardReply{body, nextStage(&stage, text, body)})
			open, wraps = &replies[len(replies)-1], !endsInArrow(text[:start])
		case commandStage(line) != "":
			stage, open = commandStage(line), nil
		case open != nil && wraps && len(open.text) < maxHeard && !strings.HasPrefix(text, "Giving up on"):
			open.text += " " + text
		default:
			if s := stageWords(text); s != "" {
				stage = s
			}
		}
	}
	for i := range replies {
		if s, text := replyStage(replies[i].text); text != replies[i].text {
			replies[i].text, replies[i].stage = text, s
		}
	}
	return replies
}

// nextStage is what a reply in a line answered: what the line says, or else the
// command before. A 354 is followed by the message.
func nextStage(stage *smtp.Stage, line, body string) smtp.Stage {
	answered := *stage
	if s := stageWords(line); s != "" {
		answered = s
	}
	switch {
	case strings.HasPrefix(body, "354"):
		*stage = smtp.StageMessage
	case strings.HasPrefix(body, "220") && answered == "":
		return smtp.StageGreeting
	}
	return answered
}

// continued reports whether the last line of a reply says that another follows.
func continued(text string) bool {
	last := text[strings.LastIndexByte(text, '\n')+1:]
	return isReply(last) && len(last) > 3 && last[3] == '-'
}

func isRefusal(reply string) bool { return reply != "" && (reply[0] == '4' || reply[0] == '5') }

// deciding is which of the replies of a dialogue matters, -1 for none.
func deciding(replies []heardReply) int {
	end := len(replies)
	for end > 1 && strings.HasPrefix(replies[end-1].text, "221") {
		end--
	}
	at := end - 1
	for at >= 0 && !isRefusal(replies[at].text) {
		at--
	}
	if at < 0 {
		return end - 1
	}
	if at < end-1 {
		return at // something was accepted behind it; it is still the last refusal
	}
	for at > 0 && isRefusal(replies[at-1].text) {
		at--
	}
	return at
}

// commandStage is the stage of the command in a line of a transcript, "" when
// there is none.
func commandStage(line string) smtp.Stage {
	text := strings.TrimSpace(line)
	for _, mark := range [...]string{"--> ", "<-- ", "-> ", "~> ", "CLIENT -> SERVER: ", "> ", "C: "} {
		if i := strings.LastIndex(line, mark); i >= 0 {
			if s := verbStage(strings.TrimSpace(line[i+len(mark):])); s != "" {
				return s
			}
		}
	}
	return verbStage(text)
}

// verbStage is the stage of a command.
func verbStage(text string) smtp.Stage {
	head := lowerASCII(text[:min(len(text), len("mail from:"))])
	switch verb, rest, _ := strings.Cut(head, " "); verb {
	case "ehlo", "helo", "lhlo":
		return smtp.StageEHLO
	case "data", "starttls", "quit", "rset":
		if rest == "" && len(text) == len(verb) {
			return smtp.Stage(verb)
		}
	case "bdat", ".":
		return smtp.StageMessage
	case "auth":
		if len(strings.Fields(text)) <= 3 {
			return smtp.StageAuth
		}
	}
	switch {
	case strings.HasPrefix(head, "mail from:"):
		return smtp.StageMail
	case strings.HasPrefix(head, "rcpt to:"):
		return smtp.StageRcpt
	}
	return ""
}
