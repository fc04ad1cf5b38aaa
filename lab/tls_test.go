package lab_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/lab"
)

const secure = "S: 220 hi\nC: STARTTLS\nS: 220 go ahead\n* tls %s\nC: EHLO *\nS: 250 inside\nC: QUIT\nS: 221 bye\n"

// TestHandshakes has a client that verifies meet each kind of handshake.
func TestHandshakes(t *testing.T) {
	t.Parallel()
	const host = "mx.example.test"
	tests := []struct{ kind, want string }{
		{"", ""},
		{"TLS 1.3 TLS_AES_128_GCM_SHA256 \"unknown\" words", ""},
		{"1.0", ""},
		{"1.1", ""},
		{"1.2", ""},
		{"1.3", ""},
		{"chain 3", ""},
		{"handmade", ""},
		{"expired", "certificate has expired or is not yet valid: current time 2000-01-01T00:00:00Z is after"},
		{"not-yet-valid", "certificate has expired or is not yet valid: current time 2000-01-01T00:00:00Z is before"},
		{"expired TLS 1.2 with cipher x", "certificate has expired"},
		{"wrong-name", "certificate is valid for wrong-name.example, not " + host},
		{"self-signed", "certificate signed by unknown authority"},
		{"rsa16384", "server sent certificate containing RSA key larger than 8192 bits"},
		{"chain 10000", "exceeds maximum"},
		{"broken", "internal error"},
		{"garbage", "first record does not look like a TLS handshake"},
		{"silent", os.ErrDeadlineExceeded.Error()},
	}
	for _, test := range tests {
		play(t, fmt.Sprintf(secure, test.kind), func(b *bench) {
			c := b.dial()
			defer c.Close()
			c.talk("S: 220 hi", "C: STARTTLS", "S: 220 go ahead")
			err := c.startTLS(&tls.Config{RootCAs: b.server.RootCAs(), ServerName: host, MinVersion: tls.VersionTLS10})
			if test.want != "" {
				if err == nil || !strings.Contains(err.Error(), test.want) {
					b.Errorf("%q: %v, want %s", test.kind, err, test.want)
				}
				return
			}
			if err != nil {
				b.Fatalf("%q: %v", test.kind, err)
			}
			b.checkVersion(c, test.kind)
			c.talk("C: EHLO a", "S: 250 inside", "C: QUIT", "S: 221 bye")
		})
	}
}

// checkVersion checks that a handshake that names a version came to that.
func (b *bench) checkVersion(c *client, kind string) {
	b.Helper()
	conn, ok := c.Conn.(*tls.Conn)
	if !ok {
		b.Fatal("not TLS")
	}
	name := strings.TrimPrefix(tls.VersionName(conn.ConnectionState().Version), "TLS ")
	if strings.HasPrefix(kind, "1.") && kind != name || strings.HasPrefix(kind, "chain") && len(conn.ConnectionState().PeerCertificates) != 3 {
		b.Errorf("%q came to TLS %s with %d certificates", kind, name, len(conn.ConnectionState().PeerCertificates))
	}
}

// TestHugeKeySigns has a client verify what the RSA key of 16384 bits signs, as
// crypto/tls refuses to.
func TestHugeKeySigns(t *testing.T) {
	t.Parallel()
	leaf, signature, signed := lab.HugeKeyForTesting()
	if bits := leaf.PublicKeyAlgorithm; bits != x509.RSA {
		t.Fatal(bits)
	}
	if err := leaf.CheckSignature(x509.SHA256WithRSA, signed, signature); err != nil {
		t.Error(err)
	}
}

func TestImplicitTLS(t *testing.T) {
	play(t, "* tls\nS: 220 hi\nC: QUIT\nS: 221 bye\n", func(b *bench) {
		b.talk("tls", "S: 220 hi", "C: QUIT", "S: 221 bye", "eof")
	})
}

// TestClientTalksAhead sends the ClientHello together with STARTTLS.
func TestClientTalksAhead(t *testing.T) {
	play(t, fmt.Sprintf(secure, ""), func(b *bench) {
		c := b.dial()
		defer c.Close()
		c.talk("S: 220 hi")
		conn := tls.Client(&ahead{Conn: c.Conn}, &tls.Config{InsecureSkipVerify: true})
		if err := conn.Handshake(); err != nil {
			b.Fatal(err)
		}
		c.use(conn)
		c.talk("C: EHLO a", "S: 250 inside")
	})
}

// ahead says STARTTLS with the first thing that is written, and takes the reply
// from the front of what is read.
type ahead struct {
	net.Conn
	said, heard bool
}

func (a *ahead) Write(p []byte) (int, error) {
	if a.said {
		return a.Conn.Write(p)
	}
	a.said = true
	_, err := a.Conn.Write(append([]byte("STARTTLS\r\n"), p...))
	return len(p), err
}

func (a *ahead) Read(p []byte) (int, error) {
	if !a.heard {
		a.heard = true
		if _, err := io.ReadFull(a.Conn, make([]byte, len("220 go ahead\r\n"))); err != nil {
			return 0, err
		}
	}
	return a.Conn.Read(p)
}

// TestCloseInsideTLS looks below TLS for the close_notify, as crypto/tls reports
// io.EOF with and without it.
func TestCloseInsideTLS(t *testing.T) {
	tests := []struct {
		directive string
		notify    bool
		want      error
	}{
		{"* close", true, io.EOF},
		{"* close abrupt", false, io.EOF},
		{"* half-close", true, io.EOF},
		{"* reset", false, syscall.ECONNRESET},
	}
	for _, test := range tests {
		play(t, fmt.Sprintf(secure, "")+"C: RCPT *\nS: 250-part\n* sleep 1s\n"+test.directive, func(b *bench) {
			c := b.dial()
			defer c.Close()
			below := &counter{Conn: c.Conn}
			c.use(below)
			c.talk("S: 220 hi", "C: STARTTLS", "S: 220 go ahead", "tls", "C: RCPT x", "S: 250-part")
			before := below.n
			if _, err := c.in.ReadString('\n'); !errors.Is(err, test.want) || below.n > before != test.notify {
				b.Errorf("%s: %v with %d bytes more, want %v", test.directive, err, below.n-before, test.want)
			}
		})
	}
}

// counter counts the bytes that are read.
type counter struct {
	net.Conn
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.n += n
	return n, err
}

func TestTinyRecords(t *testing.T) {
	play(t, fmt.Sprintf(secure, "")+"C: RCPT *\n* slice 1\nS: 250 ok\n", func(b *bench) {
		c := b.dial()
		defer c.Close()
		c.talk("S: 220 hi", "C: STARTTLS", "S: 220 go ahead", "tls", "C: RCPT x")
		buf := make([]byte, 100)
		for _, want := range "250 ok\r\n" {
			if n, err := c.Read(buf); n != 1 || rune(buf[0]) != want || err != nil {
				b.Fatalf("read %q, %v; want %q", buf[:n], err, want)
			}
		}
	})
}

func TestHandmadeRecords(t *testing.T) {
	t.Parallel()
	tests := []struct{ directives, want string }{
		{"* key-update 10\nS: 250 after\n", "250 after\r\n"},
		{"* key-update 1\nS: 250-a\n* key-update 1\nS: 250 b\n", "250-a\r\n250 b\r\n"},
		{"* record 3\nS:\n", "xxx\r\n"},
		{"* record 3 times 2\nS:\n", "xxxxxx\r\n"},
		{"* record 0 times 5\nS: 250 after\n", "250 after\r\n"},
		{"* key-update 1000\n", "tls: too many non-advancing records"},
		{"* record 0 times 1000\n", "tls: too many ignored records"},
		{"* record 16385\n", "local error: tls: record overflow"},
	}
	for _, test := range tests {
		play(t, fmt.Sprintf(secure, "handmade")+"C: RCPT *\n"+test.directives, func(b *bench) {
			c := b.dial()
			defer c.Close()
			c.talk("S: 220 hi", "C: STARTTLS", "S: 220 go ahead", "tls", "C: RCPT x")
			_ = c.SetReadDeadline(time.Now().Add(time.Minute))
			buf := make([]byte, len(test.want))
			n, err := io.ReadFull(c.in, buf)
			if got := string(buf[:n]); got != test.want && (err == nil || !strings.Contains(err.Error(), test.want)) {
				b.Errorf("%q: %q, %v; want %q", test.directives, got, err, test.want)
			}
		})
	}
}

func TestHandmadeRecordsWantTheirHandshake(t *testing.T) {
	play(t, "* record 5\n", func(b *bench) {
		b.talk("eof")
		want := `[mx.example.test.dialogue: key-update and record want "* tls handmade" before them]`
		if got := fmt.Sprint(b.server.Errors()); got != want {
			b.Errorf("errors: %s", got)
		}
	})
}
