package expect

import (
	"slices"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/policy"
)

// policyFacts are about what the domain says about TLS.
func policyFacts() []Fact {
	return []Fact{
		{
			Name: "dane", About: "whether a TLSA record of each host matches its certificate; none where no record counts",
			Values: []string{"pass", "fail", none}, Needs: "--tls-check",
			find: byHostPolicy(func(_ *check.TLSPolicy, h *check.HostPolicy) string { return dane(h) }),
		},
		{
			Name: "mta-sts", About: "whether each host is as the policy of the domain says, if that is enforced",
			Values: []string{"pass", "testing", "fail", none}, Needs: "--tls-check",
			find: byHostPolicy(mtaSTS),
		},
		{
			Name: "tlsrpt", About: "whether the domain has a good TLSRPT record", Values: yesOrNo, Needs: "--tls-check",
			find: func(r *check.Report) []place {
				if r.TLSPolicy == nil || r.TLSPolicy.TLSRPT == nil || r.TLSPolicy.TLSRPT.State == "unknown" {
					return nil
				}
				return one(yesNo(r.TLSPolicy.TLSRPT.State == "record"))
			},
		},
		{
			Name: "dnssec", About: "the DNSSEC status of the MX records", Needs: "--tls-check",
			Values: []string{string(policy.Secure), string(policy.Insecure), string(policy.Untrusted), string(policy.Bogus)},
			find: func(r *check.Report) []place {
				if r.TLSPolicy == nil || r.TLSPolicy.MX == nil || r.TLSPolicy.MX.Status == policy.Unknown {
					return nil
				}
				return text(string(r.TLSPolicy.MX.Status))
			},
		},
	}
}

// byHostPolicy is a fact of each host; "" is not known.
func byHostPolicy(f func(*check.TLSPolicy, *check.HostPolicy) string) func(*check.Report) []place {
	return func(r *check.Report) []place {
		if r.TLSPolicy == nil {
			return nil
		}
		var out []place
		for i := range r.TLSPolicy.Hosts {
			h := &r.TLSPolicy.Hosts[i]
			if word := f(r.TLSPolicy, h); word != "" {
				out = append(out, place{h.Host, []value{{text: word}}})
			}
		}
		return out
	}
}

// senderOf is whether a kind of sender would deliver, nil where that was not asked.
func senderOf(h *check.HostPolicy, kind diagnose.SenderKind) *check.Sender {
	for i := range h.Senders {
		if h.Senders[i].Sender == kind {
			return &h.Senders[i]
		}
	}
	return nil
}

func dane(h *check.HostPolicy) string {
	s := senderOf(h, diagnose.SenderDANE)
	switch {
	case s == nil || h.TLSA == nil || s.Delivers == diagnose.DeliversUnknown:
		return ""
	case h.TLSA.Status == policy.Insecure, h.TLSA.Status == policy.Secure && len(h.TLSA.Records) == 0:
		return none
	case slices.ContainsFunc(h.TLSA.Records, func(x check.TLSARecord) bool { return x.Matched != nil && *x.Matched }) && s.Delivers == diagnose.DeliversYes:
		return "pass"
	}
	return "fail"
}

func mtaSTS(p *check.TLSPolicy, h *check.HostPolicy) string {
	s := senderOf(h, diagnose.SenderMTASTS)
	switch {
	case s == nil || p.MTASTS == nil || p.MTASTS.State == "unknown" || s.Delivers == diagnose.DeliversUnknown:
		return ""
	case p.MTASTS.State == "absent", p.MTASTS.Policy != nil && p.MTASTS.Policy.Mode == policy.ModeNone:
		return none
	case p.MTASTS.Policy == nil, s.Delivers == diagnose.DeliversNo, s.Failure != "":
		return "fail"
	case p.MTASTS.Policy.Mode == policy.ModeTesting:
		return "testing"
	}
	return "pass"
}
