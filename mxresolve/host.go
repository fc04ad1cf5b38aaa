package mxresolve

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/dnsclient"
)

// Host is one place the mail can go to.
type Host struct {
	Name       string // as in the MX record
	Preference uint16 // lower is tried first
	TTL        uint32 // of the MX record, in seconds

	// Ready says that the host may be dialled at the Addresses known so far: it
	// is settled, or one family has brought some and Grace has passed since.
	Ready bool
	// Settled says that both families have been answered, or have failed for
	// good: all is final.
	Settled bool
	// Addresses are in the order in which they are tried: IPv6 before IPv4,
	// ascending. They may become more until the host is settled. Loopback and
	// private ones are among them, see [AddressKind].
	Addresses []netip.Addr
	// Total is how many addresses there were, before MaxAddresses.
	Total int
	// Problem says why there are no Addresses.
	Problem Problem
	// Notes are odd facts, each once.
	Notes []Problem
	// Chain are the aliases followed from Name, the last the one with the addresses.
	Chain []string
	// A and AAAA say what came of the lookups; "" when not asked or not answered.
	A, AAAA dnsclient.Status
	// Lookups are the answers themselves, without their records.
	Lookups []*dnsclient.Answer
	// Queries are the numbers of this host's queries in Result.Queries. They
	// are known when Resolve returns.
	Queries []int
}

// exchanges makes hosts of MX records: null MX set aside, duplicates joined,
// the most preferred MaxHosts kept, those that cannot be looked up settled.
func (res *Result) exchanges(records []dnsclient.Record) {
	byName := make(map[string]int)
	var hosts []Host
	null := false
	for _, rec := range records {
		if rec.Host == "." {
			null = true
			continue
		}
		key := strings.ToLower(rec.Host)
		i, seen := byName[key]
		if !seen {
			byName[key] = len(hosts)
			hosts = append(hosts, Host{Name: rec.Host, Preference: rec.Preference, TTL: rec.TTL})
			continue
		}
		hosts[i].Preference = min(hosts[i].Preference, rec.Preference)
		hosts[i].Notes = noted(hosts[i].Notes, ProblemDuplicate)
		res.note(ProblemDuplicate)
	}
	if null && len(hosts) > 0 {
		res.note(ProblemNullMXNotAlone)
	}
	slices.SortFunc(hosts, func(a, b Host) int {
		return cmp.Or(cmp.Compare(a.Preference, b.Preference),
			cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)))
	})
	if len(hosts) > MaxHosts || res.TotalMX > len(records) {
		res.note(ProblemTooManyHosts)
		hosts = hosts[:min(len(hosts), MaxHosts)]
	}
	res.Hosts = hosts
}

// prepare settles a host that needs no DNS: a name that cannot be a host's, or
// the local host.
func (r *Resolver) prepare(h *Host) {
	switch p := nameProblem(h.Name); {
	case h.Settled:
	case p != "":
		h.Problem = p
		h.settle()
	case isLocalhost(h.Name):
		h.settleAt(r.wanted(localAddresses()))
	}
}

// settleAt settles a host whose addresses are known without DNS.
func (h *Host) settleAt(addrs []netip.Addr) {
	h.add(addrs, len(addrs))
	h.settle()
}

// settle makes what is known final.
func (h *Host) settle() {
	h.Ready, h.Settled = true, true
	if len(h.Addresses) == 0 {
		if h.Problem == "" {
			h.Problem = ProblemNoData
		}
		return
	}
	h.Problem = ""
	h.noteKinds()
}

// noteKinds notes what kinds of addresses there are.
func (h *Host) noteKinds() {
	for _, addr := range h.Addresses {
		h.note(AddressKind(addr).problem())
	}
}

// add takes addresses of one family out of total into the host.
func (h *Host) add(addrs []netip.Addr, total int) {
	addrs = sortedAddresses(addrs)
	h.Total += max(total, len(addrs))
	if total > MaxAddresses {
		h.note(ProblemTooManyAddresses)
	}
	addrs = addrs[:min(len(addrs), MaxAddresses)]
	both := slices.Concat(h.Addresses, addrs)
	h.Addresses = sortedAddresses(both)
	h.Total -= len(both) - len(h.Addresses) // in both families: one mapped into IPv6
}

// take records the answer of one family.
func (h *Host) take(a *dnsclient.Answer) {
	h.Lookups = append(slices.Clip(h.Lookups), a)
	switch {
	case a.Status == dnsclient.StatusCancelled:
	case a.Type == "AAAA":
		h.AAAA = a.Status
	default:
		h.A = a.Status
	}
	if len(h.Chain) == 0 && len(a.Chain) > 0 {
		h.Chain = targets(a.Chain)
		h.note(ProblemCNAME)
	}
	if a.Status == dnsclient.StatusOK {
		addrs := make([]netip.Addr, 0, len(a.Records))
		for _, rec := range a.Records {
			addrs = append(addrs, rec.Addr)
		}
		h.add(addrs, a.Total)
		return
	}
	h.Problem = worse(h.Problem, statusProblem(a))
}

func (h *Host) note(p Problem) { h.Notes = noted(h.Notes, p) }

// targets lists where the aliases lead.
func targets(chain []dnsclient.Record) []string {
	var names []string
	for _, alias := range chain {
		names = append(names, alias.Host)
	}
	return names
}
