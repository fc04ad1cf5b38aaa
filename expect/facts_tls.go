package expect

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// tlsFacts are about the TLS of every host that was asked.
func tlsFacts() []Fact {
	versions := []string{"failed", none, "1.0", "1.1", "1.2", "1.3"}
	return []Fact{
		{
			Name: "tls", About: "the version of TLS with each host; none is in the clear", Values: versions, kind: ranks,
			find: everyHost(func(s *check.Session) ([]value, bool) {
				v := version(s)
				return []value{ranked(versions, v)}, v != ""
			}),
		},
		{
			Name: "tls-verified", About: "whether each certificate is good by its authority, name and dates", Values: yesOrNo,
			find: withTLS(func(_ *check.Session, t *check.TLS) []value { return []value{yesNo(t.Verified)} }),
		},
		{
			Name: "cipher", About: "the cipher suite with each host, such as TLS_AES_*", kind: glob,
			find: withTLS(func(_ *check.Session, t *check.TLS) []value { return []value{{text: t.Cipher}} }),
		},
		{
			Name: "key-exchange", About: "the key exchange with each host, such as ECDHE*", kind: glob,
			find: withTLS(func(_ *check.Session, t *check.TLS) []value { return []value{{text: t.KeyExchange}} }),
		},
		{
			Name: "cert-days", About: "full days until each certificate expires; below 0 since when", kind: number,
			find: withCertificate(func(s *check.Session, c *check.Certificate) []value {
				days := math.Floor(c.NotAfter.Sub(s.Started.Time).Hours() / (24 * time.Hour).Hours())
				return []value{{strconv.FormatFloat(days, 'f', 0, 64), days}}
			}),
		},
		{
			Name: "cert-issuer", About: "who issued each certificate, such as *Let's Encrypt*", kind: glob,
			find: withCertificate(func(_ *check.Session, c *check.Certificate) []value { return []value{{text: c.Issuer}} }),
		},
		{
			Name: "cert-key", About: "the key of each certificate, such as ECDSA* or RSA 2048", kind: glob,
			find: withCertificate(func(_ *check.Session, c *check.Certificate) []value { return []value{{text: c.Key}} }),
		},
		{
			Name: "starttls", About: "whether each host offers STARTTLS", Values: yesOrNo,
			find: everyHost(func(s *check.Session) ([]value, bool) {
				offered, known := starttls(s)
				return []value{yesNo(offered)}, known
			}),
		},
	}
}

// version is that of a session's TLS, "" where it is not known: the session ended
// before, or we did not try.
func version(s *check.Session) string {
	offered, known := starttls(s)
	switch {
	case s.TLS != nil:
		return strings.TrimPrefix(s.TLS.Version, "TLS ")
	case s.Reason == diagnose.TLSFailed || s.Stage == smtp.StageTLS:
		return "failed"
	case !known || offered && !said(s, smtp.StageSTARTTLS):
		return ""
	}
	return none
}

// starttls reports whether STARTTLS is offered, where EHLO was answered before TLS.
func starttls(s *check.Session) (offered, known bool) {
	if _, ok := s.CapabilitiesPlain["STARTTLS"]; ok {
		return true, true
	}
	_, offered = s.Capabilities["STARTTLS"]
	return offered && s.TLS == nil, said(s, smtp.StageEHLO) && (s.TLS == nil || s.CapabilitiesPlain != nil)
}

// said reports whether the server accepted a command, or STARTTLS was refused.
func said(s *check.Session, stage smtp.Stage) bool {
	for i := range s.Events {
		e := &s.Events[i]
		if e.Kind == probe.KindReply && e.Stage == stage && e.Reply != nil && (e.Reply.Class() == 2 || stage == smtp.StageSTARTTLS) {
			return true
		}
	}
	return false
}

func withTLS(f func(*check.Session, *check.TLS) []value) func(*check.Report) []place {
	return everyHost(func(s *check.Session) ([]value, bool) {
		if s.TLS == nil {
			return nil, false
		}
		return f(s, s.TLS), true
	})
}

// withCertificate is about the certificate of the server itself, the first of the chain.
func withCertificate(f func(*check.Session, *check.Certificate) []value) func(*check.Report) []place {
	return everyHost(func(s *check.Session) ([]value, bool) {
		if s.TLS == nil || len(s.TLS.Chain) == 0 {
			return nil, false
		}
		return f(s, &s.TLS.Chain[0]), true
	})
}
