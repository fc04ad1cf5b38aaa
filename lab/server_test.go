package lab_test

import (
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/lab"
	"github.com/smtpcheck/smtpcheck/lab/simnet"
)

const plain = `
S: 220 mx.example.test ESMTP
C: EHLO *
S: 250-mx.example.test
S: 250 SIZE
C: STARTTLS
S: 220 go ahead
* tls
C: EHLO *
S: 250 secure
C: MAIL FROM:*
S: 250 2.1.0 sender ok
C: RCPT TO:<bob@*
S: 250 2.1.5 bob ok
C: RCPT TO:*
S: 550 5.1.1 no such user
C: DATA
S: 354 go ahead
* data
S: 250 2.0.0 queued
`

func TestDialogue(t *testing.T) {
	play(t, plain, func(b *bench) {
		b.talk("S: 220 mx.example.test ESMTP",
			"C: ehlo Probe.Example.ORG", "S: 250-mx.example.test", "S: 250 SIZE",
			"C: MAIL FROM:<>", "S: 250 2.1.0 sender ok", // passes over STARTTLS
			"C: RCPT TO:<alice@example.test>", "S: 550 5.1.1 no such user",
			"C: rset", "S: 250 2.0.0 ok", // by default
			"C: MAIL FROM:<>", "S: 250 2.1.0 sender ok", // back to what came before
			"C: RCPT TO:<BOB@example.test>", "S: 250 2.1.5 bob ok",
			"C: DATA", "S: 354 go ahead",
			"C: Subject: hi", "C: ", "C: ..", "C: ..two dots", "C: .", "S: 250 2.0.0 queued",
			"C: NOOP", "S: 250 2.0.0 ok",
			"C: VRFY bob", "S: 500 5.5.1 not in this dialogue",
			"C: QUIT", "S: 221 2.0.0 bye", "eof")
		if got := b.server.Errors(); len(got) != 1 || got[0].Error() != `mx.example.test.dialogue: the client said "VRFY bob" where the dialogue has nothing more` {
			b.Errorf("errors: %v", got)
		}
		want := []string{"ehlo Probe.Example.ORG", "MAIL FROM:<>", "RCPT TO:<alice@example.test>", "rset", "MAIL FROM:<>",
			"RCPT TO:<BOB@example.test>", "DATA", "NOOP", "VRFY bob", "QUIT"}
		if got := b.server.Received(); !slices.Equal(got, want) {
			b.Errorf("received %q", got)
		}
		if got := b.server.Messages(); len(got) != 1 || string(got[0]) != "Subject: hi\r\n\r\n.\r\n.two dots\r\n" {
			b.Errorf("messages %q", got)
		}
		if got := b.server.Connections(); got != 1 {
			b.Errorf("%d connections", got)
		}
	})
}

func TestPatterns(t *testing.T) {
	tests := []struct {
		pattern, line string
		want          bool
	}{
		{"EHLO *", "ehlo x", true},
		{"EHLO *", "EHLO", false},
		{"EHLO*", "EHLO", true},
		{"QUIT", "quit", true},
		{"QUIT", "QUIT now", false},
		{"*", "anything", true},
		{"*", "", true},
		{"RCPT TO:<*@a.test>*", "RCPT TO:<bob@A.test> NOTIFY=NEVER", true},
		{"RCPT TO:<*@a.test>*", "RCPT TO:<bob@b.test>", false},
		{"*a*a*", "a", false},
		{"*a*a*", "xaya", true},
		{"a*a", "a", false},
		{"AUTH \\x2a", "AUTH *", true},
		{"AUTH \\x2a", "AUTH x", false},
		{"RCPT TO:<j\\xc3\\xb6rg*", "RCPT TO:<jörg@a.test>", true},
		{"x\\x20", "x ", true},
	}
	for _, test := range tests {
		play(t, "C: "+test.pattern+"\nS: 250 it fits\n", func(b *bench) {
			c := b.dial()
			defer c.Close()
			c.talk("C: " + test.line)
			if reply, _ := c.skim(time.Minute); strings.HasPrefix(reply, "250 it fits") != test.want {
				b.Errorf("%q and %q: %q", test.pattern, test.line, reply)
			}
		})
	}
}

func TestTurns(t *testing.T) {
	play(t, plain, func(b *bench) {
		b.talk("S: 220*", "C: EHLO a", "S: 250-*", "S: 250*", "C: MAIL FROM:<>", "S: 250*", "C: RCPT TO:<a@b>", "S: 550*", "C: QUIT", "S: 221*", "eof")
		if got := b.server.Turns(); got != 4 {
			b.Errorf("one command at a time, plain: %d turns, want 4", got)
		}
		b.talk("S: 220*", "C: EHLO a", "S: 250-*", "S: 250*", "C: MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nQUIT", "S: 250*", "S: 550*", "S: 221*", "eof")
		if got := b.server.Turns(); got != 6 {
			b.Errorf("pipelined, plain: %d turns, want 2", got-4)
		}
		b.talk("S: 220*", "C: EHLO a", "S: 250-*", "S: 250*", "C: STARTTLS", "S: 220*", "tls",
			"C: EHLO a", "S: 250 secure", "C: MAIL FROM:<>", "S: 250*", "C: RCPT TO:<a@b>", "S: 550*", "C: QUIT", "S: 221*", "eof")
		if got := b.server.Turns(); got != 13 {
			b.Errorf("one command at a time, TLS 1.3: %d turns, want 7", got-6)
		}
	})
}

func TestSessions(t *testing.T) {
	play(t, "S: 220 one\n* session\n* connect refused\n* session\nS: 220 two\n", func(b *bench) {
		b.talk("S: 220 one")
		b.talk("S: 220 two")
		b.talk("S: 220 two")
		if got := b.server.Connections(); got != 3 {
			b.Errorf("%d connections", got)
		}
	})
}

func TestStrict(t *testing.T) {
	play(t, "* strict\nS: 220 hi\nC: EHLO *\nS: 250 hello\nC: QUIT\nS: 221 bye\n", func(b *bench) {
		b.talk("S: 220 hi", "C: EHLO a", "S: 250 hello", "C: QUIT", "S: 221 bye", "eof")
		if got := b.server.Errors(); got != nil {
			b.Errorf("errors: %v", got)
		}
		b.talk("S: 220 hi", "C: EHLO a", "S: 250 hello", "C: RSET", "eof")
		want := `[mx.example.test.dialogue: the client said "RSET" where the dialogue has line 5, "QUIT"]`
		if got := fmt.Sprint(b.server.Errors()); got != want {
			b.Errorf("errors: %v", got)
		}
	})
}

// TestMessageText sends odd message texts and looks at what is kept of them.
func TestMessageText(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, sent, kept string }{
		{"empty", ".\r\n", ""},
		{"stuffed", "..\r\n...\r\n.a\r\n.\r\n", ".\r\n..\r\na\r\n"},
		{"a bare LF ends nothing", "a\n.\n.b\r\n.\r\n", "a\n.\n.b\r\n"},
		{"a bare LF and a dot", "a\n.\r\nb\r\n.\r\n", "a\n.\r\nb\r\n"},
		{"a CR is text", "a\rb\r\r\n.\r\n", "a\rb\r\r\n"},
		{"a long line", strings.Repeat("x", 70000) + "\r\n.y\r\n.\r\n", strings.Repeat("x", 70000) + "\r\ny\r\n"},
		{"a dot where a long line is cut", strings.Repeat("x", 65536) + ".y\r\n.\r\n", strings.Repeat("x", 65536) + ".y\r\n"},
		{"too much of it", strings.Repeat(strings.Repeat("x", 98)+"\r\n", 20000) + ".\r\n", strings.Repeat(strings.Repeat("x", 98)+"\r\n", 20000)[:1<<20]},
	}
	for _, test := range tests {
		play(t, "* data\nS: 250 ok\n", func(b *bench) {
			c := b.dial()
			if _, err := c.Write([]byte(test.sent)); err != nil {
				b.Fatal(err)
			}
			c.talk("S: 250 ok")
			c.Close()
			if got := b.server.Messages(); len(got) != 1 || string(got[0]) != test.kept {
				b.Errorf("%s: kept %d messages, the first of %d bytes; want %d", test.name, len(got), len(got[0]), len(test.kept))
			}
		})
	}
}

func TestMessageCutShort(t *testing.T) {
	play(t, "* data\nS: 250 ok\n", func(b *bench) {
		c := b.dial()
		c.talk("C: Subject: hi")
		c.Close()
		_ = b.server.Close()
		if got := b.server.Messages(); len(got) != 0 {
			b.Errorf("kept %q", got)
		}
	})
}

func TestEndlessLineFromClient(t *testing.T) {
	play(t, "C: a*\nS: 250 ok\n", func(b *bench) {
		b.talk("C: "+strings.Repeat("a", 1<<20), "S: 250 ok")
		if got := b.server.Received(); len(got) != 1 || len(got[0]) != 64<<10 {
			b.Errorf("%d lines", len(got))
		}
	})
}

func TestQuitWithAnAnswerOfItsOwn(t *testing.T) {
	for _, dialogue := range []string{"C: QUIT\nS: 221-so\nS: 221 long\n", "C: QUIT\n* raw \"221-so\\r\\n221 long\\r\\n\"\n"} {
		play(t, dialogue, func(b *bench) { b.talk("C: QUIT", "S: 221-so", "S: 221 long", "eof") })
	}
	play(t, "C: QUIT\n", func(b *bench) { b.talk("C: QUIT", "silence") })
	play(t, "C: QUIT\nS: 500 no\n", func(b *bench) { b.talk("C: QUIT", "S: 500 no", "silence") })
}

func TestServeAfterClose(t *testing.T) {
	d, err := lab.Parse("x", "S: 220 hi\n")
	if err != nil {
		t.Fatal(err)
	}
	s := lab.NewServer(d)
	_ = s.Close()
	l, err := simnet.New().Listen(here)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(l); err != nil {
		t.Error(err)
	}
	if _, err := l.Accept(); err == nil {
		t.Error("the listener is still open")
	}
	_ = s.Close()
}

// TestCloseEndsEverything closes servers in the middle of what could last for ever.
func TestCloseEndsEverything(t *testing.T) {
	t.Parallel()
	for _, dialogue := range []string{
		"* sleep 1h", "* stall", "* no-read", `* drip 1m forever "x"`, `* flood "x"`, "* data", "C: x", "* tls", "* tls silent",
		"* tls garbage", "* close", "* serve go-smtp", "* half-close\nC: x",
	} {
		play(t, dialogue, func(b *bench) {
			start := time.Now()
			c := b.dial()
			time.Sleep(time.Second) // let it come to that
			_ = b.server.Close()
			if time.Since(start) != time.Second {
				b.Errorf("%s: ended after %v", dialogue, time.Since(start))
			}
			c.Close()
		})
	}
}

// TestUnixSocket has a server on a socket in the file system, as LMTP servers are.
func TestUnixSocket(t *testing.T) {
	t.Parallel()
	d, err := lab.Parse("mx.example.test.dialogue", "* serve go-smtp lmtp no-tls over-quota=bob")
	if err != nil {
		t.Fatal(err)
	}
	s := lab.NewServer(d)
	at := filepath.Join(t.TempDir(), "lmtp")
	l, err := net.Listen("unix", at)
	if err != nil {
		t.Skip(err) // where there are none
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	conn, err := net.Dial("unix", at)
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, conn)
	c.talk("S: 220 mx.example.test LMTP Service Ready", "C: EHLO a", "S: 500 5.5.1 *", "C: LHLO a")
	c.skim(time.Minute)
	c.talk("C: MAIL FROM:<>", "S: 250 *", "C: RCPT TO:<alice@a.test>", "S: 250 *", "C: RCPT TO:<eve@a.test>", "S: 550 5.1.1 *",
		"C: RCPT TO:<bob@a.test>", "S: 250 *", "C: DATA", "S: 354 *", "C: hi\r\n.",
		"S: 250 2.0.0 <alice@a.test> *", "S: 552 5.2.2 <bob@a.test> Mailbox full", "C: QUIT", "S: 221 *", "eof")
	c.Close()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}
