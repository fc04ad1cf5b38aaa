package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// Explanation is the answer to "what does this mean, and what now?", offline.
// It is a document of its own; a field that has nothing to say is absent.
type Explanation struct {
	Text string `json:"text"`
	// Reply is the reply that was found in the text, its lines separated by "\n",
	// where it is not the whole of it.
	Reply      string     `json:"reply,omitempty"`
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
	Advice     Retry    `json:"advice,omitempty"` // Retry with its third value, for replies
	Explain    string   `json:"explain"`
	Remedy     string   `json:"remedy,omitempty"`
	Row        string   `json:"row,omitempty"`    // of the reply catalogue
	Source     string   `json:"source,omitempty"` // the server or standard that the row is about
	Link       string   `json:"link,omitempty"`   // the operator's page: that which the reply names, else the row's
	Rule       string   `json:"rule,omitempty"`   // where a rule was asked for
	Severity   Severity `json:"severity,omitempty"`
	// Notes are what else is to be known of the text: what was judged in it, and what contradicts.
	Notes      []string `json:"notes,omitempty"`
	References []string `json:"references,omitempty"`
}

// ExplainText explains a reply code ("550"), an enhanced status code ("5.1.1"), a
// reply, also as it stands in a transcript, a log or a bounce, or a rule, a reason or
// a row of the catalogue by its name ("mx/null", "greylisted", "postfix/relay-denied").
// ok is false when the text is none of these.
func ExplainText(text string) (e Explanation, ok bool) {
	text = strings.TrimSpace(text)
	if len(text) < 64 { // as every name is
		e, ok = explainName(strings.ReplaceAll(lowerASCII(text), " ", "_")) // "dns failure" is one
	}
	if !ok {
		plain := tidy(text)
		if e, ok = explainPasted(text, plain); !ok {
			e, ok = explainLog(plain)
		}
		if ok && ofServer(plain) {
			e.Notes = append(e.Notes, noteOfServer)
		}
	}
	e.Text = text
	return e, ok
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

// explainPasted explains the reply that is in a text, which plain is when it is tidy.
func explainPasted(text, plain string) (Explanation, bool) {
	p, ok := findReply(plain)
	if !ok {
		return Explanation{}, false
	}
	e := explainReply(p.stage, p.reply)
	if said := strings.Join(p.reply.Lines, "\n"); said == anyCode {
		e.Code = 0
	} else if said != strings.ReplaceAll(text, "\r\n", "\n") {
		e.Reply = said
	}
	if p.refusals > 1 {
		e.Notes = append(e.Notes, fmt.Sprintf("The text has %d refusals; this is the one that decides.", p.refusals))
	}
	if anyOf(text) {
		e.Retry, e.Advice, e.Enhanced = nil, "", lowerASCII(text)
		e.Notes = append(e.Notes, "The first number says for how long: 4 for now, so that a mail server tries again, 5 for good.")
	}
	return e, true
}

// anyOf reports whether a text is an enhanced status code of no class.
func anyOf(text string) bool {
	_, ok := enhancedCode(anyClass(text))
	return ok && (text[0] == 'x' || text[0] == 'X')
}

// noteOfServer tells whose the line of a log is.
const noteOfServer = "The line is of the server that refused: \"we\", \"this machine\" and \"the sender\" are the client that it refused."

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
		e.Confidence, e.Retry, e.RetryAfter, e.Advice = m.Confidence, &retry, int(m.RetryAfter.Seconds()), m.Retry
	} else if reply.Class() == 3 {
		e.Title = "go on"
	}
	if m.Relayed {
		e.Notes = append(e.Notes, "The reply quotes another server's, which is the cause and was judged: "+strings.Join(m.Reply.Lines, " "))
	}
	if reply.Has(smtp.DefectClassMismatch) {
		e.Notes = append(e.Notes, fmt.Sprintf("The class of %s contradicts the reply code %d; the reply code counts (RFC 5321, section 4.2.1).", reply.Enhanced, reply.Code))
	}
	return e
}
