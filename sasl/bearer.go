package sasl

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// bearer is XOAUTH2 and OAUTHBEARER (RFC 7628). After a token that it does not
// take the server sends its reason as JSON in a challenge, and its refusal once that
// was answered.
type bearer struct {
	first  Step
	answer []byte // to the error
	failed string
}

func newBearer(mechanism string, c Credentials) (Exchange, error) {
	if strings.ContainsRune(c.User+c.Identity+c.Token.Reveal(), 1) {
		return nil, errors.New("a user name or token must not have a byte 0x01")
	}
	token := c.Token.Reveal()
	b := &bearer{first: Step{Shown: "user " + c.user() + c.identity(), Secrets: []string{token}}}
	if mechanism == XOAuth2 {
		b.first.Response = []byte("user=" + c.User + "\x01auth=Bearer " + token + "\x01\x01")
		return b, nil
	}
	// go-sasl does not escape the name, nor leave it out where there is only a token.
	who := c.Identity
	if who == "" {
		who = c.User
	}
	message := "n,"
	if who != "" {
		message += "a=" + strings.NewReplacer("=", "=3D", ",", "=2C").Replace(who)
	} else {
		b.first.Shown = "token"
	}
	message += ","
	if c.Host != "" {
		message += "\x01host=" + c.Host
	}
	if c.Port != 0 {
		message += "\x01port=" + strconv.Itoa(int(c.Port))
	}
	b.first.Response = []byte(message + "\x01auth=Bearer " + token + "\x01\x01")
	b.answer = []byte{1} // RFC 7628, section 3.2.3
	return b, nil
}

// Start is of [Exchange].
func (b *bearer) Start() (Step, bool) { return b.first, true }

// Next is of [Exchange].
func (b *bearer) Next(challenge []byte) (Step, error) {
	s := Step{Said: say(challenge)}
	switch err := tooLong(challenge); {
	case err != nil:
		return s, err
	case b.failed != "":
		return s, errTooMany
	}
	words, err := bearerError(challenge)
	if err != nil {
		return s, err
	}
	b.failed = words
	return Step{Said: words, Response: b.answer, Shown: "the error was read"}, nil
}

// bearerError puts the JSON of a server's error in words. Servers give the status
// as a string or a number, and members of their own.
func bearerError(challenge []byte) (string, error) {
	var x map[string]any
	if err := json.Unmarshal(challenge, &x); err != nil {
		return "", errors.New("a challenge that is not the JSON of an error")
	}
	words := "error"
	for _, key := range []string{"status", "schemes", "scope", "error", "error_description", "openid-configuration"} {
		switch v := x[key].(type) {
		case string:
			if v != "" {
				words += ", " + key + " " + v
			}
		case float64:
			words += fmt.Sprintf(", %s %v", key, v)
		}
	}
	return say([]byte(strings.Replace(words, "error, ", "error: ", 1))), nil
}

// Done is of [Exchange].
func (b *bearer) Done() error {
	if b.failed != "" {
		return errors.New("the server reports success after an " + b.failed)
	}
	return nil
}
