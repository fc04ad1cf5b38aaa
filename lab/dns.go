package lab

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// DNSServer is the DNS of the lab: an authority for its zones that answers
// like a recursive resolver (aliases followed, RA set) and misbehaves where
// its zone text says so. Every name that the text does not have does not exist.
//
// The text is a master file (RFC 1035, section 5); several zones may stand in
// it. A negative answer carries the SOA of its zone, or one made for the top
// label. Lines that begin with ";!" are directives:
//
//	;! NAME [TYPE] WORD [ARGUMENT]
//
// They hold for queries for NAME, of any type unless TYPE is given. The words:
//
//	delay 5s               answer later
//	drop, drop-aaaa        never answer; never answer AAAA
//	servfail, refused, formerr, notimp, nxdomain, rcode N
//	ede N TEXT             add an extended error (RFC 8914)
//	truncate               over UDP nothing but TC=1
//	tcp-refused            over TCP the connection is reset
//	formerr-edns           FORMERR to a query with EDNS0
//	wrong-id-first, wrong-question-first, wrong-source-first, garbage-first
//	                       a forged answer before the true one (RFC 5452)
//	duplicate              answer twice
//	raw WHAT               a malformed packet: loop, forward-pointer, past-end, long-label,
//	                       long-name, lying-count, lying-rdlength, or the answer section in hexadecimal
//	ttl N                  the TTL of all records, up to 4294967295
//	stale                  as from a cache whose authority is lost (RFC 8767): TTL 30
//	ad                     set AD
//	no-recursion           answer as an authority would: aliases not followed, RA clear
//	many N                 N MX records, mx00001.NAME and so on, of preference 10, or as many TLSA records for nothing
//	tlsa USAGE SELECTOR MATCHING HOST|authority [KIND]
//	                       a TLSA record for the certificate of a host, or of the lab's authority;
//	                       KIND as behind "* tls", such as expired
//	bogus TEXT             SERVFAIL with an extended error, but to a query with CD set
//	many-addresses N       N addresses from 198.18.0.0/15 or 2001:db8:ff::/64
type DNSServer struct {
	// Authority has the certificates that TLSA records are made for. Nil means one of the server's own.
	Authority *Authority

	zone   *zoneData
	serves []string // the zones of an authority; nil for a server that answers like a resolver
	own    sync.Once

	ctx    context.Context
	cancel context.CancelFunc
	group  sync.WaitGroup

	mu    sync.Mutex
	open  map[io.Closer]struct{} // nil when closed
	asked map[dnsQuery]int
}

// dnsQuery is what a query asks for, the name in lower case.
type dnsQuery struct {
	name string
	typ  uint16
}

// NewDNS reads the zone text. The server answers nobody until it is told where to serve.
func NewDNS(zone string) (*DNSServer, error) {
	data, err := newZoneData(zone)
	if err != nil {
		return nil, err
	}
	return newDNS(data), nil
}

func newDNS(zone *zoneData) *DNSServer {
	s := &DNSServer{zone: zone, open: make(map[io.Closer]struct{}), asked: make(map[dnsQuery]int)}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// Close stops serving, closes what was served on and returns when no
// goroutine is left.
func (s *DNSServer) Close() error {
	s.cancel()
	s.mu.Lock()
	open := s.open
	s.open = nil
	s.mu.Unlock()
	for c := range open {
		c.Close()
	}
	s.group.Wait()
	return nil
}

// Asked says how often a query for name and type came, "" being any type.
func (s *DNSServer) Asked(name, typ string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for q, times := range s.asked {
		if q.name == dns.CanonicalName(name) && (typ == "" || q.typ == dns.StringToType[typ]) {
			n += times
		}
	}
	return n
}

// ServeLoopback answers at a free port of 127.0.0.1, UDP and TCP, in the
// background, until Close, and returns the address and port.
func (s *DNSServer) ServeLoopback() (string, error) {
	udp, tcp, err := listenBoth(
		func() (net.PacketConn, error) { return net.ListenPacket("udp", "127.0.0.1:0") },
		func(address string) (net.Listener, error) { return net.Listen("tcp", address) },
	)
	if err != nil {
		return "", err
	}
	s.ServeUDP(udp)
	s.ServeTCP(tcp)
	return udp.LocalAddr().String(), nil
}

// listenBoth opens both sockets of a DNS server, with the same port number.
func listenBoth(udp func() (net.PacketConn, error), tcp func(address string) (net.Listener, error)) (net.PacketConn, net.Listener, error) {
	for try := 1; ; try++ {
		conn, err := udp()
		if err != nil {
			return nil, nil, err
		}
		l, err := tcp(conn.LocalAddr().String())
		if err == nil {
			return conn, l, nil
		}
		_ = conn.Close() // somebody else has that port for TCP
		if try == 20 {
			return nil, nil, err
		}
	}
}

// ServeUDP answers on conn, in the background, until Close, which closes it.
func (s *DNSServer) ServeUDP(conn net.PacketConn) {
	s.serve(conn, func() {
		buf := make([]byte, 1<<16)
		for {
			n, from, err := conn.ReadFrom(buf)
			if s.ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil {
				continue // an ICMP message that met an earlier answer
			}
			query := append([]byte(nil), buf[:n]...)
			s.group.Go(func() { s.answer(query, &dnsDatagrams{conn, from}) })
		}
	})
}

// ServeTCP answers on the connections of l, in the background, until Close, which closes it.
func (s *DNSServer) ServeTCP(l net.Listener) {
	s.serve(l, func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.serve(conn, func() { s.serveConn(conn) })
		}
	})
}

// serve runs loop in the background and closes c when it ends, or at Close.
func (s *DNSServer) serve(c io.Closer, loop func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		c.Close()
		return
	}
	s.open[c] = struct{}{}
	s.group.Go(func() {
		loop()
		s.mu.Lock()
		_, open := s.open[c]
		delete(s.open, c)
		s.mu.Unlock()
		if open {
			c.Close()
		}
	})
}

func (s *DNSServer) serveConn(conn net.Conn) {
	for {
		var size [2]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return
		}
		query := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(conn, query); err != nil {
			return
		}
		if !s.answer(query, dnsStream{conn}) {
			return
		}
	}
}

// dnsPeer is who asked.
type dnsPeer interface {
	stream() bool
	send(msg []byte)
	forge(msg []byte) // from another source, where that is possible
	reset()
}

type dnsDatagrams struct {
	conn net.PacketConn
	to   net.Addr
}

func (*dnsDatagrams) stream() bool      { return false }
func (*dnsDatagrams) reset()            {}
func (d *dnsDatagrams) send(msg []byte) { _, _ = d.conn.WriteTo(msg, d.to) }

func (d *dnsDatagrams) forge(msg []byte) {
	host, _, err := net.SplitHostPort(d.conn.LocalAddr().String())
	if err != nil {
		return
	}
	other, err := net.ListenPacket("udp", net.JoinHostPort(host, "0"))
	if err != nil {
		return
	}
	defer func() { _ = other.Close() }()
	_, _ = other.WriteTo(msg, d.to)
}

type dnsStream struct{ conn net.Conn }

func (dnsStream) stream() bool { return true }
func (dnsStream) forge([]byte) {}

func (d dnsStream) send(msg []byte) {
	_, _ = d.conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(msg))), msg...))
}

func (d dnsStream) reset() {
	if tcp, ok := d.conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	d.conn.Close()
}

// answer answers one query, and reports whether the connection goes on.
func (s *DNSServer) answer(packet []byte, peer dnsPeer) bool {
	query := new(dns.Msg)
	if query.Unpack(packet) != nil || query.Response || len(query.Question) != 1 {
		return false
	}
	q := dnsQuery{dns.CanonicalName(query.Question[0].Name), query.Question[0].Qtype}
	s.mu.Lock()
	s.asked[q]++
	s.mu.Unlock()

	rule := s.zone.rule(q)
	if rule.drop || !s.wait(rule.delay) {
		return true
	}
	if rule.tcpRefused && peer.stream() {
		peer.reset()
		return false
	}
	for _, forgery := range rule.first {
		dnsForge(query, forgery, peer)
	}
	reply := s.reply(query, q, rule, peer.stream())
	peer.send(reply)
	if rule.duplicate {
		peer.send(reply)
	}
	return true
}

// wait lets d pass, and reports false when the server is closed first.
func (s *DNSServer) wait(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}

// reply writes the reply to query as the rule wants it.
func (s *DNSServer) reply(query *dns.Msg, q dnsQuery, rule *zoneRule, stream bool) []byte {
	m := new(dns.Msg)
	m.SetReply(query)
	m.Compress = true
	m.RecursionAvailable = !rule.noRecursion
	m.Authoritative = rule.noRecursion || !query.RecursionDesired
	m.AuthenticatedData = rule.ad
	opt := query.IsEdns0()
	switch {
	case rule.raw != nil:
		return zoneRaw(m, rule.raw)
	case rule.formerrEDNS && opt != nil:
		m.Rcode, opt = dns.RcodeFormatError, nil
	case rule.rcode >= 0:
		m.Rcode = rule.rcode
	case rule.bogus != "" && !query.CheckingDisabled && s.serves == nil:
		m.Rcode = dns.RcodeServerFailure
		rule.ede = &dns.EDNS0_EDE{InfoCode: dns.ExtendedErrorCodeDNSBogus, ExtraText: rule.bogus}
	case rule.truncate && !stream:
		m.Truncated = true
	case q.typ == dns.TypeTLSA && len(rule.tlsa) > 0:
		m.Answer = s.tlsa(q, rule)
	case s.serves != nil:
		s.zone.authoritative(m, q, rule, s.serves)
	default:
		m.Answer, m.Ns, m.Rcode = s.zone.resolve(q, rule)
	}
	// The answer spells the name as the query does (RFC 1035, section 4.1.2 is silent, all servers do).
	for _, rr := range m.Answer {
		if h := rr.Header(); strings.EqualFold(h.Name, q.name) {
			h.Name = query.Question[0].Name
		}
	}
	return dnsPack(m, opt, rule, stream)
}

// dnsPack adds the OPT record and cuts the message to what the asker takes. A
// stream gets what fits its 64 KiB, with no word about the rest.
func dnsPack(m *dns.Msg, opt *dns.OPT, rule *zoneRule, stream bool) []byte {
	size := dns.MinMsgSize
	if opt != nil {
		size = max(size, int(opt.UDPSize()))
		m.SetEdns0(1232, false)
		if rule.ede != nil {
			own := m.IsEdns0()
			own.Option = append(own.Option, rule.ede)
		}
	}
	if stream {
		size = dns.MaxMsgSize
	}
	truncated := m.Truncated
	m.Truncate(size)
	m.Truncated = !stream && (m.Truncated || truncated)
	packet, err := m.Pack()
	if err != nil {
		m.Answer, m.Ns, m.Rcode = nil, nil, dns.RcodeServerFailure
		packet, _ = m.Pack()
	}
	return packet
}
