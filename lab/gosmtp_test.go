package lab_test

import (
	"crypto/tls"
	"slices"
	"strings"
	"testing"
	"time"
)

const hello = "S: 220 mx.example.test ESMTP Service Ready|C: EHLO a|S: 250-Hello a|S: 250-PIPELINING|S: 250-8BITMIME|S: 250-ENHANCEDSTATUSCODES|S: 250-CHUNKING|"

func TestGoodServer(t *testing.T) {
	t.Parallel()
	tests := []struct{ options, talk string }{
		{"", hello + "S: 250-STARTTLS|S: 250-SIZE 52428800|S: 250 LIMITS RCPTMAX=100|" +
			"C: MAIL FROM:<>|S: 250 *|C: RCPT TO:<alice@a.test>|S: 250 2.0.0 *|" +
			"C: RCPT TO:<Postmaster@b.test>|S: 250 *|" +
			"C: RCPT TO:<eve@a.test>|S: 550 5.1.1 <eve@a.test>: Recipient address rejected: User unknown|C: QUIT|S: 221 *|eof"},
		{"no-tls size=1000", hello + "S: 250-SIZE 1000|S: 250 LIMITS *|C: STARTTLS|S: 502 5.5.1 TLS not supported"},
		{"smtputf8", hello + "S: 250-STARTTLS|S: 250-SMTPUTF8|S: 250-SIZE *|S: 250 LIMITS *"},
		{"users=carol catch-all domains=a.test,b.test", "S: 220 *|C: HELO a|S: 250 *|C: MAIL FROM:<>|S: 250 *|" +
			"C: RCPT TO:<anybody@A.test>|S: 250 *|C: RCPT TO:<anybody@c.test>|S: 554 5.7.1 <anybody@c.test>: Relay access denied"},
		{"users=carol", "S: 220 *|C: HELO a|S: 250 *|C: MAIL FROM:<>|S: 250 *|C: RCPT TO:<alice@a.test>|S: 550 5.1.1 *|C: RCPT TO:<CAROL@a.test>|S: 250 *"},
	}
	for _, test := range tests {
		play(t, "* serve go-smtp "+test.options, func(b *bench) { b.talk(strings.Split(test.talk, "|")...) })
	}
}

func TestGoodServerGreylists(t *testing.T) {
	play(t, "* serve go-smtp greylist=3s", func(b *bench) {
		try := func(reply string) {
			b.talk("S: 220 *", "C: HELO a", "S: 250 *", "C: MAIL FROM:<>", "S: 250 *", "C: RCPT TO:<alice@a.test>", reply, "C: QUIT", "S: 221 *", "eof")
		}
		const grey = "S: 450 4.2.0 <alice@a.test>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/a.test.html"
		try(grey)
		time.Sleep(2 * time.Second)
		try(grey)
		time.Sleep(time.Second)
		try("S: 250 *")
	})
}

// TestGoodServerRemembers has a whole message sent inside TLS, in flights.
func TestGoodServerRemembers(t *testing.T) {
	play(t, "* serve go-smtp", func(b *bench) {
		c := b.dial()
		c.talk("S: 220 *", "C: EHLO a")
		c.talk(strings.Split("S: 250-*|S: 250-*|S: 250-*|S: 250-*|S: 250-*|S: 250-*|S: 250-*|S: 250 *|C: STARTTLS|S: 220 *", "|")...)
		if err := c.startTLS(&tls.Config{RootCAs: b.server.RootCAs(), ServerName: "mx.example.test"}); err != nil {
			b.Fatal(err)
		}
		c.talk("C: EHLO a")
		c.talk(strings.Split("S: 250-*|S: 250-*|S: 250-*|S: 250-*|S: 250-*|S: 250-*|S: 250 *", "|")...)
		c.talk("C: MAIL FROM:<a@b.test>\r\nRCPT TO:<alice@a.test>\r\nDATA", "S: 250 *", "S: 250 *", "S: 354 *",
			"C: Subject: hi\r\n\r\n250 is a number\r\n..\r\n.", "S: 250 2.0.0 Ok: queued as *", "C: QUIT", "S: 221 *", "eof")
		c.Close()
		if got := b.server.Messages(); len(got) != 1 || string(got[0]) != "Subject: hi\r\n\r\n250 is a number\r\n.\r\n" {
			b.Errorf("messages %q", got)
		}
		want := []string{"EHLO a", "STARTTLS", "EHLO a", "MAIL FROM:<a@b.test>", "RCPT TO:<alice@a.test>", "DATA", "QUIT"}
		if got := b.server.Received(); !slices.Equal(got, want) {
			b.Errorf("received %q", got)
		}
		if got := b.server.Turns(); got != 7 {
			b.Errorf("%d turns, want 7", got)
		}
	})
}

func TestGoodServerInsideImplicitTLS(t *testing.T) {
	play(t, "* tls\n* serve go-smtp", func(b *bench) {
		b.talk(strings.Split("tls|"+hello+"S: 250-SIZE *|S: 250 LIMITS *|C: QUIT|S: 221 *|eof", "|")...)
	})
}

func TestGoodServerEndsWithItsClient(t *testing.T) {
	play(t, "* serve go-smtp", func(b *bench) {
		b.talk("S: 220 *", "C: EHLO a")
		b.talk("S: 220 *", "C: HELO a", "S: 250 *", "C: MAIL FROM:<>", "S: 250 *", "C: RCPT TO:<bob@a>", "S: 250 *", "C: DATA", "S: 354 *", "C: cut short")
		time.Sleep(time.Second)
		if got := b.server.Messages(); len(got) != 0 {
			b.Errorf("messages %q", got)
		}
	})
}
