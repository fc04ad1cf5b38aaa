package diagnose

// mxRules are about the MX records of the domain and the hosts they name.
var mxRules = []Rule{
	{
		ID: "mx/null", Title: "the domain takes no mail (null MX)", Severity: Error,
		Explain:    "The domain has the one MX record \"0 .\", by which its owner says that it takes no mail.",
		Remedy:     "Ask the recipient for an address at another domain.",
		References: []string{"RFC 7505, section 3"},
	},
	{
		ID: "mx/null-not-alone", Title: "a null MX beside other MX records", Severity: Warning,
		Explain:    "A null MX \"0 .\" must be the only MX record. Beside others it means nothing to most senders, and some give the mail up.",
		Remedy:     "The owner of the domain should remove the null MX, or all the others.",
		References: []string{"RFC 7505, section 3"},
	},
	{
		ID: "mx/implicit", Title: "no MX record; the domain's own address is used", Severity: Notice,
		Explain:    "The domain has no MX record, so that mail goes to its A and AAAA records. That is allowed, and often not meant: many such hosts are web servers.",
		Remedy:     "The owner of the domain should publish an MX record, or a null MX if it takes no mail.",
		References: []string{"RFC 5321, section 5.1", "RFC 7505, section 3"},
	},
	{
		ID: "mx/none", Title: "no usable mail host", Severity: Error,
		Explain:    "The domain exists, and neither MX records nor addresses lead to a host that could take mail.",
		Remedy:     "Check the domain for a typing error; its owner must publish an MX record whose host has an address.",
		References: []string{"RFC 5321, section 5.1"},
	},
	{
		ID: "mx/no-address", Title: "an MX host without an address", Severity: Warning,
		Explain:    "The MX record names a host that exists and has neither an A nor an AAAA record. Senders pass it over.",
		Remedy:     "The owner of the domain should give the host an address or remove the MX record.",
		References: []string{"RFC 5321, section 5.1", "RFC 2181, section 10.3"},
	},
	{
		ID: "mx/nxdomain-host", Title: "an MX host that does not exist", Severity: Warning,
		Explain:    "The MX record names a host that DNS does not know. Senders pass it over.",
		Remedy:     "The owner of the domain should correct the name or remove the MX record.",
		References: []string{"RFC 5321, section 5.1"},
	},
	{
		ID: "mx/cname", Title: "an MX host that is an alias", Severity: Warning,
		Explain:    "The MX record names an alias (CNAME). That is not allowed: some senders refuse it, and loop detection by name fails.",
		Remedy:     "The owner of the domain should name the host that the alias leads to.",
		References: []string{"RFC 2181, section 10.3", "RFC 5321, section 5.1"},
	},
	{
		ID: "mx/domain-cname", Title: "the domain is an alias", Severity: Notice,
		Explain:    "The domain of the address is an alias (CNAME); the mail hosts are those of the name it leads to. Old senders rewrite the address to that name.",
		Remedy:     "Nothing, if it is meant. Otherwise the owner should give the domain MX records of its own.",
		References: []string{"RFC 5321, section 5.1", "RFC 1034, section 3.6.2"},
	},
	{
		ID: "mx/address-as-name", Title: "an MX record with an IP address", Severity: Warning,
		Explain:    "The MX record holds an IP address where a host name must be. Senders that follow the standard look it up as a name and find nothing.",
		Remedy:     "The owner of the domain should give the address a host name and put that into the MX record.",
		References: []string{"RFC 1035, section 3.3.9", "RFC 5321, section 5.1"},
	},
	{
		ID: "mx/duplicate", Title: "the same MX host twice", Severity: Notice,
		Explain:    "A host is named by more than one MX record; the lowest preference counts. It is tried once.",
		Remedy:     "The owner of the domain should keep one of the records.",
		References: []string{"RFC 5321, section 5.1"},
	},
	{
		ID: "mx/loop", Title: "aliases that never end", Severity: Error,
		Explain:    "The aliases (CNAME) of the name go round in a circle, or there are too many of them, so that no address is found.",
		Remedy:     "The owner of the name must correct the CNAME records.",
		References: []string{"RFC 1034, section 3.6.2", "RFC 2181, section 10.3"},
	},
	{
		ID: "mx/too-many", Title: "more hosts or addresses than are looked at", Severity: Notice,
		Explain:    "There are so many MX records or addresses that only the most preferred ones were looked at. Senders also stop somewhere.",
		Remedy:     "The owner of the domain should name fewer.",
		References: []string{"RFC 5321, section 5.1"},
	},
	{
		ID: "mx/loops-to-us", Title: "an MX that leads back to the sender", Severity: Warning,
		Explain:    "The MX host has a loopback, unspecified or our own address: a sender would talk to itself. Such an address is not probed.",
		Remedy:     "The owner of the domain should name a host with a public address; on the mail server itself, use --server to probe it.",
		References: []string{"RFC 5321, section 5.1"},
	},
	{
		ID: "mx/private-address", Title: "an MX host with an address nobody outside reaches", Severity: Warning,
		Explain:    "An address of the MX host is private, link-local or multicast: from the Internet it cannot be reached, or leads elsewhere.",
		Remedy:     "The owner of the domain should publish the public address only.",
		References: []string{"RFC 1918, section 3", "RFC 4193, section 4.1", "RFC 6598, section 4"},
	},
	{
		ID: "mx/invalid-name", Title: "an MX record whose name cannot be a host's", Severity: Warning,
		Explain:    "The MX record holds bytes that no host name has. Senders pass it over.",
		Remedy:     "The owner of the domain should correct the record.",
		References: []string{"RFC 1123, section 2.1", "RFC 5321, section 2.3.5"},
	},
	{
		ID: "mx/disagree", Title: "the MX hosts disagree", Severity: Warning,
		Explain:    "One MX host takes the recipient and another refuses for good: what happens to the mail depends on which one a sender meets.",
		Remedy:     "The receiving site should give all its MX hosts the same list of recipients and the same rules.",
		References: []string{"RFC 5321, section 5.1"},
	},
	{
		ID: "mx/auth-required", Title: "an MX host that wants a login", Severity: Warning,
		Explain:    "The host that the domain names for its mail asks for a login before it takes any. No sender from outside has one: the server is misconfigured, or the MX record names a submission server.",
		Remedy:     "The receiving site should let the host take mail for its domain without a login, or name the right host in the MX record.",
		References: []string{"RFC 6409, section 4.3", "RFC 5321, section 5.1"},
	},
	{
		ID: "mx/dead-host", Title: "an MX host that nobody answers for", Severity: Warning,
		Explain:    "None of the addresses of the host that were tried greeted us. Every sender loses time there, and mail waits if it is the only one.",
		Remedy:     "The receiving site should repair the host or remove its MX record.",
		References: []string{"RFC 5321, section 5.1"},
	},
	{
		ID: "mx/backup-only", Title: "accepted by a backup MX only", Severity: Notice,
		Explain:    "No more preferred host that was tried took the mail. A backup MX passes it on later and often knows no recipients, so that it may bounce it then.",
		Remedy:     "Find out what is wrong with the more preferred hosts; try again later.",
		References: []string{"RFC 5321, section 5.1"},
	},
	{
		ID: "mx/aaaa-slow", Title: "one kind of address was not answered", Severity: Notice,
		Explain:    "DNS gave the host's addresses of one family and no timely answer, or a failure, for the other. Senders that wait for both lose time or defer the mail.",
		Remedy:     "The owner of the host's domain should repair its name servers: they must answer for AAAA too, if only that there is none.",
		References: []string{"RFC 4074, section 4", "RFC 8305, section 3"},
	},
}

// dnsRules are about DNS itself.
var dnsRules = []Rule{
	{
		ID: "dns/nxdomain", Title: "no such domain", Severity: Error,
		Explain:    "DNS says that the domain does not exist. Mail to it is returned at once.",
		Remedy:     "Check the domain for a typing error, and whether its registration has run out.",
		References: []string{"RFC 2308, section 2.1", "RFC 5321, section 5.1"},
	},
	{
		ID: "dns/servfail", Title: "DNS answers with a failure", Severity: Warning,
		Explain:    "The name servers answered with a failure (SERVFAIL, REFUSED or another). It is not known where the mail goes; a sender keeps it and asks again, and never falls back to the domain's address.",
		Remedy:     "Ask another resolver (--resolver). If it fails there too, the owner of the domain must repair its name servers or its DNSSEC.",
		References: []string{"RFC 5321, section 5.1", "RFC 8914, section 4"},
	},
	{
		ID: "dns/timeout", Title: "DNS does not answer", Severity: Warning,
		Explain:    "No name server answered in time. It is not known where the mail goes; a sender keeps it and asks again.",
		Remedy:     "Ask another resolver (--resolver) to tell a broken resolver here from broken name servers there.",
		References: []string{"RFC 5321, section 5.1"},
	},
	{
		ID: "dns/failed", Title: "DNS cannot be used", Severity: Warning,
		Explain:    "No name server could be reached, or their answers were malformed. It is not known where the mail goes.",
		Remedy:     "Check the network and the resolver of this machine; try another (--resolver).",
		References: []string{"RFC 5321, section 5.1"},
	},
}
