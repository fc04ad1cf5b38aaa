package diagnose

// openRelayRules are about servers that take mail for others than their own.
var openRelayRules = []Rule{
	{
		ID: "relay/possibly-open", Title: "possibly an open relay", Severity: Error,
		Explain:    "The server took, at RCPT, a recipient of a foreign domain from somebody who is not its client. Servers that pass such mail on are found and used by spammers within hours, and then land on blocklists. RCPT alone is no proof: the server may refuse the message, take the whole for a name of a mailbox of its own, or deliver it nowhere.",
		Remedy:     "Who runs the server should let strangers send to its own domains only (Postfix: reject_unauth_destination in smtpd_relay_restrictions; Exim: require verify and relay_to_domains; Sendmail: no promiscuous_relay). Then ask again.",
		References: []string{"RFC 5321, section 7.9", "RFC 2505, section 2.1"},
	},
	{
		ID: "relay/relays-for-us", Title: "the server relays for us", Severity: Info,
		Explain:    "The server took a recipient of a foreign domain, from an address or a login that may be one of its own clients'. That is what a smarthost is for, and says nothing about strangers.",
		Remedy:     "To know what it does with strangers, ask from an address outside its networks and without a login.",
		References: []string{"RFC 6409, section 3.3"},
	},
	{
		ID: "relay/closed", Title: "the server does not relay for strangers", Severity: Info,
		Explain:    "The server refused a recipient of a foreign domain, in every form that other servers were open by. That is as it should be.",
		Remedy:     "Nothing.",
		References: []string{"RFC 5321, section 7.9", "RFC 2505, section 2.1"},
	},
	{
		ID: "relay/not-decided", Title: "whether the server relays is not known", Severity: Notice,
		Explain:    "The server neither took nor refused for good all that it was asked: it deferred, refused the sender, or ended the session.",
		Remedy:     "Try again later, or with another --from.",
		References: []string{"RFC 5321, section 4.2.1"},
	},
}
