package diagnose

import (
	"strings"
)

// Reason is why a verdict is not "accepted", in one word.
type Reason string

// The reasons.
const (
	Greylisted        Reason = "greylisted"
	RateLimited       Reason = "rate_limited"
	TooManyRecipients Reason = "too_many_recipients"
	MailboxFull       Reason = "mailbox_full"
	MailboxDisabled   Reason = "mailbox_disabled"
	NoSuchUser        Reason = "no_such_user"
	Moved             Reason = "moved"
	BadDomain         Reason = "bad_domain"
	NoMailService     Reason = "no_mail_service"
	SenderRejected    Reason = "sender_rejected"
	IPReputation      Reason = "ip_reputation"
	DomainReputation  Reason = "domain_reputation"
	RDNS              Reason = "rdns"
	HELO              Reason = "helo"
	AuthFail          Reason = "auth_fail"
	TLSRequired       Reason = "tls_required"
	TLSFailed         Reason = "tls_failed"
	AuthRequired      Reason = "auth_required"
	RelayDenied       Reason = "relay_denied"
	Policy            Reason = "policy"
	SpamContent       Reason = "spam_content"
	Virus             Reason = "virus"
	ContentFormat     Reason = "content_format"
	TooBig            Reason = "too_big"
	Loop              Reason = "loop"
	Restricted        Reason = "restricted"
	SystemFull        Reason = "system_full"
	ServerError       Reason = "server_error"
	Protocol          Reason = "protocol"
	ConnectionLost    Reason = "connection_lost"
	Unreached         Reason = "unreachable"
	TimedOut          Reason = "timeout"
	DNSFailure        Reason = "dns_failure"
	Interrupted       Reason = "interrupted"
	Unknown           Reason = "unknown"
)

// About says in general what a reason means and whose matter it is. A row of
// the catalogue, or a rule, says it better where there is one.
type About struct {
	Reason   Reason
	Title    string // in a few words, to stand before a colon
	Side     Side
	Severity Severity // of the finding for a reply with this reason
	Explain  string
	Remedy   string
	// References are sections of RFCs.
	References []string
}

// AboutReason returns what is known of a reason in general.
func AboutReason(r Reason) (About, bool) {
	for i := range reasons {
		if reasons[i].Reason == r {
			return reasons[i], true
		}
	}
	return About{}, false
}

// Reasons returns every reason, in the order of their table.
func Reasons() []Reason {
	out := make([]Reason, len(reasons))
	for i := range reasons {
		out[i] = reasons[i].Reason
	}
	return out
}

// passes reports whether waiting helps, as a rule.
func (r Reason) passes() bool {
	switch r {
	case Greylisted, RateLimited, TooManyRecipients, SystemFull, ServerError, ConnectionLost, Unreached, TimedOut, DNSFailure, Interrupted:
		return true
	}
	return false
}

// replyRule is the ID of the rule whose finding shows the deciding reply.
func (r Reason) replyRule() string { return "rcpt/" + strings.ReplaceAll(string(r), "_", "-") }

func titleOf(r Reason) string {
	if about, ok := AboutReason(r); ok {
		return about.Title
	}
	return string(r)
}

// sideOf is whose matter a reason is where no row says it better.
func sideOf(r Reason) Side {
	if about, ok := AboutReason(r); ok {
		return about.Side
	}
	return SideNone
}
