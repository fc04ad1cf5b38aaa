package mxresolve

import (
	"context"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/lab"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve runs a DNS server with the zone on loopback, UDP and TCP on one port.
func serve(t testing.TB, zone string) (*lab.DNSServer, string) {
	t.Helper()
	s, err := lab.NewDNS(zone)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	addr, err := s.ServeLoopback()
	if err != nil {
		t.Fatal(err)
	}
	return s, addr
}

// resolver returns one that asks addr and waits for the answers, on however slow a machine.
func resolver(addr string) *Resolver {
	return &Resolver{
		DNS:   &dnsclient.Client{Servers: []string{addr}, Timeout: 20 * time.Second, Rounds: 1},
		Grace: 20 * time.Second,
	}
}

// impatient returns one for servers that do not answer.
func impatient(addr string) *Resolver {
	return &Resolver{
		DNS:   &dnsclient.Client{Servers: []string{addr}, Timeout: 300 * time.Millisecond, Rounds: 1},
		Grace: 20 * time.Millisecond,
	}
}

// hosts prints hosts in short: preference, name, addresses, !problem, notes.
func hosts(list []Host) string {
	var lines []string
	for _, h := range list {
		line := strconv.Itoa(int(h.Preference)) + " " + h.Name
		for _, a := range h.Addresses {
			line += " " + a.String()
		}
		if h.Problem != "" {
			line += " !" + string(h.Problem)
		}
		for _, n := range h.Notes {
			line += " (" + string(n) + ")"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}

func problems(list []Problem) string {
	var s []string
	for _, p := range list {
		s = append(s, string(p))
	}
	return strings.Join(s, " ")
}

// pipes is a listener in memory.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func newPipes() *pipes {
	return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
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
