package cmd

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestHelpHasEveryFlag keeps the groups of --help complete, and its lines short.
func TestHelpHasEveryFlag(t *testing.T) {
	t.Parallel()
	var grouped []string
	for _, g := range flagGroups {
		for _, name := range strings.Fields(g.flags) {
			if slices.Contains(grouped, name) {
				t.Errorf("--%s is in two groups", name)
			}
			grouped = append(grouped, name)
		}
	}
	used := make(map[string]bool)
	var visit func(c *cobra.Command)
	visit = func(c *cobra.Command) {
		c.InitDefaultHelpFlag()
		c.InitDefaultVersionFlag()
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			used[f.Name] = true
			if !slices.Contains(grouped, f.Name) && c.Name() != "completion" && c.Parent().Name() != "completion" {
				t.Errorf("%s: --%s is in no group of --help", c.CommandPath(), f.Name)
			}
		})
		for line := range strings.SplitSeq(c.Long+"\n"+helpOf(t, c), "\n") {
			if len(line) > helpWidth && c.Name() != "completion" && (!c.HasParent() || c.Parent().Name() != "completion") {
				t.Errorf("%s --help: a line of %d columns: %s", c.CommandPath(), len(line), line)
			}
		}
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	visit((&app{stdin: strings.NewReader(""), stdout: os.Stdout, stderr: os.Stderr}).root())
	for _, name := range grouped {
		if !used[name] {
			t.Errorf("no command has --%s", name)
		}
	}
}

func helpOf(t *testing.T, c *cobra.Command) string {
	t.Helper()
	var b strings.Builder
	c.SetOut(&b)
	if err := printUsage(c); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
