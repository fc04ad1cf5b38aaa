package policy

import (
	"net/netip"
	"strings"
	"testing"
)

var mailHost, mailHost6 = netip.MustParseAddr("192.0.2.25"), netip.MustParseAddr("2001:db8::25")

func TestReverse(t *testing.T) {
	t.Parallel()
	r := resolver(t, `
25.2.0.192.in-addr.arpa. PTR mail.example.test.
26.2.0.192.in-addr.arpa. PTR other.example.test.
26.2.0.192.in-addr.arpa. PTR second.example.test.
27.2.0.192.in-addr.arpa. PTR other.example.test.
5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR mail.example.test.
mail.example.test. A 192.0.2.25
mail.example.test. AAAA 2001:db8::25
second.example.test. A 192.0.2.26
other.example.test. A 192.0.2.99
;! 29.2.0.192.in-addr.arpa. servfail
30.2.0.192.in-addr.arpa. PTR lame.example.test.
;! lame.example.test. servfail
`)
	for addr, want := range map[string]struct {
		names     int
		confirmed string
		unknown   bool
	}{
		"192.0.2.25": {1, "mail.example.test", false}, "2001:db8::25": {1, "mail.example.test", false},
		"192.0.2.26": {2, "second.example.test", false}, "192.0.2.27": {1, "", false}, "192.0.2.28": {0, "", false},
		"192.0.2.29": {0, "", true}, "192.0.2.30": {1, "", true},
	} {
		got := r.Reverse(t.Context(), netip.MustParseAddr(addr))
		if len(got.Names) != want.names || got.Confirmed() != want.confirmed || got.Unknown() != want.unknown {
			t.Errorf("%s: %+v", addr, got.Names)
		}
	}
}

func TestGeneric(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"mail.example.test": false, "mx25.example.test": false, "mail-192.example.test": false, "poolside.example.test": false, "mail.dynamics.test": false,
		"192-0-2-25.isp.test": true, "25.2.0.192.isp.test": true, "ip-192-0-2-25.isp.test": true, "static.25.2.0.192.isp.test": true,
		"c0000219.isp.test": true, "192000002025.isp.test": true, "dsl-7.isp.test": true, "host.pool.isp.test": true,
	} {
		if got := Generic(name, mailHost); (got != "") != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if Generic("2001-db8--25.isp.test", mailHost6) == "" || Generic("mail.example.test", mailHost6) != "" {
		t.Error("IPv6")
	}
}

// TestListed: RFC 5782, section 5.
func TestListed(t *testing.T) {
	t.Parallel()
	const six = "5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"
	const six2 = "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"
	r := resolver(t, `
2.0.0.127.good.test. A 127.0.0.2
`+six2+`.good.test. A 127.0.0.2
25.2.0.192.good.test. A 127.0.0.3
25.2.0.192.good.test. TXT "because \027[31m of spam"
`+six+`.good.test. A 127.0.0.2
2.0.0.127.four.test. A 127.0.0.2
2.0.0.127.odd.test. A 127.0.0.2
25.2.0.192.odd.test. A 127.0.0.1
*.all.test. A 127.0.0.2
*.open.test. A 127.255.255.254
*.often.test. A 127.255.255.255
*.parked.test. A 203.0.113.9
2.0.0.127.half.test. A 127.0.0.2
25.2.0.192.half.test. A 127.0.0.2
;! 1.0.0.127.half.test. servfail
`)
	ask := func(zone, addr string) *Listing {
		return r.ListedAddress(t.Context(), Blocklist{Zone: zone, Codes: []Code{code(0, 3, "a bad one")}}, netip.MustParseAddr(addr))
	}
	for _, tt := range []struct {
		zone, addr string
		state      ListState
		why        string
	}{
		{"good.test", "192.0.2.25", Listed, ""},
		{"good.test", "192.0.2.26", NotListed, ""},
		{"good.test", "127.0.0.2", Listed, ""}, // its own test entry
		{"good.test", "2001:db8::25", Listed, ""},
		{"four.test", "2001:db8::25", ListBroken, "no entry for tests"},
		{"odd.test", "192.0.2.25", NotListed, ""}, // 127.0.0.1 is no listing
		{"all.test", "192.0.2.25", ListBroken, "everything"},
		{"open.test", "192.0.2.25", ListRefuses, "open or public"},
		{"often.test", "192.0.2.25", ListRefuses, "as often"},
		{"parked.test", "192.0.2.25", ListBroken, "203.0.113.9"},
		{"dead.test", "192.0.2.25", ListBroken, "no entry for tests"},
		{"half.test", "192.0.2.25", ListUnknown, "SERVFAIL"},
	} {
		l := ask(tt.zone, tt.addr)
		if l.State != tt.state || !strings.Contains(l.Why, tt.why) {
			t.Errorf("%s at %s: %s %s", tt.addr, tt.zone, l.State, l.Why)
		}
		for _, a := range l.Answers() {
			if len(a.Exchanges) == 0 {
				t.Errorf("%s at %s: an answer without a query", tt.addr, tt.zone)
			}
		}
	}
	if l := ask("good.test", "192.0.2.25"); len(l.Reasons) != 2 || l.Reasons[0] != "a bad one" || l.Codes[0].String() != "127.0.0.3" {
		t.Errorf("%+v", l.Reasons)
	}
	seen := make(map[string]bool)
	for _, l := range Blocklists() {
		if seen[l.Zone] || l.Name == "" || l.Removal == "" || len(l.Codes) == 0 {
			t.Errorf("%+v", l)
		}
		seen[l.Zone] = true
	}
}

func TestListedDomain(t *testing.T) {
	t.Parallel()
	r := resolver(t, "test.dbl.test. A 127.0.1.2\nspam.test.dbl.test. A 127.0.1.2\ntested.other.test. A 127.0.1.2\n")
	for _, tt := range []struct {
		list   Blocklist
		domain string
		state  ListState
	}{
		{Blocklist{Zone: "dbl.test", Domains: true}, "spam.test", Listed},
		{Blocklist{Zone: "dbl.test", Domains: true}, "good.test", NotListed},
		{Blocklist{Zone: "other.test", Domains: true}, "good.test", ListBroken},
		{Blocklist{Zone: "other.test", Domains: true, Test: "tested"}, "good.test", NotListed},
	} {
		if l := r.ListedDomain(t.Context(), tt.list, tt.domain); l.State != tt.state {
			t.Errorf("%s at %s: %s %s", tt.domain, tt.list.Zone, l.State, l.Why)
		}
	}
}

// spfZone has a domain for each case; TestSPFPeer asks another implementation about it.
const spfZone = `
pass.test. TXT "v=spf1 ip4:192.0.2.0/24 -all"
fail.test. TXT "v=spf1 ip4:192.0.3.0/24 -all"
soft.test. TXT "v=spf1 ~all"
neutral.test. TXT "v=spf1 ?all"
nothing.test. TXT "v=spf1 a:mail.none.test"
mail.none.test. A 192.0.2.99
none.test. TXT "something else"
two.test. TXT "v=spf1 -all"
two.test. TXT "v=spf1 +all"
include.test. TXT "v=spf1 include:pass.test -all"
deep.test. TXT "v=spf1 include:fail.test include:include.test ~all"
redirect.test. TXT "v=spf1 redirect=pass.test"
noinclude.test. TXT "v=spf1 include:none.test -all"
typo.test. TXT "v=spf1 ipv4:192.0.2.25 -all"
mx.test. MX 10 mail.mx.test.
mx.test. TXT "v=spf1 mx -all"
mail.mx.test. A 192.0.2.25
mail.mx.test. AAAA 2001:db8::25
exists.test. TXT "v=spf1 exists:%{ir}.%{l}.exists.test -all"
25.2.0.192.news.exists.test. A 127.0.0.2
temp.test. TXT "v=spf1 include:lame.test -all"
;! lame.test. servfail
`

func TestSPF(t *testing.T) {
	t.Parallel()
	r := resolver(t, spfZone)
	for domain, want := range map[string]struct {
		result SPFResult
		words  string // the mechanism, or the problem
	}{
		"pass.test": {SPFPass, "ip4:192.0.2.0/24"}, "fail.test": {SPFFail, "-all"}, "soft.test": {SPFSoftFail, "~all"}, "neutral.test": {SPFNeutral, "?all"},
		"nothing.test": {SPFNeutral, ""}, "none.test": {SPFNone, "no SPF record"}, "nosuch.test": {SPFNone, "no SPF record"}, "two.test": {SPFPermError, "more than one"},
		"include.test": {SPFPass, "include:pass.test > ip4:192.0.2.0/24"}, "deep.test": {SPFPass, "include:include.test > include:pass.test > ip4:192.0.2.0/24"},
		"redirect.test": {SPFPass, "redirect=pass.test > ip4:192.0.2.0/24"}, "noinclude.test": {SPFPermError, "without an SPF record"},
		"typo.test": {SPFPermError, "does not exist"}, "mx.test": {SPFPass, "mx"}, "exists.test": {SPFPass, "exists:"}, "temp.test": {SPFTempError, "lame.test"},
	} {
		got := r.SPF(t.Context(), mailHost, "mail.example.test", "news@"+domain)
		if got.Result != want.result || !strings.HasPrefix(got.Mechanism, want.words) && !strings.Contains(got.Problem, want.words) {
			t.Errorf("%s: %s %q %q\n%s", domain, got.Result, got.Mechanism, got.Problem, strings.Join(got.Trace, "\n"))
		}
		if len(got.Answers) == 0 || got.Domain != domain {
			t.Errorf("%s: %+v", domain, got)
		}
	}
	if got := r.SPF(t.Context(), mailHost6, "mail.example.test", "mx.test"); got.Result != SPFPass || got.Sender != "postmaster@mx.test" {
		t.Errorf("IPv6: %+v", got)
	}
}
