package diagnose

import (
	"strings"
	"testing"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// pastes are texts as people paste them, and what must be found in them. reply is
// the reply without what stands around it, "" where it is the whole text.
var pastes = []struct {
	name, text string
	code       int
	enhanced   string
	stage      smtp.Stage
	reason     Reason
	reply      string
}{
	// codes
	{"bare with punctuation", "550.", 550, "", "", NoSuchUser, "550"},
	{"code in brackets", "(550)", 550, "", "", NoSuchUser, "550"},
	{"code with a number sign", "#550", 550, "", "", NoSuchUser, "550"},
	{"SMTP error code", "SMTP error code 550", 550, "", "", NoSuchUser, "550"},
	{"error: code", "Error: 421", 421, "", "", ServerError, "421"},
	{"code and colon", "550: User unknown", 550, "", "", NoSuchUser, "550 User unknown"},
	{"qmail's mark", "(#4.4.1)", 0, "4.4.1", "", Unreached, ""},
	{"number sign", "#5.1.1", 0, "5.1.1", "", NoSuchUser, ""},
	{"any class", "x.7.28", 0, "x.7.28", "", RateLimited, ""},
	{"any class, upper case", "X.2.2", 0, "x.2.2", "", MailboxFull, ""},
	{"any detail", "5.7.xxx", 0, "5.7.0", "", Policy, ""},
	{"unknown detail", "5.7.999", 0, "5.7.999", "", Policy, ""},
	{"class", "5xx", 0, "", "", Unknown, ""},
	{"class as the RFC has it", "4yz", 0, "", "", Unknown, ""},

	// delivery status notifications
	{"diagnostic code", "Diagnostic-Code: smtp; 550 5.1.1 <a@b.example>: Recipient address rejected: User unknown", 550, "5.1.1", "", NoSuchUser, "550 5.1.1 <a@b.example>: Recipient address rejected: User unknown"},
	{"diagnostic code, alone", "smtp; 552 5.2.2 mailbox full", 552, "5.2.2", "", MailboxFull, "552 5.2.2 mailbox full"},
	{"smtp; without a blank", "smtp;250 2.0.0 OK 1700000000 d2e1a72fcca58-7b4si123 - gsmtp", 250, "2.0.0", "", "", "250 2.0.0 OK 1700000000 d2e1a72fcca58-7b4si123 - gsmtp"},
	{"diagnostic code, folded", "Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try\n 550-5.1.1 double-checking the recipient's email address for typos or\n 550 5.1.1 unnecessary spaces. d2e1a72fcca58-7b4si123 - gsmtp", 550, "5.1.1", "", NoSuchUser, "550-5.1.1 The email account that you tried to reach does not exist. Please try\n550-5.1.1 double-checking the recipient's email address for typos or\n550 5.1.1 unnecessary spaces. d2e1a72fcca58-7b4si123 - gsmtp"},
	{"diagnostic code, folded in a word's place", "Diagnostic-Code: smtp; 554 5.7.1 <a@b.example>: Relay\n    access denied", 554, "5.7.1", "", RelayDenied, "554 5.7.1 <a@b.example>: Relay access denied"},
	{"status", "Status: 5.1.1", 0, "5.1.1", "", NoSuchUser, ""},
	{"status with a comment", "Status: 5.2.2 (mailbox full)", 0, "5.2.2", "", MailboxFull, ""},
	{"block of a recipient", "Final-Recipient: rfc822; a@b.example\nOriginal-Recipient: rfc822;a@b.example\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx.b.example\nDiagnostic-Code: smtp; 550 5.1.1 <a@b.example>: User unknown", 550, "5.1.1", "", NoSuchUser, "550 5.1.1 <a@b.example>: User unknown"},
	{"block without a reply", "Reporting-MTA: dns; mail.a.example\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.4.7 (delivery time expired)", 0, "5.4.7", "", TimedOut, ""},
	{"block of a delay", "Final-Recipient: rfc822; a@b.example\nAction: delayed\nStatus: 4.4.1\nDiagnostic-Code: X-Postfix; connect to mx.b.example[192.0.2.9]:25: Connection\n    timed out", 0, "4.4.1", "", TimedOut, ""},
	{"two recipients", "Final-Recipient: rfc822; a@b.example\nStatus: 2.1.5\nDiagnostic-Code: smtp; 250 2.1.5 Ok\n\nFinal-Recipient: rfc822; c@b.example\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 mailbox full", 552, "5.2.2", "", MailboxFull, "552 5.2.2 mailbox full"},

	// bounces
	{"Postfix's bounce", "<a@b.example>: host mx.b.example[192.0.2.9] said: 550 5.1.1\n    <a@b.example>: Recipient address rejected: User unknown in\n    local recipient table (in reply to RCPT TO command)", 550, "5.1.1", "rcpt", NoSuchUser, "550 5.1.1 <a@b.example>: Recipient address rejected: User unknown in local recipient table"},
	{"Exim's bounce", "  a@b.example\n    host mx.b.example [192.0.2.9]\n    SMTP error from remote mail server after RCPT TO:<a@b.example>:\n    550 relay not permitted", 550, "", "rcpt", RelayDenied, "550 relay not permitted"},
	{"qmail's bounce", "<a@b.example>:\n192.0.2.9 does not like recipient.\nRemote host said: 550 5.1.1 sorry, no mailbox here by that name\nGiving up on 192.0.2.9.", 550, "5.1.1", "rcpt", NoSuchUser, "550 5.1.1 sorry, no mailbox here by that name"},
	{"qmail's own words", "I wasn't able to establish an SMTP connection. (#4.4.1)", 0, "4.4.1", "", TimedOut, ""},
	{"Sendmail's bounce", "   ----- Transcript of session follows -----\n... while talking to mx.b.example.:\n>>> RCPT To:<a@b.example>\n<<< 550 5.1.1 <a@b.example>... User unknown\n550 5.1.1 <a@b.example>... User unknown", 550, "5.1.1", "rcpt", NoSuchUser, "550 5.1.1 <a@b.example>... User unknown"},
	{"Remote host said", "Remote host said: 552 5.2.2 Mailbox full", 552, "5.2.2", "", MailboxFull, "552 5.2.2 Mailbox full"},
	{"Exchange's report", "Remote Server returned '550 5.1.1 RESOLVER.ADR.RecipNotFound; not found'", 550, "5.1.1", "", NoSuchUser, "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found"},
	{"Exchange, a quoted reply in angle brackets", "Remote Server returned '554 5.1.1 <mx.b.example #5.1.1 smtp;550 5.1.1 <a@b.example>: User unknown>'", 550, "5.1.1", "", NoSuchUser, "550 5.1.1 <a@b.example>: User unknown"},
	{"Exchange, the report's line", "#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##", 550, "5.1.1", "", NoSuchUser, "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found"},
	{"Exchange, marked by number signs", "mx.b.example #550 5.1.1 User unknown#", 550, "5.1.1", "", NoSuchUser, "550 5.1.1 User unknown"},
	{"Exchange, SMTP#", "mx.b.example #<mx.b.example #5.7.1 smtp;550 5.7.1 Unable to relay> #SMTP#", 550, "5.7.1", "", RelayDenied, "550 5.7.1 Unable to relay"},
	{"Exchange, of old", "<mail.a.example #5.1.1>", 0, "5.1.1", "", NoSuchUser, ""},
	{"Microsoft 365, message trace", "Reason: [{LED=550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient a@b.example not found by SMTP address lookup};{MSG=};{FQDN=mx.b.example};{IP=192.0.2.9};{LRT=11/22/2026 10:00:00 AM}]", 550, "5.1.10", "", NoSuchUser, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient a@b.example not found by SMTP address lookup"},
	{"Microsoft 365, last error", "{LED=450 4.4.316 Connection refused [Message=Socket error code 10061] [LastAttemptedServerName=mx.b.example]}", 450, "4.4.316", "", Unreached, "450 4.4.316 Connection refused [Message=Socket error code 10061] [LastAttemptedServerName=mx.b.example]"},
	{"message tracking", "2026-11-22T10:00:00.000Z,,EX1,192.0.2.9,mx.b.example,08DB,Internet,SMTP,FAIL,123,<x@a.example>,,a@b.example,550 5.1.1 User unknown;,4096,1,,,Subject,b@a.example", 550, "5.1.1", "", NoSuchUser, ""},
	{"protocol log of Exchange", `2026-11-22T10:00:00.000Z,Internet,08DB,12,10.0.0.1:4711,192.0.2.9:25,<,"550 5.1.1 User unknown",`, 550, "5.1.1", "", NoSuchUser, "550 5.1.1 User unknown"},

	// logs of senders
	{"Postfix, sent", "Nov 22 10:00:00 mail postfix/smtp[250]: 4XyZ: to=<a@b.example>, relay=mx.b.example[192.0.2.9]:25, delay=1.2, delays=0.1/0/0.5/0.6, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4XyA)", 250, "2.0.0", "", "", "250 2.0.0 Ok: queued as 4XyA"},
	{"Postfix, bounced", "2026-11-22T10:00:00.123456+01:00 mail postfix/smtp[550]: 4XyZ: to=<a@b.example>, relay=mx.b.example[192.0.2.9]:25, delay=1, dsn=5.1.1, status=bounced (host mx.b.example[192.0.2.9] said: 550 5.1.1 <a@b.example>: Recipient address rejected: User unknown in local recipient table (in reply to RCPT TO command))", 550, "5.1.1", "rcpt", NoSuchUser, "550 5.1.1 <a@b.example>: Recipient address rejected: User unknown in local recipient table"},
	{"Postfix, refused to talk", "status=deferred (host mx.b.example[192.0.2.9] refused to talk to me: 421 4.7.0 too many connections from 192.0.2.1)", 421, "4.7.0", "greeting", RateLimited, "421 4.7.0 too many connections from 192.0.2.1"},
	{"Postfix, a reply that quotes another's", "status=deferred (host mx.b.example[192.0.2.9] said: 450 4.1.1 <a@b.example>: Recipient address rejected: unverified address: host in.b.example[192.0.2.8] said: 550 5.1.1 User unknown (in reply to RCPT TO command) (in reply to RCPT TO command))", 450, "4.1.1", "rcpt", NoSuchUser, ""},
	{"Exim, delivered", `2026-11-22 10:00:00 1abCDe-000000001Ab-1234 => a@b.example R=dnslookup T=remote_smtp H=mx.b.example [192.0.2.9] X=TLS1.3 CV=yes C="250 2.0.0 OK id=1xyz" QT=2s DT=1s`, 250, "2.0.0", "message", "", "250 2.0.0 OK id=1xyz"},
	{"Exim, failed", "2026-11-22 10:00:00 1abCDe-000000001Ab-1234 ** a@b.example R=dnslookup T=remote_smtp H=mx.b.example [192.0.2.9]: SMTP error from remote mail server after RCPT TO:<a@b.example>: 550 5.1.1 no mailbox here DT=0.5s", 550, "5.1.1", "rcpt", NoSuchUser, "550 5.1.1 no mailbox here"},
	{"Exim, deferred", "2026-11-22 10:00:00 1abCDe-000000001Ab-1234 == a@b.example R=dnslookup T=remote_smtp defer (-44) H=mx.b.example [192.0.2.9]: SMTP error from remote mail server after RCPT TO:<a@b.example>: 451 4.7.1 Greylisted, try again in 300 seconds", 451, "4.7.1", "rcpt", Greylisted, "451 4.7.1 Greylisted, try again in 300 seconds"},
	{"Sendmail, sent", "sendmail[123]: 3BM1: to=<a@b.example>, delay=00:00:01, mailer=esmtp, relay=mx.b.example. [192.0.2.9], dsn=2.0.0, stat=Sent (250 2.0.0 Ok: queued as 4XyA)", 250, "2.0.0", "", "", "250 2.0.0 Ok: queued as 4XyA"},
	{"Sendmail, user unknown", "sendmail[123]: 3BM1: to=<a@b.example>, delay=00:00:01, relay=mx.b.example. [192.0.2.9], dsn=5.1.1, stat=User unknown", 0, "5.1.1", "", NoSuchUser, ""},
	{"Sendmail, deferred", "sendmail[123]: 3BM1: to=<a@b.example>, relay=mx.b.example. [192.0.2.9], dsn=4.2.0, stat=Deferred: 450 4.2.0 <a@b.example>: Recipient address rejected: Greylisted", 450, "4.2.0", "", Greylisted, "450 4.2.0 <a@b.example>: Recipient address rejected: Greylisted"},
	{"OpenSMTPD", `Nov 22 10:00:00 mail smtpd[123]: 5d1c8e2a mta delivery evpid=1234567890abcdef from=<b@a.example> to=<a@b.example> rcpt=<-> source="192.0.2.1" relay="192.0.2.9 (mx.b.example)" delay=2s result="PermFail" stat="550 5.1.1 <a@b.example>: Recipient address rejected: User unknown"`, 550, "5.1.1", "", NoSuchUser, "550 5.1.1 <a@b.example>: Recipient address rejected: User unknown"},
	{"qmail", "@4000000067400000 delivery 12: failure: 192.0.2.9_does_not_like_recipient./Remote_host_said:_550_5.1.1_no_such_user/Giving_up_on_192.0.2.9./", 550, "5.1.1", "rcpt", NoSuchUser, "550 5.1.1 no such user"},
	{"Haraka", "[NOTICE] [0E174DE1-B730-471F-AA64-4B7D27F814D5.1.1] [outbound] recipient <a@b.example> rejected: 550 5.1.1 <a@b.example>: Recipient address rejected: User unknown in relay recipient table", 550, "5.1.1", "", NoSuchUser, "550 5.1.1 <a@b.example>: Recipient address rejected: User unknown in relay recipient table"},
	{"Haraka, the protocol", "[PROTOCOL] [0E174DE1-B730-471F-AA64-4B7D27F814D5.1] [core] S: 550 I cannot deliver mail for <a@b.example>", 550, "", "", NoSuchUser, "550 I cannot deliver mail for <a@b.example>"},

	// logs of servers: what they said to a client
	{"Postfix, NOQUEUE", "postfix/smtpd[123]: NOQUEUE: reject: RCPT from unknown[192.0.2.1]: 450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.1]; from=<b@a.example> to=<a@b.example> proto=ESMTP helo=<mail.a.example>", 450, "4.7.25", "rcpt", RDNS, "450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.1]"},
	{"Postfix, milter", "postfix/cleanup[123]: 4XyZ: milter-reject: END-OF-MESSAGE from mail.a.example[192.0.2.1]: 5.7.1 Spam message rejected; from=<b@a.example> to=<a@b.example> proto=ESMTP helo=<mail.a.example>", 0, "5.7.1", "message", SpamContent, ""},
	{"Exim, rejected RCPT", "2026-11-22 10:00:00 H=(mail.a.example) [192.0.2.1] F=<b@a.example> rejected RCPT <a@b.example>: relay not permitted", 0, "", "rcpt", RelayDenied, ""},
	{"Exim, temporarily rejected", "2026-11-22 10:00:00 H=mail.a.example [192.0.2.1] F=<b@a.example> temporarily rejected RCPT <a@b.example>: greylisted", 0, "", "rcpt", Greylisted, ""},
	{"Exim, rejected after DATA", "2026-11-22 10:00:00 1abCDe-000000001Ab-1234 H=mail.a.example [192.0.2.1] F=<b@a.example> rejected after DATA: This message contains a virus (Eicar-Test-Signature).", 0, "", "message", Virus, ""},
	{"Exim, for a reason of its own", "2026-11-22 10:00:00 H=mail.a.example [192.0.2.1] F=<b@a.example> rejected RCPT <a@b.example>: qwertz", 0, "", "rcpt", Unknown, ""},
	{"Sendmail, reject=", "sendmail[123]: 3BM1: ruleset=check_rcpt, arg1=<a@c.example>, relay=mail.a.example [192.0.2.1], reject=550 5.7.1 <a@c.example>... Relaying denied", 550, "5.7.1", "rcpt", RelayDenied, "550 5.7.1 <a@c.example>... Relaying denied"},
	{"OpenSMTPD, failed command", `smtpd[123]: 5d1c8e2a smtp failed-command command="RCPT TO:<a@b.example>" result="550 Invalid recipient: <a@b.example>"`, 550, "", "rcpt", NoSuchUser, "550 Invalid recipient: <a@b.example>"},

	// transcripts
	{"ours", "2026-11-29 18:30:42.477 [1] S <-- 550 5.1.1 <a@b.example>: Recipient address rejected: User unknown   rejected    0.1 ms", 550, "5.1.1", "", NoSuchUser, "550 5.1.1 <a@b.example>: Recipient address rejected: User unknown"},
	{"ours, a latency only", "18:30:42.477 [3] S <-- 220 2.0.0 Ready to start TLS                      3.1 ms", 220, "", "", "", "220 2.0.0 Ready to start TLS"},
	{"ours, in colour", "\x1b[2m18:30:42.477 [1] \x1b[22m\x1b[31mS <-- 554 5.7.1 Relay access denied\x1b[0m   \x1b[31mrejected    0.1 ms\x1b[0m", 554, "5.7.1", "", RelayDenied, "554 5.7.1 Relay access denied"},
	{"Xeams", "2026-11-22 10:00:00,123 - [       550] C --> 552 5.2.2 mailbox full", 552, "5.2.2", "", MailboxFull, "552 5.2.2 mailbox full"},
	{"swaks, refused", "<** 550 5.1.1 User unknown", 550, "5.1.1", "", NoSuchUser, "550 5.1.1 User unknown"},
	{"swaks, taken", "<-  250 2.1.5 Ok", 250, "2.1.5", "", "", "250 2.1.5 Ok"},
	{"swaks, in TLS", "<~  250 2.1.5 Ok", 250, "2.1.5", "", "", "250 2.1.5 Ok"},
	{"swaks, refused in TLS", "<~* 550 5.1.1 User unknown", 550, "5.1.1", "", NoSuchUser, "550 5.1.1 User unknown"},
	{"as RFCs write it", "S: 450 4.2.0 Greylisted", 450, "4.2.0", "", Greylisted, "450 4.2.0 Greylisted"},
	{"curl", "< 550 5.1.1 User unknown", 550, "5.1.1", "", NoSuchUser, "550 5.1.1 User unknown"},
	{"curl, the whole", "* Connected to mx.b.example\n< 220 mx.b.example ESMTP\n> EHLO a.example\n< 250-mx.b.example\n< 250 SIZE 1000\n> MAIL FROM:<b@a.example>\n< 550 5.7.1 no\n* MAIL failed: 550\n> QUIT", 550, "5.7.1", "mail", Policy, "550 5.7.1 no"},
	{"curl, its error", "curl: (55) RCPT failed: 550", 550, "", "", NoSuchUser, "550"},
	{"telnet", "Trying 192.0.2.9...\nConnected to mx.b.example.\nEscape character is '^]'.\n220 mx.b.example ESMTP Postfix\nehlo a.example\n250-mx.b.example\n250 SIZE 1000\nmail from:<b@a.example>\n250 2.1.0 Ok\nrcpt to:<a@b.example>\n550 no\nquit\n221 2.0.0 Bye", 550, "", "rcpt", NoSuchUser, "550 no"},
	{"what follows from a refusal", "RCPT TO:<a@b.example>\n552 5.2.2 mailbox full\nDATA\n554 5.5.1 Error: no valid recipients\nQUIT\n221 2.0.0 Bye", 552, "5.2.2", "rcpt", MailboxFull, "552 5.2.2 mailbox full"},
	{"what was overcome", "220 mx.b.example\nEHLO a.example\n502 unrecognized command\nHELO a.example\n250 mx.b.example\nMAIL FROM:<>\n250 ok\nRCPT TO:<a@b.example>\n553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", 553, "", "rcpt", RelayDenied, "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"},
	{"nothing refused", "RCPT TO:<a@b.example>\n250 2.1.5 Ok\nQUIT\n221 2.0.0 Bye", 250, "2.1.5", "rcpt", "", "250 2.1.5 Ok"},
	{"refused after the message", "DATA\n354 go on\n.\n550 5.7.1 Spam message rejected", 550, "5.7.1", "message", SpamContent, "550 5.7.1 Spam message rejected"},
	{"PHPMailer's transcript", "2026-11-22 10:00:00 CLIENT -> SERVER: RCPT TO:<a@b.example>\n2026-11-22 10:00:00 SERVER -> CLIENT: 554 5.7.1 <a@b.example>: Relay access denied\n2026-11-22 10:00:00 CLIENT -> SERVER: QUIT\n2026-11-22 10:00:00 SERVER -> CLIENT: 221 2.0.0 Bye", 554, "5.7.1", "rcpt", RelayDenied, "554 5.7.1 <a@b.example>: Relay access denied"},
	{"lines joined", "SERVER -> CLIENT: 550-Requested action not taken: mailbox unavailable 550 no such user", 550, "", "", NoSuchUser, "550-Requested action not taken: mailbox unavailable\n550 no such user"},

	// programs
	{"Python's smtplib", "smtplib.SMTPDataError: (554, b'5.7.1 Spam message rejected')", 554, "5.7.1", "message", SpamContent, "554 5.7.1 Spam message rejected"},
	{"Python, a tuple", "(550, b'5.1.1 <a@b.example>: Recipient address rejected: User unknown in local recipient table')", 550, "5.1.1", "", NoSuchUser, "550 5.1.1 <a@b.example>: Recipient address rejected: User unknown in local recipient table"},
	{"Python, recipients", `smtplib.SMTPRecipientsRefused: {'a@b.example': (550, b"5.1.1 recipient's mailbox is full\n5.1.1 see https://b.example")}`, 550, "5.1.1", "rcpt", MailboxFull, "550 5.1.1 recipient's mailbox is full 5.1.1 see https://b.example"},
	{"Python, the sender", "smtplib.SMTPSenderRefused: (553, b'no', 'b@a.example')", 553, "", "mail", SenderRejected, "553 no"},
	{"Python 2", "SMTPRecipientsRefused: {u'a@b.example': (550, 'unknown user')}", 550, "", "rcpt", NoSuchUser, "550 unknown user"},
	{"JavaMail", "com.sun.mail.smtp.SMTPAddressFailedException: 550 5.1.1 <a@b.example>: User unknown\n;\n  nested exception is:\n\tclass javax.mail.SendFailedException: Invalid Addresses", 550, "5.1.1", "rcpt", NoSuchUser, ""},
	{"nodemailer", "Error: Can't send mail - all recipients were rejected: 550 5.1.1 <a@b.example>: User unknown", 550, "5.1.1", "rcpt", NoSuchUser, "550 5.1.1 <a@b.example>: User unknown"},
	{"nodemailer, the message", "Error: Message failed: 550", 550, "", "", NoSuchUser, "550"},
	{"nodemailer, login", "Error: Invalid login: 535-5.7.8 Username and Password not accepted. Learn more at\n535 5.7.8  https://support.google.com/mail/?p=BadCredentials a1-20020 - gsmtp", 535, "5.7.8", "auth", AuthRequired, "535-5.7.8 Username and Password not accepted. Learn more at\n535 5.7.8  https://support.google.com/mail/?p=BadCredentials a1-20020 - gsmtp"},
	{"nodemailer, as JSON", `{"code":"EENVELOPE","response":"550 5.1.1 <a@b.example>: Recipient address rejected: \"a\" is unknown","responseCode":550,"command":"RCPT TO"}`, 550, "5.1.1", "rcpt", NoSuchUser, "550 5.1.1 <a@b.example>: Recipient address rejected: 'a' is unknown"},
	{"PHPMailer", "SMTP server error: RCPT TO command failed Detail: <a@b.example>: Recipient address rejected: User unknown SMTP code: 550 Additional SMTP info: 5.1.1", 550, "5.1.1", "rcpt", NoSuchUser, "550 5.1.1 <a@b.example>: Recipient address rejected: User unknown"},
	{"Symfony", `Expected response code "250/251/252" but got code "550", with message "550-5.1.1 The email account that you tried to reach does not exist."`, 550, "5.1.1", "", NoSuchUser, ""},
	{"Go", `send: 552 5.2.2 mailbox full`, 552, "5.2.2", "", MailboxFull, "552 5.2.2 mailbox full"},
	{".NET, without the code", "Mailbox unavailable. The server response was: 5.7.1 Unable to relay for a@b.example", 0, "5.7.1", "", RelayDenied, ""},
	{"Amazon SES, as JSON", `{"emailAddress":"a@b.example","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}`, 550, "5.1.1", "", NoSuchUser, "550 5.1.1 user unknown"},

	// how it came here
	{"line ends of JSON", `550-5.1.1 The account does not exist\r\n550 5.1.1 User unknown\r\n`, 550, "5.1.1", "", NoSuchUser, "550-5.1.1 The account does not exist\n550 5.1.1 User unknown"},
	{"line ends of a program", `550-5.2.2 The mailbox is full\n550 5.2.2 over quota`, 550, "5.2.2", "", MailboxFull, "550-5.2.2 The mailbox is full\n550 5.2.2 over quota"},
	{"a backslash that is none", `550 5.7.1 DOMAIN\nathan: Relaying denied`, 550, "5.7.1", "", RelayDenied, ""},
	{"double quotes", `"550 5.1.1 User unknown"`, 550, "5.1.1", "", NoSuchUser, "550 5.1.1 User unknown"},
	{"backticks", "`550 5.1.1 User unknown`", 550, "5.1.1", "", NoSuchUser, "550 5.1.1 User unknown"},
	{"a block of Markdown", "```\n550 5.1.1 User unknown\n```", 550, "5.1.1", "", NoSuchUser, ""},
	{"typographic quotes", "The server answered: “550 5.1.1 User unknown”", 550, "5.1.1", "", NoSuchUser, "550 5.1.1 User unknown"},
	{"a bullet", "- 550 5.1.1 User unknown", 550, "5.1.1", "", NoSuchUser, "550 5.1.1 User unknown"},
	{"quoted in a mail", "> > 550-5.1.1 The account\n> > 550 5.1.1 does not exist", 550, "5.1.1", "", NoSuchUser, "550-5.1.1 The account\n550 5.1.1 does not exist"},
	{"entities of HTML", "550 5.1.1 &lt;a@b.example&gt;: Recipient address rejected: User unknown", 550, "5.1.1", "", NoSuchUser, "550 5.1.1 <a@b.example>: Recipient address rejected: User unknown"},
	{"line breaks of HTML", "550-5.1.1 The account<br>550 5.1.1 does not exist", 550, "5.1.1", "", NoSuchUser, "550-5.1.1 The account\n550 5.1.1 does not exist"},
	{"tabs", "550\t5.1.1\tUser unknown", 550, "5.1.1", "", NoSuchUser, "550 5.1.1 User unknown"},
	{"blanks that do not break", "550\u00a05.1.1\u00a0User\u00a0unknown", 550, "5.1.1", "", NoSuchUser, "550 5.1.1 User unknown"},
	{"a hyphen that does not break", "550\u20115.1.1 User unknown", 550, "5.1.1", "", NoSuchUser, ""},
	{"text around it", "Yesterday I got the answer 550 5.1.1 User unknown from your server.", 550, "5.1.1", "", NoSuchUser, ""},
}

func TestPastes(t *testing.T) {
	for _, x := range pastes {
		e, ok := ExplainText(x.text)
		if !ok || e.Code != x.code || e.Enhanced != x.enhanced || e.Stage != x.stage || e.Reason != x.reason {
			t.Errorf("%s: %v %d %s at %q: %s by %s\n%s", x.name, ok, e.Code, e.Enhanced, e.Stage, e.Reason, e.Row, x.text)
			continue
		}
		if x.reply != "" && e.Reply != x.reply && (e.Reply != "" || e.Text != x.reply) {
			t.Errorf("%s: the reply is %q, want %q", x.name, e.Reply, x.reply)
		}
	}
}

// TestPasteNotes: what the text alone does not show is said.
func TestPasteNotes(t *testing.T) {
	for text, want := range map[string]string{
		"550 4.4.7 expired": "The class of 4.4.7 contradicts the reply code 550",
		"450 4.1.1 <a@b.example>: unverified address: host mx[192.0.2.9] said: 550 5.1.1 User unknown": "The reply quotes another server's, which is the cause and was judged: 550 5.1.1 user unknown",
		"x.7.28": "4 for now",
		"NOQUEUE: reject: RCPT from unknown[192.0.2.1]: 554 5.7.1 <a@b.example>: Relay access denied; from=<> to=<a@b.example> proto=ESMTP": "the server that refused",
		"550 5.1.1 no\n550 5.1.1 no": "The text has 2 refusals",
	} {
		e, ok := ExplainText(text)
		if !ok || !strings.Contains(strings.Join(e.Notes, "\n"), want) {
			t.Errorf("%q: %v, notes %q", text, ok, e.Notes)
		}
	}
	for _, text := range []string{"550 5.1.1 User unknown", "250 2.0.0 Ok", "450-4.2.0 wait\n450 4.2.0 Greylisted", "mx/null"} {
		if e, ok := ExplainText(text); !ok || len(e.Notes) > 0 {
			t.Errorf("%q: %v, notes %q", text, ok, e.Notes)
		}
	}
}

// TestNotPasted: a number is not a reply because it is one of 200 to 599.
func TestNotPasted(t *testing.T) {
	for _, text := range []string{
		"Content-Length: 550\nDate: Sun, 22 Nov 2026 10:00:00 +0100", "port 465", "192.0.2.250", "it took 300 ms",
		"2026-11-22 10:00:00 mail postfix/qmgr[550]: 4XyZ: removed", "550€", "+49 550 123456 x", "Exim version 4.98", "see section 5.1.1.1",
		"{}", "\\", "`", ">", "\x1b[", "&lt;", "12:34:56", "x.y.z", "xx", "9xx", "1yz", "x.1", "mail from:<a@b.example>",
	} {
		if e, ok := ExplainText(text); ok {
			t.Errorf("%q is explained: %s by %s, reply %q", text, e.Reason, e.Row, e.Reply)
		}
	}
}
