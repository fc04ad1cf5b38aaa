package realtest

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/realtest/world"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// These tests have real servers refuse in every way they have words of their own
// for, and smtpcheck say why and whose side it is.

// The servers of these tests, and the DNS that they ask.
const (
	nativeDNS      = "203.0.113.70"
	nativePostfix  = "198.51.100.70"
	nativeExim     = "198.51.100.71"
	nativeSendmail = "198.51.100.72"
	nativeOpen     = "198.51.100.73" // OpenSMTPD
	nativeCourier  = "198.51.100.74"
	nativePauses   = "198.51.100.75" // Sendmail, which greets after a second
	nativeFull     = "198.51.100.76" // Sendmail, without room
	nativeFull2    = "198.51.100.77"
)

// The client's addresses, as that DNS and those servers know them.
const (
	named    = "198.51.100.1"   // client.native.test, there and back
	listed   = "198.51.100.171" // on the blocklist bl.test
	banned   = "198.51.100.172" // not let in
	nameless = "198.51.100.173" // without a PTR record
	forged   = "198.51.100.174" // with a PTR record to another's name
	hasty    = "198.51.100.175" // whose rate is limited
)

const nativeZone = `$ORIGIN .
$TTL 3600
.                             SOA  ns.test. hostmaster.test. 1 7200 3600 1209600 300
.                             NS   ns.test.
ns.test.                      A    203.0.113.70
test.                         TXT  "test"
client.native.test.           A    198.51.100.1
client.native.test.           A    198.51.100.171
client.native.test.           A    198.51.100.172
client.native.test.           A    198.51.100.175
other.native.test.            A    198.51.100.200
probe.example.org.            A    198.51.100.1
sender.test.                  MX   10 mx.sender.test.
mx.sender.test.               A    198.51.100.71
nullmx.test.                  MX   0 .
listed.test.                  MX   10 mx.sender.test.
listed.test.dbl.test.         A    127.0.1.2
171.100.51.198.bl.test.       A    127.0.0.2
171.100.51.198.bl.test.       TXT  "Listed, see https://bl.test/lookup?198.51.100.171"
1.100.51.198.in-addr.arpa.    PTR  client.native.test.
171.100.51.198.in-addr.arpa.  PTR  client.native.test.
172.100.51.198.in-addr.arpa.  PTR  client.native.test.
174.100.51.198.in-addr.arpa.  PTR  other.native.test.
175.100.51.198.in-addr.arpa.  PTR  client.native.test.
example.test.                 MX   10 mx.example.test.
mx.example.test.              A    198.51.100.70
`

var nativeNetwork = sync.OnceValues(func() (*network, error) {
	net, err := shared()
	if err != nil {
		return nil, err
	}
	for _, address := range []string{nativeDNS, nativePostfix, nativeExim, nativeSendmail, nativeOpen, nativeCourier, nativePauses, nativeFull, nativeFull2} {
		if err := net.servers.AddAddresses("eth0", address+"/24"); err != nil {
			return nil, err
		}
	}
	for _, address := range []string{listed, banned, nameless, forged, hasty} {
		if err := net.client.AddAddresses("eth0", address+"/24"); err != nil {
			return nil, err
		}
	}
	dir, err := net.folder("native-dns")
	if err != nil {
		return nil, err
	}
	return net, world.StartRoot(net.servers, dir, nativeZone, []string{"broken.test"}, nativeDNS)
})

// needNative returns the network with that DNS, and fails or skips where a program is missing.
func needNative(t *testing.T, programs ...string) *network {
	t.Helper()
	needNetwork(t)
	if program := world.Missing(append(programs, "nsd")...); program != "" {
		need(t, "%s is not installed", program)
	}
	net, err := nativeNetwork()
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// native is one refusal: what smtpcheck is told to do, and what it must say of it.
type native struct {
	name   string
	args   string   // of smtpcheck, separated by blanks, without the server's address
	files  []string // more arguments
	env    []string
	reply  string // how the server's reply begins, in the report's form; a test of the test
	exit   int
	reason diagnose.Reason
	side   diagnose.Side
	again  bool // it takes a second attempt
	first  bool // it does not run beside the others
}

// checkNative probes one server after another refusal.
func checkNative(t *testing.T, net *network, server string, tests []native) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if !test.again && !test.first {
				t.Parallel()
			}
			args := strings.Fields(test.args)
			if strings.HasPrefix(args[0], ":") {
				args = append([]string{"--server", server + args[0]}, args[1:]...)
			} else {
				args = append([]string{"--server", server + ":25"}, args...)
			}
			args = append(args, test.files...)
			if test.again {
				net.probeEnv(t, test.env, args...)
			}
			got, _ := net.probeEnv(t, test.env, args...)
			last, said := got.last(t), ""
			if last.Reply != nil {
				said = fmt.Sprintf("%d %s %s", last.Reply.Code, last.Reply.Enhanced, last.Reply.Text)
			}
			said = strings.ReplaceAll(strings.Join(strings.Fields(said), " "), "\n", " ")
			if !strings.HasPrefix(said, test.reply) {
				t.Errorf("the server says %q, want %q", said, test.reply)
			}
			if got.ExitCode != test.exit || got.Reason != string(test.reason) || got.Side != string(test.side) {
				t.Errorf("%q at %s: exit %d, %s, side %s; want %d, %s, side %s",
					said, last.Stage, got.ExitCode, got.Reason, got.Side, test.exit, test.reason, test.side)
			}
		})
	}
}

var wrongPassword = []string{"SMTPCHECK_AUTH_PASSWORD=not this one"}

// loopingMessage has gone round for a while.
var loopingMessage = strings.Repeat("Received: from a.test by b.test; Mon, 1 Jan 2024 00:00:00 +0000\r\n", 110) +
	"From: bob@sender.test\r\nSubject: round and round\r\n\r\nagain\r\n"

// messageFile is a file with this text.
func messageFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "message.eml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// hold keeps a connection from one of the client's addresses open.
func (n *network) hold(t *testing.T, source, address string) (conn net.Conn) {
	t.Helper()
	err := n.client.Do(func() (err error) {
		dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(source)}}
		conn, err = dialer.DialContext(t.Context(), "tcp", address)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if greeting := lastLine(t, bufio.NewReader(conn)); !strings.HasPrefix(greeting, "220") {
		t.Fatal(greeting)
	}
	return conn
}

// spoken is a refusal that no probe brings about: the dialogue, and what its last
// reply means at the stage.
type spoken struct {
	name     string
	address  string // of the server
	commands []string
	stage    smtp.Stage
	reply    string // how it begins
	reason   diagnose.Reason
	side     diagnose.Side
}

func checkSpoken(t *testing.T, net *network, tests []spoken) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			replies := net.say(t, test.address, test.commands...)
			last := replies[len(replies)-1]
			if !strings.HasPrefix(last, test.reply) {
				t.Errorf("the server says %q, want %q", last, test.reply)
			}
			reply, err := smtp.ParseReply(last)
			if err != nil {
				t.Fatal(err)
			}
			row, match := diagnose.Lookup(test.stage, reply)
			if row.Reason != test.reason || match.Side != test.side {
				t.Errorf("%q: %s, side %s, by %s; want %s, side %s", last, row.Reason, match.Side, row.ID, test.reason, test.side)
			}
		})
	}
}
