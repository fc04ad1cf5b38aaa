package sasl

import (
	"errors"

	gosasl "github.com/emersion/go-sasl"
)

// oneMessage is a mechanism with an initial response and nothing after it.
type oneMessage struct{ step Step }

// Start is of [Exchange].
func (m *oneMessage) Start() (Step, bool) { return m.step, true }

// Next is of [Exchange].
func (m *oneMessage) Next(challenge []byte) (Step, error) {
	return Step{Said: say(challenge)}, errors.Join(tooLong(challenge), errTooMany)
}

// Done is of [Exchange].
func (m *oneMessage) Done() error { return nil }

// newPlain begins PLAIN (RFC 4616).
func newPlain(c Credentials) Exchange {
	_, message, _ := gosasl.NewPlainClient(c.Identity, c.User, c.Password.Reveal()).Start()
	return &oneMessage{Step{Response: message, Shown: "user " + c.user() + c.identity(), Secrets: []string{string(message)}}}
}

// newExternal begins EXTERNAL (RFC 4422, appendix A): who we are is in the
// certificate, what is sent is at most whom to act as.
func newExternal(c Credentials) Exchange {
	_, message, _ := gosasl.NewExternalClient(c.Identity).Start()
	shown := "who our certificate says"
	if as := c.identity(); as != "" {
		shown = "acting" + as
	}
	return &oneMessage{Step{Response: message, Shown: shown}}
}

// login is LOGIN. The server's prompts are free text; what counts is their order.
type login struct {
	c    Credentials
	step int
}

// Start is of [Exchange].
func (l *login) Start() (Step, bool) { return Step{}, false }

// Next is of [Exchange].
func (l *login) Next(challenge []byte) (Step, error) {
	s := Step{Said: say(challenge)}
	if err := tooLong(challenge); err != nil {
		return s, err
	}
	l.step++
	switch l.step {
	case 1:
		s.Response, s.Shown = []byte(l.c.User), "user "+l.c.user()
	case 2:
		s.Response, s.Shown, s.Secrets = []byte(l.c.Password.Reveal()), "password", []string{l.c.Password.Reveal()}
	default:
		return s, errTooMany
	}
	return s, nil
}

// Done is of [Exchange].
func (l *login) Done() error {
	if l.step < 2 {
		return errors.New("the server reports success without having asked for the password")
	}
	return nil
}
