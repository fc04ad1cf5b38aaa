package probe

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// ProxyHeader is a header of the PROXY protocol (HAProxy, proxy-protocol.txt), by
// which a load balancer tells a server whom it connects.
type ProxyHeader struct {
	Version     int            // 1 or 2
	Source      netip.AddrPort // who connects; invalid: our end
	Destination netip.AddrPort // to what; invalid: the target
}

// resolve puts the ends of the connection where none were given. Where the source
// is of another family, or the target a unix socket, there is no destination to tell.
func (h ProxyHeader) resolve(local, remote netip.AddrPort) ProxyHeader {
	if !h.Source.IsValid() {
		h.Source = local
	}
	if !h.Destination.IsValid() {
		h.Destination = remote
	}
	h.Source, h.Destination = unmapped(h.Source), unmapped(h.Destination)
	if to := h.Destination; h.Source.IsValid() && (!to.IsValid() || h.Source.Addr().Is4() != to.Addr().Is4()) {
		anywhere := netip.IPv6Unspecified()
		if h.Source.Addr().Is4() {
			anywhere = netip.IPv4Unspecified()
		}
		h.Destination = netip.AddrPortFrom(anywhere, to.Port())
	}
	return h
}

func unmapped(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

// line is the header of version 1 (section 2.1), without its end.
func (h ProxyHeader) line() string {
	if !h.Source.IsValid() {
		return "PROXY UNKNOWN"
	}
	family := "TCP6"
	if h.Source.Addr().Is4() {
		family = "TCP4"
	}
	return fmt.Sprintf("PROXY %s %s %s %d %d", family, h.Source.Addr(), h.Destination.Addr(), h.Source.Port(), h.Destination.Port())
}

// shown is how the header stands in a transcript.
func (h ProxyHeader) shown() string {
	if h.Version == 2 {
		return h.line() + " (version 2, binary)"
	}
	return h.line()
}

// wire are the bytes of the header.
func (h ProxyHeader) wire() []byte {
	if h.Version != 2 {
		return []byte(h.line() + "\r\n")
	}
	b := []byte("\r\n\r\n\x00\r\nQUIT\n") // section 2.2
	if !h.Source.IsValid() {
		return append(b, 0x20, 0, 0, 0) // LOCAL
	}
	family := byte(0x21) // TCP over IPv6
	if h.Source.Addr().Is4() {
		family = 0x11
	}
	var body []byte
	body = append(body, h.Source.Addr().AsSlice()...)
	body = append(body, h.Destination.Addr().AsSlice()...)
	body = binary.BigEndian.AppendUint16(body, h.Source.Port())
	body = binary.BigEndian.AppendUint16(body, h.Destination.Port())
	b = binary.BigEndian.AppendUint16(append(b, 0x21, family), uint16(len(body))) //nolint:gosec // 36 at most
	return append(b, body...)
}

// announce sends the header: before TLS, and before the server speaks.
func (s *Session) announce() bool {
	if s.opts.ProxyHeader == nil {
		return true
	}
	h := s.opts.ProxyHeader.resolve(s.attempt.Local, s.attempt.Target.Addr)
	_ = s.wire.SetWriteDeadline(s.deadline(smtp.StageConnect))
	now := time.Now()
	_, err := s.wire.Write(h.wire())
	s.emit(Event{Kind: KindCommand, Command: h.shown()}, now)
	s.opened = now
	if err != nil && !s.wire.ended() {
		s.failed(err)
		return false
	}
	return true
}
