package diagnose

import (
	"cmp"
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/policy"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// TLSPolicy is what a domain says about TLS on the way to it. A nil part was not examined.
type TLSPolicy struct {
	MX      policy.Status     // the DNSSEC status of the MX records
	STS     *policy.STSRecord // MTA-STS (RFC 8461)
	Fetched *policy.Fetched   // its policy
	RPT     *policy.RPTRecord // TLSRPT (RFC 8460)
	TLSA    []*policy.TLSA    // DANE (RFC 7672), one a host
	Root    *dnsclient.Answer // whether the resolver validates, where that had to be asked
	// Queries are the numbers of the queries of each answer.
	Queries map[*dnsclient.Answer][]int
}

// SenderKind is a kind of sender, by what it asks of TLS.
type SenderKind string

// The kinds of senders.
const (
	SenderOpportunistic SenderKind = "opportunistic" // takes TLS where it gets it, whatever the certificate (RFC 7435)
	SenderMTASTS        SenderKind = "mta-sts"       // heeds MTA-STS (RFC 8461)
	SenderDANE          SenderKind = "dane"          // heeds DANE (RFC 7672)
	SenderREQUIRETLS    SenderKind = "requiretls"    // has a message that is to be sent with verified TLS only (RFC 8689)
)

// Delivers says whether a sender would deliver, as far as that depends on TLS.
type Delivers string

// The values of [Delivers].
const (
	DeliversYes     Delivers = "yes"
	DeliversNo      Delivers = "no"
	DeliversUnknown Delivers = "unknown" // it was not examined, or the examination failed
)

// Sender is whether a kind of sender would deliver, to a host or to the domain.
type Sender struct {
	Kind     SenderKind
	Delivers Delivers
	Why      string
	Failure  policy.Failure // what it would report, to those whom TLSRPT names; "" for nothing
	Session  int            // the session that shows it; 0 for none
	Host     string         // of the domain's: the host that decides
}

// HostTLS is what there is to say of a host about policies.
type HostTLS struct {
	Host    string
	TLSA    *policy.TLSA    // nil when it was not asked for
	Match   *policy.Matched // what came of its records; nil where no certificate was seen
	At      *Evidence       // the handshake with that certificate
	Senders []Sender        // one of each kind
}

// Senders says for each host, and for the domain, which senders would deliver.
// It needs a TLSPolicy.
func (c *Case) Senders() (hosts []HostTLS, domain []Sender) {
	if c.TLSPolicy == nil || c.Resolution == nil {
		return nil, nil
	}
	for i := range c.Resolution.Hosts {
		hosts = append(hosts, c.hostTLS(&c.Resolution.Hosts[i]))
	}
	if len(hosts) == 0 {
		return nil, nil
	}
	for k, kind := range []SenderKind{SenderOpportunistic, SenderMTASTS, SenderDANE, SenderREQUIRETLS} {
		domain = append(domain, overall(kind, hosts, k))
	}
	return hosts, domain
}

// overall is what a sender comes to that goes from host to host until one takes
// the message: a host that a policy forbids is left for the next.
func overall(kind SenderKind, hosts []HostTLS, k int) Sender {
	var unknown, no *HostTLS
	for i := range hosts {
		h := &hosts[i]
		s := h.Senders[k]
		switch {
		case s.Delivers == DeliversYes:
			if s.Host = h.Host; no != nil {
				s.Why += "; not to " + no.Host
			}
			return s
		case s.Delivers == DeliversUnknown && unknown == nil:
			unknown = h
		case s.Delivers == DeliversNo && no == nil:
			no = h
		}
	}
	decides := no
	if unknown != nil {
		decides = unknown
	}
	s := decides.Senders[k]
	s.Kind, s.Host = kind, decides.Host
	return s
}

// hostTLS examines the sessions of a host. A sender tries one address after
// another: the first that lets it through counts.
func (c *Case) hostTLS(h *mxresolve.Host) HostTLS {
	out := HostTLS{Host: h.Name, TLSA: c.tlsaOf(h.Name)}
	var all [][]Sender
	for _, a := range c.Attempts {
		if !a.Purpose.Asks() || a.Purpose == probe.PurposePlainFallback ||
			a.Target.Host != h.Name && !slices.Contains(a.Target.Also, h.Name) {
			continue
		}
		s := c.seen(a, h)
		if s.match != nil && out.Match == nil {
			out.Match, out.At = s.match, &s.at
		}
		all = append(all, s.senders())
	}
	if len(all) == 0 {
		all = append(all, c.unseen(h).senders())
	}
	for k := range all[0] {
		best := all[0][k]
		for _, senders := range all[1:] {
			if better(senders[k].Delivers, best.Delivers) {
				best = senders[k]
			}
		}
		out.Senders = append(out.Senders, best)
	}
	return out
}

// better orders what sessions say: one that gets through, one that does not, one that tells nothing.
func better(a, b Delivers) bool {
	rank := map[Delivers]int{DeliversYes: 2, DeliversNo: 1}
	return rank[a] > rank[b]
}

func (c *Case) tlsaOf(host string) *policy.TLSA {
	for _, t := range c.TLSPolicy.TLSA {
		if strings.EqualFold(t.Host, host) {
			return t
		}
	}
	return nil
}

// tlsState is how far TLS came in a session.
type tlsState int

const (
	tlsUnknown tlsState = iota // nothing was seen of it
	tlsNone                    // not offered, or refused
	tlsFailed                  // the handshake failed
	tlsDone
)

// sight is what a session shows about TLS with a host.
type sight struct {
	c    *Case
	host string
	a    *probe.Attempt // nil where there was none
	tlsa *policy.TLSA

	state   tlsState
	why     string // why it is not done
	failure policy.Failure
	tls     *probe.TLS
	at      Evidence // the handshake, or what shows that there is none
	match   *policy.Matched
}

// unseen is a host without a session.
func (c *Case) unseen(h *mxresolve.Host) *sight {
	why := "there was no session with it"
	if h.Problem != "" {
		why += ": it has no usable address"
	}
	return &sight{c: c, host: h.Name, tlsa: c.tlsaOf(h.Name), why: why}
}

// seen reads a session.
func (c *Case) seen(a *probe.Attempt, h *mxresolve.Host) *sight {
	s := &sight{c: c, host: h.Name, a: a, tlsa: c.tlsaOf(h.Name), why: "no session came as far as EHLO"}
	for i := range a.Events {
		e := &a.Events[i]
		switch {
		case e.Kind == probe.KindTLS && !e.TLS.Partial:
			s.state, s.tls, s.why, s.failure = tlsDone, e.TLS, "", ""
		case e.Kind == probe.KindReply && e.Stage == smtp.StageEHLO && !e.Secure && e.Reply.Usable() && e.Reply.Class() == 2:
			s.hello(e, a)
		case e.Kind == probe.KindReply && e.Stage == smtp.StageSTARTTLS && e.Reply.Usable() && e.Reply.Class() >= 4 && s.state == tlsUnknown:
			s.state, s.failure, s.why = tlsNone, policy.FailStartTLS, "STARTTLS is refused"
		case e.Kind == probe.KindFailure && (e.Stage == smtp.StageTLS || e.Stage == smtp.StageSTARTTLS) && s.state == tlsUnknown:
			s.broke(e.Failure)
		default:
			continue
		}
		if s.state != tlsUnknown && s.at.Event == 0 || e.Kind == probe.KindTLS {
			s.at = Evidence{Session: a.ID, Event: e.Seq}
		}
	}
	if s.state == tlsDone && s.tlsa != nil && len(s.tlsa.Records) > 0 {
		s.hold()
	}
	return s
}

// hello reads what is offered in the clear.
func (s *sight) hello(e *probe.Event, a *probe.Attempt) {
	switch {
	case smtp.ParseCapabilities(*e.Reply).Has("STARTTLS") && a.Noted(probe.NoteHELO) == nil:
		s.why = "STARTTLS is offered and was not tried"
	default:
		s.state, s.failure, s.why = tlsNone, policy.FailStartTLS, "STARTTLS is not offered"
	}
}

// broke reads how a handshake failed. A limit of ours, or an interruption, says nothing of the server.
func (s *sight) broke(f *probe.Failure) {
	switch f.Kind {
	case probe.FailTLS, probe.FailTimeout, probe.FailClosed, probe.FailReset:
		s.state, s.failure, s.why = tlsFailed, policy.FailValidation, "the TLS handshake failed"
	case probe.FailInjection:
		s.state, s.failure, s.why = tlsFailed, policy.FailValidation, "plaintext came behind the reply to STARTTLS"
	case probe.FailTLSLimit:
		s.why = "the TLS handshake failed on a limit of this program"
	default:
		s.why = "the session ended before TLS"
	}
	if f.Detail != "" && s.state == tlsFailed && f.Kind == probe.FailTLS {
		s.why += ": " + f.Detail
	}
}

// hold holds the certificates against the TLSA records.
func (s *sight) hold() {
	m := policy.Match(s.tlsa.Records, s.tls.Certificates, s.tlsa.Names, s.a.Event(s.at.Event).Time)
	s.match = &m
}

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
