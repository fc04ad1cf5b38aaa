package realtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// TestOldTLS has OpenSSL's s_server show what crypto/tls hardly speaks, or not at all.
func TestOldTLS(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("openssl"); err != nil {
		need(t, "openssl: %v", err)
	}
	dir := t.TempDir()
	openssl(t, "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", dir+"/key.pem", "-out", dir+"/cert.pem", "-days", "5", "-subj", "/CN=localhost", "-sha1")
	// Without parameters of ours the group is as strong as the certificate's key.
	openssl(t, "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out", dir+"/2048.pem")
	cert := []string{"-cert", dir + "/cert.pem", "-key", dir + "/key.pem"}
	for _, tt := range []struct {
		name          string
		args          []string
		version, kx   string
		partial       bool
		rules, silent []string
	}{
		{"TLS 1.0", append(cert, "-tls1", "-cipher", "ALL:@SECLEVEL=0"), "TLS 1.0", "ECDHE X25519", false, []string{"tls/old-version", "tls/weak-key", "tls/expires-soon"}, []string{"tls/legacy-only"}},
		{"RSA key exchange", append(cert, "-tls1_2", "-cipher", "kRSA:@SECLEVEL=0"), "TLS 1.2", "RSA", false, []string{"tls/no-forward-secrecy"}, []string{"tls/old-version"}},
		{"TLS 1.1", append(cert, "-tls1_1", "-cipher", "AES128-SHA:@SECLEVEL=0"), "TLS 1.1", "RSA", false, []string{"tls/old-version"}, nil},
		{"DHE 1024", append(cert, "-tls1_2", "-cipher", "DHE:@SECLEVEL=0"), "TLS 1.2", "DHE 1024", true, []string{"tls/legacy-only", "tls/small-dh", "tls/weak-key"}, nil},
		{"DHE 2048", append(cert, "-tls1_2", "-cipher", "DHE:@SECLEVEL=0", "-dhparam", dir+"/2048.pem"), "TLS 1.2", "DHE 2048", true, []string{"tls/legacy-only"}, []string{"tls/small-dh"}},
		{"DHE and TLS 1.0", append(cert, "-tls1", "-cipher", "DHE:@SECLEVEL=0"), "TLS 1.0", "DHE 1024", true, []string{"tls/legacy-only"}, nil},
		{"anonymous", []string{"-nocert", "-tls1_2", "-cipher", "ADH:@SECLEVEL=0"}, "TLS 1.2", "anonymous DH 3072", true, []string{"tls/legacy-only", "tls/weak-cipher"}, nil},
		{"NULL", append(cert, "-tls1_2", "-cipher", "NULL-SHA256:@SECLEVEL=0"), "TLS 1.2", "RSA", true, []string{"tls/legacy-only", "tls/weak-cipher"}, nil},
		{"camellia", append(cert, "-tls1_2", "-cipher", "CAMELLIA256-SHA:@SECLEVEL=0"), "TLS 1.2", "RSA", true, []string{"tls/legacy-only"}, []string{"tls/weak-cipher"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := probeOpenSSL(t, tt.args)
			var facts *check.TLS
			for i := range r.Sessions {
				if r.Sessions[i].TLS != nil {
					facts = r.Sessions[i].TLS
				}
			}
			if facts == nil || facts.Version != tt.version || facts.KeyExchange != tt.kx || facts.Partial != tt.partial {
				t.Fatalf("%+v, %d sessions: %s", facts, len(r.Sessions), r.Summary)
			}
			found := make(map[string]diagnose.Severity)
			for _, f := range r.Findings {
				found[f.Rule] = f.Severity
			}
			for _, rule := range tt.rules {
				if found[rule] == "" {
					t.Errorf("no %s: %v", rule, found)
				}
			}
			for _, rule := range tt.silent {
				if found[rule] != "" {
					t.Errorf("%s: %v", rule, found)
				}
			}
		})
	}
}

func openssl(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("openssl", args...).CombinedOutput(); err != nil {
		t.Fatalf("openssl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// probeOpenSSL asks a server that does STARTTLS with an s_server behind it. What that
// says inside TLS is each line backwards, and ends the session.
func probeOpenSSL(t *testing.T, args []string) *check.Report {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "openssl", append([]string{"s_server", "-accept", "127.0.0.1:0", "-rev"}, args...)...)
	var log strings.Builder
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = cmd.Wait() })
	address, lines := "", bufio.NewScanner(out)
	for address == "" && lines.Scan() {
		address, _ = strings.CutPrefix(lines.Text(), "ACCEPT ")
		if !strings.HasPrefix(address, "127.0.0.1:") {
			address = ""
		}
	}
	if address == "" {
		cancel()
		_ = cmd.Wait()
		t.Fatalf("s_server does not listen: %s", log.String())
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go startTLSBefore(conn, address)
		}
	}()
	box, err := smtp.ParseMailbox("alice@example.test")
	if err != nil {
		t.Fatal(err)
	}
	place, err := netip.ParseAddrPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	reports, err := check.Probe(context.Background(), []check.Recipient{{Mailbox: box}}, check.Options{
		Server: "127.0.0.1", Port: place.Port(),
		Probe: probe.Options{HELO: "probe.example.org", TLS: probe.Require, Timeouts: probe.Timeouts{Command: 10 * time.Second}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return reports[0]
}

// startTLSBefore talks SMTP up to the 220 of STARTTLS and leaves the rest to who
// listens at the address.
func startTLSBefore(conn net.Conn, address string) {
	defer conn.Close()
	fmt.Fprint(conn, "220 localhost ESMTP\r\n")
	in := bufio.NewReader(conn)
	for {
		line, err := in.ReadString('\n')
		switch {
		case err != nil:
			return
		case strings.HasPrefix(line, "EHLO"):
			fmt.Fprint(conn, "250-localhost\r\n250 STARTTLS\r\n")
			continue
		case !strings.HasPrefix(line, "STARTTLS"):
			fmt.Fprint(conn, "221 bye\r\n")
			return
		}
		break
	}
	behind, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer behind.Close()
	fmt.Fprint(conn, "220 go on\r\n")
	done := make(chan error, 1)
	go func() {
		_, err := io.Copy(behind, in)
		closeWrite(behind)
		done <- err
	}()
	_, err = io.Copy(conn, behind)
	closeWrite(conn)
	_ = errors.Join(err, <-done)
}

// closeWrite ends one direction of a TCP connection.
func closeWrite(conn net.Conn) {
	if c, ok := conn.(*net.TCPConn); ok {
		_ = c.CloseWrite()
	}
}
