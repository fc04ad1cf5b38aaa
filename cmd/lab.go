package cmd

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/lab"
	"github.com/smtpcheck/smtpcheck/report"
)

// labOptions are the flags of lab.
type labOptions struct {
	list    bool
	sockets string
	output  output
}

func (a *app) labCommand() *cobra.Command {
	o := new(labOptions)
	c := &cobra.Command{
		Use:   "lab [DOMAIN...]",
		Short: "Run a world of mail servers on loopback to try everything against",
		Long: `lab starts the mail servers and the DNS server of the built-in lab on loopback,
prints where each listens, and keeps them running until it is interrupted. With
DOMAINs it starts the hosts of those only. Every command that uses the network
can run inside the lab by itself with --lab; this is for other clients.

Its hosts have documentation addresses (RFC 5737, RFC 3849), which exist only
inside a program that runs with --lab. Other clients go to the port on
127.0.0.1.`,
		Example: `  smtpcheck lab --list
  smtpcheck lab
  smtpcheck lab good.test unknown-user.test
  swaks --server 127.0.0.1 --port PORT --to alice@good.test`,
		RunE: func(c *cobra.Command, args []string) error { return a.lab(c, o, args) },
	}
	f := c.Flags()
	f.SortFlags = false
	f.BoolVar(&o.list, "list", false, "list the domains, how they behave and what a probe of them says; start nothing")
	f.StringVar(&o.sockets, "sockets", "", "listen on unix sockets in the folder `DIR` too, each called HOST-PORT")
	o.output.add(f, "lab")
	return c
}

func (a *app) lab(c *cobra.Command, o *labOptions, args []string) error {
	if err := environment(c); err != nil {
		return err
	}
	if o.list && o.sockets != "" {
		return usage("--list and --sockets contradict each other").hint("--list starts nothing")
	}
	w, err := lab.Open(lab.Options{})
	if err != nil {
		return fail(check.ExitInternal, "the lab: %w", err)
	}
	defer w.Close() //nolint:errcheck // everything ends with the program
	wanted, err := labDomains(w, args)
	if err != nil {
		return err
	}
	s, err := a.openOutput(&o.output)
	if err != nil {
		return err
	}
	if o.list {
		s.each(func(s *sink) error { return listDomains(s, wanted) })
		return s.close()
	}
	return a.runLab(c.Context(), w, s, o.sockets, wanted)
}

// labDomain is a domain of the lab as JSON.
type labDomain struct {
	Domain string `json:"domain"`
	Expect string `json:"expect"`
	Exit   int    `json:"exit_code"`
	About  string `json:"about"`
	Try    []try  `json:"try,omitempty"`
}

// try is a command that shows more of a domain.
type try struct {
	Command string `json:"command"`
	Exit    int    `json:"exit_code"`
}

// labHost is a host of the lab as JSON.
type labHost struct {
	Host    string `json:"host"`
	Address string `json:"address"`
	Listens string `json:"listens,omitempty"`
	Socket  string `json:"socket,omitempty"`
	Outcome string `json:"outcome,omitempty"` // of a connection, where there is none
	About   string `json:"about"`
}

// labDomains are the domains asked for, or all.
func labDomains(w *lab.World, args []string) ([]lab.Domain, error) {
	all, err := w.Domains()
	if err != nil || len(args) == 0 {
		return all, err
	}
	var out []lab.Domain
	for _, arg := range args {
		name := strings.ToLower(strings.TrimSuffix(arg, "."))
		found := false
		for _, d := range all {
			if d.Name == name || d.Name == name+".test" {
				out, found = append(out, d), true
			}
		}
		if !found {
			return nil, usage("the lab has no domain %s", quote(arg)).hint("smtpcheck lab --list lists them")
		}
	}
	return out, nil
}

func listDomains(s *sink, domains []lab.Domain) error {
	if s.options.Format == report.FormatJSON || s.options.Format == report.FormatNDJSON {
		for _, d := range domains {
			x := labDomain{Domain: d.Name, Expect: d.Expect, Exit: d.Exit, About: d.About}
			for _, t := range d.Try {
				x.Try = append(x.Try, try(t))
			}
			if err := report.Write(s.w, x, s.options); err != nil {
				return err
			}
		}
		return nil
	}
	t := report.Table{Head: []string{"domain", "verdict or reason", "exit", "how it behaves"}}
	for _, d := range domains {
		t.Rows = append(t.Rows, []string{d.Name, d.Expect, strconv.Itoa(d.Exit), d.About})
	}
	if err := report.Write(s.w, t, s.options); err != nil {
		return err
	}
	_, err := io.WriteString(s.w, commands(domains))
	return err
}

// commands lists what else there is to try, for the clipboard.
func commands(domains []lab.Domain) string {
	var b strings.Builder
	for _, d := range domains {
		for _, t := range d.Try {
			if b.Len() == 0 {
				b.WriteString("\nThat is for smtpcheck probe --lab alice@DOMAIN. More to try, and how it exits:\n\n")
			}
			fmt.Fprintf(&b, "%s  # %d\n", continued(t.Command), t.Exit)
		}
	}
	return b.String()
}

// continued breaks a command between words, for lines of 80 columns.
func continued(command string) string {
	const width = 80 - len("  # 255")
	var b strings.Builder
	column := 0
	for word := range words(command) {
		if column > 0 && column+len(word) > width-len(" \\") {
			b.WriteString("\\\n    ")
			column = 4
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}

// words cuts a command behind the spaces where it may be broken: not between
// quotes, and not between a flag and its value.
func words(command string) iter.Seq[string] {
	return func(yield func(string) bool) {
		var quote rune
		start := 0
		for i, c := range command {
			switch {
			case c == quote:
				quote = 0
			case quote == 0 && (c == '\'' || c == '"'):
				quote = c
			case quote == 0 && c == ' ' && (command[start] != '-' || strings.Contains(command[start:i], " ") || command[i+1] == '-'):
				if !yield(command[start : i+1]) {
					return
				}
				start = i + 1
			}
		}
		yield(command[start:])
	}
}

// runLab starts the hosts, prints where they are, and waits to be told to stop.
func (a *app) runLab(ctx context.Context, w *lab.World, s *outputs, sockets string, domains []lab.Domain) error {
	hosts, err := startHosts(w, domains)
	if err != nil {
		s.abandon()
		return fail(check.ExitInternal, "the lab: %w", err)
	}
	if err := startSockets(w, sockets, hosts); err != nil {
		s.abandon()
		return fail(check.ExitCantCreate, "the sockets of the lab: %w", err)
	}
	dns, err := w.Listen(w.Resolver)
	if err != nil {
		s.abandon()
		return fail(check.ExitInternal, "the lab's DNS server: %w", err)
	}
	ca, err := writeCA(w)
	if err != nil {
		s.abandon()
		return err
	}
	defer os.RemoveAll(filepath.Dir(ca)) //nolint:errcheck // a temporary folder
	s.each(func(s *sink) error { return printHosts(s, hosts, dns, ca) })
	if err := s.close(); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// startHosts starts the hosts of the domains and of those below them.
func startHosts(w *lab.World, domains []lab.Domain) ([]labHost, error) {
	hosts, err := w.Hosts()
	if err != nil {
		return nil, err
	}
	var out []labHost
	for _, h := range hosts {
		if !belongs(h.Name, domains) {
			continue
		}
		x := labHost{Host: h.Name, Address: h.Address, Outcome: string(h.Outcome), About: h.About}
		if h.Outcome == "" {
			if x.Listens, err = w.Listen(h.Address); err != nil {
				return nil, err
			}
		}
		out = append(out, x)
	}
	return out, nil
}

// startSockets makes hosts listen in a folder too, if there is one. A host's
// addresses share their sockets.
func startSockets(w *lab.World, folder string, hosts []labHost) error {
	if folder == "" {
		return nil
	}
	seen := make(map[string]bool)
	for i := range hosts {
		h := &hosts[i]
		if h.Listens == "" {
			continue
		}
		_, port, err := net.SplitHostPort(h.Address)
		if err != nil {
			return err
		}
		h.Socket = filepath.Join(folder, h.Host+"-"+port)
		if seen[h.Socket] {
			continue
		}
		seen[h.Socket] = true
		if err := w.ListenUnix(h.Address, h.Socket); err != nil {
			return err
		}
	}
	return nil
}

func belongs(host string, domains []lab.Domain) bool {
	for _, d := range domains {
		if host == d.Name || strings.HasSuffix(host, "."+d.Name) {
			return true
		}
	}
	return false
}

// writeCA writes the certificate of the lab's authority to a temporary file.
func writeCA(w *lab.World) (string, error) {
	dir, err := os.MkdirTemp("", "smtpcheck-lab-")
	if err != nil {
		return "", fail(check.ExitCantCreate, "the certificate of the lab: %w", err)
	}
	name := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(name, w.CertificatePEM(), 0o600); err != nil {
		_ = os.RemoveAll(dir)
		return "", fail(check.ExitCantCreate, "the certificate of the lab: %w", err)
	}
	return name, nil
}

func printHosts(s *sink, hosts []labHost, dns, ca string) error {
	if s.options.Format == report.FormatJSON || s.options.Format == report.FormatNDJSON {
		for _, h := range hosts {
			if err := report.Write(s.w, h, s.options); err != nil {
				return err
			}
		}
		return report.Write(s.w, labHost{Host: "dns", Listens: dns, About: "the DNS server, UDP and TCP; the authority's certificate is " + ca}, s.options)
	}
	t := report.Table{Head: []string{"host", "in the lab", "listens at", "how it behaves"}}
	for _, h := range hosts {
		listens := h.Listens
		if h.Outcome != "" {
			listens = "(" + h.Outcome + ")"
		}
		t.Rows = append(t.Rows, []string{h.Host, h.Address, listens, h.About})
	}
	if err := report.Write(s.w, t, s.options); err != nil {
		return err
	}
	sockets := ""
	if len(hosts) > 0 && hosts[0].Socket != "" {
		sockets = "Unix sockets are in " + filepath.Dir(hosts[0].Socket) + ", each called HOST-PORT.\n"
	}
	_, err := io.WriteString(s.w, fmt.Sprintf("\n%sDNS listens at %s, UDP and TCP. The authority's certificate is %s.\n"+
		"Try: swaks --server 127.0.0.1 --port PORT --to alice@DOMAIN --quit-after RCPT\nCtrl-C ends the lab.\n", sockets, dns, ca))
	return err
}
