package expect

import (
	"fmt"
	"strings"
)

// Set is what is expected, all of it.
type Set []Term

// Term is one expectation: a fact, an operator and a value, or alternatives of it.
type Term struct {
	Text string // as it was written
	fact *Fact
	op   string
	want []value
}

// Error is an expectation that cannot be read.
type Error struct {
	Text string // what was written
	Why  string
	Name string   // of the fact, where that is what is not known
	Hint []string // values that there are
}

func (e *Error) Error() string { return fmt.Sprintf("%q: %s", e.Text, e.Why) }

// operators, those of two characters first.
var operators = []string{"!=", "<=", ">=", "==", "=", "<", ">"}

// Parse reads expectations that are separated by commas. In a value a comma or a bar
// stands in double quotes, and a double quote or backslash there behind a backslash.
func Parse(text string) (Set, error) {
	parts, err := split(text, ',')
	if err != nil {
		return nil, err
	}
	var out Set
	for _, part := range parts {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		t, err := parseTerm(part)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	if len(out) == 0 {
		return nil, &Error{Text: text, Why: "there is nothing expected", Hint: []string{"verdict=accepted"}}
	}
	return out, nil
}

func parseTerm(text string) (Term, error) {
	at, op := len(text), ""
	for _, x := range operators {
		if i := strings.Index(text, x); i >= 0 && i < at {
			at, op = i, x
		}
	}
	name := strings.ToLower(strings.TrimSpace(text[:at]))
	f := factOf(name)
	switch {
	case f == nil && op == "":
		return Term{}, &Error{Text: text, Why: "it is not NAME=VALUE", Name: name}
	case f == nil:
		return Term{}, &Error{Text: text, Why: "there is no fact of this name", Name: name}
	case op == "":
		return Term{}, &Error{Text: text, Why: "there is no operator and no value", Hint: []string{f.example()}}
	}
	t := Term{Text: text, fact: f, op: strings.Replace(op, "==", "=", 1)}
	if t.ordering() && !f.ordered() {
		return Term{}, &Error{Text: text, Why: "this has no order; the operators are = and !=", Hint: []string{f.example()}}
	}
	parts, err := split(text[at+len(op):], '|')
	if err != nil {
		return Term{}, err
	}
	if len(parts) > 1 && t.ordering() {
		return Term{}, &Error{Text: text, Why: "alternatives are for = and !="}
	}
	for _, part := range parts {
		s, err := unquote(strings.TrimSpace(part))
		if err != nil {
			return Term{}, err
		}
		v, err := f.parse(s)
		if err != nil {
			return Term{}, &Error{Text: text, Why: err.Error(), Hint: []string{f.example()}}
		}
		if f.set && v.text == none && t.ordering() {
			return Term{}, &Error{Text: text, Why: "none is neither more nor less", Hint: []string{f.example()}}
		}
		t.want = append(t.want, v)
	}
	return t, nil
}

// ordering reports whether the operator is about more and less.
func (t *Term) ordering() bool { return strings.ContainsAny(t.op, "<>") }

// split cuts text at a separator that is not in quotes.
func split(text string, sep byte) ([]string, error) {
	var out []string
	quoted, start := false, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			i++
		case c == sep && !quoted:
			out = append(out, text[start:i])
			start = i + 1
		}
	}
	if quoted {
		return nil, &Error{Text: text, Why: "a quote is not closed"}
	}
	return append(out, text[start:]), nil
}

// unquote takes the quotes off a value.
func unquote(s string) (string, error) {
	if !strings.Contains(s, `"`) {
		return s, nil
	}
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return "", &Error{Text: s, Why: "quotes stand around the whole value"}
	}
	var b strings.Builder
	for i := 1; i < len(s)-1; i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s)-1:
			i++
		case s[i] == '"':
			return "", &Error{Text: s, Why: "quotes stand around the whole value"}
		}
		b.WriteByte(s[i])
	}
	return b.String(), nil
}
