package report

import (
	"bytes"
	"testing"
	"unicode"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/policy"
)

// policed is a report with policies; more stands behind everything that others say.
func policed(more string) *check.Report {
	yes, no, leaf := true, false, 0
	digest := "3d3f3fc2f17766001406bcf30b4bcffd94673e809637fa89fb3627e57d767292" + more
	r := newReport("alice@policies.test")
	r.Verdict, r.Confidence, r.Summary = diagnose.Accepted, diagnose.Likely, "accepted at RCPT by mx1.policies.test; nothing was sent"
	r.TLSPolicy = &check.TLSPolicy{
		MX: &check.DNSSEC{Status: policy.Secure, Why: "AD from 127.0.0.1, on loopback" + more},
		MTASTS: &check.MTASTS{
			State: "policy", Records: []string{"v=STSv1; id=20261122" + more}, ID: "20261122" + more,
			Fetch:  &check.Fetch{URL: "https://mta-sts.policies.test/.well-known/mta-sts.txt", Address: "198.51.100.80:443", Code: 200, Type: "text/plain" + more, Size: 90, Took: 7100000},
			Policy: &check.STSPolicy{Mode: policy.ModeEnforce, MaxAge: 604800, MX: []string{"mx1.policies.test", "*.backup.test" + more}},
		},
		TLSRPT: &check.TLSRPT{State: "record", Records: []string{"v=TLSRPTv1" + more}, RUA: []string{"mailto:tls@policies.test" + more}},
		Hosts: []check.HostPolicy{
			{Host: "mx1.policies.test" + more, TLSA: &check.TLSA{
				Name: "_25._tcp.mx1.policies.test", Base: "mx1.policies.test", Status: policy.Secure, Why: "AD from 127.0.0.1, on loopback" + more,
				Records: []check.TLSARecord{
					{Record: "3 1 1 " + digest, Matched: &yes, Depth: &leaf},
					{Record: "3 1 1 " + digest, Matched: &no},
					{Record: "2 0 1 " + digest, Matched: &no, Note: "it matches the server's own certificate; usage 2 is for the authority above it" + more},
					{Record: "1 1 1 " + digest, Problem: "usage 1 is not for SMTP" + more},
				},
				Total: 6,
			}, Senders: []check.Sender{
				{Sender: diagnose.SenderOpportunistic, Delivers: diagnose.DeliversYes, Why: "TLS 1.3, whatever the certificate" + more, Session: 1},
				{Sender: diagnose.SenderMTASTS, Delivers: diagnose.DeliversNo, Why: "the certificate is not for mx1.policies.test" + more, Failure: policy.FailHostMismatch, Session: 1},
				{Sender: diagnose.SenderDANE, Delivers: diagnose.DeliversYes, Why: "a TLSA record matches the certificate" + more, Session: 1},
				{Sender: diagnose.SenderREQUIRETLS, Delivers: diagnose.DeliversUnknown, Why: "the session ended before EHLO inside TLS" + more, Session: 1},
			}},
		},
		Domain: []check.Sender{
			{Sender: diagnose.SenderOpportunistic, Delivers: diagnose.DeliversYes, Why: "TLS 1.3, whatever the certificate" + more, Host: "mx1.policies.test"},
			{Sender: diagnose.SenderMTASTS, Delivers: diagnose.DeliversNo, Why: "the certificate is not for mx1.policies.test" + more, Failure: policy.FailHostMismatch, Host: "mx1.policies.test"},
			{Sender: diagnose.SenderDANE, Delivers: diagnose.DeliversYes, Why: "a TLSA record matches the certificate" + more, Host: "mx1.policies.test" + more},
			{Sender: diagnose.SenderREQUIRETLS, Delivers: diagnose.DeliversUnknown, Why: "the session ended before EHLO inside TLS" + more, Host: "mx1.policies.test"},
		},
	}
	return r
}

func TestPolicies(t *testing.T) {
	r := policed("")
	golden(t, "policies.text", told(t, Options{UTC: true}, r))
	golden(t, "policies.50", told(t, Options{UTC: true, Width: 50, Color: true}, r))
	golden(t, "policies.80", told(t, Options{UTC: true, Width: 80}, r))
	golden(t, "policies.table", told(t, Options{Format: FormatTable, UTC: true, Width: 80}, r))
	golden(t, "policies.md", told(t, Options{Format: FormatMarkdown, UTC: true}, r))
	json := told(t, Options{Format: FormatJSON}, r)
	golden(t, "policies.json", json)
	validate(t, schemas(t)("report"), json)
	for _, line := range bytes.Split(told(t, Options{UTC: true, Width: 50}, r), []byte("\n")) {
		if widthOf(string(line)) > 50 && line[0] != '#' {
			t.Errorf("wider than 50 columns: %s", line)
		}
	}
}

// TestPoliciesOthers: what is absent or wrong is said as such.
func TestPoliciesOthers(t *testing.T) {
	r := policed("")
	p := r.TLSPolicy
	p.MX = &check.DNSSEC{Status: policy.Untrusted, Why: "AD was set by 192.0.2.53, which is not trusted: --trust-ad"}
	p.MTASTS = &check.MTASTS{State: "no-policy", Records: []string{"x"}, Problem: "the policy host answered 404"}
	p.TLSRPT = &check.TLSRPT{State: "invalid-record", Problem: "it has no rua"}
	h := p.Hosts[0]
	h.TLSA = &check.TLSA{Name: "_25._tcp.mx2", Status: policy.Insecure, Why: "not signed"}
	p.Hosts = append(p.Hosts, h)
	for range 10 {
		p.Hosts = append(p.Hosts, check.HostPolicy{Host: "mxn", Senders: h.Senders})
	}
	golden(t, "policies-others.text", told(t, Options{UTC: true}, r))
	p.MTASTS, p.TLSRPT.State = &check.MTASTS{State: "unknown", Problem: "timeout"}, "unknown"
	p.Hosts = nil
	golden(t, "policies-unknown.text", told(t, Options{UTC: true}, r))
	p.MTASTS, p.TLSRPT.State = &check.MTASTS{State: "absent"}, "absent"
	golden(t, "policies-absent.md", told(t, Options{Format: FormatMarkdown, UTC: true}, r))
}

// TestPoliciesAreClean: nothing that others say reaches a terminal as it is.
func TestPoliciesAreClean(t *testing.T) {
	r := policed(evil)
	for _, format := range Formats("probe") {
		for _, verbosity := range []Verbosity{Quiet, Normal, Verbose} {
			for _, c := range string(withoutCRLF(format, told(t, Options{Format: format, Verbosity: verbosity, Width: 80}, r))) {
				if c != '\n' && (unicode.IsControl(c) || unicode.Is(unicode.Cf, c)) {
					t.Errorf("%s: %U", format, c)
				}
			}
		}
	}
}
