package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
)

// htmlArticle is one report as the template of the page tells it. All its text
// is printable; html/template escapes it.
type htmlArticle struct {
	Number                       int // of the report in the page; anchors begin with it
	Title, Tool                  string
	Verdict, Class, Reason       string
	Summary, Remedy              []string
	Facts                        []htmlFact
	Sections                     []htmlSection // tables and facts, each under its heading
	Waterfall                    *waterfall
	Walk                         []htmlStep
	Findings                     []htmlFinding
	Sessions                     []htmlSession
	Queries                      []htmlQuery
	Started, ID, ExitCode, Spent string

	theme *theme // its colours stand for classes of the page's style
}

// htmlFact is a name and what is known of it.
type htmlFact struct {
	Name, Word, Class, Text string
	Code                    bool   // the text is somebody's very words
	Href                    string // an anchor of the page
}

type htmlSection struct {
	Title  string
	Facts  []htmlFact
	Tables []htmlTable
}

type htmlTable struct {
	Head []htmlCell
	Rows [][]htmlCell
}

// htmlCell is a cell: its lines, the colour that they have on a terminal, and the head of its column.
type htmlCell struct {
	Lines       []string
	Class, Name string
	Right       bool
}

type htmlStep struct{ Outcome, Class, Wait, Text string }

type htmlFinding struct {
	Severity, Class, Rule, Summary string
	Evidence                       []htmlFact
	Explain, Remedy                []string
	References                     []htmlLink
	Decides                        bool
}

// htmlLink is a reference; Href is "" where there is nothing to lead to.
type htmlLink struct{ Text, Href string }

type htmlSession struct {
	ID                            int
	Title, Outcome, Class, Reason string
	Spent                         string
	Open                          bool
	Facts                         []htmlFact
	Lines                         []htmlLine
}

// htmlLine is the lines of one event.
type htmlLine struct {
	Anchor, Class, Text string
}

type htmlQuery struct {
	ID         int
	Text, Took string
	Answers    []string
}

// probeArticle is a report about a recipient.
func probeArticle(r *check.Report, number int, o Options) *htmlArticle {
	a := commonArticle(r, number, o)
	a.Title = clean(r.Recipient) + copyOf(r)
	a.Verdict, a.Class = clean(string(r.Verdict)), a.theme.verdictClass(r.Verdict)
	a.expected(r.Expected)
	last := latest(r)
	a.add("Hosts", nil, wideGrid(hostRows(a.theme, last)))
	if r.Wait != nil && len(r.Wait.Attempts) > 1 {
		a.add("Attempts", nil, attemptGrid(a.theme, r, o.location()))
	}
	a.besideSection(r)
	a.tlsSections(last)
	for i := range r.Sessions {
		if s := &r.Sessions[i]; len(s.Extensions) > 0 {
			a.add("Service extensions of "+where(s), nil, extensionGrid(a.theme, s))
		}
	}
	a.policySections(r)
	a.truthSections(r.Resolution)
	return a
}

// mxArticle is a document about the mail hosts of a domain.
func mxArticle(m *check.MXReport, number int, o Options) *htmlArticle {
	r := asReport(m)
	a := commonArticle(r, number, o)
	a.Title, a.Verdict, a.Class = r.Recipient, clean(string(r.Verdict)), ""
	if m.Verdict != "" {
		a.Class = a.theme.verdictClass(r.Verdict)
	}
	a.Summary = append([]string{destinationWords(m.Resolution)}, a.Summary...)
	if m.Resolution != nil {
		a.add("Mail hosts", nil, mxGrid(a.theme, m.Resolution))
	}
	a.truthSections(m.Resolution)
	return a
}

// relayArticle is a report about a submission server.
func relayArticle(r *check.RelayReport, number int, o Options) *htmlArticle {
	x := asProbe(r)
	a := commonArticle(x, number, o)
	a.Title, a.Verdict = clean(r.Host), relayWord(newTheme(false), r)
	if a.Class = a.theme.verdictClass(x.Verdict); r.Reason == diagnose.Interrupted {
		a.Class = "transient"
	}
	var services []htmlFact
	for i, line := range serviceLines(r) {
		services = append(services, htmlFact{Name: once("SRV", i), Text: line})
	}
	if len(services) > 0 {
		a.add("Submission servers by SRV", services)
	}
	a.add("Ports", nil, portGrid(a.theme, r), loginGrid(a.theme, r), openGrid(a.theme, r))
	a.tlsSections(x)
	return a
}

// selfArticle is a report about this machine as a sender of mail.
func selfArticle(r *check.SelfReport, number int, o Options) *htmlArticle {
	x := selfAsProbe(r)
	x.Duration, x.ExitCode = r.Duration, r.ExitCode
	a := commonArticle(x, number, o)
	a.Title, a.Verdict, a.Class = "This machine as a sender of mail", selfWord(r), a.theme.class(selfShade(a.theme, r))
	a.add("What was examined", nil, selfGrid(a.theme, r))
	return a
}

// commonArticle is what all reports tell in the same way.
func commonArticle(r *check.Report, number int, o Options) *htmlArticle {
	a := &htmlArticle{
		Number: number, Tool: clean(toolOf(r)), Reason: clean(string(r.Reason)), ID: clean(r.ID), ExitCode: strconv.Itoa(r.ExitCode), theme: newTheme(false),
	}
	if r.Tool.Name == "" { // a document has none
		a.Tool = strings.TrimSpace("smtpcheck " + clean(o.Version))
	}
	if r.Summary != "" {
		a.Summary = paragraphs(r.Summary)
	}
	if !r.Started.IsZero() {
		a.Started, a.Spent = r.Started.In(o.location()).Format("2006-01-02 15:04:05 -07:00"), millis(duration(r.Duration))
	}
	if r.Remedy != "" {
		a.Remedy = paragraphs(r.Remedy)
	}
	a.facts(r)
	a.Waterfall = newWaterfall(r, number, a.theme)
	for _, step := range r.Walk {
		a.Walk = append(a.Walk, htmlStep{clean(string(step.Outcome)), a.theme.verdictClass(step.Outcome), millis(duration(step.Wait)), oneLine(step.Sentence)})
	}
	for i := range r.Findings {
		a.Findings = append(a.Findings, a.finding(r, &r.Findings[i]))
	}
	house := &houseStyle{o: o, theme: a.theme, zone: o.location()}
	for i := range r.Sessions {
		a.Sessions = append(a.Sessions, a.session(r, &r.Sessions[i], house))
	}
	if r.Resolution != nil {
		for i := range r.Resolution.Queries {
			q := &r.Resolution.Queries[i]
			x := htmlQuery{ID: q.ID, Text: queryHead(q), Took: millis(duration(q.RTT))}
			for _, answer := range q.Answers {
				x.Answers = append(x.Answers, oneLine(answer))
			}
			if more := q.Total - len(q.Answers); more > 0 {
				x.Answers = append(x.Answers, fmt.Sprintf("and %s more", plural(more, "record")))
			}
			a.Queries = append(a.Queries, x)
		}
	}
	return a
}

// facts are those beside the verdict.
func (a *htmlArticle) facts(r *check.Report) {
	add := func(f htmlFact) {
		if f.Text != "" || f.Word != "" {
			a.Facts = append(a.Facts, f)
		}
	}
	if r.DecidedBy != nil {
		add(htmlFact{Name: "decided by", Text: quote(r, *r.DecidedBy, 1, heard)[0], Code: true, Href: a.anchor(r, *r.DecidedBy)})
	}
	switch {
	case r.Reason != "":
		add(htmlFact{Name: "reason", Text: joined(", ", clean(string(r.Reason)), side(r.Side), clean(string(r.Confidence)))})
	case r.Confidence != diagnose.Certain:
		add(htmlFact{Name: "confidence", Text: clean(string(r.Confidence))})
	}
	if r.RetryAfter > 0 {
		add(htmlFact{Name: "try again", Text: "after " + wait(r.RetryAfter)})
	}
	if r.Message != nil {
		add(htmlFact{Name: "message", Text: messageWords(r.Message)})
	}
	if r.RecipientUnicode != "" {
		add(htmlFact{Name: "recipient", Text: clean(r.RecipientUnicode)})
	}
	if r.Mode != "" {
		add(htmlFact{Name: "sender", Text: "<" + clean(r.Sender) + ">", Code: true})
	}
	if r.HELO != "" {
		add(htmlFact{Name: "EHLO name", Text: clean(r.HELO), Code: true})
	}
	for i, note := range r.Notes {
		add(htmlFact{Name: once("note", i), Text: oneLine(note)})
	}
}

// add adds a section; one without anything in it is left out.
func (a *htmlArticle) add(title string, facts []htmlFact, grids ...*grid) {
	s := htmlSection{Title: title, Facts: facts}
	for _, g := range grids {
		if len(g.rows) > 0 {
			s.Tables = append(s.Tables, a.theme.htmlGrid(g))
		}
	}
	if len(s.Facts)+len(s.Tables) > 0 {
		a.Sections = append(a.Sections, s)
	}
}

// besideSection is what was asked beside.
func (a *htmlArticle) besideSection(r *check.Report) {
	var facts []htmlFact
	for i := range r.CatchAll {
		x := &r.CatchAll[i]
		facts = append(facts, htmlFact{Name: clean(x.Host), Text: catchAllWords(x.Outcome)})
	}
	a.add("Asked beside", facts, besideGrid(a.theme, r))
}

// truthSections are what the authorities and the resolvers say.
func (a *htmlArticle) truthSections(r *check.Resolution) {
	if r == nil || r.Truth == nil {
		return
	}
	for _, x := range truthTables(a.theme, r) {
		a.add(capital(x.title), nil, x.grid)
	}
	var left []htmlFact
	for i, why := range r.Truth.LeftOut {
		left = append(left, htmlFact{Name: once("not asked", i), Text: oneLine(why)})
	}
	a.add("Not asked in DNS", left)
}

func (a *htmlArticle) tlsSections(r *check.Report) {
	for _, l := range tlsLooks(r) {
		var facts []htmlFact
		for _, f := range l.facts() {
			facts = append(facts, htmlFact{Name: f[0], Text: f[1]})
		}
		a.add("TLS of "+where(l.sessions[0]), facts)
	}
}

func (a *htmlArticle) policySections(r *check.Report) {
	p := r.TLSPolicy
	if p == nil {
		return
	}
	facts := func(all []policyFact) (out []htmlFact) {
		for _, f := range all {
			class := ""
			switch {
			case f.good:
				class = "good"
			case f.bad:
				class = "transient"
			}
			out = append(out, htmlFact{Name: strings.TrimRight(strings.TrimSpace(f.name), ":"), Word: f.word, Class: class, Text: f.rest})
		}
		return out
	}
	top := facts(policyFacts(p))
	for i := range p.Domain {
		if q := question(p.Domain[i].Sender); q != "" {
			d := p.Domain[i].Delivers
			top = append(top, htmlFact{Name: q, Word: delivers(d), Class: a.theme.class(a.theme.delivers(d)), Text: overallWhy(&p.Domain[i])})
		}
	}
	a.add("Policies about TLS", top)
	for i := range p.Hosts {
		h := &p.Hosts[i]
		var records []htmlFact
		if h.TLSA != nil {
			records = facts(tlsaFacts(h.TLSA, true))
		}
		a.add("Senders to "+clean(h.Host), records, senderGrid(a.theme, h.Senders))
	}
}

func (a *htmlArticle) finding(r *check.Report, f *check.Finding) htmlFinding {
	out := htmlFinding{
		Severity: clean(string(f.Severity)), Class: a.theme.class(a.theme.severity(f.Severity)), Rule: clean(f.Rule), Summary: oneLine(f.Summary),
		Decides: decides(r, f),
	}
	for _, e := range f.Evidence {
		out.Evidence = append(out.Evidence, htmlFact{Name: reference(e), Text: quote(r, e, 1, heard)[0], Href: a.anchor(r, e)})
	}
	if f.Explain != "" {
		out.Explain = paragraphs(f.Explain)
	}
	if f.Remedy != "" {
		out.Remedy = paragraphs(f.Remedy)
	}
	for _, x := range f.References {
		out.References = append(out.References, linkTo(x))
	}
	return out
}

func (a *htmlArticle) session(r *check.Report, s *check.Session, house *houseStyle) htmlSession {
	out := htmlSession{
		ID: s.ID, Title: where(s), Outcome: clean(string(s.Outcome)), Class: a.theme.verdictClass(s.Outcome), Reason: clean(string(s.Reason)), Spent: total(s),
		Open: r.DecidedBy != nil && r.DecidedBy.Session == s.ID,
	}
	if out.Reason == out.Outcome {
		out.Reason = ""
	}
	if !s.Purpose.Asks() { // it decides nothing
		out.Outcome, out.Class, out.Reason = clean(string(s.Purpose)), "dim", ""
	}
	for _, f := range []htmlFact{
		{Name: "follows", Text: strings.TrimPrefix(again(s), ", after ")},
		{Name: "offers", Text: extensions(s.Capabilities)},
		{Name: "before TLS", Text: extensions(s.CapabilitiesPlain)},
	} {
		if f.Text != "" {
			out.Facts = append(out.Facts, f)
		}
	}
	if t := handshakeOf(s); t != nil {
		for i := range t.TLS.Chain {
			p := printer{house: &houseStyle{theme: house.theme}}
			p.certificate(&t.TLS.Chain[i], t.Time)
			for k, line := range p.out {
				out.Facts = append(out.Facts, htmlFact{Name: once("certificates", i+k), Text: strings.TrimSpace(strings.TrimPrefix(line, "***"))})
			}
		}
	}
	for i := range s.Events {
		e := s.Events[i]
		out.Lines = append(out.Lines, htmlLine{
			Anchor: fmt.Sprintf("r%ds%de%d", a.Number, s.ID, e.Seq), Class: a.theme.eventClass(&e.Event),
			Text: strings.Join(house.lines(s, []check.Event{e}), "\n"),
		})
	}
	return out
}

// anchor is where evidence stands in the page; "" where it is not in the report.
func (a *htmlArticle) anchor(r *check.Report, e diagnose.Evidence) string {
	if e.Query > 0 {
		if r.Resolution != nil && slices.ContainsFunc(r.Resolution.Queries, func(q check.Query) bool { return q.ID == e.Query }) {
			return fmt.Sprintf("#r%dq%d", a.Number, e.Query)
		}
		return ""
	}
	i := slices.IndexFunc(r.Sessions, func(s check.Session) bool { return s.ID == e.Session })
	switch {
	case i < 0:
		return ""
	case e.Event == 0:
		return fmt.Sprintf("#r%ds%d", a.Number, e.Session)
	case slices.ContainsFunc(r.Sessions[i].Events, func(x check.Event) bool { return x.Seq == e.Event }):
		return fmt.Sprintf("#r%ds%de%d", a.Number, e.Session, e.Event)
	}
	return ""
}
