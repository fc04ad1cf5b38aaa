package mxresolve

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"github.com/smtpcheck/smtpcheck/dnsclient"
)

// Limits of a [TruthFinder].
const (
	DefaultTruthTime = 6 * time.Second

	MaxAuthorities        = 13 // name servers of a zone
	MaxAuthorityAddresses = 4  // addresses asked of one of them
	MaxTruthZones         = 4  // the domain's own, and those of its hosts
	MaxTruthHosts         = 10 // hosts whose addresses are compared

	maxSet      = 100      // records kept of one answer
	maxSetBytes = 16 << 10 // and octets of them
	maxTruth    = 600      // queries of one run
	maxLabels   = 10       // steps up from a name to its zone
	authorities = "53"     // the port they answer at

	authorityTimeout = 1500 * time.Millisecond // of one of the two tries with one of them
)

// TruthFinder asks the authorities of a domain themselves what resolvers tell
// from their caches, so that an answer that is out of date can be seen.
//
//  1. The zone of the domain is found by its SOA record, which a resolver gives
//     or names in a negative answer (RFC 2308, section 2). Where the resolver fails or says
//     that there is no such name, the zone above is asked if it delegates the name.
//  2. Its name servers are those that the resolver, the zone above it and its own
//     servers name. Every address of each is asked, without recursion, for SOA, NS and MX.
//  3. When the resolver has told of the mail hosts, the authorities of their
//     zones are asked for their addresses.
//  4. Other resolvers are asked the same as the first, side by side.
//
// All of that is bounded in number and time; what is left out is in [Truth.LeftOut].
// Loopback and other addresses that no name server of somebody else can have are not asked.
type TruthFinder struct {
	// DNS asks the resolver. Authorities are reached through its Dial. Nil means a zero dnsclient.Client.
	DNS *dnsclient.Client
	// Others ask the resolvers to compare with.
	Others []*dnsclient.Client
	// IPv4 and IPv6 are the families of addresses that the hosts are asked for. Neither means both.
	IPv4, IPv6 bool
	// Time is how long all may take. 0 means DefaultTruthTime.
	Time time.Duration
}

// Truth is what the authorities say, beside what resolvers said.
type Truth struct {
	Domain  string
	Zones   []*Zone // that of the domain first, if it was found
	Views   []*View // what each resolver said, first the one that the mail went by
	LeftOut []string
	Took    time.Duration
}

// Zone is a zone and its name servers.
type Zone struct {
	Name    string
	Problem string   // why there are no Servers, in words
	NS      []string // the name servers by the resolver, lower case, sorted
	Parent  *Delegation
	Servers []*Authority // by name, then address
	Lookups []*Told      // how they were found

	brief bool // of a host: each server is asked at one address, and not for its name servers
}

// Delegation is what the zone above says of a zone. With a Problem it is not known.
type Delegation struct {
	Zone    string // the zone above
	Server  string // who says so, "address:port"
	NS      []string
	Problem string // in words
	Asked   []*Told
}

// AuthorityState says what a name server is to the zone.
type AuthorityState string

// The values of [AuthorityState].
const (
	AuthorityOK        AuthorityState = "ok"                // an authority of the zone
	AuthorityNot       AuthorityState = "not-authoritative" // it answers, and not as an authority: lame
	AuthorityRefused   AuthorityState = "refused"           // it answers REFUSED: lame
	AuthorityServFail  AuthorityState = "servfail"          // it answers with another failure: lame
	AuthorityTimeout   AuthorityState = "timeout"
	AuthorityDown      AuthorityState = "unreachable" // nobody answers at the address, or with garbage
	AuthorityNoRoute   AuthorityState = "no-route"    // this machine cannot reach it: no fault of the server
	AuthorityNoAddress AuthorityState = "no-address"  // its name has none
	AuthorityNotAsked  AuthorityState = "not-asked"
)

// Lame reports whether the server answers and does not serve the zone (RFC 1912, section 2.8).
func (s AuthorityState) Lame() bool {
	return s == AuthorityNot || s == AuthorityRefused || s == AuthorityServFail
}

// Authority is one address of a name server of a zone.
type Authority struct {
	Name     string
	Addr     netip.Addr // not valid where the name has none
	InZone   bool       // the zone names it; by its own servers, else by the resolver
	InParent bool       // the zone above names it
	State    AuthorityState
	Why      string // of a State that is not ok, in words
	Serial   uint32 // of the zone, where State is ok
	RTT      time.Duration
	Found    []*Told // how its address was looked up
	SOA, NS  *Told   // nil where it was not asked
	Answers  []*Told // MX, A, AAAA
}

// Question is what servers are compared by.
type Question struct {
	Name string // lower case
	Type dnsclient.Type
}

// Told is what one server said to one question.
type Told struct {
	Question
	// Answer is the answer without its records.
	Answer *dnsclient.Answer
	// Set are the records in words that can be compared: "10 mx.example.test", "192.0.2.1",
	// sorted, or "alias of example.test" alone.
	Set []string
	// Cut says that the Set is not whole: there were too many records.
	Cut bool
	// Queries are the numbers in Result.Queries, see [Truth.Number].
	Queries []int
}

// TTL is how long the answer may be kept from now on: the TTL of its records, and of a
// negative one that of the SOA record, which holds no longer than the record's minimum (RFC
// 2308, section 5). It is false where that was not told.
func (t *Told) TTL() (uint32, bool) {
	switch {
	case len(t.Set) > 0:
		return t.Answer.TTL, true
	case t.Answer.SOA != nil:
		return min(t.Answer.SOA.TTL, t.Answer.SOA.Minimum), true
	}
	return 0, false
}

// View is what one resolver said.
type View struct {
	Resolver string // "address:port"
	Answers  []*Told
	// Unchecked is the answer about MX records without DNSSEC validation (CD), asked where the resolver failed.
	Unchecked *Told
	// Root is the answer about the name servers of the root, asked where an answer came
	// without AD: whether the resolver validates at all.
	Root *Told
}

// find is what was said to a question, nil if it was not asked.
func find(all []*Told, q Question) *Told {
	for _, t := range all {
		if t.Question == q {
			return t
		}
	}
	return nil
}

// Told is what the resolver said to q; nil when it was not asked.
func (v *View) Told(q Question) *Told { return find(v.Answers, q) }

// Told is what the server said to q; nil when it was not asked.
func (a *Authority) Told(q Question) *Told { return find(a.Answers, q) }

// Find asks for everything. known is to bring what the resolver said about the
// mail hosts, once; what needs it is left out when time is up before. When ctx
// ends, so does Find, with what it has.
func (f *TruthFinder) Find(ctx context.Context, domain string, known <-chan *Result) *Truth {
	began := time.Now()
	limit := f.Time
	if limit <= 0 {
		limit = DefaultTruthTime
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	w := newWalk(f)
	domain = lowered(domain)
	t := &Truth{Domain: domain}
	mx := Question{domain, "MX"}

	var group sync.WaitGroup
	others := make([]*View, len(f.Others))
	for i, dns := range f.Others {
		group.Go(func() {
			if others[i] = w.otherView(ctx, dns, domain); others[i] != nil {
				w.doubt(ctx, others[i], mx)
			}
		})
	}
	own := w.top(ctx, domain)
	ready := make(chan struct{}) // the servers of the domain's zone have answered
	group.Go(func() {
		defer close(ready)
		w.discover(ctx, own, domain, []Question{mx})
	})
	var main *View
	select {
	case res := <-known:
		main = viewOf(res)
		group.Go(func() { w.doubt(ctx, main, mx) })
		t.Zones = w.hostZones(ctx, own, ready, w.questions(res))
	case <-ctx.Done():
		w.leaveOut("the addresses of the mail hosts: the resolver was too slow")
	}
	group.Wait()
	for _, v := range append([]*View{main}, others...) {
		if v != nil {
			t.Views = append(t.Views, v)
		}
	}
	t.Zones = append([]*Zone{own.zone}, t.Zones...)
	t.LeftOut = w.leftOut()
	t.Took = time.Since(began)
	return t
}

// Number adds the queries behind t to those of res, and keeps their numbers.
func (t *Truth) Number(res *Result) {
	numbered := make(map[*dnsclient.Exchange][]int) // what is told of an alias and of its end has one query
	number := func(all ...*Told) {
		for _, x := range all {
			if x == nil || x.Queries != nil || len(x.Answer.Exchanges) == 0 {
				continue
			}
			first := &x.Answer.Exchanges[0]
			if numbered[first] == nil {
				numbered[first] = res.addQueries(x.Answer)
			}
			x.Queries = numbered[first]
		}
	}
	for _, z := range t.Zones {
		number(z.Lookups...)
		if z.Parent != nil {
			number(z.Parent.Asked...)
		}
		for _, s := range z.Servers {
			number(s.SOA, s.NS)
			number(s.Answers...)
		}
	}
	for _, v := range t.Views {
		number(v.Answers...)
		number(v.Unchecked, v.Root)
	}
}
