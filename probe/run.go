package probe

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// Run has one session with one target and returns its transcript. It makes one
// connection and never decides to make another. It never fails: what went wrong
// is in the transcript. Cancelling ctx ends the session at once, keeping what
// was learned. The options are only read, and may be shared by sessions.
func Run(ctx context.Context, target Target, opts *Options) *Attempt {
	s := &Session{
		opts:    opts,
		secrets: secretsOf(opts),
		attempt: &Attempt{Purpose: PurposeProbe, Target: target, HELO: opts.HELO},
		began:   time.Now(),
		stage:   smtp.StageConnect,
	}
	s.attempt.Events = make([]Event, 0, 8) // what a plain session has before the reply to RCPT, for which it may wait long
	s.attempt.Started = s.began.UTC().Truncate(time.Microsecond)
	for _, r := range opts.Recipients {
		s.attempt.Recipients = append(s.attempt.Recipients, r.String())
	}
	limit, _ := opts.Timeouts.session(opts.Message != nil)
	s.ends = s.began.Add(limit)
	if !s.connect(ctx) {
		return s.attempt
	}
	if opts.StopAfter == smtp.StageConnect { // nobody has said anything: there is nothing to quit
		s.hangUp = true
		s.close()
		return s.attempt
	}
	if !s.announce() {
		s.close()
		return s.attempt
	}
	for _, step := range opts.dialogue() {
		if !step(s) {
			break
		}
	}
	if !s.hangUp {
		Quit(s)
	}
	s.close()
	return s.attempt
}

// connect opens the connection.
func (s *Session) connect(ctx context.Context) bool {
	dial := s.opts.Dial
	if dial == nil {
		dial = (&net.Dialer{KeepAlive: -1}).DialContext
	}
	limit, cancel := context.WithDeadline(ctx, earlier(s.ends, s.began.Add(s.opts.Timeouts.connect())))
	defer cancel()
	network, address := "tcp", s.attempt.Target.Addr.String()
	if socket := s.attempt.Target.Socket; socket != "" {
		network, address = "unix", socket
	}
	conn, err := dial(limit, network, address)
	now := time.Now()
	if err != nil {
		kind, detail := classifyDial(ctx, err)
		if network == "unix" && kind == FailProhibited { // by the permissions of a file
			kind = FailLocal
		}
		s.emit(Event{Kind: KindFailure, Failure: &Failure{Kind: kind, Detail: detail}}, now)
		return false
	}
	s.wire = newWire(ctx, conn)
	s.warmRoots()
	s.listen()
	s.attempt.Local, _ = netip.ParseAddrPort(conn.LocalAddr().String())
	if s.attempt.HELO == "" {
		s.attempt.HELO = localLiteral(s.attempt.Local)
	}
	s.emit(Event{Kind: KindConnect, Text: s.opts.Via, Latency: now.Sub(s.began)}, now)
	s.opened = now
	return true
}

// localLiteral is the address literal of our end (RFC 5321, section 4.1.4).
func localLiteral(local netip.AddrPort) string {
	if !local.IsValid() {
		return smtp.AddressLiteral(netip.AddrFrom4([4]byte{127, 0, 0, 1}))
	}
	return smtp.AddressLiteral(local.Addr())
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// classifyDial says why no connection was made.
func classifyDial(ctx context.Context, err error) (FailureKind, string) {
	var byProxy *ProxyError
	switch {
	case ctx.Err() != nil:
		return FailInterrupted, ""
	case errors.As(err, &byProxy):
		return byProxy.Kind, byProxy.Detail
	case isRefused(err):
		return FailRefused, ""
	case isReset(err):
		return FailReset, ""
	case isUnreachable(err):
		return FailUnreachable, cause(err)
	case isProhibited(err):
		return FailProhibited, cause(err)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), isTimeout(err), timedOut(err):
		return FailTimeout, ""
	}
	return FailLocal, cause(err)
}

func timedOut(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}

// close ends the connection and the transcript.
func (s *Session) close() {
	if s.tls != nil && !s.hangUp {
		s.wire.endBy(s.parting(closeTimeout))
		_ = s.tls.Close() // says close_notify, and closes the wire
	}
	_ = s.wire.Close()
	s.transaction = 0
	s.emit(Event{Kind: KindClose}, time.Now())
}
