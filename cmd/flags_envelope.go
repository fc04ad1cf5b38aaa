package cmd

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/smtpcheck/smtpcheck/probe"
)

// envelopeFlags are the flags about the service extensions.
type envelopeFlags struct{}

func (x *envelopeFlags) add(*pflag.FlagSet) {}

// apply puts the flags into the options of a probe.
func (x *envelopeFlags) apply(*cobra.Command, *probe.Options) error { return nil }
