package probe

import (
	"sync/atomic"
	"time"
)

// Gate keeps sessions from guessing: one authenticates at a time, and after
// credentials were refused none tries them again. A second wrong password may
// lock an account, and a host has many addresses.
type Gate struct {
	turn    chan struct{}
	refused atomic.Bool
}

// NewGate returns a Gate that is open.
func NewGate() *Gate { return &Gate{turn: make(chan struct{}, 1)} }

// enter waits for the session's turn, and reports whether it may authenticate.
// Each call that returns true is followed by one of leave.
func (g *Gate) enter(s *Session) bool {
	if g == nil {
		return true
	}
	late := time.NewTimer(time.Until(s.deadline(s.stage)))
	defer late.Stop()
	select {
	case g.turn <- struct{}{}:
	case <-s.wire.ctx.Done():
		return false
	case <-late.C:
		return false
	}
	if g.refused.Load() {
		<-g.turn
		return false
	}
	return true
}

// leave lets the next one in. code is the last reply, 0 for none.
func (g *Gate) leave(code int) {
	if g == nil {
		return
	}
	if code/100 == 5 && !RefusesMechanism(code) {
		g.refused.Store(true)
	}
	<-g.turn
}

// RefusesMechanism reports whether a reply to AUTH is about the mechanism and not
// about the credentials (RFC 4954, section 6). A refused password is 535; servers
// that say 550 or 554 mean it too.
func RefusesMechanism(code int) bool {
	switch code {
	case 500, 501, 502, 504, 534, 538:
		return true
	}
	return false
}
