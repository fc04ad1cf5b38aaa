package lab_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"

	"github.com/smtpcheck/smtpcheck/lab"
	"github.com/smtpcheck/smtpcheck/lab/simnet"
)

// records returns the records of the built-in zone.
func records(t *testing.T) (all []dns.RR) {
	t.Helper()
	zone, err := os.Open("world/zone")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = zone.Close() }()
	p := dns.NewZoneParser(zone, ".", "zone")
	for rr, ok := p.Next(); ok; rr, ok = p.Next() {
		all = append(all, rr)
	}
	if err := p.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestZone checks that the addresses are documentation addresses, each of one
// host that has a dialogue, and that every dialogue has an address.
func TestZone(t *testing.T) {
	t.Parallel()
	allowed := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8::/32")}
	files := worldFiles(t)
	hosts := make(map[string]bool)
	owner := make(map[netip.Addr]string)
	nameServers := make(map[string]bool)
	for _, rr := range records(t) {
		if ns, ok := rr.(*dns.NS); ok {
			nameServers[strings.TrimSuffix(ns.Ns, ".")] = true
		}
	}
	for _, rr := range records(t) {
		name := strings.TrimSuffix(rr.Header().Name, ".")
		var addr netip.Addr
		switch rr := rr.(type) {
		case *dns.A:
			addr, _ = netip.AddrFromSlice(rr.A.To4())
		case *dns.AAAA:
			addr, _ = netip.AddrFromSlice(rr.AAAA)
		}
		if !addr.IsValid() || strings.Contains(name, "h50") || strings.HasPrefix(name, "h54") {
			continue // what the names say: bad addresses on purpose
		}
		if ofNoServer(name) {
			continue
		}
		if !slices.ContainsFunc(allowed, func(p netip.Prefix) bool { return p.Contains(addr) }) {
			t.Errorf("%s is at %s", name, addr)
		}
		if owner[addr] != "" {
			t.Errorf("%s and %s are both at %s", owner[addr], name, addr)
		}
		owner[addr] = name
		hosts[name] = true
		if _, ok := files[name+".dialogue"]; !ok && !nameServers[name] {
			t.Errorf("%s has an address and no dialogue", name)
		}
	}
	for file := range files {
		name, _, _ := strings.Cut(strings.TrimSuffix(file, ".dialogue"), "@")
		if !hosts[name] {
			t.Errorf("%s has no address", name)
		}
	}
}

// ofNoServer reports names whose addresses are those of this machine, as others see
// it, or the answers of a blocklist.
func ofNoServer(name string) bool {
	return name == "probe.example.org" || name == "smtp.provider.test" || strings.HasSuffix(name, ".client.test") || strings.HasSuffix(name, "dnsbl.test")
}

// TestIndex checks that every domain of the zone says what to expect of it, and
// that the domains that were promised are there.
func TestIndex(t *testing.T) {
	t.Parallel()
	w := open(t, lab.Options{})
	domains, err := w.Domains()
	if err != nil {
		t.Fatal(err)
	}
	index := make(map[string]lab.Domain)
	for _, d := range domains {
		if _, double := index[d.Name]; double {
			t.Errorf("%s is described twice", d.Name)
		}
		index[d.Name] = d
		if (d.Expect == "accepted") != (d.Exit == 0) {
			t.Errorf("%s: %s with exit code %d", d.Name, d.Expect, d.Exit)
		}
	}
	for _, rr := range records(t) {
		name := strings.TrimSuffix(rr.Header().Name, ".")
		if _, ok := index[name]; !ok && rr.Header().Rrtype == dns.TypeMX && !strings.HasSuffix(name, ".h49b-cname-chain.test") {
			t.Errorf("%s is not described", name)
		}
	}
	for name, exit := range map[string]int{
		"good": 0, "mixed": 0, "unknown-user": 67, "mailbox-full": 75, "greylist": 75, "rate-limit": 75, "blocked": 77, "policy": 77,
		"null-mx": 68, "implicit-mx": 0, "no-host": 68, "cname-mx": 0, "dead": 69, "black-hole": 69, "tls-expired": 0, "tls-wrong-name": 0,
		"tls-broken": 0, "tls-none": 0, "tarpit": 0, "slow-greeting": 0, "garbage": 76, "huge-reply": 76, "smtputf8": 0, "catch-all": 0,
		"disagree": 0, "gmail-like": 67, "outlook-like": 67, "servfail": 75, "dns-timeout": 75, "no-such-domain": 68,
		"hangup-connect": 69, "hangup-greeting": 69, "hangup-ehlo": 75, "hangup-starttls": 75, "hangup-tls": 0, "hangup-mail": 75,
		"hangup-rcpt": 75, "hangup-data": 0, "hangup-message": 0, "hangup-quit": 0, "reset-rcpt": 75, "closing-mail": 75, "closing-rcpt": 75,
		"submission": 68, "submission-filtered": 68, "oauth": 68, "external": 68, "token": 68, "plaintext-auth": 68, "no-tls-auth": 68,
		"weak-auth": 68, "expired-auth": 68, "wrong-auth-challenge": 68, "auth-lies": 68, "auth-then-421": 68, "echo-secret": 68,
		"scram-bad-signature": 68, "scram-iterations": 68, "size": 0, "size-late": 0, "bdat": 0, "bdat-broken": 0, "bdat-unread": 0, "utf8": 0,
		"dsn": 0, "lmtp": 69, "requiretls": 0, "deliverby": 0, "xclient": 0, "prdr": 0, "vrfy": 0, "etrn": 0, "limits": 0,
		"pipelining-broken": 0, "lying": 0, "starttls-injection": 76, "starttls-sometimes": 0, "starttls-demanded": 0,
	} {
		if d, ok := index[name+".test"]; !ok || d.Exit != exit {
			t.Errorf("%s.test: %+v, want exit code %d", name, d, exit)
		}
	}
}

// TestSubmissionServers looks that each is found by its SRV records, on ports
// where it listens.
func TestSubmissionServers(t *testing.T) {
	t.Parallel()
	w := open(t, lab.Options{})
	seen := 0
	for _, rr := range records(t) {
		srv, ok := rr.(*dns.SRV)
		if !ok {
			continue
		}
		seen++
		name := strings.TrimSuffix(srv.Target, ".")
		implicit := strings.HasPrefix(srv.Hdr.Name, "_submissions._tcp.")
		if implicit != (srv.Port == 465) || !strings.HasSuffix(srv.Hdr.Name, "._tcp."+strings.TrimPrefix(srv.Target, "smtp.")) {
			t.Errorf("%v", srv)
		}
		at, _, _ := net.SplitHostPort(address(t, w, name))
		if _, err := w.Server(net.JoinHostPort(at, strconv.Itoa(int(srv.Port)))); err != nil {
			t.Errorf("%s, port %d: %v", name, srv.Port, err)
		}
	}
	if seen < 19 {
		t.Errorf("only %d SRV records", seen)
	}
}

// TestExtensionHosts looks at what makes these hosts special; behind the address
// comes what is said after EHLO.
func TestExtensionHosts(t *testing.T) {
	t.Parallel()
	const ok = "S: 250 *|"
	const envelope = "C: MAIL FROM:<a@b.test>|" + ok + "C: RCPT TO:<alice@a.test>|" + ok
	w := open(t, lab.Options{})
	for _, test := range []struct{ host, talk string }{
		{"mx.size.test", "C: MAIL FROM:<> SIZE=1001|S: 552 5.3.4 *|C: MAIL FROM:<> SIZE=1000|" + ok},
		{"mx.size-late.test", "C: MAIL FROM:<> SIZE=1001|" + ok + "C: RCPT TO:<a@b.test>|" + ok + "C: DATA|S: 354 *|C: .|S: 552 5.3.4 *"},
		{"mx.bdat.test", envelope + "C: BDAT 0 LAST|S: 250 2.0.0 Ok: queued as *"},
		{"mx.bdat-broken.test", envelope + "C: BDAT 6 LAST|C: QUIT|S: 500 *|C: QUIT|S: 221 *|eof"},
		{"mx.bdat-unread.test", envelope + "C: BDAT 6 LAST|S: 500 *|C: Subject: x|S: 500 *|C: RSET|" + ok + "C: QUIT|S: 221 *|eof"},
		{"mx.dsn.test", "C: MAIL FROM:<a@b.test> RET=HDRS ENVID=x|" + ok + "C: RCPT TO:<alice@a.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;bob@a.test|" + ok},
		{"mx.smtputf8.test", "C: MAIL FROM:<ä@b.test> SMTPUTF8|" + ok + "C: RCPT TO:<αλίκη@a.test>|" + ok},
		{"mx.deliverby.test", "C: MAIL FROM:<> BY=-5;R|S: 501 5.5.4 *|C: MAIL FROM:<> MT-PRIORITY=3|S: 250 2.3.6 *|RSET|" + "C: MAIL FROM:<> BY=60;NT HOLDFOR=60|S: 250 2.1.0 Ok"},
		{"mx.xclient.test", "C: XFORWARD NAME=x|" + ok + envelope + "C: XCLIENT ADDR=192.0.2.66|S: 220 *|C: EHLO a|*|C: MAIL FROM:<>|" + ok +
			"C: RCPT TO:<alice@a.test>|S: 554 5.7.1 *|C: XCLIENT ADDR=192.0.2.1|S: 220 *|C: EHLO a|*|" + envelope},
		{"mx.prdr.test", envelope + "C: DATA|S: 354 *|C: .|S: 250 OK id=*|C: MAIL FROM:<> PRDR|" + ok + "C: RCPT TO:<bob@a.test>|" + ok + "C: DATA|S: 354 *|C: .|S: 550 *|C: QUIT|S: 221 *|eof"},
		{"mx.vrfy.test", "C: VRFY alice|S: 250 2.1.5 *|C: VRFY bob|S: 252 *|C: VRFY eve|S: 550 *|C: EXPN staff|S: 250-*|S: 250-*|S: 250 *|C: EXPN all|S: 550 *|" +
			"C: HELP|S: 214-*|S: 214-*|S: 214 *|C: ETRN etrn.test|S: 250 *|C: ETRN other.test|S: 458 *|" + envelope},
		{"mx.limits.test", envelope + "C: RSET|" + ok + envelope + "C: RSET|" + ok + "C: MAIL FROM:<>|S: 421 *|eof"},
		{"mx.pipelining-broken.test", "C: MAIL FROM:<>\r\nRCPT TO:<alice@a.test>\r\nDATA|" + ok + "silence"},
		{"mx.lying.test", "C: MAIL FROM:<> SIZE=1|S: 555 *|C: MAIL FROM:<>|" + ok + "C: RCPT TO:<a@b> NOTIFY=NEVER|S: 555 *|C: RCPT TO:<a@b>|" + ok +
			"C: BDAT 3 LAST|C: 1|S: 501 *|C: ETRN a|S: 502 *|C: XCLIENT ADDR=1|S: 550 *|C: RSET|" + ok + "C: MAIL FROM:<> BODY=8BITMIME|S: 555 *"},
		{"smtp.wrong-auth-challenge.test", "C: AUTH LOGIN|S: 334 this is not base64!|C: *|S: 501 *|C: QUIT|S: 221 *|eof"},
		{"smtp.wrong-auth-challenge.test", "C: AUTH PLAIN|S: 334 *|C: AAAA|S: 535 *|C: QUIT|S: 221 *|eof"},
		{"smtp.auth-lies.test", "C: AUTH LOGIN|S: 502 *|C: MAIL FROM:<>|S: 530 *|C: QUIT|S: 221 *|eof"},
		{"smtp.auth-then-421.test", "C: AUTH PLAIN AAAA|S: 421 *|eof"},
	} {
		t.Run(test.host, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { talkAfterHello(t, address(t, w, test.host), test.talk) })
		})
	}
}

// talkAfterHello says EHLO and then talks; "*" is a whole reply, whatever it is.
func talkAfterHello(t *testing.T, address, talk string) {
	w := open(t, lab.Options{Network: simnet.New()})
	c := dialWorld(t, w, address)
	defer c.Close()
	if strings.HasSuffix(address, ":465") {
		c.talk("tls")
	}
	c.talk("S: 220 *", "C: EHLO a")
	c.skim(time.Minute)
	for line := range strings.SplitSeq(strings.TrimSuffix(talk, "|"), "|") {
		switch line {
		case "*":
			c.skim(time.Minute)
		case "RSET":
			c.talk("C: RSET", "S: 250 *")
		default:
			c.talk(line)
		}
	}
}

// TestSometimesSTARTTLS connects five times.
func TestSometimesSTARTTLS(t *testing.T) {
	t.Parallel()
	w := open(t, lab.Options{})
	at := address(t, w, "mx.starttls-sometimes.test")
	for i, want := range []bool{true, false, true, false, true, true} {
		c := dialWorld(t, w, at)
		c.talk("S: 220 *", "C: EHLO a")
		if reply, _ := c.skim(time.Minute); strings.Contains(reply, "STARTTLS") != want {
			t.Errorf("connection %d: %s", i+1, reply)
		}
		c.Close()
	}
}

// TestBehindAProxy speaks the PROXY protocol to the host that wants it.
func TestBehindAProxy(t *testing.T) {
	t.Parallel()
	w := open(t, lab.Options{})
	at, _, _ := net.SplitHostPort(address(t, w, "mx.xclient.test"))
	c := dialWorld(t, w, net.JoinHostPort(at, "2526"))
	c.talk("C: PROXY TCP4 192.0.2.65 198.51.100.1 40000 25", "S: 220 *", "C: QUIT", "S: 221 *", "eof")
	c.Close()
	c = dialWorld(t, w, net.JoinHostPort(at, "2526"))
	c.talk("C: PROXY TCP4 192.0.2.66 198.51.100.1 40000 25", "S: 554 5.7.1 *", "C: QUIT", "S: 221 *", "eof")
	c.Close()
}

// TestEveryHost has a patient, simple client talk to every host in a bubble, to
// see that nothing blocks for ever and that all of it ends.
func TestEveryHost(t *testing.T) {
	t.Parallel()
	w := open(t, lab.Options{})
	hosts, err := w.Hosts()
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range hosts {
		synctest.Test(t, func(t *testing.T) {
			w := open(t, lab.Options{Network: simnet.New()})
			conn, err := w.Dial(timeout(t, 10*time.Second), "tcp", h.Address)
			if (err == nil) != (h.Outcome == simnet.Accept) {
				t.Errorf("%s: %v", h.Name, err)
			}
			if err != nil {
				return
			}
			start := time.Now()
			c := newClient(t, conn)
			c.wander(strings.HasSuffix(h.Address, ":465"))
			c.Close()
			if spent := time.Since(start); spent > 5*time.Minute {
				t.Errorf("%s took %v", h.Name, spent)
			}
			s, err := w.Server(h.Address)
			if err != nil || len(s.Errors()) > 0 {
				t.Errorf("%s: %v, %v", h.Name, err, s.Errors())
			}
		})
	}
}

// wander goes through a whole dialogue, whatever the answers are, and gives up
// where one is missing.
func (c *client) wander(implicit bool) {
	const patience = 30 * time.Second
	if implicit && c.startTLS(nil) != nil {
		return
	}
	reply, ok := c.skim(patience)
	for _, line := range []string{"EHLO a", "STARTTLS", "EHLO a", "MAIL FROM:<>", "RCPT TO:<alice@a.test>", "DATA", ".", "RSET", "QUIT"} {
		if !ok {
			return
		}
		needs := map[string]string{"STARTTLS": "-STARTTLS\r\n", "DATA": "250 ", ".": "354"}[line]
		if at := strings.Index(reply, needs); at < 0 || at > 0 && line != "STARTTLS" {
			continue
		}
		_ = c.SetWriteDeadline(time.Now().Add(patience))
		if _, err := io.WriteString(c, line+"\r\n"); err != nil {
			return
		}
		reply, ok = c.skim(patience)
		if line == "STARTTLS" && strings.HasPrefix(reply, "220") && c.startTLS(&tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10}) != nil {
			return
		}
	}
}

// skim reads one reply, or 256 KiB of one.
func (c *client) skim(patience time.Duration) (reply string, ok bool) {
	_ = c.SetReadDeadline(time.Now().Add(patience))
	var text []byte
	for len(text) < 256<<10 {
		line, err := c.in.ReadSlice('\n')
		text = append(text, line...)
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return string(text), false
		}
		if err == nil && (len(line) < 4 || line[3] != '-') {
			return string(text), true
		}
	}
	return string(text), false
}
