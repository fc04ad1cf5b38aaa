// Bench runs smtpcheck, swaks and posttls-finger in turn against one local
// Postfix, smtpcheck, smtp-source and swaks against one smtp-sink, and writes
// what each took as tables into a Markdown file.
//
// The clock of a shared machine is noisy, so the programs take turns in every
// round, a round gives a ratio, and the medians of times and ratios are told.
// The delay is put on a cable between two network namespaces, so that the SYN
// is late too. It needs root, and the Debian packages of tools/debian-packages.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/smtpcheck/smtpcheck/realtest/world"
)

const (
	near      = "198.51.100.10" // by a veth cable, without delay
	far       = "203.0.113.10"  // by the cable with delay
	recipient = "alice@example.test"
	helo      = "probe.example.org"
	oneWay    = 20 * time.Millisecond
)

func main() {
	if len(os.Args) > 2 && os.Args[1] == "-rss" {
		os.Exit(printRSS(os.Args[2:]))
	}
	smtpcheck := flag.String("smtpcheck", "bin/smtpcheck", "the `binary` to measure")
	output := flag.String("o", "docs/performance.md", "the Markdown `file` whose table is replaced")
	rounds := flag.Int("rounds", 15, "`rounds` without delay; a third of them with delay")
	flag.Parse()
	if err := run(*smtpcheck, *output, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(smtpcheck, output string, rounds int) error {
	smtpcheck, err := filepath.Abs(smtpcheck)
	if err != nil {
		return err
	}
	if program := world.Missing(smtpcheck, "postfix", "posttls-finger", "smtp-source", "smtp-sink", "swaks"); program != "" {
		return fmt.Errorf("%s is not there", program)
	}
	net, err := newNetwork()
	if err != nil {
		return err
	}
	defer net.close()

	var table bytes.Buffer
	fmt.Fprintf(&table, "Measured %s on %s, load %s, in %d rounds (%d with delay).\n\n",
		time.Now().UTC().Format(time.DateOnly), machine(), load(), rounds, rounds/3)
	var missed []string
	for _, part := range []func() (section, error){
		func() (section, error) { return net.fixedCost(smtpcheck, rounds) },
		func() (section, error) { return net.withDelay(smtpcheck, rounds/3) },
		func() (section, error) { return net.sending(smtpcheck, near, rounds/3) },
		func() (section, error) { return net.sending(smtpcheck, far, max(1, rounds/7)) },
		func() (section, error) { return startUp(smtpcheck) },
		func() (section, error) { return binarySize(smtpcheck) },
	} {
		section, err := part()
		if err != nil {
			return err
		}
		section.write(&table)
		missed = append(missed, section.missed()...)
	}
	fmt.Print(table.String())
	if err := replaceTable(output, table.String()); err != nil {
		return err
	}
	if len(missed) > 0 {
		return fmt.Errorf("missed: %s", strings.Join(missed, "; "))
	}
	return nil
}

// network is a client and a server, joined by a near and by a far cable.
type network struct {
	dir             string
	client, servers *world.Namespace
	stopWire        func()
	postfix         *world.Postfix
	ca              *world.CA
}

func newNetwork() (*network, error) {
	net := &network{}
	if err := net.build(); err != nil {
		net.close()
		return nil, err
	}
	return net, nil
}

func (n *network) build() (err error) {
	if n.dir, err = os.MkdirTemp("", "bench"); err != nil {
		return err
	}
	if err := os.Chmod(n.dir, 0o755); err != nil { // Postfix's users must get in
		return err
	}
	if n.client, err = world.NewNamespace(); err != nil {
		return err
	}
	if n.servers, err = world.NewNamespace(); err != nil {
		return err
	}
	if err := world.Join(n.client, n.servers); err != nil {
		return err
	}
	if n.stopWire, err = world.JoinWire(n.client, n.servers, world.Wire{Delay: oneWay}); err != nil {
		return err
	}
	for _, address := range []struct {
		ns              *world.Namespace
		device, address string
	}{
		{n.client, "eth0", "198.51.100.1/24"}, {n.servers, "eth0", near + "/24"},
		{n.client, "tap0", "203.0.113.1/24"}, {n.servers, "tap0", far + "/24"},
	} {
		if err := address.ns.AddAddresses(address.device, address.address); err != nil {
			return err
		}
	}
	n.ca, err = world.NewCA(n.dir)
	if err != nil {
		return err
	}
	cert, key, err := n.ca.Issue("mx1.example.test")
	if err != nil {
		return err
	}
	for _, address := range []string{near, far} {
		if err := world.StartSink(n.servers, address+sinkPort); err != nil {
			return err
		}
	}
	n.postfix, err = world.StartPostfix(n.servers, world.PostfixConfig{
		Dir:      filepath.Join(n.dir, "postfix"),
		Hostname: "mx1.example.test",
		CertFile: cert,
		KeyFile:  key,
		Domains:  []string{"example.test"},
		Users:    []string{"alice"},
		Services: map[string][]string{near + ":25": nil, far + ":25": nil},
	})
	return err
}

func (n *network) close() {
	for _, ns := range []*world.Namespace{n.client, n.servers} {
		if ns != nil {
			ns.Close()
		}
	}
	if n.stopWire != nil {
		n.stopWire()
	}
	_ = os.RemoveAll(n.dir)
}

// contestant is one program with its arguments.
type contestant struct {
	name string
	args []string
	goal string  // what is promised, in words
	most float64 // the greatest ratio to swaks that keeps it; 0 is no promise
}

func (n *network) contestants(smtpcheck, address string, tls bool) (ours, pipelined, swaks, swaksPipelined, finger contestant) {
	mode, level, suffix := "never", "none", ", in the clear"
	if tls {
		mode, level, suffix = "opportunistic", "may", ", STARTTLS"
	}
	probe := []string{smtpcheck, "probe", "--server", address, "--helo", helo, "--tls", mode, recipient}
	ask := []string{"swaks", "--server", address, "--ehlo", helo, "--from", "<>", "--to", recipient, "--quit-after", "RCPT"}
	if tls { // smtpcheck verifies, to the end of a chain it knows; the others do not
		ask = append(ask, "-tls")
		probe = append(probe, "--ca-file", n.ca.File, "--sni", "mx1.example.test")
	}
	ours = contestant{name: "smtpcheck" + suffix, args: probe}
	pipelined = contestant{name: "smtpcheck --pipeline" + suffix, args: append(slices.Clone(probe), "--pipeline")}
	swaks = contestant{name: "swaks" + suffix, args: ask}
	swaksPipelined = contestant{name: "swaks --pipeline" + suffix, args: append(slices.Clone(ask), "--pipeline")}
	finger = contestant{name: "posttls-finger (no MAIL, no RCPT)" + suffix, args: []string{"posttls-finger", "-c", "-l", level, "[" + address + "]"}}
	return ours, pipelined, swaks, swaksPipelined, finger
}

func (n *network) fixedCost(smtpcheck string, rounds int) (section, error) {
	s := newSection("Fixed cost: wall time of one probe, no delay")
	for _, tls := range []bool{false, true} {
		ours, pipelined, swaks, _, finger := n.contestants(smtpcheck, near, tls)
		ours.goal, ours.most = "at most 0.25 of swaks", 0.25
		if err := n.race(&s, rounds, swaks, ours, pipelined, finger); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (n *network) withDelay(smtpcheck string, rounds int) (section, error) {
	s := newSection(fmt.Sprintf("Wall time of one probe, round trip of %v", 2*oneWay))
	for _, tls := range []bool{false, true} {
		ours, pipelined, swaks, swaksPipelined, finger := n.contestants(smtpcheck, far, tls)
		ours.goal, ours.most = "at most swaks", 1
		pipelined.goal, pipelined.most = "at most 0.8 of swaks", 0.8
		if err := n.race(&s, rounds, swaks, ours, pipelined, swaksPipelined, finger); err != nil {
			return s, err
		}
	}
	return s, nil
}

// race runs the contestants in turn, each round beginning with another one,
// and adds a row for each; ratios are to the first of them.
func (n *network) race(s *section, rounds int, all ...contestant) error {
	times := make([][]float64, len(all))
	for i := range all { // a first run warms caches and is not counted
		if _, err := n.time(all[i].args); err != nil {
			return err
		}
	}
	for round := range rounds {
		for turn := range all {
			i := (round + turn) % len(all)
			took, err := n.time(all[i].args)
			if err != nil {
				return err
			}
			times[i] = append(times[i], took)
		}
	}
	s.add(all, times, "ms")
	return nil
}

// time runs a program in the client's namespace and returns its milliseconds.
// A program that fails has measured nothing.
func (n *network) time(args []string) (float64, error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "MAIL_CONFIG="+n.postfix.Config)
	var took time.Duration
	var out []byte
	err := n.client.Do(func() (err error) {
		began := time.Now()
		out, err = cmd.CombinedOutput()
		took = time.Since(began)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return milliseconds(took), nil
}

func startUp(smtpcheck string) (section, error) {
	all := []contestant{
		{name: "swaks --version", args: []string{"swaks", "--version"}},
		{name: "smtpcheck --help", args: []string{smtpcheck, "--help"}, goal: "at most 6 ms and 15 MB"},
	}
	s := newSection("Start-up")
	times, sizes := make([][]float64, len(all)), make([]float64, len(all))
	for range 40 {
		for i, c := range all {
			began := time.Now()
			if out, err := exec.Command(c.args[0], c.args[1:]...).CombinedOutput(); err != nil {
				return s, fmt.Errorf("%s: %w\n%s", c.name, err, out)
			}
			times[i] = append(times[i], milliseconds(time.Since(began)))
		}
	}
	for i, c := range all {
		self, err := os.Executable()
		if err != nil {
			return s, err
		}
		out, err := exec.Command(self, append([]string{"-rss"}, c.args...)...).Output()
		if err != nil {
			return s, err
		}
		if sizes[i], err = strconv.ParseFloat(strings.TrimSpace(string(out)), 64); err != nil {
			return s, err
		}
	}
	s.add(all, times, "ms")
	for i := range s.rows {
		s.rows[i].more = fmt.Sprintf("%.1f MB resident", sizes[i])
	}
	s.rows[1].kept = median(times[1]) <= 6 && sizes[1] <= 15
	return s, nil
}

// printRSS runs a program and prints the megabytes it had resident at most.
// A child counts its parent's memory until it is another program, so this
// runs in a process of its own, which is small.
func printRSS(args []string) int {
	cmd := exec.Command(args[0], args[1:]...)
	_ = cmd.Run()
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return 1
	}
	fmt.Printf("%.1f\n", float64(usage.Maxrss)/1024)
	return 0
}

func binarySize(smtpcheck string) (section, error) {
	s := newSection("Size")
	info, err := os.Stat(smtpcheck)
	if err != nil {
		return s, err
	}
	megabytes := float64(info.Size()) / 1e6
	s.rows = append(s.rows, row{
		name: "static stripped binary, linux/amd64", value: fmt.Sprintf("%.1f MB", megabytes),
		goal: "at most 15 MB", kept: megabytes <= 15,
	})
	return s, nil
}

func milliseconds(d time.Duration) float64 {
	return float64(d) / float64(time.Millisecond)
}

// load is what else the machine was doing: the mean of the last minute.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	mean, _, _ := strings.Cut(string(text), " ")
	return mean
}

func machine() string {
	cpu := "an unknown processor"
	text, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		for line := range strings.Lines(string(text)) {
			if name, found := strings.CutPrefix(line, "model name"); found {
				cpu = strings.TrimSpace(strings.TrimLeft(name, "\t :"))
				break
			}
		}
	}
	return fmt.Sprintf("%d cores of %s", runtime.NumCPU(), cpu)
}
