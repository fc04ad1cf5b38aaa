package diagnose

import (
	"strings"
	"time"
)

// The bounds of a wait that is believed.
const (
	minHint = time.Second
	maxHint = 5 * 24 * time.Hour // RFC 5321, section 4.5.4.1: senders give up after 4 to 5 days
)

// retryHint finds the wait that a text asks for: "greylisted for 300 seconds",
// "try again in 5 minutes", "retry after 60s", "come back in 00:04:58". 0 means
// that it asks for none, or for one that cannot be meant.
func retryHint(text string) time.Duration {
	if !asksToWait(text) {
		return 0
	}
	for rest := text; ; {
		i := nextWaitWord(rest)
		if i < 0 {
			return 0
		}
		rest = rest[i:]
		if d, ok := duration(rest); ok && d >= minHint && d <= maxHint {
			return d
		}
	}
}

// asksToWait reports whether a text is about trying again at all.
func asksToWait(text string) bool {
	for _, w := range [...]string{"grey", "gray", "again", "retry", "come back", "wait", "delay", "later", "resend", "defer"} {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// nextWaitWord returns where the text behind the next word begins that may stand before a wait.
func nextWaitWord(text string) int {
	best := -1
	for _, w := range [...]string{"for ", "in ", "after ", "wait ", "least ", "within ", "retry-after: ", "another ", "about "} {
		if i := indexWord(text, w); i >= 0 && (best < 0 || i+len(w) < best) {
			best = i + len(w)
		}
	}
	return best
}

// indexWord is where w stands in a text and not as the end of a longer word.
func indexWord(text, w string) int {
	for from := 0; ; {
		i := strings.Index(text[from:], w)
		if i < 0 {
			return -1
		}
		i += from
		if i == 0 || !letter(text[i-1]) {
			return i
		}
		from = i + len(w)
	}
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' }

// duration reads "300 seconds", "5 minutes", "60s", "00:04:58" from the front of a text.
func duration(text string) (time.Duration, bool) {
	n, rest, ok := number(text)
	if !ok {
		return 0, false
	}
	if strings.HasPrefix(rest, ":") {
		return clock(n, rest)
	}
	rest = strings.TrimLeft(rest, " -")
	end := 0
	for end < len(rest) && letter(rest[end]) {
		end++
	}
	switch rest[:end] {
	case "s", "sec", "secs", "second", "seconds":
		return time.Duration(n) * time.Second, true
	case "m", "min", "mins", "minute", "minutes":
		return time.Duration(n) * time.Minute, true
	case "h", "hr", "hrs", "hour", "hours":
		return time.Duration(n) * time.Hour, true
	case "d", "day", "days":
		return time.Duration(n) * 24 * time.Hour, true
	}
	return 0, false
}

// clock reads the rest of "00:04:58" or "04:58".
func clock(n int, rest string) (time.Duration, bool) {
	second, rest, ok := number(rest[1:])
	if !ok {
		return 0, false
	}
	if !strings.HasPrefix(rest, ":") {
		return time.Duration(n)*time.Minute + time.Duration(second)*time.Second, true
	}
	third, _, ok := number(rest[1:])
	return time.Duration(n)*time.Hour + time.Duration(second)*time.Minute + time.Duration(third)*time.Second, ok
}

// number reads up to six digits.
func number(text string) (n int, rest string, ok bool) {
	i := 0
	for i < len(text) && digit(text[i]) {
		if i == 6 {
			return 0, text, false
		}
		n = n*10 + int(text[i]-'0')
		i++
	}
	return n, text[i:], i > 0
}
