package check

import (
	"sync"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/probe"
)

// Observer is told what happens while it happens. Its methods are never called
// twice at once. Sessions are headers: all that is known before the
// connection, without events and judgement.
type Observer interface {
	// Begin announces a destination: the reports that will come, one a recipient.
	Begin(reports []Ref)
	// Plan announces a session. Those of a destination are numbered in MX order
	// before any is dialled; a host whose addresses came late, and a session that
	// follows another, are announced when they are known.
	Plan(s Session)
	// Event tells of an event of a session.
	Event(s Session, e probe.Event)
	// End tells that a session has ended.
	End(s Session)
	// Known tells that a verdict is known although sessions go on: no better host is pending.
	Known(r Ref, v diagnose.Verdict)
}

// Ref names a report that is being made.
type Ref struct {
	ID        string
	Recipient string
	Started   Time
}

// announcer tells an observer what happens, in order and one thing after
// another, from a goroutine of its own: who is slow to listen, a terminal that was
// stopped or a pipe that is not read, must not change what a session finds out.
type announcer struct {
	observer Observer
	done     chan struct{}

	mu     sync.Mutex
	more   *sync.Cond
	queue  []func(Observer) // bounded by what sessions may say
	closed bool
}

func newAnnouncer(o Observer) *announcer {
	a := &announcer{observer: o, done: make(chan struct{})}
	a.more = sync.NewCond(&a.mu)
	if o == nil {
		close(a.done)
		return a
	}
	go a.run()
	return a
}

// tell has the observer told. It does not wait.
func (a *announcer) tell(f func(Observer)) {
	if a.observer == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.queue = append(a.queue, f)
	a.more.Signal()
}

func (a *announcer) run() {
	defer close(a.done)
	for {
		a.mu.Lock()
		for len(a.queue) == 0 && !a.closed {
			a.more.Wait()
		}
		queue := a.queue
		a.queue = nil
		a.mu.Unlock()
		if len(queue) == 0 {
			return
		}
		for _, f := range queue {
			f(a.observer)
		}
	}
}

// close waits until the observer was told everything.
func (a *announcer) close() {
	a.mu.Lock()
	a.closed = true
	a.more.Signal()
	a.mu.Unlock()
	<-a.done
}
