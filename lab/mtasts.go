package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"slices"
	"strings"
)

// policyHost is "* serve mta-sts": a real HTTP server takes the connection over,
// which is TLS by then, and serves a policy (RFC 8461, section 3.3).
type policyHost string

// parsePolicyHost reads a mode and the names of MX hosts.
func parsePolicyHost(words []string) (action, error) {
	if len(words) == 0 || !slices.Contains([]string{"enforce", "testing", "none"}, words[0]) {
		return nil, errors.New("mta-sts enforce, testing or none")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "version: STSv1\r\nmode: %s\r\n", words[0])
	for _, name := range words[1:] {
		fmt.Fprintf(&b, "mx: %s\r\n", name)
	}
	b.WriteString("max_age: 604800\r\n")
	return policyHost(b.String()), nil
}

func (p policyHost) do(s *session) error {
	if err := s.flush(); err != nil {
		return err
	}
	server := &http.Server{
		ErrorLog: log.New(io.Discard, "", 0),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.server.recordLine(r.Method + " " + r.URL.Path)
			if r.URL.Path != "/.well-known/mta-sts.txt" {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Content-Type", "text/plain")
			_, _ = io.WriteString(w, string(p))
		}),
	}
	server.SetKeepAlivesEnabled(false)
	_ = server.Serve(&soloListener{conn: s.conn, gone: s.wire.gone})
	_ = server.Shutdown(context.Background())
	return errDone
}
