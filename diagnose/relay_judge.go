package diagnose

import (
	"slices"
	"strconv"
	"strings"

	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// RelayDiagnosis is the judgement of a submission server.
type RelayDiagnosis struct {
	Usable bool // for what was asked
	Best   int  // the index of the port to use; -1 for none
	// Outcomes are those of the ports, Logins those of the sessions of AUTH.
	Outcomes, Logins []Outcome
	OpenRelay        *OpenRelayOutcome // nil: not asked

	Verdict    Verdict // "accepted" where it is usable
	Reason     Reason
	Side       Side
	Confidence Confidence
	DecidedBy  *Evidence
	RetryAfter int // seconds
	// Summary is the verdict in a sentence or two; Remedy what to do about it, "" for nothing.
	Summary, Remedy string
	Findings        []Finding
}

// Relay judges all that is known about a submission server.
func Relay(c *RelayCase) RelayDiagnosis {
	d := RelayDiagnosis{Best: c.Best()}
	for i := range c.Ports {
		d.Outcomes = append(d.Outcomes, c.outcome(&c.Ports[i]))
	}
	for _, a := range c.Logins {
		d.Logins = append(d.Logins, Login(a))
	}
	f := &relayFinder{finder: finder{c: &Case{Lab: c.Lab}, d: &Diagnosis{}}, c: c, d: &d}
	switch {
	case len(c.Ports) == 0:
		c.withoutPorts(&d)
	case len(d.Logins) > 0:
		c.byLogin(&d)
	case d.Best >= 0:
		c.byPort(&d, &d.Outcomes[d.Best])
	default:
		c.noPort(&d)
	}
	if c.OpenRelay != nil {
		c.byOpenRelay(&d)
	}
	d.Findings = f.find()
	if old := (&Diagnosis{Findings: d.Findings}).found("tls/legacy-only"); old != "" && d.Reason == TLSFailed && !d.Usable && d.Best < 0 {
		r, _ := RuleOf(old)
		d.Remedy = r.Remedy
	}
	return d
}

// Login judges a session that was to log in.
func Login(a *probe.Attempt) Outcome {
	h := &hearing{a: a, mode: ModeStopAfter, stopAfter: smtp.StageAuth}
	return h.outcome()
}

// LoggedIn reports whether the session has logged in: 235 (RFC 4954, section 6), from
// a server that could prove itself where the mechanism asks for that.
func LoggedIn(a *probe.Attempt) bool {
	if e := a.Failure(); e != nil && e.Failure.Kind == probe.FailAuth {
		return false
	}
	return slices.ContainsFunc(a.Events, func(e probe.Event) bool {
		return e.Kind == probe.KindReply && e.Stage == smtp.StageAuth && e.Extension == "" && e.Reply.Usable() && e.Reply.Code == 235
	})
}

func (d *RelayDiagnosis) take(o *Outcome) {
	d.Verdict, d.Reason, d.Side, d.Confidence = o.Verdict, o.Reason, o.Side, o.Confidence
	d.DecidedBy = evidenceOf(o)
	d.RetryAfter = int(o.RetryAfter.Seconds())
	d.Usable = o.Verdict == Accepted
}

// withoutPorts judges a server that DNS does not lead to.
func (c *RelayCase) withoutPorts(d *RelayDiagnosis) {
	d.Verdict, d.Reason, d.Side, d.Confidence = Undetermined, Interrupted, SideNone, Certain
	problem, query := c.dnsProblem()
	if query > 0 {
		d.DecidedBy = &Evidence{Query: query}
	}
	switch {
	case c.Services != nil && len(c.targets()) == 0:
		c.withoutServices(d)
	case problem == mxresolve.ProblemNXDomain, problem == mxresolve.ProblemInvalidName:
		d.Verdict, d.Reason, d.Side = Rejected, BadDomain, SideUs
		d.Summary = "the host " + c.Host + " does not exist"
		d.Remedy = "Check the name for a typing error. If it is the domain of a mail address, its submission server may be found with --srv."
	case problem == mxresolve.ProblemNoData:
		d.Verdict, d.Reason, d.Side = Rejected, NoMailService, SideUs
		d.Summary = "the host " + c.Host + " has no address"
		d.Remedy = "Check the name. If it is the domain of a mail address, its submission server may be found with --srv."
	case problem == mxresolve.ProblemCancelled || problem == "":
		d.Summary = "interrupted before the verdict was known"
	default:
		d.Verdict, d.Reason, d.Side, d.Confidence = Deferred, DNSFailure, SideNetwork, Guess
		d.Summary = "DNS failed for " + c.Host + " (" + string(problem) + ")"
		d.Remedy = "Ask another resolver (--resolver), or try again later."
	}
}

func (c *RelayCase) withoutServices(d *RelayDiagnosis) {
	d.Verdict, d.Reason, d.Side = Rejected, NoMailService, SideReceiver
	for _, s := range c.Services {
		switch {
		case s.State == ServiceFailed && c.Resolution != nil && c.Resolution.Problem == mxresolve.ProblemCancelled:
			d.Verdict, d.Reason, d.Side = Undetermined, Interrupted, SideNone
			d.Summary = "interrupted before the verdict was known"
			return
		case s.State == ServiceFailed:
			d.Verdict, d.Reason, d.Side, d.Confidence = Deferred, DNSFailure, SideNetwork, Guess
			d.Summary = "DNS failed for " + s.Name
			d.Remedy = "Ask another resolver (--resolver), or try again later."
			return
		case s.State == ServiceNotOffered:
			d.Summary = "the domain " + c.Host + " says by SRV records that it offers no submission"
			d.Remedy = "Ask who runs the domain for the name of its submission server, and give that without --srv."
		}
	}
	if d.Summary == "" {
		d.Summary = "the domain " + c.Host + " names no submission server by SRV records (RFC 6186)"
		d.Remedy = "Ask who runs the domain for the name of its submission server, and give that without --srv; mail." + c.Host + " and smtp." + c.Host + " are common."
	}
}

// targets are the hosts that SRV records lead to.
func (c *RelayCase) targets() (out []ServiceTarget) {
	for _, s := range c.Services {
		out = append(out, s.Targets...)
	}
	return out
}

// dnsProblem is what keeps the first host from having addresses, and the query about it.
func (c *RelayCase) dnsProblem() (mxresolve.Problem, int) {
	r := c.Resolution
	if r == nil {
		return "", 0
	}
	for i := range r.Hosts {
		if h := &r.Hosts[i]; h.Problem != "" {
			query := 0
			if n := len(h.Queries); n > 0 {
				query = h.Queries[n-1]
			}
			return h.Problem, query
		}
	}
	if len(c.Services) > 0 {
		return r.Problem, c.Services[0].Query
	}
	return r.Problem, 0
}

func (c *RelayCase) byLogin(d *RelayDiagnosis) {
	i := slices.IndexFunc(c.Logins, LoggedIn) // the strongest that works
	if i < 0 {
		i = len(c.Logins) - 1
	}
	a, o := c.Logins[i], &d.Logins[i]
	d.take(o)
	if LoggedIn(a) && o.Verdict == Accepted {
		d.Summary = "logged in at " + name(a.Target) + " port " + port(a.Target) + withMechanism(a) + "; nothing was sent"
		return
	}
	d.Usable = false
	d.Summary = c.refusedWords(a, o)
	d.Remedy = c.remedyOfLogin(o)
}

// remedyOfLogin is what to do about a login that failed.
func (c *RelayCase) remedyOfLogin(o *Outcome) string {
	of := &Case{Attempts: c.Logins}
	if r, ok := RuleOf(of.ruleOfAuth(&Diagnosis{Deciding: o, DecidedBy: evidenceOf(o)})); ok {
		return r.Remedy
	}
	return remedyOf(o)
}

func withMechanism(a *probe.Attempt) string {
	if m := Mechanism(a); m != "" {
		return " with " + m
	}
	return ""
}

// Mechanism is the one that a session of AUTH has tried last, "" for none.
func Mechanism(a *probe.Attempt) string {
	if x := a.Authentication(); x != nil {
		return x.Mechanism
	}
	return ""
}

func (c *RelayCase) refusedWords(a *probe.Attempt, o *Outcome) string {
	switch {
	case o.Reason == Interrupted:
		return "interrupted before the verdict was known"
	case o.Stage == smtp.StageAuth && o.Reply != nil && o.Verdict == Deferred:
		return "the login" + withMechanism(a) + " failed for now: " + o.Sentence
	case o.Stage == smtp.StageAuth && o.Reply != nil:
		return "the login" + withMechanism(a) + " was refused: " + o.Sentence
	}
	return "no login: " + strings.TrimPrefix(o.Sentence, "no login at ")
}

func remedyOf(o *Outcome) string {
	if row, ok := RowByID(o.Row); ok && o.Row != "" {
		return row.Remedy
	}
	about, _ := AboutReason(o.Reason)
	return about.Remedy
}

func (c *RelayCase) byPort(d *RelayDiagnosis, o *Outcome) {
	d.take(o)
	p := &c.Ports[d.Best]
	a := p.Telling()
	d.Summary = "usable at port " + port(a.Target) + " of " + name(a.Target) + " (" + offers(p, a) + ")"
	var also []string
	for i := range c.Ports {
		if i != d.Best && d.Outcomes[i].Verdict == Accepted {
			also = append(also, strconv.Itoa(int(c.Ports[i].Port)))
		}
	}
	if len(also) > 0 {
		d.Summary += ", also at " + strings.Join(also, ", ")
	}
	if !c.Delivers {
		d.Summary += "; no login was tried and nothing was sent"
	}
}

// offers is what a session offers: "implicit TLS 1.3, verified; AUTH PLAIN LOGIN".
func offers(p *RelayPort, a *probe.Attempt) string {
	words := "without TLS"
	if t := a.TLS(); t != nil {
		words = t.Version + " by STARTTLS"
		if p.Implicit {
			words = "implicit " + t.Version
		}
		if t.Verified {
			words += ", verified"
		} else {
			words += ", not verified: " + or(t.Problem, t.ProblemKind)
		}
	}
	const shown = 3
	switch m := Mechanisms(a.Capabilities()); {
	case len(m) > shown+1:
		return words + "; AUTH " + strings.Join(m[:shown], " ") + " and " + strconv.Itoa(len(m)-shown) + " more"
	case len(m) > 0:
		return words + "; AUTH " + strings.Join(m, " ")
	}
	return words + "; no AUTH"
}

// noPort judges a server none of whose ports is usable: by the one that came furthest.
func (c *RelayCase) noPort(d *RelayDiagnosis) {
	best := -1
	for _, i := range c.ranked() {
		if d.Outcomes[i].Reason == Interrupted { // it may have been usable
			best = i
			break
		}
		if best < 0 || d.Outcomes[best].Stage.Before(d.Outcomes[i].Stage) {
			best = i
		}
	}
	o := &d.Outcomes[best]
	d.take(o)
	switch {
	case o.Reason == Interrupted:
		d.Summary = "interrupted before the verdict was known"
		return
	case o.Verdict == Unreachable && o.Reply == nil && o.Stage == smtp.StageConnect:
		d.Summary = c.notReached(d)
	case len(c.Ports) == 1:
		d.Summary = "port " + strconv.Itoa(int(c.Ports[best].Port)) + " is not usable" + c.forWhat() + ": " + o.Sentence
	default:
		d.Summary = "no port is usable" + c.forWhat() + "; port " + strconv.Itoa(int(c.Ports[best].Port)) + ": " + o.Sentence
	}
	d.Remedy = c.remedyOfPort(&c.Ports[best], o)
}

func (c *RelayCase) forWhat() string {
	switch {
	case c.Wants.Auth:
		return " for a login"
	case c.Wants.Verified:
		return " with a verified certificate"
	case c.Wants.TLS:
		return " with TLS"
	}
	return ""
}

// notReached says of every port why there is no connection.
func (c *RelayCase) notReached(d *RelayDiagnosis) string {
	if len(c.Ports) == 1 {
		return "nobody can be reached there: " + d.Outcomes[0].Sentence
	}
	var words []string
	for i := range c.Ports {
		words = append(words, strconv.Itoa(int(c.Ports[i].Port))+" "+stateWords[c.Ports[i].State()])
	}
	return "no port can be reached: " + strings.Join(words, ", ")
}

var stateWords = map[PortState]string{
	PortOpen: "is open", PortRefused: "is refused", PortTimeout: "times out", PortUnreachable: "is unreachable", "": "is not known",
}

// remedyOfPort says what to do about a port that is not usable.
func (c *RelayCase) remedyOfPort(p *RelayPort, o *Outcome) string {
	a := p.Telling()
	if e := a.Failure(); e != nil && (e.Failure.Kind == probe.FailInjection || plaintextPort(a, e)) {
		of := &Case{Attempts: p.Attempts}
		r, _ := RuleOf(of.ruleOfFailure(&Diagnosis{Deciding: o, DecidedBy: evidenceOf(o)}))
		return r.Remedy
	}
	t := a.TLS()
	switch {
	case o.Reason == AuthRequired && o.Side == SideUs:
		return "If it is the right server, name it: smtpcheck relay " + p.Host + ", instead of --srv" + c.orAnyway("--auth-allow-unverified")
	case o.Reason == AuthRequired && o.Reply == nil || o.Reason == AuthRequired && o.Verdict == Undetermined:
		return "Use the port where the server offers AUTH, 465 or 587; a server that takes mail by address needs no --auth-user."
	case o.Reason == TLSFailed && t != nil && !t.Verified:
		return "Give the authority of the server's certificate with --ca-file or the name in it with --sni, or have the certificate mended" + c.orAnyway("--auth-allow-unverified")
	case o.Reason == TLSFailed && p.Implicit && o.Stage == smtp.StageTLS:
		return "Use STARTTLS at this port (--tls require), or port 587."
	case o.Reason == TLSFailed:
		return "Use another port, 465 or 587, or have TLS set up at the server" + c.orAnyway("--auth-allow-plaintext")
	case o.Reason == TimedOut && o.Stage == smtp.StageGreeting && !p.Implicit:
		return "A port that waits for TLS says nothing: try --tls implicit."
	case o.Verdict == Unreachable && p.State() == PortRefused:
		return "Nothing listens there: check the host name and the port, and whether the server is running."
	case o.Verdict == Unreachable && p.State() == PortTimeout:
		return "Something on the way drops the packets, or the host is down: try from another network, and another port."
	}
	return remedyOf(o)
}

func (c *RelayCase) orAnyway(flag string) string {
	if c.Wants.Auth && !c.Wants.Verified && !c.Wants.TLS {
		return "; " + flag + " logs in all the same."
	}
	return "."
}
