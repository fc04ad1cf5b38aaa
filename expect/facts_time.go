package expect

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/check"
)

// offerFacts are about what every host offers after EHLO.
func offerFacts() []Fact {
	return []Fact{
		{
			Name: "extension", About: "the service extensions that each host offers, such as PIPELINING", kind: glob, set: true,
			find: everyHost(func(s *check.Session) (out []value, known bool) {
				for keyword := range s.Capabilities {
					out = append(out, value{text: keyword})
				}
				return sorted(out), s.Capabilities != nil
			}),
		},
		{
			Name: "auth", About: "the mechanisms of AUTH that each host offers", kind: glob, set: true,
			find: everyHost(func(s *check.Session) (out []value, known bool) {
				for _, m := range strings.Fields(s.Capabilities["AUTH"]) {
					out = append(out, value{text: m})
				}
				return out, s.Capabilities != nil
			}),
		},
		{
			Name: "size", About: "how large a message each host takes by SIZE; without a number it is any", kind: size, set: true,
			find: everyHost(func(s *check.Session) ([]value, bool) {
				param, ok := s.Capabilities["SIZE"]
				if !ok {
					return nil, s.Capabilities != nil
				}
				n, err := strconv.ParseUint(strings.TrimSpace(param), 10, 63)
				if err != nil && strings.TrimSpace(param) != "" {
					return nil, false
				}
				if n == 0 { // RFC 1870, section 4
					return []value{{"no limit", math.Inf(1)}}, true
				}
				return []value{{strconv.FormatUint(n, 10), float64(n)}}, true
			}),
		},
	}
}

// timeFacts are about how long things took.
func timeFacts() []Fact {
	out := []Fact{
		{
			Name: "latency", About: "how long the session took that decided; where none did, each that was connected", kind: duration,
			find: timing("total"),
		},
	}
	for _, x := range []struct{ stage, about string }{
		{"connect", "of that, the TCP connection"}, {"greeting", "the greeting"}, {"ehlo", "the reply to EHLO"},
		{"starttls", "the reply to STARTTLS"}, {"tls", "the TLS handshake"}, {"ehlo-tls", "the reply to EHLO inside TLS"},
		{"auth", "AUTH"}, {"mail", "the reply to MAIL"}, {"rcpt", "the reply to RCPT"}, {"data", "the reply to DATA"},
		{"message", "the reply to the message"},
	} {
		out = append(out, Fact{
			Name: "latency-" + x.stage, About: x.about, kind: duration, find: timing(strings.ReplaceAll(x.stage, "-", "_")),
		})
	}
	return append(
		out,
		Fact{
			Name: "latency-dns", About: "the slowest reply of a DNS server", kind: duration,
			find: func(r *check.Report) []place {
				if r.Resolution == nil || len(r.Resolution.Queries) == 0 {
					return nil
				}
				var slowest time.Duration
				for i := range r.Resolution.Queries {
					slowest = max(slowest, time.Duration(r.Resolution.Queries[i].RTT))
				}
				return one(took(slowest))
			},
		},
		Fact{
			Name: "decided", About: "from the beginning until the verdict was known", kind: duration,
			find: func(r *check.Report) []place { return one(took(time.Duration(r.DecidedAfter))) },
		},
		Fact{
			Name: "duration", About: "from the beginning to the end", kind: duration,
			find: func(r *check.Report) []place { return one(took(time.Duration(r.Duration))) },
		},
		Fact{
			Name: "retry-after", About: "how long to wait before another attempt, where the reply says so", kind: duration, set: true,
			find: func(r *check.Report) []place {
				if r.RetryAfter == 0 {
					return one()
				}
				return one(took(time.Duration(r.RetryAfter) * time.Second))
			},
		},
	)
}

// timing is the time that a part of the session took that decided, or of each
// that was connected.
func timing(name string) func(*check.Report) []place {
	of := func(s *check.Session) ([]value, bool) {
		connected := false
		for _, t := range s.Timings {
			connected = connected || t.Name == "connect"
			if t.Name == name && connected {
				return []value{took(t.Took)}, true
			}
		}
		return nil, false
	}
	return func(r *check.Report) []place {
		s := r.Deciding()
		if s == nil {
			return everyHost(of)(r)
		}
		if values, known := of(s); known {
			return one(values...)
		}
		return nil
	}
}

func took(d time.Duration) value { return value{d.Round(time.Millisecond / 10).String(), d.Seconds()} }
