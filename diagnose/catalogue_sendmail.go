package diagnose

import (
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// sendmailRows are the replies of Sendmail.
var sendmailRows = []Row{
	{
		ID: "sendmail/user-unknown", Words: []string{"... user unknown", "... no such user"},
		Reason: NoSuchUser, Confidence: Certain, Source: "Sendmail",
		Example: "550 5.1.1 <alice@example.com>... User unknown", ExampleStage: "rcpt",
	},
	{
		ID: "sendmail/relaying-denied", Words: []string{"relaying denied", "relaying temporarily denied"},
		Reason: RelayDenied, Confidence: Certain, Retry: RetryAfterFix, Source: "Sendmail, Courier",
		Explain: "The server does not serve the recipient's domain and the client did not log in.",
		Example: "550 5.7.1 <alice@example.com>... Relaying denied. Proper authentication required.", ExampleStage: "rcpt",
	},
	{
		ID: "sendmail/sender-domain", Words: []string{"domain of sender address*does not", "domain name required for sender address", "sender domain must"},
		Reason: SenderRejected, Confidence: Certain, Retry: RetryAfterFix, Source: "Sendmail",
		Explain: "The domain of the reverse-path does not exist, or does not resolve for now.", Remedy: "Give that domain an MX or A record, or use a reverse-path whose domain has one.",
		Example: "553 5.1.8 <bob@nowhere.example>... Domain of sender address bob@nowhere.example does not exist", ExampleStage: "mail",
	},
	{
		ID: "sendmail/connection-rate", Codes: "4", Words: []string{"connection rate limit exceeded", "too many open connections"},
		Reason: RateLimited, Confidence: Certain, RetryAfter: 10 * time.Minute, Source: "Sendmail",
		Example: "421 4.3.2 Connection rate limit exceeded.", ExampleStage: "greeting",
	},
	{
		ID: "sendmail/load", Codes: "4", Words: []string{"too busy to process", "system is too busy", "load average"},
		Reason: RateLimited, Side: SideReceiver, Confidence: Likely, RetryAfter: 15 * time.Minute, Source: "Sendmail",
		Explain: "The server is under heavy load and takes no connections for now.",
		Example: "421 4.3.2 Server too busy to process connection, load average too high", ExampleStage: "greeting",
	},
	{
		ID: "sendmail/early-talker", Words: []string{"rejecting due to pre-greeting traffic", "pre-greeting"},
		Reason: Protocol, Side: SideUs, Confidence: Certain, Retry: RetryAfterFix, Source: "Sendmail, postscreen",
		Explain: "The client spoke before the server had greeted.", Remedy: "Wait for the whole greeting before EHLO.",
		Example: "554 mx1.example.com ESMTP not accepting messages, rejecting due to pre-greeting traffic after 0 seconds", ExampleStage: "greeting",
	},
	{
		ID: "sendmail/deliver-by", Codes: "555", Stages: []smtp.Stage{"mail"}, Words: []string{"^time * less than"},
		Reason: Protocol, Side: SideUs, Confidence: Certain, Retry: RetryAfterFix, Source: "Sendmail",
		Explain: "The message was to be returned if not delivered within a time, and the server takes no time as short.", Remedy: "Ask for no less than the number of seconds behind DELIVERBY in the EHLO reply, or for a notice instead (--deliver-by 'SECONDS;N').",
		Example: "555 5.5.2 time 10 less than 60", ExampleStage: "mail",
	},
	{
		ID: "sendmail/blocklist", Words: []string{"^rejected: * listed at"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "Sendmail",
		Explain: "The connecting address is on the blocklist that the reply names.",
		Example: "550 5.7.1 Rejected: 192.0.2.7 listed at bl.example.net", ExampleStage: "mail",
	},
	{
		ID: "sendmail/sender-denied", Stages: []smtp.Stage{"mail"}, Words: []string{"... access denied"},
		Reason: SenderRejected, Confidence: Likely, Retry: RetryAfterFix, Source: "Sendmail",
		Explain: "A rule of the server refuses this reverse-path, or its domain.",
		Example: "550 5.7.1 <bob@example.org>... Access denied", ExampleStage: "mail",
	},
	{
		ID: "sendmail/access-denied", Stages: []smtp.Stage{"greeting", "ehlo", "mail", "rcpt"}, Words: []string{"550 access denied", "... access denied", "^access denied$"},
		Reason: Policy, Side: SideUs, Confidence: Likely, Retry: RetryAfterFix, Source: "Sendmail",
		Explain: "A rule of the server refuses this client or this sender.",
		Example: "550 5.7.1 Access denied", ExampleStage: "mail",
	},
	{
		ID: "sendmail/hostname-mismatch", Words: []string{"ip name possibly forged", "ip name lookup failed", "possibly forged hostname for", "client ip address*does not resolve"},
		Reason: RDNS, Confidence: Likely, Retry: RetryAfterFix, Source: "Sendmail",
		Example: "550 5.7.1 Fix reverse name first: IP name possibly forged [198.51.100.7]", ExampleStage: "rcpt",
	},
}

// courierRows are the replies of Courier. It gives no enhanced codes, and reply
// codes of its own.
var courierRows = []Row{
	{
		ID: "courier/user-unknown", Words: []string{"^user <*> unknown", "^user unknown"},
		Reason: NoSuchUser, Confidence: Likely, Source: "Courier and others",
		Example: "550 User <alice@example.com> unknown", ExampleStage: "rcpt",
	},
	{
		ID: "courier/sender-domain", Codes: "517", Words: []string{"domain does not exist", "violate section 3.3.9 of rfc 1035", "recursive cname records", "mail server at*is blocked", "^sender rejected", "^invalid domain"},
		Reason: SenderRejected, Confidence: Certain, Retry: RetryAfterFix, Source: "Courier",
		Explain: "The domain of the reverse-path does not exist, its MX records are wrong, or it is blocked.", Remedy: "Correct the DNS of that domain, or use another reverse-path.",
		Example: "517-Domain does not exist: nowhere.example.\n517 Invalid domain, see <URL:ftp://ftp.isi.edu/in-notes/rfc1035.txt>", ExampleStage: "mail",
	},
	{
		ID: "courier/sender-dns", Codes: "417", Words: []string{"dns lookup failure", "dns lookup on helo"},
		Reason: SenderRejected, Confidence: Certain, RetryAfter: 15 * time.Minute, Source: "Courier",
		Explain: "DNS of the sender's domain, or of the HELO name, failed for now.",
		Example: "417 DNS lookup failure: example.org.  Try again later.", ExampleStage: "mail",
	},
	{
		ID: "courier/too-many-recipients", Codes: "431 531", Words: []string{"^too many recipients"},
		Reason: TooManyRecipients, Confidence: Certain, Retry: RetryLater, Source: "Courier",
		Example: "531 Too many recipients.", ExampleStage: "rcpt",
	},
	{
		ID: "courier/system-full", Codes: "4", Words: []string{"^mail system full", "^out of memory"},
		Reason: SystemFull, Confidence: Certain, RetryAfter: 30 * time.Minute, Source: "Courier",
		Example: "431 Mail system full.", ExampleStage: "mail",
	},
	{
		ID: "courier/too-big", Codes: "523 534", Words: []string{"exceeds administrative limit", "message too big", "message header size exceeds"},
		Reason: TooBig, Confidence: Certain, Retry: RetryAfterFix, Source: "Courier",
		Example: "523 Message length (20971520 bytes) exceeds administrative limit(10485760).", ExampleStage: "message",
	},
	{
		ID: "courier/filters", Codes: "432", Words: []string{"mail filters temporarily unavailable", "^service temporarily unavailable"},
		Reason: ServerError, Confidence: Certain, RetryAfter: 15 * time.Minute, Source: "Courier",
		Example: "432 Mail filters temporarily unavailable.", ExampleStage: "message",
	},
	{
		ID: "courier/blocked", Codes: "511", Words: []string{"^listed", "listed at", "listed in", "listed by", "blocked", "blocklist", "blacklist"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "Courier",
		Explain: "The connecting address is on a blocklist; the words are those of the list.",
		Example: "511 Listed, see https://bl.example.net/lookup?192.0.2.7", ExampleStage: "rcpt",
	},
	{
		ID: "courier/refused", Words: []string{"shoo! go away!"},
		Reason: Policy, Confidence: Likely, Retry: RetryAfterFix, Source: "Courier",
		Explain: "A rule of the receiving site refuses this client, sender or message.",
		Example: "550 Shoo! Go away!", ExampleStage: "message",
	},
}

// opensmtpdRows are the replies of OpenSMTPD. It names the server, and a code that
// it leaves out of some replies.
var opensmtpdRows = []Row{
	{
		ID: "opensmtpd/invalid-recipient", Words: []string{"^invalid recipient"},
		Reason: NoSuchUser, Confidence: Likely, Source: "OpenSMTPD",
		Explain: "No rule of the server takes this address: there is no such mailbox, or it does not serve the domain.",
		Example: "550 Invalid recipient: <alice@example.com>", ExampleStage: "rcpt",
	},
	{
		ID: "opensmtpd/temporary", Codes: "4", Words: []string{"^temporary failure", "^temporary error"},
		Reason: ServerError, Confidence: Likely, RetryAfter: 15 * time.Minute, Source: "OpenSMTPD and others",
		Example: "421 Temporary failure", ExampleStage: "rcpt",
	},
	{
		ID: "opensmtpd/too-many-messages", Codes: "452", Words: []string{"too many messages sent"},
		Reason: RateLimited, Confidence: Certain, RetryAfter: time.Minute, Source: "OpenSMTPD",
		Explain: "The server takes no more messages in this connection.", Remedy: "Open a new connection.",
		Example: "452 4.7.0 Other or undefined security status: Too many messages sent", ExampleStage: "mail",
	},
	{
		ID: "opensmtpd/too-many-recipients", Codes: "451", Words: []string{"too many recipients"},
		Reason: TooManyRecipients, Confidence: Certain, Source: "OpenSMTPD",
		Example: "451 4.5.3 Too many recipients: Too many recipients", ExampleStage: "rcpt",
	},
	{
		ID: "opensmtpd/helo", Codes: "501", Stages: []smtp.Stage{smtp.StageEHLO}, Words: []string{"invalid domain name"},
		Reason: HELO, Confidence: Certain, Retry: RetryAfterFix, Source: "OpenSMTPD",
		Explain: "The name in EHLO is not one that a host can have.",
		Example: "501 5.5.4 Invalid command arguments: Invalid domain name", ExampleStage: "ehlo",
	},
	{
		ID: "opensmtpd/must-auth", Words: []string{"must issue an auth command first"},
		Reason: AuthRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "OpenSMTPD",
		Example: "530 5.5.1 Invalid command: Must issue an AUTH command first", ExampleStage: "mail",
	},
	{
		ID: "opensmtpd/list-expansion", Enhanced: "*.2.4", Words: []string{"mailing list expansion problem"},
		Reason: ServerError, Confidence: Certain, Source: "OpenSMTPD",
		Explain: "An alias or list of the recipient leads nowhere, or in a circle.", Remedy: "Tell the postmaster of the receiving site.",
		Example: "524 5.2.4 Mailing list expansion problem", ExampleStage: "rcpt",
	},
}
