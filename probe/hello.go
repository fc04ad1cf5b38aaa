package probe

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
	"github.com/smtpcheck/smtpcheck/tlshello"
)

// sayHello sends a ClientHello of our own in place of a handshake and records what
// the server would take. There the session ends: nothing is agreed on, and what the
// server said is not proved.
func (s *Session) sayHello() bool {
	s.stage = smtp.StageTLS
	offer := *s.opts.Hello
	offer.ServerName = s.sni()
	began := time.Now()
	s.wire.deadline = s.deadline(smtp.StageTLS)
	_ = s.wire.SetWriteDeadline(s.wire.deadline)
	var random [32]byte
	_, _ = rand.Read(random[:]) // it never fails
	s.note(NoteHello, offer.Name)
	if _, err := s.wire.Write(offer.Hello(random)); err != nil && !s.wire.ended() {
		s.failed(err)
		return false
	}
	answer, err := offer.Read(s.wire)
	if err != nil {
		kind, detail := classifyHello(err)
		if s.wire.ctx.Err() != nil {
			kind, detail = FailInterrupted, ""
		}
		s.fail(kind, detail)
		return false
	}
	s.emit(Event{Kind: KindTLS, TLS: partial(answer, offer.ServerName), Latency: s.wire.arrived.Sub(began)}, s.wire.arrived)
	_, _ = s.wire.Write(tlshello.Goodbye(answer.Version)) // a courtesy
	s.hangUp = true
	return false
}

// partial records what the server would take.
func partial(a *tlshello.Answer, name string) *TLS {
	t := &TLS{
		Version: tls.VersionName(a.Version), Cipher: tlshello.SuiteName(a.Suite), KeyExchange: a.KeyExchange(),
		ServerName: name, ChainLength: a.ChainLength, Partial: true,
	}
	if group, ok := strings.CutPrefix(t.KeyExchange, "ECDHE "); ok {
		t.Curve = group
	}
	for _, der := range a.Certificates {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			break // what follows would stand in a wrong place
		}
		t.Certificates = append(t.Certificates, c)
		t.Chain = append(t.Chain, describeCertificate(c))
	}
	return t
}

// classifyHello says why there is no answer to a ClientHello.
func classifyHello(err error) (FailureKind, string) {
	var alert tlshello.Alert
	switch {
	case errors.As(err, &alert), errors.Is(err, tlshello.ErrNotTLS):
		return FailTLS, err.Error()
	case errors.Is(err, tlshello.ErrTooLong):
		return FailTLSLimit, err.Error()
	case strings.HasPrefix(err.Error(), "the answer"):
		return FailTLS, smtp.Printable(err.Error())
	}
	return classify(err)
}
