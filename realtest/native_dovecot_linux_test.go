package realtest

import (
	"testing"

	. "github.com/smtpcheck/smtpcheck/diagnose"
)

// TestNativeDovecot has Dovecot refuse, as an LMTP server and as a submission server.
func TestNativeDovecot(t *testing.T) {
	s := needSubmission(t)
	login := " --auth-allow-unverified --auth-mech plain --from alice@example.test bob@example.test"
	checkNative(t, s.network, dovecotSubmission, []native{
		{name: "no such mailbox", args: ":24 --lmtp nosuch@example.test", reply: "550 5.1.1 <nosuch@example.test> User doesn't exist: nosuch@example.test",
			exit: 67, reason: NoSuchUser, side: SideRecipient},
		{name: "mailbox full", args: ":24 --lmtp --data --from alice@example.test full@example.test", reply: "552 5.2.2 <full@example.test> Quota exceeded (mailbox for user is full)",
			exit: 67, reason: MailboxFull, side: SideRecipient},
		{name: "no domain", args: ":24 --lmtp alice@elsewhere.test", reply: "550 5.1.1 <alice@elsewhere.test> User doesn't exist: alice@elsewhere.test",
			exit: 67, reason: NoSuchUser, side: SideRecipient},
		{name: "login", args: ":587 --from alice@example.test bob@example.test", reply: "530 5.7.0 Authentication required.",
			exit: 77, reason: AuthRequired, side: SideUs},
		{name: "wrong password", args: ":587 --auth-user alice" + login, env: wrongPassword, reply: "535 5.7.8 Authentication failed.",
			exit: 77, reason: AuthRequired, side: SideUs},
		{name: "login that fails for now", args: ":587 --auth-user " + unluckyUser + login, env: wrongPassword, reply: "454 4.7.0 Temporary authentication failure",
			exit: 75, reason: ServerError, side: SideReceiver},
		{name: "too big", args: ":587 --auth-user alice --size 200000" + login, env: []string{"SMTPCHECK_AUTH_PASSWORD=" + password},
			reply: "552 5.2.3 Message size exceeds administrative limit", exit: 77, reason: TooBig, side: SideSender},
	})
	checkSpoken(t, s.network, []spoken{
		{name: "login, not encrypted", address: dovecotSubmission + ":587", stage: "mail", reply: "530 5.7.0 Authentication required.",
			commands: []string{"EHLO probe.example.org", "MAIL FROM:<alice@example.test>"}, reason: AuthRequired, side: SideUs},
	})
}
