package policy

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/smtpcheck/smtpcheck/dnsclient"
)

// zone has TLSA records in every state. Its digests are of nothing.
const zone = `
;! . ad
;! _25._tcp.mx.good.test. ad
_25._tcp.mx.good.test. TLSA 3 1 1 (
	abababababababababababababababababababababababababababababababab )
_25._tcp.mx.insecure.test. TLSA 3 1 1 abababababababababababababababababababababababababababababababab
;! _25._tcp.mx.bogus.test. servfail
;! _25._tcp.mx.bogus.test. ede 6 "signature expired"
;! _25._tcp.mx.none.test. ad
;! _25._tcp.mx.slow.test. drop
;! _25._tcp.mx.malformed.test. ad
;! _25._tcp.mx.malformed.test. TLSA raw c00c003400010000000100023001
;! mx.alias.test. ad
mx.alias.test. CNAME real.test.
;! _25._tcp.mx.alias.test. ad
_25._tcp.mx.alias.test. TLSA 3 1 1 cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd
;! _25._tcp.real.test. ad
_25._tcp.real.test. TLSA 3 1 1 abababababababababababababababababababababababababababababababab
;! _25._tcp.empty.test. ad
`

func TestTLSA(t *testing.T) {
	t.Parallel()
	r := resolver(t, zone)
	secure, insecure := Status{Security: Secure}, Status{Security: Insecure}
	for _, tt := range []struct {
		host    Host
		want    string // status, base, records
		queries int
	}{
		{Host{Name: "mx.good.test", MX: secure, Address: secure}, "secure mx.good.test 1", 1},
		{Host{Name: "mx.none.test", MX: secure, Address: secure}, "secure mx.none.test 0", 1},
		{Host{Name: "mx.insecure.test", MX: secure, Address: secure}, "insecure mx.insecure.test 1", 1},
		{Host{Name: "mx.good.test", MX: insecure, Address: secure}, "insecure mx.good.test 1", 1},
		{Host{Name: "mx.good.test", MX: secure, Address: insecure}, "insecure mx.good.test 1", 1},
		{Host{Name: "mx.good.test", MX: secure, Address: Status{Security: Bogus}}, "bogus mx.good.test 1", 1},
		{Host{Name: "mx.good.test", MX: Status{Security: Untrusted}, Address: secure}, "untrusted mx.good.test 1", 1},
		{Host{Name: "mx.bogus.test", MX: secure, Address: secure}, "bogus mx.bogus.test 0", 1},
		{Host{Name: "mx.malformed.test", MX: secure, Address: secure}, "secure mx.malformed.test 1", 1},
		{Host{Name: "mx.alias.test", MX: secure, Address: secure, Chain: []string{"real.test"}}, "secure real.test 1", 1},
		{Host{Name: "mx.alias.test", MX: secure, Address: secure, Chain: []string{"empty.test"}}, "secure mx.alias.test 1", 2},
		{Host{Name: "mx.alias.test", MX: secure, Address: insecure, Chain: []string{"insecure.test"}}, "secure mx.alias.test 1", 2},
		{Host{Name: "mx.good.test", MX: secure, Address: insecure, Chain: []string{"insecure.test"}}, "insecure mx.good.test 1", 2},
	} {
		tt.host.Port = 25
		a := r.TLSA(context.Background(), tt.host)
		got := fmt.Sprintf("%s %s %d", a.Status.Security, a.Base, len(a.Records))
		if got != tt.want || len(a.Answers) != tt.queries {
			t.Errorf("%s, %v: %s, %d queries (%s)", tt.host.Name, tt.host.Chain, got, len(a.Answers), a.Status.Why)
		}
		if a.Name != "_25._tcp."+a.Base {
			t.Error(a.Name)
		}
	}
}

// TestIdentifiers: the base domain and the next hop, which is the domain whose MX
// records led to the host, else the host as it was named (RFC 7672, section 3.2.2).
func TestIdentifiers(t *testing.T) {
	t.Parallel()
	r := resolver(t, zone)
	secure := Status{Security: Secure}
	alias := Host{Name: "mx.alias.test", Port: 25, MX: secure, Address: secure, Chain: []string{"real.test"}}
	if got := r.TLSA(t.Context(), alias).Names; !slices.Equal(got, []string{"real.test", "mx.alias.test"}) {
		t.Errorf("a server that was named: %q", got)
	}
	alias.NextHop = []string{"alias.test", "other.test"}
	if got := r.TLSA(t.Context(), alias).Names; !slices.Equal(got, []string{"real.test", "alias.test", "other.test"}) {
		t.Errorf("a host found by MX: %q", got)
	}
	domain := Host{Name: "mx.good.test", Port: 25, MX: secure, Address: secure, NextHop: []string{"mx.good.test", "mx.good.test"}}
	if got := r.TLSA(t.Context(), domain).Names; !slices.Equal(got, []string{"mx.good.test"}) {
		t.Errorf("a domain without MX: %q", got)
	}
}

// TestNotValidating: where not even the root is said to be authentic, "no AD"
// says nothing about a zone.
func TestNotValidating(t *testing.T) {
	t.Parallel()
	r := resolver(t, strings.Replace(zone, ";! . ad", "", 1))
	a := r.TLSA(context.Background(), Host{Name: "mx.good.test", Port: 25, MX: Status{Security: Insecure}, Address: Status{Security: Insecure}})
	if a.Status.Security != Unknown || r.Root() == nil {
		t.Errorf("%+v", a.Status)
	}
}

// TestTrust: AD counts from this machine, and from others on request.
func TestTrust(t *testing.T) {
	t.Parallel()
	answer := func(server string) *dnsclient.Answer {
		return &dnsclient.Answer{
			Name: "x.test", Type: "MX", Status: dnsclient.StatusOK, AD: true,
			Exchanges: []dnsclient.Exchange{{Server: "192.0.2.9:53", Err: "timeout"}, {Server: server, Rcode: "NOERROR", AD: true}},
		}
	}
	for _, tt := range []struct {
		server string
		trust  bool
		want   Status
	}{
		{"127.0.0.1:53", false, Status{Secure, "AD from 127.0.0.1, on loopback"}},
		{"[::1]:5353", false, Status{Secure, "AD from [::1]:5353, on loopback"}},
		{"127.0.0.53:53", false, Status{Secure, "AD from 127.0.0.53, on loopback"}},
		{"192.0.2.53:53", false, Status{Untrusted, "AD was set by 192.0.2.53, which is not trusted: --trust-ad"}},
		{"192.0.2.53:53", true, Status{Secure, "AD from 192.0.2.53, which is trusted"}},
	} {
		r := &Resolver{TrustAD: tt.trust}
		if got := r.Security(answer(tt.server)); got != tt.want {
			t.Errorf("%s: %+v", tt.server, got)
		}
	}
	for status, want := range map[dnsclient.Status]Security{
		dnsclient.StatusServFail: Bogus, dnsclient.StatusTimeout: Unknown, dnsclient.StatusFailed: Unknown,
		dnsclient.StatusCancelled: Unknown, dnsclient.StatusLoop: Unknown,
	} {
		if got := new(Resolver).Security(&dnsclient.Answer{Status: status}); got.Security != want {
			t.Errorf("%s: %+v", status, got)
		}
	}
}
