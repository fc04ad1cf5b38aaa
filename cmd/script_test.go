//go:build unix

package cmd_test

import (
	"flag"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/smtpcheck/smtpcheck/cmd"
	"github.com/smtpcheck/smtpcheck/lab"
)

func TestMain(m *testing.M) {
	// Most of these tests wait for a second to pass, the one that courtesy wants
	// between two connections, and not for a processor.
	if err := flag.Set("test.parallel", "12"); err != nil {
		panic(err)
	}
	testscript.Main(m, map[string]func(){
		"smtpcheck": func() { os.Exit(cmd.Main()) },
	})
}

// TestScripts runs the command as its users do: one file of testdata/script a topic.
//
//	smtpd NAME FILE   serves a dialogue on loopback; $NAME is its address, $NAME_PORT its port
//	zone NAME FILE    serves a zone on loopback; $NAME is the DNS server's address
//	exits CODE CMD... runs a command that must exit with the code
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE") != "",
		Setup: func(e *testscript.Env) error {
			e.Setenv("TZ", "UTC")
			e.Setenv("HOME", e.WorkDir)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"smtpd": smtpd, "zone": zone, "exits": exits,
		},
	})
}

func smtpd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: smtpd NAME FILE")
	}
	d, err := lab.Parse(args[1], ts.ReadFile(args[1]))
	ts.Check(err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	s := lab.NewServer(d)
	done := make(chan struct{})
	go func() { defer close(done); _ = s.Serve(l) }()
	ts.Defer(func() { _ = s.Close(); <-done })
	_, port, _ := net.SplitHostPort(l.Addr().String())
	ts.Setenv(args[0], l.Addr().String())
	ts.Setenv(args[0]+"_PORT", port)
}

func zone(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: zone NAME FILE")
	}
	s, err := lab.NewDNS(ts.ReadFile(args[1]))
	ts.Check(err)
	addr, err := s.ServeLoopback()
	ts.Check(err)
	ts.Defer(func() { _ = s.Close() })
	ts.Setenv(args[0], addr)
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if err != nil {
		if _, serr := fmt.Sscanf(err.Error(), "exit status %d", &got); serr != nil {
			ts.Fatalf("%v: %v", strings.Join(args[1:], " "), err)
		}
	}
	if got != want {
		ts.Fatalf("%s exited %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}
