package sasl

import (
	"cmp"
	"crypto/md5" //nolint:gosec // the mechanism is what it is
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
)

// digestMD5 is DIGEST-MD5 (RFC 2831) with quality of protection "auth": no
// layer of its own.
type digestMD5 struct {
	c      Credentials
	cnonce string
	step   int
	want   string // the rspauth of a server that knows the password
	proved bool
}

func newDigestMD5(c Credentials) *digestMD5 {
	return &digestMD5{c: c, cnonce: cmp.Or(c.nonce, rand.Text())}
}

// Start is of [Exchange].
func (x *digestMD5) Start() (Step, bool) { return Step{}, false }

// Next is of [Exchange].
func (x *digestMD5) Next(challenge []byte) (Step, error) {
	s := Step{Said: say(challenge)}
	if err := tooLong(challenge); err != nil {
		return s, err
	}
	x.step++
	switch x.step {
	case 1:
		return x.respond(challenge)
	case 2:
		return x.verify(challenge)
	}
	return s, errTooMany
}

// respond answers the digest-challenge (RFC 2831, section 2.1.1).
func (x *digestMD5) respond(challenge []byte) (Step, error) {
	s := Step{Said: say(challenge)}
	d, err := parseDigest(string(challenge))
	if err != nil {
		return s, err
	}
	nonce, err := d.one("nonce")
	if err != nil {
		return s, err
	}
	if algorithm, err := d.one("algorithm"); err != nil || !strings.EqualFold(algorithm, "md5-sess") {
		return s, errors.New("an algorithm that is not md5-sess")
	}
	if qop := d.all("qop"); len(qop) > 0 && !offersAuth(qop) {
		return s, errors.New("no quality of protection \"auth\" is offered")
	}
	utf8Asked := false
	if charset := d.all("charset"); len(charset) > 0 {
		if utf8Asked = len(charset) == 1 && strings.EqualFold(charset[0], "utf-8"); !utf8Asked {
			return s, errors.New("a charset that is not utf-8")
		}
	}
	r := digestResponse{
		user: x.c.User, identity: x.c.Identity, realm: x.realm(d.all("realm")), password: x.c.Password.Reveal(),
		nonce: nonce, cnonce: x.cnonce, uri: "smtp/" + x.c.Host, utf8: utf8Asked,
	}
	var proof string
	proof, x.want = r.compute()
	message, err := r.message(proof)
	if err != nil {
		return s, err
	}
	s.Response, s.Secrets = []byte(message), []string{proof, x.want}
	s.Shown = "user " + x.c.user() + x.c.identity() + ", response"
	if r.realm != "" {
		s.Shown = "user " + x.c.user() + x.c.identity() + ", realm " + say([]byte(r.realm)) + ", response"
	}
	return s, nil
}

// verify checks that the server knows the password too (RFC 2831, section 2.1.3).
func (x *digestMD5) verify(challenge []byte) (Step, error) {
	s := Step{Said: "proof of the server"}
	d, err := parseDigest(string(challenge))
	if err != nil {
		return Step{Said: say(challenge)}, err
	}
	got, err := d.one("rspauth")
	if err != nil {
		return s, err
	}
	if subtle.ConstantTimeCompare([]byte(strings.ToLower(got)), []byte(x.want)) != 1 {
		return s, errors.New("the server's proof is wrong: it does not know the password, or somebody is between")
	}
	x.proved = true
	return Step{Said: "proof of the server, verified", Shown: "the proof is right"}, nil
}

// Done is of [Exchange].
func (x *digestMD5) Done() error {
	if !x.proved {
		return errors.New("the server reports success without showing that it knows the password (rspauth is missing)")
	}
	return nil
}

// realm picks one of those offered: that of the user name if it has one, else the first.
func (x *digestMD5) realm(offered []string) string {
	if len(offered) == 0 {
		return ""
	}
	if _, domain, ok := strings.Cut(x.c.User, "@"); ok && slices.Contains(offered, domain) {
		return domain
	}
	return offered[0]
}

func offersAuth(qop []string) bool {
	for _, list := range qop {
		for word := range strings.SplitSeq(list, ",") {
			if strings.EqualFold(strings.TrimSpace(word), "auth") {
				return true
			}
		}
	}
	return false
}

// digestResponse is what a digest-response is made from.
type digestResponse struct {
	user, identity, realm, password string
	nonce, cnonce, uri              string
	utf8                            bool
}

// compute returns our response and what the server's must be (RFC 2831, section 2.1.2.1).
func (r digestResponse) compute() (response, rspauth string) {
	secret := md5.Sum([]byte(r.hashed(r.user) + ":" + r.hashed(r.realm) + ":" + r.hashed(r.password))) //nolint:gosec // the mechanism is what it is
	a1 := string(secret[:]) + ":" + r.nonce + ":" + r.cnonce
	if r.identity != "" {
		a1 += ":" + r.identity
	}
	with := func(a2 string) string {
		return hexMD5(hexMD5(a1) + ":" + r.nonce + ":00000001:" + r.cnonce + ":auth:" + hexMD5(a2))
	}
	return with("AUTHENTICATE:" + r.uri), with(":" + r.uri)
}

func hexMD5(s string) string {
	sum := md5.Sum([]byte(s)) //nolint:gosec // the mechanism is what it is
	return hex.EncodeToString(sum[:])
}

// hashed is a string as it is hashed: in ISO 8859-1 where it fits into that.
func (r digestResponse) hashed(s string) string {
	if !r.utf8 || !utf8.ValidString(s) {
		return s
	}
	var b []byte
	for _, c := range s {
		if c > 0xff {
			return s
		}
		b = append(b, byte(c))
	}
	return string(b)
}

func (r digestResponse) message(response string) (string, error) {
	var b strings.Builder
	put := func(key, value string) { b.WriteString(key + `="` + digestQuote.Replace(value) + `",`) }
	if r.utf8 {
		b.WriteString("charset=utf-8,")
	}
	put("username", r.user)
	if r.realm != "" {
		put("realm", r.realm)
	}
	put("nonce", r.nonce)
	b.WriteString("nc=00000001,")
	put("cnonce", r.cnonce)
	put("digest-uri", r.uri)
	b.WriteString("response=" + response + ",qop=auth")
	if r.identity != "" {
		b.WriteString(`,authzid="` + digestQuote.Replace(r.identity) + `"`)
	}
	if b.Len() > 4096 { // RFC 2831, section 2.1.2
		return "", errors.New("the response would be longer than DIGEST-MD5 allows: the challenge is too long")
	}
	return b.String(), nil
}

var digestQuote = strings.NewReplacer(`\`, `\\`, `"`, `\"`) //nolint:gochecknoglobals // read only

// directive is one name and value of a digest-challenge.
type directive struct{ name, value string }

type directives []directive

func (d directives) all(name string) []string {
	var out []string
	for _, x := range d {
		if x.name == name {
			out = append(out, x.value)
		}
	}
	return out
}

// one returns the value of a directive that must be there once.
func (d directives) one(name string) (string, error) {
	values := d.all(name)
	if len(values) != 1 || values[0] == "" {
		return "", errors.New("a challenge without one " + name)
	}
	return values[0], nil
}

var errNotDigest = errors.New("a challenge that is not of DIGEST-MD5")

// parseDigest reads a list of name=value, name="quoted value" (RFC 2831, section 7.1).
func parseDigest(s string) (directives, error) {
	var out directives
	for {
		s = strings.TrimLeft(s, " \t\r\n,")
		if s == "" {
			break
		}
		name, rest, ok := strings.Cut(s, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if !ok || name == "" || len(out) == 100 {
			return nil, errNotDigest
		}
		value, rest, ok := digestValue(strings.TrimLeft(rest, " \t\r\n"))
		if !ok {
			return nil, errNotDigest
		}
		out, s = append(out, directive{name, value}), rest
	}
	if len(out) == 0 {
		return nil, errNotDigest
	}
	return out, nil
}

// digestValue reads a token or a quoted string, and returns what is behind it.
func digestValue(s string) (value, rest string, ok bool) {
	if s == "" || s[0] != '"' {
		value, rest, _ = strings.Cut(s, ",")
		return strings.TrimSpace(value), rest, true
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			rest = strings.TrimLeft(s[i+1:], " \t\r\n")
			return b.String(), rest, rest == "" || rest[0] == ','
		case '\\':
			if i++; i == len(s) {
				return "", "", false
			}
		}
		b.WriteByte(s[i])
	}
	return "", "", false
}
