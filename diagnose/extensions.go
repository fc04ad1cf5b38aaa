package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
)

// ExtensionState says what became of a service extension that a server advertises.
type ExtensionState string

// The states of an extension.
const (
	ExtWorks        ExtensionState = "works"         // its use was accepted
	ExtBroken       ExtensionState = "broken"        // it is advertised, and its use is not understood or breaks the session
	ExtRefused      ExtensionState = "refused"       // its use is understood and turned down, for now or by a rule
	ExtNotExercised ExtensionState = "not-exercised" // it was not tried
)

// Extension is one service extension that a server advertises, and what became of
// trying it.
type Extension struct {
	Keyword, Params string
	State           ExtensionState
	Detail          string // why, in a few words; "" where the state says it all
	Events          []int  // that show it
}

// Extensions judges the exercises of a session for that purpose; nil for any other.
func Extensions(a *probe.Attempt) []Extension {
	if a.Purpose != probe.PurposeExtensions {
		return nil
	}
	offered := a.Capabilities()
	if len(offered) == 0 {
		return nil
	}
	tries := triesOf(a)
	var out []Extension
	if plain := a.CapabilitiesPlain(); plain.Has("STARTTLS") && !offered.Has("STARTTLS") {
		offered = append(smtp.Capabilities{{Keyword: "STARTTLS"}}, offered...)
	}
	for _, c := range offered {
		if slices.ContainsFunc(out, func(x Extension) bool { return x.Keyword == c.Keyword }) {
			continue
		}
		params, _ := offered.Get(c.Keyword)
		x := Extension{Keyword: c.Keyword, Params: params}
		x.judge(a, tries)
		out = append(out, x)
	}
	return out
}

// try is a command that exercised an extension, and what came of it.
type try struct {
	keyword string // "" for the envelope without extensions
	command *probe.Event
	reply   *probe.Event // nil: none came
	failure *probe.Event // that came instead
}

// triesOf matches replies to commands, in order, from the first MAIL on.
func triesOf(a *probe.Attempt) []try {
	var tries []try
	open := 0 // the first try that has no answer
	for i := range a.Events {
		e := &a.Events[i]
		switch {
		case e.Kind == probe.KindFailure && len(tries) > 0: // one reply too many comes to light behind the last
			tries[min(open, len(tries)-1)].failure = e
			open = len(tries)
		case e.Stage.Before(smtp.StageMail) && e.Extension == "", e.Stage == smtp.StageQuit:
		case e.Kind == probe.KindCommand:
			tries = append(tries, try{keyword: e.Extension, command: e})
		case e.Kind == probe.KindReply && e.HasLatency() && open < len(tries):
			tries[open].reply = e
			open++
		}
	}
	return tries
}

// judge says what became of the extension.
func (x *Extension) judge(a *probe.Attempt, tries []try) {
	var mine []try
	for _, t := range tries {
		if t.keyword == x.Keyword {
			mine = append(mine, t)
		}
	}
	special := map[string]func(*Extension, *probe.Attempt, []try){
		"ENHANCEDSTATUSCODES": judgeEnhanced, "STARTTLS": judgeSTARTTLS, "SIZE": judgeSize, "PIPELINING": judgePipelining,
		"CHUNKING": judgeChunking, "HELP": judgeQuery, "VRFY": judgeQuery, "EXPN": judgeQuery, "DSN": judgeDSN, "LIMITS": judgeLimits, "AUTH": judgeAuth,
	}
	for _, t := range mine {
		if t.failure != nil {
			x.set(ExtBroken, "the session ended: "+string(t.failure.Failure.Kind), t)
			return
		}
	}
	judge := special[x.Keyword]
	switch alone := mailAlone(tries); {
	case len(mine) > 0 && mine[0].command.Stage == smtp.StageMail && alone != nil && !accepted(alone):
		x.set(ExtNotExercised, "MAIL is refused without it too", *alone)
	case judge != nil:
		judge(x, a, mine)
	case len(mine) == 0:
		x.State, x.Detail = ExtNotExercised, whyNot(x.Keyword)
	default:
		x.byReply(mine[0])
	}
}

func (x *Extension) set(state ExtensionState, detail string, tries ...try) {
	x.State, x.Detail = state, detail
	for _, t := range tries {
		switch {
		case t.reply != nil:
			x.Events = append(x.Events, t.reply.Seq)
		case t.failure != nil:
			x.Events = append(x.Events, t.failure.Seq)
		default:
			x.Events = append(x.Events, t.command.Seq)
		}
	}
}

// byReply judges by the reply to a command with a parameter.
func (x *Extension) byReply(t try) {
	switch {
	case t.reply == nil:
		x.set(ExtNotExercised, "the session was over", t)
	case accepted(&t):
		x.set(ExtWorks, "", t)
	case unknown(t.reply.Reply):
		x.set(ExtBroken, said(t), t)
	default:
		x.set(ExtRefused, said(t), t)
	}
}

// mailAlone is MAIL without extensions.
func mailAlone(tries []try) *try {
	for i := range tries {
		if tries[i].keyword == "" && tries[i].command.Stage == smtp.StageMail {
			return &tries[i]
		}
	}
	return nil
}

func accepted(t *try) bool {
	return t.reply != nil && t.reply.Reply.Usable() && t.reply.Reply.Class() == 2
}

// unknown reports a reply that says that a command or parameter is not known
// (RFC 5321, section 4.2.2; 555: section 4.1.1.11).
func unknown(r *smtp.Reply) bool {
	switch r.Code {
	case 500, 501, 502, 504, 555:
		return true
	}
	return !r.Usable() || r.Class() == 3
}

// said quotes a reply in short.
func said(t try) string {
	if t.reply == nil {
		return "no reply"
	}
	text := oneLine(*t.reply.Reply)
	const most = 200
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "..."
	}
	return text
}

// whyNot says why an extension is not tried.
func whyNot(keyword string) string {
	words := map[string]string{
		"ETRN":       "it would start work",
		"ATRN":       "it would start work",
		"XCLIENT":    "for proxies that the server trusts",
		"XFORWARD":   "for proxies that the server trusts",
		"REQUIRETLS": "the session was not inside TLS",
		"VERB":       "it asks for talk about deliveries",
		"BURL":       "it needs a message elsewhere",
		"RRVS":       "it needs to know since when a mailbox is somebody's",
	}
	if why := words[keyword]; why != "" {
		return why
	}
	if slices.Contains([]string{"8BITMIME", "BINARYMIME", "SMTPUTF8", "DELIVERBY", "MT-PRIORITY", "FUTURERELEASE", "PRDR"}, keyword) {
		return "the session was over"
	}
	return "not known to smtpcheck"
}

// judgeAuth: a login is only tried where one was asked for, and then before all else.
func judgeAuth(x *Extension, a *probe.Attempt, _ []try) {
	if l := a.Authentication(); l != nil && l.Outcome == probe.AuthAccepted {
		x.State, x.Detail, x.Events = ExtWorks, "logged in with "+l.Mechanism, []int{l.Event}
		return
	}
	x.State, x.Detail = ExtNotExercised, "no login was asked for; see relay"
}

// judgeSize: little is taken, and more than the limit is not (RFC 1870, section 6).
func judgeSize(x *Extension, a *probe.Attempt, mine []try) {
	if len(mine) == 0 {
		x.State, x.Detail = ExtNotExercised, "the session was over"
		return
	}
	x.byReply(mine[0])
	at := slices.IndexFunc(mine, func(t try) bool { return t.command != mine[0].command && t.command.Stage == smtp.StageMail })
	switch {
	case x.State != ExtWorks || at < 0 || mine[at].reply == nil:
	case accepted(&mine[at]):
		x.set(ExtBroken, fmt.Sprintf("more than the limit of %d octets is taken", a.Capabilities().Size()), mine[at])
	default:
		x.set(ExtWorks, "over the limit: "+said(mine[at]), mine[at])
	}
}

// judgePipelining: as many replies as commands, in their order.
func judgePipelining(x *Extension, _ *probe.Attempt, mine []try) {
	switch {
	case len(mine) < 3:
		x.State, x.Detail = ExtNotExercised, "the session was over"
	case slices.ContainsFunc(mine, func(t try) bool { return t.reply == nil }):
		x.set(ExtBroken, "not every command had a reply", mine...)
	case !accepted(&mine[0]), !accepted(&mine[2]):
		x.set(ExtBroken, "the replies do not fit the commands", mine...)
	default:
		x.set(ExtWorks, "replies matched to commands", mine...)
	}
}

// judgeChunking: BDAT outside a transaction is out of sequence, not unknown.
func judgeChunking(x *Extension, _ *probe.Attempt, mine []try) {
	switch {
	case len(mine) == 0 || mine[0].reply == nil:
		x.State, x.Detail = ExtNotExercised, "the session was over"
	case accepted(&mine[0]), unknown(mine[0].reply.Reply) && !outOfSequence(mine[0].reply.Reply):
		x.set(ExtBroken, "BDAT without MAIL: "+said(mine[0]), mine[0])
	default:
		x.set(ExtWorks, "BDAT is known", mine[0])
	}
}

// outOfSequence reports a reply whose words say that a command came too early,
// whatever its code: go-smtp says 502 "Missing RCPT TO command".
func outOfSequence(r *smtp.Reply) bool {
	text := strings.ToUpper(r.Text())
	for _, word := range []string{"MAIL", "RCPT", "RECIPIENT", "SEQUENCE", "TRANSACTION"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// judgeQuery: any answer but that the command is not known.
func judgeQuery(x *Extension, _ *probe.Attempt, mine []try) {
	switch {
	case len(mine) == 0 || mine[0].reply == nil:
		x.State, x.Detail = ExtNotExercised, "the session was over"
	case unknown(mine[0].reply.Reply):
		x.set(ExtBroken, said(mine[0]), mine[0])
	case accepted(&mine[0]):
		x.set(ExtWorks, said(mine[0]), mine[0])
	default:
		x.set(ExtRefused, said(mine[0]), mine[0])
	}
}

// judgeDSN: the parameters of MAIL, then those of RCPT; a refusal of the recipient
// without them says nothing of them.
func judgeDSN(x *Extension, _ *probe.Attempt, mine []try) {
	if len(mine) == 0 {
		x.State, x.Detail = ExtNotExercised, "the session was over"
		return
	}
	x.byReply(mine[0])
	rcpt := slices.IndexFunc(mine, func(t try) bool { return t.command.Stage == smtp.StageRcpt })
	if x.State != ExtWorks || rcpt < 0 {
		return
	}
	switch t := mine[rcpt]; {
	case t.reply == nil || accepted(&t):
	case unknown(t.reply.Reply):
		x.set(ExtBroken, "NOTIFY: "+said(t), t)
	default:
		x.Detail = "RET and ENVID; the recipient is refused"
	}
}

func judgeLimits(x *Extension, a *probe.Attempt, _ []try) {
	l := a.Capabilities().Limits()
	var words []string
	for _, limit := range []struct {
		n    int
		what string
	}{{l.MailMax, "messages a session"}, {l.RcptMax, "recipients a message"}, {l.RcptDomainMax, "domains a message"}} {
		if limit.n > 0 {
			words = append(words, fmt.Sprintf("%d %s", limit.n, limit.what))
		}
	}
	x.State, x.Detail = ExtNotExercised, cmp.Or(strings.Join(words, ", "), "no limit that is known")
}

// judgeSTARTTLS: it was used, or not.
func judgeSTARTTLS(x *Extension, a *probe.Attempt, _ []try) {
	x.State = ExtNotExercised
	for i := range a.Events {
		e := &a.Events[i]
		switch {
		case e.Kind == probe.KindTLS:
			x.State, x.Detail, x.Events = ExtWorks, e.TLS.Version, []int{e.Seq}
		case e.Kind == probe.KindReply && e.Stage == smtp.StageSTARTTLS && e.Reply.Class() > 3:
			x.State, x.Detail, x.Events = ExtBroken, said(try{reply: e}), []int{e.Seq}
		}
	}
}

// judgeEnhanced: replies to all commands but EHLO have an enhanced status code
// (RFC 2034, section 4).
func judgeEnhanced(x *Extension, a *probe.Attempt, _ []try) {
	var without []int
	all := 0
	for i := range a.Events {
		e := &a.Events[i]
		if e.Kind != probe.KindReply || !e.Reply.Usable() || e.Reply.Class() == 3 || e.Reply.Code == 220 || e.Stage == smtp.StageEHLO ||
			e.Stage == smtp.StageQuit || e.Extension == "HELP" {
			continue
		}
		all++
		if e.Reply.Enhanced.IsZero() {
			without = append(without, e.Seq)
		}
	}
	switch {
	case all == 0:
		x.State, x.Detail = ExtNotExercised, "the session was over"
	case len(without) == all:
		x.State, x.Detail, x.Events = ExtBroken, "no reply has a code", without
	case len(without) > 0:
		x.State, x.Detail, x.Events = ExtWorks, fmt.Sprintf("%d of %d replies have no code", len(without), all), without
	default:
		x.State = ExtWorks
	}
}
