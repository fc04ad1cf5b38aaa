package check

import (
	"time"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/policy"
)

// TLSPolicy is what a domain says about TLS on the way to it, and which senders
// would deliver under that, as far as it depends on TLS.
type TLSPolicy struct {
	MX     *DNSSEC      `json:"mx,omitempty"`      // of the MX records
	MTASTS *MTASTS      `json:"mta_sts,omitempty"` // RFC 8461
	TLSRPT *TLSRPT      `json:"tlsrpt,omitempty"`  // RFC 8460
	Hosts  []HostPolicy `json:"hosts"`             // in MX order
	Domain []Sender     `json:"domain"`            // one of each kind
}

// DNSSEC is the status of an answer and what it rests on.
type DNSSEC struct {
	Status policy.Security `json:"status"`
	Why    string          `json:"why,omitempty"`
}

// MTASTS is the record of MTA-STS and its policy.
type MTASTS struct {
	State   string     `json:"state"` // policy, no-policy, invalid-record, absent, unknown
	Records []string   `json:"records"`
	ID      string     `json:"id,omitempty"`
	Problem string     `json:"problem,omitempty"` // why there is none to use
	Fetch   *Fetch     `json:"fetch,omitempty"`
	Policy  *STSPolicy `json:"policy,omitempty"`
	Queries []int      `json:"queries,omitempty"`
}

// Fetch is how the policy was fetched.
type Fetch struct {
	URL     string         `json:"url"`
	Address string         `json:"address,omitempty"`
	Code    int            `json:"code,omitempty"` // of HTTP
	Type    string         `json:"media_type,omitempty"`
	Size    int            `json:"size,omitempty"`
	Took    Millis         `json:"took_ms"`
	Failure policy.Failure `json:"failure,omitempty"`
	Notes   []string       `json:"notes,omitempty"`
	Queries []int          `json:"queries,omitempty"`
}

// STSPolicy is a policy of MTA-STS.
type STSPolicy struct {
	Mode   policy.Mode `json:"mode"`
	MaxAge int         `json:"max_age_s"`
	MX     []string    `json:"mx"`
}

// TLSRPT is the record that says where reports go.
type TLSRPT struct {
	State   string   `json:"state"` // record, invalid-record, absent, unknown
	Records []string `json:"records"`
	RUA     []string `json:"rua,omitempty"`
	Problem string   `json:"problem,omitempty"`
	Queries []int    `json:"queries,omitempty"`
}

// HostPolicy is an MX host under policies.
type HostPolicy struct {
	Host    string   `json:"host"`
	TLSA    *TLSA    `json:"tlsa,omitempty"`
	Senders []Sender `json:"senders"`
}

// TLSA are the TLSA records of a host.
type TLSA struct {
	Name    string          `json:"name"`
	Base    string          `json:"base"`
	Status  policy.Security `json:"status"`
	Why     string          `json:"why,omitempty"`
	Records []TLSARecord    `json:"records"`
	Total   int             `json:"total,omitempty"` // records there are, where not all are listed
	Queries []int           `json:"queries,omitempty"`
}

// TLSARecord is one of them, and whether it matches the certificate.
type TLSARecord struct {
	Record  string `json:"record"`            // as in a zone; long data is cut
	Problem string `json:"problem,omitempty"` // why it cannot be used
	Matched *bool  `json:"matched,omitempty"` // where it could be used and a certificate was seen
	Depth   *int   `json:"depth,omitempty"`   // of the certificate that it matches, the leaf being 0; -1 for one that was not sent
	Note    string `json:"note,omitempty"`
}

// Sender is whether a kind of sender would deliver.
type Sender struct {
	Sender   diagnose.SenderKind `json:"sender"`
	Delivers diagnose.Delivers   `json:"delivers"`
	Why      string              `json:"why"`
	Failure  policy.Failure      `json:"failure,omitempty"` // RFC 8460, section 4.3
	Session  int                 `json:"session,omitempty"`
	Host     string              `json:"host,omitempty"` // of the domain's: the host that decides
}

const (
	maxTLSARecords = 50  // listed of a host
	maxTLSAText    = 160 // bytes shown of a record
	maxRecordText  = 1000
)

// newTLSPolicy makes the form that reports have.
func newTLSPolicy(c *diagnose.Case) *TLSPolicy {
	p := c.TLSPolicy
	if p == nil {
		return nil
	}
	out := &TLSPolicy{MX: &DNSSEC{p.MX.Security, valid(p.MX.Why)}, Hosts: []HostPolicy{}, Domain: []Sender{}}
	if p.STS != nil {
		out.MTASTS = newMTASTS(p)
	}
	if p.RPT != nil {
		out.TLSRPT = newTLSRPT(p)
	}
	hosts, domain := c.Senders()
	for i := range hosts {
		h := &hosts[i]
		host := HostPolicy{Host: h.Host, Senders: newSenders(h.Senders)}
		if h.TLSA != nil {
			host.TLSA = newTLSA(h, p.Queries)
		}
		out.Hosts = append(out.Hosts, host)
	}
	out.Domain = newSenders(domain)
	return out
}

func newSenders(all []diagnose.Sender) []Sender {
	out := []Sender{}
	for _, s := range all {
		out = append(out, Sender{s.Kind, s.Delivers, valid(s.Why), s.Failure, s.Session, s.Host})
	}
	return out
}

func newMTASTS(p *diagnose.TLSPolicy) *MTASTS {
	s := p.STS
	out := &MTASTS{Records: texts(s.Found), ID: s.ID, Queries: p.Queries[s.Answer]}
	out.State, out.Problem = recordState(&s.TXT, s.Problem, "policy")
	switch {
	case out.State != "policy":
	case p.Fetched == nil:
		out.State = "unknown"
	case p.Fetched.Policy == nil:
		out.State, out.Problem = "no-policy", valid(p.Fetched.Why)
	}
	if x := p.Fetched; x != nil {
		out.Fetch = &Fetch{
			URL: x.URL, Address: x.Address, Code: x.Code, Type: valid(cutText(x.Type)), Size: x.Size,
			Took: Millis(x.Took.Round(time.Microsecond)), Failure: x.Failure, Notes: x.Notes, Queries: queriesOf(p, x.Answers),
		}
		if x.Policy != nil {
			out.Policy = &STSPolicy{x.Policy.Mode, int(x.Policy.MaxAge / time.Second), list(x.Policy.MX)}
		}
	}
	return out
}

func newTLSRPT(p *diagnose.TLSPolicy) *TLSRPT {
	s := p.RPT
	out := &TLSRPT{Records: texts(s.Found), RUA: texts(s.RUA), Queries: p.Queries[s.Answer]}
	out.State, out.Problem = recordState(&s.TXT, s.Problem, "record")
	return out
}

// recordState says what came of asking for a record: good, or why it is not.
func recordState(t *policy.TXT, problem, good string) (state, why string) {
	switch {
	case t.Unknown():
		return "unknown", valid(t.Answer.Err)
	case t.Absent():
		return "absent", ""
	case problem != "":
		return "invalid-record", valid(problem)
	}
	return good, ""
}

func newTLSA(h *diagnose.HostTLS, queries map[*dnsclient.Answer][]int) *TLSA {
	t := h.TLSA
	out := &TLSA{Name: t.Name, Base: t.Base, Status: t.Status.Security, Why: valid(t.Status.Why), Records: []TLSARecord{}}
	for i := range t.Records[:min(len(t.Records), maxTLSARecords)] {
		r := TLSARecord{Record: t.Records[i].String(), Problem: t.Records[i].Problem}
		if len(r.Record) > maxTLSAText {
			r.Record = r.Record[:maxTLSAText] + "..."
		}
		if h.Match != nil && r.Problem == "" {
			m := &h.Match.Records[i]
			r.Matched, r.Note = &m.Matched, valid(m.Note)
			if m.Matched {
				r.Depth = &m.Depth
			}
		}
		out.Records = append(out.Records, r)
	}
	if t.Total > len(out.Records) {
		out.Total = t.Total
	}
	for _, a := range t.Answers {
		out.Queries = append(out.Queries, queries[a]...)
	}
	return out
}

func queriesOf(p *diagnose.TLSPolicy, answers []*dnsclient.Answer) []int {
	var out []int
	for _, a := range answers {
		out = append(out, p.Queries[a]...)
	}
	return out
}

// texts are what others wrote, bounded.
func texts(all []string) []string {
	out := []string{}
	for _, s := range all {
		out = append(out, valid(cutText(s)))
	}
	return out
}

func cutText(s string) string {
	if len(s) > maxRecordText {
		return s[:maxRecordText] + "..."
	}
	return s
}
