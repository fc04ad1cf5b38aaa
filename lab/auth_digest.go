package lab

import (
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
)

// digestServer is DIGEST-MD5 (RFC 2831), with qop "auth" only.
type digestServer struct {
	auth  *auth
	nonce string
	valid bool
}

const digestRealm = "lab.test"

// Next gives a challenge, takes the response, and proves in its turn that it
// knows the password.
func (d *digestServer) Next(response []byte) (challenge []byte, done bool, err error) {
	switch {
	case d.valid:
		return nil, true, nil // the client has seen rspauth
	case d.nonce == "" && response != nil:
		return nil, true, errMalformed // there is no subsequent authentication
	case d.nonce == "":
		d.nonce = rand.Text()
		return fmt.Appendf(nil, `realm="%s",nonce="%s",qop="auth",charset=utf-8,algorithm=md5-sess`, digestRealm, d.nonce), false, nil
	}
	fields, ok := digestFields(string(response))
	if !ok || fields["nonce"] != d.nonce || fields["nc"] != "00000001" || fields["cnonce"] == "" ||
		fields["realm"] != digestRealm || !strings.HasPrefix(fields["digest-uri"], "smtp/") {
		return nil, true, errMalformed
	}
	if fields["username"] != d.auth.user || !same(fields["response"], d.digest("AUTHENTICATE", fields)) {
		return nil, true, errCredentials
	}
	if err := d.auth.mayBe(fields["authzid"]); err != nil {
		return nil, true, err
	}
	d.valid = true
	return []byte("rspauth=" + d.digest("", fields)), false, nil
}

// digest computes a response (RFC 2831, section 2.1.2.1).
func (d *digestServer) digest(method string, f map[string]string) string {
	secret := md5.Sum([]byte(latin1(f["username"]) + ":" + latin1(f["realm"]) + ":" + latin1(d.auth.password)))
	a1 := string(secret[:]) + ":" + f["nonce"] + ":" + f["cnonce"]
	if f["authzid"] != "" {
		a1 += ":" + f["authzid"]
	}
	a2 := method + ":" + f["digest-uri"]
	return md5Hex(md5Hex(a1) + ":" + f["nonce"] + ":" + f["nc"] + ":" + f["cnonce"] + ":auth:" + md5Hex(a2))
}

func md5Hex(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

// latin1 writes text in ISO 8859-1 where that can be done.
func latin1(s string) string {
	var out []byte
	for _, r := range s {
		if r > 0xff {
			return s
		}
		out = append(out, byte(r))
	}
	return string(out)
}

// digestFields takes name=value pairs apart, quoted or not.
func digestFields(s string) (fields map[string]string, ok bool) {
	fields = make(map[string]string)
	for s != "" {
		name, rest, found := strings.Cut(s, "=")
		if !found {
			return nil, false
		}
		var value string
		if quoted, is := strings.CutPrefix(rest, `"`); is {
			if value, rest, ok = unquote(quoted); !ok {
				return nil, false
			}
		} else {
			at := strings.IndexByte(rest+",", ',')
			value, rest = rest[:at], rest[at:]
		}
		name = strings.ToLower(strings.TrimSpace(name))
		if _, double := fields[name]; double {
			return nil, false
		}
		fields[name] = value
		s = strings.TrimPrefix(strings.TrimSpace(rest), ",")
	}
	return fields, true
}

// unquote reads a quoted string whose first quote is gone.
func unquote(s string) (value, rest string, ok bool) {
	var out []byte
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return string(out), s[i+1:], true
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		out = append(out, s[i])
	}
	return "", "", false
}
