package dnsclient

import (
	"context"
	"encoding/binary"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// The numbers are those of the catalogue of hostile behaviours; the cases that
// are about hosts rather than packets are in package mxresolve.

// 48: too many records, and the whole answer over TCP when UDP cuts it.
func TestHostile48TooMany(t *testing.T) {
	t.Parallel()
	_, addr := serve(t, ";! many.test. many 1000000\n;! crowd.test. many-addresses 10000\n")
	c := patient(addr)
	a := c.Query(t.Context(), "many.test", "MX")
	if a.Status != StatusOK || len(a.Records) != MaxRecords || a.Total <= MaxRecords {
		t.Errorf("%s: %d of %d", a.Status, len(a.Records), a.Total)
	}
	for _, e := range a.Exchanges {
		if len(e.Answers) > MaxAnswers || len(strings.Join(e.Answers, "")) > maxAnswerBytes {
			t.Errorf("%d answers listed", len(e.Answers))
		}
	}
	if want := []string{"udp NOERROR truncated", "tcp NOERROR"}; !slices.Equal(tries(a), want) {
		t.Errorf("tries %q", tries(a))
	}
	if a := c.Query(t.Context(), "crowd.test", "A"); a.Status != StatusOK || len(a.Records) != MaxRecords || a.Total < 4000 {
		t.Errorf("%s: %d of %d", a.Status, len(a.Records), a.Total)
	}
}

// 49: alias loops and chains of a hundred.
func TestHostile49Aliases(t *testing.T) {
	t.Parallel()
	var zone strings.Builder
	for i := range 100 {
		zone.WriteString(label("c", i) + " CNAME " + label("c", i+1) + "\n")
	}
	zone.WriteString("loop.test. CNAME loop2.test.\nloop2.test. CNAME LOOP.test.\n")
	for i := range MaxChain {
		zone.WriteString(label("ok", i) + " CNAME " + label("ok", i+1) + "\n")
	}
	zone.WriteString(label("ok", MaxChain) + " MX 10 mx.test.\n")
	_, addr := serve(t, zone.String())
	for name, want := range map[string]Status{"c0.test": StatusLongChain, "loop.test": StatusLoop, "ok0.test": StatusOK} {
		a := patient(addr).Query(t.Context(), name, "MX")
		if a.Status != want || len(a.Chain) > MaxChain+1 {
			t.Errorf("%s: %s after %d aliases, want %s", name, a.Status, len(a.Chain), want)
		}
	}
}

func label(s string, i int) string {
	return s + string(rune('0' + i/10%10))[:min(1, i/10)] + string(rune('0'+i%10)) + ".test."
}

// 51 and 56: what breaks the format is an error, and the next server is asked.
func TestHostile51Malformed(t *testing.T) {
	t.Parallel()
	_, good := serve(t, "x.test. MX 10 mx.test.")
	for what, want := range map[string]string{
		"loop":                                   "a compression pointer does not point back to a name",
		"forward-pointer":                        "a compression pointer does not point back to a name",
		"past-end":                               "a name runs past the end",
		"long-label":                             "a label is longer than 63 bytes",
		"long-name":                              "a name is longer than 255 bytes",
		"c0 0c 000f 0001 00000e10 0004 000ac000": "a compression pointer does not point back to a name", // into the header
		"c0 0c 000f 0001 00000e10 0000":          "a record without data",
		"c0 0c 000f 0001 00000e10 0001 00":       "a name runs past the end",
		"c0 0c 000f 0001 00000e10 0004 000a 00 00": "the name in a record is not as long as its data",
		"c0 0c 0005 0001 00000e10 0003 016100":     "", // a CNAME record: taken
		"c0":                                       "a name runs past the end",
		"c0 0c 000f":                               "a record runs past the end",
	} {
		testMalformed(t, what, want, good)
	}
}

// 56: counts and lengths that lie.
func TestHostile56LyingCounts(t *testing.T) {
	t.Parallel()
	_, good := serve(t, "x.test. MX 10 mx.test.")
	testMalformed(t, "lying-count", "fewer records than the header counts", good)
	testMalformed(t, "lying-rdlength", "the data of a record runs past the end", good)
}

// 56: memory is spent on what came, not on what a count says.
func TestHostile56Allocations(t *testing.T) { // not parallel: it counts allocations
	lying := make([]byte, headerSize)
	binary.BigEndian.PutUint16(lying[6:], 0xffff)
	q, err := newQuestion("x.test", "MX")
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(10, func() { _, _ = parseReply(lying, q) }); n > 10 {
		t.Errorf("%v allocations for a count that lies", n)
	}
}

func testMalformed(t *testing.T, what, want, good string) {
	t.Helper()
	_, bad := serve(t, ";! x.test. raw "+what)
	a := patient(bad, good).Query(t.Context(), "x.test", "MX")
	if want == "" {
		if len(a.Exchanges) != 1 || a.Exchanges[0].Err != "" {
			t.Errorf("%s: %q", what, tries(a))
		}
		return
	}
	if got := a.Exchanges[0]; got.Err != "malformed answer: "+want || got.Rcode != "" {
		t.Errorf("%s: %q, rcode %q, want %q", what, got.Err, got.Rcode, want)
	}
	if a.Status != StatusOK || listed(a.Records) != "10 mx.test" {
		t.Errorf("%s: %s %s from the next server", what, a.Status, listed(a.Records))
	}
	a = patient(bad).Query(t.Context(), "x.test", "MX")
	if a.Status != StatusFailed || len(a.Records) > 0 {
		t.Errorf("%s alone: %s", what, a.Status)
	}
}

// 52: forged, late and doubled answers and garbage are ignored, and the wait goes on.
func TestHostile52Forged(t *testing.T) {
	t.Parallel()
	for word, ignored := range map[string]int{
		"wrong-id-first": 1, "wrong-question-first": 1, "wrong-source-first": 0, "garbage-first": 2, "duplicate": 0,
	} {
		a := ask(t, ";! x.test. "+word+"\nx.test. MX 10 true.test.", "x.test")
		if a.Status != StatusOK || listed(a.Records) != "10 true.test" || len(a.Exchanges) != 1 {
			t.Errorf("%s: %s %s %q", word, a.Status, listed(a.Records), tries(a))
			continue
		}
		if a.Exchanges[0].Ignored != ignored {
			t.Errorf("%s: %d messages ignored, want %d", word, a.Exchanges[0].Ignored, ignored)
		}
	}
	for _, word := range []string{"wrong-id-first", "wrong-question-first", "garbage-first"} {
		_, addr := serve(t, ";! x.test. "+word+"\nx.test. MX 10 true.test.")
		c := patient(addr)
		c.TCP = true
		if a := c.Query(t.Context(), "x.test", "MX"); a.Status != StatusOK || listed(a.Records) != "10 true.test" {
			t.Errorf("TCP, %s: %s %s", word, a.Status, listed(a.Records))
		}
	}
}

// 52: a flood of forged answers does not prolong the wait.
func TestHostile52Flood(t *testing.T) {
	t.Parallel()
	conn := listenUDP(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 512)
		n, from, err := conn.ReadFrom(buf)
		for err == nil {
			buf[2] |= 0x80
			buf[0]++ // never the right id twice in a row
			if buf[0] == 0 {
				buf[1]++
			}
			buf[len("xxxxxxxxxxxxxx")] ^= 1 // nor the right question
			_, err = conn.WriteTo(buf[:n], from)
		}
	}()
	start := time.Now()
	a := impatient(conn.LocalAddr().String()).Query(t.Context(), "x.test", "MX")
	if took := time.Since(start); took > 650*time.Millisecond {
		t.Errorf("took %v", took)
	}
	_ = conn.Close()
	<-done
	if a.Status != StatusTimeout || a.Exchanges[0].Ignored == 0 {
		t.Errorf("%s %q, %d ignored", a.Status, tries(a), a.Exchanges[0].Ignored)
	}
}

// 53: cut answers are never used, and EDNS0 is given up once.
func TestHostile53Truncated(t *testing.T) {
	t.Parallel()
	a := ask(t, ";! x.test. truncate\n;! x.test. tcp-refused\nx.test. MX 10 mx.test.", "x.test")
	if want := []string{"udp NOERROR truncated", "tcp: connection reset"}; a.Status != StatusFailed || !slices.Equal(tries(a), want) {
		t.Errorf("TCP reset: %s %q", a.Status, tries(a))
	}
	a = ask(t, ";! x.test. formerr-edns\nx.test. MX 10 mx.test.", "x.test")
	if want := []string{"udp FORMERR", "udp NOERROR"}; a.Status != StatusOK || !slices.Equal(tries(a), want) {
		t.Errorf("without EDNS0: %s %q", a.Status, tries(a))
	}
	a = ask(t, ";! x.test. formerr\nx.test. MX 10 mx.test.", "x.test")
	if want := []string{"udp FORMERR", "udp FORMERR"}; a.Status != StatusServFail || !slices.Equal(tries(a), want) {
		t.Errorf("FORMERR for ever: %s %q", a.Status, tries(a))
	}
}

// 53: nobody listens on the TCP port.
func TestHostile53NoTCP(t *testing.T) {
	t.Parallel()
	s, addr := serve(t, ";! x.test. truncate\nx.test. MX 10 mx.test.")
	c := patient(addr)
	udpOnly := listenUDP(t)
	s.ServeUDP(udpOnly)
	c.Servers = []string{udpOnly.LocalAddr().String()}
	a := c.Query(t.Context(), "x.test", "MX")
	if want := []string{"udp NOERROR truncated", "tcp: connection refused"}; a.Status != StatusFailed || !slices.Equal(tries(a), want) {
		t.Errorf("TCP refused: %s %q", a.Status, tries(a))
	}
}

// 53: FORMERR from a server so old that it answers with a bare header.
func TestHostile53BareHeader(t *testing.T) {
	t.Parallel()
	for rcode, want := range map[byte]Status{1: StatusServFail, 4: StatusServFail, 2: StatusTimeout, 0: StatusTimeout} {
		conn := answering(t, func(query []byte) [][]byte {
			return [][]byte{append(append([]byte{}, query[:2]...), 0x80, rcode, 0, 0, 0, 0, 0, 0, 0, 0)}
		})
		c := patient(conn.LocalAddr().String())
		if want == StatusTimeout {
			c = impatient(c.Servers...)
		}
		a := c.Query(t.Context(), "x.test", "MX")
		if a.Status != want || len(a.Exchanges) != map[Status]int{StatusServFail: 2, StatusTimeout: 1}[want] {
			t.Errorf("rcode %d: %s %q", rcode, a.Status, tries(a))
		}
	}
}

// 54: SERVFAIL, REFUSED and silence are told apart from "no such records".
func TestHostile54Failures(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]Status{
		"servfail": StatusServFail, "refused": StatusServFail, "drop": StatusTimeout, "nxdomain": StatusNXDomain,
	} {
		_, addr := serve(t, ";! x.test. MX "+word+"\nx.test. A 198.51.100.1")
		c := patient(addr)
		if want == StatusTimeout {
			c = impatient(addr)
		}
		if a := c.Query(t.Context(), "x.test", "MX"); a.Status != want {
			t.Errorf("%s: %s, want %s", word, a.Status, want)
		}
	}
	if a := ask(t, "x.test. A 198.51.100.1", "x.test"); a.Status != StatusNoData {
		t.Errorf("nothing wrong: %s", a.Status)
	}
}

// 53: a server that cuts even what it sends over TCP, or sends half of it.
func TestHostile53TruncatedStream(t *testing.T) {
	t.Parallel()
	for want, answer := range map[string]func(query []byte) []byte{
		"truncated over TCP": func(query []byte) []byte {
			query[2], query[3], query[11] = 0x82, 0, 0
			return append([]byte{0, byte(len(query))}, query...)
		},
		"connection closed without an answer": func(query []byte) []byte { return append([]byte{1, 0}, query...) },
	} {
		c := patient("192.0.2.1:53")
		c.TCP = true
		c.Dial = func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go func() {
				defer theirs.Close()
				query := make([]byte, 512)
				if n, err := theirs.Read(query); err == nil {
					_, _ = theirs.Write(answer(query[2:n]))
				}
			}()
			return ours, nil
		}
		if a := c.Query(t.Context(), "x.test", "MX"); a.Status != StatusFailed || a.Err != want {
			t.Errorf("%s %q, want %q", a.Status, a.Err, want)
		}
	}
}

// 54: a server that neither knows nor asks others has not said "no such records".
func TestHostile54Referral(t *testing.T) {
	t.Parallel()
	conn := answering(t, func(query []byte) [][]byte {
		answer := append([]byte{}, query...)
		answer[2], answer[3] = 0x80, 0
		answer[9], answer[11] = 1, 0
		question := len("\x01x\x04test\x00") + 4
		answer = append(answer[:headerSize+question], 0, 0, 2, 0, 1, 0, 0, 0, 9, 0, 4, 2, 'n', 's', 0)
		return [][]byte{answer}
	})
	a := patient(conn.LocalAddr().String()).Query(t.Context(), "x.test", "MX")
	if a.Status != StatusFailed || !strings.HasPrefix(a.Err, "a referral") {
		t.Errorf("%s %q %q", a.Status, a.Err, tries(a))
	}
}

// 55: TTLs at their ends.
func TestHostile55TTL(t *testing.T) {
	t.Parallel()
	for ttl, want := range map[string]uint32{"0": 0, "1": 1, "2147483647": 1<<31 - 1, "2147483648": 0, "4294967295": 0} {
		a := ask(t, ";! x.test. ttl "+ttl+"\nx.test. MX 10 mx.test.", "x.test")
		if a.TTL != want || a.Records[0].TTL != want || a.Exchanges[0].TTL != want {
			t.Errorf("TTL %s is read as %d, want %d", ttl, a.TTL, want)
		}
	}
}

// 58: odd bytes in names are kept, escaped as in a master file.
func TestHostile58OddNames(t *testing.T) {
	t.Parallel()
	zone := `x.test. MX 10 a\032b.test.
x.test. MX 10 \027[31mred.test.
x.test. MX 10 -lead.test.
x.test. MX 10 m\195\188ller.test.
x.test. MX 10 dot\.dot.test.
x.test. MX 10 nul\000.test.
`
	a := ask(t, zone, "x.test")
	want := `10 a\ b.test, 10 \027[31mred.test, 10 -lead.test, 10 m\195\188ller.test, 10 dot\.dot.test, 10 nul\000.test`
	if got := listed(a.Records); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, name := range []string{`a\032b.test`, "a b.test", "\x1b[31m.test", "müller.test", `end\.`, "\x00.test", `a\`, `\999.test`} {
		a := ask(t, "x.test. MX 10 mx.test.", name)
		if a.Status != StatusNXDomain && a.Status != StatusFailed {
			t.Errorf("%q: %s", name, a.Status)
		}
		for _, c := range a.Name {
			if a.Status == StatusNXDomain && (c < ' ' || c > '~') {
				t.Errorf("%q is asked for as %q", name, a.Name)
			}
		}
	}
}

// answering runs a server that answers each query with the datagrams of a function.
func answering(t *testing.T, answers func(query []byte) [][]byte) net.PacketConn {
	t.Helper()
	conn := listenUDP(t)
	done := make(chan struct{})
	t.Cleanup(func() { _ = conn.Close(); <-done })
	go func() {
		defer close(done)
		buf := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			for _, msg := range answers(buf[:n]) {
				if _, err := conn.WriteTo(msg, from); err != nil {
					return
				}
			}
		}
	}()
	return conn
}

// 54: a server that tells an alias and then nothing of where it leads, neither
// records nor that there are none, is asked once, and the next server after it.
func TestHostile54AliasIntoNothing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for name, y := range map[string]string{
		"empty": "", "other name": "z.test. 60 IN A 198.51.100.9", "the alias again": "x.test. 60 IN CNAME y.test.",
	} {
		silent := answering(t, telling(t, map[string]string{"x.test.": "x.test. 60 IN CNAME y.test.", "y.test.": y}))
		_, knows := serve(t, "x.test. CNAME y.test.\ny.test. A 198.51.100.1")
		a := patient(silent.LocalAddr().String()).Query(ctx, "x.test", "A")
		if a.Status != StatusFailed || !strings.HasPrefix(a.Err, "an empty answer") || len(a.Exchanges) != 2 || a.Exchanges[1].Err != a.Err {
			t.Errorf("%s: %s %q after %d exchanges", name, a.Status, a.Err, len(a.Exchanges))
		}
		if a := patient(silent.LocalAddr().String(), knows).Query(ctx, "x.test", "A"); a.Status != StatusOK || len(a.Chain) != 1 {
			t.Errorf("%s: %s %q with another server to ask", name, a.Status, a.Err)
		}
	}
}

// However many servers there are, a query has an end.
func TestManyServers(t *testing.T) {
	t.Parallel()
	_, addr := serve(t, ";! x.test. refused")
	c := patient(slices.Repeat([]string{addr}, 100)...)
	a := c.Query(t.Context(), "x.test", "MX")
	if a.Status != StatusServFail || a.Err != "REFUSED" || len(a.Exchanges) != MaxExchanges {
		t.Errorf("%s %q after %d exchanges", a.Status, a.Err, len(a.Exchanges))
	}
	_, addr = serve(t, ";! x.test. truncate\n;! x.test. formerr-edns\nx.test. MX 10 a.test.")
	c = patient(slices.Repeat([]string{unused(t)}, MaxExchanges-1)...)
	c.Servers = append(c.Servers, addr)
	a = c.Query(t.Context(), "x.test", "MX")
	if a.Status != StatusServFail || a.Err != "FORMERR" || len(a.Exchanges) != MaxExchanges {
		t.Errorf("%s %q after %d exchanges", a.Status, a.Err, len(a.Exchanges))
	}
}

// telling answers as a server that neither recurses nor gives an SOA record,
// with one record for each name, or none.
func telling(t *testing.T, records map[string]string) func(query []byte) [][]byte {
	return func(query []byte) [][]byte {
		var q, m dns.Msg
		if err := q.Unpack(query); err != nil {
			t.Error(err)
			return nil
		}
		m.SetReply(&q)
		if text := records[q.Question[0].Name]; text != "" {
			rr, err := dns.NewRR(text)
			if err != nil {
				t.Error(err)
				return nil
			}
			m.Answer = append(m.Answer, rr)
		}
		wire, err := m.Pack()
		if err != nil {
			t.Error(err)
		}
		return [][]byte{wire}
	}
}
