package diagnose

import "strings"

// Rule is a named piece of knowledge that yields findings.
type Rule struct {
	ID         string // "mx/null"
	Title      string
	Severity   Severity
	Explain    string // what it means
	Remedy     string // what to do; "" for nothing
	References []string
	// Reason is set for the rules "rcpt/…" that show the deciding reply. Their
	// findings are explained by the row of the reply catalogue, not by the rule.
	Reason Reason
}

// Rules returns every rule: those of the tables, then one for each reason that a
// reply can have.
func Rules() []Rule {
	var out []Rule
	for _, table := range ruleTables {
		out = append(out, table...)
	}
	for i := range reasons {
		if reasons[i].fromReply() {
			out = append(out, reasons[i].rule())
		}
	}
	return out
}

// RuleOf returns the rule with this ID.
func RuleOf(id string) (Rule, bool) {
	for _, table := range ruleTables {
		for i := range table {
			if table[i].ID == id {
				return table[i], true
			}
		}
	}
	if strings.HasPrefix(id, "rcpt/") {
		for i := range reasons {
			if a := &reasons[i]; a.fromReply() && a.Reason.replyRule() == id {
				return a.rule(), true
			}
		}
	}
	return Rule{}, false
}

var ruleTables = [...][]Rule{mxRules, dnsRules, truthRules, tlsRules, tlsGradeRules, policyRules, smtpRules, authRules, extRules, waitRules, besideRules, relayRules, openRelayRules, selfRules}

// fromReply reports whether a reply can have the reason: all but our own.
func (a *About) fromReply() bool { return a.Reason != Interrupted }

// rule is the rule that shows a deciding reply with this reason.
func (a *About) rule() Rule {
	return Rule{
		ID: a.Reason.replyRule(), Title: a.Title, Severity: a.Severity, Reason: a.Reason,
		Explain: a.Explain, Remedy: a.Remedy, References: a.References,
	}
}
