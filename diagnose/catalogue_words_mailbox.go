package diagnose

import "time"

// mailboxWordRows are the words that servers of every kind have for the recipient:
// that its domain is not theirs, that the mailbox is full, unknown, disabled, moved.
var mailboxWordRows = []Row{
	{
		ID: "words/relay", Words: []string{"relay denied", "relay access", "relay is not", "relay not", "relay prohibited", "relay disabled", "relay rejected", "relay refused", "relay forbidden", "relay attempt", "relaying denied", "relaying is not", "relaying prohibited", "relaying disallowed", "relaying disabled", "relaying not", "relaying to", "not allowed to relay", "not permitted to relay", "not authorized to relay", "we do not relay", "we don't relay", "do not relay", "does not relay", "will not relay", "won't relay", "no relaying", "no relay", "unable to relay", "cannot relay", "can't relay", "not a relay", "open relay", "as a relay", "relay for", "relay this", "not relay", "relay check", "unauthorized relay", "relay unauthorized", "relaymail", "not an open relay", "no such domain at this location", "no such domain here", "not our domain", "not one of our domains", "not in our domains", "not a local domain", "not a domain we", "domain not hosted", "domain is not hosted", "not hosted here", "domain not local", "domain is not local", "non-local domain", "not local domain", "is not a local domain", "not responsible for", "not handle mail for", "does not handle", "do not handle", "don't handle mail", "not configured for this domain", "domain not configured", "not accept mail for", "not accept mail to this domain", "do not accept mail for", "not serve this domain", "do not serve", "don't serve", "does not serve", "doesn't serve", "domain not served", "don't host", "do not host", "not permitted to this domain", "domain isn't allowed to be relayed", "domain not allowed", "domain isn't in my list", "forwarding to remote hosts", "not gateway", "remote recipient*", "non-local recipient*", "not local recipient"},
		Reason: RelayDenied, Confidence: Certain, Retry: RetryAfterFix, Source: "many servers",
		Example: "550 5.7.1 we do not relay for strangers", ExampleStage: "rcpt",
	},
	{
		ID: "words/no-mail-service", Words: []string{"does not accept mail", "doesn't accept mail", "does not receive mail", "does not receive email", "no mail service", "no smtp service", "no email service", "accepts no mail", "accept no mail", "not accept email", "does not accept any mail", "null mx", "nullmx", "not a mail server", "host does not accept", "domain does not receive", "send-only", "not receive mail"},
		Reason: NoMailService, Confidence: Likely, Source: "many servers",
		Example: "521 host.example.com does not accept mail", ExampleStage: "greeting",
	},
	{
		ID: "words/mailbox-full", Words: []string{"over quota", "overquota", "over-quota", "over the quota", "over its quota", "over their quota", "over disk quota", "quota exceeded", "quota full", "quota is full", "quota reached", "quota limit", "exceeded quota", "exceeded the quota", "exceeded his quota", "exceeded her quota", "exceeded their quota", "exceeded its quota", "exceeded his/her quota", "exceeds quota", "exceeding quota", "quota exceed", "quota has been exceeded", "beyond quota", "out of quota", "exceeded storage", "exceeded its storage", "exceeded his storage", "exceeded their storage", "exceeded the storage", "storage allocation", "storage quota", "storage limit", "mailbox full", "mailbox is full", "mailboxfull", "mail box full", "mailfolder is full", "mailbox has exceeded", "mailbox exceeded", "mailbox exceeds", "mailbox size limit", "mailbox limit", "mailbox over", "mailbox too full", "mailbox would exceed", "inbox is full", "inbox full", "account is full", "account full", "user is full", "maildir over", "user's disk quota", "disk quota", "insufficient disk space in mailbox", "not enough storage space in", "not enough space in", "no room in mailbox", "no space left in mailbox", "mailbox quota", "quota violation", "would exceed mailbox", "would exceed quota", "full mailbox", "mailbox has no", "insufficient quota", "recipient storage full", "mailbox storage"},
		Reason: MailboxFull, Confidence: Certain, RetryAfter: time.Hour, Source: "many servers",
		Example: "452 4.1.1 <alice@example.com> user over quota", ExampleStage: "rcpt",
	},
	{
		ID: "words/mailbox-full-said", Words: []string{"mailbox", "mailboxes", "inbox", "mail box", "mail-box", "maildrop", "mailfolder", "mail folder", "user", "user's", "recipient", "recipient's", "account", "addressee", "quota", "disk space", "storage"},
		With:   []string{"full", "out of storage", "out of space", "over limit", "over the limit", "over its limit", "over size", "no space", "no more space", "no room", "out of room", "insufficient space", "insufficient storage", "insufficient disk", "not enough space", "not enough room", "exceeded the mailbox", "exceeded mailbox", "mailbox size", "overdrawn", "exhausted", "used up", "exceeded the size"},
		Reason: MailboxFull, Confidence: Likely, RetryAfter: time.Hour, Source: "many servers",
		Example: "552 5.2.2 sorry, the recipient has no more room; the mailbox of alice is completely full", ExampleStage: "rcpt",
	},
	{
		ID: "words/no-such-user", Words: []string{"user unknown", "unknown user", "unknown local", "user unkown", "no such user", "no user by", "no such person", "no such local", "no such email", "no such name", "no user with", "not such user", "user not found", "user doesn't exist", "user does not exist", "users does not exist", "user not exist", "user doesnt exist", "user isn't", "no such mailbox", "mailbox not found", "mailbox does not exist", "mailbox doesn't exist", "mailbox not exist", "mailbox unknown", "unknown mailbox", "mailbox not available here", "no mailbox", "unknown recipient", "recipient unknown", "recipient not found", "recipient does not exist", "recipient doesn't exist", "recipient not exist", "recipient not recognized", "no such recipient", "invalid recipient", "recipient invalid", "bad recipient", "bad destination", "not in recipient list", "not a valid recipient", "not a recipient", "unknown address", "address unknown", "addressee unknown", "unknown addressee", "address does not exist", "address doesn't exist", "address not found", "no such address", "invalid address", "address is invalid", "address invalid", "bad address", "address not known", "account does not exist", "account doesn't exist", "account not found", "account unknown", "unknown account", "no such account", "no account by", "no account with", "unknown local part", "unknown local-part", "no mailbox by that name", "no mailbox here", "invalid mailbox", "invalid user", "invalid rcpt", "unknown rcpt", "not a valid user", "not a valid mailbox", "not a valid address", "not a valid email", "not a known user", "is not a known", "not known here", "not known at this", "does not have an account", "doesn't have an account", "do not have an account", "doesn't have a mailbox", "does not have a mailbox", "no one here by", "nobody here by", "nobody by that name", "no one by that name", "isn't a user", "is not a user here", "no longer exists", "no longer valid", "no longer here", "no longer works", "no longer employed", "no longer with", "has left", "user has left", "has been deleted", "was deleted", "recipient address rejected: undeliverable", "unknown or illegal alias", "unknown alias", "no such alias", "alias not found", "user is unknown", "user is not known", "address could not be found", "does not like recipient", "unrouteable address", "unroutable address", "unrouteable recipient", "undeliverable address", "address not listed", "user not listed", "not listed in", "not our customer", "not our subscriber", "mail receiver not found", "rcpt unknown", "user reject*not exist", "cannot find user", "can't find user", "no valid recipient with", "not deliverable"},
		Reason: NoSuchUser, Confidence: Certain, Source: "many servers",
		Example: "550 <alice@example.com>: no such user at this place", ExampleStage: "rcpt",
	},
	{
		ID: "words/mailbox-busy", Codes: "4", Words: []string{"mailbox", "maildrop", "account", "user"},
		With:   []string{"locked by", "is busy", "busy", "in use", "lock"},
		Reason: ServerError, Confidence: Likely, RetryAfter: 15 * time.Minute, Source: "many servers",
		Explain: "The mailbox is in use by something else for now.",
		Example: "450 4.2.0 the mailbox is locked by another process", ExampleStage: "rcpt",
	},
	{
		ID: "words/mailbox-disabled", Words: []string{"mailbox disabled", "mailbox is disabled", "mailbox has been disabled", "account disabled", "account is disabled", "account has been disabled", "account currently disabled", "user disabled", "user is disabled", "account suspended", "account is suspended", "account has been suspended", "mailbox suspended", "user suspended", "user is suspended", "account inactive", "account is inactive", "account not active", "mailbox is inactive", "mailbox inactive", "user is inactive", "user inactive", "inactive user", "inactive account", "inactive mailbox", "suspended user", "disabled user", "disabled account", "account is locked", "account locked", "account has been locked", "user locked", "user is locked", "mailbox locked", "mailbox is locked", "account expired", "account has expired", "mailbox expired", "user hangup", "mailbox temporarily disabled", "is no longer active", "no longer active", "no longer on server", "no longer in use", "no longer available", "no longer accepts", "no longer accepting", "no longer receives", "deactivated", "is closed", "has been closed", "not currently receiving", "not receiving mail", "not accepting mail", "not accepting messages", "not accept messages", "cannot receive", "can not receive", "can't receive", "unable to receive", "not allowed to receive", "not permitted to receive", "receiving disabled", "incoming mail disabled", "incoming mail is disabled", "delivery disabled", "delivery to this user is disabled", "mail delivery is disabled", "account blocked", "mailbox blocked", "mailbox is blocked", "mailbox has been blocked", "account is blocked", "recipient address rejected: inactive", "due to inactivity", "unused for", "discontinued", "frozen", "dormant", "not enabled for mail", "mail disabled"},
		Reason: MailboxDisabled, Confidence: Certain, Source: "many servers",
		Example: "550 5.2.1 <alice@example.com>: account is suspended", ExampleStage: "rcpt",
	},
	{
		ID: "words/moved", Words: []string{"has moved", "have moved", "please try <", "user not local; please try", "mailbox has changed", "address has changed", "changed address", "new address is", "new address:", "new email address", "new e-mail address", "email has changed", "please use <", "please use the following", "use the address", "address is now", "address has been changed", "moved to", "ist umgezogen", "neue adresse", "nouvelle adresse", "nueva direccion", "nuovo indirizzo", "novo endereco", "nowy adres", "новый адрес", "新地址"},
		Reason: Moved, Confidence: Likely, Source: "many servers",
		Example: "551 User not local; please try <alice@new.example>", ExampleStage: "rcpt",
	},
	{
		ID: "words/domain", Words: []string{"domain not found", "unknown domain", "domain does not exist", "domain doesn't exist", "domain not exist", "no such domain", "domain unknown", "bad domain", "invalid domain", "invalid destination domain", "domain invalid", "domain is invalid", "domain expired", "domain has expired", "domain suspended", "domain is suspended", "domain disabled", "domain is disabled", "domain has been disabled", "unrouteable mail domain", "unroutable domain", "unrouteable domain", "unroutable mail domain", "domain name not found", "recipient domain", "destination domain", "host unknown", "unknown host", "host not found", "no such host", "nxdomain", "no mx record", "no mx for", "bad destination host", "domaine inconnu", "domain unbekannt", "dominio desconocido", "dominio inexistente", "dominio sconosciuto", "dominio desconhecido", "nieznana domena", "домен не", "域名不存在"},
		Reason: BadDomain, Confidence: Likely, Source: "many servers",
		Example: "550 5.1.2 host unknown: exmaple.example", ExampleStage: "rcpt",
	},
	{
		ID: "words/no-such-user-said", Words: []string{"user", "username", "user name", "users", "mailbox", "mailboxes", "recipient", "recipients", "recipient's", "account", "address", "addressee", "email address", "e-mail address", "alias", "local part", "local-part", "localpart", "rcpt", "destination", "customer", "subscriber", "person", "name", "inbox", "mail box"},
		With:   []string{"unknown", "unkown", "does not exist", "doesn't exist", "do not exist", "doesnt exist", "not exist", "not exists", "no exist", "not found", "cannot be found", "can not be found", "could not be found", "can't be found", "was not found", "not known", "isn't known", "nonexistent", "non-existent", "non existent", "nonexistant", "non-existant", "invalid", "not valid", "isn't valid", "no such", "undeliverable", "not deliverable", "not listed", "not in our", "not on our", "not in the", "not on this", "not recognized", "not recognised", "unrecognized", "unrecognised", "unrouteable", "unroutable", "unresolvable", "misspelled", "mistyped", "not registered", "not here", "no longer exist*", "not match", "no match*", "not a real", "removed", "deleted", "terminated", "not local", "bad", "wrong", "incorrect", "typo", "typos", "not have a mailbox", "no record of", "nobody", "unassigned", "unallocated", "unavailable or does not"},
		Reason: NoSuchUser, Confidence: Likely, Source: "many servers",
		Example: "550 sorry, the recipient was mistyped", ExampleStage: "rcpt",
	},
	{
		ID: "words/mailbox-disabled-said", Words: []string{"user", "mailbox", "recipient", "recipients", "account", "address", "inbox", "subscriber", "customer", "mail box"},
		With:   []string{"disabled", "deactivated", "inactive", "suspended", "locked", "closed", "expired", "not active", "not enabled", "not activated", "cancelled", "canceled", "retired", "on hold", "abandoned", "archived", "not in use", "blocked", "stopped", "unsubscribed", "quarantined"},
		Reason: MailboxDisabled, Confidence: Likely, Source: "many servers",
		Example: "550 5.2.1 the mailbox of this subscriber is on hold, and disabled for now", ExampleStage: "rcpt",
	},
	{
		ID: "words/relay-word", Words: []string{"relay", "relaying", "relayed", "relays"},
		Reason: RelayDenied, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Example: "550 5.7.1 this is no place for relaying", ExampleStage: "rcpt",
	},
	{
		ID: "words/argument-syntax", Codes: "500 501 502 503 504", Enhanced: "*.5.*", Words: []string{"was expecting", "arg syntax"},
		Reason: Protocol, Confidence: Likely, Source: "many servers",
		Explain: "The server cannot read the command, which says nothing about the mailbox.", Remedy: "Look at the command in the transcript: a server that does not know a standard form of it is at fault.",
		Example: "501 5.5.2 Was expecting RCPT arg syntax of TO:<address>", ExampleStage: "rcpt",
	},
	{
		ID: "words/address-syntax", Words: []string{"address", "recipient", "mailbox name", "local part", "local-part"},
		With:   []string{"syntax", "malformed", "illegal", "format", "form", "fully qualified", "fully-qualified", "must contain", "parse", "characters", "not compliant", "not conform"},
		Reason: NoSuchUser, Confidence: Likely, Source: "many servers",
		Explain: "The recipient's address does not have the form of an address, as the server sees it.", Remedy: "Check the address for stray characters and for a missing part.",
		Example: "553 5.1.3 the recipient has illegal characters", ExampleStage: "rcpt",
	},
}
