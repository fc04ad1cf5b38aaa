package lab

import (
	"bytes"
	"crypto/x509"
	"errors"
	"net"
	"path"
	"strings"
	"sync"
)

// Server plays a dialogue to every client that connects.
type Server struct {
	// Host is the name in the server's certificates. The default is the name of
	// the dialogue's file without ".dialogue".
	Host string
	// Authority signs them. nil means one of the server's own, see [Server.RootCAs].
	Authority *Authority

	dialogue *Dialogue
	setup    sync.Once
	done     chan struct{}
	running  sync.WaitGroup
	greylist greylist

	mu        sync.Mutex
	closed    bool
	listeners map[net.Listener]bool
	conns     map[net.Conn]bool
	record    record
}

// record is what a server remembers of its clients.
type record struct {
	connections, turns int
	errors             []error
	lines              []string
	messages           [][]byte
}

// NewServer returns a server for d. It does nothing before [Server.Serve]. For use
// in a testing/synctest bubble it must be made there.
func NewServer(d *Dialogue) *Server {
	return &Server{
		dialogue:  d,
		done:      make(chan struct{}),
		listeners: make(map[net.Listener]bool),
		conns:     make(map[net.Conn]bool),
	}
}

// prepare fills in the defaults.
func (s *Server) prepare() {
	s.setup.Do(func() {
		if s.Host == "" {
			s.Host = hostName(s.dialogue.Name)
		}
		if s.Authority == nil {
			s.Authority = NewAuthority()
		}
	})
}

// hostName takes the name of the host from the name of its file:
// "mx.good.test.dialogue", or "mx.good.test@465.dialogue" for one port of it.
func hostName(file string) string {
	name := strings.TrimSuffix(path.Base(file), ".dialogue")
	name, _, _ = strings.Cut(name, "@")
	return name
}

// RootCAs returns the roots that a client must trust.
func (s *Server) RootCAs() *x509.CertPool {
	s.prepare()
	return s.Authority.Pool()
}

// Serve accepts connections from l until l or the server is closed, and then
// returns nil. It may be called for several listeners.
func (s *Server) Serve(l net.Listener) error {
	s.prepare()
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return l.Close()
	}
	s.listeners[l] = true
	s.running.Add(1)
	s.mu.Unlock()
	defer s.running.Done()
	for {
		conn, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		s.start(conn)
	}
}

// start plays the dialogue to one client, in the background.
func (s *Server) start(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.record.connections++
	script := s.dialogue.connection(s.record.connections)
	if s.closed || script == nil {
		_ = conn.Close()
		return
	}
	s.conns[conn] = true
	s.running.Go(func() {
		defer s.forget(conn)
		newSession(s, script, newWire(conn, s)).run()
	})
}

func (s *Server) forget(conn net.Conn) {
	_ = conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, conn)
}

// Close closes all listeners and connections and returns when nothing of the
// server is left running.
func (s *Server) Close() error {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.done)
	}
	for l := range s.listeners {
		_ = l.Close()
	}
	for conn := range s.conns {
		_ = conn.Close()
	}
	s.mu.Unlock()
	s.running.Wait()
	return nil
}

// Connections returns how many connections were made.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.record.connections
}

// Turns returns how often clients made the server wait: the number of flights
// from clients, each being the first bytes that came after the server had last
// written. TLS handshakes count as they do on the wire.
func (s *Server) Turns() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.record.turns
}

// Errors returns what clients said that the dialogue does not know.
func (s *Server) Errors() []error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]error(nil), s.record.errors...)
}

// Received returns the lines of all clients in the order they came, without
// message text.
func (s *Server) Received() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.record.lines...)
}

// Messages returns the message texts that were received to their end, without
// dot-stuffing, each cut at 1 MiB.
func (s *Server) Messages() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([][]byte, len(s.record.messages))
	for i, m := range s.record.messages {
		out[i] = bytes.Clone(m)
	}
	return out
}

func (s *Server) recordTurn() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.record.turns++
}

func (s *Server) recordLine(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.record.lines) < maxRecorded {
		s.record.lines = append(s.record.lines, line)
	}
}

func (s *Server) recordError(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.record.errors) < maxRecorded {
		s.record.errors = append(s.record.errors, err)
	}
}

// maxMessages is how many messages are kept; the oldest go first.
const maxMessages = 100

func (s *Server) recordMessage(m *message, whole bool) {
	if !whole {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.record.messages = append(s.record.messages, m.text)
	if len(s.record.messages) > maxMessages {
		s.record.messages = s.record.messages[1:]
	}
}
