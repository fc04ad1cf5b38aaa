package realtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/realtest/world"
)

// The network all tests share: the client's namespace with 198.51.100.1 and
// 2001:db8::1, and the servers' with everything below.
const (
	postfixIPv4 = "198.51.100.10"
	postfixIPv6 = "2001:db8::10"
	postfixNow  = "198.51.100.11" // the same Postfix, which refuses at once (smtpd_delay_reject=no)
	postfixTLS  = "198.51.100.12" // the same Postfix, which demands TLS
	postfixLate = "198.51.100.13" // the same Postfix, which defers relaying
	eximIPv4    = "198.51.100.20"
	eximIPv6    = "2001:db8::20"

	blackHole      = "198.51.100.30" // packets are dropped
	blackHoleIPv6  = "2001:db8::30"
	prohibited     = "198.51.100.31" // ICMP: administratively prohibited
	prohibitedIPv6 = "2001:db8::31"
	prohibitedHere = "198.51.100.37" // the client's own system forbids it
	noHost         = "198.51.100.32" // ICMP: host unreachable
	refused        = "198.51.100.33" // nobody listens
	noNeighbour    = "198.51.100.34" // nobody has the address
	lossy          = "198.51.100.35" // the same Postfix; one packet in ten is lost
	deaf           = "198.51.100.36" // a server of the test's own
	jittery        = "203.0.113.130" // the same Postfix, over a cable with jitter, reordering and loss

	cache     = "203.0.113.53" // unbound
	authority = "203.0.113.54" // nsd
	postgrey  = "127.0.0.1:10023"

	greylistDelay = 2 // seconds
)

var domains = []string{"example.test", "backup.test", "six.test", "implicit.test", "alias.test", "cname-mx.test", "stale.test"}

var users = []string{"alice", "bob", "grey", "busy", "full", "policy", "data"}

// network is built when the first test asks for it and closed by TestMain.
type network struct {
	dir     string
	client  *world.Namespace
	servers *world.Namespace
	ca      *world.CA

	postfix func() (*world.Postfix, error)
	exim    func() (*world.Exim, error)
	dns     func() (*world.Authority, error)

	stopWire func()
}

var shared = sync.OnceValues(newNetwork)

func TestMain(m *testing.M) {
	code := m.Run()
	if opened {
		if net, err := shared(); err == nil {
			net.close()
		}
	}
	removeBinary()
	os.Exit(code)
}

var opened bool // set by newNetwork, so that TestMain does not open one to close it

func newNetwork() (*network, error) {
	opened = true
	dir, err := os.MkdirTemp("", "realtest")
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o755); err != nil { // the servers' users must get in
		return nil, err
	}
	net := &network{dir: dir}
	if err := net.wire(); err != nil {
		net.close()
		return nil, err
	}
	net.postfix = sync.OnceValues(net.startPostfix)
	net.exim = sync.OnceValues(net.startExim)
	net.dns = sync.OnceValues(net.startDNS)
	return net, nil
}

func (n *network) close() {
	for _, ns := range []*world.Namespace{n.client, n.servers} {
		if ns != nil {
			ns.Close()
		}
	}
	if n.stopWire != nil {
		n.stopWire()
	}
	_ = os.RemoveAll(n.dir)
}

func (n *network) wire() (err error) {
	if n.ca, err = world.NewCA(n.dir); err != nil {
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
	if err := n.client.AddAddresses("eth0", "198.51.100.1/24", "2001:db8::1/64"); err != nil {
		return err
	}
	if err := n.client.IP("route", "add", "203.0.113.0/24", "dev", "eth0"); err != nil {
		return err
	}
	if err := n.client.IP("route", "add", "prohibit", prohibitedHere); err != nil {
		return err
	}
	if err := n.servers.AddAddresses("eth0", "203.0.113.53/24", "203.0.113.54/24"); err != nil {
		return err
	}
	for _, address := range []string{postfixIPv4, postfixNow, postfixTLS, postfixLate, eximIPv4,
		blackHole, prohibited, noHost, refused, lossy, deaf} {
		if err := n.servers.AddAddresses("eth0", address+"/24"); err != nil {
			return err
		}
	}
	if err := n.servers.AddAddresses("eth0", postfixIPv6+"/64", eximIPv6+"/64", blackHoleIPv6+"/64", prohibitedIPv6+"/64"); err != nil {
		return err
	}
	bad := world.Wire{Delay: 10 * time.Millisecond, Jitter: 300 * time.Millisecond, Loss: 0.03}
	if n.stopWire, err = world.JoinWire(n.client, n.servers, bad); err != nil {
		return err
	}
	if err := n.client.AddAddresses("tap0", "203.0.113.129/25"); err != nil {
		return err
	}
	if err := n.servers.AddAddresses("tap0", jittery+"/25"); err != nil {
		return err
	}
	return n.servers.NFT(packetRules)
}

// packetRules are how the servers' end treats packets to the addresses where
// no server is to be reached. Every tenth packet to and from lossy is lost.
const packetRules = `table inet filter {
	chain input {
		type filter hook input priority 0;
		ip daddr ` + blackHole + ` drop
		ip6 daddr ` + blackHoleIPv6 + ` drop
		ip daddr ` + prohibited + ` reject with icmp type admin-prohibited
		ip6 daddr ` + prohibitedIPv6 + ` reject with icmpv6 type admin-prohibited
		ip daddr ` + noHost + ` reject with icmp type host-unreachable
		ip daddr ` + lossy + ` numgen inc mod 10 3 drop
	}
	chain output {
		type filter hook output priority 0;
		ip saddr ` + lossy + ` numgen inc mod 10 7 drop
	}
}
`

func (n *network) folder(name string) (string, error) {
	dir := filepath.Join(n.dir, name)
	return dir, os.Mkdir(dir, 0o755)
}

func (n *network) startPostfix() (*world.Postfix, error) {
	dir, err := n.folder("postfix")
	if err != nil {
		return nil, err
	}
	cert, key, err := n.ca.Issue("mx1.example.test")
	if err != nil {
		return nil, err
	}
	grey, err := n.folder("postgrey")
	if err != nil {
		return nil, err
	}
	if world.Missing("postgrey") == "" {
		if err := world.StartPostgrey(n.servers, grey, postgrey, greylistDelay); err != nil {
			return nil, err
		}
	}
	return world.StartPostfix(n.servers, world.PostfixConfig{
		Dir:      dir,
		Hostname: "mx1.example.test",
		CertFile: cert,
		KeyFile:  key,
		Domains:  domains,
		Users:    users,
		Main: map[string]string{
			"message_size_limit":        "100000",
			"smtpd_helo_required":       "yes",
			"smtpd_restriction_classes": "greylist",
			"greylist":                  "check_policy_service inet:" + postgrey,
			"smtpd_helo_restrictions":   "check_helo_access inline:{ {spoofed.test = REJECT} }",
			"smtpd_sender_restrictions": "check_sender_access inline:{ {rejected@sender.test = REJECT} {deferred@sender.test = DEFER} }",
			"smtpd_recipient_restrictions": "check_recipient_access inline:{" +
				" {grey@example.test = greylist}" +
				" {busy@example.test = 450 4.3.2 Try again later}" +
				" {full@example.test = 452 4.2.2 Mailbox full}" +
				" {policy@example.test = 550 5.7.1 Message refused by local policy} }",
		},
		Services: map[string][]string{
			postfixIPv4 + ":25":         nil,
			"[" + postfixIPv6 + "]:25":  nil,
			lossy + ":25":               nil,
			jittery + ":25":             nil,
			postfixNow + ":25":          {"smtpd_delay_reject=no"},
			postfixTLS + ":25":          {"smtpd_tls_security_level=encrypt"},
			postfixLate + ":25":         {"smtpd_relay_restrictions=defer_unauth_destination"},
			"[" + postfixIPv6 + "]:587": {"smtpd_tls_security_level=may"},
		},
	})
}

func (n *network) startExim() (*world.Exim, error) {
	dir, err := n.folder("exim")
	if err != nil {
		return nil, err
	}
	cert, key, err := n.ca.Issue("mx2.example.test")
	if err != nil {
		return nil, err
	}
	return world.StartExim(n.servers, world.EximConfig{
		Dir:       dir,
		Hostname:  "mx2.example.test",
		CertFile:  cert,
		KeyFile:   key,
		Domains:   domains,
		Users:     users,
		Addresses: []string{eximIPv4, eximIPv6},
	})
}

// zone is the zone test with its serial and the mail exchange of stale.test.
func zone(serial int, stale string) string {
	return fmt.Sprintf(`$ORIGIN test.
$TTL 3600
@             SOA   ns hostmaster %d 7200 3600 1209600 300
@             NS    ns
ns            A     203.0.113.54
mx1           A     198.51.100.10
mx1           AAAA  2001:db8::10
mx2           A     198.51.100.20
mx2           AAAA  2001:db8::20
hole          A     198.51.100.30
example       MX    10 mx1.example
example       MX    20 mx2.example
example       MX    30 hole.example
mx1.example   A     198.51.100.10
mx1.example   AAAA  2001:db8::10
mx2.example   A     198.51.100.20
mx2.example   AAAA  2001:db8::20
hole.example  A     198.51.100.30
backup        MX    10 hole.example
backup        MX    20 mx1.example
six           MX    10 six.six
six.six       AAAA  2001:db8::10
implicit      A     198.51.100.10
null          MX    0 .
alias         CNAME example
cname-mx      MX    10 mail.cname-mx
mail.cname-mx CNAME mx1.example
no-host       MX    10 nowhere.no-host
stale         MX    10 %s
`, serial, stale)
}

func (n *network) startDNS() (*world.Authority, error) {
	dir, err := n.folder("nsd")
	if err != nil {
		return nil, err
	}
	server, err := world.StartAuthority(n.servers, dir, map[string]string{"test": zone(1, "mx1.example")}, authority)
	if err != nil {
		return nil, err
	}
	if dir, err = n.folder("unbound"); err != nil {
		return nil, err
	}
	return server, world.StartCache(n.servers, dir, authority, []string{"test."}, cache)
}

// need skips a test for want of something, or fails it in CI, where
// everything is to be there.
func need(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

func needNetwork(t *testing.T) *network {
	t.Helper()
	if os.Geteuid() != 0 {
		need(t, "network namespaces need root")
	}
	if program := world.Missing("ip", "nft"); program != "" {
		need(t, "%s is not installed", program)
	}
	net, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// needServers returns the network with these of its servers running: postfix,
// postgrey, exim4, dns.
func needServers(t *testing.T, names ...string) *network {
	t.Helper()
	net := needNetwork(t)
	for _, name := range names {
		programs, begin := []string{name}, func() error { return nil }
		switch name {
		case "postfix":
			begin = func() error { _, err := net.postfix(); return err }
		case "exim4":
			begin = func() error { _, err := net.exim(); return err }
		case "dns":
			programs, begin = []string{"nsd", "unbound"}, func() error { _, err := net.dns(); return err }
		}
		if program := world.Missing(programs...); program != "" {
			need(t, "%s is not installed", program)
		}
		if err := begin(); err != nil {
			t.Fatal(err)
		}
	}
	return net
}

// say holds a bare dialogue with an SMTP server and returns the last line of
// each reply, the greeting first.
func (n *network) say(t *testing.T, address string, commands ...string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	conn, err := n.client.Dial(ctx, "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(conn)
	replies := []string{lastLine(t, reader)}
	for _, command := range commands {
		if _, err := fmt.Fprintf(conn, "%s\r\n", command); err != nil {
			t.Fatal(err)
		}
		replies = append(replies, lastLine(t, reader))
	}
	return replies
}

func lastLine(t *testing.T, reader *bufio.Reader) string {
	t.Helper()
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if len(line) < 4 || line[3] != '-' {
			return strings.TrimRight(line, "\r\n")
		}
	}
}

// eventually polls what a server does in its own time.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	deadline := time.Now().Add(15 * time.Second)
	for !happened() {
		if time.Now().After(deadline) {
			t.Fatal(errors.New("never: " + what))
		}
		time.Sleep(20 * time.Millisecond)
	}
}
