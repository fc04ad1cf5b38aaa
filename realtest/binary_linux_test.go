package realtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/realtest/world"
)

// binary builds smtpcheck once for all tests.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "smtpcheck")
	if err != nil {
		return "", err
	}
	binaryDir = dir
	path := filepath.Join(dir, "smtpcheck")
	out, err := exec.Command("go", "build", "-o", path, "../cmd/smtpcheck").CombinedOutput()
	if err != nil {
		return "", errors.New(string(out))
	}
	return path, nil
})

var binaryDir string

func removeBinary() {
	if binaryDir != "" {
		_ = os.RemoveAll(binaryDir)
	}
}

// report is what these tests read of the JSON report.
type report struct {
	ExitCode   int `json:"exit_code"`
	Resolution struct {
		Kind  string
		Hosts []struct {
			Name       string
			Preference int
			TTL        int
			Addresses  []string
			Problem    string
		}
	}
	Skipped  []struct{ Address, Reason string }
	Sessions []session
	Message  struct {
		Sent      string
		MessageID string `json:"message_id"`
		QueueID   string `json:"queue_id"`
	}
	Verdict  string
	Reason   string
	Side     string
	Findings []struct{ Rule string }
}

type session struct {
	ID      int
	Purpose string
	Host    string
	Address string
	Outcome string
	Reason  string
	Stage   string
	Reply   *struct {
		Code     int
		Enhanced string
		Text     string
	}
	TLS *struct {
		Version  string
		Verified *bool
		Problem  string
	}
	Extensions []struct{ Keyword, State string }
	Timings    map[string]float64 `json:"timings_ms"`
}

// result is one run of smtpcheck.
type result struct {
	exit           int
	stdout, stderr string
	took           time.Duration
}

// smtpcheck runs the binary in the client's namespace.
func (n *network) smtpcheck(t *testing.T, args ...string) result {
	t.Helper()
	return n.smtpcheckEnv(t, nil, args...)
}

// smtpcheckEnv is smtpcheck with more in the environment.
func (n *network) smtpcheckEnv(t *testing.T, env []string, args ...string) result {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := world.Command(path, args...)
	cmd.Env = append(append(os.Environ(), "XDG_CONFIG_HOME="+t.TempDir(), "NO_COLOR=1"), env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	began := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := n.client.Start(cmd); err != nil {
		t.Fatal(err)
	}
	defer context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })()
	err = cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{exit: cmd.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String(), took: time.Since(began)}
}

// probe runs `smtpcheck probe --format json` with the world's authority of
// certificates and an honest HELO name, and reads the one report.
func (n *network) probe(t *testing.T, args ...string) (report, result) {
	t.Helper()
	return n.probeEnv(t, nil, args...)
}

// probeEnv is probe with more in the environment.
func (n *network) probeEnv(t *testing.T, env []string, args ...string) (report, result) {
	t.Helper()
	run := n.smtpcheckEnv(t, env, append([]string{"probe", "--format", "json", "--helo", "probe.example.org", "--ca-file", n.ca.File}, args...)...)
	var got report
	if err := json.Unmarshal([]byte(run.stdout), &got); err != nil {
		t.Fatalf("%v\nexit %d\nstdout: %s\nstderr: %s", err, run.exit, run.stdout, run.stderr)
	}
	if got.ExitCode != run.exit {
		t.Errorf("exit code %d, but %d in the report", run.exit, got.ExitCode)
	}
	if t.Failed() {
		return got, run
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("smtpcheck %s\n%s%s", strings.Join(args, " "), run.stdout, run.stderr)
		}
	})
	return got, run
}

// last is the session that decides when there is one host: the last that was
// held with it.
func (r report) last(t *testing.T) session {
	t.Helper()
	if len(r.Sessions) == 0 {
		t.Fatal("no session in the report")
	}
	return r.Sessions[len(r.Sessions)-1]
}

func maildir(t *testing.T, mailbox, user string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(mailbox, user, "new", "*"))
	if err != nil {
		t.Fatal(err)
	}
	var messages []string
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		messages = append(messages, string(text))
	}
	return messages
}
