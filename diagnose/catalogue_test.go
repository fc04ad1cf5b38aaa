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

// TestWordsInAddresses: no word of any row is found in an address or a host name
// that the reply repeats.
func TestWordsInAddresses(t *testing.T) {
	for _, row := range Rows() {
		for _, words := range row.Words {
			if strings.Contains(words, "@") {
				continue
			}
			name := strings.Map(func(r rune) rune {
				switch {
				case r == '^' || r == '$':
					return -1
				case r == '*':
					return 'x'
				case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == '=' || r == '/':
					return r
				}
				return '.'
			}, words)
			host := strings.Trim(strings.NewReplacer("=", "-", "/", "-", "...", ".", "..", ".").Replace(name), ".-") + ".example"
			for _, code := range []string{"450 4.3.0 ", "550 5.3.0 ", "599 ", "499 "} {
				neutral, _ := Lookup("rcpt", replyFrom(code+"<a@b.example>: qwertz"))
				for _, echo := range []string{"<" + name + "@b.example>", name + "@b.example", "(" + name + "@b.example)", "<a@" + host + ">", "a@" + host, "<" + host + "[192.0.2.9]>", "host " + host + "[192.0.2.9]"} {
					if got, _ := Lookup("rcpt", replyFrom(code+echo+": qwertz")); got.ID != neutral.ID {
						t.Errorf("%q of %s is found in %q, by %s", words, row.ID, echo, got.ID)
					}
				}
			}
		}
	}
}

// TestRemedyAndRetry: what is refused for good is not to be waited for.
func TestRemedyAndRetry(t *testing.T) {
	replies := []string{"550 5.4.99 no", "550 5.3.0 no", "554 5.3.2 no", "550 5.4.5 no", "550 5.3.1 no", "550 technical problem", "550 5.4.2 no", "550 5.4.3 no"}
	for _, row := range Rows() {
		replies = append(replies, row.Example)
	}
	for _, reply := range replies {
		row, m := Lookup("rcpt", replyFrom(reply))
		if m.Retry == RetryNever && (strings.HasPrefix(row.Remedy, "Wait") || strings.HasPrefix(row.Remedy, "Retry")) {
			t.Errorf("%q is for good, and yet: %s (%s)", reply, row.Remedy, row.ID)
		}
	}
}
