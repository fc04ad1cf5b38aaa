package diagnose

import (
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/policy"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// tlsState is how far TLS came in a session.
type tlsState int

const (
	tlsUnknown tlsState = iota // nothing was seen of it
	tlsNone                    // not offered, or refused
	tlsFailed                  // the handshake failed
	tlsDone
)

// sight is what a session shows about TLS with a host.
type sight struct {
	c    *Case
	host string
	a    *probe.Attempt // nil where there was none
	tlsa *policy.TLSA

	state   tlsState
	why     string // why it is not done
	failure policy.Failure
	tls     *probe.TLS
	at      Evidence // the handshake, or what shows that there is none
	match   *policy.Matched
}

// unseen is a host without a session.
func (c *Case) unseen(h *mxresolve.Host) *sight {
	why := "there was no session with it"
	if h.Problem != "" {
		why += ": it has no usable address"
	}
	return &sight{c: c, host: h.Name, tlsa: c.tlsaOf(h.Name), why: why}
}

// seen reads a session.
func (c *Case) seen(a *probe.Attempt, h *mxresolve.Host) *sight {
	s := &sight{c: c, host: h.Name, a: a, tlsa: c.tlsaOf(h.Name), why: "no session came as far as EHLO"}
	for i := range a.Events {
		e := &a.Events[i]
		switch {
		case e.Kind == probe.KindTLS && !e.TLS.Partial:
			s.state, s.tls, s.why, s.failure = tlsDone, e.TLS, "", ""
		case e.Kind == probe.KindReply && e.Stage == smtp.StageEHLO && !e.Secure && e.Reply.Usable() && e.Reply.Class() == 2:
			s.hello(e, a)
		case e.Kind == probe.KindReply && e.Stage == smtp.StageSTARTTLS && e.Reply.Usable() && e.Reply.Class() >= 4 && s.state == tlsUnknown:
			s.state, s.failure, s.why = tlsNone, policy.FailStartTLS, "STARTTLS is refused"
		case e.Kind == probe.KindFailure && (e.Stage == smtp.StageTLS || e.Stage == smtp.StageSTARTTLS) && s.state == tlsUnknown:
			s.broke(e.Failure)
		default:
			continue
		}
		if s.state != tlsUnknown && s.at.Event == 0 || e.Kind == probe.KindTLS {
			s.at = Evidence{Session: a.ID, Event: e.Seq}
		}
	}
	if s.state == tlsDone && s.tlsa != nil && len(s.tlsa.Records) > 0 {
		s.hold()
	}
	return s
}

// hello reads what is offered in the clear.
func (s *sight) hello(e *probe.Event, a *probe.Attempt) {
	switch {
	case smtp.ParseCapabilities(*e.Reply).Has("STARTTLS") && a.Noted(probe.NoteHELO) == nil:
		s.why = "STARTTLS is offered and was not tried"
	default:
		s.state, s.failure, s.why = tlsNone, policy.FailStartTLS, "STARTTLS is not offered"
	}
}

// broke reads how a handshake failed. A limit of ours, or an interruption, says nothing of the server.
func (s *sight) broke(f *probe.Failure) {
	switch f.Kind {
	case probe.FailTLS, probe.FailTimeout, probe.FailClosed, probe.FailReset:
		s.state, s.failure, s.why = tlsFailed, policy.FailValidation, "the TLS handshake failed"
	case probe.FailInjection:
		s.state, s.failure, s.why = tlsFailed, policy.FailValidation, "plaintext came behind the reply to STARTTLS"
	case probe.FailTLSLimit:
		s.why = "the TLS handshake failed on a limit of this program"
	default:
		s.why = "the session ended before TLS"
	}
	if f.Detail != "" && s.state == tlsFailed && f.Kind == probe.FailTLS {
		s.why += ": " + f.Detail
	}
}

// hold holds the certificates against the TLSA records.
func (s *sight) hold() {
	m := policy.Match(s.tlsa.Records, s.tls.Certificates, s.tlsa.Names, s.a.Event(s.at.Event).Time)
	s.match = &m
}
