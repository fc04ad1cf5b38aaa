package realtest

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// These tests ask the servers themselves, without smtpcheck: what the other
// tests build on.

func TestPostfixReplies(t *testing.T) {
	network := needServers(t, "postfix")
	for _, test := range []struct {
		name, address, helo, from, to, want string
	}{
		{"known user", postfixIPv4, "probe.example.org", "", "alice@example.test", "250 2.1.5 Ok"},
		{"known user, IPv6", "[" + postfixIPv6 + "]", "probe.example.org", "", "alice@example.test", "250 2.1.5 Ok"},
		{"unknown user", postfixIPv4, "probe.example.org", "", "nobody@example.test",
			"550 5.1.1 <nobody@example.test>: Recipient address rejected: User unknown in virtual mailbox table"},
		{"relay", postfixIPv4, "probe.example.org", "", "alice@elsewhere.test", "554 5.7.1 <alice@elsewhere.test>: Relay access denied"},
		{"relay, deferred", postfixLate, "probe.example.org", "", "alice@elsewhere.test", "454 4.7.1 <alice@elsewhere.test>: Relay access denied"},
		{"4yz access rule", postfixIPv4, "probe.example.org", "", "busy@example.test", "450 4.3.2 <busy@example.test>: Recipient address rejected: Try again later"},
		{"mailbox full", postfixIPv4, "probe.example.org", "", "full@example.test", "452 4.2.2 <full@example.test>: Recipient address rejected: Mailbox full"},
		{"5yz access rule", postfixIPv4, "probe.example.org", "", "policy@example.test",
			"550 5.7.1 <policy@example.test>: Recipient address rejected: Message refused by local policy"},
		{"sender rejected", postfixIPv4, "probe.example.org", "rejected@sender.test", "alice@example.test",
			"554 5.7.1 <rejected@sender.test>: Sender address rejected: Access denied"},
		{"HELO rejected", postfixIPv4, "spoofed.test", "", "alice@example.test",
			"554 5.7.1 <spoofed.test>: Helo command rejected: Access denied"},
	} {
		t.Run(test.name, func(t *testing.T) {
			replies := network.say(t, test.address+":25", "EHLO "+test.helo, "MAIL FROM:<"+test.from+">", "RCPT TO:<"+test.to+">", "QUIT")
			if got := replies[3]; got != test.want {
				t.Errorf("reply to RCPT\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestPostfixGreylists(t *testing.T) {
	network := needServers(t, "postfix", "postgrey")
	dialogue := []string{"EHLO probe.example.org", "MAIL FROM:<self-test@sender.test>", "RCPT TO:<grey@example.test>", "QUIT"}
	first := network.say(t, postfixIPv4+":25", dialogue...)[3]
	if !strings.HasPrefix(first, "450 4.2.0 <grey@example.test>: Recipient address rejected: Greylisted") {
		t.Fatalf("first reply to RCPT: %s", first)
	}
	eventually(t, "accepted after the delay", func() bool {
		return network.say(t, postfixIPv4+":25", dialogue...)[3] == "250 2.1.5 Ok"
	})
}

func TestEximReplies(t *testing.T) {
	network := needServers(t, "exim4")
	for _, test := range []struct{ name, address, to, want string }{
		{"known user", eximIPv4, "alice@example.test", "250 Accepted"},
		{"known user, IPv6", "[" + eximIPv6 + "]", "alice@example.test", "250 Accepted"},
		{"unknown user", eximIPv4, "nobody@example.test", "550 Unrouteable address"},
		{"relay", eximIPv4, "alice@elsewhere.test", "550 relay not permitted"},
	} {
		t.Run(test.name, func(t *testing.T) {
			replies := network.say(t, test.address+":25", "EHLO probe.example.org", "MAIL FROM:<>", "RCPT TO:<"+test.to+">", "QUIT")
			if got := replies[3]; got != test.want {
				t.Errorf("reply to RCPT\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestPostfixDelivers(t *testing.T) {
	network := needServers(t, "postfix")
	postfix, err := network.postfix()
	if err != nil {
		t.Fatal(err)
	}
	replies := network.say(t, postfixIPv4+":25", "EHLO probe.example.org", "MAIL FROM:<bob@sender.test>", "RCPT TO:<bob@example.test>",
		"DATA", "Subject: self-test\r\n\r\n..leading dot\r\n.", "QUIT")
	_, queueID, found := strings.Cut(replies[5], "queued as ")
	if !found {
		t.Fatalf("reply to the message: %s", replies[5])
	}
	var message string
	eventually(t, "message in the Maildir", func() bool {
		for _, text := range maildir(t, postfix.Mailbox, "bob") {
			message = text
		}
		return message != ""
	})
	if !strings.HasSuffix(message, "Subject: self-test\n\n.leading dot\n") {
		t.Errorf("message:\n%s", message)
	}
	log, err := os.ReadFile(postfix.Log)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(log), queueID+": to=<bob@example.test>") {
		t.Errorf("no delivery of %s in the log", queueID)
	}
}

func TestAuthorityAndCache(t *testing.T) {
	network := needServers(t, "dns")
	for name, server := range map[string]string{"authority": authority, "cache": cache} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			mxs, err := network.client.Resolver(server+":53").LookupMX(ctx, "example.test.")
			if err != nil {
				t.Fatal(err)
			}
			if len(mxs) != 3 || mxs[0].Host != "mx1.example.test." {
				t.Errorf("MX records: %v", mxs)
			}
			_, err = network.client.Resolver(server+":53").LookupMX(ctx, "no-such-domain.test.")
			if problem := (*net.DNSError)(nil); !errors.As(err, &problem) || !problem.IsNotFound {
				t.Errorf("no-such-domain.test: %v", err)
			}
		})
	}
}
