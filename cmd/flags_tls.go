package cmd

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/probe"
)

// tlsFlags are the flags about TLS.
type tlsFlags struct {
	mode, min, caFile, sni string
	verify                 bool
}

func (t *tlsFlags) add(f *pflag.FlagSet) {
	f.StringVar(&t.mode, "tls", "opportunistic", "`MODE`: opportunistic, require, never or implicit")
	f.BoolVar(&t.verify, "tls-verify", false, "end the session unless the certificate is verified (implies --tls require)")
	f.StringVar(&t.min, "tls-min", "1.0", "lowest TLS `VERSION`: 1.0, 1.1, 1.2 or 1.3")
	f.StringVar(&t.caFile, "ca-file", "", "trust the certificates in this PEM `FILE` instead of the system's")
	f.StringVar(&t.sni, "sni", "", "ask for and verify this `NAME` instead of the host's")
}

// apply puts the flags into the options of a probe.
func (t *tlsFlags) apply(c *cobra.Command, o *probe.Options, port uint16) error {
	o.TLS = probe.TLSMode(t.mode)
	modes := []probe.TLSMode{probe.Opportunistic, probe.Require, probe.Never, probe.Implicit}
	if !slices.Contains(modes, o.TLS) {
		return usage("--tls %s: there is no such mode", quote(t.mode)).hint("--tls opportunistic, require, never or implicit")
	}
	if t.verify && o.TLS == probe.Never {
		return usage("--tls never and --tls-verify contradict each other")
	}
	if t.verify && o.TLS == probe.Opportunistic {
		o.TLS = probe.Require
	}
	if port == 465 && !typed(c, "tls") && o.TLS != probe.Never {
		o.TLS = probe.Implicit
	}
	versions := map[string]uint16{"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}
	v, ok := versions[strings.TrimPrefix(strings.TrimPrefix(t.min, "TLS"), "v")]
	if !ok {
		return usage("--tls-min %s: there is no such version", quote(t.min)).hint("--tls-min 1.0, 1.1, 1.2 or 1.3")
	}
	o.TLSMin, o.TLSVerify, o.ServerName = v, t.verify, t.sni
	if t.caFile == "" {
		return nil
	}
	pem, err := os.ReadFile(t.caFile)
	if err != nil {
		return fail(check.ExitNoInput, "--ca-file %s: %w", quote(t.caFile), bareError(err))
	}
	o.RootCAs = x509.NewCertPool()
	if !o.RootCAs.AppendCertsFromPEM(pem) {
		return fail(check.ExitData, "--ca-file %s has no certificate in PEM form", quote(t.caFile))
	}
	return nil
}
