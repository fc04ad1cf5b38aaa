package check

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/mxresolve"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// Defaults of [Options].
const (
	DefaultMaxAddresses = 40
	DefaultParallel     = 40
	MaxRecipients       = 20 // of one domain in one run
)

// Recipient is one mailbox to ask about.
type Recipient struct {
	Mailbox smtp.Mailbox
	Notes   []string // how the input was read
}

// Options say how a destination is probed. The zero value probes every address
// of every MX host, to RCPT, with the system's resolvers.
type Options struct {
	Version string
	Lab     bool // the servers are those of the built-in lab

	Server       string // a host or an address instead of the MX hosts; "": by MX
	Port         uint16 // 0: 25
	MX           string // "all" (or ""), "first", or the name of one MX host
	IPv4, IPv6   bool   // the families to probe; neither: both
	MaxAddresses int    // 0: DefaultMaxAddresses
	Parallel     int    // sessions at once; 0: DefaultParallel

	Sender *smtp.Mailbox // nil: the null reverse-path
	Text   *Text         // the message to send; nil: none
	DNS    *dnsclient.Client
	// Probe holds what every session shares; From, Recipients, Message, Observe
	// and Continue are set here.
	Probe probe.Options

	Pace     *Pace    // shared by the destinations of a run; nil: a new one
	Observer Observer // nil: none
}

// Probe probes one destination, the domain that all recipients share, and
// returns a report for each recipient, in their order. The error is for what
// cannot be done at all, such as a host that is not an MX host of the domain.
func Probe(ctx context.Context, recipients []Recipient, opts Options) ([]*Report, error) {
	r := newRun(recipients, opts)
	r.observe(func(o Observer) { o.Begin(r.refs) })
	if err := r.loop(ctx); err != nil {
		return nil, err
	}
	return r.reports(), nil
}

// run is one destination being probed. Its fields belong to loop, but for what
// mu guards.
type run struct {
	opts       Options
	recipients []Recipient
	refs       []Ref
	started    time.Time
	messages   map[string]message // by recipient

	hosts      []mxresolve.Host // as far as known
	resolution *mxresolve.Result
	planned    map[netip.Addr]bool
	queue      []*job // mx first: those not yet begun
	jobs       []*job
	skipped    []diagnose.Skip
	own        []netip.Addr
	routes     map[bool]bool // by family: is there a way out
	nextID     int
	running    int
	ended      chan result
	slots      chan struct{}
	known      map[string]time.Duration // when a recipient's verdict was known

	mu sync.Mutex // serialises the observer
}

type message struct {
	msg  *probe.Message
	id   string
	note string
}

func newRun(recipients []Recipient, opts Options) *run {
	if opts.Pace == nil {
		opts.Pace = new(Pace)
	}
	if opts.MaxAddresses == 0 {
		opts.MaxAddresses = DefaultMaxAddresses
	}
	if opts.Parallel == 0 {
		opts.Parallel = DefaultParallel
	}
	if opts.Port == 0 {
		opts.Port = 25
	}
	r := &run{
		opts: opts, recipients: recipients, started: time.Now(),
		planned: make(map[netip.Addr]bool), routes: make(map[bool]bool),
		ended: make(chan result), slots: make(chan struct{}, opts.Parallel),
		known: make(map[string]time.Duration), messages: make(map[string]message),
	}
	for _, x := range recipients {
		r.refs = append(r.refs, Ref{newULID(r.started), x.Mailbox.String(), micro(r.started)})
	}
	return r
}

func micro(t time.Time) Time { return Time{t.UTC().Truncate(time.Microsecond)} }

func (r *run) observe(f func(Observer)) {
	if r.opts.Observer != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		f(r.opts.Observer)
	}
}

// loop resolves, plans and probes until nothing is left to do. It is the only
// place that decides.
func (r *run) loop(ctx context.Context) error {
	if err := r.compose(); err != nil {
		return err
	}
	updates := make(chan []mxresolve.Host)
	resolved := make(chan *mxresolve.Result, 1)
	go func() { resolved <- r.resolve(ctx, func(h []mxresolve.Host) { updates <- h }) }()
	var grace <-chan time.Time
	waited := false
	for r.resolution == nil || r.running > 0 {
		select {
		case r.hosts = <-updates:
			switch settled, all := countSettled(r.hosts); {
			case all || waited:
				r.plan(ctx)
			case settled && grace == nil:
				grace = time.After(mxresolve.DefaultGrace)
			}
		case <-grace:
			waited = true
			r.plan(ctx)
		case r.resolution = <-resolved:
			r.hosts = r.resolution.Hosts
			r.noteLate()
			if err := r.checkSelected(); err != nil {
				return err
			}
			r.plan(ctx)
			r.walk(ctx)
		case x := <-r.ended:
			r.running--
			x.end(x.attempt, x.began)
			r.follow(ctx, x.job)
			r.checkKnown()
			r.walk(ctx)
		}
	}
	return nil
}

func (r *run) resolve(ctx context.Context, update func([]mxresolve.Host)) *mxresolve.Result {
	res := &mxresolve.Resolver{DNS: r.opts.DNS}
	if r.opts.Server != "" {
		return res.ResolveServer(ctx, r.opts.Server, update)
	}
	return res.Resolve(ctx, r.recipients[0].Mailbox.Domain.ASCII, update)
}

func countSettled(hosts []mxresolve.Host) (some, all bool) {
	all = true
	for i := range hosts {
		some = some || hosts[i].Settled
		all = all && hosts[i].Settled
	}
	return some, all
}

// ErrNotMX is returned when --mx names a host that is none of the domain's.
var ErrNotMX = errors.New("not an MX host of the domain")

// selected is the one host to probe, "" for all.
func (r *run) selected() string {
	if r.opts.MX == "all" || r.opts.MX == "first" {
		return ""
	}
	return r.opts.MX
}

func (r *run) checkSelected() error {
	name := r.selected()
	if name == "" || len(r.hosts) == 0 {
		return nil
	}
	var names []string
	for i := range r.hosts {
		if strings.EqualFold(r.hosts[i].Name, name) {
			return nil
		}
		names = append(names, r.hosts[i].Name)
	}
	return fmt.Errorf("%s is %w %s; those are %s", name, ErrNotMX, r.resolution.Domain, strings.Join(names, ", "))
}

// plan numbers a session for each new address of the hosts that have settled,
// in MX order, and starts them; with --mx first it only lines them up.
func (r *run) plan(ctx context.Context) {
	first := r.walks()
	if first && r.resolution == nil {
		return
	}
	hosts := r.hosts
	if first {
		hosts = shuffleEquals(hosts)
	}
	var fresh []*job
	for _, t := range r.targets(hosts) {
		j := r.newJob(t, probe.PurposeProbe, nil, r.boxes())
		fresh = append(fresh, j)
	}
	if first {
		r.queue = append(r.queue, fresh...)
		return
	}
	for _, j := range fresh {
		if r.opts.Pace.closed(j.target.Host) {
			r.leaveOut(j, diagnose.SkipCourtesy, courtesy)
			continue
		}
		r.start(ctx, j)
	}
}

const courtesy = "the host asked for no more connections"

// walks reports whether the places are tried one after another until one decides,
// as a sender does. A message is never sent in any other way.
func (r *run) walks() bool { return r.opts.MX == "first" || r.opts.Text != nil }

func (r *run) boxes() []smtp.Mailbox {
	var out []smtp.Mailbox
	for _, x := range r.recipients {
		out = append(out, x.Mailbox)
	}
	return out
}

// shuffleEquals puts hosts of the same preference in random order, as senders do
// (RFC 5321, section 5.1).
func shuffleEquals(hosts []mxresolve.Host) []mxresolve.Host {
	hosts = slices.Clone(hosts)
	rand.Shuffle(len(hosts), func(i, j int) { hosts[i], hosts[j] = hosts[j], hosts[i] })
	sort.SliceStable(hosts, func(i, j int) bool { return hosts[i].Preference < hosts[j].Preference })
	return hosts
}
