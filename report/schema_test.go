package report

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
)

const schemaBase = "https://github.com/smtpcheck/smtpcheck/raw/main/docs/"

// schemas compiles the schemas of docs.
func schemas(t *testing.T) func(name string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	files, err := filepath.Glob("../docs/*.schema.json")
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatal(file, err)
		}
		if err := c.AddResource(schemaBase+filepath.Base(file), doc); err != nil {
			t.Fatal(err)
		}
	}
	return func(name string) *jsonschema.Schema {
		s, err := c.Compile(schemaBase + name + ".schema.json")
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

func validate(t *testing.T, s *jsonschema.Schema, text []byte) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(v); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}

func TestSchemas(t *testing.T) {
	schema := schemas(t)
	report, line, mx, explain := schema("report"), schema("ndjson"), schema("mx"), schema("explain")
	for name, reports := range cases(t) {
		if name == "hostile" { // its words are none of ours
			continue
		}
		for _, r := range reports {
			validate(t, report, told(t, Options{Format: FormatJSON}, r))
			for text := range strings.Lines(string(told(t, Options{Format: FormatNDJSON}, r))) {
				validate(t, line, []byte(text))
			}
			var b bytes.Buffer
			m := &check.MXReport{Schema: 1, Domain: "x.test", Resolution: r.Resolution, Findings: r.Findings, Summary: "x"}
			if err := Write(&b, m, Options{Format: FormatNDJSON}); err != nil {
				t.Fatal(err)
			}
			validate(t, mx, b.Bytes())
		}
	}
	for _, text := range []string{"550 5.1.1 User unknown", "421", "4.2.2", "450 4.2.0 Greylisted for 300 seconds", "x.7.28", "5xx", "mx/null",
		"S <-- 550 4.4.7 expired", "250 2.0.0 Ok"} {
		e, ok := diagnose.ExplainText(text)
		if !ok {
			t.Fatal(text)
		}
		var b bytes.Buffer
		if err := Write(&b, e, Options{Format: FormatJSON}); err != nil {
			t.Fatal(err)
		}
		validate(t, explain, b.Bytes())
	}
	entry := schema("explain-list")
	var b bytes.Buffer
	if err := Write(&b, diagnose.Entries(), Options{Format: FormatNDJSON}); err != nil {
		t.Fatal(err)
	}
	for text := range strings.Lines(b.String()) {
		validate(t, entry, []byte(text))
	}
}

// TestSchemaRefuses shows that the schemas are not satisfied by anything.
func TestSchemaRefuses(t *testing.T) {
	schema := schemas(t)("report")
	for old, bad := range map[string]string{
		`"verdict": "accepted"`: `"verdict": "good"`,
		`"side"`:                `"seite"`,
		`"kind": "refused"`:     `"kind": "x"`,
		`"seq": 1,`:             `"seq": 1, "more": 2,`,
		`"outcome": "deferred"`: `"outcome": ""`,
	} {
		text := bytes.ReplaceAll(told(t, Options{Format: FormatJSON}, mixed(t)), []byte(old), []byte(bad))
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(text, []byte(bad)) {
			continue
		}
		if schema.Validate(v) == nil {
			t.Errorf("%s is let through", bad)
		}
	}
}

// TestSchemaKeys compares the keys of the schemas with those of the types.
func TestSchemaKeys(t *testing.T) {
	read := func(name string) map[string]any {
		b, err := os.ReadFile("../docs/" + name + ".schema.json")
		if err != nil {
			t.Fatal(err)
		}
		var doc map[string]any
		if err := json.Unmarshal(b, &doc); err != nil {
			t.Fatal(err)
		}
		return doc
	}
	doc := read("report")
	defs, _ := doc["$defs"].(map[string]any)
	def := func(name string) map[string]any { m, _ := defs[name].(map[string]any); return m }
	relayDefs, _ := read("relay")["$defs"].(map[string]any)
	relay := func(name string) map[string]any { m, _ := relayDefs[name].(map[string]any); return m }
	for _, c := range []struct {
		name   string
		schema map[string]any
		of     any
		extra  []string
	}{
		{"report", doc, check.Report{}, []string{"type"}},
		{"resolution", def("resolution"), check.Resolution{}, nil},
		{"host", def("host"), check.Host{}, nil},
		{"query", def("query"), check.Query{}, nil},
		{"truth", def("truth"), check.Truth{}, nil},
		{"truth_zone", def("truth_zone"), check.TruthZone{}, nil},
		{"truth_server", def("truth_server"), check.TruthServer{}, nil},
		{"truth_resolver", def("truth_resolver"), check.TruthResolver{}, nil},
		{"truth_answer", def("truth_answer"), check.TruthAnswer{}, nil},
		{"skipped", def("skipped"), check.Skipped{}, nil},
		{"session", def("session"), check.Session{}, nil},
		{"reply", def("reply"), check.Reply{}, nil},
		{"tls", def("tls"), check.TLS{}, nil},
		{"certificate", def("certificate"), check.Certificate{}, nil},
		{"message", def("message"), check.Message{}, nil},
		{"wait", def("wait"), check.Wait{}, nil},
		{"beside", def("beside"), check.Beside{}, nil},
		{"answer", def("answer"), check.Answer{}, nil},
		{"step", def("step"), check.Step{}, nil},
		{"finding", def("finding"), check.Finding{}, nil},
		{"tls_policy", def("tls_policy"), check.TLSPolicy{}, nil},
		{"mta_sts", def("mta_sts"), check.MTASTS{}, nil},
		{"tlsa", def("tlsa"), check.TLSA{}, nil},
		{"sender", def("sender"), check.Sender{}, nil},
		{"mx", read("mx"), check.MXReport{}, nil},
		{"relay", read("relay"), check.RelayReport{}, []string{"type"}},
		{"service", relay("service"), check.RelayService{}, nil},
		{"target", relay("target"), check.RelayTarget{}, nil},
		{"best", relay("best"), check.RelayBest{}, nil},
		{"port", relay("port"), check.RelayPort{}, nil},
		{"auth", relay("auth"), check.RelayAuth{}, nil},
		{"login", relay("login"), check.RelayLogin{}, nil},
		{"explain", read("explain"), diagnose.Explanation{}, nil},
		{"explain-list", read("explain-list"), diagnose.Entry{}, nil},
	} {
		var want []string
		for _, f := range reflect.VisibleFields(reflect.TypeOf(c.of)) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
				want = append(want, name)
			}
		}
		want = append(want, c.extra...)
		var got []string
		properties, _ := c.schema["properties"].(map[string]any)
		for name := range properties {
			got = append(got, name)
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(want, got) {
			t.Errorf("%s: the schema has %v, the type %v", c.name, got, want)
		}
	}
	var reasons []string
	reason := def("reason")
	for _, r := range diagnose.Reasons() {
		reasons = append(reasons, string(r))
	}
	list, _ := reason["enum"].([]any)
	for _, r := range list {
		s, _ := r.(string)
		if !slices.Contains(reasons, s) {
			t.Errorf("the schema has a reason %q that there is not", s)
		}
	}
	if len(list) != len(reasons) {
		t.Errorf("the schema has %d reasons of %d", len(list), len(reasons))
	}
}
