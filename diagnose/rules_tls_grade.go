package diagnose

// tlsGradeRules are about how good a server's TLS is. None of them stops mail by
// itself: weak TLS is better than none where a sender would go on without it.
var tlsGradeRules = []Rule{
	{
		ID: "tls/legacy-only", Title: "TLS that only old software speaks", Severity: Warning,
		Explain:    "Current software has nothing in common with what the server's TLS offers, so that the handshake fails. A further connection with a ClientHello of our own found what it does take. Senders that insist on TLS do not deliver; the others deliver in the clear.",
		Remedy:     "The receiving site should allow TLS 1.2 and 1.3 with ECDHE.",
		References: []string{"RFC 8996, section 1", "RFC 9325, section 3", "RFC 7568, section 3"},
	},
	{
		ID: "tls/takes-old", Title: "old versions of TLS are taken too", Severity: Notice,
		Explain:    "Besides newer versions the server takes one that should not be used any more. Senders that know better are not affected.",
		Remedy:     "The receiving site can turn off what is older than TLS 1.2, where no sender needs it.",
		References: []string{"RFC 8996, section 1", "RFC 7568, section 3", "RFC 9325, section 3.1"},
	},
	{
		ID: "tls/weak-cipher", Title: "a weak cipher suite", Severity: Warning,
		Explain:    "The server takes a cipher suite that protects little or nothing: anonymous, NULL, export, RC4, DES or 3DES.",
		Remedy:     "The receiving site should take such suites out of its list.",
		References: []string{"RFC 9325, section 4.1", "RFC 7465, section 2"},
	},
	{
		ID: "tls/small-dh", Title: "a small Diffie-Hellman group", Severity: Warning,
		Explain:    "Keys are agreed on in a finite field of less than 2048 bits, which can be broken with effort, once for all who use the same field. Many senders refuse it.",
		Remedy:     "The receiving site should use a group of 2048 bits or more (RFC 7919), or ECDHE.",
		References: []string{"RFC 9325, section 4.2", "https://weakdh.org/"},
	},
	{
		ID: "tls/no-forward-secrecy", Title: "no forward secrecy", Severity: Notice,
		Explain:    "The session's key is encrypted to the key of the certificate: who gets that key later can read what was recorded today. Current software turns this off.",
		Remedy:     "The receiving site should allow ECDHE.",
		References: []string{"RFC 9325, section 4.1"},
	},
	{
		ID: "tls/weak-signature", Title: "a certificate is signed with a weak digest", Severity: Warning,
		Explain:    "A certificate of the chain is signed with SHA-1 or MD5, which can be forged. Senders that check certificates do not take it.",
		Remedy:     "The receiving site should get a certificate signed with SHA-256.",
		References: []string{"RFC 9155, section 1", "RFC 9325, section 4.1"},
	},
	{
		ID: "tls/weak-key", Title: "a short key", Severity: Warning,
		Explain:    "The certificate has an RSA key of less than 2048 bits.",
		Remedy:     "The receiving site should get a certificate for an RSA key of 2048 bits or more, or an ECDSA key.",
		References: []string{"RFC 9325, section 4.1"},
	},
	{
		ID: "tls/expires-soon", Title: "the certificate expires soon", Severity: Notice,
		Explain:    "The certificate holds for less than two weeks more. Most are renewed earlier than that.",
		Remedy:     "The receiving site should see why it was not renewed yet.",
		References: []string{"RFC 5280, section 4.1.2.5"},
	},
	{
		ID: "tls/not-resumed", Title: "sessions are not resumed", Severity: Info,
		Explain:    "A second connection did not resume the TLS session of the first. That only costs time: a whole handshake for each message.",
		Remedy:     "The receiving site can turn on tickets or a session cache.",
		References: []string{"RFC 8446, section 2.2", "RFC 5077, section 1"},
	},
	{
		ID: "starttls/sometimes", Title: "STARTTLS is offered sometimes", Severity: Warning,
		Explain:    "Some connections to this address were offered STARTTLS and others were not. Behind one address there may be servers set up differently; or something on the way removes the offer.",
		Remedy:     "The receiving site should set up all its servers alike. Compare from another network.",
		References: []string{"RFC 3207, section 6", "RFC 7435, section 3"},
	},
	{
		ID: "starttls/demanded", Title: "MAIL is refused without TLS", Severity: Notice,
		Explain:    "The server takes no mail in the clear. A server that takes mail from anywhere must not demand that; senders without TLS cannot deliver to it.",
		Remedy:     "None is needed where the site means it so.",
		References: []string{"RFC 3207, section 4"},
	},
	{
		ID: "starttls/again", Title: "STARTTLS is offered inside TLS", Severity: Notice,
		Explain:    "The server offers STARTTLS although TLS is in use already, which it must not. Senders pass over it.",
		Remedy:     "The receiving site should update its server.",
		References: []string{"RFC 3207, section 4.2"},
	},
	{
		ID: "starttls/lists", Title: "fewer service extensions inside TLS", Severity: Info,
		Explain:    "Service extensions that were offered before TLS are missing inside it. Often something on the way has changed one of the lists.",
		Remedy:     "The receiving site can compare the two EHLO replies, where that is not meant.",
		References: []string{"RFC 3207, section 4.2"},
	},
}
