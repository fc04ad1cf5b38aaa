package realtest

import (
	"strings"
	"sync"
	"testing"

	. "github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/realtest/world"
)

const nativeOpenSMTPDConfig = `pki $HOSTNAME cert "$CERT"
pki $HOSTNAME key "$KEY"
table domains { "example.test" }
table banned { 198.51.100.172 }
filter named phase connect match !rdns disconnect "550 5.7.25 no rDNS"
filter forth phase connect match !fcrdns disconnect "550 5.7.25 no FCrDNS"
smtp max-message-size 100K
smtp limit max-rcpt 2
listen on $ADDRESS port 25 hostname $HOSTNAME
listen on $ADDRESS port 2501 tls-require pki $HOSTNAME hostname $HOSTNAME
listen on $ADDRESS port 2502 hostname $HOSTNAME filter named
listen on $ADDRESS port 2503 hostname $HOSTNAME filter forth
listen on $ADDRESS port 587 tls pki $HOSTNAME auth hostname $HOSTNAME
action "mailbox" maildir
match from src <banned> for any reject
match from any for domain <domains> action "mailbox"
`

var startNativeOpenSMTPD = sync.OnceValue(func() error {
	net, err := nativeNetwork()
	if err != nil {
		return err
	}
	cert, key, err := net.ca.Issue("open.example.test")
	if err != nil {
		return err
	}
	dir, err := net.folder("native-opensmtpd")
	if err != nil {
		return err
	}
	return world.StartOpenSMTPD(net.servers, world.OpenSMTPDConfig{
		Dir: dir, Hostname: "open.example.test", CertFile: cert, KeyFile: key, Address: nativeOpen, Resolver: nativeDNS,
		Users: []string{"alice"}, Text: nativeOpenSMTPDConfig,
	})
})

func TestNativeOpenSMTPD(t *testing.T) {
	net := needNative(t, "opensmtpd")
	if err := startNativeOpenSMTPD(); err != nil {
		t.Fatal(err)
	}
	big := messageFile(t, "Subject: big\r\n\r\n"+strings.Repeat("0123456789012345678901234567890123456789\r\n", 5000))
	looping := messageFile(t, loopingMessage)
	checkNative(t, net, nativeOpen, []native{
		{name: "accepted", args: "--tls never alice@example.test", reply: "250 2.1.5 Destination address valid: Recipient ok", exit: 0, side: SideNone},
		{name: "no such user", args: "nosuch@example.test", reply: "550 Invalid recipient: <nosuch@example.test>", exit: 67, reason: NoSuchUser, side: SideRecipient},
		{name: "relay", args: "alice@elsewhere.test", reply: "550 Invalid recipient: <alice@elsewhere.test>", exit: 67, reason: NoSuchUser, side: SideRecipient},
		{name: "client not let in", args: "--source " + banned + " alice@example.test", reply: "550 Invalid recipient: <alice@example.test>", exit: 67, reason: NoSuchUser, side: SideRecipient},
		{name: "TLS", args: ":2501 --tls never alice@example.test", reply: "530 5.5.1 Invalid command: Must issue a STARTTLS command first", exit: 77, reason: TLSRequired, side: SideUs},
		{name: "client without a PTR record", args: ":2502 --source " + nameless + " alice@example.test", reply: "550 5.7.25 no rDNS", exit: 77, reason: RDNS, side: SideUs},
		{name: "client with another's name", args: ":2503 --source " + forged + " alice@example.test", reply: "550 5.7.25 no FCrDNS", exit: 77, reason: RDNS, side: SideUs},
		{name: "login", args: ":587 --from bob@sender.test alice@example.test", reply: "530 5.5.1 Invalid command: Must issue an AUTH command first", exit: 77, reason: AuthRequired, side: SideUs},
		{name: "login without TLS", args: ":587 --tls never --from bob@sender.test alice@example.test", reply: "530 5.5.1 Invalid command: Must issue a", exit: 77, reason: AuthRequired, side: SideUs},
		// Debian's OpenSMTPD ends every handshake with an alert, so that nobody can log in either.
		{name: "TLS that fails", args: ":587 --tls require alice@example.test", exit: 76, reason: TLSFailed, side: SideReceiver},
		{name: "loop", args: "--data --from bob@sender.test alice@example.test", files: []string{"--message", looping}, reply: "500 5.4.6 Routing loop detected: Loop detected", exit: 77, reason: Loop, side: SideReceiver},
		{name: "too big", args: "--data --from bob@sender.test alice@example.test", files: []string{"--message", big}, reply: "554", exit: 77, reason: TooBig, side: SideSender},
	})
	hello := "EHLO probe.example.org"
	checkSpoken(t, net, []spoken{
		{name: "too many recipients", address: nativeOpen + ":25", stage: "rcpt", reply: "451 4.5.3 Too many recipients: Too many recipients", reason: TooManyRecipients, side: SideUs,
			commands: []string{hello, "MAIL FROM:<bob@sender.test>", "RCPT TO:<alice@example.test>", "RCPT TO:<alice@example.test>", "RCPT TO:<alice@example.test>"}},
		{name: "HELO that is no name", address: nativeOpen + ":25", stage: "ehlo", reply: "501 5.5.4 Invalid command arguments: Invalid domain name", reason: HELO, side: SideUs,
			commands: []string{"EHLO a b"}},
		{name: "sender that is no address", address: nativeOpen + ":25", stage: "mail", reply: "553 5.1.0 Sender address syntax error", reason: SenderRejected, side: SideSender,
			commands: []string{hello, "MAIL FROM:<b@b@b>"}},
		{name: "recipient that is no address", address: nativeOpen + ":25", stage: "rcpt", reply: "501 5.1.3 Recipient address syntax error", reason: NoSuchUser, side: SideRecipient,
			commands: []string{hello, "MAIL FROM:<bob@sender.test>", "RCPT TO:<a@a@a>"}},
	})
}
