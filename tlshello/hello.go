package tlshello

import (
	"crypto/tls"
	"encoding/binary"
	"strings"
)

// SSLv3 is the version of RFC 6101, which crypto/tls has no name for any more.
const SSLv3 = 0x0300

// Offer is what a ClientHello offers: all versions from SSLv3 up to Version, and
// cipher suites in the order of preference.
type Offer struct {
	Name       string // what is looked for, in words
	Version    uint16
	Suites     []uint16
	ServerName string // for SNI; "" for none
}

// Anything offers all there is up to TLS 1.2: for a server that crypto/tls has
// nothing in common with.
func Anything() Offer {
	return Offer{Name: "anything from SSLv3 to TLS 1.2", Version: tls.VersionTLS12, Suites: choose(func(string) bool { return true })}
}

// Old offers versions up to TLS 1.1.
func Old() Offer {
	return Offer{Name: "TLS 1.1 and older", Version: tls.VersionTLS11, Suites: choose(func(string) bool { return true })}
}

// SSL3 offers that version only.
func SSL3() Offer {
	return Offer{Name: "SSLv3", Version: SSLv3, Suites: choose(func(n string) bool {
		return !strings.HasPrefix(n, "EC") && !strings.HasSuffix(n, "_SHA256") && !strings.HasSuffix(n, "_SHA384") && !strings.HasSuffix(n, "_CCM")
	})}
}

// FiniteField offers ephemeral Diffie-Hellman over finite fields.
func FiniteField() Offer {
	return Offer{Name: "finite-field DHE", Version: tls.VersionTLS12, Suites: choose(func(n string) bool {
		return strings.HasPrefix(n, "DHE_") && Weak(n) == ""
	})}
}

// PlainRSA offers key exchange by encrypting to the certificate's key.
func PlainRSA() Offer {
	return Offer{Name: "RSA key exchange", Version: tls.VersionTLS12, Suites: choose(func(n string) bool {
		return strings.HasPrefix(n, "RSA_") && Weak(n) == ""
	})}
}

// Broken offers what nobody should take: anonymous, NULL, export, RC4, DES, 3DES.
func Broken() Offer {
	return Offer{Name: "weak ciphers", Version: tls.VersionTLS12, Suites: choose(func(n string) bool { return Weak(n) != "" })}
}

// Record and message types.
const (
	recordAlert     = 21
	recordHandshake = 22

	messageClientHello = 1
	emptyRenegotiation = 0x00ff // RFC 5746, section 3.3
)

// Hello is the ClientHello, in one record, with 32 random bytes of the caller's.
func (o Offer) Hello(random [32]byte) []byte {
	body := binary.BigEndian.AppendUint16(nil, o.Version)
	body = append(body, random[:]...)
	body = append(body, 0) // no session
	body = binary.BigEndian.AppendUint16(body, uint16(2*len(o.Suites)+2))
	for _, id := range o.Suites {
		body = binary.BigEndian.AppendUint16(body, id)
	}
	body = binary.BigEndian.AppendUint16(body, emptyRenegotiation)
	body = append(body, 1, 0) // no compression
	if o.Version > SSLv3 {
		extensions := o.extensions()
		// Some servers hang on a ClientHello of 256 to 511 bytes (RFC 7685, section 3).
		if n := len(body) + 2 + len(extensions) + 4; n > 255 && n < 512 {
			extensions = appendExtension(extensions, 21, make([]byte, max(0, 512-n-4)))
		}
		body = append(binary.BigEndian.AppendUint16(body, uint16(len(extensions))), extensions...)
	}
	message := append([]byte{messageClientHello, 0, byte(len(body) >> 8), byte(len(body))}, body...)
	return append(record(recordHandshake, min(o.Version, tls.VersionTLS10), len(message)), message...)
}

// extensions are those a server needs to choose: the name, groups of elliptic
// curves, and signature algorithms where the version has them. Groups of finite
// fields (RFC 7919) are left out, so that the server shows its own.
func (o Offer) extensions() (out []byte) {
	if name := o.ServerName; name != "" && len(name) < 1<<8 {
		list := append([]byte{0, 0, byte(len(name))}, name...)
		out = appendExtension(out, 0, prefixed(list))
	}
	out = appendExtension(out, 10, prefixed(numbers(groups())))
	out = appendExtension(out, 11, []byte{1, 0})
	if o.Version >= tls.VersionTLS12 {
		out = appendExtension(out, 13, prefixed(numbers([]uint16{
			0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0402, 0x0303, 0x0301, 0x0203, 0x0201, 0x0202, 0x0101,
		})))
	}
	return out
}

func appendExtension(out []byte, kind uint16, data []byte) []byte {
	out = binary.BigEndian.AppendUint16(out, kind)
	return append(out, prefixed(data)...)
}

// prefixed is data behind its length in two bytes.
func prefixed(data []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(data))), data...)
}

func numbers(list []uint16) (out []byte) {
	for _, n := range list {
		out = binary.BigEndian.AppendUint16(out, n)
	}
	return out
}

func record(kind byte, version uint16, length int) []byte {
	return []byte{kind, byte(version >> 8), byte(version), byte(length >> 8), byte(length)}
}

// Goodbye are the alerts with which we leave a handshake: canceled by the user, and
// close_notify (RFC 5246, section 7.2).
func Goodbye(version uint16) []byte {
	bye := append(record(recordAlert, version, 2), 1, 0)
	if version == SSLv3 {
		return bye
	}
	return append(append(record(recordAlert, version, 2), 1, 90), bye...)
}
