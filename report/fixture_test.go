package report

import (
	"strings"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// The reports that the tests tell. They are written as a dialogue is, so that
// a reader sees what the golden files must show.

var began = time.Date(2026, 11, 22, 10, 39, 49, 44_000_000, time.UTC)

// talk builds a session.
type talk struct {
	s      check.Session
	now    time.Duration
	stage  smtp.Stage
	secure bool
	tx     int
}

func newTalk(id int, host, address string, preference uint16) *talk {
	return &talk{stage: smtp.StageConnect, s: check.Session{
		ID: id, Purpose: probe.PurposeProbe, Host: host, Also: []string{}, Preference: preference, Address: address,
		HELO: "probe.example.org", Started: check.Time{Time: began}, Events: []check.Event{},
	}}
}

func ms(f float64) time.Duration { return time.Duration(f * float64(time.Millisecond)) }

func (t *talk) add(e probe.Event, took time.Duration) *talk {
	t.now += took
	e.Seq, e.Time, e.Elapsed = len(t.s.Events)+1, t.s.Started.Add(t.now), t.now
	e.Stage, e.Secure, e.Transaction = t.stage, t.secure, t.tx
	t.s.Events = append(t.s.Events, check.Event{Event: e})
	return t
}

func (t *talk) connect(took float64) *talk {
	t.s.Local = "192.0.2.1:40000"
	t.add(probe.Event{Kind: probe.KindConnect, Latency: ms(took)}, ms(took))
	t.stage = smtp.StageGreeting
	return t
}

func (t *talk) c(stage smtp.Stage, line string) *talk {
	t.stage = stage
	return t.add(probe.Event{Kind: probe.KindCommand, Command: line}, 0)
}

// s is a reply whose lines end in CRLF.
func (t *talk) r(took float64, lines ...string) *talk {
	return t.raw(took, strings.Join(lines, "\r\n")+"\r\n")
}

// raw is a reply of any bytes.
func (t *talk) raw(took float64, bytes string) *talk {
	r, _, _ := smtp.NewReader(strings.NewReader(bytes)).Reply()
	return t.add(probe.Event{Kind: probe.KindReply, Reply: &r, Latency: ms(took)}, ms(took))
}

func (t *talk) tls(took float64, facts *probe.TLS) *talk {
	t.stage, t.secure = smtp.StageTLS, true
	return t.add(probe.Event{Kind: probe.KindTLS, TLS: facts, Latency: ms(took)}, ms(took))
}

func (t *talk) fail(took float64, f probe.Failure) *talk {
	return t.add(probe.Event{Kind: probe.KindFailure, Failure: &f}, ms(took))
}

func (t *talk) note(n probe.Note, text string) *talk {
	return t.add(probe.Event{Kind: probe.KindNote, Note: n, Text: text}, 0)
}

func (t *talk) data(size int64) *talk {
	t.stage = smtp.StageMessage
	return t.add(probe.Event{Kind: probe.KindData, Data: &probe.Data{Size: size, SHA256: strings.Repeat("5f", 32), Complete: true}}, ms(0.1))
}

func (t *talk) quit() *talk {
	t.tx = 0
	t.c(smtp.StageQuit, "QUIT").r(23.4, "221 2.0.0 Bye")
	return t.add(probe.Event{Kind: probe.KindClose}, ms(0.2))
}

// end judges the session and returns it.
func (t *talk) end(outcome diagnose.Verdict, reason diagnose.Reason, sentence string) check.Session {
	a := t.attempt()
	t.s.Outcome, t.s.Reason, t.s.Sentence = outcome, reason, sentence
	t.s.Timings, t.s.Capabilities, t.s.CapabilitiesPlain = a.Timings(), a.Capabilities().Map(), a.CapabilitiesPlain().Map()
	for i := range t.s.Events {
		e := &t.s.Events[i].Event
		if e.Kind == probe.KindReply && e.Stage != smtp.StageQuit && e.Stage != smtp.StageRset {
			t.s.Stage = e.Stage
			t.s.Reply = &check.Reply{Code: e.Reply.Code, Enhanced: e.Reply.Enhanced.String(), Text: e.Reply.Text()}
		}
		if e.Kind == probe.KindFailure {
			t.s.Stage, t.s.Reply = e.Stage, nil
		}
		if e.Kind == probe.KindTLS {
			t.s.TLS = checkTLS(e.TLS)
		}
	}
	return t.s
}

func (t *talk) attempt() *probe.Attempt {
	a := new(probe.Attempt)
	for _, e := range t.s.Events {
		a.Events = append(a.Events, e.Event)
	}
	return a
}

func checkTLS(t *probe.TLS) *check.TLS {
	out := &check.TLS{
		Version: t.Version, Cipher: t.Cipher, Curve: t.Curve, ServerName: t.ServerName, Verified: t.Verified,
		Problem: t.Problem, ProblemKind: t.ProblemKind, NotFor: t.NotFor, ChainLength: t.ChainLength, Chain: []check.Certificate{},
	}
	for _, c := range t.Chain {
		out.Chain = append(out.Chain, check.Certificate{
			Subject: c.Subject, Issuer: c.Issuer, Names: c.Names, NotBefore: check.Time{Time: c.NotBefore}, NotAfter: check.Time{Time: c.NotAfter},
			Serial: c.Serial, Key: c.Key, Signature: c.Signature, SHA256: c.SHA256, SPKISHA256: c.SPKISHA256,
		})
	}
	return out
}

func goodTLS(name string) *probe.TLS {
	return &probe.TLS{
		Version: "TLS 1.3", Cipher: "TLS_AES_128_GCM_SHA256", Curve: "X25519MLKEM768", ServerName: name, Verified: true, ChainLength: 1,
		Chain: []probe.Certificate{{
			Subject: "CN=" + name, Issuer: "CN=Lab Root", Names: []string{name},
			NotBefore: began.AddDate(0, -1, 0), NotAfter: began.AddDate(0, 2, 0), Serial: "4711",
			Key: "ECDSA P-256", Signature: "ECDSA-SHA256", SHA256: strings.Repeat("ab", 32), SPKISHA256: strings.Repeat("cd", 32),
		}},
	}
}

func expiredTLS(name string) *probe.TLS {
	t := goodTLS(name)
	t.Verified, t.ProblemKind, t.Problem = false, "expired", "the certificate has expired on 2026-11-01"
	t.Chain[0].NotAfter = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	return t
}

func newReport(recipient string) *check.Report {
	_, domain, _ := strings.Cut(recipient, "@")
	return &check.Report{
		Schema: check.Schema, ID: "01JD9Z3F0000000000000000" + strings.ToUpper(recipient[:1]) + "0",
		Tool: check.Tool{Name: "smtpcheck", Version: "0.1.0"}, Started: check.Time{Time: began}, Duration: check.Millis(ms(842.1)),
		Mode: diagnose.ModeRcpt, Recipient: recipient, HELO: "probe.example.org",
		Resolution: &check.Resolution{Domain: domain, Kind: mxresolve.KindMX, Hosts: []check.Host{}, Queries: []check.Query{
			{
				ID: 1, Server: "192.0.2.53:53", Network: "udp", Name: domain, Type: "MX", Rcode: "NOERROR", RTT: check.Millis(ms(1.234)),
				TTL: hour(), Answers: []string{"10 mx1." + domain},
			},
		}},
		Sessions: []check.Session{}, Side: diagnose.SideNone, Confidence: diagnose.Certain, Findings: []check.Finding{},
	}
}

func host(name string, preference uint16, addresses ...string) check.Host {
	return check.Host{Name: name, Preference: preference, TTL: hour(), Addresses: append([]string{}, addresses...)}
}

// mixed is accepted by a third host, after a dead one and a greylisting one.
func mixed(*testing.T) *check.Report {
	r := newReport("alice@mixed.test")
	r.Resolution.Hosts = []check.Host{
		host("mx1.mixed.test", 10, "2001:db8::10", "198.51.100.10"), host("mx2.mixed.test", 20, "198.51.100.20"),
		host("mx3.mixed.test", 30, "198.51.100.30"), host("mx4.mixed.test", 40),
	}
	r.Resolution.Hosts[3].Problem = mxresolve.ProblemNoData
	r.Skipped = []check.Skipped{{Host: "mx1.mixed.test", Address: "2001:db8::10", Reason: "no IPv6 route here", Kind: diagnose.SkipNoRoute}}
	r.Sessions = append(r.Sessions,
		newTalk(1, "mx1.mixed.test", "198.51.100.10:25", 10).fail(0.4, probe.Failure{Kind: probe.FailRefused}).
			end(diagnose.Unreachable, diagnose.Unreached, "connect to mx1.mixed.test[198.51.100.10]:25: Connection refused"),
		plain(2, "mx2.mixed.test", "198.51.100.20:25", 20).
			c(smtp.StageMail, "MAIL FROM:<>").r(24, "250 2.1.0 Ok").
			c(smtp.StageRcpt, "RCPT TO:<alice@mixed.test>").r(110.2, "450 4.2.0 <alice@mixed.test>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/mixed.test.html").
			quit().end(diagnose.Deferred, diagnose.Greylisted, "host mx2.mixed.test[198.51.100.20] said: 450 4.2.0 <alice@mixed.test>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/mixed.test.html (in reply to RCPT TO command)"),
		secure(3, "mx3.mixed.test", "198.51.100.30:25", 30, goodTLS("mx3.mixed.test")).
			c(smtp.StageMail, "MAIL FROM:<>").r(24, "250 2.1.0 Ok").
			c(smtp.StageRcpt, "RCPT TO:<alice@mixed.test>").r(61.3, "250 2.1.5 Ok").
			quit().end(diagnose.Accepted, "", "host mx3.mixed.test[198.51.100.30] said: 250 2.1.5 Ok (in reply to RCPT TO command)"),
	)
	for _, s := range r.Sessions {
		r.Walk = append(r.Walk, check.Step{Session: s.ID, Host: s.Host, Address: s.Address, Outcome: s.Outcome, Reason: s.Reason, Wait: check.Millis(s.Timings[len(s.Timings)-1].Took), Sentence: s.Sentence})
	}
	r.Verdict, r.DecidedBy, r.DecidedAfter = diagnose.Accepted, at(3, 13), check.Millis(ms(420))
	r.Summary = "accepted at RCPT by mx3.mixed.test; nothing was sent. The server may still refuse the message or accept every address (not checked). mx3.mixed.test is a backup MX, which may bounce later."
	r.Findings = []check.Finding{
		finding("mx/dead-host", diagnose.Warning, "mx1.mixed.test, the most preferred host, does not answer", at(1, 1)),
		finding("mx/no-address", diagnose.Warning, "mx4.mixed.test has no address", &diagnose.Evidence{Query: 1}),
	}
	return r
}

func at(session, event int) *diagnose.Evidence {
	return &diagnose.Evidence{Session: session, Event: event}
}

func finding(rule string, severity diagnose.Severity, summary string, evidence ...*diagnose.Evidence) check.Finding {
	f := check.Finding{
		Rule: rule, Severity: severity, Summary: summary, References: []string{"RFC 5321, section 5.1"},
		Explain: "What this rule means, in a sentence that is long enough to be broken into lines on a terminal of eighty columns.",
		Remedy:  "What to do about it.", Evidence: []diagnose.Evidence{},
	}
	for _, e := range evidence {
		f.Evidence = append(f.Evidence, *e)
	}
	return f
}

// plain is a session up to its first command of the transaction, in the clear.
func plain(id int, host, address string, preference uint16) *talk {
	t := newTalk(id, host, address, preference).connect(12.1).r(23.9, "220 "+host+" ESMTP").
		c(smtp.StageEHLO, "EHLO probe.example.org").r(23.7, "250-"+host, "250-SIZE 157286400", "250 PIPELINING")
	t.tx = 1
	return t
}

// secure is the same with STARTTLS.
func secure(id int, host, address string, preference uint16, facts *probe.TLS) *talk {
	t := newTalk(id, host, address, preference).connect(12.1).r(23.9, "220 "+host+" ESMTP").
		c(smtp.StageEHLO, "EHLO probe.example.org").r(23.7, "250-"+host, "250 STARTTLS").
		c(smtp.StageSTARTTLS, "STARTTLS").r(12, "220 2.0.0 Ready to start TLS").
		tls(31, facts).
		c(smtp.StageEHLO, "EHLO probe.example.org").r(12.2, "250-"+host, "250 SIZE 157286400")
	t.tx = 1
	return t
}

// unknownUser is rejected under an expired certificate.
func unknownUser(*testing.T) *check.Report {
	r := newReport("bob@unknown-user.test")
	r.RecipientUnicode = "bob@unknown-üser.test"
	r.Resolution.Hosts = []check.Host{host("mx.unknown-user.test", 10, "198.51.100.40")}
	r.Notes = []string{"the angle brackets were taken off"}
	r.Sessions = append(r.Sessions, secure(1, "mx.unknown-user.test", "198.51.100.40:25", 10, expiredTLS("mx.unknown-user.test")).
		c(smtp.StageMail, "MAIL FROM:<>").r(24, "250 2.1.0 Ok").
		c(smtp.StageRcpt, "RCPT TO:<bob@unknown-user.test>").
		r(61.3, "550-5.1.1 The email account that you tried to reach does not exist. Please try", "550-5.1.1 double-checking the recipient's email address for typos or",
			"550-5.1.1 unnecessary spaces. For more information, go to", "550 5.1.1  https://support.example/mail/?p=NoSuchUser a1-2b").
		quit().end(diagnose.Rejected, diagnose.NoSuchUser, "host mx.unknown-user.test[198.51.100.40] said: 550 5.1.1 The email account that you tried to reach does not exist. (in reply to RCPT TO command)"))
	r.Walk = []check.Step{{Session: 1, Host: "mx.unknown-user.test", Address: "198.51.100.40:25", Outcome: diagnose.Rejected, Reason: diagnose.NoSuchUser, Wait: check.Millis(ms(300)), Sentence: r.Sessions[0].Sentence}}
	r.Verdict, r.Reason, r.Side, r.DecidedBy, r.ExitCode = diagnose.Rejected, diagnose.NoSuchUser, diagnose.SideRecipient, at(1, 13), 67
	r.Summary = "rejected by mx.unknown-user.test: there is no such mailbox."
	r.Remedy = "Check the spelling of bob@unknown-user.test; ask the recipient by other means."
	r.Findings = []check.Finding{
		finding("rcpt/no-such-user", diagnose.Error, "the mailbox does not exist", at(1, 13)),
		finding("tls/expired", diagnose.Warning, "the certificate of mx.unknown-user.test has expired", at(1, 7)),
	}
	return r
}

// evil is what hostile servers put everywhere.
const evil = "\x1b[31mred\x1b]0;title\x07 \x00\x08\x7f\u0085\u009b2J \u202egnp.exe\u2066\u200b\u00ad\U000e0041 \xff\xfe `|*<b>&amp;[x](javascript:1)\\x41 ```\r250 ok"

// hostile has bad bytes wherever a server, DNS or a certificate can put them.
func hostile(*testing.T) *check.Report { return hostileWith(evil) }

func hostileWith(evil string) *check.Report {
	line := strings.NewReplacer("\r\n", "", "\n", "").Replace(evil)
	r := newReport("carol@hostile.test")
	name := "mx" + evil + ".hostile.test"
	r.Tool.Version, r.HELO, r.RecipientUnicode = "1"+evil, "h"+evil, "carol@"+evil
	r.Resolution.Hosts = []check.Host{host(name, 10, "198.51.100.50"+evil), {Name: name, Preference: 20, Addresses: []string{}, Problem: mxresolve.Problem(evil), Notes: []mxresolve.Problem{mxresolve.Problem(evil)}}}
	r.Resolution.Queries[0].Answers, r.Resolution.Queries[0].Error, r.Resolution.Queries[0].Server = []string{evil, evil}, evil, evil
	r.Resolution.Queries[0].Name, r.Resolution.Queries[0].Rcode = evil, evil
	r.Skipped = []check.Skipped{{Host: name, Address: evil, Reason: evil, Kind: "x"}}
	r.Notes = []string{evil}
	facts := goodTLS(name)
	facts.Verified, facts.ProblemKind, facts.Problem, facts.NotFor, facts.Cipher = false, evil, evil, []string{evil}, evil
	facts.Chain[0].Subject, facts.Chain[0].Issuer, facts.Chain[0].Names, facts.Chain[0].Key = evil, evil+"!", []string{evil, evil, evil, evil}, evil
	one := newTalk(1, name, "198.51.100.50:25", 10).connect(1).raw(2, "220 "+line+"\r\n").
		c(smtp.StageEHLO, "EHLO "+evil).raw(3, "250-"+line+"\n250 STARTTLS "+line+"\n").
		tls(4, facts)
	one.tx = 1
	one.c(smtp.StageMail, "MAIL FROM:<*"+line+"*>").r(5, "250 "+line).
		c(smtp.StageRcpt, "RCPT TO:<x>").raw(6, "550 5.1.1 "+line+"\r\n").note("x", evil).
		fail(7, probe.Failure{Kind: probe.FailUnsolicited, Detail: evil, Raw: []byte(evil)})
	s := one.end(diagnose.Rejected, diagnose.Reason(evil), evil)
	s.Also, s.Reply = []string{evil}, &check.Reply{Code: 550, Enhanced: evil, Text: evil}
	r.Sessions = append(r.Sessions, s, newTalk(2, name, evil, 20).fail(3, probe.Failure{Kind: probe.FailureKind(evil), Detail: evil}).end(diagnose.Verdict(evil), "", evil))
	r.Walk = []check.Step{{Session: 1, Outcome: diagnose.Verdict(evil), Sentence: evil}, {Session: 2, Outcome: "x", Sentence: evil}}
	r.Message = &check.Message{Sent: evil, QueueID: evil, MessageID: evil, Host: name}
	r.Verdict, r.Reason, r.Side, r.Confidence, r.DecidedBy = diagnose.Rejected, diagnose.Reason(evil), diagnose.Side(evil), diagnose.Confidence(evil), at(1, 9)
	r.Summary, r.Remedy, r.ExitCode = evil+"\n"+evil, evil, 77
	f := finding(evil, diagnose.Severity(evil), evil, at(1, 4), at(1, 10), at(9, 9), &diagnose.Evidence{Query: 1})
	f.Explain, f.Remedy, f.References = evil, evil, []string{evil}
	r.Findings = []check.Finding{f}
	r.Expected = &check.Expectation{Name: evil, Checks: []check.Expected{{Text: evil, Saw: evil}, {Text: evil, Hint: evil}, {Text: evil, Met: true, Saw: evil}}}
	return r
}

// slow is never told anything in time.
func slow(*testing.T) *check.Report {
	r := newReport("dave@slow.test")
	r.Resolution.Hosts = []check.Host{host("mx.slow.test", 10, "198.51.100.60", "198.51.100.61", "198.51.100.62", "198.51.100.63")}
	second := newTalk(2, "mx.slow.test", "198.51.100.61:25", 10).connect(12).fail(30000, probe.Failure{Kind: probe.FailTimeout})
	third := plain(3, "mx.slow.test", "198.51.100.62:25", 10).c(smtp.StageMail, "MAIL FROM:<>").raw(24, "250 2.1").
		fail(12, probe.Failure{Kind: probe.FailClosed, Partial: true})
	fourth := newTalk(4, "mx.slow.test", "198.51.100.62:25", 10)
	fourth.s.Purpose, fourth.s.After, fourth.s.Started = probe.PurposeRetry, 3, check.Time{Time: began.Add(time.Second)}
	fourth.connect(12).r(8, "220 mx.slow.test ESMTP").c(smtp.StageEHLO, "EHLO probe.example.org").r(9, "250-mx.slow.test", "250 STARTTLS").
		c(smtp.StageSTARTTLS, "STARTTLS").r(4, "220 go ahead")
	fourth.stage = smtp.StageTLS
	fourth.fail(30000, probe.Failure{Kind: probe.FailReset})
	r.Sessions = append(r.Sessions,
		newTalk(1, "mx.slow.test", "198.51.100.60:25", 10).fail(10000, probe.Failure{Kind: probe.FailTimeout}).
			end(diagnose.Unreachable, diagnose.TimedOut, "connect to mx.slow.test[198.51.100.60]:25: Connection timed out"),
		second.end(diagnose.Unreachable, diagnose.TimedOut, "conversation with mx.slow.test[198.51.100.61] timed out while receiving the initial server greeting"),
		third.end(diagnose.Undetermined, diagnose.Protocol, "lost connection with mx.slow.test[198.51.100.62] while sending MAIL FROM"),
		fourth.end(diagnose.Deferred, diagnose.ConnectionLost, "lost connection with mx.slow.test[198.51.100.62] while performing the TLS handshake"),
	)
	r.Verdict, r.Reason, r.Side, r.Confidence, r.DecidedBy, r.ExitCode = diagnose.Deferred, diagnose.ConnectionLost, diagnose.SideReceiver, diagnose.Likely, at(4, 7), 75
	r.RetryAfter, r.Duration = 5400, check.Millis(ms(31234.5))
	r.Summary, r.Remedy = "deferred: no host of slow.test kept up a conversation.", "Try again later."
	return r
}

// delivered is a message that was taken.
func delivered(*testing.T) *check.Report {
	r := newReport("erin@good.test")
	r.Mode, r.Sender = diagnose.ModeData, "me@example.org"
	r.Resolution.Hosts = []check.Host{host("mx.good.test", 10, "198.51.100.70")}
	t := secure(1, "mx.good.test", "198.51.100.70:2525", 10, goodTLS("mx.good.test")).
		c(smtp.StageMail, "MAIL FROM:<me@example.org> SIZE=1234").r(24, "250 2.1.0 Ok").
		c(smtp.StageRcpt, "RCPT TO:<erin@good.test>").r(31, "250 2.1.5 Ok").
		c(smtp.StageData, "DATA").r(21, "354 End data with <CR><LF>.<CR><LF>").data(1234).r(842.9, "250 2.0.0 Ok: queued as 4ABCDEF")
	r.Sessions = append(r.Sessions, t.quit().end(diagnose.Accepted, "", "host mx.good.test[198.51.100.70] said: 250 2.0.0 Ok: queued as 4ABCDEF (in reply to end of DATA command)"))
	taken := check.Time{Time: began.Add(ms(1000))}
	r.Message = &check.Message{Sent: "yes", MessageID: "<01JD9@example.org>", QueueID: "4ABCDEF", Size: 1234, SHA256: strings.Repeat("5f", 32), AcceptedAt: &taken, Host: "mx.good.test", Address: "198.51.100.70:2525"}
	r.Verdict, r.DecidedBy = diagnose.Accepted, at(1, 17)
	r.Summary = "queued at mx.good.test as 4ABCDEF; not proof of the inbox."
	return r
}

// nullMX is decided by DNS.
func nullMX(*testing.T) *check.Report {
	r := newReport("frank@null-mx.test")
	r.Resolution.Kind, r.Resolution.Problem = mxresolve.KindNull, mxresolve.ProblemNullMX
	r.Resolution.Queries[0].Answers = []string{"0 ."}
	r.Verdict, r.Reason, r.Side, r.DecidedBy, r.ExitCode = diagnose.Rejected, diagnose.NoMailService, diagnose.SideReceiver, &diagnose.Evidence{Query: 1}, 68
	r.Summary, r.Remedy = "null-mx.test takes no mail: it has a null MX (RFC 7505).", "Use another address."
	return r
}

// pair is two recipients of one domain that share a session.
func pair(*testing.T) []*check.Report {
	t := plain(1, "mx.good.test", "198.51.100.70:25", 10)
	t.c(smtp.StageMail, "MAIL FROM:<>").r(24, "250 2.1.0 Ok").c(smtp.StageRcpt, "RCPT TO:<gina@good.test>").r(20, "250 2.1.5 Ok")
	t.tx = 0
	t.c(smtp.StageRset, "RSET").r(20, "250 2.0.0 Ok")
	t.tx = 2
	t.c(smtp.StageMail, "MAIL FROM:<>").r(24, "250 2.1.0 Ok").c(smtp.StageRcpt, "RCPT TO:<hugo@good.test>").r(20, "550 5.1.1 no such user")
	whole := t.quit().s
	of := func(tx int, recipient string, verdict diagnose.Verdict, reason diagnose.Reason) *check.Report {
		mine := *t
		mine.s.Events = nil
		for _, e := range whole.Events {
			if e.Transaction == 0 || e.Transaction == tx {
				mine.s.Events = append(mine.s.Events, e)
			}
		}
		r := newReport(recipient)
		r.Resolution.Hosts = []check.Host{host("mx.good.test", 10, "198.51.100.70")}
		r.Sessions = append(r.Sessions, mine.end(verdict, reason, "host mx.good.test[198.51.100.70] said so"))
		r.Verdict, r.Reason, r.Summary = verdict, reason, string(verdict)+" by mx.good.test"
		return r
	}
	out := []*check.Report{of(1, "gina@good.test", diagnose.Accepted, ""), of(2, "hugo@good.test", diagnose.Rejected, diagnose.NoSuchUser)}
	out[1].ExitCode = 67
	return out
}

// expected is not what was expected.
func expected(t *testing.T) *check.Report {
	r := unknownUser(t)
	r.Expect(&check.Expectation{Name: "the mailbox of Bob", Checks: []check.Expected{
		{Text: "verdict=rejected|deferred", Met: true, Saw: "rejected"},
		{Text: "cert-days>=14", Saw: "-22 at mx.unknown-user.test[198.51.100.40]"},
		{Text: "dane=pass", Hint: "add --tls-check"},
	}})
	return r
}

func hour() *uint32 {
	ttl := uint32(3600)
	return &ttl
}
