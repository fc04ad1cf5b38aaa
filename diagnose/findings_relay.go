package diagnose

import (
	"slices"
	"strconv"
	"strings"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// smallSize is a limit for messages that is called small, in octets.
const smallSize = 10_000_000

// relayFinder collects what there is to say about a submission server.
type relayFinder struct {
	finder
	c    *RelayCase
	d    *RelayDiagnosis
	same []sameAtPorts
}

// sameAtPorts is what several ports of a host have in common.
type sameAtPorts struct {
	rule, host, one, many string
	ports                 []string
	evidence              []Evidence
}

// atPort notes what is to be said of a port; "port 25 of X <one>" or "ports 25, 587 of X <many>".
func (f *relayFinder) atPort(p *RelayPort, rule, one, many string, e Evidence) {
	i := slices.IndexFunc(f.same, func(x sameAtPorts) bool { return x.rule == rule && x.host == p.Host && x.one == one })
	if i < 0 {
		i = len(f.same)
		f.same = append(f.same, sameAtPorts{rule: rule, host: p.Host, one: one, many: many})
	}
	x := &f.same[i]
	if number := strconv.Itoa(int(p.Port)); !slices.Contains(x.ports, number) {
		x.ports = append(x.ports, number)
	}
	x.evidence = append(x.evidence, e)
}

// tellPorts makes findings of what was noted.
func (f *relayFinder) tellPorts() {
	for _, x := range f.same {
		words := "port " + x.ports[0] + " of " + x.host + " " + x.one
		if len(x.ports) > 1 {
			words = "ports " + strings.Join(x.ports, ", ") + " of " + x.host + " " + x.many
		}
		f.add(x.rule, words, x.evidence...)
	}
}

func (f *relayFinder) find() []Finding {
	f.services()
	for i := range f.c.Ports {
		for _, a := range f.c.Ports[i].Attempts {
			f.session(a)
		}
	}
	for _, a := range f.c.Logins {
		f.session(a)
	}
	// What is said of MX hosts is said of a submission server in other words.
	f.list = slices.DeleteFunc(f.list, func(x Finding) bool { return x.Rule == "tls/none" || x.Rule == "us/helo-private" })
	for i := range f.c.Ports {
		p := &f.c.Ports[i]
		f.port(p)
		if len(p.Looks) > 0 {
			f.looks(slices.Concat([]*probe.Attempt{p.Telling()}, p.Looks))
		}
	}
	f.openRelay()
	f.closed()
	f.tellPorts()
	f.noImplicit()
	f.noPort()
	return f.sorted()
}

func at(a *probe.Attempt, e *probe.Event) Evidence { return Evidence{Session: a.ID, Event: e.Seq} }

// isSubmission reports whether a port is one that clients submit at: any but
// that of relaying between servers.
func (p *RelayPort) isSubmission() bool { return p.Port != 25 }

// port finds what is wrong with one port.
func (f *relayFinder) port(p *RelayPort) {
	a := p.Telling()
	if a == nil {
		return
	}
	if e := a.Failure(); e != nil && e.Failure.Kind == probe.FailTimeout && e.Stage == smtp.StageGreeting {
		f.atPort(p, "relay/silent", "says nothing", "say nothing", at(a, e))
	}
	e := lastEHLO(a)
	if e == nil {
		return
	}
	caps := smtp.ParseCapabilities(*e.Reply)
	if a.TLS() == nil && a.Noted(probe.NoteHELO) == nil && !caps.Has("STARTTLS") {
		f.atPort(p, "relay/no-tls", "offers no TLS", "offer no TLS", at(a, e))
	}
	if x := a.InClear(); x != nil && demandsTLS(x) {
		f.atPort(p, "relay/plaintext-refused", "refuses MAIL before STARTTLS", "refuse MAIL before STARTTLS", at(a, x))
	} else if x != nil && x.Reply.Class() == 2 && p.isSubmission() {
		f.atPort(p, "relay/plaintext-accepted", "accepts MAIL before STARTTLS", "accept MAIL before STARTTLS", at(a, x))
	}
	if a.Capabilities() == nil { // it ended before what holds was known
		return
	}
	mechanisms := Mechanisms(caps)
	switch {
	case len(mechanisms) > 0 && !p.isSubmission():
		f.add("relay/auth-on-25", "port 25 of "+p.Host+" offers AUTH "+strings.Join(mechanisms, " "), at(a, e))
	case len(mechanisms) == 0 && p.isSubmission():
		f.atPort(p, "relay/no-auth", "offers no AUTH", "offer no AUTH", at(a, e))
	}
	if n := caps.Size(); n > 0 && n < smallSize && p.isSubmission() {
		f.add("relay/small-size", p.Host+" takes messages of at most "+strconv.FormatInt(n, 10)+" octets", at(a, e))
	}
}

// demandsTLS reports whether MAIL was refused for want of TLS, and not of a login.
func demandsTLS(e *probe.Event) bool {
	row, _ := Lookup(e.Stage, *e.Reply)
	return row.Reason == TLSRequired
}

// lastEHLO is the last reply to EHLO that offers something, nil for none.
func lastEHLO(a *probe.Attempt) (last *probe.Event) {
	for i := range a.Events {
		e := &a.Events[i]
		if e.Kind == probe.KindReply && e.Stage == smtp.StageEHLO && e.Reply.Usable() && e.Reply.Class() == 2 {
			last = e
		}
	}
	return last
}

// closed finds ports that cannot be connected to. It keeps those that refuse apart
// from those that nothing answers at, and port 25 alone, which many networks block.
func (f *relayFinder) closed() {
	var silent []*RelayPort
	open := false
	for i := range f.c.Ports {
		p := &f.c.Ports[i]
		a := p.Telling()
		if a == nil || a.Failure() == nil || a.Connected() {
			open = open || a != nil
			continue
		}
		switch e := a.Failure(); e.Failure.Kind {
		case probe.FailRefused, probe.FailReset:
			f.atPort(p, "relay/port-refused", "refuses connections", "refuse connections", at(a, e))
		case probe.FailTimeout, probe.FailProhibited:
			silent = append(silent, p)
		}
	}
	only25 := open && !slices.ContainsFunc(silent, func(p *RelayPort) bool { return p.Port != 25 })
	for _, p := range silent {
		a := p.Telling()
		if only25 {
			f.atPort(p, "relay/port-25-blocked", "does not answer, other ports do", "do not answer", at(a, a.Failure()))
			continue
		}
		f.atPort(p, "relay/port-blocked", "does not answer", "do not answer", at(a, a.Failure()))
	}
}

// noImplicit finds a server that takes submissions with STARTTLS only.
func (f *relayFinder) noImplicit() {
	var missing *RelayPort
	for i := range f.c.Ports {
		p := &f.c.Ports[i]
		a := p.Telling()
		switch {
		case a == nil:
		case p.Implicit && a.TLS() != nil:
			return
		case p.Port == 465 && p.State() == PortRefused:
			missing = p
		}
	}
	if missing == nil || f.d.Best < 0 {
		return
	}
	a := missing.Telling()
	f.add("relay/no-implicit-tls", missing.Host+" takes submissions at port "+strconv.Itoa(int(f.c.Ports[f.d.Best].Port))+" and not at 465", at(a, a.Failure()))
}

// LoginEnded adds to a diagnosis that mechanisms were left out after the last
// login was refused with 535.
func (d *RelayDiagnosis) LoginEnded(left []string) {
	if len(left) == 0 || len(d.Logins) == 0 {
		return
	}
	o := d.Logins[len(d.Logins)-1]
	if o.Verdict != Rejected {
		return // it was not a refusal that ended them
	}
	f := finder{list: d.Findings}
	f.add("relay/login-ended", "not tried after the refusal: "+strings.Join(left, ", "), Evidence{Session: o.Session, Event: o.Event})
	d.Findings = f.sorted()
}

// noPort shows each port when none is usable.
func (f *relayFinder) noPort() {
	if f.d.Best >= 0 || len(f.c.Ports) < 2 || f.d.Reason == Interrupted {
		return
	}
	var evidence []Evidence
	for i := range f.d.Outcomes {
		if o := &f.d.Outcomes[i]; o.Event > 0 {
			evidence = append(evidence, Evidence{Session: o.Session, Event: o.Event})
		}
	}
	f.add("relay/no-port", "none of the "+strconv.Itoa(len(f.c.Ports))+" ports is usable"+f.c.forWhat(), evidence...)
}

// services finds what SRV records say.
func (f *relayFinder) services() {
	for _, s := range f.c.Services {
		if s.Query == 0 {
			continue
		}
		query := Evidence{Query: s.Query}
		switch s.State {
		case ServiceNone:
			f.add("relay/srv-none", "there is no SRV record "+s.Name, query)
		case ServiceNotOffered:
			f.add("relay/srv-not-offered", s.Name+" is not offered", query)
		case ServiceFailed:
			f.add("relay/srv-failed", s.Name+" cannot be looked up", query)
		}
		for _, t := range s.Targets {
			if !s.AD && !under(t.Host, f.c.Host) {
				f.add("relay/srv-other-domain", s.Name+" leads to "+t.Host+", without DNSSEC", query)
			}
		}
	}
}

// under reports whether a host is the domain or under it.
func under(host, domain string) bool {
	host, domain = strings.ToLower(host), strings.ToLower(domain)
	return host == domain || strings.HasSuffix(host, "."+domain)
}
