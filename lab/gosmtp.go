package lab

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// goodServer is "* serve go-smtp": a real server takes the connection over.
// serveOptions and serveExtensions list its options.
type goodServer struct {
	users, domains  string // ",alice,bob,"
	overQuota       string // ",carol,"
	catchAll, noTLS bool
	tlsRequired     bool
	greylist        time.Duration
	size            int
	recipients      int
	auth            auth
	extensions      []string
}

// serveExtensions lists the options that go-smtp has too.
func serveExtensions() []serveExtension {
	return []serveExtension{
		{"lmtp", "it speaks LMTP (RFC 2033)", func(s *gosmtp.Server) { s.LMTP = true }},
		{"smtputf8", "it offers SMTPUTF8 (RFC 6531)", func(s *gosmtp.Server) { s.EnableSMTPUTF8 = true }},
		{"requiretls", "it offers REQUIRETLS (RFC 8689)", func(s *gosmtp.Server) { s.EnableREQUIRETLS = true }},
		{"binarymime", "it offers BINARYMIME (RFC 3030)", func(s *gosmtp.Server) { s.EnableBINARYMIME = true }},
		{"dsn", "it offers DSN (RFC 3461)", func(s *gosmtp.Server) { s.EnableDSN = true }},
		{"rrvs", "it offers RRVS (RFC 7293)", func(s *gosmtp.Server) { s.EnableRRVS = true }},
	}
}

// serveExtension is one row of the table.
type serveExtension struct {
	word, help string
	set        func(*gosmtp.Server)
}

// serveOptions lists the options of "* serve go-smtp" that are the lab's own.
func serveOptions() []serveOption {
	return []serveOption{
		{"users", "NAME,...: whom it knows; alice, bob and postmaster if it is not said", func(g *goodServer, v string) error { return list(&g.users, v) }},
		{"domains", "NAME,...: for whom it takes mail; any domain if it is not said", func(g *goodServer, v string) error { return list(&g.domains, v) }},
		{"catch-all", "it knows everybody", flag(func(g *goodServer) { g.catchAll = true })},
		{"over-quota", "NAME,...: whose mailboxes are full, as it says when it has the message", func(g *goodServer, v string) error { return list(&g.overQuota, v) }},
		{"greylist", "DURATION: a client is turned away until so long after its first try", func(g *goodServer, v string) (err error) { g.greylist, err = parseDuration(v); return err }},
		{"size", "N: the largest message", func(g *goodServer, v string) (err error) { g.size, err = parseCount(v); return err }},
		{"recipients", "N: how many recipients a message may have; 100 if it is not said", func(g *goodServer, v string) (err error) { g.recipients, err = parseCount(v); return err }},
		{"no-tls", "it offers no STARTTLS", flag(func(g *goodServer) { g.noTLS = true })},
		{"tls-required", "it takes no mail before TLS", flag(func(g *goodServer) { g.tlsRequired = true })},
		{"auth", "MECHANISM,...: it offers AUTH (RFC 4954) with these", func(g *goodServer, v string) error { return g.auth.offer(v) }},
		{"user", "NAME: who may authenticate; alice if it is not said", func(g *goodServer, v string) error { g.auth.user = v; return nil }},
		{"password", "WORD: the password; secret-password if it is not said", func(g *goodServer, v string) error { g.auth.password = v; return nil }},
		{"token", "WORD: the access token; lab-token if it is not said", func(g *goodServer, v string) error { g.auth.token = v; return nil }},
		{"identity", "NAME: another identity that this user may act as", func(g *goodServer, v string) error { g.auth.identity = v; return nil }},
		{"auth-plaintext", "AUTH is offered before TLS too", flag(func(g *goodServer) { g.auth.plaintext = true })},
		{"auth-required", "it takes no mail before AUTH", flag(func(g *goodServer) { g.auth.required = true })},
		{"scram-iterations", "TEXT: the iteration count it names, whatever it really is", func(g *goodServer, v string) error { g.auth.iterations = v; return nil }},
		{"scram-bad-signature", "it signs its last SCRAM message wrongly", flag(func(g *goodServer) { g.auth.badSignature = true })},
	}
}

// serveOption is one row of the table.
type serveOption struct {
	word, help string
	set        func(g *goodServer, value string) error
}

// list keeps "a,b" as ",a,b,".
func list(field *string, value string) error {
	*field = "," + strings.ToLower(value) + ","
	return nil
}

func flag(set func(*goodServer)) func(*goodServer, string) error {
	return func(g *goodServer, value string) error {
		if value != "" {
			return errors.New("takes no value")
		}
		set(g)
		return nil
	}
}

// parseServe reads the words behind "* serve".
func parseServe(rest string) (action, error) {
	words := strings.Fields(rest)
	switch {
	case len(words) > 0 && words[0] == "mta-sts":
		return parsePolicyHost(words[1:])
	case len(words) == 0 || words[0] != "go-smtp":
		return nil, errors.New("there is no server but go-smtp and mta-sts")
	}
	g := goodServer{
		users: ",alice,bob,postmaster,", size: 50 << 20, recipients: 100,
		auth: auth{user: "alice", password: "secret-password", token: "lab-token"},
	}
	for _, word := range words[1:] {
		if err := g.set(word); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// set takes one option.
func (g *goodServer) set(word string) error {
	name, value, _ := strings.Cut(word, "=")
	if slices.ContainsFunc(serveExtensions(), func(x serveExtension) bool { return x.word == word }) {
		g.extensions = append(g.extensions, word)
		return nil
	}
	for _, o := range serveOptions() {
		if o.word != name {
			continue
		}
		if err := o.set(g, value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
	return fmt.Errorf("unknown option: %s", smtp.Printable(shorten(name)))
}

// do hands the connection to a go-smtp server made for it alone, and returns
// when that has done with it.
func (g goodServer) do(s *session) error {
	if err := s.flush(); err != nil {
		return err
	}
	conn := s.conn
	if conn == net.Conn(s.wire) {
		conn = s.unread()
	}
	server := gosmtp.NewServer(gosmtp.BackendFunc(func(c *gosmtp.Conn) (gosmtp.Session, error) {
		return &delivery{goodServer: g, session: s, conn: c}, nil
	}))
	server.Domain = s.server.Host
	server.MaxMessageBytes = int64(g.size)
	server.MaxRecipients = g.recipients
	server.AllowInsecureAuth = g.auth.plaintext
	server.ErrorLog = silence{}
	server.Debug = &overhear{server: s.server}
	for _, x := range serveExtensions() {
		if slices.Contains(g.extensions, x.word) {
			x.set(server)
		}
	}
	if !g.noTLS {
		server.TLSConfig = g.tlsConfig(s.server)
	}
	_ = server.Serve(&soloListener{conn: conn, gone: s.wire.gone})
	_ = server.Shutdown(context.Background())
	return errDone
}

func (g goodServer) tlsConfig(s *Server) *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*s.Authority.Certificate(s.Host)}}
	if g.auth.offers("EXTERNAL") {
		c.ClientAuth = tls.RequestClientCert
	}
	c.SetSessionTicketKeys([][32]byte{s.Authority.tickets})
	return c
}

// soloListener accepts one connection, and ends when that is gone.
type soloListener struct {
	conn net.Conn
	gone <-chan struct{}
	once sync.Once
}

// Accept returns the connection, and the second time waits for its end.
func (l *soloListener) Accept() (conn net.Conn, err error) {
	l.once.Do(func() { conn = l.conn })
	if conn != nil {
		return conn, nil
	}
	<-l.gone
	return nil, net.ErrClosed
}

// Close does nothing: the connection's end is the listener's.
func (l *soloListener) Close() error { return nil }

// Addr returns the server's end of the connection.
func (l *soloListener) Addr() net.Addr { return l.conn.LocalAddr() }

// silence is a logger for what nobody needs to read.
type silence struct{}

// Printf does nothing.
func (silence) Printf(string, ...any) {}

// Println does nothing.
func (silence) Println(...any) {}
