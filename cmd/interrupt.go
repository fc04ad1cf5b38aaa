package cmd

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/smtpcheck/smtpcheck/check"
)

// errInterrupted is of a wait that a signal has ended.
var errInterrupted = errors.New("interrupted")

// interruptible returns a context that ends at the first SIGINT or SIGTERM. A
// second one ends the program as it would have without us.
func (a *app) interruptible(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case a.signal = <-signals:
			signal.Stop(signals)
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, func() { signal.Stop(signals); cancel() }
}

// interruptCode is the exit code of what the signal has ended.
func (a *app) interruptCode() int {
	if a.signal == syscall.SIGTERM {
		return check.ExitTerminated
	}
	return check.ExitInterrupted
}

// await calls f and returns its results, or errInterrupted when ctx ends first.
// A system call that waits for somebody cannot be ended; it is left behind.
func await[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := f()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		return *new(T), errInterrupted
	}
}

// input is a source of input that is not waited for once ctx has ended. It reads
// nothing ahead.
type input struct {
	ctx context.Context
	src io.Reader
}

func (i input) Read(p []byte) (int, error) {
	own := make([]byte, len(p)) // p is the caller's again when ctx ends
	n, err := await(i.ctx, func() (int, error) { return i.src.Read(own) })
	return copy(p, own[:n]), err
}
