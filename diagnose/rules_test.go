package diagnose

import (
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/probe"
)

// sick are cases that fire a rule, by its ID; the rest of the findings are
// their own matter.
var sick = map[string]func(s *scene){
	"mx/null": func(s *scene) {
		s.Resolution = &mxresolve.Result{Domain: "example.test", Kind: mxresolve.KindNull, Problem: mxresolve.ProblemNullMX, MXQuery: 1}
	},
	"mx/null-not-alone":  func(s *scene) { s.mx("10 mx1").Notes = []mxresolve.Problem{mxresolve.ProblemNullMXNotAlone} },
	"mx/implicit":        func(s *scene) { s.mx("0 example.test").Kind = mxresolve.KindImplicit },
	"mx/none":            func(s *scene) { s.mx("10 mx1 nxdomain", "20 mx2 nodata") },
	"mx/no-address":      func(s *scene) { s.mx("10 mx1 nodata", "20 mx2") },
	"mx/nxdomain-host":   func(s *scene) { s.mx("10 mx1 nxdomain", "20 mx2") },
	"mx/address-as-name": func(s *scene) { s.mx("10 192.0.2.1 exchange-is-address", "20 mx2") },
	"mx/invalid-name":    func(s *scene) { s.mx("10 mx_1 invalid-name", "20 mx2") },
	"mx/loop":            func(s *scene) { s.mx("10 mx1 cname-loop", "20 mx2") },
	"mx/cname": func(s *scene) {
		h := s.mx("10 mx1").Hosts
		h[0].Notes, h[0].Chain = []mxresolve.Problem{mxresolve.ProblemCNAME}, []string{"real.example."}
	},
	"mx/domain-cname": func(s *scene) {
		r := s.mx("10 mx1")
		r.Notes, r.Chain = []mxresolve.Problem{mxresolve.ProblemCNAME}, []string{"other.example."}
	},
	"mx/duplicate":       noted(mxresolve.ProblemDuplicate),
	"mx/too-many":        noted(mxresolve.ProblemTooManyAddresses),
	"mx/aaaa-slow":       noted(mxresolve.ProblemAAAAUnanswered),
	"mx/private-address": noted(mxresolve.ProblemPrivate),
	"mx/loops-to-us": func(s *scene) {
		s.mx("10 mx1", "20 mx2").Hosts[0].Addresses = []netip.Addr{netip.MustParseAddr("::1")}
	},
	"mx/disagree": func(s *scene) {
		s.talk("mx1", 10, accepts...)
		s.talk("mx2", 20, rejects...)
	},
	"mx/auth-required": func(s *scene) {
		s.mx("10 mx1")
		s.talk("mx1", 10, with(hello, "mail: 530 5.7.0 Authentication required")...)
	},
	"mx/dead-host": func(s *scene) {
		s.talk("mx1", 10, "fail refused")
		s.talk("mx2", 20, accepts...)
	},
	"mx/backup-only": func(s *scene) {
		s.mx("10 mx1", "20 mx2")
		s.talk("mx1", 10, defers...)
		s.talk("mx2", 20, accepts...)
	},

	"dns/nxdomain": failed(mxresolve.KindNone, mxresolve.ProblemNXDomain),
	"dns/servfail": failed(mxresolve.KindFailed, mxresolve.ProblemServFail),
	"dns/timeout":  failed(mxresolve.KindFailed, mxresolve.ProblemTimeout),
	"dns/failed":   failed(mxresolve.KindFailed, mxresolve.ProblemFailed),

	"tls/none":              talked("greeting: 220 mx", "ehlo: 250-mx|250 SIZE"),
	"tls/expired":           talked(with(hello[:3], "tls expired")...),
	"tls/not-yet-valid":     talked(with(hello[:3], "tls not-yet-valid")...),
	"tls/name-mismatch":     talked(with(hello[:3], "tls name-mismatch")...),
	"tls/self-signed":       talked(with(hello[:3], "tls self-signed")...),
	"tls/unknown-authority": talked(with(hello[:3], "tls unknown-authority")...),
	"tls/unverified":        talked(with(hello[:3], "tls other")...),
	"tls/old-version":       talked(with(hello[:3], "tls /1.1")...),
	"tls/handshake-failed":  talked(with(hello[:3], "fail closed tls")...),
	"tls/plaintext-port":    talked("fail tls tls the server did not answer with TLS"),
	"tls/our-limit":         talked(with(hello[:3], "fail tls-limit tls")...),
	"tls/refused":           talked(with(hello[:2], "starttls: 454 no", "note starttls-refused starttls")...),
	"tls/injection":         talked(with(hello[:3], "fail injection starttls")...),

	"tls/legacy-only": func(s *scene) {
		s.hello(s.talk("mx1", 10, with(hello[:3], "fail tls-limit tls")...), "anything from SSLv3 to TLS 1.2", probe.TLS{Version: "SSLv3", Cipher: "TLS_RSA_WITH_RC4_128_SHA", KeyExchange: "RSA"})
	},
	"tls/takes-old": func(s *scene) {
		s.hello(s.talk("mx1", 10, accepts...), "TLS 1.1 and older", probe.TLS{Version: "TLS 1.0", Cipher: "TLS_RSA_WITH_AES_128_CBC_SHA"})
	},
	"tls/weak-cipher":        graded(probe.TLS{Cipher: "TLS_RSA_WITH_RC4_128_SHA"}),
	"tls/small-dh":           graded(probe.TLS{KeyExchange: "DHE 1024"}),
	"tls/no-forward-secrecy": graded(probe.TLS{KeyExchange: "RSA"}),
	"tls/weak-signature":     graded(probe.TLS{Chain: []probe.Certificate{{Issuer: "CN=ca", Signature: "SHA1-RSA"}}}),
	"tls/weak-key":           graded(probe.TLS{Chain: []probe.Certificate{{Key: "RSA 1024"}}}),
	"tls/expires-soon":       graded(probe.TLS{Chain: []probe.Certificate{{NotAfter: gradedAt.Add(13 * 24 * time.Hour)}}}),
	"tls/not-resumed": func(s *scene) {
		s.follow(s.talk("mx1", 10, accepts...), probe.PurposeTLSResume, with(hello, "quit: 221 bye")...).Recipients = nil
	},
	"starttls/sometimes": func(s *scene) {
		s.follow(s.talk("mx1", 10, accepts...), probe.PurposeSTARTTLS, "greeting: 220 mx", "ehlo: 250-mx|250 SIZE").Recipients = nil
	},
	"starttls/demanded": func(s *scene) {
		a := s.follow(s.talk("mx1", 10, accepts...), probe.PurposeSTARTTLS, with(hello[:2], "mail: 530 5.7.0 Must issue a STARTTLS command first")...)
		a.Events[len(a.Events)-1].Extension = "STARTTLS"
	},
	"starttls/again": talked("greeting: 220 mx", "ehlo: 250-mx|250 STARTTLS", "starttls: 220 go on", "tls ", "ehlo: 250-mx|250 STARTTLS"),
	"starttls/lists": talked("greeting: 220 mx", "ehlo: 250-mx|250-STARTTLS|250 PIPELINING", "starttls: 220 go on", "tls ", "ehlo: 250-mx|250 SIZE"),

	"smtp/bare-lf":        talked("greeting: 220-mx\n220 mx\n"),
	"smtp/protocol":       talked(garbled...),
	"smtp/unsolicited":    talked(with(envelope, "rcpt: 250 ok", "fail unsolicited quit")...),
	"smtp/proxy-header":   talked("proxy TCP4 203.0.113.7 198.51.100.10 0 25", "greeting: 220 mx", "fail unsolicited greeting"),
	"smtp/helo-only":      talked("greeting: 220 mx", "ehlo: 502 no", "note helo-fallback ehlo", "ehlo: 250 mx"),
	"smtp/class-mismatch": talked(with(envelope, "rcpt: 452 5.2.2 full")...),
	"smtp/8bit":           talked("greeting: 220 gr\xc3\xbc\xc3\x9fe"),
	"smtp/not-smtp":       talked("fail not-smtp greeting"),
	"smtp/slow":           talked("wait 6s", "greeting: 220 mx"),
	"smtp/lost":           talked(dropped...),
	"smtp/pipelining-broken": func(s *scene) {
		s.follow(s.talk("mx1", 10, with(hello, "fail timeout mail")...), probe.PurposeNoPipelining, accepts...)
	},

	"auth/without-tls": talked("greeting: 220 mx", "ehlo: 250-mx|250-AUTH LOGIN|250 STARTTLS"),
	"auth/weak-only":   talked(with(hello[:4], "ehlo: 250-mx|250 AUTH CRAM-MD5 DIGEST-MD5 NTLM")...),
	"auth/password-only": talked(with(hello[:4], "ehlo: 250-mx|250 AUTH PLAIN LOGIN", "auth PLAIN *** (user alice)", "auth: 235 ok",
		"mail: 250 ok", "rcpt: 250 ok")...),
	"auth/lies":          talked(with(tried, "auth: 502 5.5.1 Command not implemented")...),
	"auth/refused":       talked(with(tried, "auth: 535 5.7.8 no")...),
	"auth/token-refused": talked(with(hello[:4], "ehlo: 250-mx|250 AUTH XOAUTH2", "auth XOAUTH2 *** (user alice)", "auth: 535 5.7.8 no")...),
	"auth/transition":    talked(with(tried, "auth: 432 4.7.12 a password transition is needed")...),
	"auth/too-weak":      talked(with(tried, "auth: 534 5.7.9 no")...),
	"auth/needs-tls":     talked(with(tried, "auth: 538 5.7.11 no")...),
	"auth/temporary":     talked(with(tried, "auth: 454 4.7.0 Temporary authentication failure")...),
	"auth/server-failed": talked(with(tried, "auth: 334 djE=", "fail auth auth the server's signature is wrong", "quit: 221 bye")...),
	"auth/downgrade":     talked(with(tried, "note auth-challenge auth challenge: error: server-does-support-channel-binding; somebody", "auth: 535 5.7.8 no")...),
	"auth/few-iterations": talked(with(tried, "note auth-challenge auth challenge: salt of 4 octets, 10 iterations, fewer than the 4096 of RFC 7677",
		"auth: 235 ok", "mail: 250 ok", "rcpt: 250 ok")...),
	"auth/unsafe":       talked(with(hello, "fail auth-policy auth no credentials are sent without TLS", "quit: 221 bye")...),
	"auth/left-out":     talked(with(hello, "fail auth-policy auth the credentials were refused in another session; they are not tried again", "quit: 221 bye")...),
	"auth/not-possible": talked(with(hello, "fail auth-policy auth the server does not offer AUTH", "quit: 221 bye")...),

	"ext/broken": func(s *scene) {
		s.follow(s.talk("mx1", 10, accepts...), probe.PurposeExtensions, "greeting: 220 mx", "ehlo: 250-mx|250 8BITMIME", "mail: 250 ok", "ext 8BITMIME", "mail: 555 no")
	},
	"ext/query":       talked(with(hello, "ext VRFY", "query: 252 perhaps")...),
	"ext/not-offered": talked(with(hello, "fail not-offered mail REQUIRETLS is not offered")...),

	"rcpt/catch-all":               beside(probe.PurposeCatchAll, "250 ok", "250 ok"),
	"rcpt/refuses-unknown":         beside(probe.PurposeCatchAll, "550 5.1.1 no such user", "550 5.1.1 no such user"),
	"rcpt/catch-all-open":          beside(probe.PurposeCatchAll, "450 4.2.0 Greylisted", "550 5.1.1 no such user"),
	"rcpt/postmaster-refused":      beside(probe.PurposePostmaster, "550 5.1.1 no such user"),
	"rcpt/abuse-refused":           beside(probe.PurposePostmaster, "250 ok", "550 5.1.1 no such user"),
	"rcpt/bare-postmaster-refused": beside(probe.PurposePostmaster, "250 ok", "250 ok", "501 5.5.4 Syntax error in address"),
	"mail/null-sender-refused":     beside(probe.PurposeNullSender, "550 5.7.1 bounces are not taken"),
	"smtp/callback":                talked(with(hello, "mail: 451 4.1.8 Could not complete sender verify callout")...),

	"smtp/greylisted-then-accepted": func(s *scene) { s.past(Deferred, Greylisted).talk("mx1", 10, accepts...) },
	"smtp/deferred-then-accepted":   func(s *scene) { s.past(Deferred, RateLimited).talk("mx1", 10, accepts...) },
	"smtp/deferred-then-rejected":   func(s *scene) { s.past(Deferred, Greylisted).talk("mx1", 10, rejects...) },

	"us/port-25": func(s *scene) {
		s.talk("mx1", 10, "fail timeout")
		s.talk("mx2", 20, "fail prohibited")
	},
	"us/helo-private": func(s *scene) { s.talk("mx1", 10, accepts...).HELO = "[192.168.1.5]" },
	"rcpt/harvesting": talked(with(envelope, "rcpt: 550 no", "note harvesting rset")...),
}

func noted(p mxresolve.Problem) func(*scene) {
	return func(s *scene) { s.mx("10 mx1").Hosts[0].Notes = []mxresolve.Problem{p} }
}

func failed(k mxresolve.Kind, p mxresolve.Problem) func(*scene) {
	return func(s *scene) {
		s.Resolution = &mxresolve.Result{Domain: "example.test", Kind: k, Problem: p, MXQuery: 1}
	}
}

func talked(lines ...string) func(*scene) {
	return func(s *scene) { s.talk("mx1", 10, lines...) }
}

// sickReply fires the rule of a reason: a session refused with the example of a row.
func sickReply(rule Rule) func(*scene) {
	for _, row := range Rows() {
		reply := replyFrom(row.Example)
		if got, _ := Lookup("rcpt", reply); reply.Code > 0 && got.Reason == rule.Reason {
			return talked(with(envelope, "rcpt: "+strings.ReplaceAll(row.Example, "\n", "|"))...)
		}
	}
	return nil
}

// beside is a session that accepts, and one about others that answers their RCPT so.
func beside(purpose probe.Purpose, replies ...string) func(*scene) {
	return func(s *scene) {
		lines := hello
		for i, r := range replies {
			lines = with(lines, "tx "+strconv.Itoa(i+1), "mail: 250 ok", "rcpt: "+r)
		}
		a := s.follow(s.talk("mx1", 10, accepts...), purpose, with(lines, "tx 0", "quit: 221 bye")...)
		a.Recipients = []string{"postmaster@example.test", "abuse@example.test", "postmaster"}[:len(replies)]
	}
}

// past makes it the second round, a minute after one that came to this.
func (s *scene) past(v Verdict, r Reason) *scene {
	s.Past = append(s.Past, Round{At: time.Unix(1e9, 0), Verdict: v, Reason: r, Evidence: &Evidence{Session: 101, Event: 9}})
	s.At = time.Unix(1e9+60, 0)
	return s
}

// healthy are cases that have no finding at all.
var healthy = map[string]func(s *scene){
	"accepted by the first": func(s *scene) {
		s.mx("10 mx1", "20 mx2")
		s.talk("mx1", 10, accepts...)
		s.talk("mx2", 20, accepts...)
	},
	"accepted by one of equals, the other not probed": func(s *scene) {
		s.mx("10 mx1", "10 mx2")
		s.talk("mx1", 10, accepts...)
		s.Skipped = []Skip{{Host: "mx2", Preference: 10, Kind: SkipNoRoute}}
	},
	"queued": func(s *scene) {
		s.Mode = ModeData
		s.mx("10 mx1")
		s.talk("mx1", 10, with(envelope, "rcpt: 250 ok", "data: 354 go", "sent", "wait 20s", "message: 250 ok", "quit: 221 bye")...)
	},
	"stopped after EHLO": func(s *scene) {
		s.Mode = ModeStopAfter
		s.talk("mx1", 10, with(hello[:2], "quit: 221 bye")...)
	},
	"authenticated": talked(with(tried, "note auth-challenge auth challenge: salt of 16 octets, 4096 iterations", "auth: 235 2.7.0 ok",
		"mail: 250 ok", "rcpt: 250 ok", "quit: 221 bye")...),
	"AUTH with SCRAM offered without TLS": talked("greeting: 220 mx", "ehlo: 250-mx|250-AUTH SCRAM-SHA-256|250 STARTTLS", "starttls: 220 go", "tls ", "ehlo: 250 mx",
		"mail: 250 ok", "rcpt: 250 ok", "quit: 221 bye"),
	"a silent QUIT":        talked(with(envelope, "rcpt: 250 ok", "note quit-silent quit")...),
	"an address as a name": func(s *scene) { s.talk("mx1", 10, accepts...).HELO = "[203.0.113.7]" },
	"a server by name": func(s *scene) {
		s.mx("0 localhost").Kind = mxresolve.KindServer
		s.Resolution.Hosts[0].Addresses = []netip.Addr{netip.MustParseAddr("127.0.0.1")}
		s.talk("localhost", 0, accepts...)
	},
}

// TestRules runs a case that fires each rule, and healthy ones that fire none.
// It fails for a rule without its case.
func TestRules(t *testing.T) {
	maps.Copy(sick, sickPolicies)
	maps.Copy(sick, sickTruth)
	known := make(map[string]bool)
	for _, rule := range Rules() {
		if known[rule.ID] {
			t.Errorf("%s: there are two of it", rule.ID)
		}
		known[rule.ID] = true
		if rule.Title == "" || rule.Explain == "" || rule.Remedy == "" || rule.Severity == "" || len(rule.References) == 0 {
			t.Errorf("%s: title, explanation, remedy, severity and references must be given", rule.ID)
		}
		if strings.HasPrefix(rule.ID, "relay/") || strings.HasPrefix(rule.ID, "self/") {
			continue // see TestRelayRules and TestSelfRules
		}
		fire := sick[rule.ID]
		if fire == nil && rule.Reason != "" {
			fire = sickReply(rule)
		}
		if fire == nil {
			t.Errorf("%s: no case fires it", rule.ID)
			continue
		}
		s := newScene(t)
		fire(s)
		d := Diagnose(s.Case)
		if !has(d, rule.ID) {
			t.Errorf("%s: its case does not fire it, but %v", rule.ID, d.Findings)
		}
		checkFindings(t, s, d)
	}
	for id := range sick {
		if !known[id] {
			t.Errorf("%s: a case for a rule that does not exist", id)
		}
	}
	for name, calm := range healthy {
		s := newScene(t)
		calm(s)
		if d := Diagnose(s.Case); len(d.Findings) > 0 {
			t.Errorf("%s: %+v", name, d.Findings)
		}
	}
}

// checkFindings refuses findings without evidence, and evidence that is not there.
func checkFindings(t *testing.T, s *scene, d Diagnosis) {
	t.Helper()
	for _, f := range d.Findings {
		if len(f.Evidence) == 0 {
			t.Errorf("%s: no evidence", f.Rule)
		}
		if _, ok := RuleOf(f.Rule); !ok {
			t.Errorf("%s: no such rule", f.Rule)
		}
		if f.Summary == "" || f.Explain == "" || f.Severity == "" {
			t.Errorf("%s: %+v", f.Rule, f)
		}
		for _, e := range f.Evidence {
			switch {
			case e.Query > 0 && e.Session == 0 && e.Event == 0:
			case slices.ContainsFunc(s.Past, func(r Round) bool { return r.Evidence != nil && *r.Evidence == e }):
			case e.Session > 0 && s.attempt(&Outcome{Session: e.Session}).Event(e.Event) != nil:
			default:
				t.Errorf("%s: evidence %+v is not there", f.Rule, e)
			}
		}
	}
}

// TestNoEvidenceNoFinding: a finding that nothing proves is not made.
func TestNoEvidenceNoFinding(t *testing.T) {
	f := &finder{c: &Case{}, d: &Diagnosis{}}
	if f.add("mx/null", "so it is said") != nil || len(f.list) > 0 {
		t.Error("a finding without evidence")
	}
	s := newScene(t)
	s.Resolution = &mxresolve.Result{Domain: "[192.0.2.1]", Kind: mxresolve.KindLiteral, Problem: mxresolve.ProblemInvalidName}
	if d := Diagnose(s.Case); len(d.Findings) > 0 {
		t.Errorf("%+v", d.Findings)
	}
}

// TestSameFindingOnce: the same of several sessions of a host is one finding.
func TestSameFindingOnce(t *testing.T) {
	s := newScene(t)
	for range 3 {
		s.talk("mx1", 10, with(hello[:3], "tls expired", "ehlo: 250 mx", "mail: 250 ok", "rcpt: 250 ok")...)
	}
	d := Diagnose(s.Case)
	if len(d.Findings) != 1 || len(d.Findings[0].Evidence) != 3 {
		t.Errorf("%+v", d.Findings)
	}
}

// TestSeverityFirst: what matters most comes first.
func TestSeverityFirst(t *testing.T) {
	s := newScene(t)
	s.talk("mx1", 10, "greeting: 220-mx\n220 mx\n", "ehlo: 250 mx", "mail: 250 ok", "rcpt: 550 5.1.1 no such user")
	d := Diagnose(s.Case)
	if len(d.Findings) != 3 || d.Findings[0].Rule != "rcpt/no-such-user" {
		t.Errorf("%+v", d.Findings)
	}
	if row, _ := RowByID(d.Deciding.Row); d.Findings[0].Explain != row.Explain {
		t.Error("the row explains the deciding reply")
	}
}

func TestPrivateName(t *testing.T) {
	for name, want := range map[string]bool{
		"[192.168.1.5]": true, "[IPv6:fd00::1]": true, "[127.0.0.1]": true, "[nonsense]": true, "laptop": true, "host.local": true, "host.lan.": true,
		"[203.0.113.5]": false, "[IPv6:2001:db8::1]": false, "mail.example.org": false, "mylocal.example": false, "": false,
	} {
		if privateName(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}
