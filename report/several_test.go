package report

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

// TestSeveral tells what each would have told alone; one that cannot be written
// keeps nothing from the others.
func TestSeveral(t *testing.T) {
	t.Parallel()
	reports := pair(t)
	alone := func(f Format) string { return string(told(t, Options{Format: f, UTC: true}, reports...)) }
	var text, json bytes.Buffer
	var broken brokenPipe
	var all []Renderer
	for _, x := range []struct {
		w io.Writer
		f Format
	}{{&text, FormatText}, {&broken, FormatText}, {&json, FormatJSON}} {
		r, err := New(x.w, Options{Format: x.f, UTC: true})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	s := Several(all...)
	observe(s, reports)
	for _, r := range reports {
		if err := s.Report(r); err != nil {
			t.Errorf("%v, though two are left", err)
		}
	}
	if err := s.Close(); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Close says %v", err)
	}
	if text.String() != alone(FormatText) || json.String() != alone(FormatJSON) {
		t.Error("told together they are not what they are alone")
	}
	if err := Several(all[1], all[1]).Report(reports[0]); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("with none left Report says %v", err)
	}
}
