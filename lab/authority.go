package lab

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"sync"
)

// Authority is the lab's own certificate authority. Its certificates hold from
// 1999 to 2099, as the clock of a testing/synctest bubble starts in 2000.
type Authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	der  []byte

	tickets [32]byte // the key of all its servers' session tickets

	mu    sync.Mutex
	rsa   *rsa.PrivateKey             // see rsaCertificate
	cache map[string]*tls.Certificate // by host, and what is special about it
}

// NewAuthority makes an authority with a key of its own.
func NewAuthority() *Authority {
	template := newTemplate("smtpcheck lab CA")
	template.NotBefore = year(1990)
	template.IsCA = true
	template.BasicConstraintsValid = true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	der := must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))
	a := &Authority{key: key, der: der, cert: must(x509.ParseCertificate(der)), cache: make(map[string]*tls.Certificate)}
	_, _ = rand.Read(a.tickets[:]) // it never fails
	return a
}

// Pool returns a pool with the authority's certificate.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// PEM returns the authority's certificate as text, for clients that read files.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.der})
}

// Certificate returns a good certificate for host.
func (a *Authority) Certificate(host string) *tls.Certificate {
	return a.cached(host, func() *tls.Certificate { return a.sign(leafTemplate(host), a) })
}

// cached returns the certificate of this name, which it makes the first time.
func (a *Authority) cached(name string, create func() *tls.Certificate) *tls.Certificate {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.cache[name] == nil {
		a.cache[name] = create()
	}
	return a.cache[name]
}

func newTemplate(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: must(rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))),
		Subject:      pkix.Name{CommonName: name, Organization: []string{"smtpcheck lab"}},
		NotBefore:    year(1999),
		NotAfter:     year(2099),
	}
}

// sign makes a certificate with a key of its own, signed by issuer, or by itself
// if that is nil.
func (a *Authority) sign(template *x509.Certificate, issuer *Authority) *tls.Certificate {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	parent, signer := template, crypto.Signer(key)
	if issuer != nil {
		parent, signer = issuer.cert, issuer.key
	}
	der := must(x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer))
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// must is for what cannot fail: keys and certificates from fixed parameters.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
