package expect

import (
	"net"
	"net/netip"
	"strings"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/mxresolve"
)

// dnsFacts are about where the mail goes.
func dnsFacts() []Fact {
	var kinds []string
	for _, k := range []mxresolve.Kind{
		mxresolve.KindMX, mxresolve.KindImplicit, mxresolve.KindNull, mxresolve.KindLiteral, mxresolve.KindServer, mxresolve.KindNone, mxresolve.KindFailed,
	} {
		kinds = append(kinds, string(k))
	}
	return []Fact{
		{
			Name: "resolution", About: "how the hosts were found; implicit is by the address of the domain", Values: kinds,
			find: func(r *check.Report) []place {
				if r.Resolution == nil {
					return nil
				}
				return text(string(r.Resolution.Kind))
			},
		},
		{
			Name: "mx", About: "how many MX hosts the domain has", kind: number,
			find: byDNS(func(x *check.Resolution) []place {
				if x.Kind != mxresolve.KindMX {
					return count(0)
				}
				return count(max(x.TotalMX, len(x.Hosts)))
			}),
		},
		{
			Name: "mx-host", About: "their names", kind: glob, set: true,
			find: byDNS(func(x *check.Resolution) []place {
				p := place{}
				for i := range x.Hosts {
					if x.Kind == mxresolve.KindMX {
						p.values = append(p.values, value{text: x.Hosts[i].Name})
					}
				}
				return []place{p}
			}),
		},
		{
			Name: "hosts", About: "how many hosts have an address", kind: number,
			find: known(func(x *check.Resolution) []place {
				n := 0
				for i := range x.Hosts {
					n += min(len(x.Hosts[i].Addresses), 1)
				}
				return count(n)
			}),
		},
		{
			Name: "addresses", About: "how many addresses they have, each counted once", kind: number,
			find: known(func(x *check.Resolution) []place { return count(len(addresses(x))) }),
		},
		{
			Name: "ipv6", About: "whether a host has an IPv6 address", Values: yesOrNo,
			find: known(func(x *check.Resolution) []place { return one(yesNo(hasFamily(x, netip.Addr.Is6))) }),
		},
		{
			Name: "ipv4", About: "whether a host has an IPv4 address", Values: yesOrNo,
			find: known(func(x *check.Resolution) []place { return one(yesNo(hasFamily(x, netip.Addr.Is4))) }),
		},
	}
}

// known is a fact of DNS that did not fail.
func known(f func(*check.Resolution) []place) func(*check.Report) []place {
	return func(r *check.Report) []place {
		if r.Resolution == nil || r.Resolution.Kind == mxresolve.KindFailed {
			return nil
		}
		return f(r.Resolution)
	}
}

// byDNS is a fact of a domain whose MX records were asked for.
func byDNS(f func(*check.Resolution) []place) func(*check.Report) []place {
	return known(func(x *check.Resolution) []place {
		if x.Kind == mxresolve.KindServer || x.Kind == mxresolve.KindLiteral {
			return nil
		}
		return f(x)
	})
}

func addresses(x *check.Resolution) map[string]bool {
	out := make(map[string]bool)
	for i := range x.Hosts {
		for _, a := range x.Hosts[i].Addresses {
			out[a] = true
		}
	}
	return out
}

func hasFamily(x *check.Resolution, is func(netip.Addr) bool) bool {
	for text := range addresses(x) {
		if a, err := netip.ParseAddr(text); err == nil && is(a.Unmap()) {
			return true
		}
	}
	return false
}

// hostFacts are about the servers as a whole.
func hostFacts() []Fact {
	return []Fact{
		{
			Name: "answering", About: "how many addresses greeted us", kind: number,
			find: func(r *check.Report) []place { return reached(r, true) },
		},
		{
			Name: "dead", About: "how many addresses were tried and did not greet us", kind: number,
			find: func(r *check.Report) []place { return reached(r, false) },
		},
		{
			Name: "skipped", About: "how many addresses were left out", kind: number,
			find: func(r *check.Report) []place { return count(len(r.Skipped)) },
		},
		{
			Name: "sessions", About: "how many connections were made", kind: number,
			find: func(r *check.Report) []place { return count(len(r.Sessions)) },
		},
	}
}

// reached counts the addresses that greeted us, or those that did not.
func reached(r *check.Report, greeted bool) []place {
	if len(asked(r)) == 0 {
		return nil
	}
	did := make(map[string]bool)
	for _, s := range asked(r) {
		did[s.Address] = did[s.Address] || s.Greeted()
	}
	n := 0
	for _, x := range did {
		if x == greeted {
			n++
		}
	}
	return count(n)
}

// asked are the sessions that asked about the recipient.
func asked(r *check.Report) []*check.Session {
	var out []*check.Session
	for i := range r.Sessions {
		if s := &r.Sessions[i]; s.Purpose.Asks() {
			out = append(out, s)
		}
	}
	return out
}

// addressOf is the address of a session without its port.
func addressOf(s *check.Session) string {
	host, _, err := net.SplitHostPort(s.Address)
	if err != nil || strings.HasPrefix(s.Address, "unix:") {
		return s.Address
	}
	return host
}

// everyHost is a fact of each session that asked and of which it is known.
func everyHost(f func(*check.Session) (values []value, known bool)) func(*check.Report) []place {
	return func(r *check.Report) []place {
		var out []place
		for _, s := range asked(r) {
			if values, known := f(s); known {
				out = append(out, place{s.Host + "[" + addressOf(s) + "]", values})
			}
		}
		return out
	}
}
