package report

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
)

func TestFormats(t *testing.T) {
	want := []Format{
		FormatText, FormatTable, FormatJSON, FormatNDJSON, FormatMarkdown, FormatHTML,
		FormatCSV, FormatJUnit, FormatTAP, FormatGitHub, FormatNagios, FormatPrometheus,
	}
	if got := Formats("probe"); !slices.Equal(got, want) {
		t.Errorf("the formats of probe are %v", got)
	}
	if Formats("nothing") != nil {
		t.Error("a command that there is not has formats")
	}
	docs := map[string]any{"mx": &check.MXReport{}, "explain": diagnose.Explanation{}, "lab": Table{Head: []string{"a"}, Rows: [][]string{{"b"}}}}
	for command, doc := range docs {
		for _, format := range Formats(command) {
			if err := Write(io.Discard, doc, Options{Format: format}); err != nil {
				t.Errorf("%s has no %s: %v", command, format, err)
			}
		}
	}
	for _, o := range []Options{{Format: "x"}, {Style: "x"}, {Format: FormatMarkdown, Style: "x"}} {
		if _, err := New(io.Discard, o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
	if Write(io.Discard, 1, Options{}) == nil || Write(io.Discard, diagnose.Explanation{}, Options{Format: "html"}) == nil ||
		Write(io.Discard, diagnose.Explanation{}, Options{Format: FormatMarkdown}) == nil {
		t.Error("anything can be written")
	}
}

// TestZone tells times in a zone of their own.
func TestZone(t *testing.T) {
	o := Options{Location: time.FixedZone("", 3600)}
	out := string(told(t, o, mixed(t)))
	if !strings.HasPrefix(out, "# smtpcheck 0.1.0, 2026-11-22 +01:00; times are local; C = smtpcheck, S = server\n") ||
		!strings.Contains(out, "\n2026-11-22 11:39:49.056 [2] *** connected to mx2.mixed.test [198.51.100.20]:25") {
		t.Error(out[:400])
	}
}

// TestBrokenPipe reports the first error, and writes nothing more after it.
func TestBrokenPipe(t *testing.T) {
	var w brokenPipe
	r, err := New(&w, Options{Live: true})
	if err != nil {
		t.Fatal(err)
	}
	x := mixed(t)
	observe(r, []*check.Report{x})
	if err := r.Report(x); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Report says %v", err)
	}
	if err := r.Close(); !errors.Is(err, io.ErrClosedPipe) || w.writes != 1 {
		t.Errorf("Close says %v after %d writes", err, w.writes)
	}
}

type brokenPipe struct{ writes int }

func (b *brokenPipe) Write([]byte) (int, error) {
	b.writes++
	return 0, io.ErrClosedPipe
}

// TestLongReply folds a reply of many lines, unless all is asked for.
func TestLongReply(t *testing.T) {
	var lines []string
	for range 300 {
		lines = append(lines, "250-KEYWORD")
	}
	r := newReport("ivy@long.test")
	r.Sessions = append(r.Sessions, newTalk(1, "mx.long.test", "198.51.100.80:25", 10).connect(1).
		c("ehlo", "EHLO x").r(2, append(lines, "250 END")...).end(diagnose.Deferred, diagnose.TimedOut, "x"))
	out := told(t, Options{UTC: true}, r)
	if n := bytes.Count(out, []byte("KEYWORD")); n != firstLines+lastLines-1 || !bytes.Contains(out, []byte("257 lines left out here")) {
		t.Errorf("%d lines are told:\n%s", n, out)
	}
	if n := bytes.Count(told(t, Options{UTC: true, Verbosity: Verbose}, r), []byte("S <-- 250-KEYWORD")); n != 300 {
		t.Errorf("%d of 300 lines are told", n)
	}
}
