package diagnose

import "time"

// gatewayRows are the replies of filters that stand before many sites: Apple,
// Proofpoint, Cloudmark, Mimecast, Barracuda, Cisco, Symantec, Trend Micro, FireEye.
var gatewayRows = []Row{
	{
		ID: "apple/local-policy", Words: []string{"[cs01]", "message rejected due to local policy"},
		Reason: SpamContent, Confidence: Likely, Retry: RetryAfterFix, Source: "iCloud",
		Explain: "iCloud refuses the message for its content, or for its sender's name.",
		Example: "550 5.7.1 [CS01] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137", ExampleStage: "message",
	},
	{
		ID: "apple/dmarc", Words: []string{"rejected due to*dmarc policy"},
		Reason: AuthFail, Confidence: Certain, Retry: RetryAfterFix, Source: "iCloud",
		Example: "550 5.7.1 Your message was rejected due to example.org's DMARC policy. See https://support.apple.com/en-us/HT204137 for info", ExampleStage: "message",
	},
	{
		ID: "apple/volume", Words: []string{"deferred due to excessive volume"},
		Reason: RateLimited, Confidence: Certain, RetryAfter: time.Hour, Source: "iCloud",
		Example: "421 4.7.1 Messages to alice@icloud.com deferred due to excessive volume. Try again later - https://support.apple.com/en-us/HT204137", ExampleStage: "rcpt",
	},
	{
		ID: "apple/overquota", Words: []string{"^user is overquota"},
		Reason: MailboxFull, Confidence: Certain, Source: "iCloud",
		Example: "552 5.2.2 user is overquota", ExampleStage: "rcpt",
	},
	{
		ID: "proofpoint/blocked", Words: []string{"ipcheck.proofpoint.com", "blocked using prs.proofpoint.com"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "Proofpoint",
		Explain: "Proofpoint's Dynamic Reputation blocks the address for the receiving site.", Remedy: "Look the address up and ask for its release at https://ipcheck.proofpoint.com.",
		Example: "554 Blocked - see https://ipcheck.proofpoint.com/?ip=198.51.100.7", ExampleStage: "greeting",
	},
	{
		ID: "proofpoint/verifying", Codes: "4", Words: []string{"address verification in progress"},
		Reason: Greylisted, Confidence: Certain, RetryAfter: 5 * time.Minute, Source: "Proofpoint, Postfix",
		Explain: "The server is asking the next one whether the address exists, and wants to be asked again.", Remedy: "Wait: a mail server tries again by itself.",
		Example: "421 4.1.1 <alice@example.com>: Recipient address rejected: unverified address: Address verification in progress", ExampleStage: "rcpt",
	},
	{
		ID: "proofpoint/invalid-user", Words: []string{"user email address is marked as invalid"},
		Reason: NoSuchUser, Confidence: Certain, Source: "Proofpoint Essentials",
		Example: "550 5.7.1 User email address is marked as invalid.", ExampleStage: "rcpt",
	},
	{
		ID: "cloudmark/sender-intelligence", Words: []string{"cloudmark sender intelligence", "csi.cloudmark.com"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "Cloudmark",
		Remedy:  "Ask for a reset at https://csi.cloudmark.com/reset-request.",
		Example: "550 5.7.1 Service unavailable; client [198.51.100.7] blocked using Cloudmark Sender Intelligence; see https://csi.cloudmark.com/reset-request/", ExampleStage: "rcpt",
	},
	{
		ID: "mimecast/greylisting", Codes: "4", Words: []string{"internal resource is temporarily unavailable", "internal resources are temporarily unavailable", "internal resources temporarily unavailable", "internal resource temporarily unavailable"},
		Reason: Greylisted, Confidence: Certain, RetryAfter: 2 * time.Minute, Source: "Mimecast",
		Explain: "In spite of the words this is Mimecast's greylisting: an unknown sender must try again, between one minute and twelve hours later.",
		Remedy:  "Wait: a mail server tries again by itself, from the same address.",
		Example: "451 Internal resources are temporarily unavailable - https://community.mimecast.com/docs/DOC-1369#451 [Jn7n2Ef4MZKHKnTvrHYjqw.uk12]", ExampleStage: "rcpt",
	},
	{
		ID: "mimecast/open-relay", Words: []string{"open relay not allowed"},
		Reason: RelayDenied, Confidence: Certain, Retry: RetryAfterFix, Source: "Mimecast",
		Explain: "Mimecast does not serve the recipient's domain, or not yet, though the code says for now.",
		Example: "451 Open relay not allowed - https://community.mimecast.com/docs/DOC-1369#451 [xyzzy.us10]", ExampleStage: "rcpt",
	},
	{
		ID: "mimecast/invalid-recipient", Words: []string{"invalid recipient - https://community.mimecast", "invalid recipient*mimecast"},
		Reason: NoSuchUser, Confidence: Certain, Source: "Mimecast",
		Example: "550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550 [abc123.uk5]", ExampleStage: "rcpt",
	},
	{
		ID: "mimecast/envelope-blocked", Words: []string{"envelope blocked"},
		Reason: Policy, Side: SideRecipient, Confidence: Certain, Retry: RetryAfterFix, Source: "Mimecast",
		Explain: "The sender is on a block list of the recipient or of the recipient's organisation.", Remedy: "Ask the recipient's administrator to take it off.",
		Example: "550 Administrative prohibition - envelope blocked - https://community.mimecast.com/docs/DOC-1369#550 [abc124.uk5]", ExampleStage: "rcpt",
	},
	{
		ID: "mimecast/anti-spoofing", Words: []string{"anti-spoofing policy", "dmarc sender invalid - envelope rejected"},
		Reason: AuthFail, Confidence: Certain, Retry: RetryAfterFix, Source: "Mimecast",
		Explain: "The message seems to come from the receiving organisation, or fails DMARC.", Remedy: "Ask the recipient's administrator for an exception if you send on the organisation's behalf; otherwise make DMARC pass.",
		Example: "550 Rejected by header based Anti-Spoofing policy: alice@example.com - https://community.mimecast.com/docs/DOC-1369#550 [abc125.uk5]", ExampleStage: "message",
	},
	{
		ID: "mimecast/security-policies", Words: []string{"email rejected due to security policies"},
		Reason: SpamContent, Confidence: Likely, Retry: RetryAfterFix, Source: "Mimecast",
		Example: "554 Email rejected due to security policies - https://community.mimecast.com/docs/DOC-1369#554 [abc126.uk5]", ExampleStage: "message",
	},
	{
		ID: "mimecast/sender-blocked", Codes: "421", Words: []string{"sender address blocked"},
		Reason: SenderRejected, Confidence: Certain, Retry: RetryAfterFix, Source: "Mimecast",
		Example: "421 Sender address blocked - https://community.mimecast.com/docs/DOC-1369#421 [abc127.uk5]", ExampleStage: "mail",
	},
	{
		ID: "mimecast/unable-to-process", Codes: "4", Words: []string{"unable to process connection at this time"},
		Reason: ServerError, Confidence: Certain, RetryAfter: 15 * time.Minute, Source: "Mimecast",
		Example: "421 Unable to process connection at this time. Please try again later. - https://community.mimecast.com/docs/DOC-1369#421 [abc128.uk5]", ExampleStage: "greeting",
	},
	{
		ID: "barracuda/recipient-blocked", Words: []string{"permanent failure for one or more recipients"},
		Reason: Policy, Confidence: Likely, Source: "Barracuda",
		Explain: "Barracuda refuses the message for at least one recipient: by a block list of theirs, or for its content.",
		Example: "550 permanent failure for one or more recipients (alice@example.com:blocked)", ExampleStage: "message",
	},
	{
		ID: "barracuda/reputation", Words: []string{"blocked using barracuda reputation", "b.barracudacentral.org", "barracudanetworks.com/reputation"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "Barracuda",
		Remedy:  "Ask for removal at https://www.barracudacentral.org/rbl/removal-request.",
		Example: "554 Service unavailable; Client host [mail.example.org] blocked using Barracuda Reputation; http://www.barracudanetworks.com/reputation/?r=1&ip=198.51.100.7", ExampleStage: "rcpt",
	},
	{
		ID: "barracuda/no-such-user", Words: []string{"cuda_nsu no such*", "cuda_nsu*user unknown"},
		Reason: NoSuchUser, Confidence: Certain, Source: "Barracuda",
		Example: "550 cuda_nsu No such domain at this location (alice@example.com)", ExampleStage: "rcpt",
	},
	{
		ID: "barracuda/spoofed", Words: []string{"rejecting spoofed message"},
		Reason: AuthFail, Confidence: Certain, Retry: RetryAfterFix, Source: "Barracuda",
		Example: "550 Rejecting spoofed message", ExampleStage: "message",
	},
	{
		ID: "barracuda/banned-content", Words: []string{"rejecting banned content", "spam url in content"},
		Reason: SpamContent, Confidence: Certain, Retry: RetryAfterFix, Source: "Barracuda",
		Example: "550 Rejecting banned content", ExampleStage: "message",
	},
	{
		ID: "cisco/poor-reputation", Words: []string{"sending mta's poor reputation", "your access to this mail system has been rejected"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "Cisco Secure Email",
		Explain: "Cisco's SenderBase reputation of the address is poor.", Remedy: "Look the address up at https://talosintelligence.com/reputation_center and open a case there.",
		Example: "554-mx1.example.com\n554 Your access to this mail system has been rejected due to the sending MTA's poor reputation. If you believe that this failure is in error, please contact the intended recipient via alternate means.", ExampleStage: "greeting",
	},
	{
		ID: "cisco/submit-rejected", Words: []string{"your access to submit messages to this e-mail system has been rejected"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "Cisco Secure Email",
		Example: "550 #5.7.1 Your access to submit messages to this e-mail system has been rejected.", ExampleStage: "rcpt",
	},
	{
		ID: "cisco/spf", Words: []string{"spf unauthorized mail is prohibited"},
		Reason: AuthFail, Confidence: Certain, Retry: RetryAfterFix, Source: "Cisco Secure Email",
		Example: "550 #5.7.1 SPF unauthorized mail is prohibited.", ExampleStage: "mail",
	},
	{
		ID: "cisco/spf-error", Words: []string{"temporary error occurred during spf verification"},
		Reason: AuthFail, Confidence: Certain, Retry: RetryLater, RetryAfter: time.Hour, Source: "Cisco Secure Email",
		Example: "451 #4.4.3 Temporary error occurred during SPF verification.", ExampleStage: "mail",
	},
	{
		ID: "symantec/filtered", Words: []string{"message filtered*symanteccloud", "message filtered. please see the faqs"},
		Reason: Policy, Confidence: Certain, Retry: RetryAfterFix, Source: "Symantec Email Security.cloud",
		Example: "553 Message filtered. Refer to the Troubleshooting page at http://www.symanteccloud.com/troubleshooting for more information. (#5.7.1)", ExampleStage: "message",
	},
	{
		ID: "symantec/throttled", Codes: "450 451", Words: []string{"^requested action aborted ["},
		Reason: RateLimited, Confidence: Likely, RetryAfter: 30 * time.Minute, Source: "Symantec Email Security.cloud",
		Example: "450 Requested action aborted [7] 21906, please visit www.symanteccloud.com/troubleshooting for more details about this error message.", ExampleStage: "rcpt",
	},
	{
		ID: "fireeye/dmarc", Words: []string{"etp205 dmarc failure"},
		Reason: AuthFail, Confidence: Certain, Retry: RetryAfterFix, Source: "FireEye ETP",
		Example: "550 5.7.26 ETP205 DMARC failure", ExampleStage: "message",
	},
	{
		ID: "trendmicro/reputation", Words: []string{"email reputation services", "ers-dul", "ers-rbl", "ers-qil"},
		Reason: IPReputation, Confidence: Likely, Retry: RetryAfterFix, Source: "Trend Micro",
		Remedy:  "Look the address up at https://servicecentral.trendmicro.com/en-us/ers/ip-lookup.",
		Example: "550 5.7.1 Service unavailable; Client host [198.51.100.7] blocked using Trend Micro RBL+. Please see http://www.mail-abuse.com/cgi-bin/lookup?ip_address=198.51.100.7; Mail from 198.51.100.7 blocked using Trend Micro Email Reputation Services", ExampleStage: "rcpt",
	},
}
