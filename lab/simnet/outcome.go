package simnet

import (
	"context"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"
)

// Outcome is what becomes of an attempt to connect.
type Outcome string

// The outcomes.
const (
	Accept         Outcome = ""                    // the connection is made if somebody listens
	Refused        Outcome = "refused"             // connection refused (ECONNREFUSED)
	Timeout        Outcome = "timeout"             // a black hole: nothing comes back, ever
	Unreachable    Outcome = "unreachable"         // no route to host (EHOSTUNREACH)
	NetUnreachable Outcome = "network-unreachable" // network is unreachable (ENETUNREACH)
	Prohibited     Outcome = "prohibited"          // a packet filter here forbids it (EACCES)
	Reset          Outcome = "reset"               // connection reset by peer while connecting (ECONNRESET)
)

// errno is the system's number for each outcome that has one.
func (o Outcome) errno() (syscall.Errno, bool) {
	switch o {
	case Refused:
		return syscall.ECONNREFUSED, true
	case Unreachable:
		return syscall.EHOSTUNREACH, true
	case NetUnreachable:
		return syscall.ENETUNREACH, true
	case Prohibited:
		return syscall.EACCES, true
	case Reset:
		return syscall.ECONNRESET, true
	}
	return 0, false
}

// Known reports whether o is one of the outcomes.
func (o Outcome) Known() bool {
	_, ok := o.errno()
	return ok || o == Accept || o == Timeout
}

// Fail waits as long as a connection attempt with this outcome takes, a round
// trip of rtt or until ctx ends, and returns the error net.Dialer would return.
func (o Outcome) Fail(ctx context.Context, network, address string, rtt time.Duration) error {
	addr, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	errno, ok := o.errno()
	if !ok {
		<-ctx.Done()
		return dialError(network, addr, ctx.Err())
	}
	if err := wait(ctx, rtt); err != nil {
		return dialError(network, addr, err)
	}
	return &net.OpError{Op: "dial", Net: network, Addr: net.TCPAddrFromAddrPort(addr),
		Err: os.NewSyscallError("connect", errno)}
}

// timeoutError is what net.Dialer says when its context's deadline passes.
type timeoutError struct{}

func (timeoutError) Error() string { return "i/o timeout" }

// Timeout makes it a timeout to whoever asks for a net.Error.
func (timeoutError) Timeout() bool { return true }

// Temporary makes it a net.Error.
func (timeoutError) Temporary() bool { return true }

// Is reports what net's own timeout error is, too.
func (timeoutError) Is(err error) bool {
	return err == context.DeadlineExceeded || err == os.ErrDeadlineExceeded
}

// canceledError is what net.Dialer says when its context is cancelled.
type canceledError struct{}

func (canceledError) Error() string { return "operation was canceled" }

// Is reports what net's own error is, too.
func (canceledError) Is(err error) bool { return err == context.Canceled }
