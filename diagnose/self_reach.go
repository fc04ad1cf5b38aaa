package diagnose

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/policy"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// operator is who runs a host, as far as its name tells: the domain that can be registered.
func operator(t *SelfTarget) string { return registrable(t.Host, t.Addr.Addr()) }

func registrable(name string, addr netip.Addr) string {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if d, err := publicsuffix.EffectiveTLDPlusOne(name); err == nil && !strings.HasPrefix(name, "[") {
		return d
	}
	if addr.IsValid() {
		return addr.String()
	}
	return name
}

// reach counts what became of connections.
type reach struct {
	targets []*SelfTarget // that were connected to, or tried
	open    []*SelfTarget
	failed  map[probe.FailureKind][]*SelfTarget
	noRoute int
	cut     int // whose connections were cut short by us
}

func (c *SelfCase) reach(family Family, compare bool) *reach {
	r := &reach{failed: make(map[probe.FailureKind][]*SelfTarget)}
	for i := range c.Targets {
		t := &c.Targets[i]
		if t.Compare != compare || FamilyOf(t.Addr.Addr()) != family {
			continue
		}
		switch {
		case t.NoRoute:
			r.noRoute++
		case t.Attempt == nil:
		case t.Attempt.Connected():
			r.open = append(r.open, t)
			r.targets = append(r.targets, t)
		default:
			e := t.Attempt.Failure()
			if e == nil || e.Failure.Kind == probe.FailInterrupted {
				r.cut++
				continue
			}
			kind := e.Failure.Kind
			if kind == probe.FailReset {
				kind = probe.FailRefused
			}
			r.failed[kind] = append(r.failed[kind], t)
			r.targets = append(r.targets, t)
		}
	}
	return r
}

// only is the kind of failure that all had, "" where they differ.
func (r *reach) only() probe.FailureKind {
	if len(r.open) == 0 && len(r.failed) == 1 {
		for kind := range r.failed {
			return kind
		}
	}
	return ""
}

// evidence shows how connections ended, or that they were made.
func (r *reach) evidence() (out []Evidence) {
	for _, t := range r.targets {
		e := t.Attempt.Failure()
		if t.Attempt.Connected() || e == nil {
			e = &t.Attempt.Events[0]
		}
		out = append(out, at(t.Attempt, e))
	}
	return out
}

// number is the port that is examined.
func (r *reach) number() string {
	if len(r.targets) == 0 {
		return "25"
	}
	return strconv.Itoa(int(r.targets[0].Addr.Port()))
}

// port judges whether connections for mail get out.
func (f *selfFinder) port(family Family) {
	mail, others := f.c.reach(family, false), f.c.reach(family, true)
	t := Topic{Name: TopicPort, Family: family, Evidence: mail.evidence()}
	name := "port " + mail.number()
	switch {
	case len(mail.targets) == 0:
		t.Why = f.c.unexamined(family, mail)
		f.topic(t)
		return
	case len(mail.open) == len(mail.targets):
		t.State, t.Summary = TopicPass, name+" is open: "+many(len(mail.open), "host", "hosts")+" answered over "+family.Words()
		f.topic(t)
		return
	case len(mail.open) > 0:
		t.State = TopicPass
		t.Summary = name + " is open: " + strconv.Itoa(len(mail.open)) + " of " + many(len(mail.targets), "host", "hosts") + " answered over " + family.Words()
		f.topic(t)
		f.add("self/some-unreachable", strconv.Itoa(len(mail.targets)-len(mail.open))+" of "+many(len(mail.targets), "host", "hosts")+" cannot be reached over "+family.Words()+": "+mail.words(), mail.unreached()...)
		return
	}
	t.State = TopicFail
	t.Evidence = append(t.Evidence, others.evidence()...)
	all := "all " + many(len(mail.targets), "host", "hosts") + " over " + family.Words()
	if len(mail.targets) == 1 {
		all = "the one host over " + family.Words()
	}
	switch {
	case mail.only() == probe.FailLocal:
		t.State, t.Why = "", "no connection can be made here: "+mail.targets[0].Attempt.Failure().Failure.Detail
		f.topic(t)
	case len(others.targets) > 0 && len(others.open) == 0:
		t.Summary = "nothing is reachable over " + family.Words() + ", neither " + name + " nor another"
		f.finding(t, "self/no-network")
	case mail.only() == probe.FailRefused:
		t.Summary = name + " is refused: " + all + others.contrast()
		f.finding(t, "self/port-25-refused")
	case mail.only() == probe.FailTimeout:
		t.Summary = name + " is filtered: no answer from " + all + others.contrast()
		f.finding(t, "self/port-25-filtered")
	case mail.only() == probe.FailProhibited, mail.only() == probe.FailUnreachable && len(others.open) > 0:
		// ICMP says "administratively prohibited", and the kernel "no route to host".
		t.Summary = name + " is prohibited by a packet filter: " + all + others.contrast()
		f.finding(t, "self/port-25-prohibited")
	default:
		t.Summary = name + " cannot be reached: " + all + " (" + mail.words() + ")" + others.contrast()
		f.finding(t, "self/port-25-blocked")
	}
}

// unexamined says why nothing is known of port 25 over a family.
func (c *SelfCase) unexamined(family Family, mail *reach) string {
	switch {
	case mail.noRoute > 0:
		return "there is no " + family.Words() + " route here"
	case c.Interrupted:
		return "interrupted"
	case mail.cut > 0:
		return "time was up (--timeout)"
	}
	for _, l := range c.Lost {
		if !l.Compare {
			return "no address to connect to: " + l.Asked + ": " + string(l.Result.Problem)
		}
	}
	return "none of the hosts has an " + family.Words() + " address"
}

// words say how connections failed.
func (r *reach) words() string {
	var out []string
	for _, x := range []struct {
		kind probe.FailureKind
		word string
	}{
		{probe.FailRefused, "refused"}, {probe.FailTimeout, "not answered"}, {probe.FailProhibited, "prohibited"},
		{probe.FailUnreachable, "no route"}, {probe.FailLocal, "not possible here"},
	} {
		if n := len(r.failed[x.kind]); n > 0 {
			out = append(out, strconv.Itoa(n)+" "+x.word)
		}
	}
	return strings.Join(out, ", ")
}

func (r *reach) unreached() (out []Evidence) {
	for _, t := range r.targets {
		if e := t.Attempt.Failure(); !t.Attempt.Connected() && e != nil {
			out = append(out, at(t.Attempt, e))
		}
	}
	return out
}

// contrast says which other ports are open.
func (r *reach) contrast() string {
	var ports []string
	for _, t := range r.open {
		if p := strconv.Itoa(int(t.Addr.Port())); !slices.Contains(ports, p) {
			ports = append(ports, p)
		}
	}
	if len(ports) == 0 {
		return ""
	}
	return ", while " + listed(ports) + " can be reached"
}

func listed(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}

func many(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + more
}

// greetingOf is a host's greeting and the name in it; nil for none.
func greetingOf(t *SelfTarget) (*probe.Event, string) {
	if t.Attempt == nil || t.Compare {
		return nil, ""
	}
	for i := range t.Attempt.Events {
		e := &t.Attempt.Events[i]
		if e.Kind != probe.KindReply || e.Stage != smtp.StageGreeting || len(e.Reply.Lines) == 0 {
			continue
		}
		name, _, _ := strings.Cut(smtp.LineText(e.Reply.Lines[0]), " ")
		d, err := smtp.ParseDomain(name)
		if err != nil || d.Literal.IsValid() || !strings.Contains(d.ASCII, ".") {
			return e, ""
		}
		return e, strings.ToLower(d.ASCII)
	}
	return nil, ""
}

// itself reports whether a host is what it is meant to be, as far as its TLS and
// its greeting show.
func itself(t *SelfTarget, name string) bool {
	if tls := t.Attempt.TLS(); tls != nil && tls.Verified {
		return true
	}
	return registrable(name, netip.Addr{}) == operator(t)
}

// SharedGreetings are names that hosts of different operators give themselves in
// their greetings, each with those hosts, unless TLS or their own name shows that a
// host is itself.
func SharedGreetings(targets []SelfTarget) map[string][]*SelfTarget {
	hosts := make(map[string][]*SelfTarget)
	for i := range targets {
		t := &targets[i]
		if _, name := greetingOf(t); name != "" && !itself(t, name) {
			hosts[name] = append(hosts[name], t)
		}
	}
	for name, list := range hosts {
		if operators(list) < 2 {
			delete(hosts, name)
		}
	}
	return hosts
}

func operators(list []*SelfTarget) int {
	seen := make(map[string]bool)
	for _, t := range list {
		seen[operator(t)] = true
	}
	return len(seen)
}

// explains reports whether DNS shows that a host may well have the name: the name
// leads to its address, or its address is called after the same operator.
func (g *Greeter) explains(t *SelfTarget) bool {
	addr := t.Addr.Addr()
	if slices.ContainsFunc(g.Forward, func(a *dnsclient.Answer) bool { return policy.Has(a, addr) }) {
		return true
	}
	r := g.Reverse[addr]
	if r == nil {
		return false
	}
	return slices.ContainsFunc(r.Names, func(n policy.ReverseName) bool {
		return registrable(n.Name, netip.Addr{}) == registrable(g.Name, netip.Addr{})
	})
}

// hijacked finds that one server answers in the place of several.
func (f *selfFinder) hijacked() {
	shared := SharedGreetings(f.c.Targets)
	for i := range f.c.Greeters {
		g := &f.c.Greeters[i]
		list := slices.DeleteFunc(slices.Clone(shared[g.Name]), g.explains)
		if operators(list) < 2 {
			continue
		}
		var evidence []Evidence
		var names []string
		families := make(map[Family]bool)
		for _, t := range list {
			e, _ := greetingOf(t)
			evidence = append(evidence, at(t.Attempt, e))
			families[FamilyOf(t.Addr.Addr())] = true
			if len(names) < maxNamed && !slices.Contains(names, t.Host) {
				names = append(names, t.Host)
			}
		}
		text := "one server answers for others: " + listed(names) + " all greet as " + g.Name
		f.add("self/port-25-hijacked", text, evidence...)
		for k := range f.topics {
			t := &f.topics[k]
			if t.Name == TopicPort && families[t.Family] && t.State != "" {
				t.State, t.Summary, t.Rule, t.Evidence = TopicFail, "port 25 is hijacked: "+text, "self/port-25-hijacked", evidence
			}
		}
	}
}

// starttls judges whether TLS gets through: something on the way may take the
// offer out, or overwrite the keyword with X, as firewalls with "SMTP inspection" do.
func (f *selfFinder) starttls() {
	var offered, masked, without []*SelfTarget
	evidence := make(map[*SelfTarget]Evidence)
	for i := range f.c.Targets {
		t := &f.c.Targets[i]
		if t.Attempt == nil || t.Compare {
			continue
		}
		e := lastEHLO(t.Attempt)
		if e == nil {
			continue
		}
		evidence[t] = at(t.Attempt, e)
		switch {
		case t.Attempt.TLS() != nil, smtp.ParseCapabilities(*e.Reply).Has("STARTTLS"):
			offered = append(offered, t)
		case maskedEHLO(t.Attempt) != nil:
			masked = append(masked, t)
		default:
			without = append(without, t)
		}
	}
	all := func(list []*SelfTarget) (out []Evidence) {
		for _, t := range list {
			out = append(out, evidence[t])
		}
		return out
	}
	t := Topic{Name: TopicTLS}
	switch {
	case operators(masked) > 1: // one may do it to itself
		t.State, t.Evidence = TopicWarning, all(masked)
		t.Summary = "STARTTLS is overwritten in the answers of " + many(len(masked), "host", "hosts") + " of different operators"
		f.finding(t, "self/starttls-stripped")
		return
	case len(offered) > 0:
		t.State, t.Evidence = TopicPass, all(offered)
		t.Summary = strconv.Itoa(len(offered)) + " of " + many(len(evidence), "host offers", "hosts offer") + " STARTTLS"
	case operators(without) > 1:
		t.State, t.Evidence = TopicWarning, all(without)
		t.Summary = "none of " + strconv.Itoa(len(without)) + " hosts of different operators offers STARTTLS"
		f.finding(t, "self/no-starttls")
		return
	case len(evidence) > 0:
		t.Why = "one operator's hosts without STARTTLS say nothing about the way to them"
	default:
		t.Why = "no server has answered EHLO"
	}
	f.topic(t)
}

// maskedEHLO is the answer to EHLO in which a keyword as long as STARTTLS is
// overwritten; nil for none.
func maskedEHLO(a *probe.Attempt) *probe.Event {
	for i := range a.Events {
		e := &a.Events[i]
		if e.Kind != probe.KindReply || e.Stage != smtp.StageEHLO {
			continue
		}
		for _, line := range e.Reply.Lines {
			if text := smtp.LineText(line); len(text) == len("STARTTLS") && strings.Trim(text, "XA") == "" && strings.HasPrefix(text, "XXXXXXX") {
				return e
			}
		}
	}
	return nil
}
