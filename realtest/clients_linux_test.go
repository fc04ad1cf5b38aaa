package realtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Other clients prove the servers first: what the tests of smtpcheck build on.

// TestSwaksAuthenticates is for the mechanisms that swaks knows.
func TestSwaksAuthenticates(t *testing.T) {
	s := needSubmission(t, "swaks", "exim4")
	for name, server := range map[string]string{"Postfix and Dovecot": postfixDovecot, "Postfix and Cyrus SASL": postfixCyrus, "Dovecot": dovecotSubmission, "Exim": eximSubmission} {
		for _, mechanism := range []string{"PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5"} {
			t.Run(name+", "+mechanism, func(t *testing.T) {
				t.Parallel()
				for secret, want := range map[string]string{password: "235 ", "wrong": "535 "} {
					out, _ := s.run(t, nil, "swaks", "--server", server+":587", "--ehlo", "probe.example.org", "--from", "alice@example.test",
						"-tls", "-a", mechanism, "-au", submitter, "-ap", secret, "--quit-after", "AUTH")
					if !strings.Contains(out, "\n<~  "+want) && !strings.Contains(out, "\n<~* "+want) {
						t.Errorf("no reply %s\n%s", want, out)
					}
				}
			})
		}
	}
}

// TestMsmtpAuthenticates is for the mechanisms that msmtp, with GNU SASL, knows
// beyond them.
func TestMsmtpAuthenticates(t *testing.T) {
	s := needSubmission(t, "msmtp", "exim4")
	for name, server := range map[string]string{"Postfix and Dovecot": postfixDovecot, "Postfix and Cyrus SASL": postfixCyrus, "Dovecot": dovecotSubmission, "Exim": eximSubmission} {
		for _, mechanism := range []string{"scram-sha-1", "scram-sha-256", "oauthbearer", "xoauth2", "external"} {
			switch {
			case server == postfixCyrus && !strings.HasPrefix(mechanism, "scram"),
				server == postfixDovecot && mechanism == "external", // Postfix does not tell Dovecot of the certificate
				server == eximSubmission && mechanism == "xoauth2":  // see TestAuthDeferred
				continue
			}
			t.Run(name+", "+mechanism, func(t *testing.T) {
				t.Parallel()
				secret := password
				if strings.Contains(mechanism, "auth") {
					secret = token(submitter, time.Hour)
				}
				if out, exit := s.msmtp(t, server, mechanism, secret); exit != 0 {
					t.Errorf("exit %d\n%s", exit, out)
				}
				if mechanism == "external" {
					return
				}
				const noPermission = 77
				if out, exit := s.msmtp(t, server, mechanism, "wrong"); exit != noPermission {
					t.Errorf("wrong secret: exit %d\n%s", exit, out)
				}
			})
		}
	}
}

// msmtp sends a message to alice by one mechanism.
func (s *submission) msmtp(t *testing.T, server, mechanism, secret string) (out string, exit int) {
	t.Helper()
	dir := t.TempDir()
	file, message := filepath.Join(dir, "secret"), filepath.Join(dir, "message")
	for path, text := range map[string]string{file: secret, message: "Subject: msmtp, " + mechanism + "\n\nhello\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"--file=/dev/null", "--host=" + server, "--port=587", "--domain=probe.example.org", "--from=alice@example.test",
		"--tls=on", "--tls-starttls=on", "--tls-certcheck=off", "--auth=" + mechanism, "--user=" + submitter, "--passwordeval=cat " + file}
	if mechanism == "external" {
		args = append(args, "--tls-cert-file="+s.clientCert, "--tls-key-file="+s.clientKey)
	}
	return s.run(t, nil, "sh", append([]string{"-c", `exec msmtp "$@" <"$0"`, message}, append(args, "alice@example.test")...)...)
}

// token is a JSON Web Token of a user, for so long.
func token(user string, valid time.Duration) string {
	encode := base64.RawURLEncoding.EncodeToString
	header, err := json.Marshal(map[string]any{"alg": "HS256", "typ": "JWT"})
	if err != nil {
		panic(err)
	}
	claims, err := json.Marshal(map[string]any{"sub": user, "iat": time.Now().Add(-time.Minute).Unix(), "exp": time.Now().Add(valid).Unix()})
	if err != nil {
		panic(err)
	}
	signed := encode(header) + "." + encode(claims)
	mac := hmac.New(sha256.New, []byte(tokenKey))
	fmt.Fprint(mac, signed)
	return signed + "." + encode(mac.Sum(nil))
}
