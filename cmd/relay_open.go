package cmd

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/smtpcheck/smtpcheck/check"
)

// openSensible refuses what does not go with --open-relay.
func (o *relayOptions) openSensible(c *cobra.Command) error {
	for _, name := range append([]string{"data", "print", "extensions", "query", "xclient", "xforward"}, aboutMessage...) {
		if f := c.Flags().Lookup(name); f != nil && typed(c, name) {
			return usage("--open-relay and --%s contradict each other: nothing is sent", name).about("open-relay", name)
		}
	}
	switch {
	case len(o.to) != 1:
		return usage("--open-relay needs one recipient of a domain that the server does not serve").hint("add --to you@example.net")
	case o.from == "<>" || o.from == "":
		return usage("--open-relay needs a sender of a domain that the server does not serve").hint("add --from me@example.org")
	case o.auth.all:
		return usage("--open-relay and --auth-mech all contradict each other: it is asked in one session")
	}
	return nil
}

// strangers refuses addresses of the server's own domain, as far as its name tells: to
// take mail for those is no relaying.
func strangers(host string, o *check.RelayOptions) error {
	for flag, domain := range map[string]string{"to": o.Recipients[0].Mailbox.Domain.ASCII, "from": o.Sender.Domain.ASCII} {
		if host == domain || strings.HasSuffix(host, "."+domain) {
			return usage("--%s is of the server's own domain %s; --open-relay asks as a stranger, for a stranger", flag, domain).
				hint("give --from and --to addresses of domains that %s has nothing to do with", quote(host))
		}
	}
	if o.Recipients[0].Mailbox.NeedsUTF8() || o.Sender.NeedsUTF8() {
		return usage("--open-relay needs addresses in ASCII")
	}
	return nil
}
