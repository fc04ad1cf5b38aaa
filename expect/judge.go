package expect

import (
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/check"
)

// Judge holds a report against what is expected.
func (s Set) Judge(r *check.Report) *check.Expectation {
	x := &check.Expectation{Met: true, Checks: []check.Expected{}}
	for i := range s {
		c := s[i].judge(r)
		x.Met = x.Met && c.Met
		x.Checks = append(x.Checks, c)
	}
	return x
}

func (t *Term) judge(r *check.Report) check.Expected {
	c := check.Expected{Text: t.Text}
	places := t.fact.find(r)
	if len(places) == 0 {
		if t.fact.Needs != "" {
			c.Hint = "add " + t.fact.Needs
		}
		return c
	}
	c.Met = true
	var failing []place
	for _, p := range places {
		if !t.holds(p) {
			c.Met = false
			failing = append(failing, p)
		}
	}
	if !c.Met {
		places = failing // they are what there is to tell
	}
	c.Saw = saw(places)
	return c
}

// holds reports whether a place is as expected.
func (t *Term) holds(p place) bool {
	if t.ordering() {
		return len(p.values) > 0 && !slices.ContainsFunc(p.values, func(v value) bool { return !t.compares(v.n) })
	}
	return slices.ContainsFunc(t.want, func(want value) bool {
		if len(p.values) == 0 {
			return want.text == none
		}
		if t.fact.set && want.text == none {
			return false
		}
		return slices.ContainsFunc(p.values, func(have value) bool { return t.fact.match(have, want) })
	}) == (t.op == "=")
}

func (t *Term) compares(n float64) bool {
	want := t.want[0].n
	switch t.op {
	case "<":
		return n < want
	case "<=":
		return n <= want
	case ">":
		return n > want
	}
	return n >= want
}

// Of what was seen only so much is told.
const (
	mostPlaces = 4
	mostText   = 200
)

// saw says what was seen: once where it is the same everywhere, else with the places.
func saw(places []place) string {
	texts := make([]string, len(places))
	for i, p := range places {
		texts[i] = p.text()
	}
	if same := slices.Compact(slices.Clone(texts)); len(same) == 1 && len(places) > 1 || len(places) == 1 && places[0].where == "" {
		return cut(texts[0])
	}
	var out []string
	for i, p := range places {
		if i == mostPlaces && len(places) > mostPlaces+1 {
			out = append(out, "and more")
			break
		}
		out = append(out, cut(texts[i])+" at "+cut(p.where))
	}
	return strings.Join(out, ", ")
}

func (p place) text() string {
	if len(p.values) == 0 {
		return none
	}
	texts := make([]string, len(p.values))
	for i, v := range p.values {
		texts[i] = v.text
	}
	return strings.Join(texts, " ")
}

// cut bounds text that others have a part in.
func cut(s string) string {
	if len(s) > mostText {
		return strings.ToValidUTF8(s[:mostText], "") + "..."
	}
	return s
}

// Needs are the flags without which a fact that is expected is not examined, each
// with the facts.
func (s Set) Needs() map[string][]string {
	out := make(map[string][]string)
	for i := range s {
		if f := s[i].fact; f.Needs != "" && !slices.Contains(out[f.Needs], f.Name) {
			out[f.Needs] = append(out[f.Needs], f.Name)
		}
	}
	return out
}
