package check_test

import (
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// messageHead is the dialogue up to the message. Its texts hold what looks like replies.
const messageHead = `S: 220 mx.example.test 250 ESMTP
C: EHLO *
S: 250-mx.example.test
S: 250-PIPELINING
S: 250-PRDR
S: 250 CHUNKING
C: MAIL FROM:<*
S: 250 2.1.0 Ok 250 no
C: RCPT TO:<*
S: 250 2.1.5 Ok 354 no
`

// TestTortureMessage breaks sessions with a message at every byte of the server.
// Never is there a wrong verdict, and a message that the server has whole is never
// said not to be delivered: it would be sent again.
func TestTortureMessage(t *testing.T) {
	t.Parallel()
	const (
		data   = "C: DATA\nS: 354 go on 250 Ok\n* data\n"
		chunk  = "C: BDAT *\n* chunk\n"
		queued = "S: 250 2.0.0 Ok: queued 550 as X\n"
		bye    = "C: QUIT\nS: 221 2.0.0 Bye\n"
		noRcpt = "S: 220 mx 250 ESMTP\nC: EHLO *\nS: 250-mx\nS: 250 PIPELINING\nC: MAIL FROM:<*\nS: 250 2.1.0 Ok 250 no\n" +
			"C: RCPT TO:<*\nS: 550 5.1.1 no 250 Ok\nC: DATA\nS: 354 go on 250 Ok\nC: .\nS: 554 5.5.1 none 250 Ok\n"
	)
	for _, tt := range []struct {
		name, script string
		pipeline     bool
		chunk        int64
		truth        diagnose.Verdict
	}{
		{"DATA, pipelined", messageHead + data + queued + bye, true, 0, diagnose.Accepted},
		{"BDAT", messageHead + chunk + queued + bye, false, 20, diagnose.Accepted},
		{"BDAT, pipelined", messageHead + chunk + queued + bye, true, 20, diagnose.Accepted},
		{"BDAT, refused", messageHead + "C: BDAT 20\n* chunk\nS: 552 5.3.4 no 250 Ok\nC: BDAT *\n* chunk\nS: 503 5.5.1 no 250 Ok\n" + bye, true, 20, diagnose.Rejected},
		{"PRDR", messageHead + data + "S: 353 2.0.0 begin 250 Ok\nS: 250 2.1.5 alice 550 no\n" + queued + bye, false, 0, diagnose.Accepted},
		{"PRDR, refused", messageHead + data + "S: 353 2.0.0 begin 250 Ok\nS: 550 5.7.1 alice 250 Ok\nS: 250 2.0.0 Ok\n" + bye, false, 0, diagnose.Rejected},
		{"no recipient, pipelined", noRcpt + bye, true, 0, diagnose.Rejected},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := probe.Options{
				Pipeline: tt.pipeline, Envelope: probe.Envelope{Chunk: tt.chunk, PRDR: strings.HasPrefix(tt.name, "PRDR")},
				Message: func(int, smtp.Capabilities) *probe.Message {
					const text = "Subject: 250 Ok\r\n\r\n250 Ok\r\n250 Ok\r\n"
					return &probe.Message{Size: int64(len(text)), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
				},
			}
			var size int64
			synctest.Test(t, func(t *testing.T) {
				a, _, n := tortureWith(t, tt.script, o, simnet.Fault{})
				if got := diagnose.Session(a, "alice@example.test", diagnose.ModeData); got.Verdict != tt.truth || got.MayBeDelivered {
					t.Fatalf("unbroken: %s: %s", got.Verdict, got.Sentence)
				}
				size = n
			})
			for _, kind := range []simnet.FaultKind{simnet.CutEOF, simnet.CutReset, simnet.Stall, simnet.Garbage, simnet.InsertLF} {
				for at := int64(0); at < size; at++ {
					synctest.Test(t, func(t *testing.T) {
						breakMessage(t, tt.script, o, tt.truth, simnet.Fault{Kind: kind, At: at, Byte: 0xff})
					})
				}
			}
		})
	}
}

func breakMessage(t *testing.T, script string, o probe.Options, truth diagnose.Verdict, fault simnet.Fault) {
	a, s, _ := tortureWith(t, script, o, fault)
	got := diagnose.Session(a, "alice@example.test", diagnose.ModeData)
	switch got.Verdict {
	case truth, diagnose.Deferred, diagnose.Unreachable, diagnose.Undetermined:
	default:
		t.Errorf("%s at %d: %s (%s), and the truth is %s", fault.Kind, fault.At, got.Verdict, got.Sentence, truth)
	}
	if whole := len(s.Messages()) > 0; whole && truth == diagnose.Accepted && got.Verdict != truth && !got.MayBeDelivered {
		t.Errorf("%s at %d: %s (%s), and the server has the message", fault.Kind, fault.At, got.Verdict, got.Sentence)
	}
}
