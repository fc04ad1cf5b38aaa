package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"time"

	"github.com/smtpcheck/smtpcheck/sasl"
	"github.com/smtpcheck/smtpcheck/smtp"
	"github.com/smtpcheck/smtpcheck/tlshello"
)

// TLSMode says what to do about TLS.
type TLSMode string

// The TLS modes; "" means Opportunistic.
const (
	Opportunistic TLSMode = "opportunistic" // STARTTLS where it is offered (RFC 7435)
	Require       TLSMode = "require"       // STARTTLS, or the session ends
	Never         TLSMode = "never"         // no STARTTLS
	Implicit      TLSMode = "implicit"      // TLS from the first byte (RFC 8314)
)

// Timeouts of a session. A stage ends at the earlier of its own and the
// session's deadline.
type Timeouts struct {
	Connect time.Duration // the TCP connection; 0: 10s
	Command time.Duration // the greeting, the handshake and each reply; 0: 30s
	// Session is for the session as a whole. 0: 60s, or 3m with a message; the
	// reply to a message may then still take Message.
	Session time.Duration
	Message time.Duration // the reply to the end of the message; 0: 10m (RFC 5321, section 4.5.3.2.6)
	// RFC uses the per-stage minimums of RFC 5321, section 4.5.3.2 instead of
	// Command, and 40m for a Session of 0.
	RFC bool
}

// Options say how far a dialogue goes and what is said in it. The zero value
// greets, takes TLS where it is offered and says QUIT.
type Options struct {
	HELO       string         // the name in EHLO; "": the address literal of the local end
	From       string         // the reverse-path without angle brackets; "": the null reverse-path
	FromUTF8   bool           // the reverse-path needs SMTPUTF8
	Recipients []smtp.Mailbox // a transaction each

	TLS       TLSMode
	TLSVerify bool // end the session if the certificate is not verified
	// VerifyPeer, when not nil, is the rule by which TLSVerify judges what the handshake
	// established, instead of the roots and the names of the host. It may wait.
	VerifyPeer   func(*TLS) error
	TLSMin       uint16                 // lowest TLS version; 0: TLS 1.0
	TLSMax       uint16                 // highest TLS version; 0: TLS 1.3
	RootCAs      *x509.CertPool         // nil: the system's
	ServerName   string                 // SNI; "": the target's host
	Certificate  *tls.Certificate       // ours, for servers that ask for one; nil: none
	Sessions     tls.ClientSessionCache // TLS sessions to resume, and to keep for that; nil: none
	Fingerprints []string               // SHA-256 of a certificate or of its public key, in lower-case hexadecimal: TLSVerify takes these instead

	// Hello, when not nil, is said in place of a handshake. The session ends with its answer.
	Hello *tlshello.Offer

	Auth *Auth // nil: no AUTH
	// Secrets are words that no event may have, as those of Auth, where this session does not authenticate.
	Secrets  []sasl.Secret
	Envelope Envelope         // what MAIL and RCPT ask for
	XClient  []smtp.Attribute // XCLIENT (Postfix); nil: none
	XForward []smtp.Attribute // XFORWARD (Postfix); nil: none
	Queries  []smtp.Command   // asked by themselves, before the transactions
	Exercise *Exercise        // the extensions are tried in place of the transactions; nil: they are not
	Relaying *Relaying        // whether the server relays is asked in place of the transactions; nil: it is not
	LMTP     bool             // LHLO instead of EHLO (RFC 2033)
	Pipeline bool             // send commands together where PIPELINING is offered (RFC 2920)
	// AskInClear asks MAIL before STARTTLS, where that is offered and wanted, to see
	// whether the server demands TLS (RFC 3207, section 4). The answer decides nothing.
	AskInClear bool
	StopAfter  smtp.Stage // connect, greeting, ehlo, starttls, auth, mail or rcpt; "": rcpt
	// Message gives the message of a transaction, by its number from 1, as the
	// server's extensions allow; nil: none is sent.
	Message func(transaction int, offered smtp.Capabilities) *Message

	Timeouts Timeouts

	ProxyHeader *ProxyHeader // sent first of all; nil: none
	// Via is by way of what connections are made, for the transcript; "": nothing.
	Via string
	// Dial opens connections; nil: a net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Observe, when not nil, is called with each event as it happens.
	Observe func(Event)
	// Interval is the least time between the beginnings of two transactions.
	Interval time.Duration
	// Continue, when not nil, is asked before each transaction but the first
	// whether it may begin; a note says why the rest is left out, such as [NoteHarvesting].
	Continue func(*Attempt) Note
}

// Message is the text of a message: lines that end in CRLF, not dot-stuffed.
type Message struct {
	Size     int64 // octets
	EightBit bool  // has bytes over 127
	UTF8     bool  // has a header with bytes over 127
	// Err says why the message could not be made; nil: it was.
	Err error
	// Open returns the text from its beginning.
	Open func() (io.ReadCloser, error)
}

func (t Timeouts) connect() time.Duration { return or(t.Connect, 10*time.Second) }

// session returns the time for a session, and whether the reply to a message
// may take its own time beyond it.
func (t Timeouts) session(message bool) (time.Duration, bool) {
	switch {
	case t.Session > 0:
		return t.Session, false
	case t.RFC:
		return 40 * time.Minute, false
	case message:
		return 3 * time.Minute, true
	}
	return time.Minute, false
}

// stage returns the time for one reply (RFC 5321, section 4.5.3.2).
func (t Timeouts) stage(s smtp.Stage) time.Duration {
	switch {
	case s == smtp.StageQuit:
		return quitTimeout
	case s == smtp.StageMessage:
		return or(t.Message, 10*time.Minute)
	case !t.RFC:
		return or(t.Command, 30*time.Second)
	case s == smtp.StageData:
		return 2 * time.Minute
	}
	return 5 * time.Minute
}

func or(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}

func (o *Options) tlsMin() uint16 {
	if o.TLSMin != 0 {
		return o.TLSMin
	}
	return tls.VersionTLS10
}

func (o *Options) stopAfter() smtp.Stage {
	if o.StopAfter == "" {
		return smtp.StageRcpt
	}
	return o.StopAfter
}
