package diagnose

import (
	"strings"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// callback finds replies that say that the server verifies the sender: it connects to
// the mail server of the sender's domain and asks whether it would take a bounce.
func (f *finder) callback(host string, e *probe.Event, at Evidence) {
	if e.Reply.Class() < 4 || e.Stage != smtp.StageMail && e.Stage != smtp.StageRcpt && e.Stage != smtp.StageData {
		return
	}
	if verifiesSender(e.Stage, joined(*e.Reply)) {
		f.add("smtp/callback", host+" verifies the sender by a call-back: "+oneLine(*e.Reply), at)
	}
}

// verifiesSender reports whether a reply, in lower case, speaks of a call-back to the
// sender's mail server: in words of Exim (sender verify callout), of Postfix
// (reject_unverified_sender), of milters and appliances.
func verifiesSender(stage smtp.Stage, text string) bool {
	sender := stage == smtp.StageMail || strings.Contains(text, "sender") || strings.Contains(text, "mail from") || strings.Contains(text, "return path")
	if strings.Contains(text, "recipient address rejected") && !strings.Contains(text, "sender address rejected") {
		return false // which it verifies elsewhere
	}
	for _, w := range [...]string{"callout", "call-out", "callback", "call-back", "call back", "unverified address", "address verification", "verify sender", "sender verif"} {
		if strings.Contains(text, w) && sender {
			return true
		}
	}
	return strings.Contains(text, "verification failed for") && strings.Contains(text, "called:")
}
