package check

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/policy"
)

// SelfReport is all that was found out about this machine as a sender of mail, and
// what it means. It is the JSON of docs/self.schema.json. A fact that was not
// examined is absent.
type SelfReport struct {
	Schema   int    `json:"schema"`
	ID       string `json:"id"` // a ULID
	Tool     Tool   `json:"tool"`
	Started  Time   `json:"started"`
	Duration Millis `json:"duration_ms"`
	Lab      bool   `json:"lab,omitempty"`
	ExitCode int    `json:"exit_code"`
	Redacted string `json:"redacted,omitempty"` // yes or strict: names are pseudonyms (package redact)

	HELO   string `json:"helo,omitempty"`
	Sender string `json:"sender,omitempty"` // as asked: a mailbox, a domain, or <>

	State    diagnose.TopicState `json:"state,omitempty"` // absent where it is not known whether mail gets out
	Verdict  diagnose.Verdict    `json:"verdict"`
	Reason   diagnose.Reason     `json:"reason"`
	Summary  string              `json:"summary"`
	Remedy   string              `json:"remedy,omitempty"`
	Topics   []SelfTopic         `json:"topics"`
	Findings []Finding           `json:"findings"`

	Addresses  []SelfAddress `json:"addresses"`
	Targets    []SelfTarget  `json:"targets"`
	SenderMail *Resolution   `json:"sender_mail,omitempty"` // its queries are among those below
	Blocklists []SelfListing `json:"blocklists,omitempty"`
	Clocks     []SelfClock   `json:"clocks,omitempty"`
	Sessions   []Session     `json:"sessions"`
	Queries    []Query       `json:"queries"`
}

// SelfTopic is one thing that was examined.
type SelfTopic struct {
	Topic    string              `json:"topic"`
	Family   diagnose.Family     `json:"family,omitempty"`
	State    diagnose.TopicState `json:"state,omitempty"` // absent: not examined
	Summary  string              `json:"summary,omitempty"`
	Why      string              `json:"not_examined,omitempty"` // why not
	Rule     string              `json:"rule,omitempty"`         // of the finding that says more
	Evidence []diagnose.Evidence `json:"evidence,omitempty"`
}

// SelfAddress is an address of ours.
type SelfAddress struct {
	Family  diagnose.Family        `json:"family"`
	Address string                 `json:"address,omitempty"` // as others see it; absent where that is not known
	Source  diagnose.AddressSource `json:"source,omitempty"`
	Local   string                 `json:"local_address,omitempty"`
	NAT     *bool                  `json:"nat,omitempty"`
	Stated  []SelfStatement        `json:"stated,omitempty"`
	PTR     []SelfName             `json:"ptr,omitzero"` // [] where there is no record
	SPF     *SelfSPF               `json:"spf,omitempty"`
	HELOSPF *SelfSPF               `json:"spf_helo,omitempty"`
}

// SelfStatement is a server's word on our address.
type SelfStatement struct {
	Address  string            `json:"address"`
	Host     string            `json:"host"`
	Evidence diagnose.Evidence `json:"evidence"`
}

// SelfName is a name of an address.
type SelfName struct {
	Name      string `json:"name"`
	Confirmed *bool  `json:"confirmed,omitempty"` // it leads back to the address
}

// SelfSPF is what SPF says of an address.
type SelfSPF struct {
	Domain    string           `json:"domain"`
	Sender    string           `json:"sender"`
	Result    policy.SPFResult `json:"result"`
	Mechanism string           `json:"mechanism,omitempty"`
	Record    string           `json:"record,omitempty"`
	Problem   string           `json:"problem,omitempty"`
	Trace     []string         `json:"trace,omitempty"`
	Queries   []int            `json:"queries,omitempty"`
}

// SelfTarget is an address and port that was connected to.
type SelfTarget struct {
	Target  string             `json:"target"` // as asked
	Host    string             `json:"host,omitempty"`
	Address string             `json:"address,omitempty"` // with the port
	Role    string             `json:"role"`              // mail or comparison
	State   diagnose.PortState `json:"state,omitempty"`   // absent: not known
	Why     string             `json:"not_examined,omitempty"`
	Session int                `json:"session,omitempty"`
	Query   int                `json:"query,omitempty"`
}

// SelfListing is what a blocklist says of our address, or of the sender's domain.
type SelfListing struct {
	Zone    string           `json:"zone"`
	Name    string           `json:"name,omitempty"`
	Subject string           `json:"subject"`
	State   policy.ListState `json:"state"`
	Why     string           `json:"why,omitempty"`
	Codes   []string         `json:"codes,omitempty"`
	Reasons []string         `json:"reasons,omitempty"`
	Removal string           `json:"removal,omitempty"`
	Queries []int            `json:"queries,omitempty"`
}

// SelfClock is a server's word on the time.
type SelfClock struct {
	Host     string            `json:"host"`
	Ahead    Millis            `json:"ahead_ms"` // how far our clock is ahead; negative: behind
	Evidence diagnose.Evidence `json:"evidence"`
}

// number takes the queries of a resolution into those of the whole.
func (s *self) number(res *mxresolve.Result) {
	if res == nil {
		return
	}
	offset := len(s.queries)
	for i := range res.Queries {
		res.Queries[i].ID += offset
		s.queries = append(s.queries, res.Queries[i])
	}
	for i := range res.Hosts {
		h := &res.Hosts[i]
		h.Queries = slices.Clone(h.Queries)
		for k := range h.Queries {
			h.Queries[k] += offset
		}
	}
	if res.MXQuery > 0 {
		res.MXQuery += offset
	} else if len(res.Queries) > 0 {
		res.MXQuery = res.Queries[len(res.Queries)-1].ID
	}
}

// numberAnswers takes the exchanges of answers into the queries.
func (s *self) numberAnswers(answers ...*dnsclient.Answer) {
	for _, a := range answers {
		if a == nil || s.numbers[a] > 0 {
			continue
		}
		for _, e := range a.Exchanges {
			s.queries = append(s.queries, mxresolve.Query{ID: len(s.queries) + 1, Exchange: e})
			s.numbers[a] = len(s.queries)
		}
	}
}

// gather puts what was found out about our addresses into the case, and numbers all queries.
func (s *self) gather() {
	c := s.c
	s.numberAnswers(c.HELOHost...)
	s.number(c.Mail)
	for i := range c.Addresses {
		a := &c.Addresses[i]
		q := s.ours[a.Addr]
		if q == nil {
			continue
		}
		a.Reverse, a.SPF, a.HELOSPF, a.Lists = q.reverse, q.spf, q.ofHELO, q.lists
		if a.Reverse != nil {
			s.numberAnswers(a.Reverse.Answers()...)
		}
		for _, x := range []*policy.SPF{a.SPF, a.HELOSPF} {
			if x != nil {
				s.numberAnswers(x.Answers...)
			}
		}
		for _, l := range a.Lists {
			s.numberAnswers(l.Answers()...)
		}
	}
	for _, l := range c.Lists {
		s.numberAnswers(l.Answers()...)
	}
	for i := range c.Greeters {
		s.numberAnswers(c.Greeters[i].Forward...)
		for k := range c.Targets {
			if r := c.Greeters[i].Reverse[c.Targets[k].Addr.Addr()]; r != nil {
				s.numberAnswers(r.Answers()...)
			}
		}
	}
	c.Number = func(a *dnsclient.Answer) int { return s.numbers[a] }
}

// report puts together what is known.
func (s *self) report() *SelfReport {
	s.gather()
	c := s.c
	d := diagnose.Self(c)
	rep := &SelfReport{
		Schema: Schema, ID: NewID(s.started), Tool: Tool{"smtpcheck", s.o.Version}, Started: micro(s.started), Duration: Millis(time.Since(s.started)), Lab: c.Lab,
		HELO: c.HELO, Sender: c.Sender, State: d.State, Verdict: d.Verdict, Reason: d.Reason, Summary: valid(d.Summary), Remedy: valid(d.Remedy),
		Topics: []SelfTopic{}, Findings: newFindings(d.Findings), Addresses: []SelfAddress{}, Targets: []SelfTarget{}, Sessions: []Session{}, Queries: []Query{},
		ExitCode: exitCode(d.Verdict, d.Reason, false),
	}
	for _, t := range d.Topics {
		rep.Topics = append(rep.Topics, SelfTopic{t.Name, t.Family, t.State, valid(t.Summary), valid(t.Why), t.Rule, t.Evidence})
	}
	for i := range c.Addresses {
		rep.Addresses = append(rep.Addresses, s.addressReport(&c.Addresses[i]))
	}
	s.targetReports(rep)
	rep.SenderMail = newResolution(c.Mail)
	if rep.SenderMail != nil {
		rep.SenderMail.Queries = []Query{}
	}
	for i := range c.Addresses {
		for _, l := range c.Addresses[i].Lists {
			rep.Blocklists = append(rep.Blocklists, s.listingReport(l))
		}
	}
	for _, l := range c.Lists {
		rep.Blocklists = append(rep.Blocklists, s.listingReport(l))
	}
	for _, k := range diagnose.Clocks(c.Targets) {
		rep.Clocks = append(rep.Clocks, SelfClock{k.Host, Millis(k.Ahead), k.Evidence})
	}
	rep.Queries = newResolution(&mxresolve.Result{Queries: s.queries}).Queries
	return rep
}

func (s *self) targetReports(rep *SelfReport) {
	role := map[bool]string{false: "mail", true: "comparison"}
	for i := range s.c.Targets {
		t := &s.c.Targets[i]
		out := SelfTarget{Target: t.Asked, Host: t.Host, Address: t.Addr.String(), Role: role[t.Compare]}
		switch {
		case t.NoRoute:
			out.Why = "no " + diagnose.FamilyOf(t.Addr.Addr()).Words() + " route here"
		case t.Attempt == nil:
			out.Why = "interrupted"
		default:
			out.Session, out.State = t.Attempt.ID, t.State()
			if rep.HELO == "" && t.Attempt.Connected() {
				rep.HELO = t.Attempt.HELO
			}
			rep.Sessions = append(rep.Sessions, newSession(t.Attempt, diagnose.SelfOutcome(t), 0))
		}
		rep.Targets = append(rep.Targets, out)
	}
	for _, l := range s.c.Lost {
		rep.Targets = append(rep.Targets, SelfTarget{Target: l.Asked, Role: role[l.Compare], Why: "no address: " + string(l.Result.Problem), Query: l.Query})
	}
}

func (s *self) addressReport(a *diagnose.SelfAddress) SelfAddress {
	out := SelfAddress{Source: a.Source}
	for _, addr := range []netip.Addr{a.Local, a.Addr} {
		if addr.IsValid() {
			out.Family = diagnose.FamilyOf(addr)
		}
	}
	if a.Local.IsValid() {
		out.Local = a.Local.String()
	}
	if a.Addr.IsValid() {
		out.Address = a.Addr.String()
		if nat := a.NAT(); a.Local.IsValid() {
			out.NAT = &nat
		}
	}
	for _, x := range a.Stated {
		out.Stated = append(out.Stated, SelfStatement{x.Addr.String(), x.Host, x.Evidence})
	}
	if a.Reverse != nil && policy.Answered(a.Reverse.PTR) {
		out.PTR = []SelfName{}
		for _, n := range a.Reverse.Names {
			name := SelfName{Name: valid(n.Name)}
			if policy.Answered(n.Forward) {
				name.Confirmed = &n.Confirmed
			}
			out.PTR = append(out.PTR, name)
		}
	}
	out.SPF, out.HELOSPF = s.spfReport(a.SPF), s.spfReport(a.HELOSPF)
	return out
}

func (s *self) spfReport(x *policy.SPF) *SelfSPF {
	if x == nil {
		return nil
	}
	out := &SelfSPF{
		Domain: valid(x.Domain), Sender: valid(x.Sender), Result: x.Result, Mechanism: valid(x.Mechanism), Record: valid(x.Record), Problem: valid(x.Problem),
		Queries: s.numbersOf(x.Answers),
	}
	for _, line := range x.Trace {
		out.Trace = append(out.Trace, valid(line))
	}
	return out
}

func (s *self) numbersOf(answers []*dnsclient.Answer) (out []int) {
	for _, a := range answers {
		if n := s.numbers[a]; n > 0 {
			out = append(out, n)
		}
	}
	return out
}

func (s *self) listingReport(l *policy.Listing) SelfListing {
	out := SelfListing{
		Zone: l.List.Zone, Name: l.List.Name, Subject: l.Subject, State: l.State, Why: valid(l.Why), Removal: l.List.Removal, Queries: s.numbersOf(l.Answers()),
	}
	for _, c := range l.Codes {
		out.Codes = append(out.Codes, c.String())
	}
	for _, r := range l.Reasons {
		out.Reasons = append(out.Reasons, valid(strings.TrimSpace(r)))
	}
	return out
}
