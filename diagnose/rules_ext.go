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
}
