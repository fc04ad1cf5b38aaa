//go:build race

package redact_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain has the property try fewer reports where the race detector makes each
// ten times as slow; without it there are the usual hundred.
func TestMain(m *testing.M) {
	flag.Parse()
	checks := flag.Lookup("rapid.checks")
	if checks.Value.String() == checks.DefValue {
		_ = checks.Value.Set("15")
	}
	os.Exit(m.Run())
}
