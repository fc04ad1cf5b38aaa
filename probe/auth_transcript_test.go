package probe_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// TestAuthentication asks transcripts what came of AUTH.
func TestAuthentication(t *testing.T) {
	t.Parallel()
	bare := "S: 220 x\nC: EHLO *\nS: 250-x\nS: 250 AUTH PLAIN LOGIN\n"
	for name, x := range map[string]struct {
		script string
		auth   func(*probe.Auth)
		want   probe.Authentication
	}{
		"accepted": {
			prelude + "S: 250 AUTH PLAIN\nC: AUTH PLAIN *\nS: 235 ok\nC: QUIT", nil,
			probe.Authentication{Mechanism: "PLAIN", User: "alice", Outcome: probe.AuthAccepted},
		},
		"rejected": {
			prelude + "S: 250 AUTH LOGIN\nC: AUTH LOGIN\nS: 334 \nC: *\nS: 334 \nC: *\nS: 535 no\nC: QUIT", nil,
			probe.Authentication{Mechanism: "LOGIN", User: "alice", Outcome: probe.AuthRejected},
		},
		"deferred, with a user of odd characters": {
			prelude + "S: 250 AUTH PLAIN\nC: AUTH PLAIN *\nS: 454 later\nC: QUIT", func(a *probe.Auth) { a.User = "a (b)@x" },
			probe.Authentication{Mechanism: "PLAIN", User: "a (b)@x", Outcome: probe.AuthDeferred},
		},
		"cancelled": {
			prelude + "S: 250 AUTH PLAIN\nC: AUTH PLAIN *\nS: 334 eA==\nC: *\nS: 501 cancelled\nC: QUIT", func(a *probe.Auth) { a.Identity = "bob" },
			probe.Authentication{Mechanism: "PLAIN", User: "alice", Outcome: probe.AuthFailed},
		},
		"lost": {
			prelude + "S: 250 AUTH PLAIN\nC: AUTH PLAIN *\n* close", func(a *probe.Auth) { a.MaskUser = true },
			probe.Authentication{Mechanism: "PLAIN", Outcome: probe.AuthFailed},
		},
		"not tried":        {prelude + "S: 250 SIZE\nC: QUIT", nil, probe.Authentication{Outcome: probe.AuthNotTried}},
		"not in the clear": {bare + "C: QUIT", nil, probe.Authentication{Outcome: probe.AuthNotTried}},
		"in the clear": {
			bare + "C: AUTH PLAIN *\nS: 235 ok\nC: QUIT", func(a *probe.Auth) { a.AllowPlaintext = true },
			probe.Authentication{Mechanism: "PLAIN", User: "alice", Outcome: probe.AuthAccepted},
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			o := probe.Options{Auth: alice(), StopAfter: smtp.StageAuth}
			if x.auth != nil {
				x.auth(o.Auth)
			}
			a, _ := play(t, x.script, simnet.Link{}, o)
			got := a.Authentication()
			if got == nil || got.Mechanism != x.want.Mechanism || got.User != x.want.User || got.Outcome != x.want.Outcome || a.Event(got.Event) == nil {
				t.Errorf("%s: %+v", name, got)
				return
			}
			if secure := !strings.Contains(name, "clear"); secure != (got.Verified != nil) || secure && !*got.Verified {
				t.Errorf("%s: verified %v", name, got.Verified)
			}
		})
	}
	if (&probe.Attempt{}).Authentication() != nil {
		t.Error("where AUTH was not asked for")
	}
}
