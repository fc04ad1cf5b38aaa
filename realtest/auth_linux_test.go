package realtest

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

// submissionServer is one way to verify a password.
type submissionServer struct {
	name, address, host string
	mechanisms          []string
	enhanced            bool // whether it gives enhanced status codes
}

var (
	bearers           = []string{"oauthbearer", "xoauth2"}
	passwordMechs     = []string{"plain", "login", "cram-md5", "digest-md5", "scram-sha-1", "scram-sha-256"}
	submissionServers = []submissionServer{
		{"Postfix and Dovecot", postfixDovecot, "submission.example.test", append(bearers[:2:2], passwordMechs...), true},
		{"Postfix and Cyrus SASL", postfixCyrus, "submission.example.test", passwordMechs, true},
		{"Dovecot", dovecotSubmission, "dovecot.example.test", append(append(bearers[:2:2], "external"), passwordMechs...), true},
		{"Exim", eximSubmission, "exim.example.test", append([]string{"oauthbearer", "external"}, passwordMechs...), false},
	}
)

// login runs smtpcheck probe with the secrets of the submitter, or with
// another instead, in its environment.
func (s *submission) login(t *testing.T, secret string, args ...string) (report, result) {
	t.Helper()
	secrets := []string{"SMTPCHECK_AUTH_PASSWORD=" + password, "SMTPCHECK_AUTH_TOKEN=" + token(submitter, time.Hour)}
	if secret != "" {
		secrets = []string{"SMTPCHECK_AUTH_PASSWORD=" + secret, "SMTPCHECK_AUTH_TOKEN=" + secret}
	}
	return s.probeEnv(t, secrets, args...)
}

func (server submissionServer) args(mechanism string, s *submission) []string {
	args := []string{"--server", server.address + ":587", "--sni", server.host, "--auth-user", submitter, "--auth-mech", mechanism}
	if mechanism == "external" {
		args = append(args, "--cert", s.clientCert, "--key", s.clientKey)
	}
	return args
}

func (server submissionServer) code(enhanced string) string {
	if server.enhanced {
		return enhanced
	}
	return ""
}

// TestLogin authenticates by every mechanism at every server, with the right
// secret and with a wrong one.
func TestLogin(t *testing.T) {
	s := needSubmission(t, "exim4")
	for _, server := range submissionServers {
		for _, mechanism := range server.mechanisms {
			t.Run(server.name+", "+mechanism, func(t *testing.T) {
				t.Parallel()
				args := append(server.args(mechanism, s), "--stop-after", "auth", "alice@example.test")
				got, _ := s.login(t, "", args...)
				checkOutcome(t, got, outcome{0, "accepted", "", "auth", 235, server.code("2.7.0")})
				if mechanism == "external" {
					return
				}
				const wrong = "not this one"
				got, run := s.login(t, wrong, args...)
				checkOutcome(t, got, outcome{77, "rejected", "auth_required", "auth", 535, server.code("5.7.8")})
				if !strings.Contains(run.stdout, strings.ToUpper(mechanism)) {
					t.Error("the mechanism is not named")
				}
			})
		}
	}
}

// TestLoginStrongest leaves the choice to smtpcheck.
func TestLoginStrongest(t *testing.T) {
	s := needSubmission(t, "exim4")
	for _, server := range submissionServers {
		args := []string{"--server", server.address + ":587", "--sni", server.host, "--auth-user", submitter, "--stop-after", "auth", "alice@example.test"}
		got, run := s.probeEnv(t, []string{"SMTPCHECK_AUTH_PASSWORD=" + password}, args...)
		checkOutcome(t, got, outcome{0, "accepted", "", "auth", 235, server.code("2.7.0")})
		if !strings.Contains(run.stdout, "AUTH SCRAM-SHA-256 ") {
			t.Errorf("%s: another mechanism than SCRAM-SHA-256", server.name)
		}
	}
}

// TestSubmit sends a message to a mailbox through each server.
func TestSubmit(t *testing.T) {
	s := needSubmission(t, "exim4")
	exim, err := s.exim()
	if err != nil {
		t.Fatal(err)
	}
	for _, server := range submissionServers {
		for _, port := range []string{"587", "465"} {
			t.Run(server.name+", "+port, func(t *testing.T) {
				args := server.args("scram-sha-256", s)
				args[1] = server.address + ":" + port
				subject := "submitted to " + server.name + " at " + port
				got, _ := s.login(t, "", append(args, "--data", "--from", "alice@example.test", "--subject", subject, "bob@example.test")...)
				if got.ExitCode != 0 || got.Verdict != "accepted" || got.Message.Sent != "yes" {
					t.Fatalf("exit %d, %s, message %+v", got.ExitCode, got.Verdict, got.Message)
				}
				mailbox := s.postfix.Mailbox
				if server.address == eximSubmission {
					mailbox = exim.Mailbox
					if err := exim.Deliver(); err != nil {
						t.Fatal(err)
					}
				}
				eventually(t, "message in the Maildir", func() bool {
					return slices.ContainsFunc(maildir(t, mailbox, "bob"), func(message string) bool {
						return strings.Contains(message, "\nSubject: "+subject+"\n") && strings.Contains(message, got.Message.MessageID)
					})
				})
			})
		}
	}
}

// TestLoginRefused is about what else a server says to one who logs in, or who does not.
func TestLoginRefused(t *testing.T) {
	s := needSubmission(t, "exim4")
	for _, test := range []struct {
		name string
		args []string
		want outcome
	}{
		{"passwords gone, Postfix and Cyrus SASL", []string{"--server", postfixLost + ":587", "--sni", "submission.example.test", "--auth-user", submitter},
			outcome{75, "deferred", "server_error", "auth", 454, "4.7.0"}},
		{"passwords gone, Dovecot", []string{"--server", dovecotSubmission + ":587", "--sni", "dovecot.example.test", "--auth-user", unluckyUser, "--auth-mech", "plain"},
			outcome{75, "deferred", "server_error", "auth", 454, "4.7.0"}},
		{"passwords gone, Exim", []string{"--server", eximSubmission + ":587", "--sni", "exim.example.test", "--auth-user", submitter, "--auth-mech", "xoauth2"},
			outcome{75, "deferred", "server_error", "auth", 435, ""}},
		{"nobody logs in, Dovecot", []string{"--server", dovecotSubmission + ":587", "--sni", "dovecot.example.test"},
			outcome{77, "rejected", "auth_required", "mail", 530, "5.7.0"}},
		{"nobody logs in, Exim", []string{"--server", eximSubmission + ":587", "--sni", "exim.example.test"},
			outcome{77, "rejected", "auth_required", "mail", 550, ""}},
		{"TLS demanded, not given, Postfix", []string{"--server", postfixDovecot + ":587", "--tls", "never"},
			outcome{77, "rejected", "tls_required", "mail", 530, "5.7.0"}},
		{"without TLS, where that is offered and asked for", []string{"--server", postfixClear + ":587", "--tls", "never", "--auth-allow-plaintext", "--auth-user", submitter, "--auth-mech", "plain"},
			outcome{0, "accepted", "", "rcpt", 250, "2.1.5"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, _ := s.login(t, "", append(test.args, "alice@example.test")...)
			checkOutcome(t, got, test.want)
		})
	}
}

// TestLoginUnsafe does not send a password where it would be told: no AUTH goes out.
func TestLoginUnsafe(t *testing.T) {
	s := needSubmission(t)
	for name, args := range map[string][]string{
		"certificate of another name": {"--server", postfixDovecot + ":587"},
		"no AUTH without TLS":         {"--server", postfixDovecot + ":587", "--tls", "never", "--auth-allow-plaintext"},
		"no AUTH at all":              {"--server", postfixDovecot + ":25", "--sni", "submission.example.test"},
		"no such mechanism":           {"--server", postfixCyrus + ":587", "--sni", "submission.example.test", "--auth-mech", "scram-sha-256-plus"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, run := s.login(t, "", append(args, "--auth-user", submitter, "alice@example.test")...)
			if got.ExitCode != 76 || got.Verdict != "undetermined" {
				t.Errorf("exit %d, %s, %s", got.ExitCode, got.Verdict, got.Reason)
			}
			if strings.Contains(run.stdout, `"AUTH `) {
				t.Error("AUTH was sent")
			}
		})
	}
}

// TestLoginTellsNoSecret looks for a password that was used in all that
// smtpcheck says, as it is and as the mechanisms send it.
func TestLoginTellsNoSecret(t *testing.T) {
	s := needSubmission(t)
	for _, format := range []string{"text", "table", "json", "ndjson", "markdown"} {
		for _, mechanism := range []string{"plain", "login"} {
			cmd := []string{"probe", "--ca-file", s.ca.File, "--helo", "probe.example.org", "--format", format, "-v"}
			run := s.smtpcheckEnv(t, []string{"SMTPCHECK_AUTH_PASSWORD=" + password}, append(append(cmd, submissionServers[0].args(mechanism, s)...), "alice@example.test")...)
			if run.exit != 0 {
				t.Errorf("%s: exit %d\n%s", format, run.exit, run.stderr)
			}
			for _, form := range secretForms(password) {
				if strings.Contains(run.stdout+run.stderr, form) {
					t.Errorf("%s, %s: %q is in the output", format, mechanism, form)
				}
			}
		}
	}
}

// secretForms are how a secret may look in an output.
func secretForms(secret string) []string {
	quoted, err := json.Marshal(secret)
	if err != nil {
		panic(err)
	}
	var forms []string
	for _, text := range []string{secret, strings.Trim(string(quoted), `"`)} {
		forms = append(forms, text, hex.EncodeToString([]byte(text)), strings.ToUpper(hex.EncodeToString([]byte(text))))
		for _, whole := range []string{text, "\x00" + submitter + "\x00" + text} {
			forms = append(forms, base64.RawStdEncoding.EncodeToString([]byte(whole)), base64.RawURLEncoding.EncodeToString([]byte(whole)))
		}
	}
	return forms
}
