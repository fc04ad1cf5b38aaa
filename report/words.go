package report

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// millis is a latency: "12.1 ms", "30.0 s".
func millis(d time.Duration) string {
	d = d.Round(time.Microsecond)
	if d.Abs() >= 10*time.Second {
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	}
	return strconv.FormatFloat(float64(d.Microseconds())/1000, 'f', 1, 64) + " ms"
}

// wait is a number of seconds in words: "5 min", "1 h 30 min", "45 s".
func wait(seconds int) string {
	var parts []string
	for _, unit := range []struct {
		seconds int
		name    string
	}{{24 * 3600, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}} {
		if n := seconds / unit.seconds; n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+unit.name)
			seconds -= n * unit.seconds
		}
	}
	return strings.Join(parts, " ")
}

// plural is "1 host", "2 hosts".
func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return strconv.Itoa(n) + " " + word + "s"
}

// ipPort takes the address of a session apart.
func ipPort(s *check.Session) (ip, port string) {
	if path, ok := strings.CutPrefix(s.Address, "unix:"); ok {
		return clean(path), ""
	}
	ip, port, err := net.SplitHostPort(s.Address)
	if err != nil {
		return clean(s.Address), ""
	}
	return clean(ip), clean(port)
}

// place names the other end as Postfix does: "mx1.example.test[198.51.100.10]".
func place(s *check.Session) string {
	ip, _ := ipPort(s)
	return clean(s.Host) + "[" + ip + "]"
}

// where is "mx1.example.test [198.51.100.10]:25".
func where(s *check.Session) string {
	ip, port := ipPort(s)
	name := clean(s.Host) + " "
	if isLiteral(s.Host, ip) {
		name = ""
	}
	if port == "" {
		return name + "[" + ip + "]"
	}
	return name + "[" + ip + "]:" + port
}

// isLiteral reports whether a host has no name but its address.
func isLiteral(host, ip string) bool {
	return strings.TrimPrefix(strings.Trim(host, "[]"), "IPv6:") == ip
}

// connected says to what, and why where it is not the first time.
func connected(s *check.Session) string {
	text := "connected to " + where(s)
	if len(s.Also) > 0 {
		text += ", also " + list(s.Also)
	}
	return text + again(s)
}

// via says by way of what a connection was made.
func via(e *probe.Event) string {
	if e.Text == "" {
		return ""
	}
	return ", by way of " + oneLine(e.Text)
}

// again says why a session follows another.
func again(s *check.Session) string {
	if s.After == 0 {
		return ""
	}
	after := fmt.Sprintf(", after session %d", s.After)
	switch s.Purpose {
	case probe.PurposePlainFallback:
		return after + ", now without TLS"
	case probe.PurposeNoPipelining:
		return after + ", now without pipelining"
	case probe.PurposeRetry:
		return after + ", for the recipients left"
	case probe.PurposeCatchAll:
		return after + ", about addresses that cannot exist"
	case probe.PurposePostmaster:
		return after + ", about postmaster and abuse"
	case probe.PurposeNullSender:
		return after + ", for the null sender"
	case probe.PurposeTLSLegacy:
		return after + ", to see what TLS it takes"
	case probe.PurposeTLSResume:
		return after + ", to resume its TLS session"
	case probe.PurposeSTARTTLS:
		return after + ", to look at STARTTLS"
	case probe.PurposeOpenRelay:
		return after + ", to ask whether it relays"
	}
	return after + " (" + clean(string(s.Purpose)) + ")"
}

// failed says how a session failed, in Postfix's words where it has some.
func failed(s *check.Session, e *probe.Event) string {
	f := e.Failure
	detail := ""
	if f.Detail != "" {
		detail = ": " + oneLine(f.Detail)
	}
	if e.Stage == smtp.StageConnect {
		return "connect to " + where(s) + ": " + connectFailure(f) + again(s)
	}
	switch f.Kind {
	case probe.FailTimeout:
		return "conversation with " + place(s) + " timed out while " + during(s, e) + partly(f)
	case probe.FailClosed:
		return "lost connection with " + place(s) + " while " + during(s, e) + ": closed by the server" + partly(f)
	case probe.FailReset:
		return "lost connection with " + place(s) + " while " + during(s, e) + ": reset by the server" + partly(f)
	case probe.FailTLS:
		return "TLS handshake with " + place(s) + " failed" + detail
	case probe.FailTLSLimit:
		return "TLS handshake with " + place(s) + " failed on a limit of ours" + detail
	case probe.FailTLSPolicy:
		return "not going on without TLS as required" + detail
	case probe.FailAuthPolicy:
		return "no login" + detail
	case probe.FailAuth:
		return place(s) + " failed in AUTH" + detail
	case probe.FailNotOffered:
		return "not going on" + detail
	case probe.FailNotSMTP:
		return place(s) + " does not speak SMTP" + detail
	case probe.FailUnsolicited, probe.FailInjection:
		return place(s) + detail
	case probe.FailLimit:
		if strings.HasPrefix(f.Detail, "a reply ") {
			return place(s) + " sent " + oneLine(f.Detail)
		}
		return place(s) + " sent more than a session may have" + detail
	case probe.FailInterrupted:
		return "interrupted while " + during(s, e)
	case probe.FailProtocol:
		return "protocol broken by " + place(s) + detail
	}
	return clean(string(f.Kind)) + " while " + during(s, e) + detail
}

// during says what went on, as Postfix does.
func during(s *check.Session, e *probe.Event) string {
	for i := range s.Events {
		x := &s.Events[i].Event
		if e.Stage == smtp.StageMessage && x.Kind == probe.KindData && x.Transaction == e.Transaction && x.Data.Complete {
			return smtp.DuringEnd
		}
	}
	return e.Stage.During()
}

func partly(f *probe.Failure) string {
	if f.Partial {
		return ", in the middle of a reply"
	}
	return ""
}

// connectFailure says why there is no connection, in the words of connect(2).
func connectFailure(f *probe.Failure) string {
	words := map[probe.FailureKind]string{
		probe.FailTimeout:     "Connection timed out",
		probe.FailRefused:     "Connection refused",
		probe.FailReset:       "Connection reset by peer",
		probe.FailUnreachable: "No route to host",
		probe.FailProhibited:  "prohibited by a packet filter",
		probe.FailLocal:       "this machine could not open a socket",
		probe.FailInterrupted: "interrupted",
	}[f.Kind]
	detail := oneLine(f.Detail)
	switch {
	case words == "":
		words = clean(string(f.Kind))
	case detail == "":
		return words
	case f.Kind == probe.FailUnreachable, strings.HasPrefix(detail, "the proxy "):
		return detail
	}
	return words + ": " + detail
}

// failureWord is a failure in a word or two, with its stage.
func failureWord(e *probe.Event) string {
	words := map[probe.FailureKind]string{
		probe.FailTLS:         "handshake failed",
		probe.FailTLSLimit:    "handshake failed (our limit)",
		probe.FailTLSPolicy:   "no TLS as required",
		probe.FailAuthPolicy:  "no login",
		probe.FailAuth:        "AUTH failed",
		probe.FailNotOffered:  "not offered",
		probe.FailNotSMTP:     "not SMTP",
		probe.FailUnsolicited: "unsolicited reply",
	}
	if w := words[e.Failure.Kind]; w != "" {
		return w
	}
	return clean(string(e.Failure.Kind)) + " at " + clean(string(e.Stage))
}

// trust is the first word of what posttls-finger says about a handshake: facts only.
func trust(t *probe.TLS) string {
	switch {
	case t.Partial:
		return "Partial"
	case t.Trust != "":
		return capital(clean(t.Trust))
	case t.Verified:
		return "Verified"
	case t.ProblemKind == "no-certificate" || len(t.Chain) == 0:
		return "Anonymous"
	case t.ProblemKind == "name-mismatch":
		return "Trusted"
	}
	return "Untrusted"
}

// handshake is "Verified TLS: TLS 1.3 with cipher TLS_AES_128_GCM_SHA256, X25519".
func handshake(t *probe.TLS) string {
	text := trust(t) + " TLS: " + clean(t.Version) + " with cipher " + clean(t.Cipher)
	switch {
	case t.KeyExchange != "" && t.KeyExchange != "ECDHE "+t.Curve:
		text += ", key exchange " + clean(t.KeyExchange)
	case t.Curve != "":
		text += ", " + clean(t.Curve)
	}
	if t.Resumed {
		text += ", resumed"
	}
	return text
}

// capital is a word with a capital letter.
func capital(word string) string {
	first, size := utf8.DecodeRuneInString(word)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + word[size:]
}

// ourCertificate says what became of a certificate of ours; "" where none was asked for.
func ourCertificate(t *probe.TLS) string {
	switch {
	case t.ShownOurs:
		return "the server asked for a client certificate, and ours was shown"
	case t.AskedForOur:
		return "the server asked for a client certificate; none was shown"
	}
	return ""
}

// expiry is until when a certificate holds, as seen at a point in time:
// "expires in 23 days, 2026-12-15".
func expiry(until, now time.Time) string {
	day, left := until.UTC().Format(time.DateOnly), int(until.Sub(now)/(24*time.Hour))
	switch {
	case now.IsZero():
		return "until " + day
	case until.Before(now):
		return "expired " + plural(-left, "day") + " ago, " + day
	}
	return "expires in " + plural(left, "day") + ", " + day
}

// certificate is who a certificate is for, by whom, and until when.
func certificate(c *probe.Certificate, names int, now time.Time) string {
	text := "certificate " + oneLine(c.Subject)
	if c.Subject == "" {
		text = "certificate without subject"
	}
	if len(c.Names) > 0 {
		shown := c.Names[:min(len(c.Names), names)]
		text += " for " + list(shown)
		if more := len(c.Names) - len(shown); more > 0 {
			text += fmt.Sprintf(" and %d more", more)
		}
	}
	if c.Issuer == c.Subject {
		text += ", by itself"
	} else {
		text += ", by " + oneLine(c.Issuer)
	}
	return text + ", " + expiry(c.NotAfter, now)
}

// said is what the last line of a reply counts as at its stage, in a word; "" for
// a reply that decides nothing.
func said(e *probe.Event) diagnose.Verdict {
	if !e.Reply.Usable() || e.Extension != "" {
		return ""
	}
	asks := e.Stage == smtp.StageRcpt || e.Stage == smtp.StageMessage
	switch e.Reply.Class() {
	case 2:
		if asks {
			return diagnose.Accepted
		}
	case 4:
		if asks || e.Stage.Before(smtp.StageSTARTTLS) || e.Reply.Code == 421 && e.Stage != smtp.StageQuit ||
			e.Stage == smtp.StageMail || e.Stage == smtp.StageData {
			return diagnose.Deferred
		}
	case 5:
		if asks || e.Stage == smtp.StageGreeting || e.Stage == smtp.StageMail || e.Stage == smtp.StageData {
			return diagnose.Rejected
		}
	}
	return ""
}

// noted is a note in words.
func noted(e *probe.Event) string {
	if e.Note == probe.NoteHello {
		return "a ClientHello of our own, to look for " + oneLine(e.Text)
	}
	return oneLine(e.Text)
}

// message is the one line about message text.
func message(d *probe.Data) string {
	if d.Chunk > 0 && d.Complete {
		return fmt.Sprintf("the last chunk, %d octets, of message text of %d octets, SHA-256 %s", d.Chunk, d.Size, clean(d.SHA256))
	}
	if d.Chunk > 0 {
		return fmt.Sprintf("a chunk of message text, %d octets, %d so far", d.Chunk, d.Size)
	}
	if !d.Complete {
		return fmt.Sprintf("message text, broken off after %d octets", d.Size)
	}
	return fmt.Sprintf("message text, %d octets, SHA-256 %s", d.Size, clean(d.SHA256))
}
