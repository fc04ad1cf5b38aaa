package probe

import (
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// What follows is asked of the transcript, so that a report read back from disk
// answers exactly like a live one.

// Connected reports whether the connection was made.
func (a *Attempt) Connected() bool {
	return len(a.Events) > 0 && a.Events[0].Kind == KindConnect
}

// Failure returns the event that ended the session before its time, or nil.
func (a *Attempt) Failure() *Event {
	for i := range a.Events {
		if a.Events[i].Kind == KindFailure {
			return &a.Events[i]
		}
	}
	return nil
}

// TLS returns what the handshake established, or nil if there was none or it failed.
func (a *Attempt) TLS() *TLS {
	for i := range a.Events {
		if a.Events[i].Kind == KindTLS {
			return a.Events[i].TLS
		}
	}
	return nil
}

// Noted returns the first event of the note, or nil.
func (a *Attempt) Noted(n Note) *Event {
	for i := range a.Events {
		if a.Events[i].Kind == KindNote && a.Events[i].Note == n {
			return &a.Events[i]
		}
	}
	return nil
}

// Event returns the event with the sequence number, or nil.
func (a *Attempt) Event(seq int) *Event {
	for i := range a.Events {
		if a.Events[i].Seq == seq {
			return &a.Events[i]
		}
	}
	return nil
}

// Capabilities are the service extensions that hold at MAIL: those of the last
// EHLO. What was offered before STARTTLS holds no more once TLS was begun, even if it
// failed (RFC 3207, section 4.2).
func (a *Attempt) Capabilities() smtp.Capabilities {
	ehlos := a.ehlos()
	if n := len(ehlos); n > 0 && (ehlos[n-1].Secure || !a.beganTLS()) {
		return smtp.ParseCapabilities(*ehlos[n-1].Reply)
	}
	return nil
}

// CapabilitiesPlain are the service extensions offered before STARTTLS, nil
// where TLS was not begun by STARTTLS.
func (a *Attempt) CapabilitiesPlain() smtp.Capabilities {
	ehlos := a.ehlos()
	if len(ehlos) == 0 || ehlos[0].Secure || !a.beganTLS() {
		return nil
	}
	return smtp.ParseCapabilities(*ehlos[0].Reply)
}

// beganTLS reports whether the server said 220 to STARTTLS.
func (a *Attempt) beganTLS() bool {
	for i := range a.Events {
		e := &a.Events[i]
		if e.Kind == KindReply && e.Stage == smtp.StageSTARTTLS && e.Reply.Usable() && e.Reply.Code == 220 {
			return true
		}
	}
	return false
}

func (a *Attempt) ehlos() []*Event {
	var out []*Event
	for i := range a.Events {
		e := &a.Events[i]
		if e.Kind == KindReply && e.Stage == smtp.StageEHLO && e.Reply.Usable() && e.Reply.Class() == 2 {
			out = append(out, e)
		}
	}
	return out
}

// Timing is how long a part of a session took.
type Timing struct {
	Name string // as in JSON's timings_ms: a stage, or ehlo_tls
	Took time.Duration
}

// Timings are the latencies of the parts that took place, in their order, ending
// with the total. Of several transactions the first counts.
func (a *Attempt) Timings() []Timing {
	var out []Timing
	seen := map[string]bool{}
	for i := range a.Events {
		e := &a.Events[i]
		name := e.timing()
		if name == "" || seen[name] {
			continue
		}
		seen[name] = true
		out = append(out, Timing{name, e.Latency})
	}
	if n := len(a.Events); n > 0 {
		out = append(out, Timing{"total", a.Events[n-1].Elapsed})
	}
	return out
}

// timing names the part whose latency the event has, "" for none.
func (e *Event) timing() string {
	switch {
	case e.Kind == KindConnect:
		return "connect"
	case e.Kind == KindTLS:
		return "tls"
	case e.Kind != KindReply || !e.HasLatency() || e.Extension != "":
		return ""
	case e.Stage == smtp.StageEHLO && e.Secure:
		return "ehlo_tls"
	case e.Stage == smtp.StageRset, e.Stage == smtp.StageQuit:
		return ""
	}
	return string(e.Stage)
}
