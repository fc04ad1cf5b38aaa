package expect

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/expect.md")

// TestDocs: docs/expect.md has every name, with what it is.
func TestDocs(t *testing.T) {
	const page = "../docs/expect.md"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "-update -->\n", "<!-- end -->"
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("there is no place for the names")
	}
	var b strings.Builder
	b.WriteString("\n| name | what it is | values | operators |\n|---|---|---|---|\n")
	for _, f := range Facts() {
		about := f.About
		if f.Needs != "" {
			about += " (needs `" + f.Needs + "`)"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | `%s` |\n", f.Name, strings.ReplaceAll(about, "*", `\*`), strings.ReplaceAll(f.Kind(), "_", `\_`), f.Operators())
	}
	b.WriteString("\n")
	want := before + begin + b.String() + end + after
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(text) {
		t.Error("docs/expect.md is not as the facts are: go test ./expect -run TestDocs -update")
	}
}
