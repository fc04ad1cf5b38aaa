package lab_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/smtpcheck/smtpcheck/lab"
	"github.com/smtpcheck/smtpcheck/lab/simnet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const here = "198.51.100.10:25"

// bench is a server playing a dialogue on a network in memory.
type bench struct {
	*testing.T
	server  *lab.Server
	network *simnet.Network
}

// play runs test in a bubble with a server that plays dialogue.
func play(t *testing.T, dialogue string, test func(b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d, err := lab.Parse("mx.example.test.dialogue", dialogue)
		if err != nil {
			t.Fatal(err)
		}
		b := &bench{t, lab.NewServer(d), simnet.New()}
		l, err := b.network.Listen(here)
		if err != nil {
			t.Fatal(err)
		}
		served := make(chan error)
		go func() { served <- b.server.Serve(l) }()
		defer func() {
			if err := b.server.Close(); err != nil {
				t.Error(err)
			}
			if err := <-served; err != nil {
				t.Error(err)
			}
		}()
		test(b)
	})
}

// dial connects to the server.
func (b *bench) dial() *client {
	b.Helper()
	conn, err := b.network.Dial(b.Context(), "tcp", here)
	if err != nil {
		b.Fatal(err)
	}
	return newClient(b.T, conn)
}

// talk connects, talks as [client.talk] does, and hangs up.
func (b *bench) talk(lines ...string) {
	b.Helper()
	c := b.dial()
	c.talk(lines...)
	c.Close()
}

// timeout returns a context that ends after d.
func timeout(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// client is the other end of a dialogue.
type client struct {
	net.Conn
	t  *testing.T
	in *bufio.Reader
}

func newClient(t *testing.T, conn net.Conn) *client {
	c := &client{t: t}
	c.use(conn)
	return c
}

func (c *client) use(conn net.Conn) {
	c.Conn = conn
	c.in = bufio.NewReader(conn)
}

// talk says what stands behind "C:" and wants to hear what stands behind "S:",
// both with CRLF; "S:" with a star at its end only wants the beginning. "eof",
// "reset" and "silence" are how the server may end; "tls" is a handshake.
func (c *client) talk(lines ...string) {
	c.t.Helper()
	for _, line := range lines {
		mark, text, _ := strings.Cut(line, " ")
		switch mark {
		case "C:":
			if _, err := fmt.Fprintf(c, "%s\r\n", text); err != nil {
				c.t.Fatalf("saying %q: %v", text, err)
			}
		case "S:":
			c.hear(text)
		case "tls":
			if err := c.startTLS(nil); err != nil {
				c.t.Fatal(err)
			}
		default:
			c.end(mark)
		}
	}
}

func (c *client) hear(want string) {
	c.t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(time.Hour))
	got, err := c.in.ReadString('\n')
	if prefix, ok := strings.CutSuffix(want, "*"); ok && strings.HasPrefix(got, prefix) && err == nil {
		return
	}
	if got != want+"\r\n" || err != nil {
		c.t.Fatalf("heard %q, %v; want %q", got, err, want)
	}
}

func (c *client) end(want string) {
	c.t.Helper()
	wants := map[string]error{"eof": io.EOF, "reset": syscall.ECONNRESET, "silence": os.ErrDeadlineExceeded}
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Minute))
	got, err := io.ReadAll(c.in)
	if err == nil {
		err = io.EOF
	}
	if !errors.Is(err, wants[want]) || len(got) > 0 {
		c.t.Fatalf("heard %q, %v; want %s", got, err, want)
	}
}

// startTLS shakes hands, verifying the certificate if there are roots.
func (c *client) startTLS(config *tls.Config) error {
	if config == nil {
		config = &tls.Config{InsecureSkipVerify: true}
	}
	conn := tls.Client(c.Conn, config)
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	err := conn.Handshake()
	_ = c.SetDeadline(time.Time{})
	if err == nil {
		c.use(conn)
	}
	return err
}
