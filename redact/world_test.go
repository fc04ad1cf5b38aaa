package redact_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/idna"
	"pgregory.net/rapid"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// world is who and what a generated report is about: the originals.
type world struct {
	locals, domains, unicodes []string
	hosts                     []string
	addrs                     []netip.Addr
	helo, other               string
	words                     []string // names of organizations, identifiers
}

var syllables = []string{"zor", "qua", "vex", "jyl", "wub", "kry", "pho", "gno", "tza", "fyx", "hju", "dvo", "mnu", "xil", "bzo"}

func word(t *rapid.T, n int) string {
	var b strings.Builder
	for range n {
		b.WriteString(rapid.SampledFrom(syllables).Draw(t, "syllable"))
	}
	return b.String()
}

// newWorld makes names that no text of ours has.
func newWorld(t *rapid.T) *world {
	w := new(world)
	seen := make(map[string]bool)
	fresh := func(n int) string {
		for i := 0; ; i++ {
			x := word(t, n)
			if i > 5 {
				x += fmt.Sprint(len(seen))
			}
			if !seen[x] {
				seen[x] = true
				return x
			}
		}
	}
	for i := range 4 {
		d := fresh(3)
		if i == 1 || rapid.Bool().Draw(t, "idn") {
			d = "ü" + d
		}
		u := d + rapid.SampledFrom([]string{".com", ".org", ".co.uk", ".de", ".test", ".local", ".example"}).Draw(t, "tld")
		a := toASCII(t, u)
		w.domains, w.unicodes = append(w.domains, a), append(w.unicodes, u)
		w.hosts = append(w.hosts, fresh(2)+"1."+a, fresh(2)+"."+fresh(2)+"."+a)
	}
	w.other = fresh(3) + ".net"
	for range 3 {
		l := fresh(2)
		switch rapid.IntRange(0, 4).Draw(t, "kind of local part") {
		case 1:
			l += "." + fresh(2)
		case 2:
			l += "_" + fresh(2)
		case 3:
			l += "77"
		case 4:
			l = "Jö" + l
		}
		w.locals = append(w.locals, l)
	}
	w.helo = w.hosts[6]
	octet := func(name string) byte { return byte(rapid.IntRange(1, 254).Draw(t, name)) }
	for range 3 {
		first := rapid.SampledFrom([]byte{11, 45, 93, 145, 203, 10}).Draw(t, "net")
		w.addrs = append(w.addrs, netip.AddrFrom4([4]byte{first, octet("b"), octet("c"), octet("d")}))
		b := [16]byte{0x2a, 0x02, octet("e"), octet("f"), 0, octet("g")}
		b[15], b[12] = octet("h"), octet("i")
		w.addrs = append(w.addrs, netip.AddrFrom16(b))
	}
	w.words = []string{fresh(3), fresh(3), fresh(4)}
	return w
}

// echo is a text that has originals in it, in any form.
func (w *world) echo(t *rapid.T) string {
	var parts []string
	for range rapid.IntRange(1, 4).Draw(t, "parts") {
		i := rapid.IntRange(0, 2).Draw(t, "who")
		d := rapid.IntRange(0, 3).Draw(t, "where")
		var forms []string
		switch rapid.IntRange(0, 2).Draw(t, "what") {
		case 0:
			forms = addressForms(w.locals[i], w.domains[d], w.unicodes[d], w.other)
		case 1:
			forms = hostForms(rapid.SampledFrom(w.hosts).Draw(t, "host"), w.other)
		default:
			forms = ipForms(rapid.SampledFrom(w.addrs).Draw(t, "address"), w.other)
		}
		parts = append(parts, rapid.SampledFrom([]string{"rejected", "for", "by", "policy 5.7.1", "Hello", "your IP is", "helo=", "4.96.1 ready,", "queue 4XyZ12Ab3C"}).Draw(t, "word"))
		parts = append(parts, rapid.SampledFrom(forms).Draw(t, "form"))
	}
	return strings.Join(parts, " ")
}

// newReport makes a report as a probe would.
func (w *world) newReport(t *rapid.T) *check.Report {
	began := check.Time{Time: time.Date(2026, 11, 22, 10, 39, 49, 0, time.UTC)}
	local, domain := w.locals[0], w.domains[0]
	r := &check.Report{
		Schema: check.Schema, ID: "01JD9Z3F0000000000000000C0", Tool: check.Tool{Name: "smtpcheck", Version: "1.2.3"}, Started: began,
		Mode: diagnose.ModeRcpt, ExitCode: 67, Recipient: local + "@" + domain, Sender: w.locals[1] + "@" + w.domains[1], HELO: w.helo,
		Notes: []string{w.echo(t)}, Verdict: diagnose.Rejected, Reason: diagnose.NoSuchUser, Side: diagnose.SideRecipient, Confidence: diagnose.Certain,
		DecidedBy: &diagnose.Evidence{Session: 1, Event: 4}, Summary: w.echo(t), Remedy: w.echo(t),
		Message: &check.Message{Sent: "no", MessageID: "<" + w.words[1] + "@" + w.helo + ">", Host: w.hosts[0], Address: w.addrs[0].String()},
		Resolution: &check.Resolution{
			Domain: domain, Kind: mxresolve.KindMX, Hosts: []check.Host{}, Aliases: []string{w.hosts[5]},
			Queries: []check.Query{{ID: 1, Server: w.addrs[2].String() + ":53", Network: "udp", Name: domain, Type: "MX", Rcode: "NOERROR", Answers: []string{
				domain + ". 3600 IN MX 10 " + w.hosts[0] + ".", domain + `. 60 IN TXT "` + w.words[2] + `"`, domain + ". 60 IN TXT \"v=spf1 ip4:" + w.addrs[2].String() + " a:" + w.hosts[3] + "\"",
				domain + ". 60 IN SOA " + w.hosts[7] + ". hostmaster." + w.domains[3] + ". 1 2 3 4 5",
			}}},
		},
		Skipped: []check.Skipped{{Host: w.hosts[2], Address: w.addrs[4].String(), Reason: w.echo(t), Kind: diagnose.SkipNoRoute}},
	}
	for i := range 2 {
		r.Resolution.Hosts = append(r.Resolution.Hosts, check.Host{Name: w.hosts[i], Preference: 10, Addresses: []string{w.addrs[2*i].String(), w.addrs[2*i+1].String()}})
		r.Sessions = append(r.Sessions, w.newSession(t, i+1, began))
	}
	r.Findings = []check.Finding{{
		Rule: "rcpt/no-such-user", Severity: diagnose.Notice, Summary: w.echo(t), Explain: "The mailbox does not exist.",
		References: []string{"https://" + w.hosts[1] + "/help", "https://www.rfc-editor.org/rfc/rfc5321"}, Evidence: []diagnose.Evidence{{Session: 1}},
	}}
	return r
}

func (w *world) newSession(t *rapid.T, id int, began check.Time) check.Session {
	s := check.Session{
		ID: id, Purpose: probe.PurposeProbe, Host: w.hosts[id-1], Also: []string{w.hosts[id+1]}, Preference: 10, Started: began, HELO: w.helo,
		Address: netip.AddrPortFrom(w.addrs[id], 25).String(), Local: netip.AddrPortFrom(w.addrs[5], 40000).String(), Outcome: diagnose.Rejected, Reason: diagnose.NoSuchUser,
		Stage: smtp.StageRcpt, Reply: &check.Reply{Code: 550, Enhanced: "5.1.1", Text: w.echo(t) + "\n" + w.echo(t)}, Sentence: w.echo(t), Row: "postfix/user-unknown",
		Capabilities: map[string]string{"SIZE": "1000", "X-" + strings.ToUpper(w.words[0]): w.echo(t)}, Auth: &check.Auth{Offered: []string{"PLAIN"}, User: w.locals[2], Outcome: "not-tried"},
		TLS: &check.TLS{Version: "TLS 1.3", Cipher: "TLS_AES_128_GCM_SHA256", ServerName: w.hosts[id-1], Problem: w.echo(t), ChainLength: 1, Chain: []check.Certificate{{
			Subject: "CN=*." + w.domains[2] + ",O=" + w.words[0] + "\\, Inc.,C=DE", Issuer: "CN=" + w.words[1] + " Root,O=" + w.words[0], Names: []string{w.hosts[4], w.addrs[3].String()},
			NotBefore: began, NotAfter: began, Serial: "4711", Key: "RSA 2048", Signature: "SHA256-RSA", SHA256: strings.Repeat("ab", 32), SPKISHA256: strings.Repeat("cd", 32),
		}}},
	}
	add := func(e probe.Event) {
		e.Seq, e.Time = len(s.Events)+1, began.Time
		s.Events = append(s.Events, check.Event{Event: e})
	}
	reply := func(stage smtp.Stage, lines string) {
		r, _, _ := smtp.NewReader(strings.NewReader(lines)).Reply()
		add(probe.Event{Kind: probe.KindReply, Stage: stage, Reply: &r})
	}
	add(probe.Event{Kind: probe.KindConnect, Stage: smtp.StageConnect})
	reply(smtp.StageGreeting, "220 "+w.hosts[id-1]+" "+w.echo(t)+"\r\n")
	add(probe.Event{Kind: probe.KindCommand, Stage: smtp.StageEHLO, Command: "EHLO " + w.helo})
	reply(smtp.StageEHLO, "250-"+w.hosts[id-1]+" Hello "+w.helo+" ["+w.addrs[5].String()+"]\r\n250-X-"+w.words[0]+" "+w.echo(t)+"\r\n250 SIZE 1000\r\n")
	add(probe.Event{Kind: probe.KindCommand, Stage: smtp.StageMail, Command: "MAIL FROM:<" + w.locals[1] + "@" + w.domains[1] + "> SIZE=100 ENVID=" + w.words[2] + " AUTH=" + w.locals[2] + "+40" + w.domains[2]})
	reply(smtp.StageMail, "250 2.1.0 "+w.echo(t)+"\r\n")
	add(probe.Event{Kind: probe.KindCommand, Stage: smtp.StageRcpt, Command: "RCPT TO:<" + w.locals[0] + "@" + w.domains[0] + "> ORCPT=rfc822;" + w.locals[0] + "+40" + w.domains[0]})
	reply(smtp.StageRcpt, "550-5.1.1 "+w.echo(t)+"\n550 5.1.1 "+w.echo(t)+rapid.SampledFrom([]string{"\n", "\r\n", " \xff\r\n"}).Draw(t, "end"))
	add(probe.Event{Kind: probe.KindNote, Stage: smtp.StageRcpt, Note: probe.NoteChallenge, Text: w.echo(t)})
	add(probe.Event{Kind: probe.KindFailure, Stage: smtp.StageRcpt, Failure: &probe.Failure{Kind: probe.FailClosed, Detail: w.echo(t), Raw: []byte("220 " + w.echo(t) + "\xe9")}})
	return s
}

// asJSON is a document as it is kept.
func asJSON(doc any) string {
	b, err := json.Marshal(doc)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func toASCII(t fatal, u string) string {
	t.Helper()
	a, err := idna.Lookup.ToASCII(u)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
