package check

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// RelayOpen is what came of asking whether the server takes mail for others than its own.
type RelayOpen struct {
	State   diagnose.OpenRelayState `json:"state"`
	Why     string                  `json:"why,omitempty"`
	Forms   []RelayOpenForm         `json:"forms"` // those that were asked
	Session *Session                `json:"session,omitempty"`
}

// RelayOpenForm is one form of the recipient, and the reply to it.
type RelayOpenForm struct {
	Form  probe.RelayForm `json:"form"`
	Path  string          `json:"path"`
	Reply Reply           `json:"reply"`
	Event int             `json:"event"`
}

// askOpen asks, in one session, whether the server relays: at port 25, which is for
// strangers, or else at the best port; with a login always there.
func (r *relay) askOpen(ctx context.Context, c *diagnose.RelayCase, best int) {
	c.OpenRelay = new(diagnose.OpenRelay)
	i := best
	if at25 := slices.IndexFunc(r.doors, func(d *door) bool { return d.port == 25 && d.won != nil }); at25 >= 0 && r.o.Probe.Auth == nil {
		i = at25
	}
	if i < 0 || r.doors[i].won == nil || ctx.Err() != nil {
		return
	}
	d := r.doors[i]
	if c.OpenRelay.Serves = r.serves(ctx, d); c.OpenRelay.Serves != "" || r.o.Pace.closed(d.won.target, 0) {
		return
	}
	k := r.newKnock(d.won.target, probe.PurposeOpenRelay, d.won.header.ID)
	o := r.session(d)
	o.Auth, o.From = r.o.Probe.Auth, r.o.Sender.String()
	o.Relaying = &probe.Relaying{Recipient: r.o.Recipients[0].Mailbox, Host: cmp.Or(hostName(d.host), greetingName(d.attemptOf(d.won)))}
	if a := r.visit(ctx, k, &o); a != nil {
		c.OpenRelay.Attempt, c.OpenRelay.Paths = a, o.Relaying.Paths(d.won.target.Addr.Addr().Unmap())
	}
}

// hostName is a host where it is a name, "" for an address.
func hostName(host string) string {
	d, err := smtp.ParseDomain(host)
	if err != nil || d.Literal.IsValid() {
		return ""
	}
	return d.ASCII
}

// greetingName is the name that a server greets with (RFC 5321, section 4.2), "" for
// none. It knows itself by that, where we know its address only.
func greetingName(a *probe.Attempt) string {
	if a == nil {
		return ""
	}
	for i := range a.Events {
		if e := &a.Events[i]; e.Kind == probe.KindReply && e.Stage == smtp.StageGreeting && e.Reply.Usable() {
			name, _, _ := strings.Cut(e.Reply.Text(), " ")
			if strings.Contains(name, ".") {
				return hostName(name)
			}
			break
		}
	}
	return ""
}

// serves is a domain of the envelope that the server is an MX host of: to take mail
// for that is no relaying.
func (r *relay) serves(ctx context.Context, d *door) string {
	domains := []string{r.o.Recipients[0].Mailbox.Domain.ASCII, r.o.Sender.Domain.ASCII}
	var found [2]bool
	var both sync.WaitGroup
	for i, domain := range domains {
		both.Go(func() {
			res := (&mxresolve.Resolver{DNS: r.o.DNS}).Resolve(ctx, domain, nil)
			found[i] = slices.ContainsFunc(res.Hosts, func(h mxresolve.Host) bool {
				return strings.EqualFold(h.Name, d.host) || slices.Contains(h.Addresses, d.won.target.Addr.Addr().Unmap())
			})
		})
	}
	both.Wait()
	for i, domain := range domains {
		if found[i] {
			return domain
		}
	}
	return ""
}

// openReport is the facts of that.
func openReport(c *diagnose.RelayCase, d *diagnose.RelayDiagnosis) *RelayOpen {
	o := d.OpenRelay
	if o == nil {
		return nil
	}
	out := &RelayOpen{State: o.State, Why: valid(o.Why), Forms: []RelayOpenForm{}}
	for _, f := range o.Forms {
		out.Forms = append(out.Forms, RelayOpenForm{f.Form, valid(f.Path), newReply(f.Reply), f.Event})
	}
	if a := c.OpenRelay.Attempt; a != nil {
		s := newSession(a, o.Outcome, 0)
		out.Session = &s
	}
	return out
}
