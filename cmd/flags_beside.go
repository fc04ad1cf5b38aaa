package cmd

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/smtpcheck/smtpcheck/check"
)

// besideFlags are the flags about other recipients than the one in question.
type besideFlags struct{ catchAll, postmaster bool }

func (b *besideFlags) add(f *pflag.FlagSet) {
	f.BoolVar(&b.catchAll, "catch-all", false, "ask hosts that accept about addresses that cannot exist, too, to see what that is worth")
	f.BoolVar(&b.postmaster, "postmaster", false, "ask for postmaster and abuse, and with --from for the null sender, too")
}

// apply reads them. They are about hosts that were asked about a recipient.
func (b *besideFlags) apply(c *cobra.Command, o *check.Options) error {
	o.CatchAll, o.Postmaster = b.catchAll, b.postmaster
	if b.catchAll && o.Sender == nil {
		return usage("--catch-all needs a sender: to the null sender many servers answer differently").hint("add --from me@example.org")
	}
	for _, x := range []struct {
		name string
		set  bool
	}{{"catch-all", b.catchAll}, {"postmaster", b.postmaster}} {
		for _, other := range []string{"stop-after", "repeat", "print"} {
			if f := c.Flags().Lookup(other); x.set && on(f) && f.Value.String() != f.DefValue {
				return usage("--%s and --%s contradict each other", x.name, other).about(x.name, other)
			}
		}
	}
	return nil
}
