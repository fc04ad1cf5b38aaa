package expect

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
)

// Fact is something that a report says, by its name.
type Fact struct {
	Name  string
	About string
	// Values are the words that it can be, lowest first where they have an order; nil
	// where it can be anything of its kind.
	Values []string
	// Needs is the flag without which it is not examined; "" for none.
	Needs string

	kind kind
	set  bool // of several values: = means that one of them is as expected
	find func(*check.Report) []place
}

// kind is what values are and how they compare.
type kind int

const (
	words    kind = iota // one of Values
	ranks                // one of Values, which have an order
	glob                 // text; * and ? in what is expected stand for any
	number               // 3
	size                 // 10M, of 1024
	duration             // 1.5s
)

// kinds name them to users.
var kinds = map[kind]string{glob: "text", number: "number", size: "octets", duration: "time"}

// Kind says what values it takes.
func (f *Fact) Kind() string {
	if f.Values != nil {
		return strings.Join(f.Values, ", ")
	}
	if f.set {
		return kinds[f.kind] + ", or none"
	}
	return kinds[f.kind]
}

// Operators are those that make sense.
func (f *Fact) Operators() string {
	if f.ordered() {
		return "= != < <= > >="
	}
	return "= !="
}

func (f *Fact) ordered() bool { return f.kind != words && f.kind != glob }

// none is what a set without members, or a place without the thing, equals.
const none = "none"

// value is one of a fact, or what one is expected to be. Those with an order have
// a number.
type value struct {
	text string
	n    float64
}

// place is where a fact holds: a host, or "" for the report as a whole. It has one
// value, several in a set, and none where there is no such thing.
type place struct {
	where  string
	values []value
}

// parse reads a value that is expected.
func (f *Fact) parse(s string) (value, error) {
	v := value{text: s}
	switch {
	case s == "":
		return v, errors.New("there is no value")
	case f.Values != nil:
		v.text = strings.ToLower(s)
		v.n = float64(slices.Index(f.Values, v.text))
		if v.n < 0 {
			return v, errors.New("it is one of " + strings.Join(f.Values, ", "))
		}
	case f.set && strings.EqualFold(s, none):
		v.text = none
	case f.kind == number || f.kind == size:
		n, err := parseNumber(s, f.kind == size)
		if err != nil {
			return v, err
		}
		v.n = n
	case f.kind == duration:
		d, err := time.ParseDuration(s)
		if err != nil || d < 0 {
			return v, errors.New("it is a time such as 2s, 1.5s or 300ms")
		}
		v.n = d.Seconds()
	}
	return v, nil
}

// parseNumber reads a number, with K, M or G behind it where that is an amount of octets.
func parseNumber(s string, octets bool) (float64, error) {
	factor := 1.0
	if octets {
		upper := strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(s), "B"), "I")
		for i, unit := range "KMG" {
			if rest, ok := strings.CutSuffix(upper, string(unit)); ok {
				s, factor = rest, float64(int64(1)<<(10*(i+1)))
			}
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil && octets {
		return 0, errors.New("it is a number of octets, such as 10485760 or 10M")
	}
	if err != nil {
		return 0, errors.New("it is a whole number")
	}
	return float64(n) * factor, nil
}

// example is an expectation of this fact.
func (f *Fact) example() string {
	switch f.kind {
	case words:
		return f.Name + "=" + f.Values[0]
	case ranks:
		return f.Name + ">=" + f.Values[len(f.Values)-1]
	case number:
		return f.Name + ">=1"
	case size:
		return f.Name + ">=10M"
	case duration:
		return f.Name + "<2s"
	}
	return f.Name + "=*.example.com"
}

// match reports whether a value equals what is expected.
func (f *Fact) match(have, want value) bool {
	switch f.kind {
	case glob:
		return matches(strings.ToLower(want.text), strings.ToLower(have.text))
	case words, ranks:
		return have.text == want.text
	}
	return have.n == want.n
}

// matches reports whether text is as a pattern says: * stands for any text, ? for a byte.
func matches(pattern, text string) bool {
	star, from, i, j := -1, 0, 0, 0
	for j < len(text) {
		switch {
		case i < len(pattern) && pattern[i] == '*':
			star, from = i, j
			i++
		case i < len(pattern) && (pattern[i] == '?' || pattern[i] == text[j]):
			i, j = i+1, j+1
		case star >= 0:
			from++
			i, j = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[i:], "*") == ""
}
