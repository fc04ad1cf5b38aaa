package mxresolve

import (
	"slices"

	"github.com/smtpcheck/smtpcheck/dnsclient"
)

// Problem is something that is wrong or odd with a domain's mail hosts. In
// Host.Problem and Result.Problem it is the reason why there is nothing to
// connect to; in Notes it is a fact that prevents nothing.
type Problem string

// What DNS says, or does not, about a domain or a host.
const (
	// ProblemNXDomain: the name does not exist (RFC 2308, section 2.1).
	ProblemNXDomain Problem = "nxdomain"
	// ProblemNoData: an exchange without addresses, or a domain without MX records and addresses (RFC 5321, section 5.1).
	ProblemNoData Problem = "nodata"
	// ProblemServFail: the servers answered with a failure, SERVFAIL, REFUSED or another (RFC 1035, section 4.1.1).
	ProblemServFail Problem = "servfail"
	// ProblemTimeout: no server answered in time.
	ProblemTimeout Problem = "timeout"
	// ProblemFailed: no server could be reached, or their answers were malformed.
	ProblemFailed Problem = "failed"
	// ProblemCancelled: the caller gave up first.
	ProblemCancelled Problem = "cancelled"
	// ProblemLoop: the aliases go round in a loop (RFC 1034, section 3.6.2).
	ProblemLoop Problem = "cname-loop"
	// ProblemLongChain: there are too many aliases in a row to follow.
	ProblemLongChain Problem = "cname-chain"
)

// What is wrong with the MX records themselves.
const (
	// ProblemNullMX: the domain says that it takes no mail (RFC 7505, section 3).
	ProblemNullMX Problem = "null-mx"
	// ProblemNullMXNotAlone: a null MX stands beside other MX records, which count (RFC 7505, section 3).
	ProblemNullMXNotAlone Problem = "null-mx-not-alone"
	// ProblemCNAME: the domain or the exchange is an alias; for the exchange that is not allowed
	// (RFC 2181, section 10.3; RFC 5321, section 5.1). It was followed.
	ProblemCNAME Problem = "cname"
	// ProblemAddress: the exchange is an IP address where a host name must be (RFC 1035, section 3.3.9). It is not looked up.
	ProblemAddress Problem = "exchange-is-address"
	// ProblemInvalidName: the name cannot be a host's: bytes that are not letters, digits or hyphens,
	// a misplaced hyphen, an overlong label (RFC 1123, section 2.1; RFC 5321, section 2.3.5). It is not looked up.
	ProblemInvalidName Problem = "invalid-name"
	// ProblemDuplicate: the exchange is named more than once; its lowest preference counts.
	ProblemDuplicate Problem = "duplicate"
	// ProblemTooManyHosts: there are more than MaxHosts; the least preferred were left out.
	ProblemTooManyHosts Problem = "too-many-hosts"
)

// What is odd about the addresses of a host.
const (
	// ProblemTooManyAddresses: there are more than MaxAddresses of a family.
	ProblemTooManyAddresses Problem = "too-many-addresses"
	// ProblemAUnanswered, ProblemAAAAUnanswered: the caller gave up before the family was answered,
	// while the other has brought addresses.
	ProblemAUnanswered    Problem = "a-unanswered"
	ProblemAAAAUnanswered Problem = "aaaa-unanswered"
	// ProblemAFailed, ProblemAAAAFailed: the lookup of the family failed, while the other has brought addresses.
	ProblemAFailed    Problem = "a-failed"
	ProblemAAAAFailed Problem = "aaaa-failed"

	// ProblemLoopback, ProblemUnspecified, ProblemPrivate, ProblemLinkLocal, ProblemMulticast:
	// an address of the host is of that kind, see [AddressKind].
	ProblemLoopback    Problem = "loopback"
	ProblemUnspecified Problem = "unspecified"
	ProblemPrivate     Problem = "private"
	ProblemLinkLocal   Problem = "link-local"
	ProblemMulticast   Problem = "multicast"
)

// statusProblem says in our words what came of a query without records.
func statusProblem(a *dnsclient.Answer) Problem {
	switch a.Status {
	case dnsclient.StatusOK:
		return ""
	case dnsclient.StatusNoData:
		return ProblemNoData
	case dnsclient.StatusNXDomain:
		return ProblemNXDomain
	case dnsclient.StatusServFail:
		return ProblemServFail
	case dnsclient.StatusTimeout:
		return ProblemTimeout
	case dnsclient.StatusLoop:
		return ProblemLoop
	case dnsclient.StatusLongChain:
		return ProblemLongChain
	case dnsclient.StatusCancelled:
		return ProblemCancelled
	}
	if len(a.Exchanges) == 0 {
		return ProblemInvalidName // it could not even be asked for
	}
	return ProblemFailed
}

// worse says which of the problems of two families is that of the host: what
// is wrong with the name itself, then what is not known for now, then "no address".
func worse(a, b Problem) Problem {
	order := []Problem{
		"", ProblemNXDomain, ProblemNoData, ProblemCancelled, ProblemFailed, ProblemTimeout,
		ProblemServFail, ProblemInvalidName, ProblemLongChain, ProblemLoop,
	}
	if slices.Index(order, a) > slices.Index(order, b) {
		return a
	}
	return b
}

// noted adds p to notes, once.
func noted(notes []Problem, p Problem) []Problem {
	if p == "" || slices.Contains(notes, p) {
		return notes
	}
	return append(slices.Clip(notes), p)
}
