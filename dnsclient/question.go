package dnsclient

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// ednsSize is the UDP payload size we offer: what fits every path without
// fragments, which can be forged (RFC 6891, section 6.2.5, and DNS Flag Day 2020).
const ednsSize = 1232

// question is a name and a type, ready for the wire.
type question struct {
	name string // as the wire prints it, without the final dot
	typ  Type
	code uint16
	wire []byte // the name in wire format

	noRecursion, checkingDisabled bool
}

// newQuestion refuses what cannot be asked: an unknown type, an empty label, a
// label over 63 bytes, a name over 255 (RFC 1035, section 2.3.4).
func newQuestion(name string, t Type) (*question, error) {
	code, ok := typeCode(t)
	if !ok {
		return nil, fmt.Errorf("unknown record type %q", string(t))
	}
	if name == "" {
		return nil, fmt.Errorf("not a domain name: it is empty")
	}
	buf := make([]byte, maxName+1+len(name))
	n, err := dns.PackDomainName(dns.Fqdn(name), buf, 0, nil, false)
	if err != nil {
		return nil, fmt.Errorf("not a domain name: %s", strings.TrimPrefix(err.Error(), "dns: "))
	}
	q := &question{typ: Type(dns.Type(code).String()), code: code, wire: buf[:n]}
	if n > maxName {
		return nil, fmt.Errorf("not a domain name: it is longer than %d bytes", maxName)
	}
	printed, _, err := dns.UnpackDomainName(q.wire, 0)
	if err != nil {
		return nil, fmt.Errorf("not a domain name: %w", err)
	}
	q.name = TrimDot(printed)
	return q, nil
}

func typeCode(t Type) (uint16, bool) {
	if code, ok := dns.StringToType[string(t)]; ok {
		return code, true
	}
	digits, ok := strings.CutPrefix(string(t), "TYPE")
	code, err := strconv.ParseUint(digits, 10, 16)
	return uint16(code), ok && err == nil
}

// TrimDot takes the final dot from a name, but not an escaped one, and not from the root.
func TrimDot(name string) string {
	if name == "." || !dns.IsFqdn(name) {
		return name
	}
	return name[:len(name)-1]
}

// message is one query on the wire; its id is used once.
type message struct {
	*question
	id   uint16
	wire []byte
}

// message writes the query with a fresh id from the system's secure random
// numbers (RFC 5452, section 9.2).
func (q *question) message(edns bool) (*message, error) {
	var id [2]byte
	if _, err := rand.Read(id[:]); err != nil {
		return nil, err
	}
	m := &message{question: q, id: binary.BigEndian.Uint16(id[:])}
	flags := uint16(flagAD)
	if !q.noRecursion {
		flags |= flagRD
	}
	if q.checkingDisabled {
		flags |= flagCD
	}
	m.wire = binary.BigEndian.AppendUint16(m.wire, m.id)
	m.wire = binary.BigEndian.AppendUint16(m.wire, flags)
	m.wire = append(m.wire, 0, 1, 0, 0, 0, 0, 0, 0)
	m.wire = append(m.wire, q.wire...)
	m.wire = binary.BigEndian.AppendUint16(m.wire, q.code)
	m.wire = binary.BigEndian.AppendUint16(m.wire, dns.ClassINET)
	if edns {
		m.wire[11] = 1
		m.wire = append(m.wire, 0, 0, byte(dns.TypeOPT), ednsSize>>8, ednsSize&0xff, 0, 0, 0, 0, 0, 0)
	}
	return m, nil
}

// Bits of the second word of the header (RFC 1035, section 4.1.1; RFC 4035, section 3.2).
const (
	flagQR     = 1 << 15
	flagAA     = 1 << 10
	flagTC     = 1 << 9
	flagRD     = 1 << 8
	flagRA     = 1 << 7
	flagAD     = 1 << 5
	flagCD     = 1 << 4
	maskOpcode = 0xf << 11
	maskRcode  = 0xf
)

// answeredBy reports whether msg is the answer to this very query: same id, a
// response, and the same question but for the case of its letters (RFC 5452,
// section 9.1). Only a server that did not understand the query may leave the
// question out.
func (m *message) answeredBy(msg []byte) bool {
	if len(msg) < headerSize || binary.BigEndian.Uint16(msg) != m.id {
		return false
	}
	flags := binary.BigEndian.Uint16(msg[2:])
	if flags&flagQR == 0 || flags&maskOpcode != 0 {
		return false
	}
	questions := binary.BigEndian.Uint16(msg[4:])
	if questions == 0 {
		rcode := flags & maskRcode
		return len(msg) == headerSize && (rcode == dns.RcodeFormatError || rcode == dns.RcodeNotImplemented)
	}
	name := len(m.question.wire)
	if questions != 1 || len(msg) < headerSize+name+4 {
		return false
	}
	// Lengths of labels are below 64 and have no case.
	asked := m.wire[headerSize : headerSize+name+4]
	echo := msg[headerSize : headerSize+name+4]
	return bytes.Equal(lower(asked[:name]), lower(echo[:name])) && bytes.Equal(asked[name:], echo[name:])
}

// lower folds the letters of ASCII and nothing else (RFC 4343, section 3).
func lower(b []byte) []byte {
	folded := bytes.Clone(b)
	for i, c := range folded {
		if 'A' <= c && c <= 'Z' {
			folded[i] = c + ('a' - 'A')
		}
	}
	return folded
}
