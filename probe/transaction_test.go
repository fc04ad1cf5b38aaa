package probe_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// offers makes a dialogue that offers extensions, up to RCPT.
func offers(keywords ...string) string {
	var b strings.Builder
	b.WriteString("S: 220 mx.example.test ESMTP\nC: EHLO *\nS: 250-mx.example.test\n")
	for _, k := range keywords {
		b.WriteString("S: 250-" + k + "\n")
	}
	b.WriteString("S: 250 HELP\nC: MAIL FROM:<*\nS: 250 2.1.0 Ok\nC: RCPT TO:<*\nS: 250 2.1.5 Ok\n")
	return b.String()
}

const (
	takesChunks = "C: BDAT *\n* chunk\nS: 250 2.0.0 Ok: queued as CHUNKS\n"
	takesData   = "C: DATA\nS: 354 go on\n* data\nS: 250 2.0.0 Ok: queued as DATA\n"
)

func sends(text *probe.Message) func(int, smtp.Capabilities) *probe.Message {
	return func(int, smtp.Capabilities) *probe.Message { return text }
}

// said returns what the client said.
func said(a *probe.Attempt) []string {
	var out []string
	for _, e := range a.Events {
		if e.Kind == probe.KindCommand {
			out = append(out, e.Command)
		}
	}
	return out
}

// TestEnvelope: what is asked for and offered is sent, and nothing else is.
func TestEnvelope(t *testing.T) {
	t.Parallel()
	all := []string{
		"SIZE 1000", "8BITMIME", "BINARYMIME", "CHUNKING", "SMTPUTF8", "DSN", "DELIVERBY 60", "MT-PRIORITY MIXER", "FUTURERELEASE 3600 2030-01-01T00:00:00Z", "PRDR",
	}
	three := 3
	for _, tt := range []struct {
		name     string
		offered  []string
		envelope probe.Envelope
		mail     string // its parameters; "none" when the transaction is not begun
		rcpt     string
		noted    string // extensions
	}{
		{"nothing", all, probe.Envelope{}, "", "", ""},
		{"size", all, probe.Envelope{Size: 5000}, " SIZE=5000", "", ""},
		{"size not offered", nil, probe.Envelope{Size: 5000}, "", "", "SIZE"},
		{"body", all, probe.Envelope{Body: "8bitmime"}, " BODY=8BITMIME", "", ""},
		{"body not offered", nil, probe.Envelope{Body: "7BIT"}, "", "", "8BITMIME"},
		{"binary", all, probe.Envelope{Body: "BINARYMIME"}, " BODY=BINARYMIME", "", ""},
		{"binary not offered", nil, probe.Envelope{Body: "BINARYMIME"}, "none", "", ""},
		{"utf8", all, probe.Envelope{SMTPUTF8: true}, " SMTPUTF8", "", ""},
		{"utf8 not offered", nil, probe.Envelope{SMTPUTF8: true}, "none", "", ""},
		{
			"dsn", all, probe.Envelope{Return: "HDRS", EnvelopeID: "a b", Notify: []string{"SUCCESS", "DELAY"}, Original: "x+y@a.test"},
			" RET=HDRS ENVID=a+20b", " NOTIFY=SUCCESS,DELAY ORCPT=rfc822;x+2By@a.test", "",
		},
		{"dsn not offered", nil, probe.Envelope{Return: "HDRS", EnvelopeID: "a", Notify: []string{"NEVER"}}, "", "", "DSN"},
		{"by", all, probe.Envelope{DeliverBy: "120;R"}, " BY=120;R", "", ""},
		{"by, return, not offered", nil, probe.Envelope{DeliverBy: "120;R"}, "none", "", ""},
		{"by, notify, not offered", nil, probe.Envelope{DeliverBy: "120;N"}, "", "", "DELIVERBY"},
		{"priority", all, probe.Envelope{Priority: &three}, " MT-PRIORITY=3", "", ""},
		{"priority not offered", nil, probe.Envelope{Priority: &three}, "", "", "MT-PRIORITY"},
		{"hold", all, probe.Envelope{Hold: "HOLDFOR=60"}, " HOLDFOR=60", "", ""},
		{"hold until", all, probe.Envelope{Hold: "HOLDUNTIL=2026-11-22T12:00:00+01:00"}, " HOLDUNTIL=2026-11-22T11:00:00Z", "", ""},
		{"hold not offered", nil, probe.Envelope{Hold: "HOLDFOR=60"}, "none", "", ""},
		{"prdr", all, probe.Envelope{PRDR: true}, " PRDR", "", ""},
		{"prdr not offered", nil, probe.Envelope{PRDR: true}, "", "", "PRDR"},
		{"requiretls in the clear", append(all, "REQUIRETLS"), probe.Envelope{RequireTLS: true}, "none", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a, _ := play(t, offers(tt.offered...), simnet.Link{}, probe.Options{Envelope: tt.envelope})
				want := []string{"EHLO probe.example.org", "MAIL FROM:<>" + tt.mail, "RCPT TO:<alice@example.test>" + tt.rcpt, "QUIT"}
				if tt.mail == "none" {
					want = []string{"EHLO probe.example.org", "QUIT"}
					if f := failureOf(t, a); f.Kind != probe.FailNotOffered {
						t.Errorf("failure %s", f.Kind)
					}
				}
				if got := said(a); !slices.Equal(got, want) {
					t.Errorf("said %q, want %q", got, want)
				}
				note := a.Noted(probe.NoteNotOffered)
				if (note != nil) != (tt.noted != "") || note != nil && !strings.HasPrefix(note.Text, tt.noted+" ") {
					t.Errorf("noted %+v, want %q", note, tt.noted)
				}
				checkInvariants(t, a)
			})
		})
	}
}

func TestRequireTLS(t *testing.T) {
	t.Parallel()
	for offered, kind := range map[string]probe.FailureKind{"REQUIRETLS": "", "PIPELINING": probe.FailNotOffered} {
		synctest.Test(t, func(t *testing.T) {
			script := strings.Replace(replaceVersion("1.3"), "PIPELINING", offered, 1)
			script = strings.Replace(script, "MAIL FROM:<*>", "MAIL FROM:<*", 1)
			a, _ := play(t, script, simnet.Link{}, probe.Options{Envelope: probe.Envelope{RequireTLS: true}})
			switch f := a.Failure(); {
			case kind == "" && (f != nil || !slices.Contains(said(a), "MAIL FROM:<> REQUIRETLS")):
				t.Errorf("%s:\n%s", offered, transcript(a))
			case kind != "" && (f == nil || f.Failure.Kind != kind):
				t.Errorf("%s:\n%s", offered, transcript(a))
			}
		})
	}
}

// TestRequireTLSVerified: a message that requires TLS goes to a server that has
// proved who it is, or not at all.
func TestRequireTLSVerified(t *testing.T) {
	t.Parallel()
	head := "S: 220 mx\nC: EHLO *\nS: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\n"
	tail := "C: EHLO *\nS: 250-mx\nS: 250 REQUIRETLS\nC: MAIL FROM:<*\nS: 250 Ok\nC: RCPT TO:<*\nS: 250 Ok\n" + takesData
	for certificate, want := range map[string]int{"": 1, " expired": 0, " wrong-name": 0} {
		synctest.Test(t, func(t *testing.T) {
			o := probe.Options{Envelope: probe.Envelope{RequireTLS: true}, Message: sends(text("x\r\n"))}
			a, s := play(t, head+"* tls"+certificate+"\n"+tail, simnet.Link{}, o)
			if f := a.Failure(); len(s.Messages()) != want || (f == nil) != (want == 1) || f != nil && f.Failure.Kind != probe.FailTLSPolicy {
				t.Errorf("%q: %d messages\n%s", certificate, len(s.Messages()), transcript(a))
			}
		})
	}
}

// TestBDAT: the text arrives as it is, in chunks of the size asked for.
func TestBDAT(t *testing.T) {
	t.Parallel()
	const body = "Subject: x\r\n\r\n.dot\r\n..\r\n.\r\nno end of line"
	for _, tt := range []struct {
		chunk    int64
		body     string
		pipeline bool
		want     []string
	}{
		{100, body, false, []string{"BDAT 41 LAST"}},
		{20, body, false, []string{"BDAT 20", "BDAT 20", "BDAT 1 LAST"}},
		{21, body, true, []string{"BDAT 21", "BDAT 20 LAST"}},
		{1, "a\x00", true, []string{"BDAT 1", "BDAT 1 LAST"}},
		{10, "", false, []string{"BDAT 0 LAST"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			a, s := play(t, offers("CHUNKING", "PIPELINING")+takesChunks, simnet.Link{}, probe.Options{
				Pipeline: tt.pipeline, Envelope: probe.Envelope{Chunk: tt.chunk}, Message: sends(text(tt.body)),
			})
			got := said(a)
			if !slices.Equal(got[3:len(got)-1], tt.want) {
				t.Errorf("said %q, want %q", got, tt.want)
			}
			if m := s.Messages(); len(m) != 1 || string(m[0]) != tt.body {
				t.Errorf("the server has %q, want %q\n%s", m, tt.body, transcript(a))
			}
			checkInvariants(t, a)
		})
	}
}

// TestBDATRefused: a chunk that is refused ends the message, and the next
// transaction begins with RSET.
func TestBDATRefused(t *testing.T) {
	t.Parallel()
	script := offers("CHUNKING", "PIPELINING") + "C: BDAT *\n* chunk\nS: 552 5.3.4 too much\nC: BDAT *\n* chunk\nS: 503 5.5.1 no\nC: RSET\nS: 250 2.0.0 Ok\n"
	for pipeline, want := range map[bool]int{false: 1, true: 5} {
		synctest.Test(t, func(t *testing.T) {
			a, _ := play(t, script, simnet.Link{Latency: 50 * time.Millisecond}, probe.Options{
				Pipeline: pipeline, Envelope: probe.Envelope{Chunk: 10}, Message: sends(text(strings.Repeat("x", 50))),
				Recipients: []smtp.Mailbox{box(t, "alice@example.test"), box(t, "bob@example.test")},
			})
			n := strings.Count(strings.Join(said(a), "\n"), "BDAT 10")
			if a.Failure() != nil || n != want*2 || !slices.Contains(said(a), "RSET") {
				t.Errorf("%d chunks, want %d\n%s", n, want*2, transcript(a))
			}
		})
	}
}

// TestBDATHostile: a server that loses count of replies is caught.
func TestBDATHostile(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		script string
		want   probe.FailureKind
	}{
		"taken after a refusal":  {"C: BDAT *\n* chunk\nS: 552 5.3.4 no\nC: BDAT *\n* chunk\nS: 552 5.3.4 no\nC: BDAT * LAST\n* chunk\nS: 250 2.0.0 Ok\n", probe.FailProtocol},
		"a reply too many":       {"C: BDAT *\n* chunk\nS: 250 2.0.0 Ok\nS: 250 2.0.0 Ok\n", probe.FailUnsolicited},
		"text taken for a reply": {"C: BDAT *\nS: 500 5.5.1 what?\nS: 500 5.5.1 what?\n", probe.FailUnsolicited},
		"354":                    {"C: BDAT *\n* chunk\nS: 354 go on\n", probe.FailProtocol},
		"never answers":          {"C: BDAT *\n* chunk\n* stall\n", probe.FailTimeout},
		"goes":                   {"C: BDAT *\n* chunk\n* close\n", probe.FailClosed},
		"does not read":          {"C: BDAT *\n* no-read\n", probe.FailTimeout},
		"answers before the end": {"C: BDAT *\n* sleep 1s\nS: 250 2.0.0 Ok\n* no-read\n", probe.FailUnsolicited},
	} {
		for _, pipeline := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				size := 50
				if strings.Contains(tt.script, "no-read") {
					size = 300 << 10
				}
				a, _ := play(t, offers("CHUNKING", "PIPELINING")+tt.script, simnet.Link{Window: 32 << 10, Latency: time.Millisecond}, probe.Options{
					Pipeline: pipeline, Envelope: probe.Envelope{Chunk: int64(max(20, size/3))}, Message: sends(text(strings.Repeat("x", size))),
				})
				f := a.Failure()
				if !pipeline && name == "taken after a refusal" {
					return // nothing is sent behind a refusal
				}
				if f == nil || f.Failure.Kind != tt.want {
					t.Errorf("%s, pipelined %v: want %s\n%s", name, pipeline, tt.want, transcript(a))
				}
				checkInvariants(t, a)
			})
		}
	}
}

// TestTogether counts the round trips of a message, and matches replies.
func TestTogether(t *testing.T) {
	t.Parallel()
	const rtt = 100 * time.Millisecond
	for _, tt := range []struct {
		name     string
		script   string
		pipeline bool
		chunk    int64
		trips    int // from the SYN to the reply to the message
		turns    int
	}{
		{"DATA", offers("PIPELINING") + takesData, false, 0, 7, 6},
		{"DATA, pipelined", offers("PIPELINING") + takesData, true, 0, 5, 4},
		{"BDAT", offers("PIPELINING", "CHUNKING") + takesChunks, false, 20, 8, 7},
		{"BDAT, pipelined", offers("PIPELINING", "CHUNKING") + takesChunks, true, 20, 5, 6}, // each chunk is a write of its own
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a, s := play(t, tt.script, simnet.Link{Latency: rtt / 2}, probe.Options{
					Pipeline: tt.pipeline, Envelope: probe.Envelope{Chunk: tt.chunk}, Message: sends(text(strings.Repeat("x", 48) + "\r\n")),
				})
				var at time.Duration
				for _, e := range a.Events {
					if e.Kind == probe.KindReply && e.Stage == smtp.StageMessage {
						at = e.Elapsed
					}
				}
				if at != time.Duration(tt.trips)*rtt || s.Turns() != tt.turns {
					t.Errorf("%v and %d flights, want %d round trips and %d\n%s", at, s.Turns(), tt.trips, tt.turns, transcript(a))
				}
			})
		})
	}
}

// TestTogetherRefused: a 354 without a recipient gets nothing but the dot.
func TestTogetherRefused(t *testing.T) {
	t.Parallel()
	const head = "S: 220 mx\nC: EHLO *\nS: 250-mx\nS: 250 PIPELINING\nC: MAIL FROM:<*>\nS: 250 2.1.0 Ok\nC: RCPT TO:<*>\nS: 550 5.1.1 unknown\nC: DATA\n"
	for tail, want := range map[string][]string{
		"S: 354 go on\nC: .\nS: 554 5.5.1 no valid recipients\n": {"DATA", ".", "QUIT"},
		"S: 354 go on\nC: .\nS: 250 2.0.0 Ok\n":                  {"DATA", ".", "QUIT"},
		"S: 503 5.5.1 no valid recipients\n":                     {"DATA", "QUIT"},
		"S: 354 go on\nS: 421 4.3.2 closing\n":                   {"DATA"}, // QUIT would be text
	} {
		synctest.Test(t, func(t *testing.T) {
			a, s := play(t, head+tail, simnet.Link{}, probe.Options{Pipeline: true, Message: sends(text("x\r\n"))})
			if got := said(a); !slices.Equal(got[3:], want) || a.Failure() != nil || len(s.Messages()) > 0 {
				t.Errorf("said %q, want %q\n%s", got[3:], want, transcript(a))
			}
		})
	}
}

// TestTogetherOutOfSync: a reply too many or too few is never taken for another's.
func TestTogetherOutOfSync(t *testing.T) {
	t.Parallel()
	const head = "S: 220 mx\nC: EHLO *\nS: 250-mx\nS: 250 PIPELINING\nC: MAIL FROM:<*>\n"
	for name, tail := range map[string]string{
		"too many": "S: 250 2.1.0 Ok\nC: RCPT TO:<*>\nS: 250 2.1.5 Ok\nS: 250 2.1.5 Ok\nC: DATA\nS: 354 go on\n* data\nS: 250 2.0.0 Ok\n",
		"too few":  "S: 250 2.1.0 Ok\nC: RCPT TO:<*>\nC: DATA\nS: 354 go on\n* data\nS: 250 2.0.0 Ok\n",
		"one more": "S: 250 2.1.0 Ok\nC: RCPT TO:<*>\nS: 250 2.1.5 Ok\nC: DATA\nS: 354 go on\nS: 250 2.0.0 Ok\n* data\n",
	} {
		synctest.Test(t, func(t *testing.T) {
			a, s := play(t, head+tail, simnet.Link{}, probe.Options{Pipeline: true, Message: sends(text("x\r\n"))})
			if f := failureOf(t, a); f.Kind != probe.FailProtocol && f.Kind != probe.FailUnsolicited && f.Kind != probe.FailTimeout || len(s.Messages()) > 0 {
				t.Errorf("%s: %s\n%s", name, f.Kind, transcript(a))
			}
		})
	}
}

// TestPRDR: 353, the reply for the recipient, and the one for all.
func TestPRDR(t *testing.T) {
	t.Parallel()
	for tail, replies := range map[string]int{
		"S: 353 2.0.0 PRDR content analysis beginning\nS: 250 2.1.5 alice\nS: 250 2.0.0 Ok\n":     3,
		"S: 353 2.0.0 PRDR content analysis beginning\nS: 550 5.7.1 not alice\nS: 550 5.0.0 no\n": 3,
		"S: 250 2.0.0 Ok\n": 1, // Exim, for a single recipient
	} {
		synctest.Test(t, func(t *testing.T) {
			script := offers("PRDR") + "C: DATA\nS: 354 go on\n* data\n" + tail
			a, _ := play(t, script, simnet.Link{}, probe.Options{Envelope: probe.Envelope{PRDR: true}, Message: sends(text("x\r\n"))})
			n := 0
			for _, e := range a.Events {
				if e.Kind == probe.KindReply && e.Stage == smtp.StageMessage {
					n++
				}
			}
			if n != replies || a.Failure() != nil {
				t.Errorf("%d replies, want %d\n%s", n, replies, transcript(a))
			}
		})
	}
}

// TestMailMax: a session has no more transactions than the server allows.
func TestMailMax(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, _ := play(t, offers("LIMITS MAILMAX=2"), simnet.Link{}, probe.Options{Recipients: []smtp.Mailbox{
			box(t, "a@example.test"), box(t, "b@example.test"), box(t, "c@example.test"),
		}})
		if n := strings.Count(strings.Join(said(a), "\n"), "MAIL"); n != 2 || a.Noted(probe.NoteMailMax) == nil {
			t.Errorf("%d transactions\n%s", n, transcript(a))
		}
	})
}

// TestRealChunks sends chunks to a second implementation.
func TestRealChunks(t *testing.T) {
	t.Parallel()
	for _, pipeline := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			body := "Subject: x\r\n\r\n" + strings.Repeat("..line\x00\r\n", 100)
			a, s := play(t, "* serve go-smtp binarymime no-tls\n", simnet.Link{}, probe.Options{
				Pipeline: pipeline, Envelope: probe.Envelope{Chunk: 128, Body: "BINARYMIME"}, Message: sends(text(body)),
			})
			if m := s.Messages(); len(m) != 1 || string(m[0]) != body {
				t.Errorf("the server has %q\n%s", m, transcript(a))
			}
		})
	}
}
