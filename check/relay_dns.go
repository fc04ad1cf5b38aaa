package check

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/policy"
	"github.com/smtpcheck/smtpcheck/probe"
)

// maxServices bounds the SRV records that are followed, of one service.
const maxServices = 8

// submissionServices are the services that SRV records are asked for, the preferred
// first (RFC 8314, section 5.1).
var submissionServices = []struct { //nolint:gochecknoglobals // read only
	name     string
	implicit bool
}{{"_submissions._tcp", true}, {"_submission._tcp", false}}

// resolve finds the hosts, their addresses and the ports to try.
func (r *relay) resolve(ctx context.Context) {
	r.resolution = &mxresolve.Result{Domain: r.host, Kind: mxresolve.KindServer}
	if r.o.SRV {
		r.askServices(ctx)
	} else {
		r.doors = r.commonDoors()
	}
	var hosts []string
	for _, d := range r.doors {
		if !slices.Contains(hosts, d.host) {
			hosts = append(hosts, d.host)
		}
	}
	parts := make([]*mxresolve.Result, len(hosts))
	var all sync.WaitGroup
	for i, host := range hosts {
		all.Go(func() { parts[i] = r.addresses(ctx, host) })
	}
	all.Wait()
	for i, part := range parts {
		r.join(part)
		for _, d := range r.doors {
			if d.host == hosts[i] {
				d.addrs = r.inTurn(part.Hosts[0].Addresses)
			}
		}
	}
	r.doors = slices.DeleteFunc(r.doors, func(d *door) bool { return len(d.addrs) == 0 })
}

// commonDoors are the ports to try of a host that was given by name.
func (r *relay) commonDoors() (doors []*door) {
	ports := RelayPorts()
	if r.o.Port != 0 {
		ports = []uint16{r.o.Port}
	}
	for _, port := range ports {
		if port == 465 && r.o.Port == 0 && r.o.Probe.TLS == probe.Never {
			continue // it waits for TLS, which must not be
		}
		doors = append(doors, &door{host: r.host, port: port, implicit: port == 465})
	}
	return doors
}

// addresses looks up a host. A family that is slow is not waited for.
func (r *relay) addresses(ctx context.Context, host string) *mxresolve.Result {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	res := &mxresolve.Resolver{DNS: r.o.DNS, IPv4: r.o.IPv4, IPv6: r.o.IPv6}
	return res.ResolveServer(ctx, host, func(hosts []mxresolve.Host) {
		if hosts[0].Ready {
			stop()
		}
	})
}

// join adds what was found out about one host, its queries numbered on.
func (r *relay) join(part *mxresolve.Result) {
	all := r.resolution
	offset := len(all.Queries)
	for _, q := range part.Queries {
		q.ID += offset
		all.Queries = append(all.Queries, q)
	}
	for _, h := range part.Hosts {
		h.Queries = slices.Clone(h.Queries)
		for i := range h.Queries {
			h.Queries[i] += offset
		}
		all.Hosts = append(all.Hosts, h)
	}
	if part.Problem != "" && all.Problem == "" {
		all.Problem = part.Problem
	}
}

// inTurn orders addresses as they are tried: the families in turn, IPv6 first
// (RFC 8305, section 4), so that a family without a way costs no time.
func (r *relay) inTurn(addrs []netip.Addr) (out []netip.Addr) {
	var six, four []netip.Addr
	for _, a := range addrs {
		if a.Is4() {
			four = append(four, a)
		} else {
			six = append(six, a)
		}
	}
	for len(six) > 0 || len(four) > 0 {
		for _, family := range []*[]netip.Addr{&six, &four} {
			if len(*family) > 0 {
				out, *family = append(out, (*family)[0]), (*family)[1:]
			}
		}
	}
	return out[:min(len(out), cmp.Or(r.o.MaxAddresses, DefaultMaxAddresses))]
}

// only is the resolution of a host to the one address that has answered.
func (r *relay) only(host string, addr netip.Addr) *mxresolve.Result {
	res := &mxresolve.Result{Domain: host, Kind: mxresolve.KindServer, Queries: r.resolution.Queries}
	h := mxresolve.Host{Name: host, Ready: true, Settled: true, Addresses: []netip.Addr{addr}, Total: 1}
	for i := range r.resolution.Hosts {
		if r.resolution.Hosts[i].Name == host {
			h.Queries = r.resolution.Hosts[i].Queries
		}
	}
	res.Hosts = []mxresolve.Host{h}
	return res
}

// askServices asks for the SRV records of both services at once, and makes a port
// of each.
func (r *relay) askServices(ctx context.Context) {
	dns := r.o.DNS
	if dns == nil {
		dns = new(dnsclient.Client)
	}
	answers := make([]*dnsclient.Answer, len(submissionServices))
	var all sync.WaitGroup
	for i, s := range submissionServices {
		all.Go(func() { answers[i] = dns.Query(ctx, s.name+"."+r.host, "SRV") })
	}
	all.Wait()
	for i, s := range submissionServices {
		service := r.service(answers[i])
		r.services = append(r.services, service)
		for _, t := range service.Targets {
			r.doors = append(r.doors, &door{host: t.Host, port: t.Port, service: s.name, implicit: s.implicit})
		}
	}
}

// service reads the answer to one question, and keeps its queries.
func (r *relay) service(a *dnsclient.Answer) diagnose.Service {
	trust := &policy.Resolver{TrustAD: r.o.TrustAD || r.o.Lab}
	s := diagnose.Service{Name: a.Name, State: diagnose.ServiceFailed, AD: trust.Security(a).Security == policy.Secure}
	for _, e := range a.Exchanges {
		id := len(r.resolution.Queries) + 1
		r.resolution.Queries = append(r.resolution.Queries, mxresolve.Query{ID: id, Exchange: e})
		s.Query = id
	}
	switch a.Status {
	case dnsclient.StatusOK:
		s.State = diagnose.ServiceNone
	case dnsclient.StatusNoData, dnsclient.StatusNXDomain:
		s.State = diagnose.ServiceNone
		return s
	case dnsclient.StatusCancelled:
		r.resolution.Problem = mxresolve.ProblemCancelled
		return s
	default:
		return s
	}
	for _, rec := range a.Records {
		t, ok := parseSRV(rec.Text)
		switch {
		case !ok:
		case t.Host == ".":
			s.State = diagnose.ServiceNotOffered
		case len(s.Targets) < maxServices:
			s.Targets = append(s.Targets, t)
		}
	}
	if len(s.Targets) > 0 {
		s.State = diagnose.ServiceFound
	}
	// A client picks among equals by chance, in proportion to the weights; here all are tried.
	slices.SortStableFunc(s.Targets, func(a, b diagnose.ServiceTarget) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(b.Weight, a.Weight), strings.Compare(a.Host, b.Host))
	})
	return s
}

// parseSRV reads "priority weight port target" (RFC 2782).
func parseSRV(text string) (t diagnose.ServiceTarget, ok bool) {
	words := strings.Fields(text)
	if len(words) != 4 {
		return t, false
	}
	for i, to := range []*uint16{&t.Priority, &t.Weight, &t.Port} {
		n, err := strconv.ParseUint(words[i], 10, 16)
		if err != nil {
			return t, false
		}
		*to = uint16(n)
	}
	t.Host = dnsclient.TrimDot(words[3])
	return t, t.Host == "." || t.Port != 0
}
