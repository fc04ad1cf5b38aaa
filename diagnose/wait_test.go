package diagnose

import (
	"testing"
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 400 * time.Millisecond: "0s", time.Second: "1s", time.Minute: "1m", 302 * time.Second: "5m2s", time.Hour: "1h",
		90 * time.Minute: "1h30m", 2*time.Hour + time.Second: "2h1s", 50 * time.Hour: "50h", -time.Second: "0s",
	} {
		if got := Span(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
	for n, want := range map[int]string{1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th", 13: "13th", 21: "21st", 111: "111th"} {
		if got := ordinal(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

// TestAskedToWait: only what a reply says itself counts, and not the advice of its row.
func TestAskedToWait(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"450 4.7.1 Greylisted, try again in 300 seconds":                                5 * time.Minute,
		"451 4.7.1 Greylisting in action, please come back in 00:04:58":                 298 * time.Second,
		"450 4.2.0 Greylisted, see http://postgrey.schweikert.ch/help/example.com.html": 0,
		"421 4.7.0 too many connections, try again in 10 minutes":                       10 * time.Minute,
		"450 4.2.2 mailbox full": 0,
	} {
		r, err := smtp.ParseReply(text + "\r\n")
		if err != nil {
			t.Fatal(err)
		}
		if got := AskedToWait(smtp.StageRcpt, r); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}
