package diagnose

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/policy"
	"github.com/smtpcheck/smtpcheck/probe"
)

var (
	ourAddress = netip.MustParseAddr("192.0.2.25")
	ourIPv6    = netip.MustParseAddr("2001:db8:25::25")
)

// selfScene is a case in few words. It begins with all well.
type selfScene struct {
	*scene
	self *SelfCase
	ours *SelfAddress
}

// newSelfScene is a machine that nothing is wrong with, seen by two operators.
func newSelfScene(t *testing.T) *selfScene {
	s := &selfScene{scene: newScene(t)}
	s.self = &SelfCase{
		HELO: "probe.example.org", Sender: "news@sender.test", Domain: "sender.test", Families: []Family{IPv4},
		HELOHost: []*dnsclient.Answer{found("192.0.2.25"), {Status: dnsclient.StatusNoData}},
		Mail:     &mxresolve.Result{Kind: mxresolve.KindMX, MXQuery: 7, Hosts: []mxresolve.Host{{Name: "mx", Addresses: []netip.Addr{ourAddress}}}},
		Lists:    []*policy.Listing{listing(policy.NotListed)},
		Number:   func(*dnsclient.Answer) int { return 7 },
	}
	s.self.Addresses = []SelfAddress{{
		Addr: ourAddress, Source: AddressStated,
		Reverse: &policy.Reverse{PTR: found(""), Names: []policy.ReverseName{{Name: "probe.example.org", Forward: found("192.0.2.25"), Confirmed: true}}},
		SPF:     &policy.SPF{Domain: "sender.test", Result: policy.SPFPass, Answers: []*dnsclient.Answer{found("")}},
		Lists:   []*policy.Listing{listing(policy.NotListed)},
	}}
	s.ours = &s.self.Addresses[0]
	return s
}

func found(addr string) *dnsclient.Answer {
	a := &dnsclient.Answer{Status: dnsclient.StatusOK}
	if addr != "" {
		a.Records = []dnsclient.Record{{Addr: netip.MustParseAddr(addr)}}
	}
	return a
}

func listing(state policy.ListState) *policy.Listing {
	return &policy.Listing{List: policy.Blocklist{Zone: "bl.test"}, State: state, Why: "why", Entry: found("127.0.0.2"), Must: found(""), Never: found("")}
}

// host adds a host of port 25, or of another for comparison.
func (s *selfScene) host(name string, port uint16, lines ...string) *SelfTarget {
	a := s.talk(name, 0, lines...)
	a.Recipients = nil
	a.Target.Addr = netip.AddrPortFrom(a.Target.Addr.Addr(), port)
	s.self.Targets = append(s.self.Targets, SelfTarget{Asked: name, Host: name, Addr: a.Target.Addr, Compare: port != 25, Attempt: a})
	return &s.self.Targets[len(s.self.Targets)-1]
}

func answers(name string) []string {
	return []string{"greeting: 220 " + name + " ESMTP", "ehlo: 250-" + name + " Hello [192.0.2.25]|250 STARTTLS", "starttls: 220 go", "tls ", "ehlo: 250 " + name + " Hello [192.0.2.25]", "quit: 221 bye"}
}

func greetsAs(as string) []string {
	return []string{"greeting: 220 " + as + " ESMTP", "ehlo: 250 " + as, "quit: 221 bye"}
}

// well adds two operators that take what we say.
func (s *selfScene) well() *selfScene {
	s.host("mx.a.test", 25, answers("mx.a.test")...)
	s.host("mx.b.test", 25, answers("mx.b.test")...)
	return s
}

// fails adds two operators whose port 25 fails, and a port that is open.
func (s *selfScene) fails(kind string) *selfScene {
	s.host("mx.a.test", 25, "fail "+kind)
	s.host("mx.b.test", 25, "fail "+kind)
	s.host("smtp.a.test", 587, answers("smtp.a.test")...)
	return s
}

var sickSelves = map[string]func(s *selfScene){
	"self/port-25-filtered":   func(s *selfScene) { s.fails("timeout") },
	"self/port-25-refused":    func(s *selfScene) { s.fails("refused") },
	"self/port-25-prohibited": func(s *selfScene) { s.fails("prohibited") },
	"self/port-25-blocked":    func(s *selfScene) { s.fails("refused"); s.host("mx.c.test", 25, "fail timeout") },
	"self/no-network": func(s *selfScene) {
		s.host("mx.a.test", 25, "fail timeout")
		s.host("smtp.a.test", 587, "fail timeout")
	},
	"self/some-unreachable": func(s *selfScene) { s.well().host("mx.c.test", 25, "fail timeout") },
	"self/port-25-hijacked": func(s *selfScene) {
		s.host("mx.a.test", 25, greetsAs("smtp.provider.test")...)
		s.host("mx.b.test", 25, greetsAs("smtp.provider.test")...)
		s.self.Greeters = []Greeter{{Name: "smtp.provider.test", Forward: []*dnsclient.Answer{found("198.51.100.77")}}}
	},
	"self/starttls-stripped": func(s *selfScene) {
		s.host("mx.a.test", 25, "greeting: 220 mx.a.test", "ehlo: 250-mx.a.test|250-SIZE|250 XXXXXXXA", "quit: 221 bye")
		s.host("mx.b.test", 25, "greeting: 220 mx.b.test", "ehlo: 250-mx.b.test|250 XXXXXXXA", "quit: 221 bye")
	},
	"self/no-starttls": func(s *selfScene) {
		s.host("mx.a.test", 25, greetsAs("mx.a.test")...)
		s.host("mx.b.test", 25, greetsAs("mx.b.test")...)
	},
	"self/refused": func(s *selfScene) { s.well().host("mx.c.test", 25, "greeting: 554 5.7.1 [192.0.2.25] is blocked") },
	"self/put-off": func(s *selfScene) { s.well().host("mx.c.test", 25, "greeting: 421 4.7.0 try later") },
	"self/address-differs": func(s *selfScene) {
		s.well().ours.Stated = []Statement{{netip.MustParseAddr("192.0.2.26"), "mx.a.test", Evidence{Session: 1, Event: 2}}}
	},
	"self/no-ptr": func(s *selfScene) { s.well().ours.Reverse.Names = nil },
	"self/ptr-not-confirmed": func(s *selfScene) {
		s.well().ours.Reverse.Names = []policy.ReverseName{{Name: "other.test", Forward: found("192.0.2.99")}}
	},
	"self/ptr-generic":  func(s *selfScene) { s.well().ours.Reverse.Names[0].Name = "192-0-2-25.pool.isp.test" },
	"self/helo-literal": func(s *selfScene) { s.well().self.HELO = "" },
	"self/helo-unknown": func(s *selfScene) {
		s.well().self.HELOHost = []*dnsclient.Answer{{Status: dnsclient.StatusNXDomain}, {Status: dnsclient.StatusNXDomain}}
	},
	"self/helo-mismatch": func(s *selfScene) { s.well().self.HELOHost[0] = found("192.0.2.99") },
	"self/spf-fail":      func(s *selfScene) { s.well().ours.SPF.Result = policy.SPFFail },
	"self/spf-softfail":  func(s *selfScene) { s.well().ours.SPF.Result = policy.SPFSoftFail },
	"self/spf-none":      func(s *selfScene) { s.well().ours.SPF.Result = policy.SPFNone },
	"self/spf-broken":    func(s *selfScene) { s.well().ours.SPF.Result = policy.SPFPermError },
	"self/listed":        func(s *selfScene) { s.well().ours.Lists[0] = listing(policy.Listed) },
	"self/list-refuses":  func(s *selfScene) { s.well().ours.Lists[0] = listing(policy.ListRefuses) },
	"self/list-broken":   func(s *selfScene) { s.well().ours.Lists[0] = listing(policy.ListBroken) },
	"self/domain-listed": func(s *selfScene) { s.well().self.Lists[0] = listing(policy.Listed) },
	"self/clock":         func(s *selfScene) { s.host("mx.a.test", 25, stating(time.Now().Add(-time.Hour))...) },
	"self/sender-takes-no-mail": func(s *selfScene) {
		s.well().self.Mail = &mxresolve.Result{Kind: mxresolve.KindNull, Problem: mxresolve.ProblemNullMX, MXQuery: 7}
	},
}

func stating(at time.Time) []string {
	return append([]string{"greeting: 220 mx.a.test ESMTP Sendmail; " + at.Format(time.RFC1123Z)}, answers("mx.a.test")[1:]...)
}

// stamp gives all events the time of the test.
func (s *selfScene) stamp() {
	for _, t := range s.self.Targets {
		if t.Attempt == nil {
			continue
		}
		for i := range t.Attempt.Events {
			t.Attempt.Events[i].Time = time.Now()
		}
	}
}

func TestSelfRules(t *testing.T) {
	for _, rule := range selfRules {
		fire := sickSelves[rule.ID]
		if fire == nil {
			t.Errorf("%s: no case fires it", rule.ID)
			continue
		}
		s := newSelfScene(t)
		fire(s)
		s.stamp()
		d := Self(s.self)
		if !has(Diagnosis{Findings: d.Findings}, rule.ID) {
			t.Errorf("%s: its case does not fire it, but %v", rule.ID, d.Findings)
		}
		checkFindings(t, s.scene, Diagnosis{Findings: d.Findings})
		wrong := rule.Severity == Error || rule.Severity == Warning
		if passes := d.State == TopicPass; passes == wrong {
			t.Errorf("%s is a matter of %s, and the state is %q: %s", rule.ID, rule.Severity, d.State, d.Summary)
		}
		if wrong && d.Remedy == "" {
			t.Errorf("%s: no remedy: %s", rule.ID, d.Summary)
		}
		checkTopics(t, rule.ID, &d)
	}
	for name, calm := range map[string]func(s *selfScene){
		"all is well": func(s *selfScene) { s.well() },
		"IPv6 has no way": func(s *selfScene) {
			s.well().self.Families = []Family{IPv4, IPv6}
			s.self.Targets = append(s.self.Targets, SelfTarget{Host: "mx6", Addr: netip.AddrPortFrom(ourIPv6, 25), NoRoute: true})
		},
		"no sender":           func(s *selfScene) { s.well().self.Sender, s.self.Domain, s.self.Mail, s.ours.SPF = "", "", nil, nil },
		"a clock that agrees": func(s *selfScene) { s.well().host("mx.a.test", 25, stating(time.Now())...) },
		"a vanity name whose addresses are its own": func(s *selfScene) {
			s.host("mx.a.test", 25, append([]string{"greeting: 220 mx.host.test"}, answers("mx.host.test")[1:]...)...)
			b := s.host("mx.b.test", 25, append([]string{"greeting: 220 mx.host.test"}, answers("mx.host.test")[1:]...)...)
			s.self.Greeters = []Greeter{{Name: "mx.host.test", Forward: []*dnsclient.Answer{found(b.Addr.Addr().String())}}}
		},
		"DNS does not tell": func(s *selfScene) {
			lost := &dnsclient.Answer{Status: dnsclient.StatusTimeout}
			s.well().ours.Reverse = &policy.Reverse{PTR: lost}
			s.ours.SPF.Result, s.ours.Lists[0], s.self.Lists[0] = policy.SPFTempError, listing(policy.ListUnknown), listing(policy.ListUnknown)
			s.self.HELOHost, s.self.Mail = []*dnsclient.Answer{lost, lost}, &mxresolve.Result{Kind: mxresolve.KindFailed, MXQuery: 7}
		},
	} {
		s := newSelfScene(t)
		calm(s)
		s.stamp()
		d := Self(s.self)
		if len(d.Findings) > 0 || d.State != TopicPass || d.Verdict != Accepted || d.Remedy != "" {
			t.Errorf("%s: %s %s: %+v", name, d.State, d.Summary, d.Findings)
		}
		checkTopics(t, name, &d)
	}
}

// checkTopics: what was examined has a summary and evidence, what was not says why.
func checkTopics(t *testing.T, name string, d *SelfDiagnosis) {
	t.Helper()
	for _, x := range d.Topics {
		if examined := x.State != ""; examined == (x.Summary == "") || examined == (x.Why != "") || examined && len(x.Evidence) == 0 && x.Name != TopicAddress {
			t.Errorf("%s: topic %+v", name, x)
		}
		if _, ok := RuleOf(x.Rule); x.Rule != "" && !ok {
			t.Errorf("%s: topic %s has the rule %s", name, x.Name, x.Rule)
		}
	}
}

// TestSelfVerdict: what the exit code follows.
func TestSelfVerdict(t *testing.T) {
	lost := func(p mxresolve.Problem) func(*selfScene) {
		return func(s *selfScene) { s.self.Lost = []SelfLost{{Asked: "x.test", Result: &mxresolve.Result{Problem: p}}} }
	}
	for name, tt := range map[string]struct {
		scene   func(*selfScene)
		verdict Verdict
		reason  Reason
		words   string
	}{
		"filtered":           {sickSelves["self/port-25-filtered"], Unreachable, Unreached, "no answer from all 2 hosts over IPv4, while 587 can be reached"},
		"a hijack":           {sickSelves["self/port-25-hijacked"], Unreachable, Unreached, "mx.a.test and mx.b.test all greet as smtp.provider.test"},
		"listed":             {sickSelves["self/listed"], Rejected, IPReputation, "192.0.2.25 is listed by bl.test"},
		"no PTR":             {sickSelves["self/no-ptr"], Rejected, RDNS, "has no name"},
		"SPF":                {sickSelves["self/spf-fail"], Rejected, AuthFail, "forbids 192.0.2.25"},
		"DNS fails":          {lost(mxresolve.ProblemServFail), Deferred, DNSFailure, "x.test: servfail"},
		"there is no target": {lost(mxresolve.ProblemNXDomain), Undetermined, Unknown, "x.test: nxdomain"},
		"interrupted":        {func(s *selfScene) { s.self.Interrupted = true }, Undetermined, Interrupted, "interrupted"},
		"no route": {func(s *selfScene) {
			s.self.Targets = []SelfTarget{{Host: "mx.a.test", Addr: netip.AddrPortFrom(ourAddress, 25), NoRoute: true}}
		}, Unreachable, Unreached, "no route"},
		"one family of two": {func(s *selfScene) {
			s.fails("timeout").self.Families = []Family{IPv4, IPv6}
			a := s.host("mx6.a.test", 25, answers("mx6.a.test")...)
			a.Addr = netip.AddrPortFrom(ourIPv6, 25)
		}, Accepted, "", "open over IPv6; but port 25 is filtered"},
	} {
		s := newSelfScene(t)
		tt.scene(s)
		d := Self(s.self)
		if d.Verdict != tt.verdict || d.Reason != tt.reason || !strings.Contains(d.Summary, tt.words) {
			t.Errorf("%s: %s %s: %s", name, d.Verdict, d.Reason, d.Summary)
		}
	}
}

// TestStatedAddress reads what servers of many kinds say.
func TestStatedAddress(t *testing.T) {
	four, six := netip.MustParseAddr("198.51.100.10"), netip.MustParseAddr("2001:db8::10")
	for text, tt := range map[string]struct {
		helo   string
		server netip.Addr
		want   string
	}{
		"250-mx.google.com at your service, [192.0.2.25]":                                  {"", four, "192.0.2.25"},
		"250-mx.google.com at your service, [2001:db8:25::25]":                             {"", six, "2001:db8:25::25"},
		"250-DB5EUR02.mail.protection.outlook.com Hello [192.0.2.25]":                      {"", four, "192.0.2.25"},
		"250-mail.example.com Hello probe.example.org [192.0.2.25], pleased to meet you":   {"", four, "192.0.2.25"},
		"250-mail.example.com Hello probe.example.org [IPv6:2001:db8:25::25], pleased":     {"", six, "2001:db8:25::25"},
		"250-mail.example.com Hello [10.0.0.5] [192.0.2.25]":                               {"[10.0.0.5]", four, "192.0.2.25"},
		"250-mail.example.com Hello [192.0.2.25] [192.0.2.25]":                             {"[192.0.2.25]", four, "192.0.2.25"},
		"250-mail.example.com Hello [10.0.0.5], pleased to meet you":                       {"[10.0.0.5]", four, ""},
		"250-mail.example.com Hello probe.example.org ([192.0.2.25]), pleased to meet you": {"", four, "192.0.2.25"},
		"250-mail.example.com Hello probe.example.org (192.0.2.25)":                        {"", four, "192.0.2.25"},
		"250-mail.example.com [192.0.2.25], this server offers 4 extensions":               {"", four, "192.0.2.25"},
		"250-mail.example.com Hello 192.0.2.25.":                                           {"", four, "192.0.2.25"},
		"250-mail.example.com Hello user at probe.example.org [192.0.2.25]":                {"", four, "192.0.2.25"},
		"250-[198.51.100.10] Hello [192.0.2.25]":                                           {"", four, "192.0.2.25"},
		"250-mail.example.com at [198.51.100.10]":                                          {"", four, ""},
		"250 mail.example.com":                                                           {"", four, ""},
		"250-mail.example.com Hello [2001:db8:25::25]":                                   {"", four, ""}, // of the other family
		"250-mail.example.com Hello [::ffff:192.0.2.25]":                                 {"", four, "192.0.2.25"},
		"250-mail.example.com Hello [fe80::1%eth0]":                                      {"", six, ""},
		"250-mail.example.com version 4.98.1.2 Hello":                                    {"", four, ""}, // of software
		"250-192.0.2.25":                                                                 {"", four, ""}, // the server's own name
		"554 5.7.1 Service unavailable; Client host [192.0.2.25] blocked using zen.test": {"", four, "192.0.2.25"},
		"554 5.7.1 blocked, see https://x.test/192.0.2.77 and 192.0.2.78":                {"", four, ""},
		"250-mail.example.com Hello [999.0.2.25]\x1b[31m [":                              {"", four, ""},
	} {
		got := StatedAddress(replyFrom(strings.Replace(text, "-", " ", 1)), tt.helo, tt.server)
		if want, _ := netip.ParseAddr(tt.want); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// TestOurAddress: operators vote, and not hosts.
func TestOurAddress(t *testing.T) {
	s := newSelfScene(t)
	say := func(host, addr string) {
		s.host(host, 25, "greeting: 220 "+host, "ehlo: 250 "+host+" Hello ["+addr+"]")
	}
	say("mx1.a.test", "192.0.2.26")
	say("mx2.a.test", "192.0.2.26")
	if a, certain := OurAddress(IPv4, s.self.Targets, nil); a.Addr.String() != "192.0.2.26" || certain {
		t.Errorf("one operator: %v %v", a.Addr, certain)
	}
	say("mx.b.test", "192.0.2.25")
	say("mx.c.test", "192.0.2.25")
	a, certain := OurAddress(IPv4, s.self.Targets, nil)
	if a.Addr != ourAddress || !certain || a.Source != AddressStated || len(a.differing()) != 2 {
		t.Errorf("%+v %v", a, certain)
	}
	if a, _ := OurAddress(IPv4, s.self.Targets, []netip.Addr{ourIPv6, netip.MustParseAddr("192.0.2.99")}); a.Addr.String() != "192.0.2.99" || a.Source != AddressGiven {
		t.Errorf("given: %+v", a)
	}
	local := SelfTarget{Host: "mx", Addr: netip.AddrPortFrom(netip.MustParseAddr("198.51.100.9"), 25), Attempt: &probe.Attempt{Local: netip.MustParseAddrPort("192.0.2.25:4000")}}
	if a, _ := OurAddress(IPv4, []SelfTarget{local}, nil); a.Addr != ourAddress || a.Source != AddressLocal || a.NAT() {
		t.Errorf("a public interface: %+v", a)
	}
	local.Attempt.Local = netip.MustParseAddrPort("10.0.0.5:4000")
	if a, _ := OurAddress(IPv4, []SelfTarget{local}, nil); a.Addr.IsValid() {
		t.Errorf("a private interface: %+v", a)
	}
}

// TestStatedTime finds dates where servers put them.
func TestStatedTime(t *testing.T) {
	want := time.Date(2026, 11, 29, 18, 31, 54, 0, time.UTC)
	for text, ok := range map[string]bool{
		"220 mx.test ESMTP Sendmail 8.18.1; Sun, 29 Nov 2026 18:31:54 GMT":                                  true,
		"220 mx.test ESMTP Exim 4.98 Sun, 29 Nov 2026 19:31:54 +0100":                                       true,
		"220 x.test Microsoft ESMTP MAIL Service ready at Sun, 29 Nov 2026 18:31:54 +0000 [08DE2F8A1B2C3D]": true,
		"220 mx.test ESMTP": false, "220 mx.test closed on Sun, 29": false, "220 Sun, 99 Nov 2026 18:31:54 +0000": false,
	} {
		got, found := statedTime(replyFrom(text))
		if found != ok || ok && !got.Equal(want) {
			t.Errorf("%s: %v %v", text, got, found)
		}
	}
}

// TestSharedGreetings: a name in common is odd only among strangers.
func TestSharedGreetings(t *testing.T) {
	s := newSelfScene(t)
	s.host("mx1.a.test", 25, greetsAs("smtp.host.test")...)
	s.host("mx2.a.test", 25, greetsAs("smtp.host.test")...)
	if got := SharedGreetings(s.self.Targets); len(got) > 0 {
		t.Errorf("one operator: %v", got)
	}
	s.host("mx.b.test", 25, greetsAs("smtp.host.test")...)
	s.host("mx.host.test", 25, greetsAs("smtp.host.test")...)
	verified := s.host("mx.c.test", 25, append([]string{"greeting: 220 smtp.host.test"}, answers("x")[1:]...)...)
	verified.Attempt.TLS().Verified = true
	got := SharedGreetings(s.self.Targets)["smtp.host.test"]
	if names := hostsOf(got); !slices.Equal(names, []string{"mx1.a.test", "mx2.a.test", "mx.b.test"}) {
		t.Errorf("%v", names)
	}
}

func hostsOf(list []*SelfTarget) (out []string) {
	for _, t := range list {
		out = append(out, t.Host)
	}
	return out
}
