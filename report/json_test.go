package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smtpcheck/smtpcheck/check"
)

// readBack is a report that was written and read back.
func readBack(t *testing.T, r *check.Report) *check.Report {
	t.Helper()
	back := new(check.Report)
	if err := json.Unmarshal(told(t, Options{Format: FormatJSON}, r), back); err != nil {
		t.Fatal(err)
	}
	return back
}

// TestReplay tells reports that were read back: the same bytes in every format,
// twice over.
func TestReplay(t *testing.T) {
	for name, reports := range cases(t) {
		var back []*check.Report
		for _, r := range reports {
			back = append(back, readBack(t, r))
		}
		for _, format := range Formats("probe") {
			for _, style := range Styles() {
				for _, verbosity := range []Verbosity{Quiet, Normal, Verbose} {
					o := Options{Format: format, Style: style, Verbosity: verbosity, UTC: true}
					want := told(t, o, append(reports, reports...)...)
					got := told(t, o, append(back, back...)...)
					if diff := cmp.Diff(string(want), string(got)); diff != "" {
						t.Errorf("%s, %v: replayed (-want +got):\n%s", name, o, diff)
					}
				}
			}
		}
	}
}

func TestJSONIsASCIIWhereItMatters(t *testing.T) {
	var b bytes.Buffer
	if err := writeJSON(&b, "a\u007f\u0085\u202e\u2028\u00ad\U000e0041<&>é日", false); err != nil {
		t.Fatal(err)
	}
	const want = `"a\u007f\u0085\u202e\u2028\u00ad\udb40\udc41<&>é日"` + "\n"
	if b.String() != want {
		t.Errorf("got %s, want %s", b.String(), want)
	}
	var s string
	if err := json.Unmarshal(b.Bytes(), &s); err != nil || s != "a\u007f\u0085\u202e\u2028\u00ad\U000e0041<&>é日" {
		t.Errorf("read back as %q, %v", s, err)
	}
}

func TestNDJSONLines(t *testing.T) {
	out := told(t, Options{Format: FormatNDJSON}, pair(t)...)
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	for i, line := range lines {
		var l struct{ Type, Recipient, Report_id, ID string }
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		last := i == len(lines)-1 || strings.HasPrefix(line, `{"type":"report"`)
		if last != (l.Type == "report") || !last && l.Report_id == "" || l.Recipient == "" {
			t.Errorf("line %d: %.100s", i, line)
		}
	}
	if !strings.HasPrefix(lines[len(lines)-1], `{"type":"report","schema":1,`) {
		t.Errorf("the last line is %.100s", lines[len(lines)-1])
	}
}

// TestNDJSONLive tells events of two sessions in turn: the lines of a session stay
// in order, and all lines are those of the report.
func TestNDJSONLive(t *testing.T) {
	r := mixed(t)
	var b bytes.Buffer
	live, err := New(&b, Options{Format: FormatNDJSON})
	if err != nil {
		t.Fatal(err)
	}
	observe(live, []*check.Report{r})
	if !strings.Contains(b.String(), `"kind":"close"`) {
		t.Error("nothing was told live")
	}
	if err := live.Report(r); err != nil {
		t.Fatal(err)
	}
	want := told(t, Options{Format: FormatNDJSON}, r)
	if diff := cmp.Diff(sorted(string(want)), sorted(b.String())); diff != "" {
		t.Errorf("live (-replayed +live):\n%s", diff)
	}
	seq := map[int]int{}
	for line := range strings.Lines(b.String()) {
		var l struct{ Session, Seq int }
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		if l.Session > 0 && l.Seq != seq[l.Session]+1 {
			t.Errorf("event %d of session %d is out of order", l.Seq, l.Session)
		}
		seq[l.Session] = l.Seq
	}
}
