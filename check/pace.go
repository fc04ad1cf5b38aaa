package check

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"github.com/smtpcheck/smtpcheck/probe"
)

// spacing is the least time between two connections to one address and port.
const spacing = time.Second

// Pace keeps a run courteous: one connection at a time to an address and port,
// none within a second of the last but for a fallback, and none any more to a
// host that said it has enough. The zero value is ready.
type Pace struct {
	mu     sync.Mutex
	places map[netip.AddrPort]*place
	shut   map[string]time.Time // when hosts, by names and addresses, said 421 or asked to slow down
}

type place struct {
	turn chan struct{} // held by who is connected
	last time.Time     // when the last connection ended
}

// enter waits for its turn at addr. It fails only when ctx ends.
func (p *Pace) enter(ctx context.Context, addr netip.AddrPort, atOnce bool) error {
	pl := p.place(addr)
	select {
	case pl.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if wait := spacing - time.Since(pl.last); wait > 0 && !pl.last.IsZero() && !atOnce {
		t := time.NewTimer(wait)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			<-pl.turn
			return ctx.Err()
		}
	}
	return nil
}

func (p *Pace) leave(addr netip.AddrPort) {
	pl := p.place(addr)
	pl.last = time.Now()
	<-pl.turn
}

func (p *Pace) place(addr netip.AddrPort) *place {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.places == nil {
		p.places = make(map[netip.AddrPort]*place)
	}
	pl := p.places[addr]
	if pl == nil {
		pl = &place{turn: make(chan struct{}, 1)}
		p.places[addr] = pl
	}
	return pl
}

// close remembers that a host, by any of its names and at any of its
// addresses, wants no more connections now.
func (p *Pace) close(t probe.Target) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shut == nil {
		p.shut = make(map[string]time.Time)
	}
	for _, key := range keys(t) {
		p.shut[key] = time.Now()
	}
}

// closed reports whether a host wants no more connections; after patience it may
// be asked again, if there is any.
func (p *Pace) closed(t probe.Target, patience time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, key := range keys(t) {
		if at, ok := p.shut[key]; ok && (patience == 0 || time.Since(at) < patience) {
			return true
		}
	}
	return false
}

func keys(t probe.Target) []string {
	return append([]string{t.Place(), t.Host}, t.Also...)
}
