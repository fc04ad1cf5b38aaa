package realtest

import (
	"sync"
	"testing"

	. "github.com/smtpcheck/smtpcheck/diagnose"
	"github.com/smtpcheck/smtpcheck/realtest/world"
)

var startNativePostfix = sync.OnceValue(func() error {
	net, err := nativeNetwork()
	if err != nil {
		return err
	}
	dir, err := net.folder("native-postfix")
	if err != nil {
		return err
	}
	cert, key, err := net.ca.Issue("mx.example.test")
	if err != nil {
		return err
	}
	grey, err := net.folder("native-postgrey")
	if err != nil {
		return err
	}
	if err := world.StartPostgrey(net.servers, grey, "127.0.0.1:10024", 300); err != nil {
		return err
	}
	address := func(port string) string { return nativePostfix + ":" + port }
	_, err = world.StartPostfix(net.servers, world.PostfixConfig{
		Dir: dir, Hostname: "mx.example.test", CertFile: cert, KeyFile: key,
		Domains: []string{"example.test"}, Users: []string{"alice", "bob"}, Resolver: nativeDNS,
		Main: map[string]string{
			"inet_interfaces":           nativePostfix, // or it takes Exim's address for its own
			"mydestination":             "local.test",
			"local_recipient_maps":      "inline:{alice=1}",
			"relay_domains":             "relay.test verified.test",
			"relay_recipient_maps":      "inline:{ {alice@relay.test=1} {@verified.test=1} }",
			"virtual_alias_domains":     "aliases.test",
			"virtual_alias_maps":        "inline:{ {alice@aliases.test=alice@example.test} }",
			"relocated_maps":            "inline:{ {carol@example.test=carol@elsewhere.test} }",
			"transport_maps":            "inline:{ {sender.test=smtp:[" + nativeExim + "]} {verified.test=smtp:[" + nativeExim + "]} }",
			"message_size_limit":        "100000",
			"address_verify_map":        "",
			"address_verify_poll_count": "10",
			"address_verify_poll_delay": "1s",
			"header_checks":             "regexp:{ {/^Subject:.*forbidden/ REJECT} {/^Subject:.*lottery/ REJECT This message looks like spam} }",
			"smtpd_helo_required":       "yes",
			"smtpd_client_restrictions": "check_client_access inline:{ {" + banned + " = REJECT} }," +
				" reject_rbl_client bl.test, reject_unauth_pipelining",
			"smtpd_helo_restrictions":   "reject_non_fqdn_helo_hostname, reject_unknown_helo_hostname",
			"smtpd_sender_restrictions": "reject_unknown_sender_domain, reject_rhsbl_sender dbl.test",
		},
		Services: map[string][]string{
			address("25"): nil,
			// The client may relay here.
			address("2501"): {"mynetworks=198.51.100.0/24", "smtpd_relay_restrictions=permit_mynetworks, reject_unauth_destination", "smtpd_recipient_restrictions=reject_unknown_recipient_domain"},
			address("2502"): {"smtpd_client_restrictions=reject_unknown_client_hostname"},
			address("2503"): {"smtpd_client_restrictions=reject_unknown_reverse_client_hostname"},
			address("2504"): {"smtpd_recipient_restrictions=check_policy_service inet:127.0.0.1:10024"},
			address("2505"): {"smtpd_client_message_rate_limit=1"},
			address("2506"): {"smtpd_client_recipient_rate_limit=1"},
			address("2507"): {"queue_minfree=1000000000000000"},
			address("2508"): {"virtual_mailbox_maps=tcp:127.0.0.1:1"},
			address("2509"): {"smtpd_recipient_restrictions=no_such_restriction"},
			address("2510"): {"smtpd_sender_restrictions=check_sender_access inline:{ {<> = REJECT} }"},
			address("2511"): {"smtpd_recipient_restrictions=reject_unverified_recipient", "unverified_recipient_reject_code=550"},
			address("2512"): {"smtpd_sender_restrictions=reject_unverified_sender"},
			address("2513"): {"smtpd_delay_reject=no"},
			address("2514"): {"smtpd_recipient_limit=1"},
			address("2515"): {"smtpd_relay_restrictions=defer_unauth_destination"},
			address("2516"): {"smtpd_tls_security_level=encrypt"},
			address("2517"): {"smtpd_data_restrictions=reject"},
			address("2518"): {"smtpd_end_of_data_restrictions=check_sender_access inline:{ {bob@sender.test = 550 5.7.1 This mail is not wanted} }"},
			address("2519"): {"smtpd_client_connection_rate_limit=1"},
			address("2520"): {"smtpd_sender_restrictions=reject_sender_login_mismatch", "smtpd_sender_login_maps=inline:{ {bob@sender.test=bob} }",
				"smtpd_sasl_auth_enable=yes", "smtpd_tls_auth_only=no"},
			address("587"): {"smtpd_client_restrictions=permit_sasl_authenticated, reject", "smtpd_sasl_auth_enable=yes"},
		},
		Master: address("2530") + " inet n - n - 1 postscreen\n" +
			" -o postscreen_greet_wait=1s -o postscreen_pipelining_enable=yes -o postscreen_pipelining_action=enforce\n" +
			" -o postscreen_dnsbl_sites=bl.test -o postscreen_dnsbl_action=enforce -o postscreen_access_list=\n" +
			"smtpd pass - - n - - smtpd\ndnsblog unix - - n - 0 dnsblog\ntlsproxy unix - - n - 0 tlsproxy\n",
	})
	return err
})

// TestNativePostfix has Postfix refuse, with its own words.
func TestNativePostfix(t *testing.T) {
	net := needNative(t, "postfix", "postgrey", "exim4")
	if err := startNativePostfix(); err != nil {
		t.Fatal(err)
	}
	if err := startNativeExim(); err != nil { // it is asked about addresses
		t.Fatal(err)
	}
	looping := messageFile(t, loopingMessage)
	checkNative(t, net, nativePostfix, []native{
		{name: "no such virtual mailbox", args: "nosuch@example.test", reply: "550 5.1.1 <nosuch@example.test>: Recipient address rejected: User unknown in virtual mailbox table",
			exit: 67, reason: NoSuchUser, side: SideRecipient},
		{name: "no such local user", args: "nosuch@local.test", reply: "550 5.1.1 <nosuch@local.test>: Recipient address rejected: User unknown in local recipient table",
			exit: 67, reason: NoSuchUser, side: SideRecipient},
		{name: "no such relay recipient", args: "nosuch@relay.test", reply: "550 5.1.1 <nosuch@relay.test>: Recipient address rejected: User unknown in relay recipient table",
			exit: 67, reason: NoSuchUser, side: SideRecipient},
		{name: "no such alias", args: "nosuch@aliases.test", reply: "550 5.1.1 <nosuch@aliases.test>: Recipient address rejected: User unknown in virtual alias table",
			exit: 67, reason: NoSuchUser, side: SideRecipient},
		{name: "moved", args: "carol@example.test", reply: "550 5.1.6 <carol@example.test>: Recipient address rejected: User has moved to carol@elsewhere.test",
			exit: 67, reason: Moved, side: SideRecipient},
		{name: "relay", args: "alice@elsewhere.test", reply: "554 5.7.1 <alice@elsewhere.test>: Relay access denied",
			exit: 77, reason: RelayDenied, side: SideReceiver},
		{name: "relay, for now", args: ":2515 alice@elsewhere.test", reply: "454 4.7.1 <alice@elsewhere.test>: Relay access denied",
			exit: 75, reason: RelayDenied, side: SideReceiver},
		{name: "no such recipient domain", args: ":2501 alice@nosuch.test", reply: "450 4.1.2 <alice@nosuch.test>: Recipient address rejected: Domain not found",
			exit: 75, reason: BadDomain, side: SideRecipient},
		{name: "recipient domain with a null MX", args: ":2501 alice@nullmx.test", reply: "556 5.1.10 <alice@nullmx.test>: Recipient address rejected: Domain nullmx.test does not accept mail (nullMX)",
			exit: 77, reason: NoMailService, side: SideReceiver},
		{name: "no such sender domain", args: "--from bob@nosuch.test alice@example.test", reply: "450 4.1.8 <bob@nosuch.test>: Sender address rejected: Domain not found",
			exit: 75, reason: SenderRejected, side: SideSender},
		{name: "sender domain with broken DNS", args: "--from bob@broken.test alice@example.test", reply: "450 4.1.8 <bob@broken.test>: Sender address rejected: Domain not found",
			exit: 75, reason: SenderRejected, side: SideSender},
		{name: "sender domain with a null MX", args: "--from bob@nullmx.test alice@example.test", reply: "550 5.7.27 <bob@nullmx.test>: Sender address rejected: Domain nullmx.test does not accept mail (nullMX)",
			exit: 77, reason: SenderRejected, side: SideSender},
		{name: "sender domain on a blocklist", args: "--from bob@listed.test alice@example.test", reply: "554 5.7.1 Service unavailable; Sender address [bob@listed.test] blocked using dbl.test",
			exit: 77, reason: DomainReputation, side: SideSender},
		{name: "null sender", args: ":2510 alice@example.test", reply: "554 5.7.1 <>: Sender address rejected: Access denied",
			exit: 77, reason: SenderRejected, side: SideSender},
		{name: "sender who must log in", args: ":2520 --from bob@sender.test alice@example.test", reply: "553 5.7.1 <bob@sender.test>: Sender address rejected: not logged in",
			exit: 77, reason: SenderRejected, side: SideUs},
		{name: "HELO without a dot", args: "--helo localhost alice@example.test", reply: "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname",
			exit: 77, reason: HELO, side: SideUs},
		{name: "HELO without an address", args: "--helo nosuch.test alice@example.test", reply: "450 4.7.1 <nosuch.test>: Helo command rejected: Host not found",
			exit: 75, reason: HELO, side: SideUs},
		{name: "client not let in", args: "--source " + banned + " alice@example.test", reply: "554 5.7.1 <client.native.test[198.51.100.172]>: Client host rejected: Access denied",
			exit: 77, reason: Policy, side: SideUs},
		{name: "client not let in, at the greeting", args: ":2513 --source " + banned + " alice@example.test", reply: "554 5.7.1 <client.native.test[198.51.100.172]>: Client host rejected: Access denied",
			exit: 77, reason: Policy, side: SideUs},
		{name: "client on a blocklist", args: "--source " + listed + " alice@example.test", reply: "554 5.7.1 Service unavailable; Client host [198.51.100.171] blocked using bl.test; Listed, see https://bl.test/lookup?198.51.100.171",
			exit: 77, reason: IPReputation, side: SideUs},
		{name: "client without a name", args: ":2502 --source " + nameless + " alice@example.test", reply: "450 4.7.25 Client host rejected: cannot find your hostname, [198.51.100.173]",
			exit: 75, reason: RDNS, side: SideUs},
		{name: "client without a PTR record", args: ":2503 --source " + nameless + " alice@example.test", reply: "450 4.7.1 Client host rejected: cannot find your reverse hostname, [198.51.100.173]",
			exit: 75, reason: RDNS, side: SideUs},
		{name: "greylisted", args: ":2504 alice@example.test", reply: "450 4.2.0 <alice@example.test>: Recipient address rejected: Greylisted",
			exit: 75, reason: Greylisted, side: SideReceiver},
		{name: "too many messages", args: ":2505 --source " + hasty + " alice@example.test", reply: "450 4.7.1 Error: too much mail from 198.51.100.175",
			exit: 75, reason: RateLimited, side: SideUs, again: true},
		{name: "too many recipients in a while", args: ":2506 --source " + hasty + " alice@example.test", reply: "450 4.7.1 Error: too many recipients from 198.51.100.175",
			exit: 75, reason: RateLimited, side: SideUs, again: true},
		{name: "too many connections", args: ":2519 --source " + hasty + " alice@example.test", reply: "421 4.7.0 mx.example.test Error: too many connections from 198.51.100.175",
			exit: 75, reason: RateLimited, side: SideUs, again: true},
		{name: "no room", args: ":2507 alice@example.test", reply: "452 4.3.1 Insufficient system storage",
			exit: 75, reason: SystemFull, side: SideReceiver},
		{name: "too big", args: "--size 100001 alice@example.test", reply: "552 5.3.4 Message size exceeds fixed limit",
			exit: 77, reason: TooBig, side: SideSender},
		{name: "table out of reach", args: ":2508 alice@example.test", reply: "451 4.3.0 <alice@example.test>: Temporary lookup failure",
			exit: 75, reason: ServerError, side: SideReceiver},
		{name: "broken configuration", args: ":2509 alice@example.test", reply: "451 4.3.5 Server configuration error",
			exit: 75, reason: ServerError, side: SideReceiver},
		{name: "recipient asked after", args: ":2511 nosuch@verified.test", reply: "550 5.1.1 <nosuch@verified.test>: Recipient address rejected: undeliverable address: host 198.51.100.71[198.51.100.71] said: 550",
			exit: 67, reason: NoSuchUser, side: SideRecipient},
		{name: "sender asked after", args: ":2512 --from nosuch@sender.test alice@example.test", reply: "450 4.1.7 <nosuch@sender.test>: Sender address rejected: unverified address: host 198.51.100.71[198.51.100.71] said: 550 Unknown user",
			exit: 75, reason: SenderRejected, side: SideSender},
		{name: "TLS", args: ":2516 --tls never alice@example.test", reply: "530 5.7.0 Must issue a STARTTLS command first",
			exit: 77, reason: TLSRequired, side: SideUs},
		{name: "login at a submission port", args: ":587 --from bob@sender.test alice@example.test", reply: "554 5.7.1 <client.native.test[198.51.100.1]>: Client host rejected: Access denied",
			exit: 77, reason: Policy, side: SideUs},
		{name: "refused at DATA", args: ":2517 --data --from bob@sender.test alice@example.test", reply: "554 5.7.1 <DATA>: Data command rejected: Access denied",
			exit: 77, reason: Policy, side: SideReceiver},
		{name: "refused at the end", args: ":2518 --data --from bob@sender.test alice@example.test", reply: "550 5.7.1 <bob@sender.test>: Sender address rejected: This mail is not wanted",
			exit: 77, reason: SenderRejected, side: SideSender},
		{name: "content", args: "--data --from bob@sender.test --subject forbidden alice@example.test", reply: "550 5.7.1 message content rejected",
			exit: 77, reason: SpamContent, side: SideSender},
		{name: "spam", args: "--data --from bob@sender.test --subject lottery alice@example.test", reply: "550 5.7.1 This message looks like spam",
			exit: 77, reason: SpamContent, side: SideSender},
		{name: "loop", args: "--data --from bob@sender.test alice@example.test", files: []string{"--message", looping}, reply: "554 5.4.0 Error: too many hops",
			exit: 77, reason: Loop, side: SideReceiver},
		{name: "postscreen tests the client", args: ":2530 alice@example.test", reply: "450 4.3.2 Service currently unavailable",
			exit: 75, reason: Greylisted, side: SideReceiver},
		{name: "postscreen's blocklist", args: ":2530 --source " + listed + " alice@example.test", reply: "550 5.7.1 Service unavailable; client [198.51.100.171] blocked using bl.test",
			exit: 77, reason: IPReputation, side: SideUs},
	})
	checkSpoken(t, net, []spoken{
		{name: "too many recipients", address: nativePostfix + ":2514", stage: "rcpt", reply: "452 4.5.3 Error: too many recipients",
			commands: []string{"EHLO probe.example.org", "MAIL FROM:<bob@sender.test>", "RCPT TO:<alice@example.test>", "RCPT TO:<bob@example.test>"},
			reason:   TooManyRecipients, side: SideUs},
	})
}
