package smtp

import (
	"math"
	"strings"
)

// Capabilities are the service extensions of an EHLO reply (RFC 5321, section
// 4.1.1.1), in the order of the reply.
type Capabilities []Capability

// Capability is one EHLO keyword, in upper case, with its parameters.
type Capability struct{ Keyword, Params string }

// ParseCapabilities takes the service extensions from an EHLO reply; the first
// line is the greeting. The form AUTH=LOGIN of old servers is read as AUTH LOGIN.
func ParseCapabilities(r Reply) Capabilities {
	if r.Class() != 2 || len(r.Lines) < 2 {
		return nil
	}
	caps := make(Capabilities, 0, len(r.Lines)-1)
	for _, line := range r.Lines[1:] {
		_, _, text, _ := splitLine(line)
		keyword, params, _ := strings.Cut(strings.TrimSpace(text), " ")
		keyword = strings.ToUpper(keyword)
		if mechanism, ok := strings.CutPrefix(keyword, "AUTH="); ok {
			keyword, params = "AUTH", strings.TrimSpace(mechanism+" "+params)
		}
		if keyword != "" {
			caps = append(caps, Capability{keyword, strings.TrimSpace(params)})
		}
	}
	return caps
}

// Get returns the parameters of a keyword and whether it was offered; those of
// a repeated keyword are joined by a blank.
func (c Capabilities) Get(keyword string) (params string, ok bool) {
	for _, x := range c {
		if x.Keyword != keyword {
			continue
		}
		if ok && params != "" && x.Params != "" {
			params += " "
		}
		params, ok = params+x.Params, true
	}
	return params, ok
}

// Has reports whether a keyword was offered.
func (c Capabilities) Has(keyword string) bool {
	_, ok := c.Get(keyword)
	return ok
}

// Map returns the parameters of each keyword.
func (c Capabilities) Map() map[string]string {
	if c == nil {
		return nil
	}
	m := make(map[string]string, len(c))
	for _, x := range c {
		m[x.Keyword], _ = c.Get(x.Keyword)
	}
	return m
}

// Size is the largest message the server takes, in octets, 0 for no fixed
// limit or none given (RFC 1870). A number too large is math.MaxInt64.
func (c Capabilities) Size() int64 {
	params, _ := c.Get("SIZE")
	word, _, _ := strings.Cut(params, " ")
	var n int64
	for i := range len(word) {
		d := word[i]
		if d < '0' || d > '9' {
			return 0
		}
		if n > (math.MaxInt64-9)/10 {
			return math.MaxInt64
		}
		n = n*10 + int64(d-'0')
	}
	return n
}
