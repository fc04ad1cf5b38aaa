package diagnose

// authRules are about AUTH.
var authRules = []Rule{
	{
		ID: "auth/without-tls", Title: "AUTH is offered without TLS", Severity: Warning,
		Explain: "The server asks for passwords over a connection that everybody on the way can read: it offers mechanisms that send the password as it is, before TLS or without. " +
			"A client that is set up carelessly gives its password away.",
		Remedy:     "On the server: offer AUTH only once TLS is on (Postfix: smtpd_tls_auth_only = yes; Dovecot: ssl = required; Exim: auth_advertise_hosts by $tls_in_cipher).",
		References: []string{"RFC 4954, section 4", "RFC 8314, section 3"},
	},
	{
		ID: "auth/weak-only", Title: "only weak mechanisms of AUTH", Severity: Warning,
		Explain: "All mechanisms that the server offers are out of use for good reasons: whoever sees one exchange of CRAM-MD5, DIGEST-MD5 or NTLM can search for the password, " +
			"and the server has to keep the password itself.",
		Remedy:     "On the server: offer PLAIN over TLS, or SCRAM-SHA-256.",
		References: []string{"RFC 6331", "RFC 8314, section 3", "RFC 7677, section 4"},
	},
	{
		ID: "auth/password-only", Title: "AUTH tells the server the password", Severity: Info,
		Explain: "The server has no mechanism but PLAIN and LOGIN, which tell it the password, as most services do: all rests on TLS and its certificate.",
		Remedy:  "Nothing, where TLS is required and verified. SCRAM would keep the password from a server that is not the right one.",
		References: []string{
			"RFC 4616, section 6", "RFC 5802, section 9",
		},
	},
	{
		ID: "auth/lies", Title: "AUTH is offered and then not known", Severity: Error,
		Explain: "The server lists AUTH, with this mechanism, in its EHLO reply and refuses the command as one it does not have. " +
			"Its settings contradict each other, or something between the two ends changes the dialogue.",
		Remedy:     "Try another mechanism (--auth-mech) or port. On the server: see that the authentication service runs and is joined to this port.",
		References: []string{"RFC 4954, section 4", "RFC 5321, section 4.1.1.1"},
	},
	{
		ID: "auth/refused", Title: "the login was refused", Severity: Error,
		Explain:    "The server did not take the credentials. They are not tried again: a second wrong password may lock the account.",
		Remedy:     "Check user name and password. Some services want the whole address as the name, or a password made for mail programs.",
		References: []string{"RFC 4954, section 6"},
	},
	{
		ID: "auth/token-refused", Title: "the access token was refused", Severity: Error,
		Explain:    "The server did not take the access token. Most live for an hour; each is for one account and for what was agreed to (its scope). The JSON that the server sends with it is in the transcript.",
		Remedy:     "Get a new access token, for the account of --auth-user and with the scope for SMTP; --auth-token-command can get a fresh one each time.",
		References: []string{"RFC 7628, section 3.2.2", "RFC 6750, section 3.1"},
	},
	{
		ID: "auth/transition", Title: "the password must be changed or entered in another way first", Severity: Error,
		Explain:    "The password is right or was so, and does not do for this mechanism yet, or has expired.",
		Remedy:     "Log in once with PLAIN over TLS (--auth-mech PLAIN), or change the password.",
		References: []string{"RFC 4954, section 6"},
	},
	{
		ID: "auth/too-weak", Title: "the mechanism is too weak for the account", Severity: Error,
		Explain:    "The server wants a stronger mechanism, or another kind of password, for this user.",
		Remedy:     "Use a stronger mechanism (--auth-mech), OAuth (--auth-token-command) or an app password.",
		References: []string{"RFC 4954, section 6"},
	},
	{
		ID: "auth/needs-tls", Title: "AUTH wants TLS first", Severity: Error,
		Explain:    "The server takes this mechanism over an encrypted connection only. What was sent was sent in the clear.",
		Remedy:     "Use TLS (--tls require, or implicit at port 465). If a password was sent, change it.",
		References: []string{"RFC 4954, section 4", "RFC 4954, section 6"},
	},
	{
		ID: "auth/temporary", Title: "the login failed for now", Severity: Warning,
		Explain:    "The server could not judge the credentials for now, or takes no more logins for the moment. It says nothing about the password.",
		Remedy:     "Try again later.",
		References: []string{"RFC 4954, section 6"},
	},
	{
		ID: "auth/server-failed", Title: "the server failed in AUTH", Severity: Error,
		Explain: "What the server said in the exchange is not what the mechanism has: a challenge that cannot be read, a proof that is wrong or missing. " +
			"A server that cannot prove that it knows the password may not be the one it says.",
		Remedy:     "Do not send credentials there before it is known why. Compare the certificate with the right one; try another mechanism, over verified TLS.",
		References: []string{"RFC 5802, section 3", "RFC 2831, section 2.1.3", "RFC 4954, section 4"},
	},
	{
		ID: "auth/downgrade", Title: "somebody between changed the list of mechanisms", Severity: Error,
		Explain: "The server noticed that the list of mechanisms that we saw is not the one it sent, or that its TLS session is not ours. " +
			"TLS ends at something between, which may read the mail.",
		Remedy:     "Find out what is between: a TLS-inspecting firewall, a load balancer, an attacker. Verify the certificate (--tls-verify).",
		References: []string{"RFC 5802, section 6", "RFC 5056, section 2"},
	},
	{
		ID: "auth/few-iterations", Title: "few iterations of SCRAM", Severity: Notice,
		Explain:    "The server has stored the password with fewer rounds of hashing than the standard asks for: who steals its database finds passwords sooner.",
		Remedy:     "On the server: store passwords anew with at least 4096 iterations.",
		References: []string{"RFC 7677, section 4", "RFC 5802, section 5.1"},
	},
	{
		ID: "auth/unsafe", Title: "no credentials were sent: the connection is not safe", Severity: Error,
		Explain:    "Credentials go only over TLS, to a server whose certificate is verified. They were not sent.",
		Remedy:     "Use TLS; trust the server's authority with --ca-file or its certificate with --fingerprint. For a test with a password that is nobody's: --auth-allow-unverified, --auth-allow-plaintext.",
		References: []string{"RFC 4954, section 9", "RFC 8314, section 5"},
	},
	{
		ID: "auth/left-out", Title: "credentials that were refused are not tried again", Severity: Notice,
		Explain:    "In another session the server refused the credentials. Each further attempt could lock the account or have this address banned, so there was none.",
		Remedy:     "Correct the user name or the password, and try again.",
		References: []string{"RFC 4954, section 9"},
	},
	{
		ID: "auth/not-possible", Title: "no mechanism of AUTH in common", Severity: Error,
		Explain:    "The server offers no AUTH here, or only mechanisms that the credentials given do not serve. Nothing was sent.",
		Remedy:     "Use the host and the port for submission (587, 465) with TLS, the mechanisms it offers (--auth-mech), and what they need: a password, a token (--auth-token-file) or a certificate (--cert).",
		References: []string{"RFC 4954, section 3", "RFC 6409, section 3.1"},
	},
}
