package diagnose

import (
	"strings"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// explainLog explains a line of a log, or of a bounce, that has no reply in it:
// the words of the sending server, and the status that it gave.
func explainLog(text string) (Explanation, bool) {
	line := lowerASCII(unwrapQmail(text))
	words := ownWords(line)
	status := loggedStatus(line)
	stage := eximStage(text)
	reply := smtp.Reply{Lines: strings.Split(words, "\n")}
	if row, _ := Lookup(stage, reply); row.Words == nil {
		reply.Enhanced = status
		if row, _ := Lookup(stage, reply); status.IsZero() || row.ID == lastRow.ID {
			return Explanation{}, false
		}
	}
	e := explainReply(stage, reply)
	if !status.IsZero() {
		e.Enhanced = status.String()
	}
	if e.Retry != nil && (status.Class == 4 || strings.Contains(line, "status=deferred") || strings.Contains(line, "stat=deferred")) {
		*e.Retry = true
	}
	return e, true
}

// loggedStatus is the enhanced status code of "dsn=4.4.1, ".
func loggedStatus(line string) smtp.EnhancedCode {
	_, rest, ok := strings.Cut(line, "dsn=")
	if !ok {
		return smtp.EnhancedCode{}
	}
	if end := strings.IndexAny(rest, ", "); end >= 0 {
		rest = rest[:end]
	}
	code, _, _ := smtp.ParseEnhanced(rest)
	return code
}

// ownWords takes from a line of a log, in lower case, what the server says of the
// attempt: "status=deferred (...)" of Postfix, "stat=Deferred: ..." of Sendmail,
// "defer (110): ..." of Exim.
func ownWords(line string) string {
	if _, rest, ok := strings.Cut(line, " status="); ok || strings.HasPrefix(line, "status=") {
		if !ok {
			rest = line
		}
		if _, inner, ok := strings.Cut(rest, " ("); ok {
			line = strings.TrimSuffix(inner, ")")
		}
	} else if i := strings.LastIndex(line, "stat="); i >= 0 {
		line = strings.TrimPrefix(line[i+len("stat="):], "deferred: ")
	} else if i := strings.LastIndex(line, " defer ("); i >= 0 || strings.Contains(line, " ** ") || strings.Contains(line, " == ") {
		line = line[max(i, 0):]
		if i := strings.LastIndex(line, ": "); i >= 0 {
			line = line[i+len(": "):]
		}
		line, _, _ = strings.Cut(line, " dt=")
	}
	return strings.TrimPrefix(line, "delivery temporarily suspended: ")
}

// unwrapQmail makes a line of qmail's log readable, which has "_" for blanks and
// "/" for ends of lines: "delivery 1: failure: Remote_host_said:_550_no_such_user/".
func unwrapQmail(text string) string {
	body := text
	if i := strings.Index(text, "delivery "); i >= 0 {
		for _, kind := range [...]string{": failure: ", ": deferral: ", ": success: "} {
			if _, rest, ok := strings.Cut(text[i:], kind); ok {
				body = rest
			}
		}
	}
	if strings.ContainsAny(body, " \n") || !strings.Contains(body, "_") || !strings.HasSuffix(body, "/") {
		return text
	}
	body, _, _ = strings.Cut(body, "/Giving_up_on_")
	body = strings.ReplaceAll(strings.TrimRight(body, "/"), "_", " ")
	out := []byte(body)
	for i := range out {
		if out[i] == '/' && isReply(body[i+1:]) {
			out[i] = '\n'
		}
	}
	return string(out)
}

// between is what stands between two marks.
func between(text, before, after string) (string, bool) {
	_, rest, ok := strings.Cut(" "+text, before)
	if !ok {
		return "", false
	}
	inner, _, ok := strings.Cut(rest, after)
	return inner, ok
}
