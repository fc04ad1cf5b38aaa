package diagnose

import (
	"slices"

	"github.com/smtpcheck/smtpcheck/probe"
)

// decision is what the rule comes to.
type decision struct {
	verdict Verdict
	spot    *spot // that decided, or gave the reason; nil when none did
	final   bool  // nothing that is still pending can change it
	// blocked says that a place could have decided and did not get to, because
	// we were told to stop; at is that place, nil where it was never dialled.
	blocked bool
	at      *spot
}

// decide is the rule for a recipient.
//
// The first host in MX order that accepts, or rejects at MAIL or later, decides;
// among equals the worst counts, since a sender picks one at random. A 4yz at
// any stage, a refusal in the greeting or EHLO, a broken or lost session send a
// sender to the next host. When none decides, it is deferred if any host said
// 4yz or was lost after its greeting, else rejected if any refused us before
// MAIL, else undetermined if any spoke, else unreachable; the first in MX order
// gives the reason.
func (c *Case) decide(spots []*spot) decision {
	for equals := range groups(spots) {
		if s := worstThatDecides(equals); s != nil {
			return c.decision(spots, s.outcome().Verdict, s, s)
		}
	}
	for _, v := range [...]Verdict{Deferred, Rejected, Undetermined, Unreachable} {
		for _, s := range spots {
			if s.outcome().Verdict == v && !s.interrupted() {
				return c.decision(spots, v, s, nil)
			}
		}
	}
	return c.decision(spots, Undetermined, nil, nil)
}

// decision makes a decision that only places before the spot "until" could
// change, or any place where that is nil.
func (c *Case) decision(spots []*spot, v Verdict, by, until *spot) decision {
	d := decision{verdict: v, spot: by, final: true}
	for _, p := range c.Pending {
		if mayPrecede(p.Preference, p.Session, until) {
			d.final = false
		}
	}
	for _, s := range slices.Backward(spots) {
		if s.interrupted() && mayPrecede(s.preference(), s.attempts[0].ID, until) {
			d.blocked, d.at = true, s
		}
	}
	for _, x := range c.Skipped {
		if x.Kind == SkipInterrupted && mayPrecede(x.Preference, 0, until) {
			d.blocked = true
		}
	}
	return d
}

// groups yields the spots of each preference.
func groups(spots []*spot) func(yield func([]*spot) bool) {
	return func(yield func([]*spot) bool) {
		for len(spots) > 0 {
			n := 1
			for n < len(spots) && spots[n].preference() == spots[0].preference() {
				n++
			}
			if !yield(spots[:n]) {
				return
			}
			spots = spots[n:]
		}
	}
}

// worstThatDecides is the first of the worst outcomes that decide.
func worstThatDecides(equals []*spot) *spot {
	var worst *spot
	for _, s := range equals {
		if o := s.outcome(); !s.interrupted() && o.decides() && (worst == nil || o.worse(worst.outcome())) {
			worst = s
		}
	}
	return worst
}

// mayPrecede reports whether an answer from a place of this preference and
// session number would count before that of s: it is more preferred, or an equal
// that is worse or, when nothing can be worse, earlier.
func mayPrecede(preference uint16, session int, s *spot) bool {
	switch {
	case s == nil:
		return true
	case preference != s.preference():
		return preference < s.preference()
	case s.outcome().Verdict != Rejected:
		return true
	}
	return session == 0 || session < s.attempts[0].ID
}

// equalThatAccepts is the first place of the same preference that accepts where s
// rejects; nil for none.
func equalThatAccepts(spots []*spot, s *spot) *spot {
	if o := s.outcome(); o.Verdict != Rejected || !o.decides() {
		return nil
	}
	for _, x := range spots {
		if x.preference() == s.preference() && !x.interrupted() && x.outcome().Verdict == Accepted {
			return x
		}
	}
	return nil
}

// mayDiffer reports that a place that was left out could have changed the
// verdict that s gave: any where nothing decided, else one that is better, or an
// equal. Another address of a host that answered is the same place.
func (c *Case) mayDiffer(s *spot) bool {
	o := s.outcome()
	if o.Verdict == Accepted && c.Mode != ModeRcpt {
		return false // it is done
	}
	for _, x := range c.Skipped {
		switch {
		case !x.Kind.leftOut(), c.tried(x.Host) && (o.decides() || x.Kind == SkipNoRoute):
		case !o.decides(), x.Preference < s.preference(), x.Preference == s.preference() && o.Verdict != Rejected:
			return true
		}
	}
	return false
}

// leftOut reports that the place was left out for a reason of ours.
func (k SkipKind) leftOut() bool {
	switch k {
	case SkipNotSelected, SkipLimit, SkipFamily, SkipNoRoute:
		return true
	}
	return false
}

// tried reports that an address of the host was dialled.
func (c *Case) tried(host string) bool {
	return slices.ContainsFunc(c.Attempts, func(a *probe.Attempt) bool {
		return a.Target.Host == host || slices.Contains(a.Target.Also, host)
	})
}

// untried reports that the host was left out altogether.
func (c *Case) untried(host string) bool {
	return !c.tried(host) && slices.ContainsFunc(c.Skipped, func(x Skip) bool {
		return x.Host == host && (x.Kind.leftOut() || x.Kind == SkipNotNeeded)
	})
}
