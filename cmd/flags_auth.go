package cmd

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/smtpcheck/smtpcheck/probe"
)

// authFlags are the flags about AUTH.
type authFlags struct{}

func (x *authFlags) add(*pflag.FlagSet) {}

// apply puts the flags into the options of a probe.
func (x *authFlags) apply(*cobra.Command, *probe.Options) error { return nil }
