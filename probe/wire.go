package probe

import (
	"context"
	"net"
	"os"
	"sync"
	"time"
)

// maxAhead bounds what a wire keeps for a reader that is slower than the server.
const maxAhead = 32 << 10

// wire is a connection that is always being read, so that every byte has the
// time at which it arrived, and a reply that comes before its command is seen
// to do so. It is the net.Conn that TLS runs over.
type wire struct {
	net.Conn
	ctx  context.Context
	wake chan struct{} // something arrived, or the stream ended
	room chan struct{} // something was taken
	done chan struct{} // the pump has ended
	quit chan struct{} // closed by Close

	forget func() bool // ends the watch of ctx

	mu     sync.Mutex
	chunks []chunk   // arrived and not yet taken
	ahead  int       // bytes in chunks
	err    error     // how the stream ended
	urgent bool      // an arrival interrupts a write
	broken bool      // we were told to stop: no write any more
	latest time.Time // no deadline of a write is later, if not zero

	// What follows belongs to the one goroutine that reads.
	deadline time.Time
	arrived  time.Time // of the bytes that the last Read returned
	poll     bool      // Read takes what is there and does not wait
	once     sync.Once
}

// chunk is what one read of the connection returned.
type chunk struct {
	data []byte
	at   time.Time
}

func newWire(ctx context.Context, conn net.Conn) *wire {
	w := &wire{
		Conn: conn, ctx: ctx,
		wake: make(chan struct{}, 1), room: make(chan struct{}, 1),
		done: make(chan struct{}), quit: make(chan struct{}),
	}
	w.forget = context.AfterFunc(ctx, w.stopWriting)
	go w.pump()
	return w
}

// pump reads until the stream ends.
func (w *wire) pump() {
	defer close(w.done)
	buf := make([]byte, 512)
	for {
		n, err := w.Conn.Read(buf)
		now := time.Now()
		w.mu.Lock()
		if n > 0 {
			w.chunks = append(w.chunks, chunk{append([]byte(nil), buf[:n]...), now})
			w.ahead += n
		}
		if err != nil {
			w.err = err
			if n == 0 {
				w.chunks = append(w.chunks, chunk{nil, now})
			}
		}
		full := w.ahead >= maxAhead
		if w.urgent {
			_ = w.Conn.SetWriteDeadline(past)
		}
		w.mu.Unlock()
		signal(w.wake)
		if err != nil {
			return
		}
		for full {
			select {
			case <-w.room:
			case <-w.quit:
				return
			}
			w.mu.Lock()
			full = w.ahead >= maxAhead
			w.mu.Unlock()
		}
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Read returns bytes that arrived together, waiting for them until the
// deadline. The error is os.ErrDeadlineExceeded at the deadline or when nothing
// is there and poll is set, context.Canceled when we were told to stop.
func (w *wire) Read(p []byte) (int, error) {
	var timer *time.Timer
	var timeout <-chan time.Time
	defer func() {
		if timer != nil {
			timer.Stop()
		}
	}()
	for {
		if n, err, ok := w.take(p); ok {
			return n, err
		}
		if w.poll {
			return 0, os.ErrDeadlineExceeded
		}
		if timer == nil && !w.deadline.IsZero() {
			timer = time.NewTimer(time.Until(w.deadline))
			timeout = timer.C
		}
		select {
		case <-w.wake:
		case <-timeout:
			return 0, os.ErrDeadlineExceeded
		case <-w.ctx.Done():
			return 0, context.Canceled
		}
	}
}

// take copies from the oldest chunk; ok is false when there is nothing yet.
func (w *wire) take(p []byte) (n int, err error, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.chunks) == 0 {
		return 0, w.err, w.err != nil
	}
	c := &w.chunks[0]
	w.arrived = c.at
	if len(c.data) == 0 {
		w.chunks = w.chunks[1:]
		return 0, w.err, true
	}
	n = copy(p, c.data)
	c.data = c.data[n:]
	w.ahead -= n
	if len(c.data) == 0 {
		w.chunks = w.chunks[1:]
	}
	signal(w.room)
	return n, nil, true
}

// ended reports whether the stream has ended and all of it was taken.
func (w *wire) ended() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err != nil && w.ahead == 0
}

// waiting reports whether bytes have arrived that were not taken.
func (w *wire) waiting() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ahead > 0
}

// interruptible makes an arrival, or the end of the stream, interrupt a write.
func (w *wire) interruptible(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.urgent = on
	if on && (w.ahead > 0 || w.err != nil) {
		_ = w.Conn.SetWriteDeadline(past)
	}
}

// past is a deadline that is over.
var past = time.Unix(1, 0)

// stopWriting ends a write that is under way and every later one.
func (w *wire) stopWriting() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = true
	_ = w.Conn.SetWriteDeadline(past)
}

// SetWriteDeadline sets when a write must have ended. TLS asks for a time of its
// own when it closes, which latest bounds.
func (w *wire) SetWriteDeadline(t time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.broken:
		t = past
	case !w.latest.IsZero() && t.After(w.latest):
		t = w.latest
	}
	return w.Conn.SetWriteDeadline(t)
}

// endBy bounds the deadlines of the writes still to come.
func (w *wire) endBy(t time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.latest = t
}

// SetDeadline sets the deadline of writes only; reading has the session's own.
func (w *wire) SetDeadline(t time.Time) error { return w.SetWriteDeadline(t) }

// SetReadDeadline does nothing: see [wire.SetDeadline].
func (w *wire) SetReadDeadline(time.Time) error { return nil }

// Close closes the connection and waits until nothing reads it any more.
func (w *wire) Close() error {
	var err error
	w.once.Do(func() {
		w.forget()
		close(w.quit)
		err = w.Conn.Close()
		<-w.done
	})
	return err
}
