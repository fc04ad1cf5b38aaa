package probe

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"

	"golang.org/x/net/proxy"

	"github.com/smtpcheck/smtpcheck/sasl"
)

// Proxy is a SOCKS5 proxy (RFC 1928), by way of which connections are made. Names are
// not given to it: what is dialled is the address that DNS told here.
type Proxy struct {
	Address  string // host and port
	User     string // "": no authentication
	Password sasl.Secret
	// Dial opens the connection to the proxy; nil: a net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// ProxyError says on which side of a proxy a connection was not made. What is
// between here and the proxy says nothing about the server behind it.
type ProxyError struct {
	Kind   FailureKind
	Detail string
}

func (e *ProxyError) Error() string { return e.Detail }

// DialContext connects to an address by way of the proxy.
func (p *Proxy) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	var auth *proxy.Auth
	if p.User != "" {
		auth = &proxy.Auth{User: p.User, Password: p.Password.Reveal()}
	}
	first := &toProxy{p: p}
	d, err := proxy.SOCKS5("tcp", p.Address, auth, first)
	if err != nil {
		return nil, err
	}
	by, ok := d.(proxy.ContextDialer)
	if !ok {
		return nil, errors.New("the SOCKS5 library has changed")
	}
	_, err = by.DialContext(ctx, network, address)
	switch {
	case first.err != nil:
		return nil, &ProxyError{FailLocal, "the proxy " + p.Address + " cannot be reached: " + words(first.err)}
	case err != nil:
		return nil, p.failed(err)
	}
	return first.conn, nil
}

// toProxy dials the proxy itself, and keeps how that went.
type toProxy struct {
	p    *Proxy
	conn net.Conn
	err  error
}

// Dial is there because the interface asks for it.
func (t *toProxy) Dial(network, address string) (net.Conn, error) {
	return t.DialContext(context.Background(), network, address)
}

// DialContext connects to the proxy.
func (t *toProxy) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	dial := t.p.Dial
	if dial == nil {
		dial = (&net.Dialer{KeepAlive: -1}).DialContext
	}
	t.conn, t.err = dial(ctx, network, address)
	return t.conn, t.err
}

// failed says what went wrong once the proxy was there: what it answered (RFC
// 1928, section 6), or that it did not.
func (p *Proxy) failed(err error) error {
	text := cause(err)
	says := "the proxy " + p.Address + " says: "
	if answer, ok := strings.CutPrefix(text, "unknown error "); ok {
		kinds := map[string]FailureKind{
			"connection refused": FailRefused, "host unreachable": FailUnreachable, "network unreachable": FailUnreachable,
			"TTL expired": FailUnreachable, "connection not allowed by ruleset": FailProhibited,
		}
		if kind, known := kinds[answer]; known {
			return &ProxyError{kind, says + answer}
		}
		return &ProxyError{FailLocal, says + answer} // nothing about the server
	}
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) || isTimeout(err) {
		return &ProxyError{FailTimeout, "the proxy " + p.Address + " did not say in time whether there is a connection"}
	}
	return &ProxyError{FailLocal, "the proxy " + p.Address + " failed: " + words(err)}
}

// words puts an error of a connection in words without addresses.
func words(err error) string {
	switch {
	case isTimeout(err), errors.Is(err, context.DeadlineExceeded), timedOut(err):
		return "it timed out"
	case isRefused(err):
		return "connection refused"
	}
	if kind, _ := classify(err); kind == FailClosed && strings.Contains(err.Error(), "EOF") {
		return "it closed the connection"
	}
	return cause(err)
}
