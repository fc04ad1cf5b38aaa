package realtest

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// outcome is what one probe of one server must come to.
type outcome struct {
	exit     int
	verdict  string
	reason   string
	stage    string
	code     int
	enhanced string
}

func checkOutcome(t *testing.T, got report, want outcome) {
	t.Helper()
	last := got.last(t)
	have := outcome{exit: got.ExitCode, verdict: got.Verdict, reason: got.Reason, stage: last.Stage}
	if last.Reply != nil {
		have.code, have.enhanced = last.Reply.Code, last.Reply.Enhanced
	}
	if have != want {
		t.Errorf("\n got %+v\nwant %+v", have, want)
	}
}

func TestProbePostfix(t *testing.T) {
	network := needServers(t, "postfix")
	for _, test := range []struct {
		name string
		args []string
		want outcome
	}{
		{"known user", []string{"--server", postfixIPv4, "alice@example.test"},
			outcome{0, "accepted", "", "rcpt", 250, "2.1.5"}},
		{"IPv6", []string{"--server", "[" + postfixIPv6 + "]:25", "alice@example.test"},
			outcome{0, "accepted", "", "rcpt", 250, "2.1.5"}},
		{"pipelined", []string{"--server", postfixIPv4, "--pipeline", "alice@example.test"},
			outcome{0, "accepted", "", "rcpt", 250, "2.1.5"}},
		{"in the clear", []string{"--server", postfixIPv4, "--tls", "never", "alice@example.test"},
			outcome{0, "accepted", "", "rcpt", 250, "2.1.5"}},
		{"unknown user", []string{"--server", postfixIPv4, "nobody@example.test"},
			outcome{67, "rejected", "no_such_user", "rcpt", 550, "5.1.1"}},
		{"unknown user, pipelined", []string{"--server", postfixIPv4, "--pipeline", "nobody@example.test"},
			outcome{67, "rejected", "no_such_user", "rcpt", 550, "5.1.1"}},
		{"mailbox full", []string{"--server", postfixIPv4, "full@example.test"},
			outcome{75, "deferred", "mailbox_full", "rcpt", 452, "4.2.2"}},
		{"5yz access rule", []string{"--server", postfixIPv4, "policy@example.test"},
			outcome{77, "rejected", "policy", "rcpt", 550, "5.7.1"}},
		{"sender rejected", []string{"--server", postfixIPv4, "--from", "rejected@sender.test", "alice@example.test"},
			outcome{77, "rejected", "sender_rejected", "rcpt", 554, "5.7.1"}},
		{"sender rejected at MAIL", []string{"--server", postfixNow, "--from", "rejected@sender.test", "alice@example.test"},
			outcome{77, "rejected", "sender_rejected", "mail", 554, "5.7.1"}},
		{"sender deferred", []string{"--server", postfixIPv4, "--from", "deferred@sender.test", "alice@example.test"},
			outcome{75, "deferred", "sender_rejected", "rcpt", 450, "4.7.1"}},
		{"HELO rejected", []string{"--server", postfixIPv4, "--helo", "spoofed.test", "alice@example.test"},
			outcome{77, "rejected", "helo", "rcpt", 554, "5.7.1"}},
		{"HELO rejected at EHLO", []string{"--server", postfixNow, "--helo", "spoofed.test", "alice@example.test"},
			outcome{77, "rejected", "helo", "ehlo", 554, "5.7.1"}},
		{"relay denied", []string{"--server", postfixIPv4, "alice@elsewhere.test"},
			outcome{77, "rejected", "relay_denied", "rcpt", 554, "5.7.1"}},
		{"relay deferred", []string{"--server", postfixLate, "alice@elsewhere.test"},
			outcome{75, "deferred", "relay_denied", "rcpt", 454, "4.7.1"}},
		{"TLS demanded, not given", []string{"--server", postfixTLS, "--tls", "never", "alice@example.test"},
			outcome{77, "rejected", "tls_required", "mail", 530, "5.7.0"}},
		{"TLS demanded and given", []string{"--server", postfixTLS, "alice@example.test"},
			outcome{0, "accepted", "", "rcpt", 250, "2.1.5"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, _ := network.probe(t, test.args...)
			checkOutcome(t, got, test.want)
			if slices.Contains(test.args, "never") {
				return
			}
			if tls := got.last(t).TLS; test.want.stage != "ehlo" && (tls == nil || tls.Version != "TLS 1.3") {
				t.Errorf("TLS: %+v", tls)
			}
		})
	}
}

func TestProbeDeferredByAccessRule(t *testing.T) {
	network := needServers(t, "postfix")
	got, _ := network.probe(t, "--server", postfixIPv4, "busy@example.test")
	if got.ExitCode != 75 || got.Verdict != "deferred" || got.Reason == "" {
		t.Errorf("exit %d, %s, %s", got.ExitCode, got.Verdict, got.Reason)
	}
}

func TestProbeGreylisted(t *testing.T) {
	network := needServers(t, "postfix", "postgrey")
	args := []string{"--server", postfixIPv4, "--from", "first-time@sender.test", "grey@example.test"}
	got, _ := network.probe(t, args...)
	checkOutcome(t, got, outcome{75, "deferred", "greylisted", "rcpt", 450, "4.2.0"})

	eventually(t, "accepted after the delay", func() bool {
		got, _ := network.probe(t, args...)
		return got.Verdict == "accepted"
	})
}

func TestProbeVerifiesCertificate(t *testing.T) {
	network := needServers(t, "postfix", "dns")
	got, _ := network.probe(t, "--server", "mx1.example.test", "--resolver", cache, "--tls-verify", "alice@example.test")
	checkOutcome(t, got, outcome{0, "accepted", "", "rcpt", 250, "2.1.5"})
	for _, session := range got.Sessions {
		if session.TLS == nil || session.TLS.Verified == nil || !*session.TLS.Verified {
			t.Errorf("session with %s is not verified: %+v", session.Address, session.TLS)
		}
	}

	got, _ = network.probe(t, "--server", postfixIPv4, "--tls-verify", "alice@example.test")
	if got.ExitCode != 76 || got.Verdict != "undetermined" || got.Reason != "tls_failed" {
		t.Errorf("name that does not match: exit %d, %s, %s", got.ExitCode, got.Verdict, got.Reason)
	}

	got, _ = network.probe(t, "--server", postfixIPv4, "alice@example.test")
	checkOutcome(t, got, outcome{0, "accepted", "", "rcpt", 250, "2.1.5"})
	if tls := got.last(t).TLS; tls == nil || tls.Verified == nil || *tls.Verified || tls.Problem == "" {
		t.Errorf("opportunistic, name that does not match: %+v", tls)
	}
}

func TestProbeExim(t *testing.T) {
	network := needServers(t, "exim4")
	for _, test := range []struct {
		name      string
		recipient string
		want      outcome
	}{
		{"known user", "alice@example.test", outcome{0, "accepted", "", "rcpt", 250, ""}},
		{"unknown user", "nobody@example.test", outcome{67, "rejected", "no_such_user", "rcpt", 550, ""}},
		{"relay denied", "alice@elsewhere.test", outcome{77, "rejected", "relay_denied", "rcpt", 550, ""}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, _ := network.probe(t, "--server", eximIPv4, test.recipient)
			checkOutcome(t, got, test.want)
			if tls := got.last(t).TLS; tls == nil || tls.Version != "TLS 1.3" {
				t.Errorf("TLS: %+v", tls)
			}
		})
	}
}

const dotMessage = "From: bob@sender.test\r\n" +
	"To: data@example.test\r\n" +
	"Subject: dots\r\n" +
	"\r\n" +
	".a leading dot\r\n" +
	"..two of them\r\n" +
	".\r\n" +
	"the end\r\n"

func TestProbeDataPostfix(t *testing.T) {
	network := needServers(t, "postfix")
	postfix, err := network.postfix()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "dots.eml")
	if err := os.WriteFile(file, []byte(dotMessage), 0o644); err != nil {
		t.Fatal(err)
	}
	got, _ := network.probe(t, "--server", postfixIPv4, "--data", "--message", file, "--from", "bob@sender.test", "data@example.test")
	checkOutcome(t, got, outcome{0, "accepted", "", "message", 250, "2.0.0"})
	if got.Message.Sent != "yes" || got.Message.QueueID == "" {
		t.Fatalf("message: %+v", got.Message)
	}
	_, body, _ := strings.Cut(strings.ReplaceAll(dotMessage, "\r\n", "\n"), "\n\n")
	eventually(t, "message in the Maildir, byte for byte", func() bool {
		return slices.ContainsFunc(maildir(t, postfix.Mailbox, "data"), func(message string) bool {
			return strings.Contains(message, "Subject: dots\n") && strings.HasSuffix(message, "\n\n"+body)
		})
	})
	eventually(t, "delivery in the log under its queue id", func() bool {
		log, err := os.ReadFile(postfix.Log)
		return err == nil && strings.Contains(string(log), got.Message.QueueID+": to=<data@example.test>")
	})
}

func TestProbeDataOwnMessage(t *testing.T) {
	network := needServers(t, "postfix")
	postfix, err := network.postfix()
	if err != nil {
		t.Fatal(err)
	}
	got, _ := network.probe(t, "--server", postfixIPv4, "--data", "--from", "bob@sender.test", "--subject", "own words", "data@example.test")
	checkOutcome(t, got, outcome{0, "accepted", "", "message", 250, "2.0.0"})
	eventually(t, "message in the Maildir", func() bool {
		return slices.ContainsFunc(maildir(t, postfix.Mailbox, "data"), func(message string) bool {
			return strings.Contains(message, "Subject: own words\n") &&
				strings.Contains(message, "Auto-Submitted: auto-generated\n") &&
				strings.Contains(message, got.Message.MessageID)
		})
	})
}

func TestProbeDataTooBig(t *testing.T) {
	network := needServers(t, "postfix")
	file := filepath.Join(t.TempDir(), "big.eml")
	text := "From: bob@sender.test\r\nSubject: big\r\n\r\n" + strings.Repeat(strings.Repeat("x", 70)+"\r\n", 3000)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	got, _ := network.probe(t, "--server", postfixIPv4, "--data", "--message", file, "--from", "bob@sender.test", "data@example.test")
	checkOutcome(t, got, outcome{77, "rejected", "too_big", "mail", 552, "5.3.4"})
	if got.Message.Sent != "no" {
		t.Errorf("message: %+v", got.Message)
	}
}

func TestProbeDataExim(t *testing.T) {
	network := needServers(t, "exim4")
	exim, err := network.exim()
	if err != nil {
		t.Fatal(err)
	}
	got, _ := network.probe(t, "--server", eximIPv4, "--data", "--from", "bob@sender.test", "data@example.test")
	checkOutcome(t, got, outcome{0, "accepted", "", "message", 250, ""})
	eventually(t, "message in Exim's log under its id", func() bool {
		log, err := os.ReadFile(exim.Log)
		return err == nil && got.Message.QueueID != "" && strings.Contains(string(log), got.Message.QueueID+" <= bob@sender.test")
	})
}

func TestProbeEveryHostOfDomain(t *testing.T) {
	network := needServers(t, "postfix", "exim4", "dns")
	got, run := network.probe(t, "--resolver", cache, "--connect-timeout", "2s", "alice@example.test")
	if got.ExitCode != 0 || got.Verdict != "accepted" {
		t.Errorf("exit %d, %s", got.ExitCode, got.Verdict)
	}
	if limit := 3500 * time.Millisecond; run.took > limit {
		t.Errorf("took %v, with a dead host and 2 s to connect", run.took)
	}
	want := []string{
		"mx1.example.test [2001:db8::10]:25 accepted",
		"mx1.example.test 198.51.100.10:25 accepted",
		"mx2.example.test [2001:db8::20]:25 accepted",
		"mx2.example.test 198.51.100.20:25 accepted",
		"hole.example.test 198.51.100.30:25 unreachable",
	}
	var have []string
	for _, session := range got.Sessions {
		have = append(have, session.Host+" "+session.Address+" "+session.Outcome)
	}
	if !slices.Equal(have, want) {
		t.Errorf("sessions\n got %q\nwant %q", have, want)
	}
}

func TestProbeByDNS(t *testing.T) {
	network := needServers(t, "postfix", "exim4", "dns")
	for _, test := range []struct {
		name, recipient, kind string
		exit                  int
		verdict, reason       string
	}{
		{"dead first host", "alice@backup.test", "mx", 0, "accepted", ""},
		{"IPv6 alone", "alice@six.test", "mx", 0, "accepted", ""},
		{"implicit MX", "alice@implicit.test", "implicit", 0, "accepted", ""},
		{"CNAME at the domain", "alice@alias.test", "mx", 0, "accepted", ""},
		{"CNAME at the exchange", "alice@cname-mx.test", "mx", 0, "accepted", ""},
		{"null MX", "alice@null.test", "null", 68, "rejected", "no_mail_service"},
		{"exchange without an address", "alice@no-host.test", "mx", 68, "rejected", "no_mail_service"},
		{"no such domain", "alice@no-such-domain.test", "none", 68, "rejected", "bad_domain"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, _ := network.probe(t, "--resolver", cache, "--connect-timeout", "1s", test.recipient)
			if got.ExitCode != test.exit || got.Verdict != test.verdict || got.Reason != test.reason {
				t.Errorf("exit %d, %s, %s", got.ExitCode, got.Verdict, got.Reason)
			}
			if test.exit == 0 && got.Resolution.Kind != test.kind {
				t.Errorf("kind %s, want %s", got.Resolution.Kind, test.kind)
			}
		})
	}
}

func TestProbeWithoutDNS(t *testing.T) {
	network := needNetwork(t)
	got, _ := network.probe(t, "--resolver", refused, "alice@example.test")
	if got.ExitCode != 75 || got.Verdict != "deferred" || got.Reason != "dns_failure" {
		t.Errorf("exit %d, %s, %s", got.ExitCode, got.Verdict, got.Reason)
	}
}

// TestProbeStaleCache changes the zone at the authority after the cache has
// asked: the cache goes on with the old host, and its TTL shows that it is old.
func TestProbeStaleCache(t *testing.T) {
	network := needServers(t, "postfix", "exim4", "dns")
	server, err := network.dns()
	if err != nil {
		t.Fatal(err)
	}
	host := func(resolver string) (name string, ttl int) {
		got, _ := network.probe(t, "--resolver", resolver, "alice@stale.test")
		if len(got.Resolution.Hosts) != 1 {
			t.Fatalf("hosts: %+v", got.Resolution.Hosts)
		}
		return got.Resolution.Hosts[0].Name, got.Resolution.Hosts[0].TTL
	}
	if name, ttl := host(cache); name != "mx1.example.test" || ttl != 3600 {
		t.Fatalf("at first: %s, TTL %d", name, ttl)
	}
	if err := server.Replace("test", zone(2, "mx2.example")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "new zone at the authority", func() bool {
		name, ttl := host(authority)
		return name == "mx2.example.test" && ttl == 3600
	})
	eventually(t, "cached record that has aged", func() bool {
		name, ttl := host(cache)
		if name != "mx1.example.test" {
			t.Fatalf("the cache is not stale: %s", name)
		}
		return ttl < 3600
	})
}

func TestProbeUnreachable(t *testing.T) {
	network := needNetwork(t)
	// An ICMP message that arrives while connect(2) is still at work is only
	// heeded when it comes again, to the SYN that is sent after a second.
	const atOnce = 2 * time.Second
	for _, test := range []struct {
		name, server string
		within       time.Duration // with 4 s to connect
		blocked      bool          // whether it looks as if port 25 were blocked
	}{
		{"black hole", blackHole, 5 * time.Second, true},
		{"black hole, IPv6", "[" + blackHoleIPv6 + "]", 5 * time.Second, true},
		{"prohibited by a filter here", prohibitedHere, atOnce, true},
		{"prohibited by ICMPv6", "[" + prohibitedIPv6 + "]", atOnce, true},
		{"prohibited by ICMP, which Linux calls no route", prohibited, atOnce, false},
		{"host unreachable", noHost, atOnce, false},
		{"refused", refused, atOnce, false},
		{"no neighbour", noNeighbour, 4 * time.Second, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, run := network.probe(t, "--server", test.server, "--connect-timeout", "4s", "alice@example.test")
			if got.ExitCode != 69 || got.Verdict != "unreachable" || got.Reason == "" {
				t.Errorf("exit %d, %s, %s", got.ExitCode, got.Verdict, got.Reason)
			}
			if run.took > test.within {
				t.Errorf("took %v, at most %v", run.took, test.within)
			}
			blocked := slices.ContainsFunc(got.Findings, func(f struct{ Rule string }) bool { return f.Rule == "us/port-25" })
			if blocked != test.blocked {
				t.Errorf("finding us/port-25: %v", blocked)
			}
		})
	}
}

func TestProbeWithPacketLoss(t *testing.T) {
	network := needServers(t, "postfix")
	got, _ := network.probe(t, "--server", lossy, "alice@example.test")
	checkOutcome(t, got, outcome{0, "accepted", "", "rcpt", 250, "2.1.5"})
}

func TestProbeWithJitter(t *testing.T) {
	network := needServers(t, "postfix")
	got, _ := network.probe(t, "--server", jittery, "alice@example.test")
	checkOutcome(t, got, outcome{0, "accepted", "", "rcpt", 250, "2.1.5"})
}

// TestProbeZeroWindow sends a message to a server that stops reading after
// its 354: the write ends at the session's deadline, and a message without its
// end cannot have been delivered.
func TestProbeZeroWindow(t *testing.T) {
	network := needNetwork(t)
	listener, err := network.servers.Listen("tcp", deaf+":25")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go acceptThenStopReading(t.Context(), listener)

	file := filepath.Join(t.TempDir(), "big.eml")
	text := "From: bob@sender.test\r\nSubject: big\r\n\r\n" + strings.Repeat(strings.Repeat("x", 70)+"\r\n", 300_000)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	got, run := network.probe(t, "--server", deaf, "--data", "--message", file, "--from", "bob@sender.test", "--timeout", "3s", "data@example.test")
	if got.ExitCode != 75 || got.Verdict != "deferred" || got.Reason != "timeout" || got.Message.Sent != "no" {
		t.Errorf("exit %d, %s, %s, sent %s", got.ExitCode, got.Verdict, got.Reason, got.Message.Sent)
	}
	if limit := 4 * time.Second; run.took > limit {
		t.Errorf("took %v, at most %v", run.took, limit)
	}
}

func acceptThenStopReading(ctx context.Context, listener net.Listener) {
	conn, err := listener.Accept()
	if err != nil {
		return
	}
	defer conn.Close()
	if conn, ok := conn.(*net.TCPConn); ok {
		_ = conn.SetReadBuffer(4096)
	}
	buffer := make([]byte, 512)
	for _, reply := range []string{"220 deaf.test ESMTP", "250 deaf.test", "250 2.1.0 Ok", "250 2.1.5 Ok", "354 go on"} {
		if _, err := conn.Write([]byte(reply + "\r\n")); err != nil {
			return
		}
		if !strings.HasPrefix(reply, "354") {
			if _, err := conn.Read(buffer); err != nil {
				return
			}
		}
	}
	<-ctx.Done()
}
