package realtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Other clients against the lab's servers: what smtpcheck is tested against
// elsewhere must be what a stranger understands.

const labPassword, labToken = "secret-password", "lab-token" // of alice

// labUser is one other client of the lab: its command, and the words by which
// it tells that a password was right and that it was wrong.
type labUser struct {
	program     string
	mechanisms  []string
	args        func(l *lab, mechanism, secretFile, secret string) []string
	right, fail string
}

var labUsers = []labUser{
	{
		program:    "swaks",
		mechanisms: []string{"PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5"},
		args: func(l *lab, mechanism, _, secret string) []string {
			return []string{"--server", l.host, "--port", l.port, "--ehlo", "probe.example.org", "--from", "alice@submission.test",
				"-tls", "-a", mechanism, "-au", "alice", "-ap", secret, "--quit-after", "AUTH"}
		},
		right: "<~  235 2.", fail: "<~* 535 5.7.8 ",
	},
	{
		program:    "msmtp",
		mechanisms: []string{"PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"},
		args:       msmtpArgs,
		right:      "<-- 250 2.0.0 ", fail: "msmtp: server message: 535 5.7.8 ",
	},
	{
		program:    "gsasl",
		mechanisms: []string{"PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"},
		args: func(l *lab, mechanism, _, secret string) []string {
			args := []string{"--smtp", "--connect=" + l.host + ":" + l.port, "--starttls", "--x509-ca-file=", "--verbose",
				"--authentication-id=alice", "--authorization-id=", "--password=" + secret, "--realm=", "--quality-of-protection=qop-auth", "--mechanism=" + mechanism}
			if !strings.HasSuffix(mechanism, "-PLUS") {
				args = append(args, "--no-cb")
			}
			return args
		},
		right: "\n235 2.", fail: "\n535 5.7.8 ",
	},
}

func msmtpArgs(l *lab, mechanism, secretFile, _ string) []string {
	return []string{"-c", `exec msmtp --debug "$@" </dev/null`, "msmtp", "--file=/dev/null", "--host=" + l.host, "--port=" + l.port,
		"--domain=probe.example.org", "--from=alice@submission.test", "--tls=on", "--tls-starttls=on", "--tls-certcheck=off",
		"--auth=" + strings.ToLower(mechanism), "--user=alice", "--passwordeval=cat " + secretFile, "bob@submission.test"}
}

// TestOtherClientsInLab tries every mechanism of submission.test and oauth.test
// with right and wrong secrets. gsasl binds the channel by tls-exporter.
func TestOtherClientsInLab(t *testing.T) {
	network := needServers(t, "swaks", "msmtp", "gsasl")
	submission := network.labAt(t, "submission.test", ":587")
	oauth := network.labAt(t, "oauth.test", ":587")
	for _, user := range labUsers {
		for _, mechanism := range user.mechanisms {
			t.Run(user.program+", "+mechanism, func(t *testing.T) {
				t.Parallel()
				network.tryLab(t, submission, user, mechanism, labPassword)
			})
		}
	}
	for _, mechanism := range []string{"XOAUTH2", "OAUTHBEARER"} {
		t.Run("msmtp, "+mechanism, func(t *testing.T) {
			t.Parallel()
			user := labUser{program: "msmtp", args: msmtpArgs, right: "<-- 250 2.0.0 ", fail: "msmtp: server message: 535 5.7.8 "}
			network.tryLab(t, oauth, user, mechanism, labToken)
		})
	}
}

func (n *network) tryLab(t *testing.T, l *lab, user labUser, mechanism, secret string) {
	t.Helper()
	for given, want := range map[string]string{secret: user.right, "wrong": user.fail} {
		file := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(file, []byte(given), 0o600); err != nil {
			t.Fatal(err)
		}
		program := user.program
		if program == "msmtp" {
			program = "sh"
		}
		out, _ := n.run(t, nil, program, user.args(l, mechanism, file, given)...)
		if !strings.Contains(out, want) {
			t.Errorf("with %s, no %q in\n%s", given, want, out)
		}
	}
}
