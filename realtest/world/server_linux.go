package world

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
)

// Missing names the first of the programs that is not on this machine, or "".
func Missing(programs ...string) string {
	for _, program := range programs {
		if program == "exim4" {
			program = eximProgram()
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
	master.WriteString(postfixServices)
	if err := os.WriteFile(filepath.Join(etc, "master.cf"), []byte(master.String()), 0o644); err != nil {
		return nil, err
	}

	if err := ns.Run(Command("postfix", "-c", etc, "check")); err != nil {
		return nil, err
	}
	cmd := Command("/usr/lib/postfix/sbin/master", "-c", etc, "-d")
	return postfix, start(ns, cmd, func() error {
		for address := range config.Services {
			if err := greets(ns, address); err != nil {
				return err
			}
		}
		return nil
	})
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

// EximConfig says what an Exim is to be.
type EximConfig struct {
	Dir       string
	Hostname  string
	CertFile  string
	KeyFile   string
	Domains   []string
	Users     []string
	Addresses []string // IP addresses; the port is 25
}

// Exim is a running Exim, which keeps what it accepts in its queue.
type Exim struct {
	Log string
}

// StartExim starts Exim in a namespace.
func StartExim(ns *Namespace, config EximConfig) (*Exim, error) {
	spool, err := folder(config.Dir, "Debian-exim", "spool")
	if err != nil {
		return nil, err
	}
	if _, err := folder(config.Dir, "Debian-exim", "log"); err != nil {
		return nil, err
	}
	file := filepath.Join(config.Dir, "exim.conf")
	text := fmt.Sprintf(eximConfig, config.Hostname, eximProgram(), spool, filepath.Join(config.Dir, "log"),
		filepath.Join(config.Dir, "pid"), strings.Join(config.Addresses, " ; "), config.CertFile, config.KeyFile,
		strings.Join(config.Domains, " : "), strings.Join(config.Users, " : "))
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return nil, err
	}
	exim := &Exim{Log: filepath.Join(config.Dir, "log", "mainlog")}
	cmd := Command(eximProgram(), "-C", file, "-bdf")
	return exim, start(ns, cmd, func() error {
		for _, address := range config.Addresses {
			if strings.Contains(address, ":") {
				address = "[" + address + "]"
			}
			if err := greets(ns, address+":25"); err != nil {
				return err
			}
		}
		return nil
	})
}

const eximConfig = `primary_hostname = %s
exim_path = %s
spool_directory = %s
log_file_path = %s/%%slog
pid_file_path = %s
local_interfaces = <; %s
daemon_smtp_ports = 25
tls_advertise_hosts = *
tls_certificate = %s
tls_privatekey = %s
domainlist local_domains = %s
acl_smtp_rcpt = check_rcpt
message_size_limit = 100K
rfc1413_query_timeout = 0s
host_lookup =
queue_only
keep_environment =

begin acl
check_rcpt:
  deny message = relay not permitted
       ! domains = +local_domains
  deny ! verify = recipient
  accept

begin routers
mailbox:
  driver = accept
  domains = +local_domains
  local_parts = %s
  transport = mailbox

begin transports
mailbox:
  driver = appendfile
  file = /dev/null
  user = nobody
`
