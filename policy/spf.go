package policy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"blitiri.com.ar/go/spf"

	"github.com/smtpcheck/smtpcheck/dnsclient"
)

// SPFResult is the result of an SPF check (RFC 7208, section 2.6).
type SPFResult string

// The results.
const (
	SPFNone      SPFResult = "none"
	SPFNeutral   SPFResult = "neutral"
	SPFPass      SPFResult = "pass"
	SPFFail      SPFResult = "fail"
	SPFSoftFail  SPFResult = "softfail"
	SPFTempError SPFResult = "temperror"
	SPFPermError SPFResult = "permerror"
)

// SPF is whether the SPF record of a domain lets an address send for it.
type SPF struct {
	Domain  string
	Sender  string // local-part@domain
	Address netip.Addr
	HELO    string

	Result SPFResult
	// Mechanism is what matched, as in the record: "ip4:192.0.2.0/24"; by way of
	// others: "include:spf.example.net > ip4:192.0.2.0/24". "" where none did.
	Mechanism string
	Record    string // of the domain; "" where there is none, or more than one
	Problem   string // in words, for none, temperror and permerror
	Trace     []string
	Answers   []*dnsclient.Answer
}

const (
	maxTrace      = 200
	maxTraceLine  = 300
	maxSPFQueries = 100
)

// SPF checks whether an address may send mail of a sender (RFC 7208, section 4).
// A sender without local-part is postmaster (section 2.4).
func (r *Resolver) SPF(ctx context.Context, addr netip.Addr, helo, sender string) *SPF {
	if !strings.Contains(sender, "@") {
		sender = "postmaster@" + sender
	}
	out := &SPF{Sender: sender, Domain: sender[strings.LastIndexByte(sender, '@')+1:], Address: addr, HELO: helo}
	in := &spfResolver{r: r, spf: out}
	var matched []string
	result, err := spf.CheckHostWithSender(net.IP(addr.AsSlice()), helo, sender, spf.WithContext(ctx), spf.WithResolver(in),
		spf.WithTraceFunc(func(format string, args ...any) {
			if len(out.Trace) < maxTrace {
				line := fmt.Sprintf(format, args...)
				out.Trace = append(out.Trace, line[:min(len(line), maxTraceLine)])
			}
			matched = matches(matched, format, args)
		}))
	out.Result = SPFResult(result)
	switch out.Result {
	case SPFPass, SPFFail, SPFSoftFail, SPFNeutral:
		out.Mechanism = qualified(out.Result, way(matched))
	case SPFNone:
		out.Problem = "there is no SPF record"
	default:
		out.Problem = spfProblem(err)
		out.Mechanism = way(matched)
	}
	if ctx.Err() != nil {
		out.Result, out.Problem = SPFTempError, "cancelled"
	}
	return out
}

// matches notes the term that decided, when the library traces one.
func matches(before []string, format string, args []any) []string {
	switch {
	case strings.HasPrefix(format, "%q") && len(args) == 3:
		term, ok := args[0].(string)
		_, isResult := args[1].(spf.Result)
		if ok && isResult && len(before) < maxTrace {
			return append(before, term)
		}
	case strings.HasPrefix(format, "all:"):
		return append(before, "all")
	case strings.HasPrefix(format, "fallback"):
		return append(before, "")
	}
	return before
}

// way is the last term that decided, and what it decided by: an include tells of
// its match right after the match inside.
func way(matched []string) string {
	var out []string
	for _, term := range slices.Backward(matched) {
		if term == "" {
			break
		}
		out = append(out, term)
		if lower := strings.ToLower(term); !strings.HasPrefix(lower, "include:") && !strings.HasPrefix(lower, "redirect=") {
			break
		}
	}
	return strings.Join(out, " > ")
}

// qualified is a term with the qualifier that gave the result (RFC 7208, section 4.6.2).
func qualified(r SPFResult, term string) string {
	if term == "" || strings.HasPrefix(strings.ToLower(term), "redirect=") {
		return term
	}
	return map[SPFResult]string{SPFFail: "-", SPFSoftFail: "~", SPFNeutral: "?"}[r] + term
}

// spfProblem says in words why a record could not be evaluated.
func spfProblem(err error) string {
	var dns *net.DNSError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &dns):
		return "DNS did not answer for " + dns.Name + ": " + dns.Err
	case errors.Is(err, spf.ErrMultipleRecords):
		return "there is more than one SPF record"
	case errors.Is(err, spf.ErrLookupLimitReached):
		return "it needs more than 10 DNS lookups (RFC 7208, section 4.6.4)"
	case errors.Is(err, spf.ErrVoidLookupLimitReached):
		return "more than 2 of its DNS lookups find nothing (RFC 7208, section 4.6.4)"
	case errors.Is(err, spf.ErrNoResult):
		return "it includes a domain without an SPF record"
	case errors.Is(err, spf.ErrUnknownField):
		return "it has a mechanism that does not exist"
	}
	return err.Error()
}

// spfResolver asks what the check wants to know, and keeps the answers.
type spfResolver struct {
	r   *Resolver
	spf *SPF
	mu  sync.Mutex
}

func (s *spfResolver) ask(ctx context.Context, name string, t dnsclient.Type) (*dnsclient.Answer, error) {
	name = strings.TrimSuffix(name, ".")
	s.mu.Lock()
	full := len(s.spf.Answers) >= maxSPFQueries
	s.mu.Unlock()
	if full {
		return nil, &net.DNSError{Err: "too many queries", Name: name, IsTemporary: true}
	}
	a := s.r.dns().Query(ctx, name, t)
	s.mu.Lock()
	s.spf.Answers = append(s.spf.Answers, a)
	s.mu.Unlock()
	switch {
	case a.Status == dnsclient.StatusOK:
		return a, nil
	case a.Status == dnsclient.StatusNoData, a.Status == dnsclient.StatusNXDomain,
		len(a.Exchanges) == 0 && a.Status == dnsclient.StatusFailed: // a name that cannot be (RFC 7208, section 4.3)
		return a, &net.DNSError{Err: "no such records", Name: name, IsNotFound: true}
	}
	return a, &net.DNSError{Err: a.Err, Name: name, IsTemporary: true}
}

// LookupTXT is part of the library's interface.
func (s *spfResolver) LookupTXT(ctx context.Context, name string) (out []string, err error) {
	a, err := s.ask(ctx, name, "TXT")
	if err != nil {
		return nil, err
	}
	for _, rec := range a.Records {
		out = append(out, rec.Text)
		if s.spf.Record == "" && strings.EqualFold(a.Name, s.spf.Domain) && isSPF(rec.Text) {
			s.spf.Record = rec.Text
		}
	}
	return out, nil
}

func isSPF(text string) bool {
	return len(text) >= 6 && strings.EqualFold(text[:6], "v=spf1") && (len(text) == 6 || text[6] == ' ')
}

// LookupMX is part of the library's interface.
func (s *spfResolver) LookupMX(ctx context.Context, name string) (out []*net.MX, err error) {
	a, err := s.ask(ctx, name, "MX")
	if err != nil {
		return nil, err
	}
	for _, rec := range a.Records {
		out = append(out, &net.MX{Host: rec.Host, Pref: rec.Preference})
	}
	return out, nil
}

// LookupIPAddr is part of the library's interface. Mechanisms ask for the family of
// the address, but "exists" always for A (RFC 7208, section 5.7).
func (s *spfResolver) LookupIPAddr(ctx context.Context, name string) (out []net.IPAddr, err error) {
	types := []dnsclient.Type{"A"}
	if !s.spf.Address.Is4() {
		types = []dnsclient.Type{"AAAA", "A"}
	}
	for _, t := range types {
		a, failed := s.ask(ctx, name, t)
		if failed != nil {
			err = worse(err, failed)
			continue
		}
		for _, rec := range a.Records {
			out = append(out, net.IPAddr{IP: net.IP(rec.Addr.AsSlice())})
		}
	}
	if len(out) > 0 {
		return out, nil
	}
	return nil, err
}

// worse is the error that says more: that DNS did not answer.
func worse(a, b error) error {
	var dns *net.DNSError
	if errors.As(a, &dns) && dns.IsTemporary {
		return a
	}
	return b
}

// LookupAddr is part of the library's interface.
func (s *spfResolver) LookupAddr(ctx context.Context, addr string) (out []string, err error) {
	ip, err := netip.ParseAddr(addr)
	if err != nil {
		return nil, &net.DNSError{Err: err.Error(), Name: addr, IsNotFound: true}
	}
	a, err := s.ask(ctx, ReverseZone(ip.Unmap()), "PTR")
	if err != nil {
		return nil, err
	}
	for _, rec := range a.Records {
		out = append(out, rec.Host)
	}
	return out, nil
}
