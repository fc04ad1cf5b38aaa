package probe

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/sasl"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// Auth is who we say we are, and how (RFC 4954).
type Auth struct {
	User     string // the authentication identity
	Identity string // the identity to act as; "": that of User
	Password sasl.Secret
	Token    sasl.Secret // an OAuth access token, for XOAUTH2 and OAUTHBEARER
	// Mechanisms are those that may be used, in upper case; nil: the strongest that is offered.
	Mechanisms []string
	MaskUser   bool // the user name is a secret too

	AllowUnverified bool // over TLS without a verified certificate too
	AllowPlaintext  bool // without TLS too, and over any TLS

	Gate *Gate // that all sessions with these credentials share; nil: none
}

// Secrets are what must be seen nowhere.
func (a *Auth) Secrets() []sasl.Secret {
	out := []sasl.Secret{a.Password, a.Token}
	if a.MaskUser {
		out = append(out, sasl.NewSecret(a.User))
	}
	return out
}

const (
	// maxAuthLine is a command line of RFC 5321, section 4.5.3.1.4, without its CRLF:
	// RFC 4954, section 4, allows no initial response that makes AUTH longer.
	maxAuthLine = 510
	// maxAuthRounds is more than any mechanism has.
	maxAuthRounds = 8
)

// Authenticate does AUTH where the options ask for it (RFC 4954). It tries one
// mechanism once: a second wrong password may lock an account.
func Authenticate(s *Session) bool {
	if s.opts.Auth == nil {
		return true
	}
	s.stage = smtp.StageAuth
	params, ok := s.caps.Get("AUTH")
	if !ok {
		return s.declineAuth(s.noAuth())
	}
	if why := s.unsafe(); why != "" {
		return s.declineAuth(why)
	}
	offered, who := sasl.Offered(params), s.credentials()
	mechanism, err := sasl.Choose(offered, who, s.opts.Auth.Mechanisms)
	if err != nil {
		return s.declineAuth(err.Error())
	}
	x, err := sasl.New(mechanism, who, offered)
	if err != nil {
		return s.declineAuth(err.Error())
	}
	if !s.opts.Auth.Gate.enter(s) {
		return s.notAgain()
	}
	exchange := &authentication{s: s, x: x}
	ok = exchange.run(mechanism)
	s.opts.Auth.Gate.leave(exchange.code)
	return ok
}

// notAgain ends the dialogue of a session that did not get its turn.
func (s *Session) notAgain() bool {
	switch {
	case s.wire.ctx.Err() != nil:
		s.fail(FailInterrupted, "")
	case s.opts.Auth.Gate.refused.Load():
		s.declineAuth("the credentials were refused in another session; they are not tried again")
	default:
		s.declineAuth("the login in another session took too long to wait for")
	}
	return false
}

// noAuth says in words that AUTH is not offered, and where it may be.
func (s *Session) noAuth() string {
	const none = "the server does not offer AUTH"
	switch before, ok := s.attempt.CapabilitiesPlain().Get("AUTH"); {
	case ok:
		return none + " once TLS is on; without TLS it offered " + cmp.Or(strings.Join(sasl.Offered(before), ", "), "it")
	case s.tls == nil && s.caps.Has("STARTTLS"):
		return none + " without TLS; it offers STARTTLS, which was not used"
	case s.tls == nil:
		return none + ", nor STARTTLS"
	}
	return none
}

// unsafe says in words why credentials must not be sent over this connection, or nothing.
func (s *Session) unsafe() string {
	a := s.opts.Auth
	switch t := s.attempt.TLS(); {
	case a.AllowPlaintext:
		return ""
	case s.tls == nil:
		return "no credentials are sent without TLS"
	case a.AllowUnverified, s.verified():
		return ""
	case t.Problem != "":
		return "no credentials are sent to a server whose certificate is not verified: " + t.Problem
	}
	return "no credentials are sent to a server whose certificate is not verified"
}

// credentials are what the mechanisms may use in this session.
func (s *Session) credentials() sasl.Credentials {
	a := s.opts.Auth
	c := sasl.Credentials{
		User: a.User, Identity: a.Identity, Password: a.Password, Token: a.Token, MaskUser: a.MaskUser,
		Host: strings.Trim(s.attempt.Target.Host, "[]"), Port: s.attempt.Target.Addr.Port(),
	}
	if s.tls != nil {
		state := s.tls.ConnectionState()
		c.Binding = sasl.BindingOf(&state)
		c.Certificate = s.opts.Certificate != nil && s.attempt.TLS().AskedForOur
	}
	return c
}

// declineAuth ends the dialogue before AUTH, because of a requirement of ours or
// because there is no way; the connection is sound.
func (s *Session) declineAuth(why string) bool {
	s.emit(Event{Kind: KindFailure, Failure: &Failure{Kind: FailAuthPolicy, Detail: why}}, time.Now())
	s.over = true
	return false
}

// authentication is one exchange of one mechanism with the server.
type authentication struct {
	s    *Session
	x    sasl.Exchange
	code int // of the last reply
	// unsent is the first response where it did not go with the command: the
	// server's first challenge, an empty one, asks for it.
	unsent *sasl.Step
}

// run does the exchange and reports whether the server took it.
func (a *authentication) run(mechanism string) bool {
	c, err := a.command(mechanism)
	if err != nil {
		a.s.fault(err.Error())
		return false
	}
	for range maxAuthRounds {
		r, ok := a.s.one(c)
		a.code = r.Code
		switch {
		case !ok:
			return false
		case r.Code == 235:
			return a.accepted()
		case r.Class() == 4 || r.Class() == 5:
			return false
		case r.Code != 334:
			a.s.unexpected(r)
			return false
		}
		step, err := a.next(r)
		if step.Said != "" {
			a.s.note(NoteChallenge, "challenge: "+step.Said)
		}
		if err != nil {
			return a.cancel(err)
		}
		if c, err = a.line(step); err != nil {
			a.s.fault(err.Error())
			return false
		}
	}
	return a.cancel(errors.New("more challenges than any mechanism has"))
}

// one does a command and returns its one reply.
func (s *Session) one(c smtp.Command) (smtp.Reply, bool) {
	replies, ok := s.Do(c)
	if !ok {
		return smtp.Reply{}, false
	}
	return replies[0], true
}

// command is AUTH, with the initial response where there is one and it fits.
func (a *authentication) command(mechanism string) (smtp.Command, error) {
	step, has := a.x.Start()
	verb := "AUTH " + mechanism
	encoded := a.encode(step)
	switch {
	case !has:
		return smtp.Secret(smtp.StageAuth, "AUTH", verb, verb)
	case encoded == "":
		return smtp.Secret(smtp.StageAuth, "AUTH", verb+" = ("+step.Shown+")", verb+" =")
	case len(verb)+1+len(encoded) > maxAuthLine:
		a.unsent = &step
		return smtp.Secret(smtp.StageAuth, "AUTH", verb, verb)
	}
	return smtp.Secret(smtp.StageAuth, "AUTH", verb+" *** ("+shown(step)+")", verb+" "+encoded)
}

// line is the response of a step as the server gets it, and as it is shown.
func (a *authentication) line(step sasl.Step) (smtp.Command, error) {
	wire := a.encode(step)
	what := "*** (" + shown(step) + ")"
	if wire == "" {
		what = "(an empty line: " + shown(step) + ")"
	}
	return smtp.Secret(smtp.StageAuth, "AUTH", what, wire)
}

// encode is the response as it goes out. What is secret in it is so from now on.
func (a *authentication) encode(step sasl.Step) string {
	encoded := base64.StdEncoding.EncodeToString(step.Response)
	if a.s.secrets.add(step.Secrets...); len(step.Secrets) > 0 {
		a.s.secrets.add(encoded)
	}
	return encoded
}

// shown is the step in words, in one line: a user name may have anything in it.
func shown(step sasl.Step) string { return smtp.Printable(step.Shown) }

// next answers a challenge.
func (a *authentication) next(r smtp.Reply) (sasl.Step, error) {
	challenge, err := challengeOf(r)
	if err != nil {
		return sasl.Step{}, err
	}
	if a.unsent != nil {
		step := *a.unsent
		a.unsent = nil
		if len(challenge) > 0 { // it should be empty, and decides nothing
			step.Said = strings.ToValidUTF8(string(challenge), "?")
		}
		return step, nil
	}
	step, err := a.x.Next(challenge)
	a.s.secrets.add(step.Secrets...)
	if step.Said == "" && err == nil {
		step.Said = "(empty)"
	}
	return step, err
}

// challengeOf decodes a 334 reply: one line of base64 (RFC 4954, section 4).
func challengeOf(r smtp.Reply) ([]byte, error) {
	switch {
	case len(r.Lines) != 1:
		return nil, errors.New("a challenge of several lines")
	case r.Has(smtp.DefectLongLine):
		return nil, fmt.Errorf("a challenge of more than %d octets", smtp.MaxChallenge)
	}
	challenge, err := base64.StdEncoding.DecodeString(strings.TrimSpace(r.Lines[0][3:]))
	if err != nil {
		return nil, errors.New("a challenge that is not base64")
	}
	return challenge, nil
}

// accepted hears a 235, and whether it can be believed.
func (a *authentication) accepted() bool {
	if a.unsent != nil {
		return a.failed(errors.New("the server reports success before it was told anything"))
	}
	if err := a.x.Done(); err != nil {
		return a.failed(err)
	}
	return true
}

// failed ends the dialogue on a fault of the server; the connection is sound.
func (a *authentication) failed(err error) bool {
	a.s.emit(Event{Kind: KindFailure, Failure: &Failure{Kind: FailAuth, Detail: err.Error()}}, time.Now())
	a.s.over = true
	return false
}

// cancel ends an exchange that cannot go on (RFC 4954, section 4: "*").
func (a *authentication) cancel(err error) bool {
	a.failed(err)
	star, err := smtp.Secret(smtp.StageAuth, "AUTH", "*", "*")
	if err != nil {
		return false
	}
	a.s.over = false
	if r, ok := a.s.one(star); ok && r.Class() == 3 {
		a.s.hangUp = true // it waits for a response: QUIT would be one
	}
	a.s.over = true
	return false
}
