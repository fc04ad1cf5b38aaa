package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/mxresolve"
)

// writeMX tells where the mail for a domain would go: the hosts, what is wrong
// with that, and the verdict where DNS alone gives one.
func writeMX(w io.Writer, m *check.MXReport, o Options) error {
	if o.Format == FormatMarkdown {
		return writeMXMarkdown(w, m, o)
	}
	o.Style = StyleSmtpcheck
	t, err := newText(w, o)
	if err != nil {
		return err
	}
	r := asReport(m)
	t.say(paint(t.theme.mark, r.Recipient) + ": " + destinationWords(m.Resolution))
	if m.Resolution != nil && len(m.Resolution.Hosts) > 0 {
		lines, err := mxTable(t.theme, m.Resolution, o.width())
		if err != nil {
			return err
		}
		t.blank()
		t.say(lines...)
	}
	t.blank()
	if o.Format != FormatTable {
		if o.Verbosity >= Verbose {
			t.resolution(m.Resolution)
		}
		t.truth(m.Resolution)
		t.findings(r)
	}
	switch {
	case m.Verdict == "":
	case o.Format == FormatTable:
		t.say(verdictLine(t.theme, r))
	default:
		t.verdict(r)
		t.blank()
	}
	return t.flush()
}

// asReport is the part of a report that a document about MX hosts has.
func asReport(m *check.MXReport) *check.Report {
	name := clean(m.Domain)
	if m.Unicode != "" {
		name += " (" + clean(m.Unicode) + ")"
	}
	return &check.Report{
		Recipient: name, Resolution: m.Resolution, Verdict: m.Verdict, Reason: m.Reason,
		Summary: m.Summary, Remedy: m.Remedy, Findings: m.Findings, Side: m.Side, Confidence: m.Confidence,
	}
}

// destinationWords says in words where the mail goes.
func destinationWords(r *check.Resolution) string {
	if r == nil {
		return "not looked up"
	}
	addresses := 0
	for i := range r.Hosts {
		addresses += len(r.Hosts[i].Addresses)
	}
	goes := "mail goes to " + plural(len(r.Hosts), "MX host") + " with " + count(addresses, "address", "addresses")
	if addresses == 0 {
		goes = plural(len(r.Hosts), "MX host") + ", and no address to send mail to"
	}
	text := map[mxresolve.Kind]string{
		mxresolve.KindMX:       goes,
		mxresolve.KindImplicit: "there are no MX records, so mail goes to its own " + count(addresses, "address", "addresses"),
		mxresolve.KindNull:     "takes no mail: it has a null MX (RFC 7505)",
		mxresolve.KindLiteral:  "an address literal",
		mxresolve.KindServer:   "a server named by the user, with " + count(addresses, "address", "addresses"),
		mxresolve.KindNone:     "mail has nowhere to go: " + noneWords(r.Problem),
		mxresolve.KindFailed:   "it is not known where mail goes: " + problem(r.Problem),
	}[r.Kind]
	if text == "" {
		text = clean(string(r.Kind))
	}
	if len(r.Aliases) > 0 {
		text += "; an alias of " + list(r.Aliases)
	}
	if len(r.Notes) > 0 {
		text += "; " + problems(r.Notes)
	}
	if r.AD {
		text += "; authenticated by DNSSEC"
	}
	return text
}

func noneWords(p mxresolve.Problem) string {
	if p == mxresolve.ProblemNoData {
		return "it has neither MX records nor addresses"
	}
	return problem(p)
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

func problems(ps []mxresolve.Problem) string {
	out := make([]string, len(ps))
	for i, p := range ps {
		out[i] = problem(p)
	}
	return strings.Join(out, ", ")
}

// mxGrid is the table of MX hosts.
func mxGrid(t *theme, r *check.Resolution) *grid {
	noted := false
	g := &grid{head: []string{"pref", "host", "addresses", "TTL", "notes"}, right: []bool{true, false, false, true}}
	for i := range r.Hosts {
		h := &r.Hosts[i]
		var addresses, notes []string
		for _, a := range h.Addresses {
			addresses = append(addresses, clean(a))
		}
		if h.Problem != "" {
			notes = append(notes, problem(h.Problem))
		}
		for _, p := range h.Notes {
			notes = append(notes, problem(p))
		}
		if len(h.Aliases) > 0 {
			notes = append(notes, "leads to "+list(h.Aliases))
		}
		g.rows = append(g.rows, []cell{
			{strconv.Itoa(int(h.Preference)), nil}, {clean(h.Name), nil}, {strings.Join(addresses, "\n"), nil},
			{seconds(h.TTL), nil}, {strings.Join(notes, "\n"), t.transient},
		})
		noted = noted || len(notes) > 0
	}
	if !noted { // an empty column says nothing
		g.head = g.head[:len(g.head)-1]
		for i := range g.rows {
			g.rows[i] = g.rows[i][:len(g.head)]
		}
	}
	return g
}

func mxTable(t *theme, r *check.Resolution, width int) ([]string, error) {
	g := mxGrid(t, r)
	g.squeeze(width)
	return g.lines(t)
}

func writeMXMarkdown(w io.Writer, m *check.MXReport, o Options) error {
	var b strings.Builder
	r := asReport(m)
	fmt.Fprintf(&b, "## %s\n\nIn short: %s\n", mdCode(r.Recipient), mdText(destinationWords(m.Resolution)))
	if m.Resolution != nil {
		mdTable(&b, mxGrid(newTheme(false), m.Resolution))
	}
	if m.Verdict != "" {
		fmt.Fprintf(&b, "\n**%s**: %s\n", mdProse(string(m.Verdict)), mdProse(m.Summary))
	}
	mdTruth(&b, m.Resolution)
	mdFindings(&b, r, o)
	_, err := io.WriteString(w, b.String())
	return err
}

// seconds is a TTL, "" where there is none.
func seconds(ttl *uint32) string {
	if ttl == nil {
		return ""
	}
	return strconv.FormatUint(uint64(*ttl), 10)
}
