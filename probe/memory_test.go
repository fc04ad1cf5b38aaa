//go:build linux

package probe_test

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

const manySessions = 1000

// TestMemoryOfManySessions opens 1,000 sessions at once in a process of its own
// and compares its resident memory before and with all of them waiting for the reply to RCPT.
func TestMemoryOfManySessions(t *testing.T) {
	if addr := os.Getenv("SMTPCHECK_TEST_MANY"); addr != "" {
		holdMany(t, addr)
		return
	}
	bin := os.Args[0]
	if raceEnabled { // its memory is not that of the program
		bin = filepath.Join(t.TempDir(), "probe.test")
		if out, err := exec.Command("go", "test", "-c", "-o", bin, ".").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	least := math.Inf(1)
	for range 3 { // other work on the machine can only add
		least = min(least, measureMany(t, bin))
	}
	if least > 25 {
		t.Errorf("%d sessions take %.1f MB, more than 25", manySessions, least)
	}
}

// measureMany is one measurement, in MB over the base.
func measureMany(t *testing.T, bin string) float64 {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	waiting := make(chan struct{}, manySessions)
	release := make(chan struct{})
	var served sync.WaitGroup
	served.Go(func() { serveMany(l, waiting, release, &served) })
	child := exec.Command(bin, "-test.run", "^TestMemoryOfManySessions$", "-test.v")
	child.Env = append(os.Environ(), "SMTPCHECK_TEST_MANY="+l.Addr().String())
	in, _ := child.StdinPipe()
	out, _ := child.StdoutPipe()
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	base := readKB(t, lines, "base")
	for range manySessions {
		select {
		case <-waiting:
		case <-time.After(time.Minute):
			t.Error("the sessions do not open")
		}
	}
	fmt.Fprintln(in, "measure")
	used := readKB(t, lines, "used")
	close(release)
	_ = l.Close()
	for lines.Scan() {
	}
	if err := child.Wait(); err != nil {
		t.Error(err)
	}
	served.Wait()
	mb := float64(used-base) / 1024
	t.Logf("%d sessions: %.1f MB over the base of %.1f MB", manySessions, mb, float64(base)/1024)
	return mb
}

func readKB(t *testing.T, lines *bufio.Scanner, name string) (kb int) {
	t.Helper()
	for lines.Scan() {
		if _, err := fmt.Sscanf(lines.Text(), name+" %d", &kb); err == nil {
			return kb
		}
	}
	t.Fatalf("the child did not tell %s", name)
	return 0
}

// serveMany answers up to RCPT, then waits to be released.
func serveMany(l net.Listener, waiting, release chan struct{}, wg *sync.WaitGroup) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		wg.Go(func() {
			defer conn.Close()
			fmt.Fprint(conn, "220 mx.example.test ESMTP\r\n")
			in := bufio.NewScanner(conn)
			for in.Scan() {
				if strings.HasPrefix(in.Text(), "RCPT") {
					waiting <- struct{}{}
					<-release
				}
				if strings.HasPrefix(in.Text(), "QUIT") {
					fmt.Fprint(conn, "221 Bye\r\n")
					return
				}
				fmt.Fprint(conn, "250 Ok\r\n")
			}
		})
	}
}

// holdMany is the child: it opens the sessions and tells its memory.
func holdMany(t *testing.T, addr string) {
	fmt.Println("base", residentKB(t))
	target := probe.Target{Host: "mx.example.test", Addr: netip.MustParseAddrPort(addr)}
	o := probe.Options{HELO: "probe.example.org", Recipients: []smtp.Mailbox{box(t, "alice@example.test")}}
	var wg sync.WaitGroup
	for range manySessions {
		wg.Go(func() {
			a := probe.Run(context.Background(), target, &o)
			if a.Failure() != nil {
				fmt.Println("failed", a.Failure().Failure.Kind)
			}
		})
	}
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	fmt.Println("used", residentKB(t))
	wg.Wait()
}

func residentKB(t *testing.T) (kb int) {
	debug.FreeOSMemory() // what is garbage, or was, is not of the sessions
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if _, err := fmt.Sscanf(line, "VmRSS: %d kB", &kb); err == nil {
			return kb
		}
	}
	t.Fatal("no VmRSS")
	return 0
}
