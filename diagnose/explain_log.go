package diagnose

import (
	"strings"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// explainLog explains a line of a log, or a bounce, that has no reply code in it:
// the words of the server, and the enhanced status code that it gave. The text is tidy.
func explainLog(text string) (Explanation, bool) {
	status, stage := statedCode(text), stageWords(text)
	if diagnostic := fields(strings.Split(text, "\n"), "Diagnostic-Code"); len(diagnostic) > 0 {
		_, text, _ = strings.Cut(diagnostic[0], ";")
	}
	line := lowerASCII(unwrapQmail(strings.ReplaceAll(text, "\n", " ")))
	words := ownWords(line)
	reply := smtp.Reply{Lines: strings.Split(words, "\n")}
	if row, _ := Lookup(stage, reply); row.Words == nil {
		reply.Enhanced = status
		if _, ok := eximRejected(line); ok && status.IsZero() {
			reply.Enhanced.Class = 5 // whose only number is the reply code, which the log does not have
			if saysForNow(line) {
				reply.Enhanced.Class = 4
			}
		}
		if row, _ := Lookup(stage, reply); reply.Enhanced.IsZero() || row.ID == lastRow.ID {
			return Explanation{}, false
		}
	}
	e := explainReply(stage, reply)
	e.Enhanced = status.String()
	if e.Retry != nil && (status.Class == 4 || saysForNow(line)) {
		*e.Retry, e.Advice = true, RetryLater
	}
	return e, true
}

// saysForNow reports whether a line, in lower case, says that the server tries again,
// or that the client may.
func saysForNow(line string) bool {
	for _, words := range [...]string{"status=deferred", "stat=deferred", "temporarily rejected", "action: delayed"} {
		if strings.Contains(line, words) {
			return true
		}
	}
	return false
}

// statedCode is an enhanced status code that stands without a reply code:
// "dsn=4.4.1,", "Status: 5.1.1", "(#5.1.1)", "response was: 5.7.1 Unable to relay".
func statedCode(text string) smtp.EnhancedCode {
	for i := 1; i+5 <= len(text); i++ {
		if text[i+1] != '.' || strings.IndexByte(" =#(\"'", text[i-1]) < 0 {
			continue
		}
		code, ok := frontCode(text[i:])
		if !ok {
			continue
		}
		if text[i-1] != ' ' || strings.HasSuffix(text[:i], "atus: ") || strings.HasSuffix(text[:i], ": ") && strings.IndexByte(text[i:], ' ') > 0 || endsInWord(text[:i]) {
			return code
		}
	}
	return smtp.EnhancedCode{}
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
	if what, ok := eximRejected(line); ok {
		line = what
	}
	return strings.TrimPrefix(line, "delivery temporarily suspended: ")
}

// eximRejected is why Exim refused something of a client, by a line of its log in lower case.
func eximRejected(line string) (string, bool) {
	_, rest, ok := strings.Cut(line, " rejected ")
	if !ok {
		return "", false
	}
	for _, what := range [...]string{"rcpt", "mail", "after data", "ehlo", "helo", "connection"} {
		if strings.HasPrefix(rest, what) {
			_, why, ok := strings.Cut(rest, ": ")
			return why, ok
		}
	}
	return "", false
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
