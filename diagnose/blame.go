package diagnose

// ourWords are words for the client, its sender and what is asked of them. Where
// a reply has one of them, its code alone does not tell that there is no such
// user: "550 5.1.1 your server is not welcome".
var ourWords = [...]string{
	"ip", "client", "sender", "you", "your", "yours", "server", "ptr", "rdns", "dns", "helo", "ehlo",
	"spf", "dkim", "dmarc", "rbl", "dnsbl", "blacklist", "blocklist", "black list", "block list",
	"auth", "authenticate", "authentication", "login", "relay", "quota", "limit", "sending", "sent", "connection",
	"attack", "abuse", "spam", "spammer", "junk", "virus",
}

// speaksOfUs reports whether the text is, perhaps, about the client or its
// sender and not about the recipient.
func (s *subject) speaksOfUs() bool {
	for _, w := range ourWords {
		if s.has(w) {
			return true
		}
	}
	return false
}

// senderWords name the reverse-path as what does not exist or is not known, in
// words that are otherwise said of a recipient: "sender address does not exist".
var senderWords = [...]string{
	"sender address", "sender's address", "address of sender", "address of the sender", "sender verify", "sender mailbox",
	"from address", "return address", "return path", "reverse path", "reverse-path",
}

// speaksOfSender reports whether the text is about the reverse-path.
func (s *subject) speaksOfSender() bool {
	for _, w := range senderWords {
		if s.has(w) {
			return true
		}
	}
	return false
}
