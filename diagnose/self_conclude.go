package diagnose

import (
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/mxresolve"
)

// reasonsOfTopics are the reasons that others would give for refusing us.
var reasonsOfTopics = [...]struct {
	topic  string
	reason Reason
}{
	{TopicServers, IPReputation}, {TopicLists, IPReputation}, {TopicPTR, RDNS}, {TopicHELO, HELO}, {TopicSPF, AuthFail}, {TopicHELOSPF, AuthFail},
	{TopicMail, SenderRejected}, {TopicDomains, DomainReputation},
}

// conclude makes one judgement of all topics.
func (d *SelfDiagnosis) conclude(c *SelfCase) {
	pass, fail := d.topicOf(TopicPort, TopicPass), d.topicOf(TopicPort, TopicFail)
	switch {
	case pass == nil && fail != nil:
		d.State, d.Verdict, d.Reason = TopicFail, Unreachable, Unreached
		d.Summary = "this machine cannot send mail: " + fail.Summary
		d.remedyOf(fail.Rule)
		return
	case pass == nil:
		d.unexamined(c)
		return
	}
	var failed []string
	for _, x := range reasonsOfTopics {
		for i := range d.Topics {
			if t := &d.Topics[i]; t.Name == x.topic && t.State == TopicFail {
				failed = append(failed, t.Summary)
				if d.Reason == "" {
					d.Reason = x.reason
					d.remedyOf(t.Rule)
				}
			}
		}
	}
	if len(failed) > 0 {
		d.State, d.Verdict = TopicFail, Rejected
		d.Summary = "mail gets out, and others may refuse it: " + strings.Join(failed, "; ")
		return
	}
	d.State, d.Verdict = TopicPass, Accepted
	d.Summary = "this machine can send mail: port 25 is open over " + d.openOver()
	warned := d.inState(TopicWarning)
	if fail != nil { // of the other family
		warned = append([]*Topic{fail}, warned...)
	}
	if len(warned) > 0 {
		d.State = TopicWarning
		d.Summary += "; but " + warned[0].Summary
		if n := len(warned) - 1; n > 0 {
			d.Summary += ", and " + many(n, "other warning", "other warnings")
		}
		d.remedyOf(warned[0].Rule)
		return
	}
	d.Summary += d.examined(c)
}

// inState are all topics in a state.
func (d *SelfDiagnosis) inState(state TopicState) (out []*Topic) {
	for i := range d.Topics {
		if d.Topics[i].State == state {
			out = append(out, &d.Topics[i])
		}
	}
	return out
}

// examined says how far that goes, where nothing was found.
func (d *SelfDiagnosis) examined(c *SelfCase) string {
	unknown := slices.DeleteFunc(d.inState(""), func(t *Topic) bool { return t.Name == TopicPort })
	switch {
	case c.Interrupted:
		return "; the rest was interrupted"
	case len(unknown) > 0:
		return "; nothing speaks against it, with " + many(len(unknown), "topic", "topics") + " not examined"
	}
	return "; nothing speaks against it"
}

// unexamined judges where it is not known whether mail gets out.
func (d *SelfDiagnosis) unexamined(c *SelfCase) {
	d.Verdict, d.Reason = Undetermined, Unknown
	why := ""
	if t := d.topicOf(TopicPort, ""); t != nil {
		why = t.Why
	}
	d.Summary = "it is not known whether this machine can send mail: " + or(why, "nothing was connected to")
	switch {
	case c.Interrupted:
		d.Reason = Interrupted
	case c.noRoute():
		d.State, d.Verdict, d.Reason = TopicFail, Unreachable, Unreached
		d.Summary = "this machine cannot send mail: it has no route to any of the hosts"
		d.Remedy = "Connect this machine to a network."
	default:
		for _, l := range c.Lost {
			if !l.Compare && temporary(l.Result.Problem) {
				d.Verdict, d.Reason = Deferred, DNSFailure
				d.Remedy = "See to the DNS resolver of this machine, or name another (--resolver); then try again."
			}
		}
	}
}

func (c *SelfCase) noRoute() bool {
	some := false
	for i := range c.Targets {
		if t := &c.Targets[i]; !t.Compare {
			if !t.NoRoute {
				return false
			}
			some = true
		}
	}
	return some
}

func (d *SelfDiagnosis) remedyOf(rule string) {
	if r, ok := RuleOf(rule); ok {
		d.Remedy = r.Remedy
	}
}

// temporary reports whether a problem of DNS may be over soon.
func temporary(p mxresolve.Problem) bool {
	switch p {
	case mxresolve.ProblemServFail, mxresolve.ProblemTimeout, mxresolve.ProblemFailed:
		return true
	}
	return false
}

// openOver are the families that port 25 is open over.
func (d *SelfDiagnosis) openOver() string {
	var out []string
	for i := range d.Topics {
		if t := &d.Topics[i]; t.Name == TopicPort && t.State == TopicPass {
			out = append(out, t.Family.Words())
		}
	}
	return listed(out)
}
