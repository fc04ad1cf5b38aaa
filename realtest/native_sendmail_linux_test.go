package realtest

import (
	"sync"
	"testing"

	. "github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/realtest/world"
)

const nativeSendmailFeatures = "FEATURE(`access_db', `text -o -k0 -v1 $DIR/access')dnl\n" +
	"FEATURE(`blocklist_recipients')dnl\n" +
	"FEATURE(`dnsbl', `bl.test')dnl\n" +
	"FEATURE(`ratecontrol', `nodelay', `terminate')dnl\n" +
	"FEATURE(`require_rdns')dnl\n" +
	"define(`confMAX_RCPTS_PER_MESSAGE', `1')dnl\n"

const nativeSendmailAccess = `Connect:198.51.100.172 REJECT
From:rejected@sender.test REJECT
To:disabled@example.test REJECT
ClientRate:198.51.100.175 1
ClientRate: 0
`

var startNativeSendmail = sync.OnceValue(func() error {
	net, err := nativeNetwork()
	if err != nil {
		return err
	}
	cert, key, err := net.ca.Issue("sendmail.native.test")
	if err != nil {
		return err
	}
	for address, features := range map[string]string{
		nativeSendmail: nativeSendmailFeatures,
		nativeFull:     "define(`confMIN_FREE_BLOCKS', `10000000000')dnl\n",
	} {
		dir, err := net.folder("native-sendmail-" + address)
		if err != nil {
			return err
		}
		pauses := nativePauses
		if address == nativeFull {
			pauses = nativeFull2
		}
		_, err = world.StartSendmail(net.servers, world.SendmailConfig{
			Dir: dir, Hostname: "sendmail.native.test", CertFile: cert, KeyFile: key, CAFile: net.ca.File, Domain: "example.test",
			Users: []string{"alice", "disabled"}, Address: address, Pauses: pauses, Passwords: passwords,
			Resolver: nativeDNS, Features: features, Access: nativeSendmailAccess,
		})
		if err != nil {
			return err
		}
	}
	return nil
})

func TestNativeSendmail(t *testing.T) {
	net := needNative(t, "sendmail", "m4", "saslpasswd2")
	if err := startNativeSendmail(); err != nil {
		t.Fatal(err)
	}
	checkNative(t, net, nativeSendmail, []native{
		{name: "accepted", args: "alice@example.test", reply: "250", exit: 0, side: SideNone},
		{name: "no such user", args: "nosuch@example.test", reply: "550 5.1.1 <nosuch@example.test>... User unknown", exit: 67, reason: NoSuchUser, side: SideRecipient},
		{name: "disabled", args: "disabled@example.test", reply: "550 5.2.1 <disabled@example.test>... Mailbox disabled for this recipient", exit: 67, reason: MailboxDisabled, side: SideRecipient},
		{name: "relay", args: "alice@elsewhere.test", reply: "550 5.7.1 <alice@elsewhere.test>... Relaying denied", exit: 77, reason: RelayDenied, side: SideReceiver},
		{name: "no such sender domain", args: "--from bob@nosuch.test alice@example.test", reply: "553 5.1.8 <bob@nosuch.test>... Domain of sender address bob@nosuch.test does not exist",
			exit: 77, reason: SenderRejected, side: SideSender},
		{name: "sender domain with broken DNS", args: "--from bob@broken.test alice@example.test", reply: "451 4.1.8 Domain of sender address bob@broken.test does not resolve",
			exit: 75, reason: SenderRejected, side: SideSender},
		{name: "sender not wanted", args: "--from rejected@sender.test alice@example.test", reply: "550 5.7.1 <rejected@sender.test>... Access denied", exit: 77, reason: SenderRejected, side: SideSender},
		{name: "client not let in", args: "--source " + banned + " alice@example.test", reply: "550 5.7.1 Access denied", exit: 77, reason: Policy, side: SideUs},
		{name: "client on a blocklist", args: "--source " + listed + " alice@example.test", reply: "550 5.7.1 Rejected: 198.51.100.171 listed at bl.test", exit: 77, reason: IPReputation, side: SideUs},
		{name: "client without a name", args: "--source " + nameless + " alice@example.test", reply: "550 5.7.1 Fix reverse DNS for 198.51.100.173", exit: 77, reason: RDNS, side: SideUs},
		{name: "client with another's name", args: "--source " + forged + " alice@example.test", reply: "451 4.1.8 Possibly forged hostname for 198.51.100.174", exit: 75, reason: RDNS, side: SideUs},
		{name: "too many connections", args: "--source " + hasty + " alice@example.test", reply: "421 4.3.2 Connection rate limit exceeded.", exit: 75, reason: RateLimited, side: SideUs, again: true},
		{name: "too big", args: "--size 100001 alice@example.test", reply: "552 5.2.3 Message size exceeds fixed maximum message size (100000)", exit: 77, reason: TooBig, side: SideSender},
		{name: "login", args: ":587 --from bob@sender.test alice@example.test", reply: "530 5.7.0 Authentication required", exit: 77, reason: AuthRequired, side: SideUs},
		{name: "wrong password", args: ":587 --auth-user alice --auth-mech plain --auth-allow-unverified --from bob@sender.test alice@example.test", env: wrongPassword,
			reply: "535 5.7.0 authentication failed", exit: 77, reason: AuthRequired, side: SideUs},
	})
	checkNative(t, net, nativeFull, []native{
		{name: "no room", args: "alice@example.test", reply: "452 4.4.5 Insufficient disk space; try again later", exit: 75, reason: SystemFull, side: SideReceiver},
	})
	hello := "EHLO probe.example.org"
	checkSpoken(t, net, []spoken{
		{name: "too many recipients", address: nativeSendmail + ":25", stage: "rcpt", reply: "452 4.5.3 Too many recipients", reason: TooManyRecipients, side: SideUs,
			commands: []string{hello, "MAIL FROM:<bob@sender.test>", "RCPT TO:<alice@example.test>", "RCPT TO:<disabled@example.test>"}},
		{name: "sender without a domain", address: nativeSendmail + ":25", stage: "mail", reply: "553 5.5.4 <bob>... Domain name required for sender address bob", reason: SenderRejected, side: SideSender,
			commands: []string{hello, "MAIL FROM:<bob>"}},
	})
}
