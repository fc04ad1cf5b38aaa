package diagnose

// besideRules are about recipients beside the one in question, and about the sender.
var besideRules = []Rule{
	{
		ID: "rcpt/catch-all", Title: "any address is accepted", Severity: Notice,
		Explain: "The server accepted random addresses that cannot exist. That it accepts the recipient at RCPT says nothing about the mailbox: " +
			"it may take all mail of the domain, or learn only later who exists, and bounce then.",
		Remedy:     "Ask the recipient by other means, or send a message (--data) and wait for a bounce.",
		References: []string{"RFC 5321, section 3.3", "RFC 5321, section 4.2.5"},
	},
	{
		ID: "rcpt/refuses-unknown", Title: "unknown users are refused", Severity: Info,
		Explain:    "The server refused random addresses that cannot exist, and accepted the recipient: it knows who exists, so that the mailbox most likely does.",
		Remedy:     "Nothing is wrong.",
		References: []string{"RFC 5321, section 3.3"},
	},
	{
		ID: "rcpt/catch-all-open", Title: "whether any address is accepted is not known", Severity: Info,
		Explain: "The server deferred random addresses, greylists them, slowed us down, or was of two minds. Whether it accepts any address, " +
			"and so what its acceptance of the recipient is worth, stays open.",
		Remedy:     "Probe again later.",
		References: []string{"RFC 5321, section 3.3"},
	},
	{
		ID: "rcpt/postmaster-refused", Title: "postmaster is refused", Severity: Warning,
		Explain:    "Every domain that takes mail must take that for postmaster. Where it does not, nobody can tell it of its problems, and some blocklists list it for that.",
		Remedy:     "The receiving site should make postmaster a mailbox or an alias that somebody reads.",
		References: []string{"RFC 5321, section 4.5.1", "RFC 2142, section 5"},
	},
	{
		ID: "rcpt/bare-postmaster-refused", Title: "postmaster without a domain is refused", Severity: Notice,
		Explain:    "A server must take mail for postmaster without a domain too, so that it can be told of problems with its domains.",
		Remedy:     "The receiving site should let RCPT TO:<postmaster> through, to whoever runs the server.",
		References: []string{"RFC 5321, section 4.5.1"},
	},
	{
		ID: "rcpt/abuse-refused", Title: "abuse is refused", Severity: Notice,
		Explain:    "Complaints about mail from a domain go to its abuse mailbox, which the domain does not take mail for.",
		Remedy:     "The receiving site should make abuse a mailbox or an alias that somebody reads.",
		References: []string{"RFC 2142, section 4"},
	},
	{
		ID: "mail/null-sender-refused", Title: "the null sender is refused", Severity: Warning,
		Explain: "Bounces and other notifications have the null sender, so that a bounce never bounces. A server that refuses it lets its users never learn that their mail " +
			"was not delivered; servers that verify senders by a call-back refuse its mail.",
		Remedy:     "The receiving site should accept MAIL FROM:<>. For the recipient in question probe with --from.",
		References: []string{"RFC 5321, section 4.5.5", "RFC 5321, section 6.1"},
	},
	{
		ID: "smtp/callback", Title: "the sender is verified by a call-back", Severity: Notice,
		Explain: "Before it takes mail the server asks the mail server of the sender's domain whether it would take a bounce to the sender. That fails when that server greylists, is slow, " +
			"refuses the null sender or does not know the sender.",
		Remedy:     "Use a sender that exists (--from), whose mail server accepts the null sender: smtpcheck probe SENDER shows what the call-back meets. If it says for now, try again later.",
		References: []string{"RFC 5321, section 4.5.5", "Exim specification, \"Callout verification\"", "Postfix, ADDRESS_VERIFICATION_README"},
	},
}
