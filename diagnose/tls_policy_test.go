package diagnose

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/policy"
	"github.com/smtpcheck/smtpcheck/probe"
)

// aCertificate is one for mx1 and mx2.
var aCertificate = sync.OnceValue(func() *x509.Certificate {
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mx1"}, DNSNames: []string{"mx1", "mx2"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0),
	}
	der, _ := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	cert, _ := x509.ParseCertificate(der)
	return cert
})

// matching is a TLSA record for it, and another one for nothing.
func matching() string {
	sum := sha256.Sum256(aCertificate().RawSubjectPublicKeyInfo)
	return "3 1 1 " + hex.EncodeToString(sum[:])
}

var another = "3 1 1 " + strings.Repeat("ab", 32)

// policed makes policies of a few words, after which words change one thing:
//
//	tlsa secure RECORD, RECORD     the TLSA records of mx1; none for "-"
//	mx insecure                    the status of the MX records
//	sts enforce mx1, *.example     a policy, with the hosts it names
//	sts bad TEXT                   a record that is wrong
//	fetch FAILURE TEXT             no policy
//	note TEXT                      something odd
//	rpt TEXT                       a TLSRPT record that is wrong; "rpt none" for none
func (s *scene) policed(lines ...string) {
	p := &TLSPolicy{MX: policy.Status{Security: policy.Secure}, Queries: make(map[*dnsclient.Answer][]int)}
	query := func(status dnsclient.Status) *dnsclient.Answer {
		a := &dnsclient.Answer{Status: status}
		p.Queries[a] = []int{len(p.Queries) + 100}
		return a
	}
	p.STS = &policy.STSRecord{TXT: policy.TXT{Answer: query(dnsclient.StatusNXDomain)}}
	p.RPT = &policy.RPTRecord{TXT: policy.TXT{Answer: query(dnsclient.StatusOK), Found: []string{"x"}}}
	for _, line := range lines {
		word, rest, _ := strings.Cut(line, " ")
		kind, text, _ := strings.Cut(rest, " ")
		if word == "sts" || word == "fetch" {
			p.STS = &policy.STSRecord{TXT: policy.TXT{Answer: query(dnsclient.StatusOK), Found: []string{"x"}}, ID: "1"}
		}
		switch word {
		case "tlsa":
			t := &policy.TLSA{Host: "mx1", Base: "mx1", Names: []string{"mx1"}, Status: policy.Status{Security: policy.Security(kind), Why: "because"}, Answers: []*dnsclient.Answer{query(dnsclient.StatusOK)}}
			for record := range strings.SplitSeq(text, ", ") {
				if record != "-" {
					t.Records = append(t.Records, policy.ParseTLSA(record))
				}
			}
			p.TLSA = append(p.TLSA, t)
		case "mx":
			p.MX = policy.Status{Security: policy.Security(kind), Why: "because"}
		case "root":
			p.Root = query(dnsclient.StatusOK)
		case "sts":
			if kind == "bad" {
				p.STS.Problem, p.STS.ID = text, ""
				break
			}
			p.Fetched = &policy.Fetched{Policy: &policy.Policy{Mode: policy.Mode(kind), MaxAge: 7 * 24 * time.Hour, MX: strings.Split(text, ", ")}}
		case "fetch":
			p.Fetched = &policy.Fetched{Failure: policy.Failure(kind), Why: text}
		case "note":
			p.Fetched.Notes = []string{rest}
		case "rpt":
			p.RPT.Problem = rest
			if rest == "none" {
				p.RPT = &policy.RPTRecord{TXT: policy.TXT{Answer: query(dnsclient.StatusNXDomain)}}
			}
		}
	}
	s.TLSPolicy = p
	for _, a := range s.Attempts {
		if t := a.TLS(); t != nil {
			t.Certificates = []*x509.Certificate{aCertificate()}
		}
	}
}

func policed(dialogue []string, lines ...string) func(*scene) {
	return func(s *scene) {
		s.mx("10 mx1")
		s.talk("mx1", 10, dialogue...)
		s.policed(lines...)
	}
}

var noTLS = []string{"greeting: 220 mx", "ehlo: 250-mx|250 SIZE", "mail: 250 ok", "rcpt: 250 ok", "quit: 221 bye"}

// sickPolicies fire the rules about policies.
var sickPolicies = map[string]func(*scene){
	"dane/mismatch":        policed(accepts, "tlsa secure "+another),
	"dane/no-tls":          policed(noTLS, "tlsa secure "+another),
	"dane/bogus":           policed(accepts, "tlsa bogus -"),
	"dane/unusable":        policed(accepts, "tlsa secure 1"+another[1:]),
	"dane/record-ignored":  policed(accepts, "tlsa secure 1"+another[1:]+", "+another),
	"dane/spare-record":    func(s *scene) { policed(accepts, "tlsa secure "+matching()+", "+another)(s) },
	"dane/insecure":        policed(accepts, "tlsa insecure "+another),
	"dane/untrusted-ad":    policed(accepts, "tlsa untrusted "+another),
	"dane/not-validated":   policed(accepts, "root", "tlsa unknown -"),
	"mta-sts/record":       policed(accepts, "sts bad it has no id"),
	"mta-sts/fetch":        policed(accepts, "fetch sts-policy-fetch-error 404"),
	"mta-sts/certificate":  policed(accepts, "fetch sts-webpki-invalid expired"),
	"mta-sts/policy":       policed(accepts, "fetch sts-policy-invalid html"),
	"mta-sts/mx-not-named": policed(accepts, "sts enforce other"),
	"mta-sts/host-fails":   policed(with(hello[:3], "tls expired", "ehlo: 250 mx"), "sts enforce mx1"),
	"mta-sts/testing":      policed(accepts, "sts testing mx1"),
	"mta-sts/odd":          policed(accepts, "sts enforce mx1", "note the media type"),
	"tlsrpt/record":        policed(accepts, "rpt it has no rua"),
	"tlsrpt/none":          policed(accepts, "sts enforce mx1", "rpt none"),
}

// TestHealthyPolicies: what is in order has no finding.
func TestHealthyPolicies(t *testing.T) {
	for name, calm := range map[string]func(*scene){
		"DANE":                 policed(accepts, "tlsa secure "+matching()),
		"MTA-STS":              policed(accepts, "sts enforce mx1"),
		"nothing":              policed(accepts),
		"nothing, not signed":  policed(accepts, "mx insecure", "tlsa insecure -"),
		"none":                 policed(accepts, "sts none other"),
		"DANE, not looked at":  policed(dead, "tlsa secure "+matching()),
		"nobody, not examined": func(s *scene) { s.talk("mx1", 10, accepts...); s.TLSPolicy = &TLSPolicy{} },
	} {
		s := newScene(t)
		calm(s)
		for _, f := range Diagnose(s.Case).Findings {
			if !strings.HasPrefix(f.Rule, "mx/") && !strings.HasPrefix(f.Rule, "us/") {
				t.Errorf("%s: %+v", name, f)
			}
		}
	}
}

func TestSenders(t *testing.T) {
	requiring := with(hello[:4], "ehlo: 250-mx|250 REQUIRETLS", "mail: 250 ok", "rcpt: 250 ok")
	broken := with(hello[:3], "fail tls tls alert")
	tests := []struct {
		name     string
		dialogue []string
		policies []string
		want     string // opportunistic, MTA-STS, DANE, REQUIRETLS
	}{
		{"nothing published", accepts, []string{"tlsa secure -"}, "yes yes yes no"},
		{"not looked up", accepts, nil, "yes yes unknown no"},
		{"DANE", requiring, []string{"tlsa secure " + matching()}, "yes yes yes yes"},
		{"DANE for another certificate", requiring, []string{"tlsa secure " + another}, "yes yes no:validation-failure yes"},
		{"DANE without TLS", noTLS, []string{"tlsa secure " + another}, "yes yes no:starttls-not-supported no:starttls-not-supported"},
		{"DANE, expired", with(requiring[:3], append([]string{"tls expired"}, requiring[4:]...)...), []string{"tlsa secure " + matching()}, "yes yes yes yes"},
		{"no DANE, expired", with(requiring[:3], append([]string{"tls expired"}, requiring[4:]...)...), []string{"tlsa secure -"}, "yes yes yes no:certificate-expired"},
		{"DANE, not signed", accepts, []string{"tlsa insecure " + another}, "yes yes yes no"},
		{"DANE, not trusted", accepts, []string{"mx untrusted", "tlsa untrusted " + another}, "yes yes unknown no"},
		{"DANE, bogus", accepts, []string{"tlsa bogus -"}, "yes yes no:dnssec-invalid no"},
		{"DANE, no answer", accepts, []string{"tlsa unknown -"}, "yes yes unknown no"},
		{"DANE, unusable", accepts, []string{"tlsa secure 0" + another[1:]}, "yes yes yes:tlsa-invalid no"},
		{"DANE, no session", dead, []string{"tlsa secure " + another}, "unknown unknown unknown unknown"},
		{"the handshake fails", broken, []string{"tlsa secure " + another, "sts enforce mx1"}, "unknown no:validation-failure no:validation-failure no:validation-failure"},
		{"a limit of ours", with(hello[:3], "fail tls-limit tls"), []string{"tlsa secure " + another, "sts enforce mx1"}, "unknown unknown unknown unknown"},
		{"interrupted", with(hello[:3], "fail interrupted tls"), []string{"tlsa secure " + another, "sts enforce mx1"}, "unknown unknown unknown unknown"},
		{"STARTTLS refused", with(hello[:2], "starttls: 454 no", "note starttls-refused starttls"), []string{"sts enforce mx1"}, "yes no:starttls-not-supported unknown no:starttls-not-supported"},
		{"TLS demanded and not offered", with(noTLS[:2], "mail: 530 5.7.0 Must issue a STARTTLS command first"), nil, "no:starttls-not-supported no:starttls-not-supported unknown no:starttls-not-supported"},
		{"injection", with(hello[:3], "fail injection starttls"), []string{"sts enforce mx1"}, "unknown no:validation-failure unknown no:validation-failure"},
		{"MTA-STS", requiring, []string{"mx insecure", "tlsa insecure -", "sts enforce mx1"}, "yes yes yes yes"},
		{"neither vouches", requiring, []string{"mx insecure", "tlsa insecure -"}, "yes yes yes no"},
		{"nobody knows who vouches", requiring, []string{"mx unknown", "tlsa unknown -"}, "yes yes unknown unknown"},
		{"MTA-STS, another host", accepts, []string{"sts enforce mx2, *.mx1"}, "yes no:validation-failure unknown no"},
		{"MTA-STS, testing", noTLS, []string{"sts testing mx1"}, "yes yes:starttls-not-supported unknown no:starttls-not-supported"},
		{"MTA-STS, none", noTLS, []string{"sts none mx1"}, "yes yes unknown no:starttls-not-supported"},
		{"MTA-STS, self-signed", with(hello[:3], "tls self-signed", "ehlo: 250 mx"), []string{"sts enforce mx1"}, "yes no:certificate-not-trusted unknown no:certificate-not-trusted"},
		{"MTA-STS, another name", with(hello[:3], "tls name-mismatch", "ehlo: 250 mx"), []string{"sts enforce mx1"}, "yes no:certificate-host-mismatch unknown no:certificate-host-mismatch"},
		{"MTA-STS, not fetched", accepts, []string{"fetch sts-policy-fetch-error 404"}, "yes yes:sts-policy-fetch-error unknown no"},
		{"MTA-STS, no record", accepts, []string{"sts bad no id"}, "yes yes:sts-policy-invalid unknown no"},
		{"EHLO inside TLS is missing", hello[:4], []string{"sts enforce mx1"}, "yes yes unknown unknown"},
	}
	for _, tt := range tests {
		s := newScene(t)
		policed(tt.dialogue, tt.policies...)(s)
		hosts, domain := s.Senders()
		for _, senders := range [][]Sender{hosts[0].Senders, domain} {
			if got := inShort(senders); got != tt.want {
				t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
			}
		}
		for _, x := range hosts[0].Senders {
			if x.Why == "" || x.Kind == "" || x.Session == 0 {
				t.Errorf("%s: %+v", tt.name, x)
			}
		}
	}
}

func inShort(senders []Sender) string {
	var words []string
	for _, x := range senders {
		word := string(x.Delivers)
		if x.Failure != "" {
			word += ":" + string(x.Failure)
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// TestSendersWalk: a sender goes on to the next host, a handshake that failed is
// followed by a session in the clear, and one address of a host is enough.
func TestSendersWalk(t *testing.T) {
	s := newScene(t)
	s.mx("10 mx1", "20 mx2", "30 mx3 nxdomain")
	s.follow(s.talk("mx1", 10, with(hello[:3], "fail tls tls alert")...), probe.PurposePlainFallback, noTLS...)
	s.talk("mx2", 20, accepts...)
	s.policed("tlsa secure "+another, "sts enforce mx1, mx2")
	hosts, domain := s.Senders()
	if got := inShort(hosts[0].Senders) + "; " + inShort(hosts[2].Senders) + "; " + inShort(domain); got !=
		"yes no:validation-failure no:validation-failure no:validation-failure; unknown no:validation-failure unknown unknown; yes yes unknown unknown" {
		t.Error(got)
	}
	if domain[0].Host != "mx1" || domain[1].Host != "mx2" || !strings.HasSuffix(domain[1].Why, "not to mx1") {
		t.Errorf("%+v", domain)
	}
	s = newScene(t)
	s.mx("10 mx1")
	s.talk("mx1", 10, dead...)
	s.talk("mx1", 10, noTLS...)
	s.talk("mx1", 10, accepts...)
	s.policed("tlsa secure " + matching())
	if _, domain = s.Senders(); inShort(domain) != "yes yes yes no:starttls-not-supported" {
		t.Errorf("%+v", domain)
	}
	if hosts, domain := (&Case{Resolution: &mxresolve.Result{}, TLSPolicy: &TLSPolicy{}}).Senders(); hosts != nil || domain != nil {
		t.Error("senders without hosts")
	}
}
