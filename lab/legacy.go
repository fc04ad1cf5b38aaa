package lab

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// legacy is "* tls legacy" and "* tls also": TLS that crypto/tls does not speak, made
// by hand as far as ServerHelloDone, which is all that a client needs to see what
// the server has. Nothing is ever agreed on.
//
//   - tls legacy SSLv3            that version only
//   - tls legacy DHE 1024         TLS 1.2 with a finite field of so many bits only
//   - tls legacy anonymous 768    the same without a certificate
//   - tls legacy TLS 1.0, RC4     so too NULL, 3DES, export and RSA, for the cipher suite
//   - tls also TLS 1.0, DHE 1024  good TLS for clients that have it, this for the others
type legacy struct {
	also     bool
	versions []uint16 // that are spoken
	suites   []uint16 // and taken, in this order
	bits     int      // of the finite field
}

const (
	versionSSL3   = 0x0300
	suiteDHE      = 0x0033 // TLS_DHE_RSA_WITH_AES_128_CBC_SHA
	suiteDHAnon   = 0x0034 // TLS_DH_anon_WITH_AES_128_CBC_SHA
	suiteGoodTLS  = 0xc02b // of those crypto/tls offers
	alertTooOld   = 70
	alertNoCommon = 40
)

// legacySuites are cipher suites by the words for them; "" is that of "RSA".
func legacySuites() map[string][]uint16 {
	return map[string][]uint16{
		"DHE": {suiteDHE, 0x0039}, "anonymous": {suiteDHAnon, 0x003a}, "RSA": {0x002f, 0x0035},
		"RC4": {0x0005, 0x0004}, "3DES": {0x000a}, "NULL": {0x0002}, "export": {0x0003},
	}
}

// parseLegacy reads the words behind "legacy" or "also".
func parseLegacy(words []string, also bool) (*legacy, error) {
	l := &legacy{also: also}
	for _, part := range strings.Split(strings.Join(words, " "), ",") {
		f := strings.Fields(part)
		for len(f) > 0 {
			word, bits := f[0], ""
			f = f[1:]
			if len(f) > 0 && (word == "DHE" || word == "anonymous") {
				bits, f = f[0], f[1:]
			}
			if err := l.read(word, bits); err != nil {
				return nil, err
			}
		}
	}
	if len(l.versions) == 0 || also {
		l.versions = append(l.versions, tls.VersionTLS12)
	}
	if len(l.suites) == 0 {
		l.suites = legacySuites()["RSA"]
	}
	slices.Sort(l.versions)
	return l, nil
}

// read reads one word.
func (l *legacy) read(word, bits string) error {
	version, known := tlsVersions()[word]
	switch {
	case word == "TLS":
	case word == "SSLv3":
		l.versions = append(l.versions, versionSSL3)
	case known && version < tls.VersionTLS13:
		l.versions = append(l.versions, version)
	case legacySuites()[word] != nil:
		l.suites = append(l.suites, legacySuites()[word]...)
	default:
		return fmt.Errorf("unknown word: %s", smtp.Printable(shorten(word)))
	}
	if bits == "" {
		return nil
	}
	n, err := strconv.Atoi(bits)
	if err != nil || n < 256 || n > 16384 {
		return fmt.Errorf("not the size of a finite field: %s", smtp.Printable(shorten(bits)))
	}
	l.bits = n
	return nil
}

// clientHello is what matters of one.
type clientHello struct {
	version uint16
	suites  []uint16
}

// answer plays the server's part. ok is false for a client that is to have good TLS.
func (l *legacy) answer(s *session) (ok bool, err error) {
	head, err := s.in.Peek(5)
	if err != nil {
		return true, err
	}
	n := int(binary.BigEndian.Uint16(head[3:]))
	if head[0] != recordHandshake || n > s.in.Size()-5 {
		return true, errors.New("no ClientHello")
	}
	whole, err := s.in.Peek(5 + n)
	if err != nil {
		return true, err
	}
	hello, err := readClientHello(whole[5:])
	if err != nil {
		return true, err
	}
	if l.also && hello.version >= tls.VersionTLS12 && slices.Contains(hello.suites, suiteGoodTLS) {
		return false, nil
	}
	_, _ = s.in.Discard(5 + n)
	if err := s.send(string(l.reply(hello, s.server))); err != nil {
		return true, err
	}
	if err := s.flush(); err != nil {
		return true, err
	}
	s.drain(time.Minute)
	return true, errDone
}

// reply is the answer to a ClientHello.
func (l *legacy) reply(c *clientHello, server *Server) []byte {
	version := uint16(0)
	for _, v := range l.versions {
		if v <= c.version {
			version = v
		}
	}
	if version == 0 {
		return []byte{21, 3, 1, 0, 2, 2, alertTooOld}
	}
	for _, suite := range l.suites {
		if slices.Contains(c.suites, suite) {
			return inRecord(version, l.messages(version, suite, server))
		}
	}
	return []byte{21, byte(version >> 8), byte(version), 0, 2, 2, alertNoCommon}
}

// messages are ServerHello, Certificate, ServerKeyExchange and ServerHelloDone (RFC 5246,
// section 7.3), with a signature of nothing.
func (l *legacy) messages(version, suite uint16, server *Server) []byte {
	hello := binary.BigEndian.AppendUint16(nil, version)
	hello = append(hello, make([]byte, 33)...)
	hello = binary.BigEndian.AppendUint16(hello, suite)
	out := handshakeMessage(2, append(hello, 0))
	anonymous := slices.Contains(legacySuites()["anonymous"], suite)
	if !anonymous {
		der := server.Authority.rsaCertificate(leafTemplate(server.Host)).Certificate[0]
		cert := append(length(3, len(der)), der...)
		out = append(out, handshakeMessage(11, append(length(3, len(cert)), cert...))...)
	}
	if anonymous || slices.Contains(legacySuites()["DHE"], suite) {
		p := make([]byte, (l.bits+7)/8)
		p[0], p[len(p)-1] = 1<<((l.bits-1)%8), 1
		params := append(length(2, len(p)), p...)
		params = append(params, 0, 1, 2, 0, 1, 3)
		if !anonymous {
			if version >= tls.VersionTLS12 {
				params = append(params, 4, 1)
			}
			params = append(append(params, 1, 0), make([]byte, 256)...)
		}
		out = append(out, handshakeMessage(12, params)...)
	}
	return append(out, handshakeMessage(14, nil)...)
}

func length(bytes, n int) []byte {
	return []byte{byte(n >> 16), byte(n >> 8), byte(n)}[3-bytes:]
}

func handshakeMessage(kind byte, body []byte) []byte {
	return append(append([]byte{kind}, length(3, len(body))...), body...)
}

func inRecord(version uint16, data []byte) []byte {
	return append(append([]byte{recordHandshake, byte(version >> 8), byte(version)}, length(2, len(data))...), data...)
}

// readClientHello reads version and cipher suites (RFC 5246, section 7.4.1.2).
func readClientHello(b []byte) (*clientHello, error) {
	r := bytes.NewReader(b)
	var head struct {
		Kind, Long byte
		Length     uint16
		Version    uint16
		Random     [32]byte
		Session    byte
	}
	if err := binary.Read(r, binary.BigEndian, &head); err != nil || head.Kind != 1 {
		return nil, errors.New("no ClientHello")
	}
	if _, err := r.Seek(int64(head.Session), io.SeekCurrent); err != nil {
		return nil, err
	}
	var size uint16
	if err := binary.Read(r, binary.BigEndian, &size); err != nil || int(size) > r.Len() {
		return nil, errors.New("no ClientHello")
	}
	c := &clientHello{version: head.Version, suites: make([]uint16, size/2)}
	err := binary.Read(r, binary.BigEndian, c.suites)
	return c, err
}

// rsaCertificate is a certificate with an RSA key, the same key for all.
func (a *Authority) rsaCertificate(template *x509.Certificate) *tls.Certificate {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.rsa == nil {
		a.rsa = must(rsa.GenerateKey(rand.Reader, 2048))
	}
	template.KeyUsage |= x509.KeyUsageKeyEncipherment
	der := must(x509.CreateCertificate(rand.Reader, template, a.cert, a.rsa.Public(), a.key))
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: a.rsa}
}
