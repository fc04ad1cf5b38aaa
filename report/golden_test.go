package report

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/mxresolve"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares got with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// told renders reports.
func told(t *testing.T, o Options, reports ...*check.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	r, err := New(&b, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range reports {
		if err := r.Report(x); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// cases are the reports by name.
func cases(t *testing.T) map[string][]*check.Report {
	return map[string][]*check.Report{
		"mixed": {mixed(t)}, "unknown-user": {unknownUser(t)}, "hostile": {hostile(t)}, "slow": {slow(t)},
		"delivered": {delivered(t)}, "null-mx": {nullMX(t)}, "pair": pair(t), "waited": {waited(t)}, "expected": {expected(t)},
	}
}

// TestGoldenForms tells every report in every format and style.
func TestGoldenForms(t *testing.T) {
	forms := map[string]Options{
		"text": {}, "quiet": {Verbosity: Quiet}, "verbose": {Verbosity: Verbose},
		"xeams": {Style: StyleXeams}, "swaks": {Style: StyleSwaks}, "rfc": {Style: StyleRFC},
		"csv": {Format: FormatCSV}, "junit": {Format: FormatJUnit}, "tap": {Format: FormatTAP}, "github": {Format: FormatGitHub},
		"nagios": {Format: FormatNagios}, "prom": {Format: FormatPrometheus},
		"table": {Format: FormatTable}, "json": {Format: FormatJSON}, "ndjson": {Format: FormatNDJSON}, "md": {Format: FormatMarkdown},
	}
	for name, reports := range cases(t) {
		for form, o := range forms {
			o.UTC = true
			t.Run(name+"/"+form, func(t *testing.T) { golden(t, name+"."+form, told(t, o, reports...)) })
		}
	}
}

// TestGoldenTerminal tells some on terminals of several widths, and in colour.
func TestGoldenTerminal(t *testing.T) {
	for name, reports := range cases(t) {
		for _, width := range []int{40, 80, 120} {
			if name == "hostile" && width != 80 { // they are long, and no different
				continue
			}
			form := fmt.Sprint(name, ".", width)
			t.Run(form, func(t *testing.T) {
				golden(t, form, told(t, Options{UTC: true, Width: width}, reports...))
				golden(t, form+".color", told(t, Options{UTC: true, Width: width, Color: true}, reports...))
			})
		}
	}
	for _, style := range Styles() {
		golden(t, "mixed.color."+string(style), told(t, Options{UTC: true, Style: style, Color: true}, mixed(t)))
	}
	golden(t, "mixed.color.table", told(t, Options{UTC: true, Format: FormatTable, Color: true, Width: 80}, mixed(t)))
}

// TestGoldenDocuments tells the other documents.
func TestGoldenDocuments(t *testing.T) {
	r := mixed(t).Resolution
	r.Hosts[0].Notes, r.Hosts[1].Aliases = []mxresolve.Problem{mxresolve.ProblemCNAME}, []string{"real.mixed.test"}
	null := nullMX(t)
	yes := true
	docs := map[string]any{
		"mx-mixed": &check.MXReport{Schema: check.Schema, Domain: "mixed.test", Resolution: r, Findings: mixed(t).Findings[1:]},
		"mx-null": &check.MXReport{
			Schema: check.Schema, Domain: "null-mx.test", Resolution: null.Resolution, Verdict: null.Verdict, Reason: null.Reason,
			Summary: null.Summary, Remedy: null.Remedy, ExitCode: null.ExitCode, Findings: []check.Finding{},
		},
		"table": Table{Head: []string{"host", "listens"}, Rows: [][]string{{"mx.good.test", "127.0.0.1:2525"}, {"日本.test"}}},
		"explain": diagnose.Explanation{
			Text: "450 4.2.0 Greylisted", Code: 450, Enhanced: "4.2.0", Reason: diagnose.Greylisted, Title: "greylisted",
			Confidence: diagnose.Certain, Side: diagnose.SideReceiver, Retry: &yes, RetryAfter: 300, Explain: "The server turns away a first attempt.",
			Remedy: "Wait.", Row: "greylist/word", Source: "greylisting servers", References: []string{"RFC 6647, section 2"},
		},
	}
	for name, doc := range docs {
		command, _ := documentOf(io.Discard, doc, Options{})
		for _, format := range Formats(command) {
			var b bytes.Buffer
			if err := Write(&b, doc, Options{Format: format}); err != nil {
				t.Fatal(err)
			}
			golden(t, name+"."+string(format), apart.ReplaceAll(b.Bytes(), nil))
		}
	}
}
