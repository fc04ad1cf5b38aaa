package lab

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// The text of a zone may have views: lines that begin with ";@" and an address
// hold for the name server at that address only.
//
//	;@ ADDRESS RECORD, or ADDRESS ;! DIRECTIVE
//
// The records of a name and type in a view take the place of those that all
// others give, together with their directives. A name server serves the
// zones whose NS records name it; it refers to the servers of a zone below one
// of its own, and refuses everything else.

// splitViews takes the views out of a zone text.
func splitViews(text string) map[netip.Addr]string {
	views := make(map[netip.Addr]string)
	for line := range strings.Lines(text) {
		words, ok := strings.CutPrefix(strings.TrimSpace(line), ";@")
		if !ok {
			continue
		}
		address, rest, _ := strings.Cut(strings.TrimSpace(words), " ")
		if addr, err := netip.ParseAddr(address); err == nil {
			views[addr] += strings.TrimSpace(rest) + "\n"
		}
	}
	return views
}

// authorities are the zones that each address serves.
func (z *zoneData) authorities() map[netip.Addr][]string {
	serves := make(map[netip.Addr][]string)
	for key, rrs := range z.records {
		if key.typ != dns.TypeNS || len(z.records[dnsQuery{key.name, dns.TypeSOA}]) == 0 {
			continue
		}
		for _, rr := range rrs {
			for _, addr := range z.addresses(rr) {
				serves[addr] = append(serves[addr], key.name)
			}
		}
	}
	return serves
}

// addresses are those of the server that an NS record names.
func (z *zoneData) addresses(rr dns.RR) (addrs []netip.Addr) {
	ns, ok := rr.(*dns.NS)
	if !ok {
		return nil
	}
	for _, rr := range z.hostRecords(ns.Ns) {
		switch rr := rr.(type) {
		case *dns.A:
			addr, _ := netip.AddrFromSlice(rr.A.To4())
			addrs = append(addrs, addr)
		case *dns.AAAA:
			addr, _ := netip.AddrFromSlice(rr.AAAA)
			addrs = append(addrs, addr)
		}
	}
	return addrs
}

func (z *zoneData) hostRecords(name string) []dns.RR {
	name = dns.CanonicalName(name)
	return slices.Concat(z.records[dnsQuery{name, dns.TypeA}], z.records[dnsQuery{name, dns.TypeAAAA}])
}

// view is what one name server has: the records of all, with those of the text in their place.
func (z *zoneData) view(text string) (*zoneData, error) {
	own, err := newZoneData(text)
	if err != nil {
		return nil, err
	}
	v := &zoneData{records: maps.Clone(z.records), exists: maps.Clone(z.exists)}
	for _, rule := range z.rules {
		covered := func(key dnsQuery) bool { return key.name == rule.name && (rule.typ == 0 || key.typ == rule.typ) }
		if !slices.ContainsFunc(slices.Collect(maps.Keys(own.records)), covered) {
			v.rules = append(v.rules, rule)
		}
	}
	v.rules = append(v.rules, own.rules...)
	maps.Copy(v.records, own.records)
	maps.Copy(v.exists, own.exists)
	return v, nil
}

// zoneOf is the zone that a name is in, "." where none has an SOA record.
func (z *zoneData) zoneOf(name string) string {
	for _, i := range dns.Split(name) {
		if len(z.records[dnsQuery{name[i:], dns.TypeSOA}]) > 0 {
			return name[i:]
		}
	}
	return "."
}

// authoritative fills m with what a server of these zones says to q (RFC 1034, section 4.3.2).
func (z *zoneData) authoritative(m *dns.Msg, q dnsQuery, rule *zoneRule, serves []string) {
	m.RecursionAvailable, m.Authoritative, m.AuthenticatedData = false, false, false // an authority vouches for nothing
	zone := z.zoneOf(q.name)
	if slices.Contains(serves, zone) {
		m.Authoritative = true
		rule.noRecursion = true
		m.Answer, m.Ns, m.Rcode = z.resolve(q, rule)
		return
	}
	for cut := zone; cut != "."; {
		parent := z.zoneOf(aboveZone(cut))
		if slices.Contains(serves, parent) {
			m.Ns = z.at(dnsQuery{cut, dns.TypeNS})
			for _, rr := range m.Ns {
				if ns, ok := rr.(*dns.NS); ok && dns.IsSubDomain(parent, ns.Ns) {
					m.Extra = append(m.Extra, z.hostRecords(ns.Ns)...)
				}
			}
			return
		}
		cut = parent
	}
	m.Rcode = dns.RcodeRefused
}

// aboveZone is the name without its first label.
func aboveZone(name string) string {
	if i, end := dns.NextLabel(name, 0); !end {
		return name[i:]
	}
	return "."
}
