package diagnose

// walk is what a sender would have met: every place before the one that
// decided, with all its sessions, and that one. Of equals it would have picked
// one at random; those that would have decided too are left out.
func walk(spots []*spot, decider *spot) []Step {
	var steps []Step
	decided := decider != nil && decider.outcome().decides()
	for _, s := range spots {
		if decided && s != decider && s.outcome().decides() {
			continue
		}
		for i, o := range s.outcomes {
			t := s.attempts[i].Target
			steps = append(steps, Step{Outcome: o, Host: t.Host, Address: t.Address(), Wait: o.Elapsed})
		}
		if decided && s == decider {
			break
		}
	}
	return steps
}
