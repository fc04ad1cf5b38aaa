package redact_test

import (
	"bytes"
	"context"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/lab"
	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/redact"
	"github.com/smtpcheck/smtpcheck/report"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// TestLab redacts the report about every domain of the lab, hostile ones too.
func TestLab(t *testing.T) {
	t.Parallel()
	w, err := lab.Open(lab.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close() //nolint:errcheck // nothing was started
	domains, err := w.Domains()
	if err != nil || len(domains) < 50 {
		t.Fatalf("%d domains, %v", len(domains), err)
	}
	formats := report.Formats("replay")
	for i, d := range domains {
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			var doc *check.Report
			synctest.Test(t, func(t *testing.T) { doc = probeLab(t, d.Name) })
			redactLab(t, doc, formats[i%len(formats)]) // in JSON, and in turn in each of the others
		})
	}
}

func probeLab(t *testing.T, domain string) *check.Report {
	t.Helper()
	w, err := lab.Open(lab.Options{Network: simnet.New()})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close() //nolint:errcheck // the network is in memory
	m, err := smtp.ParseMailbox("zorqua@" + domain)
	if err != nil {
		t.Fatal(err)
	}
	reports, err := check.Probe(context.Background(), []check.Recipient{{Mailbox: m}}, check.Options{
		Lab: true, Version: "test", DNS: &dnsclient.Client{Servers: []string{w.Resolver}, Dial: w.Dial},
		Probe: probe.Options{Dial: w.Dial, RootCAs: w.RootCAs, HELO: "probe.example.org"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return reports[0]
}

func redactLab(t *testing.T, doc *check.Report, format report.Format) {
	t.Helper()
	mapper := redact.New(redact.Names)
	hidden, err := redact.Document(mapper, doc)
	if err != nil {
		t.Fatal(err)
	}
	sameButForNames(t, doc, hidden)
	if found := mapper.Found([]byte(asJSON(hidden)), true); len(found) > 0 {
		t.Errorf("the package finds in its own work %q", found)
	}
	if strings.Contains(asJSON(hidden), "(left out)") {
		t.Error("some text could not be redacted")
	}
	who := &world{locals: []string{"zorqua"}, other: ".test", words: []string{"probe.example"}}
	if doc.Resolution != nil {
		for _, h := range doc.Resolution.Hosts {
			for _, a := range h.Addresses {
				if a := netip.MustParseAddr(a); !a.IsLoopback() {
					who.addrs = append(who.addrs, a)
				}
			}
		}
	}
	for _, f := range []report.Format{report.FormatJSON, format} {
		out := string(render(t, hidden, report.Options{Format: f, UTC: true, Verbosity: report.Verbose}))
		if strings.Contains(out, ".test") || strings.Contains(out, "zorqua") || strings.Contains(out, "probe.example") {
			t.Errorf("--format %s has a name of the lab", f)
		}
		if f == report.FormatJSON {
			if found := who.seekIPs([]string{out}); len(found) > 0 {
				t.Errorf("--format %s has %s", f, strings.Join(found, "\n"))
			}
			checkReplay(t, out)
		}
		if found := mapper.Found([]byte(out), false); f != report.FormatJSON && len(found) > 0 {
			t.Errorf("--format %s: the package finds in its own work %q", f, found)
		}
	}
}

// checkReplay reads a redacted report and redacts it again.
func checkReplay(t *testing.T, out string) {
	t.Helper()
	err := check.Read(strings.NewReader(out), func(r *check.Report) error {
		var same bytes.Buffer
		again, err := redact.Document(redact.New(redact.Names), r)
		if err != nil {
			return err
		}
		same.Write(render(t, again, report.Options{Format: report.FormatJSON}))
		if same.String() != out {
			t.Errorf("redacted again it is another: %s", difference(out, same.String()))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
