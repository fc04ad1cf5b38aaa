package diagnose

import (
	"cmp"
	"slices"

	"github.com/smtpcheck/smtpcheck/policy"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// senders says which senders would deliver here.
func (s *sight) senders() []Sender {
	out := []Sender{s.opportunistic(), s.mtaSTS(), s.dane(), s.requireTLS()}
	for i, kind := range []SenderKind{SenderOpportunistic, SenderMTASTS, SenderDANE, SenderREQUIRETLS} {
		out[i].Kind = kind
		if s.a != nil {
			out[i].Session = s.a.ID
		}
	}
	return out
}

func yes(why string) Sender { return Sender{Delivers: DeliversYes, Why: why} }
func no(f policy.Failure, why string) Sender {
	return Sender{Delivers: DeliversNo, Failure: f, Why: why}
}
func notKnown(why string) Sender { return Sender{Delivers: DeliversUnknown, Why: why} }

// opportunistic takes what it gets (RFC 7435, section 3).
func (s *sight) opportunistic() Sender {
	switch s.state {
	case tlsDone:
		return yes(s.tls.Version + ", whatever the certificate")
	case tlsNone:
		if s.demanded(s.a) {
			return no(s.failure, "the server demands TLS, and "+s.why)
		}
		return yes("in the clear: " + s.why)
	case tlsFailed:
		for _, a := range s.c.Attempts {
			switch {
			case a.Purpose != probe.PurposePlainFallback || a.After != s.a.ID || a.Capabilities() == nil:
			case s.demanded(a):
				return no(s.failure, "the server demands TLS, and "+s.why)
			default:
				return yes("in the clear, after " + s.why)
			}
		}
		return notKnown(s.why + ", and nothing shows that the server takes mail in the clear")
	}
	return notKnown(s.why)
}

// demanded reports whether a session was refused for want of TLS.
func (s *sight) demanded(a *probe.Attempt) bool {
	o := Session(a, s.c.Recipient, s.c.Mode)
	return o.Reason == TLSRequired
}

// mtaSTS heeds a policy that is enforced; without one it is opportunistic (RFC 8461, section 5).
func (s *sight) mtaSTS() Sender {
	p := s.c.TLSPolicy
	switch {
	case p.STS == nil:
		return notKnown("MTA-STS was not looked up")
	case p.STS.Unknown():
		return notKnown("DNS did not say whether there is a policy: " + p.STS.Answer.Err)
	case p.STS.Absent():
		return s.without("there is no policy", "")
	case p.STS.Problem != "":
		return s.without("the record counts as none: "+p.STS.Problem, policy.FailPolicy)
	case p.Fetched == nil:
		return notKnown("the policy was not fetched")
	case p.Fetched.Policy == nil:
		return s.without("there is no policy to be had, unless it is remembered: "+p.Fetched.Why, p.Fetched.Failure)
	case p.Fetched.Policy.Mode == policy.ModeNone:
		return s.without("the policy's mode is none", "")
	}
	out := s.byPolicy(p.Fetched.Policy)
	if out.Delivers == DeliversNo && p.Fetched.Policy.Mode == policy.ModeTesting {
		return s.without("the policy is in testing mode; "+out.Why, out.Failure)
	}
	return out
}

// without is a sender that does as if there were no policy, and reports why.
func (s *sight) without(why string, f policy.Failure) Sender {
	out := s.opportunistic()
	out.Why = why + "; " + out.Why
	if f != "" {
		out.Failure = f
	}
	return out
}

// byPolicy checks the host against a policy (RFC 8461, sections 4.1 and 4.2).
func (s *sight) byPolicy(p *policy.Policy) Sender {
	switch {
	case !p.Matches(s.host):
		return no(policy.FailValidation, "the policy does not name this host")
	case s.state == tlsUnknown:
		return notKnown(s.why)
	case s.state != tlsDone:
		return no(s.failure, s.why)
	}
	if f, why := s.certificate(); f != "" {
		return no(f, why)
	}
	return yes("the policy names this host, and its certificate is verified")
}

// certificate says why the certificate is not good for this host by its
// authority and its name, in the names of RFC 8460, section 4.3.1.
func (s *sight) certificate() (policy.Failure, string) {
	t := s.tls
	if t.ProblemKind != "" && t.ProblemKind != "name-mismatch" {
		kinds := map[string]policy.Failure{
			"expired": policy.FailExpired, "self-signed": policy.FailNotTrusted, "unknown-authority": policy.FailNotTrusted,
		}
		return cmp.Or(kinds[t.ProblemKind], policy.FailValidation), t.Problem
	}
	if len(t.Certificates) > 0 && t.Certificates[0].VerifyHostname(s.host) != nil || slices.Contains(t.NotFor, s.host) {
		return policy.FailHostMismatch, "the certificate is not for " + s.host
	}
	return "", ""
}

// dane heeds TLSA records that are secure; without any it is opportunistic (RFC 7672, section 2.2).
func (s *sight) dane() Sender {
	t := s.tlsa
	switch {
	case t == nil:
		return notKnown("TLSA records were not looked up")
	case t.Status.Security == policy.Bogus:
		return no(policy.FailDNSSEC, t.Status.Why)
	case t.Status.Security == policy.Unknown, t.Status.Security == policy.Untrusted:
		return notKnown(t.Status.Why)
	case t.Status.Security == policy.Insecure && len(t.Records) > 0:
		return s.without("the TLSA records do not count: "+t.Status.Why, "")
	case t.Status.Security == policy.Insecure:
		return s.without("no DANE: "+t.Status.Why, "")
	case len(t.Records) == 0:
		return s.without("there are no TLSA records", "")
	case s.state == tlsUnknown:
		return notKnown(s.why)
	case s.state != tlsDone:
		return no(s.failure, s.why+", and TLSA records demand TLS")
	case s.match.Usable == 0:
		out := yes("TLS without a check: no TLSA record can be used")
		out.Failure = policy.FailTLSA
		return out
	case !s.match.Verified:
		return no(s.match.Failure, s.match.Why)
	}
	return yes("a TLSA record matches the certificate")
}

// requireTLS demands that the way to the host is safe, that its certificate is
// good, and that it passes the demand on (RFC 8689, section 4.2.1).
func (s *sight) requireTLS() Sender {
	switch s.state {
	case tlsUnknown:
		return notKnown(s.why)
	case tlsNone, tlsFailed:
		return no(s.failure, s.why)
	}
	if s.tlsa == nil || !s.tlsa.Applies() || s.match.Usable == 0 || !s.match.Verified {
		if f, why := s.certificate(); f != "" {
			return no(f, why)
		}
	}
	switch {
	case !s.greetedInside():
		return notKnown("the session ended before EHLO inside TLS")
	case !s.a.Capabilities().Has("REQUIRETLS"):
		return no("", "REQUIRETLS is not offered inside TLS")
	}
	return s.wayIsSafe()
}

// greetedInside reports whether EHLO was answered inside TLS.
func (s *sight) greetedInside() bool {
	for i := range s.a.Events {
		if e := &s.a.Events[i]; e.Kind == probe.KindReply && e.Stage == smtp.StageEHLO && e.Secure && e.Reply.Usable() && e.Reply.Class() == 2 {
			return true
		}
	}
	return false
}

// wayIsSafe asks who vouches for the MX records: DNSSEC, or a policy that names the host.
func (s *sight) wayIsSafe() Sender {
	p := s.c.TLSPolicy
	switch {
	case p.MX.Security == policy.Secure:
		return yes("the certificate is verified, the MX record is secure, and REQUIRETLS is offered")
	case p.Fetched != nil && p.Fetched.Policy != nil && p.Fetched.Policy.Mode != policy.ModeNone && p.Fetched.Policy.Matches(s.host):
		return yes("the certificate is verified, MTA-STS names the host, and REQUIRETLS is offered")
	case p.MX.Security != policy.Insecure, p.STS == nil, p.STS.Unknown():
		return notKnown("whether DNSSEC or MTA-STS vouches for the MX record is not known: " + p.MX.Why)
	}
	return no("", "neither DNSSEC nor MTA-STS vouches for the MX record")
}
