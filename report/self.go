package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
)

// writeSelf tells what was found out about this machine as a sender of mail: the
// topics, the findings and the verdict.
func writeSelf(w io.Writer, r *check.SelfReport, o Options) error {
	if o.Format == FormatMarkdown {
		return writeSelfMarkdown(w, r, o)
	}
	o.Style = StyleSmtpcheck
	t, err := newText(w, o)
	if err != nil {
		return err
	}
	if o.Verbosity == Quiet {
		t.say(selfLine(t.theme, r))
		return t.flush()
	}
	x := selfAsProbe(r)
	if o.Verbosity >= Verbose && o.Format != FormatTable {
		t.begin(clean(r.Tool.Name)+" "+clean(r.Tool.Version), r.Started.Time, "this machine")
		t.resolution(x.Resolution)
		t.transcripts(x, nil)
		t.blank()
	}
	g := selfGrid(t.theme, r)
	g = g.narrow(o.width())
	g.squeeze(o.width())
	lines, err := g.lines(t.theme)
	if err != nil {
		return err
	}
	t.say(lines...)
	t.blank()
	if o.Format == FormatTable {
		t.say(selfLine(t.theme, r))
		return t.flush()
	}
	t.findings(x)
	t.comment(paint(t.theme.mark, "VERDICT  ") + paint(t.theme.mark, paint(selfShade(t.theme, r), strings.ToUpper(selfWord(r)))))
	t.prose("  ", r.Summary, nil)
	if r.Remedy != "" {
		t.prose("  to do: ", r.Remedy, t.theme.mark)
	}
	if o.Verbosity >= Verbose {
		t.field("run", joined(", ", millis(duration(r.Duration))+" in all", fmt.Sprintf("exit code %d", r.ExitCode), "report "+clean(r.ID)))
	}
	return t.flush()
}

// selfAsProbe is the report in the shape of one about a recipient, for all that
// both tell in the same way.
func selfAsProbe(r *check.SelfReport) *check.Report {
	return &check.Report{
		ID: r.ID, Tool: r.Tool, Started: r.Started, Recipient: "this machine", HELO: r.HELO, Sessions: r.Sessions, Findings: r.Findings,
		Resolution: &check.Resolution{Queries: r.Queries}, Verdict: r.Verdict, Reason: r.Reason, Summary: r.Summary, Remedy: r.Remedy,
	}
}

// selfWord is the verdict in a word or two.
func selfWord(r *check.SelfReport) string {
	switch r.Verdict {
	case diagnose.Accepted:
		return "can send"
	case diagnose.Rejected:
		return "may be refused"
	case diagnose.Unreachable:
		return "cannot send"
	}
	return "not known"
}

func selfShade(t *theme, r *check.SelfReport) shade {
	switch r.State {
	case diagnose.TopicPass:
		return t.good
	case diagnose.TopicFail:
		return t.bad
	}
	return t.transient
}

// selfLine is the verdict in a line.
func selfLine(t *theme, r *check.SelfReport) string {
	line := "this machine: " + paint(selfShade(t, r), selfWord(r))
	if r.Reason != "" {
		line += " (" + clean(string(r.Reason)) + ")"
	}
	return line + ": " + oneLine(r.Summary)
}

// selfGrid is the table of topics.
func selfGrid(t *theme, r *check.SelfReport) *grid {
	g := &grid{head: []string{"topic", "state", "what was found"}}
	for i := range r.Topics {
		x := &r.Topics[i]
		name := strings.ReplaceAll(clean(x.Topic), "-", " ")
		if x.Family != "" {
			name += ", " + x.Family.Words()
		}
		state, shade := clean(string(x.State)), t.good
		text := oneLine(x.Summary)
		switch x.State {
		case diagnose.TopicWarning:
			shade = t.transient
		case diagnose.TopicFail:
			shade = t.bad
		case "":
			state, text, shade = "-", "not examined: "+oneLine(x.Why), t.dim
		}
		g.rows = append(g.rows, []cell{{name, nil}, {state, shade}, {text, nil}})
	}
	return g
}

func writeSelfMarkdown(w io.Writer, r *check.SelfReport, o Options) error {
	var b strings.Builder
	word := selfWord(r)
	fmt.Fprintf(&b, "## This machine as a sender of mail: %s\n\n**%s**: %s\n\n", mdText(word), mdText(word), mdProse(r.Summary))
	if r.Remedy != "" {
		fmt.Fprintf(&b, "- to do: %s\n", mdProse(r.Remedy))
	}
	fmt.Fprintf(&b, "- made by: %s %s, %s, report %s\n", mdProse(r.Tool.Name), mdProse(r.Tool.Version),
		r.Started.In(o.location()).Format("2006-01-02 15:04:05 -07:00"), mdCode(clean(r.ID)))
	if o.Verbosity > Quiet {
		mdTable(&b, selfGrid(newTheme(false), r))
		mdFindings(&b, selfAsProbe(r), o)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
