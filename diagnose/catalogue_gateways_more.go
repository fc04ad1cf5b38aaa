package diagnose

import "time"

// gatewayMoreRows are further replies of filters that stand before many sites.
var gatewayMoreRows = []Row{
	{
		ID: "proofpoint/local-policy", Words: []string{"^local policy violation", "blocked by proofpoint"},
		Reason: Policy, Confidence: Likely, Retry: RetryAfterFix, Source: "Proofpoint",
		Explain: "A rule of the receiving site refuses the mail.",
		Example: "550 5.7.0 Local Policy Violation", ExampleStage: "message",
	},
	{
		ID: "cisco/connections", Words: []string{"too many connections from your host", "too many sessions from your"},
		Reason: RateLimited, Confidence: Certain, RetryAfter: 10 * time.Minute, Source: "Cisco Secure Email",
		Link:    "https://www.cisco.com/c/en/us/support/docs/security/email-security-appliance/200436-How-to-Troubleshoot-SMTP-Communication.html",
		Example: "421 #4.4.5 Too many connections from your host.", ExampleStage: "greeting",
	},
	{
		ID: "cisco/connections-here", Words: []string{"too many connections to this listener", "too many tls connections"},
		Reason: RateLimited, Side: SideReceiver, Confidence: Certain, RetryAfter: 10 * time.Minute, Source: "Cisco Secure Email",
		Link:    "https://www.cisco.com/c/en/us/support/docs/security/email-security-appliance/200436-How-to-Troubleshoot-SMTP-Communication.html",
		Example: "421 #4.4.5 Too many connections to this listener.", ExampleStage: "greeting",
	},
	{
		ID: "cisco/rate", Words: []string{"exceeded allowable connection time", "too many recipients received this hour"},
		Reason: RateLimited, Confidence: Certain, RetryAfter: time.Hour, Source: "Cisco Secure Email",
		Link:    "https://www.cisco.com/c/en/us/support/docs/security/email-security-appliance/200436-How-to-Troubleshoot-SMTP-Communication.html",
		Explain: "The address has sent to as many recipients in this hour as the site allows.", Remedy: "Wait an hour, and send less.",
		Example: "452 Too many recipients received this hour", ExampleStage: "rcpt",
	},
	{
		ID: "cisco/sender-verification", Words: []string{"domain required for sender address"},
		Reason: SenderRejected, Confidence: Certain, Retry: RetryAfterFix, Source: "Cisco Secure Email",
		Link:    "https://www.cisco.com/c/en/us/support/docs/security/email-security-appliance/200436-How-to-Troubleshoot-SMTP-Communication.html",
		Explain: "The reverse-path has no domain.", Remedy: "Give a reverse-path with a domain (--from).",
		Example: "553 #5.5.4 Domain required for sender address", ExampleStage: "mail",
	},
	{
		ID: "cisco/ldap", Words: []string{"^recipient address rejected. #5.1.0", "^#5.1.0 address rejected"},
		Reason: NoSuchUser, Confidence: Certain, Source: "Cisco Secure Email",
		Link:    "https://www.cisco.com/c/en/us/support/docs/security/email-security-appliance/200436-How-to-Troubleshoot-SMTP-Communication.html",
		Explain: "The directory of the receiving site has no such address.",
		Example: "550 #5.1.0 Address rejected.", ExampleStage: "rcpt",
	},
	{
		ID: "barracuda/license", Words: []string{"^license expired"},
		Reason: ServerError, Confidence: Certain, Retry: RetryAfterFix, Source: "Barracuda",
		Link:    "https://campus.barracuda.com/product/emailgatewaydefense/doc/96023061/smtp-error-codes/",
		Explain: "The licence of the receiving site's filter has run out.", Remedy: "Tell the postmaster of the receiving site.",
		Example: "422 License Expired", ExampleStage: "mail",
	},
	{
		ID: "barracuda/unknown-domain", Words: []string{"^invalid domain name. mail not accepted", "no such domain at this location"},
		Reason: RelayDenied, Confidence: Certain, Retry: RetryAfterFix, Source: "Barracuda",
		Link:    "https://campus.barracuda.com/product/emailgatewaydefense/doc/96023061/smtp-error-codes/",
		Explain: "The filter does not serve the recipient's domain.",
		Example: "550 No such domain at this location (alice@example.com)", ExampleStage: "rcpt",
	},
	{
		ID: "trendmicro/invalid-recipient", Words: []string{"rejected: invalid-recipient"},
		Reason: NoSuchUser, Confidence: Certain, Source: "Trend Micro",
		Link:    "https://success.trendmicro.com/",
		Example: "554 5.7.1 <alice@example.com>: Recipient address rejected: Invalid-Recipient.", ExampleStage: "rcpt",
	},
	{
		ID: "trendmicro/no-domain", Words: []string{"rejected: no-domain"},
		Reason: RelayDenied, Confidence: Certain, Retry: RetryAfterFix, Source: "Trend Micro",
		Link:    "https://success.trendmicro.com/",
		Explain: "The filter does not serve the recipient's domain.",
		Example: "554 5.7.1 <alice@example.com>: Recipient address rejected: NO-DOMAIN.", ExampleStage: "rcpt",
	},
	{
		ID: "trendmicro/block", Words: []string{"rejected: block-rcpt", "rejected: block-send-er", "rejected: block-sender", "rejected: ers-customized-block"},
		Reason: Policy, Side: SideRecipient, Confidence: Certain, Retry: RetryAfterFix, Source: "Trend Micro",
		Link:    "https://success.trendmicro.com/",
		Explain: "The sender, or the recipient, is on a block list of the receiving organisation.", Remedy: "Ask the recipient's administrator to take it off.",
		Example: "554 5.7.1 <alice@example.com>: Recipient address rejected: BLOCK-SEND-ER.", ExampleStage: "rcpt",
	},
	{
		ID: "fortimail/delivery-not-authorized", Words: []string{"delivery not authorized, message refused"},
		Reason: Policy, Confidence: Likely, Source: "Courier",
		Explain: "A rule, or the antispam profile, of the receiving site refuses the message.",
		Example: "550 5.7.1 Delivery not authorized, message refused", ExampleStage: "message",
	},
	{
		ID: "hornetsecurity/spam-ip", Words: []string{"spam ip rejected", "^spam ip"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "Hornetsecurity",
		Link:    "https://support.hornetsecurity.com/",
		Example: "554 5.5.4 Spam IP rejected", ExampleStage: "mail",
	},
	{
		ID: "hornetsecurity/spam", Words: []string{"spam header rejected", "spam link rejected", "spam body rejected", "e-mail rejected spam"},
		Reason: SpamContent, Confidence: Certain, Retry: RetryAfterFix, Source: "Hornetsecurity",
		Link:    "https://support.hornetsecurity.com/",
		Example: "554 5.6.3 Spam Body rejected", ExampleStage: "message",
	},
	{
		ID: "hornetsecurity/content", Words: []string{"e-mail rejected content filter size", "e-mail rejected content attachment"},
		Reason: Virus, Confidence: Certain, Retry: RetryAfterFix, Source: "Hornetsecurity",
		Link:    "https://support.hornetsecurity.com/",
		Example: "554 5.5.7 e-mail Rejected Content Attachment", ExampleStage: "message",
	},
	{
		ID: "hornetsecurity/unknown", Words: []string{"unknown domain or unknown recipient"},
		Reason: NoSuchUser, Confidence: Likely, Source: "Hornetsecurity",
		Link:    "https://support.hornetsecurity.com/",
		Explain: "The directory of the receiving site has no such address, or the filter does not serve the domain.",
		Example: "554 5.7.1 unknown domain or unknown recipient", ExampleStage: "rcpt",
	},
	{
		ID: "symantec/not-configured", Words: []string{"you are trying to use me*as a relay"},
		Reason: RelayDenied, Confidence: Certain, Retry: RetryAfterFix, Source: "Symantec Email Security.cloud",
		Link:    "https://knowledge.broadcom.com/external/article?legacyId=TECH246726",
		Explain: "The filter does not serve the recipient's domain.",
		Example: "553 you are trying to use me [server-12.tower-100.messagelabs.com] as a relay, but I have not been configured to let you [198.51.100.7, mail.example.org] do this.", ExampleStage: "rcpt",
	},
	{
		ID: "symantec/client-blocked", Words: []string{"^client host rejected*symanteccloud", "please visit www.symanteccloud.com", "visit www.messagelabs.com/support"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "Symantec Email Security.cloud",
		Link:    "https://knowledge.broadcom.com/external/article?legacyId=TECH246726",
		Explain: "The filter refuses connections from this address.", Remedy: "Open the page of the reply and look the address up there.",
		Example: "501 Connection rejected by policy [7.7] 19018, please visit www.symanteccloud.com/troubleshooting for more details about this error message.", ExampleStage: "greeting",
	},
	{
		ID: "cloudmark/aup", Words: []string{"aup#*"},
		Reason: IPReputation, Confidence: Likely, Retry: RetryAfterFix, Source: "Spectrum, Cox (Cloudmark)",
		Explain: "The acceptable use policy of the receiving provider refuses the address, for what it sends or how much.",
		Remedy:  "Write to the postmaster of the receiving provider with the address and the code behind AUP#.",
		Example: "554 dnvrco-cmimta15 esmtp ESMTP server not available AUP#I-1010", ExampleStage: "greeting",
	},
	{
		ID: "barricademx/client", Words: []string{"from rfc2606 reserved domain", "from unknown tld", "too many connections from*#", "host*[*black listed"},
		Reason: Policy, Confidence: Likely, Retry: RetryAfterFix, Source: "BarricadeMX",
		Link:    "http://www.snertsoft.com/smtp/smtpf/reply.html",
		Example: "550 5.7.1 sender <bob@example> from unknown TLD #129", ExampleStage: "mail",
	},
	{
		ID: "assp/spam", Words: []string{"mail appears to be unsolicited"},
		Reason: SpamContent, Confidence: Likely, Retry: RetryAfterFix, Source: "ASSP",
		Example: "554 5.7.1 Mail appears to be unsolicited -- send error reports to postmaster@example.com", ExampleStage: "message",
	},
	{
		ID: "amavis/reject", Words: []string{"reject, id=*", "reject - bannd*", "reject - spam*", "reject - infected*", "discarded, id=*"},
		Reason: SpamContent, Confidence: Likely, Retry: RetryAfterFix, Source: "amavis",
		Example: "554 5.7.0 Reject, id=12345-01 - SPAM", ExampleStage: "message",
	},
}
