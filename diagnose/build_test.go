package diagnose

import (
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

const alice = "alice@example.test"

// A scene is a case in few words: sessions, and what DNS said.
type scene struct {
	t *testing.T
	*Case
}

func newScene(t *testing.T) *scene {
	return &scene{t, &Case{Recipient: alice, Sender: "bob@example.org", HELO: "probe.example.org", Mode: ModeRcpt}}
}

// talk adds a session with mxN at preference, in lines such as
//
//	greeting: 220 mx      a reply, its command before it ("|" between lines)
//	fail timeout rcpt     a failure; "timeout/partial" with half a reply before
//	tls expired           a handshake, with a problem
//	note harvesting rcpt  a note, with a text behind it
//	auth PLAIN ***        an AUTH command
//	proxy TCP4 ...        the header of the PROXY protocol
//	ext SIZE              the extension that what follows exercises
//	tx 2                  the transaction of what follows
//	sent                  message text and its end
//	part                  message text without its end
//	wait 6s               the latency of the next reply
func (s *scene) talk(host string, preference uint16, lines ...string) *probe.Attempt {
	s.t.Helper()
	id := len(s.Attempts) + 1
	a := &probe.Attempt{
		ID: id, Purpose: probe.PurposeProbe, HELO: "probe.example.org", Recipients: []string{alice},
		Target: probe.Target{Host: host, Preference: preference, Addr: netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 51, 100, byte(10 * id)}), 25)},
	}
	w := &scribe{a: a}
	for _, line := range lines {
		if err := w.write(line); err != "" {
			s.t.Fatalf("%s: %s", line, err)
		}
	}
	s.Attempts = append(s.Attempts, a)
	return a
}

// follow adds a session that follows another.
func (s *scene) follow(before *probe.Attempt, purpose probe.Purpose, lines ...string) *probe.Attempt {
	s.t.Helper()
	a := s.talk(before.Target.Host, before.Target.Preference, lines...)
	a.After, a.Purpose, a.Target.Addr = before.ID, purpose, before.Target.Addr
	return a
}

// scribe writes events.
type scribe struct {
	a       *probe.Attempt
	elapsed time.Duration
	latency time.Duration
	tx      int
	secure  bool
	ext     string
}

func (w *scribe) add(e probe.Event) {
	e.Seq, e.Elapsed, e.Secure, e.Extension = len(w.a.Events)+1, w.elapsed, w.secure, w.ext
	switch e.Stage {
	case smtp.StageMail, smtp.StageRcpt, smtp.StageData, smtp.StageMessage:
		e.Transaction = max(w.tx, 1)
	}
	w.a.Events = append(w.a.Events, e)
}

func (w *scribe) write(line string) string {
	word, rest, _ := strings.Cut(line, " ")
	switch {
	case strings.HasSuffix(word, ":"):
		return w.reply(smtp.Stage(strings.TrimSuffix(word, ":")), rest)
	case word == "fail":
		return w.fail(rest)
	case word == "tls":
		w.secure = true
		w.add(probe.Event{Kind: probe.KindTLS, Stage: smtp.StageTLS, TLS: problemTLS(rest)})
	case word == "note":
		note, rest, _ := strings.Cut(rest, " ")
		stage, text, _ := strings.Cut(rest, " ")
		w.add(probe.Event{Kind: probe.KindNote, Stage: smtp.Stage(stage), Note: probe.Note(note), Text: text})
	case word == "auth":
		w.add(probe.Event{Kind: probe.KindCommand, Stage: smtp.StageAuth, Command: "AUTH " + rest})
	case word == "proxy":
		w.begin()
		w.add(probe.Event{Kind: probe.KindCommand, Stage: smtp.StageGreeting, Command: "PROXY " + rest})
	case word == "ext":
		w.ext = rest
	case word == "tx":
		w.tx, _ = strconv.Atoi(rest)
	case word == "sent":
		w.add(probe.Event{Kind: probe.KindData, Stage: smtp.StageMessage, Data: &probe.Data{Size: 100, Complete: true}})
	case word == "part":
		w.add(probe.Event{Kind: probe.KindData, Stage: smtp.StageMessage, Data: &probe.Data{Size: 50}})
	case word == "wait":
		w.latency, _ = time.ParseDuration(rest)
		w.elapsed += w.latency
	default:
		return "what is this?"
	}
	return ""
}

func problemTLS(words string) *probe.TLS {
	kind, version, _ := strings.Cut(words, "/")
	t := &probe.TLS{Version: "TLS " + or(version, "1.3"), ProblemKind: kind, Problem: kind, Verified: kind == ""}
	if kind == "name-mismatch" {
		t.NotFor = []string{"mx1"}
	}
	return t
}

func (w *scribe) reply(stage smtp.Stage, text string) string {
	w.begin()
	if stage != smtp.StageGreeting && stage != smtp.StageAuth {
		w.add(probe.Event{Kind: probe.KindCommand, Stage: stage, Command: strings.ToUpper(string(stage))})
	}
	text = strings.ReplaceAll(text, "|", "\r\n")
	if !strings.HasSuffix(text, "\n") {
		text += "\r\n"
	}
	r, err := smtp.ParseReply(text)
	if err != nil {
		return err.Error()
	}
	if w.latency == 0 {
		w.latency = 100 * time.Millisecond
		w.elapsed += w.latency
	}
	w.add(probe.Event{Kind: probe.KindReply, Stage: stage, Reply: &r, Latency: w.latency})
	w.latency = 0
	return ""
}

func (w *scribe) fail(rest string) string {
	kind, rest, _ := strings.Cut(rest, " ")
	stage, detail, _ := strings.Cut(rest, " ")
	kind, partial, _ := strings.Cut(kind, "/")
	if stage == "" {
		stage = "connect"
	}
	if stage != "connect" {
		w.begin()
	}
	w.elapsed += time.Second
	w.add(probe.Event{Kind: probe.KindFailure, Stage: smtp.Stage(stage), Failure: &probe.Failure{
		Kind: probe.FailureKind(kind), Detail: detail, Partial: partial != "",
	}})
	return ""
}

// begin connects before the first thing that needs it.
func (w *scribe) begin() {
	if len(w.a.Events) == 0 {
		w.add(probe.Event{Kind: probe.KindConnect, Stage: smtp.StageConnect, Latency: time.Millisecond})
	}
}

// mx makes the resolution of a domain with these hosts: "10 mx1", and a problem
// where there is one: "20 mx2 nxdomain".
func (s *scene) mx(hosts ...string) *mxresolve.Result {
	r := &mxresolve.Result{Domain: "example.test", Kind: mxresolve.KindMX, MXQuery: 1, TotalMX: len(hosts)}
	r.Queries = []mxresolve.Query{{ID: 1}}
	for i, text := range hosts {
		f := strings.Fields(text)
		preference, _ := strconv.Atoi(f[0])
		h := mxresolve.Host{Name: f[1], Preference: uint16(preference), Settled: true, Queries: []int{2*i + 2, 2*i + 3}}
		if len(f) > 2 {
			h.Problem = mxresolve.Problem(f[2])
		} else {
			h.Addresses = []netip.Addr{netip.AddrFrom4([4]byte{198, 51, 100, byte(10 * (i + 1))})}
		}
		r.Hosts = append(r.Hosts, h)
	}
	s.Resolution = r
	return r
}

// Dialogues that occur often.
var (
	hello    = []string{"greeting: 220 mx ESMTP", "ehlo: 250-mx|250 STARTTLS", "starttls: 220 go on", "tls ", "ehlo: 250-mx|250 SIZE 1000"}
	envelope = with(hello, "mail: 250 2.1.0 Ok")
	accepts  = with(envelope, "rcpt: 250 2.1.5 Ok", "quit: 221 bye")
	rejects  = with(envelope, "rcpt: 550 5.1.1 <alice@example.test>: no such user", "quit: 221 bye")
	defers   = with(envelope, "rcpt: 450 4.2.0 Greylisted", "quit: 221 bye")
	refuses  = []string{"greeting: 554 5.7.1 Your IP is blocked", "quit: 221 bye"}
	tried    = with(hello[:4], "ehlo: 250-mx|250 AUTH SCRAM-SHA-256 PLAIN", "auth SCRAM-SHA-256 *** (user alice)")
	dead     = []string{"fail timeout"}
	dropped  = with(hello, "fail closed mail")
	garbled  = with(envelope, "fail protocol rcpt 999")
)

func with(lines []string, more ...string) []string {
	return append(lines[:len(lines):len(lines)], more...)
}
