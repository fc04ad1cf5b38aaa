package diagnose

import (
	"slices"

	"github.com/smtpcheck/smtpcheck/mxresolve"
)

// withoutSessions judges a recipient about whom no server was asked: by DNS, or
// by why nothing was dialled.
func (c *Case) withoutSessions(d *Diagnosis) {
	d.Final = len(c.Pending) == 0
	d.Confidence = Certain
	d.Verdict, d.Reason, d.Side = c.judgeResolution()
	switch d.Verdict {
	case Deferred, Unreachable, Undetermined:
		d.Retry = RetryLater
	default:
		d.Retry = RetryNever
	}
	switch {
	case d.Reason == Unknown:
		d.Confidence = Guess
	case d.Verdict == Deferred && d.Reason == DNSFailure:
		d.Side, d.Confidence = c.whoseDNS()
	}
	if r := c.Resolution; r != nil && r.MXQuery > 0 {
		d.DecidedBy = &Evidence{Query: r.MXQuery}
	} else if r != nil && d.Reason == DNSFailure {
		if _, queries := c.dnsProblem(); len(queries) > 0 && queries[0] > 0 {
			d.DecidedBy = &Evidence{Query: queries[0]}
		}
	}
}

func (c *Case) judgeResolution() (Verdict, Reason, Side) {
	r := c.Resolution
	switch {
	case r == nil:
		return Undetermined, Unknown, SideNone
	case r.Problem == mxresolve.ProblemCancelled:
		return Undetermined, Interrupted, SideNone
	case r.Kind == mxresolve.KindNull:
		return Rejected, NoMailService, SideReceiver
	case r.Kind == mxresolve.KindNone && r.Problem == mxresolve.ProblemNXDomain:
		return Rejected, BadDomain, SideRecipient
	case r.Kind == mxresolve.KindNone:
		return Rejected, NoMailService, SideReceiver
	case r.Kind == mxresolve.KindFailed && r.Problem == mxresolve.ProblemInvalidName:
		return Rejected, BadDomain, SideRecipient
	case r.Kind == mxresolve.KindFailed:
		return Deferred, DNSFailure, SideReceiver
	case r.Kind == mxresolve.KindServer && r.Problem != "" && !forNow(r.Problem):
		return Unreachable, DNSFailure, SideUs // the server was named by the user
	}
	return c.judgeHosts()
}

// judgeHosts judges a domain that names hosts none of which was dialled. What
// could have been dialled comes first, since then nothing is known.
func (c *Case) judgeHosts() (Verdict, Reason, Side) {
	switch {
	case len(c.Pending) > 0, len(c.Skipped) == 0 && c.leadsAway():
		return Undetermined, Unknown, SideNone
	case c.skipped(SkipInterrupted) || c.hostProblem(func(p mxresolve.Problem) bool { return p == mxresolve.ProblemCancelled }):
		return Undetermined, Interrupted, SideNone
	case c.skipped(SkipCourtesy):
		return Deferred, RateLimited, SideUs
	case c.skipped(SkipLimit), c.skipped(SkipNotSelected), c.skipped(SkipNotNeeded):
		return Undetermined, Unknown, SideNone
	case c.skipped(SkipNoRoute), c.skipped(SkipFamily):
		return Unreachable, Unreached, SideUs
	case c.hostProblem(forNow):
		return Deferred, DNSFailure, SideReceiver
	case c.loopsToOurAddress():
		return Rejected, Loop, SideUs
	}
	return Rejected, NoMailService, SideReceiver
}

// leadsAway reports that a host has an address that is not this machine. The
// lab is on this machine.
func (c *Case) leadsAway() bool {
	for i := range c.Resolution.Hosts {
		for _, addr := range c.Resolution.Hosts[i].Addresses {
			if k := mxresolve.AddressKind(addr); c.Lab || k != mxresolve.AddrLoopback && k != mxresolve.AddrUnspecified {
				return true
			}
		}
	}
	return false
}

// dnsProblem is the problem of DNS that keeps the mail from going anywhere, and
// the queries about it.
func (c *Case) dnsProblem() (mxresolve.Problem, []int) {
	r := c.Resolution
	for i := range r.Hosts {
		if h := &r.Hosts[i]; h.Problem != "" && h.Problem == r.Problem || r.Problem == "" && forNow(h.Problem) {
			return h.Problem, h.Queries
		}
	}
	return r.Problem, []int{r.MXQuery}
}

// whoseDNS says whose matter a failure of DNS is. Only a server that answered
// points at the domain; and one that refuses to answer us is our own resolver.
func (c *Case) whoseDNS() (Side, Confidence) {
	p, queries := c.dnsProblem()
	switch p {
	case mxresolve.ProblemTimeout:
		return SideNetwork, Guess
	case mxresolve.ProblemFailed:
		return SideUs, Guess
	case mxresolve.ProblemServFail:
		if c.refusedByResolver(queries) {
			return SideUs, Guess
		}
		return SideReceiver, Likely
	}
	return SideReceiver, Certain // aliases without end
}

func (c *Case) refusedByResolver(queries []int) bool {
	refused := false
	for i := range c.Resolution.Queries {
		q := &c.Resolution.Queries[i]
		if !slices.Contains(queries, q.ID) {
			continue
		}
		switch q.Rcode {
		case "REFUSED":
			refused = true
		case "", "NOERROR", "NXDOMAIN":
		default:
			return false
		}
	}
	return refused
}

// dnsRule is the rule that knows what to do about a failure of DNS.
func (c *Case) dnsRule(side Side) string {
	p, _ := c.dnsProblem()
	switch {
	case side == SideUs:
		return "dns/failed"
	case p == mxresolve.ProblemTimeout:
		return "dns/timeout"
	case p == mxresolve.ProblemLoop, p == mxresolve.ProblemLongChain:
		return "mx/loop"
	}
	return "dns/servfail"
}

// forNow reports a failure of DNS that may heal, so that a sender would wait.
func forNow(p mxresolve.Problem) bool {
	switch p {
	case mxresolve.ProblemServFail, mxresolve.ProblemTimeout, mxresolve.ProblemFailed:
		return true
	}
	return false
}

func (c *Case) hostProblem(is func(mxresolve.Problem) bool) bool {
	for _, h := range c.Resolution.Hosts {
		if is(h.Problem) {
			return true
		}
	}
	return false
}

func (c *Case) skipped(k SkipKind) bool {
	for _, s := range c.Skipped {
		if s.Kind == k {
			return true
		}
	}
	return false
}

// loopsToOurAddress reports that an MX is this machine under an address that
// others can reach: from here the mail loops, from elsewhere it may well arrive.
func (c *Case) loopsToOurAddress() bool {
	for _, s := range c.Skipped {
		if s.Kind == SkipLoopsToUs && s.Address.IsValid() && !s.Address.Unmap().IsLoopback() && !s.Address.IsUnspecified() {
			return true
		}
	}
	return false
}
