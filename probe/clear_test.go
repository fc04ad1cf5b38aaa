package probe_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// TestAskInClear: the answer to MAIL before STARTTLS is kept apart, and an accepted
// one is taken back.
func TestAskInClear(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]int{
		"C: MAIL FROM:<>\nS: 530 5.7.0 Must issue a STARTTLS command first\n":    530,
		"C: MAIL FROM:<>\nS: 250 2.1.0 Ok\nC: RSET\nS: 250 2.0.0 Ok\n":           250,
		"C: MAIL FROM:<>\nS: 421 4.7.0 Go away\n":                                0,
		"C: MAIL FROM:<>\nS: 250 2.1.0 Ok\nC: RSET\nS: 421 4.7.0 Not any more\n": 250,
	} {
		synctest.Test(t, func(t *testing.T) {
			script := "S: 220 mx ESMTP\nC: EHLO *\nS: 250-mx\nS: 250 STARTTLS\n" + answer +
				"C: STARTTLS\nS: 220 go on\n* tls\nC: EHLO *\nS: 250-mx\nS: 250 SIZE 1000\nC: QUIT\nS: 221 bye\n"
			a, _ := play(t, script, simnet.Link{}, probe.Options{AskInClear: true, StopAfter: smtp.StageSTARTTLS})
			e := a.InClear()
			if want == 0 { // 421 is what it says, and ends the session
				if e == nil || e.Reply.Code != 421 || a.TLS() != nil {
					t.Errorf("%+v", a.Events)
				}
				return
			}
			if e == nil || e.Reply.Code != want {
				t.Fatalf("%s: %+v", answer, e)
			}
			if more := strings.Contains(answer, "Not any more"); (a.TLS() == nil) != more {
				t.Errorf("TLS after %q: %v", answer, a.TLS())
			}
			for _, x := range a.Timings() {
				if x.Name == "mail" {
					t.Error("the time of MAIL is none of a transaction's")
				}
			}
		})
	}
}
