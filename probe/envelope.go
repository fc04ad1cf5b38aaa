package probe

// Envelope is what MAIL and RCPT ask for beyond the addresses. The zero value
// asks for what the message needs and nothing more.
type Envelope struct {
	Size       int64    // declared in SIZE instead of the message's (RFC 1870); 0: the message's
	Body       string   // BODY: 7BIT, 8BITMIME (RFC 6152) or BINARYMIME (RFC 3030); "": as the message needs
	SMTPUTF8   bool     // RFC 6531; set by itself where an address needs it
	Return     string   // RET: FULL or HDRS (RFC 3461, section 4.3)
	EnvelopeID string   // ENVID, not yet xtext (RFC 3461, section 4.4)
	Notify     []string // NOTIFY: NEVER, or SUCCESS, FAILURE, DELAY (RFC 3461, section 4.1)
	Original   string   // ORCPT, an address, not yet xtext (RFC 3461, section 4.2)
	RequireTLS bool     // RFC 8689
	DeliverBy  string   // BY, such as "120;R" (RFC 2852)
	Priority   *int     // MT-PRIORITY, -9 to 9 (RFC 6710)
	Hold       string   // "HOLDFOR=60" or "HOLDUNTIL=2026-11-22T12:00:00Z" (RFC 4865)
	PRDR       bool     // a reply for each recipient after the message (draft-hall-prdr)
	Chunk      int64    // send the message with BDAT in chunks of so many octets (RFC 3030); 0: with DATA
}
