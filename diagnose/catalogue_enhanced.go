package diagnose

import (
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// Stages that rows share.
var (
	atMail   = []smtp.Stage{smtp.StageMail}
	fromRcpt = []smtp.Stage{smtp.StageRcpt, smtp.StageData, smtp.StageMessage}
)

// enhancedRows are the registered enhanced status codes (RFC 3463 and the IANA
// registry) without words: success, addresses, mailboxes, systems.
var enhancedRows = []Row{
	{
		ID: "enhanced/x.0.0-ok", Codes: "2", Enhanced: "*.0.0",
		Confidence: Certain, Source: "RFC 3463, section 3.1",
		Explain: "The command was carried out.", Remedy: "Nothing to do.",
		Example: "250 2.0.0 Ok", ExampleStage: "message",
	},
	{
		ID: "enhanced/x.1.0-ok", Codes: "2", Enhanced: "*.1.0",
		Confidence: Certain, Source: "RFC 3463, section 3.2",
		Explain: "The sender was taken.", Remedy: "Nothing to do.",
		Example: "250 2.1.0 Ok", ExampleStage: "mail",
	},
	{
		ID: "enhanced/x.1.5-ok", Codes: "2", Enhanced: "*.1.5",
		Confidence: Certain, Source: "RFC 3463, section 3.2",
		Explain: "The recipient was taken.", Remedy: "Nothing to do.",
		Example: "250 2.1.5 Ok", ExampleStage: "rcpt",
	},
	{
		ID: "enhanced/x.6.0-ok", Codes: "2", Enhanced: "*.6.0",
		Confidence: Certain, Source: "RFC 3463, section 3.7",
		Explain: "The message was taken.", Remedy: "Nothing to do.",
		Example: "250 2.6.0 Ok", ExampleStage: "message",
	},
	{
		ID: "enhanced/x.7.0-ok", Codes: "2", Enhanced: "*.7.0",
		Confidence: Certain, Source: "RFC 3463, section 3.8",
		Explain: "The login was accepted.", Remedy: "Nothing to do.",
		Example: "235 2.7.0 Ok", ExampleStage: "auth",
	},
	{
		ID: "enhanced/x.1.1", Enhanced: "*.1.1",
		Reason: NoSuchUser, Confidence: Likely, Source: "RFC 3463, section 3.2",
		Explain: "The server knows no mailbox of this name.",
		Example: "550 5.1.1", ExampleStage: "rcpt",
	},
	{
		ID: "enhanced/x.1.2", Enhanced: "*.1.2",
		Reason: BadDomain, Confidence: Likely, Source: "RFC 3463, section 3.2",
		Explain: "The domain of the recipient does not exist, or takes no mail, as the server sees it.",
		Example: "550 5.1.2", ExampleStage: "rcpt",
	},
	{
		ID: "enhanced/x.1.3", Enhanced: "*.1.3",
		Reason: NoSuchUser, Confidence: Likely, Source: "RFC 3463, section 3.2",
		Explain: "The recipient's address does not have the form of an address.", Remedy: "Correct the address.",
		Example: "550 5.1.3", ExampleStage: "rcpt",
	},
	{
		ID: "enhanced/x.1.4", Enhanced: "*.1.4",
		Reason: NoSuchUser, Confidence: Likely, Source: "RFC 3463, section 3.2",
		Explain: "The address fits more than one mailbox.", Remedy: "Ask the recipient for the full address.",
		Example: "550 5.1.4", ExampleStage: "rcpt",
	},
	{
		ID: "enhanced/x.1.5", Enhanced: "*.1.5",
		Reason: Unknown, Side: SideReceiver, Confidence: Guess, Source: "RFC 3463, section 3.2",
		Explain: "The address is valid, says the code, in a reply that refuses.",
		Example: "550 5.1.5", ExampleStage: "rcpt",
	},
	{
		ID: "enhanced/x.1.6", Enhanced: "*.1.6",
		Reason: Moved, Confidence: Likely, Source: "RFC 3463, section 3.2",
		Explain: "The mailbox has moved, and no new address is known.",
		Example: "550 5.1.6", ExampleStage: "rcpt",
	},
	{
		ID: "enhanced/x.1.7", Enhanced: "*.1.7",
		Reason: SenderRejected, Confidence: Likely, Retry: RetryAfterFix, Source: "RFC 3463, section 3.2",
		Explain: "The sender's address does not have the form of an address.", Remedy: "Correct the reverse-path (--from).",
		Example: "501 5.1.7", ExampleStage: "mail",
	},
	{
		ID: "enhanced/x.1.8", Enhanced: "*.1.8",
		Reason: SenderRejected, Confidence: Likely, Retry: RetryAfterFix, Source: "RFC 3463, section 3.2",
		Explain: "The domain of the sender does not exist, or takes no mail, as the server sees it.",
		Example: "553 5.1.8", ExampleStage: "mail",
	},
	{
		ID: "enhanced/x.1.9", Enhanced: "*.1.9",
		Reason: Unknown, Confidence: Guess, Source: "RFC 3886, section 3.3.4",
		Explain: "The message was passed to a server that does not report back.",
		Example: "550 5.1.9", ExampleStage: "rcpt",
	},
	{
		ID: "enhanced/x.1.10", Enhanced: "*.1.10",
		Reason: NoMailService, Confidence: Certain, Source: "RFC 7505, section 4.1",
		Explain: "The recipient's domain publishes a null MX: it takes no mail.",
		Example: "556 5.1.10", ExampleStage: "rcpt",
	},
	{
		ID: "enhanced/x.1.0", Enhanced: "*.1.0",
		Reason: NoSuchUser, Confidence: Guess, Source: "RFC 3463, section 3.2",
		Explain: "Something is wrong with the address; the code does not say what.", Remedy: "Check the address; ask the recipient in another way.",
		Example: "550 5.1.0", ExampleStage: "rcpt",
	},
	{
		ID: "enhanced/x.1-sender", Enhanced: "*.1.0 *.1.1 *.1.2 *.1.3 *.1.4 *.1.6", Stages: atMail,
		Reason: SenderRejected, Confidence: Likely, Retry: RetryAfterFix, Source: "RFC 3463, section 3.2",
		Explain: "A status of an address in reply to MAIL FROM: it is the sender's, since no recipient was named yet.",
		Example: "550 5.1.1", ExampleStage: "mail",
	},
	{
		ID: "enhanced/x.2.1", Enhanced: "*.2.1",
		Reason: MailboxDisabled, Confidence: Likely, Source: "RFC 3463, section 3.3",
		Explain: "The mailbox exists and takes no mail now.",
		Example: "550 5.2.1", ExampleStage: "rcpt",
	},
	{
		ID: "enhanced/x.2.2", Enhanced: "*.2.2",
		Reason: MailboxFull, Confidence: Likely, RetryAfter: time.Hour, Source: "RFC 3463, section 3.3",
		Explain: "The mailbox is full.",
		Example: "452 4.2.2", ExampleStage: "rcpt",
	},
	{
		ID: "enhanced/x.2.3", Enhanced: "*.2.3",
		Reason: TooBig, Confidence: Likely, Retry: RetryAfterFix, Source: "RFC 3463, section 3.3",
		Explain: "The message is larger than the mailbox takes.",
		Example: "552 5.2.3", ExampleStage: "message",
	},
	{
		ID: "enhanced/x.2.4", Enhanced: "*.2.4",
		Reason: ServerError, Confidence: Likely, Source: "RFC 3463, section 3.3",
		Explain: "The address is a list, and its members could not be found.", Remedy: "Tell the owner of the list, or the postmaster.",
		Example: "450 4.2.4", ExampleStage: "rcpt",
	},
	{
		ID: "enhanced/x.2.0", Enhanced: "*.2.0",
		Reason: Unknown, Side: SideRecipient, Confidence: Guess, Source: "RFC 3463, section 3.3",
		Explain: "Something is wrong with the mailbox; the code does not say what.", Remedy: "Ask the recipient in another way.",
		Example: "550 5.2.0", ExampleStage: "rcpt",
	},
	{
		ID: "enhanced/x.3.1", Enhanced: "*.3.1",
		Reason: SystemFull, Confidence: Likely, RetryAfter: 30 * time.Minute, Source: "RFC 3463, section 3.4",
		Explain: "The server has no room left for mail.",
		Example: "452 4.3.1", ExampleStage: "mail",
	},
	{
		ID: "enhanced/x.3.2", Enhanced: "*.3.2",
		Reason: ServerError, Confidence: Likely, RetryAfter: 15 * time.Minute, Source: "RFC 3463, section 3.4",
		Explain: "The server takes no mail now: it is in maintenance, overloaded or shutting down.",
		Example: "421 4.3.2", ExampleStage: "greeting",
	},
	{
		ID: "enhanced/x.3.3", Enhanced: "*.3.3",
		Reason: Protocol, Confidence: Likely, Retry: RetryAfterFix, Source: "RFC 3463, section 3.4",
		Explain: "The message needs a feature that the server does not have.", Remedy: "Send it without that feature, such as SMTPUTF8 or 8BITMIME.",
		Example: "554 5.3.3", ExampleStage: "mail",
	},
	{
		ID: "enhanced/x.3.4", Enhanced: "*.3.4",
		Reason: TooBig, Confidence: Likely, Retry: RetryAfterFix, Source: "RFC 3463, section 3.4",
		Explain: "The message is larger than the server takes.",
		Example: "552 5.3.4", ExampleStage: "mail",
	},
	{
		ID: "enhanced/x.3.5", Enhanced: "*.3.5",
		Reason: ServerError, Confidence: Likely, Source: "RFC 3463, section 3.4",
		Explain: "The server is misconfigured, so that it cannot take the message.", Remedy: "Tell the postmaster of the receiving site.",
		Example: "451 4.3.5", ExampleStage: "rcpt",
	},
	{
		ID: "enhanced/x.3.6", Enhanced: "*.3.6",
		Reason: Unknown, Side: SideNone, Confidence: Guess, Source: "RFC 6710, section 7",
		Explain: "The requested priority was changed.",
		Example: "550 5.3.6", ExampleStage: "rcpt",
	},
	{
		ID: "enhanced/x.3.0", Enhanced: "*.3.0",
		Reason: ServerError, Confidence: Likely, RetryAfter: 15 * time.Minute, Source: "RFC 3463, section 3.4",
		Explain: "Something is wrong in the receiving server; the code does not say what.",
		Example: "451 4.3.0", ExampleStage: "rcpt",
	},
}
