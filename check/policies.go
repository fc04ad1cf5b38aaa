package check

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/policy"
	"github.com/smtpcheck/smtpcheck/probe"
)

const (
	policyTimeout = 20 * time.Second // for all lookups of a destination together, after the last host is known
	maxTLSA       = 16               // hosts looked up at once
)

// policies are the lookups of what a domain says about TLS. They are under way
// while it is resolved and its hosts are talked to, so that they cost no time of their own.
type policies struct {
	resolver *policy.Resolver
	fetcher  *policy.Fetcher
	domain   string // "" for an address literal
	port     uint16
	byMX     bool

	ctx    context.Context
	cancel context.CancelFunc
	group  sync.WaitGroup
	free   chan struct{} // a place for each lookup of TLSA records that may begin

	stsDone chan struct{}
	sts     *policy.STSRecord
	fetched *policy.Fetched // nil where there is no record, or we were told to stop
	rpt     *policy.RPTRecord
	mx      policy.Status // known before any host is
	nextHop []string      // the domain and the one that its aliases lead to, where MX records count

	mu    sync.Mutex
	hosts map[string]*tlsaLookup // by name, in lower case
}

// tlsaLookup is that of one host.
type tlsaLookup struct {
	begun bool
	done  chan struct{}
	tlsa  *policy.TLSA // nil for a host that is known without DNS, or when time was up
}

// newPolicies begins to look up what is known by the domain alone; nil where
// nothing was asked for.
func (r *run) newPolicies(ctx context.Context) *policies {
	rule := r.opts.VerifyRule
	if !r.opts.TLSCheck && rule != ruleDANE && rule != ruleMTASTS {
		return nil
	}
	resolver := &policy.Resolver{DNS: r.opts.DNS, TrustAD: r.opts.TrustAD || r.opts.Lab}
	p := &policies{
		resolver: resolver,
		fetcher: &policy.Fetcher{
			Resolver: resolver, Dial: r.opts.Probe.Dial, RootCAs: r.opts.Probe.RootCAs, Local: r.opts.Lab,
			IPv4: r.opts.IPv4, IPv6: r.opts.IPv6,
		},
		port: r.opts.Port, byMX: r.opts.Server == "",
		stsDone: make(chan struct{}), free: make(chan struct{}, maxTLSA), hosts: make(map[string]*tlsaLookup),
	}
	p.ctx, p.cancel = context.WithCancel(ctx)
	if d := r.recipients[0].Mailbox.Domain; !d.Literal.IsValid() {
		p.domain = d.ASCII
	}
	if p.byMX {
		p.mx = policy.Status{Security: policy.Unknown, Why: "the MX records are not known"}
	} else {
		p.mx = policy.Status{Security: policy.Secure, Why: "the server was named"}
	}
	p.group.Go(p.findSTS)
	p.group.Go(func() {
		if p.domain != "" {
			p.rpt = p.resolver.TLSRPT(p.ctx, p.domain)
		}
	})
	return p
}

// The rules of --tls-verify that need policies.
const (
	ruleMTASTS = "mta-sts"
	ruleDANE   = "dane"
)

// findSTS looks up MTA-STS, and fetches the policy where there is a record.
func (p *policies) findSTS() {
	defer close(p.stsDone)
	if p.domain == "" {
		return
	}
	if p.sts = p.resolver.MTASTS(p.ctx, p.domain); p.sts.ID == "" {
		return
	}
	p.fetched = p.fetcher.Fetch(p.ctx, p.domain)
	if p.fetched.Policy == nil && p.ctx.Err() != nil {
		p.fetched = nil // we were told to stop, which says nothing of the policy
	}
}

// setMX is told of the MX records, before any host is known.
func (p *policies) setMX(a *dnsclient.Answer) {
	p.mx, p.nextHop = p.resolver.Security(a), []string{p.domain, a.Canonical()}
}

// update begins the lookups of the hosts whose addresses are known for good.
func (p *policies) update(hosts []mxresolve.Host) {
	if p == nil {
		return
	}
	for i := range hosts {
		h := &hosts[i]
		l := p.of(h.Name)
		if !h.Settled || l.begun {
			continue
		}
		l.begun = true
		if len(h.Lookups) == 0 { // an address, or the local host
			close(l.done)
			continue
		}
		host := policy.Host{Name: h.Name, Port: p.port, MX: p.mx, Address: p.address(h), Chain: h.Chain, NextHop: p.nextHop}
		p.group.Go(func() {
			defer close(l.done)
			select {
			case p.free <- struct{}{}:
				l.tlsa = p.resolver.TLSA(p.ctx, host)
				<-p.free
			case <-p.ctx.Done():
			}
		})
	}
}

// address is the DNSSEC status of the addresses of a host. Where only one family
// has some, the other does not count, whatever became of it.
func (p *policies) address(h *mxresolve.Host) policy.Status {
	var found, all []policy.Status
	for _, a := range h.Lookups {
		s := p.resolver.Security(a)
		all = append(all, s)
		if a.Status == dnsclient.StatusOK {
			found = append(found, s)
		}
	}
	if found != nil {
		all = found
	}
	return policy.Worst(all...)
}

// of is the lookup of a host, which may not have begun.
func (p *policies) of(host string) *tlsaLookup {
	p.mu.Lock()
	defer p.mu.Unlock()
	host = strings.ToLower(host)
	l := p.hosts[host]
	if l == nil {
		l = &tlsaLookup{done: make(chan struct{})}
		p.hosts[host] = l
	}
	return l
}

// join waits for the lookups, and hands over what they came to with the queries
// as evidence in the resolution.
func (p *policies) join(res *mxresolve.Result) *diagnose.TLSPolicy {
	timer := time.AfterFunc(policyTimeout, p.cancel)
	defer timer.Stop()
	p.group.Wait()
	out := &diagnose.TLSPolicy{
		MX: p.mx, STS: p.sts, Fetched: p.fetched, RPT: p.rpt, Root: p.resolver.Root(),
		Queries: make(map[*dnsclient.Answer][]int),
	}
	add := func(answers ...*dnsclient.Answer) {
		for _, a := range answers {
			for _, e := range a.Exchanges {
				res.Queries = append(res.Queries, mxresolve.Query{ID: len(res.Queries) + 1, Exchange: e})
				out.Queries[a] = append(out.Queries[a], len(res.Queries))
			}
		}
	}
	if p.sts != nil {
		add(p.sts.Answer)
	}
	if p.fetched != nil {
		add(p.fetched.Answers...)
	}
	if p.rpt != nil {
		add(p.rpt.Answer)
	}
	for i := range res.Hosts {
		if l := p.of(res.Hosts[i].Name); l.tlsa != nil {
			out.TLSA = append(out.TLSA, l.tlsa)
			add(l.tlsa.Answers...)
		}
	}
	if out.Root != nil {
		add(out.Root)
	}
	return out
}

// stop ends the lookups.
func (p *policies) stop() {
	if p != nil {
		p.cancel()
		p.group.Wait()
	}
}

// verifier is the rule by which a session judges the certificates of its host.
// It waits for what it needs to know, until the session's deadline at the latest.
func (p *policies) verifier(rule string, t probe.Target, times probe.Timeouts) func(*probe.TLS) error {
	deadline := time.Now().Add(policyTimeout)
	if times.Session > 0 && times.Session < policyTimeout {
		deadline = time.Now().Add(times.Session)
	}
	return func(facts *probe.TLS) error {
		ctx, cancel := context.WithDeadline(p.ctx, deadline)
		defer cancel()
		if rule == ruleDANE {
			return p.verifyDANE(ctx, t, facts)
		}
		return p.verifySTS(ctx, t, facts)
	}
}

var errLate = errors.New("the policies were not known in time")

// verifyDANE demands a TLSA record that authenticates the server, and not only
// where there are some: a user who asks for DANE wants no less.
func (p *policies) verifyDANE(ctx context.Context, t probe.Target, facts *probe.TLS) error {
	l := p.of(t.Host)
	select {
	case <-l.done:
	case <-ctx.Done():
		return errLate
	}
	switch x := l.tlsa; {
	case x == nil && p.ctx.Err() != nil:
		return errLate
	case x == nil:
		return errors.New("DANE is required, and " + t.Host + " is no name in DNS")
	case x.Status.Security == policy.Bogus:
		return errors.New("DANE is required: " + x.Status.Why + " (" + string(policy.FailDNSSEC) + ")")
	case x.Status.Security == policy.Unknown:
		return errors.New("DANE is required, and it is not known whether there are TLSA records: " + x.Status.Why)
	case x.Status.Security != policy.Secure && len(x.Records) > 0:
		return required("the TLSA records do not count: " + x.Status.Why)
	case x.Status.Security != policy.Secure:
		return required(x.Status.Why)
	case len(x.Records) == 0:
		return required("there is no TLSA record at " + x.Name)
	default:
		m := policy.Match(x.Records, facts.Certificates, x.Names, time.Now())
		switch {
		case m.Verified:
			return nil
		case m.Usable == 0:
			return required("no TLSA record at " + x.Name + " can be used")
		}
		return errors.New("DANE is required: " + m.Why + " (" + string(m.Failure) + ")")
	}
}

// required is for a host without TLSA records that could be asked for, which only
// a sender that insists on DANE minds, by the name that it would report.
func required(why string) error {
	return errors.New("DANE is required: " + why + " (" + string(policy.FailDANERequired) + ")")
}

// verifySTS demands a policy that names the host, and a certificate that is good
// by its authority and its name (RFC 8461, section 4.2).
func (p *policies) verifySTS(ctx context.Context, t probe.Target, facts *probe.TLS) error {
	select {
	case <-p.stsDone:
	case <-ctx.Done():
		return errLate
	}
	switch {
	case p.sts == nil:
		return errors.New("MTA-STS is required, and an address literal has none")
	case p.sts.Unknown():
		return errors.New("MTA-STS is required, and DNS did not say whether there is a policy: " + p.sts.Answer.Err)
	case p.sts.Absent():
		return errors.New("MTA-STS is required, and there is no record at " + p.sts.Name)
	case p.sts.Problem != "":
		return errors.New("MTA-STS is required, and the record at " + p.sts.Name + " cannot be used: " + p.sts.Problem)
	case p.fetched == nil:
		return errLate
	case p.fetched.Policy == nil:
		return errors.New("MTA-STS is required: " + p.fetched.Why)
	case p.fetched.Policy.Mode == policy.ModeNone:
		return errors.New("MTA-STS is required, and the policy's mode is none")
	case !p.fetched.Policy.Matches(t.Host):
		return errors.New("MTA-STS is required, and the policy does not name " + t.Host)
	case !facts.Verified:
		return errors.New("MTA-STS is required: " + facts.Problem)
	}
	return nil
}
