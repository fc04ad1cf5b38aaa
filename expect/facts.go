package expect

import (
	"slices"
	"strings"
)

// Facts are all facts, in groups that belong together.
func Facts() []Fact {
	return slices.Concat(verdictFacts(), replyFacts(), dnsFacts(), hostFacts(), tlsFacts(), policyFacts(), offerFacts(), timeFacts(), besideFacts())
}

// Names are those of all facts.
func Names() []string {
	var out []string
	for _, f := range Facts() {
		out = append(out, f.Name)
	}
	return out
}

// factOf is the fact of a name, nil for none.
func factOf(name string) *Fact {
	for _, f := range Facts() {
		if f.Name == name {
			return &f
		}
	}
	return nil
}

// sorted puts values in the order of their text.
func sorted(values []value) []value {
	slices.SortFunc(values, func(a, b value) int { return strings.Compare(a.text, b.text) })
	return values
}
