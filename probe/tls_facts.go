package probe

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"strings"
)

const (
	maxChain = 10  // certificates recorded
	maxNames = 100 // names recorded of one
)

// facts records what the handshake established.
func (s *Session) facts(state tls.ConnectionState) *TLS {
	t := &TLS{
		Version:     tls.VersionName(state.Version),
		Cipher:      tls.CipherSuiteName(state.CipherSuite),
		ServerName:  s.sni(),
		ChainLength: len(state.PeerCertificates),
	}
	if state.CurveID != 0 {
		t.Curve = state.CurveID.String()
	}
	t.KeyExchange = keyExchange(state)
	t.Resumed, t.AskedForOur, t.ShownOurs = state.DidResume, s.asked, s.shown
	t.Certificates = state.PeerCertificates[:min(len(state.PeerCertificates), maxChain)]
	for _, c := range t.Certificates {
		t.Chain = append(t.Chain, describeCertificate(c))
	}
	s.verify(t, state.PeerCertificates)
	return t
}

// keyExchange names how the keys were agreed on: in TLS 1.3 always by an
// ephemeral group, before it as the cipher suite says.
func keyExchange(state tls.ConnectionState) string {
	if strings.HasPrefix(tls.CipherSuiteName(state.CipherSuite), "TLS_RSA_") {
		return "RSA"
	}
	if state.CurveID == 0 {
		return "" // resumed by a key of before alone
	}
	return "ECDHE " + state.CurveID.String()
}

func describeCertificate(c *x509.Certificate) Certificate {
	sum, spki := sha256.Sum256(c.Raw), sha256.Sum256(c.RawSubjectPublicKeyInfo)
	d := Certificate{
		Subject: strings.ToValidUTF8(c.Subject.String(), "?"), Issuer: strings.ToValidUTF8(c.Issuer.String(), "?"),
		NotBefore: c.NotBefore.UTC(), NotAfter: c.NotAfter.UTC(),
		Serial: c.SerialNumber.Text(16), Signature: c.SignatureAlgorithm.String(),
		SHA256: hex.EncodeToString(sum[:]), SPKISHA256: hex.EncodeToString(spki[:]),
	}
	for _, name := range c.DNSNames {
		d.Names = append(d.Names, strings.ToValidUTF8(name, "?"))
	}
	for _, ip := range c.IPAddresses {
		d.Names = append(d.Names, ip.String())
	}
	if len(d.Names) > maxNames {
		d.Names = d.Names[:maxNames]
	}
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		d.Key = fmt.Sprintf("RSA %d", k.N.BitLen())
	case *ecdsa.PublicKey:
		d.Key = "ECDSA " + k.Curve.Params().Name
	case ed25519.PublicKey:
		d.Key = "Ed25519"
	default:
		d.Key = c.PublicKeyAlgorithm.String()
	}
	return d
}
