package redact_test

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"html"
	"mime"
	"net/netip"
	"net/url"
	"strings"
	"unicode/utf16"
)

// The spellings that servers, resolvers and logs give to what is redacted. A form
// takes an original apart for itself: it shares nothing with the package.

// addressForms are ways to write a mail address; other is a domain that is somebody else's.
func addressForms(local, domain, unicode, other string) []string {
	a := local + "@" + domain
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	words := strings.NewReplacer(".", " ", "_", " ", "-", " ").Replace(local)
	return []string{
		a, strings.ToUpper(a), "<" + a + ">", "mailto:" + a, `"` + local + `"@` + domain, local + "@" + unicode, a + ".", "(" + a + ")",
		local + "%40" + domain, local + "%2540" + domain, "%3C" + url.QueryEscape(a) + "%3E", percentAll(a), escapeAll("=%02X", a), escapeAll("+%02X", a), "=?utf-8?Q?" + escapeAll("=%02X", a) + "?=",
		"rfc822;" + local + "+40" + domain, local + "=40" + domain, local + "&#64;" + domain, local + "&#x40;" + domain, local + `\x40` + domain,
		local + `\064` + domain, local + `\u0040` + domain, local + `\@` + domain, html.EscapeString("<" + a + ">"),
		b64(a), strings.TrimRight(b64(a), "="), base64.RawURLEncoding.EncodeToString([]byte("<" + a + ">")), b64("\x00" + a + "\x00"), "id=v1" + b64("rcpt="+a),
		"b64:" + b64(b64(a)), hex.EncodeToString([]byte(a)), strings.ToUpper(hex.EncodeToString([]byte(a))), b64(wide(a)), b64("\x01\xff\x80" + a + "\xfe\xfd"),
		mime.BEncoding.Encode("utf-8", a+"ü"), mime.QEncoding.Encode("utf-8", a+"ü"),
		"bounces+" + local + "=" + domain + "@" + other, "bounce-" + local + "=" + domain + "@" + other, "<owner-list+M1234-" + local + "=" + domain + "@" + other + ">",
		"SRS0=Ab1+=TT=" + domain + "=" + local + "@" + other, "srs0-xyZ9=4K=" + domain + "=" + local + "@" + other,
		"SRS1=HHH=" + other + "==ABC=TT=" + domain + "=" + local + "@mx." + other, "prvs=1234567890=" + a, "btv1==0123456789==" + a, "prvs=" + local + "/1234567890@" + domain,
		local + "%" + domain + "@" + other, "@" + other + ":" + a, domain + "!" + local, local + "+detail@" + domain,
		"user " + local + " unknown", "User '" + strings.ToUpper(local) + "' unknown in virtual alias table", "no mailbox " + local + " here", "/" + local + ":", words,
		"http://help." + other + "/?rcpt=" + url.QueryEscape(a) + "&c=1", "https://" + domain + "/" + local + "/x", "/var/spool/" + domain + "/" + local + "/inbox: full",
		"C:\\Mail\\" + local + "\\box", local + "." + other, "uid=" + local + ",dc=" + strings.ReplaceAll(domain, ".", ",dc="),
		"see " + domain + ".html", unicode, strings.ToUpper(unicode), domain + "/24", "v=spf1 include:_spf." + domain + " ~all", "x-" + domain,
	}
}

func percentAll(s string) string { return escapeAll("%%%02x", s) }

func escapeAll(form, s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, form, s[i])
	}
	return b.String()
}

// wide is UTF-16, as NTLM has it.
func wide(s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return "NTLMSSP\x00\x02\x00" + string(b)
}

// hostForms are ways to write a host name.
func hostForms(host, other string) []string {
	label, _, _ := strings.Cut(host, ".")
	return []string{
		host, strings.ToUpper(host), host + ".", "250-" + host, label, "[" + host + "]", strings.ReplaceAll(host, ".", "%2E"), strings.ReplaceAll(host, ".", `\.`),
		base64.StdEncoding.EncodeToString([]byte("<17.42@" + host + ">")), host + ":25", "https://" + host + "/x?y=z", host + " IN A", "_25._tcp." + host,
		"*." + host, "by " + host + " (Postfix)", host + "." + other, "dns;" + host, "said:550-" + host + " no",
	}
}

// ipForms are ways to write an IP address.
func ipForms(a netip.Addr, other string) []string {
	b64 := base64.StdEncoding.EncodeToString([]byte("ip=" + a.String()))
	if a.Is4() {
		b := a.As4()
		f := func(verb string) string {
			return fmt.Sprintf(strings.ReplaceAll(verb, "D", "%d"), b[0], b[1], b[2], b[3])
		}
		r := func(verb string) string {
			return fmt.Sprintf(strings.ReplaceAll(verb, "D", "%d"), b[3], b[2], b[1], b[0])
		}
		return []string{
			f("D.D.D.D"), f("[D.D.D.D]"), f("D.D.D.D:25"), f("D.D.D.D.25"), f("(D.D.D.D)"), f("ip=D.D.D.D,"), f("D.D.D.D/32"), f("D-D-D-D"), f("ip-D-D-D-D"), f("D_D_D_D"),
			f("host-D-D-D-D.dyn." + other), f("D.D.D.D." + other), r("D.D.D.D.in-addr.arpa"), r("D.D.D.D.zen.spamhaus.org"), r("D-D-D-D.rev." + other), r("D.D.D.D"),
			f("%03d.%03d.%03d.%03d"), f("%03d%03d%03d%03d"), f("%02x%02x%02x%02x"), f("0x%02X%02X%02X%02X"), fmt.Sprint(binary.BigEndian.Uint32(b[:])),
			f("::ffff:D.D.D.D"), f("[IPv6:::ffff:D.D.D.D]"), fmt.Sprintf("::ffff:%02x%02x:%02x%02x", b[0], b[1], b[2], b[3]), f("https://www.spamhaus.org/query/ip/D.D.D.D"), b64,
			f("D%%2ED%%2ED%%2ED"), f("?ip=D.D.D.D&x=1"),
		}
	}
	b := a.As16()
	nibbles := strings.Split(hex.EncodeToString(b[:]), "")
	forward := strings.Join(nibbles, ".")
	for i := range 16 {
		nibbles[i], nibbles[31-i] = nibbles[31-i], nibbles[i]
	}
	reversed := strings.Join(nibbles, ".")
	return []string{
		a.String(), strings.ToUpper(a.String()), a.StringExpanded(), "[" + a.String() + "]:25", "[IPv6:" + a.String() + "]", a.String() + "%eth0", a.String() + ":", "(" + a.String() + ")",
		reversed + ".ip6.arpa", reversed + ".zen.spamhaus.org", reversed, forward, hex.EncodeToString(b[:]), strings.ReplaceAll(a.StringExpanded(), ":", "-"),
		strings.ReplaceAll(a.String(), ":", "-"), strings.ReplaceAll(a.String(), ":", "%3A"), b64, a.String() + "/64", "ip=" + a.String() + ",",
	}
}
