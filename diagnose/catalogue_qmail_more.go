package diagnose

import "time"

// qmailMoreRows are further replies of qmail, netqmail and notqmail, of vpopmail and
// chkuser, simscan, rblsmtpd and spamdyke.
var qmailMoreRows = []Row{
	{
		ID: "qmail/looping", Words: []string{"this message is looping"},
		Reason: Loop, Confidence: Certain, Source: "qmail",
		Link:    "https://notqmail.org/",
		Example: "554 This message is looping: it already has my Delivered-To line. (#5.4.6)", ExampleStage: "message",
	},
	{
		ID: "qmail/address-too-long", Words: []string{"envelope address too long for qq", "i can't accept addresses like that"},
		Reason: NoSuchUser, Confidence: Certain, Source: "qmail",
		Link:    "https://notqmail.org/",
		Explain: "The address is longer, or of another form, than the server takes.", Remedy: "Check the address.",
		Example: "553 sorry, I can't accept addresses like that (#5.1.3)", ExampleStage: "rcpt",
	},
	{
		ID: "qmail/unacceptable-sender", Words: []string{"unacceptable sender (#5.1.7)"},
		Reason: SenderRejected, Confidence: Certain, Retry: RetryAfterFix, Source: "qmail",
		Link:    "https://notqmail.org/",
		Example: "553 unacceptable sender (#5.1.7)", ExampleStage: "mail",
	},
	{
		ID: "qmail/badmailfrom-more", Words: []string{"in my badmailfromto list", "in my bad mailfrom", "your envelope sender has been denied", "mail from rejected*badmailfrom"},
		Reason: SenderRejected, Confidence: Certain, Retry: RetryAfterFix, Source: "qmail",
		Link:    "https://notqmail.org/",
		Example: "553 sorry, your envelope sender is in my badmailfromto list (#5.7.1)", ExampleStage: "mail",
	},
	{
		ID: "qmail/badhelo", Words: []string{"invalid ehlo/helo domain", "your helo/ehlo greeting is in my badhelo list", "in my badhelo list"},
		Reason: HELO, Confidence: Certain, Retry: RetryAfterFix, Source: "qmail",
		Link:    "https://notqmail.org/",
		Example: "553 sorry, your HELO/EHLO greeting is in my badhelo list (#5.7.1)", ExampleStage: "rcpt",
	},
	{
		ID: "qmail/too-many-recipients", Words: []string{"sorry, too many recipients", "you have sent too many recipients"},
		Reason: TooManyRecipients, Confidence: Certain, Retry: RetryLater, Source: "qmail",
		Link:    "https://notqmail.org/",
		Example: "452 sorry, too many recipients (#4.5.3)", ExampleStage: "rcpt",
	},
	{
		ID: "qmail/temporary", Words: []string{"sorry, temporary problem", "unable to read controls", "unable to figure out my ip addresses"},
		Reason: ServerError, Confidence: Certain, RetryAfter: 30 * time.Minute, Source: "qmail",
		Link:    "https://notqmail.org/",
		Example: "421 unable to read controls (#4.3.0)", ExampleStage: "greeting",
	},
	{
		ID: "qmail/permanent", Words: []string{"mail server permanently rejected message", "qq permanent problem"},
		Reason: Policy, Confidence: Likely, Source: "qmail",
		Link:    "https://notqmail.org/",
		Explain: "A filter of the receiving server refuses the message and does not say why.",
		Example: "554 mail server permanently rejected message (#5.3.0)", ExampleStage: "message",
	},
	{
		ID: "vpopmail/over-quota", Words: []string{"user is over quota. (#5.2.2)", "recipient's mailbox is full, message returned to sender"},
		Reason: MailboxFull, Confidence: Certain, Source: "vpopmail, chkuser",
		Link:    "https://www.interazioni.it/opensource/chkuser/",
		Example: "552 user is over quota. (#5.2.2)", ExampleStage: "rcpt",
	},
	{
		ID: "chkuser/sender-mx", Words: []string{"can't find a valid mx for sender domain", "can't find a valid mx"},
		Reason: SenderRejected, Confidence: Certain, Retry: RetryAfterFix, Source: "vpopmail, chkuser",
		Link:    "https://www.interazioni.it/opensource/chkuser/",
		Example: "550 sorry, can't find a valid MX for sender domain (#5.1.8 - chkuser)", ExampleStage: "mail",
	},
	{
		ID: "chkuser/recipient-format", Words: []string{"invalid rcpt address format", "invalid sender address format"},
		Reason: NoSuchUser, Confidence: Likely, Source: "vpopmail, chkuser",
		Link:    "https://www.interazioni.it/opensource/chkuser/",
		Example: "553 sorry, invalid rcpt address format (#5.1.3 - chkuser)", ExampleStage: "rcpt",
	},
	{
		ID: "chkuser/intrusion", Words: []string{"you are violating our security policies"},
		Reason: RateLimited, Side: SideUs, Confidence: Certain, Retry: RetryLater, RetryAfter: time.Hour, Source: "vpopmail, chkuser",
		Link:    "https://www.interazioni.it/opensource/chkuser/",
		Example: "550 sorry, you are violating our security policies (#5.7.1 - chkuser)", ExampleStage: "rcpt",
	},
	{
		ID: "chkuser/overquota", Words: []string{"mailbox is overquota", "mailbox overquota"},
		Reason: MailboxFull, Confidence: Certain, Source: "vpopmail, chkuser",
		Link:    "https://www.interazioni.it/opensource/chkuser/",
		Example: "522 sorry, recipient mailbox overquota (#5.2.2 - chkuser)", ExampleStage: "rcpt",
	},
	{
		ID: "simscan/virus", Words: []string{"your email was rejected because it contains the"},
		Reason: Virus, Confidence: Certain, Retry: RetryAfterFix, Source: "simscan, qmail-scanner",
		Example: "554 Your email was rejected because it contains the Eicar-Test virus", ExampleStage: "message",
	},
	{
		ID: "simscan/spam", Words: []string{"your email is considered spam"},
		Reason: SpamContent, Confidence: Certain, Retry: RetryAfterFix, Source: "simscan, qmail-scanner",
		Example: "554 Your email is considered spam (12.30 spam-hits)", ExampleStage: "message",
	},
	{
		ID: "simscan/attachment", Words: []string{"because it contains a bad attachment"},
		Reason: Virus, Confidence: Certain, Retry: RetryAfterFix, Source: "simscan, qmail-scanner",
		Example: "554 Your email was rejected because it contains a bad attachment: setup.exe", ExampleStage: "message",
	},
	{
		ID: "spamdyke/rdns-missing", Words: []string{"refused. you have no reverse dns entry"},
		Reason: RDNS, Confidence: Certain, Retry: RetryAfterFix, Source: "spamdyke",
		Link:    "https://www.spamdyke.org/documentation/README.html",
		Example: "554 Refused. You have no reverse DNS entry. See: http://www.spamdyke.org/documentation/README.html#REJECTION", ExampleStage: "rcpt",
	},
	{
		ID: "spamdyke/rdns-resolve", Words: []string{"refused. your reverse dns entry does not resolve"},
		Reason: RDNS, Confidence: Certain, Retry: RetryAfterFix, Source: "spamdyke",
		Link:    "https://www.spamdyke.org/documentation/README.html",
		Example: "554 Refused. Your reverse DNS entry does not resolve.", ExampleStage: "rcpt",
	},
	{
		ID: "spamdyke/rdns-keyword", Words: []string{"refused. your reverse dns entry contains", "refused. your ip address, domain name or"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "spamdyke",
		Link:    "https://www.spamdyke.org/documentation/README.html",
		Explain: "The name of the address looks like that of a dynamic connection.", Remedy: "Have the PTR record name a host of your own; or send through your provider's relay.",
		Example: "554 Refused. Your reverse DNS entry contains your IP address and a banned keyword.", ExampleStage: "rcpt",
	},
	{
		ID: "spamdyke/sender", Words: []string{"refused. your sender address has been blacklisted", "refused. the domain of your sender address has no mail exchanger", "refused. sender address"},
		Reason: SenderRejected, Confidence: Certain, Retry: RetryAfterFix, Source: "spamdyke",
		Link:    "https://www.spamdyke.org/documentation/README.html",
		Example: "554 Refused. The domain of your sender address has no mail exchanger (MX).", ExampleStage: "rcpt",
	},
	{
		ID: "spamdyke/relay", Words: []string{"refused. sending to remote addresses (relaying) is not allowed"},
		Reason: RelayDenied, Confidence: Certain, Retry: RetryAfterFix, Source: "spamdyke",
		Link:    "https://www.spamdyke.org/documentation/README.html",
		Example: "554 Refused. Sending to remote addresses (relaying) is not allowed.", ExampleStage: "rcpt",
	},
	{
		ID: "spamdyke/earlytalker", Words: []string{"you are not following the smtp protocol"},
		Reason: Protocol, Side: SideUs, Confidence: Certain, Retry: RetryAfterFix, Source: "spamdyke",
		Link:    "https://www.spamdyke.org/documentation/README.html",
		Explain: "The client spoke before the server had greeted.", Remedy: "Wait for the whole greeting before EHLO.",
		Example: "554 You are not following the SMTP protocol.", ExampleStage: "greeting",
	},
	{
		ID: "spamdyke/authenticate", Words: []string{"refused. authentication is required to send mail"},
		Reason: AuthRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "spamdyke",
		Link:    "https://www.spamdyke.org/documentation/README.html",
		Example: "554 Refused. Authentication is required to send mail.", ExampleStage: "mail",
	},
	{
		ID: "spamdyke/unqualified", Words: []string{"improper recipient address. try supplying"},
		Reason: NoSuchUser, Confidence: Certain, Source: "spamdyke",
		Link:    "https://www.spamdyke.org/documentation/README.html",
		Explain: "The recipient's address has no domain.", Remedy: "Give the whole address.",
		Example: "554 Improper recipient address. Try supplying a domain name.", ExampleStage: "rcpt",
	},
}
