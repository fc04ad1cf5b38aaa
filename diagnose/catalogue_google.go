package diagnose

import "time"

// googleRows are the replies of Google that are about who sends, how much, and
// how the message is made.
var googleRows = []Row{
	{
		ID: "google/not-in-whitelist", Words: []string{"ip not in whitelist for rcpt domain"},
		Reason: Policy, Confidence: Certain, Retry: RetryAfterFix, Source: "Google Workspace",
		Link:    "https://support.google.com/a/answer/3726730",
		Explain: "The recipient's domain takes mail only from addresses that its administrator has listed, usually those of its mail gateway.",
		Remedy:  "Send to the MX hosts of the domain; or ask the recipient's administrator to list the address.",
		Example: "421 4.7.0 IP not in whitelist for RCPT domain, closing connection. a2si - gsmtp", ExampleStage: "rcpt",
	},
	{
		ID: "google/try-again", Words: []string{"try again later, closing connection"},
		Reason: RateLimited, Confidence: Likely, RetryAfter: 10 * time.Minute, Source: "Gmail",
		Link:    "https://support.google.com/a/answer/3726730",
		Explain: "Gmail takes no more connections from this address for the moment.", Remedy: "Wait, and open fewer connections.",
		Example: "421 4.7.0 Try again later, closing connection. (EHLO) a640c23a62f3a-b1si - gsmtp", ExampleStage: "ehlo",
	},
	{
		ID: "google/ip-not-authorized", Words: []string{"ip you're using to send*not authorized"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "Gmail",
		Link:    "https://support.google.com/a/answer/3726730",
		Explain: "The address belongs to a range from which no mail server is expected to send, such as home connections.", Remedy: "Send through your provider's relay.",
		Example: "550-5.7.1 [198.51.100.7] The IP you're using to send mail is not authorized to\n550-5.7.1 send email directly to our servers. Please use the SMTP relay at your\n550 5.7.1 service provider instead. m9si - gsmtp", ExampleStage: "message",
	},
	{
		ID: "google/domain-policy", Words: []string{"has a policy that prohibit*"},
		Reason: Policy, Confidence: Certain, Source: "Google Workspace",
		Link:    "https://support.google.com/a/answer/3726730",
		Explain: "A rule of the recipient's (or the sender's) organisation forbids this mail.", Remedy: "Ask the administrator of the recipient's domain.",
		Example: "550 5.7.1 The user or domain that you are sending to (or from) has a policy that prohibited the mail that you sent. Please contact your domain administrator for further details. f1si - gsmtp", ExampleStage: "message",
	},
	{
		ID: "google/blocked-content", Words: []string{"content presents a potential security issue", "illegal attachment"},
		Reason: Virus, Confidence: Certain, Retry: RetryAfterFix, Source: "Gmail",
		Link:    "https://support.google.com/a/answer/3726730",
		Explain: "The message contains a kind of file that Gmail does not take.", Remedy: "Leave the file out; pass it on by a link.",
		Example: "552-5.7.0 This message was blocked because its content presents a potential\n552-5.7.0 security issue. Please visit\n552 5.7.0  https://support.google.com/mail/?p=BlockedMessage g7si - gsmtp", ExampleStage: "message",
	},
	{
		ID: "google/too-big", Words: []string{"exceeded google's message", "exceeds google's", "exceeded google's", "exceeds google's limit"},
		Reason: TooBig, Confidence: Certain, Retry: RetryAfterFix, Source: "Gmail",
		Link:    "https://support.google.com/a/answer/3726730",
		Example: "552-5.3.4 Your message exceeded Google's message size limits. Please visit\n552 5.3.4  https://support.google.com/mail/?p=MaxSizeError i6si - gsmtp", ExampleStage: "message",
	},
	{
		ID: "google/not-rfc5322", Words: []string{"not rfc 5322 compliant", "missing a valid address in*from", "multiple addresses in*from", "missing a valid message-id", "encoded-word syntax is not permitted"},
		Reason: ContentFormat, Confidence: Certain, Retry: RetryAfterFix, Source: "Gmail",
		Link:    "https://support.google.com/a/answer/3726730",
		Explain: "A header field is missing, doubled or malformed.", Remedy: "Give the message one From with one address, a Date and a Message-ID, each once.",
		Example: "550-5.7.1 [198.51.100.7] Messages missing a valid address in From: header, or\n550 5.7.1 having multiple addresses in From: header, are not accepted. l3si - gsmtp", ExampleStage: "message",
	},
	{
		ID: "google/too-many-recipients", Words: []string{"your message has too many recipients", "domain policy size per transaction exceeded", "multiple destination domains per transaction"},
		Reason: TooManyRecipients, Confidence: Certain, Retry: RetryLater, Source: "Gmail",
		Link:    "https://support.google.com/a/answer/3726730",
		Example: "452 4.5.3 Your message has too many recipients. For more information regarding Google's sending limits, please visit https://support.google.com/mail/?p=TooManyRecipientsError o8si - gsmtp", ExampleStage: "rcpt",
	},
	{
		ID: "google/loop", Words: []string{"message exceeded*hops"},
		Reason: Loop, Confidence: Certain, Source: "Gmail",
		Link:    "https://support.google.com/a/answer/3726730",
		Example: "554 5.4.6 Message exceeded 50 hops, this may indicate a mail loop. For more information, go to Error: \"This message exceeded 50 hops.\" p4si - gsmtp", ExampleStage: "message",
	},
	{
		ID: "google/daily-limit", Words: []string{"daily*sending limit exceeded", "daily smtp relay", "daily*limit exceeded*gsmtp", "daily user sending quota exceeded"},
		Reason: RateLimited, Confidence: Certain, Retry: RetryLater, RetryAfter: 24 * time.Hour, Source: "Google Workspace",
		Link:    "https://support.google.com/a/answer/166852",
		Explain: "Your own account has sent as much as it may in a day.", Remedy: "Wait until the day is over, or send through a service for bulk mail.",
		Example: "550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go to https://support.google.com/a/answer/166852 q9si - gsmtp", ExampleStage: "message",
	},
	{
		ID: "google/relay-denied", Words: []string{"mail relay denied", "email relay denied", "invalid credentials for relay", "sending email account has been temporarily suspended"},
		Reason: RelayDenied, Side: SideUs, Confidence: Certain, Retry: RetryAfterFix, Source: "Google Workspace",
		Link:    "https://support.google.com/a/answer/2956491",
		Explain: "Google's SMTP relay does not know this address or account.", Remedy: "Register the address, or log in, in the relay settings of your Workspace.",
		Example: "550-5.7.1 Invalid credentials for relay [198.51.100.7]. The IP address you've\n550-5.7.1 registered in your Workspace SMTP Relay service doesn't match the domain\n550 5.7.1 of the account this email is being sent from. r7si - gsmtp", ExampleStage: "mail",
	},
	{
		ID: "google/bad-credentials", Words: []string{"username and password not accepted"},
		Reason: AuthRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "Gmail",
		Link:    "https://support.google.com/a/answer/3726730",
		Explain: "Gmail did not take the user name and password.", Remedy: "Use an application password, or OAuth.",
		Example: "535-5.7.8 Username and Password not accepted. For more information, go to\n535 5.7.8  https://support.google.com/mail/?p=BadCredentials s6si - gsmtp", ExampleStage: "auth",
	},
	{
		ID: "google/system-problem", Words: []string{"^temporary system problem. try again later"},
		Reason: ServerError, Confidence: Certain, RetryAfter: 10 * time.Minute, Source: "Gmail",
		Link:    "https://support.google.com/a/answer/3726730",
		Example: "421 4.3.0 Temporary System Problem. Try again later (10). t8si - gsmtp", ExampleStage: "message",
	},
}
