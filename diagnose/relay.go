package diagnose

import (
	"slices"

	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/sasl"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// RelayCase is all that is known about a submission server or smarthost. What is
// nil or empty was not examined.
type RelayCase struct {
	Host  string // as asked
	Lab   bool   // see [Case].Lab
	Given bool   // the user has named the port
	Wants RelayWants
	// Delivers says that a mail transaction follows, which has its own verdict.
	Delivers bool

	Resolution *mxresolve.Result // the hosts, and every query
	Services   []Service         // what SRV records said
	Ports      []RelayPort       // in the order in which they are told
	Logins     []*probe.Attempt  // the sessions of AUTH, in their order
	OpenRelay  *OpenRelay        // whether it relays; nil: that was not to be asked
}

// RelayWants is what a port must offer to be usable.
type RelayWants struct {
	TLS      bool // or the port is not used
	Verified bool // and with a verified certificate
	Auth     bool // a login
	// Unverified and Plaintext let credentials go over TLS without a verified
	// certificate, and without TLS.
	Unverified, Plaintext bool
}

// RelayPort is one port of one host.
type RelayPort struct {
	Host     string
	Port     uint16
	Implicit bool // TLS is begun at once (RFC 8314, section 3)
	// Attempts are the sessions with the addresses of the host: the one that
	// connected, and those that did not.
	Attempts []*probe.Attempt
	// Looks are further sessions with the one that connected, that only looked at TLS.
	Looks []*probe.Attempt
}

// Service is what the SRV records of one service say (RFC 6186, RFC 8314).
type Service struct {
	Name    string // "_submissions._tcp.example.org"
	State   ServiceState
	Query   int  // the number of the query that told it
	AD      bool // DNSSEC vouches for it, by a resolver that may be believed
	Targets []ServiceTarget
}

// ServiceState says what SRV records came to.
type ServiceState string

// The states of a service.
const (
	ServiceFound      ServiceState = "found"
	ServiceNone       ServiceState = "none"        // there are no such records
	ServiceNotOffered ServiceState = "not-offered" // the target "." (RFC 6186, section 3.4)
	ServiceFailed     ServiceState = "failed"      // DNS failed
)

// ServiceTarget is one SRV record.
type ServiceTarget struct {
	Priority, Weight, Port uint16
	Host                   string
}

// PortState says whether a port can be connected to.
type PortState string

// The states of a port.
const (
	PortOpen        PortState = "open"
	PortRefused     PortState = "refused"
	PortTimeout     PortState = "timeout"     // no answer: blocked on the way, or the host is down
	PortUnreachable PortState = "unreachable" // no route, or prohibited
)

// State is that of the port, "" where it is not known. Of several addresses the
// one that says most counts.
func (p *RelayPort) State() PortState {
	a := p.Telling()
	switch {
	case a == nil:
		return ""
	case a.Connected():
		return PortOpen
	}
	return stateOf(a)
}

func stateOf(a *probe.Attempt) PortState {
	e := a.Failure()
	if e == nil {
		return ""
	}
	switch e.Failure.Kind {
	case probe.FailRefused, probe.FailReset:
		return PortRefused
	case probe.FailTimeout:
		return PortTimeout
	case probe.FailUnreachable, probe.FailProhibited, probe.FailLocal:
		return PortUnreachable
	}
	return ""
}

// Telling is the session that says most about the port: the one that connected, of
// two the later one, else one that was refused, else one that was not answered; nil
// for none.
func (p *RelayPort) Telling() *probe.Attempt {
	for _, a := range slices.Backward(p.Attempts) {
		if a.Connected() {
			return a
		}
	}
	for _, state := range [...]PortState{PortRefused, PortTimeout, PortUnreachable, ""} {
		for _, a := range p.Attempts {
			if stateOf(a) == state {
				return a
			}
		}
	}
	return nil
}

// Mechanisms are the AUTH mechanisms of service extensions, each once; nil where
// the extensions are not known, empty where none is offered.
func Mechanisms(caps smtp.Capabilities) []string {
	if caps == nil {
		return nil
	}
	params, _ := caps.Get("AUTH")
	return append([]string{}, sasl.Offered(params)...)
}

// outcome judges what a port is good for.
func (c *RelayCase) outcome(p *RelayPort) Outcome {
	a, w := p.Telling(), c.Wants
	if a == nil {
		return Outcome{Verdict: Undetermined, Reason: Interrupted, Side: SideNone, Confidence: Certain, Retry: RetryLater, Sentence: "not tried"}
	}
	h := &hearing{a: a, mode: ModeStopAfter, stopAfter: smtp.StageEHLO, requireTLS: w.TLS || w.Verified || p.Implicit}
	if w.TLS || w.Verified {
		h.stopAfter = smtp.StageSTARTTLS
	}
	o := h.outcome()
	if o.Verdict != Accepted || !w.Auth {
		return o
	}
	why := lacksForLogin(a, w)
	switch {
	case len(Mechanisms(a.Capabilities())) > 0 && c.strange(p):
		o.Reason, o.Side = AuthRequired, SideUs
		why = "is not under " + c.Host + ", whose SRV records anybody could forge, and credentials do not go there"
	case why == "":
		return o
	case len(Mechanisms(a.Capabilities())) == 0:
		o.Reason, o.Side = AuthRequired, SideReceiver
	default:
		o.Reason, o.Side = TLSFailed, SideReceiver
		if e := handshakeOf(a); e != nil {
			o.Stage, o.Event = e.Stage, e.Seq
		}
	}
	o.Verdict, o.Retry, o.Sentence = Undetermined, RetryAfterFix, h.who()+" "+why
	return o
}

// strange reports whether credentials do not go to a port, because only SRV
// records without DNSSEC say that it belongs to the domain (RFC 6186, section 6).
func (c *RelayCase) strange(p *RelayPort) bool {
	if len(c.Services) == 0 || c.Wants.Unverified || c.Wants.Plaintext || under(p.Host, c.Host) {
		return false
	}
	return !slices.ContainsFunc(c.Services, func(s Service) bool {
		return s.AD && slices.ContainsFunc(s.Targets, func(t ServiceTarget) bool { return t.Host == p.Host && t.Port == p.Port })
	})
}

// lacksForLogin says what keeps credentials from going to a session's server, ""
// for nothing.
func lacksForLogin(a *probe.Attempt, w RelayWants) string {
	t := a.TLS()
	switch {
	case len(Mechanisms(a.Capabilities())) == 0:
		return "does not offer AUTH"
	case t == nil && !w.Plaintext:
		return "offers no TLS that was taken, and credentials go over TLS only"
	case t != nil && !t.Verified && !w.Verified && !w.Unverified && !w.Plaintext:
		return "has a certificate that is not verified (" + or(t.Problem, t.ProblemKind) + "), and credentials go over verified TLS only"
	}
	return ""
}

// portRank is the order in which ports are preferred for submission: implicit
// TLS first (RFC 8314, section 3), the port of relaying last.
func portRank(port uint16) int {
	if i := slices.Index([]uint16{465, 587, 2525, 25}, port); i >= 0 {
		return i
	}
	return -1 // named by the user
}

// Best is the index of the port to use, -1 for none: of those that SRV records
// name the first, else by [portRank].
func (c *RelayCase) Best() int {
	for _, i := range c.ranked() {
		if c.outcome(&c.Ports[i]).Verdict == Accepted {
			return i
		}
	}
	return -1
}

func (c *RelayCase) ranked() []int {
	order := make([]int, len(c.Ports))
	for i := range order {
		order[i] = i
	}
	if c.Services == nil {
		slices.SortStableFunc(order, func(a, b int) int { return portRank(c.Ports[a].Port) - portRank(c.Ports[b].Port) })
	}
	return order
}
