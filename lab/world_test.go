package lab_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"

	"github.com/smtpcheck/smtpcheck/lab"
	"github.com/smtpcheck/smtpcheck/lab/simnet"
)

// open opens a world that is closed with the test.
func open(t *testing.T, o lab.Options) *lab.World {
	t.Helper()
	w, err := lab.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

// everywhere runs a test on loopback, and in a bubble on a network in memory.
func everywhere(t *testing.T, test func(t *testing.T, o lab.Options)) {
	t.Parallel()
	t.Run("loopback", func(t *testing.T) { test(t, lab.Options{}) })
	t.Run("memory", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { test(t, lab.Options{Network: simnet.New()}) })
	})
}

func dialWorld(t *testing.T, w *lab.World, address string) *client {
	t.Helper()
	conn, err := w.Dial(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return newClient(t, conn)
}

// ask looks up a name in the DNS of a world.
func ask(t *testing.T, w *lab.World, network, name string, typ uint16) *dns.Msg {
	t.Helper()
	conn, err := w.Dial(t.Context(), network, w.Resolver)
	if err != nil {
		t.Fatal(err)
	}
	c := &dns.Conn{Conn: conn}
	defer c.Close()
	query := new(dns.Msg)
	query.SetQuestion(name, typ)
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	if err := c.WriteMsg(query); err != nil {
		t.Fatal(err)
	}
	answer, err := c.ReadMsg()
	if err != nil {
		t.Fatalf("%s %s over %s: %v", name, dns.TypeToString[typ], network, err)
	}
	return answer
}

func TestWorldHosts(t *testing.T) {
	everywhere(t, func(t *testing.T, o lab.Options) {
		w := open(t, o)
		for _, address := range []string{"198.51.100.10:25", "[2001:db8::10]:25", "198.51.100.10:587"} {
			c := dialWorld(t, w, address)
			c.talk("S: 220 mx.good.test ESMTP Service Ready", "C: QUIT", "S: 221 *", "eof")
			c.Close()
		}
		c := dialWorld(t, w, "198.51.100.10:465")
		c.talk("tls", "S: 220 mx.good.test ESMTP Service Ready")
		c.Close()
		s, err := w.Server("198.51.100.10:25")
		if err != nil || s.Connections() != 1 || len(s.Received()) != 1 {
			t.Errorf("%v, %v", s, err)
		}
	})
}

func TestWorldDNS(t *testing.T) {
	everywhere(t, func(t *testing.T, o lab.Options) {
		w := open(t, o)
		for _, network := range []string{"udp", "tcp"} {
			if got := ask(t, w, network, "mixed.test.", dns.TypeMX); len(got.Answer) != 3 {
				t.Errorf("%v", got)
			}
			if got := ask(t, w, network, "mx3.mixed.test.", dns.TypeAAAA); len(got.Answer) != 1 {
				t.Errorf("%v", got)
			}
			for name, want := range map[string]int{
				"no-such-domain.test.": dns.RcodeNameError, "example.com.": dns.RcodeNameError, "servfail.test.": dns.RcodeServerFailure,
				"mx.no-host.test.": dns.RcodeSuccess,
			} {
				if got := ask(t, w, network, name, dns.TypeMX); got.Rcode != want || len(got.Answer) != 0 {
					t.Errorf("%s: %v", name, got)
				}
			}
		}
	})
}

func TestWorldGivesATrueUDPConn(t *testing.T) {
	t.Parallel()
	w := open(t, lab.Options{})
	conn, err := w.Dial(t.Context(), "udp", w.Resolver)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, ok := conn.(*net.UDPConn); !ok {
		t.Errorf("%T", conn)
	}
}

func TestWorldRefuses(t *testing.T) {
	everywhere(t, func(t *testing.T, o lab.Options) {
		w := open(t, o)
		tests := []struct {
			network, address string
			want             error
		}{
			{"tcp", "192.0.2.1:25", syscall.ECONNREFUSED},      // outside
			{"tcp", "127.0.0.1:25", syscall.ECONNREFUSED},      // outside
			{"tcp", "198.51.100.10:26", syscall.ECONNREFUSED},  // a port without a dialogue
			{"tcp", "198.51.100.250:25", syscall.ECONNREFUSED}, // an address without a host
			{"udp", "198.51.100.10:53", syscall.ECONNREFUSED},
			{"tcp", "[2001:db8::11]:25", syscall.ECONNREFUSED}, // mx1.mixed.test
			{"tcp", address(t, w, "mx.h02b-no-route.test"), syscall.EHOSTUNREACH},
			{"tcp", address(t, w, "mx.h02c-no-network.test"), syscall.ENETUNREACH},
			{"tcp", address(t, w, "mx.h02d-prohibited.test"), syscall.EACCES},
			{"tcp", address(t, w, "mx.hangup-connect.test"), syscall.ECONNRESET},
		}
		for _, test := range tests {
			conn, err := w.Dial(t.Context(), test.network, test.address)
			var op *net.OpError
			if conn != nil || !errors.Is(err, test.want) || !errors.As(err, &op) || op.Addr.String() != test.address {
				t.Errorf("%s %s: %v, want %v", test.network, test.address, err, test.want)
			}
		}
		if conn, err := w.Dial(t.Context(), "tcp", "mx.good.test:25"); err == nil {
			t.Errorf("dialling a name: %v", conn)
		}
	})
}

// address returns where a host of the world is.
func address(t *testing.T, w *lab.World, name string) string {
	t.Helper()
	hosts, err := w.Hosts()
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range hosts {
		if h.Name == name {
			return h.Address
		}
	}
	t.Fatalf("no host %s", name)
	return ""
}

func TestWorldBlackHole(t *testing.T) {
	everywhere(t, func(t *testing.T, o lab.Options) {
		w := open(t, o)
		hole := address(t, w, "mx.black-hole.test")
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if conn, err := w.Dial(ctx, "tcp", hole); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v, %v", conn, err)
		}
		done := make(chan error)
		go func() {
			_, err := w.Dial(context.WithoutCancel(t.Context()), "tcp", hole)
			done <- err
		}()
		_ = w.Close() // ends the wait
		if err := <-done; err == nil {
			t.Error("connected")
		}
		if conn, err := w.Dial(t.Context(), "tcp", "198.51.100.10:25"); err == nil {
			t.Errorf("connected to a closed world: %v", conn)
		}
	})
}

func TestWorldHasNoOtherServers(t *testing.T) {
	t.Parallel()
	w := open(t, lab.Options{})
	if _, err := w.Server("192.0.2.1:25"); err == nil {
		t.Error("a server outside the world")
	}
	if _, err := w.Server("nonsense"); err == nil {
		t.Error("a server nowhere")
	}
}

func TestListen(t *testing.T) {
	t.Parallel()
	w := open(t, lab.Options{})
	for _, address := range []string{"198.51.100.10:25", "[2001:db8::10]:25", w.Resolver} {
		local, err := w.Listen(address)
		if err != nil {
			t.Fatal(err)
		}
		at, err := netip.ParseAddrPort(local)
		if err != nil || !at.Addr().IsLoopback() {
			t.Errorf("%s listens at %s", address, local)
		}
		conn, err := net.Dial("tcp", local)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
	}
	if local, err := w.Listen("192.0.2.1:25"); err == nil {
		t.Errorf("192.0.2.1:25 listens at %s", local)
	}
	if !strings.HasPrefix(string(w.CertificatePEM()), "-----BEGIN CERTIFICATE-----\n") {
		t.Error("no certificate")
	}
}

func TestListenUnix(t *testing.T) {
	t.Parallel()
	w := open(t, lab.Options{})
	at, path := address(t, w, "mx.lmtp.test"), filepath.Join(t.TempDir(), "lmtp")
	if err := w.ListenUnix(at, path); err != nil {
		t.Skip(err) // where there are none
	}
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, conn)
	c.talk("S: 220 mx.lmtp.test LMTP Service Ready")
	c.Close()
	if err := w.ListenUnix(at, path); err == nil {
		t.Error("twice at the same place")
	}
	if err := w.ListenUnix("192.0.2.1:25", path+"2"); err == nil {
		t.Error("a host outside the world")
	}
	_ = w.Close()
	if _, err := os.Stat(path); err == nil {
		t.Error("the socket is still there")
	}
	if err := w.ListenUnix(at, path); err == nil {
		t.Error("in a closed world")
	}
}

func TestOwnWorld(t *testing.T) {
	t.Parallel()
	w := open(t, lab.Options{Files: fstest.MapFS{
		"zone":               {Data: []byte("a.test. MX 10 mx.a.test.\nmx.a.test. A 198.51.100.1\nalias.a.test. A 198.51.100.1\n")},
		"mx.a.test.dialogue": {Data: []byte("#: a.test accepted 0 first\n#: b.test no_such_user 67 second\n#$ 1 smtpcheck probe x\n#$ 0 smtpcheck version\n* listen 25 2525\n* connect refused\n* session\nS: 220 hi\n")},
	}})
	hosts, err := w.Hosts()
	if err != nil || len(hosts) != 2 || hosts[1] != (lab.Host{Name: "mx.a.test", Address: "198.51.100.1:2525", Outcome: simnet.Refused, About: "first; second"}) {
		t.Errorf("%+v, %v", hosts, err)
	}
	domains, err := w.Domains()
	if err != nil || len(domains) != 2 || !reflect.DeepEqual(domains[1], lab.Domain{
		Name: "b.test", Expect: "no_such_user", Exit: 67, About: "second",
		Try: []lab.Try{{"smtpcheck probe x", 1}, {"smtpcheck version", 0}},
	}) {
		t.Errorf("%+v, %v", domains, err)
	}
	if _, err := w.Dial(t.Context(), "tcp", "198.51.100.1:25"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Error(err)
	}
	c := dialWorld(t, w, "198.51.100.1:25")
	c.talk("S: 220 hi")
	c.Close()
}

func TestBrokenWorlds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		files fstest.MapFS
		want  string
	}{
		{fstest.MapFS{}, "open zone: file does not exist"},
		{fstest.MapFS{"zone": {Data: []byte("mx.a.test. A 198.51.100.300\n")}}, "zone: dns: bad A A"},
		{fstest.MapFS{"zone": {Data: []byte("mx.a.test. A 198.51.100.1\n")}, "mx.a.test.dialogue": {Data: []byte("\nhello")}}, "mx.a.test.dialogue:2: want"},
	} {
		w := open(t, lab.Options{Files: test.files})
		if _, err := w.Dial(t.Context(), "tcp", "198.51.100.1:25"); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("dial: %v, want %s", err, test.want)
		}
		if _, err := w.Hosts(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("hosts: %v, want %s", err, test.want)
		}
	}
	for index, want := range map[string]string{
		";: a.test accepted none at all\n":     `zone:1: not an exit code: "none"`,
		"\n;: a.test accepted\n":               "zone:2: want a domain, a reason, an exit code and a description",
		";$ 0 smtpcheck\n":                     "zone:1: want an exit code and a command, behind the line of a domain",
		";: a.test accepted 0 x\n;$ smtpcheck": "zone:2: want an exit code and a command, behind the line of a domain",
		";: a.test accepted 0 x\n;$ x y":       `zone:2: not an exit code: "x"`,
	} {
		w := open(t, lab.Options{Files: fstest.MapFS{"zone": {Data: []byte(index)}}})
		if _, err := w.Domains(); err == nil || err.Error() != want {
			t.Errorf("%q: %v", index, err)
		}
	}
}
