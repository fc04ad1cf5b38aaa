package diagnose

import (
	"strconv"
	"strings"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// deniesOffer is the command that a reply says is not known, although it uses only
// what the server's EHLO reply offers: AUTH, BDAT, or MAIL and RCPT with parameters, none of
// which is sent without an offer. It is nil where the reply says something else.
func deniesOffer(a *probe.Attempt, e *probe.Event) *probe.Event {
	if e.Kind != probe.KindReply || e.Extension != "" || !e.Reply.Usable() {
		return nil
	}
	x := answeredBy(a, e)
	if x == nil {
		return nil
	}
	switch code := e.Reply.Code; {
	case e.Stage == smtp.StageAuth && (code == 500 || code == 502 || code == 504) && a.Capabilities().Has("AUTH"),
		isBDAT(x) && (code == 500 || code == 502) && a.Capabilities().Has("CHUNKING"),
		code == 555 && withParameters(x) && !tooSoon(a, x):
		return x
	}
	return nil
}

// answeredBy is the command of a stage and transaction that a reply is to; nil for none.
func answeredBy(a *probe.Attempt, e *probe.Event) (last *probe.Event) {
	for i := range a.Events {
		x := &a.Events[i]
		if x.Seq >= e.Seq {
			break
		}
		if x.Kind == probe.KindCommand && x.Stage == e.Stage && x.Transaction == e.Transaction && x.Extension == "" {
			last = x
		}
	}
	return last
}

// tooSoon reports a time of delivery below the least that the server offers to
// return a message after (RFC 2852, section 2). Sendmail answers it with 555.
func tooSoon(a *probe.Attempt, x *probe.Event) bool {
	_, by, _ := strings.Cut(x.Command, " BY=")
	by, mode, _ := strings.Cut(by, ";")
	least, _ := a.Capabilities().Get("DELIVERBY")
	asked, err := strconv.Atoi(by)
	offer, err2 := strconv.Atoi(least)
	return err == nil && err2 == nil && strings.HasPrefix(mode, "R") && asked < offer
}

// withParameters reports whether MAIL or RCPT has parameters behind the path.
func withParameters(x *probe.Event) bool {
	if x.Stage != smtp.StageMail && x.Stage != smtp.StageRcpt {
		return false
	}
	_, behind, ok := strings.Cut(x.Command[strings.LastIndexByte(x.Command, '>')+1:], " ")
	return ok && behind != ""
}

// offered finds a command that the server does not know and offers. AUTH has rules of its own.
func (f *finder) offered(a *probe.Attempt, e *probe.Event, at Evidence) {
	if x := deniesOffer(a, e); x != nil && e.Stage != smtp.StageAuth {
		f.add("ext/broken", a.Target.Host+" does not know what it offers: "+printable(x.Command)+": "+oneLine(*e.Reply), at)
	}
}
