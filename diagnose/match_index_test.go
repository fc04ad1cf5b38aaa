package diagnose

import (
	"strings"
	"testing"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// TestIndex: the index finds every pattern that a text has.
func TestIndex(t *testing.T) {
	t.Parallel()
	x := theIndex()
	if len(x.rows) > maxRows || len(x.entries) > maxEntries {
		t.Fatalf("%d rows, %d entries: maxRows or maxEntries must grow", len(x.rows), len(x.entries))
	}
	for n, row := range x.rows {
		for i, pattern := range append(row.Words[:len(row.Words):len(row.Words)], row.With...) {
			text := strings.ReplaceAll(strings.Trim(pattern, "^$"), "*", " something ")
			s := newSubject("", smtp.Reply{}, text)
			f := hits{x: x}
			f.scan(s, s.text)
			f.scan(s, s.full)
			for k := range x.short {
				f.look(s, &x.short[k])
			}
			if set := [...]*rowSet{&f.words, &f.with}[min(i/max(len(row.Words), 1), 1)]; !set.has(n) {
				t.Errorf("%s is not found by %q", row.ID, pattern)
			}
		}
	}
}
