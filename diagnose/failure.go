package diagnose

import (
	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// byFailure judges a session that ended before its dialogue did.
func (h *hearing) byFailure() Outcome {
	f := h.failure.Failure
	o := Outcome{Stage: h.failure.Stage, Event: h.failure.Seq, Elapsed: h.failure.Elapsed, Confidence: Certain}
	o.Verdict, o.Reason, o.Side, o.Retry = judgeFailure(f, h.failure.Stage, h.greeted)
	if h.starttls != nil && f.Kind == probe.FailTLSPolicy {
		o.Reply, o.Event = h.starttls.Reply, h.starttls.Seq
	}
	// After the first byte of message text nobody knows (RFC 5321, section 4.5.3.2.6).
	if h.mode == ModeData && (h.text || h.failure.Stage == smtp.StageMessage && h.failure.Transaction == h.transaction) {
		o.Verdict, o.MayBeDelivered, o.Retry = Undetermined, true, RetryNever
	}
	o.Sentence = h.failed(h.failure)
	return o
}

// judgeFailure says what a failure means where no message text was sent.
func judgeFailure(f *probe.Failure, stage smtp.Stage, greeted bool) (Verdict, Reason, Side, Retry) {
	silent := Unreachable // nobody greeted us
	if greeted {
		silent = Deferred // as a sender would queue
	}
	switch f.Kind {
	case probe.FailRefused:
		return Unreachable, Unreached, SideReceiver, RetryLater
	case probe.FailUnreachable, probe.FailProhibited:
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
			return Unreachable, Unreached, SideReceiver, RetryLater
		}
		return Deferred, ConnectionLost, SideReceiver, RetryLater
	case probe.FailTLS:
		return Undetermined, TLSFailed, SideReceiver, RetryAfterFix
	case probe.FailTLSLimit:
		return Undetermined, TLSFailed, SideUs, RetryNever
	case probe.FailTLSPolicy:
		return Undetermined, TLSFailed, SideReceiver, RetryAfterFix
	case probe.FailInterrupted:
		return Undetermined, Interrupted, SideNone, RetryLater
	}
	return Undetermined, Protocol, SideReceiver, RetryAfterFix
}
