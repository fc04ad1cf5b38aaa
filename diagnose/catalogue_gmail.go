package diagnose

import "time"

// gmailRows are the replies of Gmail and Google Workspace, after Google's list
// of SMTP errors and codes.
var gmailRows = []Row{
	{
		ID: "gmail/no-such-user", Words: []string{"email account that you tried to reach does not exist", "p=nosuchuser"},
		Reason: NoSuchUser, Confidence: Certain, Source: "Gmail",
		Example: "550-5.1.1 The email account that you tried to reach does not exist. Please try\n550-5.1.1 double-checking the recipient's email address for typos or\n550-5.1.1 unnecessary spaces. For more information, go to\n550 5.1.1  https://support.google.com/mail/?p=NoSuchUser d2e1a72fcca58-7b4b4f1a2b3si123 - gsmtp", ExampleStage: "rcpt",
	},
	{
		ID: "gmail/disabled", Words: []string{"tried to reach is disabled", "tried to reach is inactive", "p=disableduser"},
		Reason: MailboxDisabled, Confidence: Certain, Source: "Gmail",
		Explain: "The account exists and is disabled or has not been used for long.",
		Example: "550 5.2.1 The email account that you tried to reach is disabled. Learn more at https://support.google.com/mail/?p=DisabledUser x1-20020a056a00 - gsmtp", ExampleStage: "rcpt",
	},
	{
		ID: "gmail/receiving-rate", Codes: "4", Words: []string{"receiving*mail at a rate that prevents", "receiving*mail too quickly", "p=receivingrate"},
		Reason: RateLimited, Side: SideRecipient, Confidence: Certain, RetryAfter: 10 * time.Minute, Source: "Gmail",
		Explain: "The recipient is getting more mail now than Gmail delivers to one account.",
		Remedy:  "Wait, and send less to this recipient; the mail is taken later.",
		Example: "450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered. Please resend your message at a later time. p=ReceivingRate 3si12345 - gsmtp", ExampleStage: "rcpt",
	},
	{
		ID: "gmail/receiving-rate-refused", Codes: "5", Words: []string{"receiving*mail at a rate that prevents", "p=receivingrateperm"},
		Reason: RateLimited, Side: SideRecipient, Confidence: Certain, Retry: RetryLater, RetryAfter: 4 * time.Hour, Source: "Gmail",
		Explain: "The recipient is getting more mail than Gmail delivers to one account. The code says for good; in practice it passes.",
		Remedy:  "Send again after some hours, and send less to this recipient.",
		Example: "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered. For more information, please visit https://support.google.com/mail/?p=ReceivingRatePerm e9-20020a17 - gsmtp", ExampleStage: "rcpt",
	},
	{
		ID: "gmail/over-quota", Codes: "4", Words: []string{"inbox is out of storage space", "tried to reach is over quota", "p=overquotatemp"},
		Reason: MailboxFull, Confidence: Certain, RetryAfter: time.Hour, Source: "Gmail",
		Example: "452 4.2.2 The recipient's inbox is out of storage space. Please direct the recipient to https://support.google.com/mail/?p=OverQuotaTemp u19si9387 - gsmtp", ExampleStage: "rcpt",
	},
	{
		ID: "gmail/over-quota-inactive", Codes: "5", Words: []string{"inbox is out of storage space", "tried to reach is over quota", "p=overquotaperm"},
		Reason: MailboxFull, Confidence: Certain, Source: "Gmail",
		Explain: "The mailbox is full and nobody has used it for a while: it is probably abandoned.",
		Remedy:  "Ask the recipient in another way for an address that is in use.",
		Example: "552 5.2.2 The recipient's inbox is out of storage space and inactive. Please direct the recipient to https://support.google.com/mail/?p=OverQuotaPerm a1-20020a05 - gsmtp", ExampleStage: "rcpt",
	},
	{
		ID: "gmail/domain-not-found", Words: []string{"weren't able to find the recipient domain"},
		Reason: BadDomain, Confidence: Certain, Source: "Gmail",
		Example: "553 5.1.2 We weren't able to find the recipient domain. Please check for any spelling errors, and make sure you didn't enter any spaces, periods, or other punctuation after the recipient's email address. 5si2343 - gsmtp", ExampleStage: "rcpt",
	},
	{
		ID: "gmail/recipient-syntax", Enhanced: "*.1.3 *.1.2", Words: []string{"is not a valid rfc 5321 address", "is not a valid rfc-5321 address"},
		Reason: NoSuchUser, Confidence: Certain, Source: "Gmail",
		Explain: "The recipient's address does not have the form of an address.", Remedy: "Correct the address.",
		Example: "553 5.1.3 The recipient address <a..b@example.com> is not a valid RFC 5321 address. For more information, go to https://support.google.com/a/answer/3221692 3si11 - gsmtp", ExampleStage: "rcpt",
	},
	{
		ID: "gmail/sender-syntax", Enhanced: "*.1.7", Words: []string{"is not a valid rfc 5321 address", "is not a valid rfc-5321 address"},
		Reason: SenderRejected, Confidence: Certain, Source: "Gmail",
		Explain: "The sender's address does not have the form of an address.", Remedy: "Correct the reverse-path (--from).",
		Example: "553 5.1.7 The sender address <a..b@example.org> is not a valid RFC 5321 address. For more information, go to https://support.google.com/a/answer/3221692 3si12 - gsmtp", ExampleStage: "mail",
	},
	{
		ID: "gmail/unusual-rate", Codes: "4", Words: []string{"unusual rate of", "unusual amount of"},
		Reason: RateLimited, Confidence: Certain, RetryAfter: time.Hour, Source: "Gmail",
		Explain: "Gmail slows mail from this address, domain or link down because there is unusually much of it, or much of it is unwanted.",
		Remedy:  "Send less, check that no account or machine of yours is abused, and look at Google's Postmaster Tools.",
		Example: "421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating\n421-4.7.28 from your IP address [198.51.100.7]. To protect our users from spam,\n421-4.7.28 mail has been temporarily rate limited. Please visit\n421 4.7.28  https://support.google.com/mail/?p=UnsolicitedRateLimitError g5si1 - gsmtp", ExampleStage: "message",
	},
	{
		ID: "gmail/unusual-rate-blocked", Codes: "5", Words: []string{"unusual rate of"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "Gmail",
		Explain: "Gmail blocks mail from this address, domain or link because much of it is unwanted.",
		Remedy:  "Stop unwanted mail at its source, send far less for some days, and look at Google's Postmaster Tools.",
		Example: "550-5.7.28 There is an unusual rate of unsolicited mail originating from your IP\n550-5.7.28 address. To protect our users from spam, mail sent from your IP\n550-5.7.28 address has been blocked. Please visit\n550 5.7.28 https://support.google.com/mail/?p=UnsolicitedIPError y6si2 - gsmtp", ExampleStage: "message",
	},
	{
		ID: "gmail/low-reputation-domain", Words: []string{"very low reputation of the sending domain"},
		Reason: DomainReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "Gmail",
		Remedy:  "Look at Google's Postmaster Tools; send only wanted mail, little at first, authenticated by SPF, DKIM and DMARC.",
		Example: "421-4.7.0 [198.51.100.7 15] Gmail has detected that this message is suspicious\n421-4.7.0 due to the very low reputation of the sending domain. To best protect\n421 4.7.0 our users from spam, the message has been blocked. b3si - gsmtp", ExampleStage: "message",
	},
	{
		ID: "gmail/low-reputation-ip", Words: []string{"very low reputation of the sending ip"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "Gmail",
		Remedy:  "Look at Google's Postmaster Tools; send only wanted mail, little at first, or send through a relay with a better name.",
		Example: "550-5.7.1 [198.51.100.7 19] Gmail has detected that this message is likely\n550-5.7.1 suspicious due to the very low reputation of the sending IP address.\n550 5.7.1 To best protect our users from spam, the message has been blocked. x2si - gsmtp", ExampleStage: "message",
	},
	{
		ID: "gmail/suspicious-content", Words: []string{"suspicious due to the nature of the content"},
		Reason: SpamContent, Confidence: Certain, Retry: RetryAfterFix, Source: "Gmail",
		Remedy:  "Change links, attachments and wording; send a plain message to compare.",
		Example: "421-4.7.0 [198.51.100.7] Our system has detected that this message is suspicious\n421-4.7.0 due to the nature of the content and/or the links within. To best protect\n421 4.7.0 our users from spam, the message has been blocked. c4si - gsmtp", ExampleStage: "message",
	},
	{
		ID: "gmail/unsolicited", Words: []string{"likely unsolicited mail", "likely unsolicited email", "p=unsolicitedmessageerror"},
		Reason: SpamContent, Confidence: Certain, Retry: RetryAfterFix, Source: "Gmail",
		Explain: "Gmail takes the message for unwanted mail: by its content, its sender's name, or both.",
		Remedy:  "Authenticate with SPF, DKIM and DMARC, and change links, attachments and wording.",
		Example: "550-5.7.1 [198.51.100.7      12] Our system has detected that this message is\n550-5.7.1 likely unsolicited mail. To reduce the amount of spam sent to Gmail,\n550-5.7.1 this message has been blocked. Please visit\n550 5.7.1  https://support.google.com/mail/?p=UnsolicitedMessageError w7si - gsmtp", ExampleStage: "message",
	},
	{
		ID: "gmail/no-ptr", Words: []string{"does not have a ptr record", "doesn't have a ptr record", "ptr record's forward dns", "ipv6 sending guidelines"},
		Reason: RDNS, Confidence: Certain, Retry: RetryAfterFix, Source: "Gmail",
		Remedy:  "Give the sending address a PTR record whose name has an A or AAAA record of the same address; where that cannot be had for IPv6, send by IPv4.",
		Example: "550-5.7.25 [198.51.100.7] The IP address sending this message does not have a\n550-5.7.25 PTR record setup, or the corresponding forward DNS entry does not\n550-5.7.25 match the sending IP. As a policy, Gmail does not accept messages from\n550 5.7.25 IPs with missing PTR records. k8si - gsmtp", ExampleStage: "message",
	},
	{
		ID: "gmail/spf-suspicious", Words: []string{"spf record*suspicious entries"},
		Reason: AuthFail, Confidence: Certain, Retry: RetryAfterFix, Source: "Gmail",
		Explain: "The SPF record of the sending domain allows nearly everybody.", Remedy: "Make the SPF record name only your servers; end it with -all or ~all, not +all.",
		Example: "550 5.7.24 The SPF record of the sending domain has one or more suspicious entries. For more information, go to https://support.google.com/mail/answer/81126 n1si - gsmtp", ExampleStage: "message",
	},
	{
		ID: "gmail/spf-hard-fail", Words: []string{"spf record with a hard fail policy"},
		Reason: AuthFail, Confidence: Certain, Retry: RetryAfterFix, Source: "Gmail",
		Explain: "The SPF record of the sending domain forbids this address to send for it.", Remedy: "Add the sending address to the SPF record, or send from a server that is in it.",
		Example: "550-5.7.26 The MAIL FROM domain [example.org] has an SPF record with a hard fail\n550-5.7.26 policy (-all) but it fails to pass SPF checks with the ip:\n550 5.7.26 [198.51.100.7]. p1si - gsmtp", ExampleStage: "message",
	},
	{
		ID: "gmail/unauthenticated", Words: []string{"sender is unauthenticated", "because it is unauthenticated", "requires all senders to authenticate with either spf or dkim"},
		Reason: AuthFail, Confidence: Certain, Retry: RetryAfterFix, Source: "Gmail",
		Explain: "Neither SPF nor DKIM passed for the message.", Remedy: "Authorise the sending address in SPF, or sign with DKIM; both is better.",
		Example: "550-5.7.26 Your email has been blocked because the sender is unauthenticated. Gmail\n550-5.7.26 requires all senders to authenticate with either SPF or DKIM.\n550 5.7.26 Authentication results: DKIM = did not pass SPF [example.org] with ip: [198.51.100.7] = did not pass q3si - gsmtp", ExampleStage: "message",
	},
	{
		ID: "gmail/dmarc-dns", Codes: "4", Words: []string{"dmarc policy*temporary dns failures"},
		Reason: AuthFail, Confidence: Certain, RetryAfter: time.Hour, Source: "Gmail",
		Explain: "The sending domain's DMARC policy asks for authentication, and its DNS failed while Gmail looked.", Remedy: "Check the DNS of the sending domain; the mail is tried again.",
		Example: "451 4.7.26 Unauthenticated email from example.org is not accepted due to domain's DMARC policy, but temporary DNS failures prevent authentication. r5si - gsmtp", ExampleStage: "message",
	},
	{
		ID: "gmail/dmarc", Words: []string{"is not accepted due to domain's dmarc policy"},
		Reason: AuthFail, Confidence: Certain, Retry: RetryAfterFix, Source: "Gmail",
		Explain: "The domain in From publishes a DMARC policy, and the message passes neither SPF nor DKIM for that domain.",
		Remedy:  "Sign with DKIM of the From domain, or use a reverse-path in it that passes SPF.",
		Example: "550-5.7.26 Unauthenticated email from example.org is not accepted due to domain's\n550-5.7.26 DMARC policy. Please contact the administrator of example.org domain if\n550 5.7.26 this was a legitimate mail. s2si - gsmtp", ExampleStage: "message",
	},
	{
		ID: "gmail/spf-not-passed", Enhanced: "*.7.27", Words: []string{"spf authentication didn't pass", "didn't pass spf authentication", "spf*did not pass"},
		Reason: AuthFail, Confidence: Certain, Retry: RetryAfterFix, Source: "Gmail",
		Remedy:  "Add the sending address to the SPF record of the reverse-path's domain.",
		Example: "421 4.7.27 Your email has been rate limited because SPF authentication didn't pass for this message. Gmail requires all bulk email senders to authenticate their email with SPF. t1si - gsmtp", ExampleStage: "message",
	},
	{
		ID: "gmail/dkim-not-passed", Enhanced: "*.7.30", Words: []string{"dkim authentication didn't pass", "didn't pass dkim authentication", "dkim*did not pass"},
		Reason: AuthFail, Confidence: Certain, Retry: RetryAfterFix, Source: "Gmail",
		Remedy:  "Sign with DKIM, and check that the key in DNS is the one in use.",
		Example: "550 5.7.30 Your email has been blocked because DKIM authentication didn't pass for this message. Gmail requires all bulk email senders to authenticate their email with DKIM. v1si - gsmtp", ExampleStage: "message",
	},
	{
		ID: "gmail/from-not-aligned", Words: []string{"from: header*isn't aligned", "there is no dmarc alignment"},
		Reason: AuthFail, Confidence: Certain, Retry: RetryAfterFix, Source: "Gmail",
		Explain: "The domain in From is neither that of the DKIM signature nor that of the reverse-path.", Remedy: "Sign with DKIM of the From domain.",
		Example: "421 5.7.32 Your email has been rate limited because the From: header (RFC5322) in this message isn't aligned with either the authenticated SPF or DKIM organizational domain. z1si - gsmtp", ExampleStage: "message",
	},
	{
		ID: "gmail/no-dmarc", Words: []string{"doesn't have a dmarc record"},
		Reason: AuthFail, Confidence: Certain, Retry: RetryAfterFix, Source: "Gmail",
		Explain: "Gmail asks bulk senders for a DMARC record, and the sending domain has none.", Remedy: "Publish one at _dmarc of the domain; \"v=DMARC1; p=none\" is enough to begin with.",
		Example: "421 4.7.40 Your email has been rate limited because the sending domain doesn't have a DMARC record, or the DMARC record doesn't specify a DMARC policy. h2si - gsmtp", ExampleStage: "message",
	},
	{
		ID: "gmail/tls", Words: []string{"not using a tls connection", "wasn't sent over a tls", "tls required for rcpt domain"},
		Reason: TLSRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "Gmail",
		Example: "550 5.7.29 Your email has been blocked because this message wasn't sent over a TLS connection. Gmail requires all bulk email senders to use TLS/SSL for SMTP connections. j1si - gsmtp", ExampleStage: "message",
	},
}
