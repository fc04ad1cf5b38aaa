package policy

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"errors"
	"strings"
	"time"
)

// Failure is why TLS to a host failed a policy, by the names that reports of
// such failures have (RFC 8460, section 4.3).
type Failure string

// The values of [Failure].
const (
	FailStartTLS     Failure = "starttls-not-supported"
	FailHostMismatch Failure = "certificate-host-mismatch"
	FailExpired      Failure = "certificate-expired"
	FailNotTrusted   Failure = "certificate-not-trusted"
	FailValidation   Failure = "validation-failure"
	FailTLSA         Failure = "tlsa-invalid"
	FailDNSSEC       Failure = "dnssec-invalid"
	FailDANERequired Failure = "dane-required"
	FailFetch        Failure = "sts-policy-fetch-error"
	FailPolicy       Failure = "sts-policy-invalid"
	FailWebPKI       Failure = "sts-webpki-invalid"
)

// Matched is what came of holding a chain against TLSA records.
type Matched struct {
	// Records says of each record what came of it, in their order.
	Records []MatchedRecord
	// Usable counts the records that may be used. With none of many, DANE asks
	// for TLS and not for a certificate (RFC 7672, section 2.2).
	Usable int
	// Verified reports that a record authenticates the server.
	Verified bool
	// Failure and Why say why it is not; "" where it is, or where nothing could be asked of it.
	Failure Failure
	Why     string
}

// MatchedRecord is what came of one record.
type MatchedRecord struct {
	Matched bool
	Depth   int    // of the certificate that it matches, the leaf being 0; -1 for one that was not sent
	Note    string // why it did not count, or what else to know of it; ""
}

// maxBuilds bounds the chains that are built for one server: each costs signatures.
const maxBuilds = 8

// Match holds a chain, leaf first, against the TLSA records of a host (RFC
// 7672, section 3). names are the reference identifiers (see [TLSA]), for usage 2
// only: usage 3 asks neither for a name nor for dates (RFC 7672, section 3.1.1).
func Match(records []Record, chain []*x509.Certificate, names []string, now time.Time) Matched {
	m := &matcher{chain: chain, names: names, now: now, digests: make(map[digestKey][]byte)}
	out := Matched{Records: make([]MatchedRecord, len(records))}
	weaker := outdone(records)
	for i := range records {
		r, res := &records[i], &out.Records[i]
		res.Depth = -1
		switch {
		case r.Problem != "":
			res.Note = r.Problem
			continue
		case weaker[i]:
			res.Note = "left out for those with SHA2-512 (RFC 7671, section 9)"
			continue
		}
		out.Usable++
		if len(chain) == 0 {
			continue
		}
		if r.Usage == usageEE {
			m.endEntity(r, res)
		} else {
			m.trustAnchor(r, res)
		}
		out.Verified = out.Verified || res.Matched
	}
	switch {
	case out.Verified || out.Usable == 0:
	case len(chain) == 0:
		out.Failure, out.Why = FailValidation, "the server sent no certificate"
	case m.failure != "":
		out.Failure, out.Why = m.failure, m.why
	default:
		out.Failure, out.Why = FailValidation, "no TLSA record matches the certificate that the server sent"
	}
	return out
}

// outdone says which records are left out because of others with a stronger
// digest for the same usage and selector (RFC 7671, section 9).
func outdone(records []Record) []bool {
	type kind struct{ usage, selector uint8 }
	strong := make(map[kind]bool)
	for i := range records {
		if r := &records[i]; r.Problem == "" && r.Matching == matchSHA512 {
			strong[kind{r.Usage, r.Selector}] = true
		}
	}
	out := make([]bool, len(records))
	for i := range records {
		r := &records[i]
		out[i] = r.Problem == "" && r.Matching == matchSHA256 && strong[kind{r.Usage, r.Selector}]
	}
	return out
}

// matcher holds one chain against records.
type matcher struct {
	chain   []*x509.Certificate
	names   []string
	now     time.Time
	digests map[digestKey][]byte
	builds  int

	failure Failure // of a record that matches a certificate and does not authenticate the server
	why     string
}

type digestKey struct {
	depth              int
	selector, matching uint8
}

// data is what a record of these types would have to say about a certificate of the chain.
func (m *matcher) data(depth int, selector, matching uint8) []byte {
	key := digestKey{depth, selector, matching}
	if d, ok := m.digests[key]; ok {
		return d
	}
	d := m.chain[depth].Raw
	if selector == selectSPKI {
		d = m.chain[depth].RawSubjectPublicKeyInfo
	}
	switch matching {
	case matchSHA256:
		sum := sha256.Sum256(d)
		d = sum[:]
	case matchSHA512:
		sum := sha512.Sum512(d)
		d = sum[:]
	}
	m.digests[key] = d
	return d
}

func (m *matcher) matches(r *Record, depth int) bool {
	return bytes.Equal(r.Data, m.data(depth, r.Selector, r.Matching))
}

// endEntity is usage 3: the server's own certificate or key.
func (m *matcher) endEntity(r *Record, res *MatchedRecord) {
	if m.matches(r, 0) {
		res.Matched, res.Depth = true, 0
		return
	}
	for depth := 1; depth < len(m.chain); depth++ {
		if m.matches(r, depth) {
			res.Note = "it matches an authority of the chain; usage 3 is for the server's own certificate"
			return
		}
	}
}

// trustAnchor is usage 2: an authority above the server's certificate, sent or
// known from the record itself.
func (m *matcher) trustAnchor(r *Record, res *MatchedRecord) {
	for depth := range m.chain {
		if !m.matches(r, depth) {
			continue
		}
		if depth == 0 && !selfIssued(m.chain[0]) {
			res.Note = "it matches the server's own certificate; usage 2 is for the authority above it"
			return
		}
		m.anchored(res, depth, m.chain[depth])
		return
	}
	if r.Matching != matchFull || m.builds >= maxBuilds {
		return
	}
	if r.Selector == selectCert {
		if anchor, err := x509.ParseCertificate(r.Data); err == nil && m.issued(anchor) >= 0 {
			m.anchored(res, -1, anchor)
		}
		return
	}
	key, err := x509.ParsePKIXPublicKey(r.Data)
	if err != nil {
		return
	}
	parent := &x509.Certificate{
		Version: 3, PublicKey: key, PublicKeyAlgorithm: keyAlgorithm(key), BasicConstraintsValid: true, IsCA: true,
	}
	if depth := m.issued(parent); depth >= 0 {
		m.anchored(res, -1, m.chain[depth])
	}
}

// issued is the depth of the certificate that an authority has signed, -1 for none.
func (m *matcher) issued(authority *x509.Certificate) int {
	m.builds++
	if keyAlgorithm(authority.PublicKey) == x509.UnknownPublicKeyAlgorithm {
		return -1
	}
	for depth, c := range m.chain[:min(len(m.chain), maxBuilds)] {
		if c.CheckSignatureFrom(authority) == nil {
			return depth
		}
	}
	return -1
}

// anchored builds the chain to an anchor and checks the names (RFC 7672, section 3.2.3).
func (m *matcher) anchored(res *MatchedRecord, depth int, anchor *x509.Certificate) {
	if m.builds++; m.builds > maxBuilds {
		res.Note = "not looked at: there are too many of its kind"
		return
	}
	failure, why := m.build(anchor)
	if failure == "" && !coversAny(m.chain[0], m.names) {
		failure, why = FailHostMismatch, "the certificate is for none of "+strings.Join(m.names, ", ")
	}
	if failure != "" {
		res.Note, m.failure, m.why = why, failure, why
		return
	}
	res.Matched, res.Depth = true, depth
}

// build builds a chain from the leaf to the anchor.
func (m *matcher) build(anchor *x509.Certificate) (Failure, string) {
	o := x509.VerifyOptions{
		Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), CurrentTime: m.now,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if keyAlgorithm(anchor.PublicKey) == x509.UnknownPublicKeyAlgorithm {
		return FailNotTrusted, "the trust anchor has a key that is not checked: of an unknown kind, or over 8192 bits"
	}
	o.Roots.AddCert(anchor)
	for _, c := range m.chain[1:min(len(m.chain), maxBuilds)] {
		if keyAlgorithm(c.PublicKey) != x509.UnknownPublicKeyAlgorithm {
			o.Intermediates.AddCert(c)
		}
	}
	_, err := m.chain[0].Verify(o)
	var invalid x509.CertificateInvalidError
	switch {
	case err == nil:
		return "", ""
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return FailExpired, "a certificate below the trust anchor has expired, or is not valid yet"
	}
	return FailNotTrusted, "the chain does not lead to the trust anchor: " + strings.TrimPrefix(err.Error(), "x509: ")
}

// coversAny reports whether a certificate is for one of the names: by its DNS
// names, or, where it has none, by its common name (RFC 7672, section 3.2.3).
func coversAny(c *x509.Certificate, names []string) bool {
	if len(c.DNSNames) == 0 && c.Subject.CommonName != "" {
		c = &x509.Certificate{DNSNames: []string{c.Subject.CommonName}}
	}
	for _, name := range names {
		if c.VerifyHostname(strings.TrimSuffix(name, ".")) == nil {
			return true
		}
	}
	return false
}

func selfIssued(c *x509.Certificate) bool { return bytes.Equal(c.RawIssuer, c.RawSubject) }
