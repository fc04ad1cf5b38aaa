package cmd

import (
	"encoding/pem"
	"fmt"
	"io"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
)

// certificateFile is the file of --cert-out: every distinct chain that a server
// presented, leaf first, each certificate with a line about it.
type certificateFile struct {
	app  *app
	sink *sink // nil: there is no --cert-out
	seen map[string]bool
}

// openCertificates opens the file, before anything is done.
func (a *app) openCertificates(name string) (*certificateFile, error) {
	f := &certificateFile{app: a, seen: make(map[string]bool)}
	if name == "" {
		return f, nil
	}
	f.sink = &sink{w: &recorder{Writer: io.Discard}}
	if err := f.sink.open(name, a.stdout); err != nil {
		return nil, fail(check.ExitCantCreate, "--cert-out %s: %w", quote(name), bareError(err))
	}
	return f, nil
}

// add writes the chains that sessions have and the file does not.
func (f *certificateFile) add(sessions []check.Session) {
	if f.sink == nil {
		return
	}
	for i := range sessions {
		s := &sessions[i]
		chain := s.Presented()
		var all []byte
		for _, c := range chain {
			all = append(all, c.Raw...)
		}
		if len(chain) == 0 || f.seen[string(all)] {
			continue
		}
		f.seen[string(all)] = true
		for n, c := range chain {
			fmt.Fprintf(f.sink.w, "# %s %s, certificate %d of %d: %s, until %s\n", quote(s.Host), quote(s.Address),
				n+1, len(chain), oneLine(c.Subject.String()), c.NotAfter.UTC().Format(time.DateOnly))
			_ = pem.Encode(f.sink.w, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}) // the recorder remembers an error
		}
	}
}

// close gives the file its name. Without any certificate there is no file.
func (f *certificateFile) close() error {
	switch {
	case f.sink == nil:
		return nil
	case len(f.seen) == 0:
		f.sink.abandon()
		fmt.Fprintln(f.app.stderr, "smtpcheck: warning: --cert-out: no server presented a certificate; nothing was saved")
		return nil
	}
	if err := f.sink.finish(nil); err != nil {
		return fail(check.ExitIO, "--cert-out cannot be written: %w", bareError(err))
	}
	return nil
}

func (f *certificateFile) abandon() {
	if f.sink != nil {
		f.sink.abandon()
	}
}
