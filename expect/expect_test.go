package expect

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/policy"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

var began = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

func reply(stage smtp.Stage, code int) check.Event {
	return check.Event{Event: probe.Event{Kind: probe.KindReply, Stage: stage, Reply: &smtp.Reply{Code: code, Lines: []string{"x"}}}}
}

// sample has what reports have: a host with good TLS that decided, one in the
// clear, one that does not answer.
func sample() *check.Report {
	yes, no, after := true, false, 300
	return &check.Report{
		Verdict: diagnose.Accepted, Side: diagnose.SideNone, Confidence: diagnose.Certain,
		DecidedBy: &diagnose.Evidence{Session: 1, Event: 3}, Duration: check.Millis(3 * time.Second), DecidedAfter: check.Millis(time.Second),
		Resolution: &check.Resolution{
			Kind: mxresolve.KindMX, Hosts: []check.Host{
				{Name: "mx1.example.com", Addresses: []string{"192.0.2.1", "2001:db8::1"}}, {Name: "mx2.example.com", Addresses: []string{"192.0.2.2"}}, {Name: "mx3.example.com"},
			},
			Queries: []check.Query{{RTT: check.Millis(20 * time.Millisecond)}, {RTT: check.Millis(time.Millisecond)}},
		},
		CatchAll:   []check.CatchAll{{Host: "mx1.example.com", Outcome: diagnose.RefusesUnknown}},
		Postmaster: &check.Beside{Recipients: []check.Answer{{Recipient: "postmaster@example.com", Verdict: diagnose.Accepted}, {Recipient: "abuse@example.com", Verdict: diagnose.Rejected}}},
		Wait:       &check.Wait{Attempts: make([]check.WaitAttempt, 3), AcceptedAfter: &after},
		Skipped:    []check.Skipped{{Address: "2001:db8::1"}},
		Sessions: []check.Session{
			{
				ID: 1, Purpose: probe.PurposeProbe, Host: "mx1.example.com", Address: "192.0.2.1:25", Started: check.Time{Time: began}, Stage: smtp.StageRcpt,
				Reply: &check.Reply{Code: 250, Enhanced: "2.1.5", Text: "Ok, for\nnow"},
				TLS: &check.TLS{
					Version: "TLS 1.3", Cipher: "TLS_AES_128_GCM_SHA256", KeyExchange: "ECDHE X25519", Verified: true,
					Chain: []check.Certificate{{NotAfter: check.Time{Time: began.Add(30*24*time.Hour + time.Minute)}, Issuer: "CN=R3,O=Let's Encrypt,C=US", Key: "ECDSA P-256"}},
				},
				CapabilitiesPlain: map[string]string{"STARTTLS": ""},
				Capabilities:      map[string]string{"SIZE": "10485760", "PIPELINING": "", "AUTH": "PLAIN LOGIN"},
				Timings:           check.Timings{{Name: "connect", Took: time.Millisecond}, {Name: "rcpt", Took: 40 * time.Millisecond}, {Name: "total", Took: 200 * time.Millisecond}},
				Events:            []check.Event{reply(smtp.StageGreeting, 220), reply(smtp.StageEHLO, 250), reply(smtp.StageSTARTTLS, 220)},
			},
			{
				ID: 2, Purpose: probe.PurposeProbe, Host: "mx2.example.com", Address: "192.0.2.2:25", Started: check.Time{Time: began}, Stage: smtp.StageRcpt,
				Capabilities: map[string]string{"SIZE": ""},
				Timings:      check.Timings{{Name: "connect", Took: time.Millisecond}, {Name: "total", Took: 5 * time.Second}},
				Events:       []check.Event{reply(smtp.StageGreeting, 220), reply(smtp.StageEHLO, 250)},
			},
			{ID: 3, Purpose: probe.PurposeProbe, Host: "mx3.example.com", Address: "192.0.2.3:25", Stage: smtp.StageConnect, Timings: check.Timings{{Name: "total", Took: time.Minute}}},
			{ID: 4, Purpose: probe.PurposeTLSLegacy, Host: "mx2.example.com", Address: "192.0.2.2:25", TLS: &check.TLS{Version: "SSL 3.0"}},
		},
		TLSPolicy: &check.TLSPolicy{
			MX:     &check.DNSSEC{Status: policy.Secure},
			TLSRPT: &check.TLSRPT{State: "record"},
			MTASTS: &check.MTASTS{State: "policy", Policy: &check.STSPolicy{Mode: policy.ModeTesting}},
			Hosts: []check.HostPolicy{
				{
					Host: "mx1.example.com", TLSA: &check.TLSA{Status: policy.Secure, Records: []check.TLSARecord{{Matched: &no}, {Matched: &yes}}},
					Senders: []check.Sender{{Sender: diagnose.SenderDANE, Delivers: diagnose.DeliversYes}, {Sender: diagnose.SenderMTASTS, Delivers: diagnose.DeliversYes}},
				},
				{
					Host: "mx2.example.com", TLSA: &check.TLSA{Status: policy.Secure},
					Senders: []check.Sender{{Sender: diagnose.SenderDANE, Delivers: diagnose.DeliversYes}, {Sender: diagnose.SenderMTASTS, Delivers: diagnose.DeliversYes, Failure: "starttls-not-supported"}},
				},
			},
		},
		Findings: []check.Finding{{Rule: "tls/not-offered", Severity: diagnose.Warning}, {Rule: "mx/dead-host", Severity: diagnose.Notice}},
	}
}

// TestJudge has every fact met and not met, and what was seen.
func TestJudge(t *testing.T) {
	t.Parallel()
	r := sample()
	tried := make(map[string]bool)
	for _, c := range []struct {
		text string
		met  bool
		saw  string
	}{
		{"verdict=accepted", true, "accepted"},
		{"verdict = deferred | accepted", true, "accepted"},
		{"verdict!=rejected|unreachable", true, "accepted"},
		{"VERDICT==Rejected", false, "accepted"},
		{"reason=none", true, "none"}, {"reason=no_such_user", false, "none"},
		{"side=none", true, "none"}, {"side!=none", false, "none"},
		{"confidence>=likely", true, "certain"}, {"confidence<certain", false, "certain"},
		{"exit=0", true, "0"}, {"exit>0", false, "0"},
		{"finding=tls/*", true, "tls/not-offered mx/dead-host"}, {"finding=none", false, "tls/not-offered mx/dead-host"},
		{"finding!=tls/expired|mx/null", true, "tls/not-offered mx/dead-host"}, {"finding!=none", true, "tls/not-offered mx/dead-host"},
		{"severity<error", true, "warning"}, {"severity<warning", false, "warning"}, {"severity=none", false, "warning"},
		{"host=MX1.*", true, "mx1.example.com"}, {"host=mx2*", false, "mx1.example.com"},
		{"address=192.0.2.?", true, "192.0.2.1"}, {"address=192.0.2.1:25", false, "192.0.2.1"},
		{"stage>=rcpt", true, "rcpt"}, {"stage=mail", false, "rcpt"},
		{"code<300", true, "250"}, {"code=550|551", false, "250"},
		{"enhanced=2.1.*", true, "2.1.5"}, {"enhanced=none", false, "2.1.5"},
		{`reply="ok, for now"`, true, "Ok, for now"}, {`reply="a|b"|x`, false, "Ok, for now"},
		{"sent=yes", false, ""}, {"queue-id=*", false, ""}, // not examined
		{"resolution=mx|implicit", true, "mx"}, {"resolution=null", false, "mx"},
		{"mx>=3", true, "3"}, {"mx<3", false, "3"},
		{"mx-host=mx2.*", true, "mx1.example.com mx2.example.com mx3.example.com"}, {"mx-host!=mx*", false, "mx1.example.com mx2.example.com mx3.example.com"},
		{"hosts=2", true, "2"}, {"hosts>2", false, "2"}, {"addresses=3", true, "3"}, {"addresses<3", false, "3"},
		{"ipv6=yes", true, "yes"}, {"ipv6=no", false, "yes"}, {"ipv4=yes", true, "yes"}, {"ipv4=no", false, "yes"},
		{"answering=2", true, "2"}, {"answering>=3", false, "2"}, {"dead=1", true, "1"}, {"dead=0", false, "1"},
		{"skipped<=1", true, "1"}, {"skipped=0", false, "1"}, {"sessions=4", true, "4"}, {"sessions<4", false, "4"},
		{"tls>=1.2", false, "none at mx2.example.com[192.0.2.2]"}, {"tls!=failed", true, "1.3 at mx1.example.com[192.0.2.1], none at mx2.example.com[192.0.2.2]"},
		{"tls-verified=yes", true, "yes at mx1.example.com[192.0.2.1]"}, {"tls-verified=no", false, "yes at mx1.example.com[192.0.2.1]"},
		{"cipher=TLS_*", true, "TLS_AES_128_GCM_SHA256 at mx1.example.com[192.0.2.1]"}, {"cipher=*CBC*", false, "TLS_AES_128_GCM_SHA256 at mx1.example.com[192.0.2.1]"},
		{"key-exchange=ecdhe*", true, "ECDHE X25519 at mx1.example.com[192.0.2.1]"}, {"key-exchange=RSA", false, "ECDHE X25519 at mx1.example.com[192.0.2.1]"},
		{"cert-days>=30", true, "30 at mx1.example.com[192.0.2.1]"}, {"cert-days>30", false, "30 at mx1.example.com[192.0.2.1]"},
		{`cert-issuer=*Let's*,cert-issuer="CN=R3,O=*"`, true, "CN=R3,O=Let's Encrypt,C=US at mx1.example.com[192.0.2.1]"}, {"cert-issuer=x", false, "CN=R3,O=Let's Encrypt,C=US at mx1.example.com[192.0.2.1]"},
		{"cert-key=ecdsa*", true, "ECDSA P-256 at mx1.example.com[192.0.2.1]"}, {"cert-key!=ECDSA*", false, "ECDSA P-256 at mx1.example.com[192.0.2.1]"},
		{"starttls=yes", false, "no at mx2.example.com[192.0.2.2]"}, {"starttls=yes|no", true, "yes at mx1.example.com[192.0.2.1], no at mx2.example.com[192.0.2.2]"},
		{"dane=pass|none", true, "pass at mx1.example.com, none at mx2.example.com"}, {"dane=pass", false, "none at mx2.example.com"},
		{"mta-sts=testing", false, "fail at mx2.example.com"}, {"mta-sts!=pass", true, "testing at mx1.example.com, fail at mx2.example.com"},
		{"tlsrpt=yes", true, "yes"}, {"tlsrpt=no", false, "yes"}, {"dnssec=secure", true, "secure"}, {"dnssec=bogus", false, "secure"},
		{"extension=SIZE", true, "AUTH PIPELINING SIZE at mx1.example.com[192.0.2.1], SIZE at mx2.example.com[192.0.2.2]"}, {"extension=pipelining", false, "SIZE at mx2.example.com[192.0.2.2]"},
		{"auth!=CRAM-MD5", true, "PLAIN LOGIN at mx1.example.com[192.0.2.1], none at mx2.example.com[192.0.2.2]"}, {"auth=none", false, "PLAIN LOGIN at mx1.example.com[192.0.2.1]"},
		{"size>=10M", true, "10485760 at mx1.example.com[192.0.2.1], no limit at mx2.example.com[192.0.2.2]"}, {"size>10MiB", false, "10485760 at mx1.example.com[192.0.2.1]"}, {"size>=1k,size<2G", false, "no limit at mx2.example.com[192.0.2.2]"},
		{"latency<2s", true, "200ms"}, {"latency<200ms", false, "200ms"}, {"latency-rcpt<=40ms", true, "40ms"}, {"latency-rcpt>1s", false, "40ms"},
		{"latency-connect<1s", true, "1ms"}, {"latency-tls<1s", false, ""},
		{"latency-dns<=20ms", true, "20ms"}, {"latency-dns<20ms", false, "20ms"},
		{"decided<=1s", true, "1s"}, {"decided>1s", false, "1s"}, {"duration>=3s", true, "3s"}, {"duration<3s", false, "3s"},
		{"catch-all=refuses_unknown", true, "refuses_unknown at mx1.example.com"}, {"catch-all!=refuses_unknown", false, "refuses_unknown at mx1.example.com"},
		{"postmaster=yes", true, "yes"}, {"postmaster=no", false, "yes"}, {"abuse=yes", false, "no"},
		{"attempts=3", true, "3"}, {"attempts<3", false, "3"}, {"accepted-after<=5m", true, "5m0s"}, {"accepted-after<5m", false, "5m0s"},
		{"retry-after=none", true, "none"}, {"retry-after<5m", false, "none"},
	} {
		s, err := Parse(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		x := s.Judge(r)
		if last := x.Checks[len(x.Checks)-1]; x.Met != c.met || last.Saw != c.saw {
			t.Errorf("%s: met %v, saw %q; want %v, %q", c.text, x.Met, last.Saw, c.met, c.saw)
		}
		tried[s[0].fact.Name] = true
	}
	for _, f := range Facts() {
		if !tried[f.Name] && !strings.HasPrefix(f.Name, "latency-") {
			t.Errorf("%s is not tried", f.Name)
		}
	}
}

// TestNotExamined: what was not examined is not met, whatever is expected, and
// comes with what would examine it.
func TestNotExamined(t *testing.T) {
	t.Parallel()
	always := map[string]bool{
		"verdict": true, "reason": true, "side": true, "confidence": true, "exit": true, "finding": true, "severity": true,
		"skipped": true, "sessions": true, "decided": true, "duration": true, "retry-after": true, "attempts": true, "accepted-after": true,
	}
	for _, f := range Facts() {
		s, err := Parse(f.example())
		if err != nil {
			t.Errorf("%s: %v", f.Name, err)
			continue
		}
		c := s.Judge(&check.Report{Verdict: diagnose.Deferred, Reason: diagnose.DNSFailure, Side: diagnose.SideReceiver, Confidence: diagnose.Certain, Resolution: &check.Resolution{Kind: mxresolve.KindFailed}}).Checks[0]
		switch {
		case always[f.Name] || f.Name == "resolution":
			if c.Saw == "" {
				t.Errorf("%s is not examined", f.Name)
			}
		case c.Met || c.Saw != "" || (c.Hint == "add "+f.Needs) != (f.Needs != ""):
			t.Errorf("%s: %+v", f.Name, c)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": `"": there is nothing expected`, ",,": `",,": there is nothing expected`,
		"verdict":                 `"verdict": there is no operator and no value`,
		"verdict=":                `"verdict=": there is no value`,
		"verdict=acepted":         `"verdict=acepted": it is one of accepted, deferred, rejected, unreachable, undetermined`,
		"verdict>accepted":        `"verdict>accepted": this has no order; the operators are = and !=`,
		"verdct=accepted":         `"verdct=accepted": there is no fact of this name`,
		"good":                    `"good": it is not NAME=VALUE`,
		"=x":                      `"=x": there is no fact of this name`,
		"tls>=1.5":                `"tls>=1.5": it is one of failed, none, 1.0, 1.1, 1.2, 1.3`,
		"tls>=1.2|1.3":            `"tls>=1.2|1.3": alternatives are for = and !=`,
		"mx>=two":                 `"mx>=two": it is a whole number`,
		"mx=none":                 `"mx=none": it is a whole number`,
		"size>=10X":               `"size>=10X": it is a number of octets, such as 10485760 or 10M`,
		"size>=none":              `"size>=none": none is neither more nor less`,
		"latency<2":               `"latency<2": it is a time such as 2s, 1.5s or 300ms`,
		"latency<-2s":             `"latency<-2s": it is a time such as 2s, 1.5s or 300ms`,
		`reply="a`:                `"reply=\"a": a quote is not closed`,
		`reply=a"b"`:              `"a\"b\"": quotes stand around the whole value`,
		`reply="a"b"c"`:           `"\"a\"b\"c\"": quotes stand around the whole value`,
		"verdict=accepted,mx>=":   `"mx>=": there is no value`,
		"verdict=accepted|,mx>=1": `"verdict=accepted|": there is no value`,
	} {
		_, err := Parse(text)
		var e *Error
		if !errors.As(err, &e) || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true}, {"*", "", true}, {"?", "", false}, {"a*b*c", "aXbYbZc", true}, {"a*b*c", "aXc", false}, {"*b", "ab", true},
		{"**", "x", true}, {"a?c", "abc", true}, {"a", "ab", false}, {"ab", "a", false}, {"*a*a*a*a*a*b", strings.Repeat("a", 500), false},
	} {
		if got := matches(c.pattern, c.text); got != c.want {
			t.Errorf("%q, %q: %v", c.pattern, c.text, got)
		}
	}
}

// TestAnyText: Parse takes any text apart or refuses it, and what it takes can be judged.
func TestAnyText(t *testing.T) {
	t.Parallel()
	r := sample()
	pieces := rapid.SampledFrom(append(Names(), "=", "!=", "<", ">=", ",", "|", `"`, `\`, "none", "accepted", "1.2", "3", "2s", " ", "*", "é"))
	rapid.Check(t, func(rt *rapid.T) {
		s, err := Parse(strings.Join(rapid.SliceOfN(pieces, 0, 9).Draw(rt, "text"), ""))
		if err != nil {
			return
		}
		if x := s.Judge(r); len(x.Checks) != len(s) {
			rt.Errorf("%d of %d judged", len(x.Checks), len(s))
		}
	})
}
