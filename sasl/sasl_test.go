package sasl

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	gosasl "github.com/emersion/go-sasl"
	"github.com/xdg-go/scram"
)

// bytesOf undoes base64 of a test.
func bytesOf(t *testing.T, s string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// begin begins an exchange that must begin.
func begin(t *testing.T, mechanism string, c Credentials, offered ...string) Exchange {
	t.Helper()
	x, err := New(mechanism, c, append(offered, mechanism))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func next(t *testing.T, x Exchange, challenge string) Step {
	t.Helper()
	s, err := x.Next([]byte(challenge))
	if err != nil {
		t.Fatalf("to %q: %v", challenge, err)
	}
	return s
}

// TestCRAM is the example of RFC 2195, section 2.
func TestCRAM(t *testing.T) {
	t.Parallel()
	x := begin(t, CRAMMD5, Credentials{User: "tim", Password: NewSecret("tanstaaftanstaaf")})
	if _, has := x.Start(); has {
		t.Error("an initial response")
	}
	if x.Done() == nil {
		t.Error("done without a challenge")
	}
	s := next(t, x, string(bytesOf(t, "PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+")))
	if want := "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw"; base64.StdEncoding.EncodeToString(s.Response) != want {
		t.Errorf("response %q", s.Response)
	}
	if s.Said != "<1896.697170952@postoffice.reston.mci.net>" || s.Shown != "user tim, digest" || x.Done() != nil {
		t.Errorf("%+v", s)
	}
	if _, err := x.Next([]byte("<2@x>")); err == nil {
		t.Error("a second challenge was answered")
	}
}

// TestDigest is the example of RFC 2831, section 4, but for the service.
func TestDigest(t *testing.T) {
	t.Parallel()
	r := digestResponse{
		user: "chris", realm: "elwood.innosoft.com", password: "secret", nonce: "OA6MG9tEQGm2hh", cnonce: "OA6MHXh6VqTrRk",
		uri: "imap/elwood.innosoft.com", utf8: true,
	}
	response, rspauth := r.compute()
	if response != "d388dad90d4bbd760a152321f2143af7" || rspauth != "ea40f60335c427b5527b84dbabcdfffd" {
		t.Errorf("response %s, rspauth %s", response, rspauth)
	}
	r.nonce, r.cnonce, r.uri = "OA9BSXrbuRhWay", "OA9BSuZWMSpW8m", "acap/elwood.innosoft.com" // the second example
	response, rspauth = r.compute()
	if response != "6084c6db3fede7352c551284490fd0fc" || rspauth != "2f0b3d7c3c2e486600ef710726aa2eae" {
		t.Errorf("response %s, rspauth %s", response, rspauth)
	}
}

func TestDigestExchange(t *testing.T) {
	t.Parallel()
	c := Credentials{User: "chris", Password: NewSecret("secret"), Host: "elwood.innosoft.com", nonce: "OA6MHXh6VqTrRk"}
	const challenge = `realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8`
	x := begin(t, DigestMD5, c)
	s := next(t, x, challenge)
	response, rspauth := digestResponse{
		user: "chris", realm: "elwood.innosoft.com", password: "secret", nonce: "OA6MG9tEQGm2hh", cnonce: "OA6MHXh6VqTrRk",
		uri: "smtp/elwood.innosoft.com", utf8: true,
	}.compute()
	want := `charset=utf-8,username="chris",realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",nc=00000001,` +
		`cnonce="OA6MHXh6VqTrRk",digest-uri="smtp/elwood.innosoft.com",response=` + response + `,qop=auth`
	if string(s.Response) != want {
		t.Errorf("response\n%s\nwant\n%s", s.Response, want)
	}
	if x.Done() == nil {
		t.Error("done without proof of the server")
	}
	if s = next(t, x, "rspauth="+rspauth); x.Done() != nil || len(s.Response) != 0 || strings.Contains(s.Said, rspauth) {
		t.Errorf("%+v, %v", s, x.Done())
	}
	x = begin(t, DigestMD5, c)
	next(t, x, challenge)
	if _, err := x.Next([]byte("rspauth=00000000000000000000000000000000")); err == nil || x.Done() == nil {
		t.Error("a wrong proof was taken")
	}
	for _, bad := range []string{
		"", "x", `nonce=""`, `nonce="a",nonce="b",algorithm=md5-sess`, `nonce="a"`, `nonce="a",algorithm=sha`, `nonce="a`, `nonce="a\`,
		`nonce="a"b,algorithm=md5-sess`, `nonce="a",algorithm=md5-sess,qop="auth-conf"`, `nonce="a",algorithm=md5-sess,charset=utf-7`,
		`nonce="` + strings.Repeat("n", 5000) + `",algorithm=md5-sess`, strings.Repeat("a=b,", 200) + `nonce="a",algorithm=md5-sess`,
	} {
		if _, err := begin(t, DigestMD5, c).Next([]byte(bad)); err == nil {
			t.Errorf("%.60q was answered", bad)
		}
	}
}

// TestDigestLatin1 hashes in ISO 8859-1 what fits into it (RFC 2831, section 2.1.2.1).
func TestDigestLatin1(t *testing.T) {
	t.Parallel()
	r := digestResponse{utf8: true}
	if got := r.hashed("jürgen"); got != "j\xfcrgen" {
		t.Errorf("%q", got)
	}
	if got := r.hashed("łódź"); got != "łódź" {
		t.Errorf("%q", got)
	}
	if got := (digestResponse{}).hashed("jürgen"); got != "jürgen" {
		t.Errorf("%q", got)
	}
	x := &digestMD5{c: Credentials{User: "bob@b.test"}}
	if got := x.realm([]string{"a.test", "b.test"}); got != "b.test" {
		t.Errorf("realm %q", got)
	}
}

// TestScramVectors are the examples of RFC 5802, section 5, and RFC 7677, section 3.
func TestScramVectors(t *testing.T) {
	t.Parallel()
	for _, v := range []struct{ mechanism, nonce, first, challenge, final, signature string }{
		{
			ScramSHA1, "fyko+d2lbbFgONRv9qkxdawL", "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
			"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
			"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
		},
		{
			ScramSHA256, "rOprNGfwEbeRWgbNEkqO", "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
			"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
			"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
			"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
		},
	} {
		c := Credentials{User: "user", Password: NewSecret("pencil"), nonce: v.nonce}
		x := begin(t, v.mechanism, c)
		if s, has := x.Start(); !has || string(s.Response) != v.first || s.Shown != "user user" {
			t.Errorf("%s: first %+v", v.mechanism, s)
		}
		s := next(t, x, v.challenge)
		if string(s.Response) != v.final || x.Done() == nil {
			t.Errorf("%s: final %q, %v", v.mechanism, s.Response, x.Done())
		}
		if _, proof, _ := strings.Cut(v.final, ",p="); !slices.Contains(s.Secrets, proof) || strings.Contains(s.Shown+s.Said, proof) {
			t.Errorf("%s: the proof is shown: %+v", v.mechanism, s)
		}
		if s = next(t, x, v.signature); x.Done() != nil || len(s.Response) != 0 || strings.Contains(s.Said, v.signature[2:]) {
			t.Errorf("%s: %+v, %v", v.mechanism, s, x.Done())
		}
		x = begin(t, v.mechanism, c)
		next(t, x, v.challenge)
		if _, err := x.Next([]byte("v=" + base64.StdEncoding.EncodeToString(make([]byte, 20)))); err == nil || x.Done() == nil {
			t.Errorf("%s: a wrong signature was taken", v.mechanism)
		}
	}
}

// TestScramHostile gives SCRAM challenges that must not be answered.
func TestScramHostile(t *testing.T) {
	t.Parallel()
	c := Credentials{User: "user", Password: NewSecret("pencil"), nonce: "abc"}
	for _, bad := range []string{
		"", "r=abcd", "r=abcd,s=,i=4096", "r=abcd,s=QSXC,i=", "r=abcd,s=QSXC,i=0", "r=abcd,s=QSXC,i=-1", "r=abcd,s=QSXC,i=+5",
		"r=abcd,s=QSXC,i=1000001", "r=abcd,s=QSXC,i=99999999999999999999", "r=other,s=QSXC,i=4096", "m=x,r=abcd,s=QSXC,i=4096",
		"r=abcd,s=?,i=4096", strings.Repeat("r", 20000),
	} {
		s, err := begin(t, ScramSHA256, c).Next([]byte(bad))
		if err == nil || s.Response != nil {
			t.Errorf("%.60q was answered: %+v", bad, s)
		}
		if len(s.Said) > 1100 {
			t.Errorf("%d octets are shown", len(s.Said))
		}
	}
	if s := next(t, begin(t, ScramSHA256, c), "r=abcd,s=QSXC,i=1"); !strings.Contains(s.Said, "fewer than the 4096") {
		t.Error(s.Said)
	}
	x := begin(t, ScramSHA256, c)
	next(t, x, "r=abcd,s=QSXC,i=4096")
	if s := next(t, x, "e=server-does-support-channel-binding"); !strings.Contains(s.Said, "took the -PLUS") || len(s.Response) > 0 || x.Done() == nil {
		t.Errorf("%+v", s)
	}
	if _, err := x.Next([]byte("v=AAAA")); err == nil {
		t.Error("a signature after an error was taken")
	}
}

// TestScramServers talks to the server's side of xdg-go/scram, with and without
// channel binding, and with names that need escapes.
func TestScramServers(t *testing.T) {
	t.Parallel()
	bind := Binding{"tls-exporter", []byte("0123456789abcdef0123456789abcdef")}
	for mechanism, hash := range map[string]scram.HashGeneratorFcn{
		ScramSHA1: scram.SHA1, ScramSHA256: scram.SHA256, ScramSHA512: scram.SHA512,
		ScramSHA1Plus: scram.SHA1, ScramSHA256Plus: scram.SHA256, ScramSHA512Plus: scram.SHA512,
	} {
		for _, right := range []bool{true, false} {
			user, password := "al,ice=x", "päss word"
			keys, err := hash.NewClient(user, password, "")
			if err != nil {
				t.Fatal(err)
			}
			server, err := hash.NewServer(func(string) (scram.StoredCredentials, error) {
				return keys.GetStoredCredentialsWithError(scram.KeyFactors{Salt: "salt", Iters: 4096})
			})
			if err != nil {
				t.Fatal(err)
			}
			c := Credentials{User: user, Password: NewSecret(password)}
			if !right {
				c.Password = NewSecret("wrong")
			}
			talk := server.NewConversation()
			if isPlus(mechanism) {
				c.Binding = bind
				talk = server.NewConversationWithChannelBindingRequired(scram.ChannelBinding{Type: scram.ChannelBindingType(bind.Type), Data: bind.Data})
			}
			x := begin(t, mechanism, c)
			s, _ := x.Start()
			for range 2 {
				challenge, err := talk.Step(string(s.Response))
				if err != nil && right {
					t.Fatalf("%s: %v", mechanism, err)
				}
				s = next(t, x, challenge)
			}
			if (x.Done() == nil) != right || talk.Valid() != right {
				t.Errorf("%s with the right password %v: %v, the server says %v", mechanism, right, x.Done(), talk.Valid())
			}
		}
	}
}

// TestScramFlag checks what we tell the server of channel binding (RFC 5802, section 6).
func TestScramFlag(t *testing.T) {
	t.Parallel()
	c := Credentials{User: "user", Password: NewSecret("pencil")}
	bound := c
	bound.Binding = Binding{"tls-unique", []byte("x")}
	for _, x := range []struct {
		c       Credentials
		offered []string
		name    string
		want    string
	}{
		{c, nil, ScramSHA1, "n,,"},
		{bound, nil, ScramSHA1, "y,,"},
		{bound, []string{ScramSHA256Plus}, ScramSHA1, "n,,"},
		{bound, nil, ScramSHA1Plus, "p=tls-unique,,"},
	} {
		s, _ := begin(t, x.name, x.c, x.offered...).Start()
		if !strings.HasPrefix(string(s.Response), x.want) {
			t.Errorf("%s offered %v: %q", x.name, x.offered, s.Response)
		}
	}
}

// TestPlainServers talks to the servers of go-sasl.
func TestPlainServers(t *testing.T) {
	t.Parallel()
	c := Credentials{User: "alice", Identity: "bob", Password: NewSecret("secret-password"), Token: NewSecret("lab-token"), Host: "mx.example.test", Port: 587, Certificate: true}
	said := ""
	heard := func(words ...string) { said = strings.Join(words, "|") }
	servers := map[string]gosasl.Server{
		Plain:    gosasl.NewPlainServer(func(i, u, p string) error { heard(i, u, p); return nil }),
		External: gosasl.NewExternalServer(func(i string) error { heard(i); return nil }),
		OAuthBearer: gosasl.NewOAuthBearerServer(func(o gosasl.OAuthBearerOptions) *gosasl.OAuthBearerError {
			heard(o.Username, o.Token, o.Host, fmt.Sprint(o.Port))
			return nil
		}),
	}
	want := map[string]string{Plain: "bob|alice|secret-password", External: "bob", OAuthBearer: "bob|lab-token|mx.example.test|587"}
	for mechanism, server := range servers {
		x := begin(t, mechanism, c)
		s, has := x.Start()
		if _, done, err := server.Next(s.Response); !has || !done || err != nil || said != want[mechanism] || x.Done() != nil {
			t.Errorf("%s: %v %v, heard %q", mechanism, done, err, said)
		}
		if strings.Contains(s.Shown, "secret") || strings.Contains(s.Shown, "lab-token") {
			t.Errorf("%s shows %q", mechanism, s.Shown)
		}
		if _, err := x.Next([]byte("more")); err == nil {
			t.Errorf("%s: a challenge too many was answered", mechanism)
		}
	}
}

func TestLogin(t *testing.T) {
	t.Parallel()
	x := begin(t, Login, Credentials{User: "alice", Password: NewSecret("secret-password")})
	if s := next(t, x, "Username:"); string(s.Response) != "alice" || s.Said != "Username:" || x.Done() == nil {
		t.Errorf("%+v", s)
	}
	if s := next(t, x, "Password:"); string(s.Response) != "secret-password" || s.Shown != "password" || x.Done() != nil {
		t.Errorf("%+v", s)
	}
	if _, err := x.Next(nil); err == nil {
		t.Error("a third challenge was answered")
	}
}

// TestBearer has the examples of RFC 7628, section 4, and of Google.
func TestBearer(t *testing.T) {
	t.Parallel()
	c := Credentials{User: "user@example.com", Token: NewSecret("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="), Host: "server.example.com", Port: 587}
	x := begin(t, OAuthBearer, c)
	s, _ := x.Start()
	const want = "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9NTg3AWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
	if got := base64.StdEncoding.EncodeToString(s.Response); got != want {
		t.Errorf("got %s", got)
	}
	s = next(t, x, string(bytesOf(t, "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NvcGUiOiJleGFtcGxlX3Njb3BlIiwib3BlbmlkLWNvbmZpZ3VyYXRpb24iOiJodHRwczovL2V4YW1wbGUuY29tLy53ZWxsLWtub3duL29wZW5pZC1jb25maWd1cmF0aW9uIn0=")))
	if string(s.Response) != "\x01" || x.Done() == nil ||
		s.Said != "error: status invalid_token, scope example_scope, openid-configuration https://example.com/.well-known/openid-configuration" {
		t.Errorf("%+v", s)
	}
	x = begin(t, XOAuth2, Credentials{User: "someuser@example.com", Token: NewSecret("ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg")})
	s, _ = x.Start()
	if got := base64.StdEncoding.EncodeToString(s.Response); got != "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==" {
		t.Errorf("got %s", got)
	}
	if s = next(t, x, `{"status":400,"schemes":"Bearer","scope":"https://mail.google.com/"}`); len(s.Response) != 0 || s.Said != "error: status 400, schemes Bearer, scope https://mail.google.com/" {
		t.Errorf("%+v", s)
	}
	if _, err := x.Next([]byte(`{}`)); err == nil {
		t.Error("a second error was answered")
	}
	if _, err := begin(t, XOAuth2, c).Next([]byte("go on")); err == nil {
		t.Error("a challenge that is no error was answered")
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	password := Credentials{User: "alice", Password: NewSecret("x")}
	token := Credentials{User: "alice", Token: NewSecret("x")}
	bound := password
	bound.Binding = Binding{"tls-exporter", []byte("x")}
	cert := bound
	cert.Certificate = true
	for _, x := range []struct {
		offered string
		c       Credentials
		allowed []string
		want    string
	}{
		{"PLAIN LOGIN", password, nil, Plain},
		{"login plain cram-md5", password, nil, CRAMMD5},
		{"PLAIN SCRAM-SHA-256 SCRAM-SHA-256-PLUS", password, nil, ScramSHA256},
		{"PLAIN SCRAM-SHA-256 SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS", bound, nil, ScramSHA256Plus},
		{"EXTERNAL PLAIN", bound, nil, Plain},
		{"EXTERNAL PLAIN", cert, nil, External},
		{"EXTERNAL PLAIN LOGIN", cert, []string{Login}, Login},
		{"PLAIN XOAUTH2 OAUTHBEARER", token, nil, OAuthBearer},
		{"PLAIN XOAUTH2", token, nil, XOAuth2},
		{"PLAIN LOGIN", token, nil, "no mechanism in common: the server offers PLAIN, LOGIN; PLAIN needs a password"},
		{"GSSAPI NTLM", password, nil, "no mechanism in common: the server offers GSSAPI, NTLM"},
		{"PLAIN LOGIN", password, []string{CRAMMD5, DigestMD5}, "the server does not offer CRAM-MD5 or DIGEST-MD5; it offers PLAIN, LOGIN"},
		{"SCRAM-SHA-1-PLUS", password, nil, "no mechanism in common: the server offers SCRAM-SHA-1-PLUS; SCRAM-SHA-1-PLUS needs TLS that it can be bound to"},
		{"", password, nil, "the server offers AUTH without naming a mechanism"},
	} {
		got, err := Choose(Offered(x.offered), x.c, x.allowed)
		if err != nil {
			got = err.Error()
		}
		if got != x.want {
			t.Errorf("%s: %s, want %s", x.offered, got, x.want)
		}
	}
	if got := Usable(Offered("PLAIN LOGIN = CRAM-MD5 PLAIN"), password, nil); !slices.Equal(got, []string{CRAMMD5, Plain, Login}) {
		t.Error(got)
	}
}

// TestNew refuses what cannot be sent.
func TestNew(t *testing.T) {
	t.Parallel()
	for mechanism, c := range map[string]Credentials{
		Plain:    {User: "a\x00b", Password: NewSecret("x")},
		XOAuth2:  {User: "a", Token: NewSecret("x\x01auth=Bearer y")},
		"NTLM":   {User: "a", Password: NewSecret("x")},
		External: {},
		CRAMMD5:  {User: "a"},
	} {
		if _, err := New(mechanism, c, nil); err == nil {
			t.Errorf("%s began", mechanism)
		}
	}
}

// TestSecret prints a secret in every way that there is.
func TestSecret(t *testing.T) {
	t.Parallel()
	const word = "correct-horse"
	s := NewSecret(word)
	hidden := struct{ inner Credentials }{Credentials{Password: s, Token: s}}
	encoded, err := json.Marshal(map[string]any{"a": s, "b": hidden.inner})
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "a", s, "b", hidden)
	all := string(encoded) + log.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p"} {
		all += fmt.Sprintf(verb, s) + fmt.Sprintf(verb, hidden) + fmt.Sprintf(verb, &hidden)
	}
	for _, form := range []string{word, fmt.Sprintf("%x", word), base64.StdEncoding.EncodeToString([]byte(word))} {
		if strings.Contains(strings.ToLower(all), strings.ToLower(form)) {
			t.Errorf("the secret is shown: %s", all)
		}
	}
	if s.Reveal() != word || !NewSecret("").Empty() || NewSecret("").Reveal() != "" {
		t.Error("Reveal")
	}
}

// FuzzExchange gives every mechanism hostile challenges: no panic, bounded words, an end.
func FuzzExchange(f *testing.F) {
	f.Add(uint8(0), "Username:", "Password:")
	f.Add(uint8(4), "r=abcd,s=QSXC,i=1", "v=AAAA")
	f.Add(uint8(10), `realm="a",nonce="b",qop="auth",algorithm=md5-sess,charset=utf-8`, "rspauth=00")
	f.Add(uint8(8), `{"status":"401","schemes":"bearer"}`, "")
	f.Fuzz(func(t *testing.T, which uint8, a, b string) {
		name := strength[int(which)%len(strength)]
		c := Credentials{User: "alice", Password: NewSecret("secret-password"), Token: NewSecret("lab-token"), Certificate: true, Binding: Binding{"tls-unique", []byte("x")}, nonce: "abc"}
		if i := strings.LastIndex(a, ",i="); i >= 0 && len(a) > i+7 {
			return // many iterations are right, and slow
		}
		x, err := New(name, c, nil)
		if err != nil {
			t.Fatal(err)
		}
		x.Start()
		for _, challenge := range []string{a, b, a, b} {
			s, err := x.Next([]byte(challenge))
			if len(s.Said) > 8000 || len(s.Response) > 3*maxChallenge || strings.Contains(s.Shown, "secret-password") {
				t.Errorf("%+v", s)
			}
			if err != nil {
				break
			}
		}
		_ = x.Done()
		Signature([]byte(a))
	})
}
