package mxresolve

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/smtpcheck/smtpcheck/dnsclient"
)

// told keeps of an answer what can be compared.
func told(a *dnsclient.Answer) *Told {
	kept := *a
	kept.Records, kept.Authority, kept.Additional = nil, nil, nil
	t := &Told{Question: Question{lowered(a.Name), a.Type}, Answer: &kept, Cut: a.Total > len(a.Records)}
	switch {
	case len(a.Chain) > 0:
		t.Set = []string{"alias of " + lowered(a.Chain[0].Host)}
	default:
		t.Set, t.Cut = setOf(a.Records, t.Cut)
	}
	return t
}

// setOf are records in words that can be compared.
func setOf(records []dnsclient.Record, cut bool) ([]string, bool) {
	var set []string
	for _, rec := range records {
		switch {
		case rec.Type == "MX":
			set = append(set, fmt.Sprintf("%d %s", rec.Preference, lowered(rec.Host)))
		case rec.Addr.IsValid():
			set = append(set, rec.Addr.Unmap().String())
		case rec.Host != "":
			set = append(set, lowered(rec.Host))
		default:
			set = append(set, rec.Text)
		}
	}
	slices.Sort(set)
	set = slices.Compact(set)
	size := 0
	for i, s := range set {
		if size += len(s); i >= maxSet || size > maxSetBytes {
			return set[:i], true
		}
	}
	return set, cut
}

// atEnd is what an answer says of the name at the end of its aliases; nil without any.
func atEnd(a *dnsclient.Answer) *Told {
	if len(a.Chain) == 0 {
		return nil
	}
	t := told(a)
	t.Name = lowered(a.Canonical())
	t.Set, t.Cut = setOf(a.Records, a.Total > len(a.Records))
	return t
}

// viewOf is what a resolver said, by the result for which it was asked.
func viewOf(res *Result) *View {
	v := new(View)
	if res.MX == nil {
		return v
	}
	if n := len(res.MX.Exchanges); n > 0 {
		v.Resolver = res.MX.Exchanges[n-1].Server
	}
	ids := make([]int, res.MXQuery)
	for i := range ids {
		ids[i] = i + 1
	}
	v.add(told(res.MX), ids)
	v.add(atEnd(res.MX), ids)
	for i := range res.Hosts[:min(len(res.Hosts), MaxTruthHosts)] {
		v.addHost(res, &res.Hosts[i])
	}
	return v
}

func (v *View) add(t *Told, queries []int) {
	if t != nil {
		t.Queries = queries
		v.Answers = append(v.Answers, t)
	}
}

// addHost adds what was said of the addresses of a host.
func (v *View) addHost(res *Result, h *Host) {
	for _, a := range h.Lookups {
		kept := *a
		t := &Told{Question: Question{lowered(h.Name), a.Type}, Answer: &kept, Cut: a.Total > MaxAddresses}
		for _, addr := range h.Addresses {
			if addr.Is4() == (a.Type == "A") {
				t.Set = append(t.Set, addr.String())
			}
		}
		slices.Sort(t.Set)
		var ids []int
		for _, id := range h.Queries {
			if res.Queries[id-1].Type == a.Type {
				ids = append(ids, id)
			}
		}
		if len(h.Chain) > 0 {
			end := *t
			end.Name = lowered(h.Chain[len(h.Chain)-1])
			v.add(&end, ids)
			t.Set, t.Cut = []string{"alias of " + lowered(h.Chain[0])}, false
		}
		v.add(t, ids)
	}
}

// otherView asks another resolver for what the first was asked.
func (w *walk) otherView(ctx context.Context, dns *dnsclient.Client, domain string) *View {
	select {
	case w.free <- struct{}{}:
		defer func() { <-w.free }()
	case <-ctx.Done():
		return nil
	}
	res := (&Resolver{DNS: dns, IPv4: w.f.IPv4, IPv6: w.f.IPv6}).Resolve(ctx, domain, nil)
	v := viewOf(res)
	if len(dns.Servers) > 0 {
		v.Resolver = dns.Servers[0]
	}
	for _, t := range v.Answers {
		t.Queries = nil // they are not those of the first
	}
	return v
}

// questions are those about the hosts that the resolver has told of.
func (w *walk) questions(res *Result) []Question {
	var out []Question
	for _, t := range viewOf(res).Answers {
		if t.Name != lowered(res.Domain) || t.Type != "MX" {
			out = append(out, t.Question)
		}
	}
	if len(res.Hosts) > MaxTruthHosts {
		w.leaveOut(fmt.Sprintf("the addresses of mail hosts beyond the first %d", MaxTruthHosts))
	}
	return out
}

// cuts finds the zones that the questions belong to, and how that was told.
func (w *walk) cuts(ctx context.Context, questions []Question) map[string]*Zone {
	cuts := make(map[string]*Zone)
	var group sync.WaitGroup
	for _, q := range questions {
		if cuts[q.Name] != nil {
			continue
		}
		z := &Zone{brief: true}
		cuts[q.Name] = z
		group.Go(func() { z.Name, _, z.Lookups = w.apex(ctx, q.Name) })
	}
	group.Wait()
	return cuts
}

// hostZones asks the authorities of each zone the questions that belong to it: those of
// the domain's own when they are ready, the others at once.
func (w *walk) hostZones(ctx context.Context, own *top, ready <-chan struct{}, questions []Question) (zones []*Zone) {
	cuts := w.cuts(ctx, questions)
	asks := make(map[string][]Question)
	for _, q := range questions {
		z := cuts[q.Name]
		switch {
		case z.Name == "":
			w.leaveOut("the authorities of " + q.Name + ": its zone is not known")
			continue
		case z.Name == own.apex, asks[z.Name] != nil:
		case len(zones) >= MaxTruthZones-1:
			w.leaveOut("the authorities of " + q.Name + ": there are too many zones")
			continue
		default:
			zones = append(zones, z)
		}
		asks[z.Name] = append(asks[z.Name], q)
	}
	var group sync.WaitGroup
	for _, z := range zones {
		group.Go(func() {
			w.nameServers(ctx, z)
			w.askZone(ctx, z, asks[z.Name])
		})
	}
	<-ready
	for _, s := range own.zone.Servers {
		if s.State == AuthorityOK && own.zone.Name == own.apex {
			group.Go(func() {
				client := w.authority.To(joinPort(s.Addr.String()))
				s.Answers = append(s.Answers, w.askAll(ctx, client, asks[own.apex])...)
			})
		}
	}
	group.Wait()
	return zones
}

// doubt asks a resolver what tells a failure of DNSSEC from others, and an answer that is not
// signed from one by a resolver that does not validate.
func (w *walk) doubt(ctx context.Context, v *View, mx Question) {
	if len(v.Answers) == 0 || v.Resolver == "" {
		return
	}
	client := w.dns.To(v.Resolver)
	if x := v.Told(mx); x != nil && x.Answer.Status == dnsclient.StatusServFail {
		client.CheckingDisabled = true
		_, v.Unchecked = w.query(ctx, client, mx.Name, mx.Type)
		return
	}
	if slices.ContainsFunc(v.Answers, func(x *Told) bool { return !x.Answer.AD }) {
		_, v.Root = w.query(ctx, client, ".", "NS")
	}
}
