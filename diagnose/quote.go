package diagnose

import (
	"strings"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// saidMark stands before the reply of another server.
const saidMark = "said: "

// refusesSender reports that a reply with a quotation refuses the sender, after
// the server has asked the sender's own.
func refusesSender(text string) bool {
	own, _, _ := strings.Cut(text, saidMark)
	return strings.Contains(own, "sender address rejected")
}

// quoted finds the reply of another server that a text quotes, the innermost
// where there are several, and the stage it names:
// "host X[ip] said: 450 4.1.1 ... (in reply to RCPT TO command)". The text is
// lower case; so is the reply.
func quoted(text string) (smtp.Reply, smtp.Stage, bool) {
	for end := len(text); end > 0; {
		i := strings.LastIndex(text[:end], saidMark)
		if i < 0 {
			break
		}
		tail := text[i+len(saidMark):]
		if isReply(tail) {
			stage, tail := replyStage(tail)
			return replyFrom(tail), stage, true
		}
		end = i
	}
	return smtp.Reply{}, "", false
}

// isReply reports whether a text begins as a reply does.
func isReply(text string) bool {
	if len(text) < 3 || text[0] < '2' || text[0] > '5' || !digit(text[1]) || !digit(text[2]) {
		return false
	}
	return len(text) == 3 || text[3] == ' ' || text[3] == '-'
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// replyFrom makes a reply of text; what does not begin as one has no code.
func replyFrom(text string) smtp.Reply {
	if isReply(text) {
		if text[3:] != "" && text[3] == '-' && !strings.Contains(text, "\n") {
			text = text[:3] + " " + text[4:] // one line of several, which would be continued
		}
		if r, err := smtp.ParseReply(text); err == nil {
			return r
		}
	}
	return smtp.Reply{Lines: strings.Split(text, "\n")}
}

// replyStage takes "(in reply to X command)" from a text, as Postfix puts it
// behind a reply, and returns the stage it names.
func replyStage(text string) (smtp.Stage, string) {
	const mark = "(in reply to "
	i := strings.LastIndex(lowerASCII(text), mark)
	if i < 0 {
		return "", text
	}
	what, _, ok := strings.Cut(text[i+len(mark):], ")")
	if !ok {
		return "", text
	}
	for _, s := range smtp.Stages() {
		if strings.EqualFold(s.Request(), what) {
			return s, strings.TrimSpace(text[:i])
		}
	}
	if strings.EqualFold(what, "HELO command") {
		return smtp.StageEHLO, strings.TrimSpace(text[:i])
	}
	return "", strings.TrimSpace(text[:i])
}
