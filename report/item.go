package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
)

// item is a report as programs see it that know only good and bad: CI systems and
// monitoring. All its text is printable and in one line.
type item struct {
	r       *check.Report
	relay   bool   // it is about a submission server
	name    string // the recipient, or the server
	domain  string
	word    string // the verdict
	reason  string // "" where it is good
	grade   grade
	summary string // what became of it, the verdict first
	host    string // that decided
	reply   string // its codes
	said    string // its text
	took    time.Duration
}

// grade is what an item comes to.
type grade int

const (
	isGood    grade = iota
	isBad           // it was examined, and is not as it should be
	isUnknown       // it could not be examined: nobody answered, DNS failed, SMTP was broken
)

// newItem makes the item of a report.
func newItem(r *check.Report, relay bool) *item {
	name := clean(r.Recipient)
	x := &item{
		r: r, relay: relay, name: name, domain: name, word: clean(string(r.Verdict)), reason: clean(string(r.Reason)), grade: gradeOf(r),
		took: time.Duration(r.Duration),
	}
	if i := strings.LastIndexByte(name, '@'); i >= 0 {
		x.domain = name[i+1:]
	}
	x.summary = strings.TrimPrefix(verdictLine(newTheme(false), r), name+copyOf(r)+": ")
	if relay {
		x.word = map[bool]string{true: "usable", false: "not usable"}[r.Verdict == diagnose.Accepted]
		x.summary = joined(": ", x.word, oneLine(r.Summary))
	}
	x.name += copyOf(r)
	if r.Expected != nil {
		x.summary += expectedLine(newTheme(false), r.Expected)
	}
	if s := r.Deciding(); s != nil {
		x.host = clean(s.Host)
		if s.Reply != nil {
			x.reply, x.said = strings.TrimSpace(fmt.Sprint(s.Reply.Code, " ", clean(s.Reply.Enhanced))), oneLine(s.Reply.Text)
		}
		for _, t := range s.Timings {
			if t.Name == "total" {
				x.took = t.Took
			}
		}
	}
	return x
}

// gradeOf judges by the exit code, which is what was expected, or the verdict.
func gradeOf(r *check.Report) grade {
	switch {
	case r.ExitCode == check.ExitOK:
		return isGood
	case r.Expected != nil && r.ExitCode == check.ExitNotMet:
		return isBad
	case r.Reason == diagnose.DNSFailure, r.Verdict != diagnose.Rejected && r.Verdict != diagnose.Deferred, r.Expected != nil:
		return isUnknown
	}
	return isBad
}

// kind is a word for what went wrong.
func (x *item) kind() string {
	if x.r.Expected != nil && x.grade == isBad {
		return "expectation"
	}
	if x.reason != "" {
		return x.reason
	}
	return x.word
}

// details are what proves it, what to do, what was expected and what else was found.
func (x *item) details() []string {
	var out []string
	if x.r.DecidedBy != nil {
		out = append(out, "decided by "+proofLine(x.r))
	}
	if x.r.Remedy != "" && x.grade != isGood {
		out = append(out, "to do: "+oneLine(x.r.Remedy))
	}
	if x.r.Expected != nil {
		for i := range x.r.Expected.Checks {
			c := &x.r.Expected.Checks[i]
			out = append(out, joined(", ", expectedState(c)+": "+oneLine(c.Text), expectedSaw(c)))
		}
	}
	for i := range x.r.Findings {
		f := &x.r.Findings[i]
		out = append(out, fmt.Sprintf("%s %s: %s", clean(string(f.Severity)), clean(f.Rule), oneLine(f.Summary)))
	}
	return out
}

// proofLine quotes the line that decided.
func proofLine(r *check.Report) string {
	return reference(*r.DecidedBy) + ": " + quote(r, *r.DecidedBy, 1, heard)[0]
}

// transcriptLines are the transcripts of a report, as text.
func transcriptLines(r *check.Report, o Options) ([]string, error) {
	if len(r.Sessions) == 0 {
		return nil, nil
	}
	o.Color, o.Width, o.Live = false, 0, false
	var b strings.Builder
	t, err := newText(&b, o)
	if err != nil {
		return nil, err
	}
	t.begin(clean(r.Tool.Name)+" "+clean(r.Tool.Version), r.Started.Time, r.Recipient)
	t.transcripts(r, nil)
	if err := t.flush(); err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimRight(b.String(), "\n"), "\n"), nil
}

// inSeconds is a time as programs read it.
func inSeconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

// exactSeconds is the same to the microsecond.
func exactSeconds(d time.Duration) string {
	return strconv.FormatFloat(float64(d.Microseconds())/1e6, 'f', -1, 64)
}

// reportsOf are the reports that a report about a submission server is told as:
// the server, then its deliveries.
func reportsOf(r *check.RelayReport) []*item {
	out := []*item{newItem(asProbe(r), true)}
	for _, x := range r.Deliveries {
		out = append(out, newItem(x, false))
	}
	return out
}

// itemForm is a form that tells items.
type itemForm interface {
	item(x *item) error
	close() error
}

// items makes a form of one that tells items.
type items struct{ itemForm }

func (f items) report(r *check.Report, _ *destination) error { return f.item(newItem(r, false)) }

func (f items) relay(r *check.RelayReport, _ func(string) *destination) error {
	for _, x := range reportsOf(r) {
		if err := f.item(x); err != nil {
			return err
		}
	}
	return nil
}
