package check

import (
	"context"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// truthSearch asks the authorities of a domain while it is resolved and its hosts are
// talked to, so that it costs no time of its own.
type truthSearch struct {
	known  chan *mxresolve.Result
	found  chan *mxresolve.Truth
	cancel context.CancelFunc
}

// newTruthSearch begins to ask; nil for a domain that is none of DNS.
func newTruthSearch(ctx context.Context, domain smtp.Domain, o *Options) *truthSearch {
	if domain.Literal.IsValid() {
		return nil
	}
	s := &truthSearch{known: make(chan *mxresolve.Result, 1), found: make(chan *mxresolve.Truth, 1)}
	ctx, s.cancel = context.WithCancel(ctx)
	finder := &mxresolve.TruthFinder{DNS: o.DNS, Others: o.OtherDNS, IPv4: o.IPv4, IPv6: o.IPv6}
	go func() { s.found <- finder.Find(ctx, domain.ASCII, s.known) }()
	return s
}

// newTruthSearch begins to ask about the destination, where that was asked for and MX records decide.
func (r *run) newTruthSearch(ctx context.Context) *truthSearch {
	if !r.opts.DNSTruth || r.opts.Server != "" || r.opts.Resolved != nil || r.recipients[0].Number > 1 {
		return nil
	}
	return newTruthSearch(ctx, r.recipients[0].Mailbox.Domain, &r.opts)
}

// tell hands over what the resolver said.
func (s *truthSearch) tell(res *mxresolve.Result) {
	if s != nil {
		own := *res // others number their queries in res while the search goes on
		s.known <- &own
	}
}

// join waits for all answers, and adds their queries to the result.
func (s *truthSearch) join(res *mxresolve.Result) *mxresolve.Truth {
	if s == nil {
		return nil
	}
	t := <-s.found
	t.Number(res)
	return t
}

// stop ends the search.
func (s *truthSearch) stop() {
	if s != nil {
		s.cancel()
	}
}

// Truth is what the authorities of a domain say, and what resolvers said, side by side.
type Truth struct {
	Zones     []TruthZone     `json:"zones"` // that of the domain first
	Resolvers []TruthResolver `json:"resolvers"`
	LeftOut   []string        `json:"left_out,omitempty"` // what was not asked, and why
	Took      Millis          `json:"took_ms"`
}

// TruthZone is a zone and its name servers.
type TruthZone struct {
	Zone    string        `json:"zone"`
	Problem string        `json:"problem,omitempty"` // why there are no servers
	NS      []string      `json:"ns,omitempty"`      // by its own servers, else by the resolver
	Parent  *TruthParent  `json:"parent,omitempty"`
	Servers []TruthServer `json:"servers"`
	Queries []int         `json:"queries,omitempty"`
}

// TruthParent is what the zone above says.
type TruthParent struct {
	Zone    string   `json:"zone"`
	Server  string   `json:"server,omitempty"` // who said so
	NS      []string `json:"ns,omitempty"`
	Problem string   `json:"problem,omitempty"` // why it is not known
	Queries []int    `json:"queries,omitempty"`
}

// TruthServer is one address of a name server.
type TruthServer struct {
	Name     string                   `json:"name"`
	Address  string                   `json:"address,omitempty"`
	InZone   bool                     `json:"in_zone"`
	InParent *bool                    `json:"in_parent,omitempty"` // nil where the delegation is not known
	State    mxresolve.AuthorityState `json:"state"`
	Why      string                   `json:"why,omitempty"`
	Serial   *uint32                  `json:"serial,omitempty"`
	RTT      *Millis                  `json:"rtt_ms,omitempty"`
	Answers  []TruthAnswer            `json:"answers,omitempty"`
	Queries  []int                    `json:"queries,omitempty"`
}

// TruthResolver is what one resolver said.
type TruthResolver struct {
	Resolver string        `json:"resolver"`
	Answers  []TruthAnswer `json:"answers"`
	Queries  []int         `json:"queries,omitempty"` // that told if it validates
}

// TruthAnswer is what one server said to one question.
type TruthAnswer struct {
	Name    string           `json:"name"`
	Type    dnsclient.Type   `json:"type"`
	Status  dnsclient.Status `json:"status"`
	Records []string         `json:"records"`       // "10 mx.example.test", or "alias of example.test"
	TTL     *uint32          `json:"ttl,omitempty"` // left, of a resolver's; of a negative answer as well
	AA      bool             `json:"aa,omitempty"`
	DNSSEC  *DNSSEC          `json:"dnssec,omitempty"` // of a resolver's
	Error   string           `json:"error,omitempty"`
	Queries []int            `json:"queries,omitempty"`
}

func newTruth(c *diagnose.Case) *Truth {
	t := c.Truth
	if t == nil {
		return nil
	}
	out := &Truth{Zones: []TruthZone{}, Resolvers: []TruthResolver{}, Took: Millis(t.Took), LeftOut: t.LeftOut}
	for _, z := range t.Zones {
		out.Zones = append(out.Zones, newTruthZone(z))
	}
	for _, v := range t.Views {
		r := TruthResolver{Resolver: v.Resolver, Answers: []TruthAnswer{}}
		for _, x := range v.Answers {
			a := newTruthAnswer(x)
			s := c.DNSSEC(v, x)
			a.DNSSEC = &DNSSEC{s.Security, valid(s.Why)}
			r.Answers = append(r.Answers, a)
		}
		r.Queries = queryNumbers(v.Unchecked, v.Root)
		out.Resolvers = append(out.Resolvers, r)
	}
	return out
}

func newTruthZone(z *mxresolve.Zone) TruthZone {
	out := TruthZone{Zone: z.Name, Problem: z.Problem, NS: z.ChildNS(), Servers: []TruthServer{}, Queries: queryNumbers(z.Lookups...)}
	if out.NS == nil {
		out.NS = z.NS
	}
	if p := z.Parent; p != nil {
		out.Parent = &TruthParent{p.Zone, p.Server, p.NS, p.Problem, queryNumbers(p.Asked...)}
	}
	for _, s := range z.Servers {
		x := TruthServer{
			Name: s.Name, InZone: s.InZone, State: s.State, Why: valid(s.Why),
			Queries: queryNumbers(s.SOA, s.NS),
		}
		if z.Parent != nil && len(z.Parent.NS) > 0 {
			x.InParent = &s.InParent
		}
		if s.Addr.IsValid() {
			x.Address = s.Addr.String()
		}
		if s.State == mxresolve.AuthorityOK {
			x.Serial = &s.Serial
		}
		if s.RTT > 0 {
			rtt := Millis(s.RTT)
			x.RTT = &rtt
		}
		for _, a := range s.Answers {
			x.Answers = append(x.Answers, newTruthAnswer(a))
		}
		out.Servers = append(out.Servers, x)
	}
	return out
}

func newTruthAnswer(x *mxresolve.Told) TruthAnswer {
	a := x.Answer
	out := TruthAnswer{
		Name: x.Name, Type: x.Type, Status: a.Status, Records: list(x.Set), AA: a.Authoritative,
		Error: valid(a.Err), Queries: x.Queries,
	}
	if ttl, ok := x.TTL(); ok {
		out.TTL = &ttl
	}
	return out
}

// queryNumbers are the numbers of the queries behind answers.
func queryNumbers(all ...*mxresolve.Told) (out []int) {
	for _, x := range all {
		if x != nil {
			out = append(out, x.Queries...)
		}
	}
	return out
}

// resolutionOf is where the mail goes, with what the authorities say.
func resolutionOf(c *diagnose.Case) *Resolution {
	out := newResolution(c.Resolution)
	if out != nil {
		out.Truth = newTruth(c)
	}
	return out
}
