package check_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/lab"
	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func recipient(t testing.TB, s string) check.Recipient {
	t.Helper()
	m, err := smtp.ParseMailbox(s)
	if err != nil {
		t.Fatal(err)
	}
	return check.Recipient{Mailbox: m}
}

// world opens the built-in lab on a network in memory and returns the options
// that lead there. It must be called in a bubble.
func world(t testing.TB) (*lab.World, check.Options) {
	t.Helper()
	return worldOn(t, simnet.New())
}

func worldOn(t testing.TB, n *simnet.Network) (*lab.World, check.Options) {
	t.Helper()
	w, err := lab.Open(lab.Options{Network: n})
	if err != nil {
		t.Fatal(err)
	}
	return w, labOptions(w)
}

func labOptions(w *lab.World) check.Options {
	return check.Options{
		Lab: true, Version: "test",
		DNS:   &dnsclient.Client{Servers: []string{w.Resolver}, Dial: w.Dial},
		Probe: probe.Options{Dial: w.Dial, RootCAs: w.RootCAs, HELO: "probe.example.org"},
	}
}

func probeOne(t testing.TB, to string, o check.Options) *check.Report {
	t.Helper()
	reports, err := check.Probe(context.Background(), []check.Recipient{recipient(t, to)}, o)
	if err != nil {
		t.Fatal(err)
	}
	return reports[0]
}

// TestLab probes every domain of the lab and compares with what its index
// promises: the reason and the exit code. Each run must end within the session's deadline,
// and its report must survive being written and read.
func TestLab(t *testing.T) {
	t.Parallel()
	eachDomain(t, probeDomain)
}

// eachDomain runs a test about each domain of the lab, in a bubble of its own.
func eachDomain(t *testing.T, test func(*testing.T, lab.Domain)) {
	t.Helper()
	w, err := lab.Open(lab.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close() //nolint:errcheck // nothing was started
	domains, err := w.Domains()
	if err != nil || len(domains) < 50 {
		t.Fatalf("%d domains, %v", len(domains), err)
	}
	for _, d := range domains {
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { test(t, d) })
		})
	}
}

func probeDomain(t *testing.T, d lab.Domain) {
	w, o := world(t)
	began := time.Now()
	r := probeOne(t, "alice@"+d.Name, o)
	took := time.Since(began)
	got := string(r.Reason)
	if got == "" {
		got = string(r.Verdict)
	}
	if got != d.Expect || r.ExitCode != d.Exit {
		t.Errorf("%s %d, want %s %d\n%s", got, r.ExitCode, d.Expect, d.Exit, dump(r))
	}
	for i := range r.Sessions {
		s := &r.Sessions[i]
		if total := s.Events[len(s.Events)-1].Elapsed; total > time.Minute+500*time.Millisecond {
			t.Errorf("session %d took %v", s.ID, total)
		}
	}
	if took > 3*time.Minute {
		t.Errorf("the run took %v", took)
	}
	roundTrip(t, r)
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}

// roundTrip checks that a report written, read and written again is the same bytes.
func roundTrip(t testing.TB, r *check.Report) {
	t.Helper()
	first, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var second []byte
	err = check.Read(bytes.NewReader(first), func(back *check.Report) error {
		second, err = json.Marshal(back)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, second) {
		t.Errorf("the report changes:\n%s\n%s", first, second)
	}
}

// dump writes a report's transcripts for the log of a failed test.
func dump(r *check.Report) string {
	var b strings.Builder
	for i := range r.Sessions {
		s := &r.Sessions[i]
		b.WriteString(s.Host + " " + s.Address + " " + string(s.Purpose) + ": " + string(s.Outcome) + " " + string(s.Reason) + "\n")
		for _, e := range s.Events {
			line, _ := json.Marshal(e)
			if len(line) > 300 {
				line = line[:300]
			}
			b.WriteString("  " + string(line) + "\n")
		}
	}
	return b.String()
}

var _ = diagnose.Accepted
