package cmd

import (
	"slices"
	"strings"
	"testing"

	"github.com/smtpcheck/smtpcheck/expect"
)

// TestExpectHelp: --help names every fact that can be expected, and no other.
func TestExpectHelp(t *testing.T) {
	t.Parallel()
	_, names, _ := strings.Cut(expectHelp, "The names:")
	if got, want := strings.Fields(names), expect.Names(); !slices.Equal(got, want) {
		t.Errorf("--help has %v, there are %v", got, want)
	}
	for _, line := range strings.Split(expectHelp, "\n") {
		if len(line) > helpWidth {
			t.Errorf("too wide: %s", line)
		}
	}
}
