package diagnose

import (
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// eximRows are the replies of Exim, from its source and its default configuration.
var eximRows = []Row{
	{
		ID: "exim/sender-verify-later", Codes: "4", Words: []string{"could not complete sender verify", "could not complete sender verify callout", "temporarily unable to verify sender"},
		Reason: SenderRejected, Confidence: Certain, Retry: RetryLater, RetryAfter: 15 * time.Minute, Source: "Exim",
		Explain: "The server wants to check the sender's address and could not for now, often because of DNS.", Remedy: "Check the DNS and the mail host of the reverse-path's domain; the mail is tried again.",
		Example: "451 Could not complete sender verify", ExampleStage: "rcpt",
	},
	{
		ID: "exim/sender-verify", Words: []string{"sender verify failed", "sender verify callout", "callback setup failed while verifying"},
		Reason: SenderRejected, Confidence: Certain, Retry: RetryAfterFix, Source: "Exim",
		Explain: "The server checks that the sender's address takes mail, and it does not, or cannot be asked.", Remedy: "Use a reverse-path whose domain exists and that takes mail, also from the null sender.",
		Example: "550-Verification failed for <bob@nowhere.example>\n550-The mail server could not deliver mail to bob@nowhere.example.\n550 Sender verify failed", ExampleStage: "rcpt",
	},
	{
		ID: "cpanel/not-deliverable", Codes: "5", Words: []string{"the mail server could not deliver mail to*the account or domain may not exist"},
		Reason: NoSuchUser, Confidence: Likely, Source: "Exim with cPanel",
		Explain: "The server checked the address and could not deliver to it: the account or the domain may not exist, among other things that the reply names.",
		Remedy:  "Check both parts of the address; if it is right, ask the postmaster of the receiving site.",
		Example: "550-\"The mail server could not deliver mail to alice@example.com.  The account or\n550-domain may not exist, they may be blacklisted, or missing the proper dns\n550 entries.\"", ExampleStage: "rcpt",
	},
	{
		ID: "exim/unknown-user", Words: []string{"^unknown user", "^unrouteable address", "^unrouteable mail domain", "address unknown to", "verify failed for*recipient"},
		Reason: NoSuchUser, Confidence: Likely, Source: "Exim",
		Explain: "No rule of the server leads to a mailbox of this address.",
		Example: "550 Unrouteable address", ExampleStage: "rcpt",
	},
	{
		ID: "exim/relay", Words: []string{"relay not permitted", "relay not allowed"},
		Reason: RelayDenied, Confidence: Certain, Retry: RetryAfterFix, Source: "Exim",
		Explain: "The server does not serve the recipient's domain and the client did not log in.",
		Example: "550 relay not permitted", ExampleStage: "rcpt",
	},
	{
		ID: "exim/restricted-characters", Words: []string{"restricted characters in address"},
		Reason: NoSuchUser, Confidence: Likely, Source: "Exim",
		Explain: "The local part has characters that the server does not take.", Remedy: "Check the address for stray characters.",
		Example: "550 Restricted characters in address", ExampleStage: "rcpt",
	},
	{
		ID: "exim/connections", Codes: "4", Words: []string{"too many concurrent smtp connections from this ip address"},
		Reason: RateLimited, Side: SideUs, Confidence: Certain, RetryAfter: 10 * time.Minute, Source: "Exim",
		Explain: "The server takes only so many connections from one address at a time.", Remedy: "Use fewer connections at once.",
		Example: "421 Too many concurrent SMTP connections from this IP address; please try again later.", ExampleStage: "greeting",
	},
	{
		ID: "exim/load", Codes: "4", Words: []string{"too many concurrent smtp connections", "too much load; please try again later", "too many messages received in one connection", "too many messages in this connection", "too many nonmail commands", "smtp incoming connections"},
		Reason: RateLimited, Side: SideReceiver, Confidence: Certain, RetryAfter: 10 * time.Minute, Source: "Exim",
		Example: "421 mx1.example.com: Too many concurrent SMTP connections; please try again later.", ExampleStage: "greeting",
	},
	{
		ID: "exim/space", Words: []string{"space shortage, please try later"},
		Reason: SystemFull, Confidence: Certain, Retry: RetryLater, RetryAfter: 30 * time.Minute, Source: "Exim",
		Example: "452 Space shortage, please try later", ExampleStage: "mail",
	},
	{
		ID: "exim/too-big", Words: []string{"message size exceeds maximum permitted", "maximum message size exceeded"},
		Reason: TooBig, Confidence: Certain, Retry: RetryAfterFix, Source: "Exim",
		Example: "552 Message size exceeds maximum permitted", ExampleStage: "mail",
	},
	{
		ID: "exim/synchronization", Words: []string{"smtp synchronization error", "synchronization error (input sent without waiting"},
		Reason: Protocol, Side: SideUs, Confidence: Certain, Retry: RetryAfterFix, Source: "Exim",
		Explain: "The client sent something before it was its turn.", Remedy: "Wait for each reply; pipeline only what EHLO allows.",
		Example: "554 SMTP synchronization error", ExampleStage: "greeting",
	},
	{
		ID: "exim/no-service", Codes: "554", Stages: []smtp.Stage{"greeting"}, Words: []string{"^smtp service not available"},
		Reason: Policy, Side: SideUs, Confidence: Likely, Retry: RetryAfterFix, Source: "Exim",
		Explain: "The server takes no mail from this address.",
		Example: "554 SMTP service not available", ExampleStage: "greeting",
	},
	{
		ID: "exim/line-length", Words: []string{"maximum allowed line length is", "message has lines too long for transport"},
		Reason: ContentFormat, Confidence: Certain, Retry: RetryAfterFix, Source: "Exim",
		Explain: "A line of the message is longer than the 998 octets that the standard allows.", Remedy: "Encode long lines (quoted-printable or base64).",
		Example: "550 maximum allowed line length is 998 octets, got 1432", ExampleStage: "message",
	},
	{
		ID: "exim/header-syntax", Words: []string{"header syntax", "headers fail syntax check", "all relevant recipient headers"},
		Reason: ContentFormat, Confidence: Certain, Retry: RetryAfterFix, Source: "Exim",
		Example: "550 Rejected: header syntax error: missing or malformed local part (expected word or \"<\") in \"To:\" header", ExampleStage: "message",
	},
	{
		ID: "exim/virus", Words: []string{"this message contains a virus", "message contains malware"},
		Reason: Virus, Confidence: Certain, Retry: RetryAfterFix, Source: "Exim",
		Example: "550 This message contains a virus (Eicar-Test-Signature).", ExampleStage: "message",
	},
	{
		ID: "exim/auth", Words: []string{"incorrect authentication data"},
		Reason: AuthRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "Exim",
		Explain: "The user name or the password is wrong.", Remedy: "Check user name and password.",
		Example: "535 Incorrect authentication data", ExampleStage: "auth",
	},
	{
		ID: "exim/helo-syntax", Words: []string{"syntactically invalid helo", "syntactically invalid ehlo", "helo/ehlo argument"},
		Reason: HELO, Confidence: Certain, Retry: RetryAfterFix, Source: "Exim",
		Example: "501 Syntactically invalid EHLO argument(s)", ExampleStage: "ehlo",
	},
	{
		ID: "exim/local-problem", Codes: "4", Words: []string{"temporary local problem", "local configuration problem", "temporarily unable to process your email"},
		Reason: ServerError, Confidence: Certain, RetryAfter: 15 * time.Minute, Source: "Exim",
		Explain: "A lookup or a rule of the receiving server failed; its log says which.",
		Example: "451 Temporary local problem - please try later", ExampleStage: "rcpt",
	},
	{
		ID: "exim/administrative", Words: []string{"administrative prohibition"},
		Reason: Policy, Confidence: Certain, Source: "Exim",
		Explain: "A rule of the receiving site refuses, and does not say why.",
		Example: "550 Administrative prohibition", ExampleStage: "rcpt",
	},
}
