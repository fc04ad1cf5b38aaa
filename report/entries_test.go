package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/smtpcheck/smtpcheck/diagnose"
)

// TestEntries: the list has a line for each entry, which fits the terminal, and
// names are whole.
func TestEntries(t *testing.T) {
	entries := diagnose.Entries()
	for _, width := range []int{0, 40, 80, 132} {
		var b bytes.Buffer
		if err := Write(&b, entries, Options{Width: width}); err != nil {
			t.Fatal(err)
		}
		var names []string
		for line := range strings.Lines(b.String()) {
			line = strings.TrimSuffix(line, "\n")
			if line == "" {
				continue
			}
			names = append(names, strings.Fields(line)[0])
			if got := widthOf(line); got > max(width, entryWidth) {
				t.Errorf("width %d: %d columns: %s", width, got, line)
			}
		}
		if len(names) != len(entries) {
			t.Fatalf("width %d: %d lines for %d entries", width, len(names), len(entries))
		}
		for i := range entries {
			if names[i] != entries[i].Name {
				t.Fatalf("line %d is of %s, not of %s", i+1, names[i], entries[i].Name)
			}
		}
	}
}
