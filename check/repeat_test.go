package check_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/message"
	"github.com/smtpcheck/smtpcheck/probe"
)

// repeated sends messages from me@example.org to the recipients at one host that
// speaks the dialogue.
func repeated(t *testing.T, dialogue string, rep check.Repeat, to ...string) (reports []*check.Report, left check.LeftOut, received [][]byte) {
	t.Helper()
	w, o := smallWorld(t, simnet.New(), oneHost, map[string]string{"mx.x.test": dialogue})
	from := recipient(t, "me@example.org").Mailbox
	o.Sender, o.MX, o.Draft = &from, "first", &message.Draft{From: from, Subject: "{{n}} {{id}}"}
	var recipients []check.Recipient
	for _, x := range to {
		recipients = append(recipients, recipient(t, x))
	}
	left, err := check.ProbeRepeatedly(context.Background(), recipients, o, rep, func(r []*check.Report) { reports = append(reports, r...) })
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range reports {
		roundTrip(t, r)
	}
	s, err := w.Server("198.51.100.1:25")
	if err != nil {
		t.Fatal(err)
	}
	received = s.Messages()
	closeWorld(t, w)
	return reports, left, received
}

// several is the dialogue of a server that takes n messages in a session.
func several(n int, ehlo ...string) string {
	var b strings.Builder
	b.WriteString("S: 220 mx.x.test ESMTP\nC: EHLO *\nS: 250-mx.x.test\n")
	for _, line := range ehlo {
		b.WriteString("S: 250-" + line + "\n")
	}
	b.WriteString("S: 250 8BITMIME\n")
	for i := range n {
		fmt.Fprintf(&b, "C: MAIL FROM:*\nS: 250 Ok\nC: RCPT TO:*\nS: 250 Ok\nC: DATA\nS: 354 go on\n* data\nS: 250 2.0.0 Ok: queued as Q%d\n", i+1)
	}
	b.WriteString("C: QUIT\nS: 221 Bye\n")
	return b.String()
}

func TestRepeatInOneConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reports, left, received := repeated(t, several(6), check.Repeat{Times: 3, Reuse: true, Interval: 10 * time.Second}, "alice@x.test", "bob@x.test")
		if len(reports) != 6 || left.Messages != 0 || len(received) != 6 {
			t.Fatalf("%d reports, %d received, %+v", len(reports), len(received), left)
		}
		ids := make(map[string]bool)
		for i, r := range reports {
			if r.Verdict != diagnose.Accepted || r.Copy == nil || *r.Copy != (check.Copies{Number: i/2 + 1, Of: 3}) || r.Message.QueueID != fmt.Sprintf("Q%d", i+1) {
				t.Errorf("%d: %s %+v %+v\n%s", i, r.Verdict, r.Copy, r.Message, dump(r))
			}
			ids[r.ID], ids[r.Message.MessageID] = true, true
			if want := fmt.Sprintf("Subject: %d %s\r\n", i/2+1, r.ID); !strings.Contains(string(received[i]), want) || !strings.Contains(string(received[i]), r.Message.MessageID) {
				t.Errorf("no %q in\n%s", want, received[i])
			}
			if strings.Contains(dump(r), "RSET") || len(r.Sessions) != 1 || strings.Count(dump(r), "MAIL FROM") != 1 {
				t.Errorf("%d:\n%s", i, dump(r))
			}
		}
		if len(ids) != 12 {
			t.Errorf("identifiers: %v", ids)
		}
		began := func(r *check.Report) time.Time {
			i := slices.IndexFunc(r.Sessions[0].Events, func(e check.Event) bool { return strings.HasPrefix(e.Command, "MAIL") })
			return r.Sessions[0].Events[i].Time
		}
		for i, r := range reports[1:] {
			if d := began(r).Sub(began(reports[i])); d < 10*time.Second || d > 11*time.Second {
				t.Errorf("message %d came %v after the one before", i+2, d)
			}
		}
	})
}

func TestRepeatInConnectionsOfTheirOwn(t *testing.T) {
	t.Parallel()
	for interval, want := range map[time.Duration]time.Duration{0: time.Second, 5 * time.Second: 5 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			reports, left, received := repeated(t, several(1), check.Repeat{Times: 3, Interval: interval}, "alice@x.test")
			if len(reports) != 3 || left.Messages != 0 || len(received) != 3 {
				t.Fatalf("%d reports, %d received, %+v", len(reports), len(received), left)
			}
			for i, r := range reports {
				if r.Copy.Number != i+1 || len(r.Sessions) != 1 {
					t.Errorf("%+v\n%s", r.Copy, dump(r))
				}
				if i > 0 {
					if d := r.Sessions[0].Events[0].Time.Sub(reports[i-1].Sessions[0].Events[0].Time); d < want || d > want+time.Second {
						t.Errorf("connection %d came %v after the one before, want %v", i+1, d, want)
					}
				}
			}
		})
	}
}

// TestRepeatEndsWhenAsked: after a 421, a rate limit or a lost connection nothing
// more is sent, nor anything twice.
func TestRepeatEndsWhenAsked(t *testing.T) {
	t.Parallel()
	second := "C: MAIL FROM:*\nS: 250 Ok\nC: RCPT TO:*\nS: 250 Ok\nC: DATA\nS: 354 go on\n* data\n"
	first := strings.TrimSuffix(several(1), "C: QUIT\nS: 221 Bye\n")
	for _, c := range []struct {
		name, dialogue string
		reports, sent  int
		left           check.LeftOut
		last           diagnose.Verdict
	}{
		{"rate limit", first + "C: MAIL FROM:*\nS: 450 4.7.1 Error: too much mail from 203.0.113.254\nC: QUIT\nS: 221 Bye\n", 2, 1, check.LeftOut{Messages: 3, Why: "the server asked to slow down"}, diagnose.Deferred},
		{"421", first + "C: MAIL FROM:*\nS: 421 4.7.0 mx.x.test closing\n* close\n", 2, 1, check.LeftOut{Messages: 3, Why: "the server asked to slow down"}, diagnose.Deferred},
		{
			"rate limit at MAILMAX", several(1, "LIMITS MAILMAX=2")[:len(several(1, "LIMITS MAILMAX=2"))-len("C: QUIT\nS: 221 Bye\n")] + "C: MAIL FROM:*\nS: 450 4.7.1 Error: too much mail from 203.0.113.254\nC: QUIT\nS: 221 Bye\n",
			2, 1, check.LeftOut{Messages: 3, Why: "the server asked to slow down"}, diagnose.Deferred,
		},
		{"lost", first + second + "* close\n", 2, 2, check.LeftOut{Messages: 3, Why: "the connection was lost"}, diagnose.Undetermined},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				reports, left, received := repeated(t, c.dialogue, check.Repeat{Times: 5, Reuse: true}, "alice@x.test")
				if len(reports) != c.reports || left != c.left || len(received) != c.sent || reports[len(reports)-1].Verdict != c.last {
					t.Errorf("%d reports, %d received, %+v, %s\n%s", len(reports), len(received), left, reports[len(reports)-1].Verdict, dump(reports[len(reports)-1]))
				}
				if len(reports[0].Sessions) != 1 || reports[0].Verdict != diagnose.Accepted {
					t.Error(dump(reports[0]))
				}
			})
		})
	}
}

// TestRepeatUpToMailMax: a server that takes two messages a session gets two a session.
func TestRepeatUpToMailMax(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reports, left, received := repeated(t, several(2, "LIMITS MAILMAX=2"), check.Repeat{Times: 5, Reuse: true}, "alice@x.test")
		if len(reports) != 5 || left.Messages != 0 || len(received) != 5 {
			t.Fatalf("%d reports, %d received, %+v\n%s", len(reports), len(received), left, dump(reports[0]))
		}
		for i, r := range reports {
			s := r.Sessions[len(r.Sessions)-1]
			if want := i/2 + 1; s.ID != want || r.Verdict != diagnose.Accepted || want > 1 && s.Purpose != probe.PurposeRetry {
				t.Errorf("message %d went by session %d (%s), want %d: %s", i+1, s.ID, s.Purpose, want, r.Verdict)
			}
		}
	})
}

// TestRepeatToUnknownMailbox: three unknown users are enough, in as many sessions
// as they may have taken.
func TestRepeatToUnknownMailbox(t *testing.T) {
	t.Parallel()
	unknown := "C: MAIL FROM:*\nS: 250 Ok\nC: RCPT TO:*\nS: 550 5.1.1 no such user\nC: RSET\nS: 250 Ok\n"
	for _, limits := range []string{"HELP", "LIMITS MAILMAX=1", "LIMITS MAILMAX=2"} {
		synctest.Test(t, func(t *testing.T) {
			dialogue := several(0, limits)
			dialogue = strings.Replace(dialogue, "C: QUIT", strings.Repeat(unknown, 5)+"C: QUIT", 1)
			reports, left, _ := repeated(t, dialogue, check.Repeat{Times: 9, Reuse: true}, "alice@x.test")
			if n := len(reports); n < 3 || n > 4 || left.Messages != 9-n || left.Why != "the mailbox is unknown" {
				t.Errorf("%s: %d reports, %+v", limits, n, left)
			}
		})
	}
}

func TestTally(t *testing.T) {
	t.Parallel()
	var tally check.Tally
	synctest.Test(t, func(t *testing.T) {
		reports, _, _ := repeated(t, several(3), check.Repeat{Times: 3, Reuse: true}, "alice@x.test")
		for _, r := range reports {
			tally.Add(r)
		}
	})
	if got := tally.String(); !strings.HasPrefix(got, "3 messages: 3 accepted; reply to the message after ") {
		t.Error(got)
	}
}
