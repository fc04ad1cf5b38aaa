package redact

// class says what a string of a document is.
type class int

const (
	text        class = iota // anything: what looks like an address or a name goes; so for keys that are not listed
	keep                     // our own vocabulary, a time, a version
	name                     // an address, a host, a domain, an IP address, with or without a port
	user                     // a name to log in with
	words                    // somebody's words, a phrase without more structure
	subject                  // a distinguished name
	messageID                // a Message-ID
	raw                      // bytes, in base64
	double                   // the same as another key, in other letters: left out
	queueID                  // of a message in a queue: strict
	fingerprint              // hexadecimal: strict
)

// kinds says what a key holds. A key beside its parent ("tool.name") is more
// than the key alone.
var kinds = map[string]class{
	"accepted_at": keep, "algorithm": keep, "certificate": keep, "cipher": keep, "confidence": keep, "curve": keep,
	"defects": keep, "delivers": keep, "encoding": keep, "enhanced": keep, "events.extension": keep, "events.failure": keep,
	"failure": keep, "id": keep, "chain.key": keep, "key_exchange": keep, "kind": keep, "mode": keep, "network": keep,
	"events.note": keep, "hosts.notes": keep, "resolution.notes": keep, "not_after": keep, "not_before": keep, "outcome": keep,
	"hosts.problem": keep, "resolution.problem": keep, "problem_kind": keep, "purpose": keep, "rcode": keep, "redacted": keep,
	"reason": keep, "skipped.reason": text, "row": keep, "rule": keep, "schema": keep, "severity": keep, "side": keep,
	"senders.sender": keep, "domain.sender": keep, "sent": keep, "signature": keep, "stage": keep, "started": keep,
	"state": keep, "mx.status": keep, "tlsa.status": keep, "time": keep, "tls": keep, "tool.name": keep, "tool.version": keep,
	"trust": keep, "type": keep, "verdict": keep, "version": keep,

	"codes": keep, "family": keep, "reasons": text, "removal": keep, "result": keep, "role": keep, "source": keep, "topic": keep,
	"not_examined": text, "trace": text, "target": name, "blocklists.subject": name,

	"address": name, "addresses": name, "aliases": name, "also": name, "base": name, "domain": name, "helo": name,
	"host": name, "local_address": name, "policy.mx": name, "name": name, "names": name, "not_for": name,
	"ns": name, "recipient": name, "resolver": name, "rua": text, "sender": name, "server": name, "server_name": name, "zone": name, "auth.user": user,

	"forms.path": text, "recipients.recipient": text, // postmaster may stand alone
	"flags.ca-file": name, "flags.dsn-orcpt": name, "flags.fingerprint": fingerprint, "flags.resolver": text, "flags.sni": name, "flags.source": name,

	"selector": words, "issuer": subject, "subject": subject, "message_id": messageID, "raw": raw,
	"recipient_unicode": double, "domain_unicode": double,
	"queue_id": queueID, "serial": fingerprint, "sha256": fingerprint, "spki_sha256": fingerprint, "mta_sts.id": fingerprint,

	"answers": text, "auth": text, "auth_plain": text, "capabilities.*": text, "capabilities_plain.*": text, "detail": text,
	"error": text, "explain": text, "extended_error": text, "extension": text, "key": text, "keyword": text, "left_out": text, "left_out_why": text, "mechanism": text,
	"media_type": text, "mx": text, "note": text, "notes": text, "not_tried": text, "offered": text, "params": text, "problem": text,
	"record": text, "records": text, "references": text, "remedy": text, "sentence": text, "service": text, "status": text,
	"summary": text, "text": text, "saw": text, "path": text, "hint": text, "expect.name": text, "after": keep, "before": keep, "url": text, "user": text, "why": text,
}

// classOf returns what a key of an object holds, whose own key is parent; "" at the top.
func classOf(parent, key string) class {
	if c, ok := kinds[parent+"."+key]; ok {
		return c
	}
	return kinds[key] // text where it is not listed
}
