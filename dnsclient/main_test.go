package dnsclient

import (
	"net"
	"testing"
	"time"

	"go.uber.org/goleak"

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

func listenUDP(t testing.TB) net.PacketConn {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// ask asks a server with the zone for MX records, once.
func ask(t testing.TB, zone, name string) *Answer {
	t.Helper()
	_, addr := serve(t, zone)
	return patient(addr).Query(t.Context(), name, "MX")
}

// patient returns a client for servers that answer, on however slow a machine.
func patient(servers ...string) *Client {
	return &Client{Servers: servers, Timeout: 20 * time.Second, Rounds: 1}
}

// impatient returns a client for servers that do not.
func impatient(servers ...string) *Client {
	return &Client{Servers: servers, Timeout: 100 * time.Millisecond, Rounds: 1}
}

// unused returns an address where nobody listens.
func unused(t testing.TB) string {
	t.Helper()
	conn := listenUDP(t)
	defer func() { _ = conn.Close() }()
	return conn.LocalAddr().String()
}

// tries prints the exchanges in short: network, code, trouble.
func tries(a *Answer) []string {
	var s []string
	for _, e := range a.Exchanges {
		line := e.Network
		if e.Rcode != "" {
			line += " " + e.Rcode
		}
		if e.Truncated {
			line += " truncated"
		}
		if e.Err != "" {
			line += ": " + e.Err
		}
		s = append(s, line)
	}
	return s
}
