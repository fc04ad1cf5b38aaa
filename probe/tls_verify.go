package probe

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// The words for trust, as Postfix has them.
const (
	TrustAnonymous = "anonymous" // there is no certificate
	TrustUntrusted = "untrusted" // its authority is not known, or it is not valid now
	TrustTrusted   = "trusted"   // its authority is known, and it is for another name
	TrustVerified  = "verified"  // it is what was asked for
)

// judge says in a word how far the certificate is trusted, and why the session
// must end if it must. What was asked for may be certain fingerprints, or a rule of
// [Options.VerifyPeer]; else it is a known authority and the host's name.
func (s *Session) judge(t *TLS) (why string) {
	t.Trust = trust(t)
	switch {
	case !s.opts.TLSVerify:
	case len(s.opts.Fingerprints) > 0:
		if !s.pinned(t.Certificates) {
			if t.Trust != TrustAnonymous {
				t.Trust = TrustUntrusted
			}
			return "the certificate has none of the fingerprints that were given"
		}
		t.Trust = TrustVerified
	case len(t.Certificates) == 0:
		return "a verified certificate is required: " + t.Problem
	case s.opts.VerifyPeer != nil:
		if err := s.opts.VerifyPeer(t); err != nil {
			return err.Error()
		}
		t.Trust = TrustVerified
	case !t.Verified:
		return "a verified certificate is required: " + t.Problem
	}
	return ""
}

func trust(t *TLS) string {
	switch {
	case len(t.Certificates) == 0:
		return TrustAnonymous
	case t.Verified:
		return TrustVerified
	case t.ProblemKind == "name-mismatch":
		return TrustTrusted
	}
	return TrustUntrusted
}

// pinned reports whether the leaf, or its public key, has one of the fingerprints.
func (s *Session) pinned(chain []*x509.Certificate) bool {
	if len(chain) == 0 {
		return false
	}
	sum, spki := sha256.Sum256(chain[0].Raw), sha256.Sum256(chain[0].RawSubjectPublicKeyInfo)
	return slices.Contains(s.opts.Fingerprints, hex.EncodeToString(sum[:])) ||
		slices.Contains(s.opts.Fingerprints, hex.EncodeToString(spki[:]))
}

// names are those the certificate should be for.
func (s *Session) names() []string {
	if s.opts.ServerName != "" {
		return []string{s.opts.ServerName}
	}
	t := s.attempt.Target
	if s.sni() == "" {
		return []string{"[" + t.Addr.Addr().Unmap().String() + "]"}
	}
	return append([]string{t.Host}, t.Also...)
}

// verify checks the chain and each name, and puts the problems in words.
func (s *Session) verify(t *TLS, chain []*x509.Certificate) {
	if len(chain) == 0 {
		t.Problem, t.ProblemKind = "the server sent no certificate", "no-certificate"
		return
	}
	leaf := chain[0]
	names := s.names()
	for _, name := range names {
		if leaf.VerifyHostname(name) != nil {
			t.NotFor = append(t.NotFor, strings.Trim(name, "[]"))
		}
	}
	if err := s.verifyChain(chain); err != nil {
		t.ProblemKind, t.Problem = chainProblem(err, leaf)
	}
	if len(t.NotFor) > 0 && t.NotFor[0] == strings.Trim(names[0], "[]") {
		problem := "the certificate is not for " + t.NotFor[0]
		if t.ProblemKind == "" {
			t.ProblemKind, t.Problem = "name-mismatch", problem
		} else {
			t.Problem += "; " + problem
		}
	}
	t.Verified = t.ProblemKind == ""
}

// warmRoots begins to read the system's roots while the server is busy with
// its greeting.
func (s *Session) warmRoots() {
	if s.opts.RootCAs == nil && s.opts.TLS != Never && !s.opts.stopAfter().Before(smtp.StageSTARTTLS) {
		go bundle()
	}
}

func (s *Session) verifyChain(chain []*x509.Certificate) error {
	intermediates := x509.NewCertPool()
	for _, c := range chain[1:min(len(chain), maxChain)] {
		if key, ok := c.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() > 8192 {
			continue // a check would cost seconds
		}
		intermediates.AddCert(c)
	}
	o := x509.VerifyOptions{Roots: s.opts.RootCAs, Intermediates: intermediates, CurrentTime: time.Now()}
	if o.Roots == nil {
		return verifyWithSystem(chain[0], o)
	}
	_, err := chain[0].Verify(o)
	return err
}

// chainProblem says in a word and in words why a chain was not verified.
func chainProblem(err error, leaf *x509.Certificate) (kind, words string) {
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	switch {
	case time.Now().Before(leaf.NotBefore):
		return "not-yet-valid", "the certificate is not valid before " + leaf.NotBefore.UTC().Format(time.DateOnly)
	case time.Now().After(leaf.NotAfter):
		return "expired", "the certificate expired on " + leaf.NotAfter.UTC().Format(time.DateOnly)
	case errors.As(err, &unknown) && selfSigned(leaf):
		return "self-signed", "the certificate is self-signed"
	case errors.As(err, &unknown):
		return "unknown-authority", "the certificate is signed by an unknown authority (" + smtp.Printable(leaf.Issuer.String()) + ")"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "expired", "a certificate of the chain has expired or is not yet valid"
	}
	return "other", strings.TrimPrefix(err.Error(), "x509: ")
}

func selfSigned(c *x509.Certificate) bool {
	return string(c.RawIssuer) == string(c.RawSubject)
}
