package diagnose

import (
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// notAddresses are the stages at which a syntax error is not about an address or a name.
var notAddresses = []smtp.Stage{
	smtp.StageGreeting, smtp.StageSTARTTLS, smtp.StageAuth, smtp.StageData, smtp.StageMessage, smtp.StageRset, smtp.StageQuit,
}

// codeRows are the reply codes of RFC 5321, 4954, 3207 and 7504 without words
// and without an enhanced code. Where the stage matters and is not known, the
// first row of a code is the likeliest.
var codeRows = []Row{
	{
		ID: "code/211", Codes: "211",
		Confidence: Certain, Source: "RFC 5321, section 4.2.3",
		Explain: "System status, or help.", Remedy: "Nothing to do.",
		Example: "211 Ok",
	},
	{
		ID: "code/214", Codes: "214",
		Confidence: Certain, Source: "RFC 5321, section 4.2.3",
		Explain: "Help.", Remedy: "Nothing to do.",
		Example: "214 Ok",
	},
	{
		ID: "code/220", Codes: "220",
		Confidence: Certain, Source: "RFC 5321, section 4.2.3",
		Explain: "The server is ready.", Remedy: "Nothing to do.",
		Example: "220 Ok", ExampleStage: "greeting",
	},
	{
		ID: "code/221", Codes: "221",
		Confidence: Certain, Source: "RFC 5321, section 4.2.3",
		Explain: "The server closes the connection.", Remedy: "Nothing to do.",
		Example: "221 Ok", ExampleStage: "quit",
	},
	{
		ID: "code/235", Codes: "235",
		Confidence: Certain, Source: "RFC 4954, section 6",
		Explain: "The login was accepted.", Remedy: "Nothing to do.",
		Example: "235 Ok", ExampleStage: "auth",
	},
	{
		ID: "code/250", Codes: "250",
		Confidence: Certain, Source: "RFC 5321, section 4.2.3",
		Explain: "The command was carried out.", Remedy: "Nothing to do.",
		Example: "250 Ok", ExampleStage: "rcpt",
	},
	{
		ID: "code/251", Codes: "251",
		Confidence: Certain, Source: "RFC 5321, section 4.2.3",
		Explain: "The user is not local; the server forwards the mail.", Remedy: "Nothing to do.",
		Example: "251 Ok", ExampleStage: "rcpt",
	},
	{
		ID: "code/252", Codes: "252",
		Confidence: Certain, Source: "RFC 5321, section 4.2.3",
		Explain: "The server does not verify the user, but takes the mail and tries.", Remedy: "Nothing to do.",
		Example: "252 Ok", ExampleStage: "rcpt",
	},
	{
		ID: "code/334", Codes: "334",
		Confidence: Certain, Source: "RFC 4954, section 6",
		Explain: "The login goes on.", Remedy: "Nothing to do.",
		Example: "334 Ok", ExampleStage: "auth",
	},
	{
		ID: "code/354", Codes: "354",
		Confidence: Certain, Source: "RFC 5321, section 4.2.3",
		Explain: "The server waits for the message.", Remedy: "Nothing to do.",
		Example: "354 Ok", ExampleStage: "data",
	},
	{
		ID: "code/421", Codes: "421",
		Reason: ServerError, Confidence: Guess, RetryAfter: 15 * time.Minute, Source: "RFC 5321, section 4.2.3",
		Explain: "The server takes no commands any more and closes the connection; it may say so at any time.",
		Example: "421 goodbye", ExampleStage: "mail",
	},
	{
		ID: "code/432", Codes: "432",
		Reason: AuthRequired, Confidence: Likely, Retry: RetryAfterFix, Source: "RFC 4954, section 6",
		Explain: "The password must be entered once in another way before this mechanism works.", Remedy: "Log in once with a plain mechanism over TLS.",
		Example: "432 not yet", ExampleStage: "auth",
	},
	{
		ID: "code/450-rcpt", Codes: "450", Stages: fromRcpt,
		Reason: Greylisted, Confidence: Guess, RetryAfter: 5 * time.Minute, Source: "RFC 5321, section 4.2.3",
		Explain: "The mailbox cannot be used for now: it is busy, or a rule wants another attempt, as greylisting does.", Remedy: "Wait: a mail server tries again by itself.",
		Example: "450 not now", ExampleStage: "rcpt",
	},
	{
		ID: "code/450", Codes: "450",
		Reason: ServerError, Confidence: Guess, RetryAfter: 15 * time.Minute, Source: "RFC 5321, section 4.2.3",
		Explain: "Refused for now; the code does not say why.",
		Example: "450 not now", ExampleStage: "mail",
	},
	{
		ID: "code/451", Codes: "451",
		Reason: ServerError, Confidence: Guess, RetryAfter: 15 * time.Minute, Source: "RFC 5321, section 4.2.3",
		Explain: "An error in the server's processing; often it is greylisting under another name.", Remedy: "Wait: a mail server tries again by itself. If it lasts, tell the postmaster of the receiving site.",
		Example: "451 not now", ExampleStage: "rcpt",
	},
	{
		ID: "code/452-rcpt", Codes: "452", Stages: []smtp.Stage{smtp.StageRcpt},
		Reason: MailboxFull, Confidence: Likely, RetryAfter: time.Hour, Source: "RFC 5321, section 4.2.3",
		Explain: "No room for the mail, of the mailbox or of the system.",
		Example: "452 no room", ExampleStage: "rcpt",
	},
	{
		ID: "code/452", Codes: "452",
		Reason: SystemFull, Confidence: Likely, RetryAfter: 30 * time.Minute, Source: "RFC 5321, section 4.2.3",
		Explain: "The server has no room for the mail.",
		Example: "452 no room", ExampleStage: "mail",
	},
	{
		ID: "code/454-starttls", Codes: "454", Stages: []smtp.Stage{smtp.StageSTARTTLS},
		Reason: TLSFailed, Confidence: Certain, RetryAfter: time.Hour, Source: "RFC 3207, section 4",
		Explain: "The server offers STARTTLS and cannot do it for now. (In reply to AUTH, 454 is about the login, which cannot be judged for now.)",
		Example: "454 sorry", ExampleStage: "starttls",
	},
	{
		ID: "code/454", Codes: "454",
		Reason: AuthRequired, Confidence: Likely, RetryAfter: 15 * time.Minute, Source: "RFC 4954, section 6",
		Explain: "The login failed for now; that says nothing about the credentials.", Remedy: "Try again later.",
		Example: "454 sorry", ExampleStage: "auth",
	},
	{
		ID: "code/455", Codes: "455",
		Reason: ServerError, Confidence: Guess, RetryAfter: 15 * time.Minute, Source: "RFC 5321, section 4.2.3",
		Explain: "The server cannot take the parameters of the command for now.",
		Example: "455 sorry", ExampleStage: "mail",
	},
	{
		ID: "code/500", Codes: "500 501 502 503 504", Stages: notAddresses,
		Reason: Protocol, Side: SideUs, Confidence: Likely, Retry: RetryAfterFix, Source: "RFC 5321, section 4.2.3",
		Explain: "The server does not know the command, or it was not due.", Remedy: "Look at the command before the reply; a firewall in between may have changed it.",
		Example: "500 what", ExampleStage: "data",
	},
	{
		ID: "code/502", Codes: "500 502 503",
		Reason: Protocol, Side: SideUs, Confidence: Likely, Retry: RetryAfterFix, Source: "RFC 5321, section 4.2.3",
		Explain: "The server does not know the command, or it was not due.", Remedy: "Look at the command before the reply; a firewall in between may have changed it.",
		Example: "502 what", ExampleStage: "mail",
	},
	{
		ID: "code/501-rcpt", Codes: "501 504", Stages: []smtp.Stage{smtp.StageRcpt},
		Reason: NoSuchUser, Confidence: Guess, Source: "RFC 5321, section 4.2.3",
		Explain: "The server takes the recipient's address for malformed.", Remedy: "Check the address.",
		Example: "501 what", ExampleStage: "rcpt",
	},
	{
		ID: "code/501-mail", Codes: "501 504", Stages: atMail,
		Reason: SenderRejected, Confidence: Guess, Retry: RetryAfterFix, Source: "RFC 5321, section 4.2.3",
		Explain: "The server takes the sender's address, or a parameter, for malformed.", Remedy: "Check the reverse-path (--from).",
		Example: "501 what", ExampleStage: "mail",
	},
	{
		ID: "code/501-ehlo", Codes: "501 504", Stages: []smtp.Stage{smtp.StageEHLO},
		Reason: HELO, Confidence: Likely, Retry: RetryAfterFix, Source: "RFC 5321, section 4.2.3",
		Explain: "The server does not take the name in EHLO.",
		Example: "501 what", ExampleStage: "ehlo",
	},
	{
		ID: "code/521", Codes: "521",
		Reason: NoMailService, Confidence: Likely, Source: "RFC 7504, section 3",
		Explain: "The host takes no mail.",
		Example: "521 go away", ExampleStage: "greeting",
	},
	{
		ID: "code/523", Codes: "523",
		Reason: TLSRequired, Confidence: Likely, Retry: RetryAfterFix, Source: "RFC 5248, section 3",
		Explain: "The server wants the connection to be encrypted.",
		Example: "523 no", ExampleStage: "mail",
	},
	{
		ID: "code/525-rcpt", Codes: "525", Stages: fromRcpt,
		Reason: MailboxDisabled, Confidence: Likely, Source: "RFC 5248, section 3",
		Explain: "The user's account is disabled.",
		Example: "525 no", ExampleStage: "rcpt",
	},
	{
		ID: "code/525", Codes: "525",
		Reason: AuthRequired, Confidence: Likely, Retry: RetryAfterFix, Source: "RFC 5248, section 3",
		Explain: "The account that logs in is disabled.", Remedy: "Ask the administrator of the account.",
		Example: "525 no", ExampleStage: "auth",
	},
	{
		ID: "code/530", Codes: "530",
		Reason: AuthRequired, Confidence: Likely, Retry: RetryAfterFix, Source: "RFC 4954, section 6",
		Explain: "The server wants a login first.",
		Example: "530 no", ExampleStage: "mail",
	},
	{
		ID: "code/534", Codes: "534",
		Reason: AuthRequired, Confidence: Likely, Retry: RetryAfterFix, Source: "RFC 4954, section 6",
		Explain: "The mechanism of the login is too weak for this account.", Remedy: "Use a stronger mechanism.",
		Example: "534 no", ExampleStage: "auth",
	},
	{
		ID: "code/535", Codes: "535",
		Reason: AuthRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "RFC 4954, section 6",
		Explain: "The server did not take the credentials.", Remedy: "Check user name and password.",
		Example: "535 no", ExampleStage: "auth",
	},
	{
		ID: "code/538", Codes: "538",
		Reason: TLSRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "RFC 4954, section 6",
		Explain: "The mechanism of the login wants the connection to be encrypted.", Remedy: "Use STARTTLS, or a port with implicit TLS.",
		Example: "538 no", ExampleStage: "auth",
	},
	{
		ID: "code/550-rcpt", Codes: "550", Stages: []smtp.Stage{smtp.StageRcpt},
		Reason: NoSuchUser, Confidence: Likely, Source: "RFC 5321, section 4.2.3",
		Explain: "The mailbox is not available: most often there is none; a rule can be meant as well.", Remedy: "Check the address for a typing error; if it is right, ask the postmaster of the receiving site.",
		Example: "550 no", ExampleStage: "rcpt",
	},
	{
		ID: "code/550-mail", Codes: "550", Stages: atMail,
		Reason: SenderRejected, Confidence: Likely, Retry: RetryAfterFix, Source: "RFC 5321, section 4.2.3",
		Explain: "Refused in reply to MAIL FROM: it is the sender, since no recipient was named yet.",
		Example: "550 no", ExampleStage: "mail",
	},
	{
		ID: "code/550-greeting", Codes: "550", Stages: []smtp.Stage{smtp.StageGreeting},
		Reason: IPReputation, Confidence: Guess, Retry: RetryAfterFix, Source: "RFC 5321, section 4.2.3",
		Explain: "The server refuses the connecting address before anything was said.",
		Example: "550 no", ExampleStage: "greeting",
	},
	{
		ID: "code/550-ehlo", Codes: "550", Stages: []smtp.Stage{smtp.StageEHLO},
		Reason: HELO, Confidence: Guess, Retry: RetryAfterFix, Source: "RFC 5321, section 4.1.4",
		Explain: "Refused in reply to EHLO: the name, or the connecting address.",
		Example: "550 no", ExampleStage: "ehlo",
	},
	{
		ID: "code/550", Codes: "550",
		Reason: Policy, Confidence: Guess, Source: "RFC 5321, section 4.2.3",
		Explain: "Refused after the recipient was taken: by a rule about the message or the sender.",
		Example: "550 no", ExampleStage: "message",
	},
	{
		ID: "code/551", Codes: "551",
		Reason: Moved, Confidence: Likely, Source: "RFC 5321, section 4.2.3",
		Explain: "The user is not local; the reply may name where to send instead.",
		Example: "551 elsewhere", ExampleStage: "rcpt",
	},
	{
		ID: "code/552-rcpt", Codes: "552", Stages: []smtp.Stage{smtp.StageRcpt},
		Reason: MailboxFull, Confidence: Likely, Source: "RFC 5321, section 4.2.3",
		Explain: "No room for the mail in the mailbox.",
		Example: "552 no room", ExampleStage: "rcpt",
	},
	{
		ID: "code/552", Codes: "552",
		Reason: TooBig, Confidence: Likely, Retry: RetryAfterFix, Source: "RFC 5321, section 4.2.3",
		Explain: "The message is larger than the server takes.",
		Example: "552 no room", ExampleStage: "message",
	},
	{
		ID: "code/553", Codes: "553", Stages: []smtp.Stage{smtp.StageRcpt},
		Reason: NoSuchUser, Confidence: Likely, Source: "RFC 5321, section 4.2.3",
		Explain: "The name of the mailbox is not allowed: malformed, or there is none.", Remedy: "Check the address.",
		Example: "553 no", ExampleStage: "rcpt",
	},
	{
		ID: "code/553-mail", Codes: "553", Stages: atMail,
		Reason: SenderRejected, Confidence: Likely, Retry: RetryAfterFix, Source: "RFC 5321, section 4.2.3",
		Explain: "Refused in reply to MAIL FROM: it is the sender, since no recipient was named yet.",
		Example: "553 no", ExampleStage: "mail",
	},
	{
		ID: "code/554-text", Codes: "554", Stages: []smtp.Stage{smtp.StageRcpt, smtp.StageData, smtp.StageMessage, smtp.StageMail},
		Reason: Policy, Confidence: Guess, Source: "RFC 5321, section 4.2.3",
		Explain: "The transaction failed; the code does not say why. After the message it is most often its content or the sender's name.",
		Example: "554 no", ExampleStage: "message",
	},
	{
		ID: "code/554-greeting", Codes: "554", Stages: []smtp.Stage{smtp.StageGreeting, smtp.StageEHLO},
		Reason: IPReputation, Confidence: Guess, Retry: RetryAfterFix, Source: "RFC 5321, section 4.2.3",
		Explain: "The server gives no service to this address; a blocklist is the usual reason.",
		Example: "554 no", ExampleStage: "greeting",
	},
	{
		ID: "code/555", Codes: "555",
		Reason: Protocol, Side: SideUs, Confidence: Likely, Retry: RetryAfterFix, Source: "RFC 5321, section 4.2.3",
		Explain: "The server does not know a parameter of MAIL or RCPT.",
		Example: "555 no", ExampleStage: "mail",
	},
	{
		ID: "code/556", Codes: "556",
		Reason: NoMailService, Confidence: Certain, Source: "RFC 7504, section 4",
		Explain: "The domain of the recipient takes no mail.",
		Example: "556 no", ExampleStage: "rcpt",
	},
}
