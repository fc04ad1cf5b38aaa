package diagnose

import (
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/sasl"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// auth finds what there is to say about AUTH in one session.
func (f *finder) auth(a *probe.Attempt) {
	f.offersAuth(a)
	x := a.Authentication()
	if x == nil {
		return
	}
	f.challenges(a)
	e := a.Event(x.Event)
	at := Evidence{Session: a.ID, Event: e.Seq}
	host := a.Target.Host
	switch {
	case e.Kind == probe.KindFailure && e.Failure.Kind == probe.FailAuthPolicy:
		f.add(policyRule(e.Failure), host+": "+e.Failure.Detail, at)
	case e.Kind == probe.KindFailure && e.Failure.Kind == probe.FailAuth:
		f.add("auth/server-failed", host+" in "+or(x.Mechanism, "AUTH")+": "+e.Failure.Detail, at)
	case x.Outcome == probe.AuthRejected, x.Outcome == probe.AuthDeferred:
		f.refusedAuth(a, x, e, at)
	}
}

// offersAuth looks at the mechanisms that the server offers, with and without TLS.
func (f *finder) offersAuth(a *probe.Attempt) {
	for i := range a.Events {
		e := &a.Events[i]
		if e.Kind != probe.KindReply || e.Stage != smtp.StageEHLO || !e.Reply.Usable() || e.Extension != "" {
			continue
		}
		params, _ := smtp.ParseCapabilities(*e.Reply).Get("AUTH")
		offered := sasl.Offered(params)
		if len(offered) == 0 {
			continue
		}
		names := a.Target.Host + " offers AUTH " + strings.Join(offered[:min(len(offered), 20)], " ")
		at := Evidence{Session: a.ID, Event: e.Seq}
		switch {
		case !e.Secure && slices.ContainsFunc(offered, sasl.Cleartext) && a.Target.Socket == "":
			f.add("auth/without-tls", names+" without TLS", at)
		case !slices.ContainsFunc(offered, func(m string) bool { return m != sasl.Plain && m != sasl.Login }):
			if e.Secure && a.Authentication() != nil {
				f.add("auth/password-only", names, at)
			}
		case !slices.ContainsFunc(offered, func(m string) bool { return !sasl.Weak(m) }):
			f.add("auth/weak-only", names, at)
		}
	}
}

// challenges looks for what the server said in the exchange.
func (f *finder) challenges(a *probe.Attempt) {
	for i := range a.Events {
		e := &a.Events[i]
		at := Evidence{Session: a.ID, Event: e.Seq}
		switch {
		case e.Note != probe.NoteChallenge:
		case strings.Contains(e.Text, "error: server-does-support-channel-binding"), strings.Contains(e.Text, "error: channel-bindings-dont-match"):
			f.add("auth/downgrade", a.Target.Host+": "+strings.TrimPrefix(e.Text, "challenge: "), at)
		case strings.HasPrefix(e.Text, "challenge: salt of ") && strings.Contains(e.Text, ", fewer than "):
			f.add("auth/few-iterations", a.Target.Host+": "+strings.TrimPrefix(e.Text, "challenge: "), at)
		}
	}
}

// policyRule is the rule for AUTH that we did not begin.
func policyRule(x *probe.Failure) string {
	if unsafeAuth(x) {
		return "auth/unsafe"
	}
	if strings.HasPrefix(x.Detail, "the credentials were refused in another session") {
		return "auth/left-out"
	}
	return "auth/not-possible"
}

// unsafeAuth reports that credentials were kept back for want of TLS.
func unsafeAuth(x *probe.Failure) bool {
	return x.Kind == probe.FailAuthPolicy && strings.HasPrefix(x.Detail, "no credentials are sent ")
}

// refusedAuth explains a refusal: by its row where that knows more than the code.
func (f *finder) refusedAuth(a *probe.Attempt, x *probe.Authentication, e *probe.Event, at Evidence) {
	row, _ := Lookup(smtp.StageAuth, *e.Reply)
	rule := authRule(x.Mechanism, e.Reply, row)
	found := f.add(rule, a.Target.Host+" refused AUTH "+x.Mechanism+": "+oneLine(*e.Reply), at)
	if rule != "auth/lies" && rule != "auth/token-refused" && row.Words != nil && found != nil {
		found.Explain, found.Remedy = row.Explain, row.Remedy
	}
}

// authRule is the rule for a refusal of AUTH (RFC 4954, section 6).
func authRule(mechanism string, r *smtp.Reply, row Row) string {
	detail := ""
	if !r.Enhanced.IsZero() {
		_, detail, _ = strings.Cut(r.Enhanced.String(), ".")
	}
	switch {
	case r.Code == 432, detail == "7.12", row.ID == "auth/password-expired":
		return "auth/transition"
	case r.Class() == 4:
		return "auth/temporary"
	case r.Code == 538, r.Code == 523, r.Code == 530, detail == "7.11", detail == "7.10", row.Reason == TLSRequired:
		return "auth/needs-tls"
	case r.Code == 534:
		return "auth/too-weak"
	case r.Code == 500, r.Code == 502, r.Code == 503, r.Code == 504:
		return "auth/lies"
	case aboutPassword(row) && (mechanism == sasl.XOAuth2 || mechanism == sasl.OAuthBearer):
		return "auth/token-refused"
	}
	return "auth/refused"
}

// aboutPassword reports that a row of the catalogue says no more than that the
// user name or the password is wrong, which for a token is not what to look at.
func aboutPassword(row Row) bool {
	switch row.ID {
	case "postfix/sasl", "dovecot/credentials", "microsoft/wrong-credentials":
		return true
	}
	return row.Words == nil
}

// ruleOfAuth is the rule that knows best what to do when AUTH decided, "" for none.
func (c *Case) ruleOfAuth(d *Diagnosis) string {
	e := c.decidingEvent(d)
	switch {
	case e == nil || e.Stage != smtp.StageAuth:
	case e.Failure != nil && e.Failure.Kind == probe.FailAuthPolicy:
		return policyRule(e.Failure)
	case e.Failure != nil && e.Failure.Kind == probe.FailAuth:
		return "auth/server-failed"
	case e.Reply != nil && e.Reply.Class() > 3:
		mechanism := strings.TrimSpace(byAuth(c.attempt(d.Deciding)))
		row, _ := Lookup(smtp.StageAuth, *e.Reply)
		if rule := authRule(mechanism, e.Reply, row); row.Words == nil || rule == "auth/lies" || rule == "auth/token-refused" {
			return rule
		}
	}
	return ""
}

// byAuth says with which mechanism, in words for a summary; "" where AUTH was not tried.
func byAuth(a *probe.Attempt) string {
	if x := a.Authentication(); x != nil && x.Mechanism != "" {
		return " " + x.Mechanism
	}
	return ""
}

// afterAuth says as what we were accepted, "" where AUTH did not take place.
func afterAuth(a *probe.Attempt) string {
	x := a.Authentication()
	switch {
	case x == nil || x.Outcome != probe.AuthAccepted:
		return ""
	case x.User == "":
		return " after AUTH " + x.Mechanism
	}
	return " after AUTH " + x.Mechanism + " as " + x.User
}
