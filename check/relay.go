package check

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// RelayPorts are the ports that are tried where none is given: of relaying between
// servers, of submission with implicit TLS (RFC 8314) and with STARTTLS (RFC 6409),
// and the one that many services have beside those.
func RelayPorts() []uint16 { return []uint16{25, 465, 587, 2525} }

// RelayOptions say how a submission server is examined. Of Options, Port 0 means
// all of RelayPorts; Server and MX mean nothing.
type RelayOptions struct {
	Options
	SRV           bool        // the host is a domain, whose servers SRV records name (RFC 6186, RFC 8314)
	AllMechanisms bool        // log in with each mechanism, one connection after another
	OpenRelay     bool        // ask whether it takes mail from Sender for the first of Recipients, a stranger's for a stranger; no transaction then
	Recipients    []Recipient // of a mail transaction through the server; none: there is none
	Repeat        Repeat      // how often that is
}

// Relay examines a submission server or smarthost, one port beside the other; it
// logs in where Probe.Auth is given, and sends through it where there are recipients.
func Relay(ctx context.Context, host string, opts RelayOptions) (*RelayReport, error) {
	r := newRelay(host, opts)
	r.told.tell(func(o Observer) { o.Begin([]Ref{r.ref}) })
	r.resolve(ctx)
	r.knockAll(ctx)
	c := r.relayCase()
	best := c.Best()
	if best >= 0 && ctx.Err() == nil && opts.Probe.Auth != nil && (opts.AllMechanisms || len(opts.Recipients) == 0) {
		r.logIn(ctx, r.doors[best])
		c.Logins = r.logins
	}
	if opts.OpenRelay {
		r.askOpen(ctx, c, best)
	}
	r.lookAll(ctx)
	for i, d := range r.doors {
		c.Ports[i].Looks = d.looks
	}
	d := diagnose.Relay(c)
	d.LoginEnded(r.left)
	r.told.close()
	var deliveries []*Report
	if best >= 0 && d.Usable && ctx.Err() == nil && len(opts.Recipients) > 0 && !opts.OpenRelay {
		var err error
		if deliveries, err = r.deliver(ctx, r.doors[best]); err != nil {
			return nil, err
		}
	}
	return r.report(c, &d, deliveries), nil
}

// relay is a submission server being examined.
type relay struct {
	o       RelayOptions
	host    string
	ref     Ref
	started time.Time
	told    *announcer

	services   []diagnose.Service
	resolution *mxresolve.Result
	doors      []*door
	logins     []*probe.Attempt
	left       []string // mechanisms that were not tried
	unsent     LeftOut  // messages of Repeat

	mu       sync.Mutex
	sessions int // the number of the last one
}

func newRelay(host string, opts RelayOptions) *relay {
	if opts.Pace == nil {
		opts.Pace = new(Pace)
	}
	r := &relay{o: opts, host: host, started: time.Now(), told: newAnnouncer(opts.Observer)}
	r.ref = Ref{ID: NewID(r.started), Recipient: host, Started: micro(r.started)}
	return r
}

// door is one port of one host.
type door struct {
	host     string
	port     uint16
	service  string // of the SRV record, "" for none
	implicit bool   // it waits for TLS
	addrs    []netip.Addr
	first    *knock // the session that is had first
	sessions tls.ClientSessionCache

	mu       sync.Mutex
	won      *knock // the one that connected
	running  []*knock
	attempts []*probe.Attempt
	looks    []*probe.Attempt // that only looked at TLS, after the one that connected
}

// knock is one session with one address of a port.
type knock struct {
	header Session
	target probe.Target
	cancel context.CancelFunc
}

// mode is how TLS is begun at a port.
func (d *door) mode(asked probe.TLSMode) probe.TLSMode {
	if d.implicit && asked != probe.Never {
		return probe.Implicit
	}
	return asked
}

// newKnock numbers a session and announces it.
func (r *relay) newKnock(t probe.Target, purpose probe.Purpose, after int) *knock {
	r.mu.Lock()
	r.sessions++
	k := &knock{target: t, header: Session{
		ID: r.sessions, Purpose: purpose, After: after, Host: t.Host, Address: t.Address(), Started: micro(time.Now()),
	}}
	r.mu.Unlock()
	r.told.tell(func(o Observer) { o.Plan(k.header) })
	return k
}

// knockAll examines all ports at once.
func (r *relay) knockAll(ctx context.Context) {
	for _, d := range r.doors {
		if r.o.TLSCheck {
			d.sessions = tls.NewLRUClientSessionCache(4) // for the connection that resumes one
		}
		if len(d.addrs) > 0 {
			d.first = r.newKnock(d.target(0), probe.PurposeProbe, 0)
		}
	}
	var all sync.WaitGroup
	for _, d := range r.doors {
		all.Go(func() { r.knockAt(ctx, d) })
	}
	all.Wait()
}

func (d *door) target(i int) probe.Target {
	return probe.Target{Host: d.host, Addr: netip.AddrPortFrom(d.addrs[i], d.port)}
}

// headStart is how long an address has before the next is tried beside it (RFC 8305, section 5).
const headStart = 250 * time.Millisecond

// knockAt tries the addresses of a port, each a little after the one before or as
// soon as that has failed. The first that connects has the session. All share the
// time for one connection, so that a port that is filtered costs it once.
func (r *relay) knockAt(ctx context.Context, d *door) {
	limit := cmp.Or(r.o.Probe.Timeouts.Connect, 10*time.Second)
	began := time.Now()
	ended := make(chan struct{})
	running, next := 0, 0
	due := time.After(0)
	for running > 0 || next < len(d.addrs) {
		select {
		case <-ended:
			running--
		case <-due:
		}
		left := limit - time.Since(began)
		if next == len(d.addrs) || d.winner() != nil || ctx.Err() != nil && next > 0 || left <= 0 {
			next, due = len(d.addrs), nil
			continue
		}
		k := d.first
		if next > 0 {
			k = r.newKnock(d.target(next), probe.PurposeProbe, 0)
		}
		next++
		running++
		due = time.After(headStart)
		own := d.begin(ctx, k)
		go func() {
			if a := r.knock(own, d, k, left); a != nil && hungUpInClear(a) {
				r.knockAgain(ctx, d, k)
			}
			ended <- struct{}{}
		}()
	}
}

// begin notes a session that is under way and returns the context it has.
func (d *door) begin(ctx context.Context, k *knock) context.Context {
	ctx, k.cancel = context.WithCancel(ctx)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.running = append(d.running, k)
	return ctx
}

// claim makes a session that has connected the one of the port and ends all
// others, unless another was faster.
func (d *door) claim(k *knock) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.won != nil {
		return false
	}
	d.won = k
	for _, other := range d.running {
		if other != k {
			other.cancel()
		}
	}
	return true
}

func (d *door) winner() *knock {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.won
}

// errSlower is of a connection that another was faster than.
var errSlower = errors.New("another address was faster")

// knock has one session, as far as STARTTLS. It keeps nothing of one that lost.
func (r *relay) knock(ctx context.Context, d *door, k *knock, connect time.Duration) *probe.Attempt {
	defer k.cancel()
	defer r.told.tell(func(o Observer) { o.End(k.header) })
	o := r.session(d)
	o.Timeouts.Connect, o.Sessions = connect, d.sessions
	o.StopAfter = smtp.StageSTARTTLS
	o.AskInClear = d.port != 25 && o.TLS != probe.Never
	dial := dialler(&o)
	o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err == nil && !d.claim(k) {
			_ = conn.Close()
			return nil, errSlower
		}
		return conn, err
	}
	lost := func() bool { w := d.winner(); return w != nil && w != k }
	o.Observe = func(e probe.Event) {
		if e.Kind == probe.KindFailure && e.Failure.Kind == probe.FailInterrupted && lost() {
			return
		}
		r.told.tell(func(obs Observer) { obs.Event(k.header, e) })
	}
	if r.o.Pace.enter(ctx, k.target.Addr, false) != nil {
		return nil
	}
	defer r.o.Pace.leave(k.target.Addr)
	a := probe.Run(ctx, k.target, &o)
	if f := a.Failure(); lost() && f != nil && f.Failure.Kind == probe.FailInterrupted {
		return nil
	}
	a.ID, a.Purpose = k.header.ID, k.header.Purpose
	d.mu.Lock()
	d.attempts = append(d.attempts, a)
	d.mu.Unlock()
	return a
}

// hungUpInClear reports a server that ended the session over MAIL before STARTTLS.
func hungUpInClear(a *probe.Attempt) bool {
	asked := slices.ContainsFunc(a.Events, func(e probe.Event) bool { return e.Extension == "STARTTLS" })
	return asked && a.TLS() == nil && a.Failure() != nil && lostOrClosing(a) && !asksForQuiet(a)
}

// knockAgain has one more session with the address that a port had, without the
// question that the first ended over: it is to decide nothing.
func (r *relay) knockAgain(ctx context.Context, d *door, before *knock) {
	k := r.newKnock(before.target, probe.PurposeRetry, before.header.ID)
	o := r.session(d)
	o.StopAfter, o.Sessions = smtp.StageSTARTTLS, d.sessions
	if a := r.visit(ctx, k, &o); a != nil && a.Connected() {
		d.mu.Lock()
		d.attempts, d.won = append(d.attempts, a), k
		d.mu.Unlock()
	}
}

// visit has a session with an address that has answered before, when it is its turn;
// nil where we were told to stop first.
func (r *relay) visit(ctx context.Context, k *knock, o *probe.Options) *probe.Attempt {
	defer r.told.tell(func(o Observer) { o.End(k.header) })
	o.Observe = func(e probe.Event) { r.told.tell(func(obs Observer) { obs.Event(k.header, e) }) }
	if r.o.Pace.enter(ctx, k.target.Addr, false) != nil {
		return nil
	}
	defer r.o.Pace.leave(k.target.Addr)
	a := probe.Run(ctx, k.target, o)
	if asksForQuiet(a) {
		r.o.Pace.close(k.target)
	}
	a.ID, a.Purpose, a.After = k.header.ID, k.header.Purpose, k.header.After
	return a
}

func dialler(o *probe.Options) func(ctx context.Context, network, address string) (net.Conn, error) {
	if o.Dial != nil {
		return o.Dial
	}
	return (&net.Dialer{KeepAlive: -1}).DialContext
}

// session are the options that every session with a port has.
func (r *relay) session(d *door) probe.Options {
	o := r.o.Probe
	o.TLS = d.mode(o.TLS)
	o.Recipients, o.Message, o.Auth = nil, nil, nil
	o.Envelope, o.Pipeline = probe.Envelope{}, false
	return o
}

// relayCase is what is known now.
func (r *relay) relayCase() *diagnose.RelayCase {
	p := &r.o.Probe
	c := &diagnose.RelayCase{
		Host: r.host, Lab: r.o.Lab, Given: r.o.Port != 0, Resolution: r.resolution, Services: r.services, Logins: r.logins,
		Delivers: len(r.o.Recipients) > 0 && !r.o.OpenRelay,
		Wants:    diagnose.RelayWants{TLS: requiresTLS(p), Verified: p.TLSVerify, Auth: p.Auth != nil},
	}
	if p.Auth != nil {
		c.Wants.Unverified, c.Wants.Plaintext = p.Auth.AllowUnverified, p.Auth.AllowPlaintext
	}
	for _, d := range r.doors {
		slices.SortFunc(d.attempts, func(a, b *probe.Attempt) int { return a.ID - b.ID })
		c.Ports = append(c.Ports, diagnose.RelayPort{
			Host: d.host, Port: d.port, Implicit: d.mode(p.TLS) == probe.Implicit, Attempts: d.attempts,
		})
	}
	return c
}

// deliver has a mail transaction for each recipient at a port that is usable, in
// one session with the address that has answered.
func (r *relay) deliver(ctx context.Context, d *door) (deliveries []*Report, err error) {
	o := r.o.Options
	o.Server, o.Port, o.MX, o.Relay, o.TLSCheck = d.host, d.port, "first", true, false
	o.Probe.TLS = d.mode(o.Probe.TLS)
	if d.won != nil {
		o.Resolved = r.only(d.host, d.won.target.Addr.Addr())
	}
	if o.Probe.Auth != nil && r.o.AllMechanisms {
		for _, a := range r.logins {
			if diagnose.LoggedIn(a) {
				auth := *o.Probe.Auth
				auth.Mechanisms, o.Probe.Auth = []string{diagnose.Mechanism(a)}, &auth
				break
			}
		}
	}
	r.unsent, err = ProbeRepeatedly(ctx, r.o.Recipients, o, r.o.Repeat, func(reports []*Report) { deliveries = append(deliveries, reports...) })
	return deliveries, err
}
