package diagnose

import (
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
	if r := c.Resolution; r != nil && r.MXQuery > 0 {
		d.DecidedBy = &Evidence{Query: r.MXQuery}
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
	case len(c.Pending) > 0:
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
