package probe_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	bignum "math/big"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpcheck/smtpcheck/lab"
	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
	"github.com/smtpcheck/smtpcheck/tlshello"
)

// secured is a dialogue with STARTTLS and this handshake.
func secured(handshake string) string {
	return "S: 220 mx ESMTP\nC: EHLO *\nS: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go on\n* tls " + handshake +
		"\nC: EHLO *\nS: 250-mx\nS: 250 SIZE 1000\nC: QUIT\nS: 221 bye\n"
}

// TestHello: what the server would take is recorded, and there the session ends.
func TestHello(t *testing.T) {
	t.Parallel()
	for handshake, want := range map[string]string{
		"legacy DHE 1024":      "TLS 1.2 DHE 1024 1",
		"legacy SSLv3 DHE 768": "SSLv3 DHE 768 1",
		"legacy anonymous 512": "TLS 1.2 anonymous DH 512 0",
		"legacy TLS 1.0, RC4":  "TLS 1.0 RSA 1",
		"1.2":                  "TLS 1.2 ECDHE X25519 1",
		"1.3":                  "the server sent the alert \"protocol version not supported\"",
		"garbage":              "the server did not answer with TLS",
	} {
		synctest.Test(t, func(t *testing.T) {
			offer := tlshello.Anything()
			a, _ := play(t, secured(handshake), simnet.Link{}, probe.Options{TLS: probe.Require, StopAfter: smtp.StageSTARTTLS, Hello: &offer})
			last := a.Events[len(a.Events)-1]
			if f := a.Failure(); f != nil {
				if f.Failure.Detail != want || f.Failure.Kind != probe.FailTLS || f.Stage != smtp.StageTLS {
					t.Errorf("%s: %+v", handshake, f.Failure)
				}
				return
			}
			facts := a.TLS()
			if facts == nil || !facts.Partial || facts.Verified || facts.Trust != "" || last.Kind != probe.KindClose || last.Secure {
				t.Fatalf("%s: %+v %+v", handshake, facts, last)
			}
			if got := facts.Version + " " + facts.KeyExchange + " " + string(rune('0'+len(facts.Chain))); got != want {
				t.Errorf("%s: %s, want %s", handshake, got, want)
			}
			if a.Noted(probe.NoteHello).Text != offer.Name {
				t.Error("what was offered is not noted")
			}
		})
	}
}

// TestHelloTorture breaks such a session at every byte of the server in five ways: it
// ends within its deadline, and what it says that the server takes is the truth.
func TestHelloTorture(t *testing.T) {
	t.Parallel()
	ca := lab.NewAuthority() // whose RSA key is made once
	run := func(t *testing.T, fault simnet.Fault) (*probe.Attempt, int64) {
		var read atomic.Int64
		offer := tlshello.Anything()
		a, _ := playCounted(t, secured("legacy DHE 1024"), simnet.Link{Fault: fault}, probe.Options{TLS: probe.Require, StopAfter: smtp.StageSTARTTLS, Hello: &offer}, ca, &read)
		return a, read.Load()
	}
	var size int64
	synctest.Test(t, func(t *testing.T) { _, size = run(t, simnet.Fault{}) })
	for _, kind := range []simnet.FaultKind{simnet.CutEOF, simnet.CutReset, simnet.Stall, simnet.Garbage, simnet.InsertLF} {
		for at := int64(0); at < size; at += 7 {
			synctest.Test(t, func(t *testing.T) {
				a, _ := run(t, simnet.Fault{Kind: kind, At: at, Byte: 0xff})
				if total := a.Events[len(a.Events)-1].Elapsed; total > time.Minute+500*time.Millisecond {
					t.Errorf("%s at %d: %v", kind, at, total)
				}
				if facts := a.TLS(); facts != nil && kind != simnet.Garbage && kind != simnet.InsertLF && facts.KeyExchange != "DHE 1024" {
					t.Errorf("%s at %d: %+v", kind, at, facts)
				}
			})
		}
	}
	t.Logf("%d bytes", size)
}

// playCounted is play, counting the server's bytes.
func playCounted(t *testing.T, script string, link simnet.Link, o probe.Options, ca *lab.Authority, read *atomic.Int64) (*probe.Attempt, error) {
	d, err := lab.Parse(t.Name(), script)
	if err != nil {
		t.Fatal(err)
	}
	n := simnet.New()
	n.SetLink(address, link)
	l, err := n.Listen(address)
	if err != nil {
		t.Fatal(err)
	}
	s := lab.NewServer(d)
	s.Authority = ca
	done := make(chan struct{})
	go func() { defer close(done); _ = s.Serve(l) }()
	o.Dial = func(ctx context.Context, network, to string) (net.Conn, error) {
		c, err := n.Dial(ctx, network, to)
		return &counted{c, read}, err
	}
	a := probe.Run(context.Background(), target(), &o)
	err = s.Close()
	<-done
	return a, err
}

type counted struct {
	net.Conn
	read *atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.read.Add(int64(n))
	return n, err
}

// TestTrust: the words of Postfix, fingerprints, and a rule of the caller's.
func TestTrust(t *testing.T) {
	t.Parallel()
	for handshake, want := range map[string]string{
		"": probe.TrustVerified, "wrong-name": probe.TrustTrusted, "self-signed": probe.TrustUntrusted, "expired": probe.TrustUntrusted,
	} {
		synctest.Test(t, func(t *testing.T) {
			a, _ := play(t, secured(handshake), simnet.Link{}, probe.Options{StopAfter: smtp.StageSTARTTLS})
			if a.TLS() == nil || a.TLS().Trust != want {
				t.Errorf("%q: %+v", handshake, a.TLS())
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		var leaf []byte
		o := probe.Options{StopAfter: smtp.StageSTARTTLS, TLSVerify: true, VerifyPeer: func(facts *probe.TLS) error {
			leaf = facts.Certificates[0].Raw
			return nil
		}}
		a, _ := play(t, secured("self-signed"), simnet.Link{}, o)
		if a.TLS().Trust != probe.TrustVerified || a.TLS().Verified || a.Failure() != nil || leaf == nil {
			t.Errorf("%+v", a.TLS())
		}
		o.VerifyPeer = func(*probe.TLS) error { return errors.New("no TLSA record fits") }
		a, _ = play(t, secured("self-signed"), simnet.Link{}, o)
		if f := a.Failure(); f == nil || f.Failure.Kind != probe.FailTLSPolicy || f.Failure.Detail != "no TLSA record fits" {
			t.Errorf("%+v", f)
		}
		o.VerifyPeer, o.Fingerprints = nil, []string{"00"}
		a, _ = play(t, secured("self-signed"), simnet.Link{}, o)
		if f := a.Failure(); f == nil || f.Failure.Kind != probe.FailTLSPolicy || a.TLS().Trust != probe.TrustUntrusted {
			t.Errorf("%+v", f)
		}
	})
}

// TestPinned: the fingerprint of the certificate or of its key is enough.
func TestPinned(t *testing.T) {
	t.Parallel()
	for _, pin := range []func(*x509.Certificate) []byte{
		func(c *x509.Certificate) []byte { return c.Raw },
		func(c *x509.Certificate) []byte { return c.RawSubjectPublicKeyInfo },
	} {
		synctest.Test(t, func(t *testing.T) {
			d, err := lab.Parse(t.Name(), secured(""))
			if err != nil {
				t.Fatal(err)
			}
			n := simnet.New()
			l, err := n.Listen(address)
			if err != nil {
				t.Fatal(err)
			}
			s := lab.NewServer(d)
			s.Host, s.Authority = "mx.example.test", lab.NewAuthority()
			done := make(chan struct{})
			go func() { defer close(done); _ = s.Serve(l) }()
			leaf, err := x509.ParseCertificate(s.Authority.Certificate("mx.example.test").Certificate[0])
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(pin(leaf))
			a := probe.Run(context.Background(), target(), &probe.Options{
				StopAfter: smtp.StageSTARTTLS, TLSVerify: true, Fingerprints: []string{"11", hex.EncodeToString(sum[:])}, Dial: n.Dial,
			})
			if a.Failure() != nil || a.TLS().Trust != probe.TrustVerified || a.TLS().Verified {
				t.Errorf("%+v %+v", a.Failure(), a.TLS())
			}
			_ = s.Close()
			<-done
		})
	}
}

// TestClientCertificate: shown where it is asked for, and only there.
func TestClientCertificate(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: bignum.NewInt(1), NotAfter: time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	ours := &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	for _, tt := range []struct {
		handshake    string
		have         *tls.Certificate
		asked, shown bool
	}{
		{"", ours, false, false}, {"client-cert", ours, true, true}, {"client-cert", nil, true, false}, {"client-cert 1.2", ours, true, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			a, _ := play(t, secured(tt.handshake), simnet.Link{}, probe.Options{StopAfter: smtp.StageSTARTTLS, Certificate: tt.have})
			if facts := a.TLS(); facts == nil || facts.AskedForOur != tt.asked || facts.ShownOurs != tt.shown {
				t.Errorf("%q: %+v", tt.handshake, facts)
			}
		})
	}
}
