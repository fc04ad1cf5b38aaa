package diagnose

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/probe"
)

// TestRule goes through every clause of the rule for a recipient.
func TestRule(t *testing.T) {
	type host struct {
		preference uint16
		lines      []string
	}
	mailRefused := with(hello, "mail: 550 5.7.1 Sender address rejected")
	mailDeferred := with(hello, "mail: 451 4.3.0 lookup failed")
	tlsRefused := with(hello[:3], "fail tls tls")
	for _, x := range []struct {
		name     string
		hosts    []host
		verdict  Verdict
		reason   Reason
		by       int // the session that decides
		disagree bool
	}{
		{"one accepts", []host{{10, accepts}}, Accepted, "", 1, false},
		{"one rejects", []host{{10, rejects}}, Rejected, NoSuchUser, 1, false},
		{"the first that accepts decides", []host{{10, dead}, {20, accepts}, {30, rejects}}, Accepted, "", 2, true},
		{"the first that rejects decides", []host{{10, dead}, {20, rejects}, {30, accepts}}, Rejected, NoSuchUser, 2, true},
		{"a rejection at MAIL decides", []host{{10, mailRefused}, {20, accepts}}, Rejected, SenderRejected, 1, true},
		{"MX order, not the order of the sessions", []host{{20, accepts}, {10, rejects}}, Rejected, NoSuchUser, 2, true},

		{"4yz at RCPT goes on", []host{{10, defers}, {20, accepts}}, Accepted, "", 2, false},
		{"4yz at MAIL goes on", []host{{10, mailDeferred}, {20, rejects}}, Rejected, NoSuchUser, 2, false},
		{"a refusal in the greeting goes on", []host{{10, refuses}, {20, accepts}}, Accepted, "", 2, false},
		{"a refusal of EHLO goes on", []host{{10, []string{"greeting: 220 mx", "ehlo: 550 bad HELO"}}, {20, accepts}}, Accepted, "", 2, false},
		{"a lost session goes on", []host{{10, dropped}, {20, accepts}}, Accepted, "", 2, false},
		{"a broken session goes on", []host{{10, garbled}, {20, accepts}}, Accepted, "", 2, false},
		{"a dead host goes on", []host{{10, dead}, {20, rejects}}, Rejected, NoSuchUser, 2, false},
		{"TLS that failed goes on", []host{{10, tlsRefused}, {20, accepts}}, Accepted, "", 2, false},

		{"none decides: deferred by 4yz", []host{{10, dead}, {20, refuses}, {30, defers}}, Deferred, Greylisted, 3, false},
		{"none decides: deferred by loss", []host{{10, refuses}, {20, garbled}, {30, dropped}}, Deferred, ConnectionLost, 3, false},
		{"none decides: the first gives the reason", []host{{10, dropped}, {20, defers}}, Deferred, ConnectionLost, 1, false},
		{"none decides: rejected at greeting", []host{{10, dead}, {20, garbled}, {30, refuses}}, Rejected, IPReputation, 3, false},
		{"none decides: one spoke", []host{{10, dead}, {20, garbled}}, Undetermined, Protocol, 2, false},
		{"none decides: TLS failed", []host{{10, dead}, {20, tlsRefused}}, Undetermined, TLSFailed, 2, false},
		{"none decides: unreachable", []host{{10, []string{"fail refused"}}, {20, dead}}, Unreachable, Unreached, 1, false},

		{"among equals the worst counts", []host{{10, accepts}, {10, rejects}, {20, accepts}}, Rejected, NoSuchUser, 2, true},
		{"among equals a 4yz does not count", []host{{10, defers}, {10, accepts}}, Accepted, "", 2, false},
		{"among equals the first of the worst", []host{{10, accepts}, {10, mailRefused}, {10, rejects}}, Rejected, SenderRejected, 2, true},
		{"worse but less preferred does not count", []host{{10, accepts}, {20, rejects}}, Accepted, "", 1, true},
	} {
		t.Run(x.name, func(t *testing.T) {
			s := newScene(t)
			for i, h := range x.hosts {
				s.talk("mx"+string(rune('1'+i)), h.preference, h.lines...)
			}
			d := Diagnose(s.Case)
			if d.Verdict != x.verdict || d.Reason != x.reason || d.DecidedBy == nil || d.DecidedBy.Session != x.by {
				t.Errorf("%s %q by %+v, want %s %q by %d", d.Verdict, d.Reason, d.DecidedBy, x.verdict, x.reason, x.by)
			}
			if !d.Final || !Decided(s.Case) {
				t.Error("nothing is pending, so it is final")
			}
			if has(d, "mx/disagree") != x.disagree {
				t.Errorf("mx/disagree: %v", !x.disagree)
			}
			if d.Summary == "" || d.Verdict != Accepted && d.Remedy == "" || len(d.Walk) == 0 {
				t.Errorf("summary %q, remedy %q, walk %v", d.Summary, d.Remedy, d.Walk)
			}
		})
	}
}

func has(d Diagnosis, rule string) bool {
	for _, f := range d.Findings {
		if f.Rule == rule {
			return true
		}
	}
	return false
}

// TestFollowing: a session that follows another replaces it, unless it got less far.
func TestFollowing(t *testing.T) {
	tlsFails := with(hello[:3], "fail tls tls")
	plain := with(hello[:2], "mail: 250 ok", "rcpt: 250 ok")
	s := newScene(t)
	s.follow(s.talk("mx1", 10, tlsFails...), probe.PurposePlainFallback, plain...)
	d := Diagnose(s.Case)
	if d.Verdict != Accepted || d.DecidedBy.Session != 2 || len(d.Walk) != 2 {
		t.Errorf("fallback: %+v", d)
	}

	s = newScene(t)
	s.follow(s.talk("mx1", 10, with(hello, "fail timeout mail")...), probe.PurposeNoPipelining, rejects...)
	s.talk("mx2", 20, accepts...)
	if d = Diagnose(s.Case); d.Verdict != Rejected || d.DecidedBy.Session != 2 || !has(d, "smtp/pipelining-broken") {
		t.Errorf("without pipelining: %+v", d)
	}

	s = newScene(t)
	s.follow(s.talk("mx1", 10, tlsFails...), probe.PurposePlainFallback, "fail refused")
	if d = Diagnose(s.Case); d.Verdict != Undetermined || d.Reason != TLSFailed || d.DecidedBy.Session != 1 {
		t.Errorf("a fallback that reaches nobody changes nothing: %+v", d)
	}

	s = newScene(t)
	first := s.talk("mx1", 10, with(envelope, "rcpt: 250 ok", "rset: 250 ok", "fail closed mail")...)
	first.Recipients = []string{alice, "carol@example.test"}
	s.follow(first, probe.PurposeRetry, rejects...).Recipients = []string{"carol@example.test"}
	if d = Diagnose(s.Case); d.Verdict != Accepted {
		t.Errorf("a session about others does not count: %+v", d)
	}
	s.Recipient = "carol@example.test"
	if d = Diagnose(s.Case); d.Verdict != Rejected || d.DecidedBy.Session != 2 {
		t.Errorf("the retry counts for who was left over: %+v", d)
	}
}

// TestPending: a verdict is final when no better or equal place can change it.
func TestPending(t *testing.T) {
	for _, x := range []struct {
		name    string
		lines   []string
		pending Pending
		final   bool
	}{
		{"accepted, a better host pending", accepts, Pending{"mx0", 5, 0}, false},
		{"accepted, an equal pending", accepts, Pending{"mx2", 10, 2}, false},
		{"accepted, a worse host pending", accepts, Pending{"mx2", 20, 2}, true},
		{"rejected, a better host pending", rejects, Pending{"mx0", 5, 0}, false},
		{"rejected, a later equal pending", rejects, Pending{"mx2", 10, 2}, true},
		{"rejected, an equal without number pending", rejects, Pending{"mx2", 10, 0}, false},
		{"rejected, a worse host pending", rejects, Pending{"mx2", 20, 2}, true},
		{"deferred, a worse host pending", defers, Pending{"mx2", 20, 2}, false},
		{"dead, a worse host pending", dead, Pending{"mx2", 20, 2}, false},
	} {
		s := newScene(t)
		s.talk("mx1", 10, x.lines...)
		s.Pending = []Pending{x.pending}
		if d := Diagnose(s.Case); d.Final != x.final || Decided(s.Case) != x.final {
			t.Errorf("%s: final %v", x.name, d.Final)
		}
	}
	s := newScene(t)
	s.Pending = []Pending{{}}
	if Decided(s.Case) || Diagnose(s.Case).Final {
		t.Error("nothing known yet is not final")
	}
}

// TestInterrupted: what was decided stays decided; otherwise nothing is known.
func TestInterrupted(t *testing.T) {
	stopped := with(envelope, "fail interrupted rcpt")
	s := newScene(t)
	s.talk("mx1", 10, accepts...)
	s.talk("mx2", 20, stopped...)
	if d := Diagnose(s.Case); d.Verdict != Accepted {
		t.Errorf("decided before: %+v", d)
	}
	s = newScene(t)
	s.talk("mx1", 10, stopped...)
	s.talk("mx2", 20, accepts...)
	if d := Diagnose(s.Case); d.Verdict != Undetermined || d.Reason != Interrupted || d.DecidedBy.Session != 1 || d.Summary == "" {
		t.Errorf("a better host was interrupted: %+v", d)
	}
	s = newScene(t)
	s.talk("mx1", 10, defers...)
	s.Skipped = []Skip{{Host: "mx2", Preference: 20, Kind: SkipInterrupted}}
	if d := Diagnose(s.Case); d.Verdict != Undetermined || d.Reason != Interrupted {
		t.Errorf("the next host was not dialled: %+v", d)
	}
	s = newScene(t)
	s.talk("mx1", 10, rejects...)
	s.Skipped = []Skip{{Host: "mx2", Preference: 20, Kind: SkipInterrupted}}
	if d := Diagnose(s.Case); d.Verdict != Rejected {
		t.Errorf("decided before: %+v", d)
	}
}

// TestNoSession: verdicts without a word from any server.
func TestNoSession(t *testing.T) {
	ours := netip.MustParseAddr("203.0.113.9")
	kind := func(k mxresolve.Kind, p mxresolve.Problem) *mxresolve.Result {
		return &mxresolve.Result{Domain: "example.test", Kind: k, Problem: p, MXQuery: 1, Queries: []mxresolve.Query{{ID: 1}}}
	}
	for _, x := range []struct {
		name    string
		res     *mxresolve.Result
		hosts   []string
		skipped []Skip
		verdict Verdict
		reason  Reason
		words   string
	}{
		{"null MX", kind(mxresolve.KindNull, mxresolve.ProblemNullMX), nil, nil, Rejected, NoMailService, "null MX"},
		{"no such domain", kind(mxresolve.KindNone, mxresolve.ProblemNXDomain), nil, nil, Rejected, BadDomain, "does not exist"},
		{"nothing there", kind(mxresolve.KindNone, mxresolve.ProblemNoData), nil, nil, Rejected, NoMailService, "neither an MX record nor an address"},
		{"SERVFAIL", kind(mxresolve.KindFailed, mxresolve.ProblemServFail), nil, nil, Deferred, DNSFailure, "servfail"},
		{"timeout", kind(mxresolve.KindFailed, mxresolve.ProblemTimeout), nil, nil, Deferred, DNSFailure, "timeout"},
		{"cancelled", kind(mxresolve.KindFailed, mxresolve.ProblemCancelled), nil, nil, Undetermined, Interrupted, "interrupted"},
		{"alias loop", kind(mxresolve.KindFailed, mxresolve.ProblemLoop), nil, nil, Deferred, DNSFailure, "cname-loop"},
		{"no name", kind(mxresolve.KindFailed, mxresolve.ProblemInvalidName), nil, nil, Rejected, BadDomain, "there can be no domain"},
		{"no usable host", nil, []string{"10 mx1 nxdomain", "20 mx2 nodata"}, nil, Rejected, NoMailService, "none of its MX hosts is usable (mx1: nxdomain, mx2: nodata)"},
		{"hosts that fail for now", nil, []string{"10 mx1 nxdomain", "20 mx2 servfail"}, nil, Deferred, DNSFailure, "mx2: servfail"},
		{"loopback only", nil, []string{"10 mx1"}, []Skip{{Host: "mx1", Address: netip.MustParseAddr("127.0.0.1"), Kind: SkipLoopsToUs}}, Rejected, NoMailService, "usable"},
		{"our own address", nil, []string{"10 mx1"}, []Skip{{Host: "mx1", Address: ours, Kind: SkipLoopsToUs}}, Rejected, Loop, "this machine"},
		{"no route", nil, []string{"10 mx1"}, []Skip{{Host: "mx1", Kind: SkipNoRoute, Reason: "no IPv6 route here"}}, Unreachable, Unreached, "(no IPv6 route here); this says nothing"},
		{"left out", nil, []string{"10 mx1"}, []Skip{{Host: "mx1", Kind: SkipLimit}}, Undetermined, Unknown, "says nothing"},
		{"courtesy", nil, []string{"10 mx1"}, []Skip{{Host: "mx1", Kind: SkipCourtesy}}, Deferred, RateLimited, "no server was asked"},
		{"stopped", nil, []string{"10 mx1"}, []Skip{{Host: "mx1", Kind: SkipInterrupted}}, Undetermined, Interrupted, "interrupted"},
		{"a server that does not exist", kind(mxresolve.KindServer, mxresolve.ProblemNXDomain), nil, nil, Unreachable, DNSFailure, "the server example.test does not exist"},
		{"a server without address", kind(mxresolve.KindServer, mxresolve.ProblemNoData), nil, nil, Unreachable, DNSFailure, "has no address"},
	} {
		t.Run(x.name, func(t *testing.T) {
			s := newScene(t)
			s.Resolution, s.Skipped = x.res, x.skipped
			if x.res == nil {
				s.mx(x.hosts...)
			}
			d := Diagnose(s.Case)
			if d.Verdict != x.verdict || d.Reason != x.reason || !d.Final || d.DecidedBy == nil {
				t.Errorf("%s %s final %v by %v, want %s %s", d.Verdict, d.Reason, d.Final, d.DecidedBy, x.verdict, x.reason)
			}
			if !strings.Contains(d.Summary, x.words) || d.Remedy == "" {
				t.Errorf("summary %q, remedy %q", d.Summary, d.Remedy)
			}
		})
	}
	s := newScene(t)
	s.Resolution = kind(mxresolve.KindServer, mxresolve.ProblemNXDomain)
	s.Resolution.MXQuery = 0
	s.Resolution.Hosts = []mxresolve.Host{{Name: "example.test", Problem: mxresolve.ProblemNXDomain, Queries: []int{1}}}
	if d := Diagnose(s.Case); d.DecidedBy == nil || d.DecidedBy.Query != 1 || !strings.Contains(d.Remedy, "--server") {
		t.Errorf("a --server that does not exist: by %v, %q", d.DecidedBy, d.Remedy)
	}
	if d := Diagnose(&Case{Recipient: alice}); d.Verdict != Undetermined || d.Summary != "nothing was examined" {
		t.Errorf("%+v", d)
	}
}

// TestHonestWords: no sentence says more than is known.
func TestHonestWords(t *testing.T) {
	s := newScene(t)
	s.mx("10 mx1", "20 mx2")
	s.talk("mx1", 10, dead...)
	s.talk("mx2", 20, accepts...)
	d := Diagnose(s.Case)
	want := "accepted at RCPT by mx2 [198.51.100.20]; nothing was sent; the server may still refuse the message or accept every address (not checked)" +
		"; this is a backup MX (preference 20), which may bounce the mail later" +
		". A sender would have come to it after 1 attempt (1 unreachable) and 1.0 s by our timeout"
	if d.Summary != want {
		t.Errorf("got  %s\nwant %s", d.Summary, want)
	}
	if !has(d, "mx/backup-only") || d.Confidence != Likely {
		t.Errorf("%+v", d)
	}

	s = newScene(t)
	s.Sender = ""
	s.talk("mx1", 10, accepts...)
	if d = Diagnose(s.Case); !strings.Contains(d.Summary, "null sender") {
		t.Error(d.Summary)
	}
	s = newScene(t)
	s.Sender = ""
	s.talk("mx1", 10, rejects...)
	if d = Diagnose(s.Case); strings.Contains(d.Summary, "null sender") {
		t.Error("an unknown user is unknown to everybody: " + d.Summary)
	}

	s = newScene(t)
	s.Mode = ModeData
	s.talk("mx1", 10, with(envelope, "rcpt: 250 ok", "data: 354 go", "sent", "message: 250 2.0.0 Ok: queued as 4XyZ")...)
	if d = Diagnose(s.Case); d.Summary != "queued at mx1 [198.51.100.10] as 4XyZ; not proof of the inbox" {
		t.Error(d.Summary)
	}

	s = newScene(t)
	s.talk("mx1", 10, dead...)
	s.talk("mx2", 20, dead...)
	d = Diagnose(s.Case)
	if !has(d, "us/port-25") || d.Side != SideUs || !strings.Contains(d.Summary, "this says nothing about the recipient; many networks block it") {
		t.Errorf("%+v", d)
	}
	if has(d, "mx/dead-host") {
		t.Error("a host behind our own wall is not dead")
	}
	s.Lab = true
	if d = Diagnose(s.Case); has(d, "us/port-25") || !has(d, "mx/dead-host") {
		t.Error("the lab proves nothing about our network")
	}

	s = newScene(t)
	s.Mode = ModeStopAfter
	s.talk("mx1", 10, hello[:2]...)
	if d = Diagnose(s.Case); d.Verdict != Accepted || !strings.Contains(d.Summary, "nothing is known about the recipient") {
		t.Error(d.Summary)
	}
	s = newScene(t)
	s.talk("mx1", 10, with(envelope, "rcpt: 450 4.2.0 Greylisted, try again in 300 seconds")...)
	if d = Diagnose(s.Case); !strings.HasSuffix(d.Summary, "a mail server keeps the mail and tries again, best after 5 min") {
		t.Error(d.Summary)
	}
}

// TestWalk: what a sender would have met, and no more.
func TestWalk(t *testing.T) {
	s := newScene(t)
	s.talk("mx1", 10, dead...)
	s.talk("mx2", 20, accepts...)
	s.talk("mx3", 20, rejects...)
	s.talk("mx4", 30, accepts...)
	d := Diagnose(s.Case)
	var hosts []string
	for _, step := range d.Walk {
		hosts = append(hosts, step.Host)
		if step.Wait == 0 || step.Address == "" {
			t.Errorf("%+v", step)
		}
	}
	if got := strings.Join(hosts, " "); got != "mx1 mx3" {
		t.Errorf("walk: %s", got)
	}
}
