package check_test

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/lab"
	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/message"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// TestShiftedReplies: where a server leaves out a reply, the refusals before the
// silence may be to the commands behind theirs: they decide nothing, also when
// no other connection can be had.
func TestShiftedReplies(t *testing.T) {
	t.Parallel()
	const hello = "S: 220 mx.x.test ESMTP\nC: EHLO *\nS: 250-mx.x.test\nS: 250 PIPELINING\n"
	const gone = "* stall\n* session\n* connect refused\n"
	for _, tt := range []struct{ name, script, first string }{
		{"no reply to RCPT", hello + "C: MAIL FROM:*\nS: 250 2.1.0 Ok\nC: RCPT TO:*\nC: DATA\nS: 503 5.5.1 Error: need RCPT command\n" + gone, "deferred timeout"},
		{"no reply to MAIL", hello + "C: MAIL FROM:*\nC: RCPT TO:*\nS: 550 5.1.1 no such user\nC: DATA\nS: 503 5.5.1 no\n" + gone, "deferred timeout"},
		{"no reply to the dot", hello + "C: MAIL FROM:*\nS: 250 2.1.0 Ok\nC: RCPT TO:*\nS: 550 5.1.1 no such user\nC: DATA\nS: 354 go on\nC: .\n" + gone, "rejected no_such_user"},
		{"a refusal and the end", hello + "C: MAIL FROM:*\nS: 250 2.1.0 Ok\nC: RCPT TO:*\nS: 550 5.1.1 no such user\nC: DATA\n* close\n* session\n* connect refused\n", "rejected no_such_user"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, o := smallWorld(t, simnet.New(), oneHost, map[string]string{"mx.x.test": tt.script})
				from := recipient(t, "me@example.org").Mailbox
				o.Sender, o.MX, o.Draft, o.Probe.Pipeline = &from, "first", &message.Draft{From: from}, true
				r := probeOne(t, "alice@x.test", o)
				if got := story(r); !strings.HasPrefix(got, "1 probe mx.x.test "+tt.first+"\n") || !strings.HasSuffix(got, "\n"+tt.first) {
					t.Errorf("%s\n%s", got, dump(r))
				}
				closeWorld(t, w)
			})
		})
	}
}

// TestRepliesTooFewOrTooMany leaves out each reply of a session in turn, and says it
// twice: what is said of a recipient is true, or that it is not known.
func TestRepliesTooFewOrTooMany(t *testing.T) {
	t.Parallel()
	const text = "Subject: x\r\n\r\n250 Ok\r\n"
	head := "S: 220 mx.example.test ESMTP\nC: EHLO *\nS: 250-mx\nS: 250-CHUNKING\nS: 250-PRDR\nS: 250 PIPELINING\n"
	begin, refused := "C: MAIL FROM:<*\nS: 250 2.1.0 Ok\nC: RCPT TO:<*\nS: 250 2.1.5 Ok\n", "C: MAIL FROM:<*\nS: 250 2.1.0 Ok\nC: RCPT TO:<*\nS: 550 5.1.1 unknown\n"
	rset, bye := "C: RSET\nS: 250 2.0.0 Ok\n", "C: QUIT\nS: 221 2.0.0 Bye\n"
	data, queued := "C: DATA\nS: 354 go on\n* data\n", "S: 250 2.0.0 Ok: queued as X\n"
	for name, tt := range map[string]struct {
		script string
		o      probe.Options
		mode   diagnose.Mode
		truth  []diagnose.Verdict
	}{
		"RCPT": {head + begin + rset + refused + rset + begin + bye, probe.Options{}, diagnose.ModeRcpt, []diagnose.Verdict{diagnose.Accepted, diagnose.Rejected, diagnose.Accepted}},
		"DATA": {
			head + begin + data + queued + refused + "C: DATA\nS: 554 5.5.1 none\n" + rset + begin + data + "S: 554 5.7.1 spam\n" + bye,
			probe.Options{}, diagnose.ModeData, []diagnose.Verdict{diagnose.Accepted, diagnose.Rejected, diagnose.Rejected},
		},
		"lone dots": {
			head + refused + "C: DATA\nS: 354 go on\nC: .\nS: 554 5.5.1 none\n" + rset + begin + data + queued + bye,
			probe.Options{}, diagnose.ModeData, []diagnose.Verdict{diagnose.Rejected, diagnose.Accepted},
		},
		"PRDR": {
			head + begin + data + "S: 353 go\nS: 550 5.7.1 no\nS: 250 2.0.0 Ok\n" + begin + data + "S: 353 go\nS: 250 2.1.5 Ok\n" + queued + bye,
			probe.Options{Envelope: probe.Envelope{PRDR: true}}, diagnose.ModeData, []diagnose.Verdict{diagnose.Rejected, diagnose.Accepted},
		},
		"BDAT": {
			head + begin + "C: BDAT 20\n* chunk\nS: 250 2.0.0 Ok\nC: BDAT *\n* chunk\n" + queued + begin + "C: BDAT 20\n* chunk\nS: 552 5.3.4 no\nC: BDAT *\n* chunk\nS: 503 5.5.1 no\n" + bye,
			probe.Options{Envelope: probe.Envelope{Chunk: 20}}, diagnose.ModeData, []diagnose.Verdict{diagnose.Accepted, diagnose.Rejected},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.o.Pipeline = true
			tt.o.Message = func(int, smtp.Capabilities) *probe.Message {
				return &probe.Message{Size: int64(len(text)), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
			}
			if tt.mode == diagnose.ModeRcpt {
				tt.o.Message = nil
			}
			var truth []string
			synctest.Test(t, func(t *testing.T) { truth = outcomes(t, tt.script, tt.o, tt.mode, len(tt.truth)) })
			for i, want := range tt.truth {
				if !strings.HasPrefix(truth[i], string(want)+" ") {
					t.Fatalf("recipient %d: %s, want %s", i+1, truth[i], want)
				}
			}
			lines := strings.SplitAfter(tt.script, "\n")
			for i, line := range lines {
				if !strings.HasPrefix(line, "S: ") || line[6] != ' ' {
					continue
				}
				for _, n := range []int{0, 2} {
					script := strings.Join(lines[:i], "") + strings.Repeat(line, n) + strings.Join(lines[i+1:], "")
					synctest.Test(t, func(t *testing.T) {
						for i, got := range outcomes(t, script, tt.o, tt.mode, len(tt.truth)) {
							if known := strings.HasPrefix(got, "accepted ") || strings.HasPrefix(got, "rejected "); known && got != truth[i] {
								t.Errorf("recipient %d: %s, and the truth is %s\n%s", i+1, got, truth[i], script)
							}
						}
					})
				}
			}
		})
	}
}

// outcomes has a session with n recipients, and says in words what came of each.
func outcomes(t *testing.T, script string, o probe.Options, mode diagnose.Mode, n int) (out []string) {
	d, err := lab.Parse("replies", script)
	if err != nil {
		t.Fatal(err)
	}
	net := simnet.New()
	l, err := net.Listen("198.51.100.10:25")
	if err != nil {
		t.Fatal(err)
	}
	s := lab.NewServer(d)
	done := make(chan struct{})
	go func() { defer close(done); _ = s.Serve(l) }()
	o.HELO, o.Dial = "probe.example.org", net.Dial
	for i := range n {
		o.Recipients = append(o.Recipients, recipient(t, string(rune('a'+i))+"@example.test").Mailbox)
	}
	a := probe.Run(context.Background(), probe.Target{Host: "mx.example.test", Addr: netip.MustParseAddrPort("198.51.100.10:25")}, &o)
	_ = s.Close()
	<-done
	for i := range n {
		got := diagnose.Transaction(a, i+1, mode)
		out = append(out, fmt.Sprint(got.Verdict, " ", got.Reason, " at ", got.Stage))
	}
	return out
}
