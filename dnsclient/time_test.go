package dnsclient

import (
	"context"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpcheck/smtpcheck/lab"
)

// silent dials servers that take a query and say nothing.
func silent(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	go func() {
		_, _ = io.Copy(io.Discard, theirs)
		theirs.Close()
	}()
	return ours, nil
}

// Two seconds a try, two rounds over the servers: exactly, and no time in truth.
func TestDefaultTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &Client{Servers: []string{"192.0.2.1:53", "192.0.2.2:53"}, Dial: silent, TCP: true}
		start := time.Now()
		a := c.Query(t.Context(), "x.test", "MX")
		if took := time.Since(start); took != 8*time.Second {
			t.Errorf("took %v, want 8s", took)
		}
		if a.Status != StatusTimeout || a.Err != "timeout" || len(a.Exchanges) != 4 {
			t.Errorf("%s %q, %d exchanges", a.Status, a.Err, len(a.Exchanges))
		}
		for i, e := range a.Exchanges {
			if e.RTT != 2*time.Second || e.Server != c.Servers[i%2] || e.Err != "timeout" {
				t.Errorf("%d: %s after %v: %s", i, e.Server, e.RTT, e.Err)
			}
		}
	})
}

// A server that drips a byte now and then does not prolong its two seconds.
func TestDrip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial := func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go func() {
				defer theirs.Close()
				if _, err := theirs.Read(make([]byte, 512)); err != nil {
					return
				}
				for {
					time.Sleep(300 * time.Millisecond)
					if _, err := theirs.Write([]byte{0xff}); err != nil {
						return
					}
				}
			}()
			return ours, nil
		}
		c := &Client{Servers: []string{"192.0.2.1:53"}, Dial: dial, TCP: true, Rounds: 1}
		start := time.Now()
		if a := c.Query(t.Context(), "x.test", "MX"); a.Status != StatusTimeout || time.Since(start) != 2*time.Second {
			t.Errorf("%s after %v", a.Status, time.Since(start))
		}
		time.Sleep(time.Second) // the dripping server notices
	})
}

// The lab's server works over connections in memory, and its delays cost nothing.
func TestInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := lab.NewDNS("x.test. MX 10 mx.test.\n;! x.test. delay 1500ms\n;! y.test. delay 2500ms")
		if err != nil {
			t.Fatal(err)
		}
		l := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
		s.ServeTCP(l)
		c := &Client{Servers: []string{"192.0.2.1:53"}, Dial: l.dial, TCP: true, Rounds: 1}
		start := time.Now()
		a := c.Query(t.Context(), "x.test", "MX")
		if a.Status != StatusOK || a.Exchanges[0].RTT != 1500*time.Millisecond || time.Since(start) != 1500*time.Millisecond {
			t.Errorf("%s after %v", a.Status, time.Since(start))
		}
		if a := c.Query(t.Context(), "y.test", "MX"); a.Status != StatusTimeout {
			t.Errorf("%s after %v", a.Status, a.Exchanges[0].RTT)
		}
		_ = s.Close()
	})
}

// pipes is a listener in memory.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	p.conns <- theirs
	return ours, nil
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }
