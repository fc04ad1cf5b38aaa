package cmd

import (
	"fmt"
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
	flags := c.LocalFlags()
	for _, g := range flagGroups {
		g.print(&b, flags)
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\n\"%s COMMAND --help\" says more about a command.\n", c.CommandPath())
	}
	_, err := fmt.Fprint(c.OutOrStdout(), b.String())
	return err
}

// flagGroup is a heading of --help and the flags below it, in their order.
type flagGroup struct {
	heading string
	flags   string // names, separated by blanks
}

// flagGroups has every flag of every command once.
var flagGroups = []flagGroup{ //nolint:gochecknoglobals // read only
	{"Whom and where", "from to helo target compare address server port srv mx ipv4 ipv6 source resolver dns-truth trust-ad proxy proxy-protocol lmtp lab " +
		"sockets max-addresses parallel stop-after catch-all postmaster open-relay"},
	{"TLS", "tls tls-verify tls-min tls-max ca-file sni cert key fingerprint cert-out tls-check"},
	{"Blocklists", "dnsbl no-dnsbl"},
	{"Authentication", "auth-user auth-user-file auth-password-file auth-password-command auth-token-file auth-token-command " +
		"auth-identity auth-mech auth-allow-unverified auth-allow-plaintext"},
	{"Service extensions", "extensions pipeline query size body-type bdat smtputf8 dsn dsn-ret dsn-envid dsn-orcpt requiretls " +
		"deliver-by mt-priority hold-for hold-until prdr xclient xforward"},
	{"Message", "data print message subject body body-file html html-file attach inline header encoding sample " +
		"dkim-key dkim-selector dkim-domain repeat interval reuse"},
	{"Time", "wait resume connect-timeout command-timeout timeout rfc-timeouts"},
	{"Expectations", "expect expect-file fail-on"},
	{"Output", "list output format json style utc redact color quiet verbose"},
	{"Other", "help version"},
}

// print writes the flags of the group that the command has.
func (g *flagGroup) print(b *strings.Builder, flags *pflag.FlagSet) {
	heading := "\n" + g.heading + ":\n"
	for _, name := range strings.Fields(g.flags) {
		if f := flags.Lookup(name); f != nil && !f.Hidden {
			b.WriteString(heading)
			heading = ""
			printFlag(b, f)
		}
	}
}

// helpColumn is where the descriptions of flags begin.
const helpColumn = 26

// printFlag writes a flag and what it does, in lines of helpWidth. A long name
// has a line of its own.
func printFlag(b *strings.Builder, f *pflag.Flag) {
	value, text := pflag.UnquoteUsage(f)
	name := "      --" + f.Name
	if f.Shorthand != "" {
		name = "  -" + f.Shorthand + ", --" + f.Name
	}
	switch {
	case f.NoOptDefVal != "" && f.Value.Type() != "bool":
		name += "[=" + value + "]"
	case value != "":
		name += " " + value
	}
	if d := f.DefValue; d != "" && d != "false" && d != "0" && d != "0s" && d != "[]" && !strings.Contains(text, "(default") {
		text += " (default " + d + ")"
	}
	column := len(name)
	b.WriteString(name)
	if column >= helpColumn-1 {
		column = helpWidth
	}
	for _, word := range strings.Fields(text) {
		switch {
		case column+1+len(word) > helpWidth:
			b.WriteString("\n" + strings.Repeat(" ", helpColumn))
			column = helpColumn
		case column < helpColumn:
			b.WriteString(strings.Repeat(" ", helpColumn-column))
			column = helpColumn
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	b.WriteByte('\n')
}
