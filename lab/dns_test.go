package lab

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
	"go.uber.org/goleak"
)

const dnsTestZone = `
$ORIGIN x.test.
$TTL 600
@          SOA ns.x.test. hostmaster.x.test. 7 7200 3600 1209600 300
           MX 10 mx
mx         A 198.51.100.1
alias      CNAME mx
out        CNAME www.elsewhere.example.
a.deep     TXT "below an empty name"
*.wild     A 198.51.100.2
big        TXT "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
           TXT "1123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
           TXT "2123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
           TXT "3123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
           TXT "4123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
;! slow.x.test. delay 1h
;! stale.x.test. stale
stale      A 198.51.100.3
;! nx.x.test. A nxdomain
nx         A 198.51.100.4
;! own.x.test. no-recursion
own        CNAME mx
`

// dnsServe runs a server on one loopback port, UDP and TCP.
func dnsServe(t *testing.T, zone string) (*DNSServer, string) {
	t.Helper()
	s, err := NewDNS(zone)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	addr, err := s.ServeLoopback()
	if err != nil {
		t.Fatal(err)
	}
	return s, addr
}

// dnsAsk asks with the library's own client, which shares no code with ours.
func dnsAsk(t *testing.T, addr, network, name string, typ uint16, edns uint16) *dns.Msg {
	t.Helper()
	m := new(dns.Msg)
	m.SetQuestion(name, typ)
	if edns > 0 {
		m.SetEdns0(edns, false)
	}
	reply, _, err := (&dns.Client{Net: network, Timeout: 20 * time.Second, UDPSize: 4096}).Exchange(m, addr)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return reply
}

func TestDNSAnswers(t *testing.T) {
	t.Parallel()
	s, addr := dnsServe(t, dnsTestZone)
	for _, test := range []struct {
		name   string
		typ    uint16
		rcode  int
		answer string
		soa    string
	}{
		{"x.test.", dns.TypeMX, 0, "x.test. 600 IN MX 10 mx.x.test.", ""},
		{"X.Test.", dns.TypeMX, 0, "X.Test. 600 IN MX 10 mx.x.test.", ""},
		{"alias.x.test.", dns.TypeA, 0, "alias.x.test. 600 IN CNAME mx.x.test.|mx.x.test. 600 IN A 198.51.100.1", ""},
		{"alias.x.test.", dns.TypeAAAA, 0, "alias.x.test. 600 IN CNAME mx.x.test.", "x.test."},
		{"own.x.test.", dns.TypeA, 0, "own.x.test. 600 IN CNAME mx.x.test.", ""},
		{"out.x.test.", dns.TypeA, 3, "out.x.test. 600 IN CNAME www.elsewhere.example.", "example."},
		{"deep.x.test.", dns.TypeA, 0, "", "x.test."},
		{"no.x.test.", dns.TypeA, 3, "", "x.test."},
		{"no.deep.x.test.", dns.TypeA, 3, "", "x.test."},
		{"any.wild.x.test.", dns.TypeA, 0, "any.wild.x.test. 600 IN A 198.51.100.2", ""},
		{"any.wild.x.test.", dns.TypeMX, 0, "", "x.test."},
		{"test.", dns.TypeA, 0, "", "test."},
		{"example.", dns.TypeA, 3, "", "example."},
		{"nx.x.test.", dns.TypeA, 3, "", ""},
		{"nx.x.test.", dns.TypeMX, 0, "", "x.test."},
		{"stale.x.test.", dns.TypeA, 0, "stale.x.test. 30 IN A 198.51.100.3", ""},
	} {
		for _, network := range []string{"udp", "tcp"} {
			m := dnsAsk(t, addr, network, test.name, test.typ, 1232)
			var lines []string
			for _, rr := range m.Answer {
				lines = append(lines, strings.ReplaceAll(rr.String(), "\t", " "))
			}
			soa := ""
			if len(m.Ns) > 0 {
				soa = m.Ns[0].Header().Name
			}
			if m.Rcode != test.rcode || strings.Join(lines, "|") != test.answer || soa != test.soa {
				t.Errorf("%s %s: %d %q, SOA %q", network, test.name, m.Rcode, lines, soa)
			}
			if own := test.name == "own.x.test."; m.RecursionAvailable == own || m.Authoritative != own || m.AuthenticatedData || m.IsEdns0() == nil {
				t.Errorf("%s %s: flags %+v", network, test.name, m.MsgHdr)
			}
		}
	}
	if n := s.Asked("x.test", "MX"); n != 4 {
		t.Errorf("counted %d", n)
	}
	if n := s.Asked("nx.x.test.", ""); n != 4 {
		t.Errorf("counted %d", n)
	}
}

// Over UDP an answer is cut at what the asker takes: 512 bytes without EDNS0.
func TestDNSTruncates(t *testing.T) {
	t.Parallel()
	_, addr := dnsServe(t, dnsTestZone)
	for edns, cut := range map[uint16]bool{0: true, 100: true, 512: true, 1232: false} {
		m := dnsAsk(t, addr, "udp", "big.x.test.", dns.TypeTXT, edns)
		m.Compress = true
		if m.Truncated != cut || m.Len() > 512 == cut {
			t.Errorf("EDNS0 %d: %d bytes, TC %v", edns, m.Len(), m.Truncated)
		}
	}
	if m := dnsAsk(t, addr, "tcp", "big.x.test.", dns.TypeTXT, 0); m.Truncated || len(m.Answer) != 5 {
		t.Errorf("TCP: %d records, TC %v", len(m.Answer), m.Truncated)
	}
}

func TestDNSZoneErrors(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{
		"x.test. MX ten mx.test.",
		";! x.test.",
		";! x.test. MX",
		";! x.test. fly",
		";! x.test. delay soon",
		";! x.test. rcode many",
		";! x.test. raw xyz",
		";! x.test. ttl -1",
		";! x.test. ede six",
		";! x.test. many few",
		"$INCLUDE /etc/passwd",
	} {
		if _, err := NewDNS(zone); err == nil {
			t.Errorf("%q is taken", zone)
		}
	}
	if _, err := NewDNS("x.test. MX 10 mx.test.\n\n ;! x.test. fly\n"); err == nil || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("the error does not say where: %v", err)
	}
}

// Close ends delays and open connections and leaves no goroutine.
func TestDNSClose(t *testing.T) {
	before := goleak.IgnoreCurrent()
	s, addr := dnsServe(t, dnsTestZone)
	idle, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	asking, err := net.Dial("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer asking.Close()
	m := new(dns.Msg)
	m.SetQuestion("slow.x.test.", dns.TypeMX)
	packet, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := asking.Write(packet); err != nil {
		t.Fatal(err)
	}
	dnsAsk(t, addr, "udp", "x.test.", dns.TypeMX, 0)
	_ = s.Close()
	_ = s.Close()
	goleak.VerifyNone(t, before)

	late, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.ServeTCP(late)
	if conn, err := late.Accept(); err == nil {
		conn.Close()
		t.Error("a closed server keeps a listener open")
	}
}
