package probe

import (
	"crypto/x509"
	"net/netip"
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// Kind says what an [Event] records.
type Kind string

// The kinds of events.
const (
	KindConnect Kind = "connect" // the TCP connection is open; Latency is the time to open it
	KindCommand Kind = "command" // a command was sent
	KindReply   Kind = "reply"   // a reply arrived, well-formed or not
	KindTLS     Kind = "tls"     // a TLS handshake ended well; Latency is its time
	KindData    Kind = "data"    // message text was sent; its size and digest, never its content
	KindNote    Kind = "note"    // something that went otherwise than planned, without ending the session
	KindFailure Kind = "failure" // something that ended the session
	KindClose   Kind = "close"   // the connection is closed
)

// Note names what a note event records.
type Note string

// The notes.
const (
	NoteHELO            Note = "helo-fallback"    // EHLO was refused and HELO follows (RFC 5321, section 3.2)
	NoteStartTLSRefused Note = "starttls-refused" // STARTTLS was answered 4yz or 5yz and the session goes on in the clear
	NoteNoPipelining    Note = "no-pipelining"    // pipelining was asked for and is not offered
	NoteQuitSilent      Note = "quit-silent"      // QUIT was not answered in time
	NoteLostAfterQuit   Note = "quit-lost"        // the connection ended without an answer to QUIT
	NoteMoreAfterQuit   Note = "more-after-quit"  // something came behind the 221 of QUIT
	NoteHarvesting      Note = "harvesting"       // recipients left out after three unknown users
	NoteRateLimited     Note = "rate-limited"     // messages left out after the server asked to slow down
	NoteMailMax         Note = "mail-max"         // messages left for another connection: LIMITS MAILMAX (RFC 9422)
	NoteNeedsUTF8       Note = "needs-smtputf8"   // an address needs SMTPUTF8 and the server does not offer it
	NoteNotOffered      Note = "not-offered"      // an extension was asked for and is not offered
	NoteHello           Note = "tls-hello"        // a ClientHello of our own: what it offers
	NoteChallenge       Note = "auth-challenge"   // a challenge of AUTH, decoded, without secrets
)

// FailureKind says how a session ended before its dialogue did.
type FailureKind string

// The kinds of failures. The first group belongs to the connection attempt.
const (
	FailRefused     FailureKind = "refused"     // connection refused
	FailUnreachable FailureKind = "unreachable" // no route to host, network unreachable
	FailProhibited  FailureKind = "prohibited"  // forbidden by a packet filter on the way or here
	FailLocal       FailureKind = "local"       // this machine could not open a socket: the source address, descriptors

	FailTimeout     FailureKind = "timeout"     // nothing, or not enough, came before the deadline
	FailClosed      FailureKind = "closed"      // the server closed the connection (FIN)
	FailReset       FailureKind = "reset"       // the connection was reset (RST)
	FailTLS         FailureKind = "tls"         // the TLS handshake failed
	FailTLSLimit    FailureKind = "tls-limit"   // the TLS handshake failed on a limit of ours, not on a fault of the server
	FailTLSPolicy   FailureKind = "tls-policy"  // TLS was required by us and is not offered, refused or not verified
	FailAuthPolicy  FailureKind = "auth-policy" // AUTH was asked for and not begun: not offered, no mechanism in common, not over verified TLS
	FailAuth        FailureKind = "auth"        // the server failed in AUTH: a challenge that is none, a signature that is wrong
	FailNotOffered  FailureKind = "not-offered" // an extension was asked for that the transaction cannot do without, and is not offered
	FailProtocol    FailureKind = "protocol"    // a reply that cannot be used, or out of sequence
	FailNotSMTP     FailureKind = "not-smtp"    // what answered speaks another protocol
	FailUnsolicited FailureKind = "unsolicited" // a reply to nothing: it came before its command
	FailInjection   FailureKind = "injection"   // plaintext behind the 220 of STARTTLS (CVE-2011-0411)
	FailLimit       FailureKind = "limit"       // more bytes than a session may have
	FailInterrupted FailureKind = "interrupted" // we were told to stop
)

// Failure is the end of a session before its time.
type Failure struct {
	Kind FailureKind
	// Detail is the cause in words, such as the operating system's or the TLS
	// library's; "" where Kind says it all.
	Detail string
	// Partial reports that part of a reply had arrived. It is in the event before.
	Partial bool
	// Raw holds the bytes that were found where none may be (unsolicited,
	// injection), at most 2048 of them.
	Raw []byte
}

// Event is one line of a transcript: everything that happened, in order. It is
// flat; which fields are set follows from Kind. Live, stored and replayed
// output are the same function of the same events.
type Event struct {
	Seq     int           // from 1
	Time    time.Time     // of the last byte, in UTC, to the microsecond
	Elapsed time.Duration // since the session began, from the monotonic clock
	Kind    Kind
	Stage   smtp.Stage
	Secure  bool // inside TLS

	// Transaction is the number, from 1, of the recipient whose transaction the
	// event belongs to; 0 for what all share.
	Transaction int

	// Extension names the service extension, its EHLO keyword, that the event
	// exercises; "" for none. Such an event says nothing about a recipient.
	Extension string

	Command string      // KindCommand: the line without CRLF, secrets masked
	Reply   *smtp.Reply // KindReply
	TLS     *TLS        // KindTLS
	Data    *Data       // KindData
	Note    Note        // KindNote
	Failure *Failure    // KindFailure
	Text    string      // KindNote: what was noted, in words; KindConnect: by way of what; KindClose: none

	// Latency is the time from the last byte of the command to the last byte of
	// the reply; for KindConnect and KindTLS the time that took. Other kinds have
	// none, nor has a reply to nothing: that is NoLatency.
	Latency time.Duration
}

// NoLatency is the latency of a reply that no command was waiting for.
const NoLatency time.Duration = -1

// HasLatency reports whether the event's Latency means something.
func (e Event) HasLatency() bool {
	return e.Latency >= 0 && (e.Kind == KindConnect || e.Kind == KindReply || e.Kind == KindTLS)
}

// Data describes message text that was sent, without any of it.
type Data struct {
	Size   int64  // octets before dot-stuffing; of a message in chunks, those so far
	SHA256 string // of those octets, in hexadecimal; "" where not all were sent
	// Chunk is how many of the octets were sent with one BDAT (RFC 3030).
	Chunk int64
	// Complete says that the line that ends the message, or the whole of the last
	// chunk, was sent too. Without it a server must not take the message
	// (RFC 5321, section 4.1.1.4; RFC 3030, section 2).
	Complete bool
}

// TLS is what a handshake established: facts, no judgement.
type TLS struct {
	Version    string // "TLS 1.3"
	Cipher     string // "TLS_AES_128_GCM_SHA256"
	Curve      string // key exchange group, "X25519MLKEM768"; "" for none
	ServerName string // the name sent in SNI; "" for none
	// Verified reports that the chain leads to a trusted root and is valid now
	// for the name of the host.
	Verified bool
	// Problem is why it is not verified, in words; ProblemKind the same as one word:
	// expired, not-yet-valid, name-mismatch, self-signed, unknown-authority, no-certificate, other.
	Problem, ProblemKind string
	// NotFor lists those of the target's names (host and also) that the certificate does not cover.
	NotFor []string
	// Chain is what the server sent, leaf first; at most 10 certificates. ChainLength is how many there were.
	Chain       []Certificate
	ChainLength int
	// Certificates is the chain itself, as far as in Chain. It is not part of a report.
	Certificates []*x509.Certificate

	KeyExchange string // "ECDHE X25519MLKEM768", "RSA", "DHE 1024"
	Resumed     bool   // the session of an earlier connection was resumed
	AskedForOur bool   // the server asked for a certificate of ours
	ShownOurs   bool   // and it was shown
	// Trust is what Postfix calls it: anonymous (no certificate), untrusted, trusted (its
	// authority is known), verified (and so is the name).
	Trust string
	// Partial says that the handshake was ended by us once the server had shown these facts.
	Partial bool
}

// Certificate is one certificate of a chain.
type Certificate struct {
	Subject, Issuer     string
	Names               []string // subject alternative names; at most 100
	NotBefore, NotAfter time.Time
	Serial              string
	Key                 string // "RSA 2048", "ECDSA P-256", "Ed25519"
	Signature           string // "SHA256-RSA"
	SHA256, SPKISHA256  string // hexadecimal
}

// Target is one address of one host. A domain is many targets.
type Target struct {
	Host       string   // the MX host's name; the address literal where there is no name
	Also       []string // other MX names of the same address, less preferred
	Preference uint16
	Addr       netip.AddrPort
	Socket     string // the path of a unix socket, instead of Addr; ""
}

// Address is where to dial, and what a report shows: the address and port, or
// "unix:" and the path of a socket.
func (t Target) Address() string {
	if t.Socket != "" {
		return "unix:" + t.Socket
	}
	return t.Addr.String()
}

// Place is the address without the port, or the path of the socket.
func (t Target) Place() string {
	if t.Socket != "" {
		return t.Socket
	}
	return t.Addr.Addr().String()
}

// Purpose says why a connection was made.
type Purpose string

// The purposes of a session.
const (
	PurposeProbe         Purpose = "probe"
	PurposePlainFallback Purpose = "plain-fallback" // after a failed handshake, without TLS
	PurposeNoPipelining  Purpose = "no-pipelining"  // after pipelining broke the session
	PurposeRetry         Purpose = "retry"          // the recipients left over after a 421 or a lost connection
	PurposeAuth          Purpose = "auth"           // another mechanism of AUTH
	PurposeExtensions    Purpose = "extensions"     // exercises the extensions that the server offers
	PurposeTLSLegacy     Purpose = "tls-legacy"     // looks for what crypto/tls does not speak, and stops in the handshake
	PurposeTLSResume     Purpose = "tls-resumption" // resumes the TLS session of another connection
	PurposeSTARTTLS      Purpose = "starttls"       // whether STARTTLS is offered every time, and demanded
	PurposeCatchAll      Purpose = "catch-all"      // asks about addresses that cannot exist
	PurposePostmaster    Purpose = "postmaster"     // asks about postmaster and abuse
	PurposeNullSender    Purpose = "null-sender"    // asks about the recipient for the null sender
	PurposeOpenRelay     Purpose = "open-relay"     // whether the server takes mail for others than its own
)

// Asks reports whether a session of this purpose asks about recipients. One that
// does not says nothing of them, whatever comes of it.
func (p Purpose) Asks() bool {
	switch p {
	case PurposeCatchAll, PurposePostmaster, PurposeNullSender, PurposeAuth, PurposeExtensions, PurposeTLSLegacy, PurposeTLSResume, PurposeSTARTTLS, PurposeOpenRelay:
		return false
	}
	return true
}

// AsksBeside reports whether a session of this purpose asks about others than the
// recipients, or for another sender.
func (p Purpose) AsksBeside() bool {
	return p == PurposeCatchAll || p == PurposePostmaster || p == PurposeNullSender
}

// Attempt is one session with one target: one connection, one transcript.
type Attempt struct {
	ID      int // in MX order, from 1; set by who plans the attempts
	Purpose Purpose
	After   int // the session this one follows, 0 for none

	Target  Target
	Local   netip.AddrPort // our end; invalid when never connected
	HELO    string         // the name we gave or would have given
	Started time.Time
	Events  []Event

	// Recipients are the forward-paths in the order of their transactions:
	// Recipients[i] has the events whose Transaction is i+1.
	Recipients []string
}

// Transaction returns the number of the recipient's transaction in the attempt
// (see [Event].Transaction), or 0 if it was never meant to have one.
func (a *Attempt) Transaction(recipient string) int {
	for i, r := range a.Recipients {
		if r == recipient {
			return i + 1
		}
	}
	return 0
}
