package diagnose

import (
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// postfixRows are the replies of Postfix. With smtpd_delay_reject it answers
// MAIL with 250 and refuses the sender, the HELO name or the client at RCPT: the
// words tell who is refused, not the stage.
var postfixRows = []Row{
	{
		ID: "postfix/pipelining", Words: []string{"improper use of smtp command pipelining", "error: smtp protocol synchronization"},
		Reason: Protocol, Side: SideUs, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Explain: "The client sent commands before it was its turn.", Remedy: "Send one command at a time; pipeline only what EHLO allows.",
		Example: "503 5.5.0 <DATA>: Data command rejected: Improper use of SMTP command pipelining", ExampleStage: "data",
	},
	{
		ID: "postfix/sender-unknown", Words: []string{"sender address rejected: user unknown", "sender address rejected: unknown user", "sender address rejected: undeliverable address: "},
		Reason: SenderRejected, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Explain: "The server knows, or has asked, that the sender's address has no mailbox. Nothing is said about the recipient.", Remedy: "Use a reverse-path that exists and takes mail (--from).",
		Example: "550 5.1.0 <bob@example.com>: Sender address rejected: User unknown in local recipient table", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/helo-first", Codes: "5", Words: []string{"send helo/ehlo first", "send helo first", "send ehlo first"},
		Reason: Protocol, Side: SideUs, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Explain: "A command came before EHLO, or EHLO had been refused.", Remedy: "Send EHLO after the greeting, and look at the reply to it.",
		Example: "503 5.5.1 Error: send HELO/EHLO first", ExampleStage: "mail",
	},
	{
		ID: "postfix/idle", Codes: "421", Words: []string{"error: timeout exceeded", "timeout exceeded"},
		Reason: TimedOut, Side: SideUs, Confidence: Certain, Retry: RetryLater, RetryAfter: 5 * time.Minute, Source: "Postfix",
		Explain: "The server waited longer for the next command, or for more of the message, than it does: the client was too slow, or the network lost what it sent.",
		Remedy:  "Try again. If it always ends in the message text, look for a path that loses big packets (MTU).",
		Example: "421 4.4.2 mx1.example.com Error: timeout exceeded", ExampleStage: "data",
	},
	{
		ID: "postfix/corrupt-content", Words: []string{"corrupt message content"},
		Reason: ContentFormat, Confidence: Likely, Retry: RetryAfterFix, Source: "Postfix",
		Example: "554 5.6.0 Corrupt message content", ExampleStage: "message",
	},
	{
		ID: "postfix/user-unknown", Words: []string{"user unknown in local recipient table", "user unknown in relay recipient table", "user unknown in virtual", "recipient address rejected: user unknown"},
		Reason: NoSuchUser, Confidence: Certain, Source: "Postfix",
		Example: "550 5.1.1 <alice@example.com>: Recipient address rejected: User unknown in local recipient table", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/relay-denied", Words: []string{"relay access denied"},
		Reason: RelayDenied, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Link:    "https://www.postfix.org/SMTPD_ACCESS_README.html",
		Explain: "The server does not serve the recipient's domain and the client did not log in.",
		Example: "554 5.7.1 <alice@example.com>: Relay access denied", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/no-reverse-name", Words: []string{"client host rejected: cannot find your"},
		Reason: RDNS, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Example: "450 4.7.25 Client host rejected: cannot find your hostname, [198.51.100.7]", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/sender-domain", Words: []string{"sender address rejected: domain not found", "sender address rejected: malformed dns server reply", "sender address rejected: domain*does not accept mail"},
		Reason: SenderRejected, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Explain: "The server finds no mail host for the domain of the reverse-path.", Remedy: "Give that domain an MX or A record, or use a reverse-path whose domain has one.",
		Example: "450 4.1.8 <bob@nowhere.example>: Sender address rejected: Domain not found", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/recipient-domain", Words: []string{"recipient address rejected: domain not found", "recipient address rejected: malformed dns server reply"},
		Reason: BadDomain, Confidence: Certain, Source: "Postfix",
		Link:    "https://www.postfix.org/SMTPD_ACCESS_README.html",
		Example: "450 4.1.2 <alice@exmaple.example>: Recipient address rejected: Domain not found", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/recipient-null-mx", Words: []string{"recipient address rejected: domain*does not accept mail"},
		Reason: NoMailService, Confidence: Certain, Source: "Postfix",
		Link:    "https://www.postfix.org/SMTPD_ACCESS_README.html",
		Example: "556 5.1.10 <alice@null.example>: Recipient address rejected: Domain null.example does not accept mail (nullMX)", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/sender-unverified", Words: []string{"sender address rejected: unverified address", "sender address rejected: undeliverable address"},
		Reason: SenderRejected, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Link:    "https://www.postfix.org/ADDRESS_VERIFICATION_README.html",
		Explain: "The server checks that the sender's address takes mail, and it does not, or cannot be asked.", Remedy: "Use a reverse-path that takes mail, also from the null sender.",
		Example: "450 4.1.7 <bob@example.org>: Sender address rejected: unverified address: Address verification failed", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/recipient-unverified", Codes: "4", Words: []string{"recipient address rejected: unverified address"},
		Reason: ServerError, Confidence: Likely, RetryAfter: 15 * time.Minute, Source: "Postfix",
		Link:    "https://www.postfix.org/SMTPD_ACCESS_README.html",
		Explain: "The server could not find out from the next one whether the address exists.",
		Example: "450 4.1.1 <alice@example.com>: Recipient address rejected: unverified address: connect to mx.inner.example.com: connection timed out", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/recipient-undeliverable", Words: []string{"recipient address rejected: undeliverable address"},
		Reason: NoSuchUser, Confidence: Likely, Source: "Postfix",
		Link:    "https://www.postfix.org/SMTPD_ACCESS_README.html",
		Explain: "The server asked where the mail would go in the end, and that server does not take the address.",
		Example: "550 5.1.1 <alice@example.com>: Recipient address rejected: undeliverable address: unknown user: \"alice\"", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/helo", Words: []string{"helo command rejected"},
		Reason: HELO, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Link:    "https://www.postfix.org/SMTPD_ACCESS_README.html",
		Example: "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/sender-not-owned", Words: []string{"sender address rejected: not owned by user", "sender address rejected: not logged in"},
		Reason: SenderRejected, Side: SideUs, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Explain: "This reverse-path may be used only by who logged in as its owner.", Remedy: "Log in as the owner of the address, or use another reverse-path.",
		Example: "553 5.7.1 <bob@example.com>: Sender address rejected: not logged in", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/sender", Words: []string{"sender address rejected"},
		Reason: SenderRejected, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Link:    "https://www.postfix.org/SMTPD_ACCESS_README.html",
		Explain: "A rule of the server refuses this reverse-path.",
		Example: "554 5.7.1 <bob@example.org>: Sender address rejected: Access denied", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/client-policy", Words: []string{"client host rejected: access denied"},
		Reason: Policy, Side: SideUs, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Link:    "https://www.postfix.org/SMTPD_ACCESS_README.html",
		Explain: "A rule of the server refuses connections from this address.", Remedy: "Ask the postmaster of the receiving site; on port 587, log in.",
		Example: "554 5.7.1 <unknown[198.51.100.7]>: Client host rejected: Access denied", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/client", Words: []string{"client host rejected"},
		Reason: IPReputation, Confidence: Likely, Retry: RetryAfterFix, Source: "Postfix",
		Link:    "https://www.postfix.org/SMTPD_ACCESS_README.html",
		Explain: "The server refuses connections from this address, for the reason in its words.",
		Example: "554 5.7.1 <mail.example.org[198.51.100.7]>: Client host rejected: dynamic addresses send too much spam", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/recipient-access", Words: []string{"recipient address rejected: access denied"},
		Reason: Restricted, Confidence: Likely, Retry: RetryAfterFix, Source: "Postfix",
		Link:    "https://www.postfix.org/SMTPD_ACCESS_README.html",
		Explain: "A rule of the server keeps mail from outside, or from this sender, from this address.",
		Example: "554 5.7.1 <all-staff@example.com>: Recipient address rejected: Access denied", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/recipient", Codes: "5", Words: []string{"recipient address rejected: rejected by", "recipient address rejected: spf", "recipient address rejected: message rejected due to: spf"},
		Reason: AuthFail, Confidence: Likely, Retry: RetryAfterFix, Source: "Postfix with an SPF policy service",
		Link:    "https://www.postfix.org/SMTPD_ACCESS_README.html",
		Remedy:  "Add the sending address to the SPF record of the reverse-path's domain.",
		Example: "550 5.7.23 <alice@example.com>: Recipient address rejected: Message rejected due to: SPF fail - not authorized. Please see http://www.open-spf.net/Why?s=mfrom", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/protocol-error", Codes: "550 503 554", Words: []string{"^protocol error"},
		Reason: Protocol, Side: SideUs, Confidence: Likely, Retry: RetryAfterFix, Source: "Postfix postscreen",
		Explain: "postscreen found that the client spoke too early or broke the protocol.", Remedy: "Wait for the whole greeting before EHLO.",
		Example: "550 5.5.1 Protocol error", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/anvil", Codes: "4", Words: []string{"too many errors", "error: too many connections from", "error: too many new tls sessions", "too many connections"},
		Reason: RateLimited, Confidence: Certain, RetryAfter: 10 * time.Minute, Source: "Postfix",
		Link:    "https://www.postfix.org/TUNING_README.html",
		Example: "421 4.7.0 mx1.example.com Error: too many connections from 198.51.100.7", ExampleStage: "greeting",
	},
	{
		ID: "postfix/rate", Codes: "4", Words: []string{"error: too much mail from", "error: too many recipients from", "error: too many auth commands"},
		Reason: RateLimited, Confidence: Certain, RetryAfter: 15 * time.Minute, Source: "Postfix",
		Link:    "https://www.postfix.org/TUNING_README.html",
		Example: "450 4.7.1 Error: too much mail from 198.51.100.7", ExampleStage: "mail",
	},
	{
		ID: "postfix/too-many-recipients", Codes: "452", Words: []string{"error: too many recipients"},
		Reason: TooManyRecipients, Confidence: Certain, Source: "Postfix",
		Example: "452 4.5.3 Error: too many recipients", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/too-big", Words: []string{"message size exceeds fixed limit", "message size exceeds file system imposed limit", "chunk exceeds message size limit", "error: message file too big", "exceeds size limit", "message too large"},
		Reason: TooBig, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Example: "552 5.3.4 Message size exceeds fixed limit", ExampleStage: "mail",
	},
	{
		ID: "postfix/storage", Words: []string{"insufficient system storage", "queue file size limit"},
		Reason: SystemFull, Confidence: Certain, Retry: RetryLater, RetryAfter: 30 * time.Minute, Source: "Postfix",
		Example: "452 4.3.1 Insufficient system storage", ExampleStage: "mail",
	},
	{
		ID: "postfix/server-error", Words: []string{"temporary lookup failure", "temporary lookup error", "queue file write error", "server configuration error", "server configuration problem", "server local error", "server local data error", "mail system error", "mail server temporarily unavailable"},
		Reason: ServerError, Confidence: Certain, Retry: RetryLater, RetryAfter: 30 * time.Minute, Source: "Postfix",
		Explain: "Something is misconfigured or broken in the receiving server; its log says what.",
		Example: "451 4.3.0 <alice@example.com>: Temporary lookup failure", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/must-starttls", Words: []string{"must issue a starttls command first", "starttls is required first", "must issue starttls", "starttls command first"},
		Reason: TLSRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix, Courier, OpenSMTPD",
		Example: "530 5.7.0 Must issue a STARTTLS command first", ExampleStage: "mail",
	},
	{
		ID: "postfix/tls-unavailable", Words: []string{"tls not available due to", "tls not available", "tls currently unavailable", "tls is currently unavailable", "tls is temporarily unavailable"},
		Reason: TLSFailed, Confidence: Certain, Retry: RetryLater, RetryAfter: time.Hour, Source: "Postfix, Exim, Courier",
		Explain: "The server offers STARTTLS and cannot do it: its certificate or TLS setup is broken.", Remedy: "Tell the postmaster of the receiving site. Senders that do not insist go on without TLS.",
		Example: "454 4.7.0 TLS not available due to local problem", ExampleStage: "starttls",
	},
	{
		ID: "postfix/no-valid-recipients", Words: []string{"no valid recipients"},
		Reason: Unknown, Confidence: Likely, Source: "Postfix, Exim",
		Explain: "Every recipient was refused before; the reply to RCPT TO says why.", Remedy: "Look at the reply to RCPT TO.",
		Example: "554 5.5.1 Error: no valid recipients", ExampleStage: "data",
	},
	{
		ID: "postfix/not-accepting", Stages: []smtp.Stage{"greeting"}, Words: []string{"esmtp not accepting connections", "not accepting connections"},
		Reason: Policy, Side: SideUs, Confidence: Likely, Retry: RetryAfterFix, Source: "Postfix",
		Explain: "The server takes no mail from this address.",
		Example: "554 mx1.example.com ESMTP not accepting connections", ExampleStage: "greeting",
	},
	{
		ID: "postfix/milter-tempfail", Codes: "4", Words: []string{"service unavailable - try again later", "^service unavailable$"},
		Reason: ServerError, Confidence: Likely, RetryAfter: 15 * time.Minute, Source: "Postfix, milters",
		Explain: "A filter or policy service of the receiving server answered \"not now\", or is down.",
		Example: "421 4.7.0 mx1.example.com Service unavailable - try again later", ExampleStage: "greeting",
	},
	{
		ID: "postfix/sasl", Words: []string{"error: authentication failed", "temporary authentication failure", "error: authentication not enabled"},
		Reason: AuthRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix, Postmark",
		Link:    "https://www.postfix.org/SASL_README.html",
		Explain: "The user name or the password is wrong, or SMTP is switched off for them.",
		Remedy:  "Check user name and password. For Postmark both are the server's token, not the account's (--auth-user-file).",
		Example: "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", ExampleStage: "auth",
	},
	{
		ID: "postfix/loop", Words: []string{"too many hops", "loops back to myself"},
		Reason: Loop, Confidence: Certain, Source: "Postfix, Exim, qmail",
		Explain: "The mail has passed so many servers that it must be going round in a circle, or the MX leads back to the sender.",
		Example: "554 5.4.0 Error: too many hops", ExampleStage: "message",
	},
}
