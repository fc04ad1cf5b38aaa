package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/policy"
)

// truth tells what the authorities of the domain say, and what resolvers said.
func (t *text) truth(r *check.Resolution) {
	if r == nil || r.Truth == nil {
		return
	}
	for _, x := range truthTables(t.theme, r) {
		t.hanging("", 2, "", x.title)
		if len(x.grid.rows) > 0 {
			g := x.grid.narrow(t.o.width())
			g.squeeze(t.o.width())
			lines, err := g.lines(t.theme)
			if err != nil {
				lines = []string{"the table could not be drawn: " + oneLine(err.Error())}
			}
			t.comment(lines...)
		}
		t.blank()
	}
	for _, left := range r.Truth.LeftOut {
		t.hanging("  not asked: ", 4, "", oneLine(left))
	}
	t.blank()
}

func mdTruth(b *strings.Builder, r *check.Resolution) {
	if r == nil || r.Truth == nil {
		return
	}
	for _, x := range truthTables(newTheme(false), r) {
		b.WriteString("\n" + mdProse(x.title) + "\n")
		mdTable(b, x.grid)
	}
	for _, left := range r.Truth.LeftOut {
		b.WriteString("\nNot asked: " + mdProse(oneLine(left)) + "\n")
	}
}

// truthTable is a table and the line above it.
type truthTable struct {
	title string
	grid  *grid
}

// truthTables are that of the domain's authorities and that of the resolvers.
func truthTables(t *theme, r *check.Resolution) []truthTable {
	var out []truthTable
	said := ""
	if len(r.Truth.Resolvers) > 0 {
		said = mxWords(answerTo(r.Truth.Resolvers[0].Answers, r.Domain))
	}
	if len(r.Truth.Zones) > 0 {
		z := &r.Truth.Zones[0]
		out = append(out, truthTable{zoneWords(z, r.Truth.Zones[1:]), authorityGrid(t, z, r.Domain, said)})
	}
	return append(out, truthTable{"resolvers", resolverGrid(t, r, said)})
}

// zoneWords says what the first table is about.
func zoneWords(z *check.TruthZone, others []check.TruthZone) string {
	text := "authorities of " + clean(z.Zone) + ", asked directly"
	if z.Problem != "" {
		text = "authorities of " + clean(z.Zone) + ": not examined; " + oneLine(z.Problem)
	}
	if p := z.Parent; p != nil {
		switch {
		case p.Problem != "":
			text += "; delegation not examined: " + oneLine(p.Problem)
		case slices.Equal(p.NS, z.NS):
			text += "; the zone above, " + clean(p.Zone) + ", names the same"
		default:
			text += "; the zone above, " + clean(p.Zone) + ", names " + list(p.NS)
		}
	}
	var more []string
	for i := range others {
		more = append(more, clean(others[i].Zone))
	}
	if len(more) > 0 {
		text += "; for the addresses of mail hosts also those of " + strings.Join(more, ", ")
	}
	return text
}

// authorityGrid is the table of the authorities. What differs from what the
// resolver said is in colour.
func authorityGrid(t *theme, z *check.TruthZone, domain, said string) *grid {
	g := &grid{head: []string{"authority", "serial", "MX", "time"}, right: []bool{false, true, false, true}}
	for i := range z.Servers {
		s := &z.Servers[i]
		name := clean(s.Name)
		if s.Address != "" {
			name += "\n" + clean(s.Address)
		}
		switch {
		case s.InParent == nil || z.Parent == nil:
		case *s.InParent && !s.InZone:
			name += "\nnamed by " + clean(z.Parent.Zone) + " only"
		case s.InZone && !*s.InParent:
			name += "\nnot named by " + clean(z.Parent.Zone)
		}
		var serial, took string
		if s.Serial != nil {
			serial = strconv.FormatUint(uint64(*s.Serial), 10)
		}
		if s.RTT != nil {
			took = millis(duration(*s.RTT))
		}
		mx := cell{mxWords(answerTo(s.Answers, domain)), nil}
		if s.State != mxresolve.AuthorityOK {
			mx = cell{stateWords(s), t.transient}
		} else if mx.text != said {
			mx.shade = t.transient
		}
		g.rows = append(g.rows, []cell{{name, nil}, {serial, nil}, mx, {took, nil}})
	}
	return g
}

// stateWords says what a server is that is no authority of the zone.
func stateWords(s *check.TruthServer) string {
	words := map[mxresolve.AuthorityState]string{
		mxresolve.AuthorityNot: "lame", mxresolve.AuthorityRefused: "lame", mxresolve.AuthorityServFail: "lame",
		mxresolve.AuthorityTimeout: "no answer", mxresolve.AuthorityDown: "no answer",
		mxresolve.AuthorityNoRoute: "not asked", mxresolve.AuthorityNoAddress: "no address", mxresolve.AuthorityNotAsked: "not asked",
	}
	word := words[s.State]
	if word == "" {
		word = clean(string(s.State))
	}
	if s.State == mxresolve.AuthorityNoAddress || s.Why == "" {
		return word
	}
	return word + ": " + oneLine(s.Why)
}

// resolverGrid is the table of what the resolvers said.
func resolverGrid(t *theme, r *check.Resolution, said string) *grid {
	g := &grid{head: []string{"resolver", "MX", "TTL left", "DNSSEC"}, right: []bool{false, false, true}}
	for i := range r.Truth.Resolvers {
		v := &r.Truth.Resolvers[i]
		a := answerTo(v.Answers, r.Domain)
		mx := cell{mxWords(a), nil}
		if mx.text != said {
			mx.shade = t.transient
		}
		ttl := ""
		if a != nil {
			ttl = seconds(a.TTL)
		}
		g.rows = append(g.rows, []cell{{clean(strings.TrimSuffix(v.Resolver, ":53")), nil}, mx, {ttl, nil}, dnssecCell(t, v, a)})
	}
	return g
}

// dnssecCell is the status of the MX records, and of the hosts' addresses where that is another.
func dnssecCell(t *theme, v *check.TruthResolver, mx *check.TruthAnswer) cell {
	if mx == nil || mx.DNSSEC == nil {
		return cell{}
	}
	c := cell{security(mx.DNSSEC.Status), nil}
	switch mx.DNSSEC.Status {
	case policy.Secure:
		c.shade = t.good
	case policy.Bogus:
		c.shade = t.bad
	}
	var others []string
	for i := range v.Answers {
		a := &v.Answers[i]
		if a.Type == "MX" || a.DNSSEC == nil || a.DNSSEC.Status == mx.DNSSEC.Status {
			continue
		}
		if line := clean(a.Name) + " " + clean(string(a.Type)) + " " + security(a.DNSSEC.Status); len(others) < 4 {
			others = append(others, line)
		}
	}
	if len(others) > 0 {
		c.text = "MX " + c.text + "\n" + strings.Join(others, "\n")
	}
	return c
}

// answerTo is the answer about the MX records of the domain; nil where they were not asked for.
func answerTo(all []check.TruthAnswer, domain string) *check.TruthAnswer {
	for i := range all {
		if all[i].Type == "MX" && strings.EqualFold(all[i].Name, domain) {
			return &all[i]
		}
	}
	return nil
}

// mxWords are the records of an answer, a line each, or why there are none.
func mxWords(a *check.TruthAnswer) string {
	const most = 5
	if a == nil {
		return "not asked"
	}
	if len(a.Records) == 0 {
		switch a.Status {
		case dnsclient.StatusNoData:
			return "none"
		case dnsclient.StatusNXDomain:
			return "no such name"
		case dnsclient.StatusReferral:
			return "refers to other servers"
		}
		if a.Error != "" {
			return oneLine(a.Error)
		}
		return clean(string(a.Status))
	}
	var lines []string
	for _, record := range a.Records[:min(len(a.Records), most)] {
		lines = append(lines, clean(record))
	}
	if more := len(a.Records) - most; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}
