package mxresolve

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/lab"
	"github.com/smtpcheck/smtpcheck/lab/simnet"
)

// truthZone has a zone above, test, with two authorities, and below it a.test with two of its own.
const truthZone = `
test.        SOA ns1.test. hostmaster.test. 1 7200 3600 1209600 300
test.        NS ns1.test.
test.        NS ns2.test.
ns1.test.    A 198.51.100.1
ns2.test.    A 198.51.100.2
mx.test.     A 198.51.100.25
new.test.    A 198.51.100.26
a.test.      SOA ns1.a.test. hostmaster.test. 5 7200 3600 1209600 300
a.test.      NS ns1.a.test.
a.test.      NS ns2.a.test.
ns1.a.test.  A 198.51.100.11
ns2.a.test.  A 198.51.100.12
ns2.a.test.  AAAA 2001:db8::12
a.test.      MX 10 mx.test.
`

// truthRun is one search in a world.
type truthRun struct {
	*Truth
	took   time.Duration
	dialed map[string]int
	res    *Result
}

// seek runs a search in a network in memory, where each exchange takes rtt.
func seek(t *testing.T, zone, domain string, rtt time.Duration, change func(*TruthFinder)) *truthRun {
	t.Helper()
	w, err := lab.Open(lab.Options{Files: fstest.MapFS{"zone": {Data: []byte(zone)}}, Network: simnet.New()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Close() }()
	run := &truthRun{dialed: make(map[string]int)}
	var mu sync.Mutex
	dns := &dnsclient.Client{Servers: []string{w.Resolver}, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		mu.Lock()
		run.dialed[address]++
		mu.Unlock()
		time.Sleep(rtt)
		return w.Dial(ctx, network, address)
	}}
	f := &TruthFinder{DNS: dns}
	if change != nil {
		change(f)
	}
	began := time.Now()
	known := make(chan *Result, 1)
	found := make(chan *Truth, 1)
	go func() { found <- f.Find(t.Context(), domain, known) }()
	run.res = (&Resolver{DNS: dns}).Resolve(t.Context(), domain, nil)
	known <- run.res
	run.Truth = <-found
	run.took = time.Since(began)
	run.Number(run.res)
	return run
}

// short prints a zone: its servers with state, serial and what they say.
func (z *Zone) short() string {
	var lines []string
	for _, s := range z.Servers {
		line := s.Name + " " + string(s.State)
		if s.Addr.IsValid() {
			line = s.Name + " " + s.Addr.String() + " " + string(s.State)
		}
		if s.State == AuthorityOK {
			line += fmt.Sprint(" ", s.Serial)
		}
		for _, a := range s.Answers {
			if s.State == AuthorityOK {
				line += fmt.Sprintf(" %s %s=%s", a.Name, a.Type, strings.Join(a.Set, ","))
			}
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func wantShort(t *testing.T, got, want string) {
	t.Helper()
	if want = strings.TrimSpace(want); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTruth(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		run := seek(t, truthZone, "A.test", 50*time.Millisecond, nil)
		if len(run.Zones) != 2 || len(run.Views) != 1 || len(run.LeftOut) != 0 {
			t.Fatalf("%d zones, %d views, left out %q", len(run.Zones), len(run.Views), run.LeftOut)
		}
		wantShort(t, run.Zones[0].short(), `
ns1.a.test 198.51.100.11 ok 5 a.test MX=10 mx.test
ns2.a.test 2001:db8::12 ok 5 a.test MX=10 mx.test
ns2.a.test 198.51.100.12 ok 5 a.test MX=10 mx.test`)
		if p := run.Zones[0].Parent; p.Zone != "test" || strings.Join(p.NS, " ") != "ns1.a.test ns2.a.test" || p.Server != "198.51.100.1:53" {
			t.Errorf("%+v", p)
		}
		v := run.Views[0]
		if v.Resolver != "198.51.100.53:53" || strings.Join(v.Told(Question{"a.test", "MX"}).Set, " ") != "10 mx.test" ||
			strings.Join(v.Told(Question{"mx.test", "A"}).Set, " ") != "198.51.100.25" || v.Root == nil {
			t.Errorf("%+v", v)
		}
		if s := run.Zones[1].Servers[0]; run.Zones[1].Name != "test" || strings.Join(s.Told(Question{"mx.test", "A"}).Set, " ") != "198.51.100.25" {
			t.Errorf("%+v", run.Zones[1])
		}
		// Where all is well it takes six round trips: the zone; its servers; their addresses; what they
		// say; for hosts in another zone, its servers' addresses and what they say, beside that.
		if run.took > 6*50*time.Millisecond {
			t.Errorf("it took %v", run.took)
		}
		for i, q := range run.res.Queries {
			if q.ID != i+1 {
				t.Fatalf("query %d has the number %d", i+1, q.ID)
			}
		}
		if n := len(run.res.Queries); n > 45 {
			t.Errorf("%d queries", n)
		}
	})
}

// TestTruthStates: what servers are that are no authorities.
func TestTruthStates(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		zone := truthZone + `
a.test.      NS ns3.a.test.
a.test.      NS ns4.a.test.
a.test.      NS ns5.a.test.
a.test.      NS ns6.a.test.
a.test.      NS ns1.test.
ns3.a.test.  A 198.51.100.13
ns4.a.test.  A 127.0.0.1
ns4.a.test.  A 0.0.0.0
ns5.a.test.  A 10.0.0.1
test.        NS home.test.
home.test.   A 127.0.0.1
;@ 198.51.100.12 ;! a.test. servfail
;@ 198.51.100.13 ;! a.test. drop
;@ 198.51.100.1 ;! a.test. refused
;@ 10.0.0.1 a.test. SOA ns1.a.test. hostmaster.test. 6 7200 3600 1209600 300
;@ 10.0.0.1 a.test. MX 10 new.test.
`
		run := seek(t, zone, "a.test", time.Millisecond, nil)
		wantShort(t, run.Zones[0].short(), `
ns1.a.test 198.51.100.11 ok 5 a.test MX=10 mx.test
ns1.test 198.51.100.1 refused
ns2.a.test 2001:db8::12 ok 5 a.test MX=10 mx.test
ns2.a.test 198.51.100.12 servfail
ns3.a.test 198.51.100.13 timeout
ns4.a.test 0.0.0.0 not-asked
ns4.a.test 127.0.0.1 not-asked
ns5.a.test 10.0.0.1 ok 6 a.test MX=10 new.test
ns6.a.test no-address`)
		if run.dialed["127.0.0.1:53"]+run.dialed["0.0.0.0:53"] > 0 {
			t.Error("this machine was asked because somebody's zone says so")
		}
		if run.took < 3*time.Second || run.took > 3100*time.Millisecond {
			t.Errorf("it took %v: two tries with the silent one", run.took)
		}
	})
}

// TestTruthOfWhatTheResolverDoesNotKnow: the resolver fails, or has no such name in its cache, and
// the zone above tells who serves it.
func TestTruthOfWhatTheResolverDoesNotKnow(t *testing.T) {
	t.Parallel()
	for word, status := range map[string]dnsclient.Status{"servfail": dnsclient.StatusServFail, "nxdomain": dnsclient.StatusNXDomain} {
		synctest.Test(t, func(t *testing.T) {
			zone := truthZone + ";! a.test. " + word + "\n"
			for _, server := range []string{"198.51.100.1", "198.51.100.2", "198.51.100.11", "198.51.100.12", "2001:db8::12"} {
				zone += ";@ " + server + " a.test. SOA ns1.a.test. hostmaster.test. 7 7200 3600 1209600 300\n"
			}
			run := seek(t, zone, "a.test", time.Millisecond, nil)
			z := run.Zones[0]
			if z.Name != "a.test" || strings.Join(z.Parent.NS, " ") != "ns1.a.test ns2.a.test" {
				t.Fatalf("%s: %+v", word, z)
			}
			wantShort(t, z.short(), `
ns1.a.test 198.51.100.11 ok 7 a.test MX=10 mx.test
ns2.a.test 2001:db8::12 ok 7 a.test MX=10 mx.test
ns2.a.test 198.51.100.12 ok 7 a.test MX=10 mx.test`)
			x := run.Views[0].Told(Question{"a.test", "MX"})
			if x.Answer.Status != status {
				t.Errorf("%s: the resolver said %s", word, x.Answer.Status)
			}
			if (run.Views[0].Unchecked != nil) != (word == "servfail") {
				t.Errorf("%s: asked without validation: %v", word, run.Views[0].Unchecked)
			}
		})
	}
}

// TestTruthAliases: of an alias both are compared, the alias and what is at its end.
func TestTruthAliases(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		run := seek(t, truthZone+"alias.test. CNAME a.test.\n", "alias.test", time.Millisecond, nil)
		v := run.Views[0]
		if got := v.Told(Question{"alias.test", "MX"}); got == nil || strings.Join(got.Set, " ") != "alias of a.test" {
			t.Errorf("%+v", got)
		}
		if run.Zones[0].Name != "test" || run.Zones[0].Servers[0].Told(Question{"alias.test", "MX"}).Set[0] != "alias of a.test" {
			t.Errorf("%+v", run.Zones[0])
		}
		at := slices.IndexFunc(run.Zones, func(z *Zone) bool { return z.Name == "a.test" })
		if at < 0 || strings.Join(run.Zones[at].Servers[0].Told(Question{"a.test", "MX"}).Set, " ") != "10 mx.test" {
			t.Errorf("the zone at the end was not asked: %+v", run.Zones)
		}
	})
}

// TestTruthIsBounded: a zone with too much of everything, whose servers are silent.
func TestTruthIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var zone strings.Builder
		zone.WriteString("test. SOA ns1.test. hostmaster.test. 1 7200 3600 1209600 300\n;! test. many 500\n")
		for i := range 30 {
			fmt.Fprintf(&zone, "test. NS ns%d.test.\n", i)
			for j := range 8 {
				fmt.Fprintf(&zone, "ns%d.test. A 198.51.%d.%d\n;@ 198.51.%d.%d ;! test. drop\n", i, i+1, j+1, i+1, j+1)
			}
		}
		run := seek(t, zone.String(), "test", time.Millisecond, nil)
		z := run.Zones[0]
		if len(z.Servers) != MaxAuthorities*MaxAuthorityAddresses {
			t.Errorf("%d servers", len(z.Servers))
		}
		if run.took > DefaultTruthTime+time.Millisecond {
			t.Errorf("it took %v", run.took)
		}
		if n := len(run.dialed); n > MaxAuthorities*MaxAuthorityAddresses+1 {
			t.Errorf("%d addresses were asked", n)
		}
		if len(run.LeftOut) == 0 || len(run.LeftOut) > maxSet {
			t.Errorf("left out: %q", run.LeftOut)
		}
	})
}

// TestTruthEnds: it ends with its context, and when the resolver never tells of hosts.
func TestTruthEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, err := lab.Open(lab.Options{Files: fstest.MapFS{"zone": {Data: []byte(truthZone + ";! a.test. drop\n")}}, Network: simnet.New()})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = w.Close() }()
		f := &TruthFinder{DNS: &dnsclient.Client{Servers: []string{w.Resolver}, Dial: w.Dial}}
		for limit, want := range map[time.Duration]time.Duration{time.Second: time.Second, time.Minute: DefaultTruthTime} {
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			began := time.Now()
			truth := f.Find(ctx, "a.test", make(chan *Result))
			cancel()
			if took := time.Since(began); took != want || truth == nil || len(truth.LeftOut) == 0 {
				t.Errorf("it took %v, want %v: %+v", took, want, truth)
			}
		}
	})
}

// TestTruthResolvers: others are asked side by side.
func TestTruthResolvers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, err := lab.Open(lab.Options{Files: fstest.MapFS{"zone": {Data: []byte(strings.ReplaceAll(truthZone, "MX 10 mx", "MX 5 new"))}}, Network: simnet.New()})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = w.Close() }()
		run := seek(t, truthZone, "a.test", time.Millisecond, func(f *TruthFinder) {
			f.Others = []*dnsclient.Client{{Servers: []string{w.Resolver}, Dial: w.Dial}}
		})
		mx := Question{"a.test", "MX"}
		if len(run.Views) != 2 || run.Views[0].Told(mx).Set[0] != "10 mx.test" || run.Views[1].Told(mx).Set[0] != "5 new.test" {
			t.Fatalf("%+v", run.Views)
		}
		for _, x := range run.Views[1].Answers {
			if len(x.Queries) == 0 || run.res.Queries[x.Queries[0]-1].Name != x.Name {
				t.Errorf("%+v has the queries %v", x.Question, x.Queries)
			}
		}
	})
}

func TestNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"a.b.test": "b.test", "test": ".", ".": ".", `a\.b.test`: "test", `a\\.b`: "b"} {
		if got := above(name); got != want {
			t.Errorf("above %s is %s, want %s", name, got, want)
		}
	}
	for _, test := range []struct {
		name, zone string
		want       bool
	}{{"a.test", "test", true}, {"A.Test", "test.", true}, {"test", "test", true}, {"atest", "test", false}, {`a\.test`, "test", false}, {"test", "a.test", false}, {"x", ".", true}} {
		if within(test.name, test.zone) != test.want {
			t.Errorf("%s within %s: %v", test.name, test.zone, !test.want)
		}
	}
}
