package sasl

import (
	"crypto/tls"

	"github.com/xdg-go/scram"
)

// Binding is what binds an exchange to a TLS session (RFC 5056), so that nobody
// between two sessions can pass it on.
type Binding struct {
	Type string // tls-exporter, tls-unique or tls-server-end-point; "" for none
	Data []byte
}

// BindingOf returns the channel binding that servers expect of a TLS session:
// tls-exporter with TLS 1.3 (RFC 9266, section 3); with older versions tls-unique,
// the default of RFC 5802, section 6, where the session has it: one that was resumed
// without the extended master secret has not (RFC 7627). tls-server-end-point (RFC 5929)
// is left for those, since a server that has tls-unique need not have it.
func BindingOf(state *tls.ConnectionState) Binding {
	if state == nil || !state.HandshakeComplete {
		return Binding{}
	}
	if state.Version >= tls.VersionTLS13 {
		if b, err := scram.NewTLSExporterBinding(state); err == nil {
			return Binding{string(b.Type), b.Data}
		}
	} else if len(state.TLSUnique) > 0 {
		return Binding{string(scram.ChannelBindingTLSUnique), state.TLSUnique}
	}
	if b, err := scram.NewTLSServerEndpointBinding(state); err == nil {
		return Binding{string(b.Type), b.Data}
	}
	return Binding{}
}
