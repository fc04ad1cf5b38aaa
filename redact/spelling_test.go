package redact_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/smtpcheck/smtpcheck/redact"
)

// line is a document with one line of text in which anything may be.
type line struct {
	Redacted  string   `json:"redacted,omitempty"`
	Recipient string   `json:"recipient,omitempty"`
	Sender    string   `json:"sender,omitempty"`
	Host      string   `json:"host,omitempty"`
	Addresses []string `json:"addresses,omitempty"`
	Text      string   `json:"text"`
}

// TestEverySpelling says each form of a name to a report that knows the name, and
// each of an address to one that does not.
func TestEverySpelling(t *testing.T) {
	t.Parallel()
	w := &world{
		locals: []string{"Zorqua.Jylvex", "wubkry"}, domains: []string{"xn--phognotza-v9a.co.uk", "fyxhju.com"}, unicodes: []string{"\u00fcphognotza.co.uk", "fyxhju.com"},
		hosts: []string{"mnuxil7.fyxhju.com", "bzodvo.quazor.xn--phognotza-v9a.co.uk"}, other: "kryvexdvo.net",
		addrs: []netip.Addr{netip.MustParseAddr("45.137.201.96"), netip.MustParseAddr("2a02:6b8:0:c00::1:2f"), netip.MustParseAddr("10.77.3.9")},
	}
	w.domains[0] = toASCII(t, w.unicodes[0])
	w.hosts[1] = "bzodvo.quazor." + w.domains[0]
	var forms []string
	for i := range w.locals {
		forms = append(forms, addressForms(w.locals[i], w.domains[i], w.unicodes[i], w.other)...)
	}
	for _, h := range w.hosts {
		forms = append(forms, hostForms(h, w.other)...)
	}
	for _, a := range w.addrs {
		forms = append(forms, ipForms(a, w.other)...)
	}
	for _, f := range forms {
		text := strings.Join([]string{f, "450 4.7.1 <" + f + ">: try again", "said: " + f + ", 5.1.1", f + " " + f}, "\n")
		{
			doc := line{
				Recipient: w.locals[0] + "@" + w.domains[0], Sender: w.locals[1] + "@" + w.domains[1], Host: w.hosts[0],
				Addresses: []string{w.hosts[1], w.addrs[0].String(), w.addrs[1].String(), w.addrs[2].String()}, Text: text,
			}
			m := redact.New(redact.Names)
			hidden, err := redact.Document(m, doc)
			if err != nil {
				t.Fatal(err)
			}
			if found := w.seek(asJSON(hidden)); len(found) > 0 {
				t.Errorf("%q became %q:\n%s", text, hidden.Text, strings.Join(found, "\n"))
			}
			if found := m.Found([]byte(asJSON(hidden)), true); len(found) > 0 {
				t.Errorf("%q became %q: the package finds %q", text, hidden.Text, found)
			}
			again, err := redact.Document(redact.New(redact.Names), hidden)
			if err != nil || again.Text != hidden.Text {
				t.Errorf("%q became %q, then %q (%v)", text, hidden.Text, again.Text, err)
			}
		}
	}
}
