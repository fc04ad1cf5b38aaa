package check_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/sasl"
)

// TestRelayLooks: what further connections show of the TLS of a port, one at a time, a
// second apart, and beside each other at several ports.
func TestRelayLooks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		host    string
		port    uint16
		closely bool
		looks   int
		finding string // "" for none about TLS
		atMost  time.Duration
	}{
		"modern, all ports":     {"smtp.submission.test", 0, true, 17, "", 9 * time.Second},
		"also old":              {"mx.tls-also-old.test", 25, true, 7, "tls/takes-old", 9 * time.Second},
		"not always":            {"mx.starttls-sometimes.test", 25, true, 7, "starttls/sometimes", 9 * time.Second},
		"old only":              {"mx.tls-ssl3.test", 25, false, 1, "tls/legacy-only", 3 * time.Second},
		"nothing was asked for": {"mx.tls-also-old.test", 25, false, 0, "", time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			w, o := world(t)
			o.Port, o.TLSCheck = c.port, c.closely
			r := relayOne(t, c.host, check.RelayOptions{Options: o})
			looks := 0
			for i := range r.Ports {
				p := &r.Ports[i]
				looks += len(p.Looks)
				for k := range p.Looks {
					s := &p.Looks[k]
					if s.After != p.Session.ID || s.Purpose.Asks() || s.Auth != nil {
						t.Errorf("%s: session %d is for %s, after %d", name, s.ID, s.Purpose, s.After)
					}
					if k > 0 && s.Started.Sub(p.Looks[k-1].Started.Time) < 0 {
						t.Errorf("%s: session %d is before %d", name, s.ID, p.Looks[k-1].ID)
					}
				}
			}
			if looks != c.looks {
				t.Errorf("%s: %d sessions that look at TLS, want %d", name, looks, c.looks)
			}
			if took := time.Duration(float64(r.Duration)); took > c.atMost {
				t.Errorf("%s: it took %v", name, took)
			}
			found := c.finding == "" || slices.ContainsFunc(r.Findings, func(f check.Finding) bool { return f.Rule == c.finding })
			if !found {
				t.Errorf("%s: %+v", name, r.Findings)
			}
			_ = w.Close()
		})
	}
}

// TestRelayLooksAreLeftAfter421: a server that had enough at a login is not looked at.
func TestRelayLooksAreLeftAfter421(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := smallWorld(t, simnet.New(), oneRelay, map[string]string{
			"smtp.x.test@465": authTalk("PLAIN", "C: AUTH PLAIN *\nS: 421 4.7.0 too many connections\n* close\n", ""),
		})
		o.Port, o.TLSCheck, o.Probe.Auth = 465, true, &probe.Auth{User: "alice", Password: sasl.NewSecret(password)}
		if r := relayOne(t, "smtp.x.test", check.RelayOptions{Options: o}); len(r.Ports[0].Looks) != 0 {
			t.Errorf("%d looks", len(r.Ports[0].Looks))
		}
		closeWorld(t, w)
	})
}

// TestRelayLooksAreLeft: a look ends when we are told to stop, and what was learned stays.
func TestRelayLooksAreLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, o := world(t)
		o.Port, o.TLSCheck = 587, true
		ctx, cancel := context.WithTimeout(context.Background(), 2500*time.Millisecond)
		defer cancel()
		r, err := check.Relay(ctx, "smtp.submission.test", check.RelayOptions{Options: o})
		if err != nil {
			t.Fatal(err)
		}
		if looks := r.Ports[0].Looks; len(looks) < 2 || len(looks) > 3 || looks[0].Purpose != probe.PurposeTLSResume || !r.Usable {
			t.Errorf("%d sessions, usable %v", len(looks), r.Usable)
		}
		_ = w.Close()
	})
}
