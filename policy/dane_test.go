package policy

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"
)

// tlsa makes a record that names a certificate.
func tlsa(usage, selector, matching uint8, c *signer) Record {
	data := c.Raw
	if selector == 1 {
		data = c.RawSubjectPublicKeyInfo
	}
	switch matching {
	case 1:
		sum := sha256.Sum256(data)
		data = sum[:]
	case 2:
		sum := sha512.Sum512(data)
		data = sum[:]
	}
	return ParseTLSA(Record{Usage: usage, Selector: selector, Matching: matching, Data: data}.String())
}

func TestMatch(t *testing.T) {
	t.Parallel()
	root := authority(t, "root", nil)
	middle := authority(t, "middle", root)
	good := leaf(t, middle, "mx.example.test")
	other := leaf(t, middle, "mx.example.test")
	stranger := leaf(t, middle, "stranger.example")
	alone := leaf(t, nil, "mx.example.test")
	named := issue(t, middle, nil) // by its common name only
	wild := leaf(t, middle, "*.example.test")
	expired := issue(t, middle, func(c *x509.Certificate) {
		c.NotAfter = time.Now().Add(-time.Minute)
		c.DNSNames = []string{"mx.example.test"}
	})
	foreign := authority(t, "middle", authority(t, "root", nil)) // the same names and other keys
	tests := []struct {
		name    string
		records []Record
		chain   []*signer
		matched string // the index and depth of each that matches
		failure Failure
		usable  int
	}{
		{"3 1 1", []Record{tlsa(3, 1, 1, good)}, []*signer{good, middle}, "0@0", "", 1},
		{"3 0 0", []Record{tlsa(3, 0, 0, good)}, []*signer{good}, "0@0", "", 1},
		{"3 1 0", []Record{tlsa(3, 1, 0, good)}, []*signer{good}, "0@0", "", 1},
		{"3 0 2", []Record{tlsa(3, 0, 2, good)}, []*signer{good}, "0@0", "", 1},
		{"usage 3 asks for no date", []Record{tlsa(3, 1, 1, expired)}, []*signer{expired, middle}, "0@0", "", 1},
		{"usage 3 asks for no name", []Record{tlsa(3, 1, 1, stranger)}, []*signer{stranger}, "0@0", "", 1},
		{"another key", []Record{tlsa(3, 1, 1, other)}, []*signer{good, middle}, "", FailValidation, 1},
		{"usage 3 for an authority", []Record{tlsa(3, 1, 1, middle)}, []*signer{good, middle}, "", FailValidation, 1},
		{"rollover", []Record{tlsa(3, 1, 1, other), tlsa(3, 1, 1, good)}, []*signer{good, middle}, "1@0", "", 2},
		{"2 0 1", []Record{tlsa(2, 0, 1, middle)}, []*signer{good, middle}, "0@1", "", 1},
		{"2 1 2 of the root that was sent", []Record{tlsa(2, 1, 2, root)}, []*signer{good, middle, root}, "0@2", "", 1},
		{"2 0 1 of a root that was not sent", []Record{tlsa(2, 0, 1, root)}, []*signer{good, middle}, "", FailValidation, 1},
		{"2 0 0 of a root that was not sent", []Record{tlsa(2, 0, 0, root)}, []*signer{good, middle}, "0@-1", "", 1},
		{"2 1 0 of a root that was not sent", []Record{tlsa(2, 1, 0, root)}, []*signer{good, middle}, "0@-1", "", 1},
		{"2 1 0 of the issuer that was not sent", []Record{tlsa(2, 1, 0, middle)}, []*signer{good}, "0@-1", "", 1},
		{"2 0 0 of a stranger", []Record{tlsa(2, 0, 0, foreign)}, []*signer{good}, "", FailValidation, 1},
		{"2, another name", []Record{tlsa(2, 0, 1, middle)}, []*signer{stranger, middle}, "", FailHostMismatch, 1},
		{"2, the common name", []Record{tlsa(2, 0, 1, middle)}, []*signer{named, middle}, "0@1", "", 1},
		{"2, a wildcard", []Record{tlsa(2, 0, 1, middle)}, []*signer{wild, middle}, "0@1", "", 1},
		{"2, expired", []Record{tlsa(2, 0, 1, middle)}, []*signer{expired, middle}, "", FailExpired, 1},
		{"2, an authority sent that signed nothing", []Record{tlsa(2, 0, 1, foreign)}, []*signer{good, foreign}, "", FailNotTrusted, 1},
		{"2 for the leaf", []Record{tlsa(2, 0, 1, good)}, []*signer{good, middle}, "", FailValidation, 1},
		{"2 for a leaf that signed itself", []Record{tlsa(2, 0, 1, alone)}, []*signer{alone}, "0@0", "", 1},
		{"one fails, another does not", []Record{tlsa(2, 0, 1, middle), tlsa(3, 1, 1, expired)}, []*signer{expired, middle}, "1@0", "", 2},
		{"usages 0 and 1", []Record{tlsa(0, 0, 1, middle), tlsa(1, 1, 1, good)}, []*signer{good, middle}, "", "", 0},
		{"the strongest digest only", []Record{tlsa(3, 1, 1, good), tlsa(3, 1, 2, other)}, []*signer{good}, "", FailValidation, 1},
		{"digests of another selector count", []Record{tlsa(3, 1, 1, good), tlsa(3, 0, 2, other)}, []*signer{good}, "0@0", "", 2},
		{"no certificate", []Record{tlsa(3, 1, 1, good)}, nil, "", FailValidation, 1},
		{"malformed", []Record{ParseTLSA("3 1 1 abcd"), ParseTLSA("2 0 0 abcd")}, []*signer{good}, "", "", 0},
		{"nothing", nil, []*signer{good}, "", "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var chain []*x509.Certificate
			for _, c := range tt.chain {
				chain = append(chain, c.Certificate)
			}
			m := Match(tt.records, chain, []string{"example.test", "mx.example.test"}, time.Now())
			var matched []string
			for i, r := range m.Records {
				if r.Matched {
					matched = append(matched, fmt.Sprintf("%d@%d", i, r.Depth))
				}
			}
			if got := strings.Join(matched, " "); got != tt.matched || m.Failure != tt.failure || m.Usable != tt.usable {
				t.Errorf("matched %q, %q (%s), %d usable: %+v", got, m.Failure, m.Why, m.Usable, m.Records)
			}
			if m.Verified != (tt.matched != "") || (m.Failure == "") != (m.Why == "") {
				t.Errorf("%+v", m)
			}
		})
	}
}

// TestManyRecords is case 59 of hostile.md: a thousand records do not hurt.
func TestManyRecords(t *testing.T) {
	t.Parallel()
	root := authority(t, "root", nil)
	good := leaf(t, root, "mx.example.test")
	var records []Record
	for range 1000 {
		records = append(records, tlsa(2, 0, 1, root), tlsa(2, 0, 0, root), tlsa(2, 1, 0, good))
	}
	records = append(records, tlsa(3, 1, 1, good))
	began := time.Now()
	m := Match(records, []*x509.Certificate{good.Certificate, root.Certificate}, []string{"other.test"}, began)
	if !m.Verified || !m.Records[len(records)-1].Matched {
		t.Errorf("the last does not match: %+v", m.Records[len(records)-1])
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestParseTLSA(t *testing.T) {
	t.Parallel()
	digest := strings.Repeat("ab", 32)
	for text, problem := range map[string]string{
		"3 1 1 " + digest:                          "",
		"2 0 1 " + digest[:40] + " " + digest[40:]: "",
		"3 1 2 " + digest + digest:                 "",
		"3 1 2 " + digest:                          "malformed: 32 octets are no digest of this type",
		"0 0 1 " + digest:                          "usage 0 is not for SMTP",
		"1 0 1 " + digest:                          "usage 1 is not for SMTP",
		"4 0 1 " + digest:                          "usage 4 is unknown",
		"3 2 1 " + digest:                          "selector 2 is unknown",
		"3 1 3 " + digest:                          "matching type 3 is unknown",
		"3 1 1":                                    "malformed: 0 octets are no digest of this type",
		"3 1":                                      "malformed: it has no data",
		"":                                         "malformed: it has no data",
		"3 1 1 xy":                                 "malformed: the data is not hexadecimal",
		"256 1 1 " + digest:                        "malformed: 256 is not a number up to 255",
		"3 0 0 abcd":                               "malformed: the data is not a certificate",
		"3 1 0 abcd":                               "malformed: the data is not a public key",
	} {
		if got := ParseTLSA(text).Problem; got != problem {
			t.Errorf("%q: %q, want %q", text, got, problem)
		}
	}
}

func FuzzTLSA(f *testing.F) {
	f.Add("3 1 1 " + strings.Repeat("ab", 32))
	f.Add("2 0 0 30820122")
	f.Add("\x00 1 1 \x1b[31m")
	good := leaf(f, nil, "mx.example.test")
	f.Add("3 1 0 " + hex.EncodeToString(good.RawSubjectPublicKeyInfo))
	f.Fuzz(func(t *testing.T, text string) {
		r := ParseTLSA(text)
		if r.Problem == "" && ParseTLSA(r.String()).String() != r.String() {
			t.Errorf("%q becomes %q", text, r)
		}
		m := Match([]Record{r}, []*x509.Certificate{good.Certificate}, []string{"mx.example.test"}, time.Now())
		if r.Problem != "" && (m.Verified || m.Usable > 0) {
			t.Errorf("%q: %+v", text, m)
		}
	})
}
