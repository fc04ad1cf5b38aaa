package diagnose

import (
	"fmt"
	"strings"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// OpenRelayState says what a server does with mail that is not for its own domains.
type OpenRelayState string

// The states.
const (
	RelayRefuses      OpenRelayState = "refuses"       // in every form that was asked
	RelaysForUs       OpenRelayState = "relays-for-us" // who may be one of its own clients
	RelayPossiblyOpen OpenRelayState = "possibly-open" // taken at RCPT from a stranger; it may still be refused, or go nowhere
	RelayNotDecided   OpenRelayState = "not-decidable" // the server was asked, and did not say
	RelayNotAsked     OpenRelayState = "not-examined"  // there was no session to ask in
	RelayServes       OpenRelayState = "serves-it"     // it is an MX host of the domain that was asked for
)

// OpenRelay is a session that asks whether the server takes mail for others than
// its own; nil Attempt: there was none.
type OpenRelay struct {
	Attempt *probe.Attempt
	Paths   []probe.RelayPath
	Serves  string // a domain of the envelope that the server is an MX host of, "" for none
}

// OpenRelayForm is one form and what was said to it.
type OpenRelayForm struct {
	probe.RelayPath
	Reply *smtp.Reply
	Event int
}

// OpenRelayOutcome is the judgement of that.
type OpenRelayOutcome struct {
	State OpenRelayState
	Forms []OpenRelayForm // those that were asked
	Taken *OpenRelayForm  // the one that was taken, nil for none
	Why   string          // it relays for us, or is not decided
	Outcome
}

// Judge judges the session. lab says that addresses are those of the lab, which stand
// for public ones.
func (r *OpenRelay) Judge(lab bool) OpenRelayOutcome {
	out := OpenRelayOutcome{State: RelayNotAsked}
	if r.Serves != "" {
		out.State, out.Why = RelayServes, "it is an MX host of "+r.Serves+", which is no relaying"
		return out
	}
	a := r.Attempt
	if a == nil {
		return out
	}
	h := &hearing{a: a, mode: ModeStopAfter, stopAfter: smtp.StageMail}
	out.Outcome = h.outcome()
	unsound := h.failure != nil && h.desynchronised() || h.broken != nil // replies may not be to their commands
	out.hear(a, r.Paths)
	switch {
	case unsound:
		out.State, out.Taken, out.Why = RelayNotDecided, nil, out.Sentence
	case out.Taken != nil:
		out.State = RelayPossiblyOpen
		if why := ofItsOwn(a, lab); why != "" {
			out.State, out.Why = RelaysForUs, why
		}
	case out.refusedAll(a, len(r.Paths)):
		out.State = RelayRefuses
	default:
		out.State, out.Why = RelayNotDecided, out.undecided(a)
	}
	return out
}

// hear collects what was said to each form.
func (o *OpenRelayOutcome) hear(a *probe.Attempt, paths []probe.RelayPath) {
	for i := range a.Events {
		e := &a.Events[i]
		if e.Kind != probe.KindReply || e.Stage != smtp.StageRcpt {
			continue
		}
		if n := len(o.Forms); n == len(paths) || !e.Reply.Usable() {
			break
		}
		o.Forms = append(o.Forms, OpenRelayForm{paths[len(o.Forms)], e.Reply, e.Seq})
	}
	if n := len(o.Forms); n > 0 && o.Forms[n-1].Reply.Class() == 2 {
		o.Taken = &o.Forms[n-1]
	}
}

// refusedAll reports whether every form was refused for good; or the sender was, for
// want of a login or of TLS, or because relaying is denied, which is a refusal of all.
func (o *OpenRelayOutcome) refusedAll(a *probe.Attempt, forms int) bool {
	for i := range o.Forms {
		if o.Forms[i].Reply.Class() != 5 {
			return false
		}
	}
	if len(o.Forms) > 0 {
		return len(o.Forms) == forms
	}
	e := replyTo(a, smtp.StageMail)
	if e == nil || !e.Reply.Usable() || e.Reply.Class() != 5 {
		return false
	}
	row, _ := Lookup(e.Stage, *e.Reply)
	return row.Reason == AuthRequired || row.Reason == TLSRequired || row.Reason == RelayDenied
}

// replyTo is the last reply at a stage, nil for none.
func replyTo(a *probe.Attempt, stage smtp.Stage) (last *probe.Event) {
	for i := range a.Events {
		if e := &a.Events[i]; e.Kind == probe.KindReply && e.Stage == stage && e.Extension == "" {
			last = e
		}
	}
	return last
}

// undecided says why it is not known.
func (o *OpenRelayOutcome) undecided(a *probe.Attempt) string {
	for i := range o.Forms {
		if r := o.Forms[i].Reply; r.Class() == 4 {
			return fmt.Sprintf("%s to the %s form is for now", codeOf(r), o.Forms[i].Form)
		}
	}
	if e := replyTo(a, smtp.StageMail); e != nil && len(o.Forms) == 0 && e.Reply.Class() != 2 {
		return "the sender was refused, not the recipient: " + codeOf(e.Reply)
	}
	if o.Sentence != "" {
		return o.Sentence
	}
	return "the session ended before all forms were asked"
}

func codeOf(r *smtp.Reply) string {
	if r.Enhanced.IsZero() {
		return fmt.Sprint(r.Code)
	}
	return fmt.Sprint(r.Code, " ", r.Enhanced)
}

// ofItsOwn says why the server may take us for a client of its own, "" for no reason
// that is known.
func ofItsOwn(a *probe.Attempt, lab bool) string {
	if x := a.Authentication(); x != nil && x.Outcome == probe.AuthAccepted {
		return "we have logged in"
	}
	local, there := a.Local.Addr().Unmap(), a.Target.Addr.Addr().Unmap()
	switch e := connectOf(a); {
	case lab || !local.IsValid() || e != nil && e.Text != "": // through a proxy our end says nothing
		return ""
	case local == there, there.IsLoopback():
		return "the connection came from the server's own machine"
	case local.IsPrivate() || local.IsLoopback() || local.IsLinkLocalUnicast():
		return "our address " + local.String() + " is private, and may be of a network that the server serves"
	}
	return ""
}

func connectOf(a *probe.Attempt) *probe.Event {
	for i := range a.Events {
		if a.Events[i].Kind == probe.KindConnect {
			return &a.Events[i]
		}
	}
	return nil
}

// byOpenRelay judges a server that was asked whether it is open.
func (c *RelayCase) byOpenRelay(d *RelayDiagnosis) {
	o := c.OpenRelay.Judge(c.Lab)
	d.OpenRelay = &o
	if o.State == RelayNotAsked {
		return // the ports say why
	}
	where := c.Host
	if a := c.OpenRelay.Attempt; a != nil {
		where = name(a.Target) + " port " + port(a.Target)
	}
	d.Verdict, d.Reason, d.Side, d.Confidence, d.Usable, d.Remedy = Accepted, "", SideNone, Likely, true, ""
	switch o.State {
	case RelayRefuses:
		d.Summary = where + " refuses to relay: " + o.asked() + ", none was taken; nothing was sent"
	case RelaysForUs:
		d.Summary = where + " relays for us: " + o.Why + "; this says nothing of strangers; nothing was sent"
	case RelayPossiblyOpen:
		d.Verdict, d.Reason, d.Side, d.Usable = Rejected, Policy, SideReceiver, false
		d.Summary = where + " is possibly an open relay: it took <" + o.Taken.Path + "> at RCPT; nothing was sent; it may still refuse the message, or deliver it nowhere"
	case RelayServes:
		d.Verdict, d.Reason, d.Confidence, d.Usable = Undetermined, Unknown, Certain, false
		d.Summary = "whether " + c.Host + " relays was not asked: " + o.Why
		d.Remedy = "Give --from and --to addresses of domains that this server has nothing to do with."
	default:
		d.Verdict, d.Reason, d.Side, d.Usable = Undetermined, Unknown, SideNone, false
		d.Summary = "whether " + where + " relays for strangers is not known: " + o.Why
		d.Remedy = "Try again later, or with another --from."
	}
	if o.State == RelayPossiblyOpen {
		r, _ := RuleOf("relay/possibly-open")
		d.Remedy = r.Remedy
	}
	d.DecidedBy = c.OpenRelay.proof(&o)
	if o.State == RelayNotDecided && o.Stage == smtp.StageAuth {
		d.take(&o.Outcome)
		d.Summary, d.Remedy = c.refusedWords(c.OpenRelay.Attempt, &o.Outcome), remedyOf(&o.Outcome)
	}
}

// asked says which forms were.
func (o *OpenRelayOutcome) asked() string {
	if len(o.Forms) == 0 {
		return "the sender was refused already"
	}
	var names []string
	for i := range o.Forms {
		names = append(names, string(o.Forms[i].Form))
	}
	return fmt.Sprintf("%d forms of the address (%s)", len(names), strings.Join(names, ", "))
}

// proof is the event that decided.
func (r *OpenRelay) proof(o *OpenRelayOutcome) *Evidence {
	a := r.Attempt
	if a == nil {
		return nil
	}
	if n := len(o.Forms); n > 0 {
		return &Evidence{Session: a.ID, Event: o.Forms[n-1].Event}
	}
	if e := replyTo(a, smtp.StageMail); e != nil {
		return &Evidence{Session: a.ID, Event: e.Seq}
	}
	return evidenceOf(&o.Outcome)
}

// openRelay finds what came of asking.
func (f *relayFinder) openRelay() {
	o := f.d.OpenRelay
	if o == nil || f.c.OpenRelay.Attempt == nil {
		return
	}
	a := f.c.OpenRelay.Attempt
	where := "port " + port(a.Target) + " of " + name(a.Target)
	var evidence []Evidence
	for i := range o.Forms {
		evidence = append(evidence, Evidence{Session: a.ID, Event: o.Forms[i].Event})
	}
	if proof := f.c.OpenRelay.proof(o); len(evidence) == 0 && proof != nil {
		evidence = append(evidence, *proof)
	}
	switch o.State {
	case RelayRefuses:
		f.add("relay/closed", where+" refuses to relay", evidence...)
	case RelaysForUs:
		f.add("relay/relays-for-us", where+" took <"+o.Taken.Path+">: it relays for us; "+o.Why, evidence[len(evidence)-1])
	case RelayPossiblyOpen:
		f.add("relay/possibly-open", where+" took <"+o.Taken.Path+"> from a stranger", evidence[len(evidence)-1])
	case RelayNotDecided:
		if len(evidence) > 0 {
			f.add("relay/not-decided", "whether "+where+" relays is not known: "+o.Why, evidence...)
		}
	}
}
