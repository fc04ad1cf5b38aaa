package lab

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"strings"
)

// cramServer is CRAM-MD5 (RFC 2195).
type cramServer struct {
	auth      *auth
	challenge string
}

// Next gives a challenge and takes its digest.
func (c *cramServer) Next(response []byte) (challenge []byte, done bool, err error) {
	if c.challenge == "" {
		if response != nil {
			return nil, true, errMalformed // the server speaks first
		}
		c.challenge = "<" + rand.Text() + "@lab.test>"
		return []byte(c.challenge), false, nil
	}
	user, digest, ok := strings.Cut(string(response), " ")
	if !ok {
		return nil, true, errMalformed
	}
	mac := hmac.New(md5.New, []byte(c.auth.password))
	mac.Write([]byte(c.challenge))
	if !same(user, c.auth.user) || !same(digest, hex.EncodeToString(mac.Sum(nil))) {
		return nil, true, errCredentials
	}
	return nil, true, nil
}
