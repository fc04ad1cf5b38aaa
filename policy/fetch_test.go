package policy

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpcheck/smtpcheck/dnsclient"
	"github.com/smtpcheck/smtpcheck/lab"
	"github.com/smtpcheck/smtpcheck/lab/simnet"
)

const stsPolicy = "version: STSv1\nmode: enforce\nmx: mx.example.test\nmax_age: 86400\n"

// policyHost serves HTTPS, and returns who fetches there.
func policyHost(t *testing.T, name string, handler http.HandlerFunc) *Fetcher {
	t.Helper()
	root := authority(t, "root", nil)
	cert := leaf(t, root, name)
	s := httptest.NewUnstartedServer(handler)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{cert.Raw}, PrivateKey: cert.key}}}
	s.StartTLS()
	t.Cleanup(s.Close)
	r := resolver(t, "mta-sts.example.test. A 192.0.2.80\nmta-sts.example.test. AAAA 2001:db8::80\nmta-sts.here.test. A 127.0.0.1\n")
	f := &Fetcher{Resolver: r, RootCAs: x509.NewCertPool()}
	f.RootCAs.AddCert(root.Certificate)
	f.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if address != "192.0.2.80:443" {
			return nil, &net.OpError{Op: "dial", Err: fmt.Errorf("no route to %s", address)}
		}
		return new(net.Dialer).DialContext(ctx, network, s.Listener.Addr().String())
	}
	return f
}

func answer(kind, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/.well-known/mta-sts.txt" || r.Host != "mta-sts.example.test" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", kind)
		_, _ = io.WriteString(w, text)
	}
}

// TestFetch has case 59 of hostile.md: redirects, a web page, a policy without end.
func TestFetch(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		failure Failure
		words   string // in why, or in the notes
	}{
		{"good", answer("text/plain; charset=utf-8", stsPolicy), "", ""},
		{"another type", answer("application/octet-stream", stsPolicy), "", "not text/plain"},
		{"a web page", answer("text/html", "<!DOCTYPE html><title>hello</title>"), FailPolicy, "a web page"},
		{"a web page called text", answer("text/plain", "\n<html>"), FailPolicy, "a web page"},
		{"not a policy", answer("text/plain", "hello"), FailPolicy, "KEY: VALUE"},
		{"too long", answer("text/plain", stsPolicy+strings.Repeat("x-pad: y\n", 10000)), FailPolicy, "longer than 64 KiB"},
		{"without end", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, strings.Repeat("x-pad: y\n", 1000)); err != nil {
					return
				}
			}
		}, FailPolicy, "longer than 64 KiB"},
		{"a gigabyte promised", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1073741824")
			_, _ = io.WriteString(w, stsPolicy)
		}, FailFetch, "cut short"},
		{"endless headers", func(w http.ResponseWriter, _ *http.Request) {
			for i := range 10000 {
				w.Header().Set(fmt.Sprint("X-", i), "y")
			}
		}, FailFetch, "header"},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://mta-sts.example.test/.well-known/mta-sts.txt", http.StatusMovedPermanently)
		}, FailFetch, "301; redirects are not followed"},
		{"not found", http.NotFound, FailFetch, "404"},
		{"cut off", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, FailFetch, "EOF"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := policyHost(t, "mta-sts.example.test", tt.handler).Fetch(context.Background(), "example.test")
			if got.Failure != tt.failure || (got.Policy == nil) != (tt.failure != "") {
				t.Errorf("%+v", got)
			}
			if words := got.Why + strings.Join(got.Notes, "; "); !strings.Contains(words, tt.words) || tt.words == "" && words != "" {
				t.Error(words)
			}
			if got.Address != "192.0.2.80:443" || len(got.Answers) != 2 || got.Size > MaxPolicy {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestFetchCertificate(t *testing.T) {
	t.Parallel()
	f := policyHost(t, "other.example.test", answer("text/plain", stsPolicy))
	if got := f.Fetch(context.Background(), "example.test"); got.Failure != FailWebPKI || !strings.Contains(got.Why, "other.example.test") {
		t.Errorf("%+v", got)
	}
	f.RootCAs = x509.NewCertPool()
	if got := f.Fetch(context.Background(), "example.test"); got.Failure != FailWebPKI {
		t.Errorf("%+v", got)
	}
}

func TestFetchUnreachable(t *testing.T) {
	t.Parallel()
	f := policyHost(t, "mta-sts.example.test", answer("text/plain", stsPolicy))
	for domain, words := range map[string]string{"none.test": "does not exist", "here.test": "an address of this machine", "bad name.test": "policy host"} {
		if got := f.Fetch(context.Background(), domain); got.Failure != FailFetch || !strings.Contains(got.Why, words) {
			t.Errorf("%s: %+v", domain, got)
		}
	}
	f.IPv6 = true
	if got := f.Fetch(context.Background(), "example.test"); got.Failure != FailFetch || !strings.Contains(got.Why, "no route") {
		t.Errorf("%+v", got)
	}
}

// TestFetchSlow: a policy host that drips ends at the limit, exactly.
func TestFetchSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := simnet.New()
		dns, err := lab.NewDNS("mta-sts.example.test. A 192.0.2.80\n")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = dns.Close() }()
		l, err := network.Listen("192.0.2.53:53")
		if err != nil {
			t.Fatal(err)
		}
		dns.ServeTCP(l)
		silent, err := network.Listen("192.0.2.80:443")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = silent.Close() }()
		f := &Fetcher{
			Dial: network.Dial,
			Resolver: &Resolver{
				DNS: &dnsclient.Client{Servers: []string{"192.0.2.53:53"}, Dial: network.Dial, TCP: true},
			},
		}
		got := f.Fetch(context.Background(), "example.test")
		if got.Failure != FailFetch || got.Took != FetchTimeout {
			t.Errorf("%+v", got)
		}
		time.Sleep(time.Second)
	})
}
