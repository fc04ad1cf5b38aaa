package diagnose

import (
	"strconv"
	"time"

	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/policy"
)

// policies finds what there is to say about policies and about hosts that fail them.
func (f *finder) policies() {
	p := f.c.TLSPolicy
	if p == nil || f.c.Resolution == nil {
		return
	}
	hosts, _ := f.c.Senders()
	f.mtaSTS(p, hosts)
	for i := range hosts {
		if hosts[i].TLSA != nil {
			f.dane(p, &hosts[i])
		}
	}
	f.tlsrpt(p)
}

// proof is the query that an answer was decided by.
func (p *TLSPolicy) proof(answers ...*dnsclient.Answer) []Evidence {
	var out []Evidence
	for _, a := range answers {
		if ids := p.Queries[a]; len(ids) > 0 {
			out = append(out, Evidence{Query: ids[len(ids)-1]})
		}
	}
	return out
}

// dane finds what there is to say about the TLSA records of a host.
func (f *finder) dane(p *TLSPolicy, h *HostTLS) {
	t := h.TLSA
	at := p.proof(t.Answers...)
	switch t.Status.Security {
	case policy.Bogus:
		f.add("dane/bogus", h.Host+": "+t.Status.Why, append(at, f.mxEvidence()...)...)
	case policy.Untrusted:
		f.add("dane/untrusted-ad", t.Status.Why, append(at, f.mxEvidence()...)...)
	case policy.Unknown:
		if p.Root != nil && !p.Root.AD {
			f.add("dane/not-validated", t.Status.Why, p.proof(p.Root)...)
		}
	case policy.Insecure:
		if len(t.Records) > 0 {
			f.add("dane/insecure", h.Host+": the TLSA records do not count: "+t.Status.Why, at...)
		}
	case policy.Secure:
		if len(t.Records) > 0 {
			f.records(h, at)
		}
	}
}

// records finds what is wrong with TLSA records that count.
func (f *finder) records(h *HostTLS, at []Evidence) {
	bad := 0
	for i := range h.TLSA.Records {
		if h.TLSA.Records[i].Problem != "" {
			bad++
		}
	}
	switch {
	case bad == len(h.TLSA.Records):
		f.add("dane/unusable", h.Host+": none of "+strconv.Itoa(bad)+" TLSA records can be used: "+h.TLSA.Records[0].Problem, at...)
	case bad > 0:
		f.add("dane/record-ignored", h.Host+": "+strconv.Itoa(bad)+" of "+strconv.Itoa(len(h.TLSA.Records))+" TLSA records cannot be used", at...)
	}
	if h.Match == nil {
		if s := h.Senders[2]; s.Delivers == DeliversNo {
			f.add("dane/no-tls", h.Host+": "+s.Why, at...)
		}
		return
	}
	at = append(at, *h.At)
	switch {
	case h.Match.Usable == 0:
	case !h.Match.Verified:
		f.add("dane/mismatch", h.Host+": "+h.Match.Why, at...)
	default:
		spare := 0
		for i := range h.Match.Records {
			if r := &h.Match.Records[i]; !r.Matched && r.Note == "" {
				spare++
			}
		}
		if spare > 0 {
			f.add("dane/spare-record", h.Host+": "+strconv.Itoa(spare)+" of "+strconv.Itoa(len(h.Match.Records))+" TLSA records match nothing that the server sent", at...)
		}
	}
}

// shortAge is a max_age that is called short.
const shortAge = 24 * time.Hour

// mtaSTS finds what there is to say about MTA-STS.
func (f *finder) mtaSTS(p *TLSPolicy, hosts []HostTLS) {
	if p.STS == nil || len(p.STS.Found) == 0 {
		return
	}
	at := p.proof(p.STS.Answer)
	if p.STS.Problem != "" {
		f.add("mta-sts/record", p.STS.Name+": "+p.STS.Problem, at...)
		return
	}
	x := p.Fetched
	if x == nil {
		return
	}
	at = append(at, p.proof(x.Answers...)...)
	if x.Policy == nil {
		rules := map[policy.Failure]string{policy.FailWebPKI: "mta-sts/certificate", policy.FailPolicy: "mta-sts/policy"}
		f.add(or(rules[x.Failure], "mta-sts/fetch"), x.URL+": "+x.Why, at...)
		return
	}
	for _, note := range x.Notes {
		f.add("mta-sts/odd", x.URL+": "+note, at...)
	}
	if x.Policy.Mode == policy.ModeNone {
		return
	}
	if x.Policy.MaxAge < shortAge {
		f.add("mta-sts/odd", x.URL+": max_age is "+inWords(x.Policy.MaxAge), at...)
	}
	if x.Policy.Mode == policy.ModeTesting {
		f.add("mta-sts/testing", x.URL+": mode: testing", at...)
	}
	for i := range hosts {
		f.underPolicy(x.Policy, &hosts[i], at)
	}
}

// underPolicy finds how a host fails the policy. While it is tested that stops no mail.
func (f *finder) underPolicy(p *policy.Policy, h *HostTLS, at []Evidence) {
	var found *Finding
	switch s := h.Senders[1]; {
	case !p.Matches(h.Host):
		found = f.add("mta-sts/mx-not-named", "the policy does not name "+h.Host, append(at, f.mxEvidence()...)...)
	case s.Failure != "":
		if s.Session > 0 && h.at(f.c) != nil {
			at = append(at, *h.at(f.c))
		}
		found = f.add("mta-sts/host-fails", h.Host+": "+s.Why, at...)
	}
	if found != nil && p.Mode == policy.ModeTesting {
		found.Severity = Notice
	}
}

// at is the handshake of the session that the sender by MTA-STS rests on, or what shows that there is none.
func (h *HostTLS) at(c *Case) *Evidence {
	for _, a := range c.Attempts {
		if a.ID != h.Senders[1].Session {
			continue
		}
		for i := range c.Resolution.Hosts {
			if x := &c.Resolution.Hosts[i]; x.Name == h.Host {
				if at := c.seen(a, x).at; at.Event > 0 {
					return &at
				}
			}
		}
	}
	return nil
}

// tlsrpt finds what there is to say about reports.
func (f *finder) tlsrpt(p *TLSPolicy) {
	if p.RPT == nil {
		return
	}
	at := p.proof(p.RPT.Answer)
	asks := p.Fetched != nil && p.Fetched.Policy != nil && p.Fetched.Policy.Mode != policy.ModeNone
	for _, t := range p.TLSA {
		asks = asks || t.Applies()
	}
	switch {
	case p.RPT.Problem != "":
		f.add("tlsrpt/record", p.RPT.Name+": "+p.RPT.Problem, at...)
	case p.RPT.Absent() && asks:
		f.add("tlsrpt/none", "there is no record at "+p.RPT.Name, at...)
	}
}
