package diagnose

import "time"

// eximMoreRows are further replies of Exim, and of those who package it: cPanel,
// Plesk's rivals and the like, whose rules are well known.
var eximMoreRows = []Row{
	{
		ID: "exim/bad-recipients", Words: []string{"rejected for too many bad recipients"},
		Reason: RateLimited, Side: SideUs, Confidence: Certain, Retry: RetryLater, RetryAfter: time.Hour, Source: "Exim",
		Explain: "The client asked for so many addresses that do not exist that it is taken for one that guesses them. Nothing is said about this recipient.",
		Remedy:  "Take unknown users off the list before sending again.",
		Example: "550 Rejected for too many bad recipients", ExampleStage: "rcpt",
	},
	{
		ID: "exim/recipient-domain-missing", Words: []string{"recipient address must contain a domain"},
		Reason: NoSuchUser, Confidence: Certain, Source: "Exim",
		Explain: "The recipient's address has no domain.", Remedy: "Give the whole address.",
		Example: "501 <alice>: recipient address must contain a domain", ExampleStage: "rcpt",
	},
	{
		ID: "exim/sender-domain-missing", Words: []string{"sender address must contain a domain"},
		Reason: SenderRejected, Confidence: Certain, Retry: RetryAfterFix, Source: "Exim",
		Remedy:  "Give a reverse-path with a domain (--from).",
		Example: "501 <bob>: sender address must contain a domain", ExampleStage: "mail",
	},
	{
		ID: "exim/order", Words: []string{"no sender yet given", "sender not yet given", "sender already given", "command must precede", "rcpt to:<recipient> must precede"},
		Reason: Protocol, Side: SideUs, Confidence: Certain, Retry: RetryAfterFix, Source: "Exim",
		Explain: "The command was not due, most often because the one before was refused.", Remedy: "Look at the reply to the command before.",
		Example: "503 sender not yet given", ExampleStage: "rcpt",
	},
	{
		ID: "exim/nul", Words: []string{"nul characters are not allowed", "unexpected null in smtp command"},
		Reason: Protocol, Side: SideUs, Confidence: Certain, Retry: RetryAfterFix, Source: "Exim",
		Example: "501 NUL characters are not allowed in SMTP commands", ExampleStage: "mail",
	},
	{
		ID: "exim/header-crlf", Words: []string{"message header not crlf terminated"},
		Reason: ContentFormat, Confidence: Certain, Retry: RetryAfterFix, Source: "Exim",
		Remedy:  "End every line in CR LF.",
		Example: "552 Message header not CRLF terminated", ExampleStage: "message",
	},
	{
		ID: "exim/command-timeout", Words: []string{"smtp command timeout", "data timeout"},
		Reason: TimedOut, Side: SideUs, Confidence: Certain, Retry: RetryLater, RetryAfter: 5 * time.Minute, Source: "Exim",
		Explain: "The server waited longer for the next command than it does.", Remedy: "Try again.",
		Example: "421 mx1.example.com: SMTP command timeout - closing connection", ExampleStage: "mail",
	},
	{
		ID: "exim/shutdown", Words: []string{"sigterm received"},
		Reason: ServerError, Confidence: Certain, RetryAfter: 5 * time.Minute, Source: "Exim",
		Explain: "The server was stopped while it took the message.",
		Example: "421 mx1.example.com: SIGTERM received - message abandoned", ExampleStage: "message",
	},
	{
		ID: "exim/local-configuration", Words: []string{"local configuration error"},
		Reason: ServerError, Confidence: Certain, RetryAfter: 30 * time.Minute, Source: "Exim",
		Example: "421 Local configuration error; please try again later", ExampleStage: "greeting",
	},
	{
		ID: "exim/security-failure", Words: []string{"^security failure"},
		Reason: Protocol, Side: SideUs, Confidence: Likely, Source: "Exim",
		Example: "554 Security failure", ExampleStage: "starttls",
	},
	{
		ID: "exim/unable-to-verify-recipient", Codes: "4", Words: []string{"could not complete recipient verify callout", "could not complete recipient verify", "cannot resolve <"},
		Reason: ServerError, Confidence: Certain, RetryAfter: 15 * time.Minute, Source: "Exim",
		Explain: "The server asks the next one whether the address exists, and could not for now.",
		Example: "451 Could not complete recipient verify callout", ExampleStage: "rcpt",
	},
	{
		ID: "exim/recipient-verify", Words: []string{"recipient verify fail*", "verification failed for <", "callout verification failed"},
		Reason: NoSuchUser, Confidence: Likely, Source: "Exim",
		Explain: "The server asked where the mail would go in the end, and that server does not take the address.",
		Example: "550-Callout verification failed:\n550 550 5.1.1 unknown", ExampleStage: "rcpt",
	},
	{
		ID: "exim/all-hosts-failed", Words: []string{"all relevant mx records point to non-existent hosts", "an mx or srv record indicated no smtp service"},
		Reason: NoMailService, Side: SideRecipient, Confidence: Certain, Source: "Exim",
		Explain: "The domain's MX records lead to no host.", Remedy: "Have the domain's MX records corrected.",
		Example: "550 all relevant MX records point to non-existent hosts", ExampleStage: "connect",
	},
	{
		ID: "exim/all-lookups-failed", Words: []string{"all host address lookups failed permanently", "lowest numbered mx record points to local host", "remote host address is the local host"},
		Reason: BadDomain, Side: SideReceiver, Confidence: Likely, Source: "Exim",
		Explain: "The domain's MX record leads back to this server, which does not serve the domain.", Remedy: "Add the domain to the server, or correct its MX records.",
		Example: "550 remote host address is the local host", ExampleStage: "connect",
	},
	{
		ID: "exim/quota", Words: []string{"mailbox quota exceeded", "mta-imposed quota exceeded", "maildir quota exceeded"},
		Reason: MailboxFull, Confidence: Certain, Source: "Exim",
		Example: "552 mailbox quota exceeded", ExampleStage: "message",
	},
	{
		ID: "exim/malformed-addresses", Words: []string{"malformed address: ", "missing or malformed local part", "unqualified address not permitted", "missing or malformed domain"},
		Reason: NoSuchUser, Confidence: Likely, Source: "Exim",
		Explain: "The address does not have the form of an address.", Remedy: "Correct the address.",
		Example: "501 <a..b@example.com>: missing or malformed local part (expected word or \"<\")", ExampleStage: "rcpt",
	},
	{
		ID: "exim/utf8", Words: []string{"utf8 conversion", "address not representable", "smtputf8 not advertised"},
		Reason: ContentFormat, Confidence: Likely, Retry: RetryAfterFix, Source: "Exim",
		Example: "550 utf8 conversion of the address failed", ExampleStage: "rcpt",
	},
	{
		ID: "cpanel/sender-helo", Words: []string{"host impersonating", "helo should be a fqdn"},
		Reason: HELO, Confidence: Certain, Retry: RetryAfterFix, Source: "Exim with cPanel",
		Link:    "https://docs.cpanel.net/",
		Example: "550 \"REJECTED - Bad HELO - Host impersonating [mx1.example.com]\"", ExampleStage: "ehlo",
	},
	{
		ID: "cpanel/no-such-user", Words: []string{"no such user here", "no such person at this address"},
		Reason: NoSuchUser, Confidence: Likely, Source: "Exim with cPanel and others",
		Example: "550 \"No Such User Here\"", ExampleStage: "rcpt",
	},
	{
		ID: "cpanel/relay-login", Words: []string{"perhaps you have not logged into the pop/imap server", "not permitted to relay*do not have smtp authentication"},
		Reason: AuthRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "Exim with cPanel",
		Link:    "https://docs.cpanel.net/",
		Explain: "The server does not serve the recipient's domain, and the client did not log in.", Remedy: "Log in (--auth-user), or use the MX hosts of the domain.",
		Example: "550-(mail.example.org) [198.51.100.7]:52310 is currently not permitted to relay\n550-through this server. Perhaps you have not logged into the pop/imap server in\n550 the last 30 minutes or do not have SMTP Authentication turned on in your email client.", ExampleStage: "rcpt",
	},
	{
		ID: "cpanel/hourly", Words: []string{"has exceeded the max emails per hour", "has exceeded the max defers and failures per hour"},
		Reason: RateLimited, Side: SideUs, Confidence: Certain, Retry: RetryLater, RetryAfter: time.Hour, Source: "Exim with cPanel",
		Link:    "https://docs.cpanel.net/",
		Explain: "Your own domain at the hosting company has sent as much as it may in an hour.", Remedy: "Wait an hour; look whether the account is abused.",
		Example: "550 Domain example.org has exceeded the max emails per hour (500/500 (100%)) allowed. Message discarded.", ExampleStage: "message",
	},
	{
		ID: "cpanel/suspended-sender", Words: []string{"outgoing mail from*has been suspended", "sender has been suspended"},
		Reason: Policy, Side: SideUs, Confidence: Certain, Retry: RetryAfterFix, Source: "Exim with cPanel",
		Link:    "https://docs.cpanel.net/",
		Explain: "The hosting company has stopped what this account sends.", Remedy: "Ask its support, and look for what sent spam.",
		Example: "550 Outgoing mail from \"bob@example.org\" has been suspended.", ExampleStage: "mail",
	},
	{
		ID: "cpanel/blocked-country", Words: []string{"your country is not allowed", "your mail server's country"},
		Reason: Policy, Side: SideUs, Confidence: Likely, Source: "Exim with cPanel",
		Link:    "https://docs.cpanel.net/",
		Example: "550 Your country is not allowed to connect to this server.", ExampleStage: "greeting",
	},
	{
		ID: "exim/junkmail", Words: []string{"junkmail rejected"},
		Reason: IPReputation, Confidence: Likely, Retry: RetryAfterFix, Source: "Exim with cPanel",
		Example: "550-JunkMail rejected - mail.example.org [198.51.100.7] is on a list of ours", ExampleStage: "rcpt",
	},
	{
		ID: "directadmin/blocked", Words: []string{"email blocked by", "blocked - see http", "authentication is required for relay"},
		Reason: IPReputation, Confidence: Likely, Retry: RetryAfterFix, Source: "Exim with DirectAdmin",
		Example: "550 Email blocked by bl.example.net - to unblock see http://www.example.com/", ExampleStage: "rcpt",
	},
	{
		ID: "mailbaby/outbound", Words: []string{"your message looks like spam or has been reported as spam"},
		Reason: SpamContent, Confidence: Likely, Retry: RetryAfterFix, Source: "Exim with a spam filter",
		Example: "550 Your message looks like SPAM or has been reported as SPAM please read https://www.example.com/", ExampleStage: "message",
	},
	{
		ID: "spamexperts/reject", Words: []string{"considered unsolicited bulk e-mail", "spamexperts", "high probability of being spam", "contains too much spam"},
		Reason: SpamContent, Confidence: Likely, Retry: RetryAfterFix, Source: "SpamExperts",
		Example: "550 High probability of being spam", ExampleStage: "message",
	},
}

// calloutRows are about a server that asked another about the recipient, and was
// itself refused there. They come before what is said of us: the address that is
// refused in such a reply is the receiver's own.
var calloutRows = []Row{
	{
		ID: "exim/callout-listed", Words: []string{"callout verification failed*blocked using", "callout verification failed*listed in", "callout verification failed*listed at", "callout verification failed*blacklisted"},
		Reason: Policy, Confidence: Likely, Source: "Exim",
		Explain: "The server asked another one whether the address exists, and was itself refused there, for a blocklist. That says nothing about the address.",
		Remedy:  "Tell the postmaster of the receiving site by another way: what their server asks with is listed.",
		Example: "550-Callout verification failed:\n550 Service unavailable; client [198.51.100.7] blocked using bl.spamcop.net", ExampleStage: "rcpt",
	},
	{
		ID:     "exim/callout-refused",
		Words:  []string{"callout verification failed", "recipient verify fail*", "verification failed for <"},
		With:   []string{"blocked", "blacklist*", "blocklist*", "reputation", "your ip", "your host", "spam*"},
		Reason: Policy, Confidence: Likely, Source: "Exim",
		Explain: "The server asked another one whether the address exists, and was itself refused there. That says nothing about the address.",
		Remedy:  "Tell the postmaster of the receiving site by another way: what their server asks with is blocked.",
		Example: "550 Callout verification failed: 550 Your host is blocked here", ExampleStage: "rcpt",
	},
}
