package world

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const namePrefix = "smtpcheck-"

// Namespace is a network namespace with a name that ip(8) knows.
type Namespace struct {
	Name string
}

var (
	namespaces atomic.Int32
	sweepStale = sync.OnceFunc(removeStale)
)

// NewNamespace makes a namespace with its loopback interface up.
func NewNamespace() (*Namespace, error) {
	if os.Geteuid() != 0 {
		return nil, errors.New("a network namespace needs root")
	}
	sweepStale()
	ns := &Namespace{Name: fmt.Sprintf("%s%d-%d", namePrefix, os.Getpid(), namespaces.Add(1))}
	if err := ip("netns", "add", ns.Name); err != nil {
		return nil, err
	}
	if err := ns.IP("link", "set", "lo", "up"); err != nil {
		ns.Close()
		return nil, err
	}
	return ns, nil
}

// removeStale removes the namespaces of runs that were killed.
func removeStale() {
	paths, err := filepath.Glob("/run/netns/" + namePrefix + "*")
	if err != nil {
		return
	}
	for _, path := range paths {
		name := filepath.Base(path)
		pid, err := strconv.Atoi(strings.Split(name, "-")[1])
		if err == nil && syscall.Kill(pid, 0) == syscall.ESRCH {
			(&Namespace{Name: name}).Close()
		}
	}
}

// IP runs ip(8) on the namespace.
func (ns *Namespace) IP(args ...string) error {
	return ip(append([]string{"-n", ns.Name}, args...)...)
}

// Command is exec.Command for a process that is to be the head of a process
// group of its own, so that a Ctrl-C to the tests does not reach it.
func Command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// Start starts a command inside the namespace.
func (ns *Namespace) Start(cmd *exec.Cmd) error {
	return ns.Do(cmd.Start)
}

// Run runs a command inside the namespace to its end; its output is the error's text.
func (ns *Namespace) Run(cmd *exec.Cmd) error {
	return ns.Do(func() error { return output(cmd) })
}

// NFT loads rules of nft(8).
func (ns *Namespace) NFT(rules string) error {
	cmd := Command("nft", "-f", "-")
	cmd.Stdin = strings.NewReader(rules)
	return ns.Run(cmd)
}

// Do calls f on a thread that is inside the namespace; sockets, devices and
// processes that f makes on its own goroutine stay there when it returns.
func (ns *Namespace) Do(f func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		if unix.Gettid() == os.Getpid() {
			// The main thread never ends and would take the process with it
			// into the namespace. While it is held here, another is used.
			done <- ns.Do(f)
			runtime.UnlockOSThread()
			return
		}
		done <- ns.enter(f) // still locked: the thread ends with the goroutine
	}()
	return <-done
}

func (ns *Namespace) enter(f func() error) error {
	file, err := os.Open("/run/netns/" + ns.Name)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := unix.Setns(int(file.Fd()), unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("enter namespace %s: %w", ns.Name, err)
	}
	return f()
}

// Dial connects from inside the namespace. The address is an IP address and a port.
func (ns *Namespace) Dial(ctx context.Context, network, address string) (conn net.Conn, err error) {
	err = ns.Do(func() error {
		conn, err = (&net.Dialer{}).DialContext(ctx, network, address)
		return err
	})
	return conn, err
}

// Listen listens inside the namespace.
func (ns *Namespace) Listen(network, address string) (listener net.Listener, err error) {
	err = ns.Do(func() error {
		listener, err = net.Listen(network, address)
		return err
	})
	return listener, err
}

// Close ends every process in the namespace, politely first, and removes it.
func (ns *Namespace) Close() {
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		signal := syscall.SIGTERM
		if time.Now().After(deadline) {
			signal = syscall.SIGKILL
		}
		if ns.signal(signal) == 0 || time.Now().After(deadline.Add(5*time.Second)) {
			break
		}
	}
	_ = ip("netns", "del", ns.Name)
}

func (ns *Namespace) signal(signal syscall.Signal) (processes int) {
	out, err := exec.Command("ip", "netns", "pids", ns.Name).Output()
	if err != nil {
		return 0
	}
	pids := strings.Fields(string(out))
	for _, text := range pids {
		if pid, err := strconv.Atoi(text); err == nil {
			_ = syscall.Kill(pid, signal)
		}
	}
	return len(pids)
}

// Join lays a veth cable between two namespaces; it is eth0 at both ends.
func Join(a, b *Namespace) error {
	if err := a.IP("link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", b.Name); err != nil {
		return err
	}
	for _, ns := range []*Namespace{a, b} {
		if err := ns.IP("link", "set", "eth0", "up"); err != nil {
			return err
		}
	}
	return nil
}

// AddAddresses gives a device addresses, each with its prefix length, which
// are usable at once.
func (ns *Namespace) AddAddresses(device string, addresses ...string) error {
	for _, address := range addresses {
		args := []string{"address", "add", address, "dev", device}
		if strings.Contains(address, ":") {
			args = append(args, "nodad")
		}
		if err := ns.IP(args...); err != nil {
			return err
		}
	}
	return nil
}

func ip(args ...string) error {
	return output(exec.Command("ip", args...))
}

func output(cmd *exec.Cmd) error {
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}
