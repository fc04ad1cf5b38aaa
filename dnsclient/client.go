// Package dnsclient asks one DNS question and testifies how it was answered.
//
// A query goes like this:
//
//  1. [Client.Query] writes the question once: recursion desired, AD set so that
//     the resolver tells whether the data is authentic (RFC 6840, section 5.7),
//     EDNS0 with 1232 bytes (RFC 6891).
//  2. It tries the servers in turn, each for [Client.Timeout], for
//     [Client.Rounds] rounds, until one gives a final answer: records, no such
//     name, or no such records. Every try is an [Exchange].
//  3. A try is one socket of its own, so that the source port is as random as
//     the transaction id, connected, so that only its server can answer. What
//     does not fit the question is ignored and the wait goes on (RFC 5452,
//     section 9.1); what fits it but is malformed ends the try.
//  4. A truncated answer is never used: the same server is asked over TCP
//     (RFC 7766, section 5). A server that does not know EDNS0 is asked once more without.
//  5. Aliases are followed, at most [MaxChain] of them, and reported in
//     [Answer.Chain]: inside the answer, and by asking again where a server that
//     does not recurse tells only its own part.
//
// With [Client.NoRecursion] it asks what a server knows of its own, as a resolver
// asks an authority: a referral and an alias that leads elsewhere are answers then,
// with what the server says of others in [Answer.Authority] and [Answer.Additional].
//
// A failure of DNS is a fact like any other and is told in [Answer.Status];
// there is no error to return. Names are in presentation form without the
// final dot, odd bytes escaped as \DDD (RFC 1035, section 5.1); "." is the root.
// Nothing is cached.
package dnsclient

import (
	"context"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// Defaults and limits of a [Client].
const (
	DefaultTimeout = 2 * time.Second // of one try
	DefaultRounds  = 2               // over the servers

	MaxChain     = 8    // aliases followed from one name
	MaxExchanges = 64   // of one query, in all
	MaxRecords   = 1000 // records kept of one answer
	MaxAnswers   = 100  // records listed in one Exchange
	MaxReferral  = 64   // name servers kept of one answer, and addresses of them
)

// Client asks questions. Its zero value asks the system's resolvers over UDP.
// It may be used by several goroutines at once, and must not be copied after
// its first query.
type Client struct {
	// Servers are the servers to ask, in order, each "address:port".
	// Nil means those of [SystemServers], read at the first query.
	Servers []string
	// Dial opens the connection to a server; network is "udp" or "tcp". For
	// "udp" the result must be a connected datagram socket. Nil means net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Timeout is how long one try may take, connecting included. 0 means DefaultTimeout.
	Timeout time.Duration
	// Rounds is how often the servers are gone through. 0 means DefaultRounds.
	Rounds int
	// TCP asks over TCP only.
	TCP bool
	// NoRecursion asks what each server knows itself (RD clear; RFC 1035, section
	// 4.1.1), and follows nothing.
	NoRecursion bool
	// CheckingDisabled asks a resolver that validates for what it would not vouch
	// for (CD; RFC 4035, section 3.2.2).
	CheckingDisabled bool

	once   sync.Once
	system []string // what SystemServers said
}

// To returns a client that asks one server only, in the way c does.
func (c *Client) To(server string) *Client {
	return &Client{
		Servers: []string{server}, Dial: c.Dial, Timeout: c.Timeout, Rounds: c.Rounds, TCP: c.TCP,
		NoRecursion: c.NoRecursion, CheckingDisabled: c.CheckingDisabled,
	}
}

// Query asks for the records of type t at name and follows aliases. It always
// returns an Answer: see [Answer.Status]. When ctx ends, so does Query, at once.
func (c *Client) Query(ctx context.Context, name string, t Type) *Answer {
	q, err := newQuestion(name, t)
	if err != nil {
		return &Answer{Name: name, Type: t, Status: StatusFailed, Err: err.Error()}
	}
	a := &Answer{Name: q.name, Type: q.typ}
	q.noRecursion, q.checkingDisabled = c.NoRecursion, c.CheckingDisabled
	for {
		r := c.ask(ctx, a, q)
		if r == nil {
			return a
		}
		end := a.follow(q.name, r)
		if end == "" {
			return a
		}
		if c.NoRecursion {
			a.Status = StatusAlias
			return a
		}
		// The alias, a new one each time, leads out of what this server, which does not recurse, can tell.
		if q, err = newQuestion(end, t); err != nil {
			a.Status, a.Err = StatusFailed, err.Error()
			return a
		}
		q.checkingDisabled = c.CheckingDisabled
	}
}

// ask tries the servers until one gives a final reply, which it returns. When
// none does it says so in a and returns nil.
func (c *Client) ask(ctx context.Context, a *Answer, q *question) *reply {
	a.Status, a.Err = "", ""
	rounds := c.Rounds
	if rounds <= 0 {
		rounds = DefaultRounds
	}
	servers := c.servers()
	for range rounds {
		for _, server := range servers {
			if ctx.Err() != nil {
				a.fail(&Exchange{Err: contextWords(ctx)})
				return nil
			}
			if len(a.Exchanges) >= MaxExchanges {
				a.fail(&Exchange{Err: errTooMany})
				return nil
			}
			e, r := c.askServer(ctx, a, q, server)
			if r != nil {
				return r
			}
			a.fail(e)
		}
	}
	if len(servers) == 0 {
		a.Status, a.Err = StatusFailed, "no DNS server to ask"
	}
	return nil
}

// askServer asks one server: again without EDNS0 when it does not know that,
// and again over TCP when the answer was truncated. It returns the last
// exchange, and its reply when that is final.
func (c *Client) askServer(ctx context.Context, a *Answer, q *question, server string) (*Exchange, *reply) {
	network, edns := "udp", true
	if c.TCP {
		network = "tcp"
	}
	for {
		e, r := c.try(ctx, q, server, network, edns)
		if r != nil && len(a.Chain) > 0 && r.tellsNothing(q) {
			e.Err = "an empty answer: the server does not recurse and does not say that there are no such records"
			r = nil
		}
		a.Exchanges = append(a.Exchanges, *e)
		switch {
		case r == nil:
			return e, nil
		case r.final(), q.noRecursion && r.referral():
			return e, r
		case len(a.Exchanges) >= MaxExchanges:
			return e, nil
		case edns && (e.Rcode == "FORMERR" || e.Rcode == "NOTIMP"):
			edns = false
		case r.truncated && network == "udp":
			network = "tcp"
		default:
			return e, nil
		}
	}
}

func (c *Client) servers() []string {
	if c.Servers != nil {
		return c.Servers
	}
	c.once.Do(func() { c.system = SystemServers() })
	return c.system
}

func (c *Client) timeout() time.Duration {
	if c.Timeout > 0 {
		return c.Timeout
	}
	return DefaultTimeout
}

// follow takes the records of r, the reply about name, into a. It returns the
// name to ask for next, or "" when a is complete.
func (a *Answer) follow(name string, r *reply) (next string) {
	before := len(a.Chain)
	first := before == 0
	a.AD = r.ad && (first || a.AD)
	a.Rcode, a.Err = r.rcodeName(), ""
	a.Authoritative = r.authoritative && (first || a.Authoritative)
	a.SOA, a.Authority, a.Additional = r.soaRecord, r.nameServers, r.glue
	if first || r.ttl < a.TTL {
		a.TTL = r.ttl
	}
	for {
		a.Records = r.at(name, a.Type)
		if len(a.Records) > 0 || a.Type == "CNAME" {
			break
		}
		alias, ok := r.alias(name)
		if !ok {
			break
		}
		a.Chain = append(a.Chain, alias)
		name = alias.Host
		if a.loops(name) {
			a.Status, a.Err = StatusLoop, "the aliases go round in a loop"
			return ""
		}
		if len(a.Chain) > MaxChain {
			a.Status, a.Err = StatusLongChain, "more aliases than are followed"
			return ""
		}
	}
	switch {
	case r.referral():
		a.Status = StatusReferral
	case r.rcode == rcodeNameError:
		a.Status, a.Records = StatusNXDomain, nil
	case len(a.Records) > 0:
		a.Status, a.Total = StatusOK, max(r.matching, len(a.Records))
	case len(a.Chain) > before && r.leadsOut():
		return name
	default:
		a.Status = StatusNoData
	}
	return ""
}

// loops reports whether the chain has been at name before.
func (a *Answer) loops(name string) bool {
	return slices.ContainsFunc(a.Chain, func(r Record) bool { return strings.EqualFold(r.Name, name) })
}
