package mxresolve

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/smtpcheck/smtpcheck/dnsclient"
)

// walk is one run of a TruthFinder.
type walk struct {
	f         *TruthFinder
	dns       *dnsclient.Client // the resolver
	authority *dnsclient.Client // as authorities are asked
	free      chan struct{}     // a place for each query that may be under way

	mu   sync.Mutex
	made int
	left []string
}

func newWalk(f *TruthFinder) *walk {
	w := &walk{f: f, dns: f.DNS, free: make(chan struct{}, maxLookups)}
	if w.dns == nil {
		w.dns = new(dnsclient.Client)
	}
	w.authority = &dnsclient.Client{Dial: w.dns.Dial, TCP: w.dns.TCP, Timeout: authorityTimeout, Rounds: 2, NoRecursion: true}
	return w
}

// leaveOut notes what is not asked, once.
func (w *walk) leaveOut(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Contains(w.left, what) && len(w.left) < maxSet {
		w.left = append(w.left, what)
	}
}

func (w *walk) leftOut() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	slices.Sort(w.left)
	return w.left
}

// query asks one question when there is room, and keeps of the answer what can be compared.
func (w *walk) query(ctx context.Context, c *dnsclient.Client, name string, t dnsclient.Type) (*dnsclient.Answer, *Told) {
	a := &dnsclient.Answer{Name: name, Type: t, Status: dnsclient.StatusCancelled, Err: "time was up"}
	w.mu.Lock()
	w.made++
	over := w.made > maxTruth
	w.mu.Unlock()
	if over {
		w.leaveOut("further questions: there were too many")
		return a, told(a)
	}
	select {
	case w.free <- struct{}{}:
		defer func() { <-w.free }()
		a = c.Query(ctx, name, t)
		if ctx.Err() != nil && a.Status == dnsclient.StatusTimeout {
			a.Status, a.Err = dnsclient.StatusCancelled, "time was up"
		}
	case <-ctx.Done():
	}
	return a, told(a)
}

// apex finds the zone that name is in, by what the resolver says; "" when it does
// not tell. sure says that the name itself was answered with the zone's SOA record.
func (w *walk) apex(ctx context.Context, name string) (zone string, sure bool, lookups []*Told) {
	for i := 0; i < maxLabels; i++ {
		a, x := w.query(ctx, w.dns, name, "SOA")
		lookups = append(lookups, x)
		switch {
		case len(a.Chain) > 0: // an alias is not at the top of a zone (RFC 1034, section 3.6.2)
		case a.Status == dnsclient.StatusOK:
			return name, i == 0, lookups
		case a.SOA != nil && within(name, a.SOA.Name):
			return lowered(a.SOA.Name), i == 0 && a.Status == dnsclient.StatusNoData, lookups
		}
		if a.Status == dnsclient.StatusCancelled || name == "." {
			return "", false, lookups
		}
		name = above(name)
	}
	return "", false, lookups
}

// top is where the search for the zone of the domain begins.
type top struct {
	zone *Zone
	apex string // of the zone that the resolver names; "" where it does not tell
	sure bool
}

func (w *walk) top(ctx context.Context, domain string) *top {
	own := &top{zone: new(Zone)}
	own.apex, own.sure, own.zone.Lookups = w.apex(ctx, domain)
	own.zone.Name = own.apex
	return own
}

// discover finds the zone of the domain and the zone above it, and asks all servers that they name.
func (w *walk) discover(ctx context.Context, own *top, domain string, questions []Question) {
	z, apex := own.zone, own.apex
	if apex == "" {
		z.Name, z.Problem = domain, "the resolver does not tell in which zone the domain is"
		return
	}
	if !own.sure && apex != domain {
		// The resolver fails, or knows no such name. What does the zone above say now?
		if d, cut := w.delegation(ctx, apex, domain); cut != "" {
			z.Name, z.Parent = cut, d
			w.nameServers(ctx, z)
			w.askZone(ctx, z, questions)
			return
		}
		z.brief = above(apex) == "." // a top-level domain is asked for the domain's records only
	}
	var group sync.WaitGroup
	var parent *Delegation
	if above(apex) != "." { // who serves a top-level domain is no matter of mail
		group.Go(func() {
			name, _, asked := w.apex(ctx, above(apex))
			if name == "" {
				parent = &Delegation{Problem: "the resolver does not tell which zone is above"}
			} else {
				parent, _ = w.delegation(ctx, name, apex)
			}
			parent.Asked = append(asked, parent.Asked...)
		})
	}
	w.nameServers(ctx, z)
	w.askZone(ctx, z, questions)
	group.Wait()
	if z.Parent = parent; parent != nil {
		w.askZone(ctx, z, questions) // those that only the zone above names
	}
}

// nameServers asks the resolver who serves z.
func (w *walk) nameServers(ctx context.Context, z *Zone) {
	a, x := w.query(ctx, w.dns, z.Name, "NS")
	z.Lookups = append(z.Lookups, x)
	if len(a.Chain) == 0 && a.Status == dnsclient.StatusOK {
		z.NS = x.Set
	}
}

// delegation asks the servers of the zone parent to whom they delegate name. cut
// is the zone that they name servers of, "" when they do not.
func (w *walk) delegation(ctx context.Context, parent, name string) (d *Delegation, cut string) {
	d = &Delegation{Zone: parent}
	a, x := w.query(ctx, w.dns, parent, "NS")
	d.Asked = append(d.Asked, x)
	if a.Status != dnsclient.StatusOK || len(a.Chain) > 0 {
		d.Problem = "the resolver names no servers of " + parent
		return d, ""
	}
	tries := 0
	for _, server := range x.Set {
		addrs, found := w.addresses(ctx, server)
		d.Asked = append(d.Asked, found...)
		for _, addr := range addrs {
			if !askable(addr) {
				continue
			}
			if tries++; tries > 4 || ctx.Err() != nil {
				return d, ""
			}
			if cut, done := w.askParent(ctx, d, addr.String(), name); done {
				return d, cut
			}
		}
	}
	if tries == 0 {
		d.Problem = "no server of " + parent + " can be asked"
	}
	return d, ""
}

// askParent asks one server of the zone above for the delegation of name. done says that no other need be asked.
func (w *walk) askParent(ctx context.Context, d *Delegation, addr, name string) (cut string, done bool) {
	server := joinPort(addr)
	a, x := w.query(ctx, w.authority.To(server), name, "NS")
	x.Answer.Additional = a.Additional
	d.Asked = append(d.Asked, x)
	d.Server, d.Problem = server, ""
	switch {
	case a.Status == dnsclient.StatusReferral:
		cut, d.NS = referral(a, name)
		if cut == "" || cut == d.Zone {
			d.Problem, d.NS = "the servers of "+d.Zone+" refer to others", nil
			return "", false
		}
		return cut, true
	case a.Authoritative && a.Status == dnsclient.StatusOK:
		d.Problem = "the servers of " + d.Zone + " serve " + name + " too"
		return name, true
	case a.Authoritative && (a.Status == dnsclient.StatusNXDomain || a.Status == dnsclient.StatusNoData || a.Status == dnsclient.StatusAlias):
		d.Problem = "the servers of " + d.Zone + " do not delegate " + name
		return "", true
	}
	d.Problem = "the servers of " + d.Zone + " do not answer for it"
	return "", false
}

// referral is the zone that a referral is about, and the servers it names.
func referral(a *dnsclient.Answer, name string) (cut string, ns []string) {
	for _, rec := range a.Authority {
		if owner := lowered(rec.Name); within(name, owner) && (cut == "" || cut == owner) {
			cut = owner
			ns = append(ns, lowered(rec.Host))
		}
	}
	slices.Sort(ns)
	return cut, slices.Compact(ns)
}

// lowered is a name in the form in which names are compared.
func lowered(name string) string { return strings.ToLower(dnsclient.TrimDot(name)) }

// above is the name without its first label, "." above the last one. An escaped
// dot is no end of a label (RFC 1035, section 5.1).
func above(name string) string {
	for i := 0; i < len(name); i++ {
		switch name[i] {
		case '\\':
			i++
		case '.':
			if i+1 < len(name) {
				return name[i+1:]
			}
		}
	}
	return "."
}

// within reports whether name is the zone or below it.
func within(name, zone string) bool {
	name, zone = lowered(name), lowered(zone)
	for range 128 {
		if name == zone {
			return true
		}
		if name == "." {
			return false
		}
		name = above(name)
	}
	return false
}
