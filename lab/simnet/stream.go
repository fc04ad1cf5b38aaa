package simnet

import (
	"errors"
	"io"
	"os"
	"syscall"
	"time"
)

// stream is one direction of a connection. Its circuit's lock guards it.
type stream struct {
	circuit *circuit
	back    *stream // the other direction
	latency time.Duration
	window  int
	slice   int
	fault   *Fault

	queue  []segment // on its way or waiting to be read
	queued int       // bytes in queue
	sent   int64     // bytes ever written, before faults

	finished  bool  // the writer sent its FIN or RST
	lost      bool  // what is written from now on never arrives
	abandoned bool  // the reader has closed: writing meets a reset
	broken    error // what writes fail with

	readBy, writeBy deadline
}

// segment is what one write put on the wire: bytes, or the end of the stream.
type segment struct {
	data    []byte
	end     error // io.EOF or syscall.ECONNRESET
	arrives time.Time
}

func newStream(c *circuit, l Link) *stream {
	window := l.Window
	if window == 0 {
		window = DefaultWindow
	}
	return &stream{circuit: c, latency: l.Latency, window: window}
}

// take reads into p if the stream is ready for that: bytes have arrived, it has
// ended, or the deadline has passed.
func (s *stream) take(p []byte) (n int, err error, ready bool) {
	if s.readBy.passed {
		return 0, os.ErrDeadlineExceeded, true
	}
	if len(p) == 0 {
		return 0, nil, true
	}
	if len(s.queue) == 0 || s.queue[0].arrives.After(time.Now()) {
		return 0, nil, false
	}
	first := &s.queue[0]
	if first.end != nil {
		return 0, first.end, true
	}
	n = copy(p, first.data)
	first.data = first.data[n:]
	s.queued -= n
	if len(first.data) == 0 {
		s.queue = s.queue[1:]
	}
	return n, nil, true
}

// writable returns why nothing can be written, if so.
func (s *stream) writable() error {
	switch {
	case s.writeBy.passed:
		return os.ErrDeadlineExceeded
	case s.broken != nil:
		return s.broken
	case s.finished:
		return syscall.EPIPE
	}
	return nil
}

func (s *stream) room() int {
	if s.abandoned || s.lost {
		return 1 << 30
	}
	return max(s.window-s.queued, 0)
}

// push puts data on the wire.
func (s *stream) push(data []byte) {
	if s.abandoned {
		s.answerReset()
		return
	}
	if s.lost {
		return
	}
	arrives, end, lost := data, error(nil), false
	if s.fault != nil {
		arrives, end, lost = s.fault.inject(s.sent, data)
	}
	s.sent += int64(len(data))
	size := s.slice
	if size <= 0 {
		size = len(arrives)
	}
	for len(arrives) > 0 {
		n := min(size, len(arrives))
		s.enqueue(segment{data: append([]byte(nil), arrives[:n]...)})
		s.queued += n
		arrives = arrives[n:]
	}
	s.lost = lost
	if end != nil {
		s.enqueue(segment{end: end})
	}
	if end != nil && !errors.Is(end, io.EOF) {
		s.back.breakWriter(end)
	}
}

// enqueue sends one segment on its way.
func (s *stream) enqueue(seg segment) {
	seg.arrives = time.Now().Add(s.latency)
	s.queue = append(s.queue, seg)
	s.later(func() {})
}

// later runs f after the link's delay and then wakes everybody.
func (s *stream) later(f func()) {
	if s.latency <= 0 {
		f()
		s.circuit.changed.Broadcast()
		return
	}
	time.AfterFunc(s.latency, func() {
		s.circuit.mu.Lock()
		defer s.circuit.mu.Unlock()
		f()
		s.circuit.changed.Broadcast()
	})
}

// finish ends the stream behind what was written.
func (s *stream) finish(end error) {
	if s.finished && errors.Is(end, io.EOF) {
		return
	}
	s.finished = true
	if !s.lost {
		s.enqueue(segment{end: end})
	}
}

// breakWriter makes writes to the stream fail once the news have travelled.
func (s *stream) breakWriter(err error) {
	s.later(func() {
		if s.broken == nil {
			s.broken = err
		}
	})
}

// answerReset is what a write meets when the reader has gone: the write itself
// succeeds, and a round trip later the connection is reset.
func (s *stream) answerReset() {
	s.later(func() {
		if !s.back.finished {
			s.back.finish(syscall.ECONNRESET)
		}
		s.breakWriter(syscall.ECONNRESET)
	})
}

// unread reports whether bytes were sent that the reader never took.
func (s *stream) unread() bool { return s.queued > 0 }

// abandon drops what is queued: the reader is gone.
func (s *stream) abandon() {
	s.queue, s.queued, s.abandoned = nil, 0, true
	s.readBy.stop()
	s.back.writeBy.stop()
}

// deadline is a point in time after which reads or writes fail.
type deadline struct {
	timer  *time.Timer
	passed bool
}

func (d *deadline) stop() {
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}

func (d *deadline) set(c *circuit, t time.Time) {
	d.stop()
	d.passed = !t.IsZero() && !t.After(time.Now())
	c.changed.Broadcast()
	if t.IsZero() || d.passed {
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(time.Until(t), func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if d.timer == timer {
			d.passed = true
			c.changed.Broadcast()
		}
	})
	d.timer = timer
}
