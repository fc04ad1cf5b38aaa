package report

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
)

// observe tells what a run would: the sessions of a destination all at once,
// one event of each in turn, the last session first.
func observe(o check.Observer, reports []*check.Report) {
	var refs []check.Ref
	sessions := map[int][]check.Event{}
	headers := map[int]check.Session{}
	for _, r := range reports {
		refs = append(refs, check.Ref{ID: r.ID, Recipient: r.Recipient, Started: r.Started})
		for i := range r.Sessions {
			s := &r.Sessions[i]
			headers[s.ID] = check.Session{
				ID: s.ID, Purpose: s.Purpose, After: s.After, Host: s.Host, Also: s.Also, Preference: s.Preference, Address: s.Address,
			}
			for _, e := range s.Events {
				if !slices.ContainsFunc(sessions[s.ID], func(x check.Event) bool { return x.Seq == e.Seq }) {
					sessions[s.ID] = append(sessions[s.ID], e)
				}
			}
		}
	}
	o.Begin(refs)
	for id := 1; id <= len(headers); id++ {
		slices.SortFunc(sessions[id], func(a, b check.Event) int { return a.Seq - b.Seq })
		o.Plan(headers[id])
	}
	for left := true; left; {
		left = false
		for id := len(headers); id > 0; id-- {
			if len(sessions[id]) == 0 {
				continue
			}
			left = true
			o.Event(headers[id], sessions[id][0].Event)
			if sessions[id] = sessions[id][1:]; len(sessions[id]) == 0 {
				o.End(headers[id])
			}
		}
	}
	o.Known(refs[0], diagnose.Accepted)
}

// sorted are the lines of a text that are not empty, in no order that matters.
func sorted(text string) []string {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
	slices.Sort(lines)
	return lines
}

// TestLive shows every case live: in another order at most, with every line once.
func TestLive(t *testing.T) {
	for name, reports := range cases(t) {
		if name == "hostile" { // its version is not ours
			continue
		}
		for _, style := range Styles() {
			o := Options{UTC: true, Style: style, Version: "0.1.0", Width: 100}
			want := told(t, o, reports...)
			o.Live = true
			var b bytes.Buffer
			r, err := New(&b, o)
			if err != nil {
				t.Fatal(err)
			}
			observe(r, reports)
			for _, x := range reports {
				if err := r.Report(x); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(sorted(string(want)), sorted(b.String())); diff != "" {
				t.Errorf("%s, %s: live (-replayed +live):\n%s", name, style, diff)
			}
			if name == "mixed" && style == StyleSmtpcheck {
				golden(t, "mixed.live", b.Bytes())
			}
		}
	}
}

// TestObservedButNotLive observes without a terminal: the same bytes as replayed.
func TestObservedButNotLive(t *testing.T) {
	for name, reports := range cases(t) {
		for _, format := range []Format{FormatText, FormatTable, FormatJSON, FormatMarkdown} {
			o := Options{UTC: true, Format: format}
			var b bytes.Buffer
			r, err := New(&b, o)
			if err != nil {
				t.Fatal(err)
			}
			observe(r, reports)
			for _, x := range reports {
				if err := r.Report(x); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(told(t, o, reports...)), b.String()); diff != "" {
				t.Errorf("%s, %s (-replayed +observed):\n%s", name, format, diff)
			}
		}
	}
}

// TestStatus draws the status line: what is on it is taken off before anything
// else is written, and nothing is left at the end.
func TestStatus(t *testing.T) {
	var screen terminal
	r, err := New(&screen, Options{UTC: true, Live: true, Status: &screen, Width: 60, Version: "0.1.0"})
	if err != nil {
		t.Fatal(err)
	}
	reports := []*check.Report{mixed(t)}
	r.Begin([]check.Ref{{ID: reports[0].ID, Recipient: reports[0].Recipient}})
	if got := screen.line; got != "looking up mixed.test" {
		t.Errorf("the status line is %q", got)
	}
	for i := range reports[0].Sessions {
		r.Plan(reports[0].Sessions[i])
	}
	if got := screen.line; got != "waiting for mx1.mixed.test, mx2.mixed.test, mx3.mixed.test" {
		t.Errorf("the status line is %q", got)
	}
	r.End(reports[0].Sessions[0])
	r.Known(check.Ref{ID: reports[0].ID, Recipient: "alice@mixed.test"}, diagnose.Accepted)
	if got := screen.line; got != "alice@mixed.test is accepted; waiting for mx2.mixed.test, …" {
		t.Errorf("the status line is %q", got)
	}
	screen = terminal{}
	observe(r, reports)
	if err := r.Report(reports[0]); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	live, _ := New(&want, Options{UTC: true, Live: true, Width: 60, Version: "0.1.0"})
	observe(live, reports)
	_ = live.Report(reports[0])
	if diff := cmp.Diff(want.String(), screen.above+screen.line); diff != "" {
		t.Errorf("the screen with a status line (-want +got):\n%s", diff)
	}
}

// terminal knows line feed and carriage return.
type terminal struct {
	above, line string
	column      int
}

func (x *terminal) Write(p []byte) (int, error) {
	for _, r := range string(p) {
		line := []rune(x.line)
		switch {
		case r == '\n':
			x.above += strings.TrimRight(x.line, " ") + "\n"
			x.line, x.column = "", 0
		case r == '\r':
			x.column = 0
		case x.column < len(line):
			line[x.column] = r
			x.line = string(line)
			x.column++
		default:
			x.line += string(r)
			x.column++
		}
	}
	if strings.TrimSpace(x.line) == "" && x.column == 0 {
		x.line = ""
	}
	return len(p), nil
}
