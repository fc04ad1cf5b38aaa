package diagnose

import (
	"strings"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// meaning is what a reply comes to, in short.
type meaning struct {
	stage  smtp.Stage
	reply  string
	reason Reason
	retry  Retry
}

func check(t *testing.T, all ...meaning) {
	t.Helper()
	for _, x := range all {
		row, m := Lookup(x.stage, replyFrom(x.reply))
		if row.Reason != x.reason || x.retry != "" && m.Retry != x.retry {
			t.Errorf("%q at %q is %s (%s) by %s, want %s (%s)", x.reply, x.stage, row.Reason, m.Retry, row.ID, x.reason, x.retry)
		}
	}
}

// TestTrapCodeAlone: text first, then the enhanced code, then the code; and the stage.
func TestTrapCodeAlone(t *testing.T) {
	check(t,
		meaning{"rcpt", "550 5.1.1 mailbox is full", MailboxFull, ""},
		meaning{"rcpt", "550 5.2.2", MailboxFull, ""},
		meaning{"rcpt", "550", NoSuchUser, ""},
		meaning{"mail", "550", SenderRejected, ""},
		meaning{"greeting", "550", IPReputation, ""},
		meaning{"ehlo", "550", HELO, ""},
		meaning{"message", "550", Policy, ""},
		meaning{"rcpt", "552", MailboxFull, ""},
		meaning{"message", "552", TooBig, ""},
		meaning{"greeting", "554", IPReputation, ""},
		meaning{"rcpt", "554", Policy, ""},
		meaning{"mail", "553", SenderRejected, ""},
		meaning{"rcpt", "553", NoSuchUser, ""},
	)
}

// TestTrap571: 550 5.7.1 means everything.
func TestTrap571(t *testing.T) {
	check(t,
		meaning{"rcpt", "550 5.7.1 <a@b.example>... Relaying denied", RelayDenied, ""},
		meaning{"rcpt", "550 5.7.1 Service unavailable; client [198.51.100.7] blocked using zen.spamhaus.org", IPReputation, ""},
		meaning{"message", "550 5.7.1 rejected: DMARC policy of example.org", AuthFail, ""},
		meaning{"message", "550 5.7.1 Message contains spam", SpamContent, ""},
		meaning{"rcpt", "550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized", Restricted, ""},
		meaning{"message", "550 5.7.1 Messages missing a valid address in From: header", ContentFormat, ""},
		meaning{"rcpt", "550 5.7.1 no", Policy, ""},
	)
}

// TestTrapFullUnderUserCode: a full mailbox under the code of an unknown user.
func TestTrapFullUnderUserCode(t *testing.T) {
	check(t,
		meaning{"rcpt", "552 5.1.1 <a@orange.example> Recipient overquota OFR_417", MailboxFull, ""},
		meaning{"rcpt", "452 4.1.1 <a@comcast.example> user over quota", MailboxFull, ""},
	)
}

// TestTrapGmail521: the same code for two things.
func TestTrapGmail521(t *testing.T) {
	check(t,
		meaning{"rcpt", "550 5.2.1 The email account that you tried to reach is disabled. gsmtp", MailboxDisabled, RetryNever},
		meaning{"rcpt", "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered. gsmtp", RateLimited, RetryLater},
	)
}

// TestTrapMicrosoft: words that do not mean what they say.
func TestTrapMicrosoft(t *testing.T) {
	check(t,
		meaning{"rcpt", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [x.prod.protection.outlook.com]", NoSuchUser, ""},
		meaning{"rcpt", "550 5.4.1 Relay Access Denied [x.prod.protection.outlook.com]", RelayDenied, ""},
		meaning{"rcpt", "554 5.7.1 <a@b.example>: Recipient address rejected: Access denied", Restricted, ""},
		meaning{"rcpt", "550 5.5.0 Requested action not taken: mailbox unavailable", NoSuchUser, ""},
		meaning{"message", "550 5.2.2 Submission quota exceeded", RateLimited, RetryLater},
	)
}

// TestTrap4yzForGood: 4yz that does not heal by itself.
func TestTrap4yzForGood(t *testing.T) {
	check(t,
		meaning{"mail", "421 4.7.1 [TS03] All messages from 198.51.100.7 will be permanently deferred; Retrying will NOT succeed", IPReputation, RetryAfterFix},
		meaning{"message", "421 4.7.26 This mail is unauthenticated: the sender is unauthenticated, gsmtp", AuthFail, RetryAfterFix},
		meaning{"message", "421 5.7.32 Your email has been rate limited because the From: header (RFC5322) in this message isn't aligned", AuthFail, RetryAfterFix},
		meaning{"message", "421 4.7.40 the sending domain doesn't have a DMARC record", AuthFail, RetryAfterFix},
		meaning{"rcpt", "451 Open relay not allowed", RelayDenied, RetryAfterFix},
		meaning{"rcpt", "454 4.7.1 <a@b.example>: Relay access denied", RelayDenied, RetryAfterFix},
	)
}

// TestTrap5yzForNow: 5yz that is transient in practice.
func TestTrap5yzForNow(t *testing.T) {
	check(t,
		meaning{"message", "554 5.2.122 The recipient has exceeded their limit for the number of messages they can receive per hour", RateLimited, RetryLater},
		meaning{"message", "550 5.2.121 Recipient's per hour message receive limit from specific sender exceeded", RateLimited, RetryLater},
		meaning{"message", "550 5.4.5 Daily user sending limit exceeded", RateLimited, RetryLater},
		meaning{"rcpt", "552 5.5.3 too many recipients", TooManyRecipients, RetryLater},
		meaning{"rcpt", "550 Too many recipients in one message", TooManyRecipients, RetryLater},
	)
}

// TestTrapGreylistingWithoutTheWord: greylisting that does not say so.
func TestTrapGreylistingWithoutTheWord(t *testing.T) {
	check(t,
		meaning{"rcpt", "451 Internal resources are temporarily unavailable - https://community.mimecast.com/docs/DOC-1369#451", Greylisted, RetryLater},
		meaning{"rcpt", "451 Please try again later", Greylisted, RetryLater},
		meaning{"rcpt", "450 4.3.2 Service currently unavailable", Greylisted, RetryLater},
		meaning{"rcpt", "451 4.7.1 Service unavailable - try again later", Greylisted, RetryLater},
	)
}

// TestTrapManyLines: codes on every line, and the text that matters only in the last.
func TestTrapManyLines(t *testing.T) {
	check(t,
		meaning{"message", "550-5.7.26 Unauthenticated email from example.org is not accepted due to domain's\n550-5.7.26 DMARC policy. Please contact the administrator of example.org domain if\n550 5.7.26 this was a legitimate mail. - gsmtp", AuthFail, ""},
		meaning{"mail", "550-Requested action not taken: mailbox unavailable\n550 Reject due to SPF policy", AuthFail, ""},
		meaning{"rcpt", "550-" + strings.Repeat("blah ", 400) + "\n550-" + strings.Repeat("blah ", 400) + "\n550-" + strings.Repeat("blah ", 400) + "\n550 mailbox is full", MailboxFull, ""},
	)
}

// TestTrapTheirBlocklist: the receiver's lookup is broken, nobody is listed.
func TestTrapTheirBlocklist(t *testing.T) {
	check(t,
		meaning{"rcpt", "554 5.7.1 Service unavailable; Client host [198.51.100.7] blocked using zen.spamhaus.org; Error: open resolver; https://check.spamhaus.org/returnc/pub/203.0.113.53/", ServerError, RetryAfterFix},
		meaning{"rcpt", "550 rejected because 198.51.100.7 is in a black list at zen.spamhaus.org: 127.255.255.252", ServerError, ""},
	)
	_, m := Lookup("rcpt", replyFrom("554 blocked using zen.spamhaus.org; 127.255.255.255"))
	if m.Side != SideReceiver {
		t.Errorf("side %s: it is their matter", m.Side)
	}
}

// TestTrapWrongClass: the first digit of the reply code counts, whatever the enhanced code says.
func TestTrapWrongClass(t *testing.T) {
	check(t,
		meaning{"rcpt", "452 5.2.2 no", MailboxFull, RetryLater},
		meaning{"message", "550 4.4.7 no", TimedOut, RetryNever},
		meaning{"rcpt", "550 2.1.5 no", Unknown, RetryNever},
	)
	for reply, want := range map[string]Verdict{"452 5.2.2 full": Deferred, "550 4.4.7 no": Rejected, "250 5.1.1 ok": Accepted, "550 2.1.5 ok": Rejected} {
		s := newScene(t)
		s.talk("mx1", 10, with(envelope, "rcpt: "+reply)...)
		d := Diagnose(s.Case)
		if d.Verdict != want || !has(d, "smtp/class-mismatch") {
			t.Errorf("%q: %s, want %s with smtp/class-mismatch", reply, d.Verdict, want)
		}
	}
}

// TestTrapQuotedReply: a relay quotes another server, whose answer is the cause.
func TestTrapQuotedReply(t *testing.T) {
	text := "550 5.1.1 <a@b.example>: Recipient address rejected: undeliverable address: host inner.example[203.0.113.1] said: "
	for inner, want := range map[string]Reason{
		"450 4.1.1 <a@b.example>: mailbox is full (in reply to RCPT TO command)":      MailboxFull,
		"554 5.7.1 <a@b.example>: Relay access denied (in reply to RCPT TO command)":  RelayDenied,
		"550 5.7.1 Sorry (in reply to MAIL FROM command)":                             Policy,
		"550 sorry (in reply to MAIL FROM command)":                                   SenderRejected,
		"550 5.1.1 <a@b.example>: User unknown in virtual mailbox table (in reply to": NoSuchUser,
	} {
		row, m := Lookup("rcpt", replyFrom(text+inner))
		if row.Reason != want || !m.Relayed || m.Retry == RetryLater {
			t.Errorf("%s: %s by %s, %+v", inner, row.Reason, row.ID, m)
		}
	}
	if _, m := Lookup("rcpt", replyFrom("550 he said: go away")); m.Relayed {
		t.Error("not every \"said: \" quotes a reply")
	}
}

// TestTrapAcceptedIsNotInbox: 250 is not the inbox; the queue id is told.
func TestTrapAcceptedIsNotInbox(t *testing.T) {
	TestHonestWords(t)
}

// TestTrapOtherLanguages: codes carry the meaning where the words are not English.
func TestTrapOtherLanguages(t *testing.T) {
	check(t,
		meaning{"rcpt", "550 5.1.1 Adresse d au moins un destinataire invalide. OFR_416 [416]", NoSuchUser, ""},
		meaning{"rcpt", "552 5.1.1 Boite pleine. OFR_417 [417]", MailboxFull, ""},
		meaning{"message", "550 5.2.0 Mail rejete. OFR_506 [506]", SpamContent, ""},
		meaning{"greeting", "421 Trop de connexions. OFR005_104 [104]", RateLimited, ""},
		meaning{"rcpt", "550 5.1.1 <a@b.example> utilisateur inconnu", NoSuchUser, ""},
	)
}

// TestDelayedReject: Postfix refuses sender, HELO name and client at RCPT; the
// words tell who is meant.
func TestDelayedReject(t *testing.T) {
	check(t,
		meaning{"rcpt", "554 5.7.1 <bob@example.org>: Sender address rejected: Access denied", SenderRejected, ""},
		meaning{"rcpt", "450 4.1.8 <bob@nowhere.example>: Sender address rejected: Domain not found", SenderRejected, ""},
		meaning{"rcpt", "450 4.7.1 <localhost>: Helo command rejected: Host not found", HELO, ""},
		meaning{"rcpt", "450 4.7.25 Client host rejected: cannot find your hostname, [198.51.100.7]", RDNS, ""},
		meaning{"rcpt", "554 5.7.1 <unknown[198.51.100.7]>: Client host rejected: Access denied", Policy, ""},
		meaning{"rcpt", "554 5.7.1 Service unavailable; Client host [198.51.100.7] blocked using bl.example", IPReputation, ""},
		meaning{"rcpt", "550 5.1.1 <a@b.example>: Recipient address rejected: User unknown in virtual mailbox table", NoSuchUser, ""},
	)
}

// TestBeforeRecipient: what is said before RCPT is not about the mailbox.
func TestBeforeRecipient(t *testing.T) {
	for _, reply := range []string{"550 5.1.1 user unknown", "550 unknown user", "553 5.1.3 bad address", "550 5.2.1 disabled mailbox"} {
		for _, stage := range []smtp.Stage{"greeting", "ehlo", "mail"} {
			if row, m := Lookup(stage, replyFrom(reply)); m.Side == SideRecipient {
				t.Errorf("%q at %s is about the recipient by %s", reply, stage, row.ID)
			}
		}
	}
}

func TestRetryHint(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"Greylisted for 300 seconds":                                 300 * time.Second,
		"greylisted for 60 seconds by ZEROSPAM":                      time.Minute,
		"Please try again in 5 minutes":                              5 * time.Minute,
		"retry after 60s":                                            time.Minute,
		"Greylisting in action, please come back in 00:04:58":        4*time.Minute + 58*time.Second,
		"greylisted; wait at least 1 hour":                           time.Hour,
		"try again in 2 days":                                        48 * time.Hour,
		"Retry-After: 120 seconds":                                   2 * time.Minute,
		"Greylisted (delayed for 300 s), see http://example.com/":    5 * time.Minute,
		"temporarily deferred for one of 5 reasons, retry in 10 min": 10 * time.Minute,
		"try again in 0 seconds":                                     0,
		"try again in 99 days":                                       0,
		"try again in 9999999999999999999 seconds":                   0,
		"try again later":                                            0,
		"mailbox of 5 minutes":                                       0,
		"message kept for 5 days":                                    0,
	} {
		if got := retryHint(strings.ToLower(text)); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	if _, m := Lookup("rcpt", replyFrom("450 4.2.0 Greylisted for 90 seconds")); m.RetryAfter != 90*time.Second {
		t.Errorf("retry after %s", m.RetryAfter)
	}
	if _, m := Lookup("rcpt", replyFrom("450 4.2.0 Greylisted")); m.RetryAfter != 5*time.Minute {
		t.Errorf("the row's own advice: retry after %s", m.RetryAfter)
	}
	if _, m := Lookup("rcpt", replyFrom("550 no such user, do not retry in 5 minutes")); m.RetryAfter != 0 {
		t.Errorf("not after a refusal for good: %s", m.RetryAfter)
	}
}

func FuzzLookup(f *testing.F) {
	for _, row := range Rows() {
		f.Add(string(row.ExampleStage), row.Example)
	}
	f.Add("", "said: 550 said: 550-")
	f.Add("rcpt", "550 ###5.1.1#")
	f.Fuzz(func(t *testing.T, stage, text string) {
		row, m := Lookup(smtp.Stage(stage), replyFrom(text))
		if row.ID == "" || m.Side == "" || m.Retry == "" || m.RetryAfter < 0 || m.RetryAfter > maxHint {
			t.Errorf("%+v %+v", row, m)
		}
		ExplainText(text)
		QueueID(replyFrom(text))
	})
}

// TestTrapEcho: what the server repeats of the envelope is not what it says.
func TestTrapEcho(t *testing.T) {
	check(t,
		meaning{"", "550 5.1.1 <bob@spamhaus.org>: Recipient address rejected: User unknown in virtual mailbox table", NoSuchUser, ""},
		meaning{"", "554 5.7.1 <bob@spamhaus.org>: Relay access denied", RelayDenied, ""},
		meaning{"", "550 5.1.1 <greylist@example.com>: Recipient address rejected: User unknown in virtual mailbox table", NoSuchUser, ""},
		meaning{"", "450 4.3.0 <greylist@example.net>: not now", ServerError, ""},
		meaning{"rcpt", "550 <virus@example.net> rejected", NoSuchUser, ""},
		meaning{"rcpt", "550 virus@example.net: rejected", NoSuchUser, ""},
		meaning{"rcpt", "550 rejected (virus@example.net)", NoSuchUser, ""},
		meaning{"", "550 5.7.1 <technical@example.com>: Recipient address rejected: Not today", Policy, ""},
		meaning{"rcpt", "550 <user@marble.example>: rejected", NoSuchUser, ""},
		meaning{"rcpt", "550 Verbleib unbekannt", NoSuchUser, ""},
		meaning{"", "550 5.6.0 Garbled message", ContentFormat, ""},
		meaning{"rcpt", "554 5.7.1 <mail.spamhaus.org[198.51.100.7]>: Client host rejected: Access denied", Policy, ""},
		meaning{"rcpt", "554 5.7.1 <spam.example.org>: Helo command rejected: Access denied", HELO, ""},
		meaning{"rcpt", "450 4.1.1 virus.example.org says no", NoSuchUser, ""},
		meaning{"rcpt", "550 5.7.1 <bob@spamhaus.org>: Client host [198.51.100.7] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/198.51.100.7", IPReputation, ""},
		meaning{"mail", "550 See http://www.openspf.org/Why?id=bob%40spamhaus.org&ip=198.51.100.7", AuthFail, ""},
		meaning{"rcpt", "450 4.2.0 Greylisting is on", Greylisted, ""},
		meaning{"message", "554 Spammers are not welcome", SpamContent, ""},
	)
}

// TestTrapSenderOfRcpt: the sender is refused, with the words of a recipient.
func TestTrapSenderOfRcpt(t *testing.T) {
	check(t,
		meaning{"rcpt", "550 5.1.0 <a@b.example>: Sender address rejected: User unknown in local recipient table", SenderRejected, RetryAfterFix},
		meaning{"rcpt", "550 5.1.7 <a@b.example>: Sender address rejected: undeliverable address: host mx said: 550 5.1.1 <a@b.example> User unknown", SenderRejected, RetryAfterFix},
		meaning{"rcpt", "550 5.1.7 <a@b.example>: Sender address rejected: undeliverable address: host mx said: 550 5.1.1 The email account that you tried to reach does not exist (in reply to RCPT TO command)", SenderRejected, RetryAfterFix},
		meaning{"", "550 BATV check failed", SenderRejected, ""},
		meaning{"", "550 Sender unknown", SenderRejected, ""},
		meaning{"", "451-Could not complete sender verify callout\n451 later", SenderRejected, RetryLater},
	)
}

// TestTrapHarvesting: a limit on wrong guesses is not about this recipient.
func TestTrapHarvesting(t *testing.T) {
	for _, reply := range []string{"550 Too many invalid recipients", "421 Too many unknown recipients", "421 4.7.0 too many unknown users", "550 5.7.1 Too many bad recipients"} {
		row, m := Lookup("rcpt", replyFrom(reply))
		if row.Reason != RateLimited || m.Side != SideUs {
			t.Errorf("%s: %s, %s by %s", reply, row.Reason, m.Side, row.ID)
		}
	}
}

// TestMoreReplies: replies that were read wrongly once.
func TestMoreReplies(t *testing.T) {
	check(t,
		meaning{"", "503 5.5.1 Error: send HELO/EHLO first", Protocol, ""},
		meaning{"", "421 4.4.2 mx1.example.com Error: timeout exceeded", TimedOut, RetryLater},
		meaning{"", "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP. For more information please go to http://go.microsoft.com/fwlink/?LinkId=526653", Policy, RetryAfterFix},
		meaning{"", "550 5.7.750 Service unavailable. Client blocked from sending from unregistered domain", Policy, RetryAfterFix},
		meaning{"", "550 5.7.501 Service unavailable. Spam abuse detected from IP range", Policy, RetryAfterFix},
		meaning{"", "550 5.7.502 Access denied, banned sender", Policy, RetryAfterFix},
		meaning{"", "550 5.7.503 no", Policy, RetryAfterFix},
		meaning{"", "554 5.6.0 Corrupt message content", ContentFormat, ""},
		meaning{"", "421 4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to support TLS 1.2.", TLSRequired, RetryAfterFix},
		meaning{"", "504 5.7.4 Unrecognized authentication type", AuthRequired, ""},
		meaning{"rcpt", "550-\"The mail server could not deliver mail to alice@example.com.  The account or\n550-domain may not exist, they may be blacklisted, or missing the proper dns\n550 entries.\"", NoSuchUser, ""},
		meaning{"", "550 HELO is my own name", HELO, ""},
		meaning{"", "550 Message headers fail syntax check", ContentFormat, ""},
		meaning{"message", "550 5.7.1 Message rejected due to content restrictions", SpamContent, ""},
		meaning{"", "551 5.7.1 Forwarding to remote hosts disabled", RelayDenied, ""},
		meaning{"connect", "Host or domain name not found. Name service error for name=example.com type=MX: Host not found, try again", DNSFailure, RetryLater},
		meaning{"connect", "Host or domain name not found. Name service error for name=example.com type=AAAA: Host found but no data record of requested type", NoMailService, ""},
		meaning{"connect", "Host or domain name not found. Name service error for name=example.com type=AAAA: Host not found", BadDomain, ""},
		meaning{"", "lost connection with mx1.example.com[198.51.100.10] while receiving the initial server greeting", Unreached, RetryLater},
		meaning{"message", "550 5.2.2 mailbox full; STOREDRV.Deliver; mailbox full", MailboxFull, ""},
		meaning{"mail", "553 5.7.1 [TSS09] All messages from 198.51.100.7 will be permanently deferred; Retrying will NOT succeed", IPReputation, RetryAfterFix},
		meaning{"rcpt", "550 Callout verification failed: 550 your IP is blocked", Policy, ""},
		meaning{"message", "550 Nachricht abgelehnt wegen Spamverdachts", SpamContent, ""},
		meaning{"rcpt", "550 Callout verification failed: 550 unknown user", NoSuchUser, ""},
		meaning{"", "conversation with mx1.example.com[198.51.100.10] timed out while receiving the initial server greeting", TimedOut, RetryLater},
	)
	for _, reply := range []string{"550 5.7.708 no", "550 5.7.750 no", "550 5.7.501 no", "421 4.4.2 mx Error: timeout exceeded", "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP"} {
		if _, m := Lookup("", replyFrom(reply)); m.Side != SideUs {
			t.Errorf("%s: side %s", reply, m.Side)
		}
	}
	for _, text := range []string{"lost connection with x[192.0.2.9] while receiving the initial server greeting", "conversation with x[192.0.2.9] timed out while receiving the initial server greeting"} {
		if row, _ := Lookup("", replyFrom(text)); strings.Contains(row.Explain, "had ") || !strings.Contains(row.Explain, "greeted") {
			t.Errorf("%s: %s", text, row.Explain)
		}
	}
	if row, m := Lookup("greeting", replyFrom("421 4.3.2 All server ports are busy")); m.Side != SideReceiver {
		t.Errorf("a server without a free port: side %s by %s", m.Side, row.ID)
	}
	if row, m := Lookup("", replyFrom("550 qwertz")); m.Confidence != Guess {
		t.Errorf("a bare 550 is %s by %s", m.Confidence, row.ID)
	}
}
