package message

import (
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Tokens are the names that may stand in two pairs of braces in a subject, a
// text or the value of a header. A backslash before the braces leaves them as
// they are; braces around anything but one word are text.
func Tokens() []string { return []string{"id", "n", "recipient", "sender", "time"} }

// tokens are the values of [Tokens].
type tokens map[string]string

func (d *Draft) tokens(c Copy) tokens {
	return tokens{
		"id": c.ID, "n": strconv.Itoa(max(c.Number, 1)), "recipient": c.To.String(), "sender": d.From.String(),
		"time": c.Time.Format(time.RFC3339),
	}
}

// escaped are the values as HTML has them.
func (t tokens) escaped() tokens {
	out := make(tokens, len(t))
	for name, value := range t {
		out[name] = html.EscapeString(value)
	}
	return out
}

var braces = regexp.MustCompile(`\\?\{\{\s*([A-Za-z_]+)\s*\}\}`)

// expand fills in the values. What has none stays, see [checkTemplate].
func (t tokens) expand(s string) string {
	if !strings.Contains(s, "{{") {
		return s
	}
	return braces.ReplaceAllStringFunc(s, func(m string) string {
		if rest, ok := strings.CutPrefix(m, `\`); ok {
			return rest
		}
		if value, ok := t[braces.FindStringSubmatch(m)[1]]; ok {
			return value
		}
		return m
	})
}

// TokenError is of a word in braces that is none of [Tokens].
type TokenError struct{ Token string }

func (e *TokenError) Error() string { return fmt.Sprintf("there is no {{%s}}", e.Token) }

// checkTemplate returns a [TokenError] for a word in braces that has no value.
func checkTemplate(s string) error {
	if !strings.Contains(s, "{{") {
		return nil
	}
	known := (&Draft{}).tokens(Copy{})
	for _, m := range braces.FindAllStringSubmatch(s, -1) {
		if _, ok := known[m[1]]; !ok && m[0][0] != '\\' {
			return &TokenError{m[1]}
		}
	}
	return nil
}
