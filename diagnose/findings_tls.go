package diagnose

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smtpcheck/smtpcheck/probe"
	"github.com/smtpcheck/smtpcheck/smtp"
	"github.com/smtpcheck/smtpcheck/tlshello"
)

// The bounds under which TLS is graded down.
const (
	expiresSoon = 14 * 24 * time.Hour
	shortKey    = 2048 // bits, of RSA and of finite fields
)

// looksAtTLS reports that a session was had to look at the server's TLS only.
func looksAtTLS(p probe.Purpose) bool {
	return p == probe.PurposeTLSLegacy || p == probe.PurposeTLSResume || p == probe.PurposeSTARTTLS
}

// grade finds what is weak in what a handshake established, at the time of it.
func (f *finder) grade(host string, t *probe.TLS, now time.Time, at Evidence) {
	f.strength(host+" uses ", t, at)
	if t.KeyExchange == "RSA" {
		f.add("tls/no-forward-secrecy", host+" uses RSA key exchange", at)
	}
	f.keys(host, t, at)
	if len(t.Chain) == 0 || t.ProblemKind == "expired" || now.IsZero() {
		return
	}
	if left := t.Chain[0].NotAfter.Sub(now); left > 0 && left < expiresSoon {
		f.add("tls/expires-soon", host+": the certificate expires in "+days(left)+", on "+t.Chain[0].NotAfter.UTC().Format(time.DateOnly), at)
	}
}

// strength finds weak ciphers and groups.
func (f *finder) strength(who string, t *probe.TLS, at Evidence) {
	if weak := tlshello.Weak(t.Cipher); weak != "" {
		f.add("tls/weak-cipher", who+printable(t.Cipher)+" ("+weak+")", at)
	}
	if bits := bitsBehind(t.KeyExchange, "DHE", "anonymous DH", "RSA export"); bits > 0 && bits < shortKey {
		f.add("tls/small-dh", who+printable(t.KeyExchange)+" bits", at)
	}
}

// keys finds weak signatures and keys in the chain. What a root says about itself
// is not looked at.
func (f *finder) keys(host string, t *probe.TLS, at Evidence) {
	for i, c := range t.Chain {
		if bits := bitsBehind(c.Key, "RSA"); i == 0 && bits > 0 && bits < shortKey {
			f.add("tls/weak-key", host+": the certificate has a key of "+printable(c.Key)+" bits", at)
		}
		if s := strings.ToUpper(c.Signature); c.Issuer != c.Subject && (strings.Contains(s, "SHA1") || strings.Contains(s, "MD5") || strings.Contains(s, "MD2")) {
			f.add("tls/weak-signature", host+": a certificate is signed with "+printable(c.Signature), at)
		}
	}
}

// bitsBehind reads the number behind one of the words: 1024 of "DHE 1024"; 0 for none.
func bitsBehind(text string, words ...string) int {
	for _, w := range words {
		if rest, ok := strings.CutPrefix(text, w+" "); ok {
			n, _ := strconv.Atoi(rest)
			return n
		}
	}
	return 0
}

func days(d time.Duration) string {
	if n := int(d / (24 * time.Hour)); n != 1 {
		return strconv.Itoa(n) + " days"
	}
	return "1 day"
}

func printable(s string) string { return smtp.Printable(s) }

// tlsLooks finds what the connections that looked at TLS have shown, and what all
// connections to an address together show about STARTTLS.
func (f *finder) tlsLooks() {
	for _, had := range f.addresses() {
		f.looks(had)
	}
}

// looks finds that in all sessions with one address.
func (f *finder) looks(had []*probe.Attempt) {
	failed := had[0].Failure() != nil && had[0].Failure().Stage == smtp.StageTLS
	for _, a := range had {
		switch a.Purpose {
		case probe.PurposeTLSLegacy:
			f.answered(a, failed)
		case probe.PurposeTLSResume:
			if e := handshakeOf(a); e != nil && !e.TLS.Resumed {
				f.add("tls/not-resumed", a.Target.Host+" did not resume a TLS session", Evidence{Session: a.ID, Event: e.Seq})
			}
		case probe.PurposeSTARTTLS:
			if e := a.InClear(); e != nil && e.Reply.Class() == 5 && a.Target.Addr.Port() == 25 && tlsIsDemanded(e) {
				f.add("starttls/demanded", a.Target.Host+" refuses MAIL without TLS", Evidence{Session: a.ID, Event: e.Seq})
			}
		}
	}
	f.sometimes(had)
}

func tlsIsDemanded(e *probe.Event) bool {
	row, _ := Lookup(e.Stage, *e.Reply)
	return row.Reason == TLSRequired
}

// addresses puts all sessions together by the first one with the address.
func (f *finder) addresses() (list [][]*probe.Attempt) {
	at := make(map[int]int)
	for _, a := range f.c.Attempts {
		i, known := at[a.After]
		if a.After == 0 || !known {
			i = len(list)
			list = append(list, nil)
		}
		at[a.ID] = i
		list[i] = append(list[i], a)
	}
	return list
}

// answered tells of an answer to a ClientHello of ours; failed says that there is
// nothing else that the server speaks.
func (f *finder) answered(a *probe.Attempt, failed bool) {
	e := handshakeOf(a)
	if e == nil {
		return
	}
	host, t, at := a.Target.Host, e.TLS, Evidence{Session: a.ID, Event: e.Seq}
	if offer := a.Noted(probe.NoteHello); failed && offer != nil && offer.Text == tlshello.Anything().Name {
		if what := legacy(t); what != "" {
			f.add("tls/legacy-only", host+" speaks only "+what, at)
		}
		f.keys(host, t, at)
	}
	f.strength(host+" takes ", t, at)
	if !failed && oldVersion(t) {
		f.add("tls/takes-old", host+" also takes "+t.Version, at)
	}
}

// legacy words what a server has that crypto/tls has not; "" for nothing.
func legacy(t *probe.TLS) string {
	kx, bits := printable(t.KeyExchange), ""
	if n := bitsBehind(t.KeyExchange, "DHE", "anonymous DH"); n > 0 {
		kx, bits = strings.TrimSuffix(kx, " "+strconv.Itoa(n)), fmt.Sprintf(" of %d bits", n)
	}
	kx = map[string]string{"DHE": "finite-field Diffie-Hellman", "anonymous DH": "anonymous Diffie-Hellman"}[kx]
	switch weak := tlshello.Weak(t.Cipher); {
	case t.Version == "SSLv3" && kx != "":
		return "SSLv3, with " + kx + bits
	case t.Version == "SSLv3":
		return "SSLv3"
	case kx != "":
		return kx + bits + ", with " + t.Version
	case weak != "" && weak != "RC4" && weak != "3DES": // which crypto/tls has
		return weak + " cipher suites, with " + t.Version
	case strings.HasPrefix(t.KeyExchange, "DH_"), strings.HasPrefix(t.KeyExchange, "ECDH_"):
		return "static Diffie-Hellman, with " + t.Version
	case strings.Contains(t.Cipher, "CAMELLIA"), strings.Contains(t.Cipher, "SEED"), strings.Contains(t.Cipher, "IDEA"):
		return printable(t.Cipher) + ", with " + t.Version
	}
	return ""
}

func oldVersion(t *probe.TLS) bool {
	return slices.Contains([]string{"SSLv3", "TLS 1.0", "TLS 1.1"}, t.Version)
}

// handshakeOf is the event of a handshake; nil for none.
func handshakeOf(a *probe.Attempt) *probe.Event {
	for i := range a.Events {
		if a.Events[i].Kind == probe.KindTLS {
			return &a.Events[i]
		}
	}
	return nil
}

// sometimes finds an address that offers STARTTLS on some connections and not on others.
func (f *finder) sometimes(had []*probe.Attempt) {
	var missing []Evidence
	seen := 0
	for _, a := range had {
		e := firstEHLO(a)
		if e == nil || e.Secure {
			continue
		}
		seen++
		if !smtp.ParseCapabilities(*e.Reply).Has("STARTTLS") {
			missing = append(missing, Evidence{Session: a.ID, Event: e.Seq})
		}
	}
	if len(missing) < seen {
		f.add("starttls/sometimes", fmt.Sprintf("%s offered STARTTLS on %d of %d connections to one address", had[0].Target.Host, seen-len(missing), seen), missing...)
	}
}

// firstEHLO is the first reply to EHLO that lists service extensions; nil for none.
func firstEHLO(a *probe.Attempt) *probe.Event {
	for i := range a.Events {
		e := &a.Events[i]
		if e.Kind == probe.KindReply && e.Stage == smtp.StageEHLO && e.Extension == "" {
			if e.Reply.Usable() && e.Reply.Class() == 2 {
				return e
			}
			return nil // HELO may follow, which lists none
		}
	}
	return nil
}

// lists compares the service extensions before and inside TLS.
func (f *finder) lists(a *probe.Attempt) {
	before, e := a.CapabilitiesPlain().Map(), firstEHLO(a)
	inside := a.Capabilities().Map()
	if e == nil || a.TLS() == nil || len(inside) == 0 {
		return
	}
	at := Evidence{Session: a.ID, Event: lastEHLO(a).Seq}
	if _, again := inside["STARTTLS"]; again {
		f.add("starttls/again", a.Target.Host+" offers STARTTLS inside TLS", at)
	}
	var gone []string
	for _, keyword := range slices.Sorted(maps.Keys(before)) {
		if _, still := inside[keyword]; !still && keyword != "STARTTLS" {
			gone = append(gone, printable(keyword))
		}
	}
	if len(gone) > 0 && len(gone) <= 20 {
		f.add("starttls/lists", a.Target.Host+" offers before TLS and not inside it: "+strings.Join(gone, ", "), Evidence{Session: a.ID, Event: e.Seq}, at)
	}
}
