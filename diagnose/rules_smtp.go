package diagnose

// smtpRules are about the dialogue, about this machine, and about what was not asked.
var smtpRules = []Rule{
	{
		ID: "smtp/bare-lf", Title: "lines that end in LF alone", Severity: Notice,
		Explain:    "The server ends lines in LF without CR. It is understood here; strict clients refuse it, and it goes with openness to SMTP smuggling.",
		Remedy:     "The receiving site should update its server: lines end in CR LF.",
		References: []string{"RFC 5321, section 2.3.8"},
	},
	{
		ID: "smtp/protocol", Title: "the dialogue is not SMTP", Severity: Error,
		Explain:    "A reply was malformed, out of sequence, or beyond every limit. Nothing after it can be trusted, so that the session ends without a verdict on the recipient.",
		Remedy:     "Look at the transcript: a proxy, a firewall or another service may answer in place of the mail server.",
		References: []string{"RFC 5321, section 4.2", "RFC 5321, section 4.3.2"},
	},
	{
		ID: "smtp/unsolicited", Title: "a reply that nothing was asked for", Severity: Error,
		Explain:    "The server sent a reply before its command. Which reply belongs to which command is not known any more, so that none of the session counts.",
		Remedy:     "Compare from another network; a proxy or a filter on the way may add replies.",
		References: []string{"RFC 5321, section 4.1.1", "RFC 2920, section 3.2"},
	},
	{
		ID: "smtp/proxy-header", Title: "the header of the PROXY protocol is taken for a command", Severity: Error,
		Explain: "The server does not expect the PROXY protocol at this port, or not from this client. It answered the header like a command it does not know, " +
			"or as a client that does not wait for the greeting, so that no reply is to its command.",
		Remedy:     "Leave --proxy-protocol out, or ask the port that is for the load balancer (Postfix: smtpd_upstream_proxy_protocol, Exim: hosts_proxy, Dovecot: haproxy = yes).",
		References: []string{"HAProxy, proxy-protocol.txt, section 2"},
	},
	{
		ID: "smtp/helo-only", Title: "EHLO is refused, HELO is not", Severity: Notice,
		Explain:    "The server does not know EHLO, or a firewall on the way replaces it. Without EHLO there is no TLS and no extension.",
		Remedy:     "Look for a firewall that \"inspects\" SMTP, and end that.",
		References: []string{"RFC 5321, section 3.2"},
	},
	{
		ID: "smtp/class-mismatch", Title: "reply code and enhanced code contradict each other", Severity: Notice,
		Explain:    "The first digits of the reply code and of the enhanced status code differ. The reply code counts; some senders follow the other.",
		Remedy:     "The receiving site should correct the rule or filter that makes this reply.",
		References: []string{"RFC 2034, section 4", "RFC 5321, section 4.2.1"},
	},
	{
		ID: "smtp/8bit", Title: "bytes in replies that do not belong there", Severity: Info,
		Explain:    "Replies hold bytes beyond ASCII, or control characters. They are shown escaped.",
		Remedy:     "The receiving site should keep its replies in ASCII unless the client asked for SMTPUTF8.",
		References: []string{"RFC 5321, section 4.2", "RFC 6531, section 3.7.4"},
	},
	{
		ID: "smtp/not-smtp", Title: "another protocol answers", Severity: Error,
		Explain:    "What answered at the address does not speak SMTP.",
		Remedy:     "Check address and port; on port 465 use --tls implicit.",
		References: []string{"RFC 5321, section 4.3.1"},
	},
	{
		ID: "smtp/slow", Title: "replies that take long", Severity: Notice,
		Explain:    "The server took five seconds or more for a reply: it is overloaded, its own lookups are slow, or it slows unknown clients down on purpose.",
		Remedy:     "Compare later and from another address. The receiving site should look at its DNS and its filters.",
		References: []string{"RFC 5321, section 4.5.3.2"},
	},
	{
		ID: "smtp/pipelining-broken", Title: "PIPELINING is offered and does not work", Severity: Warning,
		Explain:    "The session broke when commands were sent together, and was tried again one by one.",
		Remedy:     "The receiving site should update its server, or the firewall before it, or not offer PIPELINING.",
		References: []string{"RFC 2920, section 3.1"},
	},
	{
		ID: "smtp/lost", Title: "the server left in the middle of the dialogue", Severity: Warning,
		Explain:    "The connection ended, or went silent, after the greeting and without a reply. A sender goes to the next host and tries again later.",
		Remedy:     "If it always happens at the same stage, look for a filter or a crash at the receiving site, or for lost large packets (MTU) on the way.",
		References: []string{"RFC 5321, section 3.8"},
	},
	{
		ID: "us/port-25", Title: "nothing gets out on port 25", Severity: Warning,
		Explain:    "Every connection to port 25 timed out or was prohibited. This says nothing about the recipient; many networks, homes and clouds above all, block outbound port 25.",
		Remedy:     "Probe a server that surely answers, such as an MX host of a large provider. If that fails too, ask your network's operator, or probe from elsewhere.",
		References: []string{"RFC 5068, section 3.1"},
	},
	{
		ID: "us/helo-private", Title: "EHLO with a name nobody can check", Severity: Notice,
		Explain:    "The name given in EHLO is a private address or not a fully qualified host name. Some servers refuse that, or trust it less.",
		Remedy:     "Give this machine's public host name with --helo.",
		References: []string{"RFC 5321, section 4.1.4", "RFC 5321, section 2.3.5"},
	},
	{
		ID: "rcpt/harvesting", Title: "recipients left out", Severity: Notice,
		Explain:    "After three unknown users in one session the other recipients were not asked about: it would look like collecting addresses, and servers block that.",
		Remedy:     "Correct the recipients that are unknown, and probe the others alone, later.",
		References: []string{"RFC 5321, section 7.3"},
	},
}
