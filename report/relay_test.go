package report

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/lab"
	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/sasl"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// relayOf examines a server of the lab, in a bubble.
func relayOf(t *testing.T, host string, change func(*check.RelayOptions)) *check.RelayReport {
	t.Helper()
	var out *check.RelayReport
	synctest.Test(t, func(t *testing.T) {
		w, err := lab.Open(lab.Options{Network: simnet.New()})
		if err != nil {
			t.Fatal(err)
		}
		o := check.RelayOptions{Options: check.Options{
			Lab: true, Version: "test", DNS: &dnsclient.Client{Servers: []string{w.Resolver}, Dial: w.Dial},
			Probe: probe.Options{Dial: w.Dial, RootCAs: w.RootCAs, HELO: "probe.example.org"},
		}}
		if change != nil {
			change(&o)
		}
		if out, err = check.Relay(context.Background(), host, o); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return out
}

func recipientOf(t *testing.T, s string) check.Recipient {
	t.Helper()
	m, err := smtp.ParseMailbox(s)
	if err != nil {
		t.Fatal(err)
	}
	return check.Recipient{Mailbox: m}
}

// relays are reports of every kind.
func relays(t *testing.T) map[string]*check.RelayReport {
	alice := &probe.Auth{User: "alice", Password: sasl.NewSecret("secret-password")}
	return map[string]*check.RelayReport{
		"ports": relayOf(t, "smtp.submission.test", nil),
		"srv":   relayOf(t, "submission.test", func(o *check.RelayOptions) { o.SRV = true }),
		"none":  relayOf(t, "nowhere.test", nil),
		"login": relayOf(t, "smtp.submission.test", func(o *check.RelayOptions) {
			o.Port, o.AllMechanisms, o.Probe.Auth = 587, true, alice
		}),
		"refused": relayOf(t, "smtp.submission.test", func(o *check.RelayOptions) {
			o.AllMechanisms, o.Probe.Auth = true, &probe.Auth{User: "alice", Password: sasl.NewSecret("wrong")}
		}),
		"delivery": relayOf(t, "smtp.submission.test", func(o *check.RelayOptions) {
			plain := *alice
			plain.Mechanisms = []string{"PLAIN"}
			o.Probe.Auth, o.Recipients = &plain, []check.Recipient{recipientOf(t, "bob@example.net")}
		}),
	}
}

func toldRelay(t *testing.T, o Options, r *check.RelayReport) []byte {
	t.Helper()
	var b bytes.Buffer
	o.UTC = true
	renderer, err := New(&b, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := renderer.Relay(r); err != nil {
		t.Fatal(err)
	}
	if err := renderer.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestRelaySchema: what is written fits the schema, as JSON and as lines.
func TestRelaySchema(t *testing.T) {
	schema := schemas(t)
	relay, line := schema("relay"), schema("ndjson")
	for name, r := range relays(t) {
		t.Run(name, func(t *testing.T) {
			validate(t, relay, toldRelay(t, Options{Format: FormatJSON}, r))
			lines := strings.Split(strings.TrimSpace(string(toldRelay(t, Options{Format: FormatNDJSON}, r))), "\n")
			for i, text := range lines {
				if i == len(lines)-1 {
					validate(t, relay, []byte(text))
				}
				validate(t, line, []byte(text))
			}
			for _, format := range Formats("relay") {
				if out := toldRelay(t, Options{Format: format, Verbosity: Verbose}, r); bytes.Contains(out, []byte("secret-password")) {
					t.Errorf("%s has the password", format)
				}
			}
		})
	}
}

// TestRelayWidth: the tables fit into a ticket.
func TestRelayWidth(t *testing.T) {
	for name, r := range relays(t) {
		for line := range strings.Lines(string(toldRelay(t, Options{Format: FormatTable}, r))) {
			if strings.Contains(line, "│") && widthOf(strings.TrimSuffix(line, "\n")) > relayWidth {
				t.Errorf("%s: %d columns: %s", name, widthOf(line), line)
			}
		}
	}
}

var varies = regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{26}|expires in \d+ days`)

// TestRelayGolden compares what people are told.
func TestRelayGolden(t *testing.T) {
	for name, r := range relays(t) {
		t.Run(name, func(t *testing.T) {
			zero(r)
			text := toldRelay(t, Options{Format: FormatText, Verbosity: Quiet}, r)
			table := toldRelay(t, Options{Format: FormatTable}, r)
			whole := toldRelay(t, Options{Format: FormatText}, r)
			_, rest, _ := bytes.Cut(whole, []byte("\n\n  port │"))
			got := string(text) + "\n" + string(table) + "\n" + string(rest)
			got = varies.ReplaceAllString(got, "~")
			file := filepath.Join("testdata", "relay", name+".txt")
			if os.Getenv("UPDATE") != "" {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil { //nolint:gosec // for all to read
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// zero takes out what differs from run to run, though the clock is the bubble's.
func zero(r *check.RelayReport) {
	r.Duration = 0
	for i := range r.Ports {
		if r.Ports[i].Time != nil {
			*r.Ports[i].Time = check.Millis(time.Millisecond)
		}
	}
}

// TestRelayHostile: words of a server stay words.
func TestRelayHostile(t *testing.T) {
	r := relayOf(t, "smtp.submission.test", nil)
	const evil = "x\x1b[31m\u202e\r\n| `evil` |\xff"
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, r); err != nil {
		t.Fatal(err)
	}
	r.Summary, r.Remedy, r.Host, r.HELO = evil, evil, evil, evil
	r.Services = []check.RelayService{{Name: evil, State: evil, Targets: []check.RelayTarget{{Host: evil}}}}
	for i := range r.Ports {
		p := &r.Ports[i]
		p.Host, p.Problem, p.Version, p.Certificate, p.Auth, p.AuthPlain = evil, evil, evil, evil, []string{evil}, []string{evil}
		p.State, p.TLS = evil, evil
	}
	r.Auth = &check.RelayAuth{NotTried: []string{evil}, Attempts: []check.RelayLogin{{Mechanism: evil, Outcome: evil, Reason: evil, Session: *r.Ports[0].Session}}}
	for _, format := range Formats("relay") {
		for _, c := range string(toldRelay(t, Options{Format: format, Verbosity: Verbose}, r)) {
			if c == 0x1b || c == 0x202e || c == '\r' {
				t.Errorf("%s: %q is let through", format, c)
				break
			}
		}
	}
}

// TestRelayLive: on a terminal every line of a transcript is told once, that of the
// mail through the server too.
func TestRelayLive(t *testing.T) {
	for _, format := range []Format{FormatText, FormatNDJSON} {
		var b, status bytes.Buffer
		live, err := New(&b, Options{Format: format, Live: format == FormatText, Width: 100, UTC: true, Status: &status, Version: "test"})
		if err != nil {
			t.Fatal(err)
		}
		r := relayOf(t, "smtp.submission.test", func(o *check.RelayOptions) {
			o.Observer = live
			o.Probe.Auth = &probe.Auth{User: "alice", Password: sasl.NewSecret("secret-password"), Mechanisms: []string{"PLAIN"}}
			o.Recipients = []check.Recipient{recipientOf(t, "bob@example.net")}
		})
		if err := live.Relay(r); err != nil {
			t.Fatal(err)
		}
		if err := live.Close(); err != nil {
			t.Fatal(err)
		}
		count := func(out string) map[string]int {
			n := make(map[string]int)
			for line := range strings.Lines(out) {
				if strings.Contains(line, "] S <-- ") || strings.Contains(line, "] C --> ") || strings.Contains(line, `"type":"event"`) {
					n[strings.Join(strings.Fields(line), " ")]++
				}
			}
			return n
		}
		whole := string(toldRelay(t, Options{Format: format, Width: 100}, r))
		if diff := cmp.Diff(count(whole), count(b.String())); diff != "" {
			t.Errorf("%s: %s", format, diff)
		}
		if !strings.Contains(status.String(), "waiting for smtp.submission.test, smtp.submission.test:465") {
			t.Errorf("the status line: %q", status.String())
		}
	}
}
