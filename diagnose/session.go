package diagnose

import (
	"strings"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// Session judges one session about one recipient. A 4yz reply defers, a 5yz
// reply rejects (RFC 5321, section 4.2.1); silence or loss is "unreachable"
// before the greeting and "deferred" after it, as a sender would queue; what
// breaks SMTP leaves the recipient undetermined.
//
// With ModeData only the reply to the end of the message accepts. With
// ModeStopAfter a session that ended well where it was to end is "accepted",
// which then says nothing about the recipient.
func Session(a *probe.Attempt, recipient string, mode Mode) Outcome {
	return Transaction(a, a.Transaction(recipient), mode)
}

// Transaction judges as [Session] does, about the recipient of a transaction.
func Transaction(a *probe.Attempt, number int, mode Mode) Outcome {
	h := &hearing{a: a, mode: mode, transaction: number}
	return h.outcome()
}

func (h *hearing) outcome() Outcome {
	for i := range h.a.Events {
		h.hear(&h.a.Events[i])
	}
	o := h.judge()
	o.Session = h.a.ID
	if o.Verdict == Accepted {
		o.Reason, o.Side, o.Retry = "", SideNone, ""
	}
	return o
}

// hearing is what a transcript says about one recipient, heard in order.
type hearing struct {
	a           *probe.Attempt
	mode        Mode
	transaction int // the recipient's; 0 for none
	stopAfter   smtp.Stage
	requireTLS  bool // we were to go on with TLS only

	decided  *probe.Event // the reply that decides
	refusal  *probe.Event // a refusal that a later reply of its stage may still lift: of EHLO, of AUTH
	starttls *probe.Event // a refusal of STARTTLS
	gone     *probe.Event // a 421 in the transaction of another recipient
	broken   *probe.Event // a reply that cannot be judged
	failure  *probe.Event
	last     *probe.Event // the last reply before QUIT that was not a refusal
	note     *probe.Event // why the recipient was not asked about
	greeted  bool
	complete bool // the message was sent, and the line or chunk that ends it
	chunked  bool // the message goes in chunks (RFC 3030)
	prdr     bool // 353 came, and the reply for the recipient did not (draft-hall-prdr-00, section 4)
	others   bool // another recipient had been accepted before
	owed     int  // commands that have no reply yet
	behind   int  // how many there were when the reply that decides came, unless all were answered since
}

func (h *hearing) hear(e *probe.Event) {
	if aside(e) {
		return
	}
	switch e.Kind {
	case probe.KindFailure:
		if h.failure == nil {
			h.failure = e
		}
	case probe.KindCommand:
		h.owed++
		h.chunked = h.chunked || e.Transaction == h.transaction && isBDAT(e)
	case probe.KindData:
		h.complete = h.complete || e.Transaction == h.transaction && e.Data.Complete
	case probe.KindNote:
		if (e.Note == probe.NoteHarvesting || e.Note == probe.NoteNeedsUTF8) && (e.Transaction == 0 || e.Transaction == h.transaction) {
			h.note = e
		}
	case probe.KindReply:
		h.owed = max(0, h.owed-1)
		if h.hearReply(e); h.decided == e || h.owed == 0 {
			h.behind = h.owed
		}
	}
}

func (h *hearing) hearReply(e *probe.Event) {
	switch {
	case h.decided != nil || h.broken != nil || e.Reply == nil:
	case e.Transaction != 0 && e.Transaction != h.transaction:
		h.hearOther(e)
	case !e.Reply.Usable():
		h.broken = e
	case closing(e):
		h.decided = e
	default:
		h.hearStage(e)
	}
}

// aside reports what was asked for its own sake, but for a failure or a 421 that
// ended the session over a query.
func aside(e *probe.Event) bool {
	if e.Extension == "" || e.Kind == probe.KindFailure {
		return false
	}
	return e.Extension == "STARTTLS" || !closing(e)
}

// closing reports a 421 that ended the session. It may answer any command (RFC
// 5321, section 3.8).
func closing(e *probe.Event) bool {
	return e.Kind == probe.KindReply && e.Reply.Code == 421 && e.Stage != smtp.StageQuit
}

// hearOther hears a reply in the transaction of another recipient.
func (h *hearing) hearOther(e *probe.Event) {
	switch {
	case !e.Reply.Usable():
	case e.Reply.Code == 421:
		h.gone = e
	case e.Stage == smtp.StageRcpt && e.Reply.Class() == 2:
		h.others = true
	}
}

// hearStage hears a reply that may decide, by what it answers.
func (h *hearing) hearStage(e *probe.Event) {
	class := e.Reply.Class()
	refused := class == 4 || class == 5
	switch e.Stage {
	case smtp.StageGreeting:
		h.greeted = e.Reply.Code == 220
		h.expect(e, h.greeted, refused)
	case smtp.StageEHLO, smtp.StageAuth:
		h.refusal = nil
		if refused {
			h.refusal = e // HELO, or another mechanism, may follow
			return
		}
		h.expect(e, class == 2 || e.Stage == smtp.StageAuth, false)
	case smtp.StageSTARTTLS:
		if refused {
			h.starttls = e // and the session goes on in the clear
		}
		h.expect(e, class == 2 || refused, false)
	case smtp.StageMail:
		h.expect(e, class == 2, refused)
	case smtp.StageRcpt:
		h.expect(e, class == 2, refused || class == 2 && h.mode == ModeRcpt)
	case smtp.StageData:
		h.expect(e, e.Reply.Code == 354 || h.chunked && class == 2, refused)
	case smtp.StageMessage:
		h.hearMessage(e)
	}
}

// hearMessage hears a reply to the message. With PRDR there are three: 353, the
// one for the recipient, in which a refusal decides, and the one for all, which
// decides where the recipient was not refused.
func (h *hearing) hearMessage(e *probe.Event) {
	class := e.Reply.Class()
	if e.Reply.Code == 353 || h.prdr && class == 2 {
		h.prdr, h.last = e.Reply.Code == 353, e
		return
	}
	h.expect(e, class == 2, class == 2 || class == 4 || class == 5)
}

func isBDAT(e *probe.Event) bool { return strings.HasPrefix(e.Command, "BDAT ") }

// expect keeps a reply that decides, and one that does not belong where it came.
func (h *hearing) expect(e *probe.Event, fits, decides bool) {
	switch {
	case decides:
		h.decided = e
	case fits:
		h.last = e
	default:
		h.broken = e
	}
}

// judge says what all that was heard comes to.
func (h *hearing) judge() Outcome {
	switch {
	case h.decided != nil && h.desynchronised():
		return h.byFailure() // whose reply it was is not known any more
	case h.decided != nil:
		return h.byReply(h.decided)
	case h.failure != nil && (!h.lost() || h.refusal == nil && h.gone == nil):
		return h.byFailure()
	case h.broken != nil:
		return h.byBroken()
	case h.refusal != nil:
		return h.byReply(h.refusal)
	case h.gone != nil:
		return h.byReply(h.gone)
	case h.mode == ModeStopAfter && h.reached():
		return h.byReply(h.last)
	case h.mode == ModeStopAfter && h.stopAfter == smtp.StageSTARTTLS && h.last != nil:
		return h.notSecured()
	}
	return h.notAsked()
}

// reached reports whether a session that ended well got as far as it was to go.
func (h *hearing) reached() bool {
	switch {
	case h.last == nil:
		return false
	case h.stopAfter == smtp.StageSTARTTLS:
		return h.a.TLS() != nil
	}
	return h.stopAfter == "" || !h.last.Stage.Before(h.stopAfter)
}

// desynchronised reports that replies and commands were found not to fit
// together, so that no reply can be trusted to be the one it seems. So it is where
// of commands that went together one was not answered: it may be any of them
// (RFC 2920, section 3.1).
func (h *hearing) desynchronised() bool {
	if h.failure == nil {
		return false
	}
	switch h.failure.Failure.Kind {
	case probe.FailUnsolicited, probe.FailProtocol, probe.FailInjection:
		return true
	case probe.FailTimeout:
		return h.behind > 0 && h.decided.Stage.Before(smtp.StageMessage)
	}
	return false
}

// lost reports that the connection just ended, or went silent.
func (h *hearing) lost() bool {
	switch h.failure.Failure.Kind {
	case probe.FailClosed, probe.FailReset, probe.FailTimeout:
		return true
	}
	return false
}

// byReply judges by the reply of e.
func (h *hearing) byReply(e *probe.Event) Outcome {
	o := Outcome{Stage: e.Stage, Reply: e.Reply, Event: e.Seq, Elapsed: e.Elapsed, Confidence: Certain}
	if class := e.Reply.Class(); class == 2 || class == 3 {
		o.Verdict = Accepted
		if h.mode == ModeRcpt {
			o.Confidence = Likely // the server may still refuse the message
		}
		o.Sentence = h.said(e)
		return o
	}
	row, m := Lookup(e.Stage, *e.Reply)
	if h.tooMany(e, &row) {
		row, _ = RowByID(tooManyRow)
		m.Side, m.Confidence, m.Retry = row.Side, row.Confidence, RetryLater
	}
	o.Verdict = Deferred
	if e.Reply.Class() == 5 {
		o.Verdict = Rejected
	}
	o.Reason, o.Row = row.Reason, row.ID
	o.Side, o.Confidence, o.Retry, o.RetryAfter = m.Side, m.Confidence, m.Retry, m.RetryAfter
	if o.Reason == Unknown {
		o.Confidence = Guess
	}
	if o.Side == SideRecipient && !o.atMailOrLater() {
		o.Side = SideReceiver // which had not heard of the recipient
	}
	if o.Side == SideUs && deniesOffer(h.a, e) != nil {
		o.Side = SideReceiver // which offers it
	}
	o.Sentence = h.said(e)
	return o
}

// tooMany reports that a 452 with no words to the contrary came after another
// recipient was accepted (RFC 5321, section 4.5.3.1.10).
func (h *hearing) tooMany(e *probe.Event, row *Row) bool {
	return h.others && e.Stage == smtp.StageRcpt && e.Reply.Code == 452 && row.Words == nil
}

// byBroken judges a reply that cannot be used where no failure says more.
func (h *hearing) byBroken() Outcome {
	return Outcome{
		Verdict: Undetermined, Reason: Protocol, Side: SideReceiver, Confidence: Likely, Retry: RetryAfterFix,
		Stage: h.broken.Stage, Event: h.broken.Seq, Elapsed: h.broken.Elapsed, MayBeDelivered: h.complete,
		Sentence: h.who() + " sent a reply that cannot be used, to " + h.broken.Stage.Request(),
	}
}

// notSecured judges a session that was to end after STARTTLS and went on, or
// ended, in the clear.
func (h *hearing) notSecured() Outcome {
	o := Outcome{
		Verdict: Undetermined, Reason: TLSFailed, Side: SideReceiver, Confidence: Certain, Retry: RetryAfterFix,
		Stage: smtp.StageSTARTTLS, Event: h.last.Seq, Elapsed: h.last.Elapsed,
	}
	switch {
	case h.starttls != nil:
		o.Reply, o.Event, o.Elapsed = h.starttls.Reply, h.starttls.Seq, h.starttls.Elapsed
		o.Sentence = h.said(h.starttls)
	case h.last.Stage == smtp.StageEHLO && smtp.ParseCapabilities(*h.last.Reply).Has("STARTTLS"):
		o.Side, o.Sentence = SideUs, "STARTTLS was not sent to "+h.who()
	default:
		o.Sentence = h.who() + " does not offer STARTTLS"
	}
	return o
}

// notAsked judges a session that ended well without asking about the recipient.
func (h *hearing) notAsked() Outcome {
	o := Outcome{
		Verdict: Undetermined, Reason: Unknown, Side: SideNone, Confidence: Guess, Retry: RetryLater,
		MayBeDelivered: h.complete, Sentence: h.who() + " was not asked about the recipient",
	}
	if h.last != nil {
		o.Stage, o.Event, o.Elapsed = h.last.Stage, h.last.Seq, h.last.Elapsed
	}
	if h.note == nil {
		return o
	}
	o.Stage, o.Event, o.Elapsed = h.note.Stage, h.note.Seq, h.note.Elapsed
	switch h.note.Note {
	case probe.NoteHarvesting:
		o.Confidence = Certain
		o.Sentence = "not asked: three unknown users before it in the session with " + place(h.a.Target) + "; probe it alone later"
	case probe.NoteNeedsUTF8: // RFC 6531, section 3.2: the client must not send such an address
		o.Verdict, o.Reason, o.Side, o.Retry = Rejected, ContentFormat, SideReceiver, RetryAfterFix
		o.Stage, o.Confidence = smtp.StageMail, Certain
		o.Sentence = "SMTPUTF8 is required, but was not offered by " + h.who()
	}
	return o
}
