package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/policy"
)

// DNSSEC is the status of what a resolver said, as far as it may be believed: by its AD
// bit; by an answer without validation where it refuses one with; by the root, where no AD
// may mean that it does not validate at all.
func (c *Case) DNSSEC(v *mxresolve.View, t *mxresolve.Told) policy.Status {
	a := t.Answer
	if a.Status == dnsclient.StatusServFail {
		return refusal(v, t)
	}
	s := (&policy.Resolver{TrustAD: c.TrustAD || c.Lab}).Security(a)
	if s.Security == policy.Insecure && v.Root != nil && !v.Root.Answer.AD {
		return policy.Status{Security: policy.Unknown, Why: "the resolver does not validate: it sets no AD for the root either"}
	}
	return s
}

// refusal tells a failure of validation from others (RFC 4035, section 5.5).
func refusal(v *mxresolve.View, t *mxresolve.Told) policy.Status {
	why := t.Answer.Err
	switch x := v.Unchecked; {
	case x == nil || x.Question != t.Question:
		return policy.Status{Security: policy.Unknown, Why: why}
	case !answered(x):
		return policy.Status{Security: policy.Unknown, Why: why + ", and without validation (CD) too"}
	case !blamesDNSSEC(t.Answer):
		return policy.Status{Security: policy.Unknown, Why: why + ", and not without validation (CD)"}
	}
	return policy.Status{Security: policy.Bogus, Why: why + "; without validation (CD) it answers"}
}

// blamesDNSSEC reports whether the resolver's own explanation of a failure, where it
// gives one, is a matter of DNSSEC (RFC 8914, sections 4.2 to 4.13).
func blamesDNSSEC(a *dnsclient.Answer) bool {
	extended := ""
	for i := range a.Exchanges {
		if e := a.Exchanges[i].Extended; e != "" {
			extended = e
		}
	}
	if extended == "" {
		return true
	}
	for _, words := range []string{"DNSSEC", "Unsupported D", "Signature", "DNSKEY", "RRSIG", "No Zone Key", "NSEC"} {
		if strings.HasPrefix(extended, words) {
			return true
		}
	}
	return false
}

// answered reports whether somebody said what there is, or that there is nothing.
func answered(t *mxresolve.Told) bool {
	switch t.Answer.Status {
	case dnsclient.StatusOK, dnsclient.StatusNoData, dnsclient.StatusNXDomain, dnsclient.StatusAlias:
		return true
	}
	return false
}

// contentOf is what an answer says, for comparison. That there is no such name and that it
// has no such record is one thing where addresses are asked for.
func contentOf(t *mxresolve.Told) string {
	switch {
	case len(t.Set) > 0:
		return strings.Join(t.Set, "\n")
	case t.Answer.Status == dnsclient.StatusNXDomain && t.Type == "MX":
		return "nxdomain"
	}
	return ""
}

// gives says in words what an answer says: "gives MX 10 mx.example".
func gives(t *mxresolve.Told) string {
	switch {
	case len(t.Set) == 0 && t.Answer.Status == dnsclient.StatusNXDomain:
		return "says that there is no " + t.Name
	case len(t.Set) == 0:
		return "says that there is no " + string(t.Type) + " record"
	case strings.HasPrefix(t.Set[0], "alias of "):
		return "says that it is an " + t.Set[0]
	}
	const most = 4
	text := "gives " + string(t.Type) + " " + strings.Join(t.Set[:min(len(t.Set), most)], ", ")
	if more := len(t.Set) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// give is gives, of several.
func give(t *mxresolve.Told) string {
	verb, rest, _ := strings.Cut(gives(t), " ")
	return strings.TrimSuffix(verb, "s") + " " + rest
}

// voices are the authorities that say the same.
type voices struct {
	servers []*mxresolve.Authority
	told    []*mxresolve.Told
}

// heard is what the authorities of a zone say to a question, those of one mind together.
func heard(z *mxresolve.Zone, q mxresolve.Question) (groups []*voices) {
	for _, s := range z.Servers {
		t := s.Told(q)
		if s.State != mxresolve.AuthorityOK || t == nil || t.Cut || !t.Answer.Authoritative || !answered(t) {
			continue
		}
		at := slices.IndexFunc(groups, func(g *voices) bool { return contentOf(g.told[0]) == contentOf(t) })
		if at < 0 {
			at = len(groups)
			groups = append(groups, new(voices))
		}
		groups[at].servers = append(groups[at].servers, s)
		groups[at].told = append(groups[at].told, t)
	}
	return groups
}

// names are those of the servers, each once.
func (g *voices) names() []string {
	var out []string
	for _, s := range g.servers {
		if !slices.Contains(out, s.Name) {
			out = append(out, s.Name)
		}
	}
	return out
}

// serials says which versions of the zone they have: "serial 3".
func (g *voices) serials() string {
	var all []string
	for _, s := range g.servers {
		if n := fmt.Sprint(s.Serial); !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	if len(all) == 1 {
		return "serial " + all[0]
	}
	return "serials " + strings.Join(all, ", ")
}

func (g *voices) evidence() []Evidence { return toldEvidence(g.told...) }

// toldEvidence are the queries behind answers.
func toldEvidence(told ...*mxresolve.Told) (out []Evidence) {
	for _, t := range told {
		if t == nil {
			continue
		}
		for _, id := range t.Queries {
			out = append(out, Evidence{Query: id})
		}
	}
	return out
}

// zoneFor is the zone among those asked that a name belongs to.
func zoneFor(t *mxresolve.Truth, q mxresolve.Question) *mxresolve.Zone {
	for _, z := range t.Zones {
		for _, s := range z.Servers {
			if s.Told(q) != nil {
				return z
			}
		}
	}
	return nil
}
