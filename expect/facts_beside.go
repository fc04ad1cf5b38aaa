package expect

import (
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
)

// besideFacts are about what was asked beside the recipient, and again later.
func besideFacts() []Fact {
	return []Fact{
		{
			Name: "catch-all", About: "what each host makes of addresses that cannot exist", Needs: "--catch-all",
			Values: []string{string(diagnose.AcceptsAnyone), string(diagnose.RefusesUnknown), string(diagnose.NotDecidable)},
			find: func(r *check.Report) []place {
				var out []place
				for i := range r.CatchAll {
					c := &r.CatchAll[i]
					out = append(out, place{c.Host, []value{{text: string(c.Outcome)}}})
				}
				return out
			},
		},
		{
			Name: "postmaster", About: "whether postmaster at the domain is accepted", Values: yesOrNo, Needs: "--postmaster",
			find: func(r *check.Report) []place { return role(r, "postmaster") },
		},
		{
			Name: "abuse", About: "whether abuse at the domain is accepted", Values: yesOrNo, Needs: "--postmaster",
			find: func(r *check.Report) []place { return role(r, "abuse") },
		},
		{
			Name: "attempts", About: "how many rounds of attempts there were", kind: number,
			find: func(r *check.Report) []place {
				if r.Wait == nil {
					return count(1)
				}
				return count(len(r.Wait.Attempts))
			},
		},
		{
			Name: "accepted-after", About: "how long after the first attempt the recipient was accepted (--wait)", kind: duration, set: true,
			find: func(r *check.Report) []place {
				switch {
				case r.Verdict != diagnose.Accepted:
					return one()
				case r.Wait == nil || r.Wait.AcceptedAfter == nil:
					return one(took(0))
				}
				return one(took(time.Duration(*r.Wait.AcceptedAfter) * time.Second))
			},
		},
	}
}

// role is whether a role address of the domain is accepted.
func role(r *check.Report, local string) []place {
	if r.Postmaster == nil {
		return nil
	}
	for i := range r.Postmaster.Recipients {
		if a := &r.Postmaster.Recipients[i]; strings.HasPrefix(a.Recipient, local+"@") {
			return one(yesNo(a.Verdict == diagnose.Accepted))
		}
	}
	return nil
}
