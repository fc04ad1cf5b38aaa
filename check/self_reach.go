package check

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"sync"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// reach finds the addresses of all places and connects to one of each family.
func (s *self) reach(ctx context.Context) {
	places := slices.Concat(s.o.Targets, s.o.Compare)
	found := make([][]diagnose.SelfTarget, len(places))
	lost := make([]*diagnose.SelfLost, len(places))
	results := make([]*mxresolve.Result, len(places))
	taken := &dialled{seen: make(map[netip.AddrPort]bool)}
	var all sync.WaitGroup
	for i, p := range places {
		compare := i >= len(s.o.Targets)
		all.Go(func() {
			s.during("DNS for "+p.Name, func() { results[i] = s.locate(ctx, p) })
			targets := s.choose(p, compare, results[i])
			if len(targets) == 0 {
				lost[i] = &diagnose.SelfLost{Asked: p.Name, Compare: compare, Result: results[i]}
				return
			}
			targets = slices.DeleteFunc(targets, func(t diagnose.SelfTarget) bool { return !taken.take(t.Addr) })
			found[i] = s.connectAll(ctx, targets)
		})
	}
	all.Wait()
	for i := range places {
		s.number(results[i])
		if lost[i] != nil {
			lost[i].Query = results[i].MXQuery
			s.c.Lost = append(s.c.Lost, *lost[i])
		}
		s.c.Targets = append(s.c.Targets, found[i]...)
	}
	for i := range s.c.Targets {
		if a := s.c.Targets[i].Attempt; a != nil {
			s.sessions++
			a.ID = s.sessions
		}
	}
}

// dialled keeps addresses that are connected to, so that none is twice.
type dialled struct {
	mu   sync.Mutex
	seen map[netip.AddrPort]bool
}

func (p *dialled) take(addr netip.AddrPort) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen[addr] {
		return false
	}
	p.seen[addr] = true
	return true
}

// locate finds the hosts of a place.
func (s *self) locate(ctx context.Context, p SelfPlace) *mxresolve.Result {
	res := &mxresolve.Resolver{DNS: s.o.DNS, IPv4: s.o.IPv4, IPv6: s.o.IPv6}
	_, err := netip.ParseAddr(p.Name)
	if p.Port == 0 && err != nil {
		return res.Resolve(ctx, p.Name, nil)
	}
	return res.ResolveServer(ctx, p.Name, nil)
}

// choose takes of a place one address of each family, of the most preferred host that has one.
func (s *self) choose(p SelfPlace, compare bool, res *mxresolve.Result) (out []diagnose.SelfTarget) {
	port := p.Port
	if port == 0 {
		port = 25
	}
	for _, f := range s.c.Families {
		for i := range res.Hosts {
			h := &res.Hosts[i]
			k := slices.IndexFunc(h.Addresses, func(a netip.Addr) bool { return diagnose.FamilyOf(a) == f && s.fit(a, p) })
			if k >= 0 {
				out = append(out, diagnose.SelfTarget{Asked: p.Name, Host: h.Name, Addr: netip.AddrPortFrom(h.Addresses[k], port), Compare: compare})
				break
			}
		}
	}
	return out
}

// fit reports whether an address may be connected to: MX records must not lead to this machine.
func (s *self) fit(addr netip.Addr, p SelfPlace) bool {
	return p.Port != 0 || !addr.IsLoopback() && !addr.IsUnspecified()
}

// connectAll has a session with each target at once.
func (s *self) connectAll(ctx context.Context, targets []diagnose.SelfTarget) []diagnose.SelfTarget {
	var all sync.WaitGroup
	for i := range targets {
		t := &targets[i]
		if !s.routed(t.Addr) {
			t.NoRoute = true
			continue
		}
		all.Go(func() {
			s.during(net.JoinHostPort(t.Host, port(t.Addr)), func() { t.Attempt = s.greet(ctx, t) })
			s.heard(ctx, t)
		})
	}
	all.Wait()
	return targets
}

func port(a netip.AddrPort) string {
	_, p, _ := net.SplitHostPort(a.String())
	return p
}

func (s *self) routed(addr netip.AddrPort) bool {
	if s.o.Probe.Dial != nil {
		return true
	}
	conn, err := net.Dial("udp", addr.String())
	if err == nil {
		_ = conn.Close()
	}
	return err == nil || !noRoute(err)
}

// greet says EHLO to a target, and takes TLS where it is offered; at a port of
// another protocol it only connects.
func (s *self) greet(ctx context.Context, t *diagnose.SelfTarget) *probe.Attempt {
	o := s.o.Probe
	o.Recipients, o.Message, o.Auth = nil, nil, nil
	o.StopAfter = smtp.StageSTARTTLS
	switch t.Addr.Port() {
	case 465:
		o.TLS, o.StopAfter = probe.Implicit, smtp.StageEHLO
	case 443, 80, 53:
		o.StopAfter = smtp.StageConnect
	}
	return probe.Run(ctx, probe.Target{Host: t.Host, Addr: t.Addr}, &o)
}

// heard begins to inquire about our address as soon as two operators agree on it.
func (s *self) heard(ctx context.Context, t *diagnose.SelfTarget) {
	s.mu.Lock()
	s.done = append(s.done, *t)
	a, certain := diagnose.OurAddress(diagnose.FamilyOf(t.Addr.Addr()), s.done, s.o.Given)
	s.mu.Unlock()
	if certain && a.Addr.IsValid() {
		s.inquire(ctx, a.Addr)
	}
}
