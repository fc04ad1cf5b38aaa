package probe_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

const dataScript = `S: 220 mx.example.test ESMTP
C: EHLO *
S: 250 mx.example.test
C: MAIL FROM:<*>
S: 250 2.1.0 Ok
C: RCPT TO:<*>
S: 250 2.1.5 Ok
C: DATA
S: 354 go on
`

func big(size int) *probe.Message {
	return text(strings.Repeat(strings.Repeat("x", 70)+"\r\n", size/72))
}

func failureOf(t *testing.T, a *probe.Attempt) *probe.Failure {
	t.Helper()
	f := a.Failure()
	if f == nil {
		t.Fatalf("no failure\n%s", transcript(a))
	}
	return f.Failure
}

// TestReplyBeforeTheEndOfTheMessage: a 2yz is to nothing, a 5yz is heard at once.
func TestReplyBeforeTheEndOfTheMessage(t *testing.T) {
	t.Parallel()
	for reply, want := range map[string]probe.FailureKind{"250 2.0.0 Ok: queued as FAKE": probe.FailUnsolicited, "552 5.3.4 too big": ""} {
		synctest.Test(t, func(t *testing.T) {
			a, s := play(t, dataScript+"* sleep 1s\nS: "+reply+"\n* no-read\n", simnet.Link{Window: 32 << 10},
				probe.Options{Message: func(int, smtp.Capabilities) *probe.Message { return big(300 << 10) }})
			last := a.Events[len(a.Events)-1]
			if last.Elapsed > 2*time.Second || len(s.Messages()) != 0 {
				t.Errorf("%s: it took %v", reply, last.Elapsed)
			}
			if want != "" && failureOf(t, a).Kind != want || want == "" && a.Failure() != nil {
				t.Errorf("%s:\n%s", reply, transcript(a))
			}
		})
	}
}

// TestInterruptEndsAWrite: to be told to stop ends what waits for the server to read.
func TestInterruptEndsAWrite(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{"EHLO": "S: 220 mx\n* no-read\n", "the message": dataScript + "* no-read\n"} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(2*time.Second, cancel)
			began := time.Now()
			a, _ := playUntil(ctx, t, script, simnet.Link{Window: 20}, probe.Options{
				HELO: "a.very.long.name.of.a.client.example.org", Message: func(int, smtp.Capabilities) *probe.Message { return big(300 << 10) },
			})
			if took := time.Since(began); took != 2*time.Second || failureOf(t, a).Kind != probe.FailInterrupted {
				t.Errorf("%s: took %v\n%s", name, took, transcript(a))
			}
		})
	}
}

// TestMessageThatCannotBeRead is a fault of ours, and is told so.
func TestMessageThatCannotBeRead(t *testing.T) {
	t.Parallel()
	broken := &probe.Message{Size: 10, Open: func() (io.ReadCloser, error) { return nil, errors.New("no such file") }}
	half := &probe.Message{Size: 10, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader("Subject"), failingReader{})), nil
	}}
	for _, m := range []*probe.Message{broken, half} {
		synctest.Test(t, func(t *testing.T) {
			a, s := play(t, dataScript+"* data\nS: 250 Ok\n", simnet.Link{}, probe.Options{Message: func(int, smtp.Capabilities) *probe.Message { return m }})
			if f := failureOf(t, a); f.Kind != probe.FailLocal || !strings.Contains(f.Detail, "cannot be read") || len(s.Messages()) != 0 {
				t.Errorf("%+v\n%s", f, transcript(a))
			}
		})
	}
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errors.New("input/output error") }

// TestSilentQuitInTLS: a full window costs no more than the two seconds either.
func TestSilentQuitInTLS(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, _ := play(t, strings.Replace(replaceVersion("1.3"), "S: 221 2.0.0 Bye", "* no-read", 1), simnet.Link{}, probe.Options{})
		if end := a.Events[len(a.Events)-1].Elapsed; end > 2*time.Second {
			t.Errorf("the session took %v\n%s", end, transcript(a))
		}
	})
}
