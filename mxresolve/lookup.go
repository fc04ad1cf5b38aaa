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

// lookUp finds the addresses of all hosts of res that have not settled. Every
// lookup ends by itself, or soon after ctx has ended.
func (r *Resolver) lookUp(ctx context.Context, res *Result, update func([]Host)) {
	for i := range res.Hosts {
		r.prepare(&res.Hosts[i])
	}
	res.tell(update)

	l := r.newLookups(res)
	done, wait := l.start(ctx, r.dns())
	for ended := 0; ended < len(l.all); {
		var news bool
		select {
		case i := <-done:
			ended++
			news = l.take(i)
		case host := <-l.overdue:
			news = l.ready(host)
		}
		if news {
			res.tell(update)
		}
	}
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
				if ctx.Err() != nil && q.answer.Status == dnsclient.StatusTimeout {
					q.answer.Status = dnsclient.StatusCancelled // it was the caller's deadline
				}
				ended <- i
			}
		})
	}
	return ended, group.Wait
}

// lacking is the note on a family that could not be learned, should the other
// have addresses.
func (q *lookup) lacking() Problem {
	unanswered, failed := ProblemAUnanswered, ProblemAFailed
	if q.typ == "AAAA" {
		unanswered, failed = ProblemAAAAUnanswered, ProblemAAAAFailed
	}
	switch q.answer.Status {
	case dnsclient.StatusOK, dnsclient.StatusNoData, dnsclient.StatusNXDomain:
		return ""
	case dnsclient.StatusCancelled:
		return unanswered
	}
	return failed
}

// take hands an answer to its host, and reports whether that is news.
func (l *lookups) take(i int) bool {
	q := &l.all[i]
	h := &l.res.Hosts[q.host]
	h.take(q.answer)
	q.answer.Records, q.answer.Chain = nil, nil // the host has what it keeps
	l.open[q.host]--
	if l.open[q.host] == 0 {
		l.settle(q.host)
		return true
	}
	if len(h.Addresses) > 0 {
		l.timers = append(l.timers, time.AfterFunc(l.grace, func() { l.overdue <- q.host }))
	}
	return false
}

// settle makes a host final whose lookups have all ended.
func (l *lookups) settle(host int) {
	h := &l.res.Hosts[host]
	for i := range l.all {
		if l.all[i].host == host && len(h.Addresses) > 0 {
			h.note(l.all[i].lacking())
		}
	}
	h.settle()
}

// ready lets a host be dialled at the addresses of the family that was answered,
// while the other is waited for, and reports whether that is news.
func (l *lookups) ready(host int) bool {
	h := &l.res.Hosts[host]
	if h.Ready {
		return false
	}
	h.Ready = true
	h.noteKinds()
	return true
}

// finish numbers all queries.
func (l *lookups) finish() {
	for _, t := range l.timers {
		t.Stop()
	}
	for i := range l.all {
		q := &l.all[i]
		h := &l.res.Hosts[q.host]
		h.Queries = append(h.Queries, l.res.addQueries(q.answer)...)
	}
}

// tell calls update with a copy of the hosts.
func (res *Result) tell(update func([]Host)) {
	if update != nil {
		update(slices.Clone(res.Hosts))
	}
}
