package diagnose

// truthRules are about what the authorities of a domain say, beside what resolvers said.
var truthRules = []Rule{
	{
		ID: "dns/stale-cache", Title: "the resolver's answer is not the one that the authorities give", Severity: Warning,
		Explain: "The resolver answers from its cache, or from a view of its own, and the authorities of the domain say something else now. " +
			"Mail that goes by this resolver goes to the place that the answer names until the TTL has run out.",
		Remedy:     "Wait until the TTL has run out, or have the name flushed from the resolver's cache. Ask another resolver (--resolver) to compare. Where the difference stays, the resolver has a zone of its own for the name.",
		References: []string{"RFC 1034, section 3.6", "RFC 2308, section 5"},
	},
	{
		ID: "dns/resolver-fails", Title: "the resolver fails where the authorities answer", Severity: Warning,
		Explain:    "The resolver gave no answer, and the authorities of the domain, asked directly, did. The fault lies with the resolver, with its way to them, or with its validation of DNSSEC.",
		Remedy:     "Ask another resolver (--resolver), and look into the log of the one that fails.",
		References: []string{"RFC 1034, section 5.3.3", "RFC 8914, section 4"},
	},
	{
		ID: "dns/resolvers-disagree", Title: "the resolvers disagree", Severity: Warning,
		Explain:    "Resolvers that were asked at the same time give different MX records. Where mail goes depends on which of them a sender uses.",
		Remedy:     "Compare with what the authorities say: one of the resolvers has an old answer, or a view of its own.",
		References: []string{"RFC 1034, section 3.6"},
	},
	{
		ID: "dns/authorities-disagree", Title: "the authorities disagree", Severity: Warning,
		Explain: "The name servers of the zone give different records. Which of them a resolver asks is chance, so that mail goes now here, now there. " +
			"For some minutes after a change that is normal.",
		Remedy:     "The owner of the domain should find out why a name server does not get the newest version of the zone: its zone transfer, its NOTIFY, a serial that was not raised.",
		References: []string{"RFC 1034, section 4.3.5", "RFC 1996, section 3"},
	},
	{
		ID: "dns/addresses-vary", Title: "answers about a host's addresses differ", Severity: Notice,
		Explain:    "Different servers give different addresses of the host. Large sites do that on purpose, by place or in turn; it is also seen while a change goes round.",
		Remedy:     "Nothing, where it is meant. Otherwise compare the addresses with those that the host really has.",
		References: []string{"RFC 1794"},
	},
	{
		ID: "dns/serials-differ", Title: "the authorities have different versions of the zone", Severity: Notice,
		Explain:    "The name servers have different serials, with the same records for this mail. After a change that is so for some minutes.",
		Remedy:     "If it stays, the owner of the domain should find out why a name server does not get the newest version.",
		References: []string{"RFC 1034, section 4.3.5", "RFC 1982, section 3"},
	},
	{
		ID: "dns/lame", Title: "a name server that does not serve the zone", Severity: Warning,
		Explain:    "The server is named for the zone and does not answer as its authority (a lame delegation). Resolvers lose time there, and fail when they meet no better one.",
		Remedy:     "The owner of the domain should have the server serve the zone, or take it out of the delegation and of the zone's NS records.",
		References: []string{"RFC 1912, section 2.8"},
	},
	{
		ID: "dns/authority-unreachable", Title: "a name server that does not answer", Severity: Warning,
		Explain:    "The server is named for the zone, and nobody answers there. Resolvers lose time, and fail when they meet no better one.",
		Remedy:     "The owner of the domain should repair the server, or take it out of the delegation and of the zone's NS records.",
		References: []string{"RFC 1034, section 4.1", "RFC 2182, section 3"},
	},
	{
		ID: "dns/single-authority", Title: "a single name server", Severity: Notice,
		Explain:    "The zone has one name server only. When it fails, nobody finds the domain, and mail to it waits.",
		Remedy:     "The owner of the domain should have a second one, elsewhere.",
		References: []string{"RFC 1034, section 4.1", "RFC 2182, section 5"},
	},
	{
		ID: "dns/parent-child-mismatch", Title: "the delegation is not what the zone says", Severity: Warning,
		Explain:    "The zone above names other name servers than the zone itself. Resolvers begin with the former; those that only it names may have an old version, or none.",
		Remedy:     "The owner of the domain should make both the same: at the registrar, or in the zone.",
		References: []string{"RFC 1034, section 4.2.2"},
	},
	{
		ID: "dns/dnssec-bogus", Title: "DNSSEC validation fails", Severity: Error,
		Explain:    "The resolver validates, and refuses the records because their signatures do not hold. Every sender whose resolver validates cannot deliver; others can.",
		Remedy:     "The owner of the domain must mend its DNSSEC: expired signatures, a DS record in the zone above that fits no key, or servers that leave signatures out.",
		References: []string{"RFC 4035, section 5", "RFC 8914, section 4.7"},
	},
	{
		ID: "us/port-53", Title: "the authorities cannot be asked from here", Severity: Notice,
		Explain:    "Of the name servers that were asked directly, none answered as an authority: all were silent, or something answered from a cache in their place. Many networks let DNS go through their own resolver only. This says nothing of the domain.",
		Remedy:     "Try again from a network that does not filter DNS (port 53).",
		References: []string{"RFC 5625, section 3"},
	},
}
