package policy

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/smtpcheck/smtpcheck/dnsclient"
)

// TXT is what came of asking for a record of policy, of MTA-STS or of TLSRPT.
type TXT struct {
	Name string // where it is
	// Found are the texts that begin as such a record does, at most maxTXT; there must be exactly one.
	Found  []string
	Answer *dnsclient.Answer
	Status Status
}

// Absent reports that there is certainly no such record.
func (t *TXT) Absent() bool {
	switch t.Answer.Status {
	case dnsclient.StatusOK, dnsclient.StatusNoData, dnsclient.StatusNXDomain:
		return len(t.Found) == 0
	}
	return false
}

// Unknown reports that DNS did not tell.
func (t *TXT) Unknown() bool { return len(t.Found) == 0 && !t.Absent() }

const maxTXT = 10

// txt asks for a record that begins with version, such as "v=STSv1". Texts that
// begin otherwise are of no concern (RFC 8461, section 3.1; RFC 8460, section 3).
func (r *Resolver) txt(ctx context.Context, name, version string) TXT {
	a := r.dns().Query(ctx, name, "TXT")
	t := TXT{Name: name, Answer: a, Status: r.Security(a)}
	for _, rec := range a.Records {
		rest, ok := strings.CutPrefix(rec.Text, version)
		if rest = strings.TrimLeft(rest, " \t"); ok && (rest == "" || rest[0] == ';') && len(t.Found) < maxTXT {
			t.Found = append(t.Found, rec.Text)
		}
	}
	return t
}

// field is one "name=value" of a record.
type field struct{ name, value string }

// maxFields bounds what is read of one record.
const maxFields = 100

// fields takes a record apart at its semicolons; the first field is the version.
func fields(text string) ([]field, error) {
	var out []field
	parts := strings.Split(text, ";")
	for i, part := range parts {
		part = strings.Trim(part, " \t")
		if part == "" && i == len(parts)-1 {
			break // a semicolon may stand at the end
		}
		name, value, ok := strings.Cut(part, "=")
		switch {
		case !ok || name == "" || value == "":
			return nil, errors.New("a field that is not NAME=VALUE")
		case !alphanumeric(strings.NewReplacer("_", "", "-", "", ".", "").Replace(name)):
			return nil, errors.New("a field name with other signs than letters and digits")
		case len(out) >= maxFields:
			return nil, errors.New("too many fields")
		}
		out = append(out, field{name, value})
	}
	return out, nil
}

func alphanumeric(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return s != ""
}

// STSRecord is the TXT record of MTA-STS (RFC 8461, section 3.1).
type STSRecord struct {
	TXT
	ID      string // changes with the policy
	Problem string // why a sender does not use it; "" where there is none, or no record
}

// MTASTS asks for the MTA-STS record of a domain.
func (r *Resolver) MTASTS(ctx context.Context, domain string) *STSRecord {
	s := &STSRecord{TXT: r.txt(ctx, "_mta-sts."+domain, "v=STSv1")}
	switch len(s.Found) {
	case 0:
	case 1:
		s.ID, s.Problem = ParseSTSRecord(s.Found[0])
	default:
		s.Problem = "there is more than one record"
	}
	return s
}

// ParseSTSRecord reads the text of an MTA-STS record: its id, or what is wrong with it.
func ParseSTSRecord(text string) (id, problem string) {
	all, err := fields(text)
	if err != nil {
		return "", err.Error()
	}
	if len(all) == 0 || all[0] != (field{"v", "STSv1"}) {
		return "", "it does not begin with v=STSv1"
	}
	for _, f := range all[1:] {
		switch {
		case f.name != "id":
		case id != "":
			return "", "it has more than one id"
		case len(f.value) > 32 || !alphanumeric(f.value):
			return "", "its id is not 1 to 32 letters and digits"
		default:
			id = f.value
		}
	}
	if id == "" {
		return "", "it has no id"
	}
	return id, ""
}

// RPTRecord is the TXT record of TLSRPT (RFC 8460, section 3).
type RPTRecord struct {
	TXT
	RUA     []string // where reports go
	Problem string   // why no reports are sent; "" where there is none, or no record
}

// TLSRPT asks for the TLSRPT record of a domain.
func (r *Resolver) TLSRPT(ctx context.Context, domain string) *RPTRecord {
	s := &RPTRecord{TXT: r.txt(ctx, "_smtp._tls."+domain, "v=TLSRPTv1")}
	switch len(s.Found) {
	case 0:
	case 1:
		s.RUA, s.Problem = ParseRPTRecord(s.Found[0])
	default:
		s.Problem = "there is more than one record"
	}
	return s
}

// ParseRPTRecord reads the text of a TLSRPT record: where reports go, or what is wrong with it.
func ParseRPTRecord(text string) (rua []string, problem string) {
	all, err := fields(text)
	if err != nil {
		return nil, err.Error()
	}
	if len(all) == 0 || all[0] != (field{"v", "TLSRPTv1"}) {
		return nil, "it does not begin with v=TLSRPTv1"
	}
	for _, f := range all[1:] {
		if f.name != "rua" {
			continue
		}
		if rua != nil {
			return nil, "it has more than one rua"
		}
		for uri := range strings.SplitSeq(f.value, ",") {
			uri = strings.Trim(uri, " \t")
			if !reportURI(uri) {
				return nil, "a rua that is neither mailto:ADDRESS nor https://HOST/"
			}
			if rua = append(rua, uri); len(rua) > maxTXT {
				return nil, "too many places for reports"
			}
		}
	}
	if rua == nil {
		return nil, "it has no rua"
	}
	return rua, ""
}

// reportURI reports whether a report can be sent there (RFC 8460, section 3).
func reportURI(text string) bool {
	if strings.ContainsAny(text, "! ") { // must be percent-encoded
		return false
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return false
	case strings.EqualFold(u.Scheme, "mailto"):
		local, domain, ok := strings.Cut(u.Opaque, "@")
		return ok && local != "" && domain != ""
	case strings.EqualFold(u.Scheme, "https"):
		return u.Host != ""
	}
	return false
}
