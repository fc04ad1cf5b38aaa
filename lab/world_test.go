package lab_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"testing"

	"go.uber.org/goleak"

	"github.com/smtpcheck/smtpcheck/lab"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSmoke(t *testing.T) {
	w, err := lab.Open(lab.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, a := range []string{"198.51.100.10:25", "198.51.100.11:25", "[2001:db8::10]:25"} {
		c, err := w.Dial(t.Context(), "tcp", a)
		if err != nil {
			t.Fatal(err)
		}
		say := func(c net.Conn, in *bufio.Reader, s string) {
			if s != "" {
				fmt.Fprintf(c, "%s\r\n", s)
			}
			for {
				line, err := in.ReadString('\n')
				t.Logf("%q %v", line, err)
				if err != nil || line[3] == ' ' {
					break
				}
			}
		}
		in := bufio.NewReader(c)
		say(c, in, "")
		say(c, in, "EHLO x.test")
		say(c, in, "STARTTLS")
		tc := tls.Client(c, &tls.Config{RootCAs: w.RootCAs, ServerName: map[string]string{"198.51.100.11:25": "mx.unknown-user.test"}[a], InsecureSkipVerify: a != "198.51.100.11:25"})
		in = bufio.NewReader(tc)
		for _, s := range []string{"EHLO x.test", "MAIL FROM:<>", "RCPT TO:<alice@good.test>", "RSET", "MAIL FROM:<>", "RCPT TO:<bob@good.test>", "NOOP", "QUIT"} {
			say(tc, in, s)
		}
		c.Close()
		s, _ := w.Server(a)
		t.Log(s.Turns(), s.Received(), s.Errors())
	}
}
