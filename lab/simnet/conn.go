package simnet

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// Conn is one end of a connection.
type Conn struct {
	*circuit
	in, out       *stream
	local, remote *net.TCPAddr
	closed        bool // guarded by circuit.mu
}

// circuit is what the two ends of a connection share: one lock, and one
// condition for "something changed".
type circuit struct {
	mu      sync.Mutex
	changed *sync.Cond
}

// pair makes both ends of the nth connection from client to server.
func pair(client, server netip.AddrPort, link Link, nth int) (c, s *Conn) {
	shared := &circuit{}
	shared.changed = sync.NewCond(&shared.mu)
	up, down := newStream(shared, link), newStream(shared, link)
	if f := link.Fault; f.Kind != NoFault && (f.Connection == 0 || f.Connection == nth) {
		down.fault = &f
	}
	down.slice = link.Slice
	up.back, down.back = down, up
	ca, sa := net.TCPAddrFromAddrPort(client), net.TCPAddrFromAddrPort(server)
	shared.mu.Lock()
	down.push(nil) // a fault at the very first byte
	shared.mu.Unlock()
	return &Conn{circuit: shared, in: down, out: up, local: ca, remote: sa},
		&Conn{circuit: shared, in: up, out: down, local: sa, remote: ca}
}

// Pipe returns the two ends of a perfect connection.
func Pipe() (client, server *Conn) {
	at := netip.MustParseAddrPort
	return pair(at("203.0.113.254:49152"), at("198.51.100.1:25"), Link{}, 1)
}

// Read returns bytes of one of the peer's writes, as soon as any have arrived.
func (c *Conn) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		if c.closed {
			return 0, c.error("read", net.ErrClosed)
		}
		n, err, ready := c.in.take(p)
		switch {
		case ready && errors.Is(err, io.EOF):
			return n, io.EOF
		case ready && err != nil:
			return n, c.error("read", err)
		case ready:
			c.changed.Broadcast()
			return n, nil
		}
		c.changed.Wait()
	}
}

// Write sends p, and blocks while the window is full.
func (c *Conn) Write(p []byte) (n int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		if c.closed {
			return n, c.error("write", net.ErrClosed)
		}
		if err := c.out.writable(); err != nil {
			return n, c.error("write", err)
		}
		room := min(c.out.room(), len(p)-n)
		if room > 0 {
			c.out.push(p[n : n+room])
			n += room
		}
		if n == len(p) {
			return n, nil
		}
		if room == 0 {
			c.changed.Wait()
		}
	}
}

// Close ends the connection in both directions. As TCP does, it resets the
// connection if there are bytes left that were never read.
func (c *Conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return c.error("close", net.ErrClosed)
	}
	c.closed = true
	if c.in.unread() {
		c.reset()
	} else {
		c.out.finish(io.EOF)
	}
	c.in.abandon()
	c.changed.Broadcast()
	return nil
}

// CloseWrite sends the peer the end of the stream and goes on reading (FIN).
func (c *Conn) CloseWrite() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return c.error("close", net.ErrClosed)
	}
	c.out.finish(io.EOF)
	c.changed.Broadcast()
	return nil
}

// Reset ends the connection at once; the peer reads what has arrived and then
// an error that is syscall.ECONNRESET (RST).
func (c *Conn) Reset() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return c.error("close", net.ErrClosed)
	}
	c.closed = true
	c.reset()
	c.in.abandon()
	c.changed.Broadcast()
	return nil
}

func (c *Conn) reset() {
	c.out.finish(syscall.ECONNRESET)
	c.in.breakWriter(syscall.ECONNRESET)
}

// SetReadBuffer sets the window in the direction this end reads.
func (c *Conn) SetReadBuffer(bytes int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.in.window = max(bytes, 1)
	c.changed.Broadcast()
	return nil
}

// LocalAddr returns this end's address.
func (c *Conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr returns the peer's address.
func (c *Conn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline sets both deadlines.
func (c *Conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// SetReadDeadline makes reads fail with os.ErrDeadlineExceeded from t on.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.setDeadline(&c.in.readBy, t) }

// SetWriteDeadline makes writes fail with os.ErrDeadlineExceeded from t on.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.setDeadline(&c.out.writeBy, t) }

func (c *Conn) setDeadline(d *deadline, t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return c.error("set", net.ErrClosed)
	}
	d.set(c.circuit, t)
	return nil
}

// error dresses err as package net does.
func (c *Conn) error(op string, err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		err = os.NewSyscallError(op, errno)
	}
	return &net.OpError{Op: op, Net: "tcp", Source: c.local, Addr: c.remote, Err: err}
}
