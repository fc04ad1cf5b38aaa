package check

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/policy"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// SelfOptions say how this machine is examined as a sender of mail.
type SelfOptions struct {
	Version    string
	Lab        bool
	IPv4, IPv6 bool // the families to examine; neither: both

	Targets []SelfPlace  // where mail would go
	Compare []SelfPlace  // ports that are not for mail between servers
	Given   []netip.Addr // our addresses, where NAT hides them and no server states them
	// Sender is the mailbox or domain that mail is to come from; "" for none,
	// "<>" for the null sender.
	Sender string
	Domain string // of Sender, as A-labels; "" for none

	Lists   []policy.Blocklist
	NoLists bool // the user wants none

	DNS   *dnsclient.Client
	Probe probe.Options // what every session shares; From and Recipients are never set
	// Limit bounds all that is done together. 0: DefaultSelfLimit.
	Limit time.Duration
	// Progress, when not nil, is told what is still waited for, never twice at once.
	Progress func(waiting []string)
}

// DefaultSelfLimit is how long an examination of this machine takes at most.
const DefaultSelfLimit = 20 * time.Second

// SelfPlace is a domain, whose MX hosts count, or a host and its port.
type SelfPlace struct {
	Name string // as A-labels, or an address
	Port uint16 // 0: a domain, port 25 of its MX hosts
}

// self is this machine being examined.
type self struct {
	o       SelfOptions
	started time.Time
	c       *diagnose.SelfCase
	policy  *policy.Resolver

	mu       sync.Mutex
	waiting  []string
	queries  []mxresolve.Query
	numbers  map[*dnsclient.Answer]int
	sessions int
	done     []diagnose.SelfTarget // whose sessions are over
	ours     map[netip.Addr]*inquiry
	group    sync.WaitGroup
}

// inquiry is what is being found out about an address of ours.
type inquiry struct {
	reverse     *policy.Reverse
	spf, ofHELO *policy.SPF
	lists       []*policy.Listing
}

// Self examines this machine as a sender of mail. It connects, says EHLO and QUIT;
// no mail is ever begun. What ctx or the limit cut short is not examined.
func Self(ctx context.Context, o SelfOptions) *SelfReport {
	s := &self{
		o: o, started: time.Now(), policy: &policy.Resolver{DNS: o.DNS}, numbers: make(map[*dnsclient.Answer]int), ours: make(map[netip.Addr]*inquiry),
		c: &diagnose.SelfCase{Lab: o.Lab, HELO: o.Probe.HELO, Sender: o.Sender, Domain: o.Domain, Given: o.Given, NoLists: o.NoLists},
	}
	if s.o.DNS == nil {
		s.o.DNS = new(dnsclient.Client)
		s.policy.DNS = s.o.DNS
	}
	for _, f := range []diagnose.Family{diagnose.IPv4, diagnose.IPv6} {
		if s.wants(f) {
			s.c.Families = append(s.c.Families, f)
		}
	}
	limited, stop := context.WithTimeout(ctx, cmp.Or(o.Limit, DefaultSelfLimit))
	defer stop()
	for _, addr := range o.Given {
		s.inquire(limited, addr)
	}
	s.group.Go(func() { s.lookUpHELO(limited) })
	s.group.Go(func() { s.lookUpSender(limited) })
	s.reach(limited)
	s.settle(limited)
	s.suspect(limited)
	s.group.Wait()
	s.c.Interrupted = ctx.Err() != nil
	return s.report()
}

// wants reports whether a family is to be examined.
func (s *self) wants(f diagnose.Family) bool {
	if s.o.IPv4 == s.o.IPv6 {
		return true
	}
	return s.o.IPv4 == (f == diagnose.IPv4)
}

// during tells that something is waited for while f runs.
func (s *self) during(what string, f func()) {
	s.mu.Lock()
	s.waiting = append(s.waiting, what)
	s.progress()
	s.mu.Unlock()
	f()
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.waiting, what); i >= 0 {
		s.waiting = slices.Delete(s.waiting, i, i+1)
	}
	s.progress()
}

func (s *self) progress() {
	if s.o.Progress != nil {
		s.o.Progress(slices.Clone(s.waiting))
	}
}

// lookUpHELO asks for the addresses of our name in EHLO.
func (s *self) lookUpHELO(ctx context.Context) {
	d, err := smtp.ParseDomain(s.o.Probe.HELO)
	if err != nil || d.Literal.IsValid() {
		return
	}
	s.during("DNS for "+d.ASCII, func() { s.c.HELOHost = s.addresses(ctx, d.ASCII) })
}

// addresses asks for both kinds of addresses of a name.
func (s *self) addresses(ctx context.Context, name string) []*dnsclient.Answer {
	out := make([]*dnsclient.Answer, 2)
	var all sync.WaitGroup
	for i, t := range []dnsclient.Type{"A", "AAAA"} {
		all.Go(func() { out[i] = s.o.DNS.Query(ctx, name, t) })
	}
	all.Wait()
	return out
}

// lookUpSender finds out whether the sender's domain takes mail, and what lists of
// domains say of it.
func (s *self) lookUpSender(ctx context.Context) {
	if s.o.Domain == "" {
		return
	}
	var all sync.WaitGroup
	all.Go(func() {
		s.during("DNS for "+s.o.Domain, func() {
			s.c.Mail = (&mxresolve.Resolver{DNS: s.o.DNS}).Resolve(ctx, s.o.Domain, nil)
		})
	})
	s.c.Lists = s.askLists(true, func(list policy.Blocklist) *policy.Listing { return s.policy.ListedDomain(ctx, list, s.o.Domain) })
	all.Wait()
}

// askLists asks all lists of a kind at once.
func (s *self) askLists(domains bool, ask func(policy.Blocklist) *policy.Listing) []*policy.Listing {
	var lists []policy.Blocklist
	for _, l := range s.o.Lists {
		if l.Domains == domains {
			lists = append(lists, l)
		}
	}
	out := make([]*policy.Listing, len(lists))
	var all sync.WaitGroup
	for i, l := range lists {
		all.Go(func() { s.during(l.Zone, func() { out[i] = ask(l) }) })
	}
	all.Wait()
	return out
}

// inquire begins to find out what others find out about an address, once.
func (s *self) inquire(ctx context.Context, addr netip.Addr) {
	s.mu.Lock()
	q := new(inquiry)
	_, known := s.ours[addr]
	if !known {
		s.ours[addr] = q
	}
	s.mu.Unlock()
	if known || mxresolve.AddressKind(addr) != mxresolve.AddrGlobal {
		return
	}
	s.group.Go(func() { s.during("PTR of "+addr.String(), func() { q.reverse = s.policy.Reverse(ctx, addr) }) })
	s.group.Go(func() {
		q.lists = s.askLists(false, func(l policy.Blocklist) *policy.Listing { return s.policy.ListedAddress(ctx, l, addr) })
	})
	helo := s.o.Probe.HELO
	if helo == "" {
		helo = smtp.AddressLiteral(addr)
	}
	if s.o.Domain != "" {
		s.group.Go(func() {
			sender := s.o.Sender
			if !strings.Contains(sender, "@") {
				sender = s.o.Domain
			}
			s.during("SPF of "+s.o.Domain, func() { q.spf = s.policy.SPF(ctx, addr, helo, sender) })
		})
	}
	if d, err := smtp.ParseDomain(helo); err == nil && !d.Literal.IsValid() && !strings.EqualFold(d.ASCII, s.o.Domain) {
		s.group.Go(func() { s.during("SPF of "+d.ASCII, func() { q.ofHELO = s.policy.SPF(ctx, addr, d.ASCII, d.ASCII) }) })
	}
}

// settle decides which addresses are ours, when all sessions are over.
func (s *self) settle(ctx context.Context) {
	for _, f := range s.c.Families {
		a, _ := diagnose.OurAddress(f, s.c.Targets, s.o.Given)
		if s.o.Lab { // whose connections are made on loopback
			a.Local = netip.Addr{}
		}
		if a.Addr.IsValid() || a.Local.IsValid() {
			s.c.Addresses = append(s.c.Addresses, a)
		}
		if a.Addr.IsValid() {
			s.inquire(ctx, a.Addr)
		}
	}
}

// suspect looks up what hosts are that share a name in their greetings.
func (s *self) suspect(ctx context.Context) {
	for name, hosts := range diagnose.SharedGreetings(s.c.Targets) {
		g := diagnose.Greeter{Name: name, Reverse: make(map[netip.Addr]*policy.Reverse)}
		var all sync.WaitGroup
		var mu sync.Mutex
		all.Go(func() { g.Forward = s.addresses(ctx, name) })
		for _, t := range hosts {
			addr := t.Addr.Addr()
			all.Go(func() {
				r := s.policy.Reverse(ctx, addr)
				mu.Lock()
				defer mu.Unlock()
				g.Reverse[addr] = r
			})
		}
		s.during("DNS for "+name, all.Wait)
		s.c.Greeters = append(s.c.Greeters, g)
	}
	slices.SortFunc(s.c.Greeters, func(a, b diagnose.Greeter) int { return strings.Compare(a.Name, b.Name) })
}
