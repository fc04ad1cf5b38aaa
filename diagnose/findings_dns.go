package diagnose

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/mxresolve"
)

// resolution finds what there is to say about the domain.
func (f *finder) resolution() {
	r := f.c.Resolution
	if r == nil {
		return
	}
	mx := f.mxEvidence()
	switch {
	case r.Kind == mxresolve.KindNull:
		f.add("mx/null", r.Domain+" publishes a null MX: it takes no mail", mx...)
	case r.Kind == mxresolve.KindImplicit:
		f.add("mx/implicit", r.Domain+" has no MX record; its own address is used", mx...)
	case r.Kind == mxresolve.KindNone && r.Problem == mxresolve.ProblemNXDomain:
		f.add("dns/nxdomain", r.Domain+" does not exist", mx...)
	case r.Kind == mxresolve.KindNone:
		f.add("mx/none", r.Domain+" has neither an MX record nor an address", mx...)
	case r.Kind == mxresolve.KindFailed:
		f.lookup(r.Problem, r.Domain, mx)
	}
	for _, note := range r.Notes {
		switch note {
		case mxresolve.ProblemNullMXNotAlone:
			f.add("mx/null-not-alone", r.Domain+" has a null MX beside other MX records", mx...)
		case mxresolve.ProblemTooManyHosts:
			f.add("mx/too-many", r.Domain+" has more MX records than are looked at", mx...)
		case mxresolve.ProblemCNAME:
			f.add("mx/domain-cname", r.Domain+" is an alias of "+last(r.Chain), mx...)
		}
	}
}

// lookup reports a lookup that failed.
func (f *finder) lookup(p mxresolve.Problem, name string, evidence []Evidence) {
	switch p {
	case mxresolve.ProblemServFail:
		f.add("dns/servfail", "DNS answered with a failure for "+name, evidence...)
	case mxresolve.ProblemTimeout:
		f.add("dns/timeout", "DNS gave no answer for "+name, evidence...)
	case mxresolve.ProblemFailed:
		f.add("dns/failed", "DNS could not be asked about "+name, evidence...)
	case mxresolve.ProblemLoop:
		f.add("mx/loop", "the aliases of "+name+" go round in a circle", evidence...)
	case mxresolve.ProblemLongChain:
		f.add("mx/loop", "there are too many aliases behind "+name, evidence...)
	}
}

// hosts finds what there is to say about each host.
func (f *finder) hosts() {
	r := f.c.Resolution
	if r == nil {
		return
	}
	usable := len(f.c.Attempts) > 0 || len(f.c.Skipped) > 0
	for i := range r.Hosts {
		h := &r.Hosts[i]
		usable = usable || len(h.Addresses) > 0 || forNow(h.Problem) || !h.Settled
		if r.Kind != mxresolve.KindNone && r.Kind != mxresolve.KindFailed {
			f.hostProblem(h)
		}
		for _, note := range h.Notes {
			f.hostNote(h, note)
		}
	}
	f.loops()
	if r.Kind == mxresolve.KindMX && !usable {
		f.add("mx/none", "no MX host of "+r.Domain+" is usable", f.mxEvidence()...)
	}
}

func (f *finder) hostProblem(h *mxresolve.Host) {
	evidence := f.hostEvidence(h)
	switch h.Problem {
	case mxresolve.ProblemNXDomain:
		f.add("mx/nxdomain-host", h.Name+" does not exist", evidence...)
	case mxresolve.ProblemNoData:
		f.add("mx/no-address", h.Name+" has no address", evidence...)
	case mxresolve.ProblemAddress:
		f.add("mx/address-as-name", "an MX record of "+f.c.Resolution.Domain+" names the address "+h.Name, evidence...)
	case mxresolve.ProblemInvalidName:
		f.add("mx/invalid-name", "an MX record of "+f.c.Resolution.Domain+" names "+h.Name, evidence...)
	default:
		f.lookup(h.Problem, h.Name, evidence)
	}
}

func (f *finder) hostNote(h *mxresolve.Host, note mxresolve.Problem) {
	evidence := f.hostEvidence(h)
	named := f.c.Resolution.Kind == mxresolve.KindMX || f.c.Resolution.Kind == mxresolve.KindImplicit
	switch note {
	case mxresolve.ProblemCNAME:
		if f.c.Resolution.Kind == mxresolve.KindMX {
			f.add("mx/cname", h.Name+" is an alias of "+last(h.Chain), evidence...)
		}
	case mxresolve.ProblemDuplicate:
		f.add("mx/duplicate", h.Name+" is named more than once", f.mxEvidence()...)
	case mxresolve.ProblemTooManyAddresses:
		f.add("mx/too-many", h.Name+" has more addresses than are looked at", evidence...)
	case mxresolve.ProblemAAAAUnanswered, mxresolve.ProblemAAAAFailed:
		f.add("mx/aaaa-slow", "no timely answer about IPv6 addresses (AAAA) of "+h.Name, evidence...)
	case mxresolve.ProblemAUnanswered, mxresolve.ProblemAFailed:
		f.add("mx/aaaa-slow", "no timely answer about IPv4 addresses (A) of "+h.Name, evidence...)
	case mxresolve.ProblemPrivate, mxresolve.ProblemLinkLocal, mxresolve.ProblemMulticast:
		for _, addr := range h.Addresses {
			if string(mxresolve.AddressKind(addr)) == string(note) {
				evidence = f.addressEvidence(h, addr)
			}
		}
		if named {
			f.add("mx/private-address", h.Name+" has a "+string(note)+" address", evidence...)
		}
	}
}

// loops finds addresses that lead back to this machine.
func (f *finder) loops() {
	r := f.c.Resolution
	if r.Kind != mxresolve.KindMX && r.Kind != mxresolve.KindImplicit {
		return
	}
	for i := range r.Hosts {
		h := &r.Hosts[i]
		for _, addr := range h.Addresses {
			switch mxresolve.AddressKind(addr) {
			case mxresolve.AddrLoopback, mxresolve.AddrUnspecified:
				f.add("mx/loops-to-us", h.Name+" has the address "+addr.String(), f.addressEvidence(h, addr)...)
			}
		}
		for _, s := range f.c.Skipped {
			if s.Kind == SkipLoopsToUs && s.Host == h.Name {
				f.add("mx/loops-to-us", h.Name+" has the address "+s.Address.String(), f.addressEvidence(h, s.Address)...)
			}
		}
	}
}

// mxEvidence is the query for MX records.
func (f *finder) mxEvidence() []Evidence {
	if id := f.c.Resolution.MXQuery; id > 0 {
		return []Evidence{{Query: id}}
	}
	return nil
}

// hostEvidence are the queries for a host's addresses; the one for MX records
// where the host was not looked up.
func (f *finder) hostEvidence(h *mxresolve.Host) []Evidence {
	var out []Evidence
	for _, id := range h.Queries {
		out = append(out, Evidence{Query: id})
	}
	if out == nil {
		return f.mxEvidence()
	}
	return out
}

// addressEvidence is the query that brought an address of a host; all of the
// host's where that cannot be told.
func (f *finder) addressEvidence(h *mxresolve.Host, addr netip.Addr) []Evidence {
	family := "A"
	if addr.Is6() {
		family = "AAAA"
	}
	var out []Evidence
	for i := range f.c.Resolution.Queries {
		q := &f.c.Resolution.Queries[i]
		if string(q.Type) == family && slices.Contains(h.Queries, q.ID) && q.Err == "" {
			out = []Evidence{{Query: q.ID}} // the last is the one that was answered
		}
	}
	if out == nil {
		return f.hostEvidence(h)
	}
	return out
}

func last(names []string) string {
	if len(names) == 0 {
		return "another name"
	}
	return strings.TrimSuffix(names[len(names)-1], ".")
}
