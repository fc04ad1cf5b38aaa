package cmd

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// tlsFlags are the flags about TLS.
type tlsFlags struct {
	mode, verify, min, max, caFile, sni string
	cert, key, certOut                  string
	fingerprints                        []string
	check                               bool
}

func (t *tlsFlags) add(f *pflag.FlagSet) {
	f.StringVar(&t.mode, "tls", "opportunistic", "`MODE`: opportunistic, require, never or implicit")
	f.StringVar(&t.verify, "tls-verify", "", "end the session unless the certificate is verified by this `RULE`: pkix (authority and name), mta-sts or dane (implies --tls require)")
	f.Lookup("tls-verify").NoOptDefVal = "pkix"
	f.StringArrayVar(&t.fingerprints, "fingerprint", nil, "verify by this SHA-256 `HEX` of the certificate or of its public key instead; more may be given")
	f.StringVar(&t.min, "tls-min", "1.0", "lowest TLS `VERSION`: 1.0, 1.1, 1.2 or 1.3")
	f.StringVar(&t.max, "tls-max", "1.3", "highest TLS `VERSION`")
	f.StringVar(&t.caFile, "ca-file", "", "trust the certificates in this PEM `FILE` instead of the system's")
	f.StringVar(&t.sni, "sni", "", "ask for and verify this `NAME` instead of the host's")
	f.StringVar(&t.cert, "cert", "", "show the client certificate in this PEM `FILE` to servers that ask for one")
	f.StringVar(&t.key, "key", "", "its private key, a PEM `FILE` (default: in that of --cert)")
	f.StringVar(&t.certOut, "cert-out", "", "save the certificates that servers present to this PEM `FILE`")
	f.BoolVar(&t.check, "tls-check", false, "look closely at TLS: policies in DNS, and up to 7 further connections to each address, a second apart, for old versions, weak ciphers, resumption and STARTTLS")
}

// apply puts the flags into the options of a probe.
func (t *tlsFlags) apply(c *cobra.Command, o *probe.Options, port uint16) error {
	o.TLS = probe.TLSMode(t.mode)
	modes := []probe.TLSMode{probe.Opportunistic, probe.Require, probe.Never, probe.Implicit}
	if !slices.Contains(modes, o.TLS) {
		return usage("--tls %s: there is no such mode", quote(t.mode)).hint("--tls opportunistic, require, never or implicit")
	}
	for _, step := range []func(*cobra.Command, *probe.Options) error{t.setVerify, t.setFingerprints, t.without, t.setVersions, t.setRoots, t.setCertificate} {
		if err := step(c, o); err != nil {
			return err
		}
	}
	if o.TLSVerify && o.TLS == probe.Opportunistic {
		o.TLS = probe.Require
	}
	if port == 465 && !typed(c, "tls") && o.TLS != probe.Never {
		o.TLS = probe.Implicit
	}
	o.ServerName = t.sni
	return nil
}

// setVerify reads --tls-verify; from the environment it may be true or false.
func (t *tlsFlags) setVerify(_ *cobra.Command, o *probe.Options) error {
	switch strings.ToLower(t.verify) {
	case "false", "no", "0":
		t.verify = ""
	case "true", "yes", "1":
		t.verify = "pkix"
	}
	if rules := []string{"", "pkix", "mta-sts", "dane"}; !slices.Contains(rules, t.verify) {
		return usage("--tls-verify=%s: there is no such rule", quote(t.verify)).about("tls-verify").hint("--tls-verify=pkix, mta-sts or dane; --tls-verify alone is pkix")
	}
	o.TLSVerify = t.verify != ""
	return nil
}

// setFingerprints reads --fingerprint: 64 hexadecimal digits, colons allowed.
func (t *tlsFlags) setFingerprints(_ *cobra.Command, o *probe.Options) error {
	for _, text := range strings.FieldsFunc(strings.Join(t.fingerprints, ","), func(r rune) bool { return r == ',' }) {
		digest := strings.ToLower(strings.NewReplacer(":", "", " ", "").Replace(text))
		if b, err := hex.DecodeString(digest); err != nil || len(b) != 32 {
			return usage("--fingerprint %s is not a SHA-256 digest in hexadecimal", quote(text)).
				hint("openssl x509 -in cert.pem -noout -fingerprint -sha256; a transcript has it with -v")
		}
		o.Fingerprints = append(o.Fingerprints, digest)
	}
	if len(t.fingerprints) == 0 {
		return nil
	}
	if t.verify != "" {
		return usage("--fingerprint and --tls-verify contradict each other").hint("--fingerprint verifies by itself, whatever authority and name say")
	}
	o.TLSVerify = true
	return nil
}

// without refuses what makes no sense without TLS.
func (t *tlsFlags) without(_ *cobra.Command, o *probe.Options) error {
	var flag string
	switch {
	case len(t.fingerprints) > 0:
		flag = "fingerprint"
	case o.TLSVerify:
		flag = "tls-verify"
	case t.cert != "":
		flag = "cert"
	case t.certOut != "":
		flag = "cert-out"
	case t.check:
		flag = "tls-check"
	}
	switch {
	case flag != "" && o.TLS == probe.Never:
		return usage("--tls never and --%s contradict each other", flag).about("tls", flag)
	case flag != "" && o.StopAfter != "" && o.StopAfter.Before(smtp.StageSTARTTLS):
		return usage("--stop-after %s and --%s contradict each other: TLS would come later", o.StopAfter, flag).about("stop-after", flag)
	case t.certOut == "-":
		return usage("--cert-out - is no file: standard output is for the report").about("cert-out")
	case t.key != "" && t.cert == "":
		return usage("--key without --cert").about("key").hint("--cert FILE names the certificate that the key is for")
	}
	return nil
}

// setVersions reads --tls-min and --tls-max.
func (t *tlsFlags) setVersions(_ *cobra.Command, o *probe.Options) error {
	versions := map[string]uint16{"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}
	for _, x := range []struct {
		flag, value string
		to          *uint16
	}{{"tls-min", t.min, &o.TLSMin}, {"tls-max", t.max, &o.TLSMax}} {
		v, ok := versions[strings.TrimPrefix(strings.TrimPrefix(x.value, "TLS"), "v")]
		if !ok {
			return usage("--%s %s: there is no such version", x.flag, quote(x.value)).hint("--%s 1.0, 1.1, 1.2 or 1.3", x.flag)
		}
		*x.to = v
	}
	if o.TLSMin > o.TLSMax {
		return usage("--tls-min %s and --tls-max %s contradict each other", quote(t.min), quote(t.max)).about("tls-min", "tls-max")
	}
	return nil
}

// setRoots reads --ca-file.
func (t *tlsFlags) setRoots(_ *cobra.Command, o *probe.Options) error {
	if t.caFile == "" {
		return nil
	}
	text, err := os.ReadFile(t.caFile)
	if err != nil {
		return fail(check.ExitNoInput, "--ca-file %s: %w", quote(t.caFile), bareError(err))
	}
	o.RootCAs = x509.NewCertPool()
	if !o.RootCAs.AppendCertsFromPEM(text) {
		return fail(check.ExitData, "--ca-file %s has no certificate in PEM form", quote(t.caFile))
	}
	return nil
}

// setCertificate reads --cert and --key. No error has any of their content.
func (t *tlsFlags) setCertificate(_ *cobra.Command, o *probe.Options) error {
	if t.cert == "" {
		return nil
	}
	cert, err := os.ReadFile(t.cert)
	if err != nil {
		return fail(check.ExitNoInput, "--cert %s: %w", quote(t.cert), bareError(err))
	}
	key, flag, name := cert, "--cert", t.cert
	if t.key != "" {
		flag, name = "--key", t.key
		if key, err = os.ReadFile(t.key); err != nil {
			return fail(check.ExitNoInput, "--key %s: %w", quote(t.key), bareError(err))
		}
	}
	switch has := pemKinds(key); {
	case len(pemKinds(cert)) == 0 || !slices.Contains(pemKinds(cert), "CERTIFICATE"):
		return fail(check.ExitData, "--cert %s has no certificate in PEM form", quote(t.cert))
	case slices.Contains(has, "ENCRYPTED"):
		return fail(check.ExitData, "%s %s: the private key is encrypted", flag, quote(name)).about(flag[2:]).hint("openssl pkey -in %s -out plain.pem writes it without a passphrase", quote(name))
	case !slices.Contains(has, "PRIVATE KEY"):
		f := fail(check.ExitData, "%s %s has no private key in PEM form", flag, quote(name)).about(flag[2:])
		if t.key == "" {
			return f.hint("--key FILE, where it is in a file of its own")
		}
		return f
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		why := errors.New("the certificate or the key cannot be read")
		if strings.Contains(err.Error(), "does not match") {
			why = errors.New("the private key is not that of the certificate")
		}
		return fail(check.ExitData, "%s %s: %w", flag, quote(name), why).about(flag[2:])
	}
	o.Certificate = &pair
	return nil
}

// pemKinds are the kinds of blocks in a PEM file: CERTIFICATE, PRIVATE KEY of
// any kind, or ENCRYPTED for a private key that is.
func pemKinds(text []byte) (kinds []string) {
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return kinds
		}
		switch {
		case block.Type == "ENCRYPTED PRIVATE KEY", strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED"):
			kinds = append(kinds, "ENCRYPTED")
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			kinds = append(kinds, "PRIVATE KEY")
		default:
			kinds = append(kinds, block.Type)
		}
	}
}
