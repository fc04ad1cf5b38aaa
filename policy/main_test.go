package policy

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/lab"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// resolver serves a zone on loopback and returns who asks there.
func resolver(t testing.TB, zone string) *Resolver {
	t.Helper()
	s, err := lab.NewDNS(zone)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	addr, err := s.ServeLoopback()
	if err != nil {
		t.Fatal(err)
	}
	return &Resolver{DNS: &dnsclient.Client{Servers: []string{addr}, Timeout: 20 * time.Second, Rounds: 1}}
}

// signer is a certificate with its key.
type signer struct {
	*x509.Certificate
	key crypto.Signer
}

// issue makes a certificate signed by an issuer, or by itself.
func issue(t testing.TB, by *signer, change func(*x509.Certificate)) *signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, _ := rand.Int(rand.Reader, big.NewInt(1<<60))
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "mx.example.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if change != nil {
		change(template)
	}
	parent, signing := template, crypto.Signer(key)
	if by != nil {
		parent, signing = by.Certificate, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signing)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &signer{cert, key}
}

// authority makes a certificate that may sign others.
func authority(t testing.TB, name string, by *signer) *signer {
	return issue(t, by, func(c *x509.Certificate) {
		c.Subject.CommonName = name
		c.ExtKeyUsage = nil
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
	})
}

// leaf makes a server's certificate for names.
func leaf(t testing.TB, by *signer, names ...string) *signer {
	return issue(t, by, func(c *x509.Certificate) { c.DNSNames = names })
}
