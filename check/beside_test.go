package check_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/smtpcheck/smtpcheck/check"
	"github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/lab/simnet"
)

// knows is a server that knows alice, and answers RCPT for others so; the null sender
// it answers with the last words.
func knows(others, postmaster, null string) string {
	return "S: 220 mx.x.test ESMTP\nC: EHLO *\nS: 250 mx.x.test\nC: MAIL FROM:<>*\nS: " + null + "\nC: MAIL FROM:*\nS: 250 Ok\n" +
		"C: RCPT TO:<alice@*>\nS: 250 2.1.5 Ok\nC: RCPT TO:<postmaster*>\nS: " + postmaster + "\nC: RCPT TO:*\nS: " + others + "\nC: RSET\nS: 250 Ok\nC: QUIT\nS: 221 Bye\n"
}

// besides probes alice at three hosts from a sender and asks beside.
func besides(t *testing.T, dialogues map[string]string, set func(*check.Options)) *check.Report {
	t.Helper()
	w, o := smallWorld(t, simnet.New(), threeHosts, dialogues)
	from := recipient(t, "me@example.org").Mailbox
	o.Sender = &from
	set(&o)
	r := probeOne(t, "alice@x.test", o)
	roundTrip(t, r)
	closeWorld(t, w)
	return r
}

// rules are those of a report's findings.
func rules(r *check.Report) (list []string) {
	for _, f := range r.Findings {
		if f.Rule != "tls/none" {
			list = append(list, f.Rule)
		}
	}
	slices.Sort(list)
	return list
}

// TestCatchAll: what hosts make of random addresses is found, and changes nothing but words.
func TestCatchAll(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		reply   string
		outcome diagnose.CatchAll
		rule    string
		words   string
	}{
		{"250 2.1.5 Ok", diagnose.AcceptsAnyone, "rcpt/catch-all", ", which accepts any address (a random one got 250 2.1.5), so this says nothing about the mailbox;"},
		{"550 5.1.1 no such user", diagnose.RefusesUnknown, "rcpt/refuses-unknown", ", which refuses unknown users (a random address got 550 5.1.1), so the mailbox most likely exists;"},
		{"554 5.7.1 not wanted", diagnose.RefusesUnknown, "rcpt/refuses-unknown", "so the mailbox most likely exists;"},
		{"450 4.2.0 Greylisted", diagnose.NotDecidable, "rcpt/catch-all-open", "could not be decided: a random address got 450 4.2.0)"},
		{"554 5.7.1 Your IP is blocked by Spamhaus", diagnose.NotDecidable, "rcpt/catch-all-open", "could not be decided"},
		{"421 4.3.2 go away\n* close", diagnose.NotDecidable, "rcpt/catch-all-open", "could not be decided"},
	} {
		t.Run(tt.reply, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				one := knows(tt.reply, "250 Ok", "250 Ok")
				plain := besides(t, map[string]string{"a.x.test": one, "b.x.test": one, "c.x.test": one}, func(*check.Options) {})
				r := besides(t, map[string]string{"a.x.test": one, "b.x.test": one, "c.x.test": one}, func(o *check.Options) { o.CatchAll = true })
				if r.Verdict != plain.Verdict || r.Confidence != plain.Confidence || r.ExitCode != plain.ExitCode || *r.DecidedBy != *plain.DecidedBy {
					t.Errorf("%s %s %d %+v", r.Verdict, r.Confidence, r.ExitCode, r.DecidedBy)
				}
				if len(r.CatchAll) != 3 || r.CatchAll[0].Outcome != tt.outcome || r.CatchAll[0].Host != "a.x.test" || !slices.Contains(rules(r), tt.rule) {
					t.Errorf("%+v %v\n%s", r.CatchAll, rules(r), dump(r))
				}
				if !strings.Contains(r.Summary, tt.words) {
					t.Errorf("no %q in %s", tt.words, r.Summary)
				}
			})
		})
	}
}

// TestCatchAllOnce: two random addresses, in a connection of their own a second
// later, at three hosts at most, and not where the recipient was not accepted.
func TestCatchAllOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		yes, no := knows("550 5.1.1 no", "250 Ok", "250 Ok"), says("550 5.1.1 no such user")
		r := besides(t, map[string]string{"a.x.test": no, "b.x.test": yes, "c.x.test": yes}, func(o *check.Options) { o.CatchAll = true })
		wantStory(t, r, "1 probe a.x.test rejected no_such_user", "2 probe b.x.test accepted", "4 catch-all b.x.test rejected no_such_user after 2",
			"3 probe c.x.test accepted", "5 catch-all c.x.test rejected no_such_user after 3", "rejected no_such_user")
		if len(r.CatchAll[0].Recipients) != 2 || r.CatchAll[0].Recipients[0].Recipient == r.CatchAll[1].Recipients[0].Recipient {
			t.Errorf("%+v", r.CatchAll)
		}
		if gap := r.Sessions[2].Started.Sub(r.Sessions[1].Started.Time).String(); gap != "1s" {
			t.Errorf("it came after %s", gap)
		}
		r = besides(t, map[string]string{"a.x.test": no, "b.x.test": no, "c.x.test": no}, func(o *check.Options) { o.CatchAll = true })
		if len(r.CatchAll) > 0 || len(r.Sessions) != 3 || !slices.Contains(r.Notes, "whether any address is accepted was not checked: the recipient itself was not accepted") {
			t.Errorf("%v\n%s", r.Notes, dump(r))
		}
	})
}

func TestPostmaster(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name                     string
		others, postmaster, null string
		rules                    string
	}{
		{"as it should be", "250 Ok", "250 Ok", "250 Ok", ""},
		{"nobody", "550 5.1.1 no", "550 5.1.1 no", "550 5.7.1 no bounces here", "mail/null-sender-refused rcpt/abuse-refused rcpt/bare-postmaster-refused rcpt/postmaster-refused"},
		{"abuse only", "550 5.1.1 no", "250 Ok", "250 Ok", "rcpt/abuse-refused"},
		{"for now", "450 4.2.0 Greylisted", "450 4.2.0 Greylisted", "450 4.2.0 Greylisted", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				one := knows(tt.others, tt.postmaster, tt.null)
				r := besides(t, map[string]string{"a.x.test": one, "b.x.test": one, "c.x.test": one}, func(o *check.Options) { o.Postmaster = true })
				if got := strings.Join(rules(r), " "); got != tt.rules || r.Verdict != diagnose.Accepted || r.DecidedBy.Session != 1 {
					t.Errorf("%s, %s\n%s", got, r.Verdict, dump(r))
				}
				if len(r.Sessions) != 5 || len(r.Postmaster.Recipients) != 3 || r.Postmaster.Recipients[2].Recipient != "postmaster" || r.NullSender == nil {
					t.Errorf("%+v %+v\n%s", r.Postmaster, r.NullSender, dump(r))
				}
			})
		})
	}
}

// TestCallback: a reply that speaks of a call-back is found, whoever says it.
func TestCallback(t *testing.T) {
	t.Parallel()
	for reply, want := range map[string]bool{
		"451 Could not complete sender verify callout": true,
		"550-Verification failed for <me@example.org>\nS: 550-Called:   198.51.100.9\nS: 550-Sent:     RCPT TO:<me@example.org>\nS: 550 Sender verify failed": true,
		"450 4.1.7 <me@example.org>: Sender address rejected: unverified address: Address verification in progress":                                           true,
		"550 5.7.1 Callback setup failed while verifying sender":                                                                                              true,
		"450 4.1.1 <alice@x.test>: Recipient address rejected: unverified address: Address verification in progress":                                          false,
		"550 5.1.8 <me@example.org>: Sender address rejected: Domain not found":                                                                               false,
		"550 5.1.1 no such user, please call us back":                                                                                                         false,
	} {
		t.Run(reply[:20], func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				one := says(reply)
				r := besides(t, map[string]string{"a.x.test": one, "b.x.test": one, "c.x.test": one}, func(*check.Options) {})
				if got := slices.Contains(rules(r), "smtp/callback"); got != want {
					t.Errorf("%v: %v\n%s", got, rules(r), dump(r))
				}
			})
		})
	}
}
