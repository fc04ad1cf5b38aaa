package mxresolve

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/lab"
)

// The numbers are those of the catalogue of hostile behaviours. Each test
// asserts what a user would be told of the domain.

// hostile is one case: a zone, a domain in it, and what must come of it.
type hostile struct {
	number  int
	name    string
	zone    string
	silent  bool // the server does not answer all
	kind    Kind
	problem Problem
	notes   string
	hosts   string
}

func testHostile(t *testing.T, cases []hostile) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, addr := serve(t, c.zone)
			r := resolver(addr)
			if c.silent {
				r = impatient(addr)
			}
			res := r.Resolve(t.Context(), "x.test", nil)
			if res.Kind != c.kind || res.Problem != c.problem || problems(res.Notes) != c.notes {
				t.Errorf("case %d: %s %q (%s), want %s %q (%s)", c.number, res.Kind, res.Problem, problems(res.Notes), c.kind, c.problem, c.notes)
			}
			if got := hosts(res.Hosts); got != c.hosts {
				t.Errorf("case %d: hosts\n%s, want\n%s", c.number, got, c.hosts)
			}
			checkResult(t, res)
		})
	}
}

func TestHostile48TooMany(t *testing.T) {
	t.Parallel()
	s, addr := serve(t, ";! x.test. many 1000000\n*.x.test. A 198.51.100.1\n;! y.test. many-addresses 10000\n")
	res := resolver(addr).Resolve(t.Context(), "x.test", nil)
	if res.Kind != KindMX || len(res.Hosts) != MaxHosts || res.TotalMX <= 1000 || problems(res.Notes) != "too-many-hosts" {
		t.Errorf("%s, %d hosts of %d (%s)", res.Kind, len(res.Hosts), res.TotalMX, problems(res.Notes))
	}
	if res.Hosts[0].Name != "mx00001.x.test" || len(res.Hosts[0].Addresses) != 1 {
		t.Errorf("first host %+v", res.Hosts[0])
	}
	if n := s.Asked("mx00101.x.test", ""); n > 0 || len(res.Queries) != 2+2*MaxHosts {
		t.Errorf("%d queries", len(res.Queries))
	}
	res = resolver(addr).Resolve(t.Context(), "y.test", nil)
	h := res.Hosts[0]
	if res.Kind != KindImplicit || len(h.Addresses) != 2*MaxAddresses || h.Total < 5000 || problems(h.Notes) != "too-many-addresses" {
		t.Errorf("%s, %d addresses of %d (%s)", res.Kind, len(h.Addresses), h.Total, problems(h.Notes))
	}
}

func TestHostile49Aliases(t *testing.T) {
	t.Parallel()
	var chain strings.Builder
	for i := 1; i < 60; i++ { // the resolver gives up after 20, we after 8
		chain.WriteString(strings.Repeat("c", i) + ".x.test. CNAME " + strings.Repeat("c", i+1) + ".x.test.\n")
	}
	long := chain.String()
	testHostile(t, []hostile{
		{49, "loop", "x.test. CNAME y.test.\ny.test. CNAME x.test.", false, KindFailed, ProblemLoop, "cname", ""},
		{49, "itself", "x.test. CNAME x.test.", false, KindFailed, ProblemLoop, "cname", ""},
		{49, "chain", "x.test. CNAME c.x.test.\n" + long, false, KindFailed, ProblemLongChain, "cname", ""},
		{49, "mx-cname", "x.test. MX 10 a.test.\na.test. CNAME b.test.\nb.test. A 198.51.100.1", false, KindMX, "", "", "10 a.test 198.51.100.1 (cname)"},
		{49, "mx-loop", "x.test. MX 10 a.test.\na.test. CNAME b.test.\nb.test. CNAME a.test.", false, KindMX, "", "", "10 a.test !cname-loop (cname)"},
		{49, "mx-chain", "x.test. MX 10 c.x.test.\n" + long, false, KindMX, "", "", "10 c.x.test !cname-chain (cname)"},
		{49, "mx-dangling", "x.test. MX 10 a.test.\na.test. CNAME b.test.", false, KindMX, "", "", "10 a.test !nxdomain (cname)"},
	})
}

func TestHostile50OddExchanges(t *testing.T) {
	t.Parallel()
	testHostile(t, []hostile{
		{50, "itself", "x.test. MX 10 x.test.\nx.test. A 198.51.100.1", false, KindMX, "", "", "10 x.test 198.51.100.1"},
		{50, "localhost", "x.test. MX 10 localhost.", false, KindMX, "", "", "10 localhost ::1 127.0.0.1 (loopback)"},
		{50, "loopback", "x.test. MX 10 a.test.\na.test. A 127.0.0.1\na.test. A 198.51.100.1", false, KindMX, "", "", "10 a.test 127.0.0.1 198.51.100.1 (loopback)"},
		{50, "private", "x.test. MX 10 a.test.\na.test. A 192.168.0.1", false, KindMX, "", "", "10 a.test 192.168.0.1 (private)"},
		{50, "link-local", "x.test. MX 10 a.test.\na.test. AAAA fe80::1", false, KindMX, "", "", "10 a.test fe80::1 (link-local)"},
		{50, "null", "x.test. MX 0 .\nx.test. A 198.51.100.1", false, KindNull, ProblemNullMX, "", ""},
		{50, "null-not-alone", "x.test. MX 0 .\nx.test. MX 5 a.test.\na.test. A 198.51.100.1", false, KindMX, "", "null-mx-not-alone", "5 a.test 198.51.100.1"},
		{50, "address", "x.test. MX 10 198.51.100.1.\nx.test. A 198.51.100.1", false, KindMX, "", "", "10 198.51.100.1 !exchange-is-address"},
	})
}

func TestHostile51Malformed(t *testing.T) {
	t.Parallel()
	var cases []hostile
	for _, what := range []string{"loop", "forward-pointer", "past-end", "long-label", "long-name"} {
		cases = append(cases,
			hostile{51, what, ";! x.test. MX raw " + what + "\nx.test. A 198.51.100.1", false, KindFailed, ProblemFailed, "", ""},
			hostile{51, what + " for A", "x.test. MX 10 a.test.\n;! a.test. raw " + what, false, KindMX, "", "", "10 a.test !failed"})
	}
	testHostile(t, cases)
}

func TestHostile52Forged(t *testing.T) {
	t.Parallel()
	var cases []hostile
	for _, what := range []string{"wrong-id-first", "wrong-question-first", "wrong-source-first", "garbage-first", "duplicate"} {
		cases = append(cases, hostile{
			52, what, ";! x.test. " + what + "\n;! a.test. " + what + "\nx.test. MX 10 a.test.\na.test. A 198.51.100.1\na.test. AAAA 2001:db8::1",
			false, KindMX, "", "", "10 a.test 2001:db8::1 198.51.100.1",
		})
	}
	testHostile(t, cases)
}

func TestHostile53Truncated(t *testing.T) {
	t.Parallel()
	records := "\nx.test. MX 10 a.test.\nx.test. A 198.51.100.2\na.test. A 198.51.100.1"
	testHostile(t, []hostile{
		{53, "truncated", ";! x.test. truncate" + records, false, KindMX, "", "", "10 a.test 198.51.100.1"},
		{53, "tcp-refused", ";! x.test. MX truncate\n;! x.test. MX tcp-refused" + records, false, KindFailed, ProblemFailed, "", ""},
		{53, "no-edns", ";! x.test. formerr-edns" + records, false, KindMX, "", "", "10 a.test 198.51.100.1"},
		{53, "formerr", ";! x.test. MX formerr" + records, false, KindFailed, ProblemServFail, "", ""},
	})
}

func TestHostile54NeverFallsBack(t *testing.T) {
	t.Parallel()
	const a = "\nx.test. A 198.51.100.1"
	testHostile(t, []hostile{
		{54, "servfail", ";! x.test. MX servfail" + a, false, KindFailed, ProblemServFail, "", ""},
		{54, "refused", ";! x.test. MX refused" + a, false, KindFailed, ProblemServFail, "", ""},
		{54, "notimp", ";! x.test. MX notimp" + a, false, KindFailed, ProblemServFail, "", ""},
		{54, "timeout", ";! x.test. MX drop" + a, true, KindFailed, ProblemTimeout, "", ""},
		{54, "nxdomain", ";! x.test. MX nxdomain" + a, false, KindNone, ProblemNXDomain, "", ""},
		{54, "nodata", a, false, KindImplicit, "", "", "0 x.test 198.51.100.1"},
		{54, "implicit servfail", ";! x.test. A servfail\n;! x.test. AAAA servfail", false, KindFailed, ProblemServFail, "", "0 x.test !servfail"},
		{54, "implicit timeout", ";! x.test. A drop", true, KindFailed, ProblemTimeout, "", "0 x.test !timeout"},
	})
}

func TestHostile55TTL(t *testing.T) {
	t.Parallel()
	for ttl, want := range map[string]uint32{"0": 0, "2147483647": 1<<31 - 1, "2147483648": 0, "4294967295": 0} {
		_, addr := serve(t, ";! x.test. ttl "+ttl+"\nx.test. MX 10 a.test.\na.test. A 198.51.100.1")
		res := resolver(addr).Resolve(t.Context(), "x.test", nil)
		if res.Hosts[0].TTL != want || res.Queries[0].TTL != want {
			t.Errorf("TTL %s is told as %d and %d, want %d", ttl, res.Hosts[0].TTL, res.Queries[0].TTL, want)
		}
	}
}

func TestHostile56LyingCounts(t *testing.T) {
	t.Parallel()
	testHostile(t, []hostile{
		{56, "count", ";! x.test. MX raw lying-count\nx.test. A 198.51.100.1", false, KindFailed, ProblemFailed, "", ""},
		{56, "rdlength", ";! x.test. MX raw lying-rdlength\nx.test. A 198.51.100.1", false, KindFailed, ProblemFailed, "", ""},
	})
}

func TestHostile57DroppedFamily(t *testing.T) {
	t.Parallel()
	testHostile(t, []hostile{
		{57, "aaaa", ";! a.test. drop-aaaa\nx.test. MX 10 a.test.\na.test. A 198.51.100.1", true, KindMX, "", "", "10 a.test 198.51.100.1 (aaaa-failed)"},
		{57, "a", ";! a.test. A drop\nx.test. MX 10 a.test.\na.test. AAAA 2001:db8::1", true, KindMX, "", "", "10 a.test 2001:db8::1 (a-failed)"},
		{57, "no address", ";! a.test. drop-aaaa\nx.test. MX 10 a.test.\na.test. TXT x", true, KindMX, "", "", "10 a.test !timeout"},
	})
}

func TestHostile58OddNames(t *testing.T) {
	t.Parallel()
	var cases []hostile
	for written, printed := range map[string]string{
		`a\032b.test.`: `a\ b.test`, `\027[2J.test.`: `\027[2J.test`, `-a.test.`: `-a.test`, `m\195\188ller.test.`: `m\195\188ller.test`,
		`a\010.test.`: `a\010.test`, `\000.test.`: `\000.test`, `$\(id\).test.`: `$\(id\).test`, `\226\128\174.test.`: `\226\128\174.test`,
	} {
		cases = append(cases, hostile{
			58, printed, "x.test. MX 10 " + written + "\n*.test. A 198.51.100.1", false, KindMX, "", "", "10 " + printed + " !invalid-name",
		})
	}
	testHostile(t, cases)
}

// 57: a host is ready after the grace, exactly, and what a slow family brings
// is added to it. What never comes is waited for until its lookup has failed,
// or the caller gives up.
func TestHostile57Grace(t *testing.T) {
	const zone = `
;! fast.test. AAAA delay 100ms
;! late.test. AAAA delay 400ms
;! never.test. AAAA drop
;! nothing.test. AAAA drop
;! slow.test. delay 900ms
;! slow-a.test. A delay 500ms
x.test.    MX 10 fast.test.
x.test.    MX 20 late.test.
x.test.    MX 30 never.test.
x.test.    MX 40 nothing.test.
x.test.    MX 50 slow.test.
x.test.    MX 60 slow-a.test.
fast.test. A 198.51.100.1
fast.test. AAAA 2001:db8::1
late.test. A 198.51.100.2
late.test. AAAA 2001:db8::2
late.test. AAAA fe80::2
never.test. A 192.168.0.3
nothing.test. TXT "x"
slow.test. A 198.51.100.4
slow-a.test. A 198.51.100.5
slow-a.test. AAAA 2001:db8::5
`
	const known = "10 fast.test 2001:db8::1 198.51.100.1; 20 late.test 2001:db8::2 fe80::2 198.51.100.2 (link-local); " +
		"30 never.test 192.168.0.3 (private) (aaaa-%s); 40 nothing.test !%s; 50 slow.test 198.51.100.4; " +
		"60 slow-a.test 2001:db8::5 198.51.100.5"
	const never = dnsclient.DefaultRounds * dnsclient.DefaultTimeout
	for _, test := range []struct {
		name   string
		end    func(context.Context) (context.Context, context.CancelFunc)
		took   time.Duration
		family string
		none   Problem
		err    string
	}{
		{"failed", context.WithCancel, never, "failed", ProblemTimeout, "timeout"},
		{"cancelled", func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(time.Second, cancel)
			return ctx, cancel
		}, time.Second, "unanswered", ProblemCancelled, "cancelled"},
		{"deadline", func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Second)
		}, time.Second, "unanswered", ProblemCancelled, "timeout"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, err := lab.NewDNS(zone)
				if err != nil {
					t.Fatal(err)
				}
				l := newPipes()
				s.ServeTCP(l)
				defer func() { _ = s.Close() }()
				r := &Resolver{DNS: &dnsclient.Client{Servers: []string{"192.0.2.1:53"}, Dial: l.dial, TCP: true}}
				ctx, cancel := test.end(t.Context())
				defer cancel()
				start := time.Now()
				got := make(map[string]string) // by host: what was told of it, and when
				res := r.Resolve(ctx, "x.test", func(list []Host) {
					for _, h := range list {
						told := fmt.Sprintf("ready %v %v", h.Addresses, time.Since(start))
						if h.Settled {
							told = "settled" + strings.TrimPrefix(told, "ready")
						}
						state, _, _ := strings.Cut(told, "] ")
						if h.Ready && !strings.Contains(got[h.Name], state+"] ") {
							got[h.Name] += told + "; "
						}
					}
				})
				if took := time.Since(start); took != test.took {
					t.Errorf("took %v, want %v", took, test.took)
				}
				took := test.took.String()
				for name, want := range map[string]string{
					"fast.test":    "settled [2001:db8::1 198.51.100.1] 100ms; ",
					"late.test":    "ready [198.51.100.2] 250ms; settled [2001:db8::2 fe80::2 198.51.100.2] 400ms; ",
					"never.test":   "ready [192.168.0.3] 250ms; settled [192.168.0.3] " + took + "; ",
					"nothing.test": "settled [] " + took + "; ",
					"slow.test":    "settled [198.51.100.4] 900ms; ",
					"slow-a.test":  "ready [2001:db8::5] 250ms; settled [2001:db8::5 198.51.100.5] 500ms; ",
				} {
					if got[name] != want {
						t.Errorf("%s was told as %q, want %q", name, got[name], want)
					}
				}
				if got, want := hosts(res.Hosts), fmt.Sprintf(known, test.family, test.none); got != want {
					t.Errorf("hosts\n%s, want\n%s", got, want)
				}
				if q := res.Queries[res.Hosts[2].Queries[1]-1]; q.Type != "AAAA" || q.Err != test.err {
					t.Errorf("what never came: %+v", q)
				}
				if got := res.Hosts[2].AAAA; (got == "") != (test.family == "unanswered") {
					t.Errorf("AAAA of never.test: %q", got)
				}
				checkResult(t, res)
			})
		})
	}
}

// A resolve costs two waves of queries, whatever the number of hosts.
func TestTwoWaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var zone strings.Builder
		for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
			zone.WriteString("x.test. MX 10 " + name + ".x.test.\n;! " + name + ".x.test. delay 40ms\n" + name + ".x.test. A 198.51.100.1\n")
		}
		zone.WriteString(";! x.test. delay 40ms\ny.test. A 198.51.100.1\n;! y.test. delay 40ms\n")
		s, err := lab.NewDNS(zone.String())
		if err != nil {
			t.Fatal(err)
		}
		l := newPipes()
		s.ServeTCP(l)
		r := &Resolver{DNS: &dnsclient.Client{Servers: []string{"192.0.2.1:53"}, Dial: l.dial, TCP: true}}
		for domain, kind := range map[string]Kind{"x.test": KindMX, "y.test": KindImplicit} {
			start := time.Now()
			if res := r.Resolve(t.Context(), domain, nil); res.Kind != kind || time.Since(start) != 80*time.Millisecond {
				t.Errorf("%s: %s after %v", domain, res.Kind, time.Since(start))
			}
		}
		_ = s.Close()
	})
}
