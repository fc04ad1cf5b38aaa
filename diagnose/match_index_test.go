package diagnose

import (
	"strings"
	"testing"
)

// TestIndex: the index finds the row of every pattern that a text has.
func TestIndex(t *testing.T) {
	t.Parallel()
	x := theIndex()
	if len(x.rows) > maxRows {
		t.Fatalf("%d rows: maxRows must grow", len(x.rows))
	}
	for n, row := range x.rows {
		for _, pattern := range row.Words {
			text := "before " + strings.ReplaceAll(strings.Trim(pattern, "^$"), "*", " something ") + " behind"
			var found rowSet
			x.find(text, &found)
			for i := range found {
				found[i] |= x.plain[i]
			}
			if found[n/64]&(1<<(n%64)) == 0 {
				t.Errorf("%s is not found by %q", row.ID, pattern)
			}
		}
	}
}
