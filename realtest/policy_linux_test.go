package realtest

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/smtpcheck/smtpcheck/realtest/world"
)

// Addresses of the network with signed zones.
const (
	signedRoot   = "198.51.100.54" // nsd: the root, and every zone
	signedMX     = "198.51.100.10" // Postfix
	policyServer = "198.51.100.80" // a web server of Python's
	otherCache   = "198.51.100.1"  // unbound, not on loopback
)

// signed is a network of its own: a private signed root and zones below it on
// nsd, a validating unbound on the client's loopback, Postfix, and a policy host.
type signed struct {
	network
	resolv, mailConfig string
}

// needSigned returns the network, which ends with the test that calls it.
func needSigned(t *testing.T) *signed {
	t.Helper()
	if os.Geteuid() != 0 {
		need(t, "network namespaces need root")
	}
	if program := world.Missing("ip", "postfix", "posttls-finger", "nsd", "unbound", "ldns-signzone", "ldns-keygen", "python3", "unshare"); program != "" {
		need(t, "%s is not installed", program)
	}
	n, err := newSigned()
	if n != nil {
		t.Cleanup(n.close)
	}
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func newSigned() (*signed, error) {
	dir, err := os.MkdirTemp("", "realtest-signed")
	if err != nil {
		return nil, err
	}
	n := &signed{network: network{dir: dir}}
	if err := os.Chmod(dir, 0o755); err != nil {
		return n, err
	}
	if n.ca, err = world.NewCA(dir); err != nil {
		return n, err
	}
	if n.client, err = world.NewNamespace(); err != nil {
		return n, err
	}
	if n.servers, err = world.NewNamespace(); err != nil {
		return n, err
	}
	if err := world.Join(n.client, n.servers); err != nil {
		return n, err
	}
	if err := n.client.AddAddresses("eth0", otherCache+"/24"); err != nil {
		return n, err
	}
	if err := n.servers.AddAddresses("eth0", signedRoot+"/24", signedMX+"/24", policyServer+"/24"); err != nil {
		return n, err
	}
	err = n.start()
	return n, err
}

// start starts every server.
func (n *signed) start() error {
	cert, key, err := n.ca.Issue("mx-good.signed.test", "mx-ta.signed.test", "mx-mismatch.signed.test", "mx-rollover.signed.test", "mx.insecure.test")
	if err != nil {
		return err
	}
	leaf, ca, err := n.chain(cert)
	if err != nil {
		return err
	}
	dir, err := n.folder("postfix")
	if err != nil {
		return err
	}
	if _, err := world.StartPostfix(n.servers, world.PostfixConfig{
		Dir: dir, Hostname: "mx-good.signed.test", CertFile: cert, KeyFile: key, Users: []string{"alice"},
		Domains:  []string{"good.signed.test", "ta.signed.test", "mismatch.signed.test", "rollover.signed.test", "unusable.signed.test", "none.signed.test", "cname.signed.test", "bogus.signed.test", "away.signed.test", "insecure.test"},
		Services: map[string][]string{signedMX + ":25": nil},
	}); err != nil {
		return err
	}
	if dir, err = n.folder("policy"); err != nil {
		return err
	}
	if cert, key, err = n.ca.Issue("mta-sts.good.signed.test"); err != nil {
		return err
	}
	policy := "version: STSv1\nmode: enforce\nmx: mx-good.signed.test\nmax_age: 604800\n"
	if err := world.StartPolicyHost(n.servers, dir, policyServer, cert, key, policy); err != nil {
		return err
	}
	anchor, err := n.startZones(leaf, ca)
	if err != nil {
		return err
	}
	if dir, err = n.folder("unbound"); err != nil {
		return err
	}
	if err := world.StartValidator(n.client, dir, signedRoot, anchor, "127.0.0.1", otherCache); err != nil {
		return err
	}
	n.resolv, n.mailConfig = filepath.Join(n.dir, "resolv.conf"), filepath.Join(n.dir, "finger")
	if err := os.WriteFile(n.resolv, []byte("nameserver 127.0.0.1\noptions trust-ad edns0\n"), 0o644); err != nil {
		return err
	}
	if err := os.Mkdir(n.mailConfig, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(n.mailConfig, "main.cf"), []byte("compatibility_level = 3.6\ninet_protocols = ipv4\n"), 0o644)
}

// chain puts the authority's certificate behind the server's in its file, and
// returns the data of TLSA records for both: 3 1 1 and 2 0 1.
func (n *signed) chain(file string) (leaf, ca string, err error) {
	first, err := os.ReadFile(file)
	if err != nil {
		return "", "", err
	}
	second, err := os.ReadFile(n.ca.File)
	if err != nil {
		return "", "", err
	}
	if err := os.WriteFile(file, append(slices.Clone(first), second...), 0o644); err != nil {
		return "", "", err
	}
	block, _ := pem.Decode(first)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return "", "", err
	}
	key := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
	block, _ = pem.Decode(second)
	whole := sha256.Sum256(block.Bytes)
	return hex.EncodeToString(key[:]), hex.EncodeToString(whole[:]), nil
}

// startZones signs the zones and serves them. It returns the trust anchor.
func (n *signed) startZones(leaf, ca string) (anchor string, err error) {
	const head = "$TTL 3600\n@ SOA ns.root-server. hostmaster.root-server. 1 7200 3600 1209600 300\n@ NS ns.root-server.\n"
	bogus, err := world.SignZone(n.dir, "_tcp.mx-bogus.signed.test.", "$ORIGIN _tcp.mx-bogus.signed.test.\n"+head+"_25 TLSA 3 1 1 "+leaf+"\n", true)
	if err != nil {
		return "", err
	}
	other := strings.Repeat("ab", 32)
	zone := "$ORIGIN signed.test.\n" + head
	for _, line := range []string{
		"good MX 10 mx-good", "_25._tcp.mx-good TLSA 3 1 1 " + leaf,
		"_mta-sts.good TXT \"v=STSv1; id=1\"", "mta-sts.good A " + policyServer, "_smtp._tls.good TXT \"v=TLSRPTv1; rua=mailto:tls@good.signed.test\"",
		"ta MX 10 mx-ta", "_25._tcp.mx-ta TLSA 2 0 1 " + ca,
		"mismatch MX 10 mx-mismatch", "_25._tcp.mx-mismatch TLSA 3 1 1 " + other,
		"rollover MX 10 mx-rollover", "_25._tcp.mx-rollover TLSA 3 1 1 " + other, "_25._tcp.mx-rollover TLSA 3 1 1 " + leaf,
		"unusable MX 10 mx-unusable", "_25._tcp.mx-unusable TLSA 1 1 1 " + leaf,
		"none MX 10 mx-none",
		"cname MX 10 alias", "alias CNAME mx-good",
		"bogus MX 10 mx-bogus", "_tcp.mx-bogus NS ns.root-server.",
		"away MX 10 mx.insecure.test.",
		"mx-good A " + signedMX, "mx-ta A " + signedMX, "mx-mismatch A " + signedMX, "mx-rollover A " + signedMX,
		"mx-unusable A " + signedMX, "mx-none A " + signedMX, "mx-bogus A " + signedMX, bogus.DS,
	} {
		zone += line + "\n"
	}
	below, err := world.SignZone(n.dir, "signed.test.", zone, false)
	if err != nil {
		return "", err
	}
	root, err := world.SignZone(n.dir, ".", "$ORIGIN .\n"+head+"ns.root-server. A "+signedRoot+"\ninsecure.test. NS ns.root-server.\nsigned.test. NS ns.root-server.\n"+below.DS+"\n", false)
	if err != nil {
		return "", err
	}
	insecure := "$ORIGIN insecure.test.\n" + head + "@ MX 10 mx\nmx A " + signedMX + "\n_25._tcp.mx TLSA 3 1 1 " + leaf + "\n"
	dir, err := n.folder("nsd")
	if err != nil {
		return "", err
	}
	_, err = world.StartAuthority(n.servers, dir, map[string]string{
		".": root.Text, "signed.test": below.Text, "_tcp.mx-bogus.signed.test": bogus.Text, "insecure.test": insecure,
	}, signedRoot)
	return root.DS, err
}

// finger asks Postfix's own client what a sender with DANE finds.
func (n *signed) finger(t *testing.T, domain string) string {
	t.Helper()
	var out bytes.Buffer
	cmd := world.Command("unshare", "-m", "sh", "-c", `mount --bind "$1" /etc/resolv.conf && exec posttls-finger -c -t 20 -T 20 -l dane -L summary,certmatch -F "$2" "$3"`,
		"sh", n.resolv, n.ca.File, domain)
	cmd.Env = append(os.Environ(), "MAIL_CONFIG="+n.mailConfig)
	cmd.Stdout, cmd.Stderr = &out, &out
	_ = n.client.Do(cmd.Run) // it exits with 0, or 1, whatever it has found
	return out.String()
}

// policies is the part of a report that is about policies.
type policies struct {
	TLSPolicy struct {
		MX struct {
			Status, Why string
		}
		MTASTS struct {
			State  string
			Policy struct{ Mode string }
		} `json:"mta_sts"`
		TLSRPT struct{ RUA []string }
		Hosts  []struct {
			TLSA struct {
				Base, Status string
				Records      []struct{ Matched *bool }
			}
		}
		Domain []struct {
			Sender, Delivers, Failure, Why string
		}
	} `json:"tls_policy"`
}

// domain says in short which senders would deliver.
func (p *policies) domain() string {
	var words []string
	for _, s := range p.TLSPolicy.Domain {
		word := s.Delivers
		if s.Failure != "" {
			word += ":" + s.Failure
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func (n *signed) policies(t *testing.T, args ...string) (policies, report) {
	t.Helper()
	got, run := n.probe(t, args...)
	var p policies
	if err := json.Unmarshal([]byte(run.stdout), &p); err != nil {
		t.Fatal(err)
	}
	return p, got
}

// TestDANE compares what smtpcheck says of signed zones behind a validating
// unbound with what Postfix's client finds there.
func TestDANE(t *testing.T) {
	n := needSigned(t)
	for _, tt := range []struct {
		domain string
		exit   int    // with --tls-verify=dane
		status string // of the TLSA records
		base   string
		want   string // opportunistic, MTA-STS, DANE, REQUIRETLS
		finger string // Postfix's words
		rule   string // a finding
	}{
		{"good.signed.test", 0, "secure", "mx-good.signed.test", "yes yes yes no", "Matched DANE EE certificate at depth 0: 3 1 1", ""},
		{"ta.signed.test", 0, "secure", "mx-ta.signed.test", "yes yes yes no", "Matched DANE TA certificate at depth 1: 2 0 1", ""},
		{"rollover.signed.test", 0, "secure", "mx-rollover.signed.test", "yes yes yes no", "Matched DANE EE certificate at depth 0: 3 1 1", "dane/spare-record"},
		{"cname.signed.test", 0, "secure", "mx-good.signed.test", "yes yes yes no", "Matched DANE EE certificate at depth 0: 3 1 1", ""},
		{"mismatch.signed.test", 76, "secure", "mx-mismatch.signed.test", "yes yes no:validation-failure unknown", "no matching DANE TLSA records", "dane/mismatch"},
		{"unusable.signed.test", 76, "secure", "mx-unusable.signed.test", "yes yes yes:tlsa-invalid no:certificate-host-mismatch", "unsupported TLSA certificate usage: 1 1 1", "dane/unusable"},
		{"none.signed.test", 76, "secure", "mx-none.signed.test", "yes yes yes no:certificate-host-mismatch", "TLS connection established", ""},
		{"bogus.signed.test", 76, "bogus", "mx-bogus.signed.test", "yes yes no:dnssec-invalid no:certificate-host-mismatch", "TLSA lookup error", "dane/bogus"},
		{"insecure.test", 76, "insecure", "mx.insecure.test", "yes yes yes unknown", "TLS connection established", "dane/insecure"},
		{"away.signed.test", 76, "insecure", "mx.insecure.test", "yes yes yes unknown", "TLS connection established", "dane/insecure"},
	} {
		t.Run(tt.domain, func(t *testing.T) {
			p, got := n.policies(t, "--resolver", "127.0.0.1", "--tls-verify=dane", "alice@"+tt.domain)
			x := &p.TLSPolicy
			if len(x.Hosts) != 1 {
				t.Fatalf("%+v", p)
			}
			if got.ExitCode != tt.exit || x.Hosts[0].TLSA.Status != tt.status || x.Hosts[0].TLSA.Base != tt.base || p.domain() != tt.want {
				t.Errorf("exit %d, %+v, %s; want %+v", got.ExitCode, x.Hosts[0].TLSA, p.domain(), tt)
			}
			if tt.rule != "" && !slices.ContainsFunc(got.Findings, func(f struct{ Rule string }) bool { return f.Rule == tt.rule }) {
				t.Errorf("no finding %s: %v", tt.rule, got.Findings)
			}
			said := n.finger(t, tt.domain)
			if !strings.Contains(said, tt.finger) || strings.Contains(said, "Matched DANE") != (tt.exit == 0) {
				t.Errorf("posttls-finger: %s", said)
			}
		})
	}
	t.Run("a resolver that is not on loopback", func(t *testing.T) {
		p, got := n.policies(t, "--resolver", otherCache, "--tls-verify=dane", "alice@good.signed.test")
		if got.ExitCode != 76 || p.TLSPolicy.MX.Status != "untrusted" || !strings.Contains(p.TLSPolicy.MX.Why, "--trust-ad") {
			t.Errorf("%+v", p)
		}
		p, got = n.policies(t, "--resolver", otherCache, "--trust-ad", "--tls-verify=dane", "alice@good.signed.test")
		if got.ExitCode != 0 || p.TLSPolicy.MX.Status != "secure" {
			t.Errorf("%+v", p)
		}
	})
	t.Run("MTA-STS", func(t *testing.T) {
		p, got := n.policies(t, "--resolver", "127.0.0.1", "--tls-verify=mta-sts", "alice@good.signed.test")
		if got.ExitCode != 0 || p.TLSPolicy.MTASTS.Policy.Mode != "enforce" || fmt.Sprint(p.TLSPolicy.TLSRPT.RUA) != "[mailto:tls@good.signed.test]" {
			t.Errorf("%+v", p)
		}
		p, got = n.policies(t, "--resolver", "127.0.0.1", "--tls-verify=mta-sts", "alice@ta.signed.test")
		if got.ExitCode != 76 || p.TLSPolicy.MTASTS.State != "absent" {
			t.Errorf("%+v", p)
		}
	})
}
