package diagnose

import (
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// byFailure judges a session that ended before its dialogue did.
func (h *hearing) byFailure() Outcome {
	f := h.failure.Failure
	o := Outcome{Stage: h.failure.Stage, Event: h.failure.Seq, Elapsed: h.failure.Elapsed, Confidence: Certain}
	o.Verdict, o.Reason, o.Side, o.Retry = judgeFailure(f, h.failure.Stage, h.greeted)
	switch {
	case h.mode == ModeData && h.complete:
		// From the end of the message to the reply nobody knows (RFC 5321, section
		// 4.5.3.2.6). Without its end it is not delivered (section 4.1.1.4).
		o.Verdict, o.MayBeDelivered, o.Retry = Undetermined, true, RetryNever
	case h.requireTLS && h.failure.Stage == smtp.StageTLS && h.lost():
		o.Verdict, o.Reason = Undetermined, TLSFailed
	case plaintextPort(h.a, h.failure), tookHeader(h.a, h.failure):
		o.Side = SideUs
	case h.starttls != nil && f.Kind == probe.FailTLSPolicy:
		o.Reply, o.Event = h.starttls.Reply, h.starttls.Seq
	}
	if o.Side == SideNetwork || o.Reason == Protocol {
		o.Confidence = Likely // it may be the other end, or what lies between
	}
	o.Sentence = h.failed(h.failure)
	return o
}

// judgeFailure says what a failure means where no message was sent to its end.
func judgeFailure(f *probe.Failure, stage smtp.Stage, greeted bool) (Verdict, Reason, Side, Retry) {
	silent := Unreachable // nobody greeted us
	if greeted {
		silent = Deferred // as a sender would queue
	}
	switch f.Kind {
	case probe.FailRefused, probe.FailUnreachable, probe.FailProhibited:
		return Unreachable, Unreached, SideNetwork, RetryLater
	case probe.FailLocal:
		if stage != smtp.StageConnect {
			return Undetermined, Unknown, SideUs, RetryAfterFix
		}
		return Unreachable, Unreached, SideUs, RetryAfterFix
	case probe.FailTimeout:
		return silent, TimedOut, SideNetwork, RetryLater
	case probe.FailClosed, probe.FailReset:
		if f.Partial && f.Kind == probe.FailClosed {
			return Undetermined, Protocol, SideReceiver, RetryLater // half a reply
		}
		if !greeted {
			return Unreachable, Unreached, SideNetwork, RetryLater
		}
		return Deferred, ConnectionLost, SideNetwork, RetryLater
	case probe.FailTLS:
		return Undetermined, TLSFailed, SideReceiver, RetryAfterFix
	case probe.FailTLSLimit:
		return Undetermined, TLSFailed, SideUs, RetryNever
	case probe.FailTLSPolicy:
		return Undetermined, TLSFailed, SideReceiver, RetryAfterFix
	case probe.FailAuthPolicy:
		if unsafeAuth(f) {
			return Undetermined, TLSFailed, SideReceiver, RetryAfterFix
		}
		return Undetermined, AuthRequired, SideUs, RetryAfterFix
	case probe.FailNotOffered:
		return Undetermined, forWantOf(f.Detail), SideReceiver, RetryAfterFix
	case probe.FailInterrupted:
		return Undetermined, Interrupted, SideNone, RetryLater
	}
	return Undetermined, Protocol, SideReceiver, RetryAfterFix
}

// forWantOf is the reason where an extension is not offered: what the server then
// does not take.
func forWantOf(detail string) Reason {
	switch keyword, _, _ := strings.Cut(detail, " "); keyword {
	case "REQUIRETLS":
		return TLSFailed
	case "SMTPUTF8", "BINARYMIME", "CHUNKING":
		return ContentFormat
	}
	return Policy
}

// plaintextPort reports that TLS was begun at once (--tls implicit) at a port
// that answers in plaintext.
func plaintextPort(a *probe.Attempt, e *probe.Event) bool {
	if e.Failure.Kind != probe.FailTLS || e.Stage != smtp.StageTLS || !strings.Contains(e.Failure.Detail, "did not answer with TLS") {
		return false
	}
	return !slices.ContainsFunc(a.Events, func(x probe.Event) bool { return x.Kind == probe.KindReply })
}
