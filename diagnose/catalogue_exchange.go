package diagnose

import "time"

// exchangeRows are the replies of Exchange servers, on premises or in Microsoft
// 365 behind the edge.
var exchangeRows = []Row{
	{
		ID: "exchange/recipient-not-found", Words: []string{"resolver.adr.recip*", "recipient not found by smtp address lookup", "resolver.adr.exrecipnotfound"},
		Reason: NoSuchUser, Confidence: Certain, Source: "Exchange",
		Link:    "https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online",
		Example: "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient alice@example.com not found by SMTP address lookup", ExampleStage: "message",
	},
	{
		ID: "exchange/restricted", Words: []string{"resolver.rst.notauthorized", "resolver.rst.sendernotauthenticated", "was not authenticated by organization", "not in allowed-senders", "delivery restriction check failed", "resolver.rst.authrequired"},
		Reason: Restricted, Confidence: Certain, Source: "Exchange",
		Link:    "https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online",
		Explain: "The address is for senders inside the organisation, or for listed ones.", Remedy: "Ask the recipient, or the owner of the group, to admit senders from outside.",
		Example: "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; Delivery restriction check failed because the sender was not authenticated when sending to this group", ExampleStage: "message",
	},
	{
		ID: "exchange/size", Words: []string{"resolver.rst.sendersizelimit", "resolver.rst.recipsizelimit", "resolver.rst.recipientsizelimit"},
		Reason: TooBig, Confidence: Certain, Retry: RetryAfterFix, Source: "Exchange",
		Example: "550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient", ExampleStage: "message",
	},
	{
		ID: "exchange/rule", Words: []string{"transport.rules.rejectmessage", "message was rejected by organization policy"},
		Reason: Policy, Confidence: Certain, Source: "Exchange",
		Link:    "https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online",
		Explain: "A mail flow rule of the receiving organisation refuses the message.", Remedy: "Ask the recipient's administrator which rule it was.",
		Example: "550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by organization policy", ExampleStage: "message",
	},
	{
		ID: "exchange/submission-quota", Words: []string{"submission quota exceeded"},
		Reason: RateLimited, Side: SideUs, Confidence: Certain, Retry: RetryLater, RetryAfter: 24 * time.Hour, Source: "Exchange",
		Link:    "https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online",
		Explain: "It is the sending mailbox that has sent too much, not the recipient's that is full.", Remedy: "Wait a day, and check that the account is not abused.",
		Example: "550 5.2.2 Submission quota exceeded", ExampleStage: "message",
	},
	{
		ID: "exchange/mailbox-full", Words: []string{"quotaexceeded*", "mailbox full; storedrv", "mailbox full;storedrv"},
		Reason: MailboxFull, Confidence: Certain, Source: "Exchange",
		Link:    "https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online",
		Example: "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded; Failed to process message due to a permanent exception", ExampleStage: "message",
	},
	{
		ID: "exchange/receive-limit", Words: []string{"exceeded their limit for the number of messages they can receive", "messages they can send to this recipient per hour", "hour message receive limit", "receive limit from specific sender"},
		Reason: RateLimited, Side: SideRecipient, Confidence: Certain, Retry: RetryLater, RetryAfter: time.Hour, Source: "Exchange",
		Link:    "https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online",
		Explain: "The recipient gets more messages in an hour than Exchange allows. The code says for good; the limit is per hour.",
		Remedy:  "Send again after an hour, and send less to this recipient.",
		Example: "554 5.2.122 The recipient has exceeded their limit for the number of messages they can receive per hour. For more information go to https://go.microsoft.com/fwlink/?LinkId=526653.", ExampleStage: "message",
	},
	{
		ID: "exchange/recipient-threads", Words: []string{"recipient thread limit exceeded"},
		Reason: RateLimited, Side: SideRecipient, Confidence: Certain, Retry: RetryLater, RetryAfter: 10 * time.Minute, Source: "Exchange",
		Example: "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded", ExampleStage: "message",
	},
	{
		ID: "exchange/mailbox-offline", Words: []string{"mailbox server is offline", "mailbox database is offline", "storedrv.deliver*mailbox server"},
		Reason: ServerError, Confidence: Certain, Retry: RetryLater, RetryAfter: 30 * time.Minute, Source: "Exchange",
		Example: "432 4.3.2 STOREDRV.Storage; mailbox server is offline", ExampleStage: "message",
	},
	{
		ID: "exchange/not-authenticated", Words: []string{"client was not authenticated", "client not authenticated to send"},
		Reason: AuthRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "Exchange",
		Explain: "This connector takes mail only after a login.",
		Example: "530 5.7.57 Client not authenticated to send mail. [AM0PR01CA0123.eurprd01.prod.exchangelabs.com]", ExampleStage: "mail",
	},
	{
		ID: "exchange/auth-unsuccessful", Words: []string{"authentication unsuccessful"},
		Reason: AuthRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "Exchange",
		Explain: "The server did not take the credentials, or the mailbox may not log in over SMTP.", Remedy: "Check user name and password, and that SMTP AUTH is allowed for the mailbox.",
		Example: "535 5.7.3 Authentication unsuccessful [AM0PR01CA0124.eurprd01.prod.exchangelabs.com]", ExampleStage: "auth",
	},
	{
		ID: "exchange/auth-type", Words: []string{"unrecognized authentication type"},
		Reason: AuthRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "Exchange",
		Explain: "The server does not have this mechanism of AUTH, or not on this port or without TLS.", Remedy: "Use a mechanism that its EHLO reply lists after STARTTLS, on the port meant for submission.",
		Example: "504 5.7.4 Unrecognized authentication type", ExampleStage: "auth",
	},
	{
		ID: "exchange/send-as", Words: []string{"does not have permissions to send as this sender"},
		Reason: SenderRejected, Side: SideUs, Confidence: Certain, Retry: RetryAfterFix, Source: "Exchange",
		Link:    "https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online",
		Explain: "The account that logged in may not use this reverse-path.", Remedy: "Send as the account's own address, or have the right granted.",
		Example: "550 5.7.60 SMTP; Client does not have permissions to send as this sender", ExampleStage: "message",
	},
	{
		ID: "exchange/unable-to-relay", Words: []string{"unable to relay"},
		Reason: RelayDenied, Confidence: Certain, Source: "Exchange",
		Explain: "The server does not serve the recipient's domain.",
		Example: "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", ExampleStage: "rcpt",
	},
	{
		ID: "exchange/block-list", Words: []string{"your ip has been found on a block list"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "Exchange",
		Example: "550 5.7.1 Recipient not authorized, your IP has been found on a block list", ExampleStage: "rcpt",
	},
	{
		ID: "exchange/sender-id", Words: []string{"sender id (pra) not permitted"},
		Reason: AuthFail, Confidence: Certain, Retry: RetryAfterFix, Source: "Exchange",
		Remedy:  "Add the sending address to the SPF record of the sender's domain.",
		Example: "550 5.7.1 Sender ID (PRA) Not Permitted", ExampleStage: "message",
	},
	{
		ID: "exchange/dane", Enhanced: "*.7.321 *.7.322 *.7.323 *.7.324 *.7.325",
		Reason: TLSFailed, Confidence: Certain, Retry: RetryAfterFix, Source: "Exchange Online",
		Link:    "https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online",
		Explain: "The receiving domain publishes DANE or the route demands TLS, and its server's TLS, certificate or DNSSEC does not fit.",
		Remedy:  "The receiving site must repair its TLSA records, DNSSEC, STARTTLS or certificate.",
		Example: "450 4.7.321 starttls-not-supported: Destination mail server must support TLS to receive mail.", ExampleStage: "starttls",
	},
	{
		ID: "exchange/expired", Words: []string{"message expired", "queue.expired"},
		Reason: Unreached, Confidence: Likely, Retry: RetryLater, Source: "Exchange",
		Link:    "https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online",
		Explain: "The message waited in the queue until its time was over; the cause is what the last attempt met.",
		Remedy:  "Look for the last error in the report, remove its cause, and send again.",
		Example: "550 5.4.300 Message expired -> 421 4.4.1 no answer", ExampleStage: "message",
	},
	{
		ID: "exchange/connect-refused", Enhanced: "*.4.316", Words: []string{"connection refused"},
		Reason: Unreached, Confidence: Certain, Retry: RetryLater, Source: "Exchange Online",
		Link:    "https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online",
		Example: "450 4.4.316 Connection refused [Message=Socket error code 10061] [LastAttemptedServerName=mx.example.com] [LastAttemptedIP=198.51.100.10:25]", ExampleStage: "connect",
	},
	{
		ID: "exchange/domain-not-found", Words: []string{"infodomainnonexistent"},
		Reason: BadDomain, Confidence: Certain, Source: "Exchange Online",
		Link:    "https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online",
		Example: "550 5.4.310 DNS domain exmaple.com does not exist [Message=InfoDomainNonexistent] [LastAttemptedServerName=exmaple.com]", ExampleStage: "connect",
	},
	{
		ID: "exchange/dns-failed", Words: []string{"dns query failed"},
		Reason: DNSFailure, Confidence: Certain, Retry: RetryLater, RetryAfter: time.Hour, Source: "Exchange Online",
		Link:    "https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online",
		Example: "450 4.4.312 DNS query failed [Message=ErrorTimeout] [LastAttemptedServerName=example.com]", ExampleStage: "connect",
	},
	{
		ID: "exchange/loop", Words: []string{"hop count exceeded", "routing loop detected"},
		Reason: Loop, Confidence: Certain, Source: "Exchange, Courier, OpenSMTPD",
		Link:    "https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online",
		Example: "554 5.4.14 Hop count exceeded - possible mail loop ATTR34 [AM5EUR03FT012.eop-EUR03.prod.protection.outlook.com]", ExampleStage: "message",
	},
	{
		ID: "exchange/insufficient-resources", Words: []string{"insufficient system resources"},
		Reason: SystemFull, Confidence: Certain, RetryAfter: 30 * time.Minute, Source: "Exchange",
		Explain: "Exchange is short of disk space or memory and takes no mail for now (back pressure).",
		Example: "452 4.3.1 Insufficient system resources (UsedDiskSpace[D:\\Queue])", ExampleStage: "mail",
	},
	{
		ID: "exchange/queue-quota", Words: []string{"organization queue quota exceeded"},
		Reason: RateLimited, Side: SideReceiver, Confidence: Certain, RetryAfter: time.Hour, Source: "Exchange Online",
		Link:    "https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online",
		Explain: "So much mail waits for this organisation already that no more is taken.", Remedy: "Wait; the recipient's administrator should look at the connector behind it.",
		Example: "450 4.7.3 Organization queue quota exceeded.", ExampleStage: "message",
	},
	{
		ID: "exchange/connections", Words: []string{"maximum number of concurrent connections", "message submission rate for this client has exceeded", "too many transient errors from this host"},
		Reason: RateLimited, Confidence: Certain, RetryAfter: 10 * time.Minute, Source: "Exchange",
		Link:    "https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online",
		Example: "421 4.3.2 The maximum number of concurrent connections has exceeded a limit, closing transmission channel", ExampleStage: "greeting",
	},
	{
		ID: "exchange/not-active", Codes: "421", Words: []string{"service not active", "service not available, closing transmission channel$"},
		Reason: ServerError, Confidence: Likely, RetryAfter: 15 * time.Minute, Source: "Exchange",
		Explain: "The service is starting, stopping or in maintenance.",
		Example: "421 4.3.2 Service not active", ExampleStage: "greeting",
	},
	{
		ID: "exchange/bare-lf", Words: []string{"barelinefeedsareillegal", "message contains bare linefeeds"},
		Reason: ContentFormat, Confidence: Certain, Retry: RetryAfterFix, Source: "Exchange",
		Explain: "The message has lines that end in LF alone.", Remedy: "End every line in CR LF.",
		Example: "550 5.6.11 SMTPSEND.BareLinefeedsAreIllegal; message contains bare linefeeds, which cannot be sent via DATA and receiving system does not support BDAT", ExampleStage: "data",
	},
	{
		ID: "exchange/invalid-domain", Codes: "501", Words: []string{"^invalid domain name$"},
		Reason: HELO, Confidence: Certain, Retry: RetryAfterFix, Source: "Exchange",
		Example: "501 5.5.4 Invalid domain name", ExampleStage: "ehlo",
	},
}
