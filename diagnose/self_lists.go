package diagnose

import (
	"strconv"
	"strings"

	"github.com/smtpcheck/smtpcheck/policy"
)

// domainLists judges what lists of domains say of the sender's.
func (f *selfFinder) domainLists() {
	if f.c.Domain != "" {
		f.lists(Topic{Name: TopicDomains}, f.c.Lists, f.c.Domain)
	}
}

// lists judges what blocklists say about us.
func (f *selfFinder) lists(t Topic, all []*policy.Listing, subject string) {
	var on, told, silent []string
	var entries []Evidence
	for _, l := range all {
		name := or(l.List.Name, l.List.Zone)
		entry := f.query(l.Entry)
		switch l.State {
		case policy.Listed:
			on, entries = append(on, name), append(entries, entry...)
			f.add(f.listRule(t.Name), subject+" is listed by "+name+because(l), append(entry, f.query(l.Text)...)...)
		case policy.NotListed:
			told, t.Evidence = append(told, name), append(t.Evidence, entry...)
		case policy.ListRefuses:
			silent = append(silent, name+": "+l.Why)
			f.add("self/list-refuses", name+" was not asked: "+l.Why, f.query(l.Answers()...)...)
		case policy.ListBroken:
			silent = append(silent, name+": "+l.Why)
			if known := policy.KnownBlocklist(l.List.Zone).Name != ""; t.Family != IPv6 || !known { // many lists have no IPv6 addresses
				f.add("self/list-broken", name+" does not count: "+l.Why, f.query(l.Answers()...)...)
			}
		default:
			silent = append(silent, name+": "+l.Why)
		}
	}
	left := ""
	if len(silent) > 0 {
		left = "; " + many(len(silent), "list", "lists") + " not examined"
	}
	switch {
	case len(on) > 0:
		t.State, t.Rule, t.Evidence = TopicFail, f.listRule(t.Name), entries
		t.Summary = subject + " is listed by " + listed(on) + left
		if n := len(on) + len(told); n > len(on) {
			t.Summary = subject + " is listed by " + listed(on) + ", of " + strconv.Itoa(n) + " lists" + left
		}
	case len(told) > 0:
		t.State = TopicPass
		t.Summary = subject + " is on none of " + strconv.Itoa(len(told)) + " lists" + left
		if len(told) == 1 {
			t.Summary = subject + " is not listed by " + told[0] + left
		}
	case f.c.NoLists:
		t.Why = "blocklists were not to be asked (--no-dnsbl)"
	case len(silent) > 0:
		t.Why = silent[0]
	case len(all) == 0 && !f.c.Interrupted:
		return // there is no list of the kind
	}
	f.topic(t)
}

func (f *selfFinder) listRule(topic string) string {
	if topic == TopicDomains {
		return "self/domain-listed"
	}
	return "self/listed"
}

// because is what a list says of an entry, and where to go.
func because(l *policy.Listing) string {
	out := ""
	if len(l.Codes) > 0 {
		out += " (" + l.Codes[0].String() + ")"
	}
	if len(l.Reasons) > 0 {
		out += ": " + strings.Join(l.Reasons[:min(len(l.Reasons), 2)], "; ")
	}
	if l.List.Removal != "" {
		out += "; removal: " + l.List.Removal
	}
	return out
}
