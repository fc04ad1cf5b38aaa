package policy

import (
	"context"
	"net/netip"
	"sync"

	"github.com/smtpcheck/smtpcheck/dnsclient"
)

// Resolver asks for policies. Its zero value uses the system's resolvers and
// believes the AD bit of those on loopback. It must not be copied after its first query.
type Resolver struct {
	// DNS asks the questions. Nil means a zero dnsclient.Client.
	DNS *dnsclient.Client
	// TrustAD believes the AD bit of every server: the user says that the way to it is safe.
	TrustAD bool

	validates sync.Once
	root      *dnsclient.Answer
}

// Security is the DNSSEC status of an answer, as far as it may be believed
// (RFC 4033, section 5).
type Security string

// The values of [Security].
const (
	// Secure: the resolver has validated it, and may be believed.
	Secure Security = "secure"
	// Insecure: it was answered without AD; the zone, or one above it, is not signed.
	Insecure Security = "insecure"
	// Untrusted: it was answered with AD, over a way on which that bit proves nothing.
	Untrusted Security = "untrusted"
	// Bogus: the resolver refuses to answer (SERVFAIL), as it does when validation fails.
	Bogus Security = "bogus"
	// Unknown: nobody answered, or nobody who validates.
	Unknown Security = "unknown"
)

// Status is the DNSSEC status of something that was asked for, with the reason in words.
type Status struct {
	Security Security
	Why      string // what it rests on; "" where Security says it all
}

// Security judges what came of a query.
func (r *Resolver) Security(a *dnsclient.Answer) Status {
	switch a.Status {
	case dnsclient.StatusOK, dnsclient.StatusNoData, dnsclient.StatusNXDomain:
	case dnsclient.StatusServFail:
		return Status{Bogus, "DNS answered " + a.Err + " for " + a.Name + " " + string(a.Type)}
	default:
		return Status{Unknown, "no answer for " + a.Name + " " + string(a.Type) + ": " + a.Err}
	}
	server := ""
	for i := range a.Exchanges {
		e := &a.Exchanges[i]
		if e.Err != "" || e.Rcode != "NOERROR" && e.Rcode != "NXDOMAIN" {
			continue
		}
		server = e.Server
		if a.AD && !r.trusts(e.Server) {
			return Status{Untrusted, "AD was set by " + host(e.Server) + ", which is not trusted: --trust-ad"}
		}
	}
	if a.AD {
		return Status{Secure, "AD from " + host(server) + r.because(server)}
	}
	return Status{Insecure, a.Name + " " + string(a.Type) + " is not signed (no AD from " + host(server) + ")"}
}

// because says why the AD bit of a server is believed.
func (r *Resolver) because(server string) string {
	if addr, err := netip.ParseAddrPort(server); err == nil && addr.Addr().Unmap().IsLoopback() {
		return ", on loopback"
	}
	return ", which is trusted"
}

// trusts reports whether the AD bit of a server is believed (RFC 6840, section
// 5.7; RFC 7672, section 2.1.1): one on this machine, or any the user trusts.
func (r *Resolver) trusts(server string) bool {
	addr, err := netip.ParseAddrPort(server)
	return r.TrustAD || err == nil && addr.Addr().Unmap().IsLoopback()
}

// host takes the port from an address, where it is the usual one.
func host(server string) string {
	if addr, err := netip.ParseAddrPort(server); err == nil && addr.Port() == 53 {
		return addr.Addr().String()
	}
	return server
}

// Worst joins the statuses of answers that must all be secure.
func Worst(all ...Status) Status {
	rank := map[Security]int{Secure: 0, Untrusted: 1, Insecure: 2, Unknown: 3, Bogus: 4}
	var worst Status
	for i, s := range all {
		if i == 0 || rank[s.Security] > rank[worst.Security] {
			worst = s
		}
	}
	return worst
}

// doubt turns "insecure" into "unknown" where the resolver does not validate at
// all: it would say the same of a signed zone. The root, which is signed, tells.
func (r *Resolver) doubt(ctx context.Context, s Status) Status {
	if s.Security != Insecure {
		return s
	}
	if r.validates.Do(func() { r.root = r.dns().Query(ctx, ".", "NS") }); r.root.AD {
		return s
	}
	return Status{Unknown, "the resolver does not validate: it sets no AD for the root either"}
}

// Root is the query that told whether the resolver validates; nil where it was
// not needed. It is known when all other calls have returned.
func (r *Resolver) Root() *dnsclient.Answer { return r.root }

func (r *Resolver) dns() *dnsclient.Client {
	if r.DNS != nil {
		return r.DNS
	}
	return new(dnsclient.Client)
}
