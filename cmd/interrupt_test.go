//go:build unix

package cmd_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestInterruptedWhileReading: the first signal ends a command that waits for its
// input, and what was learned is printed.
func TestInterruptedWhileReading(t *testing.T) {
	t.Parallel()
	bin := build(t, "./smtpcheck")
	saved, err := exec.Command(bin, "probe", "--lab", "--format", "ndjson", "alice@good.test").Output()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	fifo := filepath.Join(folder, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	silent, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for _, c := range []struct {
		input string // what is read before it is interrupted
		heard string // what is printed then
		args  []string
	}{
		{"not an address\n", "line 1: ", []string{"probe", "--lab", "-"}},
		{"550\n", "550", []string{"explain"}},
		{string(saved), "alice@good.test", []string{"replay", "-q"}},
		{"", "", []string{"replay", fifo}},
		{"", "", []string{"mx", "--resolver", silent.LocalAddr().String(), "x.test"}},
		{"", "", []string{"probe", "--lab", "--data", "--from", "me@example.org", "--message", "/dev/stdin", "alice@good.test"}},
		{"", "", []string{"explain", "-o", filepath.Join(folder, "out.txt")}},
	} {
		for signal, want := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
			if code := interrupt(t, signal, c.input, c.heard, bin, c.args...); code != want {
				t.Errorf("%s: %v: exit code %d, want %d", strings.Join(c.args, " "), signal, code, want)
			}
		}
	}
	left, err := filepath.Glob(filepath.Join(folder, ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// interrupt runs a command whose standard input stays open, and signals it when
// it has said something, or nothing for a while.
func interrupt(t *testing.T, signal os.Signal, input, heard, bin string, args ...string) int {
	t.Helper()
	c := exec.Command(bin, args...)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	c.Stdout, c.Stderr = write, write
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	_ = write.Close()
	kill := time.AfterFunc(5*time.Second, func() { _ = c.Process.Kill() })
	defer kill.Stop()
	if _, err := io.WriteString(in, input); err != nil {
		t.Fatal(err)
	}
	out := bufio.NewReader(read)
	if heard == "" {
		time.Sleep(300 * time.Millisecond)
	}
	var said bytes.Buffer
	for !strings.Contains(said.String(), heard) {
		line, err := out.ReadString('\n')
		said.WriteString(line)
		if err != nil {
			t.Errorf("%v: %v: it said %q, want %q", args, err, said.String(), heard)
			break
		}
	}
	if err := c.Process.Signal(signal); err != nil {
		t.Error(err)
	}
	if rest, err := io.ReadAll(out); err != nil || bytes.Contains(rest, []byte("smtpcheck: error:")) {
		t.Errorf("%v: %v: %s", args, err, rest)
	}
	var exit *exec.ExitError
	if err := c.Wait(); err != nil && !errors.As(err, &exit) {
		t.Error(err)
	}
	return c.ProcessState.ExitCode()
}
