package dnsclient

import (
	"context"
	"fmt"
	"net"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const zone = `
$TTL 300
good.test.        MX 20 mx2.good.test.
                  MX 10 MX1.good.test.
mx1.good.test.    A 198.51.100.1
                  A 198.51.100.2
mx1.good.test.    60 AAAA 2001:db8::1
txt.test.         TXT "v=spf1 " "-all"
_25._tcp.mx1.good.test. TLSA 3 1 1 0000000000000000000000000000000000000000000000000000000000000001
1.100.51.198.in-addr.arpa. PTR mx1.good.test.
alias.test.       CNAME alias2.test.
alias2.test.      CNAME good.test.
dangling.test.    CNAME nowhere.test.
half.test.        CNAME txt.test.
loop.test.        CNAME loop2.test.
loop2.test.       CNAME loop.test.
self.test.        CNAME self.test.
wide.test.        TXT "x"
;! servfail.test. servfail
;! bogus.test. servfail
;! bogus.test. ede 6 no valid signature
;! refused.test. refused
;! odd.test. rcode 11
;! badvers.test. rcode 23
;! drop.test. drop
;! noedns.test. formerr-edns
noedns.test.      MX 10 mx1.good.test.
;! cut.test. truncate
cut.test.         MX 10 mx1.good.test.
;! cutrefused.test. truncate
;! cutrefused.test. tcp-refused
cutrefused.test.  MX 10 mx1.good.test.
;! authentic.test. ad
authentic.test.   MX 10 mx1.good.test.
;! zero.test. ttl 0
zero.test.        MX 10 mx1.good.test.
;! negative.test. ttl 4294967295
negative.test.    MX 10 mx1.good.test.
;! many.test. many 3000
;! huge.test. many-addresses 200
authority.test.   CNAME authority2.test.
;! authority.test. no-recursion
authority2.test.  CNAME good.test.
;! authority2.test. no-recursion
`

func TestQuery(t *testing.T) {
	t.Parallel()
	_, addr := serve(t, zone)
	for _, test := range []struct {
		name    string
		typ     Type
		status  Status
		records string
		tries   []string
	}{
		{"good.test", "MX", StatusOK, "20 mx2.good.test, 10 MX1.good.test", nil},
		{"GOOD.test.", "MX", StatusOK, "20 mx2.good.test, 10 MX1.good.test", nil},
		{"mx1.good.test", "A", StatusOK, "198.51.100.1, 198.51.100.2", nil},
		{"mx1.good.test", "AAAA", StatusOK, "2001:db8::1", nil},
		{"txt.test", "TXT", StatusOK, "v=spf1 -all", nil},
		{"txt.test", "TYPE16", StatusOK, "v=spf1 -all", nil},
		{"_25._tcp.mx1.good.test", "TLSA", StatusOK, "3 1 1 " + strings.Repeat("0", 63) + "1", nil},
		{"1.100.51.198.in-addr.arpa", "PTR", StatusOK, "mx1.good.test", nil},
		{"good.test", "A", StatusNoData, "", []string{"udp NOERROR"}},
		{"test", "MX", StatusNoData, "", []string{"udp NOERROR"}},
		{"nobody.test", "MX", StatusNXDomain, "", []string{"udp NXDOMAIN"}},
		{"elsewhere.example", "MX", StatusNXDomain, "", []string{"udp NXDOMAIN"}},
		{"alias.test", "MX", StatusOK, "20 mx2.good.test, 10 MX1.good.test", nil},
		{"alias.test", "CNAME", StatusOK, "alias2.test", nil},
		{"dangling.test", "MX", StatusNXDomain, "", []string{"udp NXDOMAIN"}},
		{"half.test", "MX", StatusNoData, "", []string{"udp NOERROR"}},
		{"loop.test", "MX", StatusLoop, "", []string{"udp NOERROR"}},
		{"self.test", "MX", StatusLoop, "", []string{"udp NOERROR"}},
		{"servfail.test", "MX", StatusServFail, "", []string{"udp SERVFAIL"}},
		{"refused.test", "MX", StatusServFail, "", []string{"udp REFUSED"}},
		{"odd.test", "MX", StatusServFail, "", []string{"udp DSOTYPENI"}},
		{"badvers.test", "MX", StatusServFail, "", []string{"udp BADCOOKIE"}},
		{"drop.test", "MX", StatusTimeout, "", []string{"udp: timeout"}},
		{"noedns.test", "MX", StatusOK, "10 mx1.good.test", []string{"udp FORMERR", "udp NOERROR"}},
		{"cut.test", "MX", StatusOK, "10 mx1.good.test", []string{"udp NOERROR truncated", "tcp NOERROR"}},
		{"authority.test", "MX", StatusOK, "20 mx2.good.test, 10 MX1.good.test", []string{"udp NOERROR", "udp NOERROR", "udp NOERROR"}},
		{"", "MX", StatusFailed, "", []string{}},
		{"a..b", "MX", StatusFailed, "", []string{}},
		{strings.Repeat("a", 64) + ".test", "MX", StatusFailed, "", []string{}},
		{strings.Repeat("a.", 128) + "test", "MX", StatusFailed, "", []string{}},
		{"good.test", "NOTYPE", StatusFailed, "", []string{}},
		{".", "MX", StatusNoData, "", nil},
	} {
		t.Run(fmt.Sprintf("%.40s %s", test.name, test.typ), func(t *testing.T) {
			t.Parallel()
			c := patient(addr)
			if test.status == StatusTimeout {
				c = impatient(addr)
			}
			a := c.Query(t.Context(), test.name, test.typ)
			if a.Status != test.status {
				t.Errorf("status %q (%s), want %q", a.Status, a.Err, test.status)
			}
			if got := listed(a.Records); got != test.records {
				t.Errorf("records %q, want %q", got, test.records)
			}
			if test.tries != nil && !slices.Equal(tries(a), test.tries) {
				t.Errorf("tries %q, want %q", tries(a), test.tries)
			}
			if (a.Err == "") != (a.Status == StatusOK || a.Status == StatusNoData || a.Status == StatusNXDomain) {
				t.Errorf("status %q with the words %q", a.Status, a.Err)
			}
		})
	}
}

func listed(records []Record) string {
	var s []string
	for _, r := range records {
		switch {
		case r.Type == "MX":
			s = append(s, fmt.Sprintf("%d %s", r.Preference, r.Host))
		case r.Host != "":
			s = append(s, r.Host)
		case r.Addr.IsValid():
			s = append(s, r.Addr.String())
		default:
			s = append(s, r.Text)
		}
	}
	return strings.Join(s, ", ")
}

func TestExchangeFacts(t *testing.T) {
	t.Parallel()
	s, addr := serve(t, zone)
	a := patient(addr).Query(t.Context(), "Good.test", "MX")
	if len(a.Exchanges) != 1 || s.Asked("good.test", "MX") != 1 {
		t.Fatalf("%d exchanges, %d queries at the server", len(a.Exchanges), s.Asked("good.test", "MX"))
	}
	e := a.Exchanges[0]
	if e.Time.IsZero() || e.RTT <= 0 || e.RTT > time.Second {
		t.Errorf("time %v, RTT %v", e.Time, e.RTT)
	}
	e.Time, e.RTT = time.Time{}, 0
	want := Exchange{
		Server: addr, Name: "Good.test", Type: "MX", Network: "udp", Rcode: "NOERROR", TTL: 300, Total: 2,
		Answers: []string{"Good.test. 300 IN MX 20 mx2.good.test.", "Good.test. 300 IN MX 10 MX1.good.test."},
	}
	if !reflect.DeepEqual(e, want) {
		t.Errorf("exchange\n%+v, want\n%+v", e, want)
	}
}

func TestAnswerFacts(t *testing.T) {
	t.Parallel()
	_, addr := serve(t, zone)
	c := patient(addr)
	if a := c.Query(t.Context(), "authentic.test", "MX"); !a.AD || !a.Exchanges[0].AD {
		t.Error("AD is lost")
	}
	a := c.Query(t.Context(), "alias.test", "MX")
	if listed(a.Chain) != "alias2.test, good.test" || a.Canonical() != "good.test" || a.TTL != 300 {
		t.Errorf("chain %s, canonical %s, TTL %d", listed(a.Chain), a.Canonical(), a.TTL)
	}
	if a := c.Query(t.Context(), "authority.test", "MX"); listed(a.Chain) != "authority2.test, good.test" || !a.Exchanges[0].Authoritative {
		t.Errorf("an authority's aliases: %s", listed(a.Chain))
	}
	if a := c.Query(t.Context(), "bogus.test", "MX"); a.Err != "SERVFAIL (DNSSEC Bogus: no valid signature)" || a.Rcode != "SERVFAIL" {
		t.Errorf("extended error: %q", a.Err)
	}
	if a := c.Query(t.Context(), "good.test", "MX"); a.Canonical() != "good.test" {
		t.Errorf("canonical %s", a.Canonical())
	}
	a = c.Query(t.Context(), "huge.test", "A")
	if e := a.Exchanges[1]; len(a.Records) != 200 || len(e.Answers) != MaxAnswers || e.Total != 200 || e.Network != "tcp" {
		t.Errorf("%d records, %d listed of %d over %s", len(a.Records), len(e.Answers), e.Total, e.Network)
	}
}

// What a server did wrong in the first round is forgotten when the second helps.
func TestServersInTurn(t *testing.T) {
	t.Parallel()
	_, bad := serve(t, ";! good.test. servfail")
	_, worse := serve(t, ";! good.test. raw loop")
	_, good := serve(t, zone)
	nobody := unused(t)

	c := patient(nobody, bad, worse, good)
	a := c.Query(t.Context(), "good.test", "MX")
	want := []string{
		"udp: connection refused", "udp SERVFAIL",
		"udp: malformed answer: a compression pointer does not point back to a name", "udp NOERROR",
	}
	if a.Status != StatusOK || a.Err != "" || !slices.Equal(tries(a), want) {
		t.Errorf("%s %q: %q", a.Status, a.Err, tries(a))
	}

	c = patient(nobody, bad)
	c.Rounds = 2
	a = c.Query(t.Context(), "good.test", "MX")
	want = []string{"udp: connection refused", "udp SERVFAIL", "udp: connection refused", "udp SERVFAIL"}
	if a.Status != StatusServFail || a.Err != "SERVFAIL" || !slices.Equal(tries(a), want) {
		t.Errorf("%s %q: %q", a.Status, a.Err, tries(a))
	}

	if a := patient(nobody).Query(t.Context(), "good.test", "MX"); a.Status != StatusFailed || a.Err != "connection refused" {
		t.Errorf("nobody there: %s %q", a.Status, a.Err)
	}
	if a := (&Client{Servers: []string{}}).Query(t.Context(), "good.test", "MX"); a.Status != StatusFailed || a.Err != "no DNS server to ask" {
		t.Errorf("no servers: %s %q", a.Status, a.Err)
	}
}

func TestTCPOnly(t *testing.T) {
	t.Parallel()
	_, addr := serve(t, zone)
	c := patient(addr)
	c.TCP = true
	for name, want := range map[string]string{
		"good.test": "tcp NOERROR", "cut.test": "tcp NOERROR",
		"cutrefused.test": "tcp: connection reset",
	} {
		if a := c.Query(t.Context(), name, "MX"); !slices.Equal(tries(a), []string{want}) {
			t.Errorf("%s: %q, want %q", name, tries(a), want)
		}
	}
	if a := c.Query(t.Context(), "noedns.test", "MX"); a.Status != StatusOK || len(a.Exchanges) != 2 {
		t.Errorf("without EDNS0: %s, %q", a.Status, tries(a))
	}
}

// Cancelling ends a query at once, and is not taken for a fault of DNS.
func TestCancel(t *testing.T) {
	t.Parallel()
	_, addr := serve(t, zone)
	c := &Client{Servers: []string{addr}}
	ctx, cancel := context.WithCancel(t.Context())
	c.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		time.AfterFunc(20*time.Millisecond, cancel)
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	start := time.Now()
	a := c.Query(ctx, "drop.test", "MX")
	if a.Status != StatusCancelled || !slices.Equal(tries(a), []string{"udp: cancelled"}) {
		t.Errorf("%s: %q", a.Status, tries(a))
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("took %v", took)
	}
	if a := c.Query(ctx, "good.test", "MX"); a.Status != StatusCancelled || len(a.Exchanges) != 0 {
		t.Errorf("after: %s, %q", a.Status, tries(a))
	}
	ctx, cancel = context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	c.Dial = nil
	if a := c.Query(ctx, "drop.test", "MX"); a.Status != StatusTimeout || len(a.Exchanges) != 1 {
		t.Errorf("deadline of the caller: %s, %q", a.Status, tries(a))
	}
}

// The words for what a dialler can meet.
func TestDialErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err  error
		want string
	}{
		{fmt.Errorf("dial: %w", errnoWords[2].errno), "network unreachable"},
		{fmt.Errorf("dial: %w", errnoWords[3].errno), "no route to host"},
		{&net.OpError{Op: "dial", Net: "udp", Err: fmt.Errorf("so it is")}, "so it is"},
		{fmt.Errorf("no such thing in the lab"), "no such thing in the lab"},
	} {
		c := patient("192.0.2.1:53")
		c.Dial = func(context.Context, string, string) (net.Conn, error) { return nil, test.err }
		if a := c.Query(t.Context(), "good.test", "MX"); a.Status != StatusFailed || a.Err != test.want {
			t.Errorf("%v: %s %q, want %q", test.err, a.Status, a.Err, test.want)
		}
	}
}

// Ids and source ports are not guessable from the last ones.
func TestRandom(t *testing.T) {
	t.Parallel()
	var ids, ports sync.Map
	conn := answering(t, func(query []byte) [][]byte {
		ids.Store(string(query[:2]), true)
		if query[2] != 1 || query[3] != 0x20 {
			t.Errorf("flags %x, want RD and AD alone", query[2:4])
		}
		return [][]byte{append([]byte{query[0], query[1], 0x80, 3, 0, 1, 0, 0, 0, 0, 0, 0}, query[headerSize:]...)}
	})
	c := patient(conn.LocalAddr().String())
	c.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if err == nil {
			ports.Store(conn.LocalAddr().String(), true)
		}
		return conn, err
	}
	const times = 40
	for range times {
		if a := c.Query(t.Context(), "good.test", "MX"); a.Status != StatusNXDomain {
			t.Fatal(a.Status, tries(a))
		}
	}
	if n, m := size(&ids), size(&ports); n < times-5 || m < times-5 {
		t.Errorf("%d ids and %d ports in %d queries", n, m, times)
	}
}

func size(m *sync.Map) (n int) {
	m.Range(func(any, any) bool { n++; return true })
	return n
}

func TestParseResolvConf(t *testing.T) {
	t.Parallel()
	for conf, want := range map[string][]string{
		"":                                 localServers(),
		"search example.test\n":            localServers(),
		"nameserver not-an-address\n":      localServers(),
		"# nameserver 192.0.2.9\n":         localServers(),
		"nameserver 192.0.2.1":             {"192.0.2.1:53"},
		"nameserver\t2001:db8::1 # main\r": {"[2001:db8::1]:53"},
		"nameserver fe80::1%eth0\n":        {"[fe80::1%eth0]:53"},
		"nameserver 192.0.2.1\nnameserver 192.0.2.2\noptions rotate\nnameserver 192.0.2.3\nnameserver 192.0.2.4\n": {"192.0.2.1:53", "192.0.2.2:53", "192.0.2.3:53"},
	} {
		if got := parseResolvConf(strings.NewReader(conf)); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", conf, got, want)
		}
	}
	if len(SystemServers()) == 0 {
		t.Error("the system has no resolver")
	}
	if c := new(Client); !slices.Equal(c.servers(), SystemServers()) {
		t.Error("the zero Client does not ask the system's resolvers")
	}
}
