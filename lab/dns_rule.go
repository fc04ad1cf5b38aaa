package lab

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// zoneRule is one directive, or what all directives that hold for a query come to.
type zoneRule struct {
	name string
	typ  uint16 // 0: all

	delay         time.Duration
	rcode         int // -1: as the records say
	first         []string
	raw           []byte
	ede           *dns.EDNS0_EDE
	ttl           uint32
	hasTTL        bool
	many          int
	manyAddresses int
	tlsa          []tlsaFor
	bogus         string

	drop, truncate, tcpRefused, formerrEDNS, duplicate, ad, noRecursion bool
}

// rule joins the directives that hold for q.
func (z *zoneData) rule(q dnsQuery) *zoneRule {
	all := &zoneRule{rcode: -1}
	for _, r := range z.rules {
		if r.name != q.name || r.typ != 0 && r.typ != q.typ {
			continue
		}
		all.delay += r.delay
		all.rcode = max(all.rcode, r.rcode)
		all.first = append(all.first, r.first...)
		all.tlsa = append(all.tlsa, r.tlsa...)
		all.many = max(all.many, r.many)
		all.manyAddresses = max(all.manyAddresses, r.manyAddresses)
		if r.raw != nil {
			all.raw = r.raw
		}
		if r.bogus != "" {
			all.bogus = r.bogus
		}
		if r.ede != nil {
			all.ede = r.ede
		}
		if r.hasTTL {
			all.ttl, all.hasTTL = r.ttl, true
		}
		all.drop = all.drop || r.drop
		all.truncate = all.truncate || r.truncate
		all.tcpRefused = all.tcpRefused || r.tcpRefused
		all.formerrEDNS = all.formerrEDNS || r.formerrEDNS
		all.duplicate = all.duplicate || r.duplicate
		all.ad = all.ad || r.ad
		all.noRecursion = all.noRecursion || r.noRecursion
	}
	return all
}

// parseZoneRule reads the words of a directive.
func parseZoneRule(words []string) (zoneRule, error) {
	r := zoneRule{rcode: -1}
	if len(words) < 2 {
		return r, errors.New("a directive is a name, a type or none, and a word")
	}
	r.name, words = dns.CanonicalName(words[0]), words[1:]
	if typ, ok := dns.StringToType[words[0]]; ok {
		r.typ, words = typ, words[1:]
	}
	if len(words) == 0 {
		return r, errors.New("a directive needs a word")
	}
	err := r.set(words[0], strings.Join(words[1:], " "))
	return r, err
}

// set takes one directive into the rule.
func (r *zoneRule) set(word, argument string) (err error) {
	switch word {
	case "delay":
		r.delay, err = time.ParseDuration(argument)
	case "rcode":
		r.rcode, err = strconv.Atoi(argument)
	case "servfail", "refused", "formerr", "notimp", "nxdomain":
		r.rcode = dns.StringToRcode[strings.ToUpper(word)]
	case "ede":
		err = r.setEDE(argument)
	case "ttl":
		err = r.setTTL(argument)
	case "stale":
		r.ttl, r.hasTTL = 30, true
		r.ede = &dns.EDNS0_EDE{InfoCode: dns.ExtendedErrorCodeStaleAnswer}
	case "wrong-id-first", "wrong-question-first", "wrong-source-first", "garbage-first":
		r.first = []string{word}
	case "raw":
		r.raw, err = zonePacket(argument)
	case "many":
		r.many, err = strconv.Atoi(argument)
	case "many-addresses":
		r.manyAddresses, err = strconv.Atoi(argument)
	case "bogus":
		r.bogus = argument
	case "tlsa":
		err = r.setTLSA(argument)
	case "drop-aaaa":
		r.typ, r.drop = dns.TypeAAAA, true
	default:
		err = r.setFlag(word)
	}
	return err
}

func (r *zoneRule) setFlag(word string) error {
	flags := map[string]*bool{
		"drop": &r.drop, "truncate": &r.truncate, "tcp-refused": &r.tcpRefused, "formerr-edns": &r.formerrEDNS,
		"duplicate": &r.duplicate, "ad": &r.ad, "no-recursion": &r.noRecursion,
	}
	flag, ok := flags[word]
	if !ok {
		return fmt.Errorf("unknown directive %q", word)
	}
	*flag = true
	return nil
}

func (r *zoneRule) setTTL(argument string) error {
	ttl, err := strconv.ParseUint(argument, 10, 32)
	r.ttl, r.hasTTL = uint32(ttl), true
	return err
}

func (r *zoneRule) setEDE(argument string) error {
	code, text, _ := strings.Cut(argument, " ")
	n, err := strconv.ParseUint(code, 10, 16)
	r.ede = &dns.EDNS0_EDE{InfoCode: uint16(n), ExtraText: text}
	return err
}

// zonePacket returns the answer section of a malformed packet by its name, or
// from hexadecimal. The question section ends where it begins.
func zonePacket(what string) ([]byte, error) {
	const mxHead = "\x00\x0f\x00\x01\x00\x00\x0e\x10" // type MX, class IN, TTL 3600
	packets := map[string]string{
		"loop":            "\xc0\x0c" + mxHead + "\x00\x04\x00\x0aSS", // SS: a pointer to itself
		"forward-pointer": "\xc0\x0c" + mxHead + "\x00\x04\x00\x0aFF\x02mx\x04test\x00",
		"past-end":        "\xc0\x0c" + mxHead + "\x00\x06\x00\x0a\x3fmx1",
		"long-label":      "\xc0\x0c" + mxHead + "\x00\x44\x00\x0a\x40" + strings.Repeat("a", 64) + "\x00",
		"long-name":       "\xc0\x0c" + mxHead + "\x01\x03\x00\x0a" + strings.Repeat("\x0f"+strings.Repeat("a", 15), 16) + "\x00",
		"lying-count":     "", // the header says one record
		"lying-rdlength":  "\xc0\x0c" + mxHead + "\xff\xff\x00\x0a\x02mx\x00",
	}
	if section, ok := packets[what]; ok {
		return []byte(section), nil
	}
	return hex.DecodeString(strings.ReplaceAll(what, " ", ""))
}

// zoneRaw puts an answer section of one record behind the header and the
// question of m. SS and FF in it become pointers to themselves and to the byte behind them.
func zoneRaw(m *dns.Msg, section []byte) []byte {
	head, err := m.Pack()
	if err != nil {
		return nil
	}
	binary.BigEndian.PutUint16(head[6:], 1)
	packet := slices.Concat(head, section)
	for i := len(head); i+1 < len(packet); i++ {
		switch string(packet[i : i+2]) {
		case "SS":
			binary.BigEndian.PutUint16(packet[i:], 0xc000|uint16(i))
		case "FF":
			binary.BigEndian.PutUint16(packet[i:], 0xc000|uint16(i+2))
		}
	}
	return packet
}

// dnsForge sends a forged answer to query, the kind named by a directive.
func dnsForge(query *dns.Msg, kind string, peer dnsPeer) {
	m := new(dns.Msg)
	m.SetReply(query)
	head := dns.RR_Header{Name: query.Question[0].Name, Rrtype: query.Question[0].Qtype, Class: dns.ClassINET, Ttl: 3600}
	switch head.Rrtype {
	case dns.TypeMX:
		m.Answer = []dns.RR{&dns.MX{Hdr: head, Mx: "forged.invalid."}}
	case dns.TypeA:
		m.Answer = []dns.RR{&dns.A{Hdr: head, A: net.IPv4(203, 0, 113, 66)}}
	case dns.TypeAAAA:
		m.Answer = []dns.RR{&dns.AAAA{Hdr: head, AAAA: net.ParseIP("2001:db8::66")}}
	}
	switch kind {
	case "wrong-id-first":
		m.Id++
	case "wrong-question-first":
		m.Question[0].Name = "forged." + head.Name
	}
	packet, err := m.Pack()
	if err != nil {
		return
	}
	switch kind {
	case "wrong-source-first":
		peer.forge(packet)
	case "garbage-first":
		peer.send([]byte("\x00\x01garbage"))
		peer.send(append(packet[:2:2], []byte("\xff\xff garbage with the right id \xc0\x0c\xc0\x0c")...))
	default:
		peer.send(packet)
	}
}
