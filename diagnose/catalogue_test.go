package diagnose

import (
	"strings"
	"testing"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// TestRows runs the example of each row through the whole lookup: it must come
// out at that row, so that no row is hidden by one before it.
func TestRows(t *testing.T) {
	seen := make(map[string]bool)
	for _, row := range Rows() {
		if seen[row.ID] {
			t.Errorf("%s: there are two rows with this ID", row.ID)
		}
		seen[row.ID] = true
		got, m := Lookup(row.ExampleStage, replyFrom(row.Example))
		if got.ID != row.ID {
			t.Errorf("%s: its example matches %s", row.ID, got.ID)
			continue
		}
		if got.Explain == "" || got.Remedy == "" || got.Source == "" {
			t.Errorf("%s: explanation, remedy and source must be given", row.ID)
		}
		if m.Side == "" || m.Confidence == "" || m.Retry == "" {
			t.Errorf("%s: side %q, confidence %q, retry %q", row.ID, m.Side, m.Confidence, m.Retry)
		}
		checkRow(t, row)
	}
}

// checkRow checks the form of a row.
func checkRow(t *testing.T, row Row) {
	t.Helper()
	if row.Reason != "" {
		if _, ok := AboutReason(row.Reason); !ok {
			t.Errorf("%s: unknown reason %q", row.ID, row.Reason)
		}
	}
	for _, w := range row.Words {
		if w != strings.ToLower(w) || w == "" {
			t.Errorf("%s: words must be lower case: %q", row.ID, w)
		}
	}
	for _, s := range row.Stages {
		if s.Request() == string(s) {
			t.Errorf("%s: unknown stage %q", row.ID, s)
		}
	}
	for _, c := range strings.Fields(row.Codes) {
		if len(c) != 1 && len(c) != 3 {
			t.Errorf("%s: bad code %q", row.ID, c)
		}
	}
	for _, e := range strings.Fields(row.Enhanced) {
		if strings.Count(e, ".") != 2 {
			t.Errorf("%s: bad enhanced code %q", row.ID, e)
		}
	}
}

// TestEveryReply checks that there is no reply without a row.
func TestEveryReply(t *testing.T) {
	for code := 200; code < 600; code++ {
		for _, stage := range append(smtp.Stages(), "") {
			row, _ := Lookup(stage, smtp.Reply{Code: code, Lines: []string{"xxx qwertz"}})
			if row.ID == "none" {
				t.Fatalf("%d at %q has no row", code, stage)
			}
			if refused := code >= 400; refused != (row.Reason != "") {
				t.Errorf("%d at %q: reason %q by %s", code, stage, row.Reason, row.ID)
			}
		}
	}
}
