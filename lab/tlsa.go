package lab

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// tlsaFor is a TLSA record for a certificate that is not there before the lab is.
type tlsaFor struct {
	usage, selector, matching uint8
	host                      string // or "authority"
	kind                      tlsKind
}

// setTLSA reads the words behind "tlsa".
func (r *zoneRule) setTLSA(argument string) error {
	words := strings.Fields(argument)
	if len(words) < 4 || len(words) > 5 {
		return errors.New("tlsa wants a usage, a selector, a matching type, a host and no more than a kind")
	}
	t := tlsaFor{host: words[3]}
	for i, field := range []*uint8{&t.usage, &t.selector, &t.matching} {
		n, err := strconv.ParseUint(words[i], 10, 8)
		if err != nil {
			return err
		}
		*field = uint8(n)
	}
	if len(words) == 5 {
		h, err := parseTLS(words[4])
		if err != nil {
			return err
		}
		shake, ok := h.(handshake)
		if !ok {
			return fmt.Errorf("not a kind of certificate: %q", words[4])
		}
		t.kind = shake.kind
	}
	r.tlsa = []tlsaFor{t}
	return nil
}

// tlsa makes the records of the directives.
func (s *DNSServer) tlsa(q dnsQuery, rule *zoneRule) []dns.RR {
	s.own.Do(func() {
		if s.Authority == nil {
			s.Authority = NewAuthority()
		}
	})
	var rrs []dns.RR
	for _, t := range rule.tlsa {
		rrs = append(rrs, &dns.TLSA{
			Hdr:   dns.RR_Header{Name: q.name, Rrtype: q.typ, Class: dns.ClassINET, Ttl: 3600},
			Usage: t.usage, Selector: t.selector, MatchingType: t.matching, Certificate: hex.EncodeToString(s.Authority.tlsa(t)),
		})
	}
	rule.retime(rrs)
	return rrs
}

// tlsa is the data of a record for a certificate (RFC 6698, section 2.1).
func (a *Authority) tlsa(t tlsaFor) []byte {
	cert := a.cert
	if t.host != "authority" {
		cert = must(x509.ParseCertificate(a.certificate(handshake{kind: t.kind}, t.host).Certificate[0]))
	}
	data := cert.Raw
	if t.selector == 1 {
		data = cert.RawSubjectPublicKeyInfo
	}
	switch t.matching {
	case 1:
		sum := sha256.Sum256(data)
		return sum[:]
	case 2:
		sum := sha512.Sum512(data)
		return sum[:]
	}
	return data
}
