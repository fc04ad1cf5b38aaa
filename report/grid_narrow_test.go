package report

import (
	"strings"
	"testing"
)

// TestNarrow: a table that does not fit without cutting words has its cells under
// each other, each in its own colour; one that fits is left as it is.
func TestNarrow(t *testing.T) {
	theme := newTheme(true)
	g := &grid{
		head:  []string{"port", "state", "AUTH", "time"},
		right: []bool{true, false, false, true},
		rows: [][]cell{
			{{"465", nil}, {"open", theme.good}, {"SCRAM-SHA-256-PLUS\nLOGIN", nil}, {"3.0 ms", nil}},
			{{"587", nil}, {"refused", theme.bad}, {"", nil}, {"1.0 ms", nil}},
		},
	}
	if g.narrow(60) != g {
		t.Error("a table that fits is changed")
	}
	n := g.narrow(36)
	n.squeeze(36)
	lines, err := n.lines(theme)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(lines, "\n")
	for _, want := range []string{
		paint(theme.good, "state: open"), paint(theme.bad, "state: refused"), "AUTH: SCRAM-SHA-256-PLUS", "3.0 ms",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not there:\n%s", want, all)
		}
	}
	if strings.Count(all, "AUTH") != 1 {
		t.Errorf("an empty cell is told:\n%s", all)
	}
	for _, line := range lines {
		if widthOf(line) > 36 {
			t.Errorf("%q is too wide", line)
		}
	}
}
