package lab

import (
	"context"
	"crypto/x509"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"strings"
	"sync"

	"github.com/smtpcheck/smtpcheck/lab/simnet"
)

//go:embed world
var builtin embed.FS

// resolverAddress is where the world's DNS server is.
const resolverAddress = "198.51.100.53:53"

// Options say what world to open. The zero Options are the built-in one.
type Options struct {
	// Files holds the file "zone" and the dialogues, HOST.dialogue for port 25
	// or those that it names, HOST@PORT.dialogue for another port of that
	// host. nil means the built-in world.
	Files fs.FS
	// Network, if not nil, carries everything instead of loopback sockets: for
	// testing/synctest bubbles. Its links decide about delays and faults.
	Network *simnet.Network
}

// World is a set of mail servers at documentation addresses, and the DNS that
// leads there. A host starts when it is first dialled.
type World struct {
	// Resolver is the address and port of the DNS server, UDP and TCP, to be
	// reached through Dial.
	Resolver string
	// RootCAs has the authority that signs the hosts' certificates.
	RootCAs *x509.CertPool

	files     fs.FS
	network   *simnet.Network
	authority *Authority
	ctx       context.Context // ends with the world
	cancel    context.CancelFunc

	mu        sync.Mutex
	closed    bool
	names     map[netip.Addr]string // of the hosts, by address; nil until needed
	endpoints map[netip.AddrPort]*endpoint
	zone      *zoneData               // nil until needed
	views     map[netip.Addr]string   // of the name servers that have one
	serves    map[netip.Addr][]string // the zones of each name server
	dns       map[string]*dnsPlace    // by address
}

// dnsPlace is a DNS server and where it really listens.
type dnsPlace struct {
	server   *DNSServer
	udp, tcp string
}

// Open opens a world. Nothing starts before it is dialled. For use in a
// testing/synctest bubble it must be opened there.
func Open(o Options) (*World, error) {
	w := &World{
		Resolver:  resolverAddress,
		files:     o.Files,
		network:   o.Network,
		authority: NewAuthority(),
		endpoints: make(map[netip.AddrPort]*endpoint),
		dns:       make(map[string]*dnsPlace),
	}
	if w.files == nil {
		files, err := fs.Sub(builtin, "world")
		if err != nil {
			return nil, err
		}
		w.files = files
	}
	w.RootCAs = w.authority.Pool()
	w.ctx, w.cancel = context.WithCancel(context.Background())
	return w, nil
}

// CertificatePEM returns the certificate of the world's authority as text, for
// clients that are not part of this process.
func (w *World) CertificatePEM() []byte { return w.authority.PEM() }

// Dial connects to a host of the world, or to a DNS server of it, at a documentation
// address. The connection is a loopback one; for "udp" it is a true
// [*net.UDPConn]. An address outside the world is refused.
func (w *World) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	if strings.HasSuffix(address, ":53") {
		switch conn, err := w.dialDNS(ctx, network, address); {
		case err != nil:
			return nil, err
		case conn != nil:
			return conn, nil
		}
	}
	e, err := w.endpoint(address)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	outcome := simnet.Refused
	if e != nil && len(network) >= 3 && network[:3] == "tcp" {
		outcome = e.next()
	}
	if outcome != simnet.Accept {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(w.ctx, cancel)()
		return nil, outcome.Fail(ctx, network, address, 0)
	}
	local, err := w.start(e)
	if err != nil {
		return nil, err
	}
	return w.connect(ctx, "tcp", local)
}

// connect dials an address that something of the world listens on.
func (w *World) connect(ctx context.Context, network, address string) (net.Conn, error) {
	if w.network != nil {
		return w.network.Dial(ctx, network, address)
	}
	var d net.Dialer
	return d.DialContext(ctx, network, address)
}

// listen opens a listener for what belongs at address: there, in memory; on a
// free port of loopback otherwise.
func (w *World) listen(address string) (net.Listener, error) {
	if w.network == nil {
		address = "127.0.0.1:0"
	}
	return w.listenAt(address)
}

func (w *World) listenAt(address string) (net.Listener, error) {
	if w.network != nil {
		return w.network.Listen(address)
	}
	return net.Listen("tcp", address)
}

// Server returns the server at a documentation address, such as
// "198.51.100.10:25", starting it if need be: for tests that ask what it was told.
func (w *World) Server(address string) (*Server, error) {
	e, err := w.endpoint(address)
	if err != nil {
		return nil, err
	}
	if e == nil {
		return nil, fmt.Errorf("nothing in the lab listens at %s", address)
	}
	if _, err := w.start(e); err != nil {
		return nil, err
	}
	return e.server, nil
}

// Close ends everything that was started and returns when nothing is left running.
func (w *World) Close() error {
	w.mu.Lock()
	w.closed = true
	endpoints := w.endpoints
	w.endpoints = nil
	servers := w.dns
	w.mu.Unlock()
	w.cancel()
	for _, e := range endpoints {
		e.close()
	}
	var err error
	for _, place := range servers {
		err = errors.Join(err, place.server.Close())
	}
	return err
}

// errClosed is what a world that was closed says.
var errClosed = errors.New("the lab is closed")
