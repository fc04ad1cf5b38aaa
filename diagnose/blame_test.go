package diagnose

import (
	"testing"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// TestBlame: a reply that says that the client or its sender is refused is never
// about a user who is not there, whatever code, words and stage it has.
func TestBlame(t *testing.T) {
	codes := []string{
		"550", "551", "553", "554", "511", "450", "450 4.1.1",
		"550 5.1.1", "550 5.1.0", "550 5.1.3", "550 5.1.6", "550 5.0.0", "550 5.4.1", "553 5.1.1", "551 5.1.1", "550 5.7.1",
	}
	who := []string{
		"your IP", "your IP address 192.0.2.7", "[192.0.2.7]: your host", "the IP 192.0.2.7", "client host [192.0.2.7]",
		"your mail server mx.sender.example", "the sending server", "sender <bob@sender.example>", "sender domain sender.example",
		"sender address", "the return address", "your domain", "envelope sender", "your HELO name", "you", "your message", "your network",
	}
	what := []string{
		"is blacklisted", "is banned", "is not welcome here", "is blocked", "has a bad reputation", "was rejected", "refused",
		"sends too much", "has no reverse DNS", "must authenticate first", "may not relay", "does not exist", "is unknown here",
		"was not found", "is invalid", "could not be verified", "sent to too many unknown users", "is not allowed to send to this user",
	}
	for _, stage := range []smtp.Stage{"", smtp.StageRcpt, smtp.StageMessage} {
		for _, code := range codes {
			for _, x := range who {
				for _, y := range what {
					text := code + " " + x + " " + y
					if row, _ := Lookup(stage, replyFrom(text)); row.Reason == NoSuchUser {
						t.Errorf("%q at %q is %s by %s", text, stage, row.Reason, row.ID)
					}
				}
			}
		}
	}
}

// TestBlameNobody: the recipient is meant where nobody is named.
func TestBlameNobody(t *testing.T) {
	for _, text := range []string{"550 no", "550 5.1.1 <alice@example.test>: no", "553 sorry", "550 5.1.1", "550 5.1.1 try another one"} {
		if row, _ := Lookup(smtp.StageRcpt, replyFrom(text)); row.Reason != NoSuchUser {
			t.Errorf("%q is %s by %s", text, row.Reason, row.ID)
		}
	}
}
