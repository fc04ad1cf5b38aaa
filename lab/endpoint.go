package lab

import (
	"errors"
	"io/fs"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/miekg/dns"

	"github.com/smtpcheck/smtpcheck/lab/simnet"
)

// endpoint is one address and port of a host. Each has a server of its own, so
// that "the second connection" means the second one there.
type endpoint struct {
	address  string // where it belongs
	dialogue *Dialogue
	server   *Server
	serving  sync.WaitGroup

	mu     sync.Mutex
	dials  int
	local  string // where it listens; "" before it does
	closed bool
}

// next returns what becomes of the next attempt to connect.
func (e *endpoint) next() simnet.Outcome {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.dials++
	return e.dialogue.Outcome(e.dials)
}

// endpoint returns what is at an address of the world, or nil.
func (w *World) endpoint(address string) (*endpoint, error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil, errClosed
	}
	if e := w.endpoints[at]; e != nil {
		return e, nil
	}
	if err := w.readNames(); err != nil {
		return nil, err
	}
	d, err := w.dialogue(w.names[at.Addr()], at.Port())
	if d == nil || err != nil {
		return nil, err
	}
	e := &endpoint{address: address, dialogue: d, server: NewServer(d)}
	e.server.Authority = w.authority
	w.endpoints[at] = e
	return e, nil
}

// dialogue reads what a host says on one of its ports; nil if it says nothing there.
func (w *World) dialogue(host string, port uint16) (*Dialogue, error) {
	d, err := w.readDialogue(host + ".dialogue")
	if err != nil {
		return nil, err
	}
	if d != nil && (slices.Contains(d.Ports, port) || len(d.Ports) == 0 && port == 25) {
		return d, nil
	}
	return w.readDialogue(host + "@" + strconv.Itoa(int(port)) + ".dialogue")
}

func (w *World) readDialogue(name string) (*Dialogue, error) {
	if !fs.ValidPath(name) {
		return nil, nil
	}
	text, err := fs.ReadFile(w.files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return Parse(name, string(text))
}

// start makes the endpoint listen, if it does not yet, and returns where.
func (w *World) start(e *endpoint) (string, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.closed:
		return "", errClosed
	case e.local != "":
		return e.local, nil
	}
	l, err := w.listen(e.address)
	if err != nil {
		return "", err
	}
	e.local = l.Addr().String()
	e.serving.Go(func() { _ = e.server.Serve(l) })
	return e.local, nil
}

// close ends the endpoint's server.
func (e *endpoint) close() {
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	_ = e.server.Close()
	e.serving.Wait()
}

// readNames learns from the zone which host has which address.
func (w *World) readNames() error {
	if w.names != nil {
		return nil
	}
	zone, err := w.files.Open("zone")
	if err != nil {
		return err
	}
	defer func() { _ = zone.Close() }()
	names := make(map[netip.Addr]string)
	parser := dns.NewZoneParser(zone, ".", "zone")
	parser.SetDefaultTTL(3600)
	for rr, ok := parser.Next(); ok; rr, ok = parser.Next() {
		var ip []byte
		switch rr := rr.(type) {
		case *dns.A:
			ip = rr.A
		case *dns.AAAA:
			ip = rr.AAAA
		}
		if addr, ok := netip.AddrFromSlice(ip); ok {
			name := strings.TrimSuffix(dns.CanonicalName(rr.Header().Name), ".")
			if _, taken := names[addr.Unmap()]; !taken {
				names[addr.Unmap()] = name
			}
		}
	}
	if err := parser.Err(); err != nil {
		return err
	}
	w.names = names
	return nil
}
