package realtest

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/smtpcheck/smtpcheck/realtest/world"
)

// No server of Debian 12 binds SCRAM to the TLS channel: neither Postfix and
// Dovecot nor Cyrus SASL and Exim do. So one is put together here from those
// that can: OpenSSL's s_server speaks TLS and exports the keying material of
// RFC 9266, and GNU SASL's gsasl is the server of the mechanism.

const plusServer = "198.51.100.47" // at port 465

// plus is a submission server of implicit TLS for one session.
type plus struct {
	network    *network
	mechanisms string
	said       *bufio.Reader // by the client
	to         io.Writer     // to the client
	binding    []byte        // tls-exporter
	spoil      bool          // binds to another channel than the client's
	verdict    chan string   // of gsasl, in its words
}

// startPlus starts it. It ends with the test.
func (n *network) startPlus(t *testing.T, spoil bool) *plus {
	t.Helper()
	cert, key, err := n.ca.Issue("plus.example.test")
	if err != nil {
		t.Fatal(err)
	}
	cmd := world.Command("openssl", "s_server", "-accept", plusServer+":465", "-naccept", "1", "-cert", cert, "-key", key,
		"-keymatexport", "EXPORTER-Channel-Binding", "-keymatexportlen", "32")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := n.servers.Start(cmd); err != nil {
		t.Fatal(err)
	}
	p := &plus{network: n, mechanisms: "SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS SCRAM-SHA-1 SCRAM-SHA-256", said: bufio.NewReader(stdout), to: stdin,
		spoil: spoil, verdict: make(chan string, 1)}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	if err := p.wait("ACCEPT"); err != nil {
		t.Fatal(err)
	}
	go p.serve()
	return p
}

// TestLoginBoundToTLS is SCRAM with the binding of the channel verified by
// GNU SASL, to the keying material that OpenSSL exports; a channel that is
// another one, as a man in the middle would have, is not trusted.
func TestLoginBoundToTLS(t *testing.T) {
	s := needSubmission(t, "openssl", "gsasl")
	for _, mechanism := range []string{"SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"} {
		for name, spoil := range map[string]bool{"same channel": false, "another channel": true} {
			t.Run(mechanism+", "+name, func(t *testing.T) {
				server := s.startPlus(t, spoil)
				got, run := s.login(t, "", "--server", plusServer+":465", "--sni", "plus.example.test", "--auth-user", submitter,
					"--auth-mech", mechanism, "--stop-after", "auth", "alice@example.test")
				verdict := <-server.verdict
				want := outcome{0, "accepted", "", "auth", 235, "2.7.0"}
				if spoil {
					want = outcome{77, "rejected", "auth_required", "auth", 535, "5.7.8"}
				}
				checkOutcome(t, got, want)
				if !strings.Contains(run.stdout, "tls-exporter") {
					t.Error("the binding is not named")
				}
				if trusted := strings.Contains(verdict, "client trusted"); trusted == spoil {
					t.Errorf("gsasl: %s", verdict)
				}
			})
		}
	}
}

// wait reads what s_server says of itself until a line begins so.
func (p *plus) wait(beginning string) error {
	_, err := p.after(beginning)
	return err
}

// after is the rest of the next line that begins so.
func (p *plus) after(beginning string) (string, error) {
	for {
		line, err := p.said.ReadString('\n')
		if err != nil {
			return "", fmt.Errorf("no line %q: %w", beginning, err)
		}
		if rest, found := strings.CutPrefix(strings.TrimSpace(line), beginning); found {
			return strings.TrimSpace(rest), nil
		}
	}
}

// serve holds the dialogue until the client has said QUIT.
func (p *plus) serve() {
	defer close(p.verdict)
	material, err := p.after("Keying material:")
	if err != nil {
		return
	}
	if p.binding, err = hex.DecodeString(material); err != nil {
		return
	}
	if p.spoil {
		p.binding[0] ^= 1
	}
	fmt.Fprint(p.to, "220 plus.example.test ESMTP\r\n")
	for {
		line, err := p.said.ReadString('\n')
		if err != nil {
			return
		}
		switch words := strings.Fields(line); {
		case len(words) == 0:
		case words[0] == "EHLO":
			fmt.Fprintf(p.to, "250-plus.example.test\r\n250-ENHANCEDSTATUSCODES\r\n250 AUTH %s\r\n", p.mechanisms)
		case words[0] == "AUTH" && len(words) == 3:
			verdict := p.authenticate(words[1], words[2])
			p.verdict <- verdict
			if strings.Contains(verdict, "client trusted") {
				fmt.Fprint(p.to, "235 2.7.0 Trusted\r\n")
			} else {
				fmt.Fprint(p.to, "535 5.7.8 Not trusted\r\n")
			}
		case words[0] == "QUIT":
			fmt.Fprint(p.to, "221 2.0.0 Bye\r\n")
			return
		case words[0] == "MAIL", words[0] == "RCPT":
			fmt.Fprint(p.to, "250 2.0.0 Ok\r\n")
		}
	}
}

// authenticate carries one exchange between the client and gsasl, and returns
// how it ended in gsasl's words.
func (p *plus) authenticate(mechanism, initial string) string {
	cmd := exec.Command("stdbuf", "-oL", "gsasl", "--server", "--mechanism="+mechanism, "--authentication-id="+submitter, "--password="+password)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err.Error()
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err.Error()
	}
	var complaint strings.Builder
	cmd.Stderr = &complaint
	if err := cmd.Start(); err != nil {
		return err.Error()
	}
	says := bufio.NewScanner(out)
	challenge := func() string { // the last word of its next line, which may begin with a question
		for says.Scan() {
			words := strings.Fields(says.Text())
			if len(words) > 0 && words[0] != mechanism {
				return words[len(words)-1]
			}
		}
		return ""
	}
	fmt.Fprintf(stdin, "%s\n%s\n", initial, base64.StdEncoding.EncodeToString(p.binding))
	for range 2 { // the salt, and the server's signature, which the client takes without a word
		text := challenge()
		if text == "" {
			break
		}
		fmt.Fprintf(p.to, "334 %s\r\n", text)
		response, err := p.said.ReadString('\n')
		if err != nil {
			break
		}
		fmt.Fprintln(stdin, strings.TrimSpace(response))
	}
	_ = stdin.Close()
	_ = cmd.Wait()
	return complaint.String()
}
