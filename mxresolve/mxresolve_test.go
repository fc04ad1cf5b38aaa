package mxresolve

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/dnsclient"
)

const zone = `
$TTL 300
good.test.         MX 20 mx2.good.test.
                   MX 10 mx1.good.test.
                   MX 20 MX1b.good.test.
mx1.good.test.     A 198.51.100.2
                   A 198.51.100.1
                   AAAA 2001:db8::2
                   AAAA 2001:db8::1
mx1b.good.test.    A 198.51.100.3
mx2.good.test.     AAAA 2001:db8::3
implicit.test.     A 198.51.100.4
implicit6.test.    AAAA 2001:db8::4
none.test.         TXT "no mail, no web"
;! implicit-bad.test. A servfail
;! implicit-bad.test. AAAA servfail
;! implicit-slow.test. A drop
implicit-slow.test. TXT "x"
null.test.         MX 0 .
null10.test.       MX 10 .
nulls.test.        MX 0 .
                   MX 10 .
null-mixed.test.   MX 0 .
                   MX 10 mx1.good.test.
literal.test.      MX 10 192.0.2.1.
                   MX 20 2001:db8::1.
                   MX 30 [192.0.2.1].
                   MX 40 IPv6:2001:db8::1.
                   MX 50 fe80::1%eth0.
                   MX 60 [192.0.2.1.
cname-mx.test.     MX 10 alias.cname-mx.test.
alias.cname-mx.test. CNAME mx1b.good.test.
alias.test.        CNAME good.test.
alias-implicit.test. CNAME implicit.test.
alias-nowhere.test. CNAME nobody.test.
alias-loop.test.   CNAME alias-loop2.test.
alias-loop2.test.  CNAME alias-loop.test.
no-host.test.      MX 10 nowhere.no-host.test.
                   MX 20 no-host.test.
servfail-mx.test.  MX 10 servfail.test.
                   MX 20 mx1b.good.test.
;! servfail.test. servfail
;! refused.test. refused
;! half.test. AAAA servfail
half.test.         A 198.51.100.5
half-mx.test.      MX 10 half.test.
;! otherhalf.test. A refused
otherhalf.test.    AAAA 2001:db8::5
otherhalf-mx.test. MX 10 otherhalf.test.
;! mixedfail.test. AAAA servfail
mixedfail.test.    TXT "no A"
mixedfail-mx.test. MX 10 mixedfail.test.
loop-mx.test.      MX 10 alias-loop.test.
local-mx.test.     MX 10 localhost.
                   MX 20 here.local-mx.test.
                   MX 30 nothing.local-mx.test.
                   MX 40 office.local-mx.test.
                   MX 50 link.local-mx.test.
                   MX 60 many.local-mx.test.
here.local-mx.test.    A 127.0.0.5
                       AAAA ::1
nothing.local-mx.test. A 0.0.0.0
                       AAAA ::
office.local-mx.test.  A 10.1.2.3
                       A 100.64.0.1
                       AAAA fd00::1
link.local-mx.test.    A 169.254.1.1
                       AAAA fe80::1
many.local-mx.test.    A 224.0.0.1
self.test.         MX 10 self.test.
                   A 198.51.100.6
dup.test.          MX 30 mx1b.good.test.
                   MX 10 MX1B.good.test.
                   MX 20 mx2.good.test.
odd.test.          MX 10 a\032b.test.
                   MX 10 \027[31mred.test.
                   MX 10 -lead.test.
                   MX 10 trail-.test.
                   MX 10 m\195\188ller.test.
                   MX 10 under_score.test.
                   MX 10 dot\.dot.test.
under_score.test.  A 198.51.100.7
mapped.test.       MX 10 here.mapped.test.
                   MX 20 also.mapped.test.
                   MX 30 inside.mapped.test.
here.mapped.test.  AAAA ::ffff:198.51.100.8
                   AAAA 2001:db8::8
also.mapped.test.  AAAA ::ffff:198.51.100.9
                   A 198.51.100.9
                   A 198.51.100.10
inside.mapped.test. AAAA ::ffff:127.0.0.1
;! ad.test. ad
ad.test.           MX 10 mx1b.good.test.
`

func TestResolve(t *testing.T) {
	t.Parallel()
	_, addr := serve(t, zone)
	for _, test := range []struct {
		domain  string
		kind    Kind
		problem Problem
		notes   string
		hosts   string
	}{
		{"good.test", KindMX, "", "", "10 mx1.good.test 2001:db8::1 2001:db8::2 198.51.100.1 198.51.100.2; 20 MX1b.good.test 198.51.100.3; 20 mx2.good.test 2001:db8::3"},
		{"implicit.test", KindImplicit, "", "", "0 implicit.test 198.51.100.4"},
		{"implicit6.test.", KindImplicit, "", "", "0 implicit6.test 2001:db8::4"},
		{"none.test", KindNone, ProblemNoData, "", "0 none.test !nodata"},
		{"nobody.test", KindNone, ProblemNXDomain, "", ""},
		{"implicit-bad.test", KindFailed, ProblemServFail, "", "0 implicit-bad.test !servfail"},
		{"implicit-slow.test", KindFailed, ProblemTimeout, "", "0 implicit-slow.test !timeout"},
		{"null.test", KindNull, ProblemNullMX, "", ""},
		{"null10.test", KindNull, ProblemNullMX, "", ""},
		{"nulls.test", KindNull, ProblemNullMX, "", ""},
		{"null-mixed.test", KindMX, "", "null-mx-not-alone", "10 mx1.good.test 2001:db8::1 2001:db8::2 198.51.100.1 198.51.100.2"},
		{"literal.test", KindMX, "", "", "10 192.0.2.1 !exchange-is-address; 20 2001:db8::1 !exchange-is-address; 30 [192.0.2.1] !exchange-is-address; " +
			"40 IPv6:2001:db8::1 !exchange-is-address; 50 fe80::1%eth0 !exchange-is-address; 60 [192.0.2.1 !invalid-name"},
		{"mapped.test", KindMX, "", "", "10 here.mapped.test 2001:db8::8 198.51.100.8; 20 also.mapped.test 198.51.100.9 198.51.100.10; " +
			"30 inside.mapped.test 127.0.0.1 (loopback)"},
		{"cname-mx.test", KindMX, "", "", "10 alias.cname-mx.test 198.51.100.3 (cname)"},
		{"alias.test", KindMX, "", "cname", "10 mx1.good.test 2001:db8::1 2001:db8::2 198.51.100.1 198.51.100.2; 20 MX1b.good.test 198.51.100.3; 20 mx2.good.test 2001:db8::3"},
		{"alias-implicit.test", KindImplicit, "", "cname", "0 alias-implicit.test 198.51.100.4 (cname)"},
		{"alias-nowhere.test", KindNone, ProblemNXDomain, "cname", ""},
		{"alias-loop.test", KindFailed, ProblemLoop, "cname", ""},
		{"no-host.test", KindMX, "", "", "10 nowhere.no-host.test !nxdomain; 20 no-host.test !nodata"},
		{"servfail-mx.test", KindMX, "", "", "10 servfail.test !servfail; 20 mx1b.good.test 198.51.100.3"},
		{"servfail.test", KindFailed, ProblemServFail, "", ""},
		{"refused.test", KindFailed, ProblemServFail, "", ""},
		{"half-mx.test", KindMX, "", "", "10 half.test 198.51.100.5 (aaaa-failed)"},
		{"otherhalf-mx.test", KindMX, "", "", "10 otherhalf.test 2001:db8::5 (a-failed)"},
		{"mixedfail-mx.test", KindMX, "", "", "10 mixedfail.test !servfail"},
		{"loop-mx.test", KindMX, "", "", "10 alias-loop.test !cname-loop (cname)"},
		{"local-mx.test", KindMX, "", "", "10 localhost ::1 127.0.0.1 (loopback); 20 here.local-mx.test ::1 127.0.0.5 (loopback); " +
			"30 nothing.local-mx.test :: 0.0.0.0 (unspecified); 40 office.local-mx.test fd00::1 10.1.2.3 100.64.0.1 (private); " +
			"50 link.local-mx.test fe80::1 169.254.1.1 (link-local); 60 many.local-mx.test 224.0.0.1 (multicast)"},
		{"self.test", KindMX, "", "", "10 self.test 198.51.100.6"},
		{"dup.test", KindMX, "", "duplicate", "10 mx1b.good.test 198.51.100.3 (duplicate); 20 mx2.good.test 2001:db8::3"},
		{"odd.test", KindMX, "", "", `10 -lead.test !invalid-name; 10 \027[31mred.test !invalid-name; 10 a\ b.test !invalid-name; ` +
			`10 dot\.dot.test !invalid-name; 10 m\195\188ller.test !invalid-name; 10 trail-.test !invalid-name; 10 under_score.test 198.51.100.7`},
		{strings.Repeat("a", 64) + ".test", KindFailed, ProblemInvalidName, "", ""},
		{"", KindFailed, ProblemInvalidName, "", ""},
		{"[192.0.2.1]", KindLiteral, "", "", "0 [192.0.2.1] 192.0.2.1"},
		{"[IPv6:2001:db8::1]", KindLiteral, "", "", "0 [IPv6:2001:db8::1] 2001:db8::1"},
		{"[ipv6:::1]", KindLiteral, "", "", "0 [ipv6:::1] ::1 (loopback)"},
		{"[IPv6:192.0.2.1]", KindFailed, ProblemInvalidName, "", ""},
		{"[2001:db8::1]", KindFailed, ProblemInvalidName, "", ""},
		{"[IPv6:::ffff:192.0.2.1]", KindLiteral, "", "", "0 [IPv6:::ffff:192.0.2.1] 192.0.2.1"},
		{"[192.0.2.1", KindFailed, ProblemInvalidName, "", ""},
		{"[fe80::1%eth0]", KindFailed, ProblemInvalidName, "", ""},
		{"[x]", KindFailed, ProblemInvalidName, "", ""},
	} {
		t.Run(fmt.Sprintf("%.30s", test.domain), func(t *testing.T) {
			t.Parallel()
			r := resolver(addr)
			if test.problem == ProblemTimeout {
				r = impatient(addr)
			}
			res := r.Resolve(t.Context(), test.domain, nil)
			if res.Kind != test.kind || res.Problem != test.problem || problems(res.Notes) != test.notes {
				t.Errorf("%s %q (%s), want %s %q (%s)", res.Kind, res.Problem, problems(res.Notes), test.kind, test.problem, test.notes)
			}
			if got := hosts(res.Hosts); got != test.hosts {
				t.Errorf("hosts\n%s, want\n%s", got, test.hosts)
			}
			checkResult(t, res)
		})
	}
}

// checkResult checks what holds of every result.
func checkResult(t *testing.T, res *Result) {
	t.Helper()
	for i, q := range res.Queries {
		if q.ID != i+1 || q.Server == "" || q.Time.IsZero() {
			t.Errorf("query %d: %+v", i, q)
		}
	}
	for _, h := range res.Hosts {
		if !h.Settled || !h.Ready || (h.Problem == "") != (len(h.Addresses) > 0) {
			t.Errorf("host %s settled %v, problem %q, %d addresses", h.Name, h.Settled, h.Problem, len(h.Addresses))
		}
		for _, id := range h.Queries {
			if q := res.Queries[id-1]; q.Name != h.Name || q.Type != "A" && q.Type != "AAAA" {
				t.Errorf("query %d of %s is for %s %s", id, h.Name, q.Name, q.Type)
			}
		}
	}
	if res.MXQuery > 0 && res.Queries[res.MXQuery-1].Type != "MX" {
		t.Errorf("query %d is for %s", res.MXQuery, res.Queries[res.MXQuery-1].Type)
	}
}

// The facts that the table above does not print.
func TestResultFacts(t *testing.T) {
	t.Parallel()
	s, addr := serve(t, zone)
	r := resolver(addr)
	res := r.Resolve(t.Context(), "good.test", nil)
	var asked []string
	for _, q := range res.Queries {
		asked = append(asked, string(q.Type)+" "+q.Name)
	}
	want := []string{
		"MX good.test", "A mx1.good.test", "AAAA mx1.good.test",
		"A MX1b.good.test", "AAAA MX1b.good.test", "A mx2.good.test", "AAAA mx2.good.test",
	}
	if !slices.Equal(asked, want) || res.MXQuery != 1 || res.TotalMX != 3 || res.AD {
		t.Errorf("queries %q, MX by %d, %d records, AD %v", asked, res.MXQuery, res.TotalMX, res.AD)
	}
	h := res.Hosts[1]
	if h.TTL != 300 || h.A != dnsclient.StatusOK || h.AAAA != dnsclient.StatusNoData || !slices.Equal(h.Queries, []int{4, 5}) || h.Total != 1 {
		t.Errorf("host %+v", h)
	}
	if n := s.Asked("good.test", ""); n != 1 {
		t.Errorf("the domain was asked for %d times", n)
	}
	if res := r.Resolve(t.Context(), "ad.test", nil); !res.AD {
		t.Error("AD is lost")
	}
	if res := r.Resolve(t.Context(), "alias.test", nil); !slices.Equal(res.Chain, []string{"good.test"}) {
		t.Errorf("chain %q", res.Chain)
	}
	if res := r.Resolve(t.Context(), "cname-mx.test", nil); !slices.Equal(res.Hosts[0].Chain, []string{"mx1b.good.test"}) {
		t.Errorf("chain %q", res.Hosts[0].Chain)
	}
	r.Resolve(t.Context(), "dup.test", nil)
	if n := s.Asked("192.0.2.1", "") + s.Asked("localhost", "") + s.Asked("-lead.test", ""); n > 0 {
		t.Errorf("%d queries for names that cannot be hosts", n)
	}
}

func TestFamilies(t *testing.T) {
	t.Parallel()
	s, addr := serve(t, zone)
	r := resolver(addr)
	r.IPv4 = true
	if got := hosts(r.Resolve(t.Context(), "good.test", nil).Hosts); got != "10 mx1.good.test 198.51.100.1 198.51.100.2; 20 MX1b.good.test 198.51.100.3; 20 mx2.good.test !nodata" {
		t.Errorf("IPv4: %s", got)
	}
	if got := hosts(r.Resolve(t.Context(), "local-mx.test", nil).Hosts[:1]); got != "10 localhost 127.0.0.1 (loopback)" {
		t.Errorf("IPv4: %s", got)
	}
	if n := s.Asked("mx1.good.test", "AAAA"); n > 0 {
		t.Errorf("%d queries for AAAA", n)
	}
	r = resolver(addr)
	r.IPv6 = true
	if got := hosts(r.Resolve(t.Context(), "implicit6.test", nil).Hosts); got != "0 implicit6.test 2001:db8::4" {
		t.Errorf("IPv6: %s", got)
	}
	if got := hosts(r.ResolveServer(t.Context(), "localhost", nil).Hosts); got != "0 localhost ::1 (loopback)" {
		t.Errorf("IPv6: %s", got)
	}
}

func TestResolveServer(t *testing.T) {
	t.Parallel()
	s, addr := serve(t, zone)
	for host, want := range map[string]string{
		"mx1b.good.test":      "0 mx1b.good.test 198.51.100.3",
		"mx1b.good.test.":     "0 mx1b.good.test 198.51.100.3",
		"nobody.test":         "0 nobody.test !nxdomain",
		"null.test":           "0 null.test !nodata",
		"servfail.test":       "0 servfail.test !servfail",
		"192.0.2.1":           "0 192.0.2.1 192.0.2.1",
		"2001:db8::1":         "0 2001:db8::1 2001:db8::1",
		"[2001:db8::1]":       "0 [2001:db8::1] 2001:db8::1",
		"[IPv6:2001:db8::1]":  "0 [IPv6:2001:db8::1] 2001:db8::1",
		"localhost":           "0 localhost ::1 127.0.0.1 (loopback)",
		"mail.LOCALHOST":      "0 mail.LOCALHOST ::1 127.0.0.1 (loopback)",
		"alias.cname-mx.test": "0 alias.cname-mx.test 198.51.100.3 (cname)",
		"":                    "0  !invalid-name",
		"a b":                 "0 a b !invalid-name",
		"[2001:db8::1":        "0 [2001:db8::1 !invalid-name",
		"2001:db8::1]":        "0 2001:db8::1] !invalid-name",
		"[[2001:db8::1]]":     "0 [[2001:db8::1]] !invalid-name",
		"[192.0.2.1]":         "0 [192.0.2.1] 192.0.2.1",
		"[IPv6:192.0.2.1]":    "0 [IPv6:192.0.2.1] !invalid-name",
		"fe80::1%eth0":        "0 fe80::1%eth0 fe80::1%eth0 (link-local)",
		"[fe80::1%eth0]":      "0 [fe80::1%eth0] fe80::1%eth0 (link-local)",
		"::ffff:192.0.2.1":    "0 ::ffff:192.0.2.1 192.0.2.1",
		"[::ffff:192.0.2.1]":  "0 [::ffff:192.0.2.1] 192.0.2.1",
		"here.mapped.test":    "0 here.mapped.test 2001:db8::8 198.51.100.8",
		`a\\.`:                `0 a\\ !invalid-name`,
	} {
		told := 0
		res := resolver(addr).ResolveServer(t.Context(), host, func([]Host) { told++ })
		if got := hosts(res.Hosts); got != want || res.Kind != KindServer || res.Problem != res.Hosts[0].Problem || told == 0 {
			t.Errorf("%q: %s %s, want %s", host, res.Kind, got, want)
		}
		checkResult(t, res)
	}
	if n := s.Asked("mx1b.good.test", "MX"); n > 0 {
		t.Errorf("%d queries for MX", n)
	}
	if n := s.Asked("fe80::1%eth0", "") + s.Asked("[fe80::1%eth0]", ""); n > 0 {
		t.Errorf("%d queries for an address with a zone", n)
	}
	if h := resolver(addr).Resolve(t.Context(), "mapped.test", nil).Hosts[1]; h.Total != 2 {
		t.Errorf("%d addresses in all, want 2", h.Total)
	}
}

// The hosts are told when they are known, and each as it settles.
func TestUpdate(t *testing.T) {
	t.Parallel()
	_, addr := serve(t, zone)
	var seen []string
	res := resolver(addr).Resolve(t.Context(), "good.test", func(list []Host) {
		var s strings.Builder
		for _, h := range list {
			s.WriteString(map[bool]string{true: "x", false: "."}[h.Settled])
		}
		seen = append(seen, s.String())
		list[0].Name = "the caller may write into its list"
	})
	if len(seen) != 4 || seen[0] != "..." || seen[3] != "xxx" || res.Hosts[0].Name != "mx1.good.test" {
		t.Errorf("told %q", seen)
	}
	for i := range seen {
		if strings.Count(seen[i], "x") != i {
			t.Errorf("told %q", seen)
		}
	}
}

// Cancelling ends at once, with what was learned and no claim about the rest,
// within the grace too.
func TestCancel(t *testing.T) {
	t.Parallel()
	_, addr := serve(t, "x.test. MX 10 fast.test.\nx.test. MX 20 slow.test.\nfast.test. A 198.51.100.1\n;! slow.test. drop\n;! y.test. drop\n"+
		"z.test. MX 10 half.test.\nhalf.test. A 198.51.100.2\n;! half.test. drop-aaaa")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	start := time.Now()
	res := resolver(addr).Resolve(ctx, "x.test", func(list []Host) {
		if list[0].Settled {
			cancel()
		}
	})
	if got := hosts(res.Hosts); got != "10 fast.test 198.51.100.1; 20 slow.test !cancelled" {
		t.Error(got)
	}
	checkResult(t, res)
	zctx, zcancel := context.WithTimeout(t.Context(), time.Second)
	defer zcancel()
	res = resolver(addr).Resolve(zctx, "z.test", nil)
	if got := hosts(res.Hosts); got != "10 half.test 198.51.100.2 (aaaa-unanswered)" {
		t.Error(got)
	}
	res = resolver(addr).Resolve(ctx, "y.test", nil)
	if res.Kind != KindFailed || res.Problem != ProblemCancelled {
		t.Errorf("%s %s", res.Kind, res.Problem)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestAddressKind(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]AddrKind{
		"198.51.100.1": AddrGlobal, "2001:db8::1": AddrGlobal, "8.8.8.8": AddrGlobal, "100.128.0.1": AddrGlobal,
		"127.0.0.1": AddrLoopback, "127.255.0.1": AddrLoopback, "::1": AddrLoopback, "::ffff:127.0.0.1": AddrLoopback,
		"0.0.0.0": AddrUnspecified, "0.1.2.3": AddrUnspecified, "::": AddrUnspecified, "::ffff:0.0.0.0": AddrUnspecified,
		"10.0.0.1": AddrPrivate, "172.31.0.1": AddrPrivate, "192.168.1.1": AddrPrivate, "fd12::1": AddrPrivate, "100.64.0.1": AddrPrivate,
		"169.254.0.1": AddrLinkLocal, "fe80::1": AddrLinkLocal,
		"224.0.0.1": AddrMulticast, "ff02::1": AddrMulticast, "255.255.255.255": AddrMulticast,
	} {
		if got := AddressKind(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: %s, want %s", addr, got, want)
		}
	}
	if AddressKind(netip.Addr{}) != AddrUnspecified {
		t.Error("no address")
	}
}
