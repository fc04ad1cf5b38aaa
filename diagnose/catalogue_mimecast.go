package diagnose

import "time"

// mimecastRows are further replies of Mimecast, after its list of SMTP error codes.
var mimecastRows = []Row{
	{
		ID: "mimecast/recipient-unavailable", Codes: "4", Words: []string{"recipient temporarily unavailable"},
		Reason: RateLimited, Confidence: Likely, RetryAfter: 30 * time.Minute, Source: "Mimecast",
		Link:    "https://mimecastsupport.zendesk.com/hc/en-us/articles/34000709564691-Policies-Mimecast-SMTP-Error-Codes",
		Explain: "Mimecast could not check the recipient for now, or takes no more from this address after too many invalid recipients.",
		Example: "451 Recipient temporarily unavailable - https://community.mimecast.com/docs/DOC-1369#451 [abc.uk10]", ExampleStage: "rcpt",
	},
	{
		ID: "mimecast/ip-limit", Words: []string{"ip temporarily blacklisted"},
		Reason: RateLimited, Confidence: Certain, RetryAfter: time.Hour, Source: "Mimecast",
		Link:    "https://mimecastsupport.zendesk.com/hc/en-us/articles/34000709564691-Policies-Mimecast-SMTP-Error-Codes",
		Explain: "The address has made too many invalid attempts.", Remedy: "Take unknown users off the list; Mimecast lets the address in again by itself.",
		Example: "451 IP temporarily blacklisted - https://community.mimecast.com/docs/DOC-1369#451 [abc.uk11]", ExampleStage: "greeting",
	},
	{
		ID: "mimecast/account-outbounds", Words: []string{"account outbounds disabled", "account service is temporarily unavailable"},
		Reason: Policy, Side: SideUs, Confidence: Certain, Retry: RetryAfterFix, Source: "Mimecast",
		Link:    "https://mimecastsupport.zendesk.com/hc/en-us/articles/34000709564691-Policies-Mimecast-SMTP-Error-Codes",
		Explain: "Mimecast has stopped what your own organisation sends.", Remedy: "Ask Mimecast support.",
		Example: "451 Account outbounds disabled - https://community.mimecast.com/docs/DOC-1369#451 [abc.uk12]", ExampleStage: "mail",
	},
	{
		ID: "mimecast/account-inbounds", Words: []string{"account inbounds disabled"},
		Reason: MailboxDisabled, Side: SideReceiver, Confidence: Certain, Retry: RetryAfterFix, Source: "Mimecast",
		Link:    "https://mimecastsupport.zendesk.com/hc/en-us/articles/34000709564691-Policies-Mimecast-SMTP-Error-Codes",
		Explain: "Mimecast has stopped mail to the recipient's organisation.", Remedy: "Ask the recipient's administrator.",
		Example: "451 Account inbounds disabled - https://community.mimecast.com/docs/DOC-1369#451 [abc.uk13]", ExampleStage: "rcpt",
	},
	{
		ID: "mimecast/journal", Words: []string{"journaling not allowed", "journal messages past the expiration"},
		Reason: Policy, Confidence: Likely, Source: "Mimecast",
		Link:    "https://mimecastsupport.zendesk.com/hc/en-us/articles/34000709564691-Policies-Mimecast-SMTP-Error-Codes",
		Example: "550 Journal messages past the expiration - https://community.mimecast.com/docs/DOC-1369#550 [abc.uk14]", ExampleStage: "message",
	},
	{
		ID: "mimecast/local-ct-ip-reputation", Words: []string{"local ct ip reputation", "ip reputation*mimecast"},
		Reason: IPReputation, Confidence: Certain, Retry: RetryAfterFix, Source: "Mimecast",
		Link:    "https://mimecastsupport.zendesk.com/hc/en-us/articles/34000709564691-Policies-Mimecast-SMTP-Error-Codes",
		Explain: "The address has a bad name with Mimecast, or with the reputation service that it asks.",
		Remedy:  "Ask the recipient's administrator to permit the sender; look at what the address sends.",
		Example: "550 Local CT IP Reputation - (reject) - https://community.mimecast.com/docs/DOC-1369#550 [abc.uk15]", ExampleStage: "rcpt",
	},
	{
		ID: "mimecast/header-blocked", Words: []string{"rejected by header based manually blocked senders", "rejected by header based blocked senders"},
		Reason: Policy, Side: SideRecipient, Confidence: Certain, Retry: RetryAfterFix, Source: "Mimecast",
		Link:    "https://mimecastsupport.zendesk.com/hc/en-us/articles/34000709564691-Policies-Mimecast-SMTP-Error-Codes",
		Explain: "The address in From is on a block list of the recipient or of the recipient's organisation.", Remedy: "Ask the recipient's administrator to take it off.",
		Example: "550 Rejected by header based manually Blocked Senders: bob@example.org - https://community.mimecast.com/docs/DOC-1369#550 [abc.uk17]", ExampleStage: "message",
	},
	{
		ID: "mimecast/content", Words: []string{"message bounced due to content examination policy"},
		Reason: SpamContent, Confidence: Likely, Retry: RetryAfterFix, Source: "Mimecast",
		Link:    "https://mimecastsupport.zendesk.com/hc/en-us/articles/34000709564691-Policies-Mimecast-SMTP-Error-Codes",
		Example: "554 Message bounced due to Content Examination Policy - https://community.mimecast.com/docs/DOC-1369#554 [abc.uk18]", ExampleStage: "message",
	},
	{
		ID: "mimecast/virus-outbreak", Words: []string{"virus signature detected", "malformed attachment"},
		Reason: Virus, Confidence: Certain, Retry: RetryAfterFix, Source: "Mimecast",
		Link:    "https://mimecastsupport.zendesk.com/hc/en-us/articles/34000709564691-Policies-Mimecast-SMTP-Error-Codes",
		Example: "554 Virus Signature Detected - https://community.mimecast.com/docs/DOC-1369#554 [abc.uk21]", ExampleStage: "message",
	},
	{
		ID: "mimecast/size", Words: []string{"maximum email size exceeded"},
		Reason: TooBig, Confidence: Certain, Retry: RetryAfterFix, Source: "Mimecast",
		Link:    "https://mimecastsupport.zendesk.com/hc/en-us/articles/34000709564691-Policies-Mimecast-SMTP-Error-Codes",
		Example: "554 Maximum email size exceeded - https://community.mimecast.com/docs/DOC-1369#554 [abc.uk22]", ExampleStage: "message",
	},
}
