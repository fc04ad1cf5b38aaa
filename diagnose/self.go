package diagnose

import (
	"net/netip"

	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/policy"
	"github.com/smtpcheck/smtpcheck/probe"
)

// SelfCase is all that is known about this machine as a sender of mail. What is
// nil or empty was not examined.
type SelfCase struct {
	Lab    bool   // see [Case].Lab
	HELO   string // the name in EHLO; "" where it is the address literal of each session's local end
	Sender string // the mailbox or domain that mail is to come from; "" where none was given
	Domain string // of Sender; "" for the null sender, too

	Families []Family     // that are examined
	Targets  []SelfTarget // in the order of their sessions
	Lost     []SelfLost   // what was to be connected to and has no address
	Given    []netip.Addr // our addresses, as the user says
	Greeters []Greeter    // the names in greetings that several hosts share

	Addresses []SelfAddress       // ours, at most one of a family
	HELOHost  []*dnsclient.Answer // A and AAAA of HELO
	Mail      *mxresolve.Result   // where the mail for Domain goes
	Lists     []*policy.Listing   // what lists of domains say of Domain
	NoLists   bool                // blocklists were not to be asked

	// Number is the number of the query that told an answer, 0 for none.
	Number      func(*dnsclient.Answer) int
	Interrupted bool // not all was examined
}

// Family is an address family.
type Family string

// The address families.
const (
	IPv4 Family = "ipv4"
	IPv6 Family = "ipv6"
)

// FamilyOf is the family of an address.
func FamilyOf(addr netip.Addr) Family {
	if addr.Is4() {
		return IPv4
	}
	return IPv6
}

// Words is the family as it is written.
func (f Family) Words() string {
	if f == IPv4 {
		return "IPv4"
	}
	return "IPv6"
}

// SelfTarget is one address and port that was connected to, or was to be.
type SelfTarget struct {
	Asked   string // as the user, or the default, has it: a domain, a host
	Host    string
	Addr    netip.AddrPort
	Compare bool           // a port to compare with the one for mail
	Attempt *probe.Attempt // nil: it was not connected to
	NoRoute bool           // this machine has no way to the family
}

// SelfLost is a domain or host whose addresses are not known.
type SelfLost struct {
	Asked   string
	Compare bool
	Result  *mxresolve.Result
	Query   int // that told so
}

// Greeter is a name that several hosts give themselves in their greetings, and
// what DNS says of it and of them.
type Greeter struct {
	Name    string
	Forward []*dnsclient.Answer            // A and AAAA of the name
	Reverse map[netip.Addr]*policy.Reverse // the names of the hosts' addresses
}

// SelfAddress is an address of ours, and what others find out about it.
type SelfAddress struct {
	Addr   netip.Addr // as others see it
	Local  netip.Addr // our end of the connections; invalid where there was none
	Source AddressSource
	Stated []Statement

	Reverse *policy.Reverse
	SPF     *policy.SPF // of the sender
	HELOSPF *policy.SPF // of the name in EHLO
	Lists   []*policy.Listing
}

// AddressSource says how an address of ours is known.
type AddressSource string

// The sources of an address.
const (
	AddressGiven  AddressSource = "given"  // by the user
	AddressStated AddressSource = "stated" // by servers
	AddressLocal  AddressSource = "local"  // it is that of an interface, and public
)

// Statement is a server's word on our address.
type Statement struct {
	Addr     netip.Addr
	Host     string
	Evidence Evidence
}

// Topic is one thing that was examined, and what came of it.
type Topic struct {
	Name    string
	Family  Family // "" for both
	State   TopicState
	Summary string
	Why     string // why it was not examined
	Rule    string // of the finding that says more; "" for none
	// Evidence is what shows it.
	Evidence []Evidence
}

// TopicState says what came of a topic.
type TopicState string

// The states; "" is "not examined".
const (
	TopicPass    TopicState = "pass"
	TopicWarning TopicState = "warning"
	TopicFail    TopicState = "fail"
)

// The topics.
const (
	TopicPort    = "port-25"
	TopicServers = "servers"
	TopicTLS     = "starttls"
	TopicAddress = "address"
	TopicPTR     = "ptr"
	TopicHELO    = "helo"
	TopicSPF     = "spf"
	TopicHELOSPF = "spf-helo"
	TopicMail    = "takes-mail"
	TopicLists   = "blocklists"
	TopicDomains = "domain-blocklists"
	TopicClock   = "clock"
)

// maxNamed is how many hosts a summary names.
const maxNamed = 4

// SelfDiagnosis is the judgement of a SelfCase.
type SelfDiagnosis struct {
	// State is fail where mail cannot be sent or would be refused, warning where
	// something may make others wary; "" where port 25 was not examined.
	State   TopicState
	Verdict Verdict // accepted: nothing failed; what the exit code follows
	Reason  Reason
	Topics  []Topic
	// Summary is the judgement in a sentence or two; Remedy what to do first.
	Summary, Remedy string
	Findings        []Finding
}

// selfFinder makes topics and findings.
type selfFinder struct {
	finder
	c      *SelfCase
	topics []Topic
}

// Self judges what is known about this machine.
func Self(c *SelfCase) SelfDiagnosis {
	f := &selfFinder{c: c}
	for _, family := range c.Families {
		f.port(family)
	}
	f.hijacked()
	f.servers()
	f.starttls()
	for _, family := range c.Families {
		f.address(family)
	}
	f.helo()
	f.mail()
	f.domainLists()
	f.clock()
	d := SelfDiagnosis{Topics: f.topics, Findings: f.sorted()}
	d.conclude(c)
	return d
}

// topic records what came of something.
func (f *selfFinder) topic(t Topic) {
	if t.State == "" && t.Why == "" {
		t.Why = "nothing told"
		if f.c.Interrupted {
			t.Why = "interrupted"
		}
	}
	f.topics = append(f.topics, t)
}

// finding records a topic that did not go well, and the finding that explains it.
func (f *selfFinder) finding(t Topic, rule string) {
	t.Rule = rule
	f.topic(t)
	f.add(rule, t.Summary, t.Evidence...)
}

// query is the evidence of an answer.
func (f *selfFinder) query(answers ...*dnsclient.Answer) (out []Evidence) {
	for _, a := range answers {
		if a == nil || f.c.Number == nil {
			continue
		}
		if n := f.c.Number(a); n > 0 {
			out = append(out, Evidence{Query: n})
		}
	}
	return out
}

// topicOf is the first topic of a name with this state, nil for none.
func (d *SelfDiagnosis) topicOf(name string, state TopicState) *Topic {
	for i := range d.Topics {
		if d.Topics[i].Name == name && d.Topics[i].State == state {
			return &d.Topics[i]
		}
	}
	return nil
}

// State is what became of connecting to a target, "" where that is not known.
func (t *SelfTarget) State() PortState {
	switch {
	case t.Attempt == nil:
		return ""
	case t.Attempt.Connected():
		return PortOpen
	}
	return stateOf(t.Attempt)
}
