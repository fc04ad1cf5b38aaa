package policy

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Mode is what an MTA-STS policy asks of senders (RFC 8461, section 5).
type Mode string

// The modes.
const (
	ModeEnforce Mode = "enforce" // a host that fails the policy gets no mail
	ModeTesting Mode = "testing" // it gets mail, and failures are reported
	ModeNone    Mode = "none"    // as if there were no policy
)

// Policy is an MTA-STS policy (RFC 8461, section 3.2).
type Policy struct {
	Mode   Mode
	MaxAge time.Duration
	MX     []string // patterns of host names; at most maxPatterns
	Notes  []string // what is odd and does not matter to senders
}

const (
	maxPolicyLines = 2000
	maxPatterns    = 500
	maxMaxAge      = 31557600 // seconds, about a year
)

// ParsePolicy reads the text of a policy.
func ParsePolicy(text string) (*Policy, error) {
	p := new(Policy)
	seen := make(map[string]bool)
	lines := strings.Split(strings.TrimRight(text, "\r\n \t"), "\n")
	if len(lines) > maxPolicyLines {
		return nil, errors.New("it has too many lines")
	}
	for i, line := range lines {
		line = strings.Trim(strings.TrimSuffix(line, "\r"), " \t")
		if line == "" {
			p.note("it has an empty line")
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		if key = strings.TrimRight(key, " \t"); !ok || !alphanumeric(strings.NewReplacer("_", "", "-", "", ".", "").Replace(key)) {
			return nil, fmt.Errorf("line %d is not KEY: VALUE", i+1)
		}
		if seen[key] && key != "mx" {
			p.note(key + " is there more than once; the first counts")
			continue
		}
		if len(seen) > maxFields {
			return nil, errors.New("it has too many keys")
		}
		seen[key] = true
		if err := p.set(key, strings.Trim(value, " \t")); err != nil {
			return nil, err
		}
	}
	for _, key := range []string{"version", "mode", "max_age"} {
		if !seen[key] {
			return nil, errors.New("it has no " + key)
		}
	}
	if len(p.MX) == 0 && p.Mode != ModeNone {
		return nil, errors.New("it names no mx")
	}
	return p, nil
}

// set takes one line into the policy. Keys that are not known are for others.
func (p *Policy) set(key, value string) error {
	switch key {
	case "version":
		if value != "STSv1" {
			return errors.New("its version is not STSv1")
		}
	case "mode":
		p.Mode = Mode(value)
		if !slices.Contains([]Mode{ModeEnforce, ModeTesting, ModeNone}, p.Mode) {
			return errors.New("its mode is neither enforce, testing nor none")
		}
	case "max_age":
		n, err := strconv.ParseUint(value, 10, 64)
		if err != nil || len(value) > 10 || value[0] == '+' {
			return errors.New("its max_age is not a number of seconds")
		}
		if n > maxMaxAge {
			p.note("its max_age is over the maximum of a year")
			n = maxMaxAge
		}
		p.MaxAge = time.Duration(n) * time.Second //nolint:gosec // bounded above
	case "mx":
		if !validPattern(value) {
			return errors.New("an mx that is neither a host name nor *. and one")
		}
		if len(p.MX) >= maxPatterns {
			return errors.New("it names too many mx")
		}
		p.MX = append(p.MX, value)
	}
	return nil
}

func (p *Policy) note(text string) {
	if !slices.Contains(p.Notes, text) && len(p.Notes) < maxTXT {
		p.Notes = append(p.Notes, text)
	}
}

// validPattern reports whether a pattern is a host name, or one whose first label is "*".
func validPattern(pattern string) bool {
	if len(pattern) > 253 {
		return false
	}
	for label := range strings.SplitSeq(strings.TrimPrefix(pattern, "*."), ".") {
		if len(label) > 63 || !alphanumeric(strings.NewReplacer("-", "", "_", "").Replace(label)) {
			return false
		}
	}
	return true
}

// Matches reports whether the policy names an MX host. The star of a pattern
// stands for exactly one label (RFC 8461, section 4.1).
func (p *Policy) Matches(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return slices.ContainsFunc(p.MX, func(pattern string) bool {
		pattern = strings.ToLower(pattern)
		parent, wild := strings.CutPrefix(pattern, "*.")
		if !wild {
			return host == pattern
		}
		label, rest, ok := strings.Cut(host, ".")
		return ok && label != "" && rest == parent
	})
}
