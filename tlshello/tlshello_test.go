package tlshello

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"math/big"
	"net"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// selfSigned is a certificate for key.
func selfSigned(t *testing.T, key any, public any) tls.Certificate {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"mx.test"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// ask says hello to a server of crypto/tls.
func ask(t *testing.T, o Offer, config *tls.Config) (*Answer, *tls.ClientHelloInfo, error) {
	t.Helper()
	client, server := net.Pipe()
	heard := make(chan *tls.ClientHelloInfo, 1)
	config.GetConfigForClient = func(info *tls.ClientHelloInfo) (*tls.Config, error) {
		heard <- info
		return nil, nil
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = tls.Server(server, config).Handshake()
		_ = server.Close()
	}()
	if _, err := client.Write(o.Hello([32]byte{1, 2, 3})); err != nil {
		t.Fatal(err)
	}
	a, err := o.Read(client)
	_ = client.Close()
	<-done
	select {
	case info := <-heard:
		return a, info, err
	default:
		return a, nil, err
	}
}

// TestAgainstCryptoTLS has a second implementation read the hello and answer it.
func TestAgainstCryptoTLS(t *testing.T) {
	t.Parallel()
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name        string
		offer       Offer
		config      *tls.Config
		kx, version string
		alert       Alert
	}{
		{"elliptic", Anything(), &tls.Config{Certificates: []tls.Certificate{selfSigned(t, ec, ec.Public())}}, "ECDHE X25519", "TLS 1.2", 0},
		{"RSA", PlainRSA(), &tls.Config{Certificates: []tls.Certificate{selfSigned(t, key, key.Public())}, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}}, "RSA", "TLS 1.2", 0},
		{"old", Old(), &tls.Config{Certificates: []tls.Certificate{selfSigned(t, ec, ec.Public())}, MinVersion: tls.VersionTLS10}, "ECDHE X25519", "TLS 1.1", 0},
		{"too old", SSL3(), &tls.Config{Certificates: []tls.Certificate{selfSigned(t, ec, ec.Public())}, MinVersion: tls.VersionTLS10}, "", "", 70},
		{"finite", FiniteField(), &tls.Config{Certificates: []tls.Certificate{selfSigned(t, key, key.Public())}}, "", "", 40},
		{"3DES", Broken(), &tls.Config{Certificates: []tls.Certificate{selfSigned(t, key, key.Public())}, CipherSuites: []uint16{tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA}}, "RSA", "TLS 1.2", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			offer := tt.offer
			offer.ServerName = "mx.test"
			a, info, err := ask(t, offer, tt.config)
			if tt.alert != 0 {
				if !errors.Is(err, tt.alert) {
					t.Errorf("%v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := a.KeyExchange(); got != tt.kx || tls.VersionName(a.Version) != tt.version || a.ChainLength != 1 || len(a.Certificates) != 1 {
				t.Errorf("%s %s %+v", tls.VersionName(a.Version), got, a)
			}
			if info == nil || info.ServerName != "mx.test" || len(info.CipherSuites) != len(offer.Suites)+1 {
				t.Errorf("heard %+v", info)
			}
		})
	}
}

// Pieces of an answer.
func message(kind byte, body ...byte) []byte {
	return append([]byte{kind, byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body))}, body...)
}

func inRecord(kind byte, data ...byte) []byte {
	return append([]byte{kind, 3, 0, byte(len(data) >> 8), byte(len(data))}, data...)
}

func serverHello(version, suite uint16) []byte {
	body := binary.BigEndian.AppendUint16(nil, version)
	body = append(body, make([]byte, 33)...)
	body = binary.BigEndian.AppendUint16(body, suite)
	return message(2, append(body, 0)...)
}

func chain(certs ...string) []byte {
	var list []byte
	for _, c := range certs {
		list = append(append(list, 0, 0, byte(len(c))), c...)
	}
	return message(11, append([]byte{0, byte(len(list) >> 8), byte(len(list))}, list...)...)
}

func dhParams(bits int) []byte {
	p := make([]byte, (bits+7)/8)
	p[0] = 1 << ((bits - 1) % 8)
	body := append(binary.BigEndian.AppendUint16(nil, uint16(len(p))), p...)
	return message(12, append(body, 0, 1, 2, 0, 1, 5)...)
}

// TestRead reads answers that crypto/tls would not give.
func TestRead(t *testing.T) {
	t.Parallel()
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	done := message(14)
	for _, tt := range []struct {
		name, want string // version and key exchange, or part of the error
		in         []byte
	}{
		{"DHE 1024", "TLS 1.2 DHE 1024 TLS_DHE_RSA_WITH_AES_256_CBC_SHA", inRecord(22, join(serverHello(0x303, 0x39), chain("a", "bc"), dhParams(1024), done)...)},
		{"in records of its own", "TLS 1.0 DHE 767 TLS_DHE_DSS_WITH_AES_128_CBC_SHA", join(inRecord(22, serverHello(0x301, 0x32)...), inRecord(22, chain("a")...), inRecord(22, dhParams(767)...))},
		{"anonymous", "SSLv3 anonymous DH 512 TLS_DH_anon_WITH_RC4_128_MD5", inRecord(22, join(serverHello(0x300, 0x18), dhParams(512), done)...)},
		{"RSA, nothing more to wait for", "SSLv3 RSA TLS_RSA_WITH_RC4_128_SHA", inRecord(22, join(serverHello(0x300, 5), chain("a"))...)},
		{"RSA export", "TLS 1.0 RSA export 512 TLS_RSA_EXPORT_WITH_RC4_40_MD5", inRecord(22, join(serverHello(0x301, 3), chain("a"), dhParams(512))...)},
		{"static ECDH", "TLS 1.2 ECDH_RSA TLS_ECDH_RSA_WITH_AES_256_CBC_SHA", inRecord(22, join(serverHello(0x303, 0xc00f), chain("a"), done)...)},
		{"a group", "TLS 1.2 ECDHE brainpoolP384r1 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", inRecord(22, join(serverHello(0x303, 0xc030), chain("a"), message(12, 3, 0, 27, 0))...)},
		{"a group without a name", "TLS 1.2 ECDHE group 999 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", inRecord(22, join(serverHello(0x303, 0xc030), chain("a"), message(12, 3, 3, 0xe7))...)},
		{"a warning first", "TLS 1.2 RSA TLS_RSA_WITH_AES_128_CBC_SHA", join(inRecord(21, 1, 112), inRecord(22, join(serverHello(0x303, 0x2f), chain("a"))...))},
		{"an alert", `alert "handshake failure"`, inRecord(21, 2, 40)},
		{"an alert of no name", `alert "alert 99"`, inRecord(21, 2, 99)},
		{"warnings without end", `alert "unrecognized name"`, bytes.Repeat(inRecord(21, 1, 112), 9)},
		{"SMTP", "did not answer with TLS", []byte("500 5.5.1 what?\r\n")},
		{"nothing", "EOF", nil},
		{"half a record", "unexpected EOF", inRecord(22, serverHello(0x303, 0x39)...)[:20]},
		{"half a message", "EOF", inRecord(22, serverHello(0x303, 0x39)[:20]...)},
		{"a version not offered", "0x0304 was not offered", inRecord(22, serverHello(0x304, 0x39)...)},
		{"a suite not offered", "0x1301 was not offered", inRecord(22, serverHello(0x303, 0x1301)...)},
		{"an empty record", "a record of 0 bytes", inRecord(22)},
		{"a long record", "a record of 65535 bytes", []byte{22, 3, 3, 255, 255}},
		{"a long message", "longer than any", inRecord(22, 2, 255, 255, 255)},
		{"certificates without end", "longer than any", join(inRecord(22, serverHello(0x303, 0x39)...), bytes.Repeat(inRecord(22, message(13, make([]byte, 16000)...)...), 20))},
		{"data", "type 23 in a handshake", inRecord(23, 1)},
		{"a finished", "message 20 instead", inRecord(22, message(20)...)},
		{"a second hello", "message 2 in a handshake", inRecord(22, join(serverHello(0x303, 0x39), serverHello(0x303, 0x39))...)},
		{"a short hello", "ServerHello is cut short", inRecord(22, message(2, 3, 3)...)},
		{"a short chain", "Certificate is cut short", inRecord(22, join(serverHello(0x303, 0x39), message(11, 0, 0, 9, 1))...)},
		{"a certificate that is too long", "Certificate is cut short", inRecord(22, join(serverHello(0x303, 0x39), message(11, 0, 0, 4, 0, 0, 9, 1))...)},
		{"no group", "has no group", inRecord(22, join(serverHello(0x303, 0x39), message(12, 0, 0))...)},
		{"half a group", "has no group", inRecord(22, join(serverHello(0x303, 0x39), message(12, 1, 0, 9))...)},
		{"half a curve", "ServerKeyExchange is cut short", inRecord(22, join(serverHello(0x303, 0xc030), message(12, 3, 0))...)},
	} {
		a, err := Anything().Read(bytes.NewReader(tt.in))
		var got string
		if err != nil {
			got = err.Error()
		} else {
			got = tls.VersionName(a.Version) + " " + a.KeyExchange() + " " + SuiteName(a.Suite)
		}
		if a != nil && err == nil && got != tt.want || err != nil && !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
		if b, err2 := Anything().Read(iotest.OneByteReader(bytes.NewReader(tt.in))); !reflect.DeepEqual(a, b) || (err == nil) != (err2 == nil) {
			t.Errorf("%s: byte by byte it is %v, %v", tt.name, b, err2)
		}
	}
}

// TestLongChain keeps ten certificates and counts them all.
func TestLongChain(t *testing.T) {
	t.Parallel()
	in := append(inRecord(22, serverHello(0x303, 5)...), inRecord(22, chain(make([]string, 0)...)...)...)
	a, err := Anything().Read(bytes.NewReader(in))
	if err != nil || a.ChainLength != 0 {
		t.Errorf("%+v %v", a, err)
	}
	in = append(inRecord(22, serverHello(0x303, 5)...), inRecord(22, chain(strings.Split("abcdefghijklmnop", "")...)...)...)
	a, err = Anything().Read(bytes.NewReader(in))
	if err != nil || a.ChainLength != 16 || len(a.Certificates) != 10 {
		t.Errorf("%+v %v", a, err)
	}
}

// TestHelloSize: some servers hang on a ClientHello of 256 to 511 bytes.
func TestHelloSize(t *testing.T) {
	t.Parallel()
	for _, o := range []Offer{Anything(), Old(), FiniteField(), PlainRSA(), Broken()} {
		for n := range 250 {
			o.ServerName = strings.Repeat("x", n)
			if size := len(o.Hello([32]byte{})) - 5; size > 255 && size < 512 {
				t.Errorf("%s: %d bytes", o.Name, size)
			}
		}
	}
	if hello := SSL3().Hello([32]byte{}); binary.BigEndian.Uint16(hello[9:]) != SSLv3 || int(binary.BigEndian.Uint16(hello[3:])) != len(hello)-5 {
		t.Errorf("% x", hello)
	}
}

func TestWeak(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"TLS_RSA_WITH_RC4_128_SHA": "RC4", "TLS_RSA_EXPORT_WITH_RC4_40_MD5": "export", "TLS_DH_anon_WITH_RC4_128_MD5": "anonymous",
		"TLS_RSA_WITH_NULL_SHA": "NULL", "TLS_RSA_WITH_3DES_EDE_CBC_SHA": "3DES", "TLS_RSA_WITH_DES_CBC_SHA": "DES",
		"TLS_AES_128_GCM_SHA256": "", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA": "", "": "",
	} {
		if got := Weak(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	seen := make(map[uint16]bool)
	for _, s := range suites {
		if seen[s.id] || exchange(s.id) == "" {
			t.Errorf("%s: %q, twice: %v", s.name, exchange(s.id), seen[s.id])
		}
		seen[s.id] = true
		if name := tls.CipherSuiteName(s.id); !strings.HasPrefix(name, "0x") && name != "TLS_"+s.name {
			t.Errorf("%s is %s", s.name, name)
		}
	}
}

// FuzzRead: no panic, bounds kept, and the same whatever the pieces.
func FuzzRead(f *testing.F) {
	f.Add(inRecord(22, append(append(serverHello(0x303, 0x39), chain("a", "b")...), dhParams(1024)...)...))
	f.Add(inRecord(21, 2, 40))
	f.Add([]byte("220 mx ESMTP\r\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		a, err := Anything().Read(bytes.NewReader(in))
		b, err2 := Anything().Read(iotest.HalfReader(bytes.NewReader(in)))
		if !reflect.DeepEqual(a, b) || (err == nil) != (err2 == nil) {
			t.Errorf("%v %v, %v %v", a, err, b, err2)
		}
		if err == nil && (len(a.Certificates) > maxChain || a.KeyExchange() == "" || a.Version > 0x303) {
			t.Errorf("%+v", a)
		}
	})
}
