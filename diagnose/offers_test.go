package diagnose

import (
	"strings"
	"testing"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// TestDeniesOffer: a server that does not know what it offers is at fault, and not who asks.
func TestDeniesOffer(t *testing.T) {
	for name, c := range map[string]struct {
		extension, command, reply string
		stage                     smtp.Stage
		denies                    bool
	}{
		"a parameter":           {"SIZE", "MAIL FROM:<bob@example.org> SIZE=100", "555 5.5.4 Unsupported option", smtp.StageMail, true},
		"one of RCPT":           {"DSN", "RCPT TO:<alice@example.test> NOTIFY=NEVER", "555 5.5.4 Unsupported option", smtp.StageRcpt, true},
		"no parameter":          {"SIZE", "MAIL FROM:<bob@example.org>", "555 5.5.4 Unsupported option", smtp.StageMail, false},
		"refused":               {"SIZE", "MAIL FROM:<bob@example.org> SIZE=100", "552 5.3.4 too big", smtp.StageMail, false},
		"a time":                {"DELIVERBY 60", "MAIL FROM:<> BY=60;R", "555 5.5.4 Unsupported option", smtp.StageMail, true},
		"too soon":              {"DELIVERBY 60", "MAIL FROM:<> BY=59;RT", "555 5.5.2 time 59 less than 60", smtp.StageMail, false},
		"a notice of it":        {"DELIVERBY 60", "MAIL FROM:<> BY=59;N", "555 5.5.4 Unsupported option", smtp.StageMail, true},
		"a chunk":               {"CHUNKING", "BDAT 100 LAST", "500 5.5.1 what is that?", smtp.StageMessage, true},
		"a chunk that was read": {"CHUNKING", "BDAT 100 LAST", "554 5.6.0 no", smtp.StageMessage, false},
		"a login":               {"AUTH PLAIN", "AUTH PLAIN ***", "502 5.5.1 not implemented", smtp.StageAuth, true},
		"a wrong password":      {"AUTH PLAIN", "AUTH PLAIN ***", "535 5.7.8 no", smtp.StageAuth, false},
	} {
		s := newScene(t)
		a := s.talk("mx1", 10, with(hello[:4], "ehlo: 250-mx|250 "+c.extension)...)
		reply, err := smtp.ParseReply(c.reply)
		if err != nil {
			t.Fatal(err)
		}
		a.Events = append(a.Events,
			probe.Event{Seq: len(a.Events) + 1, Kind: probe.KindCommand, Stage: c.stage, Command: c.command},
			probe.Event{Seq: len(a.Events) + 2, Kind: probe.KindReply, Stage: c.stage, Reply: &reply})
		e := &a.Events[len(a.Events)-1]
		if got := deniesOffer(a, e) != nil; got != c.denies {
			t.Errorf("%s: %v", name, got)
		}
		f := &finder{c: s.Case, d: &Diagnosis{}}
		f.offered(a, e, at(a, e))
		if found := len(f.list) == 1; found != (c.denies && c.stage != smtp.StageAuth) {
			t.Errorf("%s: %+v", name, f.list)
		}
		o := (&hearing{a: a}).byReply(e)
		if c.denies && o.Side != SideReceiver {
			t.Errorf("%s: the side is %s", name, o.Side)
		}
	}
}

// TestRemedyOfTLS: what to do is said of what is wrong, by the rule that was asked for.
func TestRemedyOfTLS(t *testing.T) {
	for name, c := range map[string]struct {
		lines []string
		want  string
	}{
		"expired":       {with(hello[:3], "tls expired", "fail tls-policy tls a verified certificate is required"), "renew the certificate"},
		"another name":  {with(hello[:3], "tls name-mismatch", "fail tls-policy tls a verified certificate is required"), "names of its MX hosts"},
		"not offered":   {[]string{"greeting: 220 mx", "ehlo: 250-mx|250 SIZE", "fail tls-policy starttls TLS is required"}, "offer STARTTLS"},
		"no DANE":       {with(hello[:3], "tls ", "fail tls-policy tls DANE is required: there is no TLSA record"), "--tls-verify alone"},
		"no MTA-STS":    {with(hello[:3], "tls ", "fail tls-policy tls MTA-STS is required: there is no policy"), "--tls-verify alone"},
		"no SMTPUTF8":   {with(hello, "note needs-smtputf8 mail"), "addresses in ASCII"},
		"old TLS found": {with(hello[:3], "fail tls tls no protocol version in common"), "TLS 1.2"},
	} {
		s := newScene(t)
		a := s.talk("mx1", 10, c.lines...)
		s.RequireTLS = true
		if name == "old TLS found" {
			s.hello(a, "anything from SSLv3 to TLS 1.2", probe.TLS{Version: "SSLv3", Cipher: "TLS_RSA_WITH_AES_128_CBC_SHA", KeyExchange: "RSA"})
		}
		if d := Diagnose(s.Case); !strings.Contains(d.Remedy, c.want) {
			t.Errorf("%s: %q, %q", name, d.Summary, d.Remedy)
		}
	}
}

// TestRemedyOfToken: a token that was refused is not a password.
func TestRemedyOfToken(t *testing.T) {
	for mechanism, want := range map[string]string{"OAUTHBEARER": "access token", "PLAIN": "password"} {
		s := newRelayScene(t)
		s.port(587, offersAuth...)
		s.login(append(offersAuth[:5:5], "auth "+mechanism+" *** (user alice)", "auth: 535 5.7.8 Error: authentication failed: authentication failure", "quit: 221 bye")...)
		if d := Relay(s.relay); !strings.Contains(d.Remedy, want) {
			t.Errorf("%s: %q", mechanism, d.Remedy)
		}
	}
}

// TestLoginEnded: that mechanisms are left after one that was let in is not called a refusal.
func TestLoginEnded(t *testing.T) {
	s := newRelayScene(t)
	s.port(587, offersAuth...)
	s.login(append(offersAuth[:5:5], "auth: 235 ok", "quit: 221 bye")...)
	d := Relay(s.relay)
	d.LoginEnded([]string{"LOGIN"})
	if has(Diagnosis{Findings: d.Findings}, "relay/login-ended") {
		t.Errorf("%+v", d.Findings)
	}
}

// TestRemedyOfPort: what to do about a port that answers, and not as it should.
func TestRemedyOfPort(t *testing.T) {
	for name, c := range map[string]struct {
		port  uint16
		lines []string
		want  string
	}{
		"plaintext":  {587, []string{"fail tls tls the server did not answer with TLS"}, "which is 465"},
		"injection":  {587, with(hello[:3], "fail injection starttls"), "Compare from another network"},
		"no SMTP":    {25, []string{"fail not-smtp greeting"}, ""},
		"a fallback": {587, with(hello[:3], "fail tls tls bad certificate"), "Use another port"},
	} {
		s := newRelayScene(t)
		s.port(c.port, c.lines...)
		if d := Relay(s.relay); d.Usable || d.Remedy == "" || !strings.Contains(d.Remedy, c.want) {
			t.Errorf("%s: %q, %q", name, d.Summary, d.Remedy)
		}
	}
}

// TestRelayWantsLogin: of a server for submission, to log in is what to do about 530.
func TestRelayWantsLogin(t *testing.T) {
	for relay, want := range map[bool]string{true: "--auth-user", false: "MX hosts"} {
		s := newScene(t)
		s.Relay = relay
		s.talk("smtp.example.test", 0, with(hello, "mail: 530 5.7.0 Authentication required")...)
		if d := Diagnose(s.Case); !strings.Contains(d.Remedy, want) {
			t.Errorf("%v: %q", relay, d.Remedy)
		}
	}
}

// TestExtensionAUTH: that a login works is known where there was one.
func TestExtensionAUTH(t *testing.T) {
	for line, want := range map[string]ExtensionState{"auth: 235 ok": ExtWorks, "": ExtNotExercised} {
		s := newScene(t)
		lines := with(hello[:4], "ehlo: 250-mx|250 AUTH PLAIN")
		if line != "" {
			lines = append(lines, "auth PLAIN *** (user alice)", line)
		}
		a := s.talk("mx1", 10, with(lines, "mail: 250 ok", "rset: 250 ok", "quit: 221 bye")...)
		a.Purpose = probe.PurposeExtensions
		x := Extensions(a)
		if i := len(x) - 1; i < 0 || x[i].Keyword != "AUTH" || x[i].State != want {
			t.Errorf("%q: %+v", line, x)
		}
	}
}
