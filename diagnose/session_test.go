package diagnose

import (
	"strings"
	"testing"

	"github.com/smtpcheck/smtpcheck/smtp"
)

func TestSession(t *testing.T) {
	data := with(envelope, "rcpt: 250 ok", "data: 354 go")
	for _, x := range []struct {
		name     string
		mode     Mode
		lines    []string
		verdict  Verdict
		reason   Reason
		stage    smtp.Stage
		sentence string // a part of it
	}{
		{"accepted", ModeRcpt, accepts, Accepted, "", "rcpt", "host mx1[198.51.100.10] said: 250 2.1.5 Ok (in reply to RCPT TO command)"},
		{"no such user", ModeRcpt, rejects, Rejected, NoSuchUser, "rcpt", "said: 550 5.1.1 <alice@example.test>: no such user (in reply to RCPT TO command)"},
		{"greylisted", ModeRcpt, defers, Deferred, Greylisted, "rcpt", "450 4.2.0"},
		{"greeting refused", ModeRcpt, refuses, Rejected, IPReputation, "greeting", "host mx1[198.51.100.10] refused to talk to me: 554 5.7.1 Your IP is blocked"},
		{"greeting refused for now", ModeRcpt, []string{"greeting: 421 4.3.2 too busy"}, Deferred, ServerError, "greeting", "refused to talk to me"},

		{"refused connection", ModeRcpt, []string{"fail refused"}, Unreachable, Unreached, "connect", "connect to mx1[198.51.100.10]:25: Connection refused"},
		{"connect timeout", ModeRcpt, dead, Unreachable, TimedOut, "connect", "connect to mx1[198.51.100.10]:25: Connection timed out"},
		{"no route", ModeRcpt, []string{"fail unreachable connect no route to host"}, Unreachable, Unreached, "connect", ":25: No route to host"},
		{"prohibited", ModeRcpt, []string{"fail prohibited"}, Unreachable, Unreached, "connect", "packet filter"},
		{"our sockets", ModeRcpt, []string{"fail local connect too many open files"}, Unreachable, Unreached, "connect", ":25: Too many open files"},
		{"reset at once", ModeRcpt, []string{"fail reset"}, Unreachable, Unreached, "connect", "connect to mx1[198.51.100.10]:25: Connection reset by peer"},
		{"our own fault later", ModeRcpt, []string{"greeting: 220 mx", "fail local ehlo unsafe name"}, Undetermined, Unknown, "ehlo", "unsafe name"},
		{"silence before the greeting", ModeRcpt, []string{"fail timeout greeting"}, Unreachable, TimedOut, "greeting", "conversation with mx1[198.51.100.10] timed out while receiving the initial server greeting"},
		{"loss before the greeting", ModeRcpt, []string{"fail closed greeting"}, Unreachable, Unreached, "greeting", "lost connection with mx1[198.51.100.10] while receiving the initial server greeting"},
		{"reset before the greeting", ModeRcpt, []string{"fail reset greeting"}, Unreachable, Unreached, "greeting", "lost connection"},
		{"half a greeting", ModeRcpt, []string{"fail closed/partial greeting"}, Undetermined, Protocol, "greeting", ""},

		{"lost at MAIL", ModeRcpt, dropped, Deferred, ConnectionLost, "mail", "lost connection with mx1[198.51.100.10] while sending MAIL FROM"},
		{"reset at RCPT", ModeRcpt, with(envelope, "fail reset rcpt"), Deferred, ConnectionLost, "rcpt", "while sending RCPT TO"},
		{"silence at RCPT", ModeRcpt, with(envelope, "fail timeout rcpt"), Deferred, TimedOut, "rcpt", "conversation with mx1[198.51.100.10] timed out while sending RCPT TO"},
		{"half a reply", ModeRcpt, with(envelope, "fail closed/partial rcpt"), Undetermined, Protocol, "rcpt", ""},
		{"drip", ModeRcpt, with(envelope, "fail timeout/partial rcpt"), Deferred, TimedOut, "rcpt", ""},
		{"limit", ModeRcpt, with(envelope, "fail limit rcpt a reply over the limit of 64 KiB"), Undetermined, Protocol, "rcpt", "host mx1[198.51.100.10] sent a reply over the limit of 64 KiB"},
		{"garbage", ModeRcpt, garbled, Undetermined, Protocol, "rcpt", ""},
		{"not SMTP", ModeRcpt, []string{"greeting: HTTP/1.1 400 Bad", "fail not-smtp greeting it looks like HTTP"}, Undetermined, Protocol, "greeting", "does not speak SMTP: it looks like HTTP"},
		{"mixed codes", ModeRcpt, with(envelope, "rcpt: 550-no|250 ok", "fail protocol rcpt"), Undetermined, Protocol, "rcpt", ""},
		{"unusable though nobody complains", ModeRcpt, with(envelope, "rcpt: 550-no|250 ok"), Undetermined, Protocol, "rcpt", "cannot be used"},
		{"354 to RCPT", ModeRcpt, with(envelope, "rcpt: 354 go", "fail protocol rcpt"), Undetermined, Protocol, "rcpt", ""},
		{"354 to RCPT, nobody complains", ModeRcpt, with(envelope, "rcpt: 354 go"), Undetermined, Protocol, "rcpt", ""},
		{"250 as greeting", ModeRcpt, []string{"greeting: 250 hi", "fail protocol greeting"}, Undetermined, Protocol, "greeting", ""},
		{"reply to nothing", ModeRcpt, with(envelope, "rcpt: 250 ok", "fail unsolicited quit"), Undetermined, Protocol, "quit", "a reply to nothing"},
		{"refusal, then a reply to nothing", ModeRcpt, with(envelope, "rcpt: 550 no", "fail unsolicited quit"), Undetermined, Protocol, "quit", ""},
		{"protocol broken at QUIT", ModeRcpt, with(envelope, "rcpt: 250 ok", "fail protocol quit"), Undetermined, Protocol, "quit", ""},
		{"silent QUIT", ModeRcpt, with(envelope, "rcpt: 250 ok", "note quit-silent quit"), Accepted, "", "rcpt", ""},
		{"lost after QUIT", ModeRcpt, with(envelope, "rcpt: 550 no", "note quit-lost quit"), Rejected, NoSuchUser, "rcpt", ""},
		{"lost at QUIT", ModeRcpt, with(envelope, "rcpt: 550 no", "fail closed quit"), Rejected, NoSuchUser, "rcpt", ""},
		{"421 in the middle", ModeRcpt, with(hello, "mail: 421 4.3.0 going down"), Deferred, ServerError, "mail", "(in reply to MAIL FROM command)"},
		{"421 at STARTTLS", ModeRcpt, with(hello[:2], "starttls: 421 4.7.0 too many new TLS sessions, slow down"), Deferred, RateLimited, "starttls", ""},
		{"421 to a query", ModeRcpt, with(hello, "ext VRFY", "query: 421 4.3.2 too many queries"), Deferred, ServerError, "query", "(in reply to VRFY"},
		{"a refused query", ModeRcpt, with(hello, "ext VRFY", "query: 550 no", "ext ", "mail: 250 ok", "rcpt: 250 ok"), Accepted, "", "rcpt", ""},
		{"421 to QUIT", ModeRcpt, with(envelope, "rcpt: 250 ok", "quit: 421 bye"), Accepted, "", "rcpt", ""},
		{"interrupted", ModeRcpt, with(envelope, "fail interrupted rcpt"), Undetermined, Interrupted, "rcpt", ""},

		{"EHLO refused, HELO fine", ModeRcpt, []string{"greeting: 220 mx", "ehlo: 502 what", "note helo-fallback ehlo", "ehlo: 250 mx", "mail: 250 ok", "rcpt: 250 ok"}, Accepted, "", "rcpt", ""},
		{"EHLO and HELO refused", ModeRcpt, []string{"greeting: 220 mx", "ehlo: 502 what", "note helo-fallback ehlo", "ehlo: 550 your HELO is bad"}, Rejected, HELO, "ehlo", "refused to talk to me"},
		{"EHLO refused, then gone", ModeRcpt, []string{"greeting: 220 mx", "ehlo: 554 5.7.1 Your IP is blocked", "note helo-fallback ehlo", "fail closed ehlo"}, Rejected, IPReputation, "ehlo", ""},
		{"STARTTLS refused, in the clear", ModeRcpt, with(hello[:2], "starttls: 454 TLS not available", "note starttls-refused starttls", "mail: 250 ok", "rcpt: 250 ok"), Accepted, "", "rcpt", ""},
		{"STARTTLS refused, TLS required by us", ModeRcpt, with(hello[:2], "starttls: 454 TLS not available", "fail tls-policy starttls TLS is required and STARTTLS was refused with 454"), Undetermined, TLSFailed, "starttls", "TLS is required by us and STARTTLS was refused with 454 (mx1[198.51.100.10])"},
		{"TLS demanded at MAIL", ModeRcpt, []string{"greeting: 220 mx", "ehlo: 250 mx", "mail: 530 5.7.0 Must issue a STARTTLS command first"}, Rejected, TLSRequired, "mail", ""},
		{"handshake failed", ModeRcpt, with(hello[:3], "fail tls tls bad record"), Undetermined, TLSFailed, "tls", "Cannot start TLS: handshake failure with mx1[198.51.100.10]: bad record"},
		{"handshake beyond us", ModeRcpt, with(hello[:3], "fail tls-limit tls"), Undetermined, TLSFailed, "tls", "Cannot start TLS"},
		{"silence in the handshake", ModeRcpt, with(hello[:3], "fail timeout tls"), Deferred, TimedOut, "tls", "performing the TLS handshake"},
		{"certificate not verified", ModeRcpt, with(hello[:3], "tls expired", "fail tls-policy tls a verified certificate is required: expired"), Undetermined, TLSFailed, "tls", "a verified certificate is required by us: expired"},
		{"injection", ModeRcpt, with(hello[:3], "fail injection starttls"), Undetermined, Protocol, "starttls", "plaintext"},

		{"sender refused", ModeRcpt, with(hello, "mail: 550 5.1.1 user unknown"), Rejected, SenderRejected, "mail", ""},
		{"null sender refused at RCPT", ModeRcpt, with(envelope, "rcpt: 550 null sender refused, no such luck"), Rejected, SenderRejected, "rcpt", ""},
		{"sender refused at RCPT", ModeRcpt, with(envelope, "rcpt: 554 5.7.1 <>: Sender address rejected: Access denied"), Rejected, SenderRejected, "rcpt", ""},
		{"MAIL refused, pipelined RCPT too", ModeRcpt, with(hello, "mail: 451 4.3.0 lookup failed", "rcpt: 503 need MAIL"), Deferred, ServerError, "mail", ""},
		{"SMTPUTF8 missing", ModeRcpt, with(hello, "note needs-smtputf8 mail"), Rejected, ContentFormat, "mail", "SMTPUTF8 is required, but was not offered by host mx1"},

		{"queued", ModeData, with(data, "sent", "message: 250 ok queued as 4X", "quit: 221 bye"), Accepted, "", "message", ""},
		{"RCPT is not enough", ModeData, with(envelope, "rcpt: 250 ok"), Undetermined, Unknown, "rcpt", ""},
		{"DATA refused", ModeData, with(envelope, "rcpt: 250 ok", "data: 554 no valid recipients"), Rejected, Unknown, "data", "in reply to DATA command"},
		{"250 to DATA", ModeData, with(envelope, "rcpt: 250 ok", "data: 250 ok", "fail protocol data"), Undetermined, Protocol, "data", ""},
		{"message refused", ModeData, with(data, "sent", "message: 550 5.7.1 this is spam"), Rejected, SpamContent, "message", "(in reply to end of DATA command)"},
		{"message deferred", ModeData, with(data, "sent", "message: 452 4.3.1 disk full"), Deferred, SystemFull, "message", ""},
		{"421 to the message", ModeData, with(data, "sent", "message: 421 4.3.0 Temporary System Problem. Try again later"), Deferred, ServerError, "message", ""},
		{"too big at the end", ModeData, with(data, "sent", "message: 552 sorry"), Rejected, TooBig, "message", ""},

		{"lost while sending", ModeData, with(data, "part", "fail closed message"), Deferred, ConnectionLost, "message", "lost connection with mx1[198.51.100.10] while sending message body"},
		{"silent while sending", ModeData, with(data, "part", "fail timeout message"), Deferred, TimedOut, "message", "timed out while sending message body"},
		{"stopped while sending", ModeData, with(data, "part", "fail interrupted message"), Undetermined, Interrupted, "message", ""},
		{"our file fails", ModeData, with(data, "part", "fail local message the message cannot be read: input/output error"), Undetermined, Unknown, "message", "input/output error; nothing was delivered"},
		{"our file is gone", ModeData, with(envelope, "rcpt: 250 ok", "fail local data the message cannot be read: no such file"), Undetermined, Unknown, "data", "nothing was delivered"},

		{"stop after EHLO", ModeStopAfter, with(hello[:2], "quit: 221 bye"), Accepted, "", "ehlo", "in reply to EHLO command"},
		{"stop after EHLO, refused", ModeStopAfter, []string{"greeting: 220 mx", "ehlo: 550 bad HELO"}, Rejected, HELO, "ehlo", ""},
		{"stop after STARTTLS, TLS broken", ModeStopAfter, with(hello[:3], "fail tls tls"), Undetermined, TLSFailed, "tls", ""},
		{"stop after MAIL", ModeStopAfter, envelope, Accepted, "", "mail", ""},
		{"stop after greeting, dead", ModeStopAfter, dead, Unreachable, TimedOut, "connect", ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			o := Session(newScene(t).talk("mx1", 10, x.lines...), alice, x.mode)
			if o.Verdict != x.verdict || o.Reason != x.reason || o.Stage != x.stage {
				t.Errorf("%s %q at %s, want %s %q at %s\n%+v", o.Verdict, o.Reason, o.Stage, x.verdict, x.reason, x.stage, o)
			}
			if !strings.Contains(o.Sentence, x.sentence) || o.Sentence == "" {
				t.Errorf("sentence %q, want %q in it", o.Sentence, x.sentence)
			}
			if o.Event == 0 || o.Elapsed == 0 || o.Side == "" || o.Confidence == "" {
				t.Errorf("without event, time, side or confidence: %+v", o)
			}
			if o.MayBeDelivered {
				t.Error("nothing can have been delivered")
			}
		})
	}
}

// TestMayBeDelivered: after the first byte of message text nobody knows.
func TestMayBeDelivered(t *testing.T) {
	data := with(envelope, "rcpt: 250 ok", "data: 354 go")
	for _, x := range []struct {
		name   string
		lines  []string
		reason Reason
	}{
		{"lost", with(data, "sent", "fail closed message"), ConnectionLost},
		{"reset", with(data, "sent", "fail reset message"), ConnectionLost},
		{"silent", with(data, "sent", "fail timeout message"), TimedOut},
		{"interrupted", with(data, "sent", "fail interrupted message"), Interrupted},
		{"garbage", with(data, "sent", "fail protocol message"), Protocol},
		{"half a reply", with(data, "sent", "fail closed/partial message"), Protocol},
		{"354 again", with(data, "sent", "message: 354 go"), Protocol},
		{"accepted, then desynchronised", with(data, "sent", "message: 250 ok", "fail unsolicited quit"), Protocol},
	} {
		t.Run(x.name, func(t *testing.T) {
			s := newScene(t)
			s.Mode = ModeData
			o := Session(s.talk("mx1", 10, x.lines...), alice, ModeData)
			if o.Verdict != Undetermined || o.Reason != x.reason || !o.MayBeDelivered {
				t.Errorf("%+v", o)
			}
			d := Diagnose(s.Case)
			if d.Verdict != Undetermined || !strings.Contains(d.Summary, "may have been delivered") || !d.Final {
				t.Errorf("%+v", d)
			}
		})
	}
	o := Session(newScene(t).talk("mx1", 10, with(envelope, "rcpt: 250 ok", "fail timeout data")...), alice, ModeData)
	if o.Verdict != Deferred || o.MayBeDelivered {
		t.Errorf("no text was sent: %+v", o)
	}
}

// TestSeveralRecipients: no refusal colours another recipient, and the end of
// the session is that of everybody who was not asked about.
func TestSeveralRecipients(t *testing.T) {
	const carol = "carol@example.test"
	judge := func(lines ...string) (first, second Outcome) {
		a := newScene(t).talk("mx1", 10, with(envelope, lines...)...)
		a.Recipients = []string{alice, carol}
		return Session(a, alice, ModeRcpt), Session(a, carol, ModeRcpt)
	}
	is := func(o Outcome, v Verdict, r Reason) {
		t.Helper()
		if o.Verdict != v || o.Reason != r {
			t.Errorf("%s %s, want %s %s: %s", o.Verdict, o.Reason, v, r, o.Sentence)
		}
	}
	first, second := judge("rcpt: 550 5.1.1 unknown user", "rset: 250 ok", "tx 2", "mail: 250 ok", "rcpt: 250 ok")
	is(first, Rejected, NoSuchUser)
	is(second, Accepted, "")

	first, second = judge("rcpt: 250 ok", "rset: 250 ok", "tx 2", "mail: 250 ok", "rcpt: 452 no")
	is(first, Accepted, "")
	is(second, Deferred, TooManyRecipients)
	_, second = judge("rcpt: 250 ok", "rset: 250 ok", "tx 2", "mail: 250 ok", "rcpt: 552 5.5.3 too many recipients")
	is(second, Rejected, TooManyRecipients)
	_, second = judge("rcpt: 250 ok", "rset: 250 ok", "tx 2", "mail: 250 ok", "rcpt: 452 4.2.2 mailbox full")
	is(second, Deferred, MailboxFull)
	_, second = judge("rcpt: 550 no", "rset: 250 ok", "tx 2", "mail: 250 ok", "rcpt: 452 no")
	is(second, Deferred, MailboxFull)

	first, second = judge("rcpt: 421 4.7.0 too many errors")
	is(first, Deferred, RateLimited)
	is(second, Deferred, RateLimited)
	first, second = judge("rcpt: 250 ok", "rset: 250 ok", "tx 2", "fail closed mail")
	is(first, Accepted, "")
	is(second, Deferred, ConnectionLost)
	first, second = judge("fail closed rcpt")
	is(first, Deferred, ConnectionLost)
	is(second, Deferred, ConnectionLost)
	first, second = judge("rcpt: 250 ok", "fail unsolicited rset")
	is(first, Undetermined, Protocol)
	is(second, Undetermined, Protocol)
	first, second = judge("rcpt: 550 unknown user", "note harvesting rset", "quit: 221 bye")
	is(first, Rejected, NoSuchUser)
	is(second, Undetermined, Unknown)
}
