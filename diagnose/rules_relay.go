package diagnose

// relayRules are about submission servers: their ports, TLS, and how they are found.
var relayRules = []Rule{
	{
		ID: "relay/port-blocked", Title: "a port that nothing answers at", Severity: Notice,
		Explain:    "Connections to the port are not answered, not even refused: something on the way drops them, or the server does. A client there waits for its whole timeout.",
		Remedy:     "Use a port that answers; to find where it is blocked, try from another network. Who runs the server should let the port through or refuse connections at once.",
		References: []string{"RFC 6409, section 3.1", "RFC 8314, section 3.3"},
	},
	{
		ID: "relay/port-25-blocked", Title: "port 25 is blocked, the ports for submission are not", Severity: Info,
		Explain:    "Many networks let nothing out to port 25, to keep spam in. Submission does not need it: ports 465 and 587 are for that.",
		Remedy:     "Nothing, if messages go through this server. To deliver to MX hosts from here, ask the network's operator to open port 25.",
		References: []string{"RFC 5068, section 3.1", "RFC 6409, section 3.1"},
	},
	{
		ID: "relay/port-refused", Title: "nothing listens at a port", Severity: Info,
		Explain:    "Connections to the port are refused at once: nothing listens there, or a firewall says so.",
		Remedy:     "Use a port that answers.",
		References: []string{"RFC 6409, section 3.1", "RFC 8314, section 3.3"},
	},
	{
		ID: "relay/silent", Title: "an open port that says nothing", Severity: Warning,
		Explain:    "The connection was made and no greeting came. A port that waits for TLS does that, and so does a server that keeps clients waiting.",
		Remedy:     "Try --tls implicit at this port, or a longer --command-timeout.",
		References: []string{"RFC 5321, section 4.3.1", "RFC 8314, section 3"},
	},
	{
		ID: "relay/no-tls", Title: "a port for submission without TLS", Severity: Error,
		Explain:    "The server offers no TLS at this port: the password and the mail can be read by all who see the packets.",
		Remedy:     "Use a port with TLS. Who runs the server should offer implicit TLS at port 465 and STARTTLS at port 587, and no login without TLS.",
		References: []string{"RFC 8314, section 3.3", "RFC 3207, section 4"},
	},
	{
		ID: "relay/no-implicit-tls", Title: "no implicit TLS at port 465", Severity: Notice,
		Explain:    "The server takes submissions with STARTTLS and not with TLS from the first byte, which is preferred: nobody on the way can take the offer of TLS out of it.",
		Remedy:     "Who runs the server should offer implicit TLS at port 465. Until then tell clients to require TLS (--tls require).",
		References: []string{"RFC 8314, section 3.3"},
	},
	{
		ID: "relay/plaintext-refused", Title: "commands before STARTTLS are refused", Severity: Info,
		Explain:    "The server refuses MAIL before STARTTLS. That is as it should be: no client can send without TLS by mistake.",
		Remedy:     "Nothing.",
		References: []string{"RFC 3207, section 4", "RFC 8314, section 4.1"},
	},
	{
		ID: "relay/plaintext-accepted", Title: "MAIL is accepted before STARTTLS", Severity: Notice,
		Explain:    "The server begins a transaction without TLS. A client that is not told to require TLS sends in the clear when somebody takes the offer of STARTTLS out of the reply.",
		Remedy:     "Tell clients to require TLS (--tls require). Who runs the server should refuse MAIL before STARTTLS with 530 (Postfix: smtpd_tls_security_level = encrypt for submission).",
		References: []string{"RFC 3207, section 4", "RFC 8314, section 4.1"},
	},
	{
		ID: "relay/auth-on-25", Title: "AUTH is offered at port 25", Severity: Notice,
		Explain:    "Port 25 takes mail from other servers, who do not log in. AUTH there invites guessing of passwords and is not needed where 465 or 587 are offered.",
		Remedy:     "Use port 465 or 587. Who runs the server should offer AUTH there only.",
		References: []string{"RFC 6409, section 4.3", "RFC 5068, section 3.1"},
	},
	{
		ID: "relay/no-auth", Title: "a port for submission without AUTH", Severity: Warning,
		Explain:    "The server greets and offers no AUTH: it knows its clients by their address, or takes mail for its own domains only, or from everybody.",
		Remedy:     "If a login is needed, use the port where AUTH is offered. Who runs the server should ask who submits mail to log in.",
		References: []string{"RFC 6409, section 4.3", "RFC 4954, section 3"},
	},
	{
		ID: "relay/small-size", Title: "only small messages are taken", Severity: Notice,
		Explain:    "The server declares a limit for messages that common attachments exceed. Base64 makes an attachment a third larger.",
		Remedy:     "Send large files by other means, or ask who runs the server for a higher limit.",
		References: []string{"RFC 1870, section 4"},
	},
	{
		ID: "relay/no-port", Title: "no port is usable", Severity: Error,
		Explain:    "None of the ports that were tried offers what was asked for.",
		Remedy:     "See what is wrong with each port above; check the host name.",
		References: []string{"RFC 6409, section 3.1", "RFC 8314, section 3.3"},
	},
	{
		ID: "relay/login-ended", Title: "no more mechanisms were tried after a refusal", Severity: Info,
		Explain:    "The server refused the password (535). More attempts could lock the account or have this address banned, so there were none.",
		Remedy:     "Correct the user name or the password, and try again.",
		References: []string{"RFC 4954, section 6"},
	},
	{
		ID: "relay/srv-none", Title: "no SRV records for submission", Severity: Notice,
		Explain:    "The domain has no SRV records for the service, so that mail clients cannot find the server by them.",
		Remedy:     "The owner of the domain should publish _submissions._tcp (port 465) and _submission._tcp (port 587), with the target \".\" for what is not offered.",
		References: []string{"RFC 6186, section 3.1", "RFC 8314, section 5.1"},
	},
	{
		ID: "relay/srv-not-offered", Title: "SRV says that a service is not offered", Severity: Info,
		Explain:    "The SRV record has the target \".\", by which the owner of the domain says that there is no such service.",
		Remedy:     "Use another service of the domain.",
		References: []string{"RFC 6186, section 3.4", "RFC 2782"},
	},
	{
		ID: "relay/srv-failed", Title: "SRV records cannot be looked up", Severity: Warning,
		Explain:    "DNS failed for the SRV records of the service: it is not known whether there are any.",
		Remedy:     "Ask another resolver (--resolver), or try again later.",
		References: []string{"RFC 2782"},
	},
	{
		ID: "relay/srv-other-domain", Title: "SRV leads to a server of another domain", Severity: Notice,
		Explain:    "The target of the SRV record is not under the domain, and no DNSSEC protects the answer: who can forge it leads clients to a server of his own with a good certificate. The certificate was checked for the name of the target. No password goes there.",
		Remedy:     "If the server is the right one, name it instead of the domain. The owner of the domain should sign it with DNSSEC.",
		References: []string{"RFC 6186, section 6"},
	},
}
