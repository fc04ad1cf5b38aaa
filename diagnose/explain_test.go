package diagnose

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

func TestExplainText(t *testing.T) {
	for _, x := range []struct {
		text     string
		code     int
		enhanced string
		stage    smtp.Stage
		reason   Reason
		row      string
	}{
		{"550", 550, "", "", NoSuchUser, "code/550-rcpt"},
		{" 5.1.1 ", 0, "5.1.1", "", NoSuchUser, "enhanced/x.1.1"},
		{"4.2.2", 0, "4.2.2", "", MailboxFull, "enhanced/x.2.2"},
		{"550 5.1.1", 550, "5.1.1", "", NoSuchUser, "enhanced/x.1.1"},
		{"250", 250, "", "", "", "code/250"},
		{"2.1.5", 0, "2.1.5", "", "", "enhanced/x.1.5-ok"},
		{"354", 354, "", "", "", "code/354"},
		{"554 5.7.1 <bob@example.com>: Relay access denied", 554, "5.7.1", "", RelayDenied, "postfix/relay-denied"},
		{"450-4.2.0 wait\n450 4.2.0 Greylisted", 450, "4.2.0", "", Greylisted, "greylist/word"},
		{"450-4.2.0 wait\r\n450 4.2.0 Greylisted\r\n", 450, "4.2.0", "", Greylisted, "greylist/word"},
		{"550-5.1.1 The email account that you tried to reach does not exist. 550-5.1.1 x 550 5.1.1 y", 550, "5.1.1", "", NoSuchUser, "gmail/no-such-user"},
		{"host mx[198.51.100.1] said: 550 5.1.1 <a@b.example>: User unknown (in reply to RCPT TO command)", 550, "5.1.1", "rcpt", NoSuchUser, "words/no-such-user"},
		{"Nov 22 10:00:00 mail postfix/smtp[123]: 4XyZ: to=<a@b.example>, relay=mx[198.51.100.1]:25, delay=1, dsn=5.7.1, status=bounced (host mx[198.51.100.1] said: 550 sorry (in reply to MAIL FROM command))", 550, "", "mail", SenderRejected, "code/550-mail"},
		{"2026-11-22 10:00:00 1abCDe-0001 ** a@b.example R=dnslookup T=remote_smtp: SMTP error from remote mail server after RCPT TO:<a@b.example>: 550 relay not permitted", 550, "", "rcpt", RelayDenied, "exim/relay"},
		{"2026-11-22 11:39:49.104 [1] S <-- 450 4.3.2 Service currently unavailable", 450, "4.3.2", "", Greylisted, "greylist/postscreen"},
		{"<** 554 5.7.1 <a@b.example>: Relay access denied", 554, "5.7.1", "", RelayDenied, "postfix/relay-denied"},
		{"host mx[198.51.100.1] refused to talk to me: 554 no", 554, "", "greeting", IPReputation, "code/554-greeting"},
		{"connect to mx1.example.com[198.51.100.10]:25: Connection refused", 0, "", "", Unreached, "client/refused"},
		{"Diagnostic-Code: smtp; 552 5.2.2 mailbox full", 552, "5.2.2", "", MailboxFull, "words/mailbox-full"},
		{"postfix/relay-denied", 554, "5.7.1", "rcpt", RelayDenied, "postfix/relay-denied"},
		{"greylisted", 0, "", "", Greylisted, ""},
		{"No_Such_User", 0, "", "", NoSuchUser, ""},
		{"rcpt/mailbox-full", 0, "", "", MailboxFull, ""},
		{"MX/null", 0, "", "", "", ""},
	} {
		e, ok := ExplainText(x.text)
		if !ok || e.Code != x.code || e.Enhanced != x.enhanced || e.Stage != x.stage || e.Reason != x.reason || e.Row != x.row {
			t.Errorf("%q: %v %+v", x.text, ok, e)
			continue
		}
		if e.Explain == "" || e.Title == "" || e.Text != strings.TrimSpace(x.text) {
			t.Errorf("%q: explain %q, title %q, text %q", x.text, e.Explain, e.Title, e.Text)
		}
		if _, err := json.Marshal(e); err != nil {
			t.Error(err)
		}
	}
	for _, nonsense := range []string{"", "  ", "hello", "12", "99", "600", "1.2.3", "5.1", "5.1.1.1", "mx/nonsense", "rcpt/interrupted", "550x", "alice@example.com", "192.0.2.1", "https://example.com/550"} {
		if e, ok := ExplainText(nonsense); ok {
			t.Errorf("%q is explained: %+v", nonsense, e)
		}
	}
}

// TestExplainEverything: whatever has a name can be explained by it.
func TestExplainEverything(t *testing.T) {
	for _, r := range Rules() {
		if e, ok := ExplainText(r.ID); !ok || e.Rule != r.ID || e.Explain == "" {
			t.Errorf("%s: %v %+v", r.ID, ok, e)
		}
	}
	for _, r := range Reasons() {
		if e, ok := ExplainText(string(r)); !ok || e.Reason != r || e.Explain == "" || e.Side == "" {
			t.Errorf("%s: %v %+v", r, ok, e)
		}
	}
	for _, r := range Rows() {
		if e, ok := ExplainText(r.ID); !ok || e.Row != r.ID {
			t.Errorf("%s: %v %+v", r.ID, ok, e)
		}
	}
	for text, want := range map[string]bool{"greylisted": true, "rcpt/greylisted": true, "no_such_user": false, "450": true, "550": false} {
		if e, _ := ExplainText(text); e.Retry == nil || *e.Retry != want {
			t.Errorf("%s: retry %v", text, e.Retry != nil)
		}
	}
}

func TestQueueID(t *testing.T) {
	for reply, want := range map[string]string{
		"250 2.0.0 Ok: queued as 4XyZ123abc":                                                        "4XyZ123abc",
		"250 2.0.0 Ok: queued as <4XyZ123abc>":                                                      "4XyZ123abc",
		"250 OK id=1tEabc-0000000AbCd-1X2y":                                                         "1tEabc-0000000AbCd-1X2y",
		"250 2.0.0 3BM1x2y4012345 Message accepted for delivery":                                    "3BM1x2y4012345",
		"250 2.0.0 a1b2c3d4 Message accepted for delivery":                                          "a1b2c3d4",
		"250 2.6.0 <id@host> [InternalId=123456, Hostname=X.prod] 9 bytes Queued mail for delivery": "123456",
		"250 2.6.0 <id@host.example> Queued mail for delivery":                                      "id@host.example",
		"250 2.0.0 OK  1700000000 d2e1a72fcca58-7b4si123 - gsmtp":                                   "d2e1a72fcca58-7b4si123",
		"250 ok 1700000000 qp 12345":                                                                "1700000000 qp 12345",
		"250 Ok. 0000000000041234.65AB.0001":                                                        "0000000000041234.65AB.0001",
		"250 Ok 0100018f0a1b2c3d-11111111-2222-3333-4444-555555555555-000000":                       "0100018f0a1b2c3d-11111111-2222-3333-4444-555555555555-000000",
		"250 2.0.0 Ok":                              "",
		"250 Message accepted for delivery":         "",
		"250 thank you":                             "",
		"250 queued as":                             "",
		"250 ok dirdel":                             "",
		"250-first\n250 2.0.0 Ok: queued as A1":     "A1",
		"250 queued as " + strings.Repeat("x", 300): "",
	} {
		if got := QueueID(replyFrom(reply)); got != want {
			t.Errorf("%q: %q, want %q", reply, got, want)
		}
	}
}

func FuzzExplainText(f *testing.F) {
	for _, seed := range []string{"550", "5.1.1", "mx/null", "550-a 550-b 550 c", "S <-- 4", "said: 55", "550-\n550 ", ")", "said: 550)", "(550, b'", "SMTP code: 550Detail: "} {
		f.Add(seed)
	}
	for _, x := range pastes {
		f.Add(x.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, ok := ExplainText(text)
		if e.Text != strings.TrimSpace(text) {
			t.Errorf("%q: text %q", text, e.Text)
		}
		if !ok {
			return
		}
		if e.Explain == "" || e.Title == "" || e.Rule == "" && e.Row == "" && e.Reason == "" {
			t.Errorf("%q: %+v", text, e)
		}
		if e.Code != 0 && (e.Code < 200 || e.Code > 599) || len(e.Reply) > 2*len(text)+16 {
			t.Errorf("%q: %d %q", text, e.Code, e.Reply)
		}
	})
}

// TestPasteBounded: no text takes more than a moment. Were it quadratic, these would take minutes.
func TestPasteBounded(t *testing.T) {
	began := time.Now()
	for _, part := range []string{
		"550-", "550-a\n", "550 a\n", "550 a)", "550 ", ")", "(", "(550, ", "said: ", "said: 550 ", "> ", "\\n", "&lt;", "Diagnostic-Code: smtp; 550 a\n",
		"Diagnostic-Code:\n ", "a:\n", "\x1b[", "5.1.1 ", ": 5.1.1 ", "\"", "550 '", "_/", "delivery 1: failure: ", "(in reply to ", " 550-", "RCPT TO:<\n", "\u00a0",
	} {
		ExplainText(strings.Repeat(part, maxPaste/len(part)+1))
		ExplainText("550 " + strings.Repeat(part, maxPaste/len(part)+1))
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it took %v", took)
	}
}

// TestExplainLogs: lines of a log that quote no reply, or in a way of their own.
func TestExplainLogs(t *testing.T) {
	const postfix = "Nov 22 10:00:00 mail postfix/smtp[123]: 4XyZ: to=<a@b.example>, relay=none, delay=30, delays=0.1/0/30/0, dsn=4.4.1, status=deferred "
	const sendmail = "Nov 22 10:00:00 mail sendmail[123]: 3BM1: to=<a@b.example>, delay=00:00:30, mailer=esmtp, pri=120000, relay=mx. [192.0.2.9], dsn=4.0.0, "
	const exim = "2026-11-22 10:00:00 1abCDe-0001 == a@b.example R=dnslookup T=remote_smtp "
	const qmail = "@4000000067400000 delivery 12: "
	for _, x := range []struct {
		text   string
		reason Reason
		code   int
		retry  bool
	}{
		{postfix + "(connect to mx[192.0.2.9]:25: Connection timed out)", TimedOut, 0, true},
		{postfix + "(connect to mx[192.0.2.9]:25: Connection refused)", Unreached, 0, true},
		{postfix + "(connect to mx[192.0.2.9]:25: No route to host)", Unreached, 0, true},
		{postfix + "(connect to mx[192.0.2.9]:25: Network is unreachable)", Unreached, 0, true},
		{postfix + "(delivery temporarily suspended: connect to mx[192.0.2.9]:25: Connection timed out)", TimedOut, 0, true},
		{postfix + "(delivery temporarily suspended: connect to mx[192.0.2.9]:25: Network is unreachable)", Unreached, 0, true},
		{postfix + "(delivery temporarily suspended: lost connection with mx[192.0.2.9] while receiving the initial server greeting)", Unreached, 0, true},
		{postfix + "(delivery temporarily suspended: host mx[192.0.2.9] refused to talk to me: 421 too many connections)", RateLimited, 421, true},
		{postfix + "(conversation with mx[192.0.2.9] timed out while sending RCPT TO)", TimedOut, 0, true},
		{postfix + "(Host or domain name not found. Name service error for name=example.com type=MX: Host not found, try again)", DNSFailure, 0, true},
		{postfix + "(unable to look up host mx.example.com: Temporary failure in name resolution)", DNSFailure, 0, true},
		{"delivery temporarily suspended: connect to mx[192.0.2.9]:25: No route to host", Unreached, 0, true},
		{"status=deferred (connect to mx[192.0.2.9]:25: Connection timed out)", TimedOut, 0, true},
		{"status=bounced (Host or domain name not found. Name service error for name=example.com type=AAAA: Host not found)", BadDomain, 0, false},
		{"dsn=4.4.99, status=deferred (qwertz)", ServerError, 0, true},
		{sendmail + "stat=Deferred: Connection refused by mx.", Unreached, 0, true},
		{sendmail + "stat=Deferred: Connection timed out with mx.", TimedOut, 0, true},
		{sendmail + "stat=Deferred: 450 4.2.0 Greylisted", Greylisted, 450, true},
		{sendmail + "stat=Deferred: Name server: mx.: host name lookup failure", DNSFailure, 0, true},
		{"dsn=5.0.0, stat=Service unavailable", Unknown, 0, false},
		{"stat=Service unavailable", Unknown, 0, false},
		{"dsn=5.1.1, stat=User unknown", NoSuchUser, 0, false},
		{exim + "defer (110): Connection timed out", TimedOut, 0, true},
		{exim + "defer (111): Connection refused", Unreached, 0, true},
		{exim + "defer (-53): retry time not reached for any host for 'b.example'", Unreached, 0, true},
		{exim + "defer (-1): host lookup did not complete", DNSFailure, 0, true},
		{"2026-11-22 10:00:00 1abCDe-0001 ** a@b.example: retry timeout exceeded", Unreached, 0, false},
		{qmail + "failure: 192.0.2.9_does_not_like_recipient./Remote_host_said:_550_no_such_user/Giving_up_on_192.0.2.9./", NoSuchUser, 550, false},
		{"Remote_host_said:_550_no_such_user/", NoSuchUser, 550, false},
		{qmail + "deferral: Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/", TimedOut, 0, true},
		{qmail + "deferral: Connected_to_192.0.2.9_but_greeting_failed./Remote_host_said:_421-busy/421_too_many_connections/", RateLimited, 421, true},
		{"CNAME_lookup_failed_temporarily._(#4.4.3)/", DNSFailure, 0, true},
	} {
		e, ok := ExplainText(x.text)
		if !ok || e.Reason != x.reason || e.Code != x.code || e.Retry == nil || *e.Retry != x.retry {
			t.Errorf("%q: %v %s %d %s, retry %v", x.text, ok, e.Reason, e.Code, e.Row, e.Retry != nil && *e.Retry)
		}
		if x.code == 0 && (x.reason == TimedOut || x.reason == Unreached || x.reason == DNSFailure) && e.Side != SideNetwork && e.Side != SideReceiver {
			t.Errorf("%q: side %s", x.text, e.Side)
		}
	}
}

// TestExplainAccepted: an acceptance has no reason, and nothing to be sure of or to try again.
func TestExplainAccepted(t *testing.T) {
	for _, text := range []string{
		"250", "354", "2.1.5", "250 2.1.5 Ok", "250 Ok", "code/250",
		`2026-11-22 10:00:00 1abCDe-0001 => a@b.example R=dnslookup T=remote_smtp H=mx [192.0.2.9] C="250 OK id=1abcde"`,
		`C="250 2.0.0 Ok: queued as 1abcde"`,
		"dsn=2.0.0, status=sent (250 OK id=1abcde)",
		"dsn=2.0.0, stat=Sent (OK id=1abcde)",
		"delivery 12: success: 192.0.2.9_accepted_message./Remote_host_said:_250_ok_1732270000_qp_12345/",
	} {
		e, ok := ExplainText(text)
		if !ok || e.Reason != "" || e.Confidence != "" || e.Retry != nil || e.RetryAfter != 0 || e.Title == "" {
			t.Errorf("%q: %v %+v", text, ok, e)
		}
	}
}
