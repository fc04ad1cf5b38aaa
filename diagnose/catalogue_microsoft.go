package diagnose

import "time"

// microsoftRows are the replies of Microsoft 365 and Outlook.com, after
// Microsoft's list of non-delivery reports.
var microsoftRows = []Row{
	{
		ID: "microsoft/unknown-recipient", Enhanced: "*.4.1", Words: []string{"recipient address rejected: access denied", "recipient address(es) rejected : access denied", "all recipient addresses rejected : access denied"},
		Reason: NoSuchUser, Confidence: Likely, Source: "Microsoft 365",
		Explain: "The tenant's directory has no such address, and Microsoft refuses it at its edge. In spite of the words it is not about permission.",
		Remedy:  "Check the address; the recipient's administrator can see whether it exists, and whether directory-based edge blocking is meant to be on.",
		Example: "550 5.4.1 Recipient address rejected: Access denied. For more information see https://aka.ms/EXOSmtpErrors [DB5EUR03FT012.eop-EUR03.prod.protection.outlook.com 2026-11-22T10:00:00.000Z 08DD0123456789AB]", ExampleStage: "rcpt",
	},
	{
		ID: "microsoft/relay-denied", Enhanced: "*.4.1 *.7.64 *.7.1", Words: []string{"relay access denied (attr*", "^relay access denied [", "tenantattribution*relay access denied"},
		Reason: RelayDenied, Confidence: Certain, Retry: RetryAfterFix, Source: "Microsoft 365",
		Explain: "Microsoft 365 knows no tenant that this domain, or this connection, belongs to.",
		Remedy:  "The recipient's administrator must add the domain as an accepted domain, or correct the connector (its address or certificate).",
		Example: "550 5.7.64 TenantAttribution; Relay Access Denied [AM7EUR06FT031.eop-eur06.prod.protection.outlook.com]", ExampleStage: "rcpt",
	},
	{
		ID: "microsoft/mailbox-unavailable", Enhanced: "*.5.0", Words: []string{"requested action not taken: mailbox unavailable"},
		Reason: NoSuchUser, Confidence: Certain, Source: "Outlook.com",
		Explain: "Outlook.com (also Hotmail, Live, MSN) has no such mailbox.",
		Example: "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302). [BN3NAM04FT034.eop-NAM04.prod.protection.outlook.com]", ExampleStage: "rcpt",
	},
	{
		ID: "microsoft/block-list", Words: []string{"part of their network is on our block list", "(s3140)", "(s3150)", "as(3140)", "as3140", "as3150"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "Outlook.com",
		Explain: "The address, or its whole network, is on Outlook.com's own block list.",
		Remedy:  "Ask for its removal with the form at https://olcsupport.office.com, and watch the address in SNDS (https://sendersupport.olc.protection.outlook.com/snds).",
		Example: "550 5.7.1 Unfortunately, messages from [198.51.100.7] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140). You can also refer your provider to http://mail.live.com/mail/troubleshooting.aspx#errors. [DB8EUR05FT012.eop-eur05.prod.protection.outlook.com]", ExampleStage: "mail",
	},
	{
		ID: "microsoft/banned-ip", Words: []string{"access denied, banned sending ip"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "Microsoft 365",
		Explain: "The address is on Microsoft 365's list of banned senders.", Remedy: "Ask for its removal at https://sender.office.com.",
		Example: "550 5.7.606 Access denied, banned sending IP [198.51.100.7]. To request removal from this list please visit https://sender.office.com/ and follow the directions. For more information please go to http://go.microsoft.com/fwlink/?LinkID=526655 AS(1430) [AM5EUR03FT023.eop-EUR03.prod.protection.outlook.com]", ExampleStage: "rcpt",
	},
	{
		ID: "microsoft/banned-sender", Enhanced: "*.7.511", Words: []string{"access denied, banned sender"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "Microsoft 365",
		Explain: "The address is banned, and only Microsoft's staff can lift it.", Remedy: "Forward the whole reply with the address to delist@microsoft.com.",
		Example: "550 5.7.511 Access denied, banned sender[198.51.100.7]. To request removal from this list please forward this message to delist@microsoft.com. For more information please go to http://go.microsoft.com/fwlink/?LinkId=526653. [HE1EUR02FT062.eop-EUR02.prod.protection.outlook.com]", ExampleStage: "mail",
	},
	{
		ID: "microsoft/own-account-banned", Words: []string{"access denied, banned sender", "access denied, spam abuse detected", "access denied, bad outbound sender", "tenant has exceeded threshold", "tenant has exceeded the threshold", "blocked from sending from unregistered domains", "traffic not accepted from this tenant"},
		Reason: Policy, Side: SideUs, Confidence: Certain, Retry: RetryAfterFix, Source: "Microsoft 365",
		Explain: "Microsoft 365 has stopped the sending account or tenant because of spam, or because its domain is not registered there.",
		Remedy:  "Secure the account, register the domain, then ask Microsoft support to lift the block.",
		Example: "550 5.1.8 Access denied, bad outbound sender AS(42004) [AM0PR02MB1234.eurprd02.prod.outlook.com]", ExampleStage: "message",
	},
	{
		ID: "microsoft/own-tenant", Codes: "5", Enhanced: "*.7.501-503 *.7.700-750",
		Reason: Policy, Side: SideUs, Confidence: Certain, Retry: RetryAfterFix, Source: "Microsoft 365",
		Explain: "Microsoft 365 takes no mail from this account, tenant or address: because of spam, because the tenant is over its limit, or because its domain is not registered there.",
		Remedy:  "Secure the account, register the domain, then ask Microsoft support to lift the block.",
		Example: "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP. For more information please go to http://go.microsoft.com/fwlink/?LinkId=526653 AS(7230) [BN8PR19MB1234.namprd19.prod.outlook.com]", ExampleStage: "message",
	},
	{
		ID: "microsoft/tls-version", Enhanced: "*.7.66", Words: []string{"tls 1.0 and 1.1 are not supported", "tls 1.2"},
		Reason: TLSRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "Microsoft 365",
		Explain: "The connection used a version of TLS that is no longer taken.", Remedy: "Use TLS 1.2 or later.",
		Example: "421 4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to support TLS 1.2. Visit https://aka.ms/smtp_auth_tls. [DB5EUR03FT013.eop-EUR03.prod.protection.outlook.com]", ExampleStage: "mail",
	},
	{
		ID: "microsoft/rate-limited-reputation", Words: []string{"temporarily rate limited due to ip reputation"},
		Reason: RateLimited, Confidence: Certain, RetryAfter: time.Hour, Source: "Outlook.com",
		Explain: "Outlook.com slows this address down because of its bad or unknown name.",
		Remedy:  "Send less, and only wanted mail; join SNDS and JMRP (https://sendersupport.olc.protection.outlook.com) to see what is complained about.",
		Example: "451 4.7.650 The mail server [198.51.100.7] has been temporarily rate limited due to IP reputation. For e-mail delivery information, see https://postmaster.live.com (S775) [CO1NAM11FT033.eop-nam11.prod.protection.outlook.com]", ExampleStage: "mail",
	},
	{
		ID: "microsoft/throttled", Codes: "4", Enhanced: "*.7.*", Words: []string{"access denied, please try again later", "server busy. please try again later"},
		Reason: RateLimited, Confidence: Likely, RetryAfter: 15 * time.Minute, Source: "Microsoft 365",
		Explain: "Microsoft 365 does not know this address well enough yet and takes little mail from it for a while.",
		Remedy:  "Wait: a mail server tries again by itself. Keep the volume low and even.",
		Example: "451 4.7.500 Server busy. Please try again later from [198.51.100.7]. (AS761) [AM6EUR05FT045.eop-eur05.prod.protection.outlook.com]", ExampleStage: "rcpt",
	},
	{
		ID: "microsoft/authentication-level", Words: []string{"does not meet the required authentication level"},
		Reason: AuthFail, Confidence: Certain, Retry: RetryAfterFix, Source: "Outlook.com",
		Explain: "Outlook.com asks senders of much mail for SPF, DKIM and DMARC; the end of the reply says which of them failed.",
		Remedy:  "Make SPF and DKIM pass and publish a DMARC record, with the From domain aligned.",
		Example: "550 5.7.515 Access denied, sending domain EXAMPLE.ORG does not meet the required authentication level. The sender's domain in the 5322.From address doesn't meet the authentication requirements defined for the sender. Spf= Fail , Dkim= Fail , DMARC= Fail [DM6NAM12FT045.eop-nam12.prod.protection.outlook.com]", ExampleStage: "message",
	},
	{
		ID: "microsoft/dmarc", Words: []string{"does not pass dmarc verification"},
		Reason: AuthFail, Confidence: Certain, Retry: RetryAfterFix, Source: "Microsoft 365",
		Explain: "The message fails DMARC of the domain in From, whose policy is to reject.", Remedy: "Sign with DKIM of the From domain, or use a reverse-path in it that passes SPF.",
		Example: "550 5.7.509 Access denied, sending domain example.org does not pass DMARC verification and has a DMARC policy of reject. [VE1EUR01FT012.eop-EUR01.prod.protection.outlook.com]", ExampleStage: "message",
	},
	{
		ID: "microsoft/spf", Words: []string{"sender policy framework violation"},
		Reason: AuthFail, Confidence: Certain, Retry: RetryAfterFix, Source: "Microsoft 365",
		Remedy:  "Add the sending address to the SPF record of the reverse-path's domain.",
		Example: "550 5.7.23 The message was rejected because of Sender Policy Framework violation -> 550 5.7.23 [CWLGBR01FT002.eop-gbr01.prod.protection.outlook.com]", ExampleStage: "message",
	},
	{
		ID: "microsoft/ipv6-authentication", Words: []string{"over ipv6*pass either spf or dkim"},
		Reason: AuthFail, Confidence: Certain, Retry: RetryAfterFix, Source: "Microsoft 365",
		Remedy:  "Authorise the IPv6 address in SPF or sign with DKIM; or send by IPv4.",
		Example: "450 4.7.26 Service does not accept messages sent over IPv6 [2001:db8::25] unless they pass either SPF or DKIM validation (message not signed) [HE1EUR04FT034.eop-eur04.prod.protection.outlook.com]", ExampleStage: "message",
	},
	{
		ID: "microsoft/ipv6-ptr", Words: []string{"sending ipv6 address*must have a reverse dns record"},
		Reason: RDNS, Confidence: Certain, Retry: RetryAfterFix, Source: "Microsoft 365",
		Example: "550 5.7.25 Service unavailable, sending IPv6 address [2001:db8::25] must have a reverse DNS record [HE1EUR04FT035.eop-eur04.prod.protection.outlook.com]", ExampleStage: "mail",
	},
	{
		ID: "microsoft/bad-helo", Words: []string{"access denied, bad helo"},
		Reason: HELO, Confidence: Certain, Retry: RetryAfterFix, Source: "Microsoft 365",
		Explain: "The name in EHLO pretends to be a host of the receiving domain, or is no host name.",
		Example: "550 5.7.506 Access Denied, Bad HELO [DB3EUR04FT012.eop-eur04.prod.protection.outlook.com]", ExampleStage: "mail",
	},
	{
		ID: "microsoft/customer-block-list", Words: []string{"access denied, rejected by recipient", "using customer block list"},
		Reason: Policy, Side: SideRecipient, Confidence: Certain, Retry: RetryAfterFix, Source: "Microsoft 365",
		Explain: "The recipient's organisation has put the sender on a block list of its own.", Remedy: "Ask the recipient's administrator to take it off.",
		Example: "550 5.7.513 Service unavailable, Client host [198.51.100.7] blocked by example.com using Customer Block list (AS16012607) [AM5EUR02FT012.eop-EUR02.prod.protection.outlook.com]", ExampleStage: "rcpt",
	},
	{
		ID: "microsoft/ipv6-rate", Words: []string{"has exceeded permitted limits within*range"},
		Reason: RateLimited, Confidence: Certain, Retry: RetryLater, RetryAfter: time.Hour, Source: "Microsoft 365",
		Example: "550 5.7.508 Access denied, [2001:db8::25] has exceeded permitted limits within 2001:db8::/64 range [DB5EUR01FT042.eop-EUR01.prod.protection.outlook.com]", ExampleStage: "mail",
	},
	{
		ID: "microsoft/no-ipv6", Words: []string{"does not accept email over ipv6"},
		Reason: Policy, Confidence: Certain, Retry: RetryAfterFix, Source: "Microsoft 365",
		Explain: "The domain takes no mail over IPv6.", Remedy: "Send by IPv4 (-4).",
		Example: "550 5.7.510 Access denied, example.com does not accept email over IPv6 [DB5EUR01FT043.eop-EUR01.prod.protection.outlook.com]", ExampleStage: "rcpt",
	},
	{
		ID: "microsoft/from-missing", Words: []string{"must be rfc 5322 section 3.6.2 compliant"},
		Reason: ContentFormat, Confidence: Certain, Retry: RetryAfterFix, Source: "Microsoft 365",
		Remedy:  "Give the message a From field with one valid address.",
		Example: "550 5.7.512 Access denied, message must be RFC 5322 section 3.6.2 compliant and include a valid From address [AM1EUR01FT012.eop-EUR01.prod.protection.outlook.com]", ExampleStage: "message",
	},
	{
		ID: "microsoft/domain-listed", Words: []string{"(s8001)", "(s8002)"},
		Reason: DomainReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "Outlook.com",
		Explain: "The domain of HELO or of the reverse-path is on Spamhaus' domain block list.", Remedy: "Look the domain up at https://check.spamhaus.org and follow what it says there.",
		Example: "550 5.7.1 Unfortunately, messages from [198.51.100.7] weren't sent. The HELO domain mail.example.org is listed in Spamhaus (S8001). [CO1NAM04FT012.eop-NAM04.prod.protection.outlook.com]", ExampleStage: "mail",
	},
	{
		ID: "microsoft/wrong-region", Words: []string{"wrong office 365 region"},
		Reason: RelayDenied, Confidence: Certain, Retry: RetryAfterFix, Source: "Microsoft 365",
		Explain: "The MX record leads to a region of Microsoft 365 that does not hold this tenant.", Remedy: "The recipient's administrator must correct the MX record.",
		Example: "451 4.4.62 Mail sent to the wrong Office 365 region. ATTR35 [VI1EUR06FT012.eop-eur06.prod.protection.outlook.com]", ExampleStage: "rcpt",
	},
	{
		ID: "microsoft/attribution", Words: []string{"temporary server error. please try again later attr*"},
		Reason: ServerError, Confidence: Likely, RetryAfter: 30 * time.Minute, Source: "Microsoft 365",
		Explain: "Microsoft 365 could not find out which tenant the domain belongs to; it may have been added just now.",
		Remedy:  "Wait. If it lasts, the recipient's administrator should check that the domain is an accepted domain.",
		Example: "451 4.4.4 Temporary server error. Please try again later ATTR5 [DB5EUR03FT012.eop-EUR03.prod.protection.outlook.com]", ExampleStage: "rcpt",
	},
	{
		ID: "microsoft/detected-as-spam", Words: []string{"remote server returned message detected as spam", "message rejected as spam by content filtering"},
		Reason: SpamContent, Confidence: Certain, Retry: RetryAfterFix, Source: "Microsoft 365",
		Example: "550 5.7.350 Remote server returned message detected as spam -> 550 5.7.1 refused", ExampleStage: "message",
	},
	{
		ID: "microsoft/external-forwarding", Words: []string{"does not allow external forwarding"},
		Reason: Policy, Side: SideRecipient, Confidence: Certain, Retry: RetryAfterFix, Source: "Microsoft 365",
		Explain: "The mailbox forwards to an address outside, and its organisation forbids that.", Remedy: "The recipient must end the forwarding, or the administrator allow it.",
		Example: "550 5.7.520 Access denied, Your organization does not allow external forwarding. Please contact your administrator for further assistance. AS(7555) [AM0PR05MB1234.eurprd05.prod.outlook.com]", ExampleStage: "message",
	},
}
