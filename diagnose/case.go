package diagnose

import (
	"net/netip"
	"time"

	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// Case is all that is known about one recipient. A nil or empty part was not
// examined, which is never the same as "no".
type Case struct {
	Recipient string // local-part@domain, the domain as A-labels
	Sender    string // the reverse-path without angle brackets; "" is the null reverse-path
	HELO      string // the name given in EHLO; "" where it is the address literal of each session's local end
	Mode      Mode
	// StopAfter is the stage after which the dialogue was to end, for ModeStopAfter.
	StopAfter smtp.Stage
	// RequireTLS says that we were to go on with TLS only, so that a handshake
	// that fails in any way says nothing of the recipient.
	RequireTLS bool
	// Relay says that the server is to pass the message on to the recipient's, so
	// that its acceptance is not that of the recipient's server.
	Relay bool
	// Lab says that the servers are those of the built-in lab, so that addresses prove nothing about a network.
	Lab bool

	Resolution *mxresolve.Result
	Skipped    []Skip
	Attempts   []*probe.Attempt // those that are over, in MX order, fallbacks after their own
	// Transactions are the numbers of the recipient's transaction in each of
	// Attempts; nil where its name tells them (see [probe.Attempt.Transaction]).
	Transactions []int
	// Pending are the places whose answer is still to come. With any, the
	// diagnosis is provisional unless it says that it is final.
	Pending []Pending
	// TLSPolicy is what the domain says about TLS on the way to it; nil when it was not asked for.
	TLSPolicy *TLSPolicy
	// Truth is what the authorities of the domain say; nil when they were not asked.
	Truth *mxresolve.Truth
	// TrustAD says that the AD bit of every resolver is believed, not only of those on loopback.
	TrustAD bool

	// Past are the rounds before this one, the first of them first, of a recipient
	// that was deferred and is tried again; At is when this one was over.
	Past []Round
	At   time.Time
}

// Pending is a place that has been or will be asked and has not answered yet:
// an address whose session is under way or planned, or a host whose addresses
// are not known yet.
type Pending struct {
	Host       string
	Preference uint16
	// Session is the number of the session, 0 where it has none yet.
	Session int
}

// Mode says how far the dialogue was to go.
type Mode string

// The modes.
const (
	ModeRcpt      Mode = "rcpt"       // to RCPT; nothing is sent
	ModeData      Mode = "data"       // a message is sent
	ModeStopAfter Mode = "stop-after" // ended earlier on request
)

// Skip is an address that was not probed, and why.
type Skip struct {
	Host       string
	Preference uint16
	Address    netip.Addr
	Reason     string
	Kind       SkipKind
}

// SkipKind says why an address was not probed.
type SkipKind string

// The kinds of skips.
const (
	SkipNoRoute     SkipKind = "no-route"     // this machine has no route for the family
	SkipFamily      SkipKind = "family"       // left out by -4 or -6
	SkipLoopsToUs   SkipKind = "loops-to-us"  // loopback, unspecified or an address of ours
	SkipLimit       SkipKind = "limit"        // over the maximum of addresses
	SkipNotSelected SkipKind = "not-selected" // left out by --mx
	SkipNotNeeded   SkipKind = "not-needed"   // --mx first: an earlier host decided
	SkipCourtesy    SkipKind = "courtesy"     // the host said 421 or asked to slow down
	SkipInterrupted SkipKind = "interrupted"  // we were told to stop
)

// Verdict is the outcome in one word, for a session and for a recipient.
type Verdict string

// The verdicts.
const (
	Accepted     Verdict = "accepted"
	Deferred     Verdict = "deferred"
	Rejected     Verdict = "rejected"
	Unreachable  Verdict = "unreachable"
	Undetermined Verdict = "undetermined"
)

// Side says whose matter it is.
type Side string

// The sides.
const (
	SideRecipient Side = "recipient" // the mailbox or its address
	SideReceiver  Side = "receiver"  // the receiving site: its servers, DNS or rules
	SideSender    Side = "sender"    // the reverse-path and its domain
	SideUs        Side = "us"        // this machine: its address, name or network
	SideNetwork   Side = "network"   // what lies between
	SideNone      Side = "none"
)

// Confidence says how sure a judgement is.
type Confidence string

// The confidences.
const (
	Certain Confidence = "certain"
	Likely  Confidence = "likely"
	Guess   Confidence = "guess"
)

// Severity says how much a finding matters.
type Severity string

// The severities.
const (
	Info    Severity = "info"
	Notice  Severity = "notice"
	Warning Severity = "warning"
	Error   Severity = "error"
)

// Evidence points at the fact that proves something: an event of a session, or a DNS query.
type Evidence struct {
	Session int `json:"session,omitempty"`
	Event   int `json:"event,omitempty"`
	Query   int `json:"query,omitempty"`
}

// Finding is one conclusion of one rule. It always has evidence; explanation,
// remedy and references come from the [Rule], or from the [Row] of the reply.
type Finding struct {
	Rule            string
	Severity        Severity
	Summary         string
	Explain, Remedy string
	References      []string
	Evidence        []Evidence
}

// Outcome is the judgement of one session about one recipient.
type Outcome struct {
	Session    int
	Verdict    Verdict
	Reason     Reason // "" when accepted
	Side       Side
	Confidence Confidence
	Stage      smtp.Stage  // where it was decided
	Reply      *smtp.Reply // the deciding reply; nil when there was none
	Event      int         // the deciding event's Seq; 0 when there is none
	Row        string      // the reply catalogue's row that gave the reason; "" for none
	Retry      Retry       // "" when accepted
	RetryAfter time.Duration
	// MayBeDelivered says that message text was sent and it is not known what
	// became of it. Nothing may be retried then.
	MayBeDelivered bool
	// Elapsed is how long the session took to come to this.
	Elapsed time.Duration
	// Sentence says it as Postfix's log would: "host X[ip] said: 550 ... (in reply to RCPT TO command)".
	Sentence string
}

// Step is what a real sender would have met at one place, in the order it would have tried.
type Step struct {
	Outcome Outcome
	Host    string
	Address string        // with the port, or that of a socket
	Wait    time.Duration // how long it took to know
}

// Diagnosis is the judgement of all that is known about one recipient.
type Diagnosis struct {
	Verdict    Verdict
	Reason     Reason
	Side       Side
	Confidence Confidence
	DecidedBy  *Evidence // nil where nothing decided
	Retry      Retry     // "" when accepted
	RetryAfter time.Duration
	// Final says that no place still pending can change the verdict, its reason
	// or what decided it. It is always true when nothing is pending.
	Final bool
	// Deciding is the outcome that decided, nil where no session did.
	Deciding *Outcome
	Outcomes []Outcome // one for each attempt, in the order of the attempts
	// Walk is what a real sender would have experienced: the places it would have tried, the last being where it stopped.
	Walk     []Step
	Findings []Finding
	// Summary is the verdict in a sentence or two; Remedy what to do about it, "" for nothing.
	Summary, Remedy string

	// against is an equal host that accepts, where the verdict is that another rejects.
	against *spot
}
