package redact_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/redact"
	"github.com/smtpcheck/smtpcheck/report"
)

// TestNothingIsLeft is the promise: of a report about anybody, whose server says
// everything back in any spelling, nothing is left in any format.
func TestNothingIsLeft(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		doc := w.newReport(t)
		m := redact.New(rapid.SampledFrom(redact.Modes()).Draw(t, "mode"))
		hidden, err := redact.Document(m, doc)
		if err != nil {
			t.Fatal(err)
		}
		style := rapid.SampledFrom(report.Styles()).Draw(t, "style")
		for _, f := range report.Formats("probe") {
			out := render(t, hidden, report.Options{Format: f, Style: style, UTC: true, Verbosity: report.Verbose})
			if found := w.seek(string(out)); len(found) > 0 {
				t.Fatalf("--format %s has %s", f, strings.Join(found, "\n"))
			}
			if found := m.Found(out, false); len(found) > 0 {
				t.Errorf("--format %s: the package finds in its own work %q", f, found)
			}
		}
		if found := m.Found([]byte(asJSON(hidden)), true); len(found) > 0 {
			t.Errorf("the package finds in its own work %q", found)
		}
		sameButForNames(t, doc, hidden)
		again, err := redact.Document(redact.New(redact.Names), hidden)
		if err != nil || asJSON(again) != asJSON(hidden) {
			t.Errorf("redacted again it is another (%v): %s", err, difference(asJSON(hidden), asJSON(again)))
		}
	})
}

// fatal is what a test and a property have in common.
type fatal interface {
	Helper()
	Fatal(...any)
	Errorf(string, ...any)
}

func render(t fatal, doc *check.Report, o report.Options) []byte {
	t.Helper()
	var b bytes.Buffer
	r, err := report.New(&b, o)
	if err == nil {
		err = r.Report(doc)
	}
	if err == nil {
		err = r.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sameButForNames holds a redacted report against its original: all that a diagnosis
// rests on is the same, and equal names have equal pseudonyms.
func sameButForNames(t fatal, was, is *check.Report) {
	t.Helper()
	facts := func(r *check.Report) string {
		var b strings.Builder
		fmt.Fprintln(&b, r.ID, r.Started, r.Mode, r.ExitCode, r.Verdict, r.Reason, r.Side, r.Confidence, r.DecidedBy, r.RetryAfter, len(r.Sessions), len(r.Walk))
		for _, f := range r.Findings {
			fmt.Fprintln(&b, f.Rule, f.Severity, f.Evidence, len(f.References))
		}
		for i := range r.Sessions {
			s := &r.Sessions[i]
			fmt.Fprintln(&b, s.ID, s.Purpose, s.Outcome, s.Reason, s.Stage, s.Row, s.Timings, len(s.Events), len(s.Capabilities))
			if s.Reply != nil {
				fmt.Fprintln(&b, s.Reply.Code, s.Reply.Enhanced)
			}
			for _, e := range s.Events {
				fmt.Fprint(&b, e.Seq, e.Time, e.Kind, e.Stage, e.Secure, e.Latency, e.Transaction)
				if e.Reply != nil {
					fmt.Fprint(&b, e.Reply.Code, e.Reply.Enhanced, e.Reply.Defects, len(e.Reply.Lines))
				}
			}
		}
		return b.String()
	}
	if a, b := facts(was), facts(is); a != b {
		t.Errorf("what is known changed:\n%s\n%s", a, b)
	}
	to, from := make(map[string]string), make(map[string]string)
	pair := func(a, b string) {
		a, b = strings.ToLower(a), strings.ToLower(b)
		if (a == "") != (b == "") || a == b && a != "" && !anybodys(a) {
			t.Errorf("%q became %q", a, b)
		}
		if x, ok := to[a]; ok && x != b {
			t.Errorf("%q is %q and %q", a, x, b)
		}
		if x, ok := from[b]; ok && x != a {
			t.Errorf("%q stands for %q and %q", b, x, a)
		}
		to[a], from[b] = b, a
	}
	pair(was.Recipient, is.Recipient)
	pair(was.Sender, is.Sender)
	pair(was.HELO, is.HELO)
	if was.Resolution != nil {
		pair(was.Resolution.Domain, is.Resolution.Domain)
		for i, h := range was.Resolution.Hosts {
			pair(h.Name, is.Resolution.Hosts[i].Name)
			for k, a := range h.Addresses {
				pair(a, is.Resolution.Hosts[i].Addresses[k])
			}
		}
		for i, q := range was.Resolution.Queries {
			pair(q.Name, is.Resolution.Queries[i].Name)
		}
	}
	for i := range was.Sessions {
		pair(was.Sessions[i].Host, is.Sessions[i].Host)
		pair(was.Sessions[i].Address, is.Sessions[i].Address)
	}
}

// anybodys reports whether a name is nobody's, and may stay.
func anybodys(s string) bool {
	return strings.HasPrefix(s, "127.0.0.") || strings.HasPrefix(s, "[::1]") || s == "localhost" || s == "." || !strings.Contains(strings.Trim(s, "."), ".")
}

// difference is where two texts begin to differ.
func difference(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	cut := func(s string) string { return s[max(0, i-60):min(len(s), i+60)] }
	return fmt.Sprintf("%q, then %q", cut(a), cut(b))
}
