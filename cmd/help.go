package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// helpWidth is how wide help is, in columns, whatever the terminal.
const helpWidth = 80

// printUsage prints the part of --help that follows the description. It takes
// the place of cobra's, to break the lines of flags; a template would cost every
// start of the program a millisecond.
func printUsage(c *cobra.Command) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Usage:\n  %s\n", c.UseLine())
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "  %s COMMAND\n", c.CommandPath())
	}
	if c.HasExample() {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", c.Example)
	}
	if c.HasAvailableSubCommands() {
		b.WriteString("\nCommands:\n")
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() || sub.Name() == "help" {
				fmt.Fprintf(&b, "  %-*s %s\n", sub.NamePadding(), sub.Name(), sub.Short)
			}
		}
	}
	for _, group := range grouped(c.LocalFlags()) {
		fmt.Fprintf(&b, "\n%s:\n%s\n", group.Name(), strings.TrimRight(group.FlagUsagesWrapped(helpWidth), " \n"))
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\n\"%s COMMAND --help\" says more about a command.\n", c.CommandPath())
	}
	_, err := fmt.Fprint(c.OutOrStdout(), b.String())
	return err
}

// manyFlags is from how many flags on they are told in groups.
const manyFlags = 30

// flagGroups say which flags belong together, by how their names begin; the first
// that fits counts. The rest stands in front.
var flagGroups = []struct { //nolint:gochecknoglobals // read only
	title string
	names []string
}{
	{"TLS", []string{"tls", "ca-file", "sni", "cert", "key", "fingerprint", "trust-ad"}},
	{"AUTH", []string{"auth-"}},
	{"Envelope, as far as the server offers it", []string{
		"size", "body-type", "bdat", "smtputf8", "dsn", "requiretls", "deliver-by", "mt-priority", "hold-", "prdr", "pipeline",
	}},
	{"Beside a transaction", []string{"lmtp", "xclient", "xforward", "query", "extensions", "proxy-protocol"}},
	{"Message", []string{
		"data", "message", "subject", "body", "html", "attach", "inline", "header", "encoding", "sample", "print", "dkim-", "repeat",
		"interval", "reuse",
	}},
	{"Time", []string{"connect-timeout", "command-timeout", "timeout", "rfc-timeouts"}},
	{"Output", []string{"output", "format", "json", "style", "color", "utc", "redact", "quiet", "verbose", "help"}},
}

// grouped puts flags into sets whose names are the titles.
func grouped(flags *pflag.FlagSet) []*pflag.FlagSet {
	var all []*pflag.Flag
	flags.VisitAll(func(f *pflag.Flag) { all = append(all, f) })
	groups := make([]*pflag.FlagSet, len(flagGroups)+1)
	for _, f := range all {
		at := 0
		if len(all) >= manyFlags {
			at = groupOf(f.Name)
		}
		if groups[at] == nil {
			groups[at] = pflag.NewFlagSet("Flags", pflag.ContinueOnError)
			if at > 0 {
				groups[at] = pflag.NewFlagSet(flagGroups[at-1].title, pflag.ContinueOnError)
			}
			groups[at].SortFlags = flags.SortFlags
		}
		groups[at].AddFlag(f)
	}
	return slices.DeleteFunc(groups, func(g *pflag.FlagSet) bool { return g == nil })
}

// groupOf is the number of a flag's group, 0 for the rest.
func groupOf(name string) int {
	for i, g := range flagGroups {
		for _, begin := range g.names {
			if name == begin || strings.HasPrefix(name, begin) && (strings.HasSuffix(begin, "-") || name[len(begin)] == '-') {
				return i + 1
			}
		}
	}
	return 0
}
