package policy

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/smtpcheck/smtpcheck/dnsclient"
)

// Bounds of fetching a policy (RFC 8461, section 3.3).
const (
	FetchTimeout = 10 * time.Second
	MaxPolicy    = 64 << 10 // octets

	connectTimeout = 4 * time.Second // to one address of the policy host
	maxPolicyHosts = 6               // addresses that are tried
)

// Fetcher fetches policies. Its zero value uses the network and the system's roots.
type Fetcher struct {
	Resolver *Resolver
	// Dial opens connections; nil means a net.Dialer.
	Dial    func(ctx context.Context, network, address string) (net.Conn, error)
	RootCAs *x509.CertPool // nil: the system's
	Local   bool           // addresses of this machine are dialled too: those of the lab
	// IPv4 and IPv6 say which families of addresses are used. Neither means both.
	IPv4, IPv6 bool
}

// Fetched is what came of fetching a policy.
type Fetched struct {
	URL     string
	Address string // of the host that answered, with the port; ""
	Code    int    // of the answer over HTTP; 0 when there was none
	Type    string // the media type; "" when there was none
	Size    int    // octets of the policy; at most MaxPolicy
	Took    time.Duration

	Policy *Policy // nil when there is none to use
	// Failure and Why say why there is none.
	Failure Failure
	Why     string
	Notes   []string // what is odd and does not matter to senders

	Answers []*dnsclient.Answer // for the addresses of the policy host
}

// Fetch fetches the policy of a domain, within [FetchTimeout]. No redirects are
// followed, no proxy is used, and the certificate must be good for the policy host.
func (f *Fetcher) Fetch(ctx context.Context, domain string) *Fetched {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, FetchTimeout)
	defer cancel()
	name := "mta-sts." + domain
	out := &Fetched{URL: "https://" + name + "/.well-known/mta-sts.txt"}
	defer func() { out.Took = time.Since(began) }()

	addrs := f.addresses(ctx, name, out)
	if len(addrs) == 0 {
		return out
	}
	var at atomic.Pointer[string] // it is dialled in a goroutine that Do may leave behind
	transport := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return f.connect(ctx, addrs, &at)
		},
		TLSClientConfig:        &tls.Config{RootCAs: f.RootCAs, ServerName: name, MinVersion: tls.VersionTLS12},
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: 16 << 10,
	}
	defer transport.CloseIdleConnections()
	client := &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, out.URL, nil)
	if err != nil {
		out.fail(FailFetch, "there can be no such host as "+name)
		return out
	}
	req.Header.Set("User-Agent", "smtpcheck")
	resp, err := client.Do(req)
	if address := at.Load(); address != nil {
		out.Address = *address
	}
	if err != nil {
		out.failed(ctx, err)
		return out
	}
	defer resp.Body.Close()
	out.read(ctx, resp)
	return out
}

func (out *Fetched) fail(kind Failure, why string) { out.Failure, out.Why = kind, why }

// failed says why there was no answer: the certificate, or anything else.
func (out *Fetched) failed(ctx context.Context, err error) {
	var certificate *tls.CertificateVerificationError
	var op *net.OpError
	switch {
	case errors.As(err, &certificate):
		out.fail(FailWebPKI, "the certificate of the policy host: "+strings.TrimPrefix(certificate.Err.Error(), "x509: "))
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		out.fail(FailFetch, fmt.Sprintf("the policy host did not answer within %d s", int(FetchTimeout.Seconds())))
	case errors.As(err, &op):
		out.fail(FailFetch, "the policy host cannot be reached: "+op.Err.Error())
	default:
		for e := errors.Unwrap(err); e != nil; e = errors.Unwrap(e) {
			err = e
		}
		out.fail(FailFetch, "the policy host: "+err.Error())
	}
}

// read takes the answer: 200, not too long, and a policy.
func (out *Fetched) read(ctx context.Context, resp *http.Response) {
	out.Code = resp.StatusCode
	out.Type = resp.Header.Get("Content-Type")
	switch {
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		out.fail(FailFetch, fmt.Sprintf("the policy host answered %d; redirects are not followed", resp.StatusCode))
		return
	case resp.StatusCode != http.StatusOK:
		out.fail(FailFetch, fmt.Sprintf("the policy host answered %d", resp.StatusCode))
		return
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxPolicy+1))
	out.Size = min(len(body), MaxPolicy)
	switch {
	case len(body) > MaxPolicy:
		out.fail(FailPolicy, fmt.Sprintf("the policy is longer than %d KiB", MaxPolicy>>10))
		return
	case err != nil && ctx.Err() != nil:
		out.fail(FailFetch, fmt.Sprintf("the policy did not come to its end within %d s", int(FetchTimeout.Seconds())))
		return
	case err != nil:
		out.fail(FailFetch, "the policy was cut short")
		return
	}
	kind, _, _ := mime.ParseMediaType(out.Type)
	if kind == "text/html" || strings.HasPrefix(strings.TrimSpace(string(body[:min(len(body), 64)])), "<") {
		out.fail(FailPolicy, "the policy host answered with a web page, not with a policy")
		return
	}
	if kind != "text/plain" {
		out.Notes = append(out.Notes, "the media type is not text/plain")
	}
	p, err := ParsePolicy(string(body))
	if err != nil {
		out.fail(FailPolicy, "the policy cannot be used: "+err.Error())
		return
	}
	out.Policy = p
	out.Notes = append(out.Notes, p.Notes...)
}

// addresses asks for the addresses of the policy host, IPv6 first.
func (f *Fetcher) addresses(ctx context.Context, name string, out *Fetched) []netip.Addr {
	types := []dnsclient.Type{"AAAA", "A"}
	if f.IPv4 != f.IPv6 {
		types = map[bool][]dnsclient.Type{true: {"A"}, false: {"AAAA"}}[f.IPv4]
	}
	answers := make(chan *dnsclient.Answer, len(types))
	for _, t := range types {
		go func() { answers <- f.Resolver.dns().Query(ctx, name, t) }()
	}
	var v6, v4 []netip.Addr
	why := "the policy host " + name + " has no address"
	for range types {
		a := <-answers
		out.Answers = append(out.Answers, a)
		switch a.Status {
		case dnsclient.StatusOK, dnsclient.StatusNoData:
		case dnsclient.StatusNXDomain:
			why = "the policy host " + name + " does not exist"
		default:
			why = "the address of the policy host " + name + " could not be found: " + a.Err
		}
		for _, rec := range a.Records {
			switch addr := rec.Addr.Unmap(); {
			case !f.Local && (addr.IsLoopback() || addr.IsUnspecified()):
				why = "the policy host " + name + " has an address of this machine"
			case addr.Is4():
				v4 = append(v4, addr)
			default:
				v6 = append(v6, addr)
			}
		}
	}
	if len(out.Answers) > 1 && out.Answers[0].Type == "A" {
		out.Answers[0], out.Answers[1] = out.Answers[1], out.Answers[0]
	}
	addrs := slices.Concat(v6[:min(len(v6), maxPolicyHosts/2)], v4)
	if len(addrs) == 0 {
		out.fail(FailFetch, why)
	}
	return addrs[:min(len(addrs), maxPolicyHosts)]
}

// connect tries the addresses in turn.
func (f *Fetcher) connect(ctx context.Context, addrs []netip.Addr, connected *atomic.Pointer[string]) (net.Conn, error) {
	dial := f.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	var first error
	for _, addr := range addrs {
		one, cancel := context.WithTimeout(ctx, connectTimeout)
		at := netip.AddrPortFrom(addr, 443).String()
		conn, err := dial(one, "tcp", at)
		cancel()
		if err == nil {
			connected.Store(&at)
			return conn, nil
		}
		if first == nil {
			first = err
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, first
}
