package probe

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

const (
	maxChain = 10  // certificates recorded
	maxNames = 100 // names recorded of one
)

// handshake begins TLS on the connection, whatever the certificate: it is
// recorded with every problem it has, and judged later. The session ends if the
// handshake fails, or if a verified certificate was asked for and is not there.
func (s *Session) handshake() bool {
	s.stage = smtp.StageTLS
	began := time.Now()
	s.wire.deadline = s.deadline(smtp.StageTLS)
	_ = s.wire.SetWriteDeadline(s.wire.deadline)
	conn := tls.Client(s.wire, s.tlsConfig())
	if err := conn.Handshake(); err != nil {
		kind, detail := classifyTLS(err)
		if s.wire.ctx.Err() != nil {
			kind, detail = FailInterrupted, ""
		}
		s.fail(kind, detail)
		return false
	}
	done := s.wire.arrived
	s.tls = conn
	s.opened = done
	s.listen()
	facts := s.facts(conn.ConnectionState())
	s.emit(Event{Kind: KindTLS, TLS: facts, Latency: done.Sub(began)}, done)
	if s.opts.TLSVerify && !facts.Verified {
		s.decline("a verified certificate is required: " + facts.Problem)
		s.hangUp = s.opts.TLS == Implicit // the greeting was not read: QUIT would speak first
		return false
	}
	return true
}

func (s *Session) tlsConfig() *tls.Config {
	var suites []uint16
	for _, c := range tls.CipherSuites() {
		suites = append(suites, c.ID)
	}
	for _, c := range tls.InsecureCipherSuites() {
		suites = append(suites, c.ID)
	}
	return &tls.Config{
		InsecureSkipVerify: true, //nolint:gosec // verified afterwards, so that a bad chain can be shown
		ServerName:         s.sni(),
		MinVersion:         s.opts.tlsMin(), //nolint:gosec // old versions are a finding, not a failure
		CipherSuites:       suites,
	}
}

// sni is the name sent: the option's, or the host's if it is a name.
func (s *Session) sni() string {
	if s.opts.ServerName != "" {
		return s.opts.ServerName
	}
	host := s.attempt.Target.Host
	if _, err := netip.ParseAddr(host); err == nil || strings.HasPrefix(host, "[") {
		return ""
	}
	return host
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
	for i, c := range state.PeerCertificates {
		if i == maxChain {
			break
		}
		t.Chain = append(t.Chain, describeCertificate(c))
	}
	s.verify(t, state.PeerCertificates)
	return t
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

// classifyTLS says why a handshake failed, and keeps apart what the server did
// wrong from what this program cannot do.
func classifyTLS(err error) (FailureKind, string) {
	text := strings.TrimPrefix(err.Error(), "tls: ")
	var alert *net.OpError
	var record tls.RecordHeaderError
	switch {
	case errors.Is(err, context.Canceled):
		return FailInterrupted, ""
	case errors.Is(err, os.ErrDeadlineExceeded), isTimeout(err):
		return FailTimeout, ""
	case errors.As(err, &record):
		return FailTLS, "the server did not answer with TLS"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return FailClosed, ""
	case isReset(err):
		return FailReset, ""
	case isUnreachable(err):
		return FailReset, cause(err)
	case strings.Contains(text, "larger than 8192 bits"):
		return FailTLSLimit, "the certificate has an RSA key of more than 8192 bits, which this program does not take"
	case strings.Contains(text, "exceeds maximum of"):
		return FailTLSLimit, "the certificate chain is larger than this program takes"
	case errors.As(err, &alert) && alert.Op == "remote error":
		return classifyAlert(strings.TrimPrefix(alert.Err.Error(), "tls: "))
	}
	return FailTLS, text
}

// classifyAlert words an alert of the server.
func classifyAlert(text string) (FailureKind, string) {
	if text == "handshake failure" {
		return FailTLSLimit, "the server sent the alert \"handshake failure\": no common cipher suite or group; " +
			"it may have no usable certificate, or offer only finite-field Diffie-Hellman, which this program does not have"
	}
	return FailTLS, "the server sent the alert \"" + text + "\""
}
