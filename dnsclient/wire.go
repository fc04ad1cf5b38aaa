package dnsclient

import (
	"encoding/binary"

	"github.com/miekg/dns"
)

// malformedError says how a message that answers our question breaks the
// format of RFC 1035, section 4.
type malformedError string

func (e malformedError) Error() string { return "malformed answer: " + string(e) }

const (
	headerSize = 12
	// maxName is the longest name on the wire, lengths and root included (RFC 1035, section 2.3.4).
	maxName = 255
	// maxPointers is how many compression pointers a name of maxName can need.
	maxPointers = 126
)

// skipName checks the name at off and returns the offset behind it. Every
// pointer must go back to before the piece of name that it ends ("a prior
// occurrence", RFC 1035, section 4.1.4), so that there can be no loop.
func skipName(msg []byte, off int) (int, error) {
	next, start, length, pointers := -1, off, 0, 0
	for {
		if off >= len(msg) {
			return 0, malformedError("a name runs past the end")
		}
		c := int(msg[off])
		switch c & 0xc0 {
		case 0x00:
			off++
			length += c + 1
			if length > maxName {
				return 0, malformedError("a name is longer than 255 bytes")
			}
			if c == 0 {
				if next < 0 {
					next = off
				}
				return next, nil
			}
			off += c
		case 0xc0:
			if off+1 >= len(msg) {
				return 0, malformedError("a name runs past the end")
			}
			to := (c&0x3f)<<8 | int(msg[off+1])
			if next < 0 {
				next = off + 2
			}
			pointers++
			if to >= start || to < headerSize || pointers > maxPointers {
				return 0, malformedError("a compression pointer does not point back to a name")
			}
			start, off = to, to
		default:
			return 0, malformedError("a label is longer than 63 bytes")
		}
	}
}

// rawRecord is one resource record on the wire, its owner and its bounds checked.
type rawRecord struct {
	off         int // of the owner
	rdata, next int // where the data begins and ends
	typ, class  uint16
	ttl         uint32
}

// nextRecord reads the record at off.
func nextRecord(msg []byte, off int) (rawRecord, error) {
	if off >= len(msg) {
		return rawRecord{}, malformedError("fewer records than the header counts")
	}
	r := rawRecord{off: off}
	fixed, err := skipName(msg, off)
	if err != nil {
		return r, err
	}
	r.rdata = fixed + 10
	if r.rdata > len(msg) {
		return r, malformedError("a record runs past the end")
	}
	r.typ = binary.BigEndian.Uint16(msg[fixed:])
	r.class = binary.BigEndian.Uint16(msg[fixed+2:])
	r.ttl = binary.BigEndian.Uint32(msg[fixed+4:])
	r.next = r.rdata + int(binary.BigEndian.Uint16(msg[fixed+8:]))
	if r.next > len(msg) {
		return r, malformedError("the data of a record runs past the end")
	}
	return r, nil
}

// checkData checks the shape of the data of the types that decide where mail
// goes, in whatever section, more strictly than the library that prints them.
func (r rawRecord) checkData(msg []byte) error {
	if r.class != dns.ClassINET {
		return nil
	}
	name := -1
	size := r.next - r.rdata
	switch r.typ {
	case dns.TypeA:
		if size != 4 {
			return malformedError("an A record that is not 4 bytes long")
		}
	case dns.TypeAAAA:
		if size != 16 {
			return malformedError("an AAAA record that is not 16 bytes long")
		}
	case dns.TypeMX:
		name = r.rdata + 2
	case dns.TypeCNAME, dns.TypeNS, dns.TypePTR:
		name = r.rdata
	}
	if name < 0 {
		return nil
	}
	if size == 0 {
		return malformedError("a record without data")
	}
	if end, err := skipName(msg, name); err != nil {
		return err
	} else if end != r.next {
		return malformedError("the name in a record is not as long as its data")
	}
	return nil
}
