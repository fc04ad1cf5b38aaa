package realtest

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/realtest/world"
)

// Servers to submit to, besides those of world_linux_test.go.
const (
	dovecotSubmission = "198.51.100.40" // Dovecot: submission at 587 and 465, LMTP at 24
	postfixDovecot    = "198.51.100.41" // Postfix, passwords verified by Dovecot: 587 and 465
	postfixCyrus      = "198.51.100.42" // Postfix, passwords verified by Cyrus SASL: 587 and 465
	postfixClear      = "198.51.100.43" // as postfixDovecot, and AUTH without TLS too: 587; port 25 is filtered
	eximSubmission    = "198.51.100.44" // Exim: 25, 587 and 465
	postfixXClient    = "198.51.100.45" // the same Postfix, which takes XCLIENT and XFORWARD from the client: 25
	postfixHAProxy    = "198.51.100.46" // the same Postfix behind a proxy that tells the client's address: 25
	postfixLost       = "198.51.100.48" // as postfixCyrus, with its passwords gone: 587
	postfixBehind     = "127.0.0.1"     // the same Postfix, within reach of a SOCKS proxy alone: 25
	socksOpen         = "198.51.100.50:1080"
	socksPassword     = "198.51.100.51:1080"

	bannedClient = "192.0.2.66" // refused by postfixXClient and postfixHAProxy
	queuedDomain = "etrn.test"  // whose queue ETRN flushes
	greekUser    = "δοκιμή"     // has a mailbox at example.test
)

// The users of all of them, and what they prove themselves with.
const (
	submitter   = "alice"
	password    = `open "sesame" 100%`
	tokenKey    = "a key that HMAC-SHA-256 takes as it is"
	unluckyUser = "later"
)

var passwords = map[string]string{submitter: password, "bob": "another", unluckyUser: "never mind"}

// submission is what the tests of AUTH share.
type submission struct {
	*network
	dovecot *world.Dovecot
	postfix *world.Postfix
	exim    func() (*world.Exim, error)

	clientCert, clientKey string // of the submitter
}

var sharedSubmission = sync.OnceValues(newSubmission)

func newSubmission() (*submission, error) {
	net, err := shared()
	if err != nil {
		return nil, err
	}
	s := &submission{network: net}
	for _, address := range []string{dovecotSubmission, postfixDovecot, postfixCyrus, postfixClear, eximSubmission,
		postfixXClient, postfixHAProxy, postfixLost, plusServer, "198.51.100.50", "198.51.100.51"} {
		if err := net.servers.AddAddresses("eth0", address+"/24"); err != nil {
			return nil, err
		}
	}
	if err := net.servers.NFT("add rule inet filter input ip daddr " + postfixClear + " tcp dport 25 drop\n"); err != nil {
		return nil, err
	}
	if s.dovecot, err = s.startDovecot(); err != nil {
		return nil, err
	}
	if s.postfix, err = s.startSubmission(); err != nil {
		return nil, err
	}
	if err := world.StartSOCKS(s.servers, socksOpen, "", ""); err != nil {
		return nil, err
	}
	if err := world.StartSOCKS(s.servers, socksPassword, "proxy-user", "proxy-password"); err != nil {
		return nil, err
	}
	s.exim = sync.OnceValues(s.startExim)
	s.clientCert, s.clientKey, err = s.ca.IssueClient(submitter)
	return s, err
}

func (s *submission) startDovecot() (*world.Dovecot, error) {
	dir, err := s.folder("dovecot")
	if err != nil {
		return nil, err
	}
	cert, key, err := s.ca.Issue("dovecot.example.test")
	if err != nil {
		return nil, err
	}
	return world.StartDovecot(s.servers, world.DovecotConfig{
		Dir:      dir,
		Hostname: "dovecot.example.test",
		Address:  dovecotSubmission,
		CertFile: cert,
		KeyFile:  key,
		CAFile:   s.ca.File,
		Relay:    postfixDovecot,
		Trusted:  "198.51.100.1",
		Users:    passwords,
		Full:     []string{"full"},
		Later:    unluckyUser,
		TokenKey: base64.StdEncoding.EncodeToString([]byte(tokenKey)),
	})
}

// startSubmission starts the Postfix of both ways to verify a password, which
// also takes what Dovecot relays.
func (s *submission) startSubmission() (*world.Postfix, error) {
	dir, err := s.folder("submission")
	if err != nil {
		return nil, err
	}
	cert, key, err := s.ca.Issue("submission.example.test")
	if err != nil {
		return nil, err
	}
	if err := world.CyrusSASL(filepath.Join(dir, "etc", "sasl"), "smtpd", "submission.example.test", passwords); err != nil {
		return nil, err
	}
	if err := world.CyrusSASL(filepath.Join(dir, "etc", "sasl"), "lost", "lost", passwords); err != nil {
		return nil, err
	}
	if err := os.Chmod(filepath.Join(dir, "etc", "sasl", "lost.db"), 0o600); err != nil { // Postfix cannot read it
		return nil, err
	}
	demands := []string{"smtpd_sasl_auth_enable=yes", "smtpd_tls_security_level=encrypt", "smtpd_tls_auth_only=yes",
		"smtpd_client_restrictions=permit_sasl_authenticated,reject"}
	dovecot := append([]string{"smtpd_sasl_type=dovecot", "smtpd_sasl_path=" + s.dovecot.Auth}, demands...)
	cyrus := append([]string{"smtpd_sasl_type=cyrus", "smtpd_sasl_path=smtpd"}, demands...)
	ban := "smtpd_client_restrictions=check_client_access inline:{ {" + bannedClient + " = 554 5.7.1 We know you} }"
	atOnce := []string{"smtpd_tls_wrappermode=yes"}
	return world.StartPostfix(s.servers, world.PostfixConfig{
		Dir:      dir,
		Hostname: "submission.example.test",
		CertFile: cert,
		KeyFile:  key,
		Domains:  domains,
		Users:    append([]string{greekUser}, users...),
		Main: map[string]string{
			"message_size_limit":              "100000",
			"relay_domains":                   queuedDomain,
			"fast_flush_domains":              queuedDomain,
			"smtputf8_enable":                 "yes",
			"smtpd_sasl_security_options":     "noanonymous",
			"broken_sasl_auth_clients":        "no",
			"smtpd_authorized_xclient_hosts":  dovecotSubmission,
			"smtpd_delay_reject":              "yes",
			"smtpd_sasl_authenticated_header": "yes",
			"smtpd_relay_restrictions":        "permit_sasl_authenticated, reject_unauth_destination",
			"smtpd_soft_error_limit":          "100",
			"smtpd_hard_error_limit":          "100",
		},
		Services: map[string][]string{
			postfixDovecot + ":25":  nil,
			postfixBehind + ":25":   nil,
			postfixXClient + ":25":  {"smtpd_authorized_xclient_hosts=198.51.100.1", "smtpd_authorized_xforward_hosts=198.51.100.1", ban},
			postfixHAProxy + ":25":  {"smtpd_upstream_proxy_protocol=haproxy", "smtpd_upstream_proxy_timeout=2s", ban},
			postfixDovecot + ":587": dovecot,
			postfixDovecot + ":465": append(atOnce, dovecot...),
			postfixCyrus + ":587":   cyrus,
			postfixCyrus + ":465":   append(atOnce, cyrus...),
			postfixLost + ":587":    append([]string{"smtpd_sasl_type=cyrus", "smtpd_sasl_path=lost"}, demands...),
			postfixClear + ":587": {"smtpd_sasl_auth_enable=yes", "smtpd_sasl_type=dovecot", "smtpd_sasl_path=" + s.dovecot.Auth,
				"smtpd_tls_security_level=may", "smtpd_tls_auth_only=no", "smtpd_client_restrictions=permit_sasl_authenticated,reject"},
		},
	})
}

func (s *submission) startExim() (*world.Exim, error) {
	dir, err := s.folder("exim-submission")
	if err != nil {
		return nil, err
	}
	cert, key, err := s.ca.Issue("exim.example.test")
	if err != nil {
		return nil, err
	}
	return world.StartExim(s.servers, world.EximConfig{
		Dir:       dir,
		Hostname:  "exim.example.test",
		CertFile:  cert,
		KeyFile:   key,
		Domains:   domains,
		Users:     users,
		Addresses: []string{eximSubmission},
		Submit:    &world.EximSubmission{Passwords: passwords, Dovecot: s.dovecot.Auth, CAFile: s.ca.File},
	})
}

// needSubmission returns the servers of the tests of AUTH, running, with these
// programs on the machine.
func needSubmission(t *testing.T, programs ...string) *submission {
	t.Helper()
	needNetwork(t)
	for _, program := range append([]string{"postfix", "dovecot", "saslpasswd2", "microsocks"}, programs...) {
		if missing := world.Missing(program); missing != "" {
			need(t, "%s is not installed", missing)
		}
	}
	for file, what := range map[string]string{
		"/usr/lib/dovecot/submission": "dovecot-submissiond",
		"/usr/lib/dovecot/lmtp":       "dovecot-lmtpd",
	} {
		if _, err := os.Stat(file); err != nil {
			need(t, "%s is not installed", what)
		}
	}
	s, err := sharedSubmission()
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(programs, "exim4") {
		if _, err := s.exim(); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// run runs a program in the client's namespace and returns what it said.
func (n *network) run(t *testing.T, env []string, name string, args ...string) (out string, exit int) {
	t.Helper()
	cmd := world.Command(name, args...)
	cmd.Env = append(os.Environ(), env...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := n.client.Start(cmd); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })()
	err := cmd.Wait()
	if problem := (*exec.ExitError)(nil); err != nil && !errors.As(err, &problem) {
		t.Fatal(err)
	}
	return said.String(), cmd.ProcessState.ExitCode()
}
