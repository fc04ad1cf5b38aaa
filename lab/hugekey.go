package lab

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"math/big"
	"strings"
)

// hugeKey is an RSA key of 16384 bits. crypto/rsa would take seconds for each
// signature; as this modulus has sixteen prime factors, the Chinese remainder
// theorem makes it milliseconds. (RFC 8017, section 5.1.2, allows such keys.)
type hugeKey struct {
	primes  []*big.Int
	modulus *big.Int
}

// hugeExponent is the public exponent.
const hugeExponent = 65537

// readHugeKey reads the primes, which were found beforehand.
func readHugeKey() *hugeKey {
	text := must(fs.ReadFile(builtin, "world/rsa16384.primes"))
	k := &hugeKey{modulus: big.NewInt(1)}
	for _, line := range strings.Split(string(text), "\n") {
		if p, ok := new(big.Int).SetString(line, 16); ok {
			k.primes = append(k.primes, p)
			k.modulus.Mul(k.modulus, p)
		}
	}
	return k
}

// Public returns the public key.
func (k *hugeKey) Public() crypto.PublicKey {
	return &rsa.PublicKey{N: k.modulus, E: hugeExponent}
}

// Sign signs a SHA-256 digest with PKCS #1 v1.5 (RFC 8017, section 8.2.1).
func (k *hugeKey) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if _, pss := opts.(*rsa.PSSOptions); pss || opts.HashFunc() != crypto.SHA256 {
		return nil, errors.New("this key signs with PKCS #1 v1.5 and SHA-256 only")
	}
	info := append([]byte("\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"), digest...)
	block := make([]byte, k.modulus.BitLen()/8)
	for i := range block {
		block[i] = 0xff
	}
	block[0], block[1], block[len(block)-len(info)-1] = 0, 1, 0
	copy(block[len(block)-len(info):], info)
	return k.power(new(big.Int).SetBytes(block)).FillBytes(block), nil
}

// power raises m to the private exponent, modulo one prime at a time.
func (k *hugeKey) power(m *big.Int) *big.Int {
	one, e := big.NewInt(1), big.NewInt(hugeExponent)
	sum := new(big.Int)
	for _, p := range k.primes {
		d := new(big.Int).ModInverse(e, new(big.Int).Sub(p, one))
		part := new(big.Int).Exp(m, d, p)
		others := new(big.Int).Div(k.modulus, p)
		part.Mul(part, new(big.Int).ModInverse(others, p))
		sum.Add(sum, part.Mul(part.Mod(part, p), others))
	}
	return sum.Mod(sum, k.modulus)
}

// signHuge makes a certificate for the huge key. TLS 1.3 would want another
// kind of signature; the dialogue keeps to TLS 1.2.
func (a *Authority) signHuge(template *x509.Certificate) *tls.Certificate {
	key := readHugeKey()
	der := must(x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key))
	return &tls.Certificate{
		Certificate:                  [][]byte{der},
		PrivateKey:                   key,
		SupportedSignatureAlgorithms: []tls.SignatureScheme{tls.PKCS1WithSHA256},
	}
}
