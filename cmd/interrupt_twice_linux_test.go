package cmd_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestInterruptedTwice: while the first Ctrl-C waits for output that nobody
// reads, the second ends the program as it would any other, without a trace.
func TestInterruptedTwice(t *testing.T) {
	t.Parallel()
	bin := build(t, "./smtpcheck")
	saved, err := exec.Command(bin, "probe", "--lab", "--format", "ndjson", "alice@good.test").Output()
	if err != nil {
		t.Fatal(err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	var errs bytes.Buffer
	c := exec.Command(bin, "replay", "--format", "json")
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(bytes.Repeat(saved, 50)), write, &errs
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	_ = write.Close()
	done := make(chan error, 1)
	go func() { done <- c.Wait() }()
	for held := 0; held < pipeHolds; { // then it waits, with more to write
		select {
		case err := <-done:
			t.Fatal("it ended before it filled the pipe: ", err)
		default:
		}
		if held, err = unix.IoctlGetInt(int(read.Fd()), unix.TIOCINQ); err != nil {
			t.Fatal(err)
		}
	}
	if err := interruptUntil(c.Process, done); err == nil {
		t.Fatal("it ended well, or not at all")
	}
	status, _ := c.ProcessState.Sys().(syscall.WaitStatus)
	if !status.Signaled() || status.Signal() != syscall.SIGINT || errs.Len() > 0 {
		t.Errorf("%v: %s", c.ProcessState, errs.String())
	}
}

// pipeHolds is what a pipe holds, all but its last page, which may stay in part empty.
const pipeHolds = 60 << 10

// interruptUntil signals a process until it ends. Two signals that come at the
// same moment are one, so that it may take more than two.
func interruptUntil(p *os.Process, done <-chan error) error {
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for range 100 {
		if err := p.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return err
		}
		select {
		case err := <-done:
			return err
		case <-again.C:
		}
	}
	_ = p.Kill()
	return <-done
}
