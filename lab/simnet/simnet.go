// Package simnet is a network in memory that behaves like TCP where that
// matters to a mail client, and works inside a testing/synctest bubble, where
// real sockets do not.
//
//  1. [New] makes a [Network]; [Network.Listen] puts a server at an address.
//  2. [Network.Dial] connects to it, as net.Dialer would, or fails as the
//     network was told with [Network.SetOutcome]: refused, unreachable, silent.
//  3. A [Conn] is buffered, has deadlines, can be closed one way, reset, and has
//     a receive window that fills up when nobody reads.
//  4. A [Link] gives a connection a delay, and faults at a chosen byte of
//     what its client reads, for tests that break a session at every position.
//
// Nothing here reaches the operating system. Waiting is done on condition
// variables and timers only, so that a bubble's clock can move.
package simnet

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

// DefaultWindow is the receive window of a connection whose [Link] names none.
const DefaultWindow = 64 << 10

// Network is a set of listeners and what lies between them and their clients.
// Use [New]; all methods may be called at any time.
type Network struct {
	mu        sync.Mutex
	listeners map[netip.AddrPort]*Listener
	packets   map[netip.AddrPort]*PacketConn
	outcomes  map[netip.AddrPort]Outcome
	links     map[netip.AddrPort]Link
	fallback  Link
	dials     map[netip.AddrPort]int
	port      uint16
}

// New returns a network without listeners or delays.
func New() *Network {
	return &Network{
		listeners: make(map[netip.AddrPort]*Listener),
		packets:   make(map[netip.AddrPort]*PacketConn),
		outcomes:  make(map[netip.AddrPort]Outcome),
		links:     make(map[netip.AddrPort]Link),
		dials:     make(map[netip.AddrPort]int),
		port:      49151,
	}
}

// SetOutcome decides how dialling address ("198.51.100.10:25") ends from now on.
func (n *Network) SetOutcome(address string, o Outcome) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.outcomes[netip.MustParseAddrPort(address)] = o
}

// SetLink decides what connections to address are like from now on. The empty
// address stands for every address that has no link of its own.
func (n *Network) SetLink(address string, l Link) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if address == "" {
		n.fallback = l
		return
	}
	n.links[netip.MustParseAddrPort(address)] = l
}

// Dials returns how often address has been dialled, whatever came of it.
func (n *Network) Dials(address string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.dials[netip.MustParseAddrPort(address)]
}

// Dial connects to address on network, "tcp", "tcp4", "tcp6" or "udp" and the
// like. It takes one round trip; where nothing listens it is refused. Errors are
// those of net.Dialer: a [*net.OpError] around the system's error number.
func (n *Network) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	addr, err := resolve(network, address)
	if err != nil {
		return nil, err
	}
	if network[:3] == "udp" {
		return n.dialPacket(network, addr)
	}
	n.mu.Lock()
	outcome, listener := n.outcomes[addr], n.listeners[addr]
	link, ok := n.links[addr]
	if !ok {
		link = n.fallback
	}
	n.dials[addr]++
	nth := n.dials[addr]
	n.mu.Unlock()
	if outcome == Accept && listener == nil {
		outcome = Refused
	}
	if outcome != Accept {
		return nil, outcome.Fail(ctx, network, address, 2*link.Latency)
	}
	if err := wait(ctx, 2*link.Latency); err != nil {
		return nil, dialError(network, addr, err)
	}
	client, server := pair(n.local(addr.Addr()), addr, link, nth)
	listener.deliver(server, link.Latency)
	return client, nil
}

// local returns an unused address for the client's end, of the same family as
// the server's.
func (n *Network) local(server netip.Addr) netip.AddrPort {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.port++
	if n.port == 0 {
		n.port = 49152
	}
	if server.Is4() {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{203, 0, 113, 254}), n.port)
	}
	return netip.AddrPortFrom(netip.MustParseAddr("2001:db8:ffff::254"), n.port)
}

// resolve checks what Dial was given: an address literal with a port, of the
// family that network asks for.
func resolve(network, address string) (netip.AddrPort, error) {
	addr, err := netip.ParseAddrPort(address)
	switch {
	case err != nil:
		return addr, &net.OpError{Op: "dial", Net: network, Err: &net.AddrError{Err: "not an address and port", Addr: address}}
	case network == "tcp" || network == "udp":
		return addr, nil
	case (network == "tcp4" || network == "udp4") && addr.Addr().Is4():
		return addr, nil
	case (network == "tcp6" || network == "udp6") && addr.Addr().Is6():
		return addr, nil
	case network == "tcp4" || network == "udp4" || network == "tcp6" || network == "udp6":
		return addr, &net.OpError{Op: "dial", Net: network, Err: &net.AddrError{Err: "no suitable address", Addr: address}}
	}
	return addr, &net.OpError{Op: "dial", Net: network, Err: net.UnknownNetworkError(network)}
}

// wait lets d pass, or returns the context's error.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Listen puts a listener at address, which must be free.
func (n *Network) Listen(address string) (*Listener, error) {
	addr, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.listeners[addr] != nil {
		return nil, &net.OpError{Op: "listen", Net: "tcp", Addr: net.TCPAddrFromAddrPort(addr), Err: syscall.EADDRINUSE}
	}
	l := newListener(n, addr)
	n.listeners[addr] = l
	return l, nil
}

func (n *Network) forget(l *Listener) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.listeners[l.addr] == l {
		delete(n.listeners, l.addr)
	}
}

// dialError makes err look as if net.Dialer had returned it.
func dialError(network string, addr netip.AddrPort, err error) error {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		err = timeoutError{}
	case errors.Is(err, context.Canceled):
		err = canceledError{}
	}
	return &net.OpError{Op: "dial", Net: network, Addr: net.TCPAddrFromAddrPort(addr), Err: err}
}
