package mxresolve

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"slices"
	"sync"

	"github.com/smtpcheck/smtpcheck/dnsclient"
)

func joinPort(addr string) string { return net.JoinHostPort(addr, authorities) }

// addresses finds the addresses of a name server by the resolver.
func (w *walk) addresses(ctx context.Context, name string) ([]netip.Addr, []*Told) {
	types := []dnsclient.Type{"A", "AAAA"}
	answers := make([]*dnsclient.Answer, len(types))
	found := make([]*Told, len(types))
	var group sync.WaitGroup
	for i, t := range types {
		group.Go(func() { answers[i], found[i] = w.query(ctx, w.dns, name, t) })
	}
	group.Wait()
	var addrs []netip.Addr
	for _, a := range answers {
		for _, rec := range a.Records[:min(len(a.Records), maxSet)] {
			addrs = append(addrs, rec.Addr)
		}
	}
	return addrs, found
}

// askZone asks all servers of z, those that the zone above and its own servers
// name too, for SOA, NS and the questions.
func (w *walk) askZone(ctx context.Context, z *Zone, questions []Question) {
	parent := []string{}
	if z.Parent != nil {
		parent = z.Parent.NS
	}
	done := make(map[string]bool)
	for _, s := range z.Servers {
		done[s.Name] = true
	}
	for names := missing(done, union(z.NS, parent)); len(names) > 0; names = missing(done, z.ChildNS()) {
		for _, name := range names {
			done[name] = true
		}
		if most := MaxAuthorities - len(done) + len(names); len(names) > most {
			w.leaveOut("name servers of " + z.Name + " beyond the first 13")
			names = names[:max(most, 0)]
		}
		w.askServers(ctx, z, names, questions)
	}
	child := z.ChildNS()
	if child == nil {
		child = z.NS
	}
	for _, s := range z.Servers {
		s.InZone, s.InParent = slices.Contains(child, s.Name), slices.Contains(parent, s.Name)
	}
	slices.SortFunc(z.Servers, func(a, b *Authority) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(b.Addr.BitLen(), a.Addr.BitLen()), a.Addr.Compare(b.Addr))
	})
	if len(z.Servers) == 0 && z.Problem == "" {
		z.Problem = "no name server of " + z.Name + " is known"
	}
}

// ChildNS are the name servers of the zone by its own servers; nil where none told.
func (z *Zone) ChildNS() []string {
	var all []string
	for _, s := range z.Servers {
		if s.State == AuthorityOK && s.NS != nil && s.NS.Answer.Authoritative && s.NS.Answer.Status == dnsclient.StatusOK {
			all = union(all, s.NS.Set)
		}
	}
	return all
}

// askServers asks the named servers at each of their addresses.
func (w *walk) askServers(ctx context.Context, z *Zone, names []string, questions []Question) {
	found := make([][]*Authority, len(names))
	lookups := make([][]*Told, len(names))
	var group sync.WaitGroup
	for i, name := range names {
		group.Go(func() {
			var addrs []netip.Addr
			addrs, lookups[i] = w.addresses(ctx, name)
			if len(addrs) == 0 {
				addrs = z.glue(name)
			}
			found[i] = w.askAddresses(ctx, z, name, addrs, lookups[i], questions)
		})
	}
	group.Wait()
	for i := range names {
		z.Servers = append(z.Servers, found[i]...)
		z.Lookups = append(z.Lookups, lookups[i]...)
	}
}

// glue are the addresses of a name server by the zone above.
func (z *Zone) glue(name string) []netip.Addr {
	var addrs []netip.Addr
	if z.Parent == nil {
		return nil
	}
	for _, x := range z.Parent.Asked {
		for _, rec := range x.Answer.Additional {
			if lowered(rec.Name) == name && rec.Addr.IsValid() {
				addrs = append(addrs, rec.Addr)
			}
		}
	}
	return addrs
}

func (w *walk) askAddresses(ctx context.Context, z *Zone, name string, addrs []netip.Addr, lookups []*Told, questions []Question) []*Authority {
	addrs = sortedAddresses(addrs)
	if len(addrs) == 0 {
		s := &Authority{Name: name, State: AuthorityNoAddress, Why: "it has no address", Found: lookups}
		for _, x := range lookups {
			if st := x.Answer.Status; st != dnsclient.StatusNoData && st != dnsclient.StatusNXDomain {
				s.State, s.Why = AuthorityNotAsked, "its address could not be looked up"
			}
		}
		return []*Authority{s}
	}
	if z.brief { // the domain's own servers count
		addrs = addrs[len(addrs)-1:]
	}
	if len(addrs) > MaxAuthorityAddresses {
		w.leaveOut("addresses of " + name + " beyond the first 4")
		addrs = addrs[:MaxAuthorityAddresses]
	}
	out := make([]*Authority, len(addrs))
	var group sync.WaitGroup
	for i, addr := range addrs {
		out[i] = &Authority{Name: name, Addr: addr, Found: lookups}
		if !askable(addr) {
			out[i].State, out[i].Why = AuthorityNotAsked, "a "+string(AddressKind(addr))+" address"
			continue
		}
		group.Go(func() { w.askAuthority(ctx, z, out[i], questions) })
	}
	group.Wait()
	return out
}

// askable reports whether a name server of somebody else can be there: a zone must
// not make us talk to this machine, or to whoever listens on its networks.
func askable(addr netip.Addr) bool {
	kind := AddressKind(addr)
	return kind == AddrGlobal || kind == AddrPrivate
}

// askAuthority asks one address for everything at once.
func (w *walk) askAuthority(ctx context.Context, z *Zone, s *Authority, questions []Question) {
	var group sync.WaitGroup
	var soa *dnsclient.Answer
	client := w.authority.To(joinPort(s.Addr.String()))
	group.Go(func() { soa, s.SOA = w.query(ctx, client, z.Name, "SOA") })
	if !z.brief {
		group.Go(func() { _, s.NS = w.query(ctx, client, z.Name, "NS") })
	}
	s.Answers = w.askAll(ctx, client, questions)
	group.Wait()
	s.judge(soa, z.Name)
}

// askAll asks one server several questions at once.
func (w *walk) askAll(ctx context.Context, client *dnsclient.Client, questions []Question) []*Told {
	answers := make([]*Told, len(questions))
	var group sync.WaitGroup
	for i, q := range questions {
		group.Go(func() { _, answers[i] = w.query(ctx, client, q.Name, q.Type) })
	}
	group.Wait()
	return answers
}

// judge says what the server is to the zone by its answer about the SOA record.
func (s *Authority) judge(soa *dnsclient.Answer, zone string) {
	if n := len(soa.Exchanges); n > 0 {
		s.RTT = soa.Exchanges[n-1].RTT
	}
	s.Why = soa.Err
	switch soa.Status {
	case dnsclient.StatusOK:
		s.State, s.Why = AuthorityNot, "it answers from a cache, not as an authority"
		if soa.Authoritative && len(soa.Records) > 0 {
			s.State, s.Why, s.Serial = AuthorityOK, "", soa.Records[0].Serial
		}
	case dnsclient.StatusReferral:
		s.State, s.Why = AuthorityNot, "it refers to other servers"
	case dnsclient.StatusNoData, dnsclient.StatusNXDomain, dnsclient.StatusAlias:
		s.State, s.Why = AuthorityNot, "it does not have the zone "+zone
	case dnsclient.StatusServFail:
		s.State = AuthorityServFail
		if soa.Rcode == "REFUSED" {
			s.State = AuthorityRefused
		}
	case dnsclient.StatusTimeout:
		s.State = AuthorityTimeout
	case dnsclient.StatusCancelled:
		s.State = AuthorityNotAsked
	default:
		s.State = AuthorityDown
		if soa.Err == "network unreachable" {
			s.State = AuthorityNoRoute
		}
	}
}

// union joins two sets, sorted.
func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// missing are those of all that are not done.
func missing(done map[string]bool, all []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(name string) bool { return done[name] })
}
