package diagnose

import (
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// wordRows are the words that servers of every kind use. They come after the
// native replies and before the codes, since words are right more often.
var wordRows = []Row{
	{
		ID: "words/harvesting", Words: []string{"too many invalid recipient*", "too many unknown recipient*", "too many bad recipient*", "too many nonexistent recipient*", "too many non-existent recipient*", "too many rejected recipient*", "too many invalid user*", "too many unknown user*", "too many invalid rcpt*", "too many unknown rcpt*", "too many bad rcpt*", "too many invalid address*", "too many unknown address*", "too many user unknown*", "directory harvest*", "address harvest*"},
		Reason: RateLimited, Side: SideUs, Confidence: Certain, Retry: RetryLater, RetryAfter: time.Hour, Source: "many servers",
		Explain: "The server was asked for so many addresses that it does not have that it takes the client for one that guesses them. Nothing is said about this recipient.",
		Remedy:  "Take unknown users off the list before sending again, and ask from this address for less.",
		Example: "550 Too many invalid recipients", ExampleStage: "rcpt",
	},
	{
		ID: "words/mailbox-full", Words: []string{
			"over quota", "overquota", "over-quota", "quota exceeded", "exceeded quota", "exceeds quota", "quota exceed", "out of quota", "exceeded storage", "exceeded its storage", "storage quota",
			"mailbox full", "mailbox is full", "mail box full", "mailbox has exceeded", "mailbox size limit exceeded", "inbox is full", "inbox full", "user's disk quota", "disk quota", "insufficient disk space in mailbox", "not enough storage space in mailbox", "mailbox quota", "quota violation", "would exceed mailbox",
		},
		Reason: MailboxFull, Confidence: Certain, RetryAfter: time.Hour, Source: "many servers",
		Example: "452 4.1.1 <alice@example.com> user over quota", ExampleStage: "rcpt",
	},
	{
		ID: "words/no-such-user", Words: []string{
			"user unknown", "unknown user", "no such user", "user not found", "user doesn't exist", "user does not exist", "no such mailbox", "mailbox not found", "mailbox does not exist", "mailbox unknown", "unknown mailbox",
			"unknown recipient", "recipient unknown", "recipient not found", "recipient does not exist", "no such recipient", "invalid recipient", "recipient invalid", "unknown address", "address unknown", "addressee unknown", "address does not exist",
			"account does not exist", "no such account", "account not found", "unknown local part", "unknown local-part", "no mailbox by that name", "no mailbox here", "invalid mailbox", "invalid user", "not a valid user", "not a valid mailbox", "does not have an account here", "no such address", "recipient address rejected: undeliverable", "unknown or illegal alias", "user is unknown", "address could not be found", "does not like recipient", "utilisateur inconnu", "adresse inconnue", "benutzer unbekannt",
		},
		Reason: NoSuchUser, Confidence: Certain, Source: "many servers",
		Example: "550 <alice@example.com>: no such user here", ExampleStage: "rcpt",
	},
	{
		ID: "words/mailbox-disabled", Words: []string{"mailbox disabled", "mailbox is disabled", "account disabled", "account is disabled", "account has been disabled", "user disabled", "user is disabled", "account suspended", "account is suspended", "account has been suspended", "mailbox suspended", "account inactive", "account is inactive", "mailbox is inactive", "user is inactive", "account is locked", "account has been locked", "account expired", "mailbox temporarily disabled", "account that you tried to reach is disabled", "is no longer active", "no longer on server", "no longer valid", "deactivated", "recipient address rejected: inactive", "due to inactivity"},
		Reason: MailboxDisabled, Confidence: Certain, Source: "many servers",
		Example: "550 5.2.1 <alice@example.com>: account is suspended", ExampleStage: "rcpt",
	},
	{
		ID: "words/moved", Words: []string{"has moved", "please try <", "user not local; please try", "mailbox has changed", "new address is"},
		Reason: Moved, Confidence: Likely, Source: "many servers",
		Example: "551 User not local; please try <alice@new.example>", ExampleStage: "rcpt",
	},
	{
		ID: "words/null-sender", Words: []string{"null sender", "null reverse-path", "empty sender", "empty envelope sender", "empty reverse-path", "sender <> ", "from <> ", "bounces are not accepted", "bounces not accepted", "does not accept bounces", "bounce messages are not accepted", "does not accept bounce", "no bounces"},
		Reason: SenderRejected, Confidence: Certain, Retry: RetryAfterFix, Source: "many servers",
		Explain: "The server refuses the null sender <> that bounces have, at least for this recipient. RFC 5321, section 4.5.5, asks every server to take it; nothing is said about mail from people.",
		Remedy:  "Probe again with a sender (--from).",
		Example: "550 Sorry, this user does not accept bounces; null sender refused", ExampleStage: "rcpt",
	},
	{
		ID: "words/batv", Codes: "5", Words: []string{"batv", "prvs", "bounce address tag*"},
		Reason: SenderRejected, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Explain: "The server takes bounces (mail of the null sender) only for addresses that it has tagged itself (BATV); this one has no valid tag. Nothing is said about mail from people.",
		Remedy:  "Probe again with a sender (--from).",
		Example: "550 BATV check failed", ExampleStage: "rcpt",
	},
	{
		ID: "words/sender", Words: []string{"sender address rejected", "sender rejected", "sender denied", "sender not allowed", "sender blocked", "sender is blocked", "bad sender", "invalid sender", "sender unknown", "unknown sender", "sender verification failed", "sender address verification", "sender address does not", "sender address is", "return address", "unable to verify sender", "cannot verify sender", "sender domain not found", "sender domain does not", "domain of sender", "sender domain is", "envelope sender", "mail from domain", "sender's domain", "domain of the sender", "invalid dns mx or a/aaaa"},
		Reason: SenderRejected, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Example: "553 sender domain is not valid here", ExampleStage: "mail",
	},
	{
		ID: "words/authentication-of-sender", Words: []string{"dmarc", "spf check", "spf-check", "spf fail", "fails spf", "failed spf", "spf softfail", "spf record", "spf validation", "rejected by spf", "spf hardfail", "spf permerror", "spf: ", "sender policy framework", "dkim", "not allowed to send mail for", "is not allowed to send mail from", "not designated", "unauthenticated email", "spoof"},
		Reason: AuthFail, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Example: "550 5.7.0 SPF check failed: 198.51.100.7 is not allowed", ExampleStage: "mail",
	},
	{
		ID: "words/reverse-dns", Words: []string{"reverse dns", "reverse-dns", "rdns", "ptr record", "no ptr", "ptr lookup", "no reverse", "reverse lookup", "reverse hostname", "ptr check", "invalid ptr", "forward confirmed"},
		Reason: RDNS, Confidence: Certain, Retry: RetryAfterFix, Source: "many servers",
		Example: "554 5.7.1 No reverse DNS entry for 198.51.100.7", ExampleStage: "greeting",
	},
	{
		ID: "words/helo", Words: []string{"helo rejected", "bad helo", "invalid helo", "helo name", "ehlo name", "helo/ehlo", "ehlo/helo", "helo hostname", "helo domain", "helo does not", "helo not", "your helo", "helo host", "helo is", "ehlo is", "polite people say helo"},
		Reason: HELO, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Example: "550 Bad HELO - fix your mail server", ExampleStage: "ehlo",
	},
	{
		ID: "words/tls-required", Words: []string{"must issue starttls", "starttls required", "tls required", "tls is required", "requires tls", "require tls", "encryption required", "must use tls", "encrypted connection required", "ssl required", "session encryption is required"},
		Reason: TLSRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "many servers",
		Example: "550 5.7.10 Encryption required for this domain; TLS is required", ExampleStage: "mail",
	},
	{
		ID: "words/auth-required", Words: []string{"authentication required", "authentication is required", "auth required", "requires authentication", "must authenticate", "please authenticate", "not authenticated", "login required", "smtp auth", "relaying mail to * without auth", "authentication failed", "authentication credentials invalid", "bad username or password", "invalid login", "pop before smtp", "authenticate first"},
		Reason: AuthRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "many servers",
		Example: "530 5.7.0 Authentication required", ExampleStage: "mail",
	},
	{
		ID: "words/relay", Words: []string{"relay denied", "relaying denied", "relay is not", "relaying is not", "relay prohibited", "relaying prohibited", "not allowed to relay", "relay access", "we do not relay", "relaying disallowed", "we don't relay", "no relaying", "unable to relay", "relay not", "relaying not", "not a relay", "no such domain at this location", "not our domain", "not a local domain", "domain not hosted", "domain is not hosted", "not hosted here", "is not a local domain", "not responsible for", "does not handle mail for", "domain isn't allowed to be relayed", "open relay", "forwarding to remote hosts"},
		Reason: RelayDenied, Confidence: Certain, Retry: RetryAfterFix, Source: "many servers",
		Example: "550 5.7.1 we do not relay for strangers", ExampleStage: "rcpt",
	},
	{
		ID: "words/domain", Words: []string{"domain not found", "unknown domain", "domain does not exist", "no such domain", "domain unknown", "bad domain", "invalid domain", "unrouteable mail domain", "unroutable domain", "domain name not found", "host unknown", "unknown host", "host not found"},
		Reason: BadDomain, Confidence: Likely, Source: "many servers",
		Example: "550 5.1.2 host unknown: exmaple.example", ExampleStage: "rcpt",
	},
	{
		ID: "words/no-mail-service", Words: []string{"does not accept mail", "doesn't accept mail", "no mail service", "no smtp service here", "accepts no mail", "not accept email", "null mx", "nullmx"},
		Reason: NoMailService, Confidence: Likely, Source: "many servers",
		Example: "521 host.example.com does not accept mail", ExampleStage: "greeting",
	},
	{
		ID: "words/too-many-recipients", Words: []string{"too many recipients", "too many rcpt", "recipient limit", "number of recipients exceeds", "max recipients", "maximum number of recipients", "recipients per message", "recipients per session"},
		Reason: TooManyRecipients, Confidence: Certain, Retry: RetryLater, Source: "many servers",
		Example: "452 4.5.3 too many recipients in one go", ExampleStage: "rcpt",
	},
	{
		ID: "words/rate", Words: []string{"rate limit", "ratelimit", "rate-limit", "too many messages", "too many recent messages", "too many connections", "too many concurrent", "too many sessions", "too many mails", "too much mail", "slow down", "sending too fast", "too fast", "throttl*", "connection limit", "limit exceeded", "exceeded the limit", "exceeded limit", "exceeded the maximum number", "exceeded the rate", "too frequently", "try again in an hour", "excessive", "flood", "connections from your", "max conn*", "maximum connections", "per hour", "hourly", "daily limit", "per day"},
		Reason: RateLimited, Confidence: Likely, RetryAfter: 30 * time.Minute, Source: "many servers",
		Example: "421 4.7.0 you are sending too fast, slow down", ExampleStage: "mail",
	},
	{
		ID: "words/size", Words: []string{"message too big", "message too large", "message is too large", "message is too big", "message size exceeds", "size limit", "exceeds the maximum message size", "exceeds maximum size", "message exceeds", "maximum message size", "too large", "larger than the", "size exceeds", "exceeds size"},
		Reason: TooBig, Confidence: Certain, Retry: RetryAfterFix, Source: "many servers",
		Example: "552 5.2.3 the message is too large for this system", ExampleStage: "message",
	},
	{
		ID: "words/virus", Words: []string{"virus", "malware", "infected", "trojan", "phish*", "attachment type", "blocked attachment", "prohibited attachment", "banned attachment", "forbidden attachment", "attachments are not", "executable", "suspicious attachment", "banned file"},
		Reason: Virus, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Example: "554 5.7.1 rejected: blocked attachment setup.exe", ExampleStage: "message",
	},
	{
		ID: "words/spam", Stages: afterText, Words: []string{"spam", "spamm*", "antispam", "unsolicited", "junk mail", "junk email", "bulk mail", "content rejected", "content restriction", "content filter", "message content", "rejected for content", "refused by content", "blocked by content", "content is not acceptable", "content not acceptable", "high probability", "spamassassin", "rspamd", "score"},
		Reason: SpamContent, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Example: "554 5.7.1 message looks like SPAM to me", ExampleStage: "message",
	},
	{
		ID: "words/reputation", Words: []string{"reputation", "blacklist", "black list", "black-list", "blocklist", "block list", "block-list", "blocked for spam", "blocked for abuse", "blocked due to spam", "blocked because of", "rbl", "rbl.", "your ip", "ip address * blocked", "ip is blocked", "ip blocked", "ip has been blocked", "client host blocked", "banned", "dynamic ip", "dynamic address", "dialup", "residential", "spam source", "sending spam", "spam from your", "spamm*", "spam", "antispam"},
		Reason: IPReputation, Confidence: Likely, Retry: RetryAfterFix, RetryAfter: time.Hour, Source: "many servers",
		Example: "554 5.7.1 Your IP 198.51.100.7 is blocked here", ExampleStage: "greeting",
	},
	{
		ID: "words/format", Words: []string{"rfc 5322", "rfc5322", "rfc 2822", "rfc2822", "rfc 822", "bare lf", "bare line feed", "bare newline", "bare <lf>", "line too long", "lines too long", "missing from", "missing date", "missing header", "duplicate header", "malformed header", "invalid header", "bad header", "header line", "from header", "message-id", "8bitmime", "mime error", "malformed mime", "smtputf8", "non-ascii", "invalid character"},
		Reason: ContentFormat, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Example: "550 5.6.0 message has no valid Date: missing header", ExampleStage: "message",
	},
	{
		ID: "words/loop", Words: []string{"mail loop", "mail-loop", "loop detected", "routing loop", "too many hops", "too many received", "hop count", "looping"},
		Reason: Loop, Confidence: Certain, Source: "many servers",
		Example: "554 5.4.6 mail loop found, giving up", ExampleStage: "message",
	},
	{
		ID: "words/restricted", Words: []string{"not allowed to send to this", "not authorized to send to", "not permitted to send to", "restricted to", "only accepts mail from", "accepts mail only from", "members only", "only members", "subscribers", "closed list", "not a member", "this list", "this group", "internal use only", "internal only", "recipient only accepts", "does not accept mail from you", "challenge"},
		Reason: Restricted, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Example: "550 5.7.2 only members may post to the list; members only", ExampleStage: "rcpt",
	},
	{
		ID: "words/system-full", Words: []string{"insufficient storage", "out of storage", "no space left", "disk full", "disk is full", "insufficient disk", "not enough disk", "no disk space", "out of disk", "low on disk", "out of memory", "low on space", "insufficient system"},
		Reason: SystemFull, Confidence: Likely, RetryAfter: 30 * time.Minute, Source: "many servers",
		Example: "452 4.3.1 no space left on device", ExampleStage: "mail",
	},
	{
		ID: "words/server-error", Words: []string{"internal error", "internal server error", "local error", "configuration error", "database error", "lookup error", "lookup failed", "ldap", "mysql", "system error", "i/o error", "server error", "unexpected error", "temporary problem", "temporary error", "temporary failure", "temporarily unable", "temporary local", "technical", "maintenance", "resources unavailable", "resource unavailable", "backend", "timed out", "timeout", "unable to connect", "connection refused", "try later", "system problem"},
		Reason: ServerError, Confidence: Likely, RetryAfter: 30 * time.Minute, Source: "many servers",
		Example: "451 4.3.0 Internal error, we look into it", ExampleStage: "rcpt",
	},
	{
		ID: "words/policy", Codes: "5", Words: []string{"policy", "policies", "prohibited", "not authorized", "unauthorized", "not permitted", "not allowed", "access denied", "permission denied", "denied by", "forbidden", "refused by", "rejected by", "blocked by", "security reasons", "administratively", "blocked"},
		Reason: Policy, Confidence: Likely, Source: "many servers",
		Explain: "A rule of the receiving site refuses, and does not say which.",
		Example: "550 5.7.1 Rejected by local security policy", ExampleStage: "rcpt",
	},
	{
		ID: "words/policy-for-now", Codes: "4", Words: []string{"policy", "policies", "access denied", "not authorized", "not permitted", "not allowed", "denied by", "rejected by", "blocked by", "blocked"},
		Reason: Policy, Confidence: Guess, RetryAfter: 30 * time.Minute, Source: "many servers",
		Explain: "A rule of the receiving site refuses for now, and does not say which; it may be a rate limit or greylisting.",
		Remedy:  "Wait: a mail server tries again by itself. If it lasts, ask the postmaster of the receiving site.",
		Example: "450 4.7.1 <alice@example.com>: Recipient address rejected: Policy restrictions", ExampleStage: "rcpt",
	},
	{
		ID: "words/sequence", Words: []string{"bad sequence of commands", "out of sequence", "need mail", "need rcpt", "send helo", "helo first", "command not allowed", "nested mail"},
		Reason: Protocol, Side: SideUs, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Explain: "The server says that this command was not due.", Remedy: "Look at the reply to the command before.",
		Example: "503 5.5.1 Bad sequence of commands, sorry", ExampleStage: "rcpt",
	},
	{
		ID: "words/syntax", Words: []string{"syntax error", "bad syntax", "syntax:", "command not recognized", "command unrecognized", "unrecognized command", "unknown command", "command not implemented", "not implemented", "unsupported option", "parameters not", "invalid argument", "invalid parameter", "bad parameter"},
		Reason: Protocol, Side: SideUs, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Explain: "The server does not know the command, or a parameter of it.", Remedy: "Look at the command before the reply; a firewall in between may have changed it.",
		Example: "500 5.5.2 Syntax error, what was that?", ExampleStage: "mail",
	},
}

// afterText are the stages at which the server has seen the message.
var afterText = []smtp.Stage{smtp.StageData, smtp.StageMessage}
