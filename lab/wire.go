package lab

import (
	"net"
	"sync"
)

// wire is the connection below TLS. It counts the client's flights.
type wire struct {
	net.Conn
	server *Server

	once sync.Once
	gone chan struct{} // closed with the connection

	mu    sync.Mutex
	spoke bool // the server has written since the client was last heard
}

func newWire(conn net.Conn, s *Server) *wire {
	return &wire{Conn: conn, server: s, gone: make(chan struct{})}
}

// Close closes the connection and tells of it.
func (w *wire) Close() error {
	err := w.Conn.Close()
	w.once.Do(func() { close(w.gone) })
	return err
}

// Read counts a turn when these are the first bytes since the server last wrote.
func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	if n > 0 {
		w.mu.Lock()
		turn := w.spoke
		w.spoke = false
		w.mu.Unlock()
		if turn {
			w.server.recordTurn()
		}
	}
	return n, err
}

// Write notes that the server has spoken.
func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	w.spoke = true
	w.mu.Unlock()
	return w.Conn.Write(p)
}

// CloseWrite sends FIN.
func (w *wire) CloseWrite() error {
	if c, ok := w.Conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return w.Close()
}

// reset sends RST.
func (w *wire) reset() {
	switch c := w.Conn.(type) {
	case interface{ Reset() error }:
		_ = c.Reset()
	case interface{ SetLinger(int) error }:
		_ = c.SetLinger(0)
	}
	_ = w.Close()
}

// shrinkWindow makes the window fill up soon.
func (w *wire) shrinkWindow() {
	if c, ok := w.Conn.(interface{ SetReadBuffer(int) error }); ok {
		_ = c.SetReadBuffer(1)
	}
}
