package mxresolve

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/smtpcheck/smtpcheck/dnsclient"
)

// lookup is one question about a host.
type lookup struct {
	host   int // in Result.Hosts
	name   string
	typ    dnsclient.Type
	answer *dnsclient.Answer // nil until it came
	taken  bool
}

// lookups are those of one Resolve. Only the goroutine of Resolve touches the hosts.
type lookups struct {
	res     *Result
	all     []lookup
	open    []int // of each host: lookups not answered
	grace   time.Duration
	overdue chan int // hosts whose grace is over
	timers  []*time.Timer
}

// lookUp finds the addresses of all hosts of res that have not settled.
func (r *Resolver) lookUp(ctx context.Context, res *Result, update func([]Host)) {
	for i := range res.Hosts {
		r.prepare(&res.Hosts[i])
	}
	res.tell(update)

	l := r.newLookups(res)
	ctx, cancel := context.WithCancel(ctx)
	done, wait := l.start(ctx, r.dns())
	for l.unsettled() {
		var changed bool
		select {
		case i := <-done:
			changed = l.take(i)
		case host := <-l.overdue:
			changed = l.giveUp(host)
		}
		if changed {
			res.tell(update)
		}
	}
	cancel()
	wait()
	l.finish()
}

func (r *Resolver) newLookups(res *Result) *lookups {
	l := &lookups{
		res:     res,
		open:    make([]int, len(res.Hosts)),
		grace:   r.Grace,
		overdue: make(chan int, len(res.Hosts)),
	}
	if l.grace <= 0 {
		l.grace = DefaultGrace
	}
	for i, h := range res.Hosts {
		if h.Settled {
			continue
		}
		for _, typ := range r.families() {
			l.all = append(l.all, lookup{host: i, name: h.Name, typ: typ})
			l.open[i]++
		}
	}
	return l
}

// families returns the types of records asked for.
func (r *Resolver) families() []dnsclient.Type {
	switch {
	case r.IPv4 == r.IPv6:
		return []dnsclient.Type{"A", "AAAA"}
	case r.IPv4:
		return []dnsclient.Type{"A"}
	}
	return []dnsclient.Type{"AAAA"}
}

// start begins all lookups in order, at most maxLookups at once. The index of
// each is sent when it has ended; wait returns when all have.
func (l *lookups) start(ctx context.Context, dns *dnsclient.Client) (done <-chan int, wait func()) {
	ended := make(chan int, len(l.all))
	todo := make(chan int, len(l.all))
	for i := range l.all {
		todo <- i
	}
	close(todo)
	var group sync.WaitGroup
	for range min(maxLookups, len(l.all)) {
		group.Go(func() {
			for i := range todo {
				q := &l.all[i]
				q.answer = dns.Query(ctx, q.name, q.typ)
				ended <- i
			}
		})
	}
	return ended, group.Wait
}

func (l *lookups) unsettled() bool {
	return slices.ContainsFunc(l.res.Hosts, func(h Host) bool { return !h.Settled })
}

// take hands an answer to its host, and reports whether that is news.
func (l *lookups) take(i int) bool {
	q := &l.all[i]
	q.taken = true
	h := &l.res.Hosts[q.host]
	h.take(q.answer)
	q.answer.Records, q.answer.Chain = nil, nil // the host has what it keeps
	l.open[q.host]--
	switch {
	case h.Settled:
		return len(h.Late) > 0
	case l.open[q.host] == 0:
		h.settle()
		return true
	case len(h.Addresses) > 0:
		l.timers = append(l.timers, time.AfterFunc(l.grace, func() { l.overdue <- q.host }))
	}
	return false
}

// giveUp settles a host with the addresses of the family that was answered,
// and reports whether that is news.
func (l *lookups) giveUp(host int) bool {
	h := &l.res.Hosts[host]
	if h.Settled {
		return false
	}
	if h.A == "" {
		h.note(ProblemAUnanswered)
	} else {
		h.note(ProblemAAAAUnanswered)
	}
	h.settle()
	return true
}

// finish takes what came at the last moment, and numbers all queries.
func (l *lookups) finish() {
	for _, t := range l.timers {
		t.Stop()
	}
	for i := range l.all {
		q := &l.all[i]
		h := &l.res.Hosts[q.host]
		if !q.taken {
			h.take(q.answer)
		}
		h.Queries = append(h.Queries, l.res.addQueries(q.answer)...)
	}
}

// tell calls update with a copy of the hosts.
func (res *Result) tell(update func([]Host)) {
	if update != nil {
		update(slices.Clone(res.Hosts))
	}
}
