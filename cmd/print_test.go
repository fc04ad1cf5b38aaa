package cmd

import (
	"io"
	"strings"
	"testing"
)

// TestPrintableWriter: a terminal gets every line, also a last one without an end,
// and nothing that it could take for a command.
func TestPrintableWriter(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	p := &printableWriter{w: &b}
	for _, part := range []string{"Subject: a\r", "\n\x1b]0;title\a\n", "the l", "ast"} {
		if n, err := io.WriteString(p, part); n != len(part) || err != nil {
			t.Fatal(n, err)
		}
	}
	for range 2 {
		if err := p.flush(); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.String(); got != "Subject: a\n\\x1b]0;title\\x07\nthe last\n" {
		t.Errorf("%q", got)
	}
}
