package report

import (
	"fmt"
	"strings"

	"github.com/smtpcheck/smtpcheck/check"
)

// notExamined is said of what is not known. It is never "no".
const notExamined = "not examined"

// expectedState is what became of one expectation, in words.
func expectedState(c *check.Expected) string {
	switch {
	case c.Met:
		return "met"
	case c.Saw == "":
		return notExamined
	}
	return "NOT MET"
}

// expectedSaw is what was seen, or what would have to be done to see it.
func expectedSaw(c *check.Expected) string {
	switch {
	case c.Saw != "":
		return "saw " + oneLine(c.Saw)
	case c.Hint != "":
		return oneLine(c.Hint)
	}
	return ""
}

// expectedWord sums it up.
func expectedWord(x *check.Expectation) string {
	if x.Met {
		return "met"
	}
	return "NOT MET"
}

// notMet lists what is not met, each with what was seen instead.
func notMet(x *check.Expectation) []string {
	var out []string
	for i := range x.Checks {
		c := &x.Checks[i]
		switch {
		case c.Met:
		case c.Saw == "":
			out = append(out, oneLine(c.Text)+": "+joined(", ", notExamined, oneLine(c.Hint)))
		default:
			out = append(out, oneLine(c.Text)+": saw "+oneLine(c.Saw))
		}
	}
	return out
}

// expectedLine is the sum in a line, to stand behind the verdict; "" where nothing was expected.
func expectedLine(t *theme, x *check.Expectation) string {
	switch {
	case x == nil:
		return ""
	case x.Met:
		return "; expected: " + paint(t.good, "met")
	}
	return "; expected: " + paint(t.bad, "NOT MET") + " (" + strings.Join(notMet(x), "; ") + ")"
}

// expected tells what was expected and what became of it.
func (t *text) expected(r *check.Report) {
	x := r.Expected
	if x == nil {
		return
	}
	t.blank()
	shade := t.theme.good
	if !x.Met {
		shade = t.theme.bad
	}
	t.comment(paint(t.theme.mark, "EXPECTED ") + paint(t.theme.mark, paint(shade, expectedWord(x))) + strings.TrimRight("  "+oneLine(x.Name), " "))
	width := 0
	for i := range x.Checks {
		width = max(width, min(widthOf(oneLine(x.Checks[i].Text)), 40))
	}
	for i := range x.Checks {
		c := &x.Checks[i]
		mark, shade := "✗", t.theme.bad
		if c.Met {
			mark, shade = "✓", t.theme.good
		}
		text := oneLine(c.Text)
		lead := fmt.Sprintf("  %s %-12s  %s%s", mark, expectedState(c), text, blanks(max(width-widthOf(text), 0)))
		line := strings.TrimRight(lead+"  "+expectedSaw(c), " ")
		t.comment("  " + paint(shade, mark) + strings.TrimPrefix(line, "  "+mark))
	}
}

// mdExpected writes them as a list.
func mdExpected(b *strings.Builder, x *check.Expectation) {
	if x == nil {
		return
	}
	fmt.Fprintf(b, "\n### Expected: %s\n\n", mdProse(expectedWord(x)))
	for i := range x.Checks {
		c := &x.Checks[i]
		b.WriteString("- " + joined(", ", "**"+mdProse(expectedState(c))+"** "+mdCode(oneLine(c.Text)), mdProse(expectedSaw(c))) + "\n")
	}
}

// expected is a section of a page.
func (a *htmlArticle) expected(x *check.Expectation) {
	if x == nil {
		return
	}
	var facts []htmlFact
	for i := range x.Checks {
		c := &x.Checks[i]
		class := "bad"
		if c.Met {
			class = "good"
		}
		facts = append(facts, htmlFact{Name: oneLine(c.Text), Word: expectedState(c), Class: class, Text: strings.TrimSuffix(", "+expectedSaw(c), ", ")})
	}
	a.add(joined(" ", "Expected:", expectedWord(x), oneLine(x.Name)), facts)
}
