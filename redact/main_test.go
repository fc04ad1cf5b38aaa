package redact_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain says how many reports the property tries, and in CI which, so that a
// change is judged by what it changes; elsewhere they are others each time.
func TestMain(m *testing.M) {
	flag.Parse()
	set := func(name, value string) {
		if f := flag.Lookup(name); f.Value.String() == f.DefValue {
			_ = f.Value.Set(value)
		}
	}
	set("rapid.checks", checks)
	if os.Getenv("CI") != "" {
		set("rapid.seed", "5321")
	}
	os.Exit(m.Run())
}
