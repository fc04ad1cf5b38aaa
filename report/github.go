package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/smtpcheck/smtpcheck/diagnose"
)

// githubForm is the log of a step of GitHub Actions: an annotation for each recipient and
// each finding that matters, and the transcripts in groups that can be unfolded.
// The runner takes "::" at the beginning of a line and "##[" anywhere for a command
// (ActionCommand.cs in actions/runner); what others have said has neither.
type githubForm struct {
	w io.Writer
	o Options
}

func newGitHub(w io.Writer, o Options) (*githubForm, error) {
	_, err := newStyle(o, newTheme(false))
	return &githubForm{w: w, o: o}, err
}

func (f *githubForm) close() error { return nil }

func (f *githubForm) item(x *item) error {
	var b strings.Builder
	command := "notice"
	if x.grade != isGood {
		command = "error"
	}
	text := []string{x.summary}
	if x.grade != isGood && x.r.Remedy != "" {
		text = append(text, "to do: "+oneLine(x.r.Remedy))
	}
	annotate(&b, command, joined(" ", "smtpcheck:", x.name, x.word), strings.Join(text, "\n"))
	for i := range x.r.Findings {
		g := &x.r.Findings[i]
		told := strings.HasPrefix(g.Rule, "rcpt/") && x.grade != isGood // that is the verdict
		if !told && (g.Severity == diagnose.Warning || g.Severity == diagnose.Error) {
			annotate(&b, "warning", joined(" ", "smtpcheck:", x.name, clean(g.Rule)), oneLine(g.Summary))
		}
	}
	if f.o.Verbosity > Quiet {
		lines, err := transcriptLines(x.r, f.o)
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "::group::%s\n", githubData("transcript of "+x.name))
		for _, line := range append(lines, x.details()...) {
			b.WriteString(githubLine(line) + "\n")
		}
		b.WriteString("::endgroup::\n")
	}
	_, err := io.WriteString(f.w, b.String())
	return err
}

func annotate(b *strings.Builder, command, title, text string) {
	fmt.Fprintf(b, "::%s title=%s::%s\n", command, githubProperty(title), githubData(text))
}

// githubLine is a line that is no command.
func githubLine(s string) string {
	s = strings.ReplaceAll(s, "##[", `#\x23[`)
	if strings.HasPrefix(strings.TrimSpace(s), "::") {
		return "| " + s
	}
	return s
}

// githubData escapes the text of a command.
func githubData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", "##[", `#\x23[`).Replace(s)
}

// githubProperty escapes a property of a command.
func githubProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(githubData(s))
}
