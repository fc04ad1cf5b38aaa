package check_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/smtpcheck/smtpcheck/lab/simnet"
	"github.com/smtpcheck/smtpcheck/message"
)

// TestShiftedReplies: where a server leaves out a reply, the refusals before the
// silence may be to the commands behind theirs: they decide nothing, also when
// no other connection can be had.
func TestShiftedReplies(t *testing.T) {
	t.Parallel()
	const hello = "S: 220 mx.x.test ESMTP\nC: EHLO *\nS: 250-mx.x.test\nS: 250 PIPELINING\n"
	const gone = "* stall\n* session\n* connect refused\n"
	for _, tt := range []struct{ name, script, first string }{
		{"no reply to RCPT", hello + "C: MAIL FROM:*\nS: 250 2.1.0 Ok\nC: RCPT TO:*\nC: DATA\nS: 503 5.5.1 Error: need RCPT command\n" + gone, "deferred timeout"},
		{"no reply to MAIL", hello + "C: MAIL FROM:*\nC: RCPT TO:*\nS: 550 5.1.1 no such user\nC: DATA\nS: 503 5.5.1 no\n" + gone, "deferred timeout"},
		{"no reply to the dot", hello + "C: MAIL FROM:*\nS: 250 2.1.0 Ok\nC: RCPT TO:*\nS: 550 5.1.1 no such user\nC: DATA\nS: 354 go on\nC: .\n" + gone, "rejected no_such_user"},
		{"a refusal and the end", hello + "C: MAIL FROM:*\nS: 250 2.1.0 Ok\nC: RCPT TO:*\nS: 550 5.1.1 no such user\nC: DATA\n* close\n* session\n* connect refused\n", "rejected no_such_user"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, o := smallWorld(t, simnet.New(), oneHost, map[string]string{"mx.x.test": tt.script})
				from := recipient(t, "me@example.org").Mailbox
				o.Sender, o.MX, o.Draft, o.Probe.Pipeline = &from, "first", &message.Draft{From: from}, true
				r := probeOne(t, "alice@x.test", o)
				if got := story(r); !strings.HasPrefix(got, "1 probe mx.x.test "+tt.first+"\n") || !strings.HasSuffix(got, "\n"+tt.first) {
					t.Errorf("%s\n%s", got, dump(r))
				}
				closeWorld(t, w)
			})
		})
	}
}
