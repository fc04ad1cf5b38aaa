package diagnose

import "time"

// enhancedNetworkRows are the registered enhanced status codes of networks and protocols.
var enhancedNetworkRows = []Row{
	{
		ID: "enhanced/x.4.1", Enhanced: "*.4.1",
		Reason: Unreached, Side: SideReceiver, Confidence: Likely, RetryAfter: 30 * time.Minute, Source: "RFC 3463, section 3.5",
		Explain: "The next server did not answer.",
		Example: "450 4.4.1", ExampleStage: "rcpt",
	},
	{
		ID: "enhanced/x.4.2", Enhanced: "*.4.2",
		Reason: ConnectionLost, Confidence: Likely, RetryAfter: 15 * time.Minute, Source: "RFC 3463, section 3.5",
		Explain: "The connection to the next server, or to this one, broke.",
		Example: "421 4.4.2", ExampleStage: "rcpt",
	},
	{
		ID: "enhanced/x.4.3", Enhanced: "*.4.3",
		Reason: DNSFailure, Confidence: Likely, RetryAfter: 30 * time.Minute, Source: "RFC 3463, section 3.5",
		Explain: "A lookup failed that the mail needs: DNS or a directory.",
		Example: "451 4.4.3", ExampleStage: "rcpt",
	},
	{
		ID: "enhanced/x.4.4", Enhanced: "*.4.4",
		Reason: BadDomain, Confidence: Likely, Source: "RFC 3463, section 3.5",
		Explain: "The server finds no way to the recipient's domain.",
		Example: "550 5.4.4", ExampleStage: "rcpt",
	},
	{
		ID: "enhanced/x.4.5", Enhanced: "*.4.5",
		Reason: ServerError, Confidence: Likely, RetryAfter: 30 * time.Minute, Source: "RFC 3463, section 3.5",
		Explain: "The server is congested.", Remedy: "Wait; the mail stays queued.",
		Example: "451 4.4.5", ExampleStage: "rcpt",
	},
	{
		ID: "enhanced/x.4.6", Enhanced: "*.4.6",
		Reason: Loop, Confidence: Likely, Source: "RFC 3463, section 3.5",
		Explain: "The mail goes round in a circle.",
		Example: "554 5.4.6", ExampleStage: "message",
	},
	{
		ID: "enhanced/x.4.7", Enhanced: "*.4.7",
		Reason: TimedOut, Side: SideReceiver, Confidence: Likely, Source: "RFC 3463, section 3.5",
		Explain: "The mail could not be delivered in the time it had; what stood in the way is another matter.", Remedy: "Look for the last error before; remove its cause and send again.",
		Example: "550 5.4.7", ExampleStage: "message",
	},
	{
		ID: "enhanced/x.4.0", Enhanced: "*.4.0",
		Reason: ServerError, Confidence: Guess, Source: "RFC 3463, section 3.5",
		Explain: "Something is wrong with the network or the routing of the mail; the code does not say what.",
		Example: "450 4.4.0", ExampleStage: "rcpt",
	},
	{
		ID: "enhanced/x.5.1", Enhanced: "*.5.1",
		Reason: Protocol, Side: SideUs, Confidence: Likely, Retry: RetryAfterFix, Source: "RFC 3463, section 3.6",
		Explain: "The command was not due, or is not known.",
		Example: "503 5.5.1", ExampleStage: "mail",
	},
	{
		ID: "enhanced/x.5.2", Enhanced: "*.5.2",
		Reason: Protocol, Side: SideUs, Confidence: Likely, Retry: RetryAfterFix, Source: "RFC 3463, section 3.6",
		Explain: "The server could not read the command.",
		Example: "500 5.5.2", ExampleStage: "mail",
	},
	{
		ID: "enhanced/x.5.3", Enhanced: "*.5.3",
		Reason: TooManyRecipients, Confidence: Certain, Retry: RetryLater, Source: "RFC 3463, section 3.6",
		Explain: "More recipients than the server takes in one transaction.",
		Example: "452 4.5.3", ExampleStage: "rcpt",
	},
	{
		ID: "enhanced/x.5.4", Enhanced: "*.5.4",
		Reason: Protocol, Side: SideUs, Confidence: Likely, Retry: RetryAfterFix, Source: "RFC 3463, section 3.6",
		Explain: "An argument of the command is wrong or not supported.",
		Example: "501 5.5.4", ExampleStage: "mail",
	},
	{
		ID: "enhanced/x.5.5", Enhanced: "*.5.5",
		Reason: Protocol, Confidence: Likely, Retry: RetryAfterFix, Source: "RFC 3463, section 3.6",
		Explain: "The two sides speak different versions of the protocol.",
		Example: "500 5.5.5", ExampleStage: "mail",
	},
	{
		ID: "enhanced/x.5.6", Enhanced: "*.5.6",
		Reason: AuthRequired, Confidence: Likely, Retry: RetryAfterFix, Source: "RFC 4954, section 6",
		Explain: "A line of the login was too long.",
		Example: "500 5.5.6", ExampleStage: "auth",
	},
	{
		ID: "enhanced/x.5.0", Enhanced: "*.5.0",
		Reason: Protocol, Confidence: Guess, Retry: RetryAfterFix, Source: "RFC 3463, section 3.6",
		Explain: "Something went wrong in the dialogue; the code does not say what.",
		Example: "554 5.5.0", ExampleStage: "mail",
	},
}
