package check_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
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

const oneMX = "x.test. MX 10 mx.x.test.\nmx.x.test. A 198.51.100.1\n"

// TestWaitWalksAllHosts: each host keeps a greylist of its own, and each is asked in
// every round, in the same words.
func TestWaitWalksAllHosts(t *testing.T) {
	t.Parallel()
	for _, mx := range []string{"all", "first"} {
		synctest.Test(t, func(t *testing.T) {
			w, o := world(t)
			o.MX = mx
			r := waitedIn(t, o, check.Waiting{For: 15 * time.Minute}, "alice@greylist-two.test")[0]
			wantStory(t, r,
				"1 probe mx1.greylist-two.test deferred greylisted", "2 probe mx2.greylist-two.test deferred greylisted",
				"3 retry mx1.greylist-two.test deferred greylisted", "4 retry mx2.greylist-two.test deferred greylisted",
				"5 retry mx1.greylist-two.test deferred greylisted", "6 retry mx2.greylist-two.test accepted", "accepted")
			if got := slices.Collect(rounds(r)); !slices.Equal(got, []int{0, 0, 2, 2, 3, 3}) {
				t.Errorf("rounds %v", got)
			}
			if *r.Wait.AcceptedAfter != 180 || r.Wait.Waited != 180 || r.Wait.NotBefore != nil || len(r.Wait.Attempts) != 3 {
				t.Errorf("%+v", r.Wait)
			}
			if d := r.Wait.Began.Before.Sub(r.Wait.Began.After.Time); d < 119*time.Second || d > 121*time.Second {
				t.Errorf("acceptance began within %v", d)
			}
			if !slices.Contains(rules(r), "smtp/greylisted-then-accepted") || !strings.HasPrefix(r.Summary, "accepted after 3m (3rd attempt); acceptance began between 1m and 3m after the first attempt. ") {
				t.Errorf("%v: %s", rules(r), r.Summary)
			}
			for _, address := range []string{"198.51.100.240:25", "198.51.100.241:25"} {
				s, err := w.Server(address)
				if err != nil {
					t.Fatal(err)
				}
				var envelope []string
				for _, line := range s.Received() {
					if strings.HasPrefix(line, "EHLO") || strings.HasPrefix(line, "MAIL") || strings.HasPrefix(line, "RCPT") {
						envelope = append(envelope, line)
					}
				}
				if n := len(envelope) / 3; len(envelope) == 0 || !slices.Equal(envelope[:n], envelope[n:2*n]) || !slices.Equal(envelope[:n], envelope[2*n:]) {
					t.Errorf("%s heard %q", address, envelope)
				}
			}
			closeWorld(t, w)
		})
	}
}

func rounds(r *check.Report) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range r.Sessions {
			if !yield(r.Sessions[i].Round) {
				return
			}
		}
	}
}

// TestWaitTogether: what is decided is reported at once; the others wait at the same
// time, in their own rounds.
func TestWaitTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		zone := "x.test. MX 10 mx.x.test.\ny.test. MX 10 mx.y.test.\nz.test. MX 10 mx.z.test.\n" +
			"mx.x.test. A 198.51.100.1\nmx.y.test. A 198.51.100.2\nmx.z.test. A 198.51.100.3\n"
		began := time.Now()
		var told [][]check.Pause
		reports := waited(t, zone, map[string]string{
			"mx.x.test": says(grey, grey, "250 Ok"), "mx.y.test": says("450 4.7.1 Greylisted, try again in 100 seconds", "250 Ok"), "mx.z.test": says("250 Ok"),
		}, check.Waiting{For: time.Hour, Tell: func(p []check.Pause) {
			if len(p) > 0 {
				told = append(told, slices.Clone(p))
			}
		}}, "alice@x.test", "bob@y.test", "carol@z.test")
		var got []string
		for _, r := range reports {
			got = append(got, r.Recipient+" "+string(r.Verdict)+" "+r.Started.Add(time.Duration(r.Duration)).Sub(began).Round(time.Second).String())
		}
		if want := "carol@z.test accepted 0s, bob@y.test accepted 1m41s, alice@x.test accepted 3m0s"; strings.Join(got, ", ") != want {
			t.Errorf("%s, want %s", strings.Join(got, ", "), want)
		}
		var waits []string
		for _, list := range told {
			words := ""
			for _, p := range list {
				words += " " + p.Report.Recipient + " " + p.At.Sub(began).Round(time.Second).String()
			}
			waits = append(waits, words)
		}
		if want := " alice@x.test 1m0s| alice@x.test 1m0s bob@y.test 1m41s| alice@x.test 1m0s bob@y.test 1m41s| bob@y.test 1m41s alice@x.test 3m0s| alice@x.test 3m0s"; strings.Join(waits, "|") != want {
			t.Errorf("%s\nwant %s", strings.Join(waits, "|"), want)
		}
	})
}

// TestWaitForSome: recipients of a domain share the rounds that fall together, and
// those that are decided are left alone.
func TestWaitForSome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := world(t)
		reports := waitedIn(t, o, check.Waiting{For: 2 * time.Minute}, "alice@greylist.test", "nobody@greylist.test", "bob@greylist.test")
		var got []string
		for _, r := range reports {
			got = append(got, r.Recipient+" "+string(r.Verdict))
		}
		if want := "nobody@greylist.test rejected, alice@greylist.test accepted, bob@greylist.test accepted"; strings.Join(got, ", ") != want {
			t.Errorf("%v", got)
		}
		s, err := w.Server("198.51.100.30:25")
		if err != nil || s.Connections() != 2 {
			t.Errorf("%d connections, %v", s.Connections(), err)
		}
		closeWorld(t, w)
	})
}

// TestWaitInterrupted: what was known when we were told to stop is reported, and when
// it may be gone on with.
func TestWaitInterrupted(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		after time.Duration
		story []string
	}{
		{"while it waits", 90 * time.Second, []string{"1 probe mx.x.test deferred greylisted", "2 retry mx.x.test deferred greylisted", "deferred greylisted"}},
		{"in a round", 190 * time.Second, []string{"1 probe mx.x.test deferred greylisted", "2 retry mx.x.test deferred greylisted", "3 retry mx.x.test undetermined interrupted", "deferred greylisted"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				slow := "* session\nS: 220 mx.x.test ESMTP\nC: EHLO *\n* stall\n"
				w, o := smallWorld(t, simnet.New(), oneMX, map[string]string{"mx.x.test": says(grey, grey) + slow})
				ctx, cancel := context.WithTimeout(context.Background(), tt.after)
				defer cancel()
				var r *check.Report
				err := check.ProbeWaiting(ctx, [][]check.Recipient{{recipient(t, "alice@x.test")}}, o, check.Waiting{For: time.Hour}, func(list []*check.Report) { r = list[0] })
				if err != nil {
					t.Fatal(err)
				}
				wantStory(t, r, tt.story...)
				roundTrip(t, r)
				if r.ExitCode != check.ExitTempFail || r.Wait.NotBefore == nil || len(r.Wait.Attempts) != len(tt.story)-1 {
					t.Errorf("%d %+v", r.ExitCode, r.Wait)
				}
				closeWorld(t, w)
			})
		})
	}
}

// TestResume: a report that was written and read again is gone on with, under its
// ID, from its next session on, and not before its time.
func TestResume(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := smallWorld(t, simnet.New(), oneMX, map[string]string{"mx.x.test": says(grey, grey, grey, "250 Ok")})
		first := waitedIn(t, o, check.Waiting{For: 2 * time.Minute}, "alice@x.test")[0]
		wantStory(t, first, "1 probe mx.x.test deferred greylisted", "2 retry mx.x.test deferred greylisted", "3 retry mx.x.test deferred greylisted", "deferred greylisted")
		text, err := json.Marshal(first)
		if err != nil {
			t.Fatal(err)
		}
		notBefore := first.NotBefore()
		for _, later := range []time.Duration{10 * time.Second, time.Hour} {
			var stored *check.Report
			if err := check.Read(bytes.NewReader(text), func(r *check.Report) error { stored = r; return nil }); err != nil {
				t.Fatal(err)
			}
			time.Sleep(later) // in the bubble
			resumed := time.Now()
			if s, _ := w.Server("198.51.100.1:25"); later == time.Hour && s.Connections() != 4 {
				t.Errorf("%d connections", s.Connections())
			}
			r := waitedIn(t, o, check.Waiting{For: time.Hour, Earlier: stored}, "alice@x.test")[0]
			wantStory(t, r, "1 probe mx.x.test deferred greylisted", "2 retry mx.x.test deferred greylisted", "3 retry mx.x.test deferred greylisted", "4 retry mx.x.test accepted", "accepted")
			if r.ID != first.ID || !r.Started.Equal(first.Started.Time) || len(r.Wait.Attempts) != 4 || r.Sessions[3].Round != 4 {
				t.Errorf("%s %v %+v", r.ID, r.Started, r.Wait)
			}
			if at := r.Sessions[3].Started; at.Before(notBefore) || at.Before(resumed.Truncate(time.Microsecond)) {
				t.Errorf("it came at %v, not before %v and %v", at, notBefore, resumed)
			}
		}
		closeWorld(t, w)
	})
}

// TestResumeOnce: without a time there is one more attempt, and a report of a plain
// probe can be gone on with.
func TestResumeOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := smallWorld(t, simnet.New(), oneMX, map[string]string{"mx.x.test": says(grey)})
		plain := probeOne(t, "alice@x.test", o)
		began := time.Now()
		r := waitedIn(t, o, check.Waiting{Earlier: plain}, "alice@x.test")[0]
		wantStory(t, r, "1 probe mx.x.test deferred greylisted", "2 retry mx.x.test deferred greylisted", "deferred greylisted")
		if d := time.Since(began); d < time.Minute || d > 6*time.Minute {
			t.Errorf("after %v", d)
		}
		closeWorld(t, w)
	})
}

// TestWaitWithMessage: the message goes out once, when the recipient is accepted; when
// its text was sent nothing is tried again.
func TestWaitWithMessage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		refused := strings.Replace(acceptAll, "S: 250 2.0.0 Ok: queued as 4XyZ12", "S: 451 4.3.0 Error: queue file write error", 1)
		for _, tt := range []struct {
			dialogue string
			story    []string
			sent     int
		}{
			{says(grey) + "* session\n" + acceptAll, []string{"1 probe mx.x.test deferred greylisted", "2 retry mx.x.test accepted", "accepted"}, 1},
			{refused, []string{"1 probe mx.x.test deferred server_error", "deferred server_error"}, 1},
		} {
			w, o := smallWorld(t, simnet.New(), oneMX, map[string]string{"mx.x.test": tt.dialogue})
			from := recipient(t, "me@example.org").Mailbox
			o.Sender, o.MX, o.Draft = &from, "first", &message.Draft{From: from, Subject: "hello"}
			r := waitedIn(t, o, check.Waiting{For: time.Hour}, "alice@x.test")[0]
			wantStory(t, r, tt.story...)
			if s, err := w.Server("198.51.100.1:25"); err != nil || len(s.Messages()) != tt.sent {
				t.Errorf("%d messages, %v", len(s.Messages()), err)
			}
			closeWorld(t, w)
		}
	})
}

// TestWaitOfDays: the report of a long wait has all rounds in short, and the
// transcripts of the first and the last ones.
func TestWaitOfDays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := waited(t, oneMX, map[string]string{"mx.x.test": says(grey)}, check.Waiting{For: 2 * 24 * time.Hour}, "alice@x.test")[0]
		if n := len(r.Wait.Attempts); n < 190 || n > 200 || len(r.Sessions) != 40 {
			t.Errorf("%d rounds, %d sessions", n, len(r.Sessions))
		}
		left := 0
		for _, a := range r.Wait.Attempts {
			if a.LeftOut {
				left++
			}
		}
		if r.Sessions[0].Round != 0 || left != len(r.Wait.Attempts)-40 || r.Sessions[39].ID != len(r.Wait.Attempts) || r.DecidedBy.Session != r.Sessions[39].ID {
			t.Errorf("%d left out; sessions %d to %d", left, r.Sessions[1].Round, r.Sessions[39].Round)
		}
	})
}

// TestSameSource: a later round comes from the address of the first one, although
// this machine would choose another by itself. It is a real network: loopback.
func TestSameSource(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	from := make(chan string, 1)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			host, _, _ := net.SplitHostPort(conn.RemoteAddr().String())
			_, _ = conn.Write([]byte("450 4.7.1 Greylisted\r\n"))
			_ = conn.Close()
			from <- host
		}
	}()
	probed := func(earlier *check.Report) string {
		_, port, _ := net.SplitHostPort(l.Addr().String())
		o := check.Options{Server: "127.0.0.1", Port: portOf(t, port), Probe: probe.Options{StopAfter: "rcpt"}}
		done := make(chan error, 1)
		go func() {
			done <- check.ProbeWaiting(context.Background(), [][]check.Recipient{{recipient(t, "alice@x.test")}}, o, check.Waiting{Earlier: earlier}, func([]*check.Report) {})
		}()
		host := <-from
		if err := <-done; err != nil {
			t.Error(err)
		}
		return host
	}
	earlier := &check.Report{
		Schema: check.Schema, ID: "01JD9Z3F0000000000000000A0", Recipient: "alice@x.test", Verdict: diagnose.Deferred,
		Sessions: []check.Session{{ID: 1, Address: l.Addr().String(), Local: "127.0.0.77:4711"}},
	}
	if host := probed(nil); host != "127.0.0.1" {
		t.Errorf("at first from %s", host)
	}
	if host := probed(earlier); host != "127.0.0.77" {
		t.Errorf("later from %s", host)
	}
}
