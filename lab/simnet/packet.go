package simnet

import (
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// maxPackets is how many datagrams wait for a reader before more are dropped.
const maxPackets = 64

// PacketConn is one end of an exchange of datagrams, as UDP has them. Nothing is
// lost but what nobody reads; there is no delay but the link's.
type PacketConn struct {
	network *Network
	addr    netip.AddrPort
	peer    netip.AddrPort // where a dialled one sends; invalid for a listening one

	circuit
	queue   []packet
	readBy  deadline
	refused bool
	closed  bool
}

type packet struct {
	data []byte
	from netip.AddrPort
}

func (n *Network) newPacketConn(addr, peer netip.AddrPort) *PacketConn {
	p := &PacketConn{network: n, addr: addr, peer: peer}
	p.changed = sync.NewCond(&p.mu)
	n.packets[addr] = p
	return p
}

// ListenPacket receives the datagrams sent to address, which must be free.
func (n *Network) ListenPacket(address string) (*PacketConn, error) {
	addr, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.packets[addr] != nil {
		return nil, &net.OpError{Op: "listen", Net: "udp", Addr: net.UDPAddrFromAddrPort(addr), Err: syscall.EADDRINUSE}
	}
	return n.newPacketConn(addr, netip.AddrPort{}), nil
}

func (n *Network) dialPacket(network string, addr netip.AddrPort) (net.Conn, error) {
	local := n.local(addr.Addr())
	n.mu.Lock()
	defer n.mu.Unlock()
	if errno, ok := n.outcomes[addr].errno(); ok && errno != syscall.ECONNREFUSED {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: net.UDPAddrFromAddrPort(addr), Err: os.NewSyscallError("connect", errno)}
	}
	return n.newPacketConn(local, addr), nil
}

// ReadFrom returns the next datagram and its sender.
func (p *PacketConn) ReadFrom(b []byte) (int, net.Addr, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		switch {
		case p.closed:
			return 0, nil, p.error("read", net.ErrClosed)
		case p.readBy.passed:
			return 0, nil, p.error("read", os.ErrDeadlineExceeded)
		case p.refused:
			p.refused = false
			return 0, nil, p.error("read", os.NewSyscallError("read", syscall.ECONNREFUSED))
		case len(p.queue) > 0:
			first := p.queue[0]
			p.queue = p.queue[1:]
			return copy(b, first.data), net.UDPAddrFromAddrPort(first.from), nil
		}
		p.changed.Wait()
	}
}

// Read returns the next datagram.
func (p *PacketConn) Read(b []byte) (int, error) {
	n, _, err := p.ReadFrom(b)
	return n, err
}

// Write sends a datagram to the address that was dialled.
func (p *PacketConn) Write(b []byte) (int, error) { return p.send(b, p.peer) }

// WriteTo sends a datagram to addr.
func (p *PacketConn) WriteTo(b []byte, addr net.Addr) (int, error) {
	to, err := netip.ParseAddrPort(addr.String())
	if err != nil {
		return 0, p.error("write", err)
	}
	return p.send(b, to)
}

func (p *PacketConn) send(b []byte, to netip.AddrPort) (int, error) {
	p.mu.Lock()
	closed := p.closed
	p.mu.Unlock()
	if closed {
		return 0, p.error("write", net.ErrClosed)
	}
	p.network.route(p, packet{append([]byte(nil), b...), p.addr}, to)
	return len(b), nil
}

// route takes a datagram to its destination, or the news that nobody is there back.
func (n *Network) route(sender *PacketConn, pkt packet, to netip.AddrPort) {
	n.mu.Lock()
	link, ok := n.links[to]
	if !ok {
		link, ok = n.links[sender.addr]
	}
	if !ok {
		link = n.fallback
	}
	target, outcome := n.packets[to], n.outcomes[to]
	n.mu.Unlock()
	switch {
	case outcome == Timeout:
	case target == nil || outcome == Refused:
		after(2*link.Latency, func() { sender.refuse() })
	default:
		after(link.Latency, func() { target.receive(pkt) })
	}
}

// after runs f after d, at once if there is nothing to wait for.
func after(d time.Duration, f func()) {
	if d <= 0 {
		f()
		return
	}
	time.AfterFunc(d, f)
}

func (p *PacketConn) receive(pkt packet) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.queue) < maxPackets && (!p.peer.IsValid() || p.peer == pkt.from) {
		p.queue = append(p.queue, pkt)
		p.changed.Broadcast()
	}
}

func (p *PacketConn) refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refused = p.peer.IsValid()
	p.changed.Broadcast()
}

// Close frees the address.
func (p *PacketConn) Close() error {
	p.network.mu.Lock()
	delete(p.network.packets, p.addr)
	p.network.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return p.error("close", net.ErrClosed)
	}
	p.closed = true
	p.readBy.stop()
	p.changed.Broadcast()
	return nil
}

// LocalAddr returns the address of this end.
func (p *PacketConn) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(p.addr) }

// RemoteAddr returns the address that was dialled, or nil.
func (p *PacketConn) RemoteAddr() net.Addr {
	if !p.peer.IsValid() {
		return nil
	}
	return net.UDPAddrFromAddrPort(p.peer)
}

// SetDeadline sets the deadline for reading; a datagram is sent at once or not.
func (p *PacketConn) SetDeadline(t time.Time) error { return p.SetReadDeadline(t) }

// SetReadDeadline makes reads fail with os.ErrDeadlineExceeded from t on.
func (p *PacketConn) SetReadDeadline(t time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return p.error("set", net.ErrClosed)
	}
	p.readBy.set(&p.circuit, t)
	return nil
}

// SetWriteDeadline does nothing: sending never waits.
func (p *PacketConn) SetWriteDeadline(time.Time) error { return nil }

func (p *PacketConn) error(op string, err error) error {
	return &net.OpError{Op: op, Net: "udp", Source: p.LocalAddr(), Addr: p.RemoteAddr(), Err: err}
}
