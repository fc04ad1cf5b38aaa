package world

import (
	_ "embed" // sendmail.mc
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// SendmailConfig says what a Sendmail is to be.
type SendmailConfig struct {
	Dir      string
	Hostname string // with a dot: without one Sendmail waits a minute for a better one
	CertFile string
	KeyFile  string
	CAFile   string
	Domain   string
	Users    []string
	Lists    map[string][]string // the members of each, from among the users
	Address  string              // an IP address; the ports are 25, 587 and 465
	Pauses   string              // an IP address where the greeting takes a second; the port is 25

	Clients   map[string]string // name by IP address; of others it knows none
	Passwords map[string]string // by user, verified by Cyrus SASL

	Resolver string // IP address of a DNS server; without one it has Clients only
	Features string // more of its configuration, for m4
	Access   string // the lines of its access map, where Features has one at $DIR/access
}

// Sendmail is a running Sendmail.
type Sendmail struct {
	Mailbox string // folder of its mbox files, one a user
}

// StartSendmail starts Sendmail in a namespace. It has its own idea of the
// name of this machine, of /etc/hosts, which is all it has instead of DNS, and
// of the folder where the library of Cyrus SASL looks.
func StartSendmail(ns *Namespace, config SendmailConfig) (*Sendmail, error) {
	if _, err := folder(config.Dir, "", "queue"); err != nil {
		return nil, err
	}
	mailbox, err := folder(config.Dir, "nobody", "mail")
	if err != nil {
		return nil, err
	}
	if err := CyrusSASL(filepath.Join(config.Dir, "sasl"), "Sendmail", config.Hostname, config.Passwords); err != nil {
		return nil, err
	}
	if err := config.writeFiles(mailbox); err != nil {
		return nil, err
	}
	cmd := Command("unshare", "--uts", "--mount", "sh", "-c", sendmailStart, "sh", config.Hostname, config.Dir, sendmailProgram())
	if config.Resolver != "" {
		if cmd, err = withResolver(cmd, config.Dir, config.Resolver); err != nil {
			return nil, err
		}
	}
	return &Sendmail{Mailbox: mailbox}, start(ns, cmd, func() error { return greets(ns, config.Address+":25") })
}

const sendmailStart = `hostname "$1" && mount --bind "$2/sasl" /usr/lib/sasl2 && mount --bind "$2/hosts" /etc/hosts &&
"$3" -C "$2/sendmail.cf" -bi && exec "$3" -C "$2/sendmail.cf" -bD`

// writeFiles writes what Sendmail reads.
func (c SendmailConfig) writeFiles(mailbox string) error {
	var aliases strings.Builder
	for _, user := range c.Users {
		fmt.Fprintf(&aliases, "%s: %s\n", user, filepath.Join(mailbox, user))
	}
	for _, list := range slices.Sorted(maps.Keys(c.Lists)) {
		fmt.Fprintf(&aliases, "%s: %s\n", list, strings.Join(c.Lists[list], ", "))
	}
	key, err := os.ReadFile(c.KeyFile)
	if err != nil {
		return err
	}
	hosts := "127.0.0.1 localhost\n" + c.Address + " " + c.Hostname + " " + c.Domain + "\n"
	for address, name := range c.Clients {
		hosts += address + " " + name + "\n"
	}
	hostsFrom := "files"
	if c.Resolver != "" {
		hostsFrom = "dns files"
	}
	for name, text := range map[string]string{
		"access":  c.Access,
		"aliases": aliases.String(),
		"key.pem": string(key), // nobody else may read it, or Sendmail will not
		"switch":  "hosts " + hostsFrom + "\naliases files\n",
		"hosts":   hosts,
	} {
		if err := os.WriteFile(filepath.Join(c.Dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return c.compile()
}

// compile has m4 make the configuration file, as every Sendmail has it.
func (c SendmailConfig) compile() error {
	root := sendmailRoot()
	macros := filepath.Join(root, "usr", "share", "sendmail", "cf") + "/"
	cmd := exec.Command("m4", "-D_CF_DIR_="+macros, macros+"m4/cf.m4", "-")
	cmd.Stdin = strings.NewReader(strings.NewReplacer(
		"$FEATURES", strings.ReplaceAll(c.Features, "$DIR", c.Dir), "$DIR", c.Dir, "$ROOT", root, "$HOSTNAME", c.Hostname, "$DOMAIN", c.Domain, "$CERT", c.CertFile, "$CA", c.CAFile,
		"$ADDRESS", c.Address, "$PAUSES", c.Pauses, "$MECHANISMS", CyrusMechanisms,
	).Replace(sendmailConfig))
	text, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("m4: %w", err)
	}
	return os.WriteFile(filepath.Join(c.Dir, "sendmail.cf"), text, 0o644)
}

// sendmailRoot is where tools/debian-packages has unpacked Sendmail.
func sendmailRoot() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "/"
	}
	return filepath.Join(cache, "smtpcheck", "sendmail")
}

func sendmailProgram() string {
	return filepath.Join(sendmailRoot(), "usr", "libexec", "sendmail", "sendmail")
}

// sendmailConfig is what m4 makes a sendmail.cf of.
//
//go:embed sendmail.mc
var sendmailConfig string
