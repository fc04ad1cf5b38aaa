package probe_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

const plainScript = `S: 220 mx.example.test ESMTP
C: EHLO *
S: 250-mx.example.test
S: 250 PIPELINING
C: MAIL FROM:<*>
S: 250 2.1.0 Ok
C: RCPT TO:<*>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
`

const tlsScript = `S: 220 mx.example.test ESMTP
C: EHLO *
S: 250-mx.example.test
S: 250 STARTTLS
C: STARTTLS
S: 220 2.0.0 Ready to start TLS
* tls VERSION
C: EHLO *
S: 250-mx.example.test
S: 250 PIPELINING
C: MAIL FROM:<*>
S: 250 2.1.0 Ok
C: RCPT TO:<*>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
`

// TestRoundTrips counts what a probe costs. In a bubble the clock moves only
// while bytes are on their way, so the elapsed time is the number of round trips;
// the server counts the flights that the client sent it.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	const rtt = 100 * time.Millisecond
	for _, tt := range []struct {
		name, script  string
		pipeline      bool
		verdict, quit int // round trips from the SYN to the reply to RCPT, and to QUIT
		turns         int
	}{
		{"plain", plainScript, false, 5, 6, 4},
		{"plain, pipelined", plainScript, true, 4, 5, 3},
		{"TLS 1.3", replaceVersion("1.3"), false, 8, 9, 7},
		{"TLS 1.3, pipelined", replaceVersion("1.3"), true, 7, 8, 6},
		{"TLS 1.2", replaceVersion("1.2"), false, 9, 10, 8},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a, s := play(t, tt.script, simnet.Link{Latency: rtt / 2}, probe.Options{Pipeline: tt.pipeline})
				at := map[smtp.Stage]time.Duration{}
				for _, e := range a.Events {
					if e.Kind == probe.KindReply {
						at[e.Stage] = e.Elapsed
					}
				}
				if got, want := at[smtp.StageRcpt], time.Duration(tt.verdict)*rtt; got != want {
					t.Errorf("the verdict took %v, want %v\n%s", got, want, transcript(a))
				}
				if got, want := at[smtp.StageQuit], time.Duration(tt.quit)*rtt; got != want {
					t.Errorf("QUIT was answered after %v, want %v", got, want)
				}
				if end := a.Events[len(a.Events)-1].Elapsed; end > time.Duration(tt.quit)*rtt {
					t.Errorf("the session ended after %v", end)
				}
				if s.Turns() != tt.turns {
					t.Errorf("the server counted %d flights, want %d", s.Turns(), tt.turns)
				}
			})
		})
	}
}

// TestLatencies checks that each latency is that of its command, and that
// arrival times are those of the bytes, in TLS too.
func TestLatencies(t *testing.T) {
	t.Parallel()
	const rtt = 40 * time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		a, _ := play(t, replaceVersion("1.3"), simnet.Link{Latency: rtt / 2}, probe.Options{})
		for _, x := range a.Timings() {
			if x.Name != "total" && x.Took != rtt {
				t.Errorf("%s took %v, want %v", x.Name, x.Took, rtt)
			}
		}
	})
}

func replaceVersion(v string) string { return strings.Replace(tlsScript, "VERSION", v, 1) }
