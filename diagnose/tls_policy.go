package diagnose

import (
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/policy"
	"github.com/smtpcheck/smtpcheck/probe"
)

// TLSPolicy is what a domain says about TLS on the way to it. A nil part was not examined.
type TLSPolicy struct {
	MX      policy.Status     // the DNSSEC status of the MX records
	STS     *policy.STSRecord // MTA-STS (RFC 8461)
	Fetched *policy.Fetched   // its policy
	RPT     *policy.RPTRecord // TLSRPT (RFC 8460)
	TLSA    []*policy.TLSA    // DANE (RFC 7672), one a host
	Root    *dnsclient.Answer // whether the resolver validates, where that had to be asked
	// Queries are the numbers of the queries of each answer.
	Queries map[*dnsclient.Answer][]int
}

// SenderKind is a kind of sender, by what it asks of TLS.
type SenderKind string

// The kinds of senders.
const (
	SenderOpportunistic SenderKind = "opportunistic" // takes TLS where it gets it, whatever the certificate (RFC 7435)
	SenderMTASTS        SenderKind = "mta-sts"       // heeds MTA-STS (RFC 8461)
	SenderDANE          SenderKind = "dane"          // heeds DANE (RFC 7672)
	SenderREQUIRETLS    SenderKind = "requiretls"    // has a message that is to be sent with verified TLS only (RFC 8689)
)

// Delivers says whether a sender would deliver, as far as that depends on TLS.
type Delivers string

// The values of [Delivers].
const (
	DeliversYes     Delivers = "yes"
	DeliversNo      Delivers = "no"
	DeliversUnknown Delivers = "unknown" // it was not examined, or the examination failed
)

// Sender is whether a kind of sender would deliver, to a host or to the domain.
type Sender struct {
	Kind     SenderKind
	Delivers Delivers
	Why      string
	Failure  policy.Failure // what it would report, to those whom TLSRPT names; "" for nothing
	Session  int            // the session that shows it; 0 for none
	Host     string         // of the domain's: the host that decides
}

// HostTLS is what there is to say of a host about policies.
type HostTLS struct {
	Host    string
	TLSA    *policy.TLSA    // nil when it was not asked for
	Match   *policy.Matched // what came of its records; nil where no certificate was seen
	At      *Evidence       // the handshake with that certificate
	Senders []Sender        // one of each kind
}

// Senders says for each host, and for the domain, which senders would deliver.
// It needs a TLSPolicy.
func (c *Case) Senders() (hosts []HostTLS, domain []Sender) {
	if c.TLSPolicy == nil || c.Resolution == nil {
		return nil, nil
	}
	for i := range c.Resolution.Hosts {
		hosts = append(hosts, c.hostTLS(&c.Resolution.Hosts[i]))
	}
	if len(hosts) == 0 {
		return nil, nil
	}
	for k, kind := range []SenderKind{SenderOpportunistic, SenderMTASTS, SenderDANE, SenderREQUIRETLS} {
		domain = append(domain, overall(kind, hosts, k))
	}
	return hosts, domain
}

// overall is what a sender comes to that goes from host to host until one takes
// the message: a host that a policy forbids is left for the next.
func overall(kind SenderKind, hosts []HostTLS, k int) Sender {
	var unknown, no *HostTLS
	for i := range hosts {
		h := &hosts[i]
		s := h.Senders[k]
		switch {
		case s.Delivers == DeliversYes:
			if s.Host = h.Host; no != nil {
				s.Why += "; not to " + no.Host
			}
			return s
		case s.Delivers == DeliversUnknown && unknown == nil:
			unknown = h
		case s.Delivers == DeliversNo && no == nil:
			no = h
		}
	}
	decides := no
	if unknown != nil {
		decides = unknown
	}
	s := decides.Senders[k]
	s.Kind, s.Host = kind, decides.Host
	return s
}

// hostTLS examines the sessions of a host. A sender tries one address after
// another: the first that lets it through counts.
func (c *Case) hostTLS(h *mxresolve.Host) HostTLS {
	out := HostTLS{Host: h.Name, TLSA: c.tlsaOf(h.Name)}
	var all [][]Sender
	for _, a := range c.Attempts {
		if !a.Purpose.Asks() || a.Purpose == probe.PurposePlainFallback ||
			a.Target.Host != h.Name && !slices.Contains(a.Target.Also, h.Name) {
			continue
		}
		s := c.seen(a, h)
		if s.match != nil && out.Match == nil {
			out.Match, out.At = s.match, &s.at
		}
		all = append(all, s.senders())
	}
	if len(all) == 0 {
		all = append(all, c.unseen(h).senders())
	}
	for k := range all[0] {
		best := all[0][k]
		for _, senders := range all[1:] {
			if better(senders[k].Delivers, best.Delivers) {
				best = senders[k]
			}
		}
		out.Senders = append(out.Senders, best)
	}
	return out
}

// better orders what sessions say: one that gets through, one that does not, one that tells nothing.
func better(a, b Delivers) bool {
	rank := map[Delivers]int{DeliversYes: 2, DeliversNo: 1}
	return rank[a] > rank[b]
}

func (c *Case) tlsaOf(host string) *policy.TLSA {
	for _, t := range c.TLSPolicy.TLSA {
		if strings.EqualFold(t.Host, host) {
			return t
		}
	}
	return nil
}
