package policy

import "net/netip"

func code(c, d byte, meaning string) Code {
	return Code{netip.AddrFrom4([4]byte{127, 0, c, d}), meaning}
}

// Blocklists are those that are asked by default: few, well kept, and used by many
// receivers. The last ones list domains.
func Blocklists() []Blocklist {
	return []Blocklist{
		{
			Zone: "zen.spamhaus.org", Name: "Spamhaus ZEN", Removal: "https://check.spamhaus.org/",
			Codes: []Code{
				code(0, 2, "SBL: a source of spam"),
				code(0, 3, "CSS: mail of low reputation"),
				code(0, 4, "XBL: a machine that was broken into, or an open proxy"),
				code(0, 9, "DROP: a network that was taken over"),
				code(0, 10, "PBL: the network's operator says that no mail comes from this address directly"),
				code(0, 11, "PBL: no mail is expected from this address directly"),
				code(0, 30, "BCL: a botnet's controller"),
			},
		},
		{Zone: "bl.spamcop.net", Name: "SpamCop", Removal: "https://www.spamcop.net/bl.shtml", Codes: []Code{code(0, 2, "users have reported spam from this address")}},
		{Zone: "b.barracudacentral.org", Name: "Barracuda", Removal: "https://www.barracudacentral.org/lookups", Codes: []Code{code(0, 2, "an address of poor reputation")}},
		{Zone: "psbl.surriel.com", Name: "PSBL", Removal: "https://psbl.org/", Codes: []Code{code(0, 2, "it has sent mail to a spam trap")}},
		{Zone: "bl.mailspike.net", Name: "Mailspike", Removal: "https://mailspike.org/iplookup.html", Codes: []Code{
			code(0, 2, "it takes part in a wave of spam"),
			code(0, 10, "the worst reputation"), code(0, 11, "a very bad reputation"), code(0, 12, "a bad reputation"),
		}},
		{Zone: "dnsbl-1.uceprotect.net", Name: "UCEPROTECT level 1", Removal: "https://www.uceprotect.net/en/rblcheck.php", Codes: []Code{code(0, 2, "it has sent mail to a spam trap within seven days")}},
		{
			Zone: "dbl.spamhaus.org", Name: "Spamhaus DBL", Domains: true, Test: "dbltest.com", Removal: "https://check.spamhaus.org/",
			Codes: []Code{
				code(1, 2, "a domain of low reputation"), code(1, 4, "phishing"), code(1, 5, "malware"), code(1, 6, "a botnet's controller"),
				code(1, 102, "a good domain that spam abuses"), code(1, 103, "a redirector that spam abuses"), code(1, 104, "a good domain abused for phishing"),
				code(1, 105, "a good domain abused for malware"), code(1, 106, "a good domain abused by a botnet"),
			},
		},
	}
}

// KnownBlocklist is the list of a zone, with what is known of it here.
func KnownBlocklist(zone string) Blocklist {
	for _, l := range Blocklists() {
		if l.Zone == zone {
			return l
		}
	}
	return Blocklist{Zone: zone}
}
