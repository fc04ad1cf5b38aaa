package diagnose

import (
	"strings"
	"testing"

	"github.com/smtpcheck/smtpcheck/probe"
)

// TestExtensions judges exercises: what is said after EHLO, and what each
// extension then is.
func TestExtensions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		ehlo  string // one extension, and its parameters
		lines []string
		state ExtensionState
		in    string // the detail has it
	}{
		{"taken", "8BITMIME", []string{"mail: 250 ok", "ext 8BITMIME", "mail: 250 ok", "rset: 250 ok"}, ExtWorks, ""},
		{"unknown", "8BITMIME", []string{"mail: 250 ok", "ext 8BITMIME", "mail: 555 5.5.4 no"}, ExtBroken, "555 5.5.4 no"},
		{"not now", "PRDR", []string{"mail: 250 ok", "ext PRDR", "mail: 451 later"}, ExtRefused, "later"},
		{"a rule", "MT-PRIORITY", []string{"mail: 250 ok", "ext MT-PRIORITY", "mail: 550 5.7.1 not for you"}, ExtRefused, "not for you"},
		{"lost", "SMTPUTF8", []string{"mail: 250 ok", "ext SMTPUTF8", "rset: 250 ok", "fail closed mail"}, ExtBroken, "closed"},
		{"refused without it", "8BITMIME", []string{"mail: 550 no", "ext 8BITMIME", "mail: 550 no"}, ExtNotExercised, "without it too"},
		{"not reached", "8BITMIME", []string{"mail: 421 bye"}, ExtNotExercised, "over"},
		{"size", "SIZE 100", []string{"mail: 250 ok", "ext SIZE", "mail: 250 ok", "rset: 250 ok", "mail: 552 5.3.4 big"}, ExtWorks, "over the limit: 552 5.3.4 big"},
		{"size for nothing", "SIZE 100", []string{"mail: 250 ok", "ext SIZE", "mail: 250 ok", "rset: 250 ok", "mail: 250 ok"}, ExtBroken, "limit of 100"},
		{"size not known", "SIZE 100", []string{"mail: 250 ok", "ext SIZE", "mail: 501 no", "mail: 501 no"}, ExtBroken, "501 no"},
		{"chunks", "CHUNKING", []string{"mail: 250 ok", "ext CHUNKING", "message: 503 5.5.1 MAIL first"}, ExtWorks, "known"},
		{"chunks by other words", "CHUNKING", []string{"mail: 250 ok", "ext CHUNKING", "message: 502 5.5.1 Missing RCPT TO command"}, ExtWorks, "known"},
		{"no chunks", "CHUNKING", []string{"mail: 250 ok", "ext CHUNKING", "message: 502 what is that?"}, ExtBroken, "502"},
		{"chunks from anybody", "CHUNKING", []string{"mail: 250 ok", "ext CHUNKING", "message: 250 queued"}, ExtBroken, "250"},
		{"together", "PIPELINING", []string{"ext PIPELINING", "rset: 250 ok", "rcpt: 503 no", "query: 250 ok"}, ExtWorks, "matched"},
		{"shifted", "PIPELINING", []string{"ext PIPELINING", "rset: 503 no", "rcpt: 250 ok", "query: 250 ok"}, ExtBroken, "do not fit"},
		{"one too few", "PIPELINING", []string{"ext PIPELINING", "rset: 250 ok", "rcpt: 503 no", "fail timeout query"}, ExtBroken, "timeout"},
		{"one too many", "PIPELINING", []string{"ext PIPELINING", "rset: 250 ok", "rcpt: 503 no", "query: 250 ok", "ext", "fail unsolicited quit"}, ExtBroken, "unsolicited"},
		{"dsn", "DSN", []string{"mail: 250 ok", "rcpt: 250 ok", "ext DSN", "mail: 250 ok", "rcpt: 250 ok", "rset: 250 ok"}, ExtWorks, ""},
		{"half a dsn", "DSN", []string{"mail: 250 ok", "rcpt: 250 ok", "ext DSN", "mail: 250 ok", "rcpt: 501 NOTIFY?"}, ExtBroken, "NOTIFY"},
		{"dsn for nobody", "DSN", []string{"mail: 250 ok", "rcpt: 550 no", "ext DSN", "mail: 250 ok", "rcpt: 550 5.1.1 no"}, ExtWorks, "recipient is refused"},
		{"verify", "VRFY", []string{"ext VRFY", "query: 252 2.0.0 perhaps"}, ExtWorks, "252"},
		{"no verify", "VRFY", []string{"ext VRFY", "query: 502 no"}, ExtBroken, "502"},
		{"verify not for us", "VRFY", []string{"ext VRFY", "query: 550 private"}, ExtRefused, "private"},
		{"codes", "ENHANCEDSTATUSCODES", []string{"mail: 250 2.1.0 ok", "rset: 250 2.0.0 ok"}, ExtWorks, ""},
		{"some codes", "ENHANCEDSTATUSCODES", []string{"mail: 250 2.1.0 ok", "rset: 250 ok"}, ExtWorks, "1 of 2"},
		{"no codes", "ENHANCEDSTATUSCODES", []string{"mail: 250 ok", "rset: 250 ok"}, ExtBroken, "no reply"},
		{"limits", "LIMITS MAILMAX=5 RCPTMAX=10", nil, ExtNotExercised, "5 messages a session, 10 recipients a message"},
		{"starts work", "ETRN", nil, ExtNotExercised, "start work"},
		{"new", "X-NEW", nil, ExtNotExercised, "not known"},
		{"not inside TLS", "REQUIRETLS", []string{"mail: 250 ok"}, ExtNotExercised, "TLS"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newScene(t)
			a := s.talk("mx1", 10, append([]string{"greeting: 220 mx", "ehlo: 250-mx|250 " + tt.ehlo}, tt.lines...)...)
			a.Purpose = probe.PurposeExtensions
			got := Extensions(a)
			if len(got) != 1 || got[0].State != tt.state || !strings.Contains(got[0].Detail, tt.in) || tt.in == "" && got[0].Detail != "" {
				t.Errorf("%+v, want %s %q", got, tt.state, tt.in)
			}
			for _, seq := range got[0].Events {
				if a.Event(seq) == nil {
					t.Errorf("there is no event %d", seq)
				}
			}
		})
	}
}

// TestExercisesDecideNothing: what a session for extensions met changes no verdict.
func TestExercisesDecideNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.mx("10 mx1")
	first := s.talk("mx1", 10, accepts...)
	s.follow(first, probe.PurposeExtensions, "greeting: 220 mx", "ehlo: 250-mx|250 8BITMIME", "mail: 250 ok", "ext 8BITMIME", "mail: 550 no", "fail unsolicited mail")
	if d := Diagnose(s.Case); d.Verdict != Accepted || d.DecidedBy.Session != 1 {
		t.Errorf("%s by %+v", d.Verdict, d.DecidedBy)
	}
	q := newScene(t)
	q.talk("mx1", 10, with(hello, "ext VRFY", "query: 550 no", "ext", "mail: 250 ok", "rcpt: 250 ok")...)
	if d := Diagnose(q.Case); d.Verdict != Accepted {
		t.Errorf("a query decides: %s", d.Verdict)
	}
}
