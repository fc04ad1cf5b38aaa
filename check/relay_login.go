package check

import (
	"context"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/sasl"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// logIn logs in at a port: once with the strongest mechanism, or once with each.
func (r *relay) logIn(ctx context.Context, d *door) {
	if !r.o.AllMechanisms {
		r.logInWith(ctx, d, r.o.Probe.Auth)
		return
	}
	mechanisms := r.mechanisms(d)
	if len(mechanisms) == 0 {
		r.logInWith(ctx, d, r.o.Probe.Auth) // which says in words why there is none
		return
	}
	for i, m := range mechanisms {
		auth := *r.o.Probe.Auth
		auth.Mechanisms = []string{m}
		a := r.logInWith(ctx, d, &auth)
		if a == nil || !mayTryAnother(a) {
			r.left = mechanisms[i+1:]
			return
		}
	}
}

// mechanisms are those that the port offers and the credentials serve, the strongest first.
func (r *relay) mechanisms(d *door) []string {
	a := d.attemptOf(d.won)
	if a == nil {
		return nil
	}
	auth := r.o.Probe.Auth
	c := sasl.Credentials{
		User: auth.User, Identity: auth.Identity, Password: auth.Password, Token: auth.Token,
		Certificate: r.o.Probe.Certificate != nil,
	}
	if a.TLS() != nil {
		c.Binding.Type = "tls-exporter" // any: there is something to bind to
	}
	return sasl.Usable(diagnose.Mechanisms(a.Capabilities()), c, auth.Mechanisms)
}

func (d *door) attemptOf(k *knock) *probe.Attempt {
	for _, a := range d.attempts {
		if k != nil && a.ID == k.header.ID {
			return a
		}
	}
	return nil
}

// logInWith has one session up to AUTH with the address that has answered; nil
// where we were told to stop first.
func (r *relay) logInWith(ctx context.Context, d *door, auth *probe.Auth) *probe.Attempt {
	k := r.newKnock(d.won.target, probe.PurposeAuth, d.won.header.ID)
	o := r.session(d)
	o.Auth, o.StopAfter = auth, smtp.StageAuth
	a := r.visit(ctx, k, &o)
	if a != nil {
		r.logins = append(r.logins, a)
	}
	return a
}

// mayTryAnother reports whether a further mechanism may be tried after a session:
// it has logged in, or the mechanism was refused and not the password (RFC 4954,
// section 6). A 535 ends it all: who goes on guessing is locked out.
func mayTryAnother(a *probe.Attempt) bool {
	if diagnose.LoggedIn(a) {
		return a.Failure() == nil
	}
	o := diagnose.Login(a)
	return o.Stage == smtp.StageAuth && o.Reply != nil && probe.RefusesMechanism(o.Reply.Code)
}
