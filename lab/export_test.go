package lab

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
)

// HugeKeyForTesting returns a certificate for the huge key and something that it signed.
func HugeKeyForTesting() (leaf *x509.Certificate, signature, signed []byte) {
	cert := NewAuthority().signHuge(leafTemplate("mx.example.test"))
	signed = []byte("so it is")
	digest := sha256.Sum256(signed)
	key, _ := cert.PrivateKey.(crypto.Signer)
	return must(x509.ParseCertificate(cert.Certificate[0])), must(key.Sign(rand.Reader, digest[:], crypto.SHA256)), signed
}

// DigestMD5ForTesting computes a response of DIGEST-MD5.
func DigestMD5ForTesting(password, method string, fields map[string]string) string {
	return (&digestServer{auth: &auth{password: password}}).digest(method, fields)
}
