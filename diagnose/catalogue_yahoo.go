package diagnose

import "time"

// yahooRows are the replies of Yahoo and AOL, after Yahoo's list of SMTP error codes.
var yahooRows = []Row{
	{
		ID: "yahoo/permanently-deferred", Words: []string{"permanently deferred", "retrying will not succeed"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "Yahoo",
		Link:    "https://senders.yahooinc.com/smtp-error-codes/",
		Explain: "Whatever the code says: Yahoo will not take mail from this address until something changes.",
		Remedy:  "Stop unwanted mail from the address, then ask Yahoo at https://senders.yahooinc.com/contact.",
		Example: "421 4.7.1 [TS03] All messages from 198.51.100.7 will be permanently deferred; Retrying will NOT succeed. See https://postmaster.yahooinc.com/error-codes", ExampleStage: "mail",
	},
	{
		ID: "yahoo/sender-domain", Words: []string{"unresolvable rfc.5321", "unresolvable rfc.5322"},
		Reason: SenderRejected, Confidence: Certain, Retry: RetryAfterFix, Source: "Yahoo",
		Link:    "https://senders.yahooinc.com/smtp-error-codes/",
		Explain: "Yahoo cannot find the domain of the sender in DNS.", Remedy: "Give the domain an SOA record and an MX or A record that everybody can look up.",
		Example: "451 Message temporarily deferred due to unresolvable RFC.5321 from domain; see https://postmaster.yahooinc.com/error-codes", ExampleStage: "message",
	},
	{
		ID: "yahoo/user-complaints", Codes: "4", Words: []string{"temporarily deferred due to", "[tss0*", "[ts01]", "[ts02]"},
		Reason: RateLimited, Confidence: Certain, RetryAfter: 4 * time.Hour, Source: "Yahoo",
		Link:    "https://senders.yahooinc.com/smtp-error-codes/",
		Explain: "Yahoo slows mail from this address down because there is unexpectedly much of it, or its users complain.",
		Remedy:  "Send less for some hours, drop recipients who do not want the mail, and join Yahoo's complaint feedback loop (https://senders.yahooinc.com).",
		Example: "421 4.7.0 [TSS04] Messages from 198.51.100.7 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes", ExampleStage: "mail",
	},
	{
		ID: "yahoo/spamhaus", Words: []string{"[bl21]", "[bl23]", "ip is in spamhaus's list"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "Yahoo",
		Link:    "https://senders.yahooinc.com/smtp-error-codes/",
		Explain: "Yahoo refuses addresses that are on a Spamhaus list.", Remedy: "Look the address up at https://check.spamhaus.org and follow what it says there.",
		Example: "553 5.7.1 [BL21] Connections will not be accepted from 198.51.100.7, because the ip is in Spamhaus's list; see http://postmaster.yahoo.com/550-bl23.html", ExampleStage: "greeting",
	},
	{
		ID: "yahoo/phishing", Words: []string{"[ph01]"},
		Reason: SpamContent, Confidence: Certain, Retry: RetryAfterFix, Source: "Yahoo",
		Link:    "https://senders.yahooinc.com/smtp-error-codes/",
		Explain: "Yahoo takes the message for phishing.",
		Example: "554 Message not allowed - [PH01] Email not accepted for policy reasons. Please visit https://postmaster.yahooinc.com/error-codes", ExampleStage: "message",
	},
	{
		ID: "yahoo/policy", Enhanced: "*.7.9", Words: []string{"not accepted for policy reasons"},
		Reason: AuthFail, Confidence: Likely, Retry: RetryAfterFix, Source: "Yahoo",
		Link:    "https://senders.yahooinc.com/smtp-error-codes/",
		Explain: "Most often the message fails DMARC of the domain in From; it can also be its header.",
		Remedy:  "Make DKIM or SPF pass for the domain in From; then look at header and content.",
		Example: "554 5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com/error-codes", ExampleStage: "message",
	},
	{
		ID: "yahoo/policy-reasons", Words: []string{"not accepted for policy reasons"},
		Reason: Policy, Confidence: Likely, Retry: RetryAfterFix, Source: "Yahoo",
		Link:    "https://senders.yahooinc.com/smtp-error-codes/",
		Explain: "Yahoo refuses the message because of its content or its sender's name.",
		Example: "553 5.7.2 Email not accepted for policy reasons. Please visit https://postmaster.yahooinc.com/error-codes", ExampleStage: "message",
	},
	{
		ID: "yahoo/no-such-user", Words: []string{"this user doesn't have a*account", "delivery error: dd not a valid recipient", "delivery error: dd*is no longer valid", "requested mail action aborted, mailbox not found"},
		Reason: NoSuchUser, Confidence: Certain, Source: "Yahoo",
		Link:    "https://senders.yahooinc.com/smtp-error-codes/",
		Example: "554 delivery error: dd This user doesn't have a yahoo.com account (alice@yahoo.com) [-5] - mta4209.mail.gq1.yahoo.com", ExampleStage: "message",
	},
	{
		ID: "yahoo/mailbox-disabled", Words: []string{"this mailbox is disabled"},
		Reason: MailboxDisabled, Confidence: Certain, Source: "Yahoo",
		Link:    "https://senders.yahooinc.com/smtp-error-codes/",
		Example: "554 30 Sorry, your message to alice@aol.com cannot be delivered. This mailbox is disabled (554.30).", ExampleStage: "message",
	},
	{
		ID: "yahoo/resources", Codes: "4", Words: []string{"^resources temporarily unavailable"},
		Reason: ServerError, Confidence: Certain, RetryAfter: 30 * time.Minute, Source: "Yahoo",
		Link:    "https://senders.yahooinc.com/smtp-error-codes/",
		Example: "451 Resources temporarily unavailable. Please try again later [#4.16.5].", ExampleStage: "mail",
	},
	{
		ID: "yahoo/messages-per-connection", Words: []string{"max message per connection reached"},
		Reason: RateLimited, Confidence: Certain, Retry: RetryLater, RetryAfter: time.Minute, Source: "Yahoo",
		Link:    "https://senders.yahooinc.com/smtp-error-codes/",
		Explain: "Yahoo takes no more messages in this connection.", Remedy: "Open a new connection.",
		Example: "421 Max message per connection reached, closing transmission channel", ExampleStage: "mail",
	},
	{
		ID: "yahoo/headers", Words: []string{"headers are not rfc compliant"},
		Reason: ContentFormat, Confidence: Certain, Retry: RetryAfterFix, Source: "Yahoo",
		Link:    "https://senders.yahooinc.com/smtp-error-codes/",
		Example: "554 Message not accepted. Headers are not RFC compliant [291]", ExampleStage: "message",
	},
}
