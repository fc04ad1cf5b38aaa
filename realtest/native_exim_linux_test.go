package realtest

import (
	"strings"
	"sync"
	"testing"

	. "github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/realtest/world"
)

// nativeEximConfig has what Debian's configuration has, or allows, with Exim's own
// words. One port each has rules that would be in the way of others.
const nativeEximConfig = `primary_hostname = $HOSTNAME
exim_path = $PROGRAM
spool_directory = $DIR/spool
log_file_path = $DIR/log/%slog
pid_file_path = $DIR/pid
local_interfaces = <; $ADDRESSES
daemon_smtp_ports = 25 : 2501 : 2502 : 2503 : 2504 : 2505 : 2507
tls_advertise_hosts = *
tls_certificate = $CERT
tls_privatekey = $KEY
domainlist local_domains = $DOMAINS : sender.test : verified.test
acl_smtp_helo = check_helo
acl_smtp_rcpt = check_rcpt
acl_smtp_data = check_data
acl_smtp_mail = check_mail
message_size_limit = 100K
received_headers_max = 30
host_reject_connection = 198.51.100.172
smtp_accept_max_per_host = ${if eq{$sender_host_address}{198.51.100.175}{1}{0}}
host_lookup = *
helo_try_verify_hosts = *
recipients_max = 3
recipients_max_reject = true
rfc1413_query_timeout = 0s
queue_only
keep_environment =

begin acl
check_helo:
  deny condition = ${if eq{$received_port}{2507}}
       ! verify = helo
  accept
check_mail:
  defer condition = ${if eq{$received_port}{2504}}
  deny condition = ${if eq{$received_port}{2505}}
       senders = :
  accept
check_rcpt:
  deny message = Restricted characters in address
       domains = +local_domains
       local_parts = ^[.] : ^.*[@%!/|]
  deny dnslists = bl.test
  deny condition = ${if eq{$received_port}{2503}}
       ! verify = reverse_host_lookup
  require verify = sender
  require condition = ${if eq{$received_port}{2501}{${if eq{$sender_address}{}{no}{yes}}}{yes}}
  deny condition = ${if eq{$received_port}{2502}}
       ! verify = sender/callout
  deny message = relay not permitted
       ! domains = +local_domains
  require verify = recipient
  accept
check_data:
  deny condition = ${if eq{$h_subject:}{forbidden}}
  deny message = header syntax
       ! verify = header_syntax
  accept

begin routers
remote:
  driver = dnslookup
  domains = ! +local_domains
  transport = remote
  no_more
mailbox:
  driver = accept
  local_parts = $USERS : ${if eq{$domain}{sender.test}{bob}}
  transport = mailbox
  cannot_route_message = Unknown user

begin transports
remote:
  driver = smtp
mailbox:
  driver = appendfile
  maildir_format
  directory = $DIR/mail/$local_part_data
  create_directory
  user = nobody
`

var startNativeExim = sync.OnceValue(func() error {
	net, err := nativeNetwork()
	if err != nil {
		return err
	}
	cert, key, err := net.ca.Issue("mx.sender.test")
	if err != nil {
		return err
	}
	dir, err := net.folder("native-exim")
	if err != nil {
		return err
	}
	_, err = world.StartExim(net.servers, world.EximConfig{
		Dir: dir, Hostname: "mx.sender.test", CertFile: cert, KeyFile: key, Domains: []string{"example.test"}, Users: []string{"alice"},
		Addresses: []string{nativeExim}, Text: nativeEximConfig, Resolver: nativeDNS,
	})
	if err != nil {
		return err
	}
	full := strings.NewReplacer("daemon_smtp_ports = 25 : 2501 : 2502 : 2503 : 2504 : 2505 : 2507", "daemon_smtp_ports = 2590",
		"keep_environment =", "keep_environment =\ncheck_spool_space = 100000000M").Replace(nativeEximConfig)
	if dir, err = net.folder("native-exim-full"); err != nil {
		return err
	}
	_, err = world.StartExim(net.servers, world.EximConfig{
		Dir: dir, Hostname: "mx.sender.test", CertFile: cert, KeyFile: key, Domains: []string{"example.test"}, Users: []string{"alice"},
		Addresses: []string{nativeExim}, Text: full, Port: "2590", Resolver: nativeDNS,
	})
	return err
})

func TestNativeExim(t *testing.T) {
	net := needNative(t, "exim4")
	if err := startNativeExim(); err != nil {
		t.Fatal(err)
	}
	malformed := messageFile(t, "From: bob@sender.test\r\nTo: <<alice@example.test\r\nSubject: malformed\r\n\r\ntext\r\n")
	checkNative(t, net, nativeExim, []native{
		{name: "no such user", args: "nosuch@example.test", reply: "550 Unknown user", exit: 67, reason: NoSuchUser, side: SideRecipient},
		{name: "relay", args: "alice@elsewhere.test", reply: "550 relay not permitted", exit: 77, reason: RelayDenied, side: SideReceiver},
		{name: "restricted characters", args: "alice/bob@example.test", reply: "550 Restricted characters in address", exit: 67, reason: NoSuchUser, side: SideRecipient},
		{name: "no such sender domain", args: "--from bob@nosuch.test alice@example.test", reply: "550 Verification failed for <bob@nosuch.test> Unrouteable address Sender verify failed", exit: 77, reason: SenderRejected, side: SideSender},
		{name: "no such sender", args: "--from nosuch@sender.test alice@example.test", reply: "550 Verification failed for <nosuch@sender.test> Unknown user Sender verify failed", exit: 77, reason: SenderRejected, side: SideSender},
		{name: "sender domain with broken DNS", args: "--from bob@broken.test alice@example.test", reply: "451 Temporary local problem - please try later", exit: 75, reason: ServerError, side: SideReceiver},
		{name: "sender domain with a null MX", args: "--from bob@nullmx.test alice@example.test", reply: "550", exit: 77, reason: SenderRejected, side: SideSender},
		{name: "null sender", args: ":2505 alice@example.test", reply: "550 Administrative prohibition", exit: 77, reason: Policy, side: SideReceiver},
		{name: "HELO", args: ":2507 --helo nosuch.test alice@example.test", reply: "550 Administrative prohibition", exit: 77, reason: Policy, side: SideReceiver},
		{name: "client not let in", args: "--source " + banned + " alice@example.test", reply: "554 SMTP service not available", exit: 77, reason: Policy, side: SideUs},
		{name: "client on a blocklist", args: "--source " + listed + " alice@example.test", reply: "550 Administrative prohibition", exit: 77, reason: Policy, side: SideReceiver},
		{name: "client without a name", args: ":2503 --source " + nameless + " alice@example.test", reply: "550 Administrative prohibition", exit: 77, reason: Policy, side: SideReceiver},
		{name: "for now", args: ":2504 --from bob@sender.test alice@example.test", reply: "451 Temporary local problem - please try later", exit: 75, reason: ServerError, side: SideReceiver},
		{name: "too big", args: "--size 200000 alice@example.test", reply: "552 Message size exceeds maximum permitted", exit: 77, reason: TooBig, side: SideSender},
		{name: "content", args: "--data --from bob@sender.test --subject forbidden alice@example.test", reply: "550 Administrative prohibition", exit: 77, reason: Policy, side: SideReceiver},
		{name: "malformed header", args: "--data --from bob@sender.test alice@example.test", files: []string{"--message", malformed}, reply: "550 header syntax", exit: 77, reason: ContentFormat, side: SideSender},
		{name: "no room", args: ":2590 alice@example.test", reply: "452 Space shortage, please try later", exit: 75, reason: SystemFull, side: SideReceiver},
	})
	checkSpoken(t, net, []spoken{
		{name: "too many recipients", address: nativeExim + ":25", stage: "rcpt", reply: "552 too many recipients", reason: TooManyRecipients, side: SideUs,
			commands: []string{"EHLO probe.example.org", "MAIL FROM:<bob@sender.test>", "RCPT TO:<alice@example.test>", "RCPT TO:<alice@example.test>", "RCPT TO:<alice@example.test>", "RCPT TO:<alice@example.test>"}},
		{name: "HELO that is no name", address: nativeExim + ":25", stage: "ehlo", reply: "501 Syntactically invalid EHLO argument(s)", reason: HELO, side: SideUs,
			commands: []string{"EHLO a_b"}},
		{name: "unqualified sender", address: nativeExim + ":25", stage: "mail", reply: "501 <bob>: sender address must contain a domain", reason: SenderRejected, side: SideSender,
			commands: []string{"EHLO probe.example.org", "MAIL FROM:<bob>"}},
		{name: "AUTH that is not offered", address: nativeExim + ":25", stage: "auth", reply: "503 AUTH command used when not advertised", reason: AuthRequired, side: SideUs,
			commands: []string{"EHLO probe.example.org", "AUTH PLAIN AGEAYg=="}},
	})
}

// TestNativeEximTooMany: one connection of an address at a time.
func TestNativeEximTooMany(t *testing.T) {
	net := needNative(t, "exim4")
	if err := startNativeExim(); err != nil {
		t.Fatal(err)
	}
	hold := net.hold(t, hasty, nativeExim+":25")
	defer hold.Close()
	checkNative(t, net, nativeExim, []native{
		{name: "too many connections", args: "--source " + hasty + " alice@example.test", reply: "421 Too many concurrent SMTP connections from this IP address; please try again later.",
			exit: 75, reason: RateLimited, side: SideUs, first: true},
	})
}
