package lab

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"
)

// delivery is a session with a good server, and its mail transaction.
type delivery struct {
	goodServer
	session       *session
	conn          *gosmtp.Conn
	authenticated bool
	sender        string
	recipients    []string
}

// Reset forgets the transaction.
func (d *delivery) Reset() { d.sender, d.recipients = "", nil }

// Logout ends the session.
func (d *delivery) Logout() error { return nil }

// AuthMechanisms lists what is offered on this connection.
func (d *delivery) AuthMechanisms() []string { return d.auth.usable(d.tls()) }

// Auth begins an exchange.
func (d *delivery) Auth(mechanism string) (sasl.Server, error) {
	return d.auth.begin(mechanism, d.tls(), func() { d.authenticated = true })
}

// tls returns the state of the connection; nil without TLS.
func (d *delivery) tls() *tls.ConnectionState {
	if state, ok := d.conn.TLSConnectionState(); ok {
		return &state
	}
	return nil
}

// Mail begins a transaction.
func (d *delivery) Mail(from string, _ *gosmtp.MailOptions) error {
	switch {
	case d.tlsRequired && d.tls() == nil:
		return refusal(530, 5, 7, 0, "Must issue a STARTTLS command first")
	case d.auth.required && !d.authenticated:
		return refusal(530, 5, 7, 0, "Authentication required")
	}
	d.sender = from
	return nil
}

// Rcpt takes a recipient, or says why not.
func (d *delivery) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	local, domain := split(to)
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

// split takes an address apart, in lower case.
func split(address string) (local, domain string) {
	address = strings.ToLower(address)
	if at := strings.LastIndexByte(address, '@'); at >= 0 {
		return address[:at], address[at+1:]
	}
	return address, ""
}

// full reports whether this recipient's mailbox takes no more.
func (d *delivery) full(to string) bool {
	local, _ := split(to)
	return strings.Contains(d.overQuota, ","+local+",")
}

// Data takes the message and gives it a queue id.
func (d *delivery) Data(r io.Reader) error {
	id, err := d.take(r)
	if err != nil {
		return err
	}
	for _, to := range d.recipients {
		if d.full(to) {
			return refusal(552, 5, 2, 2, "<"+to+">: Mailbox full")
		}
	}
	return refusal(250, 2, 0, 0, "Ok: queued as "+id)
}

// LMTPData takes the message and answers for each recipient (RFC 2033, section 4.2).
func (d *delivery) LMTPData(r io.Reader, status gosmtp.StatusCollector) error {
	id, err := d.take(r)
	if err != nil {
		return err
	}
	for _, to := range d.recipients {
		if d.full(to) {
			status.SetStatus(to, refusal(552, 5, 2, 2, "Mailbox full"))
		} else {
			status.SetStatus(to, refusal(250, 2, 0, 0, id+" Saved"))
		}
	}
	return nil
}

// take reads a message, keeps it and names it.
func (d *delivery) take(r io.Reader) (id string, err error) {
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
			return "", err
		}
	}
	d.session.server.recordMessage(m, true)
	return strings.ToUpper(hex.EncodeToString(digest.Sum(nil)[:5])), nil
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
