package diagnose

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/policy"
	"github.com/smtpcheck/smtpcheck/probe"
)

// truth finds what there is to say where resolvers and authorities were compared.
func (f *finder) truth() {
	t := f.c.Truth
	if t == nil {
		return
	}
	mx := mxresolve.Question{Name: t.Domain, Type: "MX"}
	f.bogus(t, mx)
	f.resolversDisagree(t, mx)
	for _, q := range asked(t) {
		z := zoneFor(t, q)
		if z == nil {
			continue
		}
		groups := heard(z, q)
		if len(groups) > 1 {
			f.authoritiesDisagree(z, q, groups)
		}
		for _, v := range t.Views {
			if x := v.Told(q); x != nil && len(groups) > 0 && !x.Cut {
				f.compare(z, v, x, groups)
			}
		}
	}
	if f.filtered(t) || len(t.Zones) == 0 {
		return
	}
	if z := t.Zones[0]; strings.Contains(z.Name, ".") && f.c.Resolution.Problem != mxresolve.ProblemNXDomain {
		f.zoneHealth(z)
	}
}

// asked are the questions that resolvers were asked, each once, in order.
func asked(t *mxresolve.Truth) (out []mxresolve.Question) {
	for _, v := range t.Views {
		for _, x := range v.Answers {
			if !slices.Contains(out, x.Question) {
				out = append(out, x.Question)
			}
		}
	}
	return out
}

// bogus finds resolvers that refuse the MX records by DNSSEC.
func (f *finder) bogus(t *mxresolve.Truth, mx mxresolve.Question) {
	for _, v := range t.Views {
		x := v.Told(mx)
		if x == nil || x.Answer.Status != dnsclient.StatusServFail || f.c.DNSSEC(v, x).Security != policy.Bogus {
			continue
		}
		f.add("dns/dnssec-bogus", fmt.Sprintf("%s refuses the MX records of %s (%s), and %s when told not to validate",
			resolver(v), mx.Name, x.Answer.Err, gives(v.Unchecked)), toldEvidence(x, v.Unchecked)...)
	}
}

// resolversDisagree compares the resolvers with each other.
func (f *finder) resolversDisagree(t *mxresolve.Truth, mx mxresolve.Question) {
	var said []string
	var told []*mxresolve.Told
	differ := false
	for _, v := range t.Views {
		x := v.Told(mx)
		if x == nil || !answered(x) || x.Cut {
			continue
		}
		differ = differ || len(told) > 0 && contentOf(x) != contentOf(told[0])
		said = append(said, strings.TrimPrefix(resolver(v), "the resolver ")+" "+gives(x)+left(x))
		told = append(told, x)
	}
	if differ {
		f.add("dns/resolvers-disagree", "the resolvers disagree about the MX records of "+mx.Name+": "+strings.Join(said, "; "), toldEvidence(told...)...)
	}
}

// resolver names the resolver of a view.
func resolver(v *mxresolve.View) string { return "the resolver " + withoutPort(v.Resolver) }

func withoutPort(server string) string {
	if host, port, err := net.SplitHostPort(server); err == nil && port == "53" {
		return host
	}
	return server
}

// left says how long an answer from a cache may go on.
func left(t *mxresolve.Told) string {
	ttl, ok := t.TTL()
	n := len(t.Answer.Exchanges)
	if !ok || n == 0 {
		return ""
	}
	e := &t.Answer.Exchanges[n-1]
	until := e.Time.Add(e.RTT).Add(time.Duration(ttl) * time.Second).UTC()
	const halfDay = 12 * 60 * 60
	form := "15:04:05"
	if ttl > halfDay {
		form = "2006-01-02 15:04"
	}
	return fmt.Sprintf(" (TTL %d s left: until %s UTC)", ttl, until.Format(form))
}

// authoritiesDisagree reports authorities of several minds.
func (f *finder) authoritiesDisagree(z *mxresolve.Zone, q mxresolve.Question, groups []*voices) {
	var said []string
	var evidence []Evidence
	for _, g := range groups {
		who := strings.Join(g.names(), ", ")
		verb := gives(g.told[0])
		if len(g.names()) > 1 {
			verb = give(g.told[0])
		}
		said = append(said, who+" ("+g.serials()+") "+verb)
		evidence = append(evidence, g.evidence()...)
	}
	rule, what := "dns/authorities-disagree", "the MX records"
	if q.Type != "MX" {
		rule, what = "dns/addresses-vary", "the "+string(q.Type)+" records"
	}
	f.add(rule, "the authorities of "+z.Name+" disagree about "+what+" of "+q.Name+": "+strings.Join(said, "; "), evidence...)
}

// compare holds what a resolver said against what the authorities say.
func (f *finder) compare(z *mxresolve.Zone, v *mxresolve.View, x *mxresolve.Told, groups []*voices) {
	truth := "none of the authorities of " + z.Name + " does"
	var evidence []Evidence
	for _, g := range groups {
		if contentOf(g.told[0]) == contentOf(x) && answered(x) {
			return
		}
		evidence = append(evidence, g.evidence()...)
	}
	if len(groups) == 1 {
		g := groups[0]
		truth = authorities(z, g) + " (" + g.serials() + ")"
	}
	evidence = append(toldEvidence(x), evidence...)
	switch {
	case !answered(x):
		if couldNotTell(x) && !f.has("dns/dnssec-bogus") && len(groups) == 1 {
			f.add("dns/resolver-fails", resolver(v)+" fails ("+x.Answer.Err+") for "+x.Name+" "+string(x.Type)+"; "+truth, evidence...)
		}
	case x.Type != "MX" && (len(groups) > 1 || !steady(groups[0])):
		f.add("dns/addresses-vary", resolver(v)+" "+gives(x)+" for "+x.Name+"; "+truth, evidence...)
	default:
		name := ""
		if x.Type != "MX" {
			name = " for " + x.Name
		}
		summary := resolver(v) + " still " + gives(x) + name + left(x) + "; " + truth
		wrong, connected := f.wrongHosts(z, v, x, groups)
		if len(wrong) > 0 {
			summary += "; this probe asked " + strings.Join(wrong, ", ") + ", which they do not name"
		}
		found := f.add("dns/stale-cache", summary, append(evidence, connected...)...)
		if found != nil && len(wrong) > 0 {
			found.Severity = Error
		}
	}
}

// couldNotTell reports whether a resolver could not tell.
func couldNotTell(x *mxresolve.Told) bool {
	return x.Answer.Status == dnsclient.StatusServFail || x.Answer.Status == dnsclient.StatusTimeout
}

// steady reports whether addresses are kept so long that they are hardly given out by place or in turn.
func steady(g *voices) bool {
	const long = 600
	for _, t := range g.told {
		if len(t.Set) > 0 && t.Answer.TTL < long {
			return false
		}
	}
	return true
}

// authorities says what those who agree say: "all 3 authorities give MX 10 mx.example".
func authorities(z *mxresolve.Zone, g *voices) string {
	all := make(map[string]bool)
	for _, s := range z.Servers {
		all[s.Name] = true
	}
	n := len(g.names())
	switch {
	case n == 1 && len(all) == 1:
		return "its authority, " + g.names()[0] + ", " + gives(g.told[0])
	case n == 1:
		return "the one of its " + fmt.Sprint(len(all)) + " authorities that answers, " + g.names()[0] + ", " + gives(g.told[0])
	case n < len(all):
		return fmt.Sprintf("the %d of its %d authorities that answer %s", n, len(all), give(g.told[0]))
	case n == 2:
		return "both authorities " + give(g.told[0])
	}
	return fmt.Sprintf("all %d authorities %s", n, give(g.told[0]))
}

// wrongHosts are the hosts that were connected to by what the first resolver said, and
// that no authority names as an MX host of the domain.
func (f *finder) wrongHosts(z *mxresolve.Zone, v *mxresolve.View, x *mxresolve.Told, groups []*voices) (hosts []string, connected []Evidence) {
	t := f.c.Truth
	if v != t.Views[0] || x.Type != "MX" || x.Name != t.Domain || z != t.Zones[0] {
		return nil, nil
	}
	var named []string
	for _, g := range groups {
		for _, s := range g.told[0].Set {
			if strings.HasPrefix(s, "alias of ") {
				return nil, nil // to other MX records, which may well name the host
			}
			_, host, _ := strings.Cut(s, " ")
			named = append(named, host)
		}
	}
	for _, a := range f.c.Attempts {
		host := strings.ToLower(a.Target.Host)
		if len(a.Events) == 0 || slices.Contains(named, host) || slices.ContainsFunc(a.Target.Also, func(also string) bool {
			return slices.Contains(named, strings.ToLower(also))
		}) {
			continue
		}
		if !slices.Contains(hosts, a.Target.Host) {
			hosts = append(hosts, a.Target.Host)
		}
		if a.Purpose == probe.PurposeProbe {
			connected = append(connected, Evidence{Session: a.ID, Event: a.Events[0].Seq})
		}
	}
	return hosts, connected
}

// filtered finds networks where no authority answers anybody but the network's resolver, or
// something else answers for it, and reports whether this is one.
func (f *finder) filtered(t *mxresolve.Truth) bool {
	silent, cached := 0, 0
	var told []*mxresolve.Told
	for _, z := range t.Zones {
		if z.Parent != nil && z.Parent.NS != nil {
			return false // a server of the zone above did answer
		}
		for _, s := range z.Servers {
			switch s.State {
			case mxresolve.AuthorityTimeout, mxresolve.AuthorityDown:
				silent++
			case mxresolve.AuthorityNot:
				if s.SOA.Answer.Status != dnsclient.StatusOK {
					return false
				}
				cached++
			case mxresolve.AuthorityOK, mxresolve.AuthorityRefused, mxresolve.AuthorityServFail:
				return false
			default:
				continue
			}
			told = append(told, s.SOA)
		}
	}
	if len(told) < 2 || silent > 0 && cached > 0 {
		return false
	}
	what := "none of the %d authorities asked directly answers"
	if cached > 0 {
		what = "something answers from a cache in the place of the %d authorities asked directly"
	}
	f.add("us/port-53", fmt.Sprintf(what, len(told)), toldEvidence(told...)...)
	return true
}

// zoneHealth finds what is wrong with the name servers of the domain's zone.
func (f *finder) zoneHealth(z *mxresolve.Zone) {
	serials := &voices{}
	names := make(map[string]bool)
	for _, s := range z.Servers {
		names[s.Name] = true
		at := s.Name + " [" + s.Addr.String() + "]"
		switch {
		case s.State == mxresolve.AuthorityOK:
			serials.servers, serials.told = append(serials.servers, s), append(serials.told, s.SOA)
		case s.State.Lame():
			f.add("dns/lame", at+" is named for "+z.Name+" and does not serve it: "+s.Why, toldEvidence(s.SOA)...)
		case s.State == mxresolve.AuthorityNoAddress:
			f.add("dns/authority-unreachable", s.Name+" is named for "+z.Name+" and has no address", toldEvidence(s.Found...)...)
		case s.State == mxresolve.AuthorityTimeout, s.State == mxresolve.AuthorityDown:
			f.add("dns/authority-unreachable", at+" is named for "+z.Name+" and does not answer: "+s.Why, toldEvidence(s.SOA)...)
		}
	}
	if strings.HasPrefix(serials.serials(), "serials ") && len(serials.servers) > 0 && !f.has("dns/authorities-disagree") {
		var said []string
		for _, s := range serials.servers {
			said = append(said, fmt.Sprintf("%d at %s [%s]", s.Serial, s.Name, s.Addr))
		}
		f.add("dns/serials-differ", "the authorities of "+z.Name+" have different versions of it: serial "+strings.Join(said, ", "), serials.evidence()...)
	}
	if len(names) == 1 && len(serials.servers) > 0 {
		f.add("dns/single-authority", z.Name+" has a single name server, "+serials.servers[0].Name, serials.evidence()...)
	}
	f.mismatch(z)
}

// mismatch compares the delegation with what the zone says of itself.
func (f *finder) mismatch(z *mxresolve.Zone) {
	child := z.ChildNS()
	if z.Parent == nil || len(z.Parent.NS) == 0 || len(child) == 0 || slices.Equal(z.Parent.NS, child) {
		return
	}
	var said []string
	if only := except(z.Parent.NS, child); len(only) > 0 {
		said = append(said, "only "+z.Parent.Zone+" names "+strings.Join(only, ", "))
	}
	if only := except(child, z.Parent.NS); len(only) > 0 {
		said = append(said, "only the zone itself names "+strings.Join(only, ", "))
	}
	evidence := toldEvidence(z.Parent.Asked...)
	evidence = evidence[max(len(evidence)-1, 0):]
	for _, s := range z.Servers {
		if s.State == mxresolve.AuthorityOK {
			evidence = append(evidence, toldEvidence(s.NS)...)
		}
	}
	f.add("dns/parent-child-mismatch", "the delegation of "+z.Name+" is not what the zone says: "+strings.Join(said, "; "), evidence...)
}

// except are those of a that are not in b.
func except(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}
