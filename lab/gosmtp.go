package lab

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// goodServer is "* serve go-smtp": a real server takes the connection over.
//
//	users=alice,bob   whom it knows; alice, bob and postmaster if it is not said
//	domains=a.test    for whom it takes mail; any domain if it is not said
//	catch-all         it knows everybody
//	no-tls            it offers no STARTTLS
//	smtputf8          it offers SMTPUTF8 (RFC 6531)
//	greylist=3s       a client is turned away until so long after its first try
//	size=N            the largest message
type goodServer struct {
	users, domains  string // ",alice,bob,"
	catchAll, noTLS bool
	smtputf8        bool
	greylist        time.Duration
	size            int
}

// parseServe reads the words behind "* serve".
func parseServe(rest string) (action, error) {
	words := strings.Fields(rest)
	if len(words) == 0 || words[0] != "go-smtp" {
		return nil, errors.New("there is no server but go-smtp")
	}
	g := goodServer{users: ",alice,bob,postmaster,", size: 50 << 20}
	for _, word := range words[1:] {
		name, value, _ := strings.Cut(word, "=")
		var err error
		switch name {
		case "users":
			g.users = "," + strings.ToLower(value) + ","
		case "domains":
			g.domains = "," + strings.ToLower(value) + ","
		case "catch-all":
			g.catchAll = true
		case "no-tls":
			g.noTLS = true
		case "smtputf8":
			g.smtputf8 = true
		case "greylist":
			g.greylist, err = parseDuration(value)
		case "size":
			g.size, err = parseCount(value)
		default:
			err = fmt.Errorf("unknown option: %s", smtp.Printable(shorten(name)))
		}
		if err != nil {
			return nil, err
		}
	}
	return g, nil
}

// do hands the connection to a go-smtp server made for it alone, and returns
// when that has done with it.
func (g goodServer) do(s *session) error {
	if err := s.flush(); err != nil {
		return err
	}
	conn := &listened{Conn: s.conn, closed: make(chan struct{})}
	server := gosmtp.NewServer(gosmtp.BackendFunc(func(*gosmtp.Conn) (gosmtp.Session, error) {
		return &delivery{goodServer: g, session: s}, nil
	}))
	server.Domain = s.server.Host
	server.MaxMessageBytes = int64(g.size)
	server.MaxRecipients = 100
	server.EnableSMTPUTF8 = g.smtputf8
	server.ErrorLog = silence{}
	server.Debug = &overhear{server: s.server}
	if _, secure := s.conn.(*tls.Conn); !g.noTLS && !secure {
		server.TLSConfig = &tls.Config{
			MinVersion:   tls.VersionTLS12,
			Certificates: []tls.Certificate{*s.server.Authority.Certificate(s.server.Host)},
		}
	}
	_ = server.Serve(&soloListener{conn: conn})
	_ = server.Shutdown(context.Background())
	return errDone
}

// soloListener accepts one connection, and ends when that is closed.
type soloListener struct {
	conn     *listened
	accepted bool
}

// Accept returns the connection, and the second time waits for its end.
func (l *soloListener) Accept() (net.Conn, error) {
	if !l.accepted {
		l.accepted = true
		return l.conn, nil
	}
	<-l.conn.closed
	return nil, net.ErrClosed
}

// Close does nothing: the connection's end is the listener's.
func (l *soloListener) Close() error { return nil }

// Addr returns the server's end of the connection.
func (l *soloListener) Addr() net.Addr { return l.conn.LocalAddr() }

// listened is a connection that tells of its end.
type listened struct {
	net.Conn
	once   sync.Once
	closed chan struct{}
}

// Close closes the connection.
func (c *listened) Close() error {
	err := c.Conn.Close()
	c.once.Do(func() { close(c.closed) })
	return err
}

// delivery is a mail transaction with a good server.
type delivery struct {
	goodServer
	session    *session
	sender     string
	recipients []string
}

// Reset forgets the transaction.
func (d *delivery) Reset() { d.sender, d.recipients = "", nil }

// Logout ends the session.
func (d *delivery) Logout() error { return nil }

// Mail begins a transaction.
func (d *delivery) Mail(from string, _ *gosmtp.MailOptions) error {
	d.sender = from
	return nil
}

// Rcpt takes a recipient, or says why not.
func (d *delivery) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	at := strings.LastIndexByte(to, '@')
	local, domain := strings.ToLower(to), ""
	if at >= 0 {
		local, domain = strings.ToLower(to[:at]), strings.ToLower(to[at+1:])
	}
	switch {
	case d.domains != "" && !strings.Contains(d.domains, ","+domain+","):
		return refusal(554, 5, 7, 1, "<"+to+">: Relay access denied")
	case !d.catchAll && !strings.Contains(d.users, ","+local+","):
		return refusal(550, 5, 1, 1, "<"+to+">: Recipient address rejected: User unknown")
	case d.greylist > 0 && !d.session.server.greylist.known(d.sender+" "+to, d.greylist):
		return refusal(450, 4, 2, 0, "<"+to+">: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/"+domain+".html")
	}
	d.recipients = append(d.recipients, to)
	return nil
}

// Data takes the message and gives it a queue id.
func (d *delivery) Data(r io.Reader) error {
	m := &message{}
	digest := sha256.New()
	buf := make([]byte, 4096)
	for {
		n, err := r.Read(buf)
		digest.Write(buf[:n])
		m.text = append(m.text, buf[:min(n, maxMessage-len(m.text))]...)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	d.session.server.recordMessage(m, true)
	id := strings.ToUpper(hex.EncodeToString(digest.Sum(nil)[:5]))
	return refusal(250, 2, 0, 0, "Ok: queued as "+id)
}

func refusal(code, class, subject, detail int, text string) error {
	return &gosmtp.SMTPError{Code: code, EnhancedCode: gosmtp.EnhancedCode{class, subject, detail}, Message: text}
}

// greylist knows when each sender first tried each recipient.
type greylist struct {
	mu    sync.Mutex
	first map[string]time.Time
}

// known reports whether key first came at least wait ago.
func (g *greylist) known(key string, wait time.Duration) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.first == nil {
		g.first = make(map[string]time.Time)
	}
	first, ok := g.first[key]
	if !ok && len(g.first) < maxRecorded {
		g.first[key] = time.Now()
	}
	return ok && time.Since(first) >= wait
}

// overhear records the client's lines from go-smtp's debug output, in which both
// sides are mixed: what begins with a reply code is the server's.
type overhear struct {
	server *Server
	rest   string
	data   bool // message text is coming
}

// Write takes one read or one write of the server.
func (o *overhear) Write(p []byte) (int, error) {
	text := string(p)
	if isReply(text) {
		o.data = strings.HasPrefix(text, "354")
		return len(p), nil
	}
	if o.data {
		return len(p), nil
	}
	text = o.rest + text
	for {
		line, rest, ok := strings.Cut(text, "\n")
		if !ok {
			break
		}
		o.server.recordLine(strings.TrimSuffix(line, "\r"))
		text = rest
	}
	o.rest = text[:min(len(text), maxLine)]
	return len(p), nil
}

func isReply(text string) bool {
	return len(text) > 3 && strings.Trim(text[:3], "0123456789") == "" && (text[3] == ' ' || text[3] == '-')
}

// silence is a logger for what nobody needs to read.
type silence struct{}

// Printf does nothing.
func (silence) Printf(string, ...any) {}

// Println does nothing.
func (silence) Println(...any) {}
