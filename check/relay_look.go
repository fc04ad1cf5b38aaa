package check

import (
	"context"
	"sync"

	"github.com/smtpcheck/smtpcheck/probe"
)

// lookAll looks at the TLS of every port that was connected to, on further
// connections: closely where that is asked for, else only where the handshake failed
// for want of something in common.
func (r *relay) lookAll(ctx context.Context) {
	var all sync.WaitGroup
	for _, d := range r.doors {
		all.Go(func() { r.look(ctx, d) })
	}
	all.Wait()
}

// look has the connections that look at one port, one after another.
func (r *relay) look(ctx context.Context, d *door) {
	first := d.attemptOf(d.won)
	if first == nil {
		return
	}
	o := r.session(d)
	o.Sessions = d.sessions
	for had := []*probe.Attempt{first}; ctx.Err() == nil; had = append(had, d.looks[len(d.looks)-1]) {
		n := further(had, &o, r.o.TLSCheck)
		if n == nil || !r.lookOnce(ctx, d, n) {
			return
		}
	}
}

// lookOnce has one of them; it reports false where we were told to stop first, by the
// host too.
func (r *relay) lookOnce(ctx context.Context, d *door, n *another) bool {
	if r.o.Pace.closed(d.won.target, 0) {
		return false
	}
	k := r.newKnock(d.won.target, n.purpose, d.won.header.ID)
	a := r.visit(ctx, k, &n.options)
	if a != nil {
		d.looks = append(d.looks, a)
	}
	return a != nil
}
