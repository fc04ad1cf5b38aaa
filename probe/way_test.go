package probe_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/smtpcheck/smtpcheck/lab"
	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/sasl"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// TestLMTP speaks with a second implementation of LMTP, and never falls back.
func TestLMTP(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, s := play(t, "* serve go-smtp lmtp no-tls over-quota=bob\n", simnet.Link{}, probe.Options{
			LMTP: true, Message: sends(text("Subject: x\r\n\r\nx\r\n")),
			Recipients: []smtp.Mailbox{box(t, "alice@example.test"), box(t, "bob@example.test")},
		})
		var codes []int
		for _, e := range a.Events {
			if e.Kind == probe.KindReply && e.Stage == smtp.StageMessage {
				codes = append(codes, e.Reply.Code)
			}
		}
		if got := said(a); got[0] != "LHLO probe.example.org" || len(s.Messages()) != 2 || !slices.Equal(codes, []int{250, 552}) {
			t.Errorf("%v\n%s", codes, transcript(a))
		}
	})
	synctest.Test(t, func(t *testing.T) {
		a, _ := play(t, "S: 220 mx\nC: LHLO *\nS: 500 5.5.1 this is ESMTP\n", simnet.Link{}, probe.Options{LMTP: true})
		if got := said(a); !slices.Equal(got, []string{"LHLO probe.example.org", "QUIT"}) {
			t.Errorf("said %q", got)
		}
	})
}

// TestSocket: a unix socket is dialled, and told apart when it cannot be.
func TestSocket(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "smtpcheck")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "lmtp")
	d, err := lab.Parse("socket", "* serve go-smtp lmtp no-tls\n")
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	s := lab.NewServer(d)
	served := make(chan struct{})
	go func() { defer close(served); _ = s.Serve(l) }()
	run := func(path string) *probe.Attempt {
		return probe.Run(context.Background(), probe.Target{Host: "localhost", Socket: path}, &probe.Options{
			HELO: "probe.example.org", LMTP: true, Recipients: []smtp.Mailbox{box(t, "alice@example.test")},
		})
	}
	if a := run(path); a.Failure() != nil || a.Target.Address() != "unix:"+path || said(a)[2] != "RCPT TO:<alice@example.test>" {
		t.Error(transcript(a))
	}
	_ = s.Close()
	<-served
	if f := failureOf(t, run(filepath.Join(dir, "none"))); f.Kind != probe.FailLocal || f.Detail != "no such file or directory" {
		t.Errorf("%+v", f)
	}
}

// TestProxyHeader: the header comes first, before TLS and the greeting.
func TestProxyHeader(t *testing.T) {
	t.Parallel()
	v6 := netip.MustParseAddrPort("[2001:db8::7]:4000")
	for _, tt := range []struct {
		header  probe.ProxyHeader
		command string
	}{
		{probe.ProxyHeader{Version: 1, Source: netip.MustParseAddrPort("192.0.2.1:4000")}, "PROXY TCP4 192.0.2.1 198.51.100.10 4000 25"},
		{probe.ProxyHeader{Version: 2, Source: netip.MustParseAddrPort("192.0.2.1:4000")}, "PROXY TCP4 192.0.2.1 198.51.100.10 4000 25"},
		{probe.ProxyHeader{Version: 1, Source: v6}, "PROXY TCP6 2001:db8::7 :: 4000 25"},
		{probe.ProxyHeader{Version: 2, Source: v6, Destination: netip.MustParseAddrPort("[2001:db8::8]:26")}, "PROXY TCP6 2001:db8::7 2001:db8::8 4000 26"},
	} {
		for _, mode := range []probe.TLSMode{probe.Opportunistic, probe.Implicit} {
			synctest.Test(t, func(t *testing.T) {
				script := "* proxy\n" + plainScript
				if mode == probe.Implicit {
					script = "* proxy\n* tls\n" + plainScript
				}
				a, s := play(t, script, simnet.Link{}, probe.Options{ProxyHeader: &tt.header, TLS: mode})
				if a.Failure() != nil || !strings.HasPrefix(said(a)[0], tt.command) || a.Events[1].Stage != smtp.StageConnect {
					t.Errorf("%+v: %v\n%s", tt.header, s.Errors(), transcript(a))
				}
				if lines := s.Received(); len(lines) == 0 || lines[0] != tt.command {
					t.Errorf("the server read %q, want %q", lines, tt.command)
				}
			})
		}
	}
}

// TestProxyHeaderAtSocket: a unix socket has no address to name.
func TestProxyHeaderAtSocket(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"192.0.2.1:4000": "PROXY TCP4 192.0.2.1 0.0.0.0 4000 0", "[2001:db8::7]:4000": "PROXY TCP6 2001:db8::7 :: 4000 0",
	} {
		ours, theirs := net.Pipe()
		go func() {
			buf := make([]byte, 100)
			n, _ := theirs.Read(buf)
			_, _ = fmt.Fprintf(theirs, "554 %s\r\n", strings.TrimSpace(string(buf[:n])))
			_ = theirs.Close()
		}()
		a := probe.Run(context.Background(), probe.Target{Host: "localhost", Socket: "/x"}, &probe.Options{
			ProxyHeader: &probe.ProxyHeader{Version: 1, Source: netip.MustParseAddrPort(source)},
			Dial:        func(context.Context, string, string) (net.Conn, error) { return ours, nil },
		})
		if got := said(a)[0]; got != want || len(a.Events) < 3 || a.Events[2].Reply == nil || a.Events[2].Reply.Text() != want {
			t.Errorf("said %q, want %q\n%s", got, want, transcript(a))
		}
	}
}

// TestProxy: connections by way of a SOCKS5 proxy, and whose fault it is when
// there is none.
func TestProxy(t *testing.T) {
	t.Parallel()
	const at = "192.0.2.80:1080"
	for _, tt := range []struct {
		name         string
		proxy        probe.Proxy
		method, code byte // the proxy's answers; method 0xff: it wants what we do not have
		behaves      string
		want         probe.FailureKind
		detail       string
	}{
		{name: "works"},
		{name: "works with a password", proxy: probe.Proxy{User: "u", Password: sasl.NewSecret("secret")}, method: 2},
		{name: "wrong password", proxy: probe.Proxy{User: "u", Password: sasl.NewSecret("wrong-secret")}, method: 2, want: probe.FailLocal, detail: "authentication failed"},
		{name: "wants a password", method: 0xff, want: probe.FailLocal, detail: "no acceptable authentication methods"},
		{name: "failure", code: 1, want: probe.FailLocal, detail: "general SOCKS server failure"},
		{name: "rules", code: 2, want: probe.FailProhibited, detail: "not allowed"},
		{name: "network", code: 3, want: probe.FailUnreachable, detail: "network unreachable"},
		{name: "host", code: 4, want: probe.FailUnreachable, detail: "host unreachable"},
		{name: "refused", code: 5, want: probe.FailRefused, detail: "the proxy " + at + " says: connection refused"},
		{name: "ttl", code: 6, want: probe.FailUnreachable, detail: "TTL expired"},
		{name: "unknown", code: 99, want: probe.FailLocal, detail: "99"},
		{name: "down", behaves: "down", want: probe.FailLocal, detail: "cannot be reached: connection refused"},
		{name: "silent", behaves: "silent", want: probe.FailTimeout, detail: "did not say in time"},
		{name: "goes", behaves: "goes", want: probe.FailLocal, detail: "the proxy " + at + " failed: "},
		{name: "no proxy", behaves: "smtp", want: probe.FailLocal, detail: "version"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := simnet.New()
				d, err := lab.Parse(t.Name(), plainScript)
				if err != nil {
					t.Fatal(err)
				}
				l, err := n.Listen(address)
				if err != nil {
					t.Fatal(err)
				}
				s := lab.NewServer(d)
				done := make(chan struct{}, 2)
				go func() { _ = s.Serve(l); done <- struct{}{} }()
				p := &socks{network: n, method: tt.method, code: tt.code, behaves: tt.behaves}
				if tt.behaves != "down" {
					if p.l, err = n.Listen(at); err != nil {
						t.Fatal(err)
					}
					go func() { p.serve(); done <- struct{}{} }()
				}
				tt.proxy.Address, tt.proxy.Dial = at, n.Dial
				a := probe.Run(context.Background(), target(), &probe.Options{
					HELO: "probe.example.org", Recipients: []smtp.Mailbox{box(t, "alice@example.test")}, Dial: tt.proxy.DialContext, Via: "the proxy " + at,
				})
				switch f := a.Failure(); {
				case tt.want == "" && (f != nil || a.Events[0].Text != "the proxy "+at):
					t.Error(transcript(a))
				case tt.want != "" && (f == nil || f.Failure.Kind != tt.want || !strings.Contains(f.Failure.Detail, tt.detail)):
					t.Errorf("want %s, %q\n%s", tt.want, tt.detail, transcript(a))
				}
				if strings.Contains(transcript(a)+fmt.Sprintf("%+v %#v", tt.proxy, tt.proxy), "secret") {
					t.Error("the password is in the transcript")
				}
				_ = s.Close()
				<-done
				if p.l != nil {
					_ = p.l.Close()
					<-done
				}
			})
		})
	}
}

// socks is a SOCKS5 proxy for one connection (RFC 1928, RFC 1929).
type socks struct {
	network      *simnet.Network
	l            net.Listener
	method, code byte
	behaves      string
}

func (p *socks) serve() {
	c, err := p.l.Accept()
	if err != nil {
		return
	}
	defer c.Close()
	switch p.behaves {
	case "silent":
		_, _ = io.Copy(io.Discard, c)
		return
	case "goes":
		return
	case "smtp":
		_, _ = io.WriteString(c, "220 mx ESMTP\r\n")
		_, _ = io.Copy(io.Discard, c)
		return
	}
	head := make([]byte, 2)
	read := func(b []byte) bool { _, err := io.ReadFull(c, b); return err == nil }
	if !read(head) || !read(make([]byte, head[1])) {
		return
	}
	_, _ = c.Write([]byte{5, p.method})
	if p.method == 0xff {
		return
	}
	if p.method == 2 && !p.login(c) {
		return
	}
	request := make([]byte, 10)
	if !read(request) {
		return
	}
	_, _ = c.Write([]byte{5, p.code, 0, 1, 0, 0, 0, 0, 0, 0})
	if p.code != 0 {
		return
	}
	addr := fmt.Sprintf("%s:%d", netip.AddrFrom4([4]byte(request[4:8])), int(request[8])<<8|int(request[9]))
	far, err := p.network.Dial(context.Background(), "tcp", addr)
	if err != nil {
		return
	}
	defer far.Close()
	back := make(chan struct{})
	go func() { defer close(back); _, _ = io.Copy(c, far); _ = c.Close() }()
	_, _ = io.Copy(far, c)
	_ = far.Close()
	<-back
}

func (p *socks) login(c net.Conn) bool {
	var words []string
	if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
		return false
	}
	for range 2 {
		n := make([]byte, 1)
		_, _ = io.ReadFull(c, n)
		word := make([]byte, n[0])
		_, _ = io.ReadFull(c, word)
		words = append(words, string(word))
	}
	ok := words[0] == "u" && words[1] == "secret"
	status := byte(1)
	if ok {
		status = 0
	}
	_, _ = c.Write([]byte{1, status})
	return ok
}
