package realtest

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/smtpcheck/smtpcheck/realtest/world"
)

// The servers of the tests that compare caches with authorities. Everything is nsd
// and unbound, at port 53 of addresses of its own.
const (
	truthRoot   = "203.0.113.1"  // nsd: the root and the zone test
	truthFirst  = "203.0.113.11" // nsd
	truthSecond = "203.0.113.12" // another nsd, with zones of its own
	truthNobody = "203.0.113.13" // nothing listens there
	truthCache  = "203.0.113.53" // unbound, which validates
	truthFresh  = "203.0.113.54" // another unbound, asked late
	truthMail   = "203.0.113.25" // no mail server: nobody listens at port 25
)

type truthWorld struct {
	network
	first, second *world.Authority
}

// needTruth returns the network, which ends with the test that calls it.
func needTruth(t *testing.T) *truthWorld {
	t.Helper()
	if os.Geteuid() != 0 {
		need(t, "network namespaces need root")
	}
	if program := world.Missing("ip", "nsd", "unbound", "ldns-signzone", "ldns-keygen"); program != "" {
		need(t, "%s is not installed", program)
	}
	n := &truthWorld{network: network{dir: t.TempDir()}}
	t.Cleanup(n.close)
	if err := n.start(); err != nil {
		t.Fatal(err)
	}
	return n
}

func (n *truthWorld) start() (err error) {
	if err := os.Chmod(n.dir, 0o755); err != nil {
		return err
	}
	if n.client, err = world.NewNamespace(); err != nil {
		return err
	}
	if n.servers, err = world.NewNamespace(); err != nil {
		return err
	}
	if err := world.Join(n.client, n.servers); err != nil {
		return err
	}
	if err := n.client.AddAddresses("eth0", "203.0.113.200/24"); err != nil {
		return err
	}
	for _, address := range []string{truthRoot, truthFirst, truthSecond, truthNobody, truthCache, truthFresh, truthMail} {
		if err := n.servers.AddAddresses("eth0", address+"/24"); err != nil {
			return err
		}
	}
	return n.serve()
}

// serve signs the zones and starts every server.
func (n *truthWorld) serve() error {
	secure, err := world.SignZone(n.dir, "secure.test.", truthZone("secure", 1, "mx1", "ns1", "ns2"), false)
	if err != nil {
		return err
	}
	bogus, err := world.SignZone(n.dir, "bogus.test.", truthZone("bogus", 1, "mx1", "ns1", "ns2"), true)
	if err != nil {
		return err
	}
	const head = "$TTL 3600\n@ SOA ns.root-server. hostmaster.root-server. 1 7200 3600 1209600 300\n@ NS ns.root-server.\n"
	text := "$ORIGIN test.\n" + head + "mx1 A " + truthMail + "\nmx2 A " + truthMail + "\n" + secure.DS + "\n" + bogus.DS + "\n"
	for _, name := range []string{"stale", "split", "serials", "lame", "mismatch", "negative", "secure", "bogus"} {
		text += fmt.Sprintf("%[1]s NS ns1.%[1]s\n%[1]s NS ns2.%[1]s\nns1.%[1]s A %[2]s\nns2.%[1]s A %[3]s\n", name, truthFirst, truthSecond)
	}
	text += "lame NS ns3.lame\nns3.lame A " + truthNobody + "\n"
	test, err := world.SignZone(n.dir, "test.", text, false)
	if err != nil {
		return err
	}
	root, err := world.SignZone(n.dir, ".", "$ORIGIN .\n"+head+"ns.root-server. A "+truthRoot+"\ntest. NS ns.root-server.\n"+test.DS+"\n", false)
	if err != nil {
		return err
	}
	zones := map[string]string{"secure.test": secure.Text, "bogus.test": bogus.Text}
	for _, name := range []string{"stale", "split", "serials", "negative"} {
		zones[name+".test"] = truthZone(name, 1, "mx1", "ns1", "ns2")
	}
	zones["negative.test"] = truthZone("negative", 1, "", "ns1", "ns2")
	zones["mismatch.test"] = truthZone("mismatch", 1, "mx1", "ns1")
	others := make(map[string]string)
	for name, text := range zones {
		others[name] = text
	}
	zones["lame.test"] = truthZone("lame", 1, "mx1", "ns1", "ns2", "ns3")
	others["split.test"] = truthZone("split", 2, "mx2", "ns1", "ns2")
	others["serials.test"] = truthZone("serials", 2, "mx1", "ns1", "ns2")
	if _, err := n.authority("nsd-root", truthRoot, map[string]string{".": root.Text, "test": test.Text}); err != nil {
		return err
	}
	if n.first, err = n.authority("nsd-first", truthFirst, zones); err != nil {
		return err
	}
	if n.second, err = n.authority("nsd-second", truthSecond, others); err != nil {
		return err
	}
	for _, address := range []string{truthCache, truthFresh} {
		dir, err := n.folder("unbound-" + address)
		if err != nil {
			return err
		}
		if err := world.StartValidator(n.servers, dir, truthRoot, root.DS, address); err != nil {
			return err
		}
	}
	return nil
}

func (n *truthWorld) authority(folder, address string, zones map[string]string) (*world.Authority, error) {
	dir, err := n.folder(folder)
	if err != nil {
		return nil, err
	}
	return world.StartAuthority(n.servers, dir, zones, address)
}

// truthZone is a zone NAME.test with an MX record, "" for none, and name servers.
func truthZone(name string, serial int, mx string, ns ...string) string {
	text := fmt.Sprintf("$ORIGIN %s.test.\n$TTL 3600\n@ SOA ns1 hostmaster %d 7200 3600 1209600 300\nns1 A %s\nns2 A %s\nns3 A %s\n",
		name, serial, truthFirst, truthSecond, truthNobody)
	if mx != "" {
		text += "@ MX 10 " + mx + ".test.\n"
	}
	for _, s := range ns {
		text += "@ NS " + s + "\n"
	}
	return text
}

// truthReport is the part of a report that is about the authorities.
type truthReport struct {
	Verdict    string
	ExitCode   int `json:"exit_code"`
	Resolution struct {
		Queries []struct {
			ID                 int
			Server, Name, Type string
		}
		Truth struct {
			Zones []struct {
				Zone    string
				NS      []string
				Parent  struct{ NS []string }
				Servers []struct {
					Name, Address, State string
					Serial               int
					Answers              []truthAnswer
				}
			}
			Resolvers []struct {
				Resolver string
				Answers  []truthAnswer
			}
		}
	}
	Findings []struct {
		Rule, Severity, Summary string
		Evidence                []struct{ Query, Session int }
	}
}

type truthAnswer struct {
	Name, Type, Status string
	Records            []string
	TTL                int
	DNSSEC             struct{ Status, Why string }
}

// states lists what each server is, "ns1.lame.test ok 1".
func (r *truthReport) states() (out []string) {
	for _, s := range r.Resolution.Truth.Zones[0].Servers {
		line := s.Name + " " + s.State
		if s.State == "ok" {
			line += fmt.Sprint(" ", s.Serial)
		}
		out = append(out, line)
	}
	return out
}

// finding is the summary of the finding of a rule, "" for none.
func (r *truthReport) finding(rule string) string {
	for _, f := range r.Findings {
		if f.Rule == rule {
			return f.Summary
		}
	}
	return ""
}

func (r *truthReport) rules() (out []string) {
	for _, f := range r.Findings {
		if !slices.Contains(out, f.Rule) {
			out = append(out, f.Rule)
		}
	}
	slices.Sort(out)
	return out
}

func (n *truthWorld) run(t *testing.T, args ...string) *truthReport {
	t.Helper()
	run := n.smtpcheckEnv(t, nil, append(args, "--format", "json")...)
	r := new(truthReport)
	if err := json.Unmarshal([]byte(run.stdout), r); err != nil {
		t.Fatalf("%v\nexit %d\n%s%s", err, run.exit, run.stdout, run.stderr)
	}
	if len(r.Resolution.Truth.Zones) == 0 || len(r.Resolution.Truth.Resolvers) == 0 {
		t.Fatalf("nothing was compared:\n%s", run.stdout)
	}
	for _, f := range r.Findings {
		for _, e := range f.Evidence {
			if e.Query > len(r.Resolution.Queries) || e.Query == 0 && e.Session == 0 {
				t.Errorf("%s: there is no %+v", f.Rule, e)
			}
		}
	}
	return r
}

func (n *truthWorld) mx(t *testing.T, domain string, resolvers ...string) *truthReport {
	t.Helper()
	args := []string{"mx", "--trust-ad", domain}
	for _, r := range resolvers {
		args = append(args, "--resolver", r)
	}
	return n.run(t, args...)
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

// TestTruthStaleCache changes a zone at its authorities after a cache has asked: the cache
// still has the old MX record, and smtpcheck says so, and for how long.
func TestTruthStaleCache(t *testing.T) {
	n := needTruth(t)
	eventually(t, "nothing to find before the change", func() bool { // a busy machine may need a second try
		return len(n.mx(t, "stale.test", truthCache).rules()) == 0
	})
	n.mx(t, "negative.test", truthCache)
	for name, mx := range map[string]string{"negative": "mx1", "stale": "mx2"} {
		eventually(t, "the new zone at both authorities", func() bool {
			for _, server := range []*world.Authority{n.first, n.second} {
				if err := server.Replace(name+".test", truthZone(name, 2, mx, "ns1", "ns2")); err != nil {
					t.Fatal(err)
				}
			}
			got := n.mx(t, name+".test", truthCache).states()
			return slices.Equal(got, []string{"ns1." + name + ".test ok 2", "ns2." + name + ".test ok 2"})
		})
	}
	r := n.mx(t, "stale.test", truthCache)
	same(t, "the findings", r.rules(), []string{"dns/stale-cache"})
	left := r.Resolution.Truth.Resolvers[0].Answers[0].TTL
	want := fmt.Sprintf("the resolver 203.0.113.53 still gives MX 10 mx1.test (TTL %d s left: until ", left)
	if s := r.finding("dns/stale-cache"); !strings.HasPrefix(s, want) || !strings.HasSuffix(s, "; both authorities give MX 10 mx2.test (serial 2)") || left > 3600 || left < 3500 {
		t.Errorf("%s", s)
	}

	r = n.mx(t, "stale.test", truthCache, truthFresh)
	same(t, "beside a resolver that asks now", r.rules(), []string{"dns/resolvers-disagree", "dns/stale-cache"})
	if s := r.finding("dns/resolvers-disagree"); !strings.Contains(s, "203.0.113.54 gives MX 10 mx2.test") {
		t.Error(s)
	}
	same(t, "by that one alone", n.mx(t, "stale.test", truthFresh).rules(), nil)

	r = n.mx(t, "negative.test", truthCache)
	if s := r.finding("dns/stale-cache"); r.ExitCode != 68 || !strings.Contains(s, "still says that there is no MX record (TTL ") || !strings.Contains(s, "give MX 10 mx1.test") {
		t.Errorf("exit %d: %s", r.ExitCode, s)
	}
	if left := r.Resolution.Truth.Resolvers[0].Answers[0].TTL; left > 300 || left < 200 {
		t.Errorf("a negative answer with %d s left, of the 300 of the SOA record", left)
	}

	r = n.run(t, "probe", "--dns-truth", "--resolver", truthCache, "--helo", "probe.example.org", "alice@stale.test")
	if s := r.Findings[0]; s.Rule != "dns/stale-cache" || s.Severity != "error" || !strings.HasSuffix(s.Summary, "; this probe asked mx1.test, which they do not name") || r.Verdict != "unreachable" || r.ExitCode != 69 {
		t.Errorf("%s, exit %d: %+v", r.Verdict, r.ExitCode, s)
	}
}

// TestTruthAuthorities: authorities that disagree, have different versions, do not serve
// the zone or are not there, and a delegation that is not what the zone says.
func TestTruthAuthorities(t *testing.T) {
	n := needTruth(t)
	r := n.mx(t, "split.test", truthCache)
	same(t, "split", r.states(), []string{"ns1.split.test ok 1", "ns2.split.test ok 2"})
	same(t, "split", r.rules(), []string{"dns/authorities-disagree"})
	if want := "the authorities of split.test disagree about the MX records of split.test: ns1.split.test (serial 1) gives MX 10 mx1.test; ns2.split.test (serial 2) gives MX 10 mx2.test"; r.finding("dns/authorities-disagree") != want {
		t.Errorf("%s", r.finding("dns/authorities-disagree"))
	}

	r = n.mx(t, "serials.test", truthCache)
	same(t, "serials", r.rules(), []string{"dns/serials-differ"})

	r = n.mx(t, "lame.test", truthCache)
	same(t, "lame", r.states(), []string{"ns1.lame.test ok 1", "ns2.lame.test refused", "ns3.lame.test unreachable"})
	same(t, "lame", r.rules(), []string{"dns/authority-unreachable", "dns/lame"})
	if s := r.finding("dns/lame"); s != "ns2.lame.test [203.0.113.12] is named for lame.test and does not serve it: REFUSED (Not Authoritative)" {
		t.Error(s)
	}
	if s := r.finding("dns/authority-unreachable"); s != "ns3.lame.test [203.0.113.13] is named for lame.test and does not answer: connection refused" {
		t.Error(s)
	}

	r = n.mx(t, "mismatch.test", truthCache)
	same(t, "mismatch", r.rules(), []string{"dns/parent-child-mismatch"})
	if s := r.finding("dns/parent-child-mismatch"); s != "the delegation of mismatch.test is not what the zone says: only test names ns2.mismatch.test" {
		t.Error(s)
	}
}

// TestTruthDNSSEC: the status of each answer behind an unbound that validates; a zone
// whose signatures have expired is told from a resolver that fails.
func TestTruthDNSSEC(t *testing.T) {
	n := needTruth(t)
	status := func(domain string) string {
		a := n.mx(t, domain, truthCache).Resolution.Truth.Resolvers[0].Answers[0]
		return a.Status + " " + a.DNSSEC.Status
	}
	for domain, want := range map[string]string{"secure.test": "ok secure", "split.test": "ok insecure", "bogus.test": "servfail bogus", "no-such.test": "nxdomain secure"} {
		eventually(t, domain+" is "+want, func() bool { return status(domain) == want }) // unbound takes its time over what is bogus
	}
	r := n.mx(t, "bogus.test", truthCache)
	same(t, "bogus", r.states(), []string{"ns1.bogus.test ok 1", "ns2.bogus.test ok 1"})
	if s := r.finding("dns/dnssec-bogus"); !strings.Contains(s, "refuses the MX records of bogus.test (SERVFAIL") || !strings.HasSuffix(s, "and gives MX 10 mx1.test when told not to validate") || r.ExitCode != 75 {
		t.Errorf("exit %d: %s", r.ExitCode, s)
	}
}
