package lab_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net/netip"
	"os"
	"slices"
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
	allowed := []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8::/32")}
	files := worldFiles(t)
	hosts := make(map[string]bool)
	owner := make(map[netip.Addr]string)
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
		if !slices.ContainsFunc(allowed, func(p netip.Prefix) bool { return p.Contains(addr) }) {
			t.Errorf("%s is at %s", name, addr)
		}
		if owner[addr] != "" {
			t.Errorf("%s and %s are both at %s", owner[addr], name, addr)
		}
		owner[addr] = name
		hosts[name] = true
		if _, ok := files[name+".dialogue"]; !ok {
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
	} {
		if d, ok := index[name+".test"]; !ok || d.Exit != exit {
			t.Errorf("%s.test: %+v, want exit code %d", name, d, exit)
		}
	}
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
