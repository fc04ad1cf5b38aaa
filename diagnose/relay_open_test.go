package diagnose

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// open adds a session that asks whether the server relays: to it, as two forms.
func (s *relayScene) open(lines ...string) *probe.Attempt {
	a := s.talk("smtp.example.test", 0, lines...)
	a.Purpose, a.Recipients = probe.PurposeOpenRelay, nil
	a.Local = netip.MustParseAddrPort("192.0.2.77:40000")
	s.relay.OpenRelay = &OpenRelay{Attempt: a, Paths: []probe.RelayPath{{Form: probe.RelayPlain, Path: "you@example.net"}, {Form: probe.RelayPercent, Path: "you%example.net@smtp.example.test"}}}
	return a
}

var asks = []string{"greeting: 220 mx", "ehlo: 250-mx|250 SIZE", "mail: 250 ok"}

func ends(lines ...string) []string { return with(asks, append(lines, "quit: 221 bye")...) }

// TestOpenRelay judges what a server says to a stranger.
func TestOpenRelay(t *testing.T) {
	for name, c := range map[string]struct {
		lines []string
		local string
		state OpenRelayState
		exit  Verdict
		rule  string
	}{
		"refuses both":              {ends("rcpt: 554 5.7.1 Relay access denied", "rcpt: 550 no"), "", RelayRefuses, Accepted, "relay/closed"},
		"takes the first":           {ends("rcpt: 250 ok"), "", RelayPossiblyOpen, Rejected, "relay/possibly-open"},
		"takes the second":          {ends("rcpt: 554 5.7.1 Relay access denied", "rcpt: 250 ok"), "", RelayPossiblyOpen, Rejected, "relay/possibly-open"},
		"will forward":              {ends("rcpt: 251 will forward"), "", RelayPossiblyOpen, Rejected, "relay/possibly-open"},
		"from a private address":    {ends("rcpt: 250 ok"), "192.168.1.5:1", RelaysForUs, Accepted, "relay/relays-for-us"},
		"from an address of IPv6":   {ends("rcpt: 250 ok"), "[fd00::5]:1", RelaysForUs, Accepted, "relay/relays-for-us"},
		"defers":                    {ends("rcpt: 450 4.7.1 greylisted", "rcpt: 554 5.7.1 Relay access denied"), "", RelayNotDecided, Undetermined, "relay/not-decided"},
		"defers and takes":          {ends("rcpt: 450 4.7.1 greylisted", "rcpt: 250 ok"), "", RelayPossiblyOpen, Rejected, "relay/possibly-open"},
		"ends in between":           {with(asks, "rcpt: 554 5.7.1 Relay access denied", "fail closed rcpt"), "", RelayNotDecided, Undetermined, "relay/not-decided"},
		"refuses the sender":        {with(asks[:2], "mail: 550 5.7.1 Sender address rejected: Access denied", "quit: 221 bye"), "", RelayNotDecided, Undetermined, "relay/not-decided"},
		"wants a login":             {with(asks[:2], "mail: 530 5.7.0 Authentication required", "quit: 221 bye"), "", RelayRefuses, Accepted, "relay/closed"},
		"sends one reply too many":  {with(asks, "rcpt: 554 no", "rcpt: 250 ok", "fail unsolicited quit"), "", RelayNotDecided, Undetermined, "relay/not-decided"},
		"says what cannot be used":  {with(asks, "rcpt: 25 ok", "quit: 221 bye"), "", RelayNotDecided, Undetermined, ""},
		"is closed before anything": {[]string{"greeting: 554 no service", "quit: 221 bye"}, "", RelayNotDecided, Undetermined, "relay/not-decided"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newRelayScene(t)
			s.port(25, hello...)
			a := s.open(c.lines...)
			if c.local != "" {
				a.Local = netip.MustParseAddrPort(c.local)
			}
			d := Relay(s.relay)
			if d.OpenRelay.State != c.state || d.Verdict != c.exit || c.rule != "" && !has(Diagnosis{Findings: d.Findings}, c.rule) {
				t.Errorf("%s, %s: %s\n%v", d.OpenRelay.State, d.Verdict, d.Summary, d.Findings)
			}
			if c.state != RelayPossiblyOpen && strings.Contains(d.Summary, "open relay") {
				t.Errorf("it says %q", d.Summary)
			}
			if d.DecidedBy == nil {
				t.Error("nothing proves it")
			}
			checkFindings(t, s.scene, Diagnosis{Findings: d.Findings})
		})
	}
}

// TestOpenRelayNotAsked: where there was no session, or it would be no relaying, the words say so.
func TestOpenRelayNotAsked(t *testing.T) {
	s := newRelayScene(t)
	s.port(25, "fail refused")
	s.relay.OpenRelay = new(OpenRelay)
	if d := Relay(s.relay); d.OpenRelay.State != RelayNotAsked || d.Verdict != Unreachable {
		t.Errorf("%s: %s", d.OpenRelay.State, d.Summary)
	}
	s = newRelayScene(t)
	s.port(25, hello...)
	s.relay.OpenRelay = &OpenRelay{Serves: "example.net"}
	if d := Relay(s.relay); d.OpenRelay.State != RelayServes || d.Verdict != Undetermined || !strings.Contains(d.Summary, "MX host of example.net") {
		t.Errorf("%s: %s", d.OpenRelay.State, d.Summary)
	}
}

// TestOpenRelayLogin: with a login it relays for us, or the login was refused.
func TestOpenRelayLogin(t *testing.T) {
	s := newRelayScene(t)
	s.port(465, atOnce...)
	a := s.open(with(atOnce[:3:3], "auth: 235 ok", "mail: 250 ok", "rcpt: 250 ok", "quit: 221 bye")...)
	for i := range a.Events { // the command that a scene leaves out
		if e := &a.Events[i]; e.Kind == probe.KindCommand && e.Stage == smtp.StageAuth {
			e.Command = "AUTH PLAIN ****"
		}
	}
	if d := Relay(s.relay); d.OpenRelay.State != RelaysForUs || !strings.Contains(d.Summary, "logged in") {
		t.Errorf("%s: %s", d.OpenRelay.State, d.Summary)
	}
	s = newRelayScene(t)
	s.port(465, atOnce...)
	s.open(with(atOnce[:3:3], "auth: 535 5.7.8 no", "quit: 221 bye")...)
	if d := Relay(s.relay); d.OpenRelay.State != RelayNotDecided || d.Verdict != Rejected || d.Reason != AuthRequired {
		t.Errorf("%s, %s (%s): %s", d.OpenRelay.State, d.Verdict, d.Reason, d.Summary)
	}
}

// TestOpenRelayRules: each rule is told of.
func TestOpenRelayRules(t *testing.T) {
	for _, r := range openRelayRules {
		s := newRelayScene(t)
		s.port(25, hello...)
		switch r.ID {
		case "relay/possibly-open":
			s.open(ends("rcpt: 250 ok")...)
		case "relay/relays-for-us":
			s.open(ends("rcpt: 250 ok")...).Local = netip.MustParseAddrPort("10.1.2.3:1")
		case "relay/closed":
			s.open(ends("rcpt: 554 no", "rcpt: 554 no")...)
		case "relay/not-decided":
			s.open(ends("rcpt: 450 no", "rcpt: 554 no")...)
		}
		d := Diagnosis{Findings: Relay(s.relay).Findings}
		for _, other := range openRelayRules {
			if has(d, other.ID) != (other.ID == r.ID) {
				t.Errorf("the case of %s: %s", r.ID, other.ID)
			}
		}
	}
}

func TestRelayPaths(t *testing.T) {
	you, err := smtp.ParseMailbox("you@example.net")
	if err != nil {
		t.Fatal(err)
	}
	quoted, err := smtp.ParseMailbox(`"a b"@example.net`)
	if err != nil {
		t.Fatal(err)
	}
	addr := netip.MustParseAddr("198.51.100.1")
	for _, c := range []struct {
		r    probe.Relaying
		want string
	}{
		{probe.Relaying{Recipient: you, Host: "mx.example.test"}, `you@example.net you%example.net@mx.example.test you%example.net@[198.51.100.1] "you@example.net"@mx.example.test @mx.example.test:you@example.net example.net!you@mx.example.test`},
		{probe.Relaying{Recipient: you}, `you@example.net you%example.net@[198.51.100.1] "you@example.net"@[198.51.100.1] @[198.51.100.1]:you@example.net example.net!you@[198.51.100.1]`},
		{probe.Relaying{Recipient: quoted, Host: "mx.example.test"}, `"a b"@example.net @mx.example.test:"a b"@example.net`},
	} {
		var got []string
		for _, p := range c.r.Paths(addr) {
			got = append(got, p.Path)
			if _, err := smtp.RCPT(p.Path); err != nil {
				t.Errorf("%s: %v", p.Path, err)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("got  %s\nwant %s", strings.Join(got, " "), c.want)
		}
	}
}
