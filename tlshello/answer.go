package tlshello

import (
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strconv"
)

// Bounds on what is read.
const (
	maxRead    = 256 << 10
	maxMessage = 128 << 10
	maxRecord  = 1<<14 + 2048
	maxChain   = 10 // certificates kept
	maxAlerts  = 4  // warnings passed over
)

// Answer is what a server said to an [Offer].
type Answer struct {
	Version      uint16
	Suite        uint16
	Certificates [][]byte // in DER, leaf first, at most 10
	ChainLength  int      // how many there were
	Bits         int      // of the group or key in ServerKeyExchange; 0 for none
	Group        uint16   // the named group there; 0 for none
}

// Alert is the server's refusal.
type Alert byte

// Error is the alert in words.
func (a Alert) Error() string { return "the server sent the alert \"" + a.String() + "\"" }

// String is the alert's name, as crypto/tls has it.
func (a Alert) String() string {
	names := map[Alert]string{
		0: "close notify", 10: "unexpected message", 20: "bad record MAC", 22: "record overflow", 40: "handshake failure", 41: "no certificate",
		42: "bad certificate", 43: "unsupported certificate", 46: "unknown certificate", 47: "illegal parameter", 50: "error decoding message",
		51: "error decrypting message", 70: "protocol version not supported", 71: "insufficient security level", 80: "internal error",
		86: "inappropriate fallback", 90: "user canceled", 109: "missing extension", 112: "unrecognized name",
	}
	if name := names[a]; name != "" {
		return name
	}
	return "alert " + strconv.Itoa(int(a))
}

// The errors of an answer that is none.
var (
	ErrNotTLS  = errors.New("the server did not answer with TLS")
	ErrTooLong = errors.New("the answer is longer than any that is meant")
)

// malformed is an answer that breaks the rules.
func malformed(what string) error { return errors.New("the answer is malformed: " + what) }

// KeyExchange says how keys would be agreed on: "DHE 1024", "ECDHE X25519", "RSA",
// "RSA export 512", "anonymous DH 1024".
func (a *Answer) KeyExchange() string {
	kx := exchange(a.Suite)
	switch kx {
	case "DH_anon":
		kx = "anonymous DH"
	case "ECDH_anon":
		kx = "anonymous ECDH"
	}
	switch {
	case a.Group != 0:
		return kx + " " + groupName(a.Group)
	case a.Bits != 0:
		return kx + " " + strconv.Itoa(a.Bits)
	}
	return kx
}

// Read reads the answer to the offer, as far as ServerKeyExchange. The error is an
// [Alert], or what r had, or says what is wrong.
func (o Offer) Read(r io.Reader) (*Answer, error) {
	m := &messages{r: io.LimitReader(r, maxRead)}
	kind, body, err := m.next()
	switch {
	case err != nil:
		return nil, err
	case kind != 2:
		return nil, malformed(fmt.Sprintf("message %d instead of ServerHello", kind))
	}
	a, err := o.serverHello(body)
	if err != nil {
		return nil, err
	}
	for {
		kind, body, err = m.next()
		if err != nil {
			return nil, err
		}
		switch kind {
		case 11:
			if err := a.certificate(body); err != nil {
				return nil, err
			}
			if kx := exchange(a.Suite); kx == "RSA" || kx == "" {
				return a, nil // no ServerKeyExchange follows
			}
		case 12:
			if err := a.serverKeyExchange(body); err != nil {
				return nil, err
			}
			return a, nil
		case 14:
			return a, nil
		case 0, 13, 22: // HelloRequest, CertificateRequest, CertificateStatus
		default:
			return nil, malformed(fmt.Sprintf("message %d in a handshake", kind))
		}
	}
}

// serverHello reads version and cipher suite (RFC 5246, section 7.4.1.3).
func (o Offer) serverHello(b []byte) (*Answer, error) {
	p := parser{b}
	a := &Answer{Version: uint16(p.number(2))}
	p.take(32)
	p.take(p.number(1))
	a.Suite = uint16(p.number(2))
	switch {
	case p.b == nil || p.number(1) < 0:
		return nil, malformed("ServerHello is cut short")
	case a.Version < SSLv3 || a.Version > o.Version:
		return nil, malformed(fmt.Sprintf("version %#04x was not offered", a.Version))
	case !slices.Contains(o.Suites, a.Suite):
		return nil, malformed("cipher suite " + SuiteName(a.Suite) + " was not offered")
	}
	return a, nil
}

// certificate reads the chain (RFC 5246, section 7.4.2).
func (a *Answer) certificate(b []byte) error {
	p := parser{b}
	list := parser{p.take(p.number(3))}
	for len(list.b) > 0 {
		der := list.take(list.number(3))
		if len(der) == 0 {
			return malformed("Certificate is cut short")
		}
		a.ChainLength++
		if len(a.Certificates) < maxChain {
			a.Certificates = append(a.Certificates, der)
		}
	}
	if p.b == nil {
		return malformed("Certificate is cut short")
	}
	return nil
}

// serverKeyExchange reads the size of the group (RFC 5246, section 7.4.3; RFC 8422,
// section 5.4).
func (a *Answer) serverKeyExchange(b []byte) error {
	p := parser{b}
	switch kx := exchange(a.Suite); kx {
	case "ECDHE", "ECDH_anon":
		if p.number(1) == 3 { // a named curve
			a.Group = uint16(max(0, p.number(2)))
		}
	case "DHE", "DH_anon", "RSA export":
		a.Bits = new(big.Int).SetBytes(p.take(p.number(2))).BitLen()
		if a.Bits == 0 {
			return malformed("ServerKeyExchange has no group")
		}
	}
	if p.b == nil {
		return malformed("ServerKeyExchange is cut short")
	}
	return nil
}

// messages takes handshake messages out of records.
type messages struct {
	r       io.Reader
	pending []byte
	begun   bool // a record was read
	alerts  int
}

// next returns the next message.
func (m *messages) next() (kind byte, body []byte, err error) {
	for {
		if len(m.pending) >= 4 {
			n := int(m.pending[1])<<16 | int(m.pending[2])<<8 | int(m.pending[3])
			if n > maxMessage {
				return 0, nil, ErrTooLong
			}
			if len(m.pending) >= 4+n {
				kind, body, m.pending = m.pending[0], m.pending[4:4+n:4+n], m.pending[4+n:]
				return kind, body, nil
			}
		}
		if err := m.fill(); err != nil {
			return 0, nil, err
		}
	}
}

// fill reads one record.
func (m *messages) fill() error {
	var head [5]byte
	if _, err := io.ReadFull(m.r, head[:]); err != nil {
		return m.ended(err)
	}
	n := int(head[3])<<8 | int(head[4])
	if head[0] < 20 || head[0] > 24 || head[1] != 3 {
		if m.begun {
			return malformed("no TLS record")
		}
		return ErrNotTLS
	}
	m.begun = true
	if n == 0 || n > maxRecord {
		return malformed("a record of " + strconv.Itoa(n) + " bytes")
	}
	data := make([]byte, n)
	if _, err := io.ReadFull(m.r, data); err != nil {
		return m.ended(err)
	}
	switch head[0] {
	case recordHandshake:
		m.pending = append(m.pending, data...)
	case recordAlert:
		return m.alert(data)
	default:
		return malformed(fmt.Sprintf("a record of type %d in a handshake", head[0]))
	}
	return nil
}

// alert passes over warnings, such as about the name in SNI.
func (m *messages) alert(data []byte) error {
	m.alerts++
	if len(data) != 2 || data[0] != 1 || data[1] == 0 || m.alerts > maxAlerts {
		return Alert(data[len(data)-1])
	}
	return nil
}

// ended tells our bound from the end of what was sent.
func (m *messages) ended(err error) error {
	if l, ok := m.r.(*io.LimitedReader); ok && l.N <= 0 {
		return ErrTooLong
	}
	return err
}

// parser takes numbers and vectors off the front of bytes. After the first that is
// not there b is nil, every number -1 and every vector nil.
type parser struct{ b []byte }

func (p *parser) number(bytes int) int {
	n := 0
	for _, c := range p.take(bytes) {
		n = n<<8 | int(c)
	}
	if p.b == nil {
		return -1
	}
	return n
}

func (p *parser) take(n int) []byte {
	if p.b == nil || n < 0 || n > len(p.b) {
		p.b = nil
		return nil
	}
	head := p.b[:n:n]
	p.b = p.b[n:]
	return head
}
