package world

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Missing names the first of the programs that is not on this machine, or "".
func Missing(programs ...string) string {
	for _, program := range programs {
		switch program {
		case "exim4":
			program = eximProgram()
		case "sendmail":
			program = sendmailProgram()
		case "opensmtpd":
			program = filepath.Join(unpacked("opensmtpd"), "usr", "sbin", "smtpd")
		case "courier":
			program = filepath.Join(unpacked("courier"), "usr", "sbin", "courieresmtpd")
		}
		if _, err := exec.LookPath(program); err != nil {
			return filepath.Base(program)
		}
	}
	return ""
}

// eximProgram is where tools/debian-packages has unpacked Exim.
func eximProgram() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "exim4"
	}
	return filepath.Join(cache, "smtpcheck", "exim4", "usr", "sbin", "exim4")
}

// folder makes a folder under dir for a server whose user is named.
func folder(dir, owner string, names ...string) (string, error) {
	path := filepath.Join(append([]string{dir}, names...)...)
	if err := os.MkdirAll(path, 0o755); err != nil {
		return "", err
	}
	if owner == "" {
		return path, nil
	}
	account, err := user.Lookup(owner)
	if err != nil {
		return "", err
	}
	uid, err := strconv.Atoi(account.Uid)
	if err != nil {
		return "", err
	}
	gid, err := strconv.Atoi(account.Gid)
	if err != nil {
		return "", err
	}
	return path, os.Chown(path, uid, gid)
}

// Postfix is a running Postfix.
type Postfix struct {
	Config  string // its configuration folder
	Log     string // its log file
	Mailbox string // folder of its Maildirs, one a user
}

// PostfixConfig says what a Postfix is to be.
type PostfixConfig struct {
	Dir      string // a folder of its own, which every user may enter
	Hostname string
	CertFile string
	KeyFile  string
	Domains  []string
	Users    []string          // local parts with a mailbox in each domain
	Main     map[string]string // more of main.cf
	// Services maps the address of each smtpd, 198.51.100.10:25, to its own
	// settings, `smtpd_delay_reject=no`.
	Services map[string][]string
	Master   string // more of master.cf
	Resolver string // IP address of a DNS server; without one Postfix looks no client up
}

// StartPostfix starts Postfix, with TLS and virtual mailboxes, in a namespace.
func StartPostfix(ns *Namespace, config PostfixConfig) (*Postfix, error) {
	etc, err := folder(config.Dir, "", "etc")
	if err != nil {
		return nil, err
	}
	queue, err := folder(config.Dir, "", "queue")
	if err != nil {
		return nil, err
	}
	data, err := folder(config.Dir, "postfix", "data")
	if err != nil {
		return nil, err
	}
	mailbox, err := folder(config.Dir, "nobody", "mail")
	if err != nil {
		return nil, err
	}
	postfix := &Postfix{Config: etc, Log: filepath.Join(config.Dir, "log"), Mailbox: mailbox}

	var users strings.Builder
	for _, domain := range config.Domains {
		for _, name := range config.Users {
			fmt.Fprintf(&users, " {%s@%s = %s/}", name, domain, name)
		}
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		return nil, err
	}
	settings := map[string]string{
		"compatibility_level":      "3.6",
		"queue_directory":          queue,
		"data_directory":           data,
		"maillog_file":             postfix.Log,
		"maillog_file_prefixes":    config.Dir,
		"myhostname":               config.Hostname,
		"mydestination":            "",
		"mynetworks":               "127.0.0.0/8",
		"alias_maps":               "",
		"inet_protocols":           "all",
		"virtual_mailbox_domains":  strings.Join(config.Domains, " "),
		"virtual_mailbox_base":     mailbox,
		"virtual_mailbox_maps":     "inline:{" + users.String() + " }",
		"virtual_uid_maps":         "static:" + nobody.Uid,
		"virtual_gid_maps":         "static:" + nobody.Gid,
		"virtual_minimum_uid":      "1",
		"smtpd_tls_security_level": "may",
		"smtpd_tls_cert_file":      config.CertFile,
		"smtpd_tls_key_file":       config.KeyFile,
		"smtpd_peername_lookup":    "no",
		"smtp_dns_support_level":   "disabled",
		"smtpd_relay_restrictions": "reject_unauth_destination",
		// A test connects as often as it likes, and breaks off as often.
		"smtpd_client_connection_count_limit": "0",
		"in_flow_delay":                       "0",
	}
	if config.Resolver != "" {
		settings["smtpd_peername_lookup"] = "yes"
		settings["smtp_dns_support_level"] = "enabled"
	}
	for name, value := range config.Main {
		settings[name] = value
	}
	var main strings.Builder
	for name, value := range settings {
		fmt.Fprintf(&main, "%s = %s\n", name, value)
	}
	if err := os.WriteFile(filepath.Join(etc, "main.cf"), []byte(main.String()), 0o644); err != nil {
		return nil, err
	}

	var master strings.Builder
	for address, options := range config.Services {
		fmt.Fprintf(&master, "%s inet n - n - - smtpd\n", address)
		for _, option := range options {
			fmt.Fprintf(&master, "  -o { %s }\n", option)
		}
	}
	master.WriteString(config.Master)
	master.WriteString(postfixServices)
	if err := os.WriteFile(filepath.Join(etc, "master.cf"), []byte(master.String()), 0o644); err != nil {
		return nil, err
	}

	if err := ns.Run(Command("postfix", "-c", etc, "check")); err != nil {
		return nil, err
	}
	cmd := Command("/usr/lib/postfix/sbin/master", "-c", etc, "-d")
	if config.Resolver != "" {
		if cmd, err = withResolver(cmd, config.Dir, config.Resolver); err != nil {
			return nil, err
		}
	}
	return postfix, start(ns, cmd, func() error {
		for address, options := range config.Services {
			ready := greets
			if waitsForClient(options) {
				ready = accepts
			}
			if err := ready(ns, address); err != nil {
				return err
			}
		}
		return nil
	})
}

// waitsForClient reports whether a service of these settings does not greet a
// client that says nothing: one for TLS at once, or for a PROXY header.
func waitsForClient(options []string) bool {
	return slices.Contains(options, "smtpd_tls_wrappermode=yes") || slices.Contains(options, "smtpd_upstream_proxy_protocol=haproxy")
}

// postfixServices is what stands below the smtpd lines in any master.cf.
const postfixServices = `
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
flush unix n - n 1000? 0 flush
scache unix - - n - 1 scache
virtual unix - n n - - virtual
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
postlog unix-dgram n - n - 1 postlogd
`

// StartPostgrey starts the greylisting policy service at an address of the
// namespace, with its delay in seconds.
func StartPostgrey(ns *Namespace, dir, address string, delay int) error {
	database, err := folder(dir, "postgrey", "greylist")
	if err != nil {
		return err
	}
	host, port, _ := strings.Cut(address, ":")
	whitelist := filepath.Join(dir, "whitelist")
	if err := os.WriteFile(whitelist, nil, 0o644); err != nil {
		return err
	}
	cmd := Command("postgrey", "--inet="+host+":"+port, "--dbdir="+database,
		fmt.Sprintf("--delay=%d", delay), "--auto-whitelist-clients=0",
		"--whitelist-clients="+whitelist, "--whitelist-recipients="+whitelist)
	return start(ns, cmd, func() error { return accepts(ns, address) })
}
