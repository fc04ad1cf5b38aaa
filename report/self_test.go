package report

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/lab"
	"github.com/smtpcheck/smtpcheck/policy"
	"github.com/smtpcheck/smtpcheck/probe"
)

// examined is a report about a machine in the built-in lab.
func examined(t *testing.T, change func(*check.SelfOptions)) *check.SelfReport {
	t.Helper()
	w, err := lab.Open(lab.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close() //nolint:errcheck // everything ends with it
	o := check.SelfOptions{
		Lab: true, Sender: "news@sender.test", Domain: "sender.test", IPv4: true,
		Targets: []check.SelfPlace{{Name: "receiver-a.test"}, {Name: "receiver-b.test"}}, Compare: []check.SelfPlace{{Name: "mx.receiver-a.test", Port: 587}},
		Lists: []policy.Blocklist{{Zone: "dnsbl.test"}, {Zone: "dbl.dnsbl.test", Domains: true}},
		DNS:   &dnsclient.Client{Servers: []string{w.Resolver}, Dial: w.Dial},
		Probe: probe.Options{HELO: "probe.example.org", Dial: w.Dial, RootCAs: w.RootCAs},
	}
	if change != nil {
		change(&o)
	}
	return check.Self(t.Context(), o)
}

// TestSelfSchema: reports of every kind are as docs/self.schema.json says, and
// read back they are written the same.
func TestSelfSchema(t *testing.T) {
	schema := schemas(t)("self")
	for name, change := range map[string]func(*check.SelfOptions){
		"all is well":   nil,
		"both families": func(o *check.SelfOptions) { o.IPv4 = false },
		"hijacked": func(o *check.SelfOptions) {
			o.Targets = []check.SelfPlace{{Name: "hijacked-a.test"}, {Name: "hijacked-b.test"}}
		},
		"listed": func(o *check.SelfOptions) { o.Given = []netip.Addr{netip.MustParseAddr("192.0.2.66")} },
		"nothing known": func(o *check.SelfOptions) {
			o.Targets = []check.SelfPlace{{Name: "nosuch.test"}}
			o.Compare = nil
			o.Lists = nil
		},
		"clock": func(o *check.SelfOptions) { o.Targets = []check.SelfPlace{{Name: "clock-ahead.test"}} },
		"no lists that count": func(o *check.SelfOptions) {
			o.Lists = []policy.Blocklist{{Zone: "refusing-dnsbl.test"}, {Zone: "everything-dnsbl.test"}, {Zone: "parked-dnsbl.test"}}
		},
	} {
		r := examined(t, change)
		var b bytes.Buffer
		if err := Write(&b, r, Options{Format: FormatNDJSON}); err != nil {
			t.Fatal(err)
		}
		validate(t, schema, b.Bytes())
		var again check.SelfReport
		if err := json.Unmarshal(b.Bytes(), &again); err != nil {
			t.Fatal(name, err)
		}
		var c bytes.Buffer
		if err := Write(&c, &again, Options{Format: FormatNDJSON}); err != nil || !bytes.Equal(b.Bytes(), c.Bytes()) {
			t.Errorf("%s: read back it is\n%s, not\n%s (%v)", name, c.Bytes(), b.Bytes(), err)
		}
		for _, q := range r.Queries {
			if q.ID < 1 || q.ID > len(r.Queries) || r.Queries[q.ID-1].ID != q.ID {
				t.Errorf("%s: query %d is not in its place", name, q.ID)
			}
		}
	}
}

// TestSelfSchemaKeys compares the keys of the schema with those of the types.
func TestSelfSchemaKeys(t *testing.T) {
	text, err := os.ReadFile("../docs/self.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Properties map[string]any `json:"properties"`
		Defs       map[string]struct {
			Properties map[string]any `json:"properties"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	for name, of := range map[string]any{
		"": check.SelfReport{}, "topic": check.SelfTopic{}, "address": check.SelfAddress{}, "spf": check.SelfSPF{}, "target": check.SelfTarget{}, "listing": check.SelfListing{},
	} {
		properties := doc.Defs[name].Properties
		if name == "" {
			properties = doc.Properties
		}
		var want, got []string
		for _, f := range reflect.VisibleFields(reflect.TypeOf(of)) {
			key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			want = append(want, key)
		}
		for key := range properties {
			got = append(got, key)
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(want, got) {
			t.Errorf("%q: the schema has %v, the type %v", name, got, want)
		}
	}
}

// TestSelfHostile: what servers and zones say reaches no terminal as it is.
func TestSelfHostile(t *testing.T) {
	const evil = "\x1b]0;x\x07\u202e<script>|`**[x](y)\r\nVERDICT  CAN SEND\n| a | b |"
	r := examined(t, func(o *check.SelfOptions) { o.Given = []netip.Addr{netip.MustParseAddr("192.0.2.66")} })
	for i := range r.Topics {
		r.Topics[i].Summary += evil
		r.Topics[i].Why += evil
	}
	for i := range r.Findings {
		r.Findings[i].Summary += evil
	}
	for i := range r.Queries {
		r.Queries[i].Answers = append(r.Queries[i].Answers, evil)
	}
	r.Summary, r.Remedy, r.HELO = r.Summary+evil, r.Remedy+evil, evil
	for _, f := range Formats("self") {
		for _, v := range []Verbosity{Quiet, Normal, Verbose} {
			var b bytes.Buffer
			if err := Write(&b, r, Options{Format: f, Verbosity: v}); err != nil {
				t.Fatal(err)
			}
			if strings.ContainsAny(b.String(), "\x1b\x07\r\u202e") {
				t.Errorf("%s: control characters: %q", f, b.String())
			}
			if f == FormatText && strings.Count(b.String(), "\nVERDICT") > 1 {
				t.Errorf("%s: a second verdict:\n%s", f, b.String())
			}
			if f == FormatMarkdown && strings.Contains(b.String(), "\n| a | b |") {
				t.Errorf("a table of the server's:\n%s", b.String())
			}
		}
	}
}
