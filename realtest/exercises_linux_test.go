package realtest

import (
	"encoding/json"
	"slices"
	"testing"
)

// TestExercises tries the extensions of real servers: what they offer works.
func TestExercises(t *testing.T) {
	s := needSubmission(t, "exim4")
	for name, server := range map[string]string{"Postfix": postfixDovecot, "Exim": eximSubmission} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, run := s.probe(t, "--server", server, "--extensions", "--from", "bob@example.test", "alice@example.test")
			var r struct {
				Sessions []struct {
					Extensions []struct{ Keyword, State, Detail string }
				}
			}
			if err := json.Unmarshal([]byte(run.stdout), &r); err != nil {
				t.Fatal(err)
			}
			var works []string
			for _, session := range r.Sessions {
				for _, x := range session.Extensions {
					t.Logf("%s: %s %s", x.Keyword, x.State, x.Detail)
					if x.State == "broken" {
						t.Errorf("%s is broken: %s", x.Keyword, x.Detail)
					}
					if x.State == "works" {
						works = append(works, x.Keyword)
					}
				}
			}
			for _, want := range []string{"SIZE", "PIPELINING", "8BITMIME", "CHUNKING"} {
				if !slices.Contains(works, want) {
					t.Errorf("%s does not work; %v do", want, works)
				}
			}
		})
	}
}
