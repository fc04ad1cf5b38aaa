package diagnose

import (
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// lastWordRows are words so general that they count only where no other row has
// said more.
var lastWordRows = []Row{
	{
		ID: "words/sequence", Codes: "5", Words: []string{"bad sequence of commands", "out of sequence", "bad sequence", "wrong sequence", "sequence error", "need mail", "need rcpt", "mail first", "rcpt first", "mail before", "rcpt before", "mail command", "rcpt command", "send helo", "command not allowed", "not allowed here", "nested mail", "sender already", "already specified", "already given", "no sender", "no recipients", "no valid recipients", "out of order", "transaction in progress", "mail transaction"},
		Reason: Protocol, Side: SideUs, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Explain: "The server says that this command was not due.", Remedy: "Look at the reply to the command before.",
		Example: "503 5.5.1 Bad sequence of commands, sorry", ExampleStage: "rcpt",
	},
	{
		ID: "words/syntax", Codes: "5", Words: []string{"syntax error", "bad syntax", "syntax:", "command not recognized", "command not recognised", "command unrecognized", "command unknown", "unrecognized command", "unrecognised command", "unknown command", "invalid command", "bad command", "illegal command", "command not implemented", "not implemented", "unimplemented", "command disabled", "command not supported", "command rejected", "unsupported option", "unsupported parameter", "not supported", "parameters not", "invalid argument", "invalid parameter", "bad parameter", "unrecognized parameter", "protocol error", "protocol violation", "pipelining", "synchronization", "command line too long", "command too long", "not understood", "can't parse", "cannot parse"},
		Reason: Protocol, Side: SideUs, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Explain: "The server does not know the command, or a parameter of it.", Remedy: "Look at the command before the reply; a firewall in between may have changed it.",
		Example: "500 5.5.2 Syntax error, what was that?", ExampleStage: "mail",
	},
	{
		ID: "words/unknown-recipient", Codes: "5", Stages: onlyRcpt, Words: []string{"unknown", "nonexistent", "non-existent", "undeliverable", "unrouteable", "unroutable", "not found", "does not exist", "doesn't exist", "not exist", "no mailbox", "not here", "recipient unavailable", "mailbox unavailable", "mailbox not available", "unbekannt", "inconnu", "desconocido", "sconosciuto", "desconhecido", "onbekend", "nieznany", "не найден", "неизвест", "не существует", "不存在", "無效"},
		Reason: NoSuchUser, Confidence: Guess, Source: "many servers",
		Example: "550 5.7.1 sorry, unknown to us", ExampleStage: "rcpt",
	},
	{
		ID: "words/only-some", Codes: "5", Stages: fromRcpt, Words: []string{"only"},
		With:   []string{"may", "members", "employees", "staff", "internal", "authorized", "authorised", "authenticated", "allowed", "permitted", "listed", "known", "registered", "trusted", "approved", "certain"},
		Reason: Restricted, Confidence: Guess, Retry: RetryAfterFix, Source: "many servers",
		Example: "550 5.7.1 only employees may write to this address", ExampleStage: "rcpt",
	},
	{
		ID: "words/tls-word", Codes: "5", Words: []string{"tls", "ssl"},
		Reason: TLSRequired, Confidence: Guess, Retry: RetryAfterFix, Source: "many servers",
		Example: "550 5.7.1 this domain wants its mail with TLS", ExampleStage: "mail",
	},
	{
		ID: "words/policy", Codes: "5", Words: []string{"policy", "policies", "prohibited", "not authorized", "not authorised", "unauthorized", "not permitted", "not allowed", "disallowed", "access denied", "permission denied", "no permission", "denied by", "denied", "forbidden", "refused by", "rejected by", "rejected for", "rejected due", "blocked by", "blocked for", "security reasons", "security policy", "administratively", "administrator", "violat*", "not welcome", "not wanted", "unwanted", "not acceptable", "unacceptable", "suspicious", "restricted", "blocked", "access rule*", "acl"},
		Reason: Policy, Confidence: Likely, Source: "many servers",
		Explain: "A rule of the receiving site refuses, and does not say which.",
		Example: "550 5.7.1 Rejected by local security policy", ExampleStage: "rcpt",
	},
	{
		ID: "words/policy-for-now", Codes: "4", Words: []string{"policy", "policies", "access denied", "not authorized", "not permitted", "not allowed", "denied by", "rejected by", "blocked by", "blocked", "suspicious", "restricted", "violat*"},
		Reason: Policy, Confidence: Guess, RetryAfter: 30 * time.Minute, Source: "many servers",
		Explain: "A rule of the receiving site refuses for now, and does not say which; it may be a rate limit or greylisting.",
		Remedy:  "Wait: a mail server tries again by itself. If it lasts, ask the postmaster of the receiving site.",
		Example: "450 4.7.1 <alice@example.com>: Recipient address rejected: Policy restrictions", ExampleStage: "rcpt",
	},
}

// Stages that rows of words share.
var (
	afterText   = []smtp.Stage{smtp.StageData, smtp.StageMessage} // the server has seen the message
	atRecipient = []smtp.Stage{smtp.StageMail, smtp.StageRcpt, smtp.StageData, smtp.StageMessage}
	onlyRcpt    = []smtp.Stage{smtp.StageRcpt}
)
