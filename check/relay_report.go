package check

import (
	"slices"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// RelayReport is all that was found out about a submission server, and what it
// means. It is the JSON of docs/relay.schema.json. A fact that was not examined is absent.
type RelayReport struct {
	Schema   int    `json:"schema"`
	ID       string `json:"id"` // a ULID
	Tool     Tool   `json:"tool"`
	Started  Time   `json:"started"`
	Duration Millis `json:"duration_ms"`
	Lab      bool   `json:"lab,omitempty"` // the server is that of the built-in lab
	ExitCode int    `json:"exit_code"`
	Redacted string `json:"redacted,omitempty"` // yes or strict: names are pseudonyms (package redact)

	Host string `json:"host"` // as asked
	HELO string `json:"helo,omitempty"`

	Services   []RelayService `json:"srv,omitempty"`
	Resolution *Resolution    `json:"resolution,omitempty"`
	Ports      []RelayPort    `json:"ports"`
	Best       *RelayBest     `json:"best,omitempty"` // the port to use; absent where none is usable
	Auth       *RelayAuth     `json:"auth,omitempty"` // the logins that were tried
	OpenRelay  *RelayOpen     `json:"open_relay,omitempty"`
	Deliveries []*Report      `json:"deliveries,omitempty"`
	LeftOut    int            `json:"left_out,omitempty"` // messages of --repeat that were not sent
	LeftOutWhy string         `json:"left_out_why,omitempty"`

	Usable     bool                `json:"usable"` // for what was asked
	Reason     diagnose.Reason     `json:"reason"` // why not; "" where it is
	Side       diagnose.Side       `json:"side"`
	Confidence diagnose.Confidence `json:"confidence"`
	DecidedBy  *diagnose.Evidence  `json:"decided_by,omitempty"`
	RetryAfter int                 `json:"retry_after_s,omitempty"`
	Summary    string              `json:"summary"`
	Remedy     string              `json:"remedy,omitempty"`
	Findings   []Finding           `json:"findings"`
}

// RelayService is what the SRV records of one service say.
type RelayService struct {
	Name    string                `json:"name"`
	State   diagnose.ServiceState `json:"state"`
	AD      bool                  `json:"ad"`
	Query   int                   `json:"query,omitempty"`
	Targets []RelayTarget         `json:"targets"`
}

// RelayTarget is one SRV record.
type RelayTarget struct {
	Priority uint16 `json:"priority"`
	Weight   uint16 `json:"weight"`
	Port     uint16 `json:"port"`
	Host     string `json:"host"`
}

// RelayBest names a port.
type RelayBest struct {
	Host    string `json:"host"`
	Port    uint16 `json:"port"`
	Address string `json:"address"`
}

// RelayPort is one port of one host.
type RelayPort struct {
	Host    string             `json:"host"`
	Port    uint16             `json:"port"`
	Service string             `json:"service,omitempty"` // of the SRV record that names it
	State   diagnose.PortState `json:"state,omitempty"`
	Usable  bool               `json:"usable"` // for what was asked
	Problem string             `json:"problem,omitempty"`

	TLS          string            `json:"tls,omitempty"` // implicit, starttls or none
	Version      string            `json:"version,omitempty"`
	Certificate  string            `json:"certificate,omitempty"` // verified, or what is wrong with it
	Auth         []string          `json:"auth,omitzero"`         // inside TLS
	AuthPlain    []string          `json:"auth_plain,omitzero"`   // before TLS, or without
	Capabilities map[string]string `json:"capabilities,omitempty"`
	Size         int64             `json:"size,omitempty"`
	ClearRefused *bool             `json:"clear_refused,omitempty"` // MAIL before STARTTLS was refused
	Time         *Millis           `json:"time_ms,omitempty"`       // to know this, from the beginning of the session

	Session *Session  `json:"session,omitempty"`
	Others  []Session `json:"others,omitempty"` // with addresses that did not answer
	Looks   []Session `json:"looks,omitempty"`  // that only looked at TLS
}

// RelayAuth is what became of logging in.
type RelayAuth struct {
	LoggedIn bool         `json:"logged_in"`
	Attempts []RelayLogin `json:"attempts"`
	NotTried []string     `json:"not_tried,omitempty"`
}

// RelayLogin is one session of AUTH.
type RelayLogin struct {
	Mechanism string           `json:"mechanism,omitempty"`
	Outcome   diagnose.Verdict `json:"outcome"`
	Reason    diagnose.Reason  `json:"reason"`
	Session   Session          `json:"session"`
}

// report puts together what is known.
func (r *relay) report(c *diagnose.RelayCase, d *diagnose.RelayDiagnosis, deliveries []*Report) *RelayReport {
	rep := &RelayReport{
		Schema: Schema, ID: r.ref.ID, Tool: Tool{"smtpcheck", r.o.Version}, Started: r.ref.Started,
		Duration: Millis(time.Since(r.started)), Lab: r.o.Lab, Host: r.host, HELO: r.o.Probe.HELO,
		Resolution: newResolution(r.resolution), Ports: []RelayPort{}, Deliveries: deliveries, LeftOut: r.unsent.Messages, LeftOutWhy: r.unsent.Why,
		Usable: d.Usable, Reason: d.Reason, Side: d.Side, Confidence: d.Confidence, DecidedBy: d.DecidedBy, RetryAfter: d.RetryAfter,
		Summary: valid(d.Summary), Remedy: valid(d.Remedy), Findings: newFindings(d.Findings),
		ExitCode: exitCode(d.Verdict, d.Reason, len(c.Ports) == 0),
	}
	for i := range c.Ports {
		p := r.portReport(&c.Ports[i], &d.Outcomes[i])
		p.Service = r.doors[i].service
		rep.Ports = append(rep.Ports, p)
		if rep.HELO == "" && p.Session != nil {
			rep.HELO = p.Session.HELO
		}
	}
	if d.Best >= 0 {
		a := c.Ports[d.Best].Telling()
		rep.Best = &RelayBest{a.Target.Host, a.Target.Addr.Port(), a.Target.Address()}
	}
	for _, s := range r.services {
		rep.Services = append(rep.Services, newRelayService(s))
	}
	rep.Auth, rep.OpenRelay = r.authReport(d), openReport(c, d)
	var codes []int
	for _, x := range deliveries {
		codes = append(codes, x.ExitCode)
	}
	if len(codes) > 0 {
		rep.ExitCode = ExitCode(codes...)
	}
	return rep
}

func newRelayService(s diagnose.Service) RelayService {
	out := RelayService{Name: s.Name, State: s.State, AD: s.AD, Query: s.Query, Targets: []RelayTarget{}}
	for _, t := range s.Targets {
		out.Targets = append(out.Targets, RelayTarget(t))
	}
	return out
}

func (r *relay) authReport(d *diagnose.RelayDiagnosis) *RelayAuth {
	if len(r.logins) == 0 {
		return nil
	}
	out := &RelayAuth{Attempts: []RelayLogin{}, NotTried: r.left}
	for i, a := range r.logins {
		o := d.Logins[i]
		out.LoggedIn = out.LoggedIn || diagnose.LoggedIn(a)
		out.Attempts = append(out.Attempts, RelayLogin{
			Mechanism: valid(diagnose.Mechanism(a)), Outcome: o.Verdict, Reason: o.Reason, Session: newSession(a, o, 0),
		})
	}
	return out
}

// portReport is the facts of one port.
func (r *relay) portReport(p *diagnose.RelayPort, o *diagnose.Outcome) RelayPort {
	out := RelayPort{Host: p.Host, Port: p.Port, State: p.State(), Usable: o.Verdict == diagnose.Accepted}
	if !out.Usable {
		out.Problem = valid(o.Sentence)
	}
	a := p.Telling()
	if a == nil {
		return out
	}
	s := newSession(a, *o, 0)
	out.Session = &s
	for _, other := range p.Attempts {
		if other != a {
			out.Others = append(out.Others, newSession(other, diagnose.Session(other, "", diagnose.ModeStopAfter), 0))
		}
	}
	for _, look := range p.Looks {
		out.Looks = append(out.Looks, newSession(look, diagnose.Session(look, "", diagnose.ModeStopAfter), 0))
	}
	if o.Elapsed > 0 || o.Event > 0 {
		took := Millis(o.Elapsed)
		out.Time = &took
	}
	out.facts(p, a)
	return out
}

func (out *RelayPort) facts(p *diagnose.RelayPort, a *probe.Attempt) {
	caps, plain := a.Capabilities(), a.CapabilitiesPlain()
	if t := a.TLS(); t != nil {
		out.TLS, out.Version, out.Certificate = "starttls", t.Version, "verified"
		if p.Implicit {
			out.TLS = "implicit"
		}
		if !t.Verified {
			out.Certificate = t.ProblemKind
		}
		out.Auth, out.AuthPlain = diagnose.Mechanisms(caps), diagnose.Mechanisms(plain)
	} else if known := slices.Concat(caps, plain); len(known) > 0 || greeted(a) {
		out.TLS, out.AuthPlain = "none", diagnose.Mechanisms(known)
		if known.Has("STARTTLS") {
			out.TLS = "starttls"
		}
		if known == nil {
			out.AuthPlain = []string{}
		}
	}
	if caps != nil {
		out.Capabilities, out.Size = caps.Map(), caps.Size()
	} else if plain != nil {
		out.Capabilities, out.Size = plain.Map(), plain.Size()
	}
	if e := a.InClear(); e != nil {
		refused := e.Reply.Class() == 5
		out.ClearRefused = &refused
	}
	for i := range out.AuthPlain {
		out.AuthPlain[i] = valid(strings.ToUpper(out.AuthPlain[i]))
	}
	for i := range out.Auth {
		out.Auth[i] = valid(out.Auth[i])
	}
}

// greeted reports whether the server has answered EHLO.
func greeted(a *probe.Attempt) bool {
	for i := range a.Events {
		if e := &a.Events[i]; e.Kind == probe.KindReply && e.Stage == smtp.StageEHLO && e.Reply.Usable() && e.Reply.Class() == 2 {
			return true
		}
	}
	return false
}
