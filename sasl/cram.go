package sasl

import (
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // the mechanism is what it is
	"encoding/hex"
	"errors"
)

// cramMD5 is CRAM-MD5 (RFC 2195).
type cramMD5 struct {
	c    Credentials
	done bool
}

// Start is of [Exchange].
func (x *cramMD5) Start() (Step, bool) { return Step{}, false }

// Next is of [Exchange].
func (x *cramMD5) Next(challenge []byte) (Step, error) {
	s := Step{Said: say(challenge)}
	switch err := tooLong(challenge); {
	case err != nil:
		return s, err
	case x.done:
		return s, errTooMany
	case len(challenge) == 0:
		return s, errors.New("an empty challenge")
	}
	x.done = true
	h := hmac.New(md5.New, []byte(x.c.Password.Reveal()))
	h.Write(challenge)
	digest := hex.EncodeToString(h.Sum(nil))
	s.Response, s.Shown, s.Secrets = []byte(x.c.User+" "+digest), "user "+x.c.user()+", digest", []string{digest}
	return s, nil
}

// Done is of [Exchange].
func (x *cramMD5) Done() error {
	if !x.done {
		return errors.New("the server reports success without a challenge")
	}
	return nil
}
