package lab_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpcheck/smtpcheck/lab/simnet"
)

func TestEnds(t *testing.T) {
	tests := []struct{ dialogue, talk string }{
		{"S: 220 hi\n* close\n", "S: 220 hi|eof"},
		{"* close\n", "eof"},
		{"S: 220 hi\n* reset\n", "S: 220 hi|reset"},
		{"* reset\n", "reset"},
		{"S: 220 hi\n* stall\nS: 250 never\n", "S: 220 hi|C: EHLO a|silence"},
		{"S: 220 hi\n* half-close\nC: EHLO *\n", "S: 220 hi|C: EHLO a|eof"},
		{"C: EHLO *\n* close\n", "C: EHLO a\r\nMAIL FROM:<>|eof"}, // not a reset, whatever is unread
		{"S: 220 hi\n* close\nC: EHLO *\nS: 250 never\n", "S: 220 hi|C: EHLO a|C: EHLO b|eof"},
		{"C: EHLO *\n", "C: EHLO a|silence"}, // a command without an answer
		{"* raw \"220 hi\\r\\n\"\nS: 250\\x00\\x0dx\n", "S: 220 hi|S: 250\x00\rx"},
		{"C: MAIL*\nS: 250 ok\n* drop\nC: RCPT*\nS: 250 too\n", "C: MAIL\r\nRCPT|S: 250 ok|silence"},
		{"C: MAIL*\nS: 250 ok\n* drop\nC: RCPT*\nS: 250 too\n", "C: MAIL|S: 250 ok|C: RCPT|S: 250 too|silence"},
		{"S: 250 before\nS: 250 its time\nC: x\n", "S: 250 before|S: 250 its time|C: x|silence"},
	}
	for _, test := range tests {
		play(t, test.dialogue, func(b *bench) { b.talk(strings.Split(test.talk, "|")...) })
	}
}

func TestHalfCloseGoesOnReading(t *testing.T) {
	play(t, "S: 220 hi\n* half-close\nC: EHLO *\n", func(b *bench) {
		b.talk("S: 220 hi", "eof", "C: EHLO a", "C: EHLO b")
		synctest.Wait()
		if got := b.server.Received(); len(got) != 2 {
			b.Errorf("received %q", got)
		}
	})
}

func TestTimes(t *testing.T) {
	tests := []struct {
		dialogue, talk string
		want           time.Duration
	}{
		{"* sleep 5m\nS: 220 hi\n", "S: 220 hi", 5 * time.Minute},
		{"S: 220-wait\n* sleep 6s\nS: 220 hi\n", "S: 220-wait", 0},
		{"S: 220-wait\n* sleep 6s\nS: 220 hi\n", "S: 220-wait|S: 220 hi", 6 * time.Second},
		{"* drip 1s \"220 x\\r\\n\"\n", "S: 220 x", 7 * time.Second},
		{"* drip 50ms forever \"220-x\\r\\n\"\n", "S: 220-x|S: 220-x|S: 220-x", 1050 * time.Millisecond},
		{"S: 220 hi\nC: QUIT\n* sleep 3s\nS: 221 bye\n", "S: 220 hi|C: QUIT|S: 221 bye", 3 * time.Second},
	}
	for _, test := range tests {
		play(t, test.dialogue, func(b *bench) {
			start := time.Now()
			b.talk(strings.Split(test.talk, "|")...)
			if got := time.Since(start); got != test.want {
				b.Errorf("%q took %v, want %v", test.dialogue, got, test.want)
			}
		})
	}
}

func TestSlice(t *testing.T) {
	play(t, "S: 220 x\n* slice 3\nS: 250 yz\n", func(b *bench) {
		c := b.dial()
		defer c.Close()
		buf := make([]byte, 100)
		for _, want := range []string{"220 x\r\n", "250", " yz", "\r\n"} {
			n, err := c.Read(buf)
			if string(buf[:n]) != want || err != nil {
				b.Fatalf("read %q, %v; want %q", buf[:n], err, want)
			}
		}
	})
}

func TestOneBlockIsOneSegment(t *testing.T) {
	play(t, "S: 220 go ahead\n* raw \"250 injected\\r\\n\"\nC: x\n", func(b *bench) {
		c := b.dial()
		defer c.Close()
		buf := make([]byte, 100)
		if n, _ := c.Read(buf); string(buf[:n]) != "220 go ahead\r\n250 injected\r\n" {
			b.Errorf("read %q", buf[:n])
		}
	})
}

func TestFlood(t *testing.T) {
	for _, times := range []int{1, 2, 999, 10000} {
		play(t, "* flood \"250-x\\r\\n\" times "+strconv.Itoa(times)+"\nS: 250 y\n", func(b *bench) {
			c := b.dial()
			defer c.Close()
			got := make([]byte, times*7+7)
			if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, []byte(strings.Repeat("250-x\r\n", times)+"250 y\r\n")) {
				b.Errorf("%d times: wrong bytes, %v", times, err)
			}
		})
	}
	play(t, "* flood \"220-x\\r\\n\"\n", func(b *bench) { // ends when the client goes
		c := b.dial()
		defer c.Close()
		if n, err := io.CopyN(io.Discard, c, 10<<20); err != nil {
			b.Errorf("%d bytes, %v", n, err)
		}
	})
}

func TestNoRead(t *testing.T) {
	play(t, "S: 220 hi\n* no-read\n", func(b *bench) {
		b.network.SetLink(here, simnet.Link{})
		c := b.dial()
		defer c.Close()
		c.talk("S: 220 hi")
		time.Sleep(time.Second)
		_ = c.SetWriteDeadline(time.Now().Add(30 * time.Second))
		start := time.Now()
		n, err := c.Write([]byte("EHLO probe.example.org\r\n"))
		if n != 1 || !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != 30*time.Second {
			b.Errorf("wrote %d bytes, %v after %v", n, err, time.Since(start))
		}
	})
}
