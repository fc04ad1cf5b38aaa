package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// handshake begins TLS on the connection, whatever the certificate: it is
// recorded with every problem it has, and judged later. The session ends if the
// handshake fails, or if a verified certificate was asked for and is not there.
func (s *Session) handshake() bool {
	if s.opts.Hello != nil {
		return s.sayHello()
	}
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
	why := s.judge(facts)
	s.emit(Event{Kind: KindTLS, TLS: facts, Latency: done.Sub(began)}, done)
	if why != "" {
		s.decline(why)
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
		MaxVersion:         s.opts.TLSMax,
		CipherSuites:       suites,
		ClientSessionCache: s.opts.Sessions,
		GetClientCertificate: func(r *tls.CertificateRequestInfo) (*tls.Certificate, error) {
			s.asked = true
			return s.ours(r), nil
		},
	}
}

// ours is the certificate of ours to show: one without content where there is
// none, or the server could not check its signature. Which authorities the
// server names is not looked at, for that list is often wrong.
func (s *Session) ours(r *tls.CertificateRequestInfo) *tls.Certificate {
	anyone := *r
	anyone.AcceptableCAs = nil
	if c := s.opts.Certificate; c != nil && anyone.SupportsCertificate(c) == nil {
		s.shown = true
		return c
	}
	return new(tls.Certificate)
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

// aboutCertificate reports an alert about a certificate of ours: in TLS 1.3 it
// comes after the handshake (RFC 8446, section 4.4.2.4).
func aboutCertificate(err error) bool {
	var alert *net.OpError
	return errors.As(err, &alert) && alert.Op == "remote error" && strings.Contains(alert.Err.Error(), "certificate")
}

// classifyAlert words an alert of the server.
func classifyAlert(text string) (FailureKind, string) {
	if text == "handshake failure" {
		return FailTLSLimit, "the server sent the alert \"handshake failure\": no common cipher suite or group; " +
			"it may have no usable certificate, or only what this program recognises and does not speak, such as finite-field Diffie-Hellman"
	}
	return FailTLS, "the server sent the alert \"" + text + "\""
}
