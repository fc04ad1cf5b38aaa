package diagnose

import (
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// Retry says whether trying again can help.
type Retry string

// The values of Retry. In a row, "" means RetryLater for a 4yz reply and
// RetryNever for a 5yz reply (RFC 5321, section 4.2.1).
const (
	RetryLater    Retry = "later"     // the same again, later
	RetryAfterFix Retry = "after-fix" // once what the remedy names is done
	RetryNever    Retry = "never"
)

// Row is one row of the reply catalogue: a kind of reply, and what it means.
// Every condition that is not "" must hold.
type Row struct {
	// ID names the row for ever: "postfix/user-unknown".
	ID string
	// Codes are the reply codes it may have, separated by blanks: exact ("550")
	// or a class ("4"), "0" for none at all; "" means any 4yz or 5yz, or none.
	Codes string
	// Enhanced are the enhanced status codes it may have, separated by blanks;
	// each part is a number, a range ("700-750") or "*", as in "*.1.1". They are
	// compared after the class was replaced by that of the reply code, which is the
	// one that counts.
	Enhanced string
	// Stages are those where it may stand; nil means any. A reply whose stage is
	// not known may be any row's.
	Stages []smtp.Stage
	// Words are alternatives, one of which must be in the text. Each is lower-case
	// text in which "*" stands for anything; "^" at its front and "$" at its end
	// bind it to the beginning and the end of the text. It begins and ends as words
	// do (a last word may have an ending, as in "limited"), but where a "*" is. One
	// word alone is not looked for in host names, unless a "*" is before it.
	Words []string
	// With are alternatives like Words, one of which must be in the same clause of
	// the text as one of Words; nil asks for none.
	With []string

	Reason     Reason // "" for replies that are not refusals
	Side       Side   // "" for that of the reason
	Confidence Confidence
	Retry      Retry
	RetryAfter time.Duration // how long to wait where the reply does not say; 0 for no advice

	// Explain is what it means, Remedy what to do; "" in both for those of the reason.
	Explain, Remedy string
	// Source is the server or provider that says so, or the standard.
	Source string
	// Link is the operator's page about it, "" where none is known.
	Link string
	// Example is a reply, lines separated by "\n", that this row and no other
	// matches, at ExampleStage. It is the row's test.
	Example      string
	ExampleStage smtp.Stage
}

// Match tells how a reply was matched.
type Match struct {
	// Reply is what was judged: the reply, or the one it quotes of another server.
	Reply smtp.Reply
	// Stage is what that reply answered; "" when that is not known.
	Stage smtp.Stage
	// Relayed reports that the cause is another server's reply, quoted in this one.
	Relayed    bool
	Side       Side
	Confidence Confidence
	Retry      Retry
	// RetryAfter is how long to wait, as the reply says or else as the row does; 0 for no advice.
	RetryAfter time.Duration
}

// catalogue is the whole table, most specific first: what only one provider or
// server says, then the words that many say, then the enhanced status codes, the
// reply codes, and the classes. The first row that matches counts.
var catalogue = [...][]Row{
	calloutRows,
	authRows,
	gmailRows,
	googleRows,
	googleMoreRows,
	submissionRows,
	microsoftRows,
	exchangeRows,
	microsoftMoreRows,
	yahooRows,
	gatewayRows,
	mimecastRows,
	gatewayMoreRows,
	receiverRows,
	europeRows,
	worldRows,
	dnsblRows,
	greylistRows,
	postfixRows,
	postfixMoreRows,
	eximRows,
	eximMoreRows,
	sendmailRows,
	courierRows,
	opensmtpdRows,
	qmailRows,
	qmailMoreRows,
	serverRows,
	clientRows,
	wordRows,
	mailboxWordRows,
	messageWordRows,
	abroadWordRows,
	lastWordRows,
	enhancedRows,
	enhancedNetworkRows,
	enhancedPolicyRows,
	codeRows,
	classRows,
}

// Rows returns the rows of the reply catalogue in their order.
func Rows() []Row {
	var out []Row
	for _, rows := range catalogue {
		out = append(out, rows...)
	}
	return out
}

// RowByID returns the row of the reply catalogue with this ID.
func RowByID(id string) (Row, bool) {
	for _, rows := range catalogue {
		for i := range rows {
			if rows[i].ID == id {
				return rows[i].whole(), true
			}
		}
	}
	return Row{}, false
}

// Lookup finds what a reply means. stage is what it answers, "" when that is not
// known. There is always a row: the last ones are the classes of RFC 3463.
//
// A reply that quotes another server's ("host X said: 450 ...") is judged by the
// quoted one, which is the cause.
func Lookup(stage smtp.Stage, reply smtp.Reply) (Row, Match) {
	m := Match{Reply: reply, Stage: stage}
	text := joined(reply)
	switch inner, at, ok := quoted(text); {
	case ok && refusesSender(text):
		text, _, _ = strings.Cut(text, saidMark) // what it quotes is about the sender's mailbox
	case ok:
		m.Reply, m.Stage, m.Relayed = inner, at, true
		text = joined(inner)
	}
	s := newSubject(m.Stage, m.Reply, text)
	row := s.find()
	m.Side, m.Confidence = row.Side, row.Confidence
	if m.Side == "" {
		m.Side = sideOf(row.Reason)
	}
	if s.stage == "" && len(row.Stages) > 0 {
		m.Confidence = withoutStage(row)
	}
	m.Retry = row.retry(reply)
	if hint := retryHint(s.text); hint > 0 && (m.Retry == RetryLater || reply.Class() == 4) {
		m.RetryAfter = hint
	} else if m.Retry == RetryLater {
		m.RetryAfter = row.RetryAfter
	}
	out := row.whole()
	if m.Retry == RetryNever && (strings.HasPrefix(out.Remedy, "Wait") || strings.HasPrefix(out.Remedy, "Retry")) {
		out.Remedy = finalRemedy
	}
	return out, m
}

// finalRemedy is for what passes as a rule, where the reply says that it is for good.
const finalRemedy = "The code says for good, so that no mail server tries again by itself. Tell the postmaster of the receiving site, and quote the reply; send again once it is mended."

// retry is the row's advice for a reply of this class.
func (r *Row) retry(reply smtp.Reply) Retry {
	class := reply.Class()
	if class == 0 {
		class = reply.Enhanced.Class
	}
	switch {
	case r.Retry != "":
		return r.Retry
	case class == 5:
		return RetryNever
	case class == 4:
		return RetryLater
	}
	return RetryNever
}

// whole is the row with what it leaves to its reason filled in.
func (r *Row) whole() Row {
	out := *r
	about, _ := AboutReason(r.Reason)
	if out.Side == "" {
		out.Side = about.Side
	}
	if out.Side == "" {
		out.Side = SideNone
	}
	if out.Explain == "" {
		out.Explain = about.Explain
	}
	if out.Remedy == "" {
		out.Remedy = about.Remedy
	}
	return out
}

// withoutStage is the confidence in a row that is about some stages where the
// stage is not known: words still tell, a code alone is a guess.
func withoutStage(r *Row) Confidence {
	if r.Confidence == Certain && r.Words != nil {
		return Likely
	}
	return Guess
}
