package diagnose

import "time"

// postfixMoreRows are further replies of Postfix: of smtpd, postscreen and its
// delivery agents, whose words stand in bounces.
var postfixMoreRows = []Row{
	{
		ID: "postfix/recipient-syntax", Words: []string{"bad recipient address syntax", "recipient address rejected: need fully-qualified address", "recipient address rejected: invalid name", "recipient address rejected: malformed address"},
		Reason: NoSuchUser, Confidence: Certain, Source: "Postfix",
		Link:    "https://www.postfix.org/SMTPD_ACCESS_README.html",
		Explain: "The recipient's address does not have the form of an address, or has no domain.", Remedy: "Correct the address.",
		Example: "501 5.1.3 Bad recipient address syntax", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/sender-syntax", Words: []string{"bad sender address syntax"},
		Reason: SenderRejected, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Explain: "The sender's address does not have the form of an address.", Remedy: "Correct the reverse-path (--from).",
		Example: "501 5.1.7 Bad sender address syntax", ExampleStage: "mail",
	},
	{
		ID: "postfix/multi-recipient-bounce", Words: []string{"multi-recipient bounce"},
		Reason: SenderRejected, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Link:    "https://www.postfix.org/postconf.5.html#reject_multi_recipient_bounce",
		Explain: "The null sender <> that bounces have may send to one recipient at a time only.", Remedy: "Send to one recipient, or with a sender (--from).",
		Example: "550 5.5.3 <DATA>: Data command rejected: Multi-recipient bounce", ExampleStage: "data",
	},
	{
		ID: "postfix/mail-exchanger-lookup", Words: []string{"recipient address rejected: unable to look up", "unable to look up mail exchanger", "rejected: unable to verify host"},
		Reason: DNSFailure, Confidence: Certain, Retry: RetryLater, RetryAfter: 30 * time.Minute, Source: "Postfix",
		Example: "450 4.1.2 <alice@example.com>: Recipient address rejected: unable to look up mail exchanger host mx1.example.com: Host not found, try again", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/try-again", Codes: "4", Words: []string{"rejected: try again later", "rejected: defer_if_permit requested", "rejected: defer_if_reject requested", "rejected: address verification problem"},
		Reason: Greylisted, Confidence: Likely, RetryAfter: 5 * time.Minute, Source: "Postfix",
		Explain: "A policy of the server wants another attempt: greylisting, as a rule, or a lookup that failed.",
		Example: "450 4.7.1 <alice@example.com>: Recipient address rejected: Try again later", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/data-rejected", Words: []string{"data command rejected", "end-of-data rejected", "end-of-message rejected"},
		Reason: Policy, Confidence: Likely, Source: "Postfix",
		Explain: "A rule of the server refuses the message.",
		Example: "554 5.7.1 <END-OF-MESSAGE>: End-of-data rejected: Access denied", ExampleStage: "message",
	},
	{
		ID: "postfix/command-rejected", Words: []string{"^command rejected", "etrn command rejected", "vrfy command is disabled"},
		Reason: Policy, Side: SideUs, Confidence: Likely, Source: "Postfix",
		Explain: "A filter or a rule of the server does not let the client use this command.",
		Example: "550 5.7.1 Command rejected", ExampleStage: "mail",
	},
	{
		ID: "postfix/insufficient-authorization", Words: []string{"insufficient authorization", "access denied for"},
		Reason: Policy, Side: SideUs, Confidence: Likely, Retry: RetryAfterFix, Source: "Postfix",
		Example: "550 5.7.0 Error: insufficient authorization", ExampleStage: "mail",
	},
	{
		ID: "postfix/non-smtp-command", Words: []string{"i can break rules, too"},
		Reason: Protocol, Side: SideUs, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Link:    "https://www.postfix.org/postconf.5.html#smtpd_forbidden_commands",
		Explain: "The client sent something that is no SMTP command, such as a line of HTTP.", Remedy: "Look at the transcript for what was sent.",
		Example: "521 5.7.0 Error: I can break rules, too. Goodbye.", ExampleStage: "mail",
	},
	{
		ID: "postfix/bare-lf", Words: []string{"bare <lf> received", "bare newline received"},
		Reason: ContentFormat, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Link:    "https://www.postfix.org/smtp-smuggling.html",
		Explain: "A line ended in LF alone; Postfix refuses that since it can smuggle a second message in.", Remedy: "End every line in CR LF.",
		Example: "550 5.5.2 mx1.example.com Error: bare <LF> received", ExampleStage: "message",
	},
	{
		ID: "postfix/smtputf8", Words: []string{"must declare smtputf8"},
		Reason: ContentFormat, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Link:    "https://www.postfix.org/SMTPUTF8_README.html",
		Explain: "An address is not ASCII, and MAIL FROM did not say so.", Remedy: "Send with SMTPUTF8 to servers that offer it.",
		Example: "553 5.6.7 Must declare SMTPUTF8 to send unicode address", ExampleStage: "mail",
	},
	{
		ID: "postfix/utf8-syntax", Words: []string{"bad utf-8 syntax"},
		Reason: Protocol, Side: SideUs, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Example: "500 5.5.2 Error: bad UTF-8 syntax", ExampleStage: "mail",
	},
	{
		ID: "postfix/dsn-disabled", Words: []string{"dsn support is disabled"},
		Reason: Protocol, Side: SideUs, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Explain: "The server does not take delivery status options from this client.", Remedy: "Send without NOTIFY, RET and ENVID.",
		Example: "501 5.7.1 DSN support is disabled", ExampleStage: "mail",
	},
	{
		ID: "postfix/option", Words: []string{"unsupported option: "},
		Reason: Protocol, Side: SideUs, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Explain: "The server does not know a parameter of MAIL or RCPT.", Remedy: "Leave out what its EHLO reply does not list.",
		Example: "555 5.5.4 Unsupported option: FOO=BAR", ExampleStage: "mail",
	},
	{
		ID: "postfix/notify", Words: []string{"bad notify parameter", "bad orcpt parameter", "bad envid parameter", "bad ret parameter", "bad message size syntax", "error: attribute=value expected"},
		Reason: Protocol, Side: SideUs, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Example: "501 5.5.4 Error: Bad NOTIFY parameter syntax", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/requires-sender", Words: []string{"requires non-null sender"},
		Reason: SenderRejected, Confidence: Likely, Retry: RetryAfterFix, Source: "Postfix",
		Example: "503 5.5.4 Error: RRVS requires non-null sender", ExampleStage: "mail",
	},
	{
		ID: "postfix/transaction-order", Words: []string{"need mail command", "need rcpt command", "nested mail command", "mail transaction in progress", "data after bdat", "mail after bdat", "rcpt after bdat"},
		Reason: Protocol, Side: SideUs, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Explain: "The command was not due, most often because the one before was refused.", Remedy: "Look at the reply to the command before.",
		Example: "503 5.5.1 Error: need RCPT command", ExampleStage: "data",
	},
	{
		ID: "postfix/tls-active", Words: []string{"tls already active"},
		Reason: Protocol, Side: SideUs, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Example: "554 5.5.1 Error: TLS already active", ExampleStage: "starttls",
	},
	{
		ID: "postfix/tls-engine", Words: []string{"tls is required but unavailable", "tls is required, but unavailable", "our tls engine is unavailable"},
		Reason: TLSFailed, Side: SideUs, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Explain: "The sending server insists on TLS and cannot do it: its own TLS setup is broken.", Remedy: "Look into the log of the sending server.",
		Example: "TLS is required, but our TLS engine is unavailable", ExampleStage: "starttls",
	},
	{
		ID: "postfix/screening-ports", Words: []string{"all screening ports are busy", "all server ports are busy", "no system resources"},
		Reason: RateLimited, Side: SideReceiver, Confidence: Certain, RetryAfter: 10 * time.Minute, Source: "Postfix postscreen",
		Link:    "https://www.postfix.org/POSTSCREEN_README.html",
		Example: "421 4.3.2 All screening ports are busy", ExampleStage: "greeting",
	},
	{
		ID: "postscreen/denied", Codes: "5", Words: []string{"^service currently unavailable"},
		Reason: IPReputation, Confidence: Likely, Retry: RetryAfterFix, Source: "Postfix postscreen",
		Link:    "https://www.postfix.org/POSTSCREEN_README.html",
		Explain: "postscreen refuses the address: it is on a list of the server's own.",
		Example: "521 5.3.2 Service currently unavailable", ExampleStage: "greeting",
	},
	{
		ID: "postfix/policy-unavailable", Words: []string{"server closing connection", "policy service unavailable"},
		Reason: ServerError, Confidence: Likely, RetryAfter: 15 * time.Minute, Source: "Postfix",
		Explain: "A filter told the server to end the connection.",
		Example: "421 4.7.0 Server closing connection", ExampleStage: "message",
	},
	{
		ID: "postfix/proxy-filter", Words: []string{"queue file write error; ", "lost connection with proxy", "service unavailable; proxy"},
		Reason: ServerError, Confidence: Certain, RetryAfter: 15 * time.Minute, Source: "Postfix",
		Explain: "The content filter behind the server does not answer.",
		Example: "451 4.3.0 lost connection with proxy 127.0.0.1:10024", ExampleStage: "message",
	},
	{
		ID: "postfix/verification-limit", Codes: "4", Words: []string{"too many address verification requests"},
		Reason: RateLimited, Side: SideReceiver, Confidence: Certain, RetryAfter: 15 * time.Minute, Source: "Postfix",
		Example: "450 4.3.2 Too many address verification requests", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/unknown-user-local", Words: []string{"unknown user: \"", "unknown username: "},
		Reason: NoSuchUser, Confidence: Certain, Source: "Postfix local, virtual, pipe",
		Example: "550 5.1.1 unknown user: \"alice\"", ExampleStage: "message",
	},
	{
		ID: "postfix/maildir-quota", Words: []string{"overdrawn his diskspace quota", "maildir delivery failed: create maildir file*disk quota", "unable to create maildir", "was unable to be delivered*mailbox is full"},
		Reason: MailboxFull, Confidence: Certain, Source: "Postfix virtual with VDA quota",
		Example: "552 5.2.2 Sorry, the user's maildir has overdrawn his diskspace quota, please try again later.", ExampleStage: "message",
	},
	{
		ID: "postfix/delivery-error", Words: []string{"delivery failed to mailbox", "maildir delivery failed"},
		Reason: ServerError, Confidence: Likely, RetryAfter: 30 * time.Minute, Source: "Postfix virtual",
		Example: "450 4.2.0 maildir delivery failed: create maildir file: Permission denied", ExampleStage: "message",
	},
	{
		ID: "postfix/alias-error", Words: []string{"alias database unavailable", "alias database loop", "alias expansion error", "mail forwarding loop for", "nesting limit exceeded for", "required alias not found"},
		Reason: ServerError, Confidence: Likely, RetryAfter: 30 * time.Minute, Source: "Postfix local",
		Explain: "The aliases of the receiving server are broken, or lead in a circle.", Remedy: "Tell the postmaster of the receiving site.",
		Example: "451 4.3.0 alias database unavailable", ExampleStage: "message",
	},
	{
		ID: "postfix/moved", Words: []string{"user has moved to"},
		Reason: Moved, Confidence: Certain, Source: "Postfix",
		Link:    "https://www.postfix.org/postconf.5.html#relocated_maps",
		Example: "551 5.1.6 User has moved to alice@new.example", ExampleStage: "rcpt",
	},
	{
		ID: "postfix/bcc-limit", Words: []string{"message is administratively expired"},
		Reason: Unreached, Confidence: Likely, Source: "Postfix",
		Explain: "The administrator of the sending server ended the attempts.", Remedy: "Look for the last error before; send again once its cause is gone.",
		Example: "454 4.7.0 message is administratively expired", ExampleStage: "message",
	},
	{
		ID: "postfix/no-mx-host", Words: []string{"no mail exchanger for", "no mx host for"},
		Reason: NoMailService, Side: SideRecipient, Confidence: Likely, Source: "Postfix",
		Explain: "The hosts that the MX records name have no address.", Remedy: "Have the domain's MX records corrected.",
		Example: "550 5.4.4 no MX host for example.com has a valid address record", ExampleStage: "connect",
	},
	{
		ID: "postfix/mail-not-wanted", Words: []string{"mail transport unavailable", "unknown mail transport error"},
		Reason: ServerError, Confidence: Likely, RetryAfter: 15 * time.Minute, Source: "Postfix",
		Explain: "The server's own delivery agent does not run.",
		Example: "451 4.3.0 mail transport unavailable", ExampleStage: "message",
	},
	{
		ID: "policyd/rate", Codes: "4", Words: []string{"message count quota exceeded", "message cumulative size quota exceeded"},
		Reason: RateLimited, Confidence: Likely, RetryAfter: time.Hour, Source: "policyd",
		Example: "450 4.7.1 <alice@example.com>: Recipient address rejected: Policy rejection; Message count quota exceeded.", ExampleStage: "rcpt",
	},
	{
		ID: "policyd-spf/temperror", Codes: "4", Words: []string{"spf-result=temperror", "spf temperror", "temporary error in processing during lookup of"},
		Reason: AuthFail, Confidence: Certain, Retry: RetryLater, RetryAfter: 30 * time.Minute, Source: "policyd-spf",
		Explain: "SPF of the sender's domain could not be evaluated for now: its DNS failed.",
		Example: "451 4.7.24 <alice@example.com>: Recipient address rejected: Message rejected due to: SPF Temperror", ExampleStage: "rcpt",
	},
}
