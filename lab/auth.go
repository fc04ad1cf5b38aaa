package lab

import (
	"bytes"
	"crypto/subtle"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// auth is how a good server authenticates its one user (RFC 4954).
type auth struct {
	mechanisms     []string
	user, identity string
	password       string
	token          string
	plaintext      bool
	required       bool
	iterations     string
	badSignature   bool
}

// mechanisms are the server's sides of what there is. Each gets the auth it is
// for and the state of TLS, nil without.
func mechanisms() map[string]func(*auth, *tls.ConnectionState) sasl.Server {
	all := map[string]func(*auth, *tls.ConnectionState) sasl.Server{
		"PLAIN":      func(a *auth, _ *tls.ConnectionState) sasl.Server { return sasl.NewPlainServer(a.plain) },
		"LOGIN":      func(a *auth, _ *tls.ConnectionState) sasl.Server { return &loginServer{auth: a} },
		"CRAM-MD5":   func(a *auth, _ *tls.ConnectionState) sasl.Server { return &cramServer{auth: a} },
		"DIGEST-MD5": func(a *auth, _ *tls.ConnectionState) sasl.Server { return &digestServer{auth: a} },
		"XOAUTH2":    func(a *auth, _ *tls.ConnectionState) sasl.Server { return &xoauth2Server{auth: a} },
		"OAUTHBEARER": func(a *auth, _ *tls.ConnectionState) sasl.Server {
			return &bearerServer{Server: sasl.NewOAuthBearerServer(a.bearer)}
		},
		"EXTERNAL": func(a *auth, state *tls.ConnectionState) sasl.Server {
			return sasl.NewExternalServer(func(identity string) error { return a.external(identity, state) })
		},
	}
	for name, hash := range scramHashes() {
		all[name] = func(a *auth, state *tls.ConnectionState) sasl.Server { return newSCRAM(a, hash, state, false) }
		all[name+"-PLUS"] = func(a *auth, state *tls.ConnectionState) sasl.Server { return newSCRAM(a, hash, state, true) }
	}
	return all
}

// offer takes the names of "auth=".
func (a *auth) offer(names string) error {
	known := mechanisms()
	for name := range strings.SplitSeq(strings.ToUpper(names), ",") {
		if known[name] == nil {
			return fmt.Errorf("unknown mechanism: %s", smtp.Printable(shorten(name)))
		}
		a.mechanisms = append(a.mechanisms, name)
	}
	return nil
}

func (a *auth) offers(name string) bool { return slices.Contains(a.mechanisms, name) }

// usable lists what can be offered: some mechanisms are about TLS.
func (a *auth) usable(state *tls.ConnectionState) (names []string) {
	for _, name := range a.mechanisms {
		if state != nil || name != "EXTERNAL" && !strings.HasSuffix(name, "-PLUS") {
			names = append(names, name)
		}
	}
	return names
}

// begin returns the server's side of one exchange, which calls done at its
// successful end.
func (a *auth) begin(name string, state *tls.ConnectionState, done func()) (sasl.Server, error) {
	if !slices.Contains(a.usable(state), name) {
		return nil, refusal(504, 5, 5, 4, "Unrecognized authentication type")
	}
	return &exchange{server: mechanisms()[name](a, state), success: done}, nil
}

// Errors of an exchange.
var (
	errCredentials = refusal(535, 5, 7, 8, "Error: authentication failed: authentication failure")
	errIdentity    = refusal(535, 5, 7, 8, "Error: authentication failed: not authorized to act as that identity")
	errMalformed   = refusal(501, 5, 5, 2, "Error: authentication failed: malformed response")
)

// exchange is one AUTH command. Whatever goes wrong in it has a reply code.
type exchange struct {
	server  sasl.Server
	begun   bool
	success func()
}

// Next takes what the client says and returns the next challenge.
func (e *exchange) Next(response []byte) (challenge []byte, done bool, err error) {
	if e.begun && len(response) == 0 {
		response = []byte{} // nil would say that there was no response
	}
	e.begun = true
	challenge, done, err = e.server.Next(response)
	var known *gosmtp.SMTPError
	if err != nil && !errors.As(err, &known) {
		err = errMalformed
	}
	if err == nil && done {
		e.success()
	}
	return challenge, done, err
}

// same compares secrets.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// check is the verdict about a user, a password and whom that user wants to be.
func (a *auth) check(identity, user, password string) error {
	if !same(user, a.user) || !same(password, a.password) {
		return errCredentials
	}
	return a.mayBe(identity)
}

// mayBe is the verdict about an identity; "" is the user's own.
func (a *auth) mayBe(identity string) error {
	if identity == "" || identity == a.user || identity == a.identity {
		return nil
	}
	return errIdentity
}

func (a *auth) plain(identity, user, password string) error { return a.check(identity, user, password) }

// loginServer is LOGIN: a name and a password, each asked for.
type loginServer struct {
	auth  *auth
	user  string
	asked int
}

// Next asks for the name, then for the password.
func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	if response == nil {
		l.asked = 1
		return []byte("Username:"), false, nil
	}
	if l.asked < 2 {
		l.asked, l.user = 2, string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.auth.check("", l.user, string(response))
}

// external is the verdict about a client certificate (RFC 4422, appendix A).
// The lab believes every certificate that names the user.
func (a *auth) external(identity string, state *tls.ConnectionState) error {
	if state == nil || len(state.PeerCertificates) == 0 {
		return refusal(535, 5, 7, 8, "Error: authentication failed: no client certificate")
	}
	cert := state.PeerCertificates[0]
	names := append([]string{cert.Subject.CommonName}, cert.EmailAddresses...)
	if !slices.Contains(names, a.user) {
		return refusal(535, 5, 7, 8, "Error: authentication failed: the client certificate is for nobody known here")
	}
	return a.mayBe(identity)
}

// oauthError is why a token is refused, as Google and RFC 7628 have it.
type oauthError struct {
	Status  string `json:"status"`
	Schemes string `json:"schemes"`
	Scope   string `json:"scope"`
}

const oauthScope = "https://mail.example.test/"

// bearer is the verdict about an OAUTHBEARER token (RFC 7628).
func (a *auth) bearer(o sasl.OAuthBearerOptions) *sasl.OAuthBearerError {
	if same(o.Token, a.token) && (o.Username == "" || o.Username == a.user) {
		return nil
	}
	return &sasl.OAuthBearerError{Status: "invalid_token", Schemes: "bearer", Scope: oauthScope}
}

// bearerServer is OAUTHBEARER. Behind its refusal in JSON the client sends what
// it likes; go-sasl wants one certain byte.
type bearerServer struct {
	sasl.Server
	refused bool
}

// Next takes the client's only message, and what it says to a refusal.
func (b *bearerServer) Next(response []byte) (challenge []byte, done bool, err error) {
	if b.refused {
		return nil, true, errCredentials
	}
	challenge, done, err = b.Server.Next(response)
	b.refused = response != nil && !done
	return challenge, done, err
}

// xoauth2Server is Google's XOAUTH2. A refusal is a challenge with JSON, which
// the client must answer before it gets the reply code.
type xoauth2Server struct {
	auth    *auth
	refused bool
}

// Next takes the client's only message.
func (x *xoauth2Server) Next(response []byte) (challenge []byte, done bool, err error) {
	switch {
	case x.refused:
		return nil, true, refusal(535, 5, 7, 8, "Username and Password not accepted")
	case response == nil:
		return nil, false, nil
	}
	fields, ok := bytes.CutSuffix(response, []byte("\x01\x01"))
	user, token, found := strings.Cut(string(fields), "\x01auth=Bearer ")
	user, named := strings.CutPrefix(user, "user=")
	if !ok || !found || !named {
		return nil, true, errMalformed
	}
	if same(user, x.auth.user) && same(token, x.auth.token) {
		return nil, true, nil
	}
	x.refused = true
	challenge, err = json.Marshal(oauthError{"400", "Bearer", oauthScope})
	return challenge, false, err
}
