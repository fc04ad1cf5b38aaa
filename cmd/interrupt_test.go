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
	// More than a pipe holds: who has written it knows that it is being read.
	blanks := strings.Repeat("\n", 100<<10)
	opened := func() { // to open a FIFO for writing waits for who reads it
		f, err := os.OpenFile(fifo, os.O_WRONLY, 0)
		if err != nil {
			t.Error(err)
			return
		}
		t.Cleanup(func() { f.Close() })
	}
	asked := func() {
		if _, _, err := silent.ReadFrom(make([]byte, 512)); err != nil {
			t.Error(err)
		}
	}
	for _, c := range []struct {
		input string // what is read before it is interrupted
		heard string // what is printed then
		ready func() // returns when it waits; nil where input and heard tell
		args  []string
	}{
		{"not an address\n", "line 1: ", nil, []string{"probe", "--lab", "-"}},
		{"550\n", "550", nil, []string{"explain"}},
		{string(saved), "alice@good.test", nil, []string{"replay", "-q"}},
		{"", "", opened, []string{"replay", fifo}},
		{"", "", asked, []string{"mx", "--resolver", silent.LocalAddr().String(), "x.test"}},
		{blanks, "", nil, []string{"probe", "--lab", "--data", "--from", "me@example.org", "--message", "/dev/stdin", "alice@good.test"}},
		{blanks, "", nil, []string{"explain", "-o", filepath.Join(folder, "out.txt")}},
	} {
		for signal, want := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
			empty(t, silent)
			if code := interrupt(t, signal, c.input, c.heard, c.ready, bin, c.args...); code != want {
				t.Errorf("%s: %v: exit code %d, want %d", strings.Join(c.args, " "), signal, code, want)
			}
		}
	}
	left, err := filepath.Glob(filepath.Join(folder, ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// empty reads what came from those who asked before and are gone.
func empty(t *testing.T, conn net.PacketConn) {
	t.Helper()
	for err := error(nil); err == nil; {
		_ = conn.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
		_, _, err = conn.ReadFrom(make([]byte, 512))
	}
	_ = conn.SetReadDeadline(time.Time{})
}

// interrupt runs a command whose standard input stays open, and signals it when
// it has read or said what it should, or is ready.
func interrupt(t *testing.T, signal os.Signal, input, heard string, ready func(), bin string, args ...string) int {
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
	if ready != nil {
		ready()
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
