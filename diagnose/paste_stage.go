package diagnose

import (
	"strings"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// stagesByWords are the words by which logs, bounces and programs say what a
// reply answered, or what went on: "SMTP error from remote mail server after RCPT TO:<x>: 550 ...".
var stagesByWords = [...]struct {
	words string
	stage smtp.Stage
}{
	// Exim
	{` C="`, smtp.StageMessage},
	{"rejected after DATA", smtp.StageMessage},
	{"rejected RCPT", smtp.StageRcpt},
	{"rejected MAIL", smtp.StageMail},
	{"rejected EHLO", smtp.StageEHLO},
	{"rejected HELO", smtp.StageEHLO},
	{"rejected connection", smtp.StageGreeting},
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
	// Postfix
	{"refused to talk to me: ", smtp.StageGreeting},
	{"while receiving the initial server greeting", smtp.StageGreeting},
	{"while sending MAIL FROM", smtp.StageMail},
	{"while sending RCPT TO", smtp.StageRcpt},
	{"reject: CONNECT from ", smtp.StageGreeting},
	{"reject: EHLO from ", smtp.StageEHLO},
	{"reject: HELO from ", smtp.StageEHLO},
	{"reject: MAIL from ", smtp.StageMail},
	{"reject: RCPT from ", smtp.StageRcpt},
	{"reject: DATA from ", smtp.StageData},
	{"reject: END-OF-MESSAGE from ", smtp.StageMessage},
	// qmail
	{"but greeting failed", smtp.StageGreeting},
	{"but sender was rejected", smtp.StageMail},
	{"does not like recipient", smtp.StageRcpt},
	{"failed on DATA command", smtp.StageData},
	{"failed after I sent the message", smtp.StageMessage},
	// OpenSMTPD and Sendmail
	{`command="MAIL FROM`, smtp.StageMail},
	{`command="RCPT TO`, smtp.StageRcpt},
	{"ruleset=check_relay", smtp.StageGreeting},
	{"ruleset=check_mail", smtp.StageMail},
	{"ruleset=check_rcpt", smtp.StageRcpt},
	// libraries
	{"SMTPRecipientsRefused", smtp.StageRcpt},
	{"SMTPSenderRefused", smtp.StageMail},
	{"SMTPDataError", smtp.StageMessage},
	{"SMTPAuthenticationError", smtp.StageAuth},
	{"SMTPConnectError", smtp.StageGreeting},
	{"SMTPHeloError", smtp.StageEHLO},
	{"SMTPAddressFailedException", smtp.StageRcpt},
	{"SMTPSenderFailedException", smtp.StageMail},
	{"AuthenticationFailedException", smtp.StageAuth},
	{"RCPT TO command failed", smtp.StageRcpt},
	{"MAIL FROM command failed", smtp.StageMail},
	{"DATA END command failed", smtp.StageMessage},
	{`"command":"RCPT TO"`, smtp.StageRcpt},
	{`"command":"MAIL FROM"`, smtp.StageMail},
	{`"command":"AUTH`, smtp.StageAuth},
	{"Invalid login: ", smtp.StageAuth},
	{"all recipients were rejected", smtp.StageRcpt},
}

// stageWords finds what a reply answered in the words of a text.
func stageWords(text string) smtp.Stage {
	for _, s := range stagesByWords {
		if strings.Contains(text, s.words) {
			return s.stage
		}
	}
	return ""
}

// ofServer reports whether a line of a log is of a server that tells what it said
// to a client itself.
func ofServer(text string) bool {
	for _, words := range [...]string{"NOQUEUE: reject: ", "NOQUEUE: reject_warning: ", "milter-reject: ", ": reject: RCPT from ", ": reject: DATA from ",
		": reject: END-OF-MESSAGE from ", " rejected RCPT <", " rejected MAIL", " rejected after DATA", " rejected EHLO", " rejected connection", " reject=", " smtp failed-command "} {
		if strings.Contains(text, words) {
			return true
		}
	}
	return false
}
