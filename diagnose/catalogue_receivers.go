package diagnose

import "time"

// receiverRows are the replies of other large receivers, in Germany, France,
// Russia, China and North America.
var receiverRows = []Row{
	{
		ID: "t-online/block-list", Words: []string{"tosa@rx.t-online.de (bl)", "a problem occurred*tosa@rx.t-online.de"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "T-Online",
		Link:    "https://postmaster.t-online.de/",
		Remedy:  "Write to tosa@rx.t-online.de with the address and the reply.",
		Example: "554 IP=198.51.100.7 - A problem occurred. (Ask your postmaster for help or to contact tosa@rx.t-online.de to clarify.) (BL)", ExampleStage: "greeting",
	},
	{
		ID: "t-online/unknown-ip", Words: []string{"for reset. (nowl)", "none/bad reputation"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "T-Online",
		Link:    "https://postmaster.t-online.de/",
		Explain: "T-Online takes mail only from addresses it knows; this one has no name there yet, or a bad one.",
		Remedy:  "Give the server a proper host name and a web page with an imprint, then write to tosa@rx.t-online.de.",
		Example: "554 IP=198.51.100.7 - None/bad reputation. Ask your postmaster for help or to contact tosa@rx.t-online.de for reset. (NOWL)", ExampleStage: "greeting",
	},
	{
		ID: "gmx/no-service", Codes: "554 550", Words: []string{"nemesis esmtp service not available", "ip address is block listed"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "GMX, web.de, mail.com",
		Link:    "https://postmaster.gmx.net/en/error-messages",
		Explain: "The service refuses the address; the last line says why, and its URL explains.", Remedy: "Open the URL of the last line and follow it.",
		Example: "554-gmx.net (mxgmx017) Nemesis ESMTP Service not available\n554-No SMTP service\n554-IP address is block listed.\n554 For explanation visit https://postmaster.gmx.net/en/case?c=r1101&i=ip&v=198.51.100.7&r=1MabcD", ExampleStage: "greeting",
	},
	{
		ID: "gmx/spf", Words: []string{"reject due to spf policy"},
		Reason: AuthFail, Confidence: Certain, Retry: RetryAfterFix, Source: "GMX, web.de",
		Link:    "https://postmaster.gmx.net/en/error-messages",
		Example: "550-Requested action not taken: mailbox unavailable\n550 Reject due to SPF policy. For explanation visit https://postmaster.gmx.net/en/case?c=r0601", ExampleStage: "mail",
	},
	{
		ID: "gmx/ptr", Words: []string{"bad dns ptr resource record"},
		Reason: RDNS, Confidence: Certain, Retry: RetryAfterFix, Source: "GMX, web.de",
		Link:    "https://postmaster.gmx.net/en/error-messages",
		Example: "554-web.de (mxweb112) Nemesis ESMTP Service\n554-Transaction failed\n554 Bad DNS PTR resource record. For explanation visit https://postmaster.web.de/en/case?c=r0103", ExampleStage: "greeting",
	},
	{
		ID: "gmx/policy", Words: []string{"reject due to policy restrictions"},
		Reason: Policy, Confidence: Certain, Retry: RetryAfterFix, Source: "GMX, web.de",
		Link:    "https://postmaster.gmx.net/en/error-messages",
		Explain: "A rule about the header, the domain or the address refuses the message; the URL says which.",
		Example: "554-Transaction failed\n554-Reject due to policy restrictions.\n554 For explanation visit https://postmaster.gmx.net/en/case?c=hi", ExampleStage: "message",
	},
	{
		ID: "orange/too-many-connections", Words: []string{"ofr004_104", "ofr005_104"},
		Reason: RateLimited, Confidence: Certain, Retry: RetryLater, RetryAfter: 30 * time.Minute, Source: "Orange",
		Link:    "https://postmaster.orange.fr/",
		Example: "421 mwinf5c04 ME Trop de connexions, veuillez verifier votre configuration. Too many connections, slow down. OFR004_104 [104]", ExampleStage: "greeting",
	},
	{
		ID: "orange/invalid-recipient", Words: []string{"ofr_416"},
		Reason: NoSuchUser, Confidence: Certain, Source: "Orange",
		Link:    "https://postmaster.orange.fr/",
		Example: "550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416 [416]", ExampleStage: "rcpt",
	},
	{
		ID: "orange/overquota", Words: []string{"ofr_417"},
		Reason: MailboxFull, Confidence: Certain, Source: "Orange",
		Link:    "https://postmaster.orange.fr/",
		Example: "552 5.1.1 Boite du destinataire pleine. Recipient overquota. OFR_417 [417]", ExampleStage: "rcpt",
	},
	{
		ID: "orange/rejected", Words: []string{"ofr_506"},
		Reason: SpamContent, Confidence: Likely, Retry: RetryAfterFix, Source: "Orange",
		Link:    "https://postmaster.orange.fr/",
		Example: "550 5.2.0 Mail rejete. Mail rejected. OFR_506 [506]", ExampleStage: "message",
	},
	{
		ID: "orange/blocked", Words: []string{"ofr006_102", "client host blocked for spamming"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "Orange",
		Link:    "https://postmaster.orange.fr/",
		Example: "550 5.7.1 Service refuse. Veuillez essayer plus tard. Service refused, please try later. Client host blocked for spamming. OFR006_102 [102]", ExampleStage: "greeting",
	},
	{
		ID: "comcast/not-our-customer", Words: []string{"^not our customer", "recipient mailbox unallocated"},
		Reason: NoSuchUser, Confidence: Certain, Source: "Comcast",
		Link:    "https://postmaster.xfinity.com/smtp-error-codes",
		Example: "550 5.1.1 Not our Customer", ExampleStage: "rcpt",
	},
	{
		ID: "comcast/blocked", Words: []string{"comcast block for spam"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "Comcast",
		Link:    "https://postmaster.xfinity.com/smtp-error-codes",
		Example: "554 resimta-c1p-023413.sys.comcast.net comcast 198.51.100.7 Comcast block for spam. Please see https://postmaster.comcast.net/smtp-error-codes.php#BL000000", ExampleStage: "greeting",
	},
	{
		ID: "comcast/ptr", Words: []string{"must have a ptr record"},
		Reason: RDNS, Confidence: Certain, Retry: RetryAfterFix, Source: "Comcast",
		Link:    "https://postmaster.xfinity.com/smtp-error-codes",
		Example: "554 resimta-c1p-023414.sys.comcast.net comcast 198.51.100.7 found on one or more DNSBLs or must have a PTR record", ExampleStage: "greeting",
	},
	{
		ID: "mailru/disabled", Words: []string{"invalid mailbox*account is disabled", "^account is disabled"},
		Reason: MailboxDisabled, Confidence: Certain, Source: "Mail.ru",
		Link:    "https://help.mail.ru/mail/technical/error",
		Example: "550 Message was not accepted -- invalid mailbox. Local mailbox alice@mail.ru is unavailable: account is disabled", ExampleStage: "rcpt",
	},
	{
		ID: "mailru/no-such-user", Words: []string{"message was not accepted -- invalid mailbox"},
		Reason: NoSuchUser, Confidence: Certain, Source: "Mail.ru",
		Link:    "https://help.mail.ru/mail/technical/error",
		Example: "550 Message was not accepted -- invalid mailbox. Local mailbox alice@mail.ru is unavailable: user not found", ExampleStage: "rcpt",
	},
	{
		ID: "mailru/spam", Words: []string{"^spam message rejected", "under suspicion of spam", "suspicion of spam"},
		Reason: SpamContent, Confidence: Likely, Retry: RetryAfterFix, Source: "Mail.ru, Yandex and others",
		Example: "554 5.7.1 Message rejected under suspicion of SPAM; https://ya.cc/1IrBc 1732270000-abc", ExampleStage: "message",
	},
	{
		ID: "qq/frequency", Words: []string{"sender frequency limited", "connection frequency limited", "ip frequency limited"},
		Reason: RateLimited, Confidence: Certain, Retry: RetryLater, RetryAfter: time.Hour, Source: "QQ Mail",
		Link:    "https://service.mail.qq.com/",
		Example: "550 Sender frequency limited http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000722", ExampleStage: "message",
	},
	{
		ID: "qq/content", Words: []string{"^mail content denied"},
		Reason: SpamContent, Confidence: Certain, Retry: RetryAfterFix, Source: "QQ Mail",
		Link:    "https://service.mail.qq.com/",
		Example: "550 Mail content denied. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000726", ExampleStage: "message",
	},
	{
		ID: "qq/dmarc", Words: []string{"^dmarc check failed"},
		Reason: AuthFail, Confidence: Certain, Retry: RetryAfterFix, Source: "QQ Mail",
		Link:    "https://service.mail.qq.com/",
		Example: "550 DMARC check failed [abcdef IP: 198.51.100.7]. http://service.mail.qq.com/cgi-bin/help?subtype=1", ExampleStage: "message",
	},
	{
		ID: "att/reverse-dns", Words: []string{"fix reverse dns for"},
		Reason: RDNS, Confidence: Certain, Retry: RetryAfterFix, Source: "AT&T",
		Example: "550 5.7.1 Connections not accepted from servers without a valid sender domain.flph829 Fix reverse DNS for 198.51.100.7", ExampleStage: "greeting",
	},
}
