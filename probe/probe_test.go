package probe_test

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/smtpcheck/smtpcheck/lab"
	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const address = "198.51.100.10:25"

func target() probe.Target {
	return probe.Target{Host: "mx.example.test", Addr: netip.MustParseAddrPort(address)}
}

func box(t testing.TB, s string) smtp.Mailbox {
	t.Helper()
	m, err := smtp.ParseMailbox(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// play runs a probe against a dialogue on the network in memory. It must be
// called in a bubble.
func play(t testing.TB, script string, link simnet.Link, o probe.Options) (*probe.Attempt, *lab.Server) {
	t.Helper()
	return playUntil(context.Background(), t, script, link, o)
}

// playUntil is play with a context that may end.
func playUntil(ctx context.Context, t testing.TB, script string, link simnet.Link, o probe.Options) (*probe.Attempt, *lab.Server) {
	t.Helper()
	d, err := lab.Parse(t.Name(), script)
	if err != nil {
		t.Fatal(err)
	}
	n := simnet.New()
	n.SetLink(address, link)
	l, err := n.Listen(address)
	if err != nil {
		t.Fatal(err)
	}
	s := lab.NewServer(d)
	s.Host = "mx.example.test"
	served := make(chan struct{})
	go func() { defer close(served); _ = s.Serve(l) }()
	o.Dial = n.Dial
	if o.HELO == "" {
		o.HELO = "probe.example.org"
	}
	if o.RootCAs == nil {
		o.RootCAs = s.RootCAs()
	}
	if o.Recipients == nil {
		o.Recipients = []smtp.Mailbox{box(t, "alice@example.test")}
	}
	a := probe.Run(ctx, target(), &o)
	_ = s.Close()
	<-served
	return a, s
}

// transcript writes an attempt the way the fixtures have it: one line an
// event, with the elapsed time where it is not nothing.
func transcript(a *probe.Attempt) string {
	var b strings.Builder
	for _, e := range a.Events {
		if e.Elapsed > 0 {
			fmt.Fprintf(&b, "%v ", e.Elapsed.Round(time.Millisecond))
		}
		switch e.Kind {
		case probe.KindCommand:
			fmt.Fprintf(&b, "C: %s\n", e.Command)
		case probe.KindReply:
			for i, line := range e.Reply.Lines {
				if i > 0 {
					b.WriteString("   ")
				}
				fmt.Fprintf(&b, "S: %s", smtp.Printable(line))
				if i == len(e.Reply.Lines)-1 && len(e.Reply.Defects) > 0 {
					fmt.Fprintf(&b, " %q", e.Reply.Defects)
				}
				b.WriteString("\n")
			}
		case probe.KindFailure:
			fmt.Fprintf(&b, "! %s at %s", e.Failure.Kind, e.Stage)
			if e.Failure.Detail != "" {
				fmt.Fprintf(&b, ": %s", e.Failure.Detail)
			}
			b.WriteString("\n")
		case probe.KindTLS:
			fmt.Fprintf(&b, "* tls %s verified=%v %s\n", e.TLS.Version, e.TLS.Verified, e.TLS.ProblemKind)
		case probe.KindData:
			fmt.Fprintf(&b, "* data %d\n", e.Data.Size)
		case probe.KindNote:
			fmt.Fprintf(&b, "* note %s\n", e.Note)
		default:
			fmt.Fprintf(&b, "* %s\n", e.Kind)
		}
	}
	return b.String()
}

// TestDialogues runs each file of testdata/dialogues: a dialogue, a line of
// options, and the whole transcript that must come of it.
func TestDialogues(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../testdata/dialogues/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no dialogues", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			script, want, ok := strings.Cut(string(text), "\n=== transcript\n")
			if !ok {
				t.Fatal("the file has no transcript")
			}
			o := fixtureOptions(t, script)
			synctest.Test(t, func(t *testing.T) {
				a, _ := play(t, script, simnet.Link{}, o)
				got := transcript(a)
				if os.Getenv("UPDATE") != "" {
					want = got
					if err := os.WriteFile(file, []byte(script+"\n=== transcript\n"+got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("-want +got:\n%s", d)
				}
				checkInvariants(t, a)
			})
		})
	}
}

// fixtureOptions reads the comment lines "# options: ..." of a fixture.
func fixtureOptions(t *testing.T, script string) probe.Options {
	var o probe.Options
	for line := range strings.Lines(script) {
		words, ok := strings.CutPrefix(strings.TrimSpace(line), "# options:")
		if !ok {
			continue
		}
		for _, word := range strings.Fields(words) {
			name, value, _ := strings.Cut(word, "=")
			switch name {
			case "pipeline":
				o.Pipeline = true
			case "tls":
				o.TLS = probe.TLSMode(value)
			case "tls-verify":
				o.TLSVerify = true
			case "stop-after":
				o.StopAfter = smtp.Stage(value)
			case "from":
				o.From = value
			case "rcpt":
				o.Recipients = append(o.Recipients, box(t, value))
			case "rfc-timeouts":
				o.Timeouts.RFC = true
			case "data":
				o.Message = func(int, smtp.Capabilities) *probe.Message { return text("Subject: x\r\n\r\n.dot\r\nend\r\n") }
			default:
				t.Fatalf("option %q", word)
			}
		}
	}
	return o
}

func text(s string) *probe.Message {
	return &probe.Message{Size: int64(len(s)), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(s)), nil }}
}

// checkInvariants checks what holds for every transcript.
func checkInvariants(t testing.TB, a *probe.Attempt) {
	t.Helper()
	var last time.Duration
	for i, e := range a.Events {
		if e.Seq != i+1 {
			t.Errorf("event %d has number %d", i+1, e.Seq)
		}
		if e.Elapsed < 0 || e.HasLatency() && e.Latency < 0 {
			t.Errorf("event %d: elapsed %v, latency %v", e.Seq, e.Elapsed, e.Latency)
		}
		if e.Kind != probe.KindReply && e.Elapsed < last {
			t.Errorf("event %d goes back in time", e.Seq)
		}
		last = max(last, e.Elapsed)
		if (e.Kind == probe.KindReply) != (e.Reply != nil) || (e.Kind == probe.KindFailure) != (e.Failure != nil) ||
			(e.Kind == probe.KindTLS) != (e.TLS != nil) || (e.Kind == probe.KindData) != (e.Data != nil) {
			t.Errorf("event %d of kind %s has the wrong facts", e.Seq, e.Kind)
		}
	}
	if n := len(a.Events); a.Connected() && a.Events[n-1].Kind != probe.KindClose {
		t.Error("the transcript does not end in close")
	}
}
