package probe

import (
	"net/netip"
	"strings"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// Relaying asks, in place of the transactions, whether the server takes mail for
// a recipient that is not its own. It ends at the first form that is taken, and
// no message is ever begun.
type Relaying struct {
	Recipient smtp.Mailbox // of a domain that the server does not serve
	Host      string       // what the server calls itself in addresses: its name, or ""
}

// RelayForm is a way to write the recipient that some server was once open by.
type RelayForm string

// The forms, in the order in which they are asked.
const (
	RelayPlain          RelayForm = "plain"           // user@dom
	RelayPercent        RelayForm = "percent"         // user%dom@host (RFC 1123, section 5.2.16)
	RelayPercentLiteral RelayForm = "percent-literal" // user%dom@[address of the host]
	RelayQuoted         RelayForm = "quoted"          // "user@dom"@host
	RelaySourceRoute    RelayForm = "source-route"    // @host:user@dom (RFC 5321, appendix C)
	RelayBang           RelayForm = "bang"            // dom!user@host
)

// RelayPath is a forward-path of a form.
type RelayPath struct {
	Form RelayForm
	Path string // without angle brackets
}

// Paths are the forward-paths to ask for at an address. A local part that is a quoted
// string has fewer.
func (r *Relaying) Paths(addr netip.Addr) []RelayPath {
	local, domain := r.Recipient.Local, r.Recipient.Domain.ASCII
	host, literal := r.Host, ""
	if addr.IsValid() {
		literal = smtp.AddressLiteral(addr)
	}
	if host == "" {
		host = literal
	}
	out := []RelayPath{{RelayPlain, local + "@" + domain}}
	if host == "" {
		return out
	}
	atom := !strings.HasPrefix(local, `"`)
	if atom && !r.Recipient.Domain.Literal.IsValid() {
		out = append(out, RelayPath{RelayPercent, local + "%" + domain + "@" + host})
		if literal != "" && literal != host {
			out = append(out, RelayPath{RelayPercentLiteral, local + "%" + domain + "@" + literal})
		}
		out = append(out, RelayPath{RelayQuoted, `"` + local + "@" + domain + `"@` + host})
	}
	out = append(out, RelayPath{RelaySourceRoute, "@" + host + ":" + local + "@" + domain})
	if atom && !r.Recipient.Domain.Literal.IsValid() {
		out = append(out, RelayPath{RelayBang, domain + "!" + local + "@" + host})
	}
	return out
}

// Relays does MAIL once and RCPT in each form, until one is taken.
// All are of one transaction, which goes away with RSET; the nth reply to RCPT is to the nth form.
func Relays(s *Session) bool {
	if !s.grant() {
		return false
	}
	if !s.mail() {
		return !s.over
	}
	for _, p := range s.opts.Relaying.Paths(s.attempt.Target.Addr.Addr().Unmap()) {
		c, err := smtp.RCPT(p.Path)
		if err != nil {
			s.fault(err.Error())
			return false
		}
		if _, taken := s.ask(c); taken || s.over {
			break
		}
	}
	s.rset()
	return !s.over
}
