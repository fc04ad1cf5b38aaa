package check_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/lab"
	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/message"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

const acceptAll = `S: 220 mx.x.test ESMTP
C: EHLO *
S: 250-mx.x.test
S: 250 PIPELINING
C: MAIL FROM:<*>*
S: 250 2.1.0 Ok
C: RCPT TO:<*>
S: 250 2.1.5 Ok
C: DATA
S: 354 go on
* data
S: 250 2.0.0 Ok: queued as 4XyZ12
C: QUIT
S: 221 2.0.0 Bye
`

// zoneHead begins the zone of a small world of a test.
const zoneHead = "$TTL 300\ntest. SOA ns.test. hostmaster.test. 1 2 3 4 5\n"

// smallWorld opens a world of one's own: a zone, and a dialogue for each host.
func smallWorld(t testing.TB, n *simnet.Network, zone string, dialogues map[string]string) (*lab.World, check.Options) {
	t.Helper()
	files := fstest.MapFS{"zone": {Data: []byte(zoneHead + zone)}}
	for host, text := range dialogues {
		files[host+".dialogue"] = &fstest.MapFile{Data: []byte(text)}
	}
	w, err := lab.Open(lab.Options{Files: files, Network: n})
	if err != nil {
		t.Fatal(err)
	}
	return w, labOptions(w)
}

func closeWorld(t testing.TB, w *lab.World) {
	t.Helper()
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}

// story is a report in a few words: each session's purpose, host and outcome,
// what was skipped, and the verdict.
func story(r *check.Report) string {
	var out []string
	for i := range r.Sessions {
		s := &r.Sessions[i]
		words := []string{fmt.Sprint(s.ID), string(s.Purpose), s.Host, string(s.Outcome)}
		if s.Reason != "" {
			words = append(words, string(s.Reason))
		}
		if s.After > 0 {
			words = append(words, fmt.Sprintf("after %d", s.After))
		}
		out = append(out, strings.Join(words, " "))
	}
	for _, s := range r.Skipped {
		out = append(out, "skipped "+s.Host+" "+string(s.Kind))
	}
	out = append(out, strings.TrimSpace(string(r.Verdict)+" "+string(r.Reason)))
	return strings.Join(out, "\n")
}

func wantStory(t testing.TB, r *check.Report, lines ...string) {
	t.Helper()
	if got, want := story(r), strings.Join(lines, "\n"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s\n%s", got, want, dump(r))
	}
}

const threeHosts = `x.test. MX 10 a.x.test.
x.test. MX 20 b.x.test.
x.test. MX 30 c.x.test.
a.x.test. A 198.51.100.1
b.x.test. A 198.51.100.2
c.x.test. A 198.51.100.3
`

func TestRoundTripsWithDNS(t *testing.T) {
	t.Parallel()
	const rtt = 100 * time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		n := simnet.New()
		n.SetLink("", simnet.Link{Latency: rtt / 2})
		w, o := smallWorld(t, n, threeHosts, map[string]string{"a.x.test": acceptAll, "b.x.test": acceptAll, "c.x.test": acceptAll})
		r := probeOne(t, "alice@x.test", o)
		if got, want := time.Duration(r.DecidedAfter), 7*rtt; got != want {
			t.Errorf("the verdict took %v, want 2 round trips of DNS and 5 of SMTP, %v\n%s", got, want, dump(r))
		}
		closeWorld(t, w)
	})
}

func TestHostsAreProbedAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := "* sleep 7s\n" + acceptAll
		w, o := smallWorld(t, simnet.New(), threeHosts, map[string]string{"a.x.test": slow, "b.x.test": slow, "c.x.test": slow})
		began := time.Now()
		r := probeOne(t, "alice@x.test", o)
		if took := time.Since(began); took != 7*time.Second {
			t.Errorf("three hosts of 7 s took %v", took)
		}
		if r.Verdict != diagnose.Accepted {
			t.Error(story(r))
		}
		closeWorld(t, w)
	})
}

func TestVerdictIsKnownWhenNoBetterHostIsPending(t *testing.T) {
	t.Parallel()
	dead := "* connect timeout\n"
	for _, tt := range []struct {
		name      string
		dialogues map[string]string
		known     time.Duration
	}{
		{"the best accepts", map[string]string{"a.x.test": acceptAll, "b.x.test": dead, "c.x.test": acceptAll}, 0},
		{"the best is dead", map[string]string{"a.x.test": dead, "b.x.test": acceptAll, "c.x.test": acceptAll}, 10 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, o := smallWorld(t, simnet.New(), threeHosts, tt.dialogues)
				seen := new(watcher)
				o.Observer = seen
				began := time.Now()
				r := probeOne(t, "alice@x.test", o)
				if took := time.Since(began); took > 11*time.Second {
					t.Errorf("the run took %v, more than a second over the connect timeout", took)
				}
				if got := time.Duration(r.DecidedAfter); got != tt.known {
					t.Errorf("the verdict was known after %v, want %v", got, tt.known)
				}
				if tt.known == 0 && len(seen.known) != 1 {
					t.Errorf("the observer was told %v", seen.known)
				}
				closeWorld(t, w)
			})
		})
	}
}

// watcher is an observer that remembers, and notices calls that overlap.
type watcher struct {
	mu     sync.Mutex
	plans  []string
	events int
	ended  int
	known  []string
}

func (w *watcher) lock() func() {
	if !w.mu.TryLock() {
		panic("the observer was called twice at once")
	}
	return w.mu.Unlock
}

func (w *watcher) Begin([]check.Ref) { w.lock()() }
func (w *watcher) Plan(s check.Session) {
	defer w.lock()()
	w.plans = append(w.plans, fmt.Sprintf("%d %s %s", s.ID, s.Purpose, s.Host))
}
func (w *watcher) Event(check.Session, probe.Event) { defer w.lock()(); w.events++ }
func (w *watcher) End(check.Session)                { defer w.lock()(); w.ended++ }
func (w *watcher) Known(r check.Ref, v diagnose.Verdict) {
	defer w.lock()()
	w.known = append(w.known, r.Recipient+" "+string(v))
}

func TestSilentQuitCostsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := smallWorld(t, simnet.New(), threeHosts, map[string]string{
			"a.x.test": strings.Replace(acceptAll, "S: 221 2.0.0 Bye", "* stall", 1), "b.x.test": acceptAll, "c.x.test": acceptAll,
		})
		began := time.Now()
		r := probeOne(t, "alice@x.test", o)
		if took := time.Since(began); took > 2*time.Second || r.DecidedAfter != 0 || r.Verdict != diagnose.Accepted {
			t.Errorf("%s known after %v, took %v", r.Verdict, time.Duration(r.DecidedAfter), took)
		}
		closeWorld(t, w)
	})
}

func TestFollowingSessions(t *testing.T) {
	t.Parallel()
	startTLS := strings.Replace(acceptAll, "S: 250 PIPELINING\n", "S: 250 STARTTLS\nC: STARTTLS\nS: 220 go on\n* tls broken\nC: EHLO *\nS: 250 x\n", 1)
	dropped := strings.Replace(acceptAll, "C: MAIL FROM:<*>*\nS: 250 2.1.0 Ok\nC: RCPT TO:<*>\nS: 250 2.1.5 Ok\n",
		"C: MAIL FROM:<*>*\nS: 250 2.1.0 Ok\nC: RCPT TO:<*>\n* sleep 40s\n", 1)
	for _, tt := range []struct {
		name, script string
		set          func(*check.Options)
		want         []string
	}{
		{"plain fallback", startTLS, nil, []string{
			"1 probe mx.x.test undetermined tls_failed", "2 plain-fallback mx.x.test accepted after 1", "accepted",
		}},
		{"no fallback where TLS is required", startTLS, func(o *check.Options) { o.Probe.TLS = probe.Require }, []string{
			"1 probe mx.x.test undetermined tls_failed", "undetermined tls_failed",
		}},
		{"without pipelining", dropped + "* session\n" + acceptAll, func(o *check.Options) { o.Probe.Pipeline = true }, []string{
			"1 probe mx.x.test deferred timeout", "2 no-pipelining mx.x.test accepted after 1", "accepted",
		}},
		{"no new connection after 421", strings.Replace(acceptAll, "S: 250 2.1.5 Ok", "S: 421 4.7.0 Error: too many connections\n* close", 1), nil, []string{
			"1 probe mx.x.test deferred rate_limited", "deferred rate_limited",
		}},
		{"injection ends it", strings.Replace(acceptAll, "S: 250 PIPELINING\n",
			"S: 250 STARTTLS\nC: STARTTLS\n* raw \"220 go on\\r\\n250 injected\\r\\n\"\n", 1), nil, []string{
			"1 probe mx.x.test undetermined protocol", "undetermined protocol",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, o := smallWorld(t, simnet.New(), "x.test. MX 10 mx.x.test.\nmx.x.test. A 198.51.100.1\n", map[string]string{"mx.x.test": tt.script})
				if tt.set != nil {
					tt.set(&o)
				}
				r := probeOne(t, "alice@x.test", o)
				wantStory(t, r, tt.want...)
				roundTrip(t, r)
				closeWorld(t, w)
			})
		})
	}
}

const perUser = `S: 220 mx.x.test ESMTP
C: EHLO *
S: 250 mx.x.test
C: MAIL FROM:<*>
S: 250 2.1.0 Ok
C: RCPT TO:<good*>
S: 250 2.1.5 Ok
C: RCPT TO:<last*>
S: 250 2.1.5 Ok
C: RCPT TO:<full*>
S: 452 4.2.2 mailbox full
C: RCPT TO:<*>
S: 550 5.1.1 User unknown
C: RSET
S: 250 2.0.0 Ok
C: QUIT
S: 221 2.0.0 Bye
`

const oneHost = "x.test. MX 10 mx.x.test.\nmx.x.test. A 198.51.100.1\n"

func probeAll(t testing.TB, o check.Options, to ...string) []*check.Report {
	t.Helper()
	var rs []check.Recipient
	for _, s := range to {
		rs = append(rs, recipient(t, s))
	}
	reports, err := check.Probe(context.Background(), rs, o)
	if err != nil {
		t.Fatal(err)
	}
	return reports
}

func TestSeveralRecipients(t *testing.T) {
	t.Parallel()
	t.Run("no refusal colours another", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			w, o := smallWorld(t, simnet.New(), oneHost, map[string]string{"mx.x.test": perUser})
			rs := probeAll(t, o, "good1@x.test", "nobody@x.test", "full@x.test", "good2@x.test")
			wantStory(t, rs[0], "1 probe mx.x.test accepted", "accepted")
			wantStory(t, rs[1], "1 probe mx.x.test rejected no_such_user", "rejected no_such_user")
			wantStory(t, rs[2], "1 probe mx.x.test deferred mailbox_full", "deferred mailbox_full")
			wantStory(t, rs[3], "1 probe mx.x.test accepted", "accepted")
			for i, r := range rs {
				text := dump(r)
				for k, other := range rs {
					if i != k && strings.Contains(text, other.Recipient) {
						t.Errorf("the report about %s tells of %s", r.Recipient, other.Recipient)
					}
				}
			}
			s, err := w.Server("198.51.100.1:25")
			if err != nil || s.Connections() != 1 {
				t.Errorf("%d connections, %v", s.Connections(), err)
			}
			closeWorld(t, w)
		})
	})
	t.Run("three unknown users are enough", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			w, o := smallWorld(t, simnet.New(), oneHost, map[string]string{"mx.x.test": perUser})
			rs := probeAll(t, o, "a@x.test", "b@x.test", "c@x.test", "good@x.test")
			if rs[2].Reason != diagnose.NoSuchUser || rs[3].Verdict != diagnose.Undetermined {
				t.Error(story(rs[3]))
			}
			s, _ := w.Server("198.51.100.1:25")
			if slices.Contains(s.Received(), "RCPT TO:<good@x.test>") {
				t.Error("the fourth recipient was asked about")
			}
			closeWorld(t, w)
		})
	})
	t.Run("after a lost connection the rest get one more", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			lost := strings.Replace(perUser, "C: RSET\nS: 250 2.0.0 Ok\n", "C: RSET\n* close\n", 1)
			w, o := smallWorld(t, simnet.New(), oneHost, map[string]string{"mx.x.test": lost + "* session\n" + perUser})
			began := time.Now()
			rs := probeAll(t, o, "good@x.test", "nobody@x.test", "last@x.test")
			wantStory(t, rs[0], "1 probe mx.x.test accepted", "accepted")
			wantStory(t, rs[1], "1 probe mx.x.test deferred connection_lost", "2 retry mx.x.test rejected no_such_user after 1", "rejected no_such_user")
			wantStory(t, rs[2], "1 probe mx.x.test deferred connection_lost", "2 retry mx.x.test accepted after 1", "accepted")
			if took := time.Since(began); took < time.Second {
				t.Errorf("the second connection came %v after the first", took)
			}
			closeWorld(t, w)
		})
	})
}

func TestMXFirstWalksLikeASender(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		greylists := strings.Replace(acceptAll, "S: 250 2.1.5 Ok", "S: 450 4.2.0 Greylisted", 1)
		w, o := smallWorld(t, simnet.New(), threeHosts, map[string]string{"a.x.test": greylists, "b.x.test": acceptAll, "c.x.test": acceptAll})
		o.MX = "first"
		r := probeOne(t, "alice@x.test", o)
		wantStory(t, r, "1 probe a.x.test deferred greylisted", "2 probe b.x.test accepted", "skipped c.x.test not-needed", "accepted")
		closeWorld(t, w)
	})
}

func TestSelectedHost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := smallWorld(t, simnet.New(), threeHosts, map[string]string{"a.x.test": acceptAll, "b.x.test": acceptAll, "c.x.test": acceptAll})
		o.MX = "B.x.test"
		wantStory(t, probeOne(t, "alice@x.test", o),
			"1 probe b.x.test accepted", "skipped a.x.test not-selected", "skipped c.x.test not-selected", "accepted")
		o.MX = "d.x.test"
		if _, err := check.Probe(context.Background(), []check.Recipient{recipient(t, "alice@x.test")}, o); err == nil {
			t.Error("a host that is not an MX host was taken")
		}
		closeWorld(t, w)
	})
}

func TestSkipped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		zone := "x.test. MX 10 a.x.test.\nx.test. MX 20 b.x.test.\na.x.test. A 198.51.100.1\na.x.test. AAAA 2001:db8::1\n" +
			"b.x.test. A 198.51.100.1\nb.x.test. A 198.51.100.2\nb.x.test. A 198.51.100.3\n"
		w, o := smallWorld(t, simnet.New(), zone, map[string]string{"a.x.test": acceptAll, "b.x.test": acceptAll})
		o.IPv4, o.MaxAddresses = true, 2
		r := probeOne(t, "alice@x.test", o)
		wantStory(t, r, "1 probe a.x.test accepted", "2 probe b.x.test accepted", "skipped a.x.test family", "skipped b.x.test limit", "accepted")
		if !slices.Equal(r.Sessions[0].Also, []string{"b.x.test"}) {
			t.Errorf("also: %v", r.Sessions[0].Also)
		}
		closeWorld(t, w)
	})
}

// TestLoopsToUs must not dial: an MX host that is this machine is never probed
// outside the lab.
func TestLoopsToUs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := smallWorld(t, simnet.New(), "x.test. MX 10 a.x.test.\na.x.test. A 127.0.0.1\na.x.test. AAAA ::1\na.x.test. A 0.0.0.0\n", nil)
		o.Lab = false
		r := probeOne(t, "alice@x.test", o)
		if len(r.Sessions) != 0 || len(r.Skipped) != 3 || r.ExitCode != check.ExitNoHost {
			t.Errorf("exit %d\n%s", r.ExitCode, story(r))
		}
		if !slices.ContainsFunc(r.Findings, func(f check.Finding) bool { return f.Rule == "mx/loops-to-us" }) {
			t.Errorf("findings: %+v", r.Findings)
		}
		closeWorld(t, w)
	})
}

func TestData(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := smallWorld(t, simnet.New(), threeHosts, map[string]string{"a.x.test": acceptAll, "b.x.test": acceptAll, "c.x.test": acceptAll})
		from := recipient(t, "me@example.org").Mailbox
		o.Sender, o.MX = &from, "first"
		o.Draft = &message.Draft{From: from, Version: "test", Headers: []string{"X-Tag: a"}, Body: ".dot\nline"}
		r := probeOne(t, "alice@x.test", o)
		wantStory(t, r, "1 probe a.x.test accepted", "skipped b.x.test not-needed", "skipped c.x.test not-needed", "accepted")
		if m := r.Message; m == nil || m.Sent != "yes" || m.QueueID != "4XyZ12" || m.Host != "a.x.test" || m.AcceptedAt == nil {
			t.Errorf("message: %+v", r.Message)
		}
		s, _ := w.Server("198.51.100.1:25")
		got := string(s.Messages()[0])
		for _, want := range []string{"Date: ", "Message-ID: <", "From: <me@example.org>\r\n", "To: <alice@x.test>\r\n", "Subject: ", "Auto-Submitted: auto-generated\r\n", "X-Tag: a\r\n", "\r\n\r\n.dot\r\nline\r\n"} {
			if !strings.Contains(got, want) {
				t.Errorf("the message has no %q:\n%s", want, got)
			}
		}
		if int64(len(got)) != r.Message.Size || strings.Contains(dump(r), ".dot") {
			t.Errorf("size %d, want %d; or the transcript has the text", r.Message.Size, len(got))
		}
		roundTrip(t, r)
		closeWorld(t, w)
	})
}

// TestDataIsNeverSentTwice: after the first byte of text nothing is tried again.
func TestDataIsNeverSentTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		lost := strings.Replace(acceptAll, "S: 250 2.0.0 Ok: queued as 4XyZ12", "* close", 1)
		w, o := smallWorld(t, simnet.New(), threeHosts, map[string]string{"a.x.test": lost, "b.x.test": acceptAll, "c.x.test": acceptAll})
		from := recipient(t, "me@example.org").Mailbox
		o.Sender, o.MX = &from, "first"
		o.Draft = &message.Draft{From: from}
		r := probeOne(t, "alice@x.test", o)
		if r.Verdict != diagnose.Undetermined || r.Message.Sent != "unknown" || !strings.Contains(r.Summary, "may have been delivered") {
			t.Errorf("%s, sent %s: %s", r.Verdict, r.Message.Sent, r.Summary)
		}
		if len(r.Sessions) != 1 {
			t.Error(story(r))
		}
		closeWorld(t, w)
	})
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := smallWorld(t, simnet.New(), threeHosts, map[string]string{
			"a.x.test": "* stall\n", "b.x.test": acceptAll, "c.x.test": "* connect timeout\n",
		})
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		began := time.Now()
		reports, err := check.Probe(ctx, []check.Recipient{recipient(t, "alice@x.test")}, o)
		if err != nil {
			t.Fatal(err)
		}
		r := reports[0]
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("it went on for %v", took)
		}
		wantStory(t, r, "1 probe a.x.test undetermined interrupted", "2 probe b.x.test accepted", "3 probe c.x.test undetermined interrupted", "undetermined interrupted")
		closeWorld(t, w)
	})
}

func TestInterruptedInDNS(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := smallWorld(t, simnet.New(), threeHosts+";! x.test. drop\n", nil)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		time.AfterFunc(time.Second, cancel)
		reports, err := check.Probe(ctx, []check.Recipient{recipient(t, "alice@x.test")}, o)
		if err != nil {
			t.Fatal(err)
		}
		wantStory(t, reports[0], "undetermined interrupted")
		closeWorld(t, w)
	})
}

// TestDataToOneHost: a host with two addresses gets a message once.
func TestDataToOneHost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := smallWorld(t, simnet.New(), "x.test. MX 10 a.x.test.\na.x.test. A 198.51.100.1\na.x.test. AAAA 2001:db8::1\n",
			map[string]string{"a.x.test": acceptAll})
		from := recipient(t, "me@example.org").Mailbox
		o.Sender, o.MX = &from, "a.x.test"
		o.Draft = &message.Draft{From: from}
		wantStory(t, probeOne(t, "alice@x.test", o), "1 probe a.x.test accepted", "skipped a.x.test not-needed", "accepted")
		closeWorld(t, w)
	})
}

func TestSlowHostIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := smallWorld(t, simnet.New(), threeHosts+";! c.x.test. delay 1500ms\n", map[string]string{
			"a.x.test": acceptAll, "b.x.test": acceptAll, "c.x.test": acceptAll,
		})
		r := probeOne(t, "alice@x.test", o)
		wantStory(t, r, "1 probe a.x.test accepted", "2 probe b.x.test accepted", "3 probe c.x.test accepted", "accepted")
		if first, last := r.Sessions[0].Started.Sub(r.Started.Time), r.Sessions[2].Started.Sub(r.Started.Time); first > 300*time.Millisecond || last < 1500*time.Millisecond {
			t.Errorf("the first session began after %v, the last after %v", first, last)
		}
		closeWorld(t, w)
	})
}

func TestStopAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := smallWorld(t, simnet.New(), oneHost, map[string]string{"mx.x.test": acceptAll})
		o.Probe.StopAfter = smtp.StageEHLO
		r := probeOne(t, "alice@x.test", o)
		if r.ExitCode != 0 || r.Mode != diagnose.ModeStopAfter {
			t.Errorf("exit %d, mode %s\n%s", r.ExitCode, r.Mode, dump(r))
		}
		if strings.Contains(dump(r), "MAIL") {
			t.Error("it went on to MAIL")
		}
		closeWorld(t, w)
	})
}
