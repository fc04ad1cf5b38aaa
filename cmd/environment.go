package cmd

import (
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/smtpcheck/smtpcheck/check"
)

// contradictions are pairs of flags that cannot both be given; when says with
// which values, nil with all.
var contradictions = []struct { //nolint:gochecknoglobals // read only
	a, b string
	when func(a, b string) bool
}{
	{"json", "format", func(_, formats string) bool {
		f := formatFlag(strings.Split(formats, ","))
		return f.main()
	}},
	{"quiet", "verbose", nil},
	{"expect", "fail-on", nil},
	{"expect-file", "fail-on", nil},
	{"ipv4", "ipv6", nil},
	{"lab", "source", nil},
	{"lab", "resolver", nil},
	{"lab", "proxy", nil},
	{"dnsbl", "no-dnsbl", nil},
	{"hold-for", "hold-until", nil},
	{"requiretls", "tls", func(_, tls string) bool { return tls == "never" }},
	{"server", "mx", nil},
	{"server", "dns-truth", nil},
	{"server", "lab", isSocket},
	{"server", "port", isSocket},
	{"server", "source", isSocket},
	{"server", "proxy", isSocket},
	{"server", "ipv4", isSocket},
	{"server", "ipv6", isSocket},
	{"extensions", "stop-after", nil},
	{"tls-check", "stop-after", nil},
	{"list", "sockets", nil},
	{"rfc-timeouts", "command-timeout", nil},
	{"data", "stop-after", nil},
	{"data", "mx", func(_, mx string) bool { return mx == "all" }},
	{"tls", "tls-verify", func(tls, rule string) bool { return tls == "never" && rule != "false" }},
	{"tls", "fingerprint", neverTLS},
	{"tls", "cert", neverTLS},
	{"tls", "cert-out", neverTLS},
	{"tls", "tls-check", neverTLS},
	{"tls-verify", "fingerprint", nil},
	{"auth-user", "auth-user-file", nil},
	{"auth-password-file", "auth-password-command", nil},
	{"auth-token-file", "auth-token-command", nil},
	{"tls-min", "tls-max", func(lowest, highest string) bool { return lowest > highest }},
	{"source", "ipv4", func(source, _ string) bool { addr, err := parseAddr(source); return err == nil && !addr.Is4() }},
	{"source", "ipv6", func(source, _ string) bool { addr, err := parseAddr(source); return err == nil && addr.Is4() }},
}

func neverTLS(tls, _ string) bool { return tls == "never" }

func isSocket(server, _ string) bool { return strings.HasPrefix(server, "unix:") }

// fromEnvironment marks a flag that was not typed. Its value is the variable's name.
const fromEnvironment = "environment"

// environment sets the flags that were not given from SMTPCHECK_FLAG_NAME, but
// those that send something and those that contradict one that was typed.
func environment(c *cobra.Command) error {
	var err error
	never := append([]string{"catch-all", "postmaster", "resume", "data", "to", "print", "tls-check", "xclient", "xforward", "query", "extensions", "open-relay", "auth-allow-unverified", "auth-allow-plaintext", "help", "version"}, aboutMessage...)
	c.Flags().VisitAll(func(f *pflag.Flag) {
		name := "SMTPCHECK_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, ok := os.LookupEnv(name)
		if !ok || value == "" || f.Changed || err != nil || slices.Contains(never, f.Name) {
			return
		}
		if serr := c.Flags().Set(f.Name, value); serr != nil {
			err = fail(check.ExitConfig, "the environment variable %s: %q is not a value for --%s", name, quote(value), f.Name)
			return
		}
		err = c.Flags().SetAnnotation(f.Name, fromEnvironment, []string{name})
	})
	if err != nil {
		return err
	}
	for _, x := range contradictions {
		a, b := c.Flags().Lookup(x.a), c.Flags().Lookup(x.b)
		if !on(a) || !on(b) || typed(c, x.a) == typed(c, x.b) || x.when != nil && !x.when(a.Value.String(), b.Value.String()) {
			continue
		}
		give := a
		if typed(c, x.a) {
			give = b
		}
		if list, ok := give.Value.(pflag.SliceValue); ok {
			if err := list.Replace(nil); err != nil {
				return err
			}
		} else if err := give.Value.Set(give.DefValue); err != nil {
			return err
		}
		give.Changed = false
	}
	return nil
}

// on reports whether a flag was given and is not "no".
func on(f *pflag.Flag) bool {
	return f != nil && f.Changed && (f.Value.Type() != "bool" || f.Value.String() == "true")
}

// typed reports whether a flag was given on the command line.
func typed(c *cobra.Command, name string) bool {
	return c.Flags().Changed(name) && variable(c, name) == ""
}

// variable is the environment variable that gave a flag its value, or "".
func variable(c *cobra.Command, name string) string {
	f := c.Flags().Lookup(name)
	if f == nil || !f.Changed || len(f.Annotations[fromEnvironment]) == 0 {
		return ""
	}
	return f.Annotations[fromEnvironment][0]
}

// blameEnvironment names the variables in an error about flags that they gave
// their values. That is not a mistake in what was typed.
func blameEnvironment(c *cobra.Command, f *failure) {
	var names []string
	for _, flag := range f.flags {
		if name := variable(c, flag); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return
	}
	f.blame = strings.Join(names, ", ") + ": "
	if f.code == check.ExitUsage {
		f.code = check.ExitConfig
	}
}
