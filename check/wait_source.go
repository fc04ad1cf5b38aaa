package check

import (
	"context"
	"net"
	"net/netip"
)

// sources are the local addresses from which hosts were asked, so that they are
// asked from the same ones again: who greylists goes by them. The kernel might choose
// another meanwhile (RFC 8981: addresses for privacy change daily).
type sources map[netip.Addr]netip.Addr // by the address that was asked

// learn remembers where the sessions of a run came from.
func (s *sources) learn(r *run) {
	for _, j := range r.jobs {
		if j.attempt != nil {
			s.add(j.target.Addr.Addr(), j.attempt.Local.Addr())
		}
	}
}

// recall remembers where the sessions of a report came from.
func (s *sources) recall(r *Report) {
	for i := range r.Sessions {
		to, err := netip.ParseAddrPort(r.Sessions[i].Address)
		from, err2 := netip.ParseAddrPort(r.Sessions[i].Local)
		if err == nil && err2 == nil {
			s.add(to.Addr(), from.Addr())
		}
	}
}

func (s *sources) add(to, from netip.Addr) {
	if *s == nil {
		*s = make(sources)
	}
	if _, known := (*s)[to]; !known && from.IsValid() {
		(*s)[to] = from
	}
}

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// dialler connects to a host from where it was asked before. A dialler of the
// user's (--source, --proxy, the lab) does so by itself.
func (s sources) dialler(given dialFunc) dialFunc {
	if given != nil || len(s) == 0 {
		return given
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		d := &net.Dialer{KeepAlive: -1}
		if to, err := netip.ParseAddrPort(address); err == nil {
			if from, ok := s[to.Addr()]; ok {
				d.LocalAddr = &net.TCPAddr{IP: from.AsSlice(), Zone: from.Zone()}
			}
		}
		return d.DialContext(ctx, network, address)
	}
}
