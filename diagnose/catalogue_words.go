package diagnose

import "time"

// wordRows are the words that servers of every kind use. They come after the
// native replies and before the codes, since words are right more often. First those
// that say that it is us who are refused: who reads of a blocked address and an
// unknown user in one reply must not take the user for unknown.
var wordRows = []Row{
	{
		ID: "words/usage", Codes: "5", Words: []string{"^syntax:", "^error: syntax:"},
		Reason: Protocol, Side: SideUs, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Explain: "The server tells how the command is to be written: it could not read it.",
		Remedy:  "Look at the command before the reply; a firewall in between may have changed it.",
		Example: "501 5.5.4 Syntax: MAIL FROM:<address>", ExampleStage: "mail",
	},
	{
		ID: "words/harvesting", Words: []string{"too many invalid recipient*", "too many unknown recipient*", "too many bad recipient*", "too many nonexistent recipient*", "too many non-existent recipient*", "too many rejected recipient*", "too many invalid user*", "too many unknown user*", "too many invalid rcpt*", "too many unknown rcpt*", "too many bad rcpt*", "too many invalid address*", "too many unknown address*", "too many user unknown*", "too many failed recipient*", "too many of your recipient*", "excessive unknown recipient*", "excessive invalid recipient*", "directory harvest*", "address harvest*", "dictionary attack", "namespace mining", "number of invalid recipient*", "number of unknown recipient*"},
		Reason: RateLimited, Side: SideUs, Confidence: Certain, Retry: RetryLater, RetryAfter: time.Hour, Source: "many servers",
		Explain: "The server was asked for so many addresses that it does not have that it takes the client for one that guesses them. Nothing is said about this recipient.",
		Remedy:  "Take unknown users off the list before sending again, and ask from this address for less.",
		Example: "550 Too many invalid recipients", ExampleStage: "rcpt",
	},
	{
		ID: "words/null-sender", Words: []string{"null sender", "null reverse-path", "empty sender", "empty envelope sender", "empty reverse-path", "sender <> ", "from <> ", "bounces are not accepted", "bounces not accepted", "does not accept bounces", "bounce messages are not accepted", "does not accept bounce", "no bounces", "blank sender", "null return path", "null return-path", "bounce messages not accepted", "does not send mail", "never sends mail", "not send bounces"},
		Reason: SenderRejected, Confidence: Certain, Retry: RetryAfterFix, Source: "many servers",
		Explain: "The server refuses the null sender <> that bounces have, at least for this recipient. RFC 5321, section 4.5.5, asks every server to take it; nothing is said about mail from people.",
		Remedy:  "Probe again with a sender (--from).",
		Example: "550 Sorry, this user does not accept bounces; null sender refused", ExampleStage: "rcpt",
	},
	{
		ID: "words/batv", Codes: "5", Words: []string{"batv", "prvs", "bounce address tag*"},
		Reason: SenderRejected, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Explain: "The server takes bounces (mail of the null sender) only for addresses that it has tagged itself (BATV); this one has no valid tag. Nothing is said about mail from people.",
		Remedy:  "Probe again with a sender (--from).",
		Example: "550 BATV check failed", ExampleStage: "rcpt",
	},
	{
		ID: "words/own-account", Words: []string{"your account", "your mailbox", "your user", "your email account", "sender account", "sending account", "sender's account", "account of the sender", "message sending for this account", "sending for this account", "sending from this account"},
		With:   []string{"disabled", "suspended", "blocked", "locked", "deactivated", "restricted", "compromised", "hacked", "frozen", "stopped", "not allowed", "not permitted", "inactive", "expired", "gesperrt", "заблокирован"},
		Reason: Policy, Side: SideUs, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Explain: "The server has stopped the account that sends, not that of the recipient.", Remedy: "Secure the account, then ask its provider to open it again.",
		Example: "550 5.7.1 Your account has been suspended because it was sending spam", ExampleStage: "mail",
	},
	{
		ID: "words/restricted", Words: []string{"not allowed to send to", "not authorized to send to", "not permitted to send to", "not authorised to send to", "cannot send to this", "not allowed to post", "not allowed to mail", "may not post", "may not send to", "may not mail", "only members", "members only", "not a member", "not subscribed", "subscribers", "closed list", "moderated list", "only accepts mail from", "accepts mail only from", "only accepts messages from", "only accepts email from", "accepts messages only from", "recipient only accepts", "only accept*from authenticated", "only accept*from internal", "internal use only", "internal only", "internal recipient*", "internal address", "authenticated senders only", "doesn't want your mail", "does not want your mail", "does not want mail from", "does not wish to receive", "refuses mail from", "refuses messages from", "refuse mail from you", "not accepting mail from this", "does not accept mail from you", "does not accept mail from this", "outside senders", "external senders", "from external", "mail from outside", "messages from outside", "from outside the organi*", "recipient has blocked", "blocked by recipient", "blocked by the recipient", "rejected by recipient", "rejected by the recipient", "rejected by user", "refused by recipient", "refused by the recipient", "recipient rejected your", "not on my whitelist", "not in recipient's whitelist", "not on the recipient's", "sender not on*whitelist", "not in allowed-senders", "restricted to", "this list", "this group"},
		Reason: Restricted, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Example: "550 5.7.2 only members may post to the list; members only", ExampleStage: "rcpt",
	},
	{
		ID: "words/reverse-dns", Words: []string{"reverse dns", "reverse-dns", "reversedns", "rdns", "r-dns", "ptr", "ptr record*", "no reverse", "without reverse", "reverse lookup", "reverse hostname", "reverse host name", "reverse name", "reverse address", "reverse resolution", "forward confirmed", "forward-confirmed", "fcrdns", "in-addr.arpa", "cannot find your hostname", "can't find your hostname", "could not find your hostname", "cannot find your host name", "resolve your hostname", "resolve your ip", "resolve your host", "no dns name", "no hostname for", "no host name for", "no valid hostname", "without a valid hostname", "host name lookup fail*", "hostname lookup fail*", "hostname does not match", "hostname doesn't match", "hostname mismatch", "generic hostname", "generic rdns", "generic host name", "reverse entry", "dns inverse*", "dns inverso", "resolucion inversa", "обратн*dns", "обратная зона", "反向解析", "反向dns", "逆引き"},
		Reason: RDNS, Confidence: Certain, Retry: RetryAfterFix, Source: "many servers",
		Example: "554 5.7.1 No reverse DNS entry for 198.51.100.7", ExampleStage: "greeting",
	},
	{
		ID: "words/unresolvable-client", Words: []string{"ip", "ip address", "client host", "connecting host", "your host", "your hostname", "your server", "client address"},
		With:   []string{"not resolve", "doesn't resolve", "does not have a name", "has no name", "no hostname", "unresolvable", "not resolvable", "cannot resolve", "can't resolve", "could not resolve", "unable to resolve", "cannot be resolved", "could not be resolved", "has no dns", "no valid dns", "without dns", "no dns record", "no dns entry"},
		Reason: RDNS, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Example: "550 5.7.1 Your IP does not resolve to a name", ExampleStage: "ehlo",
	},
	{
		ID: "words/helo-first", Codes: "5", Words: []string{"helo first", "ehlo first", "helo/ehlo first", "ehlo/helo first", "say helo", "say ehlo", "polite people say", "helo expected", "ehlo expected", "lhlo expected", "expected helo", "expected ehlo", "need helo", "need ehlo", "before helo", "before ehlo", "helo/ehlo before", "ehlo/helo before", "start with helo", "start with ehlo", "requires helo", "requires ehlo", "helo missing", "issue helo", "issue ehlo"},
		Reason: Protocol, Side: SideUs, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Explain: "The server wants EHLO, or HELO, before this command, or had refused it.", Remedy: "Send EHLO after the greeting, and look at the reply to it.",
		Example: "503 5.5.1 Say HELO before anything else, please", ExampleStage: "mail",
	},
	{
		ID: "words/helo", Words: []string{"helo rejected", "bad helo", "invalid helo", "helo name", "ehlo name", "helo/ehlo", "ehlo/helo", "helo hostname", "helo domain", "helo does not", "helo not", "your helo", "your ehlo", "helo host", "helo is", "ehlo is", "helo string", "ehlo string", "helo argument", "ehlo argument", "helo greeting", "helo failed", "helo check", "helo verification", "helo command rejected", "helo lookup", "helohost"},
		Reason: HELO, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Example: "550 Bad HELO - fix your mail server", ExampleStage: "ehlo",
	},
	{
		ID: "words/helo-name", Words: []string{"helo", "ehlo", "lhlo"},
		With:   []string{"invalid", "bad", "rejected", "denied", "refused", "not resolve", "not match", "mismatch", "forged", "forgery", "spoof*", "fake", "faked", "syntax", "wrong", "illegal", "malformed", "not valid", "blocked", "impersonat*", "fully-qualified", "fully qualified", "fqdn", "does not exist", "not found", "unknown", "localhost", "pretend*", "lie", "lying", "liar", "suspicious", "unresolvable", "dynamic", "random"},
		Reason: HELO, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Example: "550 5.7.1 you are not mx1.example.com, forged HELO", ExampleStage: "ehlo",
	},
	{
		ID: "words/authentication-of-sender", Words: []string{"dmarc", "spf", "spf1", "spf-check", "dkim", "domainkeys", "sender policy framework", "arc validation", "sender id", "sender authentication", "domain authentication", "email authentication", "message authentication", "authentication check*", "authentication requirement*", "not allowed to send mail for", "not allowed to send mail from", "not allowed to send email from", "not permitted to send mail for", "not authorized to send mail for", "not authorised to send mail for", "not authorized to use*domain", "not allowed to use*domain", "not designated", "permitted sender", "permitted to send*for", "designated sender", "unauthenticated email", "unauthenticated message", "unauthenticated mail", "unauthenticated sender", "spoof*", "forged sender", "forged from", "forgery", "impersonat*", "phishing protection"},
		Reason: AuthFail, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Example: "550 5.7.0 SPF check failed: 198.51.100.7 is not allowed", ExampleStage: "mail",
	},
	{
		ID: "words/tls-required", Words: []string{"must issue starttls", "starttls required", "starttls is required", "starttls first", "use starttls", "need starttls", "starttls", "over tls", "secure connection", "tls required", "tls is required", "tls encryption required", "requires tls", "require tls", "requires starttls", "encryption required", "encryption is required", "requires encryption", "must use tls", "must use starttls", "must use ssl", "must be encrypted", "use tls", "encrypted connection", "secure connection required", "requires a secure connection", "ssl required", "session encryption is required", "unencrypted connection*", "unencrypted session*", "without encryption", "without tls", "non-tls", "plaintext connection*", "plaintext authentication", "cleartext", "plain text connection*"},
		Reason: TLSRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "many servers",
		Example: "550 5.7.10 Encryption required for this domain; TLS is required", ExampleStage: "mail",
	},
	{
		ID: "words/tls-failed", Words: []string{"tls handshake", "ssl handshake", "tls negotiation", "tls error", "ssl error", "tls failed", "tls failure", "tls unavailable", "tls library", "unable to start tls", "cannot start tls", "can't start tls", "failed to start tls", "could not start tls", "starttls failed", "certificate verif*", "certificate expired", "certificate has expired", "certificate is not", "certificate not", "tls problem"},
		Reason: TLSFailed, Confidence: Likely, Retry: RetryLater, RetryAfter: time.Hour, Source: "many servers",
		Example: "454 4.7.0 The TLS library of this server has no certificate", ExampleStage: "starttls",
	},
	{
		ID: "words/authentication-of-message", Codes: "421 450 451 550 551 552 553 554", Stages: afterText, Words: []string{"authentication failed", "authentication failure", "failed authentication", "authentication fails", "not authenticated", "unauthenticated", "could not be authenticated", "fails authentication", "did not authenticate"},
		Reason: AuthFail, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Explain: "The server could not verify that the message comes from whom it says, by SPF, DKIM or DMARC.",
		Example: "550 5.7.1 This message failed authentication", ExampleStage: "message",
	},
	{
		ID: "words/auth-required", Words: []string{"authentication required", "authentication is required", "auth required", "requires authentication", "require authentication", "authenticate", "must authenticate", "must be authenticated", "must first authenticate", "please authenticate", "not authenticated", "unauthenticated", "login required", "smtp auth", "smtp-auth", "smtp authentication", "authentication failed", "authentication failure", "authentication error", "authentication rejected", "authentication unsuccessful", "authentication credentials invalid", "bad username or password", "username or password", "username/password", "wrong password", "invalid password", "incorrect password", "invalid username", "invalid credentials", "bad credentials", "wrong credentials", "credentials invalid", "invalid login", "login failed", "login incorrect", "login denied", "not logged in", "log in first", "login first", "pop before smtp", "pop-before-smtp", "check your mail first", "authenticate first", "auth first", "authenticate before", "authentication first", "without authentication", "without auth", "enable smtp auth", "outgoing server requires", "password authentication", "authentication exchange", "auth not allowed", "auth not available", "auth not supported", "auth command", "authentication aborted", "authentication cancelled", "authentication canceled"},
		Reason: AuthRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "many servers",
		Example: "530 5.7.0 Authentication required", ExampleStage: "mail",
	},
	{
		ID: "words/rate", Words: []string{"rate limit*", "ratelimit*", "rate-limit*", "rate limited", "too many messages", "too many emails", "too many e-mails", "too many mails", "too many connections", "too many concurrent", "too many simultaneous", "too many parallel", "too many sessions", "too many recent", "too many requests", "too many attempts", "too many deliveries", "too many transactions", "too many failures", "too many errors", "too many bad commands", "too many smtp", "too many open", "too many new", "too many auth", "too many tls", "too many recipients from", "too much mail", "too much traffic", "too much email", "too much spam", "slow down", "too fast", "faster than", "too quickly", "too frequent*", "too often", "throttl*", "connection rate", "connection limit", "connection frequency", "concurrent connection*", "simultaneous connection*", "maximum connections", "max connections", "max conn*", "maximum number of connections", "maximum number of messages", "maximum of messages", "number of messages allowed", "messages allowed", "maximum number of concurrent", "exceeded the maximum number", "limit on the number of messages", "number of messages exceed*", "number of connections", "sending rate", "send rate", "sending limit", "message rate", "message limit", "mail limit", "messages per", "mails per", "emails per", "connections per", "per hour", "per minute", "per day", "per second", "hourly", "daily limit", "daily quota", "daily sending", "sending quota", "message quota", "quota for sending", "flood*", "excessive volume", "excessive connection*", "excessive rate", "excessive number", "excessive traffic", "excessive mail*", "excessive email*", "excessive use", "excessive amount", "unusual volume", "unusual rate", "unusual amount", "volume limit", "frequency limit*", "frequency", "exceeded the rate", "exceeds the rate", "connections from your", "reduce your sending", "try again in an hour", "sending too", "sent too many", "sent too much", "rate exceeded", "rate control", "ratecontrol", "rate has been exceeded", "outbound limit", "traffic limit", "exceeded the limit for the number"},
		Reason: RateLimited, Confidence: Likely, RetryAfter: 30 * time.Minute, Source: "many servers",
		Example: "421 4.7.0 you are sending too fast, slow down", ExampleStage: "mail",
	},
	{
		ID: "words/client-refused", Words: []string{"ip", "ip address", "ip addresses", "your ip", "source ip", "sending ip", "client ip", "client host", "your server", "your host", "your mail server", "your mailserver", "sending server", "sending host", "sending mta", "remote host", "connecting host", "client address", "your network", "your isp", "your address [", "netblock", "from a host", "ip-adresse", "adresse ip", "direccion ip", "indirizzo ip", "endereco ip", "ip-adres", "adres ip", "ip-адрес*", "ip адрес*", "ip地址", "ipアドレス", "发信ip"},
		With:   []string{"blocked", "block", "blocks", "blacklist*", "black list*", "black-list*", "blocklist*", "block list*", "block-list*", "listed", "banned", "ban", "denied", "rejected", "refused", "not allowed", "not permitted", "not authorized", "not authorised", "not accepted", "not welcome", "not trusted", "untrusted", "not whitelisted", "reputation", "spam*", "suspicious", "abuse", "abusive", "malicious", "botnet", "infected", "virus", "compromised", "open proxy", "open relay", "dynamic", "dialup", "dial-up", "residential", "unacceptable", "prohibited", "forbidden", "disallowed", "restricted", "rejecting", "barred", "poor", "bad", "unknown", "invalid", "not valid", "does not exist", "not found", "on a list", "on our list", "on the list", "on a local list", "not trust", "hangup", "gesperrt", "blockiert", "abgelehnt", "bloque*", "liste noire", "refuse", "lista negra", "rechaz*", "bloccat*", "lista nera", "rifiut*", "geblokkeerd", "geweigerd", "zablokowan*", "odrzucon*", "заблокирован", "отклонен", "запрещен", "черн*спис", "черном списке", "черный список", "黑名单", "拒绝", "封", "屏蔽", "ブロック", "拒否", "ブラックリスト"},
		Reason: IPReputation, Confidence: Likely, Retry: RetryAfterFix, RetryAfter: time.Hour, Source: "many servers",
		Example: "554 5.7.1 Your IP 198.51.100.7 is blocked here", ExampleStage: "greeting",
	},
	{
		ID: "words/domain-listed", Words: []string{"domain", "domains", "url", "urls", "uri", "link", "links", "website", "web site", "hyperlink"},
		With:   []string{"blacklist*", "black list*", "black-list*", "blocklist*", "block list*", "block-list*", "listed", "reputation", "spam*", "malicious", "suspicious", "phish*", "blocked", "banned", "surbl", "uribl", "dbl"},
		Reason: DomainReputation, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Example: "550 5.7.1 The sending domain has a bad reputation here", ExampleStage: "message",
	},
	{
		ID: "words/sender-listed", Words: []string{"sender", "sender's", "envelope from", "mail from", "from address", "return path", "return-path", "reverse-path", "envelope sender", "your address", "your email address", "you"},
		With:   []string{"blacklist*", "black list*", "black-list*", "blocklist*", "block list*", "block-list*", "banned", "killfile*", "on our block", "on our black"},
		Reason: SenderRejected, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Example: "550 5.7.1 sender blacklisted at this site", ExampleStage: "mail",
	},
	{
		ID: "words/reputation", Words: []string{"reputation", "blacklist*", "black list*", "black-list*", "blocklist*", "block list*", "block-list*", "blocked for spam*", "blocked for abuse", "blocked due to spam*", "blocked due to abuse", "blocked because of", "rbl", "rbl.", "dnsrbl", "client host blocked", "banned host", "banned network", "dynamic ip", "dynamic address*", "dynamic range", "dialup", "dial-up", "residential", "spam source", "source of spam", "sending spam", "sends spam", "sent spam", "spam from your", "spamming", "known spammer", "open proxy", "open relay server", "botnet", "abusive host", "abusive ip", "not from a mail server", "ブラックリスト", "ブロックリスト", "черный список", "черном списке", "黑名单", "schwarze liste", "schwarzen liste", "blockliste", "liste noire", "lista negra", "lista nera", "zwarte lijst", "czarnej liscie", "czarna lista"},
		Reason: IPReputation, Confidence: Likely, Retry: RetryAfterFix, RetryAfter: time.Hour, Source: "many servers",
		Example: "554 5.7.1 This mail server does not like your reputation", ExampleStage: "greeting",
	},
	{
		ID: "words/sender", Words: []string{"sender address rejected", "sender rejected", "sender denied", "sender refused", "sender not allowed", "sender blocked", "sender is blocked", "sender not accepted", "sender unacceptable", "bad sender", "invalid sender", "illegal sender", "sender invalid", "sender unknown", "unknown sender", "unverified sender", "sender not verified", "sender verification failed", "sender verify", "sender address verification", "sender address verify", "sender address", "sender", "unable to verify sender", "cannot verify sender", "could not verify sender", "verify the sender", "verify your address", "sender domain", "domain of sender", "envelope sender", "envelope from", "mail from domain", "mail from address", "mail from:", "mailfrom", "sender's domain", "sender's address", "domain of the sender", "originating domain", "invalid dns mx or a/aaaa", "return address", "return path", "return-path", "from domain must", "your domain", "your address", "mail from", "mails from", "email from", "senders", "emetteur", "expediteur", "absender*", "remitente", "mittente", "remetente", "afzender", "nadawc*", "отправител*", "发件人", "寄件人", "发信人", "差出人", "送信者"},
		With:   []string{"reject*", "denied", "refused", "blocked", "not allowed", "not accepted", "not welcome", "unacceptable", "bad", "invalid", "invalide", "illegal", "unknown", "unverified", "not verified", "verif*", "not valid", "not exist", "does not exist", "doesn't exist", "not found", "does not resolve", "doesn't resolve", "not resolve", "unresolvable", "no mx", "no valid", "not have", "without", "must", "need", "missing", "malformed", "syntax", "forbidden", "not permitted", "not authorized", "prohibited", "fake", "local", "not local", "disallowed", "no such", "failed", "cannot", "unable", "problem", "error", "inconnu*", "refuse*", "ungultig*", "unbekannt*", "abgelehnt", "gesperrt", "existiert nicht", "rechazad*", "desconocid*", "no existe", "rifiutat*", "sconosciut*", "non esiste", "rejeitad*", "recusad*", "desconhecid*", "geweigerd", "onbekend*", "odrzucon*", "nieznan*", "не существует", "отклонен", "неизвест", "заблокирован", "запрещен", "неверн", "не найден", "不存在", "无效", "被拒绝", "拒绝", "不正", "拒否", "存在しません"},
		Reason: SenderRejected, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Example: "553 sender domain is not valid here", ExampleStage: "mail",
	},
}
