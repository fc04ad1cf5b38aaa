package diagnose

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// relayScene is a case in few words: ports, and what was said there.
type relayScene struct {
	*scene
	relay *RelayCase
}

func newRelayScene(t *testing.T) *relayScene {
	r := &mxresolve.Result{Domain: "smtp.example.test", Kind: mxresolve.KindServer, Queries: []mxresolve.Query{{ID: 1}}}
	return &relayScene{newScene(t), &RelayCase{Host: "smtp.example.test", Resolution: r}}
}

// port adds a port where this was said.
func (s *relayScene) port(number uint16, lines ...string) *probe.Attempt {
	a := s.talk("smtp.example.test", 0, lines...)
	a.Target.Addr = netip.AddrPortFrom(a.Target.Addr.Addr(), number)
	a.Recipients = nil
	s.relay.Ports = append(s.relay.Ports, RelayPort{Host: "smtp.example.test", Port: number, Implicit: number == 465, Attempts: []*probe.Attempt{a}})
	return a
}

func (s *relayScene) login(lines ...string) {
	a := s.talk("smtp.example.test", 0, lines...)
	a.Purpose, a.Recipients = probe.PurposeAuth, nil
	s.relay.Logins = append(s.relay.Logins, a)
}

// inClear marks the answer to MAIL as one from before STARTTLS.
func inClear(a *probe.Attempt) {
	for i := range a.Events {
		if a.Events[i].Stage == smtp.StageMail {
			a.Events[i].Extension = "STARTTLS"
		}
	}
}

var (
	offersAuth = []string{"greeting: 220 mx", "ehlo: 250-mx|250 STARTTLS", "starttls: 220 go on", "tls ", "ehlo: 250-mx|250 AUTH PLAIN", "quit: 221 bye"}
	atOnce     = []string{"tls ", "greeting: 220 mx", "ehlo: 250-mx|250 AUTH PLAIN SCRAM-SHA-256", "quit: 221 bye"}
	asksMail   = func(reply string) []string {
		return append([]string{offersAuth[0], offersAuth[1], "mail: " + reply}, offersAuth[2:]...)
	}
)

var sickRelays = map[string]func(s *relayScene){
	"relay/port-blocked":    func(s *relayScene) { s.port(587, "fail timeout") },
	"relay/port-25-blocked": func(s *relayScene) { s.port(25, "fail timeout"); s.port(587, offersAuth...) },
	"relay/port-refused":    func(s *relayScene) { s.port(2525, "fail refused"); s.port(587, offersAuth...) },
	"relay/silent":          func(s *relayScene) { s.port(587, "fail timeout greeting") },
	"relay/no-tls":          func(s *relayScene) { s.port(587, "greeting: 220 mx", "ehlo: 250-mx|250 AUTH PLAIN") },
	"relay/no-implicit-tls": func(s *relayScene) { s.port(465, "fail refused"); s.port(587, offersAuth...) },
	"relay/plaintext-refused": func(s *relayScene) {
		inClear(s.port(587, asksMail("530 5.7.0 Must issue a STARTTLS command first")...))
	},
	"relay/plaintext-accepted": func(s *relayScene) { inClear(s.port(587, asksMail("250 ok")...)) },
	"relay/auth-on-25":         func(s *relayScene) { s.port(25, offersAuth...) },
	"relay/no-auth":            func(s *relayScene) { s.port(587, hello...) },
	"relay/small-size":         func(s *relayScene) { s.port(587, hello...) },
	"relay/no-port":            func(s *relayScene) { s.port(465, "fail refused"); s.port(587, "fail timeout") },
	"relay/srv-none": func(s *relayScene) {
		s.relay.Services = []Service{{Name: "_submission._tcp", State: ServiceNone, Query: 1}}
	},
	"relay/srv-not-offered": func(s *relayScene) {
		s.relay.Services = []Service{{Name: "_submission._tcp", State: ServiceNotOffered, Query: 1}}
	},
	"relay/srv-failed": func(s *relayScene) {
		s.relay.Services = []Service{{Name: "_submission._tcp", State: ServiceFailed, Query: 1}}
	},
	"relay/srv-other-domain": func(s *relayScene) {
		s.relay.Services = []Service{{Name: "_submission._tcp", State: ServiceFound, Query: 1, Targets: []ServiceTarget{{Host: "smtp.example.net", Port: 587}}}}
	},
	"relay/login-ended": func(s *relayScene) {
		s.port(587, offersAuth...)
		s.login(append(offersAuth[:5:5], "auth: 535 5.7.8 no")...)
	},
}

// TestRelayStrange: credentials go to a server of another domain only where DNSSEC
// says that it is the domain's, or the user does.
func TestRelayStrange(t *testing.T) {
	for name, tt := range map[string]struct {
		host   string // as asked
		ad     bool
		wants  RelayWants
		usable bool
	}{
		"under the domain":    {"example.test", false, RelayWants{Auth: true}, true},
		"of another":          {"example.net", false, RelayWants{Auth: true}, false},
		"only looked at":      {"example.net", false, RelayWants{}, true},
		"signed":              {"example.net", true, RelayWants{Auth: true}, true},
		"allowed":             {"example.net", false, RelayWants{Auth: true, Unverified: true}, true},
		"of a domain like it": {"ample.test", false, RelayWants{Auth: true}, false},
	} {
		s := newRelayScene(t)
		s.port(465, atOnce...)
		s.relay.Ports[0].Attempts[0].TLS().Verified = true
		s.relay.Host, s.relay.Wants = tt.host, tt.wants
		s.relay.Services = []Service{{Name: "_submissions._tcp", State: ServiceFound, Query: 1, AD: tt.ad, Targets: []ServiceTarget{{Host: "smtp.example.test", Port: 465}}}}
		d := Relay(s.relay)
		if d.Usable != tt.usable || d.Usable != (d.Best == 0) {
			t.Errorf("%s: %s", name, d.Summary)
		}
		if !tt.usable && (d.Verdict != Undetermined || d.Side != SideUs || !strings.Contains(d.Remedy, "smtpcheck relay smtp.example.test")) {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

func TestRelayRules(t *testing.T) {
	for _, rule := range relayRules {
		fire := sickRelays[rule.ID]
		if fire == nil {
			t.Errorf("%s: no case fires it", rule.ID)
			continue
		}
		s := newRelayScene(t)
		fire(s)
		d := Relay(s.relay)
		if rule.ID == "relay/login-ended" {
			d.LoginEnded([]string{"LOGIN"})
		}
		if !has(Diagnosis{Findings: d.Findings}, rule.ID) {
			t.Errorf("%s: its case does not fire it, but %v", rule.ID, d.Findings)
		}
		checkFindings(t, s.scene, Diagnosis{Findings: d.Findings})
	}
	for name, calm := range map[string]func(s *relayScene){
		"465 and 587": func(s *relayScene) { s.port(465, atOnce...); s.port(587, offersAuth...) },
		"a login": func(s *relayScene) {
			s.port(465, atOnce...)
			s.login(append(atOnce[:3:3], "auth: 235 ok", "quit: 221 bye")...)
		},
		"a login is wanted before TLS": func(s *relayScene) {
			inClear(s.port(465, atOnce...))
			inClear(s.port(587, asksMail("530 5.7.0 Authentication required")...))
		},
		"25 without AUTH": func(s *relayScene) { s.port(25, hello...); s.port(465, atOnce...) },
		"a server asked for": func(s *relayScene) {
			s.port(465, atOnce...)
			s.relay.Services = []Service{{Name: "_submissions._tcp", State: ServiceFound, Query: 1, Targets: []ServiceTarget{{Host: "smtp.example.test", Port: 465}}}}
			s.relay.Host = "example.test"
		},
		"elsewhere, with DNSSEC": func(s *relayScene) {
			s.port(465, atOnce...)
			s.relay.Services = []Service{{Name: "_submissions._tcp", AD: true, State: ServiceFound, Query: 1, Targets: []ServiceTarget{{Host: "smtp.example.net", Port: 465}}}}
		},
	} {
		s := newRelayScene(t)
		calm(s)
		if d := Relay(s.relay); len(d.Findings) > 0 || !d.Usable || d.Remedy != "" {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

// TestRelayBest: the given one, else 465, 587, 2525, 25, the first usable.
func TestRelayBest(t *testing.T) {
	for name, c := range map[string]struct {
		scene func(s *relayScene)
		want  uint16
	}{
		"all": {func(s *relayScene) {
			s.port(25, hello...)
			s.port(465, atOnce...)
			s.port(587, offersAuth...)
			s.port(2525, offersAuth...)
		}, 465},
		"no 465": {func(s *relayScene) {
			s.port(25, hello...)
			s.port(465, "fail refused")
			s.port(587, offersAuth...)
			s.port(2525, offersAuth...)
		}, 587},
		"2525 before 25": {func(s *relayScene) {
			s.port(25, offersAuth...)
			s.port(587, "fail timeout")
			s.port(2525, offersAuth...)
		}, 2525},
		"25 for the rest": {func(s *relayScene) { s.port(25, offersAuth...); s.port(2525, "greeting: 554 no") }, 25},
		"465 has no AUTH": {func(s *relayScene) {
			s.relay.Wants.Auth = true
			s.port(465, "tls ", "greeting: 220 mx", "ehlo: 250-mx|250 SIZE")
			s.port(587, offersAuth...)
		}, 587},
		"465 is unverified": {func(s *relayScene) {
			s.relay.Wants.Auth = true
			s.port(465, append([]string{"tls expired"}, atOnce[1:]...)...)
			s.port(587, offersAuth...)
		}, 587},
		"and that is allowed": {func(s *relayScene) {
			s.relay.Wants.Auth, s.relay.Wants.Unverified = true, true
			s.port(465, append([]string{"tls expired"}, atOnce[1:]...)...)
			s.port(587, offersAuth...)
		}, 465},
	} {
		s := newRelayScene(t)
		c.scene(s)
		if i := s.relay.Best(); i < 0 || s.relay.Ports[i].Port != c.want {
			t.Errorf("%s: %d, want port %d", name, i, c.want)
		}
	}
}

// TestRelayLogin: what a refused login comes to.
func TestRelayLogin(t *testing.T) {
	for reply, want := range map[string]struct {
		verdict Verdict
		reason  Reason
		words   string
	}{
		"235 2.7.0 ok":                    {Accepted, "", "logged in at smtp.example.test"},
		"535 5.7.8 bad password":          {Rejected, AuthRequired, "the login was refused: host smtp.example.test[198.51.100.20] said: 535 5.7.8 bad password"},
		"454 4.7.0 try later":             {Deferred, ServerError, "failed for now"},
		"534 5.7.9 mechanism is too weak": {Rejected, AuthRequired, "was refused"},
	} {
		s := newRelayScene(t)
		s.port(587, offersAuth...)
		s.login(append(offersAuth[:5:5], "auth: "+reply, "quit: 221 bye")...)
		d := Relay(s.relay)
		if d.Verdict != want.verdict || d.Reason != want.reason || !strings.Contains(d.Summary, want.words) {
			t.Errorf("%s: %s %s: %s", reply, d.Verdict, d.Reason, d.Summary)
		}
	}
}
