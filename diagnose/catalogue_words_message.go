package diagnose

import "time"

// messageWordRows are the words that servers of every kind have for the message and
// for their own troubles.
var messageWordRows = []Row{
	{
		ID: "words/filter-error", Codes: "4", Words: []string{"scanner", "scan", "scanning", "antivirus", "anti-virus", "clamav", "clamd", "spamd", "spamassassin", "rspamd", "filter", "filters", "content filter", "policy service", "policy server", "milter"},
		With:   []string{"not running", "unavailable", "not available", "failed", "failure", "timeout", "timed out", "error", "unable", "down", "busy", "not responding", "crashed", "problem"},
		Reason: ServerError, Confidence: Likely, RetryAfter: 30 * time.Minute, Source: "many servers",
		Explain: "A filter of the receiving server does not work; nothing is said about the message.",
		Example: "451 4.3.5 the virus scanner of this server is not running", ExampleStage: "message",
	},
	{
		ID: "words/disk-said", Words: []string{"disk", "disks", "filesystem", "file system", "spool", "queue", "partition"},
		With:   []string{"full", "space", "out of", "low", "exhausted", "insufficient", "nearly"},
		Reason: SystemFull, Confidence: Likely, RetryAfter: 30 * time.Minute, Source: "many servers",
		Example: "421 4.3.1 the disk of this server is nearly full", ExampleStage: "mail",
	},
	{
		ID: "words/too-many-recipients", Words: []string{"too many recipients", "too many rcpt*", "too many addressees", "too many destinations", "recipient limit", "recipients limit", "limit of recipients", "number of recipients", "max recipients", "maximum recipients", "maximum number of recipients", "recipients per message", "recipients per session", "recipients exceeded", "too many to addresses", "one recipient", "single recipient", "trop de destinataires", "zu viele empfanger", "zu viele empfaenger", "demasiados destinatarios", "troppi destinatari", "muitos destinatarios", "te veel ontvangers", "zbyt wielu odbiorcow", "слишком много получателей", "收件人过多", "收件人太多"},
		Reason: TooManyRecipients, Confidence: Certain, Retry: RetryLater, Source: "many servers",
		Example: "452 4.5.3 too many recipients in one go", ExampleStage: "rcpt",
	},
	{
		ID: "words/size", Words: []string{"message too big", "message too large", "message too long", "message is too large", "message is too big", "message is too long", "message size", "mail too big", "mail too large", "mail size", "email too large", "email is too large", "size limit", "maximum size", "max size", "maximum message size", "message exceeds", "message is larger", "message larger", "too large", "too big", "larger than", "size exceeds", "size exceeded", "exceeds size", "exceeds the size", "exceeds the maximum", "exceeds maximum", "exceeded mailsize", "mailsize", "message length", "length exceeds", "attachment too large", "attachment is too long", "body too large", "data size exceeds", "zu gross", "zu groß", "trop volumineux", "trop gros", "demasiado grande", "troppo grande", "muito grande", "te groot", "za duz*", "слишком больш", "слишком велик", "过大", "太大", "大きすぎ", "サイズ"},
		Reason: TooBig, Confidence: Certain, Retry: RetryAfterFix, Source: "many servers",
		Example: "552 5.2.3 the message is too large for this system", ExampleStage: "message",
	},
	{
		ID: "words/rate-said", Words: []string{"limit", "limits", "quota", "maximum", "rate", "allowance"},
		With:   []string{"messages", "mails", "emails", "e-mails", "sending", "outgoing", "connections", "sessions", "today", "daily", "hourly", "sent", "reached", "exceeded", "traffic", "volume", "allowed"},
		Reason: RateLimited, Confidence: Likely, Retry: RetryLater, RetryAfter: time.Hour, Source: "many servers",
		Example: "550 5.7.1 the quota for your outgoing mail is exceeded", ExampleStage: "message",
	},
	{
		ID: "words/virus", Words: []string{"virus", "viruses", "malware", "infected", "trojan", "worm", "ransomware", "phish*", "malicious", "dangerous", "attachment type", "attachment name", "attachment not", "attachments not", "attachments are not", "blocked attachment", "prohibited attachment", "banned attachment", "forbidden attachment", "illegal attachment", "disallowed attachment", "unsafe attachment", "suspicious attachment", "attachment rejected", "attachment blocked", "attachment is not", "file type", "file extension", "extension", "file attachment", "executable", "macro", "banned file", "password protected", "password-protected", "encrypted archive", "encrypted zip", "clamav", "eicar", "вирус", "病毒", "ウイルス", "ウィルス"},
		Reason: Virus, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Example: "554 5.7.1 rejected: blocked attachment setup.exe", ExampleStage: "message",
	},
	{
		ID: "words/spam", Stages: afterText, Words: []string{"spam", "spamm*", "spamverdacht*", "spam-verdacht*", "antispam", "anti-spam", "unsolicited", "junk", "junk mail", "junk email", "bulk mail", "bulk email", "spamassassin", "rspamd", "spam score", "score", "content rejected", "content denied", "content restriction*", "content filter*", "content policy", "message content", "mail content", "content of the message", "content of your", "content reject", "unacceptable content", "objectionable content", "due to content", "due to its content", "because of content", "because of its content", "for its content", "its content", "content check", "content scan*", "rejected for content", "refused by content", "blocked by content", "rejected by content", "content is not acceptable", "content not acceptable", "content unacceptable", "bad content", "banned content", "offensive", "high probability", "looks like", "bayes", "dcc", "pyzor", "razor", "fingerprint", "подозрение на спам", "спам", "垃圾邮件", "スパム", "迷惑メール", "indesirable", "no deseado", "indesiderat*", "unerwunscht*", "unerwuenscht*", "niechcian*", "ongewenst*"},
		Reason: SpamContent, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Example: "554 5.7.1 message looks like SPAM to me", ExampleStage: "message",
	},
	{
		ID: "words/spam-before-text", Words: []string{"spam", "spams", "spamm*", "antispam", "anti-spam", "unsolicited", "junk mail", "abuse", "спам", "垃圾邮件", "スパム"},
		Reason: IPReputation, Confidence: Guess, Retry: RetryAfterFix, RetryAfter: time.Hour, Source: "many servers",
		Explain: "The server speaks of spam before it has seen a message: it is the connecting address, or the sender, that it does not want.",
		Example: "554 5.7.1 no thanks, we have enough spam", ExampleStage: "greeting",
	},
	{
		ID: "words/format", Words: []string{"rfc 5322", "rfc5322", "rfc 2822", "rfc2822", "rfc 822", "rfc 5321", "rfc5321", "rfc 2821", "rfc compliant", "rfc-compliant", "bare lf", "bare line feed", "bare linefeed*", "bare newline", "bare cr", "bare <lf>", "bare carriage", "stray newline", "line too long", "lines too long", "line length", "line is too long", "missing from", "missing date", "missing header", "missing subject", "missing message-id", "missing to", "no date header", "no from header", "no subject", "no message-id", "required header", "duplicate header", "duplicate from", "multiple from", "malformed header", "malformed message", "malformed mail", "parse message", "parse the message", "invalid header", "invalid headers", "bad header", "bad headers", "header line", "header field", "header missing", "headers missing", "headers are missing", "from header", "from: header", "date header", "date: header", "subject header", "message-id", "message id", "8bitmime", "8-bit", "8bit", "mime error", "malformed mime", "bad mime", "invalid mime", "mime format", "broken mime", "mime parts", "smtputf8", "eai", "non-ascii", "invalid character*", "illegal character*", "null character*", "nul character*", "unicode", "charset", "character set", "badly formatted", "not well-formed", "badly formed"},
		Reason: ContentFormat, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Example: "550 5.6.0 message has no valid Date: missing header", ExampleStage: "message",
	},
	{
		ID: "words/loop", Words: []string{"mail loop", "mail-loop", "mailloop", "email loop", "loop detected", "loop detect", "looping", "routing loop", "forwarding loop", "delivery loop", "loops back", "too many hops", "too many received", "too many forwards", "too many servers", "hop count", "hops exceeded", "maximum hops", "already has my delivered-to", "mailschleife", "boucle", "bucle de correo", "зациклив"},
		Reason: Loop, Confidence: Certain, Source: "many servers",
		Example: "554 5.4.6 mail loop found, giving up", ExampleStage: "message",
	},
	{
		ID: "words/system-full", Words: []string{"insufficient storage", "out of storage", "no space left", "disk full", "disk is full", "filesystem full", "file system full", "queue full", "queue is full", "spool full", "insufficient disk", "insufficient resources", "not enough disk", "not enough space", "not enough storage", "no disk space", "out of disk", "low on disk", "out of memory", "low on space", "not enough memory", "insufficient memory", "insufficient system", "insufficient queue", "mail system full", "system full", "system is full", "out of resources", "no free space"},
		Reason: SystemFull, Confidence: Likely, RetryAfter: 30 * time.Minute, Source: "many servers",
		Example: "452 4.3.1 no space left on device", ExampleStage: "mail",
	},
	{
		ID: "words/server-error", Words: []string{"internal error", "internal server", "internal software", "internal failure", "local error", "local problem", "local failure", "configuration error", "configuration problem", "misconfigur*", "database", "lookup error", "lookup failed", "lookup failure", "dns error", "dns failure", "dns timeout", "dns problem", "servfail", "nameserver", "name server", "ldap", "mysql", "sql error", "system error", "system failure", "system problem", "i/o error", "io error", "disk error", "write error", "read error", "server error", "unexpected error", "unknown error", "unexpected condition", "exception", "fatal error", "queue error", "queue file", "cannot queue", "could not queue", "not queue", "unable to queue", "unable to process", "unable to accept", "unable to deliver", "could not be saved", "failed to save", "failed to store", "could not store", "cannot store", "cannot open", "cannot create", "cannot write", "failed to", "temporary problem", "temporary error", "temporary*failure", "temporary failure", "temporary system", "temporarily unable", "temporary local", "transient error", "transient failure", "technical", "maintenance", "shutting down", "shut down", "restarting", "overload*", "heavy load", "high load", "load is too high", "too much load", "load too high", "load average", "busy", "congest*", "out of service", "not operational", "resources unavailable", "resource unavailable", "resources temporarily", "backend", "back-end", "upstream", "downstream", "next hop", "nexthop", "timed out", "timeout", "time out", "unable to connect", "could not connect", "cannot connect", "connect*connection refused", "connect failed", "no route", "unreachable", "license", "licence", "milter", "filter unavailable", "scanner", "wartung", "storung", "technische*", "panne", "mantenimiento", "manutenzione", "manutencao", "onderhoud", "технически", "перегру", "внутренняя ошибка", "временная ошибка", "временно", "系统错误", "服务器繁忙", "内部错误", "维护", "メンテナンス", "サーバーエラー"},
		Reason: ServerError, Confidence: Likely, RetryAfter: 30 * time.Minute, Source: "many servers",
		Example: "451 4.3.0 Internal error, we look into it", ExampleStage: "rcpt",
	},
	{
		ID: "words/not-now", Codes: "4", Stages: atRecipient, Words: []string{"try again", "try later", "try it later", "retry", "retry later", "come back", "resend later", "later please", "deferred", "temporarily deferred", "temporarily rejected", "temporarily refused", "temporarily blocked", "temporarily denied", "temporarily not accepted", "not yet", "please wait", "wait a", "be patient", "hold on", "unknown or unverified", "first contact", "spater*", "spaeter*", "plus tard", "mas tarde", "piu tardi", "mais tarde", "novamente", "riprova*", "reintent*", "later opnieuw", "pozniej", "ponownie", "позже", "позднее", "повторите", "稍后", "稍後", "再试", "再試", "後ほど", "しばらく"},
		Reason: Greylisted, Confidence: Guess, RetryAfter: 5 * time.Minute, Source: "many servers",
		Explain: "The server wants another attempt and does not say why: it is most often greylisting, sometimes a limit or a trouble of its own.",
		Remedy:  "Wait: a mail server tries again by itself, from the same address.",
		Example: "450 4.7.1 not this time, come back", ExampleStage: "rcpt",
	},
	{
		ID: "words/not-now-elsewhere", Codes: "4", Words: []string{"try again", "try later", "try it later", "retry", "come back", "deferred", "temporarily", "later"},
		Reason: ServerError, Confidence: Guess, RetryAfter: 15 * time.Minute, Source: "many servers",
		Explain: "The server cannot, or will not, go on for now and does not say why.",
		Example: "454 4.7.0 try later", ExampleStage: "auth",
	},
}
