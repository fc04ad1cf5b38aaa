package simnet_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/net/nettest"

	"github.com/smtpcheck/smtpcheck/lab/simnet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const address = "198.51.100.10:25"

func TestConformance(t *testing.T) {
	nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
		a, b := simnet.Pipe()
		return a, b, func() { _, _ = a.Close(), b.Close() }, nil
	})
}

func TestConformanceOverANarrowSlowLink(t *testing.T) {
	nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
		n := simnet.New()
		n.SetLink("", simnet.Link{Latency: 10 * time.Microsecond, Window: 3000, Slice: 700})
		l, err := n.Listen(address)
		if err != nil {
			return nil, nil, nil, err
		}
		a, err := n.Dial(context.Background(), "tcp", address)
		if err != nil {
			return nil, nil, nil, err
		}
		b, err := l.Accept()
		return a, b, func() { _, _, _ = a.Close(), b.Close(), l.Close() }, err
	})
}

// connect returns both ends of a connection over link.
func connect(t *testing.T, link simnet.Link) (client, server *simnet.Conn) {
	t.Helper()
	n := simnet.New()
	n.SetLink("", link)
	l, err := n.Listen(address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	c, err := n.Dial(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = c.Close(), s.Close() })
	client, _ = c.(*simnet.Conn)
	server, _ = s.(*simnet.Conn)
	return client, server
}

func write(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if n, err := c.Write([]byte(text)); n != len(text) || err != nil {
		t.Fatalf("write %q: %d, %v", text, n, err)
	}
}

func read(t *testing.T, c net.Conn, want string) {
	t.Helper()
	buf := make([]byte, len(want))
	if n, err := io.ReadFull(c, buf); err != nil || string(buf) != want {
		t.Fatalf("read %q, %v; want %q", buf[:n], err, want)
	}
}

func readError(t *testing.T, c net.Conn, want error) {
	t.Helper()
	if n, err := c.Read(make([]byte, 10)); n != 0 || !errors.Is(err, want) {
		t.Fatalf("read %d bytes, error %v; want %v", n, err, want)
	}
}

func TestHalfClose(t *testing.T) {
	client, server := connect(t, simnet.Link{})
	write(t, server, "220 hello\r\n")
	if err := server.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	read(t, client, "220 hello\r\n")
	readError(t, client, io.EOF)
	write(t, client, "EHLO x\r\n")
	read(t, server, "EHLO x\r\n")
	if _, err := server.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("write after CloseWrite: %v", err)
	}
	_ = client.Close()
	readError(t, server, io.EOF)
}

func TestReset(t *testing.T) {
	client, server := connect(t, simnet.Link{})
	write(t, server, "220-he")
	_ = server.Reset()
	read(t, client, "220-he")
	readError(t, client, syscall.ECONNRESET)
	if _, err := client.Write([]byte("x")); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("write after a reset: %v", err)
	}
}

func TestCloseWithUnreadBytesResets(t *testing.T) {
	client, server := connect(t, simnet.Link{})
	write(t, client, "QUIT\r\n")
	_ = server.Close()
	readError(t, client, syscall.ECONNRESET)
}

func TestWriteToOneWhoHasGone(t *testing.T) {
	client, server := connect(t, simnet.Link{})
	_ = server.Close()
	write(t, client, "into the void")
	if _, err := client.Write([]byte("x")); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("second write: %v", err)
	}
	readError(t, client, io.EOF)
}

func TestWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := connect(t, simnet.Link{Window: 8})
		_ = client.SetWriteDeadline(time.Now().Add(5 * time.Second))
		start := time.Now()
		n, err := client.Write([]byte("MAIL FROM:<>\r\n"))
		if n != 8 || !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != 5*time.Second {
			t.Fatalf("wrote %d, %v after %v", n, err, time.Since(start))
		}
		_ = client.SetWriteDeadline(time.Time{})
		go func() {
			time.Sleep(time.Second)
			_, _ = io.ReadFull(server, make([]byte, 8))
		}()
		write(t, client, "12345678")
		if time.Since(start) != 6*time.Second {
			t.Errorf("the write went on after %v", time.Since(start))
		}
	})
}

func TestSetReadBuffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := connect(t, simnet.Link{})
		_ = server.SetReadBuffer(0) // as small as it gets
		_ = client.SetWriteDeadline(time.Now().Add(time.Second))
		if n, err := client.Write([]byte("EHLO")); n != 1 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("wrote %d, %v", n, err)
		}
		_ = client.SetWriteDeadline(time.Time{})
		_ = server.SetReadBuffer(100)
		write(t, client, "HLO")
		read(t, server, "E")
		read(t, server, "HLO")
	})
}

func TestClosedConn(t *testing.T) {
	client, server := connect(t, simnet.Link{})
	_ = server.Close()
	_ = client.Close()
	readError(t, client, net.ErrClosed)
	for name, err := range map[string]error{
		"Close": client.Close(), "CloseWrite": client.CloseWrite(), "Reset": client.Reset(), "SetDeadline": client.SetDeadline(time.Now()),
	} {
		if !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := client.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("write: %v", err)
	}
}

func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const oneWay = 20 * time.Millisecond
		start := time.Now()
		at := func(want time.Duration) {
			t.Helper()
			if got := time.Since(start); got != want {
				t.Fatalf("at %v, want %v", got, want)
			}
		}
		n := simnet.New()
		n.SetLink(address, simnet.Link{Latency: oneWay})
		l, _ := n.Listen(address)
		go func() {
			server, _ := l.Accept()
			defer server.Close()
			_, _ = io.WriteString(server, "220 a\r\n")
			_, _ = io.ReadFull(server, make([]byte, len("EHLO\r\n")))
			_, _ = io.WriteString(server, "250 b\r\n")
			if half, ok := server.(*simnet.Conn); ok {
				_ = half.CloseWrite()
			}
			_, _ = io.Copy(io.Discard, server)
		}()
		client, err := n.Dial(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		at(2 * oneWay)
		read(t, client, "220 a\r\n")
		at(4 * oneWay)
		write(t, client, "EHLO\r\n")
		read(t, client, "250 b\r\n")
		readError(t, client, io.EOF)
		at(6 * oneWay)
		_ = client.Close()
		_ = l.Close()
		n.SetOutcome(address, simnet.Refused)
		_, _ = n.Dial(t.Context(), "tcp", address)
		at(8 * oneWay)
	})
}

func TestFaults(t *testing.T) {
	const text = "220 hello\r\n"
	tests := []struct {
		fault simnet.Fault
		reads string
		then  error // nil: nothing more comes
	}{
		{simnet.Fault{}, text, io.EOF},
		{simnet.Fault{Kind: simnet.CutEOF, At: 0}, "", io.EOF},
		{simnet.Fault{Kind: simnet.CutEOF, At: 4}, "220 ", io.EOF},
		{simnet.Fault{Kind: simnet.CutEOF, At: 11}, text, io.EOF},
		{simnet.Fault{Kind: simnet.CutReset, At: 4}, "220 ", syscall.ECONNRESET},
		{simnet.Fault{Kind: simnet.CutReset, At: 0}, "", syscall.ECONNRESET},
		{simnet.Fault{Kind: simnet.Stall, At: 5}, "220 h", os.ErrDeadlineExceeded},
		{simnet.Fault{Kind: simnet.Garbage, At: 0, Byte: 0x80}, "\x8020 hello\r\n", io.EOF},
		{simnet.Fault{Kind: simnet.Garbage, At: 10, Byte: 0}, "220 hello\r\x00", io.EOF},
		{simnet.Fault{Kind: simnet.InsertLF, At: 3}, "220\n hello\r\n", io.EOF},
		{simnet.Fault{Kind: simnet.InsertLF, At: 11}, text, io.EOF},
		{simnet.Fault{Kind: simnet.CutEOF, At: 4, Connection: 2}, text, io.EOF},
		{simnet.Fault{Kind: simnet.CutEOF, At: 4, Connection: 1}, "220 ", io.EOF},
	}
	for _, slice := range []int{0, 1, 3} {
		for _, test := range tests {
			synctest.Test(t, func(t *testing.T) {
				client, server := connect(t, simnet.Link{Fault: test.fault, Slice: slice})
				for _, part := range []string{"220", " hel", "lo\r\n"} {
					_, _ = server.Write([]byte(part))
				}
				_ = server.CloseWrite()
				_ = client.SetReadDeadline(time.Now().Add(time.Minute))
				got, err := io.ReadAll(client)
				if err == nil {
					err = io.EOF
				}
				if string(got) != test.reads || !errors.Is(err, test.then) {
					t.Errorf("%+v, slices of %d: read %q, %v; want %q, %v", test.fault, slice, got, err, test.reads, test.then)
				}
			})
		}
	}
}

func TestSlices(t *testing.T) {
	client, server := connect(t, simnet.Link{Slice: 3})
	write(t, server, "220 hello\r\n")
	buf := make([]byte, 100)
	for _, want := range []string{"220", " he", "llo", "\r\n"} {
		n, err := client.Read(buf)
		if err != nil || string(buf[:n]) != want {
			t.Errorf("read %q, %v; want %q", buf[:n], err, want)
		}
	}
	write(t, client, "QUIT\r\n")
	if n, _ := server.Read(buf); !bytes.Equal(buf[:n], []byte("QUIT\r\n")) {
		t.Errorf("the server read %q", buf[:n])
	}
}
