package redact_test

import (
	"strings"
	"testing"

	"github.com/smtpcheck/smtpcheck/redact"
)

// TestText shows what becomes of a text, line by line, in a report about alice@example.net.
func TestText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ was, is string }{
		// Addresses, and who they are without a domain.
		{"550 5.1.1 <alice@example.net>: user Alice unknown", "550 5.1.1 <user1@domain-a.example>: user user1 unknown"},
		{"bounces+alice=example.net@list.example.org", "bounces+user1=domain-a.example@host1.domain-b.example"},
		{"<alice+news@example.net>", "<user1+news@domain-a.example>"},
		{"postmaster@example.net, abuse@example.net", "postmaster@domain-a.example, abuse@domain-a.example"},
		{"mailboxes of info@example.net, not all info", "mailboxes of user2@domain-a.example, not all info"},
		{"<jo@example.net>: no mailbox jo here, jo", "<user2@domain-a.example>: no mailbox user2 here, jo"},
		{"a local-part@domain", "a local-part@domain"},
		{"rcpt=alice%40example.net", "rcpt=user1%40domain-a.example"},
		{"ORCPT=rfc822;alice+40example.net", "ORCPT=rfc822;user1+40domain-a.example"},
		{"=61=6C=69=63=65=40=65=78=61=6D=70=6C=65=2E=6E=65=74", "user1@domain-a.example"},
		{"<alice.smith@example.net>: user alicesmith unknown", "<user2@domain-a.example>: user user2 unknown"},
		{"=41=42=43 ip=45.1.2.3", "=41=42=43 ip=192.0.2.1"},
		{"prvs=0123456789=alice@example.net", "prvs=0000000000=user1@domain-a.example"},
		// Names.
		{"counterexample and malice", "counterexample and malice"},
		{"220 mx1.mail.Example.NET ESMTP", "220 host2.host1.domain-a.example ESMTP"},
		{"250-mx1.example.net Hello", "250-host1.domain-a.example Hello"},
		{"_25._tcp.mx1.example.net. IN TLSA", "_25._tcp.host1.domain-a.example. IN TLSA"},
		{"see main.cf and e.g. RFC 5321, 5.1.1", "see main.cf and e.g. RFC 5321, 5.1.1"},
		{"the root . and com and co.uk", "the root . and com and co.uk"},
		// Pages.
		{"see https://www.spamhaus.org/query/ip/192.168.7.9?t=1a2b", "see https://www.spamhaus.org/query/ip/192.168.255.1?t=..."},
		{"https://support.google.com/mail/?p=NoSuchUser", "https://support.google.com/mail/?p=NoSuchUser"},
		{"http://help.example.net/users/alice", "http://host1.domain-a.example/..."},
		// Addresses of hosts.
		{"[93.184.216.34] ::ffff:93.184.216.34", "[192.0.2.1] ::ffff:192.0.2.1"},
		{"34.216.184.93.zen.spamhaus.org", "1.2.0.192.zen.spamhaus.org"},
		{"127.0.0.1, ::1 and 10.1.2.3", "127.0.0.1, ::1 and 10.255.0.1"},
		{"93.184.216.0/24", "192.0.2.1/24"},
		{"Exim 4.96.1, 8.14.4/8.14.4, 10:39:49", "Exim 4.96.1, 8.14.4/8.14.4, 10:39:49"},
		// Files.
		{"open /home/alice/x.eml: permission denied", "open /path-1: permission denied"},
		{"and/or mx/null 450/4.2.1", "and/or mx/null 450/4.2.1"},
		// Codes and identifiers.
		{"250 2.0.0 Ok: queued as 4XyZ12Ab3C", "250 2.0.0 Ok: queued as 4XyZ12Ab3C"},
	} {
		got, err := redact.Document(redact.New(redact.Names), line{Recipient: "alice@example.net", Text: c.was})
		if err != nil || got.Text != c.is {
			t.Errorf("%q\nbecame %q\nwant   %q (%v)", c.was, got.Text, c.is, err)
		}
	}
}

// TestStrict takes what one system calls a message, too.
func TestStrict(t *testing.T) {
	t.Parallel()
	doc := line{Recipient: "alice@example.net", Text: "250 2.0.0 Ok: queued as 4XyZ12Ab3C\nfingerprint " + strings.Repeat("5f", 32)}
	got, err := redact.Document(redact.New(redact.Strict), doc)
	want := "250 2.0.0 Ok: queued as QUEUE-1\nfingerprint " + strings.Repeat("0", 63) + "1"
	if err != nil || got.Text != want || got.Redacted != "strict" {
		t.Errorf("%q, want %q (%v)", got.Text, want, err)
	}
}

// TestOneRun gives equal names equal pseudonyms in all documents, and no pseudonym
// that is an original of another.
func TestOneRun(t *testing.T) {
	t.Parallel()
	m := redact.New(redact.Names)
	docs := []line{
		{Recipient: "alice@example.net", Addresses: []string{"93.184.216.34"}, Text: "to bob@example.org"},
		{Recipient: "bob@example.org", Addresses: []string{"192.0.2.1"}, Text: "user1@domain-a.example"},
		{Recipient: "user2@domain-b.example", Redacted: "yes", Addresses: []string{"192.0.2.2"}},
	}
	for _, d := range docs {
		if err := m.Learn(d); err != nil {
			t.Fatal(err)
		}
	}
	var out []line
	for _, d := range docs {
		hidden, err := redact.Document(m, d)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, hidden)
	}
	if out[1].Recipient != strings.TrimPrefix(out[0].Text, "to ") {
		t.Errorf("bob is %q and %q", out[0].Text, out[1].Recipient)
	}
	if out[2].Recipient != docs[2].Recipient || out[2].Addresses[0] != docs[2].Addresses[0] {
		t.Errorf("what was redacted became %v", out[2])
	}
	seen := map[string]bool{"192.0.2.1": true, "user1@domain-a.example": true}
	for _, s := range []string{out[0].Recipient, out[1].Recipient, out[2].Recipient, out[0].Addresses[0], out[1].Addresses[0], out[2].Addresses[0]} {
		if seen[s] {
			t.Errorf("%q stands for two, or is an original", s)
		}
		seen[s] = true
	}
}

// TestLeaks shows that the search finds what it is there for.
func TestLeaks(t *testing.T) {
	t.Parallel()
	m := redact.New(redact.Names)
	if _, err := redact.Document(m, line{Recipient: "zorqua@kryvex.net", Addresses: []string{"93.184.216.34", "2a02:6b8::1"}}); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{
		"<p>KRYVEX.net</p>", `"kryvex\u002enet"`, "kryvex%2Enet", "a3J5dmV4Lm5ldA==", "93.184.216.34", "93-184-216-34", "2A02:06B8:0000:0000:0000:0000:0000:0001",
		"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.6.0.2.0.a.2.ip6.arpa", "zorqua&#64;kryvex.net", "=6B=72=79=76=65=78=2E=6E=65=74",
	} {
		if m.Leaks([]byte(s)) == 0 {
			t.Errorf("%s is not found", s)
		}
	}
	if n := m.Leaks([]byte("user1@domain-a.example [192.0.2.1], notkryvex.network 193.184.216.34")); n != 0 {
		t.Errorf("%d are found where there is none", n)
	}
	if n := m.LeaksIn(line{Text: "user zorqua unknown"}); n == 0 {
		t.Error("a word is not found in a document")
	}
}
