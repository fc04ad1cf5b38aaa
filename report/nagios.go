package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
)

// The states of a Nagios plugin, which are its exit codes.
const (
	NagiosOK       = 0
	NagiosWarning  = 1
	NagiosCritical = 2
	NagiosUnknown  = 3
)

// nagiosLimit is how long the line may be, in octets: what the oldest of those that
// run plugins keep.
const nagiosLimit = 1024

// nagiosForm is the one line of a Nagios plugin: state, text and performance data
// (https://nagios-plugins.org/doc/guidelines.html). It is written at the end.
type nagiosForm struct {
	w     io.Writer
	items []nagiosItem
}

// nagiosItem is what the line says of an item.
type nagiosItem struct {
	state               int
	name, word, summary string
	took                time.Duration
	stages              []string
}

// Plugin is a renderer of which the exit code is to be that of a Nagios plugin.
type Plugin interface {
	// PluginCode is the state, once all is told; ok is false for a renderer that is
	// none.
	PluginCode() (code int, ok bool)
}

// NagiosLine is the line of a plugin that could not do what it should.
func NagiosLine(text string) string {
	return nagiosText("SMTPCHECK UNKNOWN - "+oneLine(text), nagiosLimit-1) + "\n"
}

func (f *nagiosForm) item(x *item) error {
	n := nagiosItem{state: nagiosState(x), name: x.name, word: x.word, summary: x.summary, took: x.took}
	if s := x.r.Deciding(); s != nil {
		for _, t := range s.Timings {
			if t.Name != "total" {
				n.stages = append(n.stages, perfdata(t.Name, exactSeconds(t.Took)+"s"))
			}
		}
	}
	f.items = append(f.items, n)
	return nil
}

// nagiosState: what is refused for good is critical, for now a warning; what could
// not be examined is not known, but for a host that nobody reaches.
func nagiosState(x *item) int {
	switch {
	case x.grade == isGood:
		return NagiosOK
	case x.r.Expected != nil && x.grade == isBad:
		return NagiosCritical
	case x.r.Verdict == diagnose.Unreachable && !blamesUs(x):
		return NagiosCritical
	case x.grade == isUnknown:
		return NagiosUnknown
	case x.r.Verdict == diagnose.Deferred:
		return NagiosWarning
	}
	return NagiosCritical
}

// blamesUs reports that port 25 is blocked where we are, which says nothing of the host.
func blamesUs(x *item) bool {
	return slices.ContainsFunc(x.r.Findings, func(f check.Finding) bool { return f.Rule == "us/port-25" })
}

// worst is the state of all: critical, then warning, then unknown.
func (f *nagiosForm) worst() int {
	have := make(map[int]bool)
	for i := range f.items {
		have[f.items[i].state] = true
	}
	for _, state := range []int{NagiosCritical, NagiosWarning, NagiosUnknown, NagiosOK} {
		if have[state] {
			return state
		}
	}
	return NagiosUnknown // there was nothing to examine
}

func (f *nagiosForm) close() error {
	state := f.worst()
	words := [...]string{"OK", "WARNING", "CRITICAL", "UNKNOWN"}
	text, data := "nothing was examined", ""
	switch len(f.items) {
	case 0:
	case 1:
		x := &f.items[0]
		text = x.name + ": " + x.summary
		data = strings.Join(append([]string{perfdata("time", exactSeconds(x.took)+"s")}, x.stages...), " ")
	default:
		text, data = f.several()
	}
	if len(data) > nagiosLimit/2 {
		data = data[:strings.LastIndexByte(data[:nagiosLimit/2], ' ')]
	}
	line := nagiosText("SMTPCHECK "+words[state]+" - "+text, nagiosLimit-len(data)-len(" | \n"))
	if data != "" {
		line += " | " + data
	}
	_, err := io.WriteString(f.w, line+"\n")
	return err
}

// several sums up: how many of what, then those that are not as they should be.
func (f *nagiosForm) several() (text, data string) {
	var order, bad []string
	count := make(map[string]int)
	var took time.Duration
	for i := range f.items {
		x := &f.items[i]
		if count[x.word] == 0 {
			order = append(order, x.word)
		}
		count[x.word]++
		took = max(took, x.took)
		if x.state != NagiosOK {
			bad = append(bad, x.name+": "+x.summary)
		}
	}
	var sums, all []string
	for _, word := range order {
		sums = append(sums, fmt.Sprintf("%d %s", count[word], word))
		all = append(all, perfdata(word, fmt.Sprint(count[word])))
	}
	all = append(all, perfdata("time", exactSeconds(took)+"s"))
	return joined("; ", append([]string{strings.Join(sums, ", ")}, bad...)...), strings.Join(all, " ")
}

// perfdata is 'label'=value;warn;crit;min, without thresholds.
func perfdata(label, value string) string {
	label = strings.NewReplacer("'", "", "=", "", "|", "").Replace(label)
	if strings.Contains(label, " ") {
		label = "'" + label + "'"
	}
	return label + "=" + value + ";;;0"
}

// nagiosText takes out what would end the text or mean something to the shells that
// notifications go through, and cuts it to so many octets.
func nagiosText(s string, most int) string {
	s = compared(s)
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune("|`$~&<>\"\\", r) {
			return ' '
		}
		return r
	}, s)
	s = strings.TrimSpace(strings.Join(strings.Fields(s), " "))
	if len(s) <= most {
		return s
	}
	s = s[:most-len("...")]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s + "..."
}

// compared writes what is expected, such as mx>=2 and latency<2s, in words: the line has
// no such signs. Those around an address have a blank or a bracket before them.
func compared(s string) string {
	s = strings.NewReplacer(">=", " at least ", "<=", " at most ").Replace(s)
	var b strings.Builder
	for i, r := range s {
		between := i > 0 && i+1 < len(s) && s[i-1] >= 'a' && s[i-1] <= 'z' && s[i+1] >= '0' && s[i+1] <= '9'
		switch {
		case r == '<' && between:
			b.WriteString(" below ")
		case r == '>' && between:
			b.WriteString(" above ")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// PluginCode is the state of all that was told.
func (f *nagiosForm) PluginCode() (int, bool) { return f.worst(), true }
