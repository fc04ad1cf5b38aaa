package dnsclient

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// Response codes that are told apart (RFC 1035, section 4.1.1).
const (
	rcodeNoError   = dns.RcodeSuccess
	rcodeNameError = dns.RcodeNameError
)

// maxAnswerBytes bounds what one Exchange lists.
const maxAnswerBytes = 16 << 10

// reply is a message that answers our question, and is well-formed.
type reply struct {
	rcode                        int
	authoritative, truncated, ad bool
	recursive                    bool     // the server recurses
	known                        bool     // it was asked for what it knows itself
	records                      []Record // of the type asked for and CNAME, at most MaxRecords
	answers                      []string // presentation form, bounded
	total, matching              int      // records in the answer section; those of the type asked for
	ttl                          uint32   // the smallest of the answer section
	soa, ns                      bool     // what the authority section has
	soaRecord                    *Record  // the first one there
	delegates                    []string // of a referral, in presentation form, bounded as answers are
	nameServers, glue            []Record // of a server that was asked for what it knows itself
	extended                     string   // RFC 8914
	listed                       int      // bytes in answers
}

// parseReply reads msg, which [message.answeredBy] has recognised.
// It allocates for what it reads, never for what a count says.
func parseReply(msg []byte, q *question) (*reply, error) {
	flags := binary.BigEndian.Uint16(msg[2:])
	r := &reply{
		rcode:         int(flags & maskRcode),
		authoritative: flags&flagAA != 0,
		truncated:     flags&flagTC != 0,
		ad:            flags&flagAD != 0,
		recursive:     flags&flagRA != 0,
		known:         q.noRecursion,
	}
	if r.truncated {
		return r, nil // what there is of it may be cut anywhere
	}
	off := headerSize
	if binary.BigEndian.Uint16(msg[4:]) > 0 {
		off += len(q.wire) + 4
	}
	sections := []func([]byte, rawRecord, *question) error{r.answer, r.authority, r.additional}
	for i, section := range sections {
		for range binary.BigEndian.Uint16(msg[6+2*i:]) {
			raw, err := nextRecord(msg, off)
			if err != nil {
				return nil, err
			}
			if err := raw.checkData(msg); err != nil {
				return nil, err
			}
			if err := section(msg, raw, q); err != nil {
				return nil, err
			}
			off = raw.next
		}
	}
	return r, nil
}

// answer takes a record of the answer section. Only the type asked for and
// aliases are looked into; the others are counted.
func (r *reply) answer(msg []byte, raw rawRecord, q *question) error {
	r.total++
	ttl := cappedTTL(raw.ttl)
	if r.total == 1 || ttl < r.ttl {
		r.ttl = ttl
	}
	if raw.class != dns.ClassINET || raw.typ != q.code && raw.typ != dns.TypeCNAME {
		return nil
	}
	if raw.rdata == raw.next {
		return malformedError("a record without data")
	}
	if raw.typ == q.code {
		r.matching++
	}
	if len(r.records) >= MaxRecords {
		return nil
	}
	rr, err := unpack(msg, raw)
	if err != nil {
		return err
	}
	rr.Header().Ttl = ttl
	rec := newRecord(rr)
	if n := len(r.records); n > 0 && r.records[n-1].Name == rec.Name {
		rec.Name = r.records[n-1].Name // one string for an owner that may be a thousand bytes long
	}
	r.records = append(r.records, rec)
	r.list(rr)
	return nil
}

// list adds a record to answers while there is room.
func (r *reply) list(rr dns.RR) {
	if len(r.answers) >= MaxAnswers || r.listed >= maxAnswerBytes {
		return
	}
	line := strings.ReplaceAll(rr.String(), "\t", " ")
	r.listed += len(line)
	if r.listed <= maxAnswerBytes {
		r.answers = append(r.answers, line)
	}
}

// authority notes what the authority section is about. What cannot be read there
// spoils nothing that was asked for.
func (r *reply) authority(msg []byte, raw rawRecord, q *question) error {
	r.soa = r.soa || raw.typ == dns.TypeSOA
	r.ns = r.ns || raw.typ == dns.TypeNS
	switch {
	case raw.typ == dns.TypeSOA && r.soaRecord == nil:
		r.soaRecord = beside(msg, raw)
	case raw.typ == dns.TypeNS && q.noRecursion && len(r.nameServers) < MaxReferral:
		if rec := beside(msg, raw); rec != nil {
			r.nameServers = append(r.nameServers, *rec)
			r.delegate(rec)
		}
	}
	return nil
}

// delegate lists a name server of a referral while there is room.
func (r *reply) delegate(rec *Record) {
	line := fmt.Sprintf("%s. %d IN NS %s.", rec.Name, rec.TTL, rec.Host)
	if r.listed += len(line); r.listed <= maxAnswerBytes {
		r.delegates = append(r.delegates, line)
	}
}

// beside reads a record that was not asked for; nil when it cannot be read.
func beside(msg []byte, raw rawRecord) *Record {
	if raw.class != dns.ClassINET || raw.rdata == raw.next {
		return nil
	}
	rr, err := unpack(msg, raw)
	if err != nil {
		return nil
	}
	rr.Header().Ttl = cappedTTL(raw.ttl)
	rec := newRecord(rr)
	return &rec
}

// additional looks for the OPT record: the upper bits of the response code
// (RFC 6891, section 6.1.3) and the extended error (RFC 8914, section 2); and for the
// addresses of the name servers of a referral.
func (r *reply) additional(msg []byte, raw rawRecord, q *question) error {
	if raw.typ != dns.TypeOPT {
		if q.noRecursion && (raw.typ == dns.TypeA || raw.typ == dns.TypeAAAA) && len(r.glue) < MaxReferral {
			if rec := beside(msg, raw); rec != nil {
				r.glue = append(r.glue, *rec)
			}
		}
		return nil
	}
	r.rcode |= int(raw.ttl>>24) << 4
	for data := msg[raw.rdata:raw.next]; len(data) >= 4; {
		code, size := binary.BigEndian.Uint16(data), int(binary.BigEndian.Uint16(data[2:]))
		if data = data[4:]; size > len(data) {
			return malformedError("an EDNS0 option runs past its record")
		}
		if code == dns.EDNS0EDE && size >= 2 && r.extended == "" {
			r.extended = extendedError(binary.BigEndian.Uint16(data), data[2:size])
		}
		data = data[size:]
	}
	return nil
}

// extendedError prints an extended DNS error with the start of its text.
func extendedError(code uint16, text []byte) string {
	s, ok := dns.ExtendedErrorCodeToString[code]
	if !ok {
		s = "extended error " + strconv.Itoa(int(code))
	}
	if len(text) > 0 {
		s += ": " + string(text[:min(len(text), 200)])
	}
	return s
}

// cappedTTL reads a TTL with its highest bit set as 0 (RFC 2181, section 8).
func cappedTTL(ttl uint32) uint32 {
	if ttl >= 1<<31 {
		return 0
	}
	return ttl
}

// unpack has the library read one record whose bounds were checked. Should it
// ever panic, that is a malformed answer and not the end of the program.
func unpack(msg []byte, raw rawRecord) (rr dns.RR, err error) {
	defer func() {
		if p := recover(); p != nil {
			rr, err = nil, malformedError("a record that cannot be read")
		}
	}()
	rr, _, err = dns.UnpackRR(msg[:raw.next], raw.off)
	if err != nil {
		return nil, malformedError(strings.TrimPrefix(err.Error(), "dns: "))
	}
	return rr, nil
}

// newRecord turns the library's record into ours.
func newRecord(rr dns.RR) Record {
	h := rr.Header()
	rec := Record{Name: TrimDot(h.Name), Type: Type(dns.Type(h.Rrtype).String()), TTL: h.Ttl}
	switch rr := rr.(type) {
	case *dns.MX:
		rec.Preference, rec.Host = rr.Preference, TrimDot(rr.Mx)
	case *dns.CNAME:
		rec.Host = TrimDot(rr.Target)
	case *dns.NS:
		rec.Host = TrimDot(rr.Ns)
	case *dns.PTR:
		rec.Host = TrimDot(rr.Ptr)
	case *dns.A:
		rec.Addr, _ = netip.AddrFromSlice(rr.A.To4())
	case *dns.AAAA:
		rec.Addr, _ = netip.AddrFromSlice(rr.AAAA.To16())
	case *dns.SOA:
		rec.Serial, rec.Minimum = rr.Serial, rr.Minttl
		rec.Text = strings.TrimPrefix(rr.String(), h.String())
	case *dns.TXT:
		rec.Text = strings.Join(rr.Txt, "")
	default:
		rec.Text = strings.TrimPrefix(rr.String(), h.String())
	}
	return rec
}

// final reports whether no other server need be asked.
func (r *reply) final() bool {
	return !r.truncated && !r.referral() && (r.rcode == rcodeNoError || r.rcode == rcodeNameError)
}

// referral reports whether the server only names others to ask (RFC 2308, section 2.2).
func (r *reply) referral() bool {
	return r.rcode == rcodeNoError && !r.truncated && r.total == 0 && r.ns && !r.soa && !r.authoritative
}

// leadsOut reports whether an alias without an end may have one elsewhere: a
// server that does not recurse tells only its own part.
func (r *reply) leadsOut() bool {
	return r.rcode == rcodeNoError && (!r.recursive || r.known) && !r.soa
}

// tellsNothing reports whether a server was asked where an alias of its own
// leads, and gave neither a record nor a way on nor the proof that there is none.
func (r *reply) tellsNothing(q *question) bool {
	_, alias := r.alias(q.name)
	return r.final() && r.leadsOut() && !alias && len(r.at(q.name, q.typ)) == 0
}

// at returns the records of type t at name.
func (r *reply) at(name string, t Type) []Record {
	var records []Record
	for _, rec := range r.records {
		if rec.Type == t && strings.EqualFold(rec.Name, name) {
			records = append(records, rec)
		}
	}
	return records
}

// alias returns the CNAME record at name.
func (r *reply) alias(name string) (Record, bool) {
	if aliases := r.at(name, "CNAME"); len(aliases) > 0 {
		return aliases[0], true
	}
	return Record{}, false
}

// rcodeName returns the response code as it is known.
func (r *reply) rcodeName() string {
	if name, ok := dns.RcodeToString[r.rcode]; ok {
		return name
	}
	return fmt.Sprintf("RCODE%d", r.rcode)
}
