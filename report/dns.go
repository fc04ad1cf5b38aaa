package report

import (
	"fmt"
	"strings"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/mxresolve"
)

// resolution tells the DNS queries.
func (t *text) resolution(r *check.Resolution) {
	if r == nil || len(r.Queries) == 0 {
		return
	}
	for i := range r.Queries {
		q := &r.Queries[i]
		p := printer{house: &houseStyle{o: t.o, theme: t.theme}}
		p.line(t.style.comment(fmt.Sprintf("DNS [%d] %s", q.ID, queryHead(q))), millis(duration(q.RTT)), t.theme.dim)
		t.say(p.out...)
		for _, a := range q.Answers {
			t.say(t.style.comment("      " + oneLine(a)))
		}
		if more := q.Total - len(q.Answers); more > 0 {
			t.say(t.style.comment(fmt.Sprintf("      and %s more", plural(more, "record"))))
		}
	}
	t.blank()
}

// queryHead is a query with what was said to it, but for the answers.
func queryHead(q *check.Query) string {
	text := clean(q.Name) + " " + clean(q.Type) + " @" + clean(q.Server)
	if q.Network != "" && q.Network != "udp" {
		text += "/" + clean(q.Network)
	}
	if q.Rcode != "" {
		text += " " + clean(q.Rcode)
	}
	var flags []string
	for _, f := range []struct {
		on   bool
		name string
	}{{q.AA, "aa"}, {q.TC, "tc"}, {q.AD, "ad"}} {
		if f.on {
			flags = append(flags, f.name)
		}
	}
	if len(flags) > 0 {
		text += " " + strings.Join(flags, " ")
	}
	if len(q.Answers) > 0 {
		text += " ttl " + seconds(q.TTL)
	}
	if q.Error != "" {
		text += ": " + oneLine(q.Error)
	}
	return text
}

// queryLine is a query with its answers in one line.
func queryLine(q *check.Query) string {
	text := queryHead(q)
	if len(q.Answers) > 0 {
		shown := make([]string, 0, 3)
		for _, a := range q.Answers[:min(len(q.Answers), 3)] {
			shown = append(shown, shortAnswer(a, q))
		}
		text += ": " + list(shown)
		if more := max(q.Total, len(q.Answers)) - len(shown); more > 0 {
			text += fmt.Sprintf(" and %d more", more)
		}
	}
	return text
}

// shortAnswer is a record without what its query says too: "10 mx.example.test."
// for "example.test. 3600 IN MX 10 mx.example.test.".
func shortAnswer(record string, q *check.Query) string {
	words := strings.Fields(record)
	if len(words) < 5 || words[2] != "IN" || !strings.EqualFold(strings.TrimSuffix(words[0], "."), strings.TrimSuffix(q.Name, ".")) {
		return record
	}
	if strings.EqualFold(words[3], q.Type) {
		return strings.Join(words[4:], " ")
	}
	return strings.Join(words[3:], " ")
}

// problem is a problem of a host or a domain in words.
func problem(p mxresolve.Problem) string {
	words := map[mxresolve.Problem]string{
		mxresolve.ProblemNXDomain:         "the name does not exist",
		mxresolve.ProblemNoData:           "no address",
		mxresolve.ProblemServFail:         "DNS failed (SERVFAIL)",
		mxresolve.ProblemTimeout:          "DNS timed out",
		mxresolve.ProblemFailed:           "no DNS server could answer",
		mxresolve.ProblemCancelled:        "the lookup was interrupted",
		mxresolve.ProblemLoop:             "its aliases go in a loop",
		mxresolve.ProblemLongChain:        "too many aliases",
		mxresolve.ProblemNullMX:           "null MX: takes no mail",
		mxresolve.ProblemNullMXNotAlone:   "a null MX beside others",
		mxresolve.ProblemCNAME:            "is an alias (CNAME)",
		mxresolve.ProblemAddress:          "an address where a name must be",
		mxresolve.ProblemInvalidName:      "not a host name",
		mxresolve.ProblemDuplicate:        "named more than once",
		mxresolve.ProblemTooManyHosts:     "too many MX records",
		mxresolve.ProblemTooManyAddresses: "too many addresses",
		mxresolve.ProblemAUnanswered:      "A not answered in time",
		mxresolve.ProblemAAAAUnanswered:   "AAAA not answered in time",
		mxresolve.ProblemAFailed:          "A lookup failed",
		mxresolve.ProblemAAAAFailed:       "AAAA lookup failed",
		mxresolve.ProblemLoopback:         "loopback address",
		mxresolve.ProblemUnspecified:      "unspecified address",
		mxresolve.ProblemPrivate:          "private address",
		mxresolve.ProblemLinkLocal:        "link-local address",
		mxresolve.ProblemMulticast:        "multicast address",
	}
	if w := words[p]; w != "" {
		return w
	}
	return clean(string(p))
}
