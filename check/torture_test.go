package check_test

import (
	"context"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/lab"
	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// The texts hold what looks like replies, so that one byte more makes replies
// of them, which all that follow must not be taken for.
const acceptingScript = `S: 220 mx.example.test 550 ESMTP
C: EHLO *
S: 250-mx.example.test
S: 250-PIPELINING
S: 250 ENHANCEDSTATUSCODES
C: MAIL FROM:<*>
S: 250 2.1.0 Ok 550 no 550 no
C: RCPT TO:<*>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
`

const rejectingScript = `S: 220-mx.example.test ESMTP
S: 220 hello 250 Ok
C: EHLO *
S: 250-mx.example.test
S: 250 PIPELINING
C: MAIL FROM:<*>
S: 250 2.1.0 Ok 250 Ok 250 Ok
C: RCPT TO:<*>
S: 550-5.1.1 <alice@example.test>: Recipient address rejected:
S: 550 5.1.1 User unknown in virtual mailbox table
C: QUIT
S: 221 2.0.0 Bye
`

const secureScript = `S: 220 mx.example.test ESMTP
C: EHLO *
S: 250-mx.example.test
S: 250 STARTTLS
C: STARTTLS
S: 220 2.0.0 Ready to start TLS
* tls
C: EHLO *
S: 250 mx.example.test 250 Ok
C: MAIL FROM:<*>
S: 250 2.1.0 Ok 250 Ok
C: RCPT TO:<*>
S: 550 5.1.1 User unknown in virtual mailbox table
C: QUIT
S: 221 2.0.0 Bye
`

// TestTorture records a session of N bytes and breaks it at every one of them,
// in five ways. Each run must end within its deadline with the true verdict, or
// with one that says that it is not known: never with a wrong one.
func TestTorture(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, script string
		pipeline     bool
		truth        diagnose.Verdict
	}{
		{"accepted", acceptingScript, false, diagnose.Accepted},
		{"accepted, pipelined", acceptingScript, true, diagnose.Accepted},
		{"rejected", rejectingScript, false, diagnose.Rejected},
		{"rejected, pipelined", rejectingScript, true, diagnose.Rejected},
		{"rejected in TLS", secureScript, false, diagnose.Rejected},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var size int64
			synctest.Test(t, func(t *testing.T) {
				a, n := torture(t, tt.script, tt.pipeline, simnet.Fault{})
				if o := diagnose.Session(a, "alice@example.test", diagnose.ModeRcpt); o.Verdict != tt.truth {
					t.Fatalf("unbroken: %s", o.Verdict)
				}
				size = n
			})
			for _, kind := range []simnet.FaultKind{simnet.CutEOF, simnet.CutReset, simnet.Stall, simnet.Garbage, simnet.InsertLF} {
				for at := int64(0); at < size; at++ {
					synctest.Test(t, func(t *testing.T) {
						breakAt(t, tt.script, tt.pipeline, tt.truth, simnet.Fault{Kind: kind, At: at, Byte: 0xff})
					})
				}
			}
			t.Logf("%d bytes, %d runs", size, 5*size)
		})
	}
}

func breakAt(t *testing.T, script string, pipeline bool, truth diagnose.Verdict, fault simnet.Fault) {
	a, _ := torture(t, script, pipeline, fault)
	o := diagnose.Session(a, "alice@example.test", diagnose.ModeRcpt)
	switch o.Verdict {
	case truth, diagnose.Deferred, diagnose.Unreachable, diagnose.Undetermined:
	default:
		t.Errorf("%s at %d: %s (%s), and the truth is %s", fault.Kind, fault.At, o.Verdict, o.Sentence, truth)
	}
	if total := a.Events[len(a.Events)-1].Elapsed; total > time.Minute+500*time.Millisecond {
		t.Errorf("%s at %d: the session took %v", fault.Kind, fault.At, total)
	}
}

// torture has one session over a network in memory that breaks as told, and
// counts the bytes of the server.
func torture(t *testing.T, script string, pipeline bool, fault simnet.Fault) (*probe.Attempt, int64) {
	a, _, size := tortureWith(t, script, probe.Options{Pipeline: pipeline}, fault)
	return a, size
}

// tortureWith is torture with options, and returns the server too.
func tortureWith(t *testing.T, script string, o probe.Options, fault simnet.Fault) (*probe.Attempt, *lab.Server, int64) {
	const address = "198.51.100.10:25"
	d, err := lab.Parse("torture", script)
	if err != nil {
		t.Fatal(err)
	}
	n := simnet.New()
	n.SetLink(address, simnet.Link{Fault: fault})
	l, err := n.Listen(address)
	if err != nil {
		t.Fatal(err)
	}
	s := lab.NewServer(d)
	done := make(chan struct{})
	go func() { defer close(done); _ = s.Serve(l) }()
	var read atomic.Int64
	box, _ := smtp.ParseMailbox("alice@example.test")
	o.HELO, o.Recipients = "probe.example.org", []smtp.Mailbox{box}
	o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := n.Dial(ctx, network, address)
		return &countingConn{c, &read}, err
	}
	a := probe.Run(context.Background(), probe.Target{Host: "mx.example.test", Addr: netip.MustParseAddrPort(address)}, &o)
	_ = s.Close()
	<-done
	return a, s, read.Load()
}

type countingConn struct {
	net.Conn
	read *atomic.Int64
}

func (c *countingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.read.Add(int64(n))
	return n, err
}
