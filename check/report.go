package check

import (
	"crypto/x509"
	"encoding/json"
	"math"
	"strconv"
	"time"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// Schema is the number of the form that reports have as JSON. Keys are only
// ever added within a number.
const Schema = 1

// Report is all that was found out about one recipient, and what it means. It
// is the JSON of docs/report.schema.json: marshalled, unmarshalled and marshalled
// again it is the same bytes. A fact that was not examined is absent.
type Report struct {
	Schema   int           `json:"schema"`
	ID       string        `json:"id"` // a ULID
	Tool     Tool          `json:"tool"`
	Started  Time          `json:"started"`
	Duration Millis        `json:"duration_ms"`
	Mode     diagnose.Mode `json:"mode"`
	Lab      bool          `json:"lab,omitempty"` // the servers were those of the built-in lab
	ExitCode int           `json:"exit_code"`
	Redacted string        `json:"redacted,omitempty"` // yes or strict: names are pseudonyms (package redact)

	Recipient        string   `json:"recipient"`
	RecipientUnicode string   `json:"recipient_unicode,omitempty"` // with U-labels, where that differs
	Sender           string   `json:"sender"`                      // "" is the null reverse-path
	HELO             string   `json:"helo,omitempty"`
	Notes            []string `json:"notes,omitempty"` // how the input was read, what else to know

	Resolution *Resolution `json:"resolution,omitempty"`
	Skipped    []Skipped   `json:"skipped,omitempty"`
	Sessions   []Session   `json:"sessions"`
	Message    *Message    `json:"message,omitempty"`
	TLSPolicy  *TLSPolicy  `json:"tls_policy,omitempty"`
	CatchAll   []CatchAll  `json:"catch_all,omitempty"`
	Postmaster *Beside     `json:"postmaster,omitempty"`
	NullSender *Beside     `json:"null_sender,omitempty"`
	Wait       *Wait       `json:"wait,omitempty"` // of several rounds
	Copy       *Copies     `json:"copy,omitempty"` // of several messages to the recipient

	Verdict    diagnose.Verdict    `json:"verdict"`
	Reason     diagnose.Reason     `json:"reason"`
	Side       diagnose.Side       `json:"side"`
	Confidence diagnose.Confidence `json:"confidence"`
	DecidedBy  *diagnose.Evidence  `json:"decided_by,omitempty"`
	// DecidedAfter is when the verdict was known, since Started: no better host was pending.
	DecidedAfter Millis `json:"decided_ms"`
	RetryAfter   int    `json:"retry_after_s,omitempty"`
	Summary      string `json:"summary"`
	Remedy       string `json:"remedy,omitempty"`
	// Walk is what a real sender would have met, place by place in the order it would have tried them.
	Walk     []Step       `json:"walk,omitempty"`
	Findings []Finding    `json:"findings"`
	Expected *Expectation `json:"expect,omitempty"`
}

// Tool names the program that made a report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Resolution is where the mail goes, by DNS.
type Resolution struct {
	Domain  string              `json:"domain"`
	Kind    mxresolve.Kind      `json:"kind"`
	Problem mxresolve.Problem   `json:"problem,omitempty"`
	Notes   []mxresolve.Problem `json:"notes,omitempty"`
	AD      bool                `json:"ad"`
	Aliases []string            `json:"aliases,omitempty"`
	TotalMX int                 `json:"total_mx,omitempty"`
	Hosts   []Host              `json:"hosts"`
	Queries []Query             `json:"queries"`
	Truth   *Truth              `json:"truth,omitempty"` // what the authorities say
}

// Host is one MX host.
type Host struct {
	Name       string              `json:"name"`
	Preference uint16              `json:"preference"`
	TTL        *uint32             `json:"ttl,omitempty"` // of the MX record, where there is one
	Addresses  []string            `json:"addresses"`
	Problem    mxresolve.Problem   `json:"problem"`
	Notes      []mxresolve.Problem `json:"notes,omitempty"`
	Aliases    []string            `json:"aliases,omitempty"`
	Queries    []int               `json:"queries,omitempty"`
}

// Query is one exchange with a DNS server.
type Query struct {
	ID      int      `json:"id"`
	Server  string   `json:"server"`
	Network string   `json:"network"`
	Name    string   `json:"name"`
	Type    string   `json:"type"`
	Rcode   string   `json:"rcode"`
	RTT     Millis   `json:"rtt_ms"`
	TTL     *uint32  `json:"ttl,omitempty"` // the smallest of the answer's records, where there are any
	AD      bool     `json:"ad"`
	AA      bool     `json:"aa,omitempty"`
	TC      bool     `json:"tc,omitempty"`
	NoRD    bool     `json:"norecurse,omitempty"` // asked for what the server knows itself
	CD      bool     `json:"cd,omitempty"`        // asked without DNSSEC validation
	Answers []string `json:"answers"`
	Total   int      `json:"total,omitempty"` // records in the answer, where not all are listed
	Error   string   `json:"error"`
	EDE     string   `json:"extended_error,omitempty"` // RFC 8914
}

// Skipped is an address that was not probed.
type Skipped struct {
	Host    string            `json:"host,omitempty"`
	Address string            `json:"address"`
	Reason  string            `json:"reason"`
	Kind    diagnose.SkipKind `json:"kind"`
}

// Session is one connection: its judgement, its facts and its transcript.
type Session struct {
	ID         int           `json:"id"`
	Purpose    probe.Purpose `json:"purpose"`
	After      int           `json:"after"`           // the session it follows, 0 for none
	Round      int           `json:"round,omitempty"` // from 2, of a recipient that was tried again
	Host       string        `json:"host"`
	Also       []string      `json:"also"`
	Preference uint16        `json:"preference"`
	Address    string        `json:"address"` // with the port
	Local      string        `json:"local_address,omitempty"`
	HELO       string        `json:"helo,omitempty"`
	Started    Time          `json:"started"`

	Outcome  diagnose.Verdict `json:"outcome"`
	Reason   diagnose.Reason  `json:"reason"`
	Stage    smtp.Stage       `json:"stage"`
	Reply    *Reply           `json:"reply,omitempty"`
	Sentence string           `json:"sentence,omitempty"` // the outcome as Postfix would log it
	Row      string           `json:"row,omitempty"`      // of the reply catalogue, that gave the reason

	TLS               *TLS              `json:"tls,omitempty"`
	Auth              *Auth             `json:"auth,omitempty"`
	Capabilities      map[string]string `json:"capabilities,omitempty"`
	CapabilitiesPlain map[string]string `json:"capabilities_plain,omitempty"`
	Extensions        []Extension       `json:"extensions,omitempty"` // of a session that tried them
	Timings           Timings           `json:"timings_ms"`
	Events            []Event           `json:"events"`

	presented []*x509.Certificate
}

// Presented are the certificates that the server presented, leaf first, as far
// as they are in TLS. A report that was read has none of them.
func (s *Session) Presented() []*x509.Certificate { return s.presented }

// Auth is what came of AUTH.
type Auth struct {
	Mechanism string            `json:"mechanism,omitempty"` // absent where none was tried
	Offered   []string          `json:"offered"`
	User      string            `json:"user,omitempty"` // absent where it is a secret
	Outcome   probe.AuthOutcome `json:"outcome"`
	Verified  *bool             `json:"verified,omitempty"` // the certificate; absent without TLS
}

// Extension is a service extension that a server advertises, and what became of
// trying it.
type Extension struct {
	Keyword string                  `json:"keyword"`
	Params  string                  `json:"params,omitempty"`
	State   diagnose.ExtensionState `json:"state"`
	Detail  string                  `json:"detail,omitempty"`
	Events  []int                   `json:"events,omitempty"` // that show it
}

// Reply is a reply in short.
type Reply struct {
	Code     int    `json:"code"`
	Enhanced string `json:"enhanced"`
	Text     string `json:"text"` // without the codes, lines joined by "\n"
}

// TLS is what a handshake established.
type TLS struct {
	Version     string        `json:"version"`
	Cipher      string        `json:"cipher"`
	Curve       string        `json:"curve,omitempty"`
	ServerName  string        `json:"server_name,omitempty"`
	Verified    bool          `json:"verified"`
	Problem     string        `json:"problem,omitempty"`
	ProblemKind string        `json:"problem_kind,omitempty"`
	NotFor      []string      `json:"not_for,omitempty"`
	Chain       []Certificate `json:"chain"`
	ChainLength int           `json:"chain_length"`
	KeyExchange string        `json:"key_exchange,omitempty"`
	Resumed     bool          `json:"resumed,omitempty"`
	AskedForOur bool          `json:"asked_for_client_certificate,omitempty"`
	ShownOurs   bool          `json:"client_certificate,omitempty"`
	Trust       string        `json:"trust,omitempty"`
	Partial     bool          `json:"partial,omitempty"`
}

// Certificate is one certificate of a chain.
type Certificate struct {
	Subject    string   `json:"subject"`
	Issuer     string   `json:"issuer"`
	Names      []string `json:"names,omitempty"`
	NotBefore  Time     `json:"not_before"`
	NotAfter   Time     `json:"not_after"`
	Serial     string   `json:"serial"`
	Key        string   `json:"key"`
	Signature  string   `json:"signature"`
	SHA256     string   `json:"sha256"`
	SPKISHA256 string   `json:"spki_sha256"`
}

// Message is what became of the message, in data mode.
type Message struct {
	Sent       string `json:"sent"` // yes, no or unknown
	MessageID  string `json:"message_id,omitempty"`
	QueueID    string `json:"queue_id,omitempty"`
	Size       int64  `json:"size,omitempty"`
	SHA256     string `json:"sha256,omitempty"`
	AcceptedAt *Time  `json:"accepted_at,omitempty"`
	Host       string `json:"host,omitempty"`
	Address    string `json:"address,omitempty"`
	Encoding   string `json:"encoding,omitempty"` // the transfer encoding of the text
	DKIM       *DKIM  `json:"dkim,omitempty"`
}

// Step is one place a real sender would have tried.
type Step struct {
	Session  int              `json:"session"`
	Host     string           `json:"host"`
	Address  string           `json:"address"`
	Outcome  diagnose.Verdict `json:"outcome"`
	Reason   diagnose.Reason  `json:"reason,omitempty"`
	Wait     Millis           `json:"wait_ms"`
	Sentence string           `json:"sentence"`
}

// Finding is one conclusion with its evidence, and what its rule says about it.
type Finding struct {
	Rule       string              `json:"rule"`
	Severity   diagnose.Severity   `json:"severity"`
	Summary    string              `json:"summary"`
	Explain    string              `json:"explain"`
	Remedy     string              `json:"remedy,omitempty"`
	References []string            `json:"references,omitempty"`
	Evidence   []diagnose.Evidence `json:"evidence"`
}

// Timings are latencies by the names of JSON's timings_ms, in their order.
type Timings []probe.Timing

// MarshalJSON writes the timings as one object.
func (t Timings) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, x := range t {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendQuote(b, x.Name)
		b = append(b, ':')
		b = appendMillis(b, x.Took)
	}
	return append(b, '}'), nil
}

// UnmarshalJSON reads the object and keeps its order.
func (t *Timings) UnmarshalJSON(b []byte) error {
	*t = nil
	return eachKey(b, func(key string, value json.RawMessage) error {
		var m Millis
		if err := json.Unmarshal(value, &m); err != nil {
			return err
		}
		*t = append(*t, probe.Timing{Name: key, Took: time.Duration(m)})
		return nil
	})
}

// Time is a point in time, written in UTC with microseconds (RFC 3339).
type Time struct{ time.Time }

const timeForm = "2006-01-02T15:04:05.000000Z"

// MarshalJSON writes the time.
func (t Time) MarshalJSON() ([]byte, error) {
	return t.UTC().AppendFormat(nil, `"`+timeForm+`"`), nil
}

// UnmarshalJSON reads any RFC 3339 time.
func (t *Time) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	at, err := time.Parse(time.RFC3339Nano, s)
	t.Time = at.UTC()
	return err
}

// Millis is a duration, written in milliseconds with at most three decimals.
type Millis time.Duration

// MarshalJSON writes the duration.
func (m Millis) MarshalJSON() ([]byte, error) { return appendMillis(nil, time.Duration(m)), nil }

// UnmarshalJSON reads a number of milliseconds.
func (m *Millis) UnmarshalJSON(b []byte) error {
	f, err := strconv.ParseFloat(string(b), 64)
	if err != nil || math.IsNaN(f) || math.Abs(f) > 1e12 {
		return &json.UnsupportedValueError{Str: string(b)}
	}
	*m = Millis(time.Duration(math.Round(f*1000)) * time.Microsecond)
	return nil
}

func appendMillis(b []byte, d time.Duration) []byte {
	us := d.Round(time.Microsecond).Microseconds()
	return strconv.AppendFloat(b, float64(us)/1000, 'f', -1, 64)
}
