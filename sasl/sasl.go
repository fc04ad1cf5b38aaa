// Package sasl has the client's side of the mechanisms of AUTH (RFC 4422, RFC 4954).
// It does no input or output: a server's challenge goes in, a response comes out.
//
//  1. [Choose] picks the strongest of the mechanisms that a server offers, or says
//     in words why there is none.
//  2. [New] begins an exchange; [Exchange.Start] gives the initial response.
//  3. Each challenge goes to [Exchange.Next]. A [Step] has the response for the server,
//     and in words, without secrets, what was said by either side.
//  4. When the server reports success, [Exchange.Done] says whether that can be
//     believed: some mechanisms have the server prove itself too.
//
// Challenges come from a stranger: each is bounded, and none makes us work for long.
package sasl

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The mechanisms.
const (
	Plain       = "PLAIN"       // RFC 4616
	Login       = "LOGIN"       // draft-murchison-sasl-login
	CRAMMD5     = "CRAM-MD5"    // RFC 2195
	DigestMD5   = "DIGEST-MD5"  // RFC 2831, made historic by RFC 6331
	XOAuth2     = "XOAUTH2"     // Google's and Microsoft's
	OAuthBearer = "OAUTHBEARER" // RFC 7628
	External    = "EXTERNAL"    // RFC 4422, appendix A

	ScramSHA1       = "SCRAM-SHA-1" // RFC 5802
	ScramSHA1Plus   = "SCRAM-SHA-1-PLUS"
	ScramSHA256     = "SCRAM-SHA-256" // RFC 7677
	ScramSHA256Plus = "SCRAM-SHA-256-PLUS"
	ScramSHA512     = "SCRAM-SHA-512" // draft-melnikov-scram-sha-512
	ScramSHA512Plus = "SCRAM-SHA-512-PLUS"
)

// maxChallenge bounds a challenge (RFC 4954, section 4, allows lines of 12288 octets).
const maxChallenge = 12288

// Credentials are what a mechanism may use of us.
type Credentials struct {
	User     string // the authentication identity
	Identity string // the identity to act as; "": that of User
	Password Secret
	Token    Secret // an OAuth access token
	MaskUser bool   // the user name is a secret too

	Host string // the server's name, for DIGEST-MD5 and OAUTHBEARER
	Port uint16

	Certificate bool    // the server was shown a certificate of ours
	Binding     Binding // what binds the exchange to the TLS session; the zero value without TLS

	nonce string // for tests: ours, instead of a random one
}

// Step is what a client says, and what it was told before.
type Step struct {
	// Said is the challenge in words; "" for the first step.
	Said string
	// Response is for the server, not yet in base64.
	Response []byte
	// Shown is the response in words, without secrets.
	Shown string
	// Secrets are parts of the response from which a secret could be found.
	Secrets []string
}

// Exchange is one run of one mechanism.
type Exchange interface {
	// Start returns the initial response, and whether the mechanism has one. Without
	// one the server speaks first.
	Start() (step Step, has bool)
	// Next answers a challenge. After an error the exchange must be cancelled; the
	// step still has what the server said.
	Next(challenge []byte) (Step, error)
	// Done returns why a success that the server reports now cannot be believed; nil if it can.
	Done() error
}

// strength lists the mechanisms, the strongest first.
var strength = []string{ //nolint:gochecknoglobals // read only
	External,
	ScramSHA512Plus, ScramSHA256Plus, ScramSHA1Plus, ScramSHA512, ScramSHA256, ScramSHA1,
	OAuthBearer, XOAuth2,
	DigestMD5, CRAMMD5, Plain, Login,
}

// Mechanisms returns the names of the mechanisms that there are, the strongest first.
func Mechanisms() []string { return slices.Clone(strength) }

// Known reports whether the mechanism is one of this package.
func Known(mechanism string) bool { return slices.Contains(strength, mechanism) }

// Weak reports whether a mechanism should not be used any more, even over TLS:
// those of MD5 can be searched offline and make the server keep the password
// itself (RFC 6331), LOGIN is an older PLAIN, the others are no better.
func Weak(mechanism string) bool {
	switch strings.ToUpper(mechanism) {
	case Login, CRAMMD5, DigestMD5, "NTLM", "MSN", "ANONYMOUS", "CRAM-SHA1", "KERBEROS_V4", "SKEY", "OTP":
		return true
	}
	return false
}

// Cleartext reports whether a mechanism tells the server, and without TLS
// everybody on the way, the password or token itself.
func Cleartext(mechanism string) bool {
	switch strings.ToUpper(mechanism) {
	case Plain, Login, XOAuth2, OAuthBearer:
		return true
	}
	return false
}

// Offered takes the parameters of the AUTH extension apart: names in upper case, each once.
func Offered(params string) []string {
	var out []string
	for _, name := range strings.Fields(strings.ToUpper(params)) {
		if name = strings.TrimPrefix(name, "="); name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// Usable returns those of the mechanisms offered that the credentials serve, the
// strongest first. allowed are those that may be used; nil: all.
func Usable(offered []string, c Credentials, allowed []string) []string {
	var out []string
	for _, m := range strength {
		if slices.Contains(offered, m) && (allowed == nil || slices.Contains(allowed, m)) && c.lacks(m) == "" {
			out = append(out, m)
		}
	}
	return out
}

// Choose picks the strongest usable mechanism. The error says in words why there is none.
func Choose(offered []string, c Credentials, allowed []string) (string, error) {
	if usable := Usable(offered, c, allowed); len(usable) > 0 {
		return usable[0], nil
	}
	if len(offered) == 0 {
		return "", errors.New("the server offers AUTH without naming a mechanism")
	}
	names := strings.Join(offered[:min(len(offered), 20)], ", ")
	if allowed != nil && !overlap(offered, allowed) {
		return "", fmt.Errorf("the server does not offer %s; it offers %s", strings.Join(allowed, " or "), names)
	}
	for _, m := range strength {
		if slices.Contains(offered, m) && (allowed == nil || slices.Contains(allowed, m)) {
			return "", fmt.Errorf("no mechanism in common: the server offers %s; %s needs %s", names, m, c.lacks(m))
		}
	}
	return "", fmt.Errorf("no mechanism in common: the server offers %s", names)
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}

// lacks names what the credentials miss for a mechanism, "" if nothing.
func (c Credentials) lacks(mechanism string) string {
	switch {
	case mechanism == External && !c.Certificate:
		return "a certificate of ours that the server asked for"
	case mechanism == External:
		return ""
	case mechanism == OAuthBearer || mechanism == XOAuth2:
		if c.Token.Empty() {
			return "an access token"
		}
		if c.User == "" && mechanism == XOAuth2 {
			return "a user name"
		}
		return ""
	case c.Password.Empty():
		return "a password"
	case c.User == "":
		return "a user name"
	case strings.HasSuffix(mechanism, "-PLUS") && c.Binding.Type == "":
		return "TLS that it can be bound to"
	}
	return ""
}

// New begins an exchange. offered are the mechanisms that the server offers: SCRAM
// tells the server what we saw, so that it notices if somebody took one out.
func New(mechanism string, c Credentials, offered []string) (Exchange, error) {
	if lack := c.lacks(mechanism); lack != "" {
		return nil, fmt.Errorf("%s needs %s", mechanism, lack)
	}
	if strings.ContainsRune(c.User+c.Identity, 0) || strings.ContainsRune(c.Password.Reveal()+c.Token.Reveal(), 0) {
		return nil, errors.New("a user name or password must not have a NUL")
	}
	switch mechanism {
	case Plain:
		return newPlain(c), nil
	case External:
		return newExternal(c), nil
	case Login:
		return &login{c: c}, nil
	case CRAMMD5:
		return &cramMD5{c: c}, nil
	case DigestMD5:
		return newDigestMD5(c), nil
	case XOAuth2, OAuthBearer:
		return newBearer(mechanism, c)
	}
	if strings.HasPrefix(mechanism, "SCRAM-") {
		return newScram(mechanism, c, offered)
	}
	return nil, fmt.Errorf("%s is not a mechanism that this program has", mechanism)
}

// user is the user name as it may be shown.
func (c Credentials) user() string {
	if c.MaskUser {
		return mask
	}
	return c.User
}

// identity is the identity to act as, as it may be shown, in words.
func (c Credentials) identity() string {
	switch {
	case c.Identity == "":
		return ""
	case c.MaskUser && c.Identity == c.User:
		return " as " + mask
	}
	return " as " + c.Identity
}

// errTooMany is for a challenge after the last one that a mechanism has.
var errTooMany = errors.New("a challenge too many")

// tooLong refuses challenges of unreasonable length.
func tooLong(challenge []byte) error {
	if len(challenge) > maxChallenge {
		return errors.New("a challenge of more than 12288 octets")
	}
	return nil
}

// say makes a challenge fit to be shown: bounded, and in UTF-8.
func say(challenge []byte) string {
	const most = 1000
	if len(challenge) > most {
		return strings.ToValidUTF8(string(challenge[:most]), "?") + "…"
	}
	return strings.ToValidUTF8(string(challenge), "?")
}
