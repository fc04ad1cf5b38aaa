package smtp

import (
	"strconv"
	"strings"
)

// Limits are the limits that a server announces (RFC 9422, section 4); 0 for one
// that it does not.
type Limits struct {
	MailMax       int // transactions in a session
	RcptMax       int // recipients of a transaction
	RcptDomainMax int // domains of the recipients of a transaction
}

// Limits reads the parameters of LIMITS. What is not a limit is left out, as
// RFC 9422, section 3, demands.
func (c Capabilities) Limits() Limits {
	var l Limits
	params, _ := c.Get("LIMITS")
	for _, word := range strings.Fields(params) {
		name, value, _ := strings.Cut(word, "=")
		n, err := strconv.ParseUint(value, 10, 31)
		if err != nil || n == 0 || len(value) > 6 {
			continue
		}
		switch strings.ToUpper(name) {
		case "MAILMAX":
			l.MailMax = int(n)
		case "RCPTMAX":
			l.RcptMax = int(n)
		case "RCPTDOMAINMAX":
			l.RcptDomainMax = int(n)
		}
	}
	return l
}
