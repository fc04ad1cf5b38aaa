package diagnose

// tooManyRow is the row of a 452 that follows an accepted recipient.
const tooManyRow = "enhanced/x.5.3"

// lastRow is for what is not even a reply.
var lastRow = Row{
	ID: "none", Reason: Unknown, Side: SideNone, Confidence: Guess, Source: "smtpcheck",
	Explain: "This is not an SMTP reply that could be judged.",
	Remedy:  "Look at the transcript for what came before it.",
}

// classRows are the classes of RFC 3463, section 3.1, and RFC 5321, section
// 4.2.1: nothing is unknown, only less specific.
var classRows = []Row{
	{
		ID: "enhanced/x.0.0", Enhanced: "*.0.*", Reason: Unknown, Confidence: Guess, Source: "RFC 3463, section 3.1",
		Explain: "The code only says whether it is for now or for good.",
		Remedy:  "Write to the postmaster of the receiving site and quote the reply.",
		Example: "599 5.0.0",
	},
	{
		ID: "class/2", Codes: "2", Confidence: Certain, Source: "RFC 5321, section 4.2.1",
		Explain: "The command was carried out.", Remedy: "Nothing to do.",
		Example: "299 fine",
	},
	{
		ID: "class/3", Codes: "3", Confidence: Certain, Source: "RFC 5321, section 4.2.1",
		Explain: "The server waits for more to complete the command.", Remedy: "Nothing to do.",
		Example: "399 go on",
	},
	{
		ID: "class/4", Codes: "4", Reason: Unknown, Confidence: Guess, Source: "RFC 5321, section 4.2.1",
		Explain: "Refused for now; the reply does not say why in words that are known here.",
		Remedy:  "Wait: a mail server tries again for days. If it lasts, write to the postmaster of the receiving site and quote the reply.",
		Example: "499 qwertz",
	},
	{
		ID: "class/5", Codes: "5", Reason: Unknown, Confidence: Guess, Source: "RFC 5321, section 4.2.1",
		Explain: "Refused for good; the reply does not say why in words that are known here.",
		Remedy:  "Write to the postmaster of the receiving site from another address and quote the reply.",
		Example: "599 qwertz",
	},
}
