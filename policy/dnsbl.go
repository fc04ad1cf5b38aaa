package policy

import (
	"context"
	"net/netip"
	"slices"
	"sync"

	"github.com/smtpcheck/smtpcheck/dnsclient"
)

// Blocklist is a DNS blocklist (RFC 5782).
type Blocklist struct {
	Zone    string
	Name    string // "" for one that is not known here
	Domains bool   // it lists domain names, and not addresses
	Codes   []Code // what the answers mean, as far as that is known
	Removal string // where to look and to ask for removal; "" where that is not known
	// Test is a domain that a list of domains always has; "" is "test" (RFC 5782, section 5).
	Test string
}

// Code is the meaning of one answer of a blocklist.
type Code struct {
	Answer  netip.Addr
	Meaning string
}

// ListState says what came of asking a blocklist.
type ListState string

// The states of a [Listing].
const (
	Listed    ListState = "listed"
	NotListed ListState = "not-listed"
	// ListRefuses: the list does not answer such as us: by way of an open resolver,
	// or too often. That is no listing.
	ListRefuses ListState = "refused"
	// ListBroken: the list does not pass its own test (RFC 5782, section 5). What it says means nothing.
	ListBroken ListState = "broken"
	// ListUnknown: DNS did not tell.
	ListUnknown ListState = "unknown"
)

// Listing is what a blocklist says about an address or a domain.
type Listing struct {
	List    Blocklist
	Subject string
	State   ListState
	Why     string // in words, where State is neither listed nor not-listed
	Codes   []netip.Addr
	Reasons []string // what the list says about it, from its codes and its TXT records; untrusted

	Entry       *dnsclient.Answer // about the subject
	Must, Never *dnsclient.Answer // about the entries that must be there, and must not
	Text        *dnsclient.Answer // TXT of a listed subject; nil where it was not asked for
}

// Answers are the queries that were made.
func (l *Listing) Answers() []*dnsclient.Answer {
	return slices.DeleteFunc([]*dnsclient.Answer{l.Entry, l.Must, l.Never, l.Text}, func(a *dnsclient.Answer) bool { return a == nil })
}

// ListedAddress asks a list of addresses about one.
func (r *Resolver) ListedAddress(ctx context.Context, list Blocklist, addr netip.Addr) *Listing {
	// RFC 5782, section 5: the entries for tests, of both families.
	must, never := netip.AddrFrom4([4]byte{127, 0, 0, 2}), netip.AddrFrom4([4]byte{127, 0, 0, 1})
	if !addr.Is4() {
		must, never = netip.AddrFrom16(must.As16()), netip.AddrFrom16(never.As16())
	}
	return r.listed(ctx, list, addr.String(), Reversed(addr), Reversed(must), Reversed(never))
}

// ListedDomain asks a list of domains about one.
func (r *Resolver) ListedDomain(ctx context.Context, list Blocklist, domain string) *Listing {
	must := list.Test
	if must == "" {
		must = "test"
	}
	return r.listed(ctx, list, domain, domain, must, "invalid")
}

func (r *Resolver) listed(ctx context.Context, list Blocklist, subject, entry, must, never string) *Listing {
	l := &Listing{List: list, Subject: subject}
	var all sync.WaitGroup
	for name, to := range map[string]**dnsclient.Answer{entry: &l.Entry, must: &l.Must, never: &l.Never} {
		all.Go(func() { *to = r.dns().Query(ctx, name+"."+list.Zone, "A") })
	}
	all.Wait()
	for _, a := range []**dnsclient.Answer{&l.Must, &l.Never, &l.Entry} { // the subject may be a test itself
		if *a == nil {
			*a = r.dns().Query(ctx, entry+"."+list.Zone, "A")
		}
	}
	l.judge()
	if l.State == Listed {
		l.Text = r.dns().Query(ctx, entry+"."+list.Zone, "TXT")
		l.explain()
	}
	return l
}

// judge holds the answer against those that the list gives about itself.
func (l *Listing) judge() {
	l.State, l.Why = l.state()
	if l.State == Listed {
		for _, rec := range l.Entry.Records {
			if listing(rec.Addr) && len(l.Codes) < maxTXT {
				l.Codes = append(l.Codes, rec.Addr)
			}
		}
	}
}

func (l *Listing) state() (ListState, string) {
	all := []*dnsclient.Answer{l.Entry, l.Must, l.Never}
	for _, a := range all {
		for _, rec := range a.Records {
			if why := refusal(rec.Addr); why != "" {
				return ListRefuses, why
			}
		}
	}
	for _, a := range all {
		for _, rec := range a.Records {
			if !loopback(rec.Addr) {
				return ListBroken, "it answers with " + rec.Addr.String() + ", which no blocklist does: the domain is parked, or something on the way invents answers"
			}
		}
	}
	for _, a := range all {
		if !Answered(a) {
			return ListUnknown, "DNS did not answer: " + a.Err
		}
	}
	switch {
	case len(l.Never.Records) > 0:
		return ListBroken, "it lists what it must never list: it lists everything"
	case len(l.Must.Records) == 0:
		return ListBroken, "it has no entry for tests: it is dead, or has none of this kind"
	case slices.ContainsFunc(l.Entry.Records, func(rec dnsclient.Record) bool { return listing(rec.Addr) }):
		return Listed, ""
	}
	return NotListed, ""
}

// refusal says why a list did not answer the question, "" where it did: with
// addresses of 127.255.255.0/24, as Spamhaus and others do.
func refusal(addr netip.Addr) string {
	if !addr.Is4() || addr.As4()[0] != 127 || addr.As4()[1] != 255 || addr.As4()[2] != 255 {
		return ""
	}
	switch addr.As4()[3] {
	case 252:
		return "it says that the name of the list is mistyped (" + addr.String() + ")"
	case 254:
		return "it does not answer open or public resolvers (" + addr.String() + ")"
	case 255:
		return "it does not answer who asks as often as this resolver does (" + addr.String() + ")"
	}
	return "it refuses to answer (" + addr.String() + ")"
}

// loopback reports whether an address is of 127.0.0.0/8, as answers of a blocklist are (RFC 5782, section 2.1).
func loopback(addr netip.Addr) bool { return addr.Is4() && addr.IsLoopback() }

// listing reports whether an answer is a listing: 127.0.0.1 is none (RFC 5782,
// section 5), and is what lists answer that do not want to be asked.
func listing(addr netip.Addr) bool {
	return loopback(addr) && addr != netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

// explain collects what the list says of the subject.
func (l *Listing) explain() {
	for _, addr := range l.Codes {
		for _, c := range l.List.Codes {
			if c.Answer == addr {
				l.Reasons = append(l.Reasons, c.Meaning)
			}
		}
	}
	for _, rec := range l.Text.Records {
		if len(l.Reasons) < maxTXT && !slices.Contains(l.Reasons, rec.Text) {
			l.Reasons = append(l.Reasons, rec.Text[:min(len(rec.Text), maxReason)])
		}
	}
}

// maxReason bounds one text of a blocklist.
const maxReason = 500
