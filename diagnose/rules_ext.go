package diagnose

// extRules are about service extensions.
var extRules = []Rule{
	{
		ID: "ext/not-offered", Title: "an extension that was asked for is not offered", Severity: Notice,
		Explain: "Nothing is sent that the server does not offer. Where a message may go without the extension the session went on without it; " +
			"where it may not, the transaction was not begun, which says nothing about the recipient.",
		Remedy:     "Leave the option out, or ask a server that offers the extension; the receiving site may have switched it off.",
		References: []string{"RFC 5321, section 2.2.1", "RFC 8689, section 4.2", "RFC 3030, section 2", "RFC 3461, section 5"},
	},
	{
		ID: "ext/broken", Title: "an extension is offered and does not work", Severity: Warning,
		Explain: "The server offers a service extension and does not understand its use, or loses the session over it. Senders trust the offer: " +
			"messages come late, or not at all.",
		Remedy:     "The receiving site should correct its server, or not offer the extension; a filter before it may offer what it does not know. Until then leave the option for it out.",
		References: []string{"RFC 5321, section 2.2.2"},
	},
	{
		ID: "ext/query", Title: "the answer to a query", Severity: Info,
		Explain:    "What a server says to VRFY, EXPN, HELP, NOOP or ETRN by itself. It says nothing certain about a recipient: servers answer so as to keep addresses private.",
		Remedy:     "Ask with RCPT, as a message would: leave --query out.",
		References: []string{"RFC 5321, section 3.5.3", "RFC 5321, section 7.3", "RFC 1985, section 5.3"},
	},
}
