package lab_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/lab"
)

// onTCP returns a client of a server that plays dialogue on a true socket.
func onTCP(t *testing.T, dialogue string) *client {
	t.Helper()
	d, err := lab.Parse("mx.example.test.dialogue", dialogue)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := lab.NewServer(d)
	var serving sync.WaitGroup
	serving.Go(func() { _ = s.Serve(l) })
	t.Cleanup(func() { _ = s.Close(); serving.Wait() })
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return newClient(t, conn)
}

func TestTrueEnds(t *testing.T) {
	t.Parallel()
	onTCP(t, "S: 220 hi\n* close\n").talk("S: 220 hi", "eof")
	onTCP(t, "C: EHLO *\n* close\n").talk("C: EHLO a\r\nMAIL FROM:<>", "eof") // not a reset
	onTCP(t, "S: 220 hi\n* half-close\nC: x").talk("S: 220 hi", "eof", "C: x")
	onTCP(t, "C: QUIT\nS: 221 bye\n").talk("C: QUIT", "S: 221 bye", "eof")
	onTCP(t, "S: 220 hi\nC: EHLO *\n* reset\n").talk("S: 220 hi", "C: EHLO a", "reset")
}

// TestTrueReset checks that a reset is an RST: a write after it fails at once.
func TestTrueReset(t *testing.T) {
	t.Parallel()
	c := onTCP(t, "C: x\n* reset\n")
	c.talk("C: x")
	if _, err := io.ReadAll(c); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("read: %v", err)
	}
	if _, err := c.Write([]byte("x")); err == nil {
		t.Error("a write after the reset went well")
	}
}

func TestTrueZeroWindow(t *testing.T) {
	t.Parallel()
	c := onTCP(t, "S: 220 hi\n* no-read\n")
	c.talk("S: 220 hi")
	_ = c.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
	n, err := c.Write(bytes.Repeat([]byte("x"), 64<<20))
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("wrote %d bytes, %v", n, err)
	}
}

func TestTrueSlices(t *testing.T) {
	t.Parallel()
	onTCP(t, "* slice 1\nS: 220 hi\n* drip 1ms \"250 x\\r\\n\"\n").talk("S: 220 hi", "S: 250 x")
}

// TestManyClients has many clients talk to one world at once.
func TestManyClients(t *testing.T) {
	t.Parallel()
	w := open(t, lab.Options{})
	var clients sync.WaitGroup
	for range 50 {
		clients.Go(func() {
			for _, address := range []string{"198.51.100.10:25", "[2001:db8::10]:25", "198.51.100.27:25"} {
				conn, err := w.Dial(t.Context(), "tcp", address)
				if err != nil {
					t.Error(err)
					return
				}
				newClient(t, conn).wander(false)
				_ = conn.Close()
			}
		})
	}
	clients.Wait()
	s, err := w.Server("198.51.100.27:25")
	if err != nil || s.Connections() != 50 || len(s.Errors()) != 0 {
		t.Errorf("%v, %d connections, %v", err, s.Connections(), s.Errors())
	}
}
