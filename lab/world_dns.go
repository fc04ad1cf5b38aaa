package lab

import (
	"context"
	"io/fs"
	"net"
	"net/netip"
)

// dialDNS connects to the DNS server at an address, starting it first if need
// be. The connection is nil where there is none.
func (w *World) dialDNS(ctx context.Context, network, address string) (net.Conn, error) {
	place, err := w.startDNS(address)
	if place == nil || err != nil {
		return nil, err
	}
	if len(network) >= 3 && network[:3] == "udp" {
		return w.connect(ctx, "udp", place.udp)
	}
	return w.connect(ctx, "tcp", place.tcp)
}

// startDNS starts the resolver, or the name server at an address; nil where there is none.
func (w *World) startDNS(address string) (*dnsPlace, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil, errClosed
	}
	if place := w.dns[address]; place != nil {
		return place, nil
	}
	if err := w.readZone(); err != nil {
		return nil, err
	}
	server, err := w.newServer(address)
	if server == nil || err != nil {
		return nil, err
	}
	server.Authority = w.authority
	udp, tcp, err := listenBoth(func() (net.PacketConn, error) { return w.listenPacket(address) }, w.listenAt)
	if err != nil {
		return nil, err
	}
	server.ServeUDP(udp)
	server.ServeTCP(tcp)
	w.dns[address] = &dnsPlace{server, udp.LocalAddr().String(), tcp.Addr().String()}
	return w.dns[address], nil
}

// newServer makes the DNS server for an address, nil where there is none.
func (w *World) newServer(address string) (*DNSServer, error) {
	if address == w.Resolver {
		return newDNS(w.zone), nil
	}
	at, err := netip.ParseAddrPort(address)
	if err != nil || len(w.serves[at.Addr()]) == 0 {
		return nil, nil //nolint:nilerr // what is no address is no server's
	}
	view, err := w.zone.view(w.views[at.Addr()])
	if err != nil {
		return nil, err
	}
	server := newDNS(view)
	server.serves = w.serves[at.Addr()]
	return server, nil
}

// readZone reads the zone text.
func (w *World) readZone() error {
	if w.zone != nil {
		return nil
	}
	text, err := fs.ReadFile(w.files, "zone")
	if err != nil {
		return err
	}
	zone, err := newZoneData(string(text))
	if err != nil {
		return err
	}
	w.zone, w.views, w.serves = zone, splitViews(string(text)), zone.authorities()
	return nil
}

func (w *World) listenPacket(address string) (net.PacketConn, error) {
	if w.network != nil {
		return w.network.ListenPacket(address)
	}
	return net.ListenPacket("udp", "127.0.0.1:0")
}
