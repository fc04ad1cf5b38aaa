package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/policy"
)

// policyHosts is how many hosts are told with their policies, and policyRecords how
// many of their records, unless all are asked for.
const (
	policyHosts   = 8
	policyRecords = 6
)

// policies tells what the domain says about TLS, and for each host which
// senders would deliver.
func (t *text) policies(r *check.Report) {
	p := r.TLSPolicy
	if p == nil {
		return
	}
	t.comment(paint(t.theme.mark, "policies about TLS"))
	for _, fact := range policyFacts(p) {
		t.hanging("  "+fact.name+": ", 4, paint(t.shadeOf(fact), fact.word), fact.rest)
	}
	shown := len(p.Hosts)
	if t.o.Verbosity < Verbose && shown > policyHosts {
		shown = policyHosts
	}
	for i := range shown {
		t.blank()
		t.hostPolicy(&p.Hosts[i])
	}
	if left := len(p.Hosts) - shown; left > 0 {
		t.comment(fmt.Sprintf("  and %s more: -v", plural(left, "host")))
	}
	t.blank()
	for i := range p.Domain {
		if q := question(p.Domain[i].Sender); q != "" {
			t.hanging(q+" ", 4, paint(t.theme.delivers(p.Domain[i].Delivers), delivers(p.Domain[i].Delivers)), overallWhy(&p.Domain[i]))
		}
	}
	t.blank()
}

// hostPolicy tells the TLSA records of a host and its table of senders.
func (t *text) hostPolicy(h *check.HostPolicy) {
	t.comment(paint(t.theme.mark, clean(h.Host)))
	if h.TLSA != nil {
		for _, fact := range tlsaFacts(h.TLSA, t.o.Verbosity >= Verbose) {
			t.hanging("  "+fact.name, 6, paint(t.shadeOf(fact), fact.word), fact.rest)
		}
	}
	g := senderGrid(t.theme, h.Senders).narrow(t.o.width())
	g.squeeze(t.o.width())
	lines, err := g.lines(t.theme)
	if err != nil {
		lines = []string{"the table could not be drawn: " + oneLine(err.Error())}
	}
	t.comment(lines...)
}

// policyFact is one line: a name, a word in colour, and the rest.
type policyFact struct {
	name, word, rest string
	good, bad        bool
}

func (t *text) shadeOf(f policyFact) shade {
	switch {
	case f.good:
		return t.theme.good
	case f.bad:
		return t.theme.transient
	}
	return nil
}

// policyFacts are what is said of the domain as a whole.
func policyFacts(p *check.TLSPolicy) []policyFact {
	var out []policyFact
	if p.MX != nil {
		out = append(out, policyFact{name: "MX records", word: security(p.MX.Status), rest: because(p.MX.Why), good: p.MX.Status == policy.Secure})
	}
	if p.MTASTS != nil {
		out = append(out, stsFact(p.MTASTS))
		if f := p.MTASTS.Fetch; f != nil && p.MTASTS.Policy != nil {
			out = append(out, policyFact{name: "policy", rest: joined(", ", clean(f.URL), clean(f.Address), millis(duration(f.Took)), "id "+clean(p.MTASTS.ID))})
		}
	}
	if p.TLSRPT != nil {
		out = append(out, rptFact(p.TLSRPT))
	}
	return out
}

func stsFact(s *check.MTASTS) policyFact {
	f := policyFact{name: "MTA-STS"}
	switch {
	case s.Policy != nil:
		f.word, f.good = clean(string(s.Policy.Mode)), s.Policy.Mode == policy.ModeEnforce
		f.rest = fmt.Sprintf(", for %s, mx %s", age(s.Policy.MaxAge), shortList(s.Policy.MX))
	case s.State == "absent":
		f.word = "no record"
	case s.State == "unknown":
		f.word, f.bad, f.rest = "not known", true, because(s.Problem)
	case s.State == "invalid-record":
		f.word, f.bad, f.rest = "a record that cannot be used", true, because(s.Problem)
	default:
		f.word, f.bad, f.rest = "a record, and no policy", true, because(s.Problem)
	}
	return f
}

func rptFact(s *check.TLSRPT) policyFact {
	f := policyFact{name: "TLSRPT"}
	switch s.State {
	case "record":
		f.rest = "reports go to " + shortList(s.RUA)
	case "absent":
		f.word = "no record"
	case "unknown":
		f.word, f.bad, f.rest = "not known", true, because(s.Problem)
	default:
		f.word, f.bad, f.rest = "a record that cannot be used", true, because(s.Problem)
	}
	return f
}

// tlsaFacts are where the TLSA records are, and what each comes to.
func tlsaFacts(t *check.TLSA, all bool) []policyFact {
	head := policyFact{
		name: "TLSA: ", word: security(t.Status), good: t.Status == policy.Secure && len(t.Records) > 0,
		rest: ", at " + clean(t.Name) + because(t.Why),
	}
	if len(t.Records) == 0 && (t.Status == policy.Secure || t.Status == policy.Insecure) {
		head.word = "no record, " + head.word
	}
	out := []policyFact{head}
	shown := len(t.Records)
	if !all && shown > policyRecords {
		shown = policyRecords
	}
	for i := range shown {
		out = append(out, recordFact(&t.Records[i]))
	}
	if left := max(t.Total, len(t.Records)) - shown; left > 0 {
		out = append(out, policyFact{name: "  ", rest: "and " + plural(left, "more record")})
	}
	return out
}

func recordFact(r *check.TLSARecord) policyFact {
	f := policyFact{name: "  ", rest: ": " + clean(r.Record)}
	switch {
	case r.Problem != "":
		f.word, f.bad = "of no use", true
		f.rest += ", " + clean(r.Problem)
	case r.Matched == nil:
		f.word = "not held against a certificate"
	case *r.Matched:
		f.word, f.good = "matches", true
		if r.Depth != nil {
			f.rest = " " + certificateAt(*r.Depth) + f.rest
		}
	default:
		f.word = "does not match"
		f.rest += map[bool]string{true: "; "}[r.Note != ""] + oneLine(r.Note)
	}
	return f
}

func certificateAt(depth int) string {
	switch depth {
	case -1:
		return "an authority that was not sent"
	case 0:
		return "the server's certificate"
	}
	return "an authority of the chain"
}

// senderGrid is the table of a host's senders.
func senderGrid(t *theme, senders []check.Sender) *grid {
	g := &grid{head: []string{"sender", "delivers", "why"}}
	for i := range senders {
		s := &senders[i]
		g.rows = append(g.rows, []cell{{senderName(s.Sender), nil}, {delivers(s.Delivers), t.delivers(s.Delivers)}, {senderWhy(s), nil}})
	}
	return g
}

// senderWhy is why a sender delivers or not, with the name of the failure it would report.
func senderWhy(s *check.Sender) string {
	text := oneLine(s.Why)
	if s.Failure != "" {
		text += " (" + clean(string(s.Failure)) + ")"
	}
	return text
}

func overallWhy(s *check.Sender) string {
	to := ""
	switch {
	case s.Host == "":
	case s.Delivers == diagnose.DeliversYes:
		to = ", to " + clean(s.Host)
	default:
		to = " (" + clean(s.Host) + ")"
	}
	return to + ": " + senderWhy(s)
}

// question is what the last lines answer for the domain.
func question(k diagnose.SenderKind) string {
	switch k {
	case diagnose.SenderDANE:
		return "would a DANE sender deliver?"
	case diagnose.SenderMTASTS:
		return "would an MTA-STS sender deliver?"
	}
	return ""
}

func senderName(k diagnose.SenderKind) string {
	names := map[diagnose.SenderKind]string{
		diagnose.SenderMTASTS: "MTA-STS", diagnose.SenderDANE: "DANE", diagnose.SenderREQUIRETLS: "REQUIRETLS",
	}
	if n := names[k]; n != "" {
		return n
	}
	return clean(string(k))
}

func delivers(d diagnose.Delivers) string {
	if d == diagnose.DeliversUnknown {
		return "not known"
	}
	return clean(string(d))
}

func (t *theme) delivers(d diagnose.Delivers) shade {
	switch d {
	case diagnose.DeliversYes:
		return t.good
	case diagnose.DeliversNo:
		return t.bad
	}
	return t.transient
}

// security is a DNSSEC status in words.
func security(s policy.Security) string {
	words := map[policy.Security]string{policy.Untrusted: "not trusted", policy.Unknown: "not known"}
	if w := words[s]; w != "" {
		return w
	}
	return clean(string(s))
}

// because is a reason behind a word.
func because(why string) string {
	if why == "" {
		return ""
	}
	return ": " + oneLine(why)
}

// shortList is a list of which the first are told.
func shortList(all []string) string {
	const n = 5
	text := list(all[:min(len(all), n)])
	if more := len(all) - n; more > 0 {
		text += " and " + strconv.Itoa(more) + " more"
	}
	return text
}

// age is a max_age.
func age(seconds int) string {
	if seconds == 0 {
		return "no time"
	}
	return wait(seconds)
}

// policyLines are what was seen of TLS, and the policies, for the format that has only tables.
func policyLines(r *check.Report, o Options) ([]string, error) {
	var inner strings.Builder
	o.Style, o.Verbosity = StyleSmtpcheck, Normal
	t, err := newText(&inner, o)
	if err != nil || r.TLSPolicy == nil && len(tlsLooks(r)) == 0 {
		return nil, err
	}
	t.blank()
	t.tlsCheck(r)
	if r.TLSPolicy != nil {
		t.policies(r)
	}
	if err := t.flush(); err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimRight(inner.String(), "\n"), "\n"), nil
}

// mdPolicies writes policies for a ticket.
func mdPolicies(b *strings.Builder, r *check.Report, o Options) {
	p := r.TLSPolicy
	if p == nil {
		return
	}
	b.WriteString("\n### Policies about TLS\n\n")
	line := func(indent, name string, f policyFact) {
		fmt.Fprintf(b, "%s- %s%s%s\n", indent, name, mdText(f.word), mdText(f.rest))
	}
	for _, f := range policyFacts(p) {
		line("", mdText(f.name)+": ", f)
	}
	for i := range p.Hosts {
		h := &p.Hosts[i]
		fmt.Fprintf(b, "\n%s\n\n", mdCode(clean(h.Host)))
		if h.TLSA != nil {
			for k, f := range tlsaFacts(h.TLSA, o.Verbosity >= Verbose) {
				line(map[bool]string{true: "", false: "  "}[k == 0], strings.TrimLeft(f.name, " "), f)
			}
		}
		b.WriteString("\n| sender | delivers | why |\n| --- | --- | --- |\n")
		for k := range h.Senders {
			s := &h.Senders[k]
			fmt.Fprintf(b, "| %s | %s | %s |\n", mdText(senderName(s.Sender)), mdText(delivers(s.Delivers)), mdText(senderWhy(s)))
		}
	}
	b.WriteString("\n")
	for i := range p.Domain {
		if q := question(p.Domain[i].Sender); q != "" {
			fmt.Fprintf(b, "- %s **%s**%s\n", mdText(q), mdText(delivers(p.Domain[i].Delivers)), mdText(overallWhy(&p.Domain[i])))
		}
	}
}
