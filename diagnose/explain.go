package diagnose

import (
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// Explanation is the answer to "what does this mean, and what now?", offline.
// It is a document of its own; a field that has nothing to say is absent.
type Explanation struct {
	Text       string     `json:"text"`
	Code       int        `json:"code,omitempty"`
	Enhanced   string     `json:"enhanced,omitempty"`
	Stage      smtp.Stage `json:"stage,omitempty"` // where the text tells
	Reason     Reason     `json:"reason,omitempty"`
	Title      string     `json:"title"`
	Confidence Confidence `json:"confidence,omitempty"`
	Side       Side       `json:"side,omitempty"`
	// Retry says that the same again, later, can help; RetryAfter how long to
	// wait. Where there is no reason, as for an acceptance, they are absent, and so is Confidence.
	Retry      *bool    `json:"retry,omitempty"`
	RetryAfter int      `json:"retry_after_s,omitempty"`
	Explain    string   `json:"explain"`
	Remedy     string   `json:"remedy,omitempty"`
	Row        string   `json:"row,omitempty"`    // of the reply catalogue
	Source     string   `json:"source,omitempty"` // the server or standard that the row is about
	Link       string   `json:"link,omitempty"`   // the operator's page: that which the reply names, else the row's
	Rule       string   `json:"rule,omitempty"`   // where a rule was asked for
	Severity   Severity `json:"severity,omitempty"`
	References []string `json:"references,omitempty"`
}

// ExplainText explains a reply code ("550"), an enhanced status code ("5.1.1"), a
// reply, also as it stands in a transcript or a log, or a rule, a reason or a row
// of the catalogue by its name ("mx/null", "greylisted", "postfix/relay-denied").
// ok is false when the text is none of these.
func ExplainText(text string) (e Explanation, ok bool) {
	text = strings.TrimSpace(text)
	if e, ok = explainName(lowerASCII(text)); ok {
		e.Text = text
		return e, true
	}
	reply, stage, ok := findReply(text)
	if ok {
		e = explainReply(stage, reply)
	} else if e, ok = explainLog(text); !ok {
		return Explanation{Text: text}, false
	}
	e.Text = text
	return e, true
}

// explainName explains a rule, a reason or a row.
func explainName(name string) (Explanation, bool) {
	if rule, ok := RuleOf(name); ok {
		return Explanation{
			Title: rule.Title, Explain: rule.Explain, Remedy: rule.Remedy, References: rule.References,
			Rule: rule.ID, Severity: rule.Severity, Reason: rule.Reason, Side: sideIf(rule.Reason), Retry: passes(rule.Reason),
		}, true
	}
	if about, ok := AboutReason(Reason(name)); ok {
		return Explanation{
			Reason: about.Reason, Title: about.Title, Side: about.Side, Severity: about.Severity, Retry: passes(about.Reason),
			Explain: about.Explain, Remedy: about.Remedy, References: about.References,
		}, true
	}
	row, ok := RowByID(name)
	if !ok {
		return Explanation{}, false
	}
	e := explainReply(row.ExampleStage, replyFrom(row.Example))
	return e, true
}

func sideIf(r Reason) Side {
	if r == "" {
		return ""
	}
	return sideOf(r)
}

// passes says whether what the reason stands for can pass by itself; nil for no reason.
func passes(r Reason) *bool {
	if r == "" {
		return nil
	}
	p := r.passes()
	return &p
}

func explainReply(stage smtp.Stage, reply smtp.Reply) Explanation {
	row, m := Lookup(stage, reply)
	e := Explanation{
		Code: reply.Code, Stage: stage, Reason: row.Reason, Title: "accepted", Side: m.Side,
		Explain: row.Explain, Remedy: row.Remedy, Row: row.ID, Source: row.Source,
	}
	if !reply.Enhanced.IsZero() {
		e.Enhanced = reply.Enhanced.String()
	}
	links := row.links(reply)
	if len(links) > 0 {
		e.Link, links = links[0], links[1:]
	}
	if row.Reason != "" {
		about, _ := AboutReason(row.Reason)
		e.Title, e.References = about.Title, slices.Concat(about.References, links)
		retry := m.Retry == RetryLater
		e.Confidence, e.Retry, e.RetryAfter = m.Confidence, &retry, int(m.RetryAfter.Seconds())
	} else if reply.Class() == 3 {
		e.Title = "go on"
	}
	return e
}

// findReply finds the reply in a text: the whole of it, or what stands behind a
// mark of a transcript or a log.
func findReply(text string) (smtp.Reply, smtp.Stage, bool) {
	if code, rest, ok := smtp.ParseEnhanced(text); ok && rest == "" {
		return smtp.Reply{Enhanced: code}, "", true
	}
	stage, body := replyStage(strings.ReplaceAll(unwrapQmail(text), "\r\n", "\n"))
	if stage == "" {
		stage = eximStage(body)
	}
	if inner, ok := between(body, " C=\"", "\""); ok && isReply(inner) { // Exim's confirmation
		return replyFrom(inner), smtp.StageMessage, true
	}
	if start := replyStart(body); start >= 0 {
		return replyFrom(replyLines(body[start:])), stage, true
	}
	return smtp.Reply{}, "", false
}

// replyStart is where the reply begins in a text, -1 for nowhere: at the front;
// behind "said: ", a mark of a transcript or the like; else at the first number
// that is a reply code followed by an enhanced status code.
func replyStart(text string) int {
	if isReply(text) {
		return 0
	}
	for _, mark := range [...]string{saidMark, "status=sent (", "status=deferred (", "status=bounced (", "stat=Deferred: ", "refused to talk to me: ", "S <-- ", "C --> ", "S: ", "<-- ", "<** ", "<-  ", "<~* ", "<~  ", "< ", ">: ", ": "} {
		if i := strings.LastIndex(text, mark); i >= 0 && isReply(text[i+len(mark):]) {
			return i + len(mark)
		}
	}
	for i := range len(text) {
		if (i == 0 || !isWord(text[i-1])) && isReply(text[i:]) && len(text) > i+4 {
			if _, _, ok := smtp.ParseEnhanced(text[i+4:]); ok {
				return i
			}
		}
	}
	return -1
}

func isWord(c byte) bool {
	return c == '.' || c == '-' || c == ':' || digit(c) || letter(c|0x20)
}

// replyLines takes the marks of a transcript from the lines of a reply, and
// breaks apart what was joined into one line ("550-5.1.1 x 550 5.1.1 y").
func replyLines(text string) string {
	text = strings.TrimRight(strings.TrimSpace(text), ")")
	if len(text) < 3 {
		return text
	}
	code := text[:3]
	if !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, " "+code+"-", "\n"+code+"-")
		if strings.HasPrefix(text, code+"-") {
			if i := strings.LastIndex(text, " "+code+" "); i >= 0 {
				text = text[:i] + "\n" + text[i+1:]
			}
		}
		return text
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if at := strings.Index(line, code); i > 0 && at > 0 && isReply(line[at:]) {
			lines[i] = line[at:]
		}
	}
	return strings.Join(lines, "\n")
}

// eximStage finds what a reply answered, or what went on, in the words of a log:
// "SMTP error from remote mail server after RCPT TO:<x>: 550 ...".
func eximStage(text string) smtp.Stage {
	for _, s := range [...]struct {
		words string
		stage smtp.Stage
	}{
		{"after RCPT TO:", smtp.StageRcpt},
		{"after MAIL FROM:", smtp.StageMail},
		{"after pipelined MAIL FROM:", smtp.StageMail},
		{"after pipelined RCPT TO:", smtp.StageRcpt},
		{"after end of data", smtp.StageMessage},
		{"after DATA", smtp.StageData},
		{"after initial connection", smtp.StageGreeting},
		{"after EHLO", smtp.StageEHLO},
		{"after HELO", smtp.StageEHLO},
		{"after STARTTLS", smtp.StageSTARTTLS},
		{"refused to talk to me: ", smtp.StageGreeting},
		{"while receiving the initial server greeting", smtp.StageGreeting},
		{"while sending MAIL FROM", smtp.StageMail},
		{"while sending RCPT TO", smtp.StageRcpt},
		{"but greeting failed", smtp.StageGreeting},
		{"but sender was rejected", smtp.StageMail},
		{"does not like recipient", smtp.StageRcpt},
	} {
		if strings.Contains(text, s.words) {
			return s.stage
		}
	}
	return ""
}
