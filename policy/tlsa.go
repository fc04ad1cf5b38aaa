package policy

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/smtpcheck/smtpcheck/dnsclient"
)

// Record is one TLSA record (RFC 6698, section 2.1).
type Record struct {
	Usage, Selector, Matching uint8
	Data                      []byte
	// Problem says why the record cannot be used for SMTP (RFC 7672, section 3.1); "" when it can.
	Problem string
}

// The fields of a TLSA record, by the names of RFC 7218.
const (
	usageTA = 2 // DANE-TA
	usageEE = 3 // DANE-EE

	selectCert = 0 // Cert
	selectSPKI = 1 // SPKI

	matchFull   = 0 // Full
	matchSHA256 = 1 // SHA2-256
	matchSHA512 = 2 // SHA2-512
)

// String is the record as in a zone.
func (r Record) String() string {
	return fmt.Sprintf("%d %d %d %s", r.Usage, r.Selector, r.Matching, hex.EncodeToString(r.Data))
}

// ParseTLSA reads the data of a TLSA record in presentation form.
func ParseTLSA(text string) Record {
	var r Record
	fields := strings.Fields(text)
	if len(fields) < 3 {
		r.Problem = "malformed: it has no data"
		return r
	}
	for i, to := range []*uint8{&r.Usage, &r.Selector, &r.Matching} {
		n, err := strconv.ParseUint(fields[i], 10, 8)
		if err != nil {
			r.Problem = "malformed: " + fields[i] + " is not a number up to 255"
			return r
		}
		*to = uint8(n)
	}
	data, err := hex.DecodeString(strings.Join(fields[3:], ""))
	if err != nil {
		r.Problem = "malformed: the data is not hexadecimal"
		return r
	}
	r.Data = data
	r.Problem = r.problem()
	return r
}

// problem says why the record is unusable: a usage that is not for SMTP (RFC
// 7672, section 3.1.3), an unknown number, data of the wrong length or kind.
func (r *Record) problem() string {
	switch {
	case r.Usage < usageTA:
		return fmt.Sprintf("usage %d is not for SMTP", r.Usage)
	case r.Usage > usageEE:
		return fmt.Sprintf("usage %d is unknown", r.Usage)
	case r.Selector > selectSPKI:
		return fmt.Sprintf("selector %d is unknown", r.Selector)
	case r.Matching > matchSHA512:
		return fmt.Sprintf("matching type %d is unknown", r.Matching)
	case r.Matching == matchSHA256 && len(r.Data) != sha256.Size, r.Matching == matchSHA512 && len(r.Data) != sha512.Size:
		return fmt.Sprintf("malformed: %d octets are no digest of this type", len(r.Data))
	case r.Matching != matchFull:
		return ""
	case r.Selector == selectCert && !parses(x509.ParseCertificate(r.Data)):
		return "malformed: the data is not a certificate"
	case r.Selector == selectSPKI && !parses(x509.ParsePKIXPublicKey(r.Data)):
		return "malformed: the data is not a public key"
	}
	return ""
}

func parses[T any](_ T, err error) bool { return err == nil }

// Host is an MX host, and what is known of it before its TLSA records are asked for.
type Host struct {
	Name string
	Port uint16
	// MX and Address are the DNSSEC status of the answers that led to the host and to its
	// addresses; MX is secure where the host was not found by MX.
	MX, Address Status
	// Chain are the aliases from Name to the name with the addresses, which is its last.
	Chain []string
	// NextHop is the domain whose MX records led to the host, and the one that its
	// aliases lead to; nil where the host was not found by MX.
	NextHop []string
}

// TLSA is what DNS says about the TLSA records of a host.
type TLSA struct {
	Host string
	// Base is the TLSA base domain (RFC 7672, section 2.2.2), and Name where its records are.
	Base, Name string
	// Names are those that a certificate below a trust anchor may be for.
	Names []string
	// Status is that of all answers together. DANE applies where it is secure and there are Records.
	Status  Status
	Records []Record
	Total   int // records there are
	// Answers are the queries that were made.
	Answers []*dnsclient.Answer
}

// Applies reports whether a DANE sender demands TLS of the host.
func (t *TLSA) Applies() bool { return t.Status.Security == Secure && len(t.Records) > 0 }

// TLSA asks for the TLSA records of a host. Where DANE cannot apply they are
// asked for all the same, so that records that do nothing are seen.
func (r *Resolver) TLSA(ctx context.Context, h Host) *TLSA {
	t := r.find(ctx, h)
	t.Names = h.identifiers(t.Base)
	return t
}

// identifiers are the reference identifiers of usage 2 (RFC 7672, section 3.2.2):
// the base domain and the next-hop domain, which is the host's where it was named.
func (h *Host) identifiers(base string) []string {
	nextHop := h.NextHop
	if nextHop == nil {
		nextHop = []string{h.Name}
	}
	names := []string{base}
	for _, n := range nextHop {
		if !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}

// find finds the records and the base domain.
func (r *Resolver) find(ctx context.Context, h Host) *TLSA {
	t := &TLSA{Host: h.Name, Base: h.Name}
	t.Name = name(h.Port, t.Base)
	bases, status := r.bases(ctx, h, t)
	t.Status = status
	if status.Security != Secure {
		t.Status = r.doubt(ctx, status)
		t.take(r.ask(ctx, t, name(h.Port, h.Name)))
		return t
	}
	for _, base := range bases {
		t.Base, t.Name = base, name(h.Port, base)
		a := r.ask(ctx, t, t.Name)
		s := r.Security(a)
		t.take(a)
		if t.Status = s; s.Security != Secure {
			t.Status = r.doubt(ctx, s)
		}
		if len(t.Records) > 0 || s.Security == Bogus || s.Security == Unknown {
			break
		}
	}
	return t
}

// bases are the names below which TLSA records count, the first that has some
// (RFC 7672, section 2.2.2): the end of the aliases, then the host itself. Where
// only the alias itself is secure, the host itself.
func (r *Resolver) bases(ctx context.Context, h Host, t *TLSA) ([]string, Status) {
	status := Worst(h.MX, h.Address)
	switch {
	case status.Security == Secure && len(h.Chain) > 0:
		return []string{h.Chain[len(h.Chain)-1], h.Name}, status
	case status.Security == Insecure && h.MX.Security == Secure && len(h.Chain) > 0:
		a := r.dns().Query(ctx, h.Name, "CNAME")
		t.Answers = append(t.Answers, a)
		if s := r.Security(a); s.Security == Secure && a.Status == dnsclient.StatusOK {
			return []string{h.Name}, s
		}
	}
	return []string{h.Name}, status
}

func (r *Resolver) ask(ctx context.Context, t *TLSA, name string) *dnsclient.Answer {
	a := r.dns().Query(ctx, name, "TLSA")
	t.Answers = append(t.Answers, a)
	return a
}

// take reads the records of an answer.
func (t *TLSA) take(a *dnsclient.Answer) {
	if a.Status != dnsclient.StatusOK {
		return
	}
	t.Total = a.Total
	for _, rec := range a.Records {
		t.Records = append(t.Records, ParseTLSA(rec.Text))
	}
}

// name is where the TLSA records of a port are (RFC 6698, section 3).
func name(port uint16, base string) string {
	return "_" + strconv.Itoa(int(port)) + "._tcp." + base
}
