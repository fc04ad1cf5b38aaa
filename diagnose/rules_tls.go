package diagnose

// tlsRules are about STARTTLS and certificates. Most senders take TLS where they
// get it and do not check certificates, so that few of these stop mail.
var tlsRules = []Rule{
	{
		ID: "tls/none", Title: "TLS is not offered", Severity: Notice,
		Explain:    "The server does not offer STARTTLS: mail to it can be read on the way, and senders that insist on TLS do not deliver.",
		Remedy:     "The receiving site should give the server a certificate and offer STARTTLS.",
		References: []string{"RFC 3207, section 2", "RFC 7435, section 3"},
	},
	{
		ID: "tls/expired", Title: "the certificate has expired", Severity: Warning,
		Explain:    "The server's certificate, or one of its chain, is no longer valid. Senders that check certificates (MTA-STS, --tls-verify) do not deliver.",
		Remedy:     "The receiving site should renew the certificate and reload the server.",
		References: []string{"RFC 5280, section 4.1.2.5", "RFC 8461, section 4.2"},
	},
	{
		ID: "tls/not-yet-valid", Title: "the certificate is not valid yet", Severity: Warning,
		Explain:    "The server's certificate begins to be valid in the future; or the clock here is wrong.",
		Remedy:     "Check the clock of this machine; otherwise the receiving site should install the right certificate.",
		References: []string{"RFC 5280, section 4.1.2.5"},
	},
	{
		ID: "tls/name-mismatch", Title: "the certificate is for another name", Severity: Warning,
		Explain:    "The certificate does not name the host that the MX record names. Senders that check certificates do not deliver.",
		Remedy:     "The receiving site should get a certificate with the names of its MX hosts.",
		References: []string{"RFC 9525, section 6", "RFC 8461, section 4.1"},
	},
	{
		ID: "tls/self-signed", Title: "the certificate is self-signed", Severity: Notice,
		Explain:    "Nobody vouches for the certificate. That is enough for opportunistic TLS and for DANE, and not for MTA-STS.",
		Remedy:     "The receiving site can get a certificate of a public authority, or publish a TLSA record.",
		References: []string{"RFC 7435, section 3", "RFC 7672, section 3.1"},
	},
	{
		ID: "tls/unknown-authority", Title: "the certificate's authority is not known", Severity: Notice,
		Explain:    "The chain does not lead to an authority that this machine trusts; often the server leaves out the intermediate certificate.",
		Remedy:     "The receiving site should send the whole chain. For an authority of your own use --ca-file.",
		References: []string{"RFC 8446, section 4.4.2"},
	},
	{
		ID: "tls/unverified", Title: "the certificate cannot be verified", Severity: Notice,
		Explain:    "The certificate fails verification for another reason than its dates, names and authority.",
		Remedy:     "The receiving site should look at the problem named here.",
		References: []string{"RFC 5280, section 6"},
	},
	{
		ID: "tls/handshake-failed", Title: "the TLS handshake failed", Severity: Warning,
		Explain:    "The server offers TLS and the handshake does not come to its end. Many senders then deliver without TLS; those that insist do not deliver.",
		Remedy:     "The receiving site should check the certificate, key and TLS settings of the server; its log says what failed. Where --tls-min or --tls-max narrow what is offered here, try without them.",
		References: []string{"RFC 3207, section 4.1"},
	},
	{
		ID: "tls/plaintext-port", Title: "TLS at once, where plaintext is spoken", Severity: Warning,
		Explain:    "The handshake was begun at once (--tls implicit), and the port answers in plaintext. There TLS begins with STARTTLS, if at all.",
		Remedy:     "Use STARTTLS (--tls opportunistic or require), or the port for implicit TLS, which is 465.",
		References: []string{"RFC 8314, section 3", "RFC 3207, section 4"},
	},
	{
		ID: "tls/old-version", Title: "an old version of TLS", Severity: Warning,
		Explain:    "The server speaks no version of TLS newer than 1.1. Many senders take 1.2 at least and fall back to none.",
		Remedy:     "The receiving site should allow TLS 1.2 and 1.3.",
		References: []string{"RFC 8996, section 1", "RFC 8997, section 3"},
	},
	{
		ID: "tls/our-limit", Title: "TLS failed on a limit of this program", Severity: Notice,
		Explain:    "The server's TLS needs something that this program does not do, such as finite-field Diffie-Hellman, RSA keys over 8192 bits or a huge chain. Other senders may manage.",
		Remedy:     "See whether tls/legacy-only is found too; otherwise check with another client, such as openssl s_client -starttls smtp.",
		References: []string{"RFC 3207, section 4.1"},
	},
	{
		ID: "tls/refused", Title: "STARTTLS is offered and refused", Severity: Warning,
		Explain:    "The server offers STARTTLS and answers the command with a refusal. Senders that do not insist go on in the clear.",
		Remedy:     "The receiving site should repair the server's TLS setup, or not offer it.",
		References: []string{"RFC 3207, section 4"},
	},
	{
		ID: "tls/injection", Title: "plaintext behind the reply to STARTTLS", Severity: Error,
		Explain:    "Bytes came in the clear behind the server's consent to TLS. A client that takes them for part of the encrypted dialogue can be lied to; this one ended the session. It is a fault of the server, or an attack on the way.",
		Remedy:     "Compare from another network. The receiving site should update its server.",
		References: []string{"RFC 3207, section 4.2", "https://www.kb.cert.org/vuls/id/555316", "https://nostarttls.secvuln.info/"},
	},
}
