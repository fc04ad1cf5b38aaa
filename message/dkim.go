package message

import (
	"bufio"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// Signer signs messages (RFC 6376; RFC 8463 for Ed25519).
type Signer struct {
	Domain, Selector string
	Algorithm        string // rsa-sha256 or ed25519-sha256
	Bits             int    // of an RSA key

	key crypto.Signer
}

// Sizes of RSA keys (RFC 8301, section 3.2).
const (
	minBits = 1024 // less must not be used
	// WeakBits is the size under which a key should not be used.
	WeakBits = 2048
)

// NewSigner reads a private key in PEM: RSA as PKCS #1 or PKCS #8, or Ed25519.
func NewSigner(key []byte, selector, domain string) (*Signer, error) {
	d, err := smtp.ParseDomain(domain)
	if err != nil || strings.HasPrefix(domain, "[") {
		return nil, fmt.Errorf("%q is not a domain that can sign", smtp.Printable(domain))
	}
	s := &Signer{Domain: d.ASCII, Selector: selector}
	if !ValidSelector(selector) {
		return nil, fmt.Errorf("%q is not a selector", smtp.Printable(selector))
	}
	if s.key, err = readKey(key); err != nil {
		return nil, err
	}
	s.Algorithm = "ed25519-sha256"
	if k, ok := s.key.(*rsa.PrivateKey); ok {
		s.Algorithm, s.Bits = "rsa-sha256", k.N.BitLen()
		if s.Bits < minBits {
			return nil, fmt.Errorf("an RSA key of %d bits must not sign, and no receiver takes it (RFC 8301, section 3.2)", s.Bits)
		}
	}
	return s, nil
}

// ValidSelector reports whether a selector can be one (RFC 6376, section 3.1), or
// one that is found in the wild, with an underscore.
func ValidSelector(s string) bool {
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, letters+"-_") != "" {
			return false
		}
	}
	return len(s) < 200
}

func readKey(text []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("it is not PEM")
	}
	var key any
	var err error
	switch block.Type {
	case "RSA PRIVATE KEY":
		if block.Headers["DEK-Info"] != "" {
			return nil, errors.New("the key is encrypted")
		}
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "ENCRYPTED PRIVATE KEY":
		return nil, errors.New("the key is encrypted")
	case "PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE":
		return nil, fmt.Errorf("it has a %s, not a private key", strings.ToLower(block.Type))
	default:
		return nil, fmt.Errorf("a %s is no key for DKIM", smtp.Printable(strings.ToLower(block.Type)))
	}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		return k, nil
	case ed25519.PrivateKey:
		return k, nil
	}
	if err != nil {
		return nil, errors.New("the key is broken")
	}
	return nil, errors.New("it is neither an RSA nor an Ed25519 key")
}

// RecordName is where the public key must be in DNS.
func (s *Signer) RecordName() string { return s.Selector + "._domainkey." + s.Domain }

// Record is the TXT record that the public key must have there.
func (s *Signer) Record() string {
	if public, ok := s.key.Public().(ed25519.PublicKey); ok {
		return "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)
	}
	der, _ := x509.MarshalPKIXPublicKey(s.key.Public())
	return "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der)
}

// signed are the headers that say what a message means (RFC 6376, section 5.4.1).
var signed = []string{ //nolint:gochecknoglobals // read only
	"From", "Sender", "Reply-To", "Subject", "Date", "Message-ID", "To", "Cc", "In-Reply-To", "References",
	"MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-ID", "Content-Description",
	"Resent-Date", "Resent-From", "Resent-Sender", "Resent-To", "Resent-Cc", "Resent-Message-ID",
	"List-Id", "List-Help", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Subscribe", "List-Post", "List-Owner", "List-Archive",
}

// headersToSign are those of the message's headers that are signed, each as often
// as it is there; From once more, so that none can be added.
func headersToSign(names []string) ([]string, error) {
	var out []string
	for _, name := range signed {
		for _, n := range names {
			if strings.EqualFold(n, name) {
				out = append(out, name)
			}
		}
	}
	if len(out) == 0 || out[0] != "From" {
		return nil, errors.New("the message has no From, which must be signed")
	}
	return append(out, "From"), nil
}

// sign returns the header that signs what write writes, to be put in front.
func (s *Signer) sign(names []string, write func(io.Writer) error) (string, error) {
	keys, err := headersToSign(names)
	if err != nil {
		return "", err
	}
	signer, err := dkim.NewSigner(&dkim.SignOptions{
		Domain: s.Domain, Selector: s.Selector, Signer: s.key, Hash: crypto.SHA256, HeaderKeys: keys,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
	})
	if err != nil {
		return "", err
	}
	w := bufio.NewWriterSize(signer, chunk)
	werr := write(w)
	_ = w.Flush()
	if err := signer.Close(); werr != nil || err != nil {
		return "", errors.Join(werr, err)
	}
	return signer.Signature(), nil
}
