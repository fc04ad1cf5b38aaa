package policy

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
)

// keyAlgorithm is the kind of a public key. One of RSA that is so large that a
// check would cost seconds counts as unknown.
func keyAlgorithm(key any) x509.PublicKeyAlgorithm {
	switch k := key.(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() <= 8192 {
			return x509.RSA
		}
	case *ecdsa.PublicKey:
		return x509.ECDSA
	case ed25519.PublicKey:
		return x509.Ed25519
	}
	return x509.UnknownPublicKeyAlgorithm
}
