package world

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// EximConfig says what an Exim is to be.
type EximConfig struct {
	Dir       string
	Hostname  string
	CertFile  string
	KeyFile   string
	Domains   []string
	Users     []string
	Addresses []string // IP addresses; the port is 25

	// Text is the configuration instead of the one of this package; its variables
	// are the same. It is ready when it greets at Port, which is 25 if not given.
	Text     string
	Port     string
	Resolver string // IP address of a DNS server

	// Submit makes it a submission server as well, at ports 587 and 465.
	Submit *EximSubmission
}

// EximSubmission says whom a submission server takes messages from.
type EximSubmission struct {
	Passwords map[string]string // by user: PLAIN, LOGIN and CRAM-MD5, verified by Exim itself
	Dovecot   string            // socket of a Dovecot, which verifies DIGEST-MD5, SCRAM and OAuth
	CAFile    string            // authority of the clients' certificates: EXTERNAL, for the common name
}

// Exim is a running Exim, which keeps what it accepts in its queue.
type Exim struct {
	Log     string
	Mailbox string // folder of its Maildirs, one a user

	ns   *Namespace
	file string
}

// Deliver has Exim deliver what is in its queue.
func (e *Exim) Deliver() error {
	return e.ns.Run(Command(eximProgram(), "-C", e.file, "-q"))
}

// StartExim starts Exim in a namespace.
func StartExim(ns *Namespace, config EximConfig) (*Exim, error) {
	for _, name := range []string{"spool", "log"} {
		if _, err := folder(config.Dir, "Debian-exim", name); err != nil {
			return nil, err
		}
	}
	mailbox, err := folder(config.Dir, "nobody", "mail")
	if err != nil {
		return nil, err
	}
	text, err := config.text()
	if err != nil {
		return nil, err
	}
	file := filepath.Join(config.Dir, "exim.conf")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return nil, err
	}
	exim := &Exim{Log: filepath.Join(config.Dir, "log", "mainlog"), Mailbox: mailbox, ns: ns, file: file}
	cmd := Command(eximProgram(), "-C", file, "-bdf")
	if config.Resolver != "" {
		if cmd, err = withResolver(cmd, config.Dir, config.Resolver); err != nil {
			return nil, err
		}
	}
	return exim, start(ns, cmd, func() error {
		for _, address := range config.Addresses {
			if strings.Contains(address, ":") {
				address = "[" + address + "]"
			}
			if err := greets(ns, address+":"+cmp.Or(config.Port, "25")); err != nil {
				return err
			}
		}
		return nil
	})
}

// text is the configuration file.
func (c EximConfig) text() (string, error) {
	ports, submission, authenticators := "25", "", ""
	if c.Submit != nil {
		ports, submission, authenticators = "25 : 587 : 465", eximSubmission, eximAuthenticators
		if err := c.writePasswords(); err != nil {
			return "", err
		}
	} else {
		c.Submit = &EximSubmission{}
	}
	text := strings.Replace(eximConfig, "$SUBMISSION", submission, 1) + authenticators
	if c.Text != "" {
		text = c.Text
	}
	return strings.NewReplacer(
		"$PORTS", ports,
		"$HOSTNAME", c.Hostname, "$PROGRAM", eximProgram(), "$CERT", c.CertFile, "$KEY", c.KeyFile,
		"$ADDRESSES", strings.Join(c.Addresses, " ; "),
		"$DOMAINS", strings.Join(c.Domains, " : "), "$USERS", strings.Join(c.Users, " : "),
		"$DIR", c.Dir, "$DOVECOT", c.Submit.Dovecot,
	).Replace(text), nil
}

// writePasswords writes what Exim looks names up in.
func (c EximConfig) writePasswords() error {
	var file strings.Builder
	for _, user := range slices.Sorted(maps.Keys(c.Submit.Passwords)) {
		fmt.Fprintf(&file, "%s: %s\n", user, c.Submit.Passwords[user])
	}
	if err := os.WriteFile(filepath.Join(c.Dir, "passwords"), []byte(file.String()), 0o644); err != nil {
		return err
	}
	authority, err := os.ReadFile(c.Submit.CAFile)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(c.Dir, "clients.pem"), authority, 0o644)
}

const eximConfig = `primary_hostname = $HOSTNAME
exim_path = $PROGRAM
spool_directory = $DIR/spool
log_file_path = $DIR/log/%slog
pid_file_path = $DIR/pid
local_interfaces = <; $ADDRESSES
daemon_smtp_ports = $PORTS
tls_advertise_hosts = *
tls_certificate = $CERT
tls_privatekey = $KEY
domainlist local_domains = $DOMAINS
acl_smtp_rcpt = check_rcpt
message_size_limit = 100K
rfc1413_query_timeout = 0s
host_lookup =
queue_only
keep_environment =
$SUBMISSION

begin acl
check_mail:
  deny message = authenticate first
       condition = ${if !eq{$received_port}{25}}
       ! authenticated = *
  accept
check_rcpt:
  accept authenticated = *
         domains = +local_domains
         verify = recipient
  deny message = relay not permitted
       ! domains = +local_domains
  deny ! verify = recipient
  accept
check_prdr:
  deny message = <$local_part@$domain> has no use for this
       local_parts = policy
  accept

begin routers
mailbox:
  driver = accept
  domains = +local_domains
  local_parts = $USERS
  transport = mailbox

begin transports
mailbox:
  driver = appendfile
  maildir_format
  directory = $DIR/mail/$local_part_data
  create_directory
  user = nobody
`

const eximSubmission = `tls_on_connect_ports = 465
tls_try_verify_hosts = *
tls_verify_certificates = $DIR/clients.pem
acl_smtp_mail = check_mail
acl_smtp_data_prdr = check_prdr
prdr_enable
dsn_advertise_hosts = *
smtputf8_advertise_hosts = *
chunking_advertise_hosts = *
`

// eximAuthenticators are those of Exim's own, and of Dovecot for it; none is
// offered without TLS.
const eximAuthenticators = `
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if eq{$auth3}{${lookup{$auth2}lsearch{$DIR/passwords}{$value}fail}}}
  server_set_id = $auth2
  server_advertise_condition = ${if def:tls_in_cipher}
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${if eq{$auth2}{${lookup{$auth1}lsearch{$DIR/passwords}{$value}fail}}}
  server_set_id = $auth1
  server_advertise_condition = ${if def:tls_in_cipher}
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = ${lookup{$auth1}lsearch{$DIR/passwords}{$value}fail}
  server_set_id = $auth1
  server_advertise_condition = ${if def:tls_in_cipher}
digest:
  driver = dovecot
  public_name = DIGEST-MD5
  server_socket = $DOVECOT
  server_set_id = $auth1
  server_advertise_condition = ${if def:tls_in_cipher}
scram1:
  driver = dovecot
  public_name = SCRAM-SHA-1
  server_socket = $DOVECOT
  server_set_id = $auth1
  server_advertise_condition = ${if def:tls_in_cipher}
scram256:
  driver = dovecot
  public_name = SCRAM-SHA-256
  server_socket = $DOVECOT
  server_set_id = $auth1
  server_advertise_condition = ${if def:tls_in_cipher}
bearer:
  driver = dovecot
  public_name = OAUTHBEARER
  server_socket = $DOVECOT
  server_set_id = $auth1
  server_advertise_condition = ${if def:tls_in_cipher}
later:
  driver = dovecot
  public_name = XOAUTH2
  server_socket = $DIR/nobody-listens
  server_set_id = $auth1
  server_advertise_condition = ${if def:tls_in_cipher}
external:
  driver = external
  public_name = EXTERNAL
  server_param2 = ${certextract{subject,CN}{$tls_in_peercert}}
  server_condition = ${if and{{bool{$tls_in_certificate_verified}}{or{{eq{$auth1}{}}{eq{$auth1}{$auth2}}}}}}
  server_set_id = $auth2
  server_advertise_condition = $tls_in_certificate_verified
`
