package realtest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestExtensionReplies asks Postfix itself, without smtpcheck: what the tests
// of the extensions build on.
func TestExtensionReplies(t *testing.T) {
	s := needSubmission(t)
	for _, test := range []struct {
		name, address string
		commands      []string
		want          string // the beginning of the last reply
	}{
		{"XCLIENT", postfixXClient, []string{"EHLO probe.example.org", "XCLIENT ADDR=203.0.113.7 NAME=[UNAVAILABLE]", "EHLO probe.example.org",
			"MAIL FROM:<>", "RCPT TO:<alice@example.test>"}, "250 2.1.5 Ok"},
		{"XCLIENT, of a banned client", postfixXClient, []string{"EHLO probe.example.org", "XCLIENT ADDR=" + bannedClient + " NAME=[UNAVAILABLE]", "EHLO probe.example.org",
			"MAIL FROM:<>", "RCPT TO:<alice@example.test>"}, "554 5.7.1 <unknown[" + bannedClient + "]>: Client host rejected: We know you"},
		{"XFORWARD", postfixXClient, []string{"EHLO probe.example.org", "XFORWARD ADDR=203.0.113.7 NAME=first.example.org"}, "250 2.0.0 Ok"},
		{"ETRN", postfixDovecot, []string{"EHLO probe.example.org", "ETRN " + queuedDomain}, "250 Queuing started"},
		{"ETRN, another domain", postfixDovecot, []string{"EHLO probe.example.org", "ETRN elsewhere.test"}, "459 <elsewhere.test>: service unavailable"},
		{"VRFY", postfixDovecot, []string{"EHLO probe.example.org", "VRFY alice@example.test"}, "252 2.0.0 alice@example.test"},
		{"SIZE", postfixDovecot, []string{"EHLO probe.example.org", "MAIL FROM:<> SIZE=100001"}, "552 5.3.4 Message size exceeds fixed limit"},
		{"SMTPUTF8", postfixDovecot, []string{"EHLO probe.example.org", "MAIL FROM:<> SMTPUTF8", "RCPT TO:<" + greekUser + "@example.test>"}, "250 2.1.5 Ok"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			replies := s.say(t, test.address+":25", test.commands...)
			if got := replies[len(replies)-1]; !strings.HasPrefix(got, test.want) {
				t.Errorf("last reply\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

// TestSwaksBehindProxy tells Postfix another address by the PROXY protocol.
func TestSwaksBehindProxy(t *testing.T) {
	s := needSubmission(t, "swaks")
	for _, version := range []string{"1", "2"} {
		for source, want := range map[string]string{"203.0.113.7": "accepted", bannedClient: "rejected"} {
			got := s.swaksVerdict(t, postfixHAProxy, "--to", "alice@example.test", "--proxy-version", version, "--proxy-family", map[string]string{"1": "TCP4", "2": "AF_INET"}[version],
				"--proxy-source", source, "--proxy-source-port", "40000", "--proxy-dest", postfixHAProxy, "--proxy-dest-port", "25")
			if got != want {
				t.Errorf("version %s, from %s: %s, want %s", version, source, got, want)
			}
		}
	}
}

// TestProbeExtensions has smtpcheck ask Postfix and Exim for what they offer,
// and for what they do not.
func TestProbeExtensions(t *testing.T) {
	s := needSubmission(t, "exim4")
	data := []string{"--data", "--from", "bob@example.test"}
	for _, test := range []struct {
		name, server string
		args         []string
		want         outcome
		said         string // a command, or what took the place of one
	}{
		{"Postfix, SIZE over the limit", postfixDovecot, []string{"--size", "100001"},
			outcome{77, "rejected", "too_big", "mail", 552, "5.3.4"}, "MAIL FROM:<> SIZE=100001"},
		{"Exim, SIZE over the limit", eximSubmission, []string{"--size", "200000"},
			outcome{77, "rejected", "too_big", "mail", 552, ""}, "MAIL FROM:<> SIZE=200000"},
		{"Postfix, 8BITMIME", postfixDovecot, []string{"--body-type", "8bitmime"},
			outcome{0, "accepted", "", "rcpt", 250, "2.1.5"}, "BODY=8BITMIME"},
		{"Postfix, one flight", postfixDovecot, append([]string{"--pipeline"}, data...),
			outcome{0, "accepted", "", "message", 250, "2.0.0"}, "DATA"},
		{"Exim, one flight", eximSubmission, append([]string{"--pipeline"}, data...),
			outcome{0, "accepted", "", "message", 250, ""}, "DATA"},
		{"Postfix, chunks in one flight", postfixDovecot, append([]string{"--pipeline", "--bdat=100"}, data...),
			outcome{0, "accepted", "", "message", 250, "2.0.0"}, "BDAT 100"},
		{"Exim, chunks in one flight", eximSubmission, append([]string{"--pipeline", "--bdat=100"}, data...),
			outcome{0, "accepted", "", "message", 250, ""}, "BDAT 100"},
		{"Exim, PRDR", eximSubmission, append([]string{"--prdr"}, data...),
			outcome{0, "accepted", "", "message", 250, ""}, " PRDR"},
		{"Exim, SMTPUTF8", eximSubmission, []string{"--smtputf8"},
			outcome{0, "accepted", "", "rcpt", 250, ""}, "MAIL FROM:<> SMTPUTF8"},
		{"Postfix, PRDR is not offered", postfixDovecot, append([]string{"--prdr"}, data...),
			outcome{0, "accepted", "", "message", 250, "2.0.0"}, "PRDR is not offered"},
		{"Postfix, BINARYMIME is not offered", postfixDovecot, append([]string{"--body-type", "binarymime"}, data...),
			outcome{76, "undetermined", "content_format", "mail", 0, ""}, "BINARYMIME is not offered"},
		{"Postfix, REQUIRETLS is not offered", postfixDovecot, []string{"--requiretls"},
			outcome{76, "undetermined", "tls_failed", "mail", 0, ""}, "REQUIRETLS is not offered"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, run := s.probe(t, append([]string{"--server", test.server, "alice@example.test"}, test.args...)...)
			checkOutcome(t, got, test.want)
			if !strings.Contains(run.stdout, test.said) {
				t.Errorf("no %q in the report", test.said)
			}
		})
	}
}

// TestProbeDSN has Postfix tell the sender of a delivery, with the envelope's
// id and the original recipient as they were given.
func TestProbeDSN(t *testing.T) {
	s := needSubmission(t)
	const id, original = "QQ+314 159=", "first+alice@example.test"
	got, _ := s.probe(t, "--server", postfixDovecot, "--data", "--from", "bob@example.test", "--subject", "notify me",
		"--dsn", "success,failure", "--dsn-ret", "hdrs", "--dsn-envid", id, "--dsn-orcpt", original, "alice@example.test")
	checkOutcome(t, got, outcome{0, "accepted", "", "message", 250, "2.0.0"})
	eventually(t, "notification in the sender's Maildir", func() bool {
		return slices.ContainsFunc(maildir(t, s.postfix.Mailbox, "bob"), func(message string) bool {
			return strings.Contains(message, "\nOriginal-Envelope-Id: "+id+"\n") &&
				strings.Contains(message, "\nOriginal-Recipient: rfc822;"+original+"\n") &&
				strings.Contains(message, "\nAction: delivered\n") &&
				strings.Contains(message, "\nContent-Type: text/rfc822-headers\n") && // RET=HDRS
				strings.Contains(message, "\nSubject: notify me\n")
		})
	})
}

// TestProbeChunks sends one message in chunks that are cut anywhere, within a
// CRLF and before a dot, and finds it as it was.
func TestProbeChunks(t *testing.T) {
	s := needSubmission(t, "exim4")
	exim, err := s.exim()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "dots.eml")
	if err := os.WriteFile(file, []byte(dotMessage), 0o644); err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(strings.ReplaceAll(dotMessage, "\r\n", "\n"), "\n\n")
	for name, server := range map[string]struct{ address, mailbox string }{
		"Postfix": {postfixDovecot, s.postfix.Mailbox},
		"Exim":    {eximSubmission, exim.Mailbox},
	} {
		t.Run(name, func(t *testing.T) {
			for _, size := range []string{"1", "7", "65536"} {
				got, _ := s.probe(t, "--server", server.address, "--data", "--message", file, "--bdat="+size, "--from", "bob@example.test", "data@example.test")
				if got.ExitCode != 0 || got.Message.Sent != "yes" {
					t.Errorf("chunks of %s: exit %d, message %+v", size, got.ExitCode, got.Message)
				}
			}
			if name == "Exim" {
				if err := exim.Deliver(); err != nil {
					t.Fatal(err)
				}
			}
			eventually(t, "three messages as they were", func() bool {
				messages := maildir(t, server.mailbox, "data")
				for _, message := range messages {
					if !strings.HasSuffix(message, "\n\n"+body) {
						t.Fatalf("another message:\n%s", message)
					}
				}
				return len(messages) == 3
			})
		})
	}
}

// TestProbeInternational delivers to a local part that is not ASCII.
func TestProbeInternational(t *testing.T) {
	s := needSubmission(t)
	got, _ := s.probe(t, "--server", postfixDovecot, "--data", "--from", "bob@example.test", "--subject", "καλημέρα", greekUser+"@example.test")
	checkOutcome(t, got, outcome{0, "accepted", "", "message", 250, "2.0.0"})
	eventually(t, "message in the Maildir", func() bool {
		return slices.ContainsFunc(maildir(t, s.postfix.Mailbox, greekUser), func(message string) bool {
			return strings.Contains(message, "with UTF8SMTPS id "+got.Message.QueueID) // RFC 6531, section 4.3
		})
	})
}

// TestProbeExercises has every extension tried, at servers that keep what they
// advertise.
func TestProbeExercises(t *testing.T) {
	s := needSubmission(t, "exim4")
	for name, test := range map[string]struct {
		args  []string
		works []string
	}{
		"Postfix": {[]string{"--server", postfixDovecot}, []string{"8BITMIME", "CHUNKING", "DSN", "ENHANCEDSTATUSCODES", "PIPELINING", "SIZE", "SMTPUTF8", "STARTTLS", "VRFY"}},
		"Exim":    {[]string{"--server", eximSubmission}, []string{"8BITMIME", "CHUNKING", "DSN", "HELP", "PIPELINING", "PRDR", "SIZE", "SMTPUTF8", "STARTTLS"}},
		"Dovecot": {[]string{"--lmtp", "--server", dovecotSubmission}, []string{"8BITMIME", "CHUNKING", "ENHANCEDSTATUSCODES", "PIPELINING", "STARTTLS"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _ := s.probe(t, append(test.args, "--extensions", "--from", "bob@example.test", "alice@example.test")...)
			if got.ExitCode != 0 {
				t.Errorf("exit %d", got.ExitCode)
			}
			var works []string
			for _, session := range got.Sessions {
				for _, x := range session.Extensions {
					switch x.State {
					case "works":
						works = append(works, x.Keyword)
					case "not-exercised":
					default:
						t.Errorf("%s: %s", x.Keyword, x.State)
					}
				}
			}
			slices.Sort(works)
			if !slices.Equal(works, test.works) {
				t.Errorf("work\n got %q\nwant %q", works, test.works)
			}
		})
	}
}

// TestProbeXClient stands for another client where Postfix trusts us.
func TestProbeXClient(t *testing.T) {
	s := needSubmission(t)
	for _, test := range []struct {
		name, server string
		args         []string
		want         outcome
	}{
		{"another client", postfixXClient, []string{"--xclient", "ADDR=203.0.113.7 NAME=first.example.org"}, outcome{0, "accepted", "", "rcpt", 250, "2.1.5"}},
		{"a banned client", postfixXClient, []string{"--xclient", "ADDR=" + bannedClient}, outcome{77, "rejected", "ip_reputation", "rcpt", 554, "5.7.1"}},
		{"for the log alone", postfixXClient, []string{"--xforward", "ADDR=" + bannedClient + " NAME=first.example.org"}, outcome{0, "accepted", "", "rcpt", 250, "2.1.5"}},
		{"no trust", postfixDovecot, []string{"--xclient", "ADDR=203.0.113.7"}, outcome{76, "undetermined", "policy", "xclient", 0, ""}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, _ := s.probe(t, append(test.args, "--server", test.server, "alice@example.test")...)
			checkOutcome(t, got, test.want)
		})
	}
}

// TestProbeQueries asks Postfix what it answers, and what it does not know.
func TestProbeQueries(t *testing.T) {
	s := needSubmission(t)
	got, run := s.probe(t, "--server", postfixDovecot, "--query", "VRFY alice@example.test", "--query", "VRFY nobody@example.test",
		"--query", "ETRN "+queuedDomain, "--query", "ETRN elsewhere.test", "--query", "HELP", "--query", "NOOP", "--query", "EXPN staff", "alice@example.test")
	checkOutcome(t, got, outcome{0, "accepted", "", "rcpt", 250, "2.1.5"})
	for _, said := range []string{"answered VRFY with 252", "answered VRFY with 550", "answered ETRN with 250", "answered ETRN with 459",
		"answered HELP with 500", "answered NOOP with 250", "answered EXPN with 500"} {
		if !strings.Contains(run.stdout, said) {
			t.Errorf("no finding that it %s", said)
		}
	}
}
