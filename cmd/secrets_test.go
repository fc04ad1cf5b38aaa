//go:build unix

package cmd_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

const theSecret = "correct-horse-battery"

// reveals returns the form in which the secret can be read in a text, "" for none.
func reveals(text string) string {
	low := strings.ToLower(text)
	for _, form := range []string{theSecret, hex.EncodeToString([]byte(theSecret)), url.QueryEscape(theSecret), strings.ReplaceAll(theSecret, "-", "%2d")} {
		if strings.Contains(low, strings.ToLower(form)) {
			return form
		}
	}
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for _, run := range strings.FieldsFunc(strings.NewReplacer("-", "+", "_", "/").Replace(text), func(r rune) bool { return !strings.ContainsRune(letters, r) }) {
		for phase := range min(4, len(run)) {
			part := run[phase:]
			if len(part)%4 == 1 { // no encoding has that length
				part = part[:len(part)-1]
			}
			decoded, _ := base64.RawStdEncoding.DecodeString(part)
			if bytes.Contains(decoded, []byte(theSecret)) || bytes.Contains(decoded, []byte(hex.EncodeToString([]byte(theSecret)))) {
				return run
			}
		}
	}
	return ""
}

func TestReveals(t *testing.T) {
	for _, pad := range []string{"", "x", "xx", "xxx"} {
		if text := base64.StdEncoding.EncodeToString([]byte(pad + theSecret + "y")); reveals("a "+text+" b") == "" {
			t.Errorf("%s is not seen", text)
		}
	}
	if reveals("nothing here: YWJjZGVmZ2hp") != "" {
		t.Error("what is not there is seen")
	}
}

// TestSecretsInNoOutput looks for the secret in every format and style, with a
// server that says back in many forms what it was told, and in what is made of a
// stored report.
func TestSecretsInNoOutput(t *testing.T) {
	t.Parallel()
	bin := build(t, "./smtpcheck")
	folder := t.TempDir()
	secret := filepath.Join(folder, "secret")
	if err := os.WriteFile(secret, []byte(theSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var forms [][]string
	for _, format := range []string{"table", "json", "ndjson", "markdown"} {
		forms = append(forms, []string{"--format", format}, []string{"--format", format, "-v"})
	}
	for _, style := range []string{"smtpcheck", "xeams", "swaks", "rfc"} {
		forms = append(forms, []string{"--style", style}, []string{"--style", style, "-v"})
	}
	forms = append(forms, []string{"--redact", "-v"}, []string{"--redact=strict", "--format", "json"}, []string{"-q"})
	run := func(t *testing.T, args ...string) string {
		t.Helper()
		c := exec.Command(bin, args...)
		c.Env = append(os.Environ(), "SMTPCHECK_AUTH_PASSWORD="+theSecret, "SMTPCHECK_AUTH_TOKEN="+theSecret)
		out, _ := c.CombinedOutput()
		if form := reveals(string(out)); form != "" {
			t.Errorf("%s shows %q:\n%s", strings.Join(args, " "), form, out)
		}
		return string(out)
	}
	for name, who := range map[string][]string{
		"plain":       {"--auth-user", "alice", "--auth-password-file", secret, "--auth-mech", "plain"},
		"login":       {"--auth-user", "alice", "--auth-password-command", "cat " + secret, "--auth-mech", "login"},
		"user":        {"--auth-user-file", secret},
		"xoauth2":     {"--auth-user", "alice", "--auth-mech", "xoauth2"},
		"oauthbearer": {"--auth-user", "alice", "--auth-token-file", secret, "--auth-mech", "oauthbearer"},
		"environment": {"--auth-user", "alice"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			probe := append([]string{"probe", "--lab", "--server", "smtp.echo-secret.test:465"}, who...)
			for _, form := range forms {
				out := run(t, append(append(probe, form...), "bob@example.com")...)
				if form[0] != "-q" && !strings.Contains(out, "***") {
					t.Errorf("%v: nothing is masked:\n%s", form, out)
				}
			}
			saved := filepath.Join(folder, name+".json")
			run(t, append(probe, "--format", "json", "-o", saved, "bob@example.com")...)
			text, err := os.ReadFile(saved)
			if err != nil || reveals(string(text)) != "" {
				t.Errorf("the file: %v\n%s", err, text)
			}
			if !bytes.Contains(text, []byte(`"mechanism": "`)) || name == "user" && bytes.Contains(text, []byte(`"user": "`)) {
				t.Errorf("%s", text)
			}
			for _, form := range forms[:len(forms)-1] {
				run(t, append(append([]string{"replay"}, form...), saved)...)
			}
			relay := append([]string{"relay", "--lab", "smtp.echo-secret.test:465"}, who...)
			for _, form := range [][]string{{"--format", "json"}, {"--format", "ndjson"}, {"-v"}, {"--to", "bob@example.com", "--style", "swaks"}} {
				run(t, append(relay, form...)...)
			}
		})
	}
}

// TestSecretsInNoDump makes the program dump its goroutines while it authenticates.
// It writes no core file then.
func TestSecretsInNoDump(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	told := make(chan string, 1)
	go func() { told <- hearPassword(l) }()
	c := exec.Command(build(t, "./smtpcheck"), "probe", "--server", l.Addr().String(), "--auth-user", "alice", "--auth-allow-plaintext", "bob@example.com")
	c.Env = append(os.Environ(), "SMTPCHECK_AUTH_PASSWORD="+theSecret, "GOTRACEBACK=all")
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if got := <-told; got != base64.StdEncoding.EncodeToString([]byte(theSecret)) {
		t.Errorf("the server heard %q", got)
	}
	if runtime.GOOS == "linux" {
		limits, err := os.ReadFile("/proc/" + strconv.Itoa(c.Process.Pid) + "/limits")
		if _, line, _ := strings.Cut(string(limits), "Max core file size"); err != nil || !strings.HasPrefix(strings.TrimSpace(line), "0 ") {
			t.Errorf("it may write a core file: %.40q %v", line, err)
		}
	}
	if err := c.Process.Signal(syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	if text := out.String(); !strings.Contains(text, "goroutine 1") || reveals(text) != "" {
		t.Errorf("the dump: %s", text)
	}
}

// hearPassword serves one connection up to the password, and leaves it unanswered.
func hearPassword(l net.Listener) (line string) {
	conn, err := l.Accept()
	if err != nil {
		return err.Error()
	}
	r := bufio.NewReader(conn)
	for _, reply := range []string{"220 x", "250-x\r\n250 AUTH LOGIN", "334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"} {
		if _, err := conn.Write([]byte(reply + "\r\n")); err != nil {
			return err.Error()
		}
		if line, err = r.ReadString('\n'); err != nil {
			return err.Error()
		}
	}
	return strings.TrimSpace(line)
}
