package lab

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// zoneData are the records and the directives of a zone text.
type zoneData struct {
	records map[dnsQuery][]dns.RR
	exists  map[string]bool // all names, also those that only have names below
	rules   []zoneRule
}

func newZoneData(text string) (*zoneData, error) {
	z := &zoneData{records: make(map[dnsQuery][]dns.RR), exists: map[string]bool{".": true}}
	for i, line := range strings.Split(text, "\n") {
		words, ok := strings.CutPrefix(strings.TrimSpace(line), ";!")
		if !ok {
			continue
		}
		rule, err := parseZoneRule(strings.Fields(words))
		if err != nil {
			return nil, fmt.Errorf("zone line %d: %w", i+1, err)
		}
		z.rules = append(z.rules, rule)
		z.name(rule.name)
	}
	parser := dns.NewZoneParser(strings.NewReader(text), ".", "zone")
	parser.SetDefaultTTL(3600)
	for rr, ok := parser.Next(); ok; rr, ok = parser.Next() {
		key := dnsQuery{dns.CanonicalName(rr.Header().Name), rr.Header().Rrtype}
		z.records[key] = append(z.records[key], rr)
		z.name(key.name)
	}
	return z, parser.Err()
}

// name makes a name exist, and every name above it (RFC 8020).
func (z *zoneData) name(name string) {
	for _, i := range dns.Split(name) {
		z.exists[name[i:]] = true
	}
}

// maxZoneChain is how many aliases are followed; resolvers do about as many.
const maxZoneChain = 20

// resolve answers q as a resolver would: the aliases in order and what is at
// their end. A loop is told as far as it goes.
func (z *zoneData) resolve(q dnsQuery, rule *zoneRule) (answer, authority []dns.RR, rcode int) {
	defer func() { rule.retime(answer) }()
	if made := rule.synthesise(q); made != nil {
		return made, nil, dns.RcodeSuccess
	}
	seen := make(map[string]bool)
	for len(seen) < maxZoneChain {
		seen[q.name] = true
		if rrs := z.at(q); len(rrs) > 0 {
			return append(answer, rrs...), nil, dns.RcodeSuccess
		}
		alias := z.at(dnsQuery{q.name, dns.TypeCNAME})
		if len(alias) == 0 {
			break
		}
		answer = append(answer, alias[0])
		cname, _ := alias[0].(*dns.CNAME)
		q.name = dns.CanonicalName(cname.Target)
		if seen[q.name] || rule.noRecursion {
			return answer, nil, dns.RcodeSuccess
		}
	}
	if len(seen) == maxZoneChain {
		return answer, nil, dns.RcodeSuccess
	}
	if _, wild := z.wildcard(q.name); !wild && !z.exists[q.name] {
		rcode = dns.RcodeNameError
	}
	return answer, []dns.RR{z.soa(q.name)}, rcode
}

// at returns copies of the records of one type at a name, from a wildcard if
// the name does not exist (RFC 4592).
func (z *zoneData) at(q dnsQuery) []dns.RR {
	source := q
	if !z.exists[q.name] {
		if wild, ok := z.wildcard(q.name); ok {
			source.name = wild
		}
	}
	var rrs []dns.RR
	for _, rr := range z.records[source] {
		rr = dns.Copy(rr)
		rr.Header().Name = q.name
		rrs = append(rrs, rr)
	}
	return rrs
}

// wildcard returns the wildcard that covers a name that does not exist.
func (z *zoneData) wildcard(name string) (string, bool) {
	if z.exists[name] {
		return "", false
	}
	for i, end := dns.NextLabel(name, 0); !end; i, end = dns.NextLabel(name, i) {
		if encloser := name[i:]; z.exists[encloser] {
			return "*." + encloser, z.exists["*."+encloser]
		}
	}
	return "", false
}

// soa returns the SOA record for a negative answer about name.
func (z *zoneData) soa(name string) dns.RR {
	top := "."
	for _, i := range dns.Split(name) {
		if rrs := z.records[dnsQuery{name[i:], dns.TypeSOA}]; len(rrs) > 0 {
			return rrs[0]
		}
		top = name[i:]
	}
	return &dns.SOA{
		Hdr: dns.RR_Header{Name: top, Rrtype: dns.TypeSOA, Class: dns.ClassINET, Ttl: 3600},
		Ns:  "ns.lab.test.", Mbox: "hostmaster.lab.test.", Serial: 1, Refresh: 7200, Retry: 3600, Expire: 1209600, Minttl: 300,
	}
}

// maxZoneRecords is more than fit the 64 KiB of a message.
const maxZoneRecords = 6000

// synthesise makes the records of the directives many and many-addresses, as
// many as can be sent.
func (r *zoneRule) synthesise(q dnsQuery) []dns.RR {
	head := dns.RR_Header{Name: q.name, Rrtype: q.typ, Class: dns.ClassINET, Ttl: 3600}
	var rrs []dns.RR
	switch q.typ {
	case dns.TypeMX:
		for i := range min(r.many, maxZoneRecords) {
			rrs = append(rrs, &dns.MX{Hdr: head, Preference: 10, Mx: fmt.Sprintf("mx%05d.%s", i+1, q.name)})
		}
	case dns.TypeTLSA:
		for i := range min(r.many, maxZoneRecords) {
			rrs = append(rrs, &dns.TLSA{Hdr: head, Usage: 3, Selector: 1, MatchingType: 1, Certificate: fmt.Sprintf("%064x", i)})
		}
	case dns.TypeA:
		addr := netip.MustParseAddr("198.18.0.0")
		for range min(r.manyAddresses, maxZoneRecords) {
			addr = addr.Next()
			rrs = append(rrs, &dns.A{Hdr: head, A: addr.AsSlice()})
		}
	case dns.TypeAAAA:
		addr := netip.MustParseAddr("2001:db8:ff::")
		for range min(r.manyAddresses, maxZoneRecords) {
			addr = addr.Next()
			rrs = append(rrs, &dns.AAAA{Hdr: head, AAAA: addr.AsSlice()})
		}
	}
	return rrs
}

// retime gives the records of an answer the TTL of the directives ttl and stale.
func (r *zoneRule) retime(rrs []dns.RR) {
	for _, rr := range rrs {
		if r.hasTTL {
			rr.Header().Ttl = r.ttl
		}
	}
}
