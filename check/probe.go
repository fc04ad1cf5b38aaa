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
	"time"

	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/message"
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
	Number  int      // of the message to the recipient, from 1; 0: the only one
}

// Options say how a destination is probed. The zero value probes every address
// of every MX host, to RCPT, with the system's resolvers.
type Options struct {
	Version string
	Lab     bool // the servers are those of the built-in lab

	Server       string // a host, an address, or "unix:" and the path of a socket, instead of the MX hosts; "": by MX
	Port         uint16 // 0: 25
	MX           string // "all" (or ""), "first", or the name of one MX host
	IPv4, IPv6   bool   // the families to probe; neither: both
	MaxAddresses int    // 0: DefaultMaxAddresses
	Parallel     int    // sessions at once; 0: DefaultParallel
	// Resolved is what is known of Server already; nil: it is looked up.
	Resolved *mxresolve.Result
	Relay    bool // Server is to pass the message on, see [diagnose.Case]

	Sender *smtp.Mailbox  // nil: the null reverse-path
	Draft  *message.Draft // the message to send; nil: none
	DNS    *dnsclient.Client
	// DNSTruth asks the authorities of the domain, and the resolvers of OtherDNS, what DNS
	// says beside the one that is used.
	DNSTruth bool
	OtherDNS []*dnsclient.Client
	// Probe holds what every session shares; From, Recipients, Message, Observe
	// and Continue are set here.
	Probe probe.Options

	// VerifyRule is the rule by which Probe.TLSVerify judges certificates: "" or "pkix"
	// (roots and the host's name), "mta-sts" (RFC 8461) or "dane" (RFC 7672).
	VerifyRule string
	CatchAll   bool // ask hosts that accept about addresses that cannot exist, too
	Postmaster bool // ask about postmaster, abuse and the null sender, too
	Extensions bool // exercise the extensions of each server on a further connection
	TLSCheck   bool // look closely at TLS: further connections to each address, and its policies in DNS
	TrustAD    bool // believe the AD bit of every resolver, not only of those on loopback

	Pace     *Pace    // shared by the destinations of a run; nil: a new one
	Observer Observer // nil: none
}

// Probe probes one destination, the domain that all recipients share, and
// returns a report for each recipient, in their order. The error is for what
// cannot be done at all, such as a host that is not an MX host of the domain.
func Probe(ctx context.Context, recipients []Recipient, opts Options) ([]*Report, error) {
	r := newRun(recipients, opts)
	defer r.told.close()
	if err := r.do(ctx); err != nil {
		return nil, err
	}
	return r.reports(), nil
}

// do probes the destination.
func (r *run) do(ctx context.Context) error {
	r.told.tell(func(o Observer) { o.Begin(r.refs) })
	if err := r.address(); err != nil {
		return err
	}
	return r.loop(ctx)
}

// run is one destination being probed. Its fields belong to loop.
type run struct {
	opts       Options
	recipients []Recipient
	refs       []Ref
	started    time.Time
	messages   []composed // one a recipient
	told       *announcer

	hosts      []mxresolve.Host         // as far as known
	readyAt    map[string]time.Duration // when each host could be dialled
	resolution *mxresolve.Result
	planned    map[netip.Addr]*job // nil for an address that is skipped
	skipped    []diagnose.Skip
	own        []netip.Addr

	past     []*Report     // of the rounds before, one a recipient; nil where there were none
	base     int           // the number of sessions in them
	sources  sources       // from where hosts were asked in them
	patience time.Duration // after which a host that asked for no more connections may be asked again; 0: never

	jobs    []*job // all of them; those of number base+n at n-1
	waiting []*job // planned and not begun
	running int
	beside  int  // how many kinds of sessions about others than the recipients were planned
	leaving bool // the messages for which no transaction was begun are left out
	ended   chan result
	known   map[int]time.Duration // when a recipient's verdict was known

	policies  *policies           // nil where they were not asked for
	tlsPolicy *diagnose.TLSPolicy // when all of them are known
	truth     *mxresolve.Truth    // when all is known; nil where it was not asked for
}

// composed is what one recipient is sent.
type composed struct {
	letter  *message.Letter
	message *message.Message // as last composed for a server; nil: for none yet
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
		opts: opts, recipients: recipients, started: time.Now(), told: newAnnouncer(opts.Observer),
		readyAt: make(map[string]time.Duration), planned: make(map[netip.Addr]*job),
		ended: make(chan result), known: make(map[int]time.Duration),
	}
	for _, x := range recipients {
		r.refs = append(r.refs, Ref{NewID(r.started), x.Mailbox.String(), micro(r.started)})
	}
	return r
}

func micro(t time.Time) Time { return Time{t.UTC().Truncate(time.Microsecond)} }

// lingering is how long, from the beginning, addresses that are late are waited
// for when all else is done. A DNS client tries twice as long.
const lingering = 2 * time.Second

// loop resolves, plans and probes until nothing is left to do. It is the only
// place that decides.
func (r *run) loop(ctx context.Context) error {
	look, stopLooking := context.WithCancel(ctx)
	defer stopLooking()
	r.policies = r.newPolicies(ctx)
	defer r.policies.stop()
	truth := r.newTruthSearch(ctx)
	defer truth.stop()
	updates := make(chan []mxresolve.Host)
	resolved := make(chan *mxresolve.Result, 1)
	go func() { resolved <- r.resolve(look, func(h []mxresolve.Host) { updates <- h }) }()
	var grace, linger <-chan time.Time
	early := false // sessions may begin although hosts are not known yet
	for r.resolution == nil || r.running > 0 {
		select {
		case r.hosts = <-updates:
		case <-grace:
			early = true
		case <-linger:
			stopLooking()
		case r.resolution = <-resolved:
			r.hosts = r.resolution.Hosts
			truth.tell(r.resolution)
			if err := r.checkSelected(); err != nil {
				return err
			}
		case x := <-r.ended:
			r.end(ctx, x)
		}
		r.policies.update(r.hosts)
		some, all := r.countReady()
		if some && grace == nil {
			grace = time.After(mxresolve.DefaultGrace)
		}
		if all || early && r.mayBeginEarly() {
			r.plan()
		}
		r.dispatch(ctx)
		r.askBeside(ctx)
		r.checkKnown()
		if r.resolution == nil && all && linger == nil && r.running == 0 && len(r.jobs) > 0 {
			linger = time.After(time.Until(r.started.Add(lingering)))
		} else if r.running > 0 {
			linger = nil
		}
	}
	if r.policies != nil {
		r.tlsPolicy = r.policies.join(r.resolution)
	}
	r.truth = truth.join(r.resolution)
	return nil
}

func (r *run) resolve(ctx context.Context, update func([]mxresolve.Host)) *mxresolve.Result {
	if r.opts.Resolved != nil {
		return r.opts.Resolved
	}
	res := &mxresolve.Resolver{DNS: r.opts.DNS}
	if r.policies != nil {
		res.MX = r.policies.setMX
	}
	if _, ok := r.socket(); ok {
		return mxresolve.SocketResult(r.opts.Server)
	}
	if r.opts.Server != "" {
		return res.ResolveServer(ctx, r.opts.Server, update)
	}
	return res.Resolve(ctx, r.recipients[0].Mailbox.Domain.ASCII, update)
}

// countReady reports whether some and all hosts can be dialled, and remembers
// since when.
func (r *run) countReady() (some, all bool) {
	all = r.resolution != nil || len(r.hosts) > 0
	for i := range r.hosts {
		h := &r.hosts[i]
		some = some || h.Ready
		all = all && h.Ready
		if _, seen := r.readyAt[h.Name]; h.Ready && !seen {
			r.readyAt[h.Name] = time.Since(r.started)
		}
	}
	return some, all
}

// mayBeginEarly reports whether sessions may begin while hosts are still looked
// up: not where a sender's walk is followed, nor where the hosts not yet known could
// bring more addresses than may be probed, so that the better ones would be left out.
func (r *run) mayBeginEarly() bool {
	const each = 8
	n := 0
	for i := range r.hosts {
		n += len(r.hosts[i].Addresses)
		if !r.hosts[i].Ready {
			n += each
		}
	}
	return !r.walks() && n <= r.opts.MaxAddresses
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

// plan numbers a session for each new address of the hosts that can be
// dialled, in MX order.
func (r *run) plan() {
	hosts := r.hosts
	if r.walks() {
		hosts = shuffleEquals(hosts)
	}
	for i := range hosts {
		if hosts[i].Ready {
			r.planHost(&hosts[i])
		}
	}
}

// walks reports whether the places are tried one after another until one decides,
// as a sender does. A message is never sent in any other way.
func (r *run) walks() bool { return r.opts.MX == "first" || r.opts.Draft != nil }

// everybody are the numbers of all recipients.
func (r *run) everybody() []int {
	out := make([]int, len(r.recipients))
	for i := range out {
		out[i] = i
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
