package diagnose

import "time"

// qmailRows are the replies of qmail and its descendants; the enhanced code
// stands behind the text.
var qmailRows = []Row{
	{
		ID: "qmail/no-mailbox", Words: []string{"sorry, no mailbox here by that name", "sorry, that address is not in", "no valid cert for gatewaying"},
		Reason: NoSuchUser, Confidence: Certain, Source: "qmail",
		Example: "550 sorry, no mailbox here by that name (#5.1.1 - chkuser)", ExampleStage: "rcpt",
	},
	{
		ID: "qmail/rcpthosts", Words: []string{"isn't in my list of allowed rcpthosts"},
		Reason: RelayDenied, Confidence: Certain, Retry: RetryAfterFix, Source: "qmail",
		Explain: "The server does not serve the recipient's domain.",
		Example: "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", ExampleStage: "rcpt",
	},
	{
		ID: "qmail/badmailfrom", Words: []string{"envelope sender is in my badmailfrom list"},
		Reason: SenderRejected, Confidence: Certain, Retry: RetryAfterFix, Source: "qmail",
		Explain: "The server's administrator has listed this reverse-path as unwanted.",
		Example: "553 sorry, your envelope sender is in my badmailfrom list (#5.7.1)", ExampleStage: "rcpt",
	},
	{
		ID: "qmail/databytes", Words: []string{"exceeds my databytes limit"},
		Reason: TooBig, Confidence: Certain, Retry: RetryAfterFix, Source: "qmail",
		Example: "552 sorry, that message size exceeds my databytes limit (#5.3.4)", ExampleStage: "message",
	},
	{
		ID: "qmail/bare-lf", Words: []string{"cr.yp.to/docs/smtplf.html"},
		Reason: ContentFormat, Confidence: Certain, Retry: RetryAfterFix, Source: "qmail",
		Explain: "The message has lines that end in LF alone; the code says for now, but it stays so.", Remedy: "End every line in CR LF.",
		Example: "451 See https://cr.yp.to/docs/smtplf.html.", ExampleStage: "message",
	},
	{
		ID: "qmail/queue-trouble", Codes: "4", Words: []string{"^qq ", "qqt failure", "qq trouble", "unable to queue"},
		Reason: ServerError, Confidence: Certain, RetryAfter: 30 * time.Minute, Source: "qmail",
		Explain: "The server could not put the message into its queue; a filter of it may have failed.",
		Example: "451 qq trouble in home directory (#4.3.0)", ExampleStage: "message",
	},
	{
		ID: "qmail/spf", Words: []string{"see http://spf.pobox.com", "open-spf.org/why", "open-spf.net/why", "openspf.org/why", "openspf.net/why"},
		Reason: AuthFail, Confidence: Certain, Retry: RetryAfterFix, Source: "SPF filters",
		Remedy:  "Add the sending address to the SPF record of the reverse-path's domain.",
		Example: "550 See http://www.openspf.org/Why?id=bob%40example.org&ip=198.51.100.7&receiver=mx1.example.com : Reason: mechanism (#5.7.1)", ExampleStage: "mail",
	},
}

// clientRows are what a sending server says by itself, in its log or a bounce,
// when there was no reply to quote.
var clientRows = []Row{
	{
		ID: "client/refused", Words: []string{"^connect to*connection refused", "^connection refused$"},
		Reason: Unreached, Side: SideReceiver, Confidence: Certain, Retry: RetryLater, RetryAfter: 15 * time.Minute, Source: "Postfix",
		Explain: "The host answers and no mail server listens there.", Remedy: "Wait, and check the host named by MX; if it is right, its mail server is down.",
		Example: "connect to mx1.example.com[198.51.100.10]:25: Connection refused", ExampleStage: "connect",
	},
	{
		ID: "client/no-route", Words: []string{"^connect to*no route to host", "^connect to*network is unreachable"},
		Reason: Unreached, Confidence: Certain, Retry: RetryLater, RetryAfter: 15 * time.Minute, Source: "Postfix",
		Example: "connect to mx1.example.com[2001:db8::10]:25: Network is unreachable", ExampleStage: "connect",
	},
	{
		ID: "client/connect-timeout", Words: []string{"^connect to*connection timed out", "wasn't able to establish an smtp connection"},
		Reason: TimedOut, Confidence: Certain, Retry: RetryLater, RetryAfter: 15 * time.Minute, Source: "Postfix, qmail",
		Explain: "Nothing answered at the address. If it is so with every server, outbound port 25 is blocked where the mail comes from.",
		Remedy:  "Try another server, such as an MX host of a large provider, to tell the two apart.",
		Example: "connect to mx1.example.com[198.51.100.10]:25: Connection timed out", ExampleStage: "connect",
	},
	{
		ID: "client/timeout", Codes: "0", Words: []string{"^connection timed out", "^operation timed out"},
		Reason: TimedOut, Confidence: Likely, Retry: RetryLater, RetryAfter: 15 * time.Minute, Source: "Exim, Sendmail",
		Explain: "Nothing answered, or no longer. If it is so with every server, outbound port 25 is blocked where the mail comes from.",
		Remedy:  "Try another server, such as an MX host of a large provider, to tell the two apart.",
		Example: "Connection timed out with mx1.example.com.", ExampleStage: "connect",
	},
	{
		ID: "client/refused-by", Codes: "0", Words: []string{"^connection refused"},
		Reason: Unreached, Side: SideReceiver, Confidence: Certain, Retry: RetryLater, RetryAfter: 15 * time.Minute, Source: "Sendmail, Exim",
		Explain: "The host answers and no mail server listens there.", Remedy: "Wait, and check the host named by MX; if it is right, its mail server is down.",
		Example: "Connection refused by mx1.example.com.", ExampleStage: "connect",
	},
	{
		ID: "client/no-way", Codes: "0", Words: []string{"^no route to host", "^network is unreachable", "^host is unreachable", "^network unreachable"},
		Reason: Unreached, Confidence: Certain, Retry: RetryLater, RetryAfter: 15 * time.Minute, Source: "Exim, Sendmail",
		Example: "No route to host", ExampleStage: "connect",
	},
	{
		ID: "client/retry-time", Codes: "0", Words: []string{"retry time not reached"},
		Reason: Unreached, Confidence: Likely, Retry: RetryLater, RetryAfter: 30 * time.Minute, Source: "Exim",
		Explain: "Exim did not try at all: an attempt before had failed, and the next one is not due yet.", Remedy: "Look for the error of the last attempt in the log; exim -qff tries at once.",
		Example: "retry time not reached for any host", ExampleStage: "connect",
	},
	{
		ID: "client/retry-timeout", Codes: "0", Words: []string{"retry timeout exceeded"},
		Reason: Unreached, Confidence: Likely, Retry: RetryNever, Source: "Exim",
		Explain: "Exim gave up: every attempt had failed for as long as its retry rules allow.", Remedy: "Look for the error of the last attempt in the log, remove its cause, and send again.",
		Example: "retry timeout exceeded", ExampleStage: "connect",
	},
	{
		ID: "client/service-unavailable", Codes: "0", Words: []string{"^service unavailable$"},
		Reason: Unknown, Confidence: Guess, Retry: RetryNever, Source: "Sendmail",
		Explain: "Sendmail writes so for nearly every refusal for good that has no status of its own.", Remedy: "Look for the server's reply in the bounce, or in the lines of the same queue id before.",
		Example: "Service unavailable", ExampleStage: "message",
	},
	{
		ID: "client/greeting-timeout", Words: []string{"^conversation with*timed out while receiving the initial server greeting"},
		Reason: TimedOut, Confidence: Certain, Retry: RetryLater, RetryAfter: 15 * time.Minute, Source: "Postfix",
		Explain: "The connection came about and nobody greeted in time: the server is overloaded, is slow to look the client up, or something in between answers for it.",
		Remedy:  "Retry, with longer timeouts (--rfc-timeouts): some servers greet strangers late on purpose.",
		Example: "conversation with mx1.example.com[198.51.100.10] timed out while receiving the initial server greeting", ExampleStage: "greeting",
	},
	{
		ID: "client/greeting-lost", Words: []string{"lost connection with*while receiving the initial server greeting"},
		Reason: Unreached, Confidence: Certain, Retry: RetryLater, RetryAfter: 15 * time.Minute, Source: "Postfix",
		Explain: "The connection came about and was closed before anybody greeted: by a limit, a firewall or a block against this address.",
		Remedy:  "Try from another network: if it is greeted there, the receiving site, or something near here, keeps this address out.",
		Example: "lost connection with mx1.example.com[198.51.100.10] while receiving the initial server greeting", ExampleStage: "greeting",
	},
	{
		ID: "client/conversation-timeout", Words: []string{"^conversation with*timed out"},
		Reason: TimedOut, Confidence: Certain, Retry: RetryLater, RetryAfter: 15 * time.Minute, Source: "Postfix",
		Explain: "The server had answered and then kept silent. With large messages a path that loses big packets (MTU) is a usual cause.",
		Example: "conversation with mx1.example.com[198.51.100.10] timed out while sending message body",
	},
	{
		ID: "client/greeting-failed", Words: []string{"connected to*but greeting failed"},
		Reason: Unreached, Confidence: Certain, Retry: RetryLater, RetryAfter: 30 * time.Minute, Source: "qmail",
		Explain: "The server was reached, and its greeting was a refusal or none.", Remedy: "Probe the server: its greeting says why it refuses.",
		Example: "Connected to 198.51.100.10 but greeting failed.",
	},
	{
		ID: "client/connection-lost", Words: []string{"lost connection with", "but connection died", "remote host closed connection", "connection reset by peer"},
		Reason: ConnectionLost, Confidence: Certain, Retry: RetryLater, RetryAfter: 15 * time.Minute, Source: "Postfix, qmail",
		Example: "lost connection with mx1.example.com[198.51.100.10] while sending RCPT TO",
	},
	{
		ID: "client/dns-later", Words: []string{"name service error for*try again", "name service error for*malformed or unexpected name server reply", "unable to look up host", "host lookup did not complete", "cname lookup failed temporarily", "host name lookup failure"},
		Reason: DNSFailure, Confidence: Certain, Retry: RetryLater, RetryAfter: 30 * time.Minute, Source: "Postfix, Exim, Sendmail, qmail",
		Example: "Host or domain name not found. Name service error for name=example.com type=MX: Host not found, try again", ExampleStage: "connect",
	},
	{
		ID: "client/no-mail-host", Words: []string{"host found but no data record of requested type"},
		Reason: NoMailService, Confidence: Likely, Source: "Postfix",
		Explain: "The name exists in DNS and has no address: there is no mail host for the domain.",
		Example: "Host or domain name not found. Name service error for name=example.com type=AAAA: Host found but no data record of requested type", ExampleStage: "connect",
	},
	{
		ID: "client/domain-not-found", Words: []string{"host or domain name not found", "couldn't find any host named", "couldn't find a mail exchanger"},
		Reason: BadDomain, Confidence: Likely, Source: "Postfix, qmail",
		Explain: "DNS has no mail host for the domain.",
		Example: "Host or domain name not found. Name service error for name=exmaple.example type=AAAA: Host not found", ExampleStage: "connect",
	},
	{
		ID: "client/tls-required", Words: []string{"tls is required, but was not offered", "server certificate not verified", "server certificate not trusted", "cannot start tls"},
		Reason: TLSFailed, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Explain: "The sender insists on TLS for this destination, and it was not offered, failed, or its certificate is not to be trusted.",
		Example: "TLS is required, but was not offered by host mx1.example.com[198.51.100.10]", ExampleStage: "starttls",
	},
	{
		ID: "client/not-in-locals", Words: []string{"isn't in my control/locals", "although i'm listed as a best-preference mx"},
		Reason: Loop, Confidence: Certain, Retry: RetryAfterFix, Source: "qmail",
		Explain: "The MX record names this server, and it does not know that it should take mail for the domain.", Remedy: "Add the domain to the server, or correct the MX record.",
		Example: "Sorry. Although I'm listed as a best-preference MX or A for that host, it isn't in my control/locals file, so I don't treat it as local. (#5.4.6)", ExampleStage: "connect",
	},
}
