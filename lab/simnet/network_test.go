package simnet_test

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpcheck/smtpcheck/lab/simnet"
)

func TestOutcomes(t *testing.T) {
	tests := []struct {
		outcome simnet.Outcome
		want    error
		words   string
	}{
		{simnet.Accept, syscall.ECONNREFUSED, "dial tcp 198.51.100.10:25: connect: connection refused"},
		{simnet.Refused, syscall.ECONNREFUSED, "dial tcp 198.51.100.10:25: connect: connection refused"},
		{simnet.Unreachable, syscall.EHOSTUNREACH, "dial tcp 198.51.100.10:25: connect: no route to host"},
		{simnet.NetUnreachable, syscall.ENETUNREACH, "dial tcp 198.51.100.10:25: connect: network is unreachable"},
		{simnet.Prohibited, syscall.EACCES, "dial tcp 198.51.100.10:25: connect: permission denied"},
		{simnet.Reset, syscall.ECONNRESET, "dial tcp 198.51.100.10:25: connect: connection reset by peer"},
		{simnet.Timeout, context.DeadlineExceeded, "dial tcp 198.51.100.10:25: i/o timeout"},
	}
	for _, test := range tests {
		synctest.Test(t, func(t *testing.T) {
			n := simnet.New()
			n.SetOutcome(address, test.outcome)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			start := time.Now()
			conn, err := n.Dial(ctx, "tcp", address)
			var op *net.OpError
			if conn != nil || !errors.Is(err, test.want) || !errors.As(err, &op) {
				t.Fatalf("%q: %v, %v", test.outcome, conn, err)
			}
			if err.Error() != test.words {
				t.Errorf("%q: %v, want %s", test.outcome, err, test.words)
			}
			if test.outcome == simnet.Timeout {
				if !op.Timeout() || !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != 10*time.Second {
					t.Errorf("%v after %v", err, time.Since(start))
				}
			} else if time.Since(start) != 0 || op.Timeout() {
				t.Errorf("%q took %v", test.outcome, time.Since(start))
			}
			if n.Dials(address) != 1 {
				t.Errorf("%d dials counted", n.Dials(address))
			}
		})
	}
}

func TestDialCancelled(t *testing.T) {
	n := simnet.New()
	n.SetOutcome(address, simnet.Timeout)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := n.Dial(ctx, "tcp", address); !errors.Is(err, context.Canceled) || err.Error() != "dial tcp 198.51.100.10:25: operation was canceled" {
		t.Errorf("got %v", err)
	}
}

func TestKnownOutcomes(t *testing.T) {
	for o, want := range map[simnet.Outcome]bool{simnet.Accept: true, simnet.Timeout: true, simnet.Prohibited: true, "slowly": false} {
		if o.Known() != want {
			t.Errorf("%q known: %v", o, !want)
		}
	}
}

func TestDialChecksItsArguments(t *testing.T) {
	n := simnet.New()
	for _, test := range [][2]string{
		{"tcp", "mx.example.test:25"}, {"tcp", "198.51.100.10"}, {"tcp6", address},
		{"tcp4", "[2001:db8::1]:25"}, {"unix", address}, {"", address}, {"udp6", address},
	} {
		if conn, err := n.Dial(t.Context(), test[0], test[1]); err == nil {
			t.Errorf("Dial(%q, %q) = %v", test[0], test[1], conn)
		}
	}
}

func TestListener(t *testing.T) {
	n := simnet.New()
	l, err := n.Listen("[2001:db8::1]:25")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Listen("[2001:db8::1]:25"); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("second listener: %v", err)
	}
	conn, err := n.Dial(t.Context(), "tcp6", "[2001:db8::1]:25")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if conn.RemoteAddr().String() != "[2001:db8::1]:25" || l.Addr().String() != "[2001:db8::1]:25" {
		t.Errorf("remote %v, listener %v", conn.RemoteAddr(), l.Addr())
	}
	if host, _, _ := net.SplitHostPort(conn.LocalAddr().String()); host != "2001:db8:ffff::254" {
		t.Errorf("local %v", conn.LocalAddr())
	}
	_ = l.Close() // the connection was never accepted
	readError(t, conn, syscall.ECONNRESET)
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept after Close: %v", err)
	}
	if _, err := n.Dial(t.Context(), "tcp", "[2001:db8::1]:25"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("dial after Close: %v", err)
	}
}

func TestPackets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := simnet.New()
		n.SetLink("198.51.100.53:53", simnet.Link{Latency: time.Second})
		server, err := n.ListenPacket("198.51.100.53:53")
		if err != nil {
			t.Fatal(err)
		}
		client, err := n.Dial(t.Context(), "udp", "198.51.100.53:53")
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		write(t, client, "query")
		buf := make([]byte, 100)
		size, from, err := server.ReadFrom(buf)
		if err != nil || string(buf[:size]) != "query" || time.Since(start) != time.Second {
			t.Fatalf("%q, %v after %v", buf[:size], err, time.Since(start))
		}
		if _, err := server.WriteTo([]byte("answer"), from); err != nil {
			t.Fatal(err)
		}
		if size, err := client.Read(buf); err != nil || string(buf[:size]) != "answer" || time.Since(start) != 2*time.Second {
			t.Fatalf("%q, %v", buf[:size], err)
		}
		_ = client.SetDeadline(time.Now().Add(time.Second))
		readError(t, client, os.ErrDeadlineExceeded)
		_ = client.SetDeadline(time.Time{})
		_ = server.Close()
		write(t, client, "query")
		readError(t, client, syscall.ECONNREFUSED)
		_ = client.Close()
		readError(t, client, net.ErrClosed)
	})
}
