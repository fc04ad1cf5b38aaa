package diagnose

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

func expectWords(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if not, ok := strings.CutPrefix(w, "!"); ok == strings.Contains(text, not) {
			t.Errorf("%q: %q", w, text)
		}
	}
}

// TestWhoseDNS: our own resolver is never held against the receiver.
func TestWhoseDNS(t *testing.T) {
	for _, x := range []struct {
		problem    mxresolve.Problem
		rcode      string
		side       Side
		confidence Confidence
		remedy     string
	}{
		{mxresolve.ProblemServFail, "SERVFAIL", SideReceiver, Likely, "must repair its name servers"},
		{mxresolve.ProblemServFail, "REFUSED", SideUs, Guess, "resolver of this machine"},
		{mxresolve.ProblemTimeout, "", SideNetwork, Guess, "to tell a broken resolver here"},
		{mxresolve.ProblemFailed, "", SideUs, Guess, "resolver of this machine"},
		{mxresolve.ProblemLoop, "NOERROR", SideReceiver, Certain, "CNAME"},
	} {
		s := newScene(t)
		failed(mxresolve.KindFailed, x.problem)(s)
		s.Resolution.Queries = []mxresolve.Query{{ID: 1, Exchange: dnsclient.Exchange{Rcode: x.rcode}}}
		d := Diagnose(s.Case)
		if d.Verdict != Deferred || d.Reason != DNSFailure || d.Side != x.side || d.Confidence != x.confidence {
			t.Errorf("%s %s: %s %s %s %s", x.problem, x.rcode, d.Verdict, d.Reason, d.Side, d.Confidence)
		}
		expectWords(t, d.Remedy, x.remedy)

		s = newScene(t)
		s.mx("10 mx1 nxdomain", "20 mx2 "+string(x.problem))
		s.Resolution.Queries = append(s.Resolution.Queries, mxresolve.Query{ID: 5, Exchange: dnsclient.Exchange{Rcode: x.rcode}})
		if d = Diagnose(s.Case); x.problem != mxresolve.ProblemLoop && (d.Side != x.side || d.Confidence != x.confidence) {
			t.Errorf("a host, %s %s: %s %s", x.problem, x.rcode, d.Side, d.Confidence)
		}
	}
}

// TestLeftOut: what was left out was not tried, and may know better.
func TestLeftOut(t *testing.T) {
	hosts := []string{"10 mx1", "20 mx2", "30 mx3"}
	left := func(host string, preference uint16, k SkipKind) Skip {
		return Skip{Host: host, Preference: preference, Address: netip.MustParseAddr("198.51.100.99"), Kind: k}
	}
	s := newScene(t)
	s.mx(hosts...)
	s.talk("mx3", 30, accepts...)
	s.Skipped = []Skip{left("mx1", 10, SkipNotSelected), left("mx2", 20, SkipNotSelected)}
	d := Diagnose(s.Case)
	if has(d, "mx/backup-only") || d.Confidence != Guess || d.Verdict != Accepted {
		t.Errorf("%s %+v", d.Confidence, d.Findings)
	}
	expectWords(t, d.Summary, "; 2 addresses were not tried, more preferred ones among them", "!backup")

	s = newScene(t)
	s.mx(hosts...)
	s.talk("mx1", 10, "fail refused")
	s.Skipped = []Skip{left("mx2", 20, SkipLimit), left("mx3", 30, SkipLimit)}
	d = Diagnose(s.Case)
	if d.Verdict != Unreachable || d.Confidence != Guess {
		t.Errorf("%s %s", d.Verdict, d.Confidence)
	}
	expectWords(t, d.Summary, "; 2 addresses were not tried")

	s = newScene(t) // a less preferred one changes nothing
	s.mx(hosts...)
	s.talk("mx1", 10, rejects...)
	s.Skipped = []Skip{left("mx2", 20, SkipNotSelected), left("mx3", 30, SkipNotNeeded)}
	d = Diagnose(s.Case)
	if d.Confidence != Certain {
		t.Error(d.Confidence)
	}
	expectWords(t, d.Summary, "; 1 address was not tried", "!more preferred")

	s = newScene(t) // another family of a host that was tried
	s.mx(hosts...)
	s.talk("mx1", 10, accepts...)
	s.Skipped = []Skip{left("mx1", 10, SkipNoRoute)}
	d = Diagnose(s.Case)
	if d.Confidence != Likely {
		t.Error(d.Confidence)
	}
	expectWords(t, d.Summary, "!not tried")

	s = newScene(t) // a backup as ever: one better host was tried
	s.mx(hosts...)
	s.talk("mx2", 20, defers...)
	s.talk("mx3", 30, accepts...)
	s.Skipped = []Skip{left("mx1", 10, SkipNoRoute)}
	if d = Diagnose(s.Case); !has(d, "mx/backup-only") {
		t.Errorf("%+v", d.Findings)
	}
}

// TestStopAfter: the stage asked for was reached, or the verdict is not "accepted".
func TestStopAfter(t *testing.T) {
	plain := []string{"greeting: 220 mx", "ehlo: 250 mx", "quit: 221 bye"}
	for _, x := range []struct {
		name    string
		stage   smtp.Stage
		lines   []string
		verdict Verdict
		reason  Reason
		words   string
	}{
		{"greeting", smtp.StageGreeting, plain[:1], Accepted, "", "ended after GREETING as asked; nothing is known about the recipient"},
		{"EHLO", smtp.StageEHLO, plain, Accepted, "", "ended after EHLO as asked"},
		{"STARTTLS", smtp.StageSTARTTLS, hello, Accepted, "", "ended after STARTTLS as asked; nothing is known about the recipient"},
		{"implicit TLS", smtp.StageSTARTTLS, []string{"tls ", "greeting: 220 mx", "ehlo: 250 mx"}, Accepted, "", "ended after STARTTLS"},
		{"MAIL", smtp.StageMail, envelope, Accepted, "", "ended after MAIL"},
		{"no STARTTLS", smtp.StageSTARTTLS, plain, Undetermined, TLSFailed, "does not offer STARTTLS"},
		{"STARTTLS refused", smtp.StageSTARTTLS, with(hello[:2], "starttls: 454 no", "note starttls-refused starttls"), Undetermined, TLSFailed, "454 no (in reply to STARTTLS command)"},
		{"no TLS wanted", smtp.StageSTARTTLS, hello[:2], Undetermined, TLSFailed, "STARTTLS was not sent"},
		{"handshake failed", smtp.StageSTARTTLS, with(hello[:3], "fail tls tls"), Undetermined, TLSFailed, "handshake"},
		{"handshake lost", smtp.StageSTARTTLS, with(hello[:3], "fail closed tls"), Undetermined, TLSFailed, "handshake"},
		{"EHLO lost", smtp.StageSTARTTLS, []string{"greeting: 220 mx", "fail closed ehlo"}, Deferred, ConnectionLost, "EHLO"},
		{"EHLO lost inside TLS", smtp.StageSTARTTLS, with(hello[:4], "fail closed ehlo"), Deferred, ConnectionLost, "EHLO"},
		{"MAIL left out", smtp.StageMail, with(hello, "note needs-smtputf8 mail"), Rejected, ContentFormat, "SMTPUTF8"},
		{"MAIL not reached", smtp.StageMail, hello, Undetermined, Unknown, "was not asked"},
	} {
		t.Run(x.name, func(t *testing.T) {
			s := newScene(t)
			s.Mode, s.StopAfter = ModeStopAfter, x.stage
			s.talk("mx1", 10, x.lines...)
			d := Diagnose(s.Case)
			if d.Verdict != x.verdict || d.Reason != x.reason {
				t.Errorf("%s %s", d.Verdict, d.Reason)
			}
			expectWords(t, d.Summary, x.words)
		})
	}
	s := newScene(t)
	s.Mode, s.StopAfter = ModeStopAfter, smtp.StageSTARTTLS
	s.follow(s.talk("mx1", 10, with(hello[:3], "fail tls tls bad record")...), probe.PurposePlainFallback, hello[:2]...)
	d := Diagnose(s.Case)
	if d.Verdict != Undetermined || d.Reason != TLSFailed || d.DecidedBy.Session != 1 {
		t.Errorf("%+v", d)
	}
	expectWords(t, d.Summary, "bad record")
}

// TestEqualsDisagree: the verdict of the worst of equals mentions the other.
func TestEqualsDisagree(t *testing.T) {
	s := newScene(t)
	s.talk("mx1", 10, accepts...)
	s.talk("mx2", 10, rejects...)
	d := Diagnose(s.Case)
	if d.Verdict != Rejected || d.Confidence != Likely {
		t.Errorf("%s %s", d.Verdict, d.Confidence)
	}
	expectWords(t, d.Summary, "; but mx1 [198.51.100.10] (same preference) accepts")
	expectWords(t, d.Remedy, "same list of recipients")
	for _, f := range d.Findings {
		if f.Rule == "rcpt/no-such-user" {
			expectWords(t, f.Remedy, "same list of recipients")
		}
	}
	s = newScene(t)
	s.talk("mx1", 10, rejects...)
	s.talk("mx2", 20, accepts...)
	if d = Diagnose(s.Case); d.Confidence != Certain {
		t.Error("a backup that knows no recipients is no doubt")
	}
	expectWords(t, d.Summary, "!but mx2")
}

// TestWaits: our own timeouts are ours, and few senders go on for ever.
func TestWaits(t *testing.T) {
	s := newScene(t)
	s.talk("mx1", 10, dead...)
	s.talk("mx2", 20, accepts...)
	expectWords(t, Diagnose(s.Case).Summary, "(1 unreachable) and 1.0 s by our timeout", "!many senders")

	s = newScene(t)
	s.talk("mx1", 10, "fail refused")
	s.talk("mx2", 20, with(hello, "fail timeout mail")...)
	s.talk("mx3", 30, accepts...)
	expectWords(t, Diagnose(s.Case).Summary, " s, part of it by our timeout", "!many senders")

	s = newScene(t)
	s.talk("mx1", 10, refuses...)
	s.talk("mx2", 20, defers...)
	s.talk("mx3", 30, defers...)
	s.talk("mx4", 40, accepts...)
	expectWords(t, Diagnose(s.Case).Summary, "; many senders stop after two greeted hosts and try again later", "!our timeout")
}

// TestMXWantsAuth: an MX that asks for a login is the receiver's matter; a server that was named is ours.
func TestMXWantsAuth(t *testing.T) {
	lines := with(hello, "mail: 530 5.7.0 Authentication required")
	s := newScene(t)
	s.mx("10 mx1")
	s.talk("mx1", 10, lines...)
	d := Diagnose(s.Case)
	if d.Reason != AuthRequired || d.Side != SideReceiver {
		t.Errorf("%s %s", d.Reason, d.Side)
	}
	expectWords(t, d.Summary, "the MX wants authentication: misconfigured, or the MX record names a submission server")
	expectWords(t, d.Remedy, "The receiving site")
	if d.Findings[0].Rule != "rcpt/auth-required" || d.Findings[0].Remedy != d.Remedy {
		t.Errorf("%+v", d.Findings)
	}
	s.Resolution.Kind = mxresolve.KindServer
	if d = Diagnose(s.Case); d.Side != SideUs || d.Reason != AuthRequired {
		t.Errorf("%s %s", d.Reason, d.Side)
	}
	expectWords(t, d.Summary, "!the MX wants")
}

// TestMessageLost: only what was sent to its end can have been delivered.
func TestMessageLost(t *testing.T) {
	data := with(envelope, "rcpt: 250 ok", "data: 354 go")
	s := newScene(t)
	s.Mode = ModeData
	s.talk("mx1", 10, with(data, "sent", "fail closed message")...)
	expectWords(t, Diagnose(s.Case).Summary, "may have been delivered; lost connection with mx1[198.51.100.10] while sending end of data -- message may be sent more than once")

	s = newScene(t)
	s.Mode = ModeData
	s.talk("mx1", 10, with(data, "part", "fail closed message")...)
	d := Diagnose(s.Case)
	if d.Verdict != Deferred || d.Reason != ConnectionLost {
		t.Errorf("%s %s", d.Verdict, d.Reason)
	}
	expectWords(t, d.Summary, "!may have been", "while sending message body")

	s = newScene(t)
	s.Mode = ModeData
	s.talk("mx1", 10, with(data, "part", "fail local message the message cannot be read")...)
	if d = Diagnose(s.Case); d.Verdict != Undetermined || d.Side != SideUs {
		t.Errorf("%s %s", d.Verdict, d.Side)
	}
	expectWords(t, d.Summary, "nothing was delivered", "!null sender")
	expectWords(t, d.Remedy, "!quote the reply")
}

// TestDoubt: side and confidence fit the remedy.
func TestDoubt(t *testing.T) {
	for _, line := range []string{"fail refused", "fail reset", "fail closed greeting", "fail reset greeting", "fail closed ehlo", "fail timeout", "fail unreachable"} {
		lines := []string{"greeting: 220 mx", line}
		if !strings.HasSuffix(line, "ehlo") {
			lines = lines[1:]
		}
		s := newScene(t)
		s.Lab = true
		s.talk("mx1", 10, lines...)
		if d := Diagnose(s.Case); d.Side != SideNetwork || d.Confidence != Likely {
			t.Errorf("%s: %s %s", line, d.Side, d.Confidence)
		} else if line == "fail timeout" {
			expectWords(t, d.Remedy, "!--rfc-timeouts", "another network")
		}
	}
	s := newScene(t)
	s.RequireTLS = true
	s.talk("mx1", 10, "fail tls tls the server did not answer with TLS")
	d := Diagnose(s.Case)
	if d.Verdict != Undetermined || d.Reason != TLSFailed || d.Side != SideUs || !has(d, "tls/plaintext-port") || has(d, "tls/handshake-failed") {
		t.Errorf("%+v", d)
	}
	expectWords(t, d.Summary, "answers in plaintext")
	expectWords(t, d.Remedy, "--tls opportunistic", "!repair")

	s = newScene(t) // after STARTTLS it is the server's fault
	s.talk("mx1", 10, with(hello[:3], "fail tls tls the server did not answer with TLS")...)
	if d = Diagnose(s.Case); d.Side != SideReceiver || has(d, "tls/plaintext-port") {
		t.Errorf("%+v", d)
	}
}

// TestHarvesting: who was left out on purpose was not refused.
func TestHarvesting(t *testing.T) {
	s := newScene(t)
	s.Sender, s.Recipient = "", "dora@example.test"
	s.talk("mx1", 10, with(envelope, "rcpt: 550 5.1.1 unknown user", "note harvesting rset", "quit: 221 bye")...).Recipients = []string{alice, s.Recipient}
	d := Diagnose(s.Case)
	if d.Verdict != Undetermined {
		t.Errorf("%+v", d)
	}
	expectWords(t, d.Summary, "not asked: three unknown users before it in the session with mx1[198.51.100.10]; probe it alone later", "!null sender")
	expectWords(t, d.Remedy, "alone", "!quote the reply")
}

// TestBareRefusal: who guesses "no such user" says that it was a bounce.
func TestBareRefusal(t *testing.T) {
	s := newScene(t)
	s.Sender = ""
	s.talk("mx1", 10, with(envelope, "rcpt: 550 no")...)
	d := Diagnose(s.Case)
	if d.Reason != NoSuchUser || d.Confidence == Certain {
		t.Fatalf("%s %s", d.Reason, d.Confidence)
	}
	expectWords(t, d.Summary, "a real sender may be treated differently (--from)")
}

// TestLoopback: a domain that leads to this machine only takes no mail, whether probed or not.
func TestLoopback(t *testing.T) {
	s := newScene(t)
	h := &s.mx("10 mx1").Hosts[0]
	h.Addresses = []netip.Addr{netip.IPv6Loopback(), netip.MustParseAddr("0.0.0.0")}
	s.Resolution.Queries = []mxresolve.Query{{ID: 1}, {ID: 2, Exchange: dnsclient.Exchange{Type: "A"}}, {ID: 3, Exchange: dnsclient.Exchange{Type: "AAAA"}}}
	d := Diagnose(s.Case)
	if d.Verdict != Rejected || d.Reason != NoMailService {
		t.Errorf("%s %s", d.Verdict, d.Reason)
	}
	expectWords(t, d.Summary, "mx1: loopback")
	for _, f := range d.Findings {
		want := []Evidence{{Query: 2}}
		if strings.HasSuffix(f.Summary, "::1") {
			want = []Evidence{{Query: 3}}
		}
		if f.Rule == "mx/loops-to-us" && !slices.Equal(f.Evidence, want) {
			t.Errorf("%s: %v", f.Summary, f.Evidence)
		}
	}
	s.Lab = true
	if d = Diagnose(s.Case); d.Verdict != Undetermined {
		t.Errorf("the lab is on loopback: %s", d.Verdict)
	}
	s.Lab = false
	h.Addresses = append(h.Addresses, netip.MustParseAddr("198.51.100.1"))
	if d = Diagnose(s.Case); d.Verdict != Undetermined || d.Confidence != Guess {
		t.Errorf("nobody was asked: %s", d.Verdict)
	}
	h.Name, h.Queries, h.Addresses = "localhost", nil, []netip.Addr{netip.IPv6Loopback(), netip.MustParseAddr("127.0.0.1")}
	for _, f := range Diagnose(s.Case).Findings {
		if !slices.Equal(f.Evidence, []Evidence{{Query: 1}}) {
			t.Errorf("%s: %v", f.Summary, f.Evidence)
		}
	}
}

// TestRequireTLS: with TLS required a lost handshake leaves the recipient unknown.
func TestRequireTLS(t *testing.T) {
	for _, kind := range []string{"closed", "reset", "timeout"} {
		s := newScene(t)
		s.talk("mx1", 10, with(hello[:3], "fail "+kind+" tls")...)
		if d := Diagnose(s.Case); d.Verdict != Deferred {
			t.Errorf("%s, opportunistic: %s", kind, d.Verdict)
		}
		s.RequireTLS = true
		if d := Diagnose(s.Case); d.Verdict != Undetermined || d.Reason != TLSFailed {
			t.Errorf("%s, required: %s %s", kind, d.Verdict, d.Reason)
		}
	}
}

// TestBeforeMail: what was refused before MAIL was not the recipient.
func TestBeforeMail(t *testing.T) {
	for stage, lines := range map[string][]string{
		"greeting": {"greeting: 554 5.1.1 user unknown"},
		"EHLO":     {"greeting: 220 mx", "ehlo: 550 5.2.2 mailbox full"},
		"STARTTLS": with(hello[:2], "starttls: 421 4.3.0 server error"),
	} {
		s := newScene(t)
		s.talk("mx1", 10, lines...)
		d := Diagnose(s.Case)
		expectWords(t, d.Summary, "at "+stage, "!recipient", "!(no such user)", "!(mailbox full)")
		for _, f := range d.Findings {
			if strings.HasPrefix(f.Rule, "rcpt/") {
				expectWords(t, f.Summary, "!recipient")
			}
		}
	}
}

// TestUnknownIsAGuess: who does not know why is not certain.
func TestUnknownIsAGuess(t *testing.T) {
	for _, reply := range []string{"550 5.0.0 no", "554 no", "599 what", "450 4.0.0 what"} {
		for _, stage := range []string{"mail: ", "rcpt: "} {
			s := newScene(t)
			s.talk("mx1", 10, with(hello, stage+reply)...)
			if d := Diagnose(s.Case); d.Reason == Unknown && d.Confidence != Guess {
				t.Errorf("%s%s: %s", stage, reply, d.Confidence)
			}
		}
	}
}

func TestWaitIsCounted(t *testing.T) {
	d := &Diagnosis{Walk: []Step{{Wait: 10 * time.Second, Outcome: Outcome{Verdict: Unreachable, Reason: TimedOut}}, {}}}
	expectWords(t, (&Case{}).beforeThat(d), "and 10 s by our timeout")
}
