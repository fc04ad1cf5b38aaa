package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
)

// relayForm is a form that tells reports about submission servers. found gives the
// destination of a report that was observed, nil for none.
type relayForm interface {
	relay(r *check.RelayReport, found func(id string) *destination) error
}

// asProbe is a report about a submission server in the shape of one about a
// recipient, for all that both tell in the same way.
func asProbe(r *check.RelayReport) *check.Report {
	out := &check.Report{
		ID: r.ID, Tool: r.Tool, Redacted: r.Redacted, Started: r.Started, Duration: r.Duration, ExitCode: r.ExitCode, Recipient: r.Host, HELO: r.HELO,
		Resolution: r.Resolution, Reason: r.Reason, Side: r.Side, Confidence: r.Confidence, DecidedBy: r.DecidedBy,
		RetryAfter: r.RetryAfter, Summary: r.Summary, Remedy: r.Remedy, Findings: r.Findings,
		Verdict: diagnose.Accepted,
	}
	if !r.Usable {
		out.Verdict = diagnose.Rejected
	}
	for i := range r.Ports {
		if s := r.Ports[i].Session; s != nil {
			out.Sessions = append(out.Sessions, *s)
		}
		out.Sessions = append(out.Sessions, r.Ports[i].Others...)
		out.Sessions = append(out.Sessions, r.Ports[i].Looks...)
	}
	if r.Auth != nil {
		for i := range r.Auth.Attempts {
			out.Sessions = append(out.Sessions, r.Auth.Attempts[i].Session)
		}
	}
	if r.OpenRelay != nil && r.OpenRelay.Session != nil {
		out.Sessions = append(out.Sessions, *r.OpenRelay.Session)
	}
	slices.SortStableFunc(out.Sessions, func(a, b check.Session) int { return a.ID - b.ID })
	return out
}

// relay tells the report in the format for people.
func (t *text) relay(r *check.RelayReport, found func(string) *destination) error {
	if t.o.Verbosity == Quiet {
		t.say(relayLine(t.theme, r))
		for _, x := range r.Deliveries {
			t.say(verdictLine(t.theme, x))
		}
		return t.flush()
	}
	x, d := asProbe(r), found(r.ID)
	if d == nil || !d.seen {
		t.begin(clean(toolOf(x)), r.Started.Time, r.Host)
	}
	if t.o.Verbosity >= Verbose {
		t.resolution(r.Resolution)
	}
	t.transcripts(x, d)
	if t.o.Style == StyleSmtpcheck {
		t.blank()
		t.services(r)
		t.tables(r)
		t.tlsCheck(x)
		t.capabilities(x)
		if t.o.Verbosity >= Verbose {
			t.timing(x)
		}
		t.findings(x)
	}
	t.blank()
	t.relayVerdict(r, x)
	t.last, t.lines = r.ID, 2
	for _, x := range r.Deliveries {
		if err := t.report(x, found(x.ID)); err != nil {
			return err
		}
	}
	return t.flush()
}

// services tells what SRV records say.
func (t *text) services(r *check.RelayReport) {
	if len(r.Services) == 0 {
		return
	}
	t.comment(paint(t.theme.mark, "submission servers by SRV"))
	for _, line := range serviceLines(r) {
		t.comment("  " + line)
	}
	t.blank()
}

func serviceLines(r *check.RelayReport) (out []string) {
	for _, s := range r.Services {
		name := clean(s.Name) + ": "
		words := map[diagnose.ServiceState]string{
			diagnose.ServiceNone: "no record", diagnose.ServiceNotOffered: "not offered (the target is \".\")", diagnose.ServiceFailed: "DNS failed",
		}[s.State]
		if words != "" {
			out = append(out, name+words)
		}
		for _, x := range s.Targets {
			text := fmt.Sprintf("%s:%d, priority %d, weight %d", clean(x.Host), x.Port, x.Priority, x.Weight)
			if s.AD {
				text += ", authenticated by DNSSEC"
			}
			out = append(out, name+text)
		}
	}
	return out
}

// tables tells the ports and the logins.
func (t *text) tables(r *check.RelayReport) {
	for _, g := range []*grid{portGrid(t.theme, r), loginGrid(t.theme, r), openGrid(t.theme, r)} {
		if len(g.rows) == 0 {
			continue
		}
		g = g.narrow(min(t.o.width(), relayWidth))
		g.squeeze(min(t.o.width(), relayWidth))
		lines, err := g.lines(t.theme)
		if err != nil {
			lines = []string{"the table could not be drawn: " + oneLine(err.Error())}
		}
		t.comment(lines...)
		t.blank()
	}
}

// relayWidth is how wide the table of ports is at most: it goes into tickets.
const relayWidth = 80

// portGrid is the table of ports.
func portGrid(t *theme, r *check.RelayReport) *grid {
	g := &grid{
		head:  []string{"port", "state", "TLS", "AUTH", "SIZE", "time"},
		right: []bool{true, false, false, false, true, true},
	}
	hosts := false
	for i := range r.Ports {
		p := &r.Ports[i]
		hosts = hosts || p.Host != r.Ports[0].Host
		shade := t.good
		switch {
		case p.Usable:
		case p.State == diagnose.PortOpen:
			shade = t.bad
		default:
			shade = t.transient
		}
		number := strconv.Itoa(int(p.Port))
		if r.Best != nil && r.Best.Port == p.Port && r.Best.Host == p.Host {
			number = "* " + number
		}
		g.rows = append(g.rows, []cell{
			{number, nil}, {stateCell(p), shade}, {tlsCell(p), nil}, {authCell(p, r.Ports[:i]), nil},
			{octets(p.Size), nil}, {timeCell(p), nil},
		})
	}
	if hosts {
		g.head, g.right = slices.Insert(g.head, 0, "host"), slices.Insert(g.right, 0, false)
		for i := range g.rows {
			g.rows[i] = slices.Insert(g.rows[i], 0, cell{clean(r.Ports[i].Host), nil})
		}
	}
	return g
}

func stateCell(p *check.RelayPort) string {
	switch {
	case p.State == "":
		return "not known"
	case p.State == diagnose.PortOpen && !p.Usable:
		return "open, not usable"
	}
	return clean(string(p.State))
}

func tlsCell(p *check.RelayPort) string {
	words := map[string]string{"implicit": "implicit", "starttls": "STARTTLS", "none": "none"}[p.TLS]
	return joined("\n", strings.TrimSpace(words+" "+strings.TrimPrefix(clean(p.Version), "TLS ")), clean(p.Certificate))
}

// authCell lists the mechanisms; those without TLS apart, since a password must
// not go there. The same list is told once.
func authCell(p *check.RelayPort, before []check.RelayPort) string {
	for i := range before {
		if b := &before[i]; len(p.Auth)+len(p.AuthPlain) > 0 && slices.Equal(b.Auth, p.Auth) && slices.Equal(b.AuthPlain, p.AuthPlain) {
			return "as " + strconv.Itoa(int(b.Port))
		}
	}
	words := func(mechanisms []string) string {
		out := make([]string, len(mechanisms))
		for i, m := range mechanisms {
			out[i] = clean(m)
		}
		return strings.Join(out, " ")
	}
	var lines []string
	if len(p.Auth) > 0 {
		lines = append(lines, words(p.Auth))
	} else if p.Auth != nil || p.AuthPlain != nil && len(p.AuthPlain) == 0 {
		lines = append(lines, "none")
	}
	if len(p.AuthPlain) > 0 {
		lines = append(lines, "in the clear: "+words(p.AuthPlain))
	}
	return strings.Join(lines, "\n")
}

func timeCell(p *check.RelayPort) string {
	if p.Time == nil {
		return ""
	}
	return millis(duration(*p.Time))
}

// octets is a size in short, "" for none: "26.2 MB".
func octets(n int64) string {
	switch {
	case n <= 0:
		return ""
	case n < 1000:
		return strconv.FormatInt(n, 10) + " B"
	case n < 1_000_000:
		return strconv.FormatFloat(float64(n)/1e3, 'f', 1, 64) + " kB"
	case n < 1_000_000_000:
		return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) + " MB"
	}
	return strconv.FormatFloat(float64(n)/1e9, 'f', 1, 64) + " GB"
}

// loginGrid is the table of logins.
func loginGrid(t *theme, r *check.RelayReport) *grid {
	g := &grid{head: []string{"#", "login with", "outcome", "reply", "time"}, right: []bool{true, false, false, false, true}}
	if r.Auth == nil {
		return g
	}
	for i := range r.Auth.Attempts {
		a := &r.Auth.Attempts[i]
		outcome, shade := joined(": ", clean(string(a.Outcome)), clean(string(a.Reason))), t.verdict(a.Outcome)
		if a.Outcome == diagnose.Accepted {
			outcome = "logged in"
		}
		g.rows = append(g.rows, []cell{
			{strconv.Itoa(a.Session.ID), nil}, {clean(a.Mechanism), nil}, {outcome, shade}, {replyWord(&a.Session), nil}, {total(&a.Session), nil},
		})
	}
	for _, m := range r.Auth.NotTried {
		g.rows = append(g.rows, []cell{{}, {clean(m), nil}, {"not tried", t.dim}, {}, {}})
	}
	return g
}

// relayWord is the verdict in a word or two.
func relayWord(t *theme, r *check.RelayReport) string {
	switch {
	case r.OpenRelay != nil && r.OpenRelay.State != diagnose.RelayNotAsked:
		return openWord(t, r.OpenRelay.State)
	case r.Usable:
		return paint(t.good, "usable")
	case r.Reason == diagnose.Interrupted:
		return paint(t.transient, "not known")
	}
	return paint(t.bad, "not usable")
}

// relayLine is the verdict in a line.
func relayLine(t *theme, r *check.RelayReport) string {
	line := clean(r.Host) + ": " + relayWord(t, r)
	if r.Reason != "" {
		line += " (" + clean(string(r.Reason)) + ")"
	}
	return line + ": " + strings.TrimPrefix(oneLine(r.Summary), "usable ")
}

// relayVerdict tells the verdict, what proves it and what to do.
func (t *text) relayVerdict(r *check.RelayReport, x *check.Report) {
	word := strings.ToUpper(relayWord(newTheme(false), r))
	shade := t.theme.verdict(x.Verdict)
	if r.Reason == diagnose.Interrupted {
		shade = t.theme.transient
	}
	t.comment(paint(t.theme.mark, "VERDICT  ") + paint(t.theme.mark, paint(shade, word)) + "  " + clean(r.Host))
	t.prose("  ", r.Summary, nil)
	if r.DecidedBy != nil {
		t.proof(x)
	}
	if r.Reason != "" {
		t.field("reason", joined(", ", clean(string(r.Reason)), side(r.Side), clean(string(r.Confidence))))
	}
	if r.RetryAfter > 0 {
		t.field("try again", "after "+wait(r.RetryAfter))
	}
	if r.Remedy != "" {
		t.prose("  to do: ", r.Remedy, t.theme.mark)
	}
	if t.o.Verbosity >= Verbose {
		t.field("run", joined(", ", millis(duration(r.Duration))+" in all", fmt.Sprintf("exit code %d", r.ExitCode), "report "+clean(r.ID)))
	}
}

// relay tells the table of ports and the verdict in a line.
func (f *tableForm) relay(r *check.RelayReport, _ func(string) *destination) error {
	t := &text{w: f.w, o: f.o, theme: f.theme, empty: true}
	style, err := newStyle(Options{Style: StyleSmtpcheck}, f.theme)
	if err != nil {
		return err
	}
	t.style = style
	if f.o.Verbosity > Quiet {
		t.tables(r)
		t.tlsCheck(asProbe(r))
	}
	t.say(relayLine(f.theme, r))
	if err := t.flush(); err != nil {
		return err
	}
	for _, x := range r.Deliveries {
		f.more = true
		if err := f.report(x, nil); err != nil {
			return err
		}
	}
	return nil
}

func (f *jsonForm) relay(r *check.RelayReport, _ func(string) *destination) error {
	return writeJSON(f.w, r, true)
}

// relay tells the events that were not told, and then the whole report.
func (f *ndjsonForm) relay(r *check.RelayReport, found func(string) *destination) error {
	if err := f.events(asProbe(r), found(r.ID)); err != nil {
		return err
	}
	for _, x := range r.Deliveries {
		if err := f.events(x, found(x.ID)); err != nil {
			return err
		}
	}
	return f.write(struct {
		Type string `json:"type"`
	}{"relay"}, r)
}

// relay tells the report for a ticket.
func (m *markdown) relay(r *check.RelayReport, _ func(string) *destination) error {
	var b strings.Builder
	word := relayWord(newTheme(false), r)
	fmt.Fprintf(&b, "## %s: %s\n\n**%s**: %s\n\n", mdCode(clean(r.Host)), mdText(word), mdText(word), mdProse(strings.TrimPrefix(r.Summary, "usable ")))
	x := asProbe(r)
	if r.DecidedBy != nil {
		fmt.Fprintf(&b, "- decided by: %s\n", mdEvidence(x, *r.DecidedBy))
	}
	if r.Reason != "" {
		fmt.Fprintf(&b, "- reason: %s\n", joined(", ", mdCode(clean(string(r.Reason))), mdText(side(r.Side)), mdProse(string(r.Confidence))))
	}
	if r.Remedy != "" {
		fmt.Fprintf(&b, "- to do: %s\n", mdProse(r.Remedy))
	}
	for _, line := range serviceLines(r) {
		fmt.Fprintf(&b, "- SRV %s\n", mdText(line))
	}
	fmt.Fprintf(&b, "- made by: %s, %s, report %s\n", mdProse(toolOf(x)),
		r.Started.In(m.o.location()).Format("2006-01-02 15:04:05 -07:00"), mdCode(clean(r.ID)))
	if m.o.Verbosity > Quiet {
		mdTable(&b, portGrid(newTheme(false), r))
		mdTable(&b, loginGrid(newTheme(false), r))
		mdTable(&b, openGrid(newTheme(false), r))
		mdTLSCheck(&b, x)
		mdFindings(&b, x, m.o)
		if err := m.transcript(&b, x); err != nil {
			return err
		}
	}
	if _, err := m.w.Write([]byte(b.String())); err != nil {
		return err
	}
	m.more = true
	for _, x := range r.Deliveries {
		if err := m.report(x, nil); err != nil {
			return err
		}
	}
	return nil
}
