package cmd

import (
	"cmp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/sasl"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// authFlags are the flags about AUTH.
type authFlags struct {
	user, userFile, identity, mech  string
	passwordFile, passwordCommand   string
	tokenFile, tokenCommand         string
	allowUnverified, allowPlaintext bool

	// all is for --auth-mech all: each mechanism in a connection of its own.
	all bool
}

// aboutAuth are the flags about AUTH; the first ones ask for it.
var aboutAuth = []string{ //nolint:gochecknoglobals // read only
	"auth-user", "auth-user-file", "auth-token-file", "auth-token-command", "auth-mech", "auth-password-file", "auth-password-command",
	"auth-identity", "auth-allow-unverified", "auth-allow-plaintext",
}

func (x *authFlags) add(f *pflag.FlagSet) {
	f.StringVar(&x.user, "auth-user", "", "authenticate as `NAME`; its password comes from one of the next flags, the variable SMTPCHECK_AUTH_PASSWORD or a prompt")
	f.StringVar(&x.userFile, "auth-user-file", "", "authenticate as the first line of `FILE` (- is standard input), a token that is user name and password in one")
	f.StringVar(&x.mech, "auth-mech", "", "use this `MECHANISM` only, or one of several, separated by commas (default: the strongest that is offered)")
	f.StringVar(&x.passwordFile, "auth-password-file", "", "the password is the first line of `FILE` (- is standard input)")
	f.StringVar(&x.passwordCommand, "auth-password-command", "", "the password is the first line that the shell command `CMD` prints")
	f.StringVar(&x.tokenFile, "auth-token-file", "", "the access token (XOAUTH2, OAUTHBEARER) is the first line of `FILE`; the variable SMTPCHECK_AUTH_TOKEN may have it too")
	f.StringVar(&x.tokenCommand, "auth-token-command", "", "the access token is the first line that the shell command `CMD` prints")
	f.StringVar(&x.identity, "auth-identity", "", "act as `NAME` after authenticating as --auth-user")
	f.BoolVar(&x.allowUnverified, "auth-allow-unverified", false, "send credentials over TLS whose certificate is not verified too")
	f.BoolVar(&x.allowPlaintext, "auth-allow-plaintext", false, "send credentials without TLS too")
}

// read reads the secrets and puts all into the options of a probe. It may read files,
// run a command and ask on the terminal.
func (x *authFlags) read(c *cobra.Command, o *probe.Options) error {
	if !x.wanted() {
		return nil
	}
	auth := &probe.Auth{User: x.user, Identity: x.identity, AllowUnverified: x.allowUnverified, AllowPlaintext: x.allowPlaintext, Gate: probe.NewGate()}
	if !x.all && x.mech != "" {
		auth.Mechanisms = x.mechanisms()
	}
	if err := x.secrets(c, auth); err != nil {
		return err
	}
	o.Auth = auth
	o.Secrets = append(o.Secrets, auth.Secrets()...)
	return nil
}

// wanted reports whether AUTH was asked for.
func (x *authFlags) wanted() bool {
	return x.user != "" || x.userFile != "" || x.tokenFile != "" || x.tokenCommand != "" || slices.Contains(x.mechanisms(), sasl.External)
}

// named is the flag about AUTH that was given, typed ones first; "" for none.
func (x *authFlags) named(c *cobra.Command) string {
	given := ""
	for _, name := range aboutAuth {
		if typed(c, name) {
			return name
		}
		if c.Flags().Changed(name) {
			given = cmp.Or(given, name)
		}
	}
	return given
}

// submissionOnly refuses AUTH where the hosts are found by MX: credentials are
// for one server, which the user names. What the environment says is for that server too.
func (x *authFlags) submissionOnly(c *cobra.Command) error {
	name := x.named(c)
	if name == "" || !typed(c, name) {
		*x = authFlags{}
		return nil
	}
	return usage("--%s: AUTH is for a submission server; it is never sent to hosts found by MX", name).about(name).
		hint("smtpcheck relay HOST, or --server HOST:587")
}

func (x *authFlags) mechanisms() []string {
	return strings.FieldsFunc(strings.ToUpper(x.mech), func(r rune) bool { return r == ',' || r == ' ' })
}

// check refuses what contradicts or cannot be.
func (x *authFlags) check(c *cobra.Command, o *probe.Options) error {
	for _, pair := range [][2]string{{"auth-user", "auth-user-file"}, {"auth-password-file", "auth-password-command"}, {"auth-token-file", "auth-token-command"}} {
		if c.Flags().Changed(pair[0]) && c.Flags().Changed(pair[1]) {
			return usage("--%s and --%s contradict each other", pair[0], pair[1]).about(pair[0], pair[1])
		}
	}
	if err := x.checkMechanisms(o); err != nil {
		return err
	}
	if !x.wanted() {
		if name := x.named(c); name != "" && typed(c, name) {
			return usage("--%s is about AUTH, and nobody authenticates", name).about(name).hint("add --auth-user NAME")
		}
		if o.StopAfter == smtp.StageAuth {
			return usage("--stop-after auth, and nobody authenticates").hint("add --auth-user NAME")
		}
		return nil
	}
	for flag, value := range map[string]string{"auth-user": x.user, "auth-identity": x.identity} {
		if !smtp.Safe(value) {
			return usage("--%s has a CR, LF or NUL", flag).about(flag)
		}
	}
	if err := x.checkInput(c); err != nil {
		return err
	}
	switch {
	case o.TLS == probe.Never && !x.allowPlaintext:
		return usage("--tls never and --%s contradict each other: the password would go in the clear", x.named(c)).
			hint("--auth-allow-plaintext sends it all the same")
	case o.StopAfter != "" && o.StopAfter.Before(smtp.StageAuth):
		return usage("--stop-after %s and --%s contradict each other: AUTH comes later", o.StopAfter, x.named(c)).hint("--stop-after auth")
	}
	return nil
}

// checkMechanisms reads --auth-mech.
func (x *authFlags) checkMechanisms(o *probe.Options) error {
	names := x.mechanisms()
	if x.all = slices.Contains(names, "ALL"); x.all && len(names) == 1 {
		return nil
	}
	for _, name := range names {
		if !sasl.Known(name) {
			return usage("--auth-mech %s: there is no such mechanism", quote(name)).hint("%s", strings.Join(sasl.Mechanisms(), ", "))
		}
	}
	if x.mech != "" && len(names) == 0 {
		return usage("--auth-mech names no mechanism").hint("%s", strings.Join(sasl.Mechanisms(), ", "))
	}
	if slices.Contains(names, sasl.External) && o.Certificate == nil {
		return usage("--auth-mech EXTERNAL is about a certificate of ours").hint("add --cert FILE")
	}
	return nil
}

// checkInput sees to it that standard input is read for one purpose.
func (x *authFlags) checkInput(c *cobra.Command) error {
	var readers []string
	if slices.Contains(c.Flags().Args(), "-") {
		readers = append(readers, "the list of recipients")
	}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Changed && f.Value.String() == "-" && f.Name != "output" {
			readers = append(readers, "--"+f.Name)
		}
	})
	if len(readers) > 1 && slices.ContainsFunc(readers, func(r string) bool { return strings.HasPrefix(r, "--auth-") }) {
		return usage("standard input cannot be both %s", strings.Join(readers, " and ")).hint("give one of them as a file")
	}
	return nil
}

// secrets reads the user, the password and the token from where they are.
func (x *authFlags) secrets(c *cobra.Command, auth *probe.Auth) error {
	source := &secretSource{c: c}
	if x.userFile != "" {
		token, err := source.file("auth-user-file", x.userFile)
		if err != nil {
			return err
		}
		auth.User, auth.MaskUser, auth.Password = token, true, sasl.NewSecret(token)
	}
	password, err := source.read("auth-password", x.passwordFile, x.passwordCommand)
	if err != nil {
		return err
	}
	token, err := source.read("auth-token", x.tokenFile, x.tokenCommand)
	if err != nil {
		return err
	}
	if password != "" {
		auth.Password = sasl.NewSecret(password)
	}
	auth.Token = sasl.NewSecret(token)
	if auth.Password.Empty() && auth.Token.Empty() && !slices.Equal(auth.Mechanisms, []string{sasl.External}) {
		err = source.prompt(auth)
	}
	return err
}
