package diagnose

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write docs/replies.md and docs/rules.md")

// TestDocs: docs/replies.md and docs/rules.md say what the tables say. "make docs"
// writes them.
func TestDocs(t *testing.T) {
	for name, text := range map[string]string{"replies.md": repliesPage(), "rules.md": rulesPage()} {
		path := filepath.Join("..", "docs", name)
		if *update {
			if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Errorf("docs/%s does not say what the tables say, from line %d on; \"make docs\" writes it anew", name, differ(string(got), text))
		}
	}
}

// differ is the first line in which two texts differ.
func differ(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return strings.Count(a[:n], "\n") + 1
}

const generated = "<!-- Written from the tables in diagnose/ by \"make docs\"; do not edit. -->\n\n"

// page is Markdown that is being written.
type page struct{ strings.Builder }

func (p *page) add(format string, args ...any) { fmt.Fprintf(p, format, args...) }

// repliesPage is the catalogue of replies, by the servers that say them.
func repliesPage() string {
	p := new(page)
	rows := Rows()
	p.add("# Replies\n\n" + generated)
	p.add("What smtpcheck knows of the replies of mail servers: %d rows. `smtpcheck explain ROW`, such as\n"+
		"`smtpcheck explain %s`, says the same, `smtpcheck explain --list replies WORD...` finds rows, and `smtpcheck explain 'REPLY'`\n"+
		"says which row a reply is. The first row that matches counts:\n"+
		"text decides before the enhanced status code, and that before the reply code. The class of an enhanced status code is written `x` where that of the reply\n"+
		"code counts (RFC 5321, section 4.2.1).\n\n", len(rows), rows[0].ID)
	p.reasons()
	p.add("## Whose replies\n\n")
	groups := bySource(rows)
	for _, g := range groups {
		p.add("- [%s](#%s), %d\n", escape(g.name), anchor(g.name), len(g.rows))
	}
	for _, g := range groups {
		p.add("\n## %s\n", escape(g.name))
		for _, row := range g.rows {
			p.row(row, g.name)
		}
	}
	return p.String()
}

// reasons is the table of the reasons.
func (p *page) reasons() {
	p.add("## Reasons\n\nEvery refusal has one of these reasons. A row may say more, or differ about whose matter it is.\n\n" +
		"| reason | whose matter | passes by itself | what it means |\n|---|---|---|---|\n")
	for i := range reasons {
		a := &reasons[i]
		p.add("| `%s` | %s | %s | %s |\n", a.Reason, a.Side, yesNo(a.Reason.passes()), escape(a.Explain))
	}
	p.add("\n")
}

func yesNo(b bool) string {
	if b {
		return "as a rule"
	}
	return "no"
}

// sourceGroup are the rows of one server, provider or standard.
type sourceGroup struct {
	name string
	rows []Row
}

// The groups that come last.
const (
	anybody   = "Many servers"
	standards = "Standards"
)

// bySource puts rows together by whom they are about: servers and providers by
// their names, then what many say, then the standards.
func bySource(rows []Row) []sourceGroup {
	var out []sourceGroup
	for _, row := range rows {
		name, _, _ := strings.Cut(row.Source, ",")
		switch {
		case name == "many servers":
			name = anybody
		case strings.HasPrefix(name, "RFC ") || strings.HasPrefix(name, "IANA "):
			name = standards
		}
		i := slices.IndexFunc(out, func(g sourceGroup) bool { return g.name == name })
		if i < 0 {
			i = len(out)
			out = append(out, sourceGroup{name: name})
		}
		out[i].rows = append(out[i].rows, row)
	}
	slices.SortStableFunc(out, func(a, b sourceGroup) int {
		return cmp.Or(groupAtEnd(a.name)-groupAtEnd(b.name), cmp.Compare(strings.ToLower(a.name), strings.ToLower(b.name)))
	})
	return out
}

func groupAtEnd(group string) int { return slices.Index([]string{anybody, standards}, group) }

// row tells one row of the catalogue.
func (p *page) row(row Row, group string) {
	whole := row.whole()
	_, m := Lookup(row.ExampleStage, replyFrom(row.Example))
	p.add("\n### `%s`\n\n%s\n\n%s\n\n", row.ID, facts(&row, m, group), fence(row.Example))
	p.add("%s\n", escape(whole.Explain))
	if whole.Remedy != "" {
		p.add("\n**To do:** %s\n", escape(whole.Remedy))
	}
	if row.Link != "" {
		p.add("\nSee %s.\n", refer(row.Link))
	}
}

// facts is the line below the name of a row.
func facts(row *Row, m Match, group string) string {
	var out []string
	if row.Source != group && group != anybody {
		out = append(out, refer(row.Source))
	}
	out = append(out, codesOf(row))
	if row.Reason != "" {
		out = append(out, "`"+string(row.Reason)+"`")
		if m.Side != SideNone {
			out = append(out, "a matter of "+sideWords(m.Side))
		}
		out = append(out, string(row.Confidence), retryOf(row, m))
	}
	return strings.Join(out, " · ")
}

func sideWords(s Side) string {
	if s == SideUs {
		return "the sending host"
	}
	return "the " + string(s)
}

// codesOf are the codes that a row may have.
func codesOf(row *Row) string {
	var out []string
	for code := range strings.FieldsSeq(row.Codes) {
		switch {
		case code == "0":
			out = append(out, "no code")
		case len(code) == 1:
			out = append(out, code+"yz")
		default:
			out = append(out, "`"+code+"`")
		}
	}
	if out == nil {
		out = []string{"4yz or 5yz"}
	}
	for code := range strings.FieldsSeq(row.Enhanced) {
		out = append(out, "`"+strings.ReplaceAll(code, "*", "x")+"`")
	}
	return strings.Join(out, " ")
}

// retryOf says whether the same again, later, can help.
func retryOf(row *Row, m Match) string {
	after := ""
	if row.RetryAfter > 0 {
		after = " after " + strings.NewReplacer("h0m0s", " h", "m0s", " min").Replace(row.RetryAfter.Round(time.Second).String())
	}
	switch {
	case row.Retry == "" && row.Codes == "":
		return "again" + cmp.Or(after, " later") + " if 4yz"
	case m.Retry == RetryLater:
		return "again" + cmp.Or(after, " later")
	case m.Retry == RetryAfterFix:
		return "again once mended"
	}
	return "not again"
}

// rulesPage is every rule, by topic.
func rulesPage() string {
	p := new(page)
	rules := Rules()
	p.add("# Rules\n\n" + generated)
	p.add("The %d rules that yield the findings of a report. `smtpcheck explain RULE` says the same, such as\n"+
		"`smtpcheck explain %s`; `smtpcheck explain --list rules` lists them.\n\n", len(rules), rules[0].ID)
	var order []string
	topics := make(map[string][]Rule)
	for _, r := range rules {
		topic, _, _ := strings.Cut(r.ID, "/")
		if topics[topic] == nil {
			order = append(order, topic)
		}
		topics[topic] = append(topics[topic], r)
	}
	for _, topic := range order {
		p.add("- [%s](#%s), %d\n", topicTitle(topic), anchor(topicTitle(topic)), len(topics[topic]))
	}
	for _, topic := range order {
		p.add("\n## %s\n", topicTitle(topic))
		for _, r := range topics[topic] {
			p.rule(r)
		}
	}
	return p.String()
}

// topicTitle is what the rules are about whose names begin so.
func topicTitle(topic string) string {
	title := map[string]string{
		"mx": "MX records", "dns": "DNS", "us": "This machine", "tls": "TLS", "starttls": "STARTTLS", "dane": "DANE", "mta-sts": "MTA-STS",
		"tlsrpt": "TLSRPT", "smtp": "The SMTP session", "rcpt": "The deciding reply", "ext": "Service extensions",
		"relay": "Submission servers and relays", "auth": "Authentication",
	}[topic]
	return cmp.Or(title, topic)
}

// rule tells one rule.
func (p *page) rule(r Rule) {
	p.add("\n### `%s`\n\n**%s** · %s\n\n%s\n", r.ID, escape(r.Title), r.Severity, escape(r.Explain))
	if r.Remedy != "" {
		p.add("\n**To do:** %s\n", escape(r.Remedy))
	}
	if len(r.References) > 0 {
		links := make([]string, len(r.References))
		for i, reference := range r.References {
			links[i] = refer(reference)
		}
		p.add("\nSee %s.\n", strings.Join(links, "; "))
	}
}

// rfcSection is "RFC 5321, section 4.2.1" or "RFC 5321".
var rfcSection = regexp.MustCompile(`^RFC (\d+)(?:, section (\d[\d.]*))?`)

// refer links a section of an RFC, and what is a link already.
func refer(reference string) string {
	if strings.HasPrefix(reference, "https://") || strings.HasPrefix(reference, "http://") {
		return "<" + reference + ">"
	}
	m := rfcSection.FindStringSubmatch(reference)
	if m == nil {
		return escape(reference)
	}
	link := "https://www.rfc-editor.org/rfc/rfc" + m[1]
	if m[2] != "" {
		link += "#section-" + m[2]
	}
	return "[" + m[0] + "](" + link + ")" + escape(reference[len(m[0]):])
}

// escape keeps what is special in Markdown as it is; links stay links.
func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "<", `\<`, "[", `\[`, "|", `\|`, "\n", " ").Replace(s)
}

// fence is a reply as a block of code.
func fence(s string) string {
	marks := "```"
	for strings.Contains(s, marks) {
		marks += "`"
	}
	return marks + "text\n" + s + "\n" + marks
}

// anchor is the fragment that leads to a heading (GitHub's way of making it).
func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r >= 'A' && r <= 'Z':
			return r + ('a' - 'A')
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_', r >= 0x80:
			return r
		}
		return -1
	}, heading)
}
