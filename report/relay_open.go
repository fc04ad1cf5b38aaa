package report

import (
	"strconv"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
)

// openGrid is the table of the forms in which a server was asked to relay.
func openGrid(t *theme, r *check.RelayReport) *grid {
	g := &grid{head: []string{"form", "RCPT TO", "outcome", "reply"}}
	if r.OpenRelay == nil {
		return g
	}
	for i := range r.OpenRelay.Forms {
		f := &r.OpenRelay.Forms[i]
		outcome, shade := "refused", t.good
		switch f.Reply.Code / 100 {
		case 2:
			outcome, shade = "taken", t.bad
			if r.OpenRelay.State == diagnose.RelaysForUs {
				shade = t.transient
			}
		case 4:
			outcome, shade = "deferred", t.transient
		}
		g.rows = append(g.rows, []cell{
			{clean(string(f.Form)), nil}, {"<" + clean(f.Path) + ">", nil}, {outcome, shade},
			{joined(" ", strconv.Itoa(f.Reply.Code), clean(f.Reply.Enhanced)), nil},
		})
	}
	return g
}

// openWord is the verdict about relaying in a word or two.
func openWord(t *theme, s diagnose.OpenRelayState) string {
	switch s {
	case diagnose.RelayRefuses:
		return paint(t.good, "refuses to relay")
	case diagnose.RelaysForUs:
		return paint(t.good, "relays for us")
	case diagnose.RelayPossiblyOpen:
		return paint(t.bad, "possibly open")
	}
	return paint(t.transient, "not known")
}
