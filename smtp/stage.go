package smtp

// Stage is the point a session has reached. Its values are the names used in
// JSON and on the command line; Request and During give the words that mail
// administrators know from Postfix's log.
type Stage string

// The stages of a session, in the order in which they can occur.
const (
	StageConnect  Stage = "connect"  // the TCP connection
	StageGreeting Stage = "greeting" // the server's opening reply (RFC 5321, section 3.1)
	StageEHLO     Stage = "ehlo"     // EHLO, or HELO where EHLO is refused
	StageSTARTTLS Stage = "starttls" // the STARTTLS command and its reply (RFC 3207)
	StageTLS      Stage = "tls"      // the TLS handshake
	StageXClient  Stage = "xclient"  // XCLIENT and XFORWARD (Postfix)
	StageAuth     Stage = "auth"     // AUTH (RFC 4954)
	StageQuery    Stage = "query"    // VRFY, EXPN, HELP, NOOP, ETRN: asked by themselves
	StageMail     Stage = "mail"     // MAIL FROM
	StageRcpt     Stage = "rcpt"     // RCPT TO
	StageData     Stage = "data"     // the DATA command and its 354
	StageMessage  Stage = "message"  // the message text and the reply to its end
	StageRset     Stage = "rset"     // RSET
	StageQuit     Stage = "quit"     // QUIT
)

// stages lists every stage with its words: what a reply answers ("in reply to
// RCPT TO command") and what was going on when a connection was lost ("while
// sending RCPT TO").
var stages = []struct {
	stage           Stage
	request, during string
}{
	{StageConnect, "connection attempt", "connecting"},
	{StageGreeting, "initial connection", "receiving the initial server greeting"},
	{StageEHLO, "EHLO command", "performing the EHLO handshake"},
	{StageSTARTTLS, "STARTTLS command", "sending STARTTLS"},
	{StageTLS, "TLS handshake", "performing the TLS handshake"},
	{StageXClient, "XCLIENT command", "sending XCLIENT"},
	{StageAuth, "AUTH command", "performing AUTH"},
	{StageQuery, "VRFY, EXPN, HELP, NOOP or ETRN command", "sending a query"},
	{StageMail, "MAIL FROM command", "sending MAIL FROM"},
	{StageRcpt, "RCPT TO command", "sending RCPT TO"},
	{StageData, "DATA command", "sending DATA command"},
	{StageMessage, "end of DATA command", "sending message body"},
	{StageRset, "RSET command", "sending RSET"},
	{StageQuit, "QUIT command", "sending QUIT command"},
}

// Stages returns every stage in the order in which they can occur.
func Stages() []Stage {
	out := make([]Stage, len(stages))
	for i, s := range stages {
		out[i] = s.stage
	}
	return out
}

// DuringEnd is what [Stage.During] is for the message once the line that ends it
// was sent, as Postfix says it: the server may have taken the message.
const DuringEnd = "sending end of data -- message may be sent more than once"

func (s Stage) index() int {
	for i := range stages {
		if stages[i].stage == s {
			return i
		}
	}
	return -1
}

// Before reports whether s comes before t in a session.
func (s Stage) Before(t Stage) bool { return s.index() < t.index() }

// Request names what a reply at this stage answers, as Postfix does in
// "host X said: 550 ... (in reply to RCPT TO command)".
func (s Stage) Request() string {
	if i := s.index(); i >= 0 {
		return stages[i].request
	}
	return string(s)
}

// During names what the client was doing at this stage, as Postfix does in
// "lost connection with X while sending RCPT TO".
func (s Stage) During() string {
	if i := s.index(); i >= 0 {
		return stages[i].during
	}
	return string(s)
}
