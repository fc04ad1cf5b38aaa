package realtest

import (
	"strings"
	"sync"
	"testing"

	. "github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/realtest/world"
)

var startNativeCourier = sync.OnceValue(func() error {
	net, err := nativeNetwork()
	if err != nil {
		return err
	}
	cert, key, err := net.ca.Issue("courier.example.test")
	if err != nil {
		return err
	}
	dir, err := net.folder("native-courier")
	if err != nil {
		return err
	}
	return world.StartCourier(net.servers, world.CourierConfig{
		Dir: dir, Hostname: "courier.example.test", CertFile: cert, KeyFile: key, Address: nativeCourier, Resolver: nativeDNS,
		Domain: "example.test", Users: []string{"alice"},
		Access: []string{"127.0.0.1\tallow,RELAYCLIENT", "198.51.100.172\tdeny"},
		Ports: map[string]string{
			"2501": "ESMTP_TLS_REQUIRED=1",
			"2502": `BLACKLISTS="-block=bl.test,BLOCK,*"`,
			"2503": "BOFHCHECKHELO=1",
			"587":  "AUTH_REQUIRED=1\nESMTPAUTH=\"LOGIN PLAIN\"\nESMTPAUTH_TLS=\"LOGIN PLAIN\"",
		},
		Main: map[string]string{"sizelimit": "100000\n", "bofh": "badfrom rejected@sender.test\nmaxrcpts 1 hard\n"},
	})
})

func TestNativeCourier(t *testing.T) {
	net := needNative(t, "courier")
	if err := startNativeCourier(); err != nil {
		t.Fatal(err)
	}
	big := messageFile(t, "Subject: big\r\n\r\n"+strings.Repeat("0123456789012345678901234567890123456789\r\n", 5000))
	looping := messageFile(t, loopingMessage)
	checkNative(t, net, nativeCourier, []native{
		{name: "accepted", args: "alice@example.test", reply: "250", exit: 0, side: SideNone},
		{name: "no such user", args: "nosuch@example.test", reply: "550 User <nosuch> unknown", exit: 67, reason: NoSuchUser, side: SideRecipient},
		{name: "relay", args: "alice@elsewhere.test", reply: "513 Relaying denied.", exit: 77, reason: RelayDenied, side: SideReceiver},
		{name: "no such sender domain", args: "--from bob@nosuch.test alice@example.test", reply: "517", exit: 77, reason: SenderRejected, side: SideSender},
		{name: "sender domain with broken DNS", args: "--from bob@broken.test alice@example.test", reply: "417", exit: 75, reason: SenderRejected, side: SideSender},
		{name: "sender not wanted", args: "--from rejected@sender.test alice@example.test", reply: "517", exit: 77, reason: SenderRejected, side: SideSender},
		{name: "HELO", args: ":2503 --helo nosuch.test alice@example.test", reply: "517", exit: 77, reason: HELO, side: SideUs},
		{name: "client not let in", args: "--source " + banned + " alice@example.test", exit: 69, reason: Unreached, side: SideNetwork},
		{name: "TLS", args: ":2501 --tls never alice@example.test", reply: "400 STARTTLS is required first.", exit: 75, reason: TLSRequired, side: SideUs},
		{name: "client on a blocklist", args: ":2502 --source " + listed + " alice@example.test", reply: "511 Listed, see https://bl.test/lookup?198.51.100.171", exit: 77, reason: IPReputation, side: SideUs},
		{name: "login", args: ":587 --from bob@sender.test alice@example.test", reply: "535 Authentication required.", exit: 77, reason: AuthRequired, side: SideUs},
		{name: "wrong password", args: ":587 --auth-user alice --auth-allow-unverified --from bob@sender.test alice@example.test", env: wrongPassword,
			reply: "535 Authentication failed", exit: 77, reason: AuthRequired, side: SideUs},
		{name: "too big", args: "--size 200000 --from bob@sender.test alice@example.test", reply: "534 SIZE=Message too big.", exit: 77, reason: TooBig, side: SideSender},
		{name: "too big in the end", args: "--data --from bob@sender.test alice@example.test", files: []string{"--message", big}, reply: "534 SIZE=Message too big.", exit: 77, reason: TooBig, side: SideSender},
		{name: "loop", args: "--data --from bob@sender.test alice@example.test", files: []string{"--message", looping}, reply: "546", exit: 77, reason: Loop, side: SideReceiver},
	})
	checkSpoken(t, net, []spoken{
		{name: "too many recipients", address: nativeCourier + ":25", stage: "rcpt", reply: "531 Too many recipients.", reason: TooManyRecipients, side: SideUs,
			commands: []string{"EHLO probe.example.org", "MAIL FROM:<bob@sender.test>", "RCPT TO:<alice@example.test>", "RCPT TO:<alice@example.test>"}},
	})
}
