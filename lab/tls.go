package lab

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// handshake is "* tls": the server's side of a TLS handshake, right behind the
// 220 of STARTTLS, or at the beginning of a session for implicit TLS.
//
//   - tls                 TLS 1.2 or 1.3, a good certificate
//   - tls 1.0             that version only; 1.1, 1.2, 1.3 too
//   - tls TLS 1.3 ...     the same, as a transcript prints it; the rest is ignored
//   - tls expired         the certificate's time is over; not-yet-valid is to come
//   - tls wrong-name      it is for another host
//   - tls self-signed     nobody vouches for it
//   - tls rsa16384        it has an RSA key of 16384 bits (TLS 1.2 only)
//   - tls expires-soon    its time is over in five days
//   - tls rsa             it has an RSA key, and keys are exchanged by it only (TLS 1.2)
//   - tls legacy ...      what crypto/tls does not speak; see legacy.go
//   - tls chain 10000     as many certificates in the chain
//   - tls client-cert     the client is asked for a certificate of its own
//   - tls broken          every handshake fails with alert 80 (internal error)
//   - tls garbage         the ClientHello is answered with what is not TLS
//   - tls silent          it is not answered
type handshake struct {
	kind    tlsKind
	chain   int
	ask     bool // for a client certificate
	rsa     bool // RSA key exchange only
	soon    bool // the certificate expires in a few days
	legacy  *legacy
	version uint16 // the only one; 0 for 1.2 and 1.3
}

// tlsKind is what is special about a handshake.
type tlsKind string

const (
	tlsGood        tlsKind = ""
	tlsExpired     tlsKind = "expired"
	tlsNotYetValid tlsKind = "not-yet-valid"
	tlsWrongName   tlsKind = "wrong-name"
	tlsSelfSigned  tlsKind = "self-signed"
	tlsRSA16384    tlsKind = "rsa16384"
	tlsHandmade    tlsKind = "handmade"
	tlsBroken      tlsKind = "broken"
	tlsGarbage     tlsKind = "garbage"
	tlsSilent      tlsKind = "silent"
)

// parseTLS reads the words behind "* tls".
func parseTLS(rest string) (action, error) {
	var h handshake
	words := strings.Fields(rest)
	for len(words) > 0 {
		word := words[0]
		words = words[1:]
		switch kind := tlsKind(word); kind {
		case tlsExpired, tlsNotYetValid, tlsWrongName, tlsSelfSigned, tlsRSA16384, tlsHandmade, tlsBroken, tlsGarbage, tlsSilent:
			h.kind = kind
			continue
		}
		switch word {
		case "TLS":
			continue
		case "client-cert":
			h.ask = true
			continue
		case "rsa":
			h.rsa = true
			continue
		case "expires-soon":
			h.soon = true
			continue
		case "legacy", "also":
			var err error
			h.legacy, err = parseLegacy(words, word == "also")
			return h, err
		case "chain":
			if len(words) == 0 {
				return nil, errors.New("chain of how many?")
			}
			n, err := parseCount(words[0])
			if err != nil || n > 100000 {
				return nil, fmt.Errorf("not the length of a chain: %s", smtp.Printable(words[0]))
			}
			h.chain, words = n, words[1:]
			continue
		}
		version, ok := tlsVersions()[word]
		if !ok {
			return nil, fmt.Errorf("unknown word: %s", smtp.Printable(shorten(word)))
		}
		h.version = version
		break // a printed cipher and so on
	}
	return h, nil
}

func tlsVersions() map[string]uint16 {
	return map[string]uint16{
		"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13,
	}
}

// do shakes hands. Where that fails the session is over.
func (h handshake) do(s *session) error {
	if err := s.flush(); err != nil {
		return err
	}
	switch h.kind {
	case tlsSilent:
		return stall{}.do(s)
	case tlsGarbage:
		return h.babble(s)
	}
	if h.legacy != nil {
		if ok, err := h.legacy.answer(s); ok {
			return err
		}
	}
	var keyLog strings.Builder
	config := h.config(s.server)
	if h.kind == tlsHandmade {
		config.KeyLogWriter = &keyLog
	}
	conn := tls.Server(s.unread(), config)
	if err := conn.Handshake(); err != nil {
		_ = s.wire.CloseWrite() // behind the alert
		s.drain(time.Minute)
		return errDone
	}
	if h.kind == tlsHandmade {
		return s.takeOver(conn, keyLog.String())
	}
	s.upgrade(conn)
	return nil
}

// babble waits for the ClientHello and answers with something else.
func (h handshake) babble(s *session) error {
	if _, err := s.in.ReadByte(); err != nil {
		return err
	}
	if err := s.send("\x00\xffwhat is this? 500 5.5.1 command unrecognized\r\n"); err != nil {
		return err
	}
	return closing{abrupt: true}.do(s)
}

// config returns what crypto/tls needs for this handshake.
func (h handshake) config(s *Server) *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if h.version != 0 {
		c.MinVersion, c.MaxVersion = h.version, h.version
	}
	if h.ask {
		c.ClientAuth = tls.RequestClientCert
	}
	switch h.kind {
	case tlsRSA16384:
		c.MaxVersion = tls.VersionTLS12
	case tlsHandmade:
		c.MinVersion, c.SessionTicketsDisabled = tls.VersionTLS13, true
	case tlsBroken:
		c.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
			return nil, errors.New("broken by its dialogue") // makes alert 80
		}
	}
	if h.rsa {
		c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_128_CBC_SHA}
	}
	c.SetSessionTicketKeys([][32]byte{s.Authority.tickets})
	c.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		return s.Authority.certificate(h, s.Host), nil
	}
	return c
}

// certificate returns the certificate that goes with a handshake: the same one
// each time, so that there can be a TLSA record for it.
func (a *Authority) certificate(h handshake, host string) *tls.Certificate {
	if h.soon || h.rsa {
		return a.special(h, host)
	}
	if h.kind == tlsGood && h.chain == 0 {
		return a.Certificate(host)
	}
	return a.cached(fmt.Sprintf("%s %s %d", host, h.kind, h.chain), func() *tls.Certificate { return a.special(h, host) })
}

// special makes a certificate that has something wrong with it, or a long chain.
func (a *Authority) special(h handshake, host string) *tls.Certificate {
	template := leafTemplate(host)
	switch h.kind {
	case tlsExpired:
		template.NotBefore, template.NotAfter = year(1998), year(1999).Add(-time.Second)
	case tlsNotYetValid:
		template.NotBefore, template.NotAfter = year(2098), year(2099)
	case tlsWrongName:
		template = leafTemplate("wrong-name.example")
	case tlsSelfSigned:
		return a.sign(template, nil)
	case tlsRSA16384:
		return a.signHuge(template)
	}
	if h.soon {
		template.NotAfter = time.Now().Add(5 * 24 * time.Hour)
	}
	if h.rsa {
		return a.rsaCertificate(template)
	}
	cert := a.sign(template, a)
	for len(cert.Certificate) < h.chain {
		cert.Certificate = append(cert.Certificate, a.der)
	}
	return cert
}

func year(n int) time.Time { return time.Date(n, time.January, 1, 0, 0, 0, 0, time.UTC) }

func leafTemplate(host string) *x509.Certificate {
	t := newTemplate(host)
	t.DNSNames = []string{host}
	t.KeyUsage = x509.KeyUsageDigitalSignature
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	return t
}
