package diagnose

import (
	"net/netip"
	"slices"
	"strconv"

	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/policy"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// SelfOutcome judges a session with a target: accepted, where the server took
// the greeting.
func SelfOutcome(t *SelfTarget) Outcome {
	if t.Compare && t.Attempt.Connected() && t.Attempt.Failure() == nil {
		return Outcome{Session: t.Attempt.ID, Verdict: Accepted, Side: SideNone, Confidence: Certain, Sentence: "connected"}
	}
	h := &hearing{a: t.Attempt, mode: ModeStopAfter, stopAfter: smtp.StageEHLO}
	return h.outcome()
}

// servers judges what those servers said that were connected to.
func (f *selfFinder) servers() {
	t := Topic{Name: TopicServers}
	spoke, took := 0, 0
	for i := range f.c.Targets {
		x := &f.c.Targets[i]
		if x.Attempt == nil || x.Compare || !x.Attempt.Connected() {
			continue
		}
		o := SelfOutcome(x)
		if o.Reason == Interrupted {
			continue
		}
		spoke++
		e := Evidence{Session: o.Session, Event: o.Event}
		switch o.Verdict {
		case Accepted:
			took++
			t.Evidence = append(t.Evidence, e)
		case Rejected:
			f.add("self/refused", o.Sentence, e)
		default:
			f.add("self/put-off", o.Sentence, e)
		}
	}
	switch {
	case spoke == 0:
		t.Why = "no server was reached"
		f.topic(t)
		return
	case f.has("self/refused"):
		t.State, t.Rule = TopicFail, "self/refused"
	case f.has("self/put-off"):
		t.State, t.Rule = TopicWarning, "self/put-off"
	default:
		t.State = TopicPass
	}
	t.Summary = strconv.Itoa(took) + " of " + many(spoke, "server", "servers") + " took our EHLO"
	if t.Rule != "" {
		for _, x := range f.list {
			if x.Rule == t.Rule {
				t.Summary, t.Evidence = x.Summary, x.Evidence
				break
			}
		}
	}
	f.topic(t)
}

// ourAddress is what is known of our address of a family, nil for nothing.
func (c *SelfCase) ourAddress(family Family) *SelfAddress {
	for i := range c.Addresses {
		if a := &c.Addresses[i]; a.Addr.IsValid() && FamilyOf(a.Addr) == family {
			return a
		}
	}
	return nil
}

// without reports whether nothing is known of a family because there is no way to it.
func (c *SelfCase) without(family Family) bool {
	return c.ourAddress(family) == nil && len(c.reach(family, false).targets)+len(c.reach(family, true).targets) == 0
}

// address judges what others see of our address of a family.
func (f *selfFinder) address(family Family) {
	a := f.c.ourAddress(family)
	switch {
	case f.c.without(family):
		return
	case a == nil:
		f.topic(Topic{Name: TopicAddress, Family: family, Why: "no server has stated it, and this machine has a private one (--address)"})
		return
	}
	t := Topic{Name: TopicAddress, Family: family, State: TopicPass, Summary: a.Addr.String()}
	for _, s := range a.Stated {
		if s.Addr == a.Addr {
			t.Evidence = append(t.Evidence, s.Evidence)
		}
	}
	switch a.Source {
	case AddressStated:
		t.Summary += ", as " + many(len(t.Evidence), "server states", "servers state")
	case AddressGiven:
		t.Summary += ", as given"
	case AddressLocal:
		t.Summary += ", that of an interface; no server has stated it"
	}
	if a.NAT() {
		t.Summary += "; behind NAT, as " + a.Local.String()
	}
	if other := a.differing(); len(other) > 0 {
		t.State = TopicWarning
		t.Rule = "self/address-differs"
		evidence := slices.Clone(t.Evidence)
		var said []string
		for _, s := range other {
			evidence = append(evidence, s.Evidence)
			if x := s.Host + " sees " + s.Addr.String(); len(said) < maxNamed && !slices.Contains(said, x) {
				said = append(said, x)
			}
		}
		t.Summary, t.Evidence = a.Addr.String()+" was examined, but "+listed(said), evidence
		f.add("self/address-differs", t.Summary, evidence...)
	}
	f.topic(t)
	if mxresolve.AddressKind(a.Addr) != mxresolve.AddrGlobal {
		f.topic(Topic{Name: TopicPTR, Family: family, Why: a.Addr.String() + " is not a public address"})
		return
	}
	f.reverse(family, a)
	f.spf(Topic{Name: TopicSPF, Family: family}, a.SPF, a)
	if a.HELOSPF != nil && a.HELOSPF.Result != policy.SPFNone {
		f.spf(Topic{Name: TopicHELOSPF, Family: family}, a.HELOSPF, a)
	}
	f.lists(Topic{Name: TopicLists, Family: family}, a.Lists, a.Addr.String())
}

// reverse judges the PTR records of an address.
func (f *selfFinder) reverse(family Family, a *SelfAddress) {
	t := Topic{Name: TopicPTR, Family: family}
	r := a.Reverse
	if r == nil {
		f.topic(t)
		return
	}
	t.Evidence = f.query(r.Answers()...)
	name := r.Confirmed()
	switch {
	case r.Unknown():
		t.Why = "DNS did not answer: " + dnsProblem(r.Answers())
		f.topic(t)
	case len(r.Names) == 0:
		t.State, t.Summary = TopicFail, a.Addr.String()+" has no name (no PTR record)"
		f.finding(t, "self/no-ptr")
	case name == "":
		t.State, t.Summary = TopicFail, a.Addr.String()+" is called "+r.Names[0].Name+", which does not lead back to it"
		f.finding(t, "self/ptr-not-confirmed")
	default:
		t.State, t.Summary = TopicPass, a.Addr.String()+" is called "+name+", which leads back to it"
		if why := policy.Generic(name, a.Addr); why != "" {
			t.State = TopicWarning
			t.Summary = a.Addr.String() + " is called " + name + ", which looks as if the network gave it to a customer: " + why
			f.finding(t, "self/ptr-generic")
			return
		}
		f.topic(t)
	}
}

func dnsProblem(answers []*dnsclient.Answer) string {
	for _, a := range answers {
		if !policy.Answered(a) {
			return or(a.Err, string(a.Status)) + " for " + a.Name
		}
	}
	return ""
}

// helo judges the name that we say in EHLO.
func (f *selfFinder) helo() {
	t := Topic{Name: TopicHELO}
	var ours []netip.Addr
	for i := range f.c.Addresses {
		if f.c.Addresses[i].Addr.IsValid() {
			ours = append(ours, f.c.Addresses[i].Addr)
		}
	}
	d, err := smtp.ParseDomain(f.c.HELO)
	if f.c.HELO == "" || err == nil && d.Literal.IsValid() {
		t.State, t.Summary = TopicWarning, "EHLO has an address for a name, "+or(f.c.HELO, "as this host has no public one")
		t.Evidence = f.helloEvidence()
		if len(t.Evidence) == 0 {
			t.State, t.Summary, t.Why = "", "", "EHLO was not said"
			f.topic(t)
			return
		}
		f.finding(t, "self/helo-literal")
		return
	}
	t.Evidence = f.query(f.c.HELOHost...)
	found, answered := 0, len(f.c.HELOHost) > 0
	for _, a := range f.c.HELOHost {
		found += len(a.Records)
		answered = answered && policy.Answered(a)
	}
	leads := func(addr netip.Addr) bool {
		return slices.ContainsFunc(f.c.HELOHost, func(a *dnsclient.Answer) bool { return policy.Has(a, addr) })
	}
	missing := slices.DeleteFunc(slices.Clone(ours), leads)
	switch {
	case len(f.c.HELOHost) == 0:
		f.topic(t)
	case !answered:
		t.Why = "DNS did not answer: " + dnsProblem(f.c.HELOHost)
		f.topic(t)
	case found == 0:
		t.State, t.Summary = TopicFail, f.c.HELO+", our name in EHLO, has no address"
		f.finding(t, "self/helo-unknown")
	case len(ours) == 0:
		t.Why = "our address is not known"
		f.topic(t)
	case len(missing) > 0:
		t.State, t.Summary = TopicWarning, f.c.HELO+", our name in EHLO, does not lead to "+missing[0].String()
		f.finding(t, "self/helo-mismatch")
	default:
		t.State, t.Summary = TopicPass, f.c.HELO+" leads to our address"
		f.topic(t)
	}
}

// helloEvidence are the answers to our EHLO.
func (f *selfFinder) helloEvidence() (out []Evidence) {
	for i := range f.c.Targets {
		if a := f.c.Targets[i].Attempt; a != nil {
			if e := lastEHLO(a); e != nil {
				out = append(out, at(a, e))
			}
		}
	}
	return out
}

// spf judges whether the domain lets our address send for it.
func (f *selfFinder) spf(t Topic, s *policy.SPF, a *SelfAddress) {
	if s == nil {
		switch {
		case t.Name == TopicSPF && f.c.Sender == "":
			t.Why = "no sender was given (--from)"
		case t.Name == TopicSPF && f.c.Domain == "":
			t.Why = "the null sender has no domain; the name in EHLO counts"
		}
		f.topic(t)
		return
	}
	t.Evidence = f.query(s.Answers...)
	by := ""
	if s.Mechanism != "" {
		by = " (" + s.Mechanism + ")"
	}
	who := "SPF of " + s.Domain
	switch s.Result {
	case policy.SPFPass:
		t.State, t.Summary = TopicPass, who+" allows "+a.Addr.String()+by
		f.topic(t)
	case policy.SPFFail:
		t.State, t.Summary = TopicFail, who+" forbids "+a.Addr.String()+by
		if t.Name == TopicHELOSPF {
			t.State = TopicWarning
		}
		f.finding(t, "self/spf-fail")
	case policy.SPFSoftFail:
		t.State, t.Summary = TopicWarning, who+" does not expect "+a.Addr.String()+by
		f.finding(t, "self/spf-softfail")
	case policy.SPFNeutral:
		t.State, t.Summary = TopicWarning, who+" says nothing about "+a.Addr.String()+by
		f.finding(t, "self/spf-none")
	case policy.SPFNone:
		t.State, t.Summary = TopicWarning, s.Domain+" has no SPF record"
		f.finding(t, "self/spf-none")
	case policy.SPFPermError:
		t.State, t.Summary = TopicFail, who+" is broken: "+s.Problem
		f.finding(t, "self/spf-broken")
	default:
		t.Why = s.Problem
		f.topic(t)
	}
}

// mail judges whether the sender's domain takes mail.
func (f *selfFinder) mail() {
	t := Topic{Name: TopicMail}
	m := f.c.Mail
	switch {
	case m == nil && f.c.Sender == "":
		t.Why = "no sender was given (--from)"
	case m == nil && f.c.Domain == "":
		t.Why = "the null sender has no domain"
	}
	if m == nil {
		f.topic(t)
		return
	}
	if m.MXQuery > 0 {
		t.Evidence = []Evidence{{Query: m.MXQuery}}
	}
	usable := slices.ContainsFunc(m.Hosts, func(h mxresolve.Host) bool { return len(h.Addresses) > 0 })
	switch {
	case m.Kind == mxresolve.KindFailed:
		t.Why = "DNS did not answer: " + string(m.Problem)
		f.topic(t)
	case m.Kind == mxresolve.KindNull, m.Kind == mxresolve.KindNone:
		t.State, t.Summary = TopicFail, f.c.Domain+" takes no mail: "+noMailWords(m.Problem)
		f.finding(t, "self/sender-takes-no-mail")
	case !usable && f.c.Interrupted:
		f.topic(t)
	case !usable:
		t.State, t.Summary = TopicFail, f.c.Domain+" takes no mail: none of its MX hosts has an address"
		f.finding(t, "self/sender-takes-no-mail")
	default:
		t.State, t.Summary = TopicPass, f.c.Domain+" takes mail at "+many(len(m.Hosts), "host", "hosts")
		f.topic(t)
	}
}

func noMailWords(p mxresolve.Problem) string {
	switch p {
	case mxresolve.ProblemNullMX:
		return "it has a null MX (RFC 7505)"
	case mxresolve.ProblemNXDomain:
		return "it does not exist"
	case mxresolve.ProblemNoData:
		return "it has neither MX records nor addresses"
	}
	return string(p)
}
