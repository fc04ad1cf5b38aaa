package check_test

import (
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

const bothFamilies = "x.test. MX 10 a.x.test.\na.x.test. A 198.51.100.1\na.x.test. AAAA 2001:db8::1\n"

// TestSlowFamily: a family whose addresses come late is probed all the same, and
// the one that came first does not stand for both.
func TestSlowFamily(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, directive string
		four            bool
		want            []string
	}{
		{"AAAA is slow", ";! a.x.test. AAAA delay 700ms\n", false, []string{"2 probe a.x.test accepted", "1 probe a.x.test accepted", "accepted"}},
		{"A is slow", ";! a.x.test. A delay 700ms\n", false, []string{"1 probe a.x.test accepted", "2 probe a.x.test accepted", "accepted"}},
		{"A is slow and IPv4 is wanted", ";! a.x.test. A delay 700ms\n", true, []string{"1 probe a.x.test accepted", "skipped a.x.test family", "accepted"}},
		{"AAAA is never answered", ";! a.x.test. AAAA drop\n", false, []string{"1 probe a.x.test accepted", "accepted"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, o := smallWorld(t, simnet.New(), bothFamilies+tt.directive, map[string]string{"a.x.test": acceptAll})
				o.IPv4 = tt.four
				began := time.Now()
				r := probeOne(t, "alice@x.test", o)
				wantStory(t, r, tt.want...)
				if took := time.Since(began); took > 2*time.Second {
					t.Errorf("it took %v", took)
				}
				closeWorld(t, w)
			})
		})
	}
}

// TestAddressOfTwoHosts: an address counts as the most preferred host's, whichever DNS tells of first.
func TestAddressOfTwoHosts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		zone := "x.test. MX 10 a.x.test.\nx.test. MX 15 c.x.test.\nx.test. MX 20 b.x.test.\n" +
			"a.x.test. A 198.51.100.1\nb.x.test. A 198.51.100.1\nc.x.test. A 198.51.100.2\n;! a.x.test. delay 700ms\n;! c.x.test. delay 600ms\n"
		w, o := smallWorld(t, simnet.New(), zone, map[string]string{
			"a.x.test": acceptAll, "b.x.test": acceptAll, "c.x.test": strings.Replace(acceptAll, "S: 250 2.1.5 Ok", "S: 550 5.1.1 User unknown", 1),
		})
		r := probeOne(t, "alice@x.test", o)
		wantStory(t, r, "1 probe a.x.test accepted", "2 probe c.x.test rejected no_such_user", "accepted")
		if s := r.Sessions[0]; s.Preference != 10 || !slices.Equal(s.Also, []string{"b.x.test"}) {
			t.Errorf("preference %d, also %v", s.Preference, s.Also)
		}
		closeWorld(t, w)
	})
}

// TestLimitKeepsTheBetterHosts: the maximum of addresses is spent in MX order, also when DNS is slow.
func TestLimitKeepsTheBetterHosts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := smallWorld(t, simnet.New(), threeHosts+";! a.x.test. delay 700ms\n", map[string]string{
			"a.x.test": strings.Replace(acceptAll, "S: 250 2.1.5 Ok", "S: 550 5.1.1 User unknown", 1), "b.x.test": acceptAll, "c.x.test": acceptAll,
		})
		o.MaxAddresses = 2
		wantStory(t, probeOne(t, "alice@x.test", o),
			"1 probe a.x.test rejected no_such_user", "2 probe b.x.test accepted", "skipped c.x.test limit", "rejected no_such_user")
		closeWorld(t, w)
	})
}

const fourAddresses = "x.test. MX 10 a.x.test.\na.x.test. A 198.51.100.1\na.x.test. A 198.51.100.2\na.x.test. A 198.51.100.3\na.x.test. A 198.51.100.4\n"

func TestParallelOneGoesInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := smallWorld(t, simnet.New(), fourAddresses, map[string]string{"a.x.test": "* sleep 1s\n" + acceptAll})
		o.Parallel = 1
		r := probeOne(t, "alice@x.test", o)
		for i := 1; i < len(r.Sessions); i++ {
			if got := r.Sessions[i].Started.Sub(r.Sessions[i-1].Started.Time); got < time.Second {
				t.Errorf("session %d began %v after the one before", i+1, got)
			}
		}
		closeWorld(t, w)
	})
}

// TestNoMoreConnectionsAfter421: not to another address of the host, and not
// under another name of the address.
func TestNoMoreConnectionsAfter421(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		busy := "S: 421 4.7.0 too many connections\n* close\n"
		w, o := smallWorld(t, simnet.New(), fourAddresses+"y.test. MX 10 b.y.test.\nb.y.test. A 198.51.100.1\n", map[string]string{"a.x.test": busy, "b.y.test": busy})
		o.Parallel, o.Pace = 1, new(check.Pace)
		r := probeOne(t, "alice@x.test", o)
		wantStory(t, r, "1 probe a.x.test deferred rate_limited", "skipped a.x.test courtesy", "skipped a.x.test courtesy", "skipped a.x.test courtesy", "deferred rate_limited")
		r = probeOne(t, "bob@y.test", o)
		if len(r.Sessions) != 0 || r.Verdict != diagnose.Deferred {
			t.Error(story(r))
		}
		closeWorld(t, w)
	})
}

// TestSlowListener: who is slow to be told changes nothing.
func TestSlowListener(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := smallWorld(t, simnet.New(), threeHosts, map[string]string{"a.x.test": acceptAll, "b.x.test": acceptAll, "c.x.test": acceptAll})
		o.Observer = &sluggish{}
		r := probeOne(t, "alice@x.test", o)
		for _, s := range r.Sessions {
			if total := s.Timings[len(s.Timings)-1].Took; total != 0 {
				t.Errorf("session %d took %v", s.ID, total)
			}
		}
		wantStory(t, r, "1 probe a.x.test accepted", "2 probe b.x.test accepted", "3 probe c.x.test accepted", "accepted")
		closeWorld(t, w)
	})
}

// sluggish takes ten seconds for each event.
type sluggish struct{ watcher }

func (s *sluggish) Event(x check.Session, e probe.Event) {
	time.Sleep(10 * time.Second)
	s.watcher.Event(x, e)
}

// TestNoMessageTwice: a second session, for whatever purpose, has no recipient
// whose message text was sent.
func TestNoMessageTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		closes := strings.Replace(acceptAll, "C: QUIT\n", "C: RSET\nS: 250 Ok\nC: MAIL FROM:<*>*\n* close\nC: QUIT\n", 1)
		w, o := smallWorld(t, simnet.New(), oneHost, map[string]string{"mx.x.test": closes + "* session\n" + acceptAll})
		from := recipient(t, "me@example.org").Mailbox
		o.Sender, o.MX, o.Probe.Pipeline = &from, "first", true
		o.Draft = &message.Draft{From: from}
		rs := probeAll(t, o, "a@x.test", "b@x.test")
		if rs[0].Verdict != diagnose.Accepted || rs[1].Verdict != diagnose.Accepted {
			t.Errorf("%s\n%s", story(rs[0]), story(rs[1]))
		}
		s, _ := w.Server("198.51.100.1:25")
		for _, to := range []string{"a@x.test", "b@x.test"} {
			n := 0
			for _, m := range s.Messages() {
				if strings.Contains(string(m), "To: <"+to+">") {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%s got %d messages", to, n)
			}
		}
		closeWorld(t, w)
	})
}

// TestOneLostMessageIsOneRecipients: what is not known about one message says
// nothing about another.
func TestOneLostMessageIsOneRecipients(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		silent := strings.Replace(acceptAll, "S: 250 2.0.0 Ok: queued as 4XyZ12", "* stall", 1)
		w, o := smallWorld(t, simnet.New(), threeHosts, map[string]string{"a.x.test": silent, "b.x.test": acceptAll, "c.x.test": acceptAll})
		from := recipient(t, "me@example.org").Mailbox
		o.Sender, o.MX, o.Draft = &from, "first", &message.Draft{From: from}
		rs := probeAll(t, o, "a@x.test", "b@x.test")
		if rs[0].Message.Sent != "unknown" || rs[0].Verdict != diagnose.Undetermined {
			t.Errorf("a: %s, sent %s", story(rs[0]), rs[0].Message.Sent)
		}
		if rs[1].Message.Sent != "yes" || rs[1].Verdict != diagnose.Accepted || rs[1].Message.Host != "b.x.test" {
			t.Errorf("b: %s, sent %s\n%s", story(rs[1]), rs[1].Message.Sent, dump(rs[1]))
		}
		closeWorld(t, w)
	})
}
