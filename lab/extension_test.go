package lab_test

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/lab"
)

func TestChunks(t *testing.T) {
	t.Parallel()
	play(t, "S: 220 hi\nC: BDAT *\n* chunk\nS: 250 ok\n", func(b *bench) {
		b.talk("S: 220 hi", "C: BDAT 5", "C: 123", "S: 250 ok", "C: BDAT 4 last", "C: \x00\xff", "S: 250 ok", "C: BDAT 0 LAST", "S: 250 ok", "C: QUIT", "S: 221 *")
		if got := b.server.Messages(); len(got) != 2 || string(got[0]) != "123\r\n\x00\xff\r\n" || len(got[1]) != 0 {
			b.Errorf("%q", got)
		}
		b.talk("S: 220 hi", "C: BDAT 5 LAST", "C: 1") // and no more
	})
}

// TestGoodServerTakesChunks looks that the record keeps commands and chunks apart.
func TestGoodServerTakesChunks(t *testing.T) {
	t.Parallel()
	play(t, "* serve go-smtp binarymime", func(b *bench) {
		c := b.dial()
		c.talk("S: 220 *", "C: HELO a", "S: 250 *", "C: MAIL FROM:<a@b.test> BODY=BINARYMIME", "S: 250 *", "C: RCPT TO:<alice@a.test>", "S: 250 *",
			"C: BDAT 8\r\nQUIT\r\n", "S: 250 *", "C: BDAT 4 LAST\r\n250 NOOP", "S: 250 2.0.0 Ok: queued as *", "S: 250 *", "C: QUIT", "S: 221 *")
		c.Close()
		want := []string{"HELO a", "MAIL FROM:<a@b.test> BODY=BINARYMIME", "RCPT TO:<alice@a.test>", "BDAT 8", "BDAT 4 LAST", "NOOP", "QUIT"}
		if got := b.server.Received(); !slices.Equal(got, want) {
			b.Errorf("received %q", got)
		}
		if got := b.server.Messages(); len(got) != 1 || string(got[0]) != "QUIT\r\n\r\n250 " {
			b.Errorf("messages %q", got)
		}
	})
}

func TestPRDR(t *testing.T) {
	t.Parallel()
	const dialogue = "S: 220 hi\nC: MAIL FROM:*\nS: 250 ok\nC: RCPT TO:<eve@*\nS: 550 no\nC: RCPT TO:*\nS: 250 ok\nC: DATA\nS: 354 go\n* data\n* prdr bob,carol"
	play(t, dialogue, func(b *bench) {
		for _, test := range []struct{ to, answers string }{
			{"alice", "S: 250 OK id=*"},
			{"bob", "S: 550 Administrative prohibition"},
			{"without alice bob", "S: 250 OK id=*"},
			{"alice bob", "S: 353 PRDR content analysis beginning|S: 250 PRDR R=<alice@a.test> acceptance|S: 550 PRDR R=<bob@a.test> refusal|S: 250 OK id=*"},
			{"bob carol", "S: 353 PRDR content analysis beginning|S: 550 PRDR R=<bob@a.test> refusal|S: 550 PRDR R=<carol@a.test> refusal|S: 550 Administrative prohibition"},
		} {
			c := b.dial()
			recipients, without := strings.CutPrefix(test.to, "without ")
			parameter := map[bool]string{false: " prdr"}[without]
			c.talk("S: 220 hi", "C: MAIL FROM:<x@a.test> SIZE=1"+parameter, "S: 250 ok", "C: RCPT TO:<eve@a.test>", "S: 550 no")
			for to := range strings.FieldsSeq(recipients) {
				c.talk("C: RCPT TO:<"+to+"@a.test>", "S: 250 ok")
			}
			c.talk("C: DATA", "S: 354 go", "C: .")
			c.talk(strings.Split(test.answers, "|")...)
			c.Close()
		}
	})
}

func TestProxyProtocol(t *testing.T) {
	t.Parallel()
	const v2 = "\r\n\r\n\x00\r\nQUIT\n"
	four, six := "\xc0\x00\x02\x01\xc6\x33\x64\x0a\x30\x39\x00\x19", strings.Repeat("\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01", 2)+"\x30\x39\x00\x19"
	for header, want := range map[string]string{
		"PROXY TCP4 192.0.2.1 198.51.100.10 12345 25\r\n": "PROXY TCP4 192.0.2.1 198.51.100.10 12345 25",
		"PROXY TCP6 2001:db8::1 2001:db8::2 12345 25\r\n": "PROXY TCP6 2001:db8::1 2001:db8::2 12345 25",
		"PROXY UNKNOWN\r\n":                                        "PROXY UNKNOWN",
		v2 + "\x21\x11\x00\x0c" + four:                             "PROXY TCP4 192.0.2.1 198.51.100.10 12345 25",
		v2 + "\x21\x11\x00\x0f" + four + "\x04\x00\x00":            "PROXY TCP4 192.0.2.1 198.51.100.10 12345 25",
		v2 + "\x21\x21\x00\x24" + six:                              "PROXY TCP6 2001:db8::1 2001:db8::1 12345 25",
		v2 + "\x20\x00\x00\x00":                                    "PROXY UNKNOWN",
		"PROXY TCP4 192.0.2.1 198.51.100.10 12345\r\n":             "",
		"PROXY TCP4 2001:db8::1 2001:db8::2 12345 25\r\n":          "",
		"PROXY TCP6 192.0.2.1 198.51.100.10 12345 25\r\n":          "",
		"PROXY TCP4 192.0.2.1 198.51.100.10 12345 66000\r\n":       "",
		"PROXY TCP4 192.0.2.1 198.51.100.10 12345 25 and more\r\n": "",
		v2 + "\x11\x11\x00\x0c" + four:                             "",
		v2 + "\x21\x12\x00\x0c" + four:                             "",
		v2 + "\x21\x21\x00\x0c" + four:                             "",
		v2 + "\x21\x11\x00\x20" + four:                             "",
		"EHLO example.org\r\n":                                     "",
		"":                                                         "",
	} {
		for _, rest := range []string{"S: 220 hi\nC: EHLO *\nS: 250 ok\n", "* serve go-smtp", "C: PROXY *\n* serve go-smtp"} {
			play(t, "* proxy\n"+rest, func(b *bench) {
				c := b.dial()
				if _, err := io.WriteString(c, header); err != nil {
					b.Fatal(err)
				}
				if want == "" {
					c.talk("eof")
					return
				}
				c.talk("S: 220 *", "C: EHLO a", "S: 250*")
				c.Close()
				if got := b.server.Received(); len(got) != 2 || got[0] != want || len(b.server.Errors()) > 0 {
					b.Errorf("%q: received %q, %v", header, got, b.server.Errors())
				}
			})
		}
	}
}

// TestEchoSecret has every form of a secret repeated.
func TestEchoSecret(t *testing.T) {
	t.Parallel()
	w := open(t, lab.Options{})
	for _, talk := range []string{
		"C: AUTH PLAIN AGFsaWNlAHNlY3JldA==",
		"C: AUTH PLAIN|S: 334 |C: AGFsaWNlAHNlY3JldA==",
		"C: AUTH LOGIN|S: 334 VXNlcm5hbWU6|C: YWxpY2U=|S: 334 UGFzc3dvcmQ6|C: c2VjcmV0",
		"C: AUTH LOGIN YWxpY2U=|S: 334 UGFzc3dvcmQ6|C: c2VjcmV0",
		"C: AUTH XOAUTH2 dXNlcj1hbGljZQFhdXRoPUJlYXJlciBzZWNyZXQBAQ==",
		"C: AUTH OAUTHBEARER|S: 334 |C: dXNlcj1hbGljZQFhdXRoPUJlYXJlciBzZWNyZXQBAQ==",
	} {
		c := dialWorld(t, w, address(t, w, "smtp.echo-secret.test"))
		c.talk("tls", "S: 220 *", "C: EHLO a")
		c.skim(time.Minute)
		lines := strings.Split(talk, "|")
		c.talk(lines...)
		said := strings.TrimPrefix(lines[len(lines)-1], "C: ")
		c.talk("S: 535-5.7.8 you said "+said, "S: 535-5.7.8 which is secret or c2VjcmV0", "S: 535 5.7.8 or 736563726574 or 736563726574",
			"C: MAIL FROM:<>", "S: 530 5.7.0 no mail from secret", "C: QUIT", "S: 221 2.0.0 Bye, secret, c2VjcmV0", "eof")
		c.Close()
	}
}
