package diagnose

import (
	"strings"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/probe"
)

var gradedAt = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// graded is a session whose handshake came to this.
func graded(t probe.TLS) func(*scene) {
	return func(s *scene) {
		if t.Version == "" {
			t.Version = "TLS 1.2"
		}
		t.Verified = true
		a := s.talk("mx1", 10, accepts...)
		for i := range a.Events {
			if a.Events[i].Kind == probe.KindTLS {
				a.Events[i].TLS, a.Events[i].Time = &t, gradedAt
			}
		}
	}
}

// hello adds a session with a ClientHello of our own, and its answer.
func (s *scene) hello(after *probe.Attempt, offer string, answer probe.TLS) {
	a := s.follow(after, probe.PurposeTLSLegacy, hello[:3]...)
	a.Recipients = nil
	w := &scribe{a: a}
	answer.Partial = true
	w.add(probe.Event{Kind: probe.KindNote, Stage: "tls", Note: probe.NoteHello, Text: offer})
	w.add(probe.Event{Kind: probe.KindTLS, Stage: "tls", TLS: &answer})
}

// TestGood: what is strong enough is not graded down.
func TestGood(t *testing.T) {
	good := probe.Certificate{Subject: "CN=mx1", Issuer: "CN=ca", Key: "RSA 2048", Signature: "SHA256-RSA", NotAfter: gradedAt.Add(15 * 24 * time.Hour)}
	for name, facts := range map[string]probe.TLS{
		"modern":           {Version: "TLS 1.3", Cipher: "TLS_AES_128_GCM_SHA256", KeyExchange: "ECDHE X25519", Chain: []probe.Certificate{good}},
		"elliptic key":     {Chain: []probe.Certificate{{Key: "ECDSA P-256", NotAfter: gradedAt.Add(time.Hour * 9999)}}},
		"a group of 2048":  {KeyExchange: "DHE 2048"},
		"a root with SHA1": {Chain: []probe.Certificate{good, {Subject: "CN=root", Issuer: "CN=root", Signature: "SHA1-RSA", Key: "RSA 1024"}}},
	} {
		s := newScene(t)
		graded(facts)(s)
		if d := Diagnose(s.Case); len(d.Findings) > 0 {
			t.Errorf("%s: %+v", name, d.Findings)
		}
	}
}

// TestLegacyWords: what is said of a server with which crypto/tls has nothing in common.
func TestLegacyWords(t *testing.T) {
	for want, answer := range map[string]probe.TLS{
		"SSLv3": {Version: "SSLv3", KeyExchange: "RSA", Cipher: "TLS_RSA_WITH_RC4_128_SHA"},
		"SSLv3, with finite-field Diffie-Hellman of 1024 bits":   {Version: "SSLv3", KeyExchange: "DHE 1024", Cipher: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"},
		"finite-field Diffie-Hellman of 2048 bits, with TLS 1.2": {Version: "TLS 1.2", KeyExchange: "DHE 2048", Cipher: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"},
		"anonymous Diffie-Hellman of 1024 bits, with TLS 1.0":    {Version: "TLS 1.0", KeyExchange: "anonymous DH 1024", Cipher: "TLS_DH_anon_WITH_AES_128_CBC_SHA"},
		"NULL cipher suites, with TLS 1.2":                       {Version: "TLS 1.2", KeyExchange: "RSA", Cipher: "TLS_RSA_WITH_NULL_SHA"},
		"static Diffie-Hellman, with TLS 1.2":                    {Version: "TLS 1.2", KeyExchange: "ECDH_RSA", Cipher: "TLS_ECDH_RSA_WITH_AES_256_CBC_SHA"},
		"TLS_RSA_WITH_CAMELLIA_128_CBC_SHA, with TLS 1.2":        {Version: "TLS 1.2", KeyExchange: "RSA", Cipher: "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA"},
		"": {Version: "TLS 1.2", KeyExchange: "ECDHE X25519", Cipher: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
	} {
		if got := legacy(&answer); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestLooksDecideNothing: whatever comes of a session that only looks at TLS, the
// verdict, the walk and what is still waited for stay as they are.
func TestLooksDecideNothing(t *testing.T) {
	for _, lines := range [][]string{accepts, rejects, dead, refuses, dropped, garbled} {
		for _, purpose := range []probe.Purpose{probe.PurposeTLSLegacy, probe.PurposeTLSResume, probe.PurposeSTARTTLS} {
			s := newScene(t)
			first := s.talk("mx1", 10, defers...)
			before := Diagnose(s.Case)
			s.follow(first, purpose, lines...).Recipients = nil
			after := Diagnose(s.Case)
			if after.Verdict != before.Verdict || after.Reason != before.Reason || len(after.Walk) != len(before.Walk) ||
				after.Summary != before.Summary || *after.DecidedBy != *before.DecidedBy {
				t.Errorf("%s %s: %s (%s), was %s", purpose, lines[0], after.Verdict, after.Summary, before.Verdict)
			}
			for _, f := range after.Findings {
				if !strings.HasPrefix(f.Rule, "rcpt/") && !strings.HasPrefix(f.Rule, "starttls/") && !strings.HasPrefix(f.Rule, "tls/not-resumed") {
					t.Errorf("%s %s: finding %s", purpose, lines[0], f.Rule)
				}
			}
		}
	}
}
