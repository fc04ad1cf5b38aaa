// Package mxresolve finds out where the mail for a domain would go
// (RFC 5321, section 5.1) and what is wrong with that, and judges nothing.
//
// [Resolver.Resolve] goes like this:
//
//  1. An address literal names its one host; no DNS.
//  2. The MX records of the domain are asked for. Aliases of the domain are
//     followed and noted. A domain that does not exist has no mail; a failure of DNS is
//     never read as "no MX".
//  3. Only when the domain exists without MX records is it its own, implicit
//     MX host. A single "0 ." is a null MX (RFC 7505): the domain takes no mail.
//  4. The exchanges are sorted by preference, the same name under two
//     preferences is one host, and names that cannot be hosts are set aside.
//  5. A and AAAA of all hosts are asked for at once. A host is settled when both
//     are answered or have failed for good.
//  6. A host is ready to be dialled a grace after one family has brought
//     addresses (after RFC 8305, section 3), so that a slow AAAA holds nobody
//     back; the addresses of the other are added when they come.
//
// That is two waves of queries, whatever the number of hosts. Every exchange
// with a server is in [Result.Queries], numbered, as evidence. Names are in
// presentation form without the final dot, as package dnsclient prints them,
// and untrusted.
package mxresolve

import (
	"context"
	"net/netip"
	"time"

	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// Defaults and limits.
const (
	DefaultGrace = 250 * time.Millisecond

	MaxHosts     = 100 // MX hosts looked up, the most preferred
	MaxAddresses = 50  // addresses kept of a host, of each family

	maxLookups = 32 // under way at once
)

// Resolver finds the mail hosts of domains. Its zero value uses the system's resolvers.
type Resolver struct {
	// DNS asks the questions. Nil means a zero dnsclient.Client.
	DNS *dnsclient.Client
	// IPv4 and IPv6 say which families of addresses are asked for. Neither means both.
	IPv4, IPv6 bool
	// Grace is how long after one family of a host has brought addresses the
	// host is ready without the other. 0 means DefaultGrace.
	Grace time.Duration
	// MX, when not nil, is called with the answer about MX records as soon as it is there.
	MX func(*dnsclient.Answer)
}

// Kind says what kind of place the mail goes to.
type Kind string

// The values of [Kind].
const (
	KindMX       Kind = "mx"       // to the hosts that MX records name (RFC 5321, section 5.1)
	KindImplicit Kind = "implicit" // to the domain itself, which has addresses and no MX records (RFC 5321, section 5.1)
	KindNull     Kind = "null"     // nowhere: the domain says that it takes no mail (RFC 7505)
	KindLiteral  Kind = "literal"  // to an address literal (RFC 5321, section 4.1.3)
	KindServer   Kind = "server"   // to a server named by the user
	KindNone     Kind = "none"     // nowhere: no such domain, or neither MX nor address
	KindFailed   Kind = "failed"   // not known: DNS failed
)

// Result is where the mail for a domain goes.
type Result struct {
	Domain  string // as asked, without the final dot
	Kind    Kind
	Problem Problem   // why Kind is null, none or failed; for a server, that of its host
	Notes   []Problem // what is odd about the records of the domain, each once
	AD      bool      // the MX answer was said to be authentic
	Chain   []string  // the aliases followed from the domain, the last the one that counts

	Hosts   []Host // by preference, then name; of an implicit MX, the domain
	TotalMX int    // MX records found, before any were set aside

	// Queries are all exchanges with DNS servers, numbered from 1 in the order
	// in which their lookups were begun: the MX records, then A and AAAA of each host.
	Queries []Query
	MXQuery int               // the number of the query that told of MX records, or failed last; 0 when there was none
	MX      *dnsclient.Answer // the answer about MX records; nil where they were not asked for
}

// Query is one exchange with a DNS server and its number.
type Query struct {
	ID int // from 1
	dnsclient.Exchange
}

// Resolve finds where the mail for domain goes: an A-label domain, or an
// address literal such as "[192.0.2.1]" or "[IPv6:2001:db8::1]".
//
// update, which may be nil, is called with a fresh list of all hosts, sorted,
// when the hosts are known, when one has become ready, and whenever something
// about one has changed after that: more addresses, settled. It is never called
// twice at once. Resolve returns when all have settled. When ctx ends all settle
// at once, with what is known: a family that was not answered is noted where the
// other has brought addresses, and a host without any has ProblemCancelled.
func (r *Resolver) Resolve(ctx context.Context, domain string, update func([]Host)) *Result {
	domain = dnsclient.TrimDot(domain)
	if len(domain) > 0 && domain[0] == '[' {
		return literal(domain, update)
	}
	res := &Result{Domain: domain}
	a := r.dns().Query(ctx, domain, "MX")
	if r.MX != nil {
		r.MX(a)
	}
	res.addQueries(a)
	res.MXQuery, res.MX = len(res.Queries), a
	res.AD = a.AD
	res.Chain = targets(a.Chain)
	if len(res.Chain) > 0 {
		res.note(ProblemCNAME)
	}
	switch a.Status {
	case dnsclient.StatusOK:
		res.TotalMX = a.Total
		res.Kind = KindMX
		res.exchanges(a.Records)
		if len(res.Hosts) == 0 {
			res.Kind, res.Problem = KindNull, ProblemNullMX
			return res
		}
		r.lookUp(ctx, res, update)
	case dnsclient.StatusNoData:
		r.implicit(ctx, res, update)
	case dnsclient.StatusNXDomain:
		res.Kind, res.Problem = KindNone, ProblemNXDomain
	default:
		res.Kind, res.Problem = KindFailed, statusProblem(a)
	}
	return res
}

// implicit treats the domain as its own MX host of preference 0 (RFC 5321, section 5.1).
func (r *Resolver) implicit(ctx context.Context, res *Result, update func([]Host)) {
	res.Kind = KindImplicit
	res.Hosts = []Host{{Name: res.Domain}}
	r.lookUp(ctx, res, update)
	switch p := res.Hosts[0].Problem; p {
	case "":
	case ProblemNXDomain, ProblemNoData:
		res.Kind, res.Problem = KindNone, ProblemNoData
	default:
		res.Kind, res.Problem = KindFailed, p
	}
}

// ResolveServer finds the addresses of a server that the user has named: an
// address, with or without brackets and zone, an address literal or a host name,
// which needs no MX records. The local host is known without DNS (RFC 6761, section 6.3). update is as in [Resolver.Resolve].
func (r *Resolver) ResolveServer(ctx context.Context, host string, update func([]Host)) *Result {
	res := &Result{Domain: dnsclient.TrimDot(host), Kind: KindServer}
	h := Host{Name: res.Domain}
	if addr, ok := parseAddress(h.Name); ok {
		h.settleAt([]netip.Addr{addr})
	} else if isLocalhost(h.Name) {
		h.settleAt(r.wanted(localAddresses()))
	}
	res.Hosts = []Host{h}
	r.lookUp(ctx, res, update)
	res.Problem = res.Hosts[0].Problem
	return res
}

// SocketResult is the result for a unix socket that the user has named: a place
// on this machine that nothing had to be looked up for.
func SocketResult(name string) *Result {
	return &Result{Domain: name, Kind: KindServer, Hosts: []Host{{Name: "localhost", Ready: true, Settled: true}}}
}

// literal makes the result for an address literal.
func literal(domain string, update func([]Host)) *Result {
	res := &Result{Domain: domain, Kind: KindLiteral}
	d, err := smtp.ParseDomain(domain)
	if err != nil {
		res.Kind, res.Problem = KindFailed, ProblemInvalidName
		return res
	}
	h := Host{Name: domain}
	h.settleAt([]netip.Addr{d.Literal})
	res.Hosts = []Host{h}
	res.tell(update)
	return res
}

func (r *Resolver) dns() *dnsclient.Client {
	if r.DNS != nil {
		return r.DNS
	}
	return new(dnsclient.Client)
}

// addQueries numbers the exchanges of a, and returns their numbers.
func (res *Result) addQueries(a *dnsclient.Answer) []int {
	var ids []int
	for _, e := range a.Exchanges {
		id := len(res.Queries) + 1
		res.Queries = append(res.Queries, Query{ID: id, Exchange: e})
		ids = append(ids, id)
	}
	return ids
}

func (res *Result) note(p Problem) { res.Notes = noted(res.Notes, p) }
