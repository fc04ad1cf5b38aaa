package smtp

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// What follows makes the parameters of MAIL and RCPT, each checked by the rules
// of the extension it belongs to. Whether a server offers that is not asked here.

// Limits on parameters (RFC 3461, sections 4.2 and 4.4).
const (
	maxEnvelopeID = 100 // before it is encoded
	maxOriginal   = 500
)

// SIZE declares the size of the message in octets (RFC 1870, section 6).
func SIZE(octets int64) (string, error) {
	if octets < 0 {
		return "", errors.New("a size is not negative")
	}
	return "SIZE=" + strconv.FormatInt(octets, 10), nil
}

// BODY says what the body may hold: 7BIT or 8BITMIME (RFC 6152, section 3), or
// BINARYMIME (RFC 3030, section 3).
func BODY(kind string) (string, error) {
	kind = strings.ToUpper(kind)
	if !slices.Contains([]string{"7BIT", "8BITMIME", "BINARYMIME"}, kind) {
		return "", fmt.Errorf("%q is not 7bit, 8bitmime or binarymime", Printable(kind))
	}
	return "BODY=" + kind, nil
}

// RET says how much of the message a notification returns: FULL or HDRS
// (RFC 3461, section 4.3).
func RET(what string) (string, error) {
	what = strings.ToUpper(what)
	if what != "FULL" && what != "HDRS" {
		return "", fmt.Errorf("%q is neither full nor hdrs", Printable(what))
	}
	return "RET=" + what, nil
}

// ENVID names the envelope for notifications (RFC 3461, section 4.4).
func ENVID(id string) (string, error) {
	switch {
	case id == "":
		return "", errors.New("an envelope id has at least one character")
	case len(id) > maxEnvelopeID:
		return "", fmt.Errorf("an envelope id has at most %d characters", maxEnvelopeID)
	case strings.ContainsFunc(id, func(r rune) bool { return r < ' ' || r > '~' }):
		return "", errors.New("an envelope id is printable ASCII")
	}
	return "ENVID=" + Xtext(id), nil
}

// NOTIFY says of what to notify: NEVER alone, or some of SUCCESS, FAILURE and
// DELAY (RFC 3461, section 4.1).
func NOTIFY(when []string) (string, error) {
	var out []string
	for _, w := range when {
		w = strings.ToUpper(strings.TrimSpace(w))
		switch {
		case !slices.Contains([]string{"NEVER", "SUCCESS", "FAILURE", "DELAY"}, w):
			return "", fmt.Errorf("%q is not never, success, failure or delay", Printable(w))
		case slices.Contains(out, w):
			return "", fmt.Errorf("%s is given twice", strings.ToLower(w))
		}
		out = append(out, w)
	}
	switch {
	case len(out) == 0:
		return "", errors.New("nothing to notify of")
	case len(out) > 1 && slices.Contains(out, "NEVER"):
		return "", errors.New("never stands alone")
	}
	return "NOTIFY=" + strings.Join(out, ","), nil
}

// ORCPT names the recipient as the sender first had it (RFC 3461, section 4.2);
// one that is not ASCII has the type utf-8 (RFC 6533, section 3), in the form that
// a server without SMTPUTF8 takes too.
func ORCPT(address string) (string, error) {
	param := "ORCPT=rfc822;" + Xtext(address)
	if !IsASCII(address) {
		param = "ORCPT=utf-8;" + utf8Xtext(address)
	}
	if len(param) > maxOriginal {
		return "", fmt.Errorf("an original recipient has at most %d characters", maxOriginal)
	}
	if address == "" || !utf8.ValidString(address) {
		return "", errors.New("not an address")
	}
	return param, nil
}

// utf8Xtext is utf-8-addr-xtext (RFC 6533, section 3): what is no visible ASCII
// character, and "+", "=" and "\", stand as \x{HH}.
func utf8Xtext(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r > ' ' && r < 0x7f && r != '+' && r != '=' && r != '\\' {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\x{%02X}`, r)
		}
	}
	return b.String()
}

// BY asks for delivery within a time: seconds, ";", then R (return what is late)
// or N (notify of it), and T for a trace (RFC 2852, section 4).
func BY(value string) (string, error) {
	value = strings.ToUpper(strings.TrimSpace(value))
	seconds, mode, _ := strings.Cut(value, ";")
	n, err := strconv.ParseInt(seconds, 10, 64)
	mode = strings.TrimSuffix(mode, "T")
	switch {
	case err != nil || n < -999999999 || n > 999999999:
		return "", fmt.Errorf("%q is not a number of seconds of at most nine digits", Printable(seconds))
	case mode != "R" && mode != "N":
		return "", errors.New("behind the seconds stands ;R (return what is late) or ;N (notify), and T for a trace")
	case mode == "R" && n <= 0:
		return "", errors.New("with R the time is more than nothing")
	}
	return "BY=" + value, nil
}

// MTPriority is the parameter MT-PRIORITY, from -9 to 9 (RFC 6710, section 4.2).
func MTPriority(n int) (string, error) {
	if n < -9 || n > 9 {
		return "", fmt.Errorf("a priority is from -9 to 9")
	}
	return "MT-PRIORITY=" + strconv.Itoa(n), nil
}

// HOLDFOR asks to hold the message for a time (RFC 4865, section 4.1).
func HOLDFOR(seconds int64) (string, error) {
	if seconds < 1 || seconds > 999999999 {
		return "", errors.New("a message is held for 1 to 999999999 seconds")
	}
	return "HOLDFOR=" + strconv.FormatInt(seconds, 10), nil
}

// HOLDUNTIL asks to hold the message until a time (RFC 4865, section 4.1).
func HOLDUNTIL(at time.Time) (string, error) {
	if y := at.UTC().Year(); y < 1 || y > 9999 {
		return "", errors.New("a year has four digits")
	}
	return "HOLDUNTIL=" + at.UTC().Format(time.RFC3339), nil
}
