package realtest

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/realtest/world"
)

const (
	sendmail       = "198.51.100.60" // Sendmail at 25, submission at 587 and 465
	sendmailPauses = "198.51.100.61" // the same Sendmail, which greets after a second: 25
	namelessClient = "198.51.100.2"  // of the client's namespace, in no DNS
)

// sendmailServer is what the tests of Sendmail share.
type sendmailServer struct {
	*network
	*world.Sendmail
}

var sharedSendmail = sync.OnceValues(newSendmail)

func newSendmail() (*sendmailServer, error) {
	net, err := shared()
	if err != nil {
		return nil, err
	}
	if err := net.servers.AddAddresses("eth0", sendmail+"/24", sendmailPauses+"/24"); err != nil {
		return nil, err
	}
	if err := net.client.AddAddresses("eth0", namelessClient+"/24"); err != nil {
		return nil, err
	}
	dir, err := net.folder("sendmail")
	if err != nil {
		return nil, err
	}
	cert, key, err := net.ca.Issue("sendmail.example.test")
	if err != nil {
		return nil, err
	}
	server, err := world.StartSendmail(net.servers, world.SendmailConfig{
		Dir:       dir,
		Hostname:  "sendmail.example.test",
		CertFile:  cert,
		KeyFile:   key,
		CAFile:    net.ca.File,
		Domain:    "example.test",
		Users:     []string{"alice", "bob", "carol"},
		Lists:     map[string][]string{"staff": {"alice", "bob"}, "solo": {"carol"}, "postmaster": {"carol"}},
		Address:   sendmail,
		Pauses:    sendmailPauses,
		Clients:   map[string]string{"198.51.100.1": "client.example.org"},
		Passwords: passwords,
	})
	return &sendmailServer{net, server}, err
}

// needSendmail returns Sendmail, running.
func needSendmail(t *testing.T) *sendmailServer {
	t.Helper()
	needNetwork(t)
	for _, program := range []string{"sendmail", "m4", "saslpasswd2"} {
		if missing := world.Missing(program); missing != "" {
			need(t, "%s is not installed", missing)
		}
	}
	s, err := sharedSendmail()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSendmailReplies asks Sendmail itself, without smtpcheck: what the other
// tests build on.
func TestSendmailReplies(t *testing.T) {
	s := needSendmail(t)
	for _, test := range []struct {
		name     string
		commands []string
		want     string // the last reply
	}{
		{"known user", []string{"MAIL FROM:<>", "RCPT TO:<alice@example.test>"}, "250 2.1.5 <alice@example.test>... Recipient ok"},
		{"unknown user", []string{"MAIL FROM:<>", "RCPT TO:<nosuch@example.test>"}, "550 5.1.1 <nosuch@example.test>... User unknown"},
		{"relay", []string{"MAIL FROM:<>", "RCPT TO:<alice@elsewhere.test>"},
			"550 5.7.1 <alice@elsewhere.test>... Relaying denied. Proper authentication required."},
		{"sender", []string{"MAIL FROM:<bob@nowhere.test>"},
			"553 5.1.8 <bob@nowhere.test>... Domain of sender address bob@nowhere.test does not exist"},
		{"delivery by a time", []string{"MAIL FROM:<> BY=60;R"}, "250 2.1.0 <>... Sender ok"},
		{"delivery too soon", []string{"MAIL FROM:<> BY=59;R"}, "555 5.5.2 time 59 less than 60"},
		{"notice of what is late already", []string{"MAIL FROM:<> BY=-1;N"}, "250 2.1.0 <>... Sender ok"},
		{"EXPN", []string{"EXPN solo"}, "250 2.1.5 <" + filepath.Join(s.Mailbox, "carol") + ">"},
		{"ETRN", []string{"ETRN elsewhere.test"}, "250 2.0.0 Queuing for node elsewhere.test started"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			replies := s.say(t, sendmail+":25", append([]string{"EHLO probe.example.org"}, test.commands...)...)
			if got := replies[len(replies)-1]; got != test.want {
				t.Errorf("last reply\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

// TestSendmailEarlyTalker speaks before the greeting. What Sendmail answers to
// the rest of that session means nothing.
func TestSendmailEarlyTalker(t *testing.T) {
	s := needSendmail(t)
	conn, err := s.client.Dial(t.Context(), "tcp", sendmailPauses+":25")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(conn)
	if _, err := fmt.Fprint(conn, "EHLO probe.example.org\r\n"); err != nil {
		t.Fatal(err)
	}
	replies := []string{lastLine(t, reader), lastLine(t, reader)}
	for _, command := range []string{"MAIL FROM:<>", "NOOP"} {
		if _, err := fmt.Fprintf(conn, "%s\r\n", command); err != nil {
			t.Fatal(err)
		}
		replies = append(replies, lastLine(t, reader))
	}
	want := []string{"554 sendmail.example.test ESMTP not accepting messages", "250 ENHANCEDSTATUSCODES", "550 5.0.0 Command rejected", "250 2.0.0 OK"}
	if !slices.Equal(replies, want) {
		t.Errorf("replies\n got %q\nwant %q", replies, want)
	}
}

// TestProbeSendmail has smtpcheck ask.
func TestProbeSendmail(t *testing.T) {
	s := needSendmail(t)
	for _, test := range []struct {
		name string
		args []string
		want outcome
	}{
		{"known user", []string{"--server", sendmail, "alice@example.test"}, outcome{0, "accepted", "", "rcpt", 250, "2.1.5"}},
		{"pipelined", []string{"--server", sendmail, "--pipeline", "alice@example.test"}, outcome{0, "accepted", "", "rcpt", 250, "2.1.5"}},
		{"verified", []string{"--server", sendmail, "--sni", "sendmail.example.test", "--tls-verify", "alice@example.test"},
			outcome{0, "accepted", "", "rcpt", 250, "2.1.5"}},
		{"unknown user", []string{"--server", sendmail, "nosuch@example.test"}, outcome{67, "rejected", "no_such_user", "rcpt", 550, "5.1.1"}},
		{"relay", []string{"--server", sendmail, "alice@elsewhere.test"}, outcome{77, "rejected", "relay_denied", "rcpt", 550, "5.7.1"}},
		{"client without a name", []string{"--server", sendmail, "--source", namelessClient, "alice@elsewhere.test"},
			outcome{75, "deferred", "relay_denied", "rcpt", 450, "4.4.0"}},
		{"sender", []string{"--server", sendmail, "--from", "bob@nowhere.test", "alice@example.test"},
			outcome{77, "rejected", "sender_rejected", "mail", 553, "5.1.8"}},
		{"SIZE over the limit", []string{"--server", sendmail, "--size", "100001", "alice@example.test"},
			outcome{77, "rejected", "too_big", "mail", 552, "5.2.3"}},
		{"8BITMIME", []string{"--server", sendmail, "--body-type", "8bitmime", "alice@example.test"},
			outcome{0, "accepted", "", "rcpt", 250, "2.1.5"}},
		{"delivery by a time", []string{"--server", sendmail, "--deliver-by", "120;R", "alice@example.test"},
			outcome{0, "accepted", "", "rcpt", 250, "2.1.5"}},
		{"delivery too soon", []string{"--server", sendmail, "--deliver-by", "59;R", "alice@example.test"},
			outcome{77, "rejected", "protocol", "mail", 555, "5.5.2"}},
		{"notice of what is late already", []string{"--server", sendmail, "--deliver-by", "-1;N", "alice@example.test"},
			outcome{0, "accepted", "", "rcpt", 250, "2.1.5"}},
		{"SMTPUTF8 is not offered", []string{"--server", sendmail, "--smtputf8", "alice@example.test"},
			outcome{76, "undetermined", "content_format", "mail", 0, ""}},
		{"greeting after a second", []string{"--server", sendmailPauses, "alice@example.test"},
			outcome{0, "accepted", "", "rcpt", 250, "2.1.5"}},
		{"TLS before the greeting", []string{"--server", sendmailPauses, "--tls", "implicit", "alice@example.test"},
			outcome{76, "undetermined", "tls_failed", "tls", 0, ""}},
		{"nobody logs in", []string{"--server", sendmail + ":587", "alice@example.test"},
			outcome{77, "rejected", "auth_required", "mail", 530, "5.7.0"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, _ := s.probe(t, test.args...)
			checkOutcome(t, got, test.want)
		})
	}
}

// TestProbeSendmailAccusesNobody: what smtpcheck was told to do is wrong there,
// not Sendmail.
func TestProbeSendmailAccusesNobody(t *testing.T) {
	s := needSendmail(t)
	for name, test := range map[string]struct {
		args []string
		exit int
		said string
	}{
		"delivery too soon":      {[]string{"--server", sendmail, "--deliver-by", "59;R"}, 77, "behind DELIVERBY"},
		"PROXY":                  {[]string{"--server", sendmail, "--proxy-protocol", "v1,203.0.113.7"}, 76, "takes the header of the PROXY protocol for a command"},
		"PROXY, before greeting": {[]string{"--server", sendmailPauses, "--proxy-protocol", "v1,203.0.113.7"}, 76, "takes the header of the PROXY protocol for a command"},
		"PROXY, version 2":       {[]string{"--server", sendmail, "--proxy-protocol", "v2,203.0.113.7"}, 76, "takes the header of the PROXY protocol for a command"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, run := s.probe(t, append(test.args, "alice@example.test")...)
			if got.ExitCode != test.exit || got.Side != "us" || !strings.Contains(run.stdout, test.said) {
				t.Errorf("exit %d, side %s, or %q is not said", got.ExitCode, got.Side, test.said)
			}
			for _, finding := range got.Findings {
				if slices.Contains([]string{"ext/broken", "smtp/unsolicited", "smtp/helo-only"}, finding.Rule) {
					t.Errorf("finding %s", finding.Rule)
				}
			}
		})
	}
}

// TestProbeSendmailExercises has every extension tried.
func TestProbeSendmailExercises(t *testing.T) {
	s := needSendmail(t)
	got, _ := s.probe(t, "--server", sendmail, "--extensions", "--from", "bob@example.test", "alice@example.test")
	checkOutcome(t, got, outcome{0, "accepted", "", "rcpt", 250, "2.1.5"})
	states := make(map[string][]string)
	for _, session := range got.Sessions {
		for _, x := range session.Extensions {
			states[x.State] = append(states[x.State], x.Keyword)
		}
	}
	for _, keywords := range states {
		slices.Sort(keywords)
	}
	want := map[string][]string{
		"works":         {"8BITMIME", "DELIVERBY", "DSN", "ENHANCEDSTATUSCODES", "EXPN", "HELP", "PIPELINING", "SIZE", "STARTTLS"},
		"not-exercised": {"AUTH", "ETRN", "VERB"},
	}
	if !reflect.DeepEqual(states, want) {
		t.Errorf("extensions\n got %q\nwant %q", states, want)
	}
}

// TestProbeSendmailQueries asks what Sendmail answers, and what it does not know.
func TestProbeSendmailQueries(t *testing.T) {
	s := needSendmail(t)
	got, run := s.probe(t, "--server", sendmail, "--query", "VRFY alice", "--query", "VRFY nosuch", "--query", "EXPN staff", "--query", "EXPN nosuch",
		"--query", "HELP", "--query", "HELP nonsense", "--query", "ETRN @example.test", "--query", "NOOP", "alice@example.test")
	checkOutcome(t, got, outcome{0, "accepted", "", "rcpt", 250, "2.1.5"})
	for _, said := range []string{"answered VRFY with 250: the mailbox is there", "answered VRFY with 550", "answered EXPN with 250: the members of the list",
		"answered EXPN with 550", "answered HELP with 214", "answered HELP with 504", "answered ETRN with 250: it begins to send", "answered NOOP with 250",
		"2.1.5 <" + filepath.Join(s.Mailbox, "bob") + ">", `2.0.0 \tEXPN\tVERB\tETRN\tDSN\tAUTH`} {
		if !strings.Contains(run.stdout, said) {
			t.Errorf("no %q in the report", said)
		}
	}
}

// TestProbeSendmailDelivers has Sendmail tell the sender of a delivery, and by
// when it was to be; the message is as it was.
func TestProbeSendmailDelivers(t *testing.T) {
	s := needSendmail(t)
	const body = "καλημέρα"
	got, _ := s.probe(t, "--server", sendmail, "--data", "--from", "bob@example.test", "--subject", "by then", "--body", body, "--encoding", "8bit",
		"--deliver-by", "120;R", "--dsn", "success", "--dsn-ret", "hdrs", "--dsn-envid", "QQ+314", "alice@example.test")
	checkOutcome(t, got, outcome{0, "accepted", "", "message", 250, "2.0.0"})
	eventually(t, "message and notification", func() bool {
		message, notice := s.mailbox(t, "alice"), s.mailbox(t, "bob")
		return strings.Contains(message, "id "+got.Message.QueueID) && strings.Contains(message, "\nSubject: by then\n") &&
			strings.Contains(message, "\n\n"+body+"\n") &&
			strings.Contains(notice, "\nOriginal-Envelope-Id: QQ+314\n") && strings.Contains(notice, "\nDeliver-By-Date: ") &&
			strings.Contains(notice, "\nAction: delivered (to mailbox)\n") && strings.Contains(notice, "\nSubject: by then\n") &&
			!strings.Contains(notice, body)
	})
}

func (s *sendmailServer) mailbox(t *testing.T, user string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.Mailbox, user))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return string(text)
}

// TestLoginSendmail authenticates by every mechanism, with the right password and with a wrong one.
func TestLoginSendmail(t *testing.T) {
	s := needSendmail(t)
	args := []string{"--sni", "sendmail.example.test", "--auth-user", submitter, "--stop-after", "auth", "alice@example.test"}
	for _, mechanism := range passwordMechs {
		t.Run(mechanism, func(t *testing.T) {
			t.Parallel()
			for secret, want := range map[string]outcome{
				password:       {0, "accepted", "", "auth", 235, "2.0.0"},
				"not this one": {77, "rejected", "auth_required", "auth", 535, "5.7.0"},
			} {
				got, _ := s.probeEnv(t, []string{"SMTPCHECK_AUTH_PASSWORD=" + secret}, append(args, "--server", sendmail+":587", "--auth-mech", mechanism)...)
				checkOutcome(t, got, want)
			}
		})
	}
	t.Run("465", func(t *testing.T) {
		t.Parallel()
		got, _ := s.probeEnv(t, []string{"SMTPCHECK_AUTH_PASSWORD=" + password}, append(args, "--server", sendmail+":465", "--tls", "implicit")...)
		checkOutcome(t, got, outcome{0, "accepted", "", "auth", 235, "2.0.0"})
	})
	t.Run("PLAIN without TLS", func(t *testing.T) { // Sendmail offers the others there
		t.Parallel()
		got, run := s.probeEnv(t, []string{"SMTPCHECK_AUTH_PASSWORD=" + password}, append(args, "--server", sendmail+":587",
			"--tls", "never", "--auth-allow-plaintext", "--auth-mech", "plain")...)
		if got.ExitCode != 76 || strings.Contains(run.stdout, `"AUTH `) {
			t.Errorf("exit %d, or AUTH was sent", got.ExitCode)
		}
	})
}
