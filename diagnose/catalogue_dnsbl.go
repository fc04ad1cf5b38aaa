package diagnose

import "time"

// dnsblRows are what receivers of every kind say of addresses and domains on
// blocklists that are published by DNS (RFC 5782).
var dnsblRows = []Row{
	{
		ID: "dnsbl/misconfigured", Words: []string{"127.255.255.25*", "error: open resolver", "error open resolver", "open resolver;", "/returnc/pub"},
		Reason: ServerError, Confidence: Certain, Retry: RetryAfterFix, Source: "DNS blocklists",
		Link:    "https://check.spamhaus.org/",
		Explain: "The receiving server asks the blocklist in a way the list does not answer (through a public resolver, too often, or a misspelt zone) and takes the list's error for a listing. Nothing is said about the sender.",
		Remedy:  "Tell the postmaster of the receiving site that their blocklist lookup is misconfigured.",
		Example: "554 5.7.1 Service unavailable; Client host [198.51.100.7] blocked using zen.spamhaus.org; Error: open resolver; https://check.spamhaus.org/returnc/pub/203.0.113.53/", ExampleStage: "rcpt",
	},
	{
		ID: "dnsbl/spamhaus-dbl", Words: []string{"dbl.spamhaus", "spamhaus dbl"},
		Reason: DomainReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "DNS blocklists",
		Link:    "https://check.spamhaus.org/",
		Explain: "A domain in the mail (of the sender, of HELO, or in a link) is on Spamhaus' domain block list.", Remedy: "Look the domain up at https://check.spamhaus.org and follow what it says there.",
		Example: "554 5.7.1 <info@example.org>: Sender address [example.org] blocked using dbl.spamhaus.org; https://check.spamhaus.org/query/domain/example.org", ExampleStage: "rcpt",
	},
	{
		ID: "dnsbl/uri", Words: []string{"*uribl*", "*surbl*", "url is listed", "contains a blacklisted url", "domain is listed", "*rhsbl*"},
		Reason: DomainReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "DNS blocklists",
		Explain: "A domain in the mail, often that of a link, is on a blocklist of domains.", Remedy: "Find the listed domain in the message and remove it, or have it removed from the list.",
		Example: "550 5.7.1 Message contains a URL listed by multi.surbl.org", ExampleStage: "message",
	},
	{
		ID: "dnsbl/spamhaus-pbl", Words: []string{"pbl.spamhaus", "spamhaus pbl", "spamhaus.org/query/pbl", "spamhaus.org/pbl"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "DNS blocklists",
		Link:    "https://check.spamhaus.org/",
		Explain: "The address belongs to a range from which no mail server is expected to send (Spamhaus PBL), such as home connections. That is no accusation.",
		Remedy:  "Send through your provider's relay; or, for a server with a fixed address, take it off at https://check.spamhaus.org.",
		Example: "550 5.7.1 Service unavailable; client [198.51.100.7] blocked using pbl.spamhaus.org; https://www.spamhaus.org/query/ip/198.51.100.7", ExampleStage: "rcpt",
	},
	{
		ID: "dnsbl/spamhaus", Words: []string{"*spamhaus*"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "DNS blocklists",
		Link:    "https://check.spamhaus.org/",
		Explain: "The sending address is on a Spamhaus blocklist.", Remedy: "Look the address up at https://check.spamhaus.org and follow what it says there.",
		Example: "554 5.7.1 Service unavailable; Client host [198.51.100.7] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/198.51.100.7", ExampleStage: "rcpt",
	},
	{
		ID: "dnsbl/spamcop", Words: []string{"spamcop.net"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "DNS blocklists",
		Link:    "https://www.spamcop.net/bl.shtml",
		Explain: "The sending address is on SpamCop's blocklist because spam from it was reported lately.", Remedy: "Stop the spam; SpamCop removes the address by itself a day after the last report (https://www.spamcop.net/bl.shtml).",
		Example: "550 5.7.1 Service unavailable; client [198.51.100.7] blocked using bl.spamcop.net; Blocked - see https://www.spamcop.net/bl.shtml?198.51.100.7", ExampleStage: "rcpt",
	},
	{
		ID: "dnsbl/sorbs", Words: []string{"*sorbs*"},
		Reason: IPReputation, Confidence: Likely, Retry: RetryAfterFix, Source: "DNS blocklists",
		Explain: "The receiving server asks SORBS, a blocklist that was closed in June 2024; what it finds there is out of date.", Remedy: "Tell the postmaster of the receiving site that the list is closed.",
		Example: "554 5.7.1 Service unavailable; Client host [198.51.100.7] blocked using dnsbl.sorbs.net; Currently Sending Spam See: http://www.sorbs.net/lookup.shtml?198.51.100.7", ExampleStage: "rcpt",
	},
	{
		ID: "dnsbl/uceprotect", Words: []string{"*uceprotect*"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "DNS blocklists",
		Link:    "https://www.uceprotect.net/en/rblcheck.php",
		Explain: "The sending address, or its whole network, is on an UCEPROTECT list. Level 2 and 3 list neighbours of spammers.", Remedy: "Look the address up at https://www.uceprotect.net/en/rblcheck.php; listings end by themselves after seven days.",
		Example: "550 5.7.1 Service unavailable; client [198.51.100.7] blocked using dnsbl-1.uceprotect.net; IP 198.51.100.7 is UCEPROTECT-Level 1 listed", ExampleStage: "rcpt",
	},
	{
		ID: "dnsbl/other-lists", Words: []string{"dnsbl.manitu.net", "psbl.surriel*", "psbl.org", "*abusix*", "*invaluement*", "*hostkarma*", "*mailspike*", "*spamrats*", "dnsbl.dronebl*", "backscatterer.org", "blocklist.de", "*0spam*"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "DNS blocklists",
		Example: "550 5.7.1 Service unavailable; client [198.51.100.7] blocked using ix.dnsbl.manitu.net; Your e-mail service was detected by mail.ixlab.de (NiX Spam) as spamming", ExampleStage: "rcpt",
	},
	{
		ID: "dnsbl/sender-domain", Words: []string{"sender address*blocked using", "helo command*blocked using"},
		Reason: DomainReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "DNS blocklists",
		Explain: "The domain of the sender, or of HELO, is on the blocklist that the reply names.",
		Example: "554 5.7.1 Service unavailable; Sender address [info@example.org] blocked using rhs.example.net; listed", ExampleStage: "rcpt",
	},
	{
		ID: "dnsbl/recipient-domain", Words: []string{"recipient address*blocked using"},
		Reason: Policy, Confidence: Likely, Source: "DNS blocklists",
		Explain: "The server looks recipients up in a list and refuses this one.",
		Example: "554 5.7.1 Service unavailable; Recipient address [alice@example.com] blocked using rcpt.example.net; listed", ExampleStage: "rcpt",
	},
	{
		ID: "dnsbl/temporary", Codes: "4", Words: []string{"blocked using"},
		Reason: IPReputation, Confidence: Likely, Retry: RetryAfterFix, Source: "DNS blocklists",
		Explain: "The sending address is on the blocklist that the reply names; the server only defers, so that the listing can be lifted in time.",
		Example: "450 4.7.1 Service unavailable; Client host [198.51.100.7] blocked using bl.example.net", ExampleStage: "rcpt",
	},
	{
		ID: "dnsbl/listed", Words: []string{"blocked using", "rejected because*is in a black list at", "is in a black list at", "is blacklisted at", "found in blacklist at", "listed in dnsbl", "listed at dnsbl", "listed in rbl", "listed by rbl", "is listed at", "is listed in", "is listed on", "listed in bl.", "*dnsbl*", "in an rbl", "on an rbl"},
		Reason: IPReputation, Confidence: Likely, Retry: RetryAfterFix, RetryAfter: time.Hour, Source: "DNS blocklists",
		Explain: "The sending address is on the blocklist that the reply names.",
		Example: "550-198.51.100.7 is in a black list at bl.example.net\n550 listed as a source of spam", ExampleStage: "rcpt",
	},
}
