package lab_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"net/smtp"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/xdg-go/scram"

	"github.com/smtpcheck/smtpcheck/lab"
)

const (
	allMechanisms = "SCRAM-SHA-256-PLUS,SCRAM-SHA-256,SCRAM-SHA-1-PLUS,SCRAM-SHA-1,DIGEST-MD5,CRAM-MD5,LOGIN,PLAIN,XOAUTH2,OAUTHBEARER,EXTERNAL"
	passed        = "235 2.0.0 *"
	notPassed     = "535 5.7.8 *"
)

// sealed starts TLS with the server and says hello, and returns what it offers then.
func (b *bench) sealed(config *tls.Config) (c *client, capabilities string) {
	b.Helper()
	c = b.dial()
	c.talk("S: 220 *", "C: EHLO a")
	c.skim(time.Minute)
	c.talk("C: STARTTLS", "S: 220 *")
	config.RootCAs, config.ServerName = b.server.RootCAs(), "mx.example.test"
	if err := c.startTLS(config); err != nil {
		b.Fatal(err)
	}
	c.talk("C: EHLO a")
	capabilities, _ = c.skim(time.Minute)
	return c, capabilities
}

// authenticate goes through an exchange, with or without an initial response,
// and wants to hear the last reply.
func (c *client) authenticate(client sasl.Client, initial bool, want string) {
	c.t.Helper()
	name, response, err := client.Start()
	if err != nil {
		c.t.Fatal(err)
	}
	switch {
	case initial && len(response) == 0:
		c.talk("C: AUTH " + name + " =")
	case initial:
		c.talk("C: AUTH " + name + " " + base64.StdEncoding.EncodeToString(response))
	default:
		c.talk("C: AUTH " + name)
	}
	for first := true; ; first = false {
		reply, ok := c.skim(time.Minute)
		text, challenged := strings.CutPrefix(strings.TrimSuffix(reply, "\r\n"), "334 ")
		if !ok || !challenged {
			if begin, _ := strings.CutSuffix(want, "*"); !strings.HasPrefix(reply, begin) {
				c.t.Errorf("%s: heard %q, want %q", name, reply, want)
			}
			return
		}
		challenge, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			c.t.Fatal(err)
		}
		answer := response
		if !first || initial || response == nil {
			if answer, err = client.Next(challenge); err != nil {
				c.talk("C: *", "S: 501 *")
				c.t.Logf("%s: %v", name, err)
				return
			}
		}
		c.talk("C: " + base64.StdEncoding.EncodeToString(answer))
	}
}

// steps is a client made of functions.
type steps struct {
	name    string
	initial []byte
	next    []func(challenge string) (string, error)
}

func (s *steps) Start() (string, []byte, error) { return s.name, s.initial, nil }

func (s *steps) Next(challenge []byte) ([]byte, error) {
	if len(s.next) == 0 {
		return nil, sasl.ErrUnexpectedServerChallenge
	}
	answer, err := s.next[0](string(challenge))
	s.next = s.next[1:]
	return []byte(answer), err
}

// scramClient is the other end, of the same library.
func scramClient(t *testing.T, name, password string, state tls.ConnectionState) sasl.Client {
	t.Helper()
	hash := scram.SHA256
	if strings.Contains(name, "SHA-1") {
		hash = scram.SHA1
	}
	client, err := hash.NewClient("alice", password, "")
	if err != nil {
		t.Fatal(err)
	}
	talk := client.NewConversation()
	if strings.HasSuffix(name, "-PLUS") {
		binding, err := scram.NewTLSExporterBinding(&state)
		if state.Version < tls.VersionTLS13 {
			binding = scram.NewTLSUniqueBinding(state.TLSUnique)
		}
		if err != nil {
			t.Fatal(err)
		}
		talk = client.NewConversationWithChannelBinding(binding)
	}
	first, err := talk.Step("")
	if err != nil {
		t.Fatal(err)
	}
	return &steps{name, []byte(first), []func(string) (string, error){talk.Step, talk.Step}}
}

// cramClient is that of net/smtp.
func cramClient(password string) sasl.Client {
	a := smtp.CRAMMD5Auth("alice", password)
	return &steps{"CRAM-MD5", nil, []func(string) (string, error){func(challenge string) (string, error) {
		answer, err := a.Next([]byte(challenge), true)
		return string(answer), err
	}}}
}

func answers(name, initial string, next ...string) sasl.Client {
	s := &steps{name: name, initial: []byte(initial)}
	for _, answer := range next {
		s.next = append(s.next, func(string) (string, error) { return answer, nil })
	}
	return s
}

// TestMechanisms authenticates with every mechanism, right and wrong, in both
// versions of TLS, with the clients of other people where there are any.
func TestMechanisms(t *testing.T) {
	t.Parallel()
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		play(t, "* serve go-smtp auth-required auth="+allMechanisms, func(b *bench) {
			try := func(want string, client func(state tls.ConnectionState) sasl.Client, initial ...bool) {
				for _, with := range initial {
					c, _ := b.sealed(&tls.Config{MaxVersion: version})
					conn, ok := c.Conn.(*tls.Conn)
					if !ok {
						b.Fatal("no TLS")
					}
					c.talk("C: MAIL FROM:<a@b.test>", "S: 530 5.7.0 Authentication required")
					c.authenticate(client(conn.ConnectionState()), with, want)
					after := "S: 530 5.7.0 *"
					if want == passed {
						after = "S: 250 *"
					}
					c.talk("C: MAIL FROM:<a@b.test>", after)
					c.Close()
				}
			}
			is := func(c func() sasl.Client) func(tls.ConnectionState) sasl.Client {
				return func(tls.ConnectionState) sasl.Client { return c() }
			}
			for password, want := range map[string]string{"secret-password": passed, "wrong": notPassed} {
				try(want, is(func() sasl.Client { return sasl.NewPlainClient("", "alice", password) }), true, false)
				try(want, is(func() sasl.Client { return sasl.NewLoginClient("alice", password) }), true, false)
				try(want, is(func() sasl.Client { return cramClient(password) }), false)
				for _, name := range []string{"SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"} {
					try(want, func(state tls.ConnectionState) sasl.Client { return scramClient(t, name, password, state) }, true, false)
				}
			}
			try(notPassed, is(func() sasl.Client { return sasl.NewPlainClient("bob", "alice", "secret-password") }), true)
			try(notPassed, is(func() sasl.Client { return sasl.NewPlainClient("", "bob", "secret-password") }), true)
			try(notPassed, is(func() sasl.Client { return sasl.NewExternalClient("") }), true) // there is no certificate
			for token, want := range map[string]string{"lab-token": passed, "wrong": notPassed} {
				try(want, is(func() sasl.Client {
					return answers("OAUTHBEARER", "n,a=alice,\x01host=h\x01port=587\x01auth=Bearer "+token+"\x01\x01", "\x01")
				}), true, false)
				try(want, is(func() sasl.Client { return answers("OAUTHBEARER", "n,,\x01auth=Bearer "+token+"\x01\x01", "") }), true)
				try(want, is(func() sasl.Client { return answers("XOAUTH2", "user=alice\x01auth=Bearer "+token+"\x01\x01", "") }), true, false)
			}
			try("501 5.5.2 *", is(func() sasl.Client { return answers("PLAIN", "nonsense") }), true, false)
			try("501 5.5.2 *", is(func() sasl.Client { return answers("XOAUTH2", "nonsense") }), true, false)
			for _, name := range []string{"CRAM-MD5", "DIGEST-MD5"} {
				try("501 5.5.2 *", is(func() sasl.Client { return answers(name, "nonsense") }), true, false)
			}
			try("504 5.5.4 *", is(func() sasl.Client { return answers("NTLM", "x") }), true)
		})
	}
}

// TestOAuthErrors looks at the refusals in JSON.
func TestOAuthErrors(t *testing.T) {
	t.Parallel()
	play(t, "* serve go-smtp auth-plaintext auth=XOAUTH2,OAUTHBEARER", func(b *bench) {
		for name, want := range map[string]string{
			"XOAUTH2":     `{"status":"400","schemes":"Bearer","scope":"https://mail.example.test/"}`,
			"OAUTHBEARER": `{"status":"invalid_token","schemes":"bearer","scope":"https://mail.example.test/"}`,
		} {
			said := ""
			first := map[string]string{"XOAUTH2": "user=alice\x01auth=Bearer x\x01\x01", "OAUTHBEARER": "n,,\x01auth=Bearer x\x01\x01"}[name]
			c := b.dial()
			c.talk("S: 220 *", "C: EHLO a")
			c.skim(time.Minute)
			c.authenticate(&steps{name, []byte(first), []func(string) (string, error){func(s string) (string, error) { said = s; return "", nil }}}, true, notPassed)
			c.Close()
			if said != want {
				b.Errorf("%s: %s", name, said)
			}
		}
	})
}

// TestOffers looks at what is offered, and when.
func TestOffers(t *testing.T) {
	t.Parallel()
	play(t, "* serve go-smtp auth-required tls-required auth="+allMechanisms, func(b *bench) {
		c := b.dial()
		c.talk("S: 220 *", "C: EHLO a")
		if before, _ := c.skim(time.Minute); strings.Contains(before, "AUTH") {
			b.Errorf("before TLS: %s", before)
		}
		c.talk("C: AUTH PLAIN AGEAYg==", "S: 523 5.7.10 TLS is required", "C: MAIL FROM:<>", "S: 530 5.7.0 Must issue a STARTTLS command first")
		c.Close()
		c, after := b.sealed(new(tls.Config))
		if !strings.Contains(after, "-AUTH "+strings.ReplaceAll(allMechanisms, ",", " ")+"\r\n") {
			b.Errorf("after TLS: %s", after)
		}
		c.Close()
	})
	play(t, "* serve go-smtp auth-plaintext auth="+allMechanisms, func(b *bench) {
		c := b.dial()
		c.talk("S: 220 *", "C: EHLO a")
		before, _ := c.skim(time.Minute)
		if !strings.Contains(before, "AUTH SCRAM-SHA-256 SCRAM-SHA-1 DIGEST-MD5 CRAM-MD5 LOGIN PLAIN XOAUTH2 OAUTHBEARER\r\n") {
			b.Errorf("before TLS: %s", before)
		}
		c.authenticate(sasl.NewPlainClient("", "alice", "secret-password"), true, passed)
		c.Close()
	})
}

// TestDowngrade has a client that could bind the channel, and did not see that
// the server can.
func TestDowngrade(t *testing.T) {
	t.Parallel()
	play(t, "* serve go-smtp auth="+allMechanisms, func(b *bench) {
		client, err := scram.SHA256.NewClient("alice", "secret-password", "")
		if err != nil {
			b.Fatal(err)
		}
		talk := client.NewConversationAdvertisingChannelBinding()
		first, _ := talk.Step("")
		c, _ := b.sealed(new(tls.Config))
		c.authenticate(&steps{"SCRAM-SHA-256", []byte(first), []func(string) (string, error){talk.Step}}, true, notPassed)
		c.Close()
	})
}

// TestLyingSCRAM has a client of another hand look through the lies.
func TestLyingSCRAM(t *testing.T) {
	t.Parallel()
	play(t, "* serve go-smtp auth=SCRAM-SHA-256 scram-bad-signature", func(b *bench) {
		c, _ := b.sealed(new(tls.Config))
		s, _ := scramClient(t, "SCRAM-SHA-256", "secret-password", tls.ConnectionState{}).(*steps)
		final := s.next[1]
		s.next[1] = func(challenge string) (string, error) {
			if _, err := final(challenge); err == nil {
				b.Errorf("believes %s", challenge)
			}
			return "", errors.New("as it must be")
		}
		c.authenticate(s, true, "")
		c.Close()
	})
	play(t, "* serve go-smtp auth=SCRAM-SHA-256 scram-iterations=4294967295", func(b *bench) {
		c, _ := b.sealed(new(tls.Config))
		heard := ""
		first := func(challenge string) (string, error) { heard = challenge; return "", errors.New("enough") }
		c.authenticate(&steps{"SCRAM-SHA-256", []byte("n,,n=alice,r=abc"), []func(string) (string, error){first}}, true, "")
		c.Close()
		if !strings.HasPrefix(heard, "r=abc") || !strings.HasSuffix(heard, ",i=4294967295") {
			b.Error(heard)
		}
	})
}

// TestExternal authenticates with certificates.
func TestExternal(t *testing.T) {
	t.Parallel()
	play(t, "* serve go-smtp auth=EXTERNAL identity=shared", func(b *bench) {
		for _, test := range []struct{ name, identity, want string }{
			{"alice", "", passed}, {"alice", "alice", passed}, {"alice", "shared", passed}, {"alice", "bob", notPassed}, {"bob", "", notPassed},
		} {
			for _, initial := range []bool{true, false} {
				c, _ := b.sealed(&tls.Config{Certificates: []tls.Certificate{ownCertificate(t, test.name)}})
				c.authenticate(answers("EXTERNAL", test.identity), initial, test.want)
				c.Close()
			}
		}
	})
	play(t, "* tls client-cert\n* serve go-smtp auth=EXTERNAL", func(b *bench) {
		c := b.dial()
		if err := c.startTLS(&tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{ownCertificate(t, "alice")}}); err != nil {
			b.Fatal(err)
		}
		c.talk("S: 220 *", "C: EHLO a")
		c.skim(time.Minute)
		c.authenticate(sasl.NewExternalClient(""), true, passed)
		c.Close()
	})
}

// ownCertificate is a certificate that somebody made for himself.
func ownCertificate(t *testing.T, name string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestDigestMD5 is the example of RFC 2831, section 4, and then an exchange.
func TestDigestMD5(t *testing.T) {
	t.Parallel()
	example := map[string]string{
		"username": "chris", "realm": "elwood.innosoft.com", "nonce": "OA6MG9tEQGm2hh", "nc": "00000001", "cnonce": "OA6MHXh6VqTrRk",
		"digest-uri": "imap/elwood.innosoft.com",
	}
	if got := lab.DigestMD5ForTesting("secret", "AUTHENTICATE", example); got != "d388dad90d4bbd760a152321f2143af7" {
		t.Errorf("response %s", got)
	}
	if got := lab.DigestMD5ForTesting("secret", "", example); got != "ea40f60335c427b5527b84dbabcdfffd" {
		t.Errorf("rspauth %s", got)
	}
	play(t, "* serve go-smtp auth=DIGEST-MD5 user=jörg password=grün", func(b *bench) {
		for password, want := range map[string]string{"grün": passed, "rot": notPassed} {
			fields := map[string]string{"username": "jörg", "realm": "lab.test", "nc": "00000001", "cnonce": "abc", "digest-uri": "smtp/mx.example.test"}
			respond := func(challenge string) (string, error) {
				if !strings.HasSuffix(challenge, `,qop="auth",charset=utf-8,algorithm=md5-sess`) {
					b.Error(challenge)
				}
				_, rest, _ := strings.Cut(challenge, `nonce="`)
				fields["nonce"], _, _ = strings.Cut(rest, `"`)
				return fmt.Sprintf(`charset=utf-8, username="j\örg",realm="lab.test",nonce=%q,nc=00000001,cnonce="abc",digest-uri="smtp/mx.example.test",response=%s,qop=auth`,
					fields["nonce"], lab.DigestMD5ForTesting(password, "AUTHENTICATE", fields)), nil
			}
			believe := func(challenge string) (string, error) {
				if challenge != "rspauth="+lab.DigestMD5ForTesting(password, "", fields) {
					b.Error(challenge)
				}
				return "", nil
			}
			c, _ := b.sealed(new(tls.Config))
			c.authenticate(&steps{"DIGEST-MD5", nil, []func(string) (string, error){respond, believe}}, false, want)
			c.Close()
		}
	})
}
