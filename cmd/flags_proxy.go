package cmd

import (
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/sasl"
)

// proxyFlags are the flags about what stands between here and a server.
type proxyFlags struct {
	url, header string
}

func (p *proxyFlags) add(f *pflag.FlagSet) {
	f.StringVar(&p.url, "proxy", "", "connect by way of the SOCKS5 proxy `socks5://[USER@]HOST[:PORT]`; its password is in SMTPCHECK_PROXY_PASSWORD, DNS stays here")
	f.StringVar(&p.header, "proxy-protocol", "", "begin with a PROXY protocol header, `v1|v2[,SRC[,DST]]`, as a load balancer does")
}

// apply puts the flags into the options of a probe, whose Dial connects to the proxy.
func (p *proxyFlags) apply(o *probe.Options) error {
	if p.header != "" {
		h, err := parseProxyHeader(p.header)
		if err != nil {
			return err
		}
		o.ProxyHeader = h
	}
	if p.url == "" {
		return nil
	}
	proxy, err := parseProxy(p.url)
	if err != nil {
		return err
	}
	proxy.Dial = o.Dial
	o.Dial, o.Via = proxy.DialContext, "the proxy "+proxy.Address
	return nil
}

// parseProxy reads --proxy. What cannot be read is not repeated: it may hold a password.
func parseProxy(text string) (*probe.Proxy, error) {
	const hint = "--proxy socks5://127.0.0.1:1080"
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Opaque != "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "":
		return nil, usage("--proxy is not the address of a proxy").hint(hint)
	case u.Scheme != "socks5" && u.Scheme != "socks5h":
		return nil, usage("--proxy %s:// is not a kind of proxy that can be used", quote(u.Scheme)).hint(hint)
	}
	password := os.Getenv("SMTPCHECK_PROXY_PASSWORD")
	p := &probe.Proxy{User: u.User.Username(), Password: sasl.NewSecret(password)}
	if _, ok := u.User.Password(); ok {
		return nil, usage("--proxy has a password, which everybody on this machine could read").hint("put it into the environment variable SMTPCHECK_PROXY_PASSWORD")
	}
	if len(p.User) > 255 || len(password) > 255 {
		return nil, usage("--proxy: a user name and a password have at most 255 octets")
	}
	port := u.Port()
	if port == "" {
		port = "1080"
	}
	if _, _, err := splitServer("x:" + port); err != nil {
		return nil, usage("--proxy has no port that can be used").hint(hint)
	}
	p.Address = net.JoinHostPort(u.Hostname(), port)
	return p, nil
}

// parseProxyHeader reads --proxy-protocol.
func parseProxyHeader(text string) (*probe.ProxyHeader, error) {
	const hint = "--proxy-protocol v1, or --proxy-protocol v2,192.0.2.1:4000,198.51.100.10:25"
	version, rest, _ := strings.Cut(text, ",")
	versions := map[string]int{"v1": 1, "v2": 2}
	h := &probe.ProxyHeader{Version: versions[strings.ToLower(version)]}
	if h.Version == 0 {
		return nil, usage("--proxy-protocol %s: the version is v1 or v2", quote(version)).hint(hint)
	}
	source, destination, _ := strings.Cut(rest, ",")
	var err error
	if h.Source, err = parseEnd(source); err != nil {
		return nil, usage("--proxy-protocol: %s is not an address with or without a port", quote(source)).hint(hint)
	}
	if h.Destination, err = parseEnd(destination); err != nil {
		return nil, usage("--proxy-protocol: %s is not an address with or without a port", quote(destination)).hint(hint)
	}
	if h.Source.IsValid() && h.Destination.IsValid() && h.Source.Addr().Is4() != h.Destination.Addr().Is4() {
		return nil, usage("--proxy-protocol: both addresses are IPv4, or both IPv6").hint(hint)
	}
	return h, nil
}

// parseEnd reads ADDR or ADDR:PORT; what is empty is not valid, and no error.
func parseEnd(text string) (netip.AddrPort, error) {
	if text == "" {
		return netip.AddrPort{}, nil
	}
	host, port, err := splitServer(text)
	if err != nil {
		return netip.AddrPort{}, err
	}
	addr, err := netip.ParseAddr(host)
	return netip.AddrPortFrom(addr.Unmap().WithZone(""), port), err
}
