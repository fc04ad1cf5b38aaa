package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// hostRow is one row of the table of hosts: a session, a host without address, or
// an address that was left out.
type hostRow struct {
	session    string
	preference int // -1 for not known
	host       string
	address    string
	tls        string
	outcome    string
	reason     string
	reply      string
	took       string
	shade      shade
}

// hostRows lists every place of a report in MX order: none is left out silently.
func hostRows(t *theme, r *check.Report) []hostRow {
	var rows []hostRow
	for i := range r.Sessions {
		if r.Sessions[i].Purpose.Asks() { // the others have tables of their own
			rows = append(rows, sessionRow(t, &r.Sessions[i]))
		}
	}
	if r.Resolution != nil {
		for i := range r.Resolution.Hosts {
			if h := &r.Resolution.Hosts[i]; len(h.Addresses) == 0 && h.Problem != "" {
				rows = append(rows, hostRow{
					preference: int(h.Preference), host: clean(h.Name), outcome: "not probed",
					reason: problem(h.Problem), shade: t.transient,
				})
			}
		}
	}
	for _, s := range r.Skipped {
		rows = append(rows, hostRow{
			preference: preferenceOf(r, s.Host), host: clean(s.Host), address: clean(s.Address),
			outcome: "skipped", reason: oneLine(s.Reason), shade: t.dim,
		})
	}
	slices.SortStableFunc(rows, func(a, b hostRow) int { return cmp.Compare(uint(a.preference), uint(b.preference)) })
	return rows
}

// preferenceOf is that of a host by its name, -1 if it is not known.
func preferenceOf(r *check.Report, host string) int {
	if r.Resolution != nil {
		for i := range r.Resolution.Hosts {
			if h := &r.Resolution.Hosts[i]; strings.EqualFold(h.Name, host) {
				return int(h.Preference)
			}
		}
	}
	return -1
}

func sessionRow(t *theme, s *check.Session) hostRow {
	ip, port := ipPort(s)
	if port != "25" && port != "" {
		ip = strings.TrimPrefix(where(&check.Session{Host: ip, Address: s.Address}), " ")
	}
	host := clean(s.Host)
	if isLiteral(s.Host, ip) {
		host = ""
	}
	reason := clean(string(s.Reason))
	if reason == string(s.Outcome) {
		reason = ""
	}
	return hostRow{
		session: strconv.Itoa(s.ID), preference: int(s.Preference), host: host, address: ip,
		tls: tlsWord(s), outcome: clean(string(s.Outcome)), reason: reason,
		reply: replyWord(s), took: total(s), shade: t.verdict(s.Outcome),
	}
}

// tlsWord is what became of TLS in a session; "" where it did not come to that.
func tlsWord(s *check.Session) string {
	if s.TLS != nil {
		text := clean(s.TLS.Version)
		if s.TLS.Verified {
			return text
		}
		return text + " " + clean(cmp.Or(s.TLS.ProblemKind, "unverified"))
	}
	for i := range s.Events {
		e := &s.Events[i].Event
		if e.Kind == probe.KindFailure && e.Stage == smtp.StageTLS {
			return "failed"
		}
		if e.Kind == probe.KindCommand && e.Stage == smtp.StageMail {
			return "none"
		}
	}
	return ""
}

// replyWord is what decided a session, in short: "450 4.2.0 at rcpt".
func replyWord(s *check.Session) string {
	at := ""
	if s.Stage != "" {
		at = " at " + clean(string(s.Stage))
	}
	if s.Reply != nil {
		text := strconv.Itoa(s.Reply.Code)
		if s.Reply.Enhanced != "" {
			text += " " + clean(s.Reply.Enhanced)
		}
		return text + at
	}
	for i := range s.Events {
		if e := &s.Events[i].Event; e.Kind == probe.KindFailure {
			return failureWord(e)
		}
	}
	return strings.TrimPrefix(at, " ")
}

// total is how long a session took.
func total(s *check.Session) string {
	for _, x := range s.Timings {
		if x.Name == "total" {
			return millis(x.Took)
		}
	}
	return ""
}

// narrow is the width under which a table has but three columns.
const narrow = 72

// hostGrid puts the rows into the widest of three shapes that fits.
func hostGrid(rows []hostRow, width int) *grid {
	for _, shape := range []func([]hostRow) *grid{wideGrid, stackedGrid} {
		if g := shape(rows); g.width() <= width {
			return g
		}
	}
	g := stackedGrid(rows)
	if width < narrow {
		g = narrowGrid(rows)
	}
	g.squeeze(width)
	return g
}

func wideGrid(rows []hostRow) *grid {
	g := &grid{
		head:  []string{"#", "pref", "host", "address", "TLS", "outcome", "reply", "time"},
		right: []bool{true, true, false, false, false, false, false, true},
	}
	for _, r := range rows {
		g.rows = append(g.rows, []cell{
			{r.session, nil}, {r.pref(), nil}, {r.host, nil}, {r.address, nil}, {r.tls, nil},
			{joined(": ", r.outcome, r.reason), r.shade}, {r.reply, nil}, {r.took, nil},
		})
	}
	return g
}

// stackedGrid has the address under the host and the reason under the outcome.
func stackedGrid(rows []hostRow) *grid {
	g := &grid{
		head:  []string{"#", "pref", "host", "TLS", "outcome", "reply", "time"},
		right: []bool{true, true, false, false, false, false, true},
	}
	for _, r := range rows {
		g.rows = append(g.rows, []cell{
			{r.session, nil}, {r.pref(), nil}, {joined("\n", r.host, r.address), nil},
			{strings.Replace(strings.TrimPrefix(r.tls, "TLS "), " ", "\n", 1), nil},
			{joined("\n", r.outcome, r.reason), r.shade},
			{strings.Replace(r.reply, " at ", "\nat ", 1), nil}, {r.took, nil},
		})
	}
	return g
}

// narrowGrid has all about a place in two cells.
func narrowGrid(rows []hostRow) *grid {
	g := &grid{head: []string{"#", "host", "outcome"}, right: []bool{true}}
	for _, r := range rows {
		tls := ""
		if r.tls != "" && !strings.HasPrefix(r.tls, "TLS") {
			tls = "TLS "
		}
		g.rows = append(g.rows, []cell{
			{r.session, nil}, {joined("\n", r.host, r.address, tls+r.tls), nil},
			{joined("\n", r.outcome, r.reason, r.reply, r.took), r.shade},
		})
	}
	return g
}

func (r hostRow) pref() string {
	if r.preference < 0 {
		return ""
	}
	return strconv.Itoa(r.preference)
}

// joined joins those parts that are not empty.
func joined(by string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), by)
}

// hosts tells the table of hosts.
func (t *text) hosts(r *check.Report) {
	lines := hostTable(t.theme, r, t.o.width())
	if len(lines) == 0 {
		return
	}
	t.comment(lines...)
	t.blank()
}

// hostTable draws the table of hosts of a report; nil where there are none.
func hostTable(t *theme, r *check.Report, width int) []string {
	rows := hostRows(t, r)
	if len(rows) == 0 {
		return nil
	}
	lines, err := hostGrid(rows, width).lines(t)
	if err != nil {
		return []string{"the table of hosts could not be drawn: " + oneLine(err.Error())}
	}
	return lines
}
