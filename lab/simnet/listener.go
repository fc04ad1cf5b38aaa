package simnet

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

// Listener accepts the connections made to one address.
type Listener struct {
	network *Network
	addr    netip.AddrPort

	mu      sync.Mutex
	changed *sync.Cond
	backlog []*Conn
	closed  bool
}

func newListener(n *Network, addr netip.AddrPort) *Listener {
	l := &Listener{network: n, addr: addr}
	l.changed = sync.NewCond(&l.mu)
	return l
}

// deliver hands conn to Accept when the last packet of its handshake arrives.
func (l *Listener) deliver(conn *Conn, latency time.Duration) {
	if latency > 0 {
		time.AfterFunc(latency, func() { l.deliver(conn, 0) })
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		_ = conn.Reset()
		return
	}
	l.backlog = append(l.backlog, conn)
	l.changed.Broadcast()
}

// Accept waits for the next connection.
func (l *Listener) Accept() (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.backlog) == 0 && !l.closed {
		l.changed.Wait()
	}
	if l.closed {
		return nil, &net.OpError{Op: "accept", Net: "tcp", Addr: l.Addr(), Err: net.ErrClosed}
	}
	conn := l.backlog[0]
	l.backlog = l.backlog[1:]
	return conn, nil
}

// Close frees the address; connections nobody accepted are reset.
func (l *Listener) Close() error {
	l.network.forget(l)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return &net.OpError{Op: "close", Net: "tcp", Addr: l.Addr(), Err: net.ErrClosed}
	}
	l.closed = true
	for _, conn := range l.backlog {
		_ = conn.Reset()
	}
	l.backlog = nil
	l.changed.Broadcast()
	return nil
}

// Addr returns the address listened on.
func (l *Listener) Addr() net.Addr { return net.TCPAddrFromAddrPort(l.addr) }
