package diagnose

import (
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// remedy says what to do about it, "" for nothing.
func (c *Case) remedy(d *Diagnosis) string {
	switch {
	case d.Verdict == Accepted:
		return ""
	case c.mayBeDelivered(d):
		return "Ask the recipient, or look for the Message-ID in the server's log, before sending the message again."
	case d.Verdict == Unreachable && d.Side == SideUs && d.Confidence == Guess:
		r, _ := RuleOf("us/port-25")
		return r.Remedy
	case d.Verdict == Unreachable && d.Side == SideUs && d.Deciding == nil && c.skipped(SkipNoRoute):
		return "Probe from a machine that has a route to these addresses."
	case d.Verdict == Unreachable && d.Reason == DNSFailure && d.Deciding == nil:
		return "Check the name behind --server for a typing error. Without --server the mail hosts of the recipient's domain are asked."
	}
	if r, ok := RuleOf(c.ruleOfCase(d)); ok {
		return r.Remedy
	}
	if c.Relay && d.Reason == AuthRequired && d.Deciding != nil && c.attempt(d.Deciding).Authentication() == nil {
		return "Log in: --auth-user NAME, with the password in the way that --help says."
	}
	if o := d.Deciding; o != nil && o.Row != "" {
		if row, ok := RowByID(o.Row); ok {
			return row.Remedy
		}
	}
	if r, ok := RuleOf(c.ruleOfFailure(d)); ok {
		return r.Remedy
	}
	if remedy := c.remedyOfFailure(d); remedy != "" {
		return remedy
	}
	about, _ := AboutReason(d.Reason)
	return about.Remedy
}

// remedyOfFailure is what to do about a session that ended without a reply, where
// the reason alone says something else.
func (c *Case) remedyOfFailure(d *Diagnosis) string {
	e := c.decidingEvent(d)
	if e == nil {
		return ""
	}
	switch f := e.Failure; {
	case f != nil && f.Kind == probe.FailLocal:
		return "Mend on this machine what is named here, and probe again."
	case f != nil && f.Kind == probe.FailTimeout && e.Stage == smtp.StageConnect: // nothing answers, however long one waits
		about, _ := AboutReason(Unreached)
		return about.Remedy
	case f != nil && f.Kind == probe.FailTLSPolicy && strings.HasPrefix(f.Detail, "DANE"), f != nil && f.Kind == probe.FailTLSPolicy && strings.HasPrefix(f.Detail, "MTA-STS"):
		return "There is nothing that this rule could verify by. --tls-verify alone checks authority and name of the certificate; for more the receiving site must publish a policy."
	case e.Note == probe.NoteNeedsUTF8:
		return "Use addresses in ASCII, if the recipient and the sender have such; otherwise the receiving site must offer SMTPUTF8."
	case d.Reason == Unknown && d.Deciding.Reply == nil:
		return "Probe the recipient again."
	}
	return ""
}

// ruleOfCase is the rule that knows better than the deciding reply what to do.
func (c *Case) ruleOfCase(d *Diagnosis) string {
	switch {
	case d.against != nil:
		return "mx/disagree"
	case c.mxWantsLogin(d):
		return "mx/auth-required"
	case c.leftForCourtesy(d):
		return "rcpt/harvesting"
	case c.ruleOfAuth(d) != "":
		return c.ruleOfAuth(d)
	case c.decidingEvent(d) != nil && deniesOffer(c.attempt(d.Deciding), c.decidingEvent(d)) != nil:
		return "ext/broken"
	case d.Deciding == nil && d.Verdict == Deferred && d.Reason == DNSFailure:
		return c.dnsRule(d.Side)
	}
	return ""
}

// decidingEvent is the event that decided, nil for none.
func (c *Case) decidingEvent(d *Diagnosis) *probe.Event {
	if d.Deciding == nil || d.DecidedBy == nil {
		return nil
	}
	return c.attempt(d.Deciding).Event(d.DecidedBy.Event)
}

// ruleOfFailure is the rule that knows best what to do about the failure that decided.
func (c *Case) ruleOfFailure(d *Diagnosis) string {
	e := c.decidingEvent(d)
	if e == nil || e.Failure == nil {
		return ""
	}
	switch a := c.attempt(d.Deciding); {
	case plaintextPort(a, e):
		return "tls/plaintext-port"
	case tookHeader(a, e):
		return "smtp/proxy-header"
	}
	switch e.Failure.Kind {
	case probe.FailInjection:
		return "tls/injection"
	case probe.FailNotOffered:
		return "ext/not-offered"
	case probe.FailUnsolicited:
		return "smtp/unsolicited"
	case probe.FailNotSMTP:
		return "smtp/not-smtp"
	case probe.FailTLSLimit, probe.FailTLS:
		return d.found("tls/legacy-only", "tls/our-limit", "tls/handshake-failed")
	case probe.FailTLSPolicy:
		return d.ruleOfTLSPolicy(e.Failure)
	}
	return ""
}

// found is the first of some rules that was found, "" for none.
func (d *Diagnosis) found(rules ...string) string {
	for _, rule := range rules {
		if slices.ContainsFunc(d.Findings, func(f Finding) bool { return f.Rule == rule }) {
			return rule
		}
	}
	return ""
}

// ruleOfTLSPolicy is the finding that says most about TLS which is not as we
// require it: of the policy that was asked for, else of the session that decided.
func (d *Diagnosis) ruleOfTLSPolicy(x *probe.Failure) string {
	about := "tls/"
	for _, policy := range []string{"DANE", "MTA-STS"} {
		if strings.HasPrefix(x.Detail, policy) {
			about = strings.ToLower(policy) + "/"
		}
	}
	for _, f := range d.Findings {
		if !strings.HasPrefix(f.Rule, about) || f.Severity == Info {
			continue
		}
		if about != "tls/" || slices.ContainsFunc(f.Evidence, func(e Evidence) bool { return e.Session == d.DecidedBy.Session }) {
			return f.Rule
		}
	}
	return ""
}
