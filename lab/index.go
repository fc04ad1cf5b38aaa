package lab

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/smtpcheck/smtpcheck/lab/simnet"
)

// Domain is one mail domain of a world, and what to expect of it.
type Domain struct {
	Name string
	// Expect is "accepted", or the reason for anything else.
	Expect string
	// Exit is the exit code of "smtpcheck probe --lab alice@NAME".
	Exit int
	// About says how the domain behaves, in one line.
	About string
	// Try lists commands that show more of it than that probe does.
	Try []Try
}

// Try is a command for a shell, and how it exits.
type Try struct {
	Command string
	Exit    int
}

// Domains lists what there is to try, by name. It is read from lines like this
// one, in the dialogues, and with ";:" in the zone:
//
//	#: unknown-user.test no_such_user 67 a server that knows no such user
//
// Lines like this may follow: an exit code and a command.
//
//	#$ 67 smtpcheck probe --lab --data --from a@b.test alice@unknown-user.test
func (w *World) Domains() ([]Domain, error) {
	entries, err := fs.ReadDir(w.files, ".")
	if err != nil {
		return nil, err
	}
	var domains []Domain
	for _, entry := range entries {
		text, err := fs.ReadFile(w.files, entry.Name())
		if err != nil {
			return nil, err
		}
		found, err := readIndex(entry.Name(), text)
		if err != nil {
			return nil, err
		}
		domains = append(domains, found...)
	}
	slices.SortFunc(domains, func(a, b Domain) int { return cmp.Compare(a.Name, b.Name) })
	return domains, nil
}

// readIndex reads the index lines of one file.
func readIndex(name string, text []byte) (domains []Domain, err error) {
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; err == nil && lines.Scan(); n++ {
		line := lines.Text()
		if len(line) < 2 || line[0] != '#' && line[0] != ';' {
			continue
		}
		switch words := strings.Fields(line[2:]); line[1] {
		case ':':
			domains, err = addDomain(domains, words)
		case '$':
			err = addTry(domains, words)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
	return domains, lines.Err()
}

func addDomain(domains []Domain, words []string) ([]Domain, error) {
	if len(words) < 4 {
		return nil, errors.New("want a domain, a reason, an exit code and a description")
	}
	exit, err := exitCode(words[2])
	return append(domains, Domain{Name: words[0], Expect: words[1], Exit: exit, About: strings.Join(words[3:], " ")}), err
}

// addTry adds a command to the last domain.
func addTry(domains []Domain, words []string) error {
	if len(words) < 2 || len(domains) == 0 {
		return errors.New("want an exit code and a command, behind the line of a domain")
	}
	exit, err := exitCode(words[0])
	last := &domains[len(domains)-1]
	last.Try = append(last.Try, Try{strings.Join(words[1:], " "), exit})
	return err
}

func exitCode(word string) (int, error) {
	n, err := strconv.Atoi(word)
	if err != nil {
		return 0, fmt.Errorf("not an exit code: %q", word)
	}
	return n, nil
}

// Host is one address and port where a host of a world listens.
type Host struct {
	Name string
	// Address is the documentation address and port, "198.51.100.10:25".
	Address string
	// Outcome is what becomes of the first attempt to connect, "" for a connection.
	Outcome simnet.Outcome
	// About is the description of the domains it belongs to.
	About string
}

// Hosts lists every host of the world by name, address and port.
func (w *World) Hosts() ([]Host, error) {
	names, err := w.hostNames()
	if err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(w.files, ".")
	if err != nil {
		return nil, err
	}
	var hosts []Host
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".dialogue") {
			continue
		}
		found, err := w.fileHosts(entry.Name(), names)
		if err != nil {
			return nil, err
		}
		hosts = append(hosts, found...)
	}
	slices.SortStableFunc(hosts, func(a, b Host) int { return cmp.Compare(a.Name, b.Name) })
	return hosts, nil
}

func (w *World) hostNames() (map[netip.Addr]string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.readNames()
	return w.names, err
}

// fileHosts lists where the dialogue of one file is played.
func (w *World) fileHosts(file string, names map[netip.Addr]string) ([]Host, error) {
	d, err := w.readDialogue(file)
	if err != nil {
		return nil, err
	}
	domains, err := readIndex(file, []byte(d.String()))
	if err != nil {
		return nil, err
	}
	if len(domains) == 0 { // one port of a host whose other ports tell
		text, _ := fs.ReadFile(w.files, hostName(file)+".dialogue")
		domains, _ = readIndex(file, text)
	}
	var about []string
	for _, domain := range domains {
		about = append(about, domain.About)
	}
	var addrs []netip.Addr
	for addr, name := range names {
		if name == hostName(file) {
			addrs = append(addrs, addr)
		}
	}
	slices.SortFunc(addrs, netip.Addr.Compare)
	var hosts []Host
	for _, addr := range addrs {
		for _, port := range filePorts(file, d) {
			hosts = append(hosts, Host{hostName(file), netip.AddrPortFrom(addr, port).String(), d.Outcome(1), strings.Join(about, "; ")})
		}
	}
	return hosts, nil
}

// filePorts returns the ports a file is for: the one in its name, those it lists, or 25.
func filePorts(file string, d *Dialogue) []uint16 {
	if _, port, ok := strings.Cut(strings.TrimSuffix(file, ".dialogue"), "@"); ok {
		ports, err := parsePorts(port)
		if err == nil {
			return ports
		}
	}
	if len(d.Ports) > 0 {
		return d.Ports
	}
	return []uint16{25}
}

// Listen starts the host at a documentation address ("198.51.100.10:25") or the
// DNS server, and returns where it really listens: on loopback, for clients that
// are not part of this process.
func (w *World) Listen(address string) (string, error) {
	if address == w.Resolver {
		place, err := w.startDNS(address)
		if err != nil {
			return "", err
		}
		return place.tcp, nil
	}
	e, err := w.endpoint(address)
	if err != nil {
		return "", err
	}
	if e == nil {
		return "", fmt.Errorf("nothing in the lab listens at %s", address)
	}
	return w.start(e)
}

// ListenUnix starts the host at a documentation address on a unix socket, too.
func (w *World) ListenUnix(address, path string) error {
	e, err := w.endpoint(address)
	if err != nil {
		return err
	}
	if e == nil {
		return fmt.Errorf("nothing in the lab listens at %s", address)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return errClosed
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return err
	}
	e.serving.Go(func() { _ = e.server.Serve(l) })
	return nil
}
