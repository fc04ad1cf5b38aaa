package diagnose

import "strings"

// Entry is one line of a list of what can be explained by its name.
type Entry struct {
	Kind       EntryKind `json:"kind"`
	Name       string    `json:"name"` // what explain takes
	Title      string    `json:"title"`
	Codes      string    `json:"codes,omitempty"`    // reply codes or classes, separated by blanks
	Enhanced   string    `json:"enhanced,omitempty"` // enhanced status codes, "*" for any number
	Reason     Reason    `json:"reason,omitempty"`
	Side       Side      `json:"side,omitempty"`
	Severity   Severity  `json:"severity,omitempty"`
	Explain    string    `json:"explain"`
	Remedy     string    `json:"remedy,omitempty"`
	Source     string    `json:"source,omitempty"`
	Link       string    `json:"link,omitempty"`
	Example    string    `json:"example,omitempty"` // a reply, lines separated by "\n"
	References []string  `json:"references,omitempty"`
}

// EntryKind is what an entry is.
type EntryKind string

// The kinds of entries.
const (
	KindRule   EntryKind = "rule"
	KindReason EntryKind = "reason"
	KindReply  EntryKind = "reply" // a row of the catalogue that is about words
	KindCode   EntryKind = "code"  // a row that is about codes alone
)

// Entries returns everything that can be explained by its name: rules, reasons,
// then the rows of the reply catalogue.
func Entries() []Entry {
	var out []Entry
	for _, r := range Rules() {
		out = append(out, Entry{
			Kind: KindRule, Name: r.ID, Title: r.Title, Reason: r.Reason, Side: sideIf(r.Reason), Severity: r.Severity,
			Explain: r.Explain, Remedy: r.Remedy, References: r.References,
		})
	}
	for i := range reasons {
		a := &reasons[i]
		out = append(out, Entry{
			Kind: KindReason, Name: string(a.Reason), Title: a.Title, Reason: a.Reason, Side: a.Side, Severity: a.Severity,
			Explain: a.Explain, Remedy: a.Remedy, References: a.References,
		})
	}
	for _, row := range Rows() {
		out = append(out, entryOf(row))
	}
	return out
}

// entryOf is the entry of a row of the catalogue.
func entryOf(row Row) Entry {
	whole := row.whole()
	e := Entry{
		Kind: KindReply, Name: row.ID, Title: "accepted", Codes: row.Codes, Enhanced: row.Enhanced, Reason: row.Reason, Side: whole.Side,
		Explain: whole.Explain, Remedy: whole.Remedy, Source: row.Source, Link: row.Link, Example: row.Example,
	}
	switch prefix, _, _ := strings.Cut(row.ID, "/"); prefix {
	case "code", "enhanced", "class":
		e.Kind = KindCode
	}
	if about, ok := AboutReason(row.Reason); ok {
		e.Title, e.References = about.Title, about.References
	}
	return e
}

// Has reports whether every word is somewhere in the entry; capital letters do not matter.
func (e *Entry) Has(words []string) bool {
	text := strings.ToLower(strings.Join([]string{
		e.Name, e.Title, e.Codes, e.Enhanced, string(e.Reason), string(e.Side), string(e.Severity),
		e.Explain, e.Remedy, e.Source, e.Link, e.Example, strings.Join(e.References, " "),
	}, "\n"))
	for _, word := range words {
		if !strings.Contains(text, strings.ToLower(word)) {
			return false
		}
	}
	return true
}
