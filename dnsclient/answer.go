package dnsclient

import (
	"net/netip"
	"time"
)

// Type is the type of a resource record by its name: "MX", "A", "AAAA",
// "CNAME", "TXT", "TLSA", "PTR" and so on, or "TYPE123" for one without a name
// (RFC 3597, section 5).
type Type string

// Status says what came of a query.
type Status string

// The values of [Status].
const (
	// StatusOK: there are records.
	StatusOK Status = "ok"
	// StatusNoData: the name exists and has no record of this type (RFC 2308, section 2.2).
	StatusNoData Status = "nodata"
	// StatusNXDomain: the name, or the one its aliases lead to, does not exist (RFC 2308, section 2.1).
	StatusNXDomain Status = "nxdomain"
	// StatusServFail: the servers answered with another code, see [Answer.Rcode] (RFC 1035, section 4.1.1).
	StatusServFail Status = "servfail"
	// StatusTimeout: nobody gave a usable answer in time.
	StatusTimeout Status = "timeout"
	// StatusFailed: answers were malformed, servers could not be reached, or the name cannot be asked for.
	StatusFailed Status = "failed"
	// StatusLoop: the aliases go round in a loop (RFC 1034, section 3.6.2).
	StatusLoop Status = "cname-loop"
	// StatusLongChain: there are more than [MaxChain] aliases in a row.
	StatusLongChain Status = "cname-chain"
	// StatusReferral: the server names the authorities of a zone below its own, see [Answer.Authority]. Only with NoRecursion.
	StatusReferral Status = "referral"
	// StatusAlias: the name is an alias, and where it leads the server does not know. Only with NoRecursion.
	StatusAlias Status = "alias"
	// StatusCancelled: the caller gave up first. It says nothing about DNS.
	StatusCancelled Status = "cancelled"
)

// Record is one resource record. The fields that its type does not have are zero.
type Record struct {
	Name       string     // the owner
	Type       Type       // of this record
	TTL        uint32     // in seconds; 0 where the server sent 2^31 or more (RFC 2181, section 8)
	Preference uint16     // of an MX record; lower is preferred
	Host       string     // the target of MX, CNAME, PTR, NS; "." is the root
	Addr       netip.Addr // of A and AAAA
	Serial     uint32     // of SOA
	Minimum    uint32     // of SOA: how long a negative answer is kept at most (RFC 2308, section 4)
	Text       string     // of TXT, its strings joined; of every other type the data in presentation form
}

// Exchange is one try with one server.
type Exchange struct {
	Server  string // "address:port"
	Name    string // asked for
	Type    Type   // asked for
	Network string // "udp" or "tcp"

	// Rcode is the response code by its name, "NOERROR", "NXDOMAIN", "SERVFAIL"
	// and so on, or "RCODE23"; "" when no usable answer came.
	Rcode string
	// Extended is the server's own explanation of a failure, "DNSSEC Bogus: …" (RFC 8914), or "".
	Extended string

	Time time.Time     // when the try began
	RTT  time.Duration // from there to the answer or the failure, connecting included
	TTL  uint32        // the smallest of the answer section, in seconds; see Record.TTL
	// NoRecursion and CheckingDisabled say how it was asked, see [Client].
	NoRecursion, CheckingDisabled bool

	AD            bool // the server says that the data is authentic (RFC 4035, section 3.2.3); worth as much as the way to it
	Authoritative bool // the server is an authority for the name
	Truncated     bool // the answer was cut and not used (RFC 2181, section 9)

	// Answers are the records of the answer section in presentation form, at most MaxAnswers
	// and 16 KiB of them; of a referral that was asked for, the name servers that it names.
	Answers []string
	Total   int // records in the answer section, also those not listed
	Ignored int // messages that did not answer the question: forged, late, garbage

	// Err says in words why there is no usable answer: "timeout", "cancelled",
	// "connection refused", "network unreachable", "malformed answer: …"; or "".
	Err string
}

// Answer is what came of one query.
type Answer struct {
	Name   string // asked for
	Type   Type   // asked for
	Status Status
	Rcode  string // of the answer that decided; "" when there was none

	Records []Record // of the type asked for, at the end of Chain; at most MaxRecords, in the order of the answer
	Total   int      // how many there were
	Chain   []Record // the CNAME records that led there, in order

	// SOA is the record that a negative answer carries, nil where it carries none. Its TTL
	// and its Minimum say how long the answer may be kept (RFC 2308, section 5).
	SOA *Record
	// Authority and Additional are the name servers that the answer names beside what was
	// asked for, and their addresses: with NoRecursion only, at most MaxReferral each.
	Authority, Additional []Record

	AD            bool // every answer on the way was said to be authentic
	Authoritative bool // every answer on the way came from an authority

	TTL uint32 // the smallest of all, in seconds

	Exchanges []Exchange // every try, in order; empty when nothing could be asked
	Err       string     // in words, when Status is neither ok, nodata nor nxdomain
}

// Canonical is the name at the end of the aliases: [Answer.Name] when there are none.
func (a *Answer) Canonical() string {
	if n := len(a.Chain); n > 0 {
		return a.Chain[n-1].Host
	}
	return a.Name
}

// fail notes a try that gave no final answer. What says most stays: a server
// that answered with a failure, then silence, then the rest.
func (a *Answer) fail(e *Exchange) {
	status := StatusFailed
	switch e.Err {
	case errCancelled:
		status = StatusCancelled
	case errTimeout:
		status = StatusTimeout
	case "":
		status = StatusServFail
	}
	rank := map[Status]int{StatusFailed: 1, StatusTimeout: 2, StatusServFail: 3, StatusCancelled: 4}
	if rank[status] < rank[a.Status] {
		return
	}
	a.Status, a.Err, a.Rcode = status, e.Err, e.Rcode
	if status == StatusServFail {
		a.Err = e.Rcode
		if e.Extended != "" {
			a.Err += " (" + e.Extended + ")"
		}
	}
}
