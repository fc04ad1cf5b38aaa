package cmd

import (
	"os"
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/diagnose"
)

// listed are the lists that --list has, by their names.
var listed = []struct { //nolint:gochecknoglobals // read only
	name string
	kind diagnose.EntryKind
}{
	{"rules", diagnose.KindRule},
	{"reasons", diagnose.KindReason},
	{"replies", diagnose.KindReply},
	{"codes", diagnose.KindCode},
	{"all", ""},
}

// listEntries lists what can be explained: of the kind that the first argument
// names, or all; what has every one of the other arguments in it.
func (a *app) listEntries(s *outputs, args []string) error {
	var kind diagnose.EntryKind
	for _, l := range listed {
		if len(args) > 0 && strings.EqualFold(args[0], l.name) {
			kind, args = l.kind, args[1:]
			break
		}
	}
	entries := slices.DeleteFunc(diagnose.Entries(), func(e diagnose.Entry) bool {
		return kind != "" && e.Kind != kind || !e.Has(args)
	})
	if len(entries) == 0 {
		return usage("nothing that can be explained has all of these words: %s", quote(strings.Join(args, " "))).
			hint("smtpcheck explain --list, with rules, reasons, replies or codes and words to look for")
	}
	s.write(entries)
	return s.close()
}

// suggest says what a text that cannot be explained may have been meant to be.
func suggest(f *failure, text string) *failure {
	if near := nearNames(text); len(near) > 0 {
		return f.hint("did you mean %s?", strings.Join(near, " or "))
	}
	if strings.Count(text, "@") == 1 && !strings.ContainsAny(text, " \n:") {
		return f.hint("smtpcheck probe %s", shellWords([]string{text}))
	}
	if info, err := os.Stat(text); err == nil && info.Mode().IsRegular() {
		return f.hint("smtpcheck explain \"$(cat %s)\"", shellWords([]string{text}))
	}
	if strings.Contains(text, " ") || strings.Contains(text, "\n") {
		return f.hint("a reply begins with its code, as in 550 5.1.1 User unknown; smtpcheck explain --list has what is known")
	}
	return f.hint("smtpcheck explain 550, smtpcheck explain 5.1.1, smtpcheck explain mx/null; smtpcheck explain --list has the names")
}

// nearNames are the names that a text may have been meant to be, the nearest first.
func nearNames(text string) []string {
	const most = 3
	text = plainName(text)
	if len(text) < 3 || len(text) > 60 || strings.Trim(text, "0123456789.-") == "" {
		return nil
	}
	var near [most + 1][]string // by distance
	for _, e := range diagnose.Entries() {
		if e.Kind == diagnose.KindRule && e.Reason != "" && !strings.HasPrefix(text, "rcpt") {
			continue // the reason itself says the same
		}
		name := plainName(e.Name)
		_, last, _ := strings.Cut(name, "/")
		d := min(distance(text, name), distance(text, last))
		if len(text) > 3 && strings.HasPrefix(name, text) {
			d = min(d, most)
		}
		if d <= min(most, len(text)/3) {
			near[d] = append(near[d], e.Name)
		}
	}
	all := slices.Concat(near[:]...)
	return all[:min(len(all), most)]
}

// plainName is a name with one way of writing it.
func plainName(text string) string {
	return strings.NewReplacer(" ", "-", "_", "-").Replace(strings.ToLower(strings.TrimSpace(text)))
}
