package diagnose

// waitRules are about recipients that were tried again later.
var waitRules = []Rule{
	{
		ID: "smtp/greylisted-then-accepted", Title: "greylisting, which has passed", Severity: Info,
		Explain: "The server turned the first attempt away and took a later one with the same sender, recipient and source address: it greylists. " +
			"Mail arrives, the first of it late; what comes from an address or sender that it knows is taken at once.",
		Remedy:     "Nothing is wrong. Who sends from a pool of addresses should try again from the same one, or greylisting begins anew each time.",
		References: []string{"RFC 6647, section 2", "RFC 5321, section 4.5.4.1"},
	},
	{
		ID: "smtp/deferred-then-accepted", Title: "deferred at first, accepted later", Severity: Info,
		Explain:    "The server deferred the first attempt and accepted a later one. Mail arrives, late.",
		Remedy:     "Look at the first reply, which says what was the matter; if that is so often, the receiving site should look at it.",
		References: []string{"RFC 5321, section 4.2.1", "RFC 5321, section 4.5.4.1"},
	},
	{
		ID: "smtp/deferred-then-rejected", Title: "deferred at first, rejected later", Severity: Notice,
		Explain: "The server deferred the first attempt and refused a later one for good: a sender learns late that its mail is not taken. " +
			"Servers that greylist before they look at the recipient do that.",
		Remedy:     "Go by the later reply. The receiving site should refuse unknown recipients before it greylists.",
		References: []string{"RFC 6647, section 3", "RFC 5321, section 4.2.1"},
	},
}
