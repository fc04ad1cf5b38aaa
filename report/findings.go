package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
)

func duration(m check.Millis) time.Duration { return time.Duration(m) }

// walk tells what a real sender would have met, where that is more than the verdict says.
func (t *text) walk(r *check.Report) {
	if len(r.Walk) < 2 {
		return
	}
	t.comment(paint(t.theme.mark, "a real sender would have met"))
	skip := len(r.Walk) - stepsShown
	for i, step := range r.Walk {
		if t.o.Verbosity < Verbose && skip > 1 && i >= stepsShown-1 && i < len(r.Walk)-1 {
			if i == stepsShown-1 {
				t.comment(fmt.Sprintf("  ... and %s more, then", plural(skip, "place")))
			}
			continue
		}
		verdict := string(step.Outcome)
		lead := fmt.Sprintf("  %d. ", i+1)
		head := clean(verdict) + " after " + millis(duration(step.Wait))
		t.hanging(lead, widthOf(lead), paint(t.theme.verdict(step.Outcome), head)+": ", oneLine(step.Sentence))
	}
	t.blank()
}

// How many places of a walk, and how many findings, are told, unless all are asked for.
const (
	stepsShown    = 8
	findingsShown = 12
)

// hanging tells a line; on a terminal it is broken, and what follows hangs in.
// The head may be coloured.
func (t *text) hanging(lead string, hang int, head, text string) {
	if t.o.Width == 0 {
		t.comment(lead + head + text)
		return
	}
	// Something as wide stands for the head while the line is broken.
	taken := max(widthOf(lead)+widthOf(head)-hang, 0)
	lines := wrap(strings.Repeat("x", taken)+text, max(t.o.width()-hang, 20))
	if len(lines[0]) < taken { // no room behind the head
		lines = append([]string{strings.Repeat("x", taken)}, wrap(text, max(t.o.width()-hang, 20))...)
	}
	t.comment(lead + head + lines[0][taken:])
	for _, line := range lines[1:] {
		t.comment(blanks(hang) + line)
	}
}

// decides reports whether a finding is about the reply that decided.
func decides(r *check.Report, f *check.Finding) bool {
	return strings.HasPrefix(f.Rule, "rcpt/") && r.DecidedBy != nil && slices.Contains(f.Evidence, *r.DecidedBy)
}

// evidenceShown is how much evidence of a finding is told, unless all is asked for.
const evidenceShown = 2

// findings tells the findings with their evidence, and all that is known of
// their rules when asked for all details.
func (t *text) findings(r *check.Report) {
	found := r.Findings
	if t.o.Verbosity < Verbose { // the verdict below says what decided it
		found = slices.DeleteFunc(slices.Clone(found), func(f check.Finding) bool { return decides(r, &f) })
	}
	if len(found) == 0 {
		return
	}
	t.comment(paint(t.theme.mark, "findings"))
	shown := len(found)
	if t.o.Verbosity < Verbose && shown > findingsShown {
		shown = findingsShown
	}
	for i := range shown {
		t.finding(&found[i], func(e diagnose.Evidence) string { return quote(r, e, 1, heard)[0] })
	}
	if left := len(found) - shown; left > 0 {
		t.comment(fmt.Sprintf("  and %s more: -v", plural(left, "finding")))
	}
	t.blank()
}

// finding tells one finding; quoted is what evidence says.
func (t *text) finding(f *check.Finding, quoted func(diagnose.Evidence) string) {
	severity := clean(string(f.Severity))
	t.hanging("  ", 6, paint(t.theme.severity(f.Severity), severity)+"  ", clean(f.Rule)+": "+oneLine(f.Summary))
	shown := len(f.Evidence)
	if t.o.Verbosity < Verbose {
		shown = min(shown, evidenceShown)
	}
	for _, e := range f.Evidence[:shown] {
		line := "      " + reference(e) + ": " + quoted(e)
		if t.o.Width > 0 {
			line = cut(line, t.o.width())
		}
		t.comment(paint(t.theme.dim, line))
	}
	if more := len(f.Evidence) - shown; more > 0 {
		t.comment(paint(t.theme.dim, fmt.Sprintf("      and %d more", more)))
	}
	if t.o.Verbosity >= Verbose {
		t.prose("      ", f.Explain, nil)
		t.prose("      to do: ", f.Remedy, nil)
		if len(f.References) > 0 {
			t.prose("      see ", strings.Join(f.References, "; "), nil)
		}
	}
}

// reference names evidence: "session 2, event 14".
func reference(e diagnose.Evidence) string {
	switch {
	case e.Query > 0:
		return fmt.Sprintf("query %d", e.Query)
	case e.Event > 0:
		return fmt.Sprintf("session %d, event %d", e.Session, e.Event)
	}
	return fmt.Sprintf("session %d", e.Session)
}
