package report

import (
	"strconv"
	"strings"

	"github.com/smtpcheck/smtpcheck/check"
)

// mxLines tells where the mail for a domain would go: the hosts, what is wrong with that, and the
// verdict where DNS alone gives one.
func mxLines(m *check.MXReport, o Options) []string {
	t := newTheme(o.Color)
	lines := []string{clean(m.Domain)}
	if m.Resolution != nil {
		lines = append(lines, mxGrid(t, m.Resolution, o)...)
	}
	return lines
}

func mxGrid(t *theme, r *check.Resolution, o Options) []string {
	g := &grid{head: []string{"pref", "host", "addresses", "TTL", "notes"}, right: []bool{true, false, false, true}}
	for i := range r.Hosts {
		h := &r.Hosts[i]
		g.rows = append(g.rows, []cell{
			{strconv.Itoa(int(h.Preference)), nil}, {clean(h.Name), nil},
			{strings.ReplaceAll(list(h.Addresses), ", ", "\n"), nil}, {strconv.Itoa(int(h.TTL)), nil}, {problem(h.Problem), t.transient},
		})
	}
	g.squeeze(o.width())
	lines, err := g.lines(t)
	if err != nil {
		return []string{oneLine(err.Error())}
	}
	return lines
}
