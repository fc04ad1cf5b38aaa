package diagnose

import (
	"cmp"
	"slices"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// findings looks for everything that a rule has something to say about.
func (c *Case) findings(d *Diagnosis, spots []*spot) []Finding {
	f := &finder{c: c, d: d, spots: spots}
	f.decidingReply()
	f.resolution()
	f.hosts()
	f.truth()
	for _, a := range c.Attempts {
		f.session(a)
	}
	f.together()
	f.ownNullSender()
	f.rounds()
	f.tlsLooks()
	f.policies()
	return f.sorted()
}

// finder collects findings. The same rule with the same summary is one finding
// with more evidence.
type finder struct {
	c     *Case
	d     *Diagnosis
	spots []*spot
	list  []Finding
}

// maxEvidence bounds the evidence of one finding.
const maxEvidence = 50

// add records a finding of a rule. There is no finding without evidence.
func (f *finder) add(rule, summary string, evidence ...Evidence) *Finding {
	if len(evidence) == 0 {
		return nil
	}
	at := slices.IndexFunc(f.list, func(x Finding) bool { return x.Rule == rule && x.Summary == summary })
	if at < 0 {
		r, _ := RuleOf(rule)
		f.list = append(f.list, Finding{
			Rule: rule, Severity: r.Severity, Summary: summary,
			Explain: r.Explain, Remedy: r.Remedy, References: r.References,
		})
		at = len(f.list) - 1
	}
	found := &f.list[at]
	for _, e := range evidence {
		if len(found.Evidence) < maxEvidence && !slices.Contains(found.Evidence, e) {
			found.Evidence = append(found.Evidence, e)
		}
	}
	return found
}

func (f *finder) has(rule string) bool {
	return slices.ContainsFunc(f.list, func(x Finding) bool { return x.Rule == rule })
}

// sorted puts what matters most first.
func (f *finder) sorted() []Finding {
	weight := func(s Severity) int { return slices.Index([]Severity{Error, Warning, Notice, Info}, s) }
	slices.SortStableFunc(f.list, func(a, b Finding) int { return cmp.Compare(weight(a.Severity), weight(b.Severity)) })
	return f.list
}

// decidingReply shows the reply that decided, explained by its row.
func (f *finder) decidingReply() {
	o := f.d.Deciding
	if o == nil || o.Reply == nil || o.Row == "" || f.d.DecidedBy == nil || o.Stage == smtp.StageAuth {
		return // AUTH has rules of its own
	}
	found := f.add(o.Reason.replyRule(), o.Sentence, *f.d.DecidedBy)
	if row, ok := RowByID(o.Row); ok && found != nil {
		found.Explain, found.Remedy = row.Explain, row.Remedy
		found.References = slices.Concat(found.References, row.links(*o.Reply))
	}
	if r, ok := RuleOf(f.c.ruleOfCase(f.d)); ok && found != nil {
		found.Remedy = r.Remedy
		if r.ID == "mx/auth-required" {
			found.Explain = r.Explain
		}
	}
}
