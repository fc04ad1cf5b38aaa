package diagnose

// policyRules are about what a domain says about TLS: DANE, MTA-STS and TLSRPT.
var policyRules = []Rule{
	{
		ID: "dane/mismatch", Title: "no TLSA record authenticates the server", Severity: Error,
		Explain:    "The domain publishes secure TLSA records, and none of those that can be used fits the certificate that the server sent. Senders that heed DANE do not deliver.",
		Remedy:     "The receiving site should publish a TLSA record for the certificate in use, before the next one is installed; \"3 1 1\" of the key is the usual choice.",
		References: []string{"RFC 7672, section 3", "RFC 7671, section 8.1"},
	},
	{
		ID: "dane/no-tls", Title: "TLSA records, and no TLS", Severity: Error,
		Explain:    "The domain publishes secure TLSA records, which demand TLS, and there is none to be had. Senders that heed DANE do not deliver; it may also be an attack on the way.",
		Remedy:     "The receiving site should repair STARTTLS, or remove the TLSA records. Compare from another network.",
		References: []string{"RFC 7672, section 2.2"},
	},
	{
		ID: "dane/bogus", Title: "DNSSEC fails", Severity: Error,
		Explain:    "The resolver refuses to answer, as it does when signatures are missing, wrong or expired. Senders that heed DANE treat the host as not reachable.",
		Remedy:     "The receiving site should check the signatures of its zone, and whether its name servers answer for TLSA at all.",
		References: []string{"RFC 7672, section 2.1.2", "RFC 4035, section 5.5"},
	},
	{
		ID: "dane/unusable", Title: "no TLSA record can be used", Severity: Warning,
		Explain:    "There are secure TLSA records, and all of them are malformed, or of a kind that is not for SMTP (usages 0 and 1). Senders that heed DANE take TLS and check nothing.",
		Remedy:     "The receiving site should publish records of usage 3 or 2, such as \"3 1 1\".",
		References: []string{"RFC 7672, section 3.1.3", "RFC 7672, section 2.2"},
	},
	{
		ID: "dane/record-ignored", Title: "a TLSA record that does nothing", Severity: Notice,
		Explain:    "Among the TLSA records is one that senders leave out: malformed, of an unknown kind, or of usage 0 or 1, which are not for SMTP.",
		Remedy:     "The receiving site should correct or remove it.",
		References: []string{"RFC 7672, section 3.1.3", "RFC 7671, section 9"},
	},
	{
		ID: "dane/spare-record", Title: "TLSA records beside the one that matches", Severity: Info,
		Explain:    "One TLSA record authenticates the server and others do not match: they are for the certificate before or after this one, as in a rollover, or were forgotten.",
		Remedy:     "Nothing while a certificate is being exchanged; otherwise the receiving site should remove them.",
		References: []string{"RFC 7671, section 8.1"},
	},
	{
		ID: "dane/insecure", Title: "TLSA records without DNSSEC", Severity: Notice,
		Explain:    "There are TLSA records, and the MX record, the address or the records themselves are not signed. Senders leave them out: anybody could have put them there.",
		Remedy:     "The receiving site should sign the zones of the domain and of its MX hosts.",
		References: []string{"RFC 7672, section 2.2.1", "RFC 7672, section 2.2.2"},
	},
	{
		ID: "dane/untrusted-ad", Title: "a resolver that is not trusted says that it is secure", Severity: Notice,
		Explain:    "The resolver says that the answers are authentic (AD). It is not on this machine, and on the way anybody could set that bit, so that it counts for nothing here.",
		Remedy:     "Run a validating resolver on this machine, or, where the way to it is safe, use --trust-ad.",
		References: []string{"RFC 7672, section 2.1.1", "RFC 6840, section 5.8"},
	},
	{
		ID: "dane/not-validated", Title: "the resolver does not validate", Severity: Notice,
		Explain:    "The resolver sets AD for nothing, not even for the root zone, which is signed. So nothing is known about DNSSEC and DANE of the domain.",
		Remedy:     "Use a validating resolver: --resolver, with --trust-ad if it is not on this machine.",
		References: []string{"RFC 7672, section 2.1.1"},
	},
	{
		ID: "mta-sts/record", Title: "the MTA-STS record cannot be used", Severity: Warning,
		Explain:    "There is a TXT record of MTA-STS that is malformed, or more than one. Senders act as if there were none.",
		Remedy:     "The receiving site should publish one record such as \"v=STSv1; id=20261122\".",
		References: []string{"RFC 8461, section 3.1"},
	},
	{
		ID: "mta-sts/fetch", Title: "the MTA-STS policy cannot be fetched", Severity: Warning,
		Explain:    "There is an MTA-STS record, and no policy where it should be. Senders that do not remember one act as if there were none; those that do go on heeding the old one.",
		Remedy:     "The receiving site should serve https://mta-sts.DOMAIN/.well-known/mta-sts.txt with status 200, without a redirect, within a minute and as text/plain.",
		References: []string{"RFC 8461, section 3.3"},
	},
	{
		ID: "mta-sts/certificate", Title: "the certificate of the policy host is not verified", Severity: Warning,
		Explain:    "The host mta-sts.DOMAIN has a certificate that does not hold. Senders do not take a policy from it.",
		Remedy:     "The receiving site should give the host a certificate of a public authority for its name.",
		References: []string{"RFC 8461, section 3.3"},
	},
	{
		ID: "mta-sts/policy", Title: "the MTA-STS policy cannot be used", Severity: Warning,
		Explain:    "What the policy host serves is not a policy. Senders that do not remember one act as if there were none.",
		Remedy:     "The receiving site should serve a policy with version, mode, max_age and the names of its MX hosts, a line each.",
		References: []string{"RFC 8461, section 3.2"},
	},
	{
		ID: "mta-sts/mx-not-named", Title: "an MX host is not in the policy", Severity: Error,
		Explain:    "The MTA-STS policy names the MX hosts that senders may use, and this one is not among them. Senders that heed MTA-STS do not deliver to it.",
		Remedy:     "The receiving site should add the host to the policy and change the id in the TXT record, or remove the MX record.",
		References: []string{"RFC 8461, section 4.1"},
	},
	{
		ID: "mta-sts/host-fails", Title: "an MX host fails the policy", Severity: Error,
		Explain:    "The MTA-STS policy demands TLS with a certificate that an authority vouches for and that names the host. This host has none. Senders that heed MTA-STS do not deliver to it.",
		Remedy:     "The receiving site should repair TLS on the host, or set the policy to testing until it has.",
		References: []string{"RFC 8461, section 4.2"},
	},
	{
		ID: "mta-sts/testing", Title: "the policy is in testing mode", Severity: Info,
		Explain:    "Senders check the policy, report what fails, and deliver all the same.",
		Remedy:     "When the reports show no failures, the receiving site can set the mode to enforce.",
		References: []string{"RFC 8461, section 5"},
	},
	{
		ID: "mta-sts/odd", Title: "something is odd about the policy", Severity: Notice,
		Explain:    "The policy can be used, and it is not quite what the standard says, or is remembered for a short time only, so that an attacker need not wait long.",
		Remedy:     "The receiving site should correct it; weeks are the usual max_age.",
		References: []string{"RFC 8461, section 3.2", "RFC 8461, section 10.2"},
	},
	{
		ID: "tlsrpt/record", Title: "the TLSRPT record cannot be used", Severity: Notice,
		Explain:    "There is a TXT record of TLSRPT that is malformed, or more than one. Nobody sends reports.",
		Remedy:     "The receiving site should publish one record such as \"v=TLSRPTv1; rua=mailto:tls-reports@DOMAIN\".",
		References: []string{"RFC 8460, section 3"},
	},
	{
		ID: "tlsrpt/none", Title: "nobody is told of failures", Severity: Info,
		Explain:    "The domain asks for verified TLS and names nobody to whom senders report when that fails.",
		Remedy:     "The receiving site can publish a TLSRPT record.",
		References: []string{"RFC 8460, section 3"},
	},
}
