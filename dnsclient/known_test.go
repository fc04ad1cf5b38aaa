package dnsclient

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/smtpcheck/smtpcheck/lab"
)

// TestNoRecursion asks what a server knows itself: its own records, to whom it
// delegates, and an alias that leads out of what it has.
func TestNoRecursion(t *testing.T) {
	t.Parallel()
	w, err := lab.Open(lab.Options{Files: fstest.MapFS{"zone": {Data: []byte(`
test.         SOA ns.test. hostmaster.test. 7 7200 3600 1209600 300
test.         NS ns.test.
ns.test.      A 198.51.100.1
out.test.     CNAME x.below.test.
in.test.      CNAME ns.test.
below.test.   SOA ns.below.test. hostmaster.test. 9 7200 3600 1209600 300
below.test.   NS ns.below.test.
below.test.   NS NS.other.test.
ns.below.test. A 198.51.100.2
x.below.test. MX 10 mx.test.
`)}}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Close() }()
	all := patient("198.51.100.1:53")
	all.Dial, all.NoRecursion = w.Dial, true
	ask := func(server, name string, typ Type) *Answer { return all.To(server+":53").Query(t.Context(), name, typ) }

	a := ask("198.51.100.1", "test", "SOA")
	if a.Status != StatusOK || !a.Authoritative || a.Records[0].Serial != 7 || a.Records[0].Minimum != 300 {
		t.Errorf("%+v", a)
	}
	a = ask("198.51.100.1", "x.below.test", "MX")
	if a.Status != StatusReferral || a.Authoritative || len(a.Authority) != 2 || a.Authority[0].Name != "below.test" || len(a.Additional) != 1 || a.Additional[0].Addr.String() != "198.51.100.2" {
		t.Errorf("%+v", a)
	}
	if e := a.Exchanges[0]; e.Err != "" || !e.NoRecursion || strings.Join(e.Answers, "; ") != "below.test. 3600 IN NS ns.below.test.; below.test. 3600 IN NS NS.other.test." {
		t.Errorf("%+v", e)
	}
	for name, end := range map[string]string{"out.test": "x.below.test", "in.test": "ns.test"} {
		if a = ask("198.51.100.1", name, "MX"); a.Status != StatusAlias || a.Canonical() != end || len(a.Exchanges) != 1 {
			t.Errorf("%s: %+v", name, a)
		}
	}
	if a = ask("198.51.100.1", "no.test", "MX"); a.Status != StatusNXDomain || a.SOA == nil || a.SOA.Name != "test" || a.SOA.Minimum != 300 {
		t.Errorf("%+v", a)
	}
	if a = ask("198.51.100.2", "test", "SOA"); a.Status != StatusServFail || a.Rcode != "REFUSED" {
		t.Errorf("%+v", a)
	}
}

// TestCheckingDisabled: what a resolver would not vouch for it tells when it is asked to.
func TestCheckingDisabled(t *testing.T) {
	t.Parallel()
	_, addr := serve(t, "bogus.test. MX 10 mx.test.\n;! bogus.test. bogus no valid signature\n")
	c := patient(addr)
	if a := c.Query(t.Context(), "bogus.test", "MX"); a.Status != StatusServFail || a.Err != "SERVFAIL (DNSSEC Bogus: no valid signature)" {
		t.Errorf("%+v", a)
	}
	c = c.To(addr)
	c.CheckingDisabled = true
	if a := c.Query(t.Context(), "bogus.test", "MX"); a.Status != StatusOK || !a.Exchanges[0].CheckingDisabled {
		t.Errorf("%+v", a)
	}
}
