package check

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// reports makes the report for each recipient.
func (r *run) reports() []*Report {
	took := time.Since(r.started)
	var out []*Report
	for i, x := range r.recipients {
		out = append(out, r.report(i, x, took))
	}
	return out
}

func (r *run) report(who int, x Recipient, took time.Duration) *Report {
	ref := r.refs[who]
	c := r.caseOf(who)
	d := diagnose.Diagnose(c)
	rep := &Report{
		Schema: Schema, ID: ref.ID, Tool: Tool{"smtpcheck", r.opts.Version}, Started: ref.Started,
		Duration: Millis(took), Mode: c.Mode, Lab: c.Lab,
		Recipient: ref.Recipient, Sender: c.Sender, HELO: r.opts.Probe.HELO, Notes: x.Notes,
		Resolution: resolutionOf(c), Sessions: []Session{},
		Verdict: d.Verdict, Reason: d.Reason, Side: d.Side, Confidence: d.Confidence, DecidedBy: d.DecidedBy,
		DecidedAfter: Millis(took), RetryAfter: int(d.RetryAfter.Round(time.Second).Seconds()),
		Summary: valid(d.Summary), Remedy: valid(d.Remedy), Findings: newFindings(d.Findings),
	}
	if at, ok := r.known[who]; ok {
		rep.DecidedAfter = Millis(at)
	}
	if u := x.Mailbox.Domain.Unicode; u != "" {
		rep.RecipientUnicode = x.Mailbox.Local + "@" + u
	}
	for _, s := range r.skipped {
		rep.Skipped = append(rep.Skipped, Skipped{s.Host, r.placeOf(s.Address), s.Reason, s.Kind})
	}
	for i, a := range c.Attempts {
		rep.Sessions = append(rep.Sessions, newSession(a, d.Outcomes[i], c.Transactions[i]))
	}
	if rep.HELO == "" {
		rep.HELO = firstHELO(c.Attempts)
	}
	for _, s := range d.Walk {
		rep.Walk = append(rep.Walk, Step{
			s.Outcome.Session, s.Host, s.Address, s.Outcome.Verdict, s.Outcome.Reason, Millis(s.Wait), valid(s.Outcome.Sentence),
		})
	}
	if c.Mode == diagnose.ModeData {
		rep.Message = r.messageOf(who, c, &d)
	}
	rep.TLSPolicy = newTLSPolicy(c)
	rep.beside(c)
	r.notChecked(rep)
	r.join(who, rep)
	rep.ExitCode = exitCode(d.Verdict, d.Reason, d.Deciding == nil)
	return rep
}

// placeOf is an address that was not probed; the socket where there is none.
func (r *run) placeOf(addr netip.Addr) string {
	if !addr.IsValid() {
		return r.opts.Server
	}
	return addr.String()
}

func firstHELO(attempts []*probe.Attempt) string {
	for _, a := range attempts {
		if a.Connected() {
			return a.HELO
		}
	}
	return ""
}

// messageOf says what became of the message.
func (r *run) messageOf(who int, c *diagnose.Case, d *diagnose.Diagnosis) *Message {
	m := r.messages[who]
	out := newMessage(&m)
	for i, a := range c.Attempts {
		tx := c.Transactions[i]
		for k := range a.Events {
			e := &a.Events[k]
			if e.Transaction != tx || e.Stage != smtp.StageMessage {
				continue
			}
			switch {
			case e.Kind == probe.KindData:
				out.SHA256, out.Host, out.Address = e.Data.SHA256, a.Target.Host, a.Target.Address()
				if e.Data.Complete {
					out.Sent = "unknown"
				}
			case e.Kind == probe.KindReply && e.Reply.Usable() && e.Reply.Class() == 2 && d.Outcomes[i].Verdict == diagnose.Accepted:
				out.Sent, out.QueueID, out.AcceptedAt = "yes", diagnose.QueueID(*e.Reply), &Time{e.Time}
			case e.Kind == probe.KindReply && e.Reply.Usable() && e.Reply.Class() >= 4:
				out.Sent = "no"
				if d.Outcomes[i].MayBeDelivered { // whose reply it was is not known
					out.Sent = "unknown"
				}
			}
		}
	}
	return out
}

func newSession(a *probe.Attempt, o diagnose.Outcome, tx int) Session {
	s := Session{
		ID: a.ID, Purpose: a.Purpose, After: a.After, Host: a.Target.Host, Also: list(a.Target.Also),
		Preference: a.Target.Preference, Address: a.Target.Address(), HELO: a.HELO, Started: Time{a.Started},
		Outcome: o.Verdict, Reason: o.Reason, Stage: o.Stage, Sentence: valid(o.Sentence), Row: o.Row,
		TLS: newTLS(a.TLS()), Auth: newAuth(a.Authentication()), Capabilities: a.Capabilities().Map(), CapabilitiesPlain: a.CapabilitiesPlain().Map(),
		Events: []Event{},
	}
	if t := a.TLS(); t != nil {
		s.presented = t.Certificates
	}
	if a.Local.IsValid() {
		s.Local = a.Local.String()
	}
	if o.Reply != nil {
		r := newReply(o.Reply)
		s.Reply = &r
	}
	for _, x := range diagnose.Extensions(a) {
		s.Extensions = append(s.Extensions, Extension{valid(x.Keyword), valid(x.Params), x.State, valid(x.Detail), x.Events})
	}
	mine := probe.Attempt{Target: a.Target}
	for _, e := range a.Events {
		if e.Transaction == 0 || e.Transaction == tx || a.Purpose.AsksBeside() {
			mine.Events = append(mine.Events, e)
			s.Events = append(s.Events, Event{e})
		}
	}
	s.Timings = mine.Timings()
	return s
}

func newAuth(x *probe.Authentication) *Auth {
	if x == nil {
		return nil
	}
	out := &Auth{Mechanism: valid(x.Mechanism), Offered: []string{}, User: valid(x.User), Outcome: x.Outcome, Verified: x.Verified}
	for _, m := range x.Offered {
		out.Offered = append(out.Offered, valid(m))
	}
	return out
}

func newResolution(res *mxresolve.Result) *Resolution {
	if res == nil {
		return nil
	}
	out := &Resolution{
		Domain: res.Domain, Kind: res.Kind, Problem: res.Problem, Notes: res.Notes, AD: res.AD,
		Aliases: res.Chain, TotalMX: res.TotalMX, Hosts: []Host{}, Queries: []Query{},
	}
	for i := range res.Hosts {
		h := &res.Hosts[i]
		host := Host{
			Name: h.Name, Preference: h.Preference, Addresses: []string{},
			Problem: h.Problem, Notes: h.Notes, Aliases: h.Chain, Queries: h.Queries,
		}
		if res.Kind == mxresolve.KindMX {
			host.TTL = &h.TTL
		}
		for _, a := range h.Addresses {
			host.Addresses = append(host.Addresses, a.String())
		}
		out.Hosts = append(out.Hosts, host)
	}
	for i := range res.Queries {
		q := &res.Queries[i]
		query := Query{
			ID: q.ID, Server: q.Server, Network: q.Network, Name: q.Name, Type: string(q.Type), Rcode: q.Rcode,
			RTT: Millis(q.RTT), AD: q.AD, AA: q.Authoritative, TC: q.Truncated, NoRD: q.NoRecursion, CD: q.CheckingDisabled,
			Answers: list(q.Answers), Error: q.Err, EDE: valid(q.Extended),
		}
		if len(q.Answers) > 0 {
			query.TTL = &q.TTL
		}
		if q.Total > len(q.Answers) {
			query.Total = q.Total
		}
		out.Queries = append(out.Queries, query)
	}
	return out
}

func newFindings(fs []diagnose.Finding) []Finding {
	out := []Finding{}
	for _, f := range fs {
		out = append(out, Finding{f.Rule, f.Severity, valid(f.Summary), f.Explain, f.Remedy, f.References, f.Evidence})
	}
	return out
}

// valid replaces what is not UTF-8, since JSON cannot hold it. The bytes
// themselves are in the event's raw.
func valid(s string) string { return strings.ToValidUTF8(s, "\ufffd") }

// list is never nil, so that JSON has [] and not null.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// MXReport is where the mail for a domain would go, and what is wrong with that.
type MXReport struct {
	Schema     int                 `json:"schema"`
	Redacted   string              `json:"redacted,omitempty"` // yes or strict: names are pseudonyms (package redact)
	Domain     string              `json:"domain"`
	Unicode    string              `json:"domain_unicode,omitempty"`
	Resolution *Resolution         `json:"resolution"`
	Verdict    diagnose.Verdict    `json:"verdict,omitempty"` // only where DNS alone decides
	Reason     diagnose.Reason     `json:"reason,omitempty"`
	Side       diagnose.Side       `json:"side,omitempty"`
	Confidence diagnose.Confidence `json:"confidence,omitempty"`
	Summary    string              `json:"summary"`
	Remedy     string              `json:"remedy,omitempty"`
	ExitCode   int                 `json:"exit_code"`
	Findings   []Finding           `json:"findings"`
}

// MX finds where the mail for a domain would go, and what its authorities say of that. It speaks no SMTP.
func MX(ctx context.Context, domain smtp.Domain, o Options) *MXReport {
	truth := newTruthSearch(ctx, domain, &o)
	defer truth.stop()
	res := (&mxresolve.Resolver{DNS: o.DNS}).Resolve(ctx, domain.ASCII, nil)
	truth.tell(res)
	c := &diagnose.Case{
		Recipient: "postmaster@" + domain.ASCII, Lab: o.Lab, Resolution: res, Mode: diagnose.ModeRcpt,
		Truth: truth.join(res), TrustAD: o.TrustAD,
	}
	d := diagnose.Diagnose(c)
	m := &MXReport{
		Schema: Schema, Domain: domain.ASCII, Unicode: domain.Unicode, Resolution: resolutionOf(c),
		Findings: newFindings(d.Findings),
	}
	if d.Verdict != diagnose.Undetermined || d.Reason == diagnose.Interrupted {
		m.Verdict, m.Reason, m.Summary, m.Remedy = d.Verdict, d.Reason, d.Summary, d.Remedy
		m.Side, m.Confidence = d.Side, d.Confidence
		m.ExitCode = exitCode(d.Verdict, d.Reason, true)
	}
	return m
}

// newReply is a reply in short.
func newReply(r *smtp.Reply) Reply {
	return Reply{r.Code, r.Enhanced.String(), valid(r.Text())}
}
