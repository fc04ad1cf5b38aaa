package diagnose

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/mxresolve"
)

// truthScene makes a case in which a resolver and two authorities agree; the
// tests then change what one of them says.
type truthScene struct {
	*scene
	zone     *mxresolve.Zone
	resolver *mxresolve.View
	id       int
}

const (
	oldMX = "10 old.example.test"
	newMX = "10 mx1.example.test"
)

func (s *scene) truth(mx ...string) *truthScene {
	s.mx("10 mx1")
	s.Lab = true // AD is believed
	t := &truthScene{scene: s, id: 100}
	t.zone = &mxresolve.Zone{Name: "example.test", NS: []string{"ns1.example.test", "ns2.example.test"}}
	t.zone.Parent = &mxresolve.Delegation{Zone: "test", Server: "192.0.2.1:53", NS: t.zone.NS, Asked: []*mxresolve.Told{t.told("NS")}}
	for i, name := range t.zone.NS {
		a := &mxresolve.Authority{
			Name: name, Addr: netip.AddrFrom4([4]byte{192, 0, 2, byte(10 + i)}), InZone: true, InParent: true, State: mxresolve.AuthorityOK, Serial: 7,
			Found: []*mxresolve.Told{t.told("A")},
			SOA:   t.told("SOA", "x"), NS: t.told("NS", t.zone.NS...), Answers: []*mxresolve.Told{t.told("MX", mx...)},
		}
		t.zone.Servers = append(t.zone.Servers, a)
	}
	t.resolver = &mxresolve.View{Resolver: "192.0.2.53:53", Answers: []*mxresolve.Told{t.told("MX", mx...)}}
	s.Truth = &mxresolve.Truth{Domain: "example.test", Zones: []*mxresolve.Zone{t.zone}, Views: []*mxresolve.View{t.resolver}}
	return t
}

// told is an answer about example.test, or mx1.example.test for addresses.
func (t *truthScene) told(typ dnsclient.Type, set ...string) *mxresolve.Told {
	t.id++
	name, status := "example.test", dnsclient.StatusOK
	if typ == "A" {
		name = "mx1." + name
	}
	if len(set) == 0 {
		status = dnsclient.StatusNoData
	}
	return &mxresolve.Told{
		Question: mxresolve.Question{Name: name, Type: typ}, Set: set, Queries: []int{t.id},
		Answer: &dnsclient.Answer{
			Name: name, Type: typ, Status: status, Authoritative: true, AD: true, TTL: 3600, SOA: &dnsclient.Record{TTL: 900, Minimum: 300},
			Exchanges: []dnsclient.Exchange{{Time: time.Date(2026, 11, 29, 13, 0, 0, 0, time.UTC), Server: "192.0.2.53:53", Rcode: "NOERROR"}},
		},
	}
}

// say has somebody say something else about the MX records.
func (t *truthScene) say(a **mxresolve.Told, set ...string) *mxresolve.Told {
	*a = t.told("MX", set...)
	return *a
}

func (t *truthScene) fails(extended string) {
	x := t.say(&t.resolver.Answers[0])
	x.Answer.Status, x.Answer.Err, x.Answer.Rcode = dnsclient.StatusServFail, "SERVFAIL", "SERVFAIL"
	x.Answer.Exchanges[0].Extended = extended
}

var sickTruth = map[string]func(s *scene){
	"dns/stale-cache": func(s *scene) {
		t := s.truth(newMX)
		t.say(&t.resolver.Answers[0], oldMX)
	},
	"dns/resolver-fails": func(s *scene) { s.truth(newMX).fails("") },
	"dns/resolvers-disagree": func(s *scene) {
		t := s.truth(newMX)
		s.Truth.Views = append(s.Truth.Views, &mxresolve.View{Resolver: "192.0.2.54:53", Answers: []*mxresolve.Told{t.told("MX", oldMX)}})
	},
	"dns/authorities-disagree": func(s *scene) {
		t := s.truth(newMX)
		t.say(&t.zone.Servers[1].Answers[0], oldMX)
	},
	"dns/addresses-vary": func(s *scene) {
		t := s.truth(newMX)
		t.resolver.Answers = append(t.resolver.Answers, t.told("A", "192.0.2.25"))
		for i, a := range t.zone.Servers {
			a.Answers = append(a.Answers, t.told("A", []string{"192.0.2.25", "192.0.2.26"}[i]))
		}
	},
	"dns/serials-differ": func(s *scene) { s.truth(newMX).zone.Servers[1].Serial = 6 },
	"dns/lame": func(s *scene) {
		a := s.truth(newMX).zone.Servers[1]
		a.State, a.Why = mxresolve.AuthorityRefused, "REFUSED"
	},
	"dns/authority-unreachable": func(s *scene) {
		a := s.truth(newMX).zone.Servers[1]
		a.State, a.Why = mxresolve.AuthorityTimeout, "timeout"
	},
	"dns/single-authority": func(s *scene) {
		t := s.truth(newMX)
		t.zone.Servers = t.zone.Servers[:1]
	},
	"dns/parent-child-mismatch": func(s *scene) { s.truth(newMX).zone.Parent.NS = []string{"ns1.example.test", "ns9.example.test"} },
	"dns/dnssec-bogus": func(s *scene) {
		t := s.truth(newMX)
		t.fails("DNSSEC Bogus: no signature")
		t.resolver.Unchecked = t.told("MX", newMX)
	},
	"us/port-53": func(s *scene) {
		t := s.truth(newMX)
		t.zone.Parent.NS = nil
		for _, a := range t.zone.Servers {
			a.State = mxresolve.AuthorityTimeout
		}
	},
}

// healthyTruth are cases that look like those and have no finding.
var healthyTruth = map[string]func(s *scene){
	"all agree": func(s *scene) { s.truth(newMX) },
	"nobody has records, and all agree": func(s *scene) {
		s.truth()
	},
	"the authorities were not reached for want of a route": func(s *scene) { s.truth(newMX).zone.Servers[1].State = mxresolve.AuthorityNoRoute },
	"an authority was not asked":                           func(s *scene) { s.truth(newMX).zone.Servers[1].State = mxresolve.AuthorityNotAsked },
	"an authority has no answer about the MX records": func(s *scene) {
		t := s.truth(newMX)
		t.say(&t.zone.Servers[1].Answers[0]).Answer.Status = dnsclient.StatusTimeout
	},
	"an authority refers to a zone below": func(s *scene) {
		t := s.truth(newMX)
		t.say(&t.zone.Servers[1].Answers[0]).Answer.Status = dnsclient.StatusReferral
	},
	"an answer that is not whole": func(s *scene) {
		t := s.truth(newMX)
		t.say(&t.resolver.Answers[0], oldMX).Cut = true
	},
	"the zone above serves the domain too": func(s *scene) {
		s.truth(newMX).zone.Parent = &mxresolve.Delegation{Zone: "test", Problem: "the servers of test serve example.test too"}
	},
	"the versions of a zone that is not the domain's": func(s *scene) {
		t := s.truth(newMX)
		t.zone.Name, t.zone.Servers[1].Serial = "test", 6
	},
}

func TestTruthHealthy(t *testing.T) {
	for name, calm := range healthyTruth {
		s := newScene(t)
		calm(s)
		if d := Diagnose(s.Case); len(d.Findings) > 0 {
			t.Errorf("%s: %+v", name, d.Findings)
		}
	}
}

// TestTruthOneFinding: each disease of the kind has its own name and no other.
func TestTruthOneFinding(t *testing.T) {
	for id, fire := range sickTruth {
		s := newScene(t)
		fire(s)
		d := Diagnose(s.Case)
		if id == "dns/resolvers-disagree" { // one of them is not up to date
			d.Findings = slices.DeleteFunc(d.Findings, func(f Finding) bool { return f.Rule == "dns/stale-cache" })
		}
		if len(d.Findings) != 1 || d.Findings[0].Rule != id {
			t.Errorf("%s: %+v", id, d.Findings)
		}
		checkFindings(t, s, d)
	}
}

// TestTruthWords: what is said is what is to be read in a ticket.
func TestTruthWords(t *testing.T) {
	for _, test := range []struct {
		name, want string
		set        func(t *truthScene)
	}{
		{"stale", "the resolver 192.0.2.53 still gives MX 10 old.example.test (TTL 3600 s left: until 14:00:00 UTC); both authorities give MX 10 mx1.example.test (serial 7)",
			func(t *truthScene) { t.say(&t.resolver.Answers[0], oldMX) }},
		{"negative", "the resolver 192.0.2.53 still says that there is no MX record (TTL 300 s left: until 13:05:00 UTC); both authorities give MX 10 mx1.example.test (serial 7)",
			func(t *truthScene) { t.say(&t.resolver.Answers[0]) }},
		{"no such name", "the resolver 192.0.2.53 still says that there is no example.test (TTL 300 s left: until 13:05:00 UTC); both authorities give MX 10 mx1.example.test (serial 7)",
			func(t *truthScene) { t.say(&t.resolver.Answers[0]).Answer.Status = dnsclient.StatusNXDomain }},
		{"one lame", "the resolver 192.0.2.53 still gives MX 10 old.example.test (TTL 3600 s left: until 14:00:00 UTC); the one of its 2 authorities that answers, ns1.example.test, gives MX 10 mx1.example.test (serial 7)",
			func(t *truthScene) {
				t.say(&t.resolver.Answers[0], oldMX)
				t.zone.Servers[1].State = mxresolve.AuthorityRefused
			}},
		{"split, and the resolver has a third", "the resolver 192.0.2.53 still gives MX 10 x.example.test (TTL 3600 s left: until 14:00:00 UTC); none of the authorities of example.test does",
			func(t *truthScene) {
				t.say(&t.resolver.Answers[0], "10 x.example.test")
				t.say(&t.zone.Servers[1].Answers[0], oldMX)
			}},
		{"moved", "the resolver 192.0.2.53 still gives A 192.0.2.25 for mx1.example.test (TTL 3600 s left: until 14:00:00 UTC); both authorities give A 192.0.2.26 (serial 7)",
			func(t *truthScene) {
				t.resolver.Answers = append(t.resolver.Answers, t.told("A", "192.0.2.25"))
				for _, a := range t.zone.Servers {
					a.Answers = append(a.Answers, t.told("A", "192.0.2.26"))
				}
			}},
	} {
		s := newScene(t)
		test.set(s.truth(newMX))
		var got []string
		for _, f := range Diagnose(s.Case).Findings {
			if f.Rule == "dns/stale-cache" {
				got = append(got, f.Summary)
			}
		}
		if strings.Join(got, "\n") != test.want {
			t.Errorf("%s:\n got %q\nwant %q", test.name, got, test.want)
		}
	}
}

// TestTruthWrongHost: a probe that went where no authority sends it is an error, and its
// verdict stays what the session said.
func TestTruthWrongHost(t *testing.T) {
	s := newScene(t)
	tr := s.truth(newMX)
	tr.say(&tr.resolver.Answers[0], oldMX)
	s.talk("old.example.test", 10, accepts...)
	d := Diagnose(s.Case)
	f := d.Findings[0]
	if d.Verdict != Accepted || f.Rule != "dns/stale-cache" || f.Severity != Error || !strings.HasSuffix(f.Summary, "; this probe asked old.example.test, which they do not name") {
		t.Errorf("%s %+v", d.Verdict, f)
	}
	if e := f.Evidence[len(f.Evidence)-1]; e.Session == 0 {
		t.Errorf("no session in %+v", f.Evidence)
	}

	s = newScene(t)
	tr = s.truth(newMX, oldMX)
	tr.say(&tr.resolver.Answers[0], oldMX)
	s.talk("old.example.test", 10, accepts...)
	if f := Diagnose(s.Case).Findings[0]; f.Severity != Warning {
		t.Errorf("the host is one of those named: %+v", f)
	}
}

// TestTruthDNSSEC: the status of an answer, by what the resolver says.
func TestTruthDNSSEC(t *testing.T) {
	for _, test := range []struct {
		want string
		set  func(t *truthScene)
	}{
		{"secure", func(*truthScene) {}},
		{"untrusted", func(t *truthScene) { t.Lab = false }},
		{"insecure", func(t *truthScene) {
			t.resolver.Answers[0].Answer.AD = false
			t.resolver.Root = t.told("NS", "a.root")
		}},
		{"unknown", func(t *truthScene) {
			t.resolver.Answers[0].Answer.AD = false
			t.resolver.Root = t.told("NS", "a.root")
			t.resolver.Root.Answer.AD = false
		}},
		{"unknown", func(t *truthScene) { t.fails("") }},
		{"unknown", func(t *truthScene) {
			t.fails("")
			t.resolver.Unchecked = t.told("MX")
			t.resolver.Unchecked.Answer.Status = dnsclient.StatusServFail
		}},
		{"unknown", func(t *truthScene) {
			t.fails("No Reachable Authority")
			t.resolver.Unchecked = t.told("MX", newMX)
		}},
		{"bogus", func(t *truthScene) {
			t.fails("Signature Expired")
			t.resolver.Unchecked = t.told("MX", newMX)
		}},
	} {
		tr := newScene(t).truth(newMX)
		test.set(tr)
		if got := tr.DNSSEC(tr.resolver, tr.resolver.Answers[0]); string(got.Security) != test.want {
			t.Errorf("%s, want %s", got, test.want)
		}
	}
}
