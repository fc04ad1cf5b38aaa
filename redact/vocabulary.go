package redact

import (
	"net/url"
	"strings"
	"unicode"

	"github.com/smtpcheck/smtpcheck/diagnose"
)

// vocabulary are the words that identify nobody: those that smtpcheck itself
// explains mail with. A user called alice is found wherever a server says "alice"; one called
// postmaster or info only where an address stands.
type vocabulary struct {
	words map[string]bool
	hosts map[string]bool // of the pages that explanations refer to
}

func newVocabulary() *vocabulary {
	v := &vocabulary{words: make(map[string]bool, 4096), hosts: make(map[string]bool, 64)}
	for _, r := range diagnose.Rules() {
		v.learn(r.ID, r.Title, r.Explain, r.Remedy, string(r.Reason))
		v.refer(r.References...)
	}
	for _, r := range diagnose.Rows() {
		v.learn(r.ID, r.Explain, r.Remedy, r.Source, string(r.Reason))
		v.refer(r.Link)
	}
	v.learn(mailWords, keywords)
	for _, name := range strings.Fields(givenNames) {
		delete(v.words, name)
	}
	return v
}

// learn takes the words of texts.
func (v *vocabulary) learn(texts ...string) {
	for _, t := range texts {
		for _, w := range strings.FieldsFunc(t, func(r rune) bool { return !unicode.IsLetter(r) }) {
			v.words[fold(w)] = true
		}
	}
}

// refer takes the hosts of pages.
func (v *vocabulary) refer(pages ...string) {
	for _, p := range pages {
		if u, err := url.Parse(p); err == nil && u.Hostname() != "" {
			v.hosts[lower(u.Hostname())] = true
		}
	}
}

// tells reports whether a name tells whose it is: a part of it is not a word of everybody.
func (v *vocabulary) tells(name string) bool {
	if digits := strings.Trim(name, "0123456789"); digits == "" {
		return len(name) > 5 // a shorter number is a code, a port or a size
	}
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) {
		if len(part) >= leastWord && !v.words[fold(part)] {
			return true
		}
	}
	return false
}

// public reports whether a name is that of a page of help, of a blocklist or of a
// standard: known to everybody, and of use to who reads the ticket.
func (v *vocabulary) public(ascii, domain string) bool {
	return v.hosts[ascii] || publicHosts[ascii] || publicDomains[domain]
}

// publicDomains are those of blocklists, of standards and of the authors of mail servers.
var publicDomains = map[string]bool{
	"spamhaus.org": true, "spamhaus.com": true, "spamcop.net": true, "barracudacentral.org": true, "sorbs.net": true, "uceprotect.net": true,
	"abuseat.org": true, "surbl.org": true, "uribl.com": true, "mailspike.net": true, "mailspike.org": true, "invaluement.com": true,
	"senderscore.org": true, "senderscore.com": true, "psbl.org": true, "surriel.com": true, "dnswl.org": true, "abusix.com": true, "abusix.zone": true,
	"spfbl.net": true, "spamrats.com": true, "dronebl.org": true, "blocklist.de": true, "backscatterer.org": true, "nordspam.com": true,
	"ietf.org": true, "rfc-editor.org": true, "iana.org": true, "postfix.org": true, "exim.org": true, "sendmail.org": true, "openspf.org": true,
	"open-spf.org": true, "dmarc.org": true, "m3aawg.org": true, "letsencrypt.org": true, "lencr.org": true,
}

// publicHosts are pages of help to which servers send a reader.
var publicHosts = map[string]bool{
	"support.google.com": true, "postmaster.google.com": true, "developers.google.com": true, "aka.ms": true, "go.microsoft.com": true,
	"learn.microsoft.com": true, "support.microsoft.com": true, "sender.office.com": true, "sendersupport.olc.protection.outlook.com": true,
	"postmaster.live.com": true, "mail.live.com": true, "help.yahoo.com": true, "senders.yahooinc.com": true, "postmaster.yahooinc.com": true,
	"postmaster.aol.com": true, "support.apple.com": true, "postmaster.comcast.net": true, "postmaster.gmx.net": true, "postmaster.web.de": true,
	"postmaster.t-online.de": true, "postmaster.1und1.de": true, "community.mimecast.com": true, "ipcheck.proofpoint.com": true,
	"postgrey.schweikert.ch": true, "talosintelligence.com": true, "www.talosintelligence.com": true, "github.com": true,
}

// mailWords are words and roles that mail is full of, and that the explanations may not have.
const mailWords = `smtpcheck smtp esmtp esmtps lmtp imap pop mail mails email emails mailer daemon mailin mailout mailhost postmaster hostmaster webmaster
abuse security noc root admin administrator info information support help helpdesk service services sales marketing office contact billing
test tests testing demo example domain domains host hosts hostname server servers client relay relays gateway gate edge hub
inbound outbound incoming outgoing mta msa mda mua mx mxs dns www web ftp vpn vps node cluster cloud static dynamic dsl pool dyn
noreply reply no bounce bounces bounced return returns verp owner list lists request news newsletter notification notifications
user users username account accounts recipient recipients sender senders mailbox mailboxes inbox postfix exim sendmail exchange dovecot courier
qmail zimbra hello welcome ready greetings goodbye bye closing connection connected session service ok queued queue id from for with via by
org com net local localhost localdomain internal lan home corp company group team all nobody anonymous unknown invalid dear please
delivered accepted deferred rejected unreachable undetermined yes strict path redacted name fingerprint envelope message`

// keywords are EHLO keywords, commands and parameters.
const keywords = `size pipelining starttls auth plain login cram md5 digest scram sha xoauth oauthbearer external ntlm gssapi bitmime smtputf binarymime
chunking dsn enhancedstatuscodes vrfy expn etrn atrn turn help deliverby mt priority futurerelease requiretls limits rcptmax mailmax rcptdomainmax burl
checkpoint submitter verb onex time xclient xforward addr port proto helo ehlo lhlo mail rcpt data bdat rset noop quit body ret envid notify orcpt
orcptaddr hdrs full success failure delay never xexch x exps tls aes gcm cbc chacha poly ecdhe dhe rsa ecdsa kem mlkem ed aead certificate`

// givenNames are people's names that are words of everybody too: a mailbox of that
// name is somebody's.
const givenNames = `mark will bill may june april august rich dean grant max art drew pat rob sue jack nick miles chase frank hope faith grace joy
rose lily ivy iris violet amber ruby pearl jade carol dawn eve summer autumn gene guy jay ray rod lance miles pierce reed ross victor ward wade
bob alice carl`
